-- What is refused, and what nulls and names among the arguments do.
-- case date_add_bigint
select date_add(date'2024-02-01', 1L)
-- case date_add_float
select date_add(date'2024-02-01', 1.0F)
-- case date_add_double
select date_add(date'2024-02-01', 1.0D)
-- case date_add_decimal
select date_add(date'2024-02-01', 1.5)
-- case date_add_decimal_whole
select date_add(date'2024-02-01', cast(1 as decimal(3,0)))
-- case date_add_boolean
select date_add(date'2024-02-01', true)
-- case date_add_date
select date_add(date'2024-02-01', date'2020-01-01')
-- case date_add_interval
select date_add(date'2024-02-01', interval 1 day)
-- case date_add_binary
select date_add(date'2024-02-01', x'31')
-- case date_sub_decimal_column
select date_sub(date'2024-02-01', c) from values (1.5) t(c)
-- case date_add_good
select date_add(date'2024-02-01', 1Y), date_sub(date'2024-02-01', 1S), date_add('2024-02-01', '1'), date_add(timestamp'2024-02-01 10:00:00', ' 12 '), date_add(date'2024-02-01', null), date_sub(date'2024-02-01', c) from values ('3') t(c)
-- case date_add_bad_text
select date_add(date'2024-02-01', '1.5')
-- case date_add_first_number
select dateadd(1, 1)
-- case date_add_text_not_ansi conf:spark.sql.ansi.enabled=false
select date_add(date'2024-02-01', '1')
-- case date_add_bad_text_not_ansi conf:spark.sql.ansi.enabled=false
select date_add(date'2024-02-01', '1.5')
-- case date_add_text_column_not_ansi conf:spark.sql.ansi.enabled=false
select date_add(date'2024-02-01', c) from values ('1') t(c)
-- case date_plus_bigint
select date'2024-02-01' + 1L
-- case date_minus_bigint
select date'2024-02-01' - 1L
-- case date_plus_decimal
select date'2024-02-01' + 1.5
-- case date_minus_decimal
select date'2024-02-01' - 1.5
-- case date_plus_double
select date'2024-02-01' + 1.0D
-- case date_minus_double
select date'2024-02-01' - 1.0D
-- case date_plus_boolean
select date'2024-02-01' + true
-- case date_minus_boolean
select date'2024-02-01' - true
-- case date_plus_binary
select date'2024-02-01' + x'31'
-- case date_minus_binary
select date'2024-02-01' - x'31'
-- case date_plus_timestamp
select date'2024-02-01' + timestamp'2020-01-01'
-- case date_plus_date
select date'2024-02-01' + date'2024-02-01'
-- case text_plus_date
select '1' + date'2024-02-01'
-- case date_minus_text
select date'2024-02-01' - '2024-01-01', '2024-02-05' - date'2024-02-01', date'2024-02-01' - c from values ('2023-02-01') t(c)
-- case date_minus_bad_text
select date'2024-02-01' - '1'
-- case date_plus_text_not_ansi conf:spark.sql.ansi.enabled=false
select date'2024-02-01' + '1'
-- case date_minus_text_not_ansi conf:spark.sql.ansi.enabled=false
select date'2024-02-01' - '2024-01-01'
-- case text_minus_date_not_ansi conf:spark.sql.ansi.enabled=false
select '2024-02-05' - date'2024-02-01'
-- case days_plus_date
select 1 + date'2024-02-01', 1Y + date'2024-02-01', c + date'2024-02-01' from values (5) t(c)
-- case extract_interval_fields
select extract(year from interval '1-2' year to month), extract(month from interval '1-2' year to month), extract(day from interval '1 02:03:04.5' day to second), extract(hour from interval '1 02:03:04.5' day to second), extract(minute from interval 3 minute), extract(second from interval '1 02:03:04.5' day to second), extract(month from make_interval(1,2,3,4,5,6,7.5)), extract(hour from make_interval(1,2,3,4,5,6,7.5))
-- case extract_day_bad_36
select extract(day from interval '1-2' year to month)
-- case extract_second_bad_37
select extract(second from interval '1-2' year to month)
-- case extract_month_bad_38
select extract(month from interval '1 02:03:04.5' day to second)
-- case extract_hour_bad_39
select extract(hour from interval 5 day)
-- case extract_day_bad_40
select extract(day from interval 3 minute)
-- case extract_quarter_bad_41
select extract(quarter from make_interval(1,2,3,4,5,6,7.5))
-- case extract_week_bad_42
select extract(week from interval 5 day)
-- case extract_month_bad_43
select extract(month from interval 1 year)
-- case trunc_no_unit
select trunc(c, 'bad'), date_trunc('bad', timestamp_millis(d)), date_trunc(cast(null as string), timestamp_millis(d)) from values ('x', 9223372036854775807L) t(c, d)
-- case null_before_errors
select ilike(cast(null as string), string(cast('x' as int))), array_append(cast(null as array<int>), cast('x' as int)), array_insert(array(1), cast(null as int), cast('x' as int)), array_join(cast(null as array<string>), string(cast('x' as int))), array_repeat(cast('x' as int), cast(null as int)), get(array(cast('x' as int)), cast(null as int)), left(string(cast('x' as int)), cast(null as int)), right(cast(null as string), cast('x' as int)), lpad(string(cast('x' as int)), cast(null as int), ' '), rpad('true', cast(null as int), string(cast('x' as int))), make_timestamp(2020, cast('x' as int), cast(null as int), 1, 2, 3.5), map_contains_key(map('a', cast('x' as int)), cast(null as string)), nanvl(cast(null as double), cast('x' as double)), overlay('%_x', '123', cast(null as int), cast('x' as int)), regexp_count(string(cast('x' as int)), cast(null as string)), regexp_substr(cast(null as string), string(cast('x' as int))), split_part('a', string(cast('x' as int)), cast(null as int)), sequence(cast(null as int), cast('x' as int)), timestampdiff(MONTH, to_timestamp('x'), cast(null as timestamp)), to_date(cast(null as string), string(cast('x' as int))), try_add(cast('x' as int), cast(null as int)), try_element_at(array(cast('x' as int)), cast(null as int)), cast(null as int) in (1, cast('x' as int))
-- case error_before_null_1
select array_append(array(cast('x' as int)), cast(null as int))
-- case error_before_null_2
select array_repeat(cast(null as int), cast('x' as int))
-- case error_before_null_3
select right(string(cast('x' as int)), cast(null as int))
-- case error_before_null_4
select nanvl(cast('x' as double), cast(null as double))
-- case error_before_null_5
select to_date(string(cast('x' as int)), cast(null as string))
-- case error_before_null_6
select date_trunc(string(cast('x' as int)), cast(null as timestamp))
-- case error_before_null_7
select trunc(cast(null as date), string(cast('x' as int)))
-- case format_number_negative_zero
select format_number(-0.0D, 2), format_number(-0.001F, 2), format_number(-0.4BD, 0), format_number(-0.4D, '#,##0.0'), format_number(0, 2), format_number(-0.006D, 2)
-- case encode_nothing
select encode('', 'UTF-16'), encode('', 'UTF-32'), encode('a', 'UTF-16')
-- case json_tuple_kinds
select json_tuple('{"a":1,"b":"x","c":[1, 2],"d":{"e": "f"},"f":null,"g":true}', 'a','b','c','d','f','g','zz')
-- case json_tuple_bad
select json_tuple('bad', 'a', 'b')
-- case json_tuple_view
select t.*, j from values ('{"a":1,"b":"x"}'), ('{"a":2, "a":3}'), (null) v(j) lateral view json_tuple(j, 'a', 'b') t as x, y order by j
-- case json_tuple_from
select * from json_tuple('{"a":1,"b":"x"}', 'b')
-- case json_tuple_number
select json_tuple(1, 'a')
-- case lambda_over_null_array
select zip_with(null, array(1), (a, b) -> 1)
-- case void_transform
select transform(c, x -> 1) from (select null c)
-- case void_filter
select filter(c, x -> true) from (select null c)
-- case void_exists
select exists(c, x -> true) from (select null c)
-- case void_array_sort
select array_sort(c, (a, b) -> 1) from (select null c)
-- case void_transform_values
select transform_values(c, (k, v) -> 1) from (select null c)
-- case void_map_zip_with
select map_zip_with(c, map(1, 2), (k, a, b) -> 1) from (select null c)
-- case lambdas_over_typed_null
select transform_values(cast(null as map<int,int>), (k,v) -> v), map_filter(cast(null as map<int,int>), (k,v) -> true), zip_with(cast(null as array<int>), array(1), (a,b) -> a)
-- case named_arguments_mask
select mask(str => 'aB1'), mask('aB1', digitChar => 'z', upperChar => 'Q'), mask(LOWERCHAR => 'q', str => 'aB1-')
-- case named_argument_twice
select mask('aB1', upperChar => 'Q', upperChar => 'Z')
-- case named_argument_and_position
select mask('aB1', 'X', upperChar => 'Q')
-- case named_argument_missing
select mask(upperChar => 'Q')
-- case named_argument_then_position
select mask(upperChar => 'Q', 'aB1')
-- case named_argument_refused
select substr(str => 'abc', len => 1)
-- case named_argument_generator
select explode(collection => array(1, 2))
-- case trailing_comma
select 1, from x
-- case trailing_comma_none
select 1 as from, from
-- case view_same_names
create temp view same_names(x, X) as select 1 a, 2 b
-- case view_few_names
create temp view few_names(x) as select 1 a, 2 b
-- case from_json_map_name
select from_json('{"k":1}', 'map<string,int>'), from_json('{"k":1}', 'map<string,int>').k
-- case small_decimal_names
select 0.0000000BD, -0.00000012BD, 0.000001BD
-- case interval_letters
select interval '1 day 2' hour
-- case lambdas_over_folded_null
select map_filter(if(true, null, map(1, 2)), (k, v) -> true), transform_keys(coalesce(null, cast(null as map<int,int>)), (k, v) -> k), map_zip_with(if(true, null, map(1, 2)), map(1, 2), (k, a, b) -> a), transform(if(true, null, array(1)), x -> x)
-- case tinyint_literal_with_decimal
select floor(1Y, 0) * 0Y, 1Y * 1.5, 1S * 1.5, 100Y / 1.5, 1Y + cast(1 as decimal(10, 2))
-- case pmod_of_smallest
select pmod(-1Y, -32768S), pmod(-1S, -32768S), pmod(-1Y, cast(-128 as tinyint)), pmod(-1, -2147483648), pmod(-1L, -9223372036854775808L), pmod(-5Y, cast(-128 as tinyint)), pmod(-128Y, 127Y), pmod(-7, 3), pmod(-7.5D, 2D)
-- case format_number_large
select format_number(float('3.4028235e38'), 5), format_number(1e300D, 1), format_number(cast('-99999999999999999999999999999999999999' as decimal(38,0)), 5), format_number(cast('1234567890123456789012345678.9' as decimal(38,1)), 12), format_number(-1e20D, 0), format_number(9223372036854775807L, 2)
-- case format_number_without_digits
select format_number(double('nan'), '#,##0.0'), format_number(double('-inf'), '#.#'), format_number(float('inf'), 2), format_number(double('nan'), 2), format_number(double('nan'), -1), format_number(9223372036854775807L, 30), format_number(-1e20D, '#,###.00')
-- case months_between_clock_changes
select months_between(timestamp'2020-11-01 01:30:00', timestamp'1970-04-26 10:46:40'), months_between(timestamp'2020-03-08 05:00:00', timestamp'2020-01-03 01:00:00'), months_between(timestamp'2020-11-01 05:00:00', date'2020-01-03', false), months_between(timestamp'2020-03-31 05:00:00', timestamp'2020-02-29 01:00:00')
