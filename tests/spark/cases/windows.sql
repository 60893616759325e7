-- setup
create or replace temp view w as select * from values ('a', 1, 10, date'2020-01-01'), ('a', 2, 20, date'2020-01-03'), ('a', 2, 30, date'2020-01-03'), ('a', 5, null, date'2020-01-10'), ('b', 1, 5, date'2020-01-01'), ('b', null, 6, null) t(k, o, v, d)
-- case ranking
select k, v, row_number() over (partition by k order by o, v) rn, rank() over (partition by k order by o) rk, dense_rank() over (partition by k order by o) dr, percent_rank() over (partition by k order by o) pr, cume_dist() over (partition by k order by o) cd, ntile(2) over (partition by k order by o, v) nt from w order by k, o, v
-- case default_frame
select k, v, sum(v) over (partition by k order by o) s, count(*) over (partition by k order by o) c, avg(v) over (partition by k) a, max(v) over () m from w order by k, o, v
-- case rows_frames
select k, v, sum(v) over (partition by k order by o, v rows between unbounded preceding and current row) a, sum(v) over (partition by k order by o, v rows between 1 preceding and 1 following) b, sum(v) over (partition by k order by o, v rows between current row and unbounded following) c, count(v) over (partition by k order by o, v rows between 2 preceding and 1 preceding) d, min(v) over (partition by k order by o, v rows 1 preceding) e, sum(v) over (partition by k order by o, v rows between 1 following and 2 following) f from w order by k, o, v
-- case range_frames
select k, o, v, sum(v) over (partition by k order by o range between 1 preceding and current row) a, sum(v) over (partition by k order by o range between current row and 3 following) b, count(*) over (partition by k order by o range between unbounded preceding and unbounded following) c, sum(v) over (partition by k order by o desc range between 1 preceding and 1 following) d from w order by k, o, v
-- case range_frames_date
select k, d, v, sum(v) over (partition by k order by d range between interval 3 days preceding and current row) a, count(*) over (partition by k order by d range between interval 2 days preceding and interval 2 days following) b from w order by k, d, v
-- case lag_lead
select k, v, lag(v) over (partition by k order by o, v) a, lead(v) over (partition by k order by o, v) b, lag(v, 2) over (partition by k order by o, v) c, lead(v, 1, -1) over (partition by k order by o, v) d, lag(v, -1) over (partition by k order by o, v) e, lag(v) ignore nulls over (partition by k order by o desc, v desc) f from w order by k, o, v
-- case first_last_nth
select k, v, first_value(v) over (partition by k order by o, v) a, last_value(v) over (partition by k order by o, v) b, last_value(v) over (partition by k order by o, v rows between unbounded preceding and unbounded following) c, nth_value(v, 2) over (partition by k order by o, v) d, last_value(v) ignore nulls over (partition by k order by o, v) e, first_value(v) ignore nulls over (partition by k order by o desc, v) f from w order by k, o, v
-- case named_window
select k, sum(v) over x from w window x as (partition by k order by o, v) order by k, o, v
-- case named_window_extended
select count(*) over (x rows between 1 preceding and current row) from w window x as (order by o)
-- case window_over_aggregate
select k, sum(v), sum(sum(v)) over (order by k), rank() over (order by sum(v) desc) from w group by k order by k
-- case window_in_order_by
select k, v from w order by row_number() over (order by v desc nulls last)
-- case window_in_where
select k from w where row_number() over (order by v) = 1
-- case window_qualify
select k, v from w qualify row_number() over (partition by k order by v desc) = 1 order by k
-- case window_subquery_filter
select k, v from (select *, row_number() over (partition by k order by v desc) rn from w) where rn = 1 order by k
-- case window_without_order
select row_number() over (partition by k) from w
-- case window_bad_frame
select sum(v) over (order by o rows between 1 following and 1 preceding) from w
-- case window_range_no_order
select sum(v) over (partition by k range between 1 preceding and current row) from w
-- case window_range_multi_order
select sum(v) over (order by o, v range between 1 preceding and current row) from w
-- case window_nested
select sum(rank() over (order by o)) over () from w
-- case window_stddev approx
select k, stddev(v) over (partition by k order by o, v rows between 2 preceding and current row) a, corr(o, v) over (partition by k) b from w order by k, o, v
-- case window_collect
select k, v, collect_list(v) over (partition by k order by o, v) a, sort_array(collect_set(o) over (partition by k)) b from w order by k, o, v
-- case window_distinct
select count(distinct v) over (partition by k) from w
-- case window_filter
select k, v, sum(v) filter (where v > 10) over (partition by k order by o, v) from w order by k, o, v
-- case window_null_partition
select o, count(*) over (partition by o) from w order by o, v
-- case window_nulls_order
select o, row_number() over (order by o nulls last, v) a, row_number() over (order by o desc, v) b, row_number() over (order by o desc nulls first, v) c from w order by 2
-- case window_expressions
select k, v * 100 / sum(v) over (partition by k) as share, v - lag(v, 1, 0) over (partition by k order by o, v) as delta from w order by k, o, v
-- case running_decimal
select o, sum(cast(v as decimal(10,2))) over (order by o, v), avg(cast(v as decimal(10,2))) over (order by o, v) from w where k = 'a' order by o, v
-- case ntile_bad
select ntile(0) over (order by o) from w
-- case window_median
select k, median(v) over (partition by k), percentile_approx(v, 0.5) over (partition by k) from w order by k, o, v
-- case window_min_struct
select k, v, max(struct(o, v)) over (partition by k) from w order by k, o, v
-- case over_with_a_number
select count(*) over (1) from w
-- case over_with_two_names
select count(*) over (x, y) from w
-- case over_with_a_partition_behind_a_name
select count(*) over (x partition by k) from w window x as (order by o)
-- case over_order_without_by
select count(*) over (order o) from w
-- case over_order_by_nothing
select count(*) over (order by) from w
-- case over_bad_frame
select count(*) over (partition by k rows foo) from w
-- case over_bad_frame_alone
select count(*) over (rows between 1 and 2) from w
-- case over_unfinished
select count(*) over (
