-- Relations seen by an adversarial user: frames, groupings, pivots, sub-queries, set operations, joins.
-- setup
create or replace temp view t as select * from values (1,'a',10,1.5D,date'2020-01-31'),(2,'b',20,2.5D,date'2020-02-29'),(3,'a',30,null,date'2021-03-01'),(4,null,40,4.5D,null),(5,'b',null,5.5D,date'1999-12-31') t(id,k,v,d,dt);
create or replace temp view u as select * from values (1,100,'x'),(3,300,'y'),(5,null,'z'),(3,301,'w') u(id,w,s);
create or replace temp view n as select id, named_struct('a', id, 'b', named_struct('c', k, 'l', array(v, id))) s, map(coalesce(k,'q'), v) m, array(named_struct('x', id, 'y', k), named_struct('x', v, 'y', null)) arr from t
-- case window_offsets_and_nulls
select id, lag(v) over (order by id) l1, lag(v, 2, -1) over (order by id) l2, lead(v, 1, v * 2) over (order by id) le, first_value(v) ignore nulls over (order by id desc) fv, last_value(v) ignore nulls over (order by id) lv, nth_value(v, 2) over (order by id) nv, nth_value(v, 2) ignore nulls over (order by id desc) nvi from t order by id
-- case range_of_a_year
select id, sum(v) over (order by dt range between interval '1' year preceding and current row) from t order by id
-- case range_bounds_of_two_types
select id, sum(v) over (order by dt range between interval 1 month preceding and interval 10 days following) from t order by id
-- case range_over_text
select id, sum(v) over (order by k range between 1 preceding and current row) from t
-- case window_filter
select id, sum(v) filter (where id > 2) over (partition by k order by id) from t order by id
-- case lag_by_a_column
select id, lag(v, -1) over (order by id), lag(v, id) over (order by id) from t
-- case range_of_doubles
select id, sum(d) over (order by d range between 1.5 preceding and 0.5 following) s from t order by id
-- case nth_value_zero
select id, nth_value(v, 0) over (order by id) from t
-- case range_following
select id, v, sum(v) over (order by v range between 5 following and 15 following) s, sum(v) over (order by v desc range between 5 preceding and unbounded following) s2, sum(v) over (order by v nulls last range between 10 preceding and 10 following) s3 from t order by id
-- case rows_away
select max(id) over (partition by k order by id rows between 2 preceding and 1 preceding) m, count(v) over (order by id rows between 3 following and unbounded following) from t order by 1, 2
-- case rank_with_a_frame
select id, rank() over (order by id rows between 1 preceding and current row) from t
-- case group_by_rollup_and_key
select k, v, sum(id) from t group by k, rollup(v) order by 1, 2, 3
-- case cube_and_rollup
select k, v, dt, sum(id) from t group by cube(k), rollup(v, dt) order by 1, 2, 3, 4
-- case pivot_two_aggregates
select * from (select k, id % 2 as m, v from t) pivot (sum(v) as s, count(v) c for k in ('a' as aa, 'b')) order by m
-- case unpivot_nulls
select * from (select id, v, d from t) unpivot include nulls (val for name in (v as vv, d as `d d`)) order by 1, 2
-- case unpivot_groups
select * from (select id, v, d, id + 1 as e, 2.5 as f from t) unpivot ((a, b) for name in ((v, d) as vd, (e, f))) order by 1, 2
-- case lateral_limit_one
select t.id, x.w from t left join lateral (select w from u where u.id = t.id order by w desc limit 1) x order by 1, 2
-- case lateral_count
select t.id, x.c from t join lateral (select count(*) c, max(w) m from u where u.id > t.id) x on x.c > 0 order by 1
-- case lateral_views
select * from t lateral view explode(array(v, id)) e as x lateral view outer explode(if(x > 10, array(x), array())) f as y order by id, x, y
-- case scalar_having
select id, (select count(*) from u where u.id = t.id having count(*) > 1) m from t order by id
-- case case_exists
select id, case when exists (select 1 from u where u.id = t.id) then (select min(s) from u where u.id = t.id) else 'none' end c from t order by id
-- case having_correlated
select k, sum(v) from t group by k having sum(v) > (select avg(v) from t t2 where t2.k = t.k) order by k
-- case scalar_of_derived
select (select sum(x) from (select w x from u where u.id = t.id) q) z from t order by id
-- case recursive_union
with recursive r(n) as (select 1 union select n + 1 from r where n < 5) select * from r
-- case recursive_values
with recursive r(n) as (values (1), (2) union all select n * 3 from r where n < 30) select * from r order by n
-- case union_of_maps
select map('a', 1) union select map('a', 1)
-- case set_operator_order
select 1 a union all select 2 intersect select 2 except select 1
-- case too_many_aliases
select * from (values (1, 2)) v(a, b, c)
-- case natural_left
select * from t natural left join (select id, 'a' k, 1 z from u) u order by id
-- case left_join_by_order
select * from t left join u on t.id < u.id and t.v is not null order by 1, u.id, w
-- case too_few_aliases
select * from t as x(a, b)
-- case values_number_and_text
select * from values (1), ('a') t(a)
-- case values_number_and_digits
values (1), ('5')
-- case values_of_rand
select * from values (1, rand(7)), (2, 0.5) t(a, b)
-- case values_number_and_date
select * from values (1), (date'2020-01-01') t(a)
-- case values_of_numbers
select * from values (1), (2.5), (3e0) t(a)
-- case values_date_and_timestamp
select * from values (date'2020-01-01'), (timestamp'2020-01-01 10:00:00') t(a)
-- case values_of_arrays
select * from values (array(1)), (array('a')) t(a)
-- case values_of_calls
select * from values (1), (upper('a')) t(a)
-- case values_boolean_and_text
select * from values (true), ('true') t(a)
-- case window_without_definition
select sum(id) over w from range(3)
-- case values_of_structs
select * from values (struct(1, 'a')), (struct(2L, 'b')) t(a)
-- case values_of_a_column
select * from values (1, 2), (3, id) t(a, b)
-- case replace_group_missing
select regexp_replace('abc', 'b', '$3')
-- case replace_group_missing_from
select regexp_replace('xabc', '(b)', '$2', 2)
-- case replace_no_match
select regexp_replace('zzz', 'b', '$3')
-- case alike_but_for_a_constant
select a.x, b.x from (select max(from_csv(concat('x-y+z', g), 'p string, q string', map('sep', '-')).p) as x, count(*) from values ('1'), ('2') as t(g)) a, (select max(from_csv(concat('x-y+z', g), 'p string, q string', map('sep', '+')).p) as x, count(*) from values ('1'), ('2') as t(g)) b
-- case alike_but_for_options
select a.x, b.x from (select max(to_csv(struct(g, 1), map('sep', '|'))) as x, count(*) from values ('1'), ('2') as t(g)) a, (select max(to_csv(struct(g, 1))) as x, count(*) from values ('1'), ('2') as t(g)) b
-- case alike_twice
select a.x, b.x from (select max(array(1, g)) as x, count(*) from values (1), (2) as t(g)) a, (select max(array(1, g)) as x, count(*) from values (1), (2) as t(g)) b
-- case copied_kernels
with c as (select k as r1, v as r3 from values (1, 10), (2, 20) as t(k, v)) select * from (select size(array(1, 2, 2)) as r7 from c t5 left join c t6 on t5.r3 < t6.r3) order by 1 nulls last limit 0
-- case in_rows_with_nulls
select id, a from values (1, null), (2, 'b'), (null, 'c') as t(id, a) where (id, a) in (select id, a from values (1, null), (2, 'b'), (null, 'c') as u(id, a))
-- case max_by_nested_keys
select max_by(x, struct(y, x)), min_by(x, struct(y, x)), max_by(x, array(y)), min_by(x, array(y)) from values ('a', 1), ('b', null), ('c', 2) as t(x, y)
-- case max_by_null_keys
select max_by(x, y), min_by(x, y) from values ('a', named_struct('k', 1)), ('b', null), ('c', named_struct('k', null)) as t(x, y)
-- case union_of_structs_of_other_names
select s from values (named_struct('a', 1, 'b', 'x')) as t(s) union all select s from values (named_struct('c', 2, 'd', 'y')) as t(s)
-- case union_of_structs_of_other_types
select s from values (named_struct('a', 1)) as t(s) union all select s from values (named_struct('c', 2L)) as t(s)
-- case except_of_structs_of_other_names
select array(s) from values (named_struct('a', 1)), (named_struct('a', 2)) as t(s) except select array(s) from values (named_struct('c', 2)) as t(s)
-- case union_of_arrays_of_structs_of_other_names
select array(s) from values (named_struct('a', 1)), (named_struct('a', 2)) as t(s) union all select array(s) from values (named_struct('c', 2)) as t(s)
