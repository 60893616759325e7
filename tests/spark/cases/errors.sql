-- setup
create or replace temp view t as select * from values (1, 'a', 10.5D) t(customer_id, customer_name, amount)
-- case missing_column_suggestion
select custmer_id from t
-- case missing_column_no_suggestion
select zzz from (select 1)
-- case missing_column_qualified
select t.nope from t
-- case missing_column_where
select 1 from t where amont > 1
-- case missing_column_group
select count(*) from t group by nme
-- case missing_column_order
select customer_id from t order by nme
-- case missing_function
select no_such_function(1)
-- case missing_function_close
select substing('abc', 1)
-- case missing_table
select * from no_such_table
-- case missing_table_schema
select * from no_schema.no_table
-- case missing_table_catalog
select * from no_catalog.no_schema.no_table
-- case divide_by_zero
select amount, 1 / (customer_id - 1) from t
-- case cast_invalid
select cast('abc' as int)
-- case cast_invalid_column
select cast(customer_name as int) from t
-- case cast_invalid_double
select cast('1.5x' as double)
-- case cast_invalid_boolean
select cast('maybe' as boolean)
-- case cast_invalid_date
select cast('notadate' as date)
-- case cast_invalid_timestamp
select cast('notatime' as timestamp)
-- case cast_overflow
select cast(3000000000 as int)
-- case cast_overflow_double
select cast(1e20D as bigint)
-- case cast_not_allowed
select cast(array(1) as int)
-- case cast_not_allowed_bool_date
select cast(true as date)
-- case parse_error_keyword
selec 1
-- case parse_error_end
select 1 from
-- case parse_error_paren
select (1 + 2
-- case parse_error_token
select 1 +* 2
-- case parse_error_multi_line
select 1,
  2,
from t where where
-- case parse_error_empty
-- nothing
-- case parse_error_quote
select 'abc
-- case parse_error_two_statements
select 1; select 2
-- case parse_error_reserved
select * from t where group by x
-- case wrong_argument_count
select substring('a')
-- case wrong_argument_count_upper
select upper('a', 'b')
-- case wrong_argument_type
select upper(array(1))
-- case wrong_argument_type_math
select sqrt(array(1))
-- case wrong_argument_type_map
select map_keys(1)
-- case binary_op_mismatch
select 1 + array(1)
-- case binary_op_mismatch_date
select date'2020-01-01' * 2
-- case comparison_mismatch
select array(1) = 1
-- case comparison_mismatch_struct
select struct(1) > 5
-- case and_non_boolean
select 1 and true
-- case not_non_boolean
select not 5
-- case if_mismatch
select if(1, 2, 3)
-- case case_mismatch
select case when true then 1 else array(1) end
-- case in_mismatch
select 1 in (array(1))
-- case filter_not_boolean
select * from t where customer_name + 1
-- case aggregate_in_group_by
select 1 from t group by sum(amount)
-- case aggregate_misuse_where
select * from t where max(amount) > 1
-- case aggregate_missing_group
select customer_id, sum(amount) from t
-- case window_function_without_over
select row_number() from t
-- case window_misuse_group
select customer_id from t group by row_number() over (order by customer_id)
-- case ambiguous_reference
select customer_id from t a join t b on a.customer_id = b.customer_id
-- case duplicate_alias_view
create or replace temp view dup as select 1 as a, 2 as a
-- case create_existing_view
create temp view t as select 1
-- case drop_missing_view
drop view no_such_view
-- case drop_missing_table
drop table no_such_table
-- case drop_if_exists
drop table if exists no_such_table
-- case insert_missing_table
insert into no_such_table values (1)
-- case use_missing_schema
use no_such_schema
-- case describe_missing
describe no_such_table
-- case array_out_of_bounds
select array(1, 2, 3)[5]
-- case map_key_missing
select map('a', 1)['b']
-- case element_at_zero
select element_at(array(1), 0)
-- case overflow_message
select 2147483647 + customer_id from t
-- case overflow_long_literal
select 99999999999999999999999999999999999999999
-- case sum_overflow_group
select sum(x) from values (9223372036854775807), (9223372036854775807) t(x)
-- case raise_error_text
select raise_error('my message')
-- case assert_true_fails
select assert_true(1 > 2)
-- case assert_true_message
select assert_true(1 > 2, 'bad rows')
-- case explode_not_array
select explode(1)
-- case alias_not_found_having
select customer_id from t group by customer_id having nope > 1
-- case star_in_function
select upper(*) from t
-- case subquery_multiple_rows
select (select id from range(2))
-- case nonfoldable_argument
select percentile_approx(amount, customer_id) from t
-- case invalid_time_zone conf:spark.sql.session.timeZone=UTC
select from_utc_timestamp(timestamp'2020-01-01 00:00:00', 'Mars/Base')
-- case bad_date_pattern
select to_date('2020', 'qqqqqq')
-- case bad_timestamp_parse
select to_timestamp('2020/01/01', 'yyyy-MM-dd')
-- case named_argument_unknown
select mask('abc', nope => 'x')
-- case struct_field_missing
select named_struct('a', 1).b
-- case dereference_non_struct
select customer_id.foo from t
-- case interval_literal_bad
select interval 5 foos
-- case decimal_bad_precision
select cast(1 as decimal(50,2))
-- case decimal_scale_larger
select cast(1 as decimal(5,10))
-- case unknown_type
select cast(1 as foo)
-- case char_without_length
select cast('a' as char(0))
-- case join_using_ambiguous
select * from t a join t b using (customer_id, zip)
-- case natural_missing_table
select * from t natural join missing_t
-- case order_by_array_map
select * from (select map(1, 2) m) order by m
-- case distinct_map
select distinct map(customer_id, 1) m from t
-- case set_operation_map
select map(1, 2) except select map(1, 2)
-- case outer_reference_unsupported
select (select sum(amount + customer_id) from range(customer_id)) from t
-- case limit_not_foldable
select * from t limit customer_id
-- case limit_string
select * from t limit 'a'
-- case unpivot_mismatch
select * from t unpivot (v for n in (customer_id, customer_name))
-- case generator_aggregate
select explode(collect_list(customer_id)), sum(amount) from t
-- case variable_missing
set var nope = 1
-- case lambda_wrong_place
select upper(x -> x)
-- case view_text_error
create or replace temp view broken as select nope from t
-- case cte_unknown
with a as (select * from missing_cte) select * from a
-- case try_cast_not_allowed
select try_cast(array(1) as int)
-- case date_add_bad_type
select date_add(date'2020-01-01', 'x')
-- case concat_mismatch
select concat(array(1), 'a')
-- case named_argument_almost
select mask('abc', lowerChr => 'x')
-- case named_argument_of_explode
select explode(collecton => array(1))
-- case function_of_dataframes_only
select product(amount) over () from t
-- case missing_table_of_the_session_catalog
select * from spark_catalog.no_schema.no_table
