-- What the fuzzer met: kept queries.
-- setup
create or replace temp view orders as select * from values (1, 'a', 10L, 1.50, 0.5D, date'2024-01-01', true), (1, 'a', 10L, 1.50, 0.5D, date'2024-01-01', true), (2, 'b', null, -2.25, double('nan'), date'2024-02-29', false), (2, 'A', -7L, 0.00, -0.0D, date'2023-12-31', null), (3, null, 3L, null, 0.0D, null, true), (null, 'a', 4L, 99.99, null, date'2024-01-01', false), (null, null, null, null, null, null, null), (4, '', 0L, 7.10, 2.5D, date'1999-05-05', true), (5, 'b ', 10L, 1.50, double('inf'), date'2024-02-29', false), (7, 'é', -1L, -2.25, -3.5D, date'2024-03-01', true) as t(k, g, v, d, x, dt, ok);
create or replace temp view people as select * from values (1, 'a', 1, timestamp'2024-01-01 00:00:00', array(1, 2, 2), named_struct('p', 1, 'q', 'u')), (2, 'b', 2, timestamp'2024-03-10 03:30:00', array(3, null), named_struct('p', 2, 'q', null)), (2, 'c', null, null, cast(array() as array<int>), named_struct('p', null, 'q', 'u')), (3, 'a', 3, timestamp'2024-11-03 01:30:00', null, null), (null, 'n', 0, timestamp'1999-12-31 23:59:59.5', array(7), named_struct('p', 2, 'q', 'w')), (6, null, -5, timestamp'2024-01-01 00:00:00', array(1), named_struct('p', null, 'q', null)), (7, 'é', 10, null, array(null, null), named_struct('p', 1, 'q', 'u')) as t(k, name, w, ts, arr, st);
create or replace temp view items as select * from values (1L, 'a', 1.50, 1, date'2024-01-01'), (2L, 'b', 2.00, 2, date'2024-02-29'), (2L, 'b', 2.00, 2, date'2024-02-29'), (3L, null, null, 3, null), (null, 'a', -2.25, null, date'2024-01-01'), (10L, 'A', 99.99, 0, date'1999-05-05') as t(id, g, price, n, seen);
create or replace temp view nothing as select cast(null as int) as k, cast(null as string) as g, cast(null as bigint) as v, cast(null as decimal(10,2)) as d where 1 = 0;
-- case kept_1 approx
select * from ((select (true or false) as r3, cast(t2.k as decimal(10,2)) as r4 from items t1 cross join nothing t2) except (select (t5.n in (-1, t5.n, 2)) as r7, t6.d as r8 from items t5 join nothing t6 on t5.price >= t6.d)) order by 1 desc, 2 desc nulls first offset 2
-- case kept_2 approx
select * from (select t5.g as r6, avg(0.0D) as r7 from orders t1 left join lateral (select sum(1) filter (where true) as m3 from people u where u.w >= t1.k) t2 full join people t4 left join nothing t5 on t4.name < t5.g on t1.k = t5.k where t2.m3 = (select sum(q.k) from nothing q where q.k = t4.w) group by t5.g) order by 1 desc nulls first, 2 desc
-- case kept_3 approx
select * from (select (t7.v * t1.r6) as r8, sort_array(collect_set(t7.k)) as r9 from (select cast(t2.k as bigint) as r3, sort_array(collect_list(t2.k), false) as r4, max(t2.d) as r5, bit_or(-1) as r6 from nothing t2 where (cast(t2.k as string) = t2.g) group by cast(t2.k as bigint)) t1 full join nothing t7 on t1.r5 < t7.d or (false and false) group by (t7.v * t1.r6)) order by 2, 1 desc
-- case kept_4 approx
with c7 as (select (select max(q.d) from orders q where q.g = t1.g) as r3, month(timestamp'2024-01-01 00:00:00') as r4, t1.g as r5, cast((t2.d * 2) as decimal(10,2)) as r6 from nothing t1 left join orders t2 on t1.g >= t2.g) select * from ((select t8.dt as r9, cast(null as timestamp) as r10, timestamp'2024-01-01 00:00:00' as r11 from orders t8) except (select date_add(date'2024-01-01', t12.k) as r13, t12.ts as r14, t12.ts as r15 from people t12)) order by 2 nulls last, 3 desc, 1 nulls last limit 0
-- case kept_5 approx
with c8 as (select t1.r5 as r6, t1.r3 as r7 from (select t2.g as r3, coalesce(t2.seen, date'2000-01-01') as r4, t2.seen as r5 from items t2 where (t2.g <=> substring(t2.g, 1, 1))) t1) select t9.r6 as r11, t9.r6 as r12, t9.r7 as r13, t9.r7 as r14 from c8 t9 left anti join orders t10 on t9.r6 < t10.dt
-- case kept_6 approx
select percentile(t1.n, 0.5) as r2 from items t1 where t1.n in (select 0 from items s) having sum(t1.n) > 0
-- case kept_7 approx
(select t1.n as r2, t1.g as r3 from items t1) union (select coalesce(t4.n, t4.n) as r5, substring(t4.g, 1, 1) as r6 from items t4)
-- case kept_8 approx
select t3.w as r4, t3.name as r5, cast(t3.ts as date) as r6, sort_array(collect_list(t3.w), false) as r7, some(t2.ok) as r8 from nothing t1 join orders t2 left join people t3 on t2.k < t3.k on t1.g >= t2.g group by grouping sets ((t3.w, t3.name, cast(t3.ts as date)), (cast(t3.ts as date)), ())
-- case kept_9 approx
select avg(0.0D) as r2 from items t1
-- case kept_10 approx
select coalesce(t4.dt, date'2000-01-01') as r5, t2.d as r6 from people t1 join orders t2 on t1.name < t2.g cross join nothing t3 right join orders t4 on t3.k >= t4.k
-- case kept_11 approx
with c10 as (select date'2024-01-01' as r7, t1.r4 as r8, bool_and(t1.r6) over (order by t1.r3 nulls last, t1.r3, t1.r4, t1.r5, t1.r6 rows between unbounded preceding and current row) as r9 from (select coalesce(t2.d, 0.00) as r3, least(cast(null as bigint), t2.k) as r4, first(cast(timestamp'2024-01-01 00:00:00' as date)) over (partition by case when t2.ok then t2.k else t2.k end order by coalesce(t2.dt, date'2000-01-01'), t2.k, t2.g, t2.v, t2.d, t2.x, t2.dt, t2.ok rows between unbounded preceding and current row) as r5, bool_and(t2.ok) over (partition by (t2.ok and t2.ok) order by t2.g range between unbounded preceding and current row) as r6 from orders t2) t1) select * from (select (0 <=> 0) as r12, (t11.r8 + cast(null as int)) as r13, t11.r8 as r14, date'2024-01-01' as r15 from c10 t11) order by 3 nulls last, 2 nulls last, 1 desc, 4 asc limit 0
-- case kept_12 approx
select * from (select k, g, v, x, d from orders) pivot (every(2 is null) for g in ('a' as pa, 'b' as pb, null as pn))
-- case kept_13 approx
with c9 as (select t1.r3 as r6, t1.r5 as r7, ntile(3) over (order by greatest(t1.r5, t1.r5), t1.r3, t1.r4, t1.r5) as r8 from (select distinct date_add(t2.seen, t2.n) as r3, last_day(t2.seen) as r4, t2.n as r5 from items t2 where (t2.id between t2.n and datediff(t2.seen, t2.seen) + 0L)) t1 where (0.0D = cast(null as double)) in (select true from orders s)) select t10.arr as r11, t10.arr as r12, percent_rank() over (partition by t10.k order by t10.name nulls last) as r13 from people t10 where 0L = (select count(*) from orders q)
-- case kept_14 approx
select * from (select cast(1.50 as double) as r7, least(t1.r3, t1.r5) as r8, percent_rank() over (order by t1.r5) as r9 from (select t2.v as r3, t2.x as r4, rank() over (partition by date_add(t2.dt, t2.k) order by 2) as r5, cume_dist() over (partition by t2.k order by cast(t2.d as string) nulls last) as r6 from orders t2 where lower(t2.g) not in (select s.g from nothing s where (cast(null as string) is null))) t1) order by 2, 1 nulls last, 3 desc nulls first limit 2 offset 1
-- case kept_15 approx
select * from (select t1.r3 as r8, t1.r3 as r9, last(t1.r3) ignore nulls over (partition by t1.r3 order by (t1.r3 * -1) nulls last, t1.r3 range between unbounded preceding and current row) as r10, ntile(3) over (partition by cast(2 as bigint) order by t1.r3 desc, t1.r3) as r11 from ((select coalesce(t2.id, t2.n) as r3 from items t2) intersect (select 0L as r7 from people t4 lateral view outer explode(t4.arr) l5 as e6)) t1) order by 4 asc, 1, 3 nulls last, 2 desc nulls first
-- case kept_16 approx
select * from (select (t1.r3 + 2) as r6, t1.r3 as r7, min(date'2024-01-01') over (partition by t1.r3 order by try_divide(3, 2), t1.r3 rows between 1 preceding and 1 following) as r8 from ((select (t2.x + t2.k) as r3 from orders t2) union (select t4.x as r5 from orders t4 where (t4.x > cast(t4.d as double)))) t1) order by 3 asc, 1 desc nulls first, 2 desc nulls first
-- case kept_17 approx
select * from (select r1, r2, r3 from (select k as r1, v as v, cast(k as bigint) as w from orders) unpivot exclude nulls (r3 for r2 in (v, w))) order by 1 desc nulls first, 2 desc nulls first, 3 nulls last
-- case kept_18 approx
select min(t1.r3) as r7, count_if(t1.r5) as r8 from (select t2.name as r3, cast(avg(0.00) as decimal(10,2)) as r4, every(t2.k is null) as r5, cast(avg(cast(null as decimal(10,2))) as decimal(10,2)) as r6 from people t2 where true group by rollup (t2.name)) t1
-- case kept_19 approx
(select t1.seen as r2, 0.00 as r3 from items t1) union (select cast(null as date) as r9, cast(-2.25 as decimal(10,2)) as r10 from (select (t5.x + t5.k) as r6, avg(0.0D) as r7, corr(t5.k, t5.v) as r8 from orders t5 where (cast(t5.ok as int) is not null) group by (t5.x + t5.k)) t4 where ((t4.r6 + 1) <=> t4.r7))
-- case kept_20 approx
with c7 as (select date_add(t1.dt, t2.k) as r3, t1.x as r4, lower(t1.g) as r5, avg(t2.w) as r6 from orders t1 left join people t2 on t1.g >= t2.name or (t1.x <=> t1.x) where (upper(t2.name) = t2.name) group by date_add(t1.dt, t2.k), t1.x, lower(t1.g) having count_if(t1.ok) <> 3) select * from (select (t8.g in ('a', t8.g)) as r9, t8.x as r10, t8.g as r11, min(t8.g) as r12, sum(t8.k) as r13 from orders t8 where ('a' is null) group by (t8.g in ('a', t8.g)), t8.x, t8.g) order by 2, 1 asc, 5 asc, 4 desc nulls first, 3 limit 2 offset 1
-- case kept_21 approx
select * from (select t1.n as r2, array_join(sort_array(collect_list(t1.g)), '|') as r3, median(t1.n) as r4 from items t1 group by grouping sets ((t1.n), (t1.n), ())) order by 1 asc, 2 desc nulls first, 3 nulls last offset 2
-- case kept_22 approx
select * from (select trim(t1.name) as r2, median(t1.w) as r3, min(cast(-2.25 as decimal(10,2))) as r4, grouping_id() as r5 from people t1 group by cube (trim(t1.name))) order by 3 nulls last, 4 desc nulls first, 1 nulls last, 2 desc
-- case kept_23 approx
select t1.d as r5, concat('b', t2.g) as r6, min(t1.g) over (partition by t2.d order by (t2.d <= t1.d) nulls last, t1.k, t1.g, t1.v, t1.d, t1.x, t1.dt, t1.ok, t2.k, t2.g, t2.v, t2.d, t2.x, t2.dt, t2.ok, t3.m4 rows between 1 preceding and 1 following) as r7 from orders t1 left join orders t2 left join lateral (select max(-0.0D) as m4 from people u where u.w = t2.k) t3 on t1.v = t2.v
-- case kept_24 approx
select substring(t1.name, 1, 1) as r5, l2.e4 as r6, nth_value(l2.e3, 2) over (partition by t1.ts order by l2.e4, t1.k, t1.name, t1.w, t1.ts, t1.arr, t1.st, l2.e4, l2.e3) as r7, ntile(3) over (order by greatest(l2.e3, t1.k) desc, t1.k, t1.name, t1.w, t1.ts, t1.arr, t1.st, l2.e4, l2.e3) as r8 from people t1 lateral view posexplode(t1.arr) l2 as e4, e3
-- case kept_25 approx
select t1.n as r4 from items t1 left anti join people t2 on t1.n = t2.w and (t1.n <=> t2.w) left anti join items t3 on t1.id = t3.id
-- case kept_26 approx
select * from (select abs(t1.d) as r4, (double('nan') + t1.k) as r5, cume_dist() over (order by concat('é', t2.m3)) as r6 from orders t1 left join lateral (select t1.g as m3 where (t1.k not in (1, t1.k))) t2) order by 2 asc, 1, 3 desc offset 2
-- case kept_27 approx
(select cast(null as date) as r5, (cast(null as timestamp) >= date'2024-01-01') as r6, cast(date'2024-02-29' as timestamp) as r7 from (select year(t2.dt) as r3, skewness(t2.k) as r4 from orders t2 group by cube (year(t2.dt))) t1) except all (select date'2024-02-29' as r12, (t8.r10 in (t8.r10, 3, 2)) as r13, timestamp'2024-01-01 00:00:00' as r14 from (select size(cast(array() as array<int>)) as r10, coalesce(t9.g, 'z') as r11 from nothing t9) t8)
-- case kept_28 approx
select t1.id as r2, t1.price as r3, (select bool_and(false) from nothing q where q.g = t1.g) as r4, t1.seen as r5 from items t1 where (t1.id + t1.n) = (select sum(q.n) filter (where cast(null as boolean)) from items q where q.id = t1.id)
-- case kept_29 approx
select t1.st.q as r2, sum(distinct t1.w) as r3, sort_array(collect_set(0)) as r4 from people t1 where cast(null as decimal(10,2)) in (select s.d from nothing s) or ((t1.ts + interval 1 day) >= cast(null as date)) group by t1.st.q
-- case kept_30 approx
select * from (select cast(cast(null as timestamp) as date) as r2, t1.ok as r3, min(cast(null as date)) over (order by t1.dt desc range between current row and unbounded following) as r4, corr(t1.k, t1.v) over (order by length(t1.g), t1.k, t1.g, t1.v, t1.d, t1.x, t1.dt, t1.ok rows between 1 following and 2 following) as r5 from orders t1) order by 2 desc, 1 desc nulls first, 4 desc nulls first, 3 asc
