-- setup
create or replace temp view e as select * from values ('a', 1, 10.5D, cast(1.10 as decimal(10,2)), date'2020-01-01'), ('a', 2, null, 2.20, date'2020-01-02'), ('b', 3, 5.0D, 3.30, null), ('b', 3, -1.0D, null, date'2020-01-01'), ('c', null, double('nan'), 0.10, date'2019-12-31'), (null, 7, 2.5D, 1.00, date'2020-03-01') t(k, i, d, m, dt)
-- case group_basics
select k, count(*), count(i), sum(i), avg(i), min(i), max(i), sum(d), max(d), min(d) from e group by k order by k
-- case global_basics
select count(*), count(1), count(i), count(distinct i), sum(i), avg(i), min(k), max(k), sum(m), avg(m), min(dt), max(dt) from e
-- case empty_input
select count(*), sum(i), avg(i), min(i), collect_list(i), count(distinct i), first(i), max(k) from e where false
-- case empty_input_grouped
select k, count(*) from e where false group by k
-- case count_distinct_multi
select count(distinct k, i), count(distinct k), count(distinct i, m), count(k, i) from e
-- case count_distinct_multi_grouped
select k, count(distinct i, d), count(distinct m) from e group by k order by k
-- case sum_distinct
select sum(distinct i), avg(distinct i), count(distinct 1) from e
-- case filter_clause
select k, count(*) filter (where i > 1), sum(i) filter (where d > 0), count(distinct i) filter (where i < 3) from e group by k order by k
-- case first_last
select first(i), last(i), first(d, true), last(d) ignore nulls, first_value(k), last_value(k, true), any_value(i) from (select * from e order by dt, m) where k is not null
-- case collect_ordered
select k, sort_array(collect_list(i)), sort_array(collect_set(i)), array_size(collect_list(k)) from e group by k order by k
-- case stddev_variance approx
select stddev(i), stddev_samp(i), stddev_pop(i), variance(i), var_samp(i), var_pop(i), skewness(i), kurtosis(i), std(i) from e
-- case stddev_single approx
select stddev(i), var_pop(i), skewness(i), stddev_samp(cast(null as int)), kurtosis(i) from e where i = 1
-- case corr_covar approx
select corr(i, m), covar_samp(i, m), covar_pop(i, m), regr_count(i, m), regr_slope(i, m), regr_intercept(i, m), regr_r2(i, m), regr_avgx(i, m), regr_avgy(i, m), regr_sxx(i, m), regr_sxy(i, m), regr_syy(i, m) from e
-- case percentiles
select percentile(i, 0.5), percentile(i, array(0.0, 0.25, 1.0)), median(i), percentile_approx(i, 0.5), approx_percentile(i, array(0.25, 0.5, 0.75), 100), percentile_cont(0.5) within group (order by i), percentile_disc(0.5) within group (order by i desc), percentile(i, 0.3, 2) from e
-- case percentile_bad
select percentile(i, 1.5) from e
-- case percentile_types
select percentile_approx(m, 0.5), percentile_approx(dt, 0.5), median(m), percentile(d, 0.5) from e where d is not null and not isnan(d)
-- case mode_values
select mode(i), mode() within group (order by k), mode(k, true) from values ('a', 3), ('b', 3), ('a', 4) t(k, i)
-- case min_max_by
select max_by(k, i), min_by(k, i), max_by(i, dt), min_by(k, null) from e
-- case bool_aggregates
select bool_and(i > 0), bool_or(i > 5), every(i > 2), some(i > 2), any(i > 100), count_if(i > 2) from e
-- case bit_aggregates
select bit_and(i), bit_or(i), bit_xor(i) from e
-- case approx_count_distinct_values
select approx_count_distinct(i), approx_count_distinct(k) from e
-- case histogram_product
select product(i) from e
-- case grouping_sets
select k, i, count(*), grouping(k), grouping_id(k, i) from e group by grouping sets ((k, i), (k), ()) order by 5, 1, 2
-- case rollup_values
select k, i, sum(m), grouping_id() from e group by rollup(k, i) order by 4, 1, 2
-- case cube_values
select k, dt, count(*) from e where k in ('a', 'b') group by cube(k, dt) order by 1, 2, 3
-- case with_rollup
select k, count(*) from e group by k with rollup order by 1, 2
-- case grouping_outside
select grouping(k) from e group by k
-- case having_values
select k, count(*) as n from e group by k having n > 1 and sum(i) is not null order by k
-- case having_without_group
select count(*) from e having count(*) > 100
-- case group_by_ordinal
select k, sum(i) from e group by 1 order by 2 desc, 1
-- case group_by_all
select k, i > 1 as big, count(*) from e group by all order by 1, 2
-- case group_by_alias
select upper(k) as u, count(*) from e group by u order by u
-- case group_by_expression
select year(dt) + 1, count(*) from e group by year(dt) order by 1
-- case group_by_ordinal_bad
select k, sum(i) from e group by 3
-- case group_by_ordinal_aggregate
select k, sum(i) from e group by 2
-- case missing_aggregation
select k, i, count(*) from e group by k
-- case missing_group_by
select k, count(*) from e
-- case nested_aggregate
select sum(count(*)) from e group by k
-- case aggregate_in_where
select k from e where sum(i) > 1 group by k
-- case group_null_and_nan
select d, count(*) from values (double('nan')), (double('nan')), (0.0D), (-0.0D), (null), (null) t(d) group by d order by d
-- case distinct_nan_zero
select count(distinct d), max(d), min(d) from values (double('nan')), (0.0D), (-0.0D), (null) t(d)
-- case sum_overflow
select sum(x) from values (9223372036854775807L), (1L) t(x)
-- case try_sum_values
select try_sum(x), try_avg(x) from values (9223372036854775807L), (1L) t(x)
-- case sum_strings
select sum(x), avg(x), max(x) from values ('1'), ('2.5') t(x)
-- case sum_strings_bad
select sum(x) from values ('1'), ('x') t(x)
-- case avg_types
select typeof(avg(i)), typeof(avg(m)), typeof(sum(i)), typeof(sum(m)), typeof(sum(d)), typeof(avg(cast(i as float))), typeof(sum(cast(i as float))) from e
-- case any_value_names
select count(*), count(1), sum(i), avg(distinct i), max(i) filter (where i > 1), count(distinct k, i), first(k, true), percentile_approx(i, 0.5) from e where k = 'a'
-- case aggregate_of_expression
select sum(case when k = 'a' then i else 0 end) / count(*) * 100.0, sum(i) + max(i), count(*) * 2 from e
-- case order_by_aggregate
select k from e group by k order by count(*) desc, k nulls last
-- case distinct_rows
select distinct k, i > 2 from e order by 1, 2
-- case distinct_order_by_missing
select distinct k from e order by i
-- case count_star_join
select count(*) from e a join e b on a.k = b.k
-- case try_aggregates_null
select sum(null), count(null), max(null), avg(cast(null as int)), collect_list(null)
-- case bitmap_hll
select hll_sketch_estimate(hll_sketch_agg(i)) from e
-- case aggregate_struct_array
select max(struct(i, k)), min(array(i)), max(named_struct('x', m)) from e where i is not null
-- case listagg_distinct
select listagg(distinct k, '|') within group (order by k) from e
-- case max_by_k
select max(i, 2) from e
-- case wrong_arguments
select sum(i, m) from e
-- case sum_of_date
select sum(dt) from e
-- case having_of_ambiguous_name
select k, count(*) as k from e group by k order by k
-- case having_of_unknown_name_in_aggregate
select k, sum(i) as s from e group by k having sum(nope) > 1
-- case order_by_unknown_name_over_aggregate
select k as key, sum(i) as s from e group by k order by nope
-- case totals_of_no_rows
select b, count(*), grouping_id() from (select 1 as a, 2 as b where 1 = 0) group by cube (b)
-- case totals_of_no_rows_by_sets
select b, count(*) from (select 1 as a, 2 as b where 1 = 0) group by grouping sets ((b), ())
-- case total_of_no_rows_alone
select count(*), sum(b) from (select 1 as a, 2 as b where 1 = 0) group by grouping sets (())
-- case total_alone
select count(*), grouping_id() from values (1), (2) as t(a) group by grouping sets (())
-- case corr_of_a_constant
select corr(1, i) from e
-- case corr_of_a_constant_not_ansi conf:spark.sql.ansi.enabled=false
select corr(a, b) from values (1, 1), (1, 2) as t(a, b)
-- case corr_of_one
select corr(a, b) from values (1, 1) as t(a, b)
-- case corr_of_a_constant_over_a_window
select corr(i, 2) over () from e
-- case pivot_of_collected
select * from values (1, 'a', 10), (1, 'a', 11), (2, 'b', null) as t(k, g, v) pivot (sort_array(collect_list(v)) for g in ('a', 'b', 'zz'))
-- case pivot_of_counts_beside_text
select * from values (1, 'a', 10), (1, 'a', 11), (2, 'b', null) as t(k, g, v) pivot (count(v) as c, max(g) as m for g in ('a', 'b', 'zz'))
-- case pivot_of_counts_beside_numbers
select * from values (1, 'a', 10), (1, 'a', 11), (2, 'b', null) as t(k, g, v) pivot (count(v) as c, max(v) as m for g in ('a', 'b', 'zz'))
-- case pivot_of_firsts_beside_text
select * from values (1, 'a', null, 'x'), (1, 'a', 11, null) as t(k, g, v, w) pivot (first(v) as f, last(w) as l for g in ('a', 'zz'))
-- case zeros_of_distinct
select distinct x from values (-0.0D), (0.0D), (1.0D), (float('-0.0')) as t(x)
-- case zeros_of_union
(select x from values (-0.0D), (2.0D) as t(x)) union (select x from values (-0.0D), (3.0D) as t(x))
-- case zeros_of_except_all
(select -0.0D as x, 1 as y) except all (select 1.0D, 1)
-- case zeros_of_intersect
(select x from values (-0.0D), (2.0D) as t(x)) intersect (select x from values (-0.0D), (0.0D), (3.0D) as t(x))
-- case zeros_of_union_all
(select -0.0D as x) union all (select 0.0D)
-- case within_group_of_none
select max(i) within group (order by i) from e
-- case within_group_twice
select percentile_cont(0.5) within group (order by i, d) from e
-- case within_group_missing
select percentile_cont(0.5) from e
-- case within_group_distinct
select percentile_disc(distinct 0.5) within group (order by i) from e
-- case within_group_arguments
select percentile_disc(0.5, 0.2) within group (order by i) from e
-- case mode_with_both
select mode(i) within group (order by i) from e
-- case mode_of_two_keys
select mode() within group (order by i, d) from e
-- case mode_distinct
select mode(distinct i) from e
-- case mode_orders
select mode() within group (order by i), mode() within group (order by i desc), mode() within group (order by k desc) from e
-- case mode_ties
select mode() within group (order by i) as a, mode() within group (order by i desc) as b from values (1), (1), (2), (2), (3) as t(i)
-- case listagg_distinct_in_another_order
select listagg(distinct k) within group (order by i) from e
-- case listagg_distinct_in_order
select listagg(distinct k, '-') within group (order by k desc) from e
-- case max_by_ties
select max_by(x, y), min_by(x, y) from values ('a', 1), ('b', 2), ('c', 2), ('d', 1) as t(x, y)
-- case max_by_ties_grouped
select g, max_by(x, y), min_by(x, y) from values (1, 'a', 1), (1, 'b', 2), (1, 'c', 2), (1, 'd', 1), (2, 'e', null), (2, 'f', 3), (2, 'g', 3) as t(g, x, y) group by g order by g
