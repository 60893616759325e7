-- case array_basics
select array(), array(1, 2, null), array(1, 2.5), array('a', 'b'), array(1, 2)[0], size(array(1, 2)), size(null), cardinality(array(1)), array_size(array(1, null)), array(array(1), array())
-- case array_index_out
select array(1, 2)[2]
-- case array_index_negative
select array(1, 2)[-1]
-- case array_mixed_bad
select array(1, array(2))
-- case array_string_int
select array(1, 'a')
-- case element_at_values
select element_at(array(1, 2, 3), 2), element_at(array(1, 2, 3), -1), element_at(map('a', 1), 'b'), try_element_at(array(1), 5), element_at(map(1, 'x'), 1), get(array(1, 2), 0), get(array(1), 5), get(array(1), -1)
-- case element_at_out
select element_at(array(1, 2, 3), 5)
-- case element_at_zero
select element_at(array(1, 2, 3), 0)
-- case array_search
select array_contains(array(1, 2, 3), 2), array_contains(array(1, null), 2), array_contains(array(1), 1L), array_position(array(3, 2, 1), 1), array_position(array(1), 9), arrays_overlap(array(1, 2), array(2, 3)), arrays_overlap(array(1, null), array(3))
-- case array_contains_null
select array_contains(array('a'), null)
-- case array_contains_mismatch
select array_contains(array(1, 2), 'a')
-- case array_changes
select array_append(array('b', 'd'), 'c'), array_prepend(array(1), 0), array_insert(array(1, 2, 3), 2, 9), array_insert(array(1, 2), -1, 9), array_insert(array(1), 4, 9), array_remove(array(1, 2, null, 2), 2), array_compact(array(1, null, 2)), array_distinct(array(1, 2, 1, null, null)), array_repeat('a', 2), array_repeat(1, 0)
-- case array_sets
select array_union(array(1, 2, 2), array(2, 3)), array_intersect(array(1, 2, null), array(2, null)), array_except(array(1, 2, 2, null), array(2)), flatten(array(array(1, 2), array(), array(3))), flatten(array(array(1), null)), slice(array(1, 2, 3, 4), 2, 2), slice(array(1, 2, 3), -2, 5), slice(array(1), 3, 1)
-- case slice_bad
select slice(array(1), 0, 1)
-- case array_order
select sort_array(array('b', 'd', null, 'c')), sort_array(array(2, null, 1), false), array_sort(array('b', null, 'a')), array_sort(array(3, 1, 2), (a, b) -> case when a > b then -1 when a < b then 1 else 0 end), array_max(array(1, 20, null)), array_min(array(1, null, -1)), reverse(array(1, 2)), array_max(array(1D, double('nan'))), sort_array(array(double('nan'), 1D, -0.0D, 0.0D))
-- case array_join_values
select array_join(array('hello', null, 'world'), ' '), array_join(array('a', null), ',', '?'), arrays_zip(array(1, 2), array('a', 'b', 'c')), sequence(1, 5), sequence(5, 1), sequence(1, 10, 3), sequence(5, 1, -2)
-- case sequence_bad
select sequence(1, 5, -1)
-- case shuffle_size
select size(shuffle(array(1, 2, 3))), array_size(shuffle(array(1, 2), 5))
-- case transform_values
select transform(array(1, 2, 3), x -> x + 1), transform(array(1, 2), (x, i) -> x + i), filter(array(1, 2, null), x -> x > 1), filter(array(0, 2, 3), (x, i) -> x > i), exists(array(1, 2), x -> x % 2 = 0), exists(array(1, null), x -> x > 5), forall(array(1, 2), x -> x > 0), forall(array(1, null), x -> x > 0)
-- case aggregate_values
select aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x), aggregate(array(1, 2, 3), 0, (acc, x) -> acc + x, acc -> acc * 10), reduce(array(1, 2), 0L, (a, x) -> a + x), zip_with(array(1, 2), array('x', 'y', 'z'), (a, b) -> concat(b, a)), aggregate(array('a', 'b'), '', (a, x) -> a || x)
-- case nested_lambda
select transform(array(array(1, 2), array(3)), a -> transform(a, x -> x * size(a))), transform(array(1, 2), x -> aggregate(array(x, 10), 0, (a, y) -> a + y * x))
-- case lambda_outer_column
select id, transform(array(1, 2), x -> x * id), filter(sequence(1, 5), x -> x > id) from range(2, 4) order by id
-- case lambda_error
select transform(array(1, 0), x -> 1 / x)
-- case lambda_wrong_arity
select transform(array(1), (a, b, c) -> a)
-- case map_basics
select map(), map('a', 1, 'b', 2), map('a', 1)['a'], map('a', 1)['z'], map_keys(map('a', 1)), map_values(map('a', 1)), map_entries(map('a', 1)), map_contains_key(map(1, 'x'), 1), size(map(1, 2)), map_from_arrays(array(1, 2), array('x', 'y')), map_from_entries(array(struct(1, 'a'), struct(2, 'b')))
-- case map_duplicate_key
select map(1, 'a', 1, 'b')
-- case map_null_key
select map(null, 1)
-- case map_functions
select map_concat(map(1, 'a'), map(2, 'b')), map_filter(map(1, 0, 2, 2), (k, v) -> k > v), transform_keys(map(1, 'a'), (k, v) -> k + 1), transform_values(map(1, 'a'), (k, v) -> v || k), map_zip_with(map(1, 'a'), map(1, 'x', 2, 'y'), (k, a, b) -> concat_ws('-', a, b)), str_to_map('a:1,b:2')
-- case map_compare_bad
select map(1, 2) = map(1, 2)
-- case map_group_by
select map(1, 2) as m, count(*) from range(2) group by m
-- case struct_basics
select struct(1, 'a'), named_struct('a', 1, 'b', 'x').b, struct(a, b).a, struct(t.*) from values (1, 'x') t(a, b)
-- case struct_compare
select struct(1, 2) = struct(1, 2), struct(1, 2) < struct(1, 3), struct(1, null) = struct(1, null), struct(1, null) <=> struct(1, null), greatest(struct(1, 2), struct(1, 3)), array(1, 2) < array(1, 3), array(1, null) = array(1, null)
-- case struct_missing_field
select named_struct('a', 1).z
-- case nested_access
select x.a[0].b, x.a.b, x.m['k'] from (select named_struct('a', array(named_struct('b', 1), named_struct('b', 2)), 'm', map('k', 5)) as x)
-- case explode_values
select explode(array(10, 20)) union all select explode(array())
-- case explode_alias
select id, explode(array(id, id + 1)) as e from range(2) order by 1, 2
-- case posexplode_values
select posexplode(array('a', 'b'))
-- case explode_map
select explode(map('a', 1, 'b', 2))
-- case explode_outer_values
select id, explode_outer(if(id = 1, array(1), null)) as e from range(3) order by id
-- case inline_values
select inline(array(struct(1, 'a'), struct(2, 'b')))
-- case stack_values
select stack(2, 1, 'a', 2, 'b')
-- case lateral_view
select id, x, y from range(2) lateral view explode(array(id, 10)) t1 as x lateral view outer explode(if(id = 0, array('p'), array())) t2 as y order by 1, 2
-- case lateral_view_posexplode
select id, p, v from range(2) lateral view posexplode(array('a', 'b')) t as p, v order by 1, 2
-- case lateral_view_map
select k, v from (select map('a', 1, 'b', 2) m) lateral view explode(m) as k, v order by k
-- case two_generators
select explode(array(1)), explode(array(2))
-- case generator_nested
select explode(array(1)) + 1
-- case generator_in_where
select 1 where explode(array(1)) = 1
-- case array_agg_functions
select collect_list(x), collect_set(x), array_agg(x), count(distinct x) from values (1), (null), (1) t(x)
-- case arrays_aggregate_sort
select sort_array(collect_list(struct(b, a))) from values (1, 'z'), (2, 'y') t(a, b)
-- case json_schema_struct
select to_json(struct(a, b)), to_json(array(struct(a))), to_json(map('k', a)) from values (1, timestamp'2020-01-01 00:00:00') t(a, b)
-- case array_types_widen
select typeof(array(1Y, 2L)), typeof(array(1.5, 2)), typeof(map('a', 1, 'b', 2L)), typeof(array(null)), typeof(array()), typeof(map()), typeof(array(date'2020-01-01', timestamp'2020-01-01 00:00:00'))
-- case cast_arrays
select cast(array(1, 2) as array<string>), cast(array('1', 'x') as array<int>)
-- case cast_structs
select cast(named_struct('a', 1, 'b', '2') as struct<x: string, y: int>), cast(map('1', 2) as map<int, string>), cast(array(1, null) as string), cast(map('a', 1) as string), cast(named_struct('a', 1, 'b', null) as string)
-- case struct_star_update
select s.* from (select named_struct('a', 1, 'b', 2) s)
-- case array_nested_distinct
select distinct a from values (array(1, 2)), (array(1, 2)), (array(2)) t(a) order by a
-- case map_last_wins conf:spark.sql.mapKeyDedupPolicy=LAST_WIN
select map(1, 'a', 2, 'b', 1, 'c'), map_concat(map(1, 'a', 2, 'b'), map(3, 'z', 1, 'c')), map_from_arrays(array(1, 2, 1), array('a', 'b', 'c')), map_from_entries(array(struct(1, 'a'), struct(2, 'b'), struct(1, 'c'))), str_to_map('a:1,b:2,a:3')
-- case transform_keys_last_wins conf:spark.sql.mapKeyDedupPolicy=last_win
select transform_keys(map(1, 'a', 2, 'b', 3, 'c'), (k, v) -> k % 2), transform_keys(cast(null as map<int, int>), (k, v) -> k % 2)
-- case map_last_wins_null_key conf:spark.sql.mapKeyDedupPolicy=LAST_WIN
select map(cast(null as int), 1)
-- case transform_keys_equal
select transform_keys(map(1, 'a', 2, 'b', 3, 'c'), (k, v) -> k % 2)
-- case transform_keys_null
select transform_keys(map(1, 'a'), (k, v) -> cast(null as int))
-- case map_group_by_orders
select m, count(*), sum(i) from values (map('a', 1, 'b', 2), 1), (map('b', 2, 'a', 1), 2), (map('a', 2), 3), (cast(null as map<string,int>), 4), (map('a', null), 5), (map('a', null), 6) t(m, i) group by m
-- case map_group_by_nested
select s, a, count(*) from values (named_struct('m', map(2, 'x', 1, 'y')), array(map('p', map(2, 3, 1, 2)))), (named_struct('m', map(1, 'y', 2, 'x')), array(map('p', map(1, 2, 2, 3)))) t(s, a) group by s, a
-- case map_group_by_expression
select map(i % 2, 1) as m, count(*) from range(4) t(i) group by map(i % 2, 1)
-- case order_by_struct_with_nulls
select s from values (named_struct('a', 1, 'b', cast(null as int))), (named_struct('a', 1, 'b', 2)), (null), (named_struct('a', null, 'b', 1)), (named_struct('a', null, 'b', null)) t(s) order by s
-- case order_by_struct_descending
select s from values (named_struct('a', 1, 'b', cast(null as int))), (named_struct('a', 1, 'b', 2)), (null), (named_struct('a', null, 'b', 1)), (named_struct('a', null, 'b', null)) t(s) order by s desc
-- case order_by_struct_nulls_last
select s from values (named_struct('a', 1, 'b', cast(null as int))), (named_struct('a', 1, 'b', 2)), (null), (named_struct('a', null, 'b', 1)), (named_struct('a', null, 'b', null)) t(s) order by s nulls last
-- case order_by_array_with_nulls
select a from values (array(1, null)), (array(1)), (array(null)), (array(2)), (null), (array(1, 0)), (array()) t(a) order by a
-- case order_by_array_descending_nulls_first
select a from values (array(1, null)), (array(1)), (array(null)), (array(2)), (null), (array(1, 0)), (array()) t(a) order by a desc nulls first
-- case order_by_array_of_structs
select a, row_number() over (order by a) from values (array(named_struct('x', 'b', 'y', array(1, null)))), (array(named_struct('x', 'b', 'y', array(1)))), (array(null)), (array(named_struct('x', null, 'y', array(9)))), (null) t(a) order by a
