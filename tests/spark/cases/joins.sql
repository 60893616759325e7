-- setup
create or replace temp view l as select * from values (1, 'a'), (2, 'b'), (2, 'bb'), (3, 'c'), (null, 'n') t(id, x);
create or replace temp view r as select * from values (2, 'B'), (3, 'C'), (3, 'CC'), (4, 'D'), (null, 'N') t(id, y)
-- case inner
select l.id, x, y from l join r on l.id = r.id order by 1, 2, 3
-- case left
select l.id, x, r.id, y from l left join r on l.id = r.id order by 1, 2, 4
-- case right
select l.id, x, r.id, y from l right outer join r on l.id = r.id order by 3, 2, 4
-- case full
select l.id, x, r.id, y from l full outer join r on l.id = r.id order by 1, 3, 2, 4
-- case full_on_false
select l.id, r.id from l full join r on false order by 1, 2
-- case semi
select * from l left semi join r on l.id = r.id order by 1, 2
-- case anti
select * from l left anti join r on l.id = r.id order by 1, 2
-- case cross
select count(*), sum(l.id * r.id) from l cross join r
-- case comma
select l.id, y from l, r where l.id = r.id order by 1, 2
-- case using_inner
select * from l join r using (id) order by 1, 2, 3
-- case using_left
select id, x, y, l.id, r.id from l left join r using (id) order by 1, 2, 3
-- case using_right
select * from l right join r using (id) order by 1, 2, 3
-- case using_full
select * from l full join r using (id) order by 1, 2, 3
-- case natural
select * from l natural join r order by 1, 2, 3
-- case using_missing
select * from l join r using (nope)
-- case null_safe
select l.id, x, y from l join r on l.id <=> r.id order by 1, 2, 3
-- case non_equi
select l.id, r.id from l join r on l.id < r.id order by 1, 2
-- case mixed_condition
select l.id, x, y from l left join r on l.id = r.id and y like 'C%' order by 1, 2, 3
-- case condition_one_side
select l.id, y from l left join r on l.id = r.id and l.id > 2 order by 1, 2
-- case self_join
select a.id, b.x from l a join l b on a.id = b.id order by 1, 2
-- case three_way
select a.id, a.x, b.y, c.y as y2 from l a join r b on a.id = b.id left join r c on b.id = c.id and c.y <> b.y order by 1, 2, 3, 4
-- case ambiguous
select id from l join r on l.id = r.id
-- case ambiguous_where
select l.id from l join r on l.id = r.id where id > 1
-- case unknown_qualifier
select z.id from l
-- case star_qualified
select l.*, r.y from l join r on l.id = r.id order by 1, 2, 3
-- case star_except
select * except (x) from l order by 1
-- case lateral_subquery
select l.id, s.y from l, lateral (select y from r where r.id = l.id) s order by 1, 2
-- case lateral_left
select l.id, s.n from l left join lateral (select count(*) as n from r where r.id = l.id) s order by 1, 2
-- case lateral_alias
select id + 1 as a, a * 2 as b from l order by 1
-- case lateral_table_function
select l.id, e.col from l, lateral explode(array(l.id, 9)) e order by 1, 2
-- case join_type_coercion
select l.id, s.v from l join (select '2' as id, 'v' as v) s on l.id = s.id order by 1
-- case join_hint
select /*+ broadcast(r) */ l.id, y from l join r on l.id = r.id order by 1, 2
-- case join_derived_names
select a.n, b.n from (select id, count(*) n from l group by id) a join (select id, count(*) n from r group by id) b on a.id = b.id order by 1, 2
-- case join_on_expression
select x, y from l join r on l.id + 1 = r.id order by 1, 2
-- case join_nan_zero
select a.v, b.v from values (double('nan')), (0.0D) a(v) join values (double('nan')), (-0.0D) b(v) on a.v = b.v order by 1
-- case semi_with_condition
select * from l left semi join r on l.id = r.id and y = 'CC'
-- case anti_null_rows
select * from l left anti join (select * from r where false) q on l.id = q.id order by 1, 2
-- case exists_join
select * from l where exists (select 1 from r where r.id = l.id) order by 1, 2
-- case not_exists
select * from l where not exists (select 1 from r where r.id = l.id) order by 1, 2
-- case join_values_aliases
select * from values (1, 2) as a join values (1, 3) as b on a.col1 = b.col1
-- case right_semi_missing
select * from l right semi join r on l.id = r.id
-- case cross_condition_bad
select * from l join r on l.x
-- case inner_semi
select * from l inner semi join r on l.id = r.id
-- case full_anti
select * from l full anti join r on l.id = r.id
-- case left_inner
select * from l left inner join r on l.id = r.id
-- case left_alone
select * from l left
-- case right_of_a_word
select * from l right foo join r on l.id = r.id
-- case natural_word
select * from l natural foo join r
-- case counts_of_no_rows_in_scalar_subqueries
select k, (select count(distinct a, b) from values (1, 2) as q(a, b) where q.a = t.k) as c1, (select count(a, b) from values (1, 2) as q(a, b) where q.a = t.k) as c2, (select count_if(a > 0) from values (1, 2) as q(a, b) where q.a = t.k) as c3, (select approx_count_distinct(a) from values (1, 2) as q(a, b) where q.a = t.k) as c4, (select regr_count(a, b) from values (1, 2) as q(a, b) where q.a = t.k) as c5, (select size(collect_list(a)) from values (1, 2) as q(a, b) where q.a = t.k) as c6, (select count(distinct a) + count(distinct b) from values (1, 2) as q(a, b) where q.a = t.k) as c7 from values (1), (2), (null) as t(k)
-- case counts_of_no_rows_in_predicates
select k from values (1), (2), (null) as t(k) where (select count_if(a > 5) from values (1, 2) as q(a, b) where q.a = t.k) = 0
-- case counts_of_no_rows_in_lateral_joins
select k, n, m from values (1), (2), (null) as t(k) left join lateral (select count(distinct a, b) as n, count_if(b > 1) as m from values (1, 2) as q(a, b) where q.a = t.k)
-- case left_lateral_on_its_left_side
select k, n from values (1), (2), (null) as t(k) left join lateral (select count(*) as n from values (1, 2), (2, 3) as q(a, b) where q.a = t.k) on k > 1
-- case left_lateral_on_both_sides
select k, n from values (1), (2), (null) as t(k) left join lateral (select b as n from values (1, 2), (2, 3), (2, 0) as q(a, b) where q.a = t.k) on n > k
-- case left_lateral_on_its_right_side
select k, n from values (1), (2), (null) as t(k) left join lateral (select b as n from values (1, 2), (2, 3), (2, 0) as q(a, b) where q.a = t.k) on n = 0
-- case in_subquery_as_a_value
select id, id in (select id from r) as a, id not in (select id from r) as b, not (id in (select id from r)) as c, id in (select id from r where id > 100) as d from l order by 1
-- case in_subquery_of_several_columns
select id, (id, x) in (select id, lower(y) from r) as a, (id, x) not in (select id, lower(y) from r) as b from l order by 1, 2
-- case not_in_subquery_of_several_columns
select * from l where (id, x) not in (select id, lower(y) from r where id is not null) order by 1
-- case not_in_subquery_of_several_columns_with_nulls
select * from l where (id, x) not in (select id, lower(y) from r) order by 1
-- case not_in_subquery_null_outside
select * from l where (id, cast(null as string)) not in (select id, y from r where id is not null) order by 1, 2
-- case negated_in_subquery_of_several_columns
select * from l where not ((id, x) in (select id, lower(y) from r where id = 3)) or id is null order by 1, 2
-- case in_subquery_under_not
select id from l where not (id in (select id from r) and x <> 'zz') order by 1
-- case using_takes_the_first
select count(*) from l a cross join l b join r using (id)
-- case using_ambiguous_above
select id from l a cross join l b join r using (id)
-- case lateral_using
select * from l join lateral (select 1 as id) using (id)
-- case lateral_natural
select * from l natural join lateral (select 1 as id)
-- case rows_in_rows
select id, (id, x) in ((1, 'a'), (2, x)) as a, (id, x) = (1, 'a') as b, (1, null) in ((1, null)) as c from l order by 1, 2
-- case structs_of_other_names_and_types
select named_struct('a', 1) = named_struct('b', 2L)
-- case arrays_of_structs_of_other_names
select array(named_struct('a', 1)) = array(named_struct('b', 1)), named_struct('a', 1) in (named_struct('b', 1))
