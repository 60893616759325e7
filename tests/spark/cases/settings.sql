-- Settings that change what a query's text means.
-- setup
CREATE OR REPLACE TEMPORARY VIEW pairs AS SELECT * FROM VALUES (1, 'b', 10), (2, 'a', 20), (1, 'a', 30) AS t(k, s, v);
-- case group_by_ordinal conf:spark.sql.groupByOrdinal=true unordered
SELECT k, sum(v) FROM pairs GROUP BY 1;
-- case group_by_number conf:spark.sql.groupByOrdinal=false unordered
SELECT k, sum(v) FROM pairs GROUP BY 1;
-- case group_by_number_of_nothing conf:spark.sql.groupByOrdinal=false
SELECT sum(v), count(*) FROM pairs GROUP BY 1;
-- case group_by_number_beyond conf:spark.sql.groupByOrdinal=false
SELECT sum(v) FROM pairs GROUP BY 7;
-- case group_by_numbers_and_columns conf:spark.sql.groupByOrdinal=false unordered
SELECT k, sum(v) FROM pairs GROUP BY 2, k;
-- case group_by_numbers_in_sets conf:spark.sql.groupByOrdinal=false unordered
SELECT k, sum(v) FROM pairs GROUP BY GROUPING SETS ((1, k), (k));
-- case order_by_ordinal conf:spark.sql.orderByOrdinal=true ordered
SELECT k, s, v FROM pairs ORDER BY 3 DESC;
-- case order_by_number conf:spark.sql.orderByOrdinal=false ordered
SELECT k, s, v FROM pairs ORDER BY 3 DESC, v;
-- case order_by_number_beyond conf:spark.sql.orderByOrdinal=false ordered
SELECT v FROM pairs ORDER BY 9, v;
-- case order_by_number_of_an_aggregate conf:spark.sql.orderByOrdinal=false ordered
SELECT k, sum(v) AS total FROM pairs GROUP BY k ORDER BY 2, k DESC;
-- case order_by_number_of_a_union conf:spark.sql.orderByOrdinal=false ordered
SELECT k, v FROM pairs UNION ALL SELECT 0, 5 ORDER BY 1, v;
-- case group_by_alias conf:spark.sql.groupByAliases=true unordered
SELECT upper(s) AS big, count(*) FROM pairs GROUP BY big;
-- case group_by_alias_off conf:spark.sql.groupByAliases=false
SELECT upper(s) AS big, count(*) FROM pairs GROUP BY big;
-- case group_by_alias_of_a_column conf:spark.sql.groupByAliases=false unordered
SELECT k AS s, count(*) FROM pairs GROUP BY s, k;
-- case having_alias_off conf:spark.sql.groupByAliases=false unordered
SELECT k, count(*) AS n FROM pairs GROUP BY k HAVING n > 1;
