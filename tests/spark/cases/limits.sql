-- Limits of recursion, pivots and transposes; grouping functions and EXCEPT where they are seldom written.
-- setup
create or replace temp view t as select * from values (1,'a',10),(2,'b',20),(3,'a',30),(4,null,40) t(id,k,v);
create or replace temp view n as select id, named_struct('a', id, 'b', k, 'c', named_struct('d', v, 'e', k)) s from t;
-- case recursion_within
with recursive r(n) as (select 1 union all select n + 1 from r where n < 100) select count(*), max(n) from r
-- case recursion_one_more
with recursive r(n) as (select 1 union all select n + 1 from r where n < 101) select count(*), max(n) from r
-- case recursion_two_more
with recursive r(n) as (select 1 union all select n + 1 from r where n < 102) select count(*), max(n) from r
-- case recursion_endless
with recursive r(n) as (select 1 union all select n + 1 from r) select * from r
-- case recursion_endless_limit
with recursive r(n) as (select 1 union all select n + 1 from r) select * from r limit 5
-- case recursion_endless_limit_far
with recursive r(n) as (select 1 union all select n + 1 from r) select * from r limit 500
-- case recursion_endless_limit_over
with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from (select * from r limit 102)
-- case recursion_endless_projected
with recursive r(n) as (select 1 union all select n + 1 from r) select n * 2 from r limit 5
-- case recursion_level_setting conf:spark.sql.cteRecursionLevelLimit=10
with recursive r(n) as (select 1 union all select n + 1 from r where n < 20) select * from r
-- case recursion_level_setting_within conf:spark.sql.cteRecursionLevelLimit=10
with recursive r(n) as (select 1 union all select n + 1 from r where n < 10) select count(*) from r
-- case recursion_level_unlimited conf:spark.sql.cteRecursionLevelLimit=-1
with recursive r(n) as (select 1 union all select n + 1 from r where n < 150) select count(*), sum(n) from r
-- case recursion_level_zero conf:spark.sql.cteRecursionLevelLimit=0
with recursive r(n) as (select 1 union all select n + 1 from r where n < 5) select count(*) from r
-- case recursion_max_level
with recursive r(n) max recursion level 5 as (select 1 union all select n + 1 from r) select * from r
-- case recursion_max_level_more
with recursive r(n) max recursion level 200 as (select 1 union all select n + 1 from r where n < 150) select count(*) from r
-- case recursion_max_level_limit
with recursive r(n) max recursion level 5 as (select 1 union all select n + 1 from r) select * from r limit 5
-- case recursion_max_level_empty_step
with recursive r(n) max recursion level 5 as (select 1 union all select n + 1 from r where n < 6) select * from r
-- case recursion_row_limit conf:spark.sql.cteRecursionRowLimit=50
with recursive r(n) as (select 1 union all select n + 1 from r where n < 80) select count(*) from r
-- case recursion_row_limit_within conf:spark.sql.cteRecursionRowLimit=50
with recursive r(n) as (select 1 union all select n + 1 from r where n < 50) select count(*) from r
-- case recursion_row_limit_one_more conf:spark.sql.cteRecursionRowLimit=50
with recursive r(n) as (select 1 union all select n + 1 from r where n < 51) select count(*) from r
-- case recursion_row_limit_wide conf:spark.sql.cteRecursionRowLimit=100
with recursive r(n) as (select 1 union all select n + 1 from r cross join range(3) where n < 7) select count(*) from r
-- case recursion_row_limit_anchor conf:spark.sql.cteRecursionRowLimit=10
with recursive r(n) as (select id from range(20) union all select n + 100 from r where n < 50) select count(*) from r
-- case recursion_row_limit_last conf:spark.sql.cteRecursionRowLimit=10
with recursive r(n) as (select id from range(6) union all select n + 100 from r where n < 50) select count(*) from r
-- case recursion_row_limit_limit conf:spark.sql.cteRecursionRowLimit=10
with recursive r(n) as (select 1 union all select n + 1 from r) select * from r limit 20
-- case recursion_row_limit_unlimited conf:spark.sql.cteRecursionRowLimit=-1
with recursive r(n) as (select 1 union all select n + 1 from r where n < 30) select count(*) from r
-- case recursion_empty_anchor
with recursive r(n) as (select 1 where false union all select n + 1 from r) select count(*) from r
-- case recursion_joined
with recursive r(id, w) as (select id, v from t where id = 1 union all select t.id, r.w + t.v from r join t on t.id = r.id + 1) select * from r order by id
-- case recursion_twice_read
with recursive r(n) as (select 1 union all select n + 1 from r where n < 4) select * from r a join r b on a.n = b.n + 1 order by 1
-- case recursion_two
with recursive r(n) as (select 1 union all select n + 1 from r where n < 4), q(m) as (select n from r union all select m + 10 from q where m < 20) select count(*), sum(m) from q
-- case recursion_in_subquery
select * from (with recursive r(n) as (select 1 union all select n + 1 from r where n < 3) select * from r) order by 1
-- case recursion_union_endless
with recursive r(n) as (select 1 union select n % 3 from r) select * from r
-- case recursion_cycle
with recursive r(a, b) as (select 0, 1 union all select b, a from r) select * from r
-- case recursion_no_self
with recursive r(n) as (select 1 union all select 2) select * from r order by 1
-- case recursion_max_level_not_recursive
with r(n) max recursion level 5 as (select 1) select * from r
-- case recursion_twice_in_step
with recursive r(n) as (select 1 union all select a.n + 1 from r a join r b on a.n = b.n where a.n < 5) select * from r order by 1
-- case recursion_aggregate_in_step
with recursive r(n) as (select 1 union all select max(n) + 1 from r where n < 5) select * from r
-- case recursion_type_widened
with recursive r(n) as (select 1 union all select n + 1.5 from r where n < 5) select * from r
-- case recursion_text
with recursive r(n, s) as (select 1, 'a' union all select n + 1, s || 'b' from r where n < 4) select * from r order by n
-- case recursion_nullable
with recursive r(n) as (select 1 union all select nullif(n + 1, 4) from r where n < 9) select * from r order by n
-- case recursion_two_anchors
with recursive r(n) as (select 1 union all select 10 union all select n + 1 from r where n % 10 < 3) select * from r order by n
-- case having_grouping
select k, sum(v) s from t group by rollup(k) having grouping(k) = 1
-- case having_grouping_id
select sum(v) s from t group by cube(k, id) having grouping_id() = 3
-- case order_by_grouping
select sum(v) s from t group by rollup(k) order by grouping(k), s
-- case order_by_grouping_id
select k, sum(v) s from t group by rollup(k, id) order by grouping_id() desc, k nulls last, s
-- case having_key_not_selected
select sum(v) s from t group by rollup(k) having k is null order by s
-- case having_grouping_plain
select sum(v) s from t group by k having grouping(k) = 0
-- case having_grouping_alias
select grouping(k) g, sum(v) s from t group by rollup(k) having g = 1
-- case having_grouping_case
select case when grouping(k) = 1 then 'all' else k end g, sum(v) s from t group by rollup(k) order by grouping(k), g nulls first
-- case window_of_grouping
select k, sum(v), rank() over (partition by grouping(k) order by sum(v)) r from t group by rollup(k) order by 1, 2, 3
-- case group_all_having_grouping
select k, sum(v) from t group by all having grouping(k) = 0
-- case except_in_subquery
select * from (select t.* except (v) from t) order by id
-- case except_in_scalar_subquery
select (select x.* except (k, v) from t x where x.id = 2) q
-- case except_in_exists
select id from t where exists (select u.* except (k) from t u where u.id = t.id + 1) order by id
-- case except_in_struct
select struct(t.* except (v)) s from t order by s.id
-- case except_in_named_alias
select struct(* except (id)) as s from t order by s.v
-- case except_of_struct
select s.* except (b) from n order by a
-- case except_of_nested
select s.* except (c.d) from n order by a
-- case except_nested_field
select * except (s.a) from n order by id
-- case except_nested_deep
select * except (s.c.d, s.b) from n order by id
-- case except_whole_and_field
select * except (s, s.a) from n
-- case except_unknown
select * except (nope) from t
-- case except_unknown_field
select * except (s.nope) from n
-- case except_twice
select * except (id, id) from t
-- case except_qualified
select t.* except (t.id) from t order by v
-- case except_join
select a.* except (v), b.* except (id, k) from t a join t b on a.id = b.id order by 1
-- case except_join_star
select * except (a.v) from t a join t b on a.id = b.id order by 1
-- case except_all
select * except (id, k, v) from t
-- case except_count
select count(* except (k)) from t
-- case except_array
select array(t.* except (k)) from t order by 1
-- case except_coalesce
select coalesce(* except (id, v)) from t order by 1
-- case except_aliased_frame
select x.* except (w) from (select id, v as w, k from t) x order by 1
-- case except_in_cte
with c as (select * except (k) from t) select * from c order by id
-- case except_in_lateral
select t.id, q.* from t, lateral (select t.* except (id)) q order by t.id
-- case except_in_union
select * except (k) from t union all select * except (k) from t order by 1, 2
-- case except_in_in
select id from t where (id, v) in (select * except (k) from t) order by 1
-- case except_in_where_struct
select id from t where struct(t.* except (k)).v > 15 order by id
-- case except_group_by_all
select t.* except (id) , count(*) from t group by all order by 1, 2
-- case star_in_subquery_outer
select id, (select struct(t.*).v) z from t order by id
-- case except_view
create or replace temp view w as select * except (v) from t;
select * from w order by id
