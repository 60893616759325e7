-- setup
create or replace temp view n as select * from values (1, 1.0D, 'a', true), (2, double('nan'), null, false), (3, null, '', null), (null, -0.0D, 'b', true), (5, double('inf'), 'c', false), (6, 0.0D, 'd', null), (7, double('-inf'), 'e', true) t(i, d, s, b)
-- case order_doubles
select d from n order by d, i
-- case order_doubles_desc
select d from n order by d desc, i
-- case order_nulls_last
select d, i from n order by d nulls last, i desc
-- case isnan_isnull
select i, isnan(d), isnull(d), isnotnull(d), d is null, isnan(null) from n order by i
-- case nan_compare
select i, d > 1, d = double('nan'), d < double('inf'), d <=> double('nan'), d = 0, d in (double('nan'), 0) from n order by i
-- case nan_filter
select i from n where d > 100 order by i
-- case nan_between
select i from n where d between 0 and double('nan') order by i
-- case group_doubles
select d, count(*) from n group by d order by d
-- case min_max_nan
select min(d), max(d), count(d), sum(d) from n
-- case nanvl_coalesce
select i, nanvl(d, -1D), coalesce(d, 9D), nvl(s, 'none') from n order by i
-- case boolean_order
select b, i from n order by b, i
-- case boolean_aggregates
select bool_and(b), bool_or(b), min(b), max(b), count_if(b) from n
-- case three_valued
select i, b and null, b or null, not b, b is true, b is not true, b is unknown, b is false from n order by i
-- case null_in_not_in
select i from n where i not in (1, null)
-- case null_in_case
select i, case s when null then 1 when '' then 2 else 3 end from n order by i
-- case distinct_nulls
select count(distinct s), count(distinct i), count(distinct b) from n
-- case string_empty
select i, s = '', length(s), s || 'x', concat_ws('-', s, 'y') from n order by i
-- case nan_casts
select cast(double('nan') as string), cast(double('inf') as string), cast(-0.0D as string), cast('NaN' as double), cast('Infinity' as double), cast('-inf' as float), cast(float('nan') as double)
-- case nan_to_int
select cast(double('nan') as int)
-- case inf_to_bigint
select cast(double('inf') as bigint)
-- case nan_to_decimal
select cast(double('nan') as decimal(10,2))
-- case round_nan
select round(double('nan'), 2), ceil(double('nan')), floor(double('inf')), abs(double('-inf')), sign(double('nan')), sqrt(double('inf'))
-- case greatest_nan
select greatest(d, 1D), least(d, 1D) from n order by i
-- case nan_hash
select hash(double('nan')), hash(-0.0D) = hash(0.0D), xxhash64(double('nan'))
-- case nan_array
select array_contains(array(double('nan')), double('nan')), array_distinct(array(double('nan'), double('nan'), 0.0D, -0.0D)), array_sort(array(double('nan'), null, 1D)), array_position(array(double('nan')), double('nan'))
-- case null_types
select typeof(null), null, cast(null as int), typeof(coalesce(null, null)), array(null), map('a', null), named_struct('a', null)
-- case null_functions
select upper(null), substring(null, 1), year(null), abs(null), concat(null, 'a'), size(null), map_keys(null), greatest(null, null), round(null), length(null), date_add(null, 1), to_date(null)
-- case negative_zero
select -0.0D, 0.0D * -1, cast(-0.0D as float), -0.0D = 0.0D
-- case zero_keys_join
select count(*) from (select 0.0D k) a join (select -0.0D k) b on a.k = b.k
