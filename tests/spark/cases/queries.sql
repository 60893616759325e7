-- setup
create or replace temp view t as select * from values (1, 'a', 10), (2, 'b', 20), (3, 'a', 30), (4, null, 40) t(id, k, v);
create or replace temp view u as select * from values (1, 100), (3, 300), (5, null) t(id, w)
-- case scalar_subquery
select id, (select max(w) from u) m, (select w from u where u.id = t.id) c from t order by id
-- case scalar_subquery_empty
select (select w from u where false) as x
-- case scalar_subquery_many
select (select w from u) as x
-- case scalar_subquery_two_columns
select (select id, w from u) as x
-- case correlated_count
select id, (select count(*) from u where u.id = t.id) n from t order by id
-- case correlated_sum_not_equal
select id, (select sum(w) from u where u.id > t.id) n from t order by id
-- case in_subquery
select id from t where id in (select id from u) order by id
-- case not_in_subquery
select id from t where id not in (select id from u) order by id
-- case not_in_subquery_null
select id from t where v not in (select w from u)
-- case in_subquery_multi
select id from t where (id, v) in (select id, v from t where k = 'a') order by id
-- case in_subquery_select
select id, id in (select id from u) as b from t order by id
-- case exists_select
select id, exists (select 1 from u where u.id = t.id) e from t order by id
-- case exists_or
select id from t where id = 2 or exists (select 1 from u where u.id = t.id) order by id
-- case subquery_in_having
select k, sum(v) from t group by k having sum(v) > (select avg(v) from t) order by k
-- case subquery_in_from
select k, n from (select k, count(*) n from t group by k) s where n > 1
-- case cte_basic
with a as (select id, v from t where v > 10), b as (select max(id) m from a) select a.id, b.m from a, b order by 1
-- case cte_shadow
with t as (select 99 as id) select * from t
-- case cte_columns
with c(x, y) as (select id, v from t) select x + y as s from c order by s
-- case cte_nested
with a as (with b as (select 1 as x) select x + 1 as y from b) select * from a
-- case cte_twice
with a as (select id from t) select count(*) from a x join a y on x.id < y.id
-- case cte_recursive
with recursive n(i) as (select 1 union all select i + 1 from n where i < 5) select * from n order by i
-- case cte_duplicate
with a as (select 1), a as (select 2) select * from a
-- case union_all
select id, k from t union all select id, 'u' from u order by 1, 2
-- case union_distinct
select k from t union select 'a' order by 1
-- case union_coercion
select 1 as x union all select 2.5 union all select null
-- case union_incompatible
select 1 union all select array(1)
-- case union_columns_mismatch
select 1, 2 union all select 1
-- case union_string_int
select 1 as x union all select 'a'
-- case except_values
select id from t except select id from u order by 1
-- case except_all
select * from values (1), (1), (2) except all select * from values (1)
-- case intersect_values
select id from t intersect select id from u order by 1
-- case intersect_all
select * from values (1), (1), (2) a(x) intersect all select * from values (1), (1), (3) b(x)
-- case minus_values
select id from t minus select id from u order by 1
-- case set_precedence
select 1 as x union all select 2 intersect select 2 order by 1
-- case order_by_multiple
select k, v from t order by k desc, v desc
-- case order_by_nulls
select k from t order by k nulls last
-- case order_by_expression
select id from t order by v % 3, id desc
-- case order_by_ordinal
select id, v from t order by 2 desc limit 2
-- case order_by_ordinal_bad
select id from t order by 5
-- case order_by_unselected
select k from t order by v desc
-- case order_by_all
select k, id from t order by all
-- case limit_offset
select id from t order by id limit 2 offset 1
-- case limit_zero
select id from t limit 0
-- case limit_negative
select id from t limit -1
-- case limit_expression
select id from t order by id limit 1 + 1
-- case offset_only
select id from t order by id offset 3
-- case values_inline
values (1, 'a'), (2, null)
-- case values_aliases
select a, b from values (1, 'x'), (2, 'y') as v(a, b) order by 1
-- case values_mixed_types
select * from values (1), (2.5), (null) v(x)
-- case values_wrong_width
select * from values (1, 2), (3)
-- case from_first
from t select id where id > 2 order by id
-- case table_command
table u
-- case range_function
select * from range(5)
-- case range_function_step
select id from range(1, 10, 3)
-- case where_types
select id from t where 1
-- case where_null
select id from t where null
-- case where_string
select id from t where k
-- case pivot_values
select * from (select k, id, v from t) pivot (sum(v) for k in ('a', 'b')) order by id
-- case pivot_aliases
select * from (select k, v from t) pivot (sum(v) as s, count(*) as c for k in ('a' as aa, 'b' as bb))
-- case unpivot_values
select * from (select id, v, v * 2 as vv from t) unpivot (val for name in (v, vv)) order by id, name
-- case unpivot_nulls
select * from (select 1 as id, null as a, 2 as b) unpivot include nulls (val for name in (a as `A`, b as `B`)) order by name
-- case tablesample_rows
select count(*) from t tablesample (100 percent)
-- case alias_in_where
select id as z from t where z = 1
-- case case_insensitive
SELECT ID, T.K FROM T WHERE Id = 1
-- case backquotes
select `id` as `weird name`, `t`.`k` from t where id = 1
-- case keywords_as_names
select 1 as `select`, 2 as date, 3 as year, 4 as count
-- case comment_styles
select /* block /* nested */ */ 1 as a -- line
-- case numeric_literals
select 1, 1L, 1S, 1Y, 1.5, 1.5D, 1.5F, 1.5BD, 1e2, -1, 0x, .5
-- case numeric_literals_ok
select 1, 1L, 1S, 1Y, 1.5, 1.5D, 1.5F, 1.5BD, 1e2, -1, .5, 5.
-- case literal_out_of_range
select 1000Y
-- case select_no_from
select 1 where false
-- case select_star_no_from
select *
-- case distinct_on_expr
select distinct v % 20 as m from t order by m
-- case count_in_subquery
select (select count(*) from t) + (select count(*) from u)
-- case nested_subqueries
select * from (select * from (select id + 1 as a from t) where a > 2) where a < 5 order by a
-- case correlated_exists_nested
select id from t where exists (select 1 from u where u.id = t.id and exists (select 1 from t t2 where t2.id = u.id and t2.v > 10)) order by id
-- case any_all_comparison
select id from t where v > (select min(v) from t) and v < (select max(v) from t) order by id
-- case pipe_syntax
from t |> where id > 1 |> aggregate sum(v) as s group by k |> order by k
-- case pipe_extend
from t |> extend v * 2 as vv |> select id, vv |> order by id |> limit 2
-- case session_variable
declare or replace variable my_v int default 5;
set var my_v = 7;
select my_v + 1
-- case identifier_clause
select identifier('id') from identifier('t') order by 1
-- case implicit_alias_collision
select id, id from t order by 1 limit 1
-- case struct_field_dot
select s.a.b from (select named_struct('a', named_struct('b', 5)) s)
-- case filter_pushdown_semantics
select * from (select id, 10 / (id - 2) as q from t where id <> 2) where q > 0 order by id
-- case lateral_column_chain
select v as a, a + 1 as b, b + 1 as c from t order by a
-- case multi_insert_view
create or replace temp view mv as select id * 2 as d from t;
select sum(d) from mv
-- case nonexistent_temp_view
select * from no_such_view
-- case aliased_subquery_required
select x.id from (select id from t) x order by 1
-- case sort_by_distribute
select id from t sort by id
-- case row_value_compare
select id from t where (id, v) = (1, 10)
-- case nullif_zero_division
select sum(v) / nullif(sum(0), 0) from t
-- case boolean_literals
select true, false, true and not false, true = 'true', boolean('t'), boolean('0')
-- case group_concat_order
select k, array_join(sort_array(collect_list(cast(id as string))), ',') from t group by k order by k
-- case order_by_name_of_several_columns
select i, -i as i from values (2), (1), (3) t(i) order by i
-- case order_by_name_of_several_columns_unknown_below
select 1 as a, 2 as a order by a
-- case order_by_name_of_several_columns_of_a_join
select * from values (1) l(id) join values (1) r(id) on l.id = r.id order by id
-- case alias_where
select where.i from values (1), (2) t(i) where order by i
-- case alias_limit
select * from values (1, 'a') limit inner join values (1, 'b') r(col1, y) on limit.col1 = r.col1
-- case range_of_a_column
select * from values (3) t(i), lateral range(i)
-- case range_of_an_unknown_column
select * from range(1, nope)
-- case range_of_random
select * from range(0, 10, cast(rand() * 10 as bigint))
-- case settings_in_text
set case.number=5;
set case.nested=${case.number}0;
select ${case.number} + 1, '${case.nested}', '${case.none}', '${spark:case.number}', '${hiveconf:case.number}', '${env:NO_SUCH_VARIABLE}', '$ {case.number}', '${case number}', '$${case.number}', '${}'
-- case settings_in_text_off conf:spark.sql.variable.substitute=false
select '${case.none}'
