"""Defaults, generated columns and struct values of INSERT; views' names; words for dates: what real Spark with Delta does."""

from __future__ import annotations

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import Row
from pyspark.sql import functions as F

DEFAULTS = "TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')"


@pytest.fixture
def schema(spark, request):
    name = "r" + str(abs(hash(request.node.nodeid)))
    spark.sql(f"CREATE SCHEMA {name}")
    spark.sql(f"USE {name}")
    yield name
    spark.sql("USE default")
    spark.sql(f"DROP SCHEMA {name} CASCADE")


def run(spark, text: str):
    for statement in text.split(";"):
        last = spark.sql(statement)
    return last.collect()


def refused(spark, text: str) -> str:
    with pytest.raises(PySparkException) as error:
        run(spark, text)
    return error.value.getCondition()


def test_default_stands_for_a_columns_default(spark, schema):
    run(spark, f"""CREATE TABLE t (a INT, b INT DEFAULT 7, c STRING DEFAULT 'x' || 'y') {DEFAULTS};
        INSERT INTO t VALUES (1, DEFAULT, default), (2, 3, DEFAULT), (DEFAULT, DEFAULT, 'z');
        INSERT INTO t (c, a) VALUES (default, 5);
        INSERT INTO t SELECT 7, default, 'q' LIMIT 1;
        INSERT INTO t SELECT * FROM VALUES (12, default, 'p')""")  # fmt: skip
    assert [tuple(row) for row in spark.table("t").orderBy("a").collect()] == [
        (None, 7, "z"), (1, 7, "xy"), (2, 3, "xy"), (5, 7, "xy"), (7, 7, "q"), (12, 7, "p")]  # fmt: skip
    assert refused(spark, "INSERT INTO t VALUES (8, default + 1, 'x')") == "DEFAULT_PLACEMENT_INVALID"
    assert refused(spark, "INSERT INTO t BY NAME SELECT 10 a, default b") == "DEFAULT_PLACEMENT_INVALID"
    assert refused(spark, "INSERT INTO t SELECT DISTINCT 5, default, default").startswith("UNRESOLVED_COLUMN")
    assert refused(spark, "INSERT INTO t VALUES (9, 9)") == "DELTA_INSERT_COLUMN_ARITY_MISMATCH"
    run(spark, f"CREATE TABLE d (`default` INT, b INT DEFAULT 9) {DEFAULTS}; INSERT INTO d VALUES (1, 2)")
    assert run(spark, "INSERT INTO d SELECT default, default FROM d; SELECT * FROM d ORDER BY b") == [(1, 1), (1, 2)]
    run(spark, "CREATE TABLE f (a INT DEFAULT 5, b INT) USING parquet; INSERT INTO f VALUES (default, 1); INSERT INTO f (b) VALUES (2)")
    assert run(spark, "SELECT * FROM f ORDER BY b") == [(5, 1), (5, 2)]
    run(spark, f"CREATE TABLE k (a INT DEFAULT '5', b SMALLINT DEFAULT 1 + 1, c DECIMAL(5, 2) DEFAULT 1) {DEFAULTS}")
    assert [list(map(str, row)) for row in run(spark, "INSERT INTO k VALUES (default, default, default); SELECT * FROM k")] == [
        ["5", "2", "1.00"]
    ]


@pytest.mark.parametrize(
    ("columns", "condition"),
    [
        ("a INT DEFAULT 'x'", "INVALID_DEFAULT_VALUE.DATA_TYPE"),
        ("a INT DEFAULT 3000000000", "INVALID_DEFAULT_VALUE.DATA_TYPE"),
        ("a BOOLEAN DEFAULT 1", "INVALID_DEFAULT_VALUE.DATA_TYPE"),
        ("a INT DEFAULT 5 * (SELECT 1)", "INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION"),
        ("a INT DEFAULT b, b INT", "INVALID_DEFAULT_VALUE.NOT_CONSTANT"),
        ("a DOUBLE DEFAULT rand()", "INVALID_DEFAULT_VALUE.NON_DETERMINISTIC"),
        ("a BIGINT DEFAULT sum(1)", "UNSUPPORTED_EXPR_FOR_OPERATOR"),
        ("a INT DEFAULT 1 DEFAULT 2", "CREATE_TABLE_COLUMN_DESCRIPTOR_DUPLICATE"),
        ("a INT, b DOUBLE GENERATED ALWAYS AS (rand())", "UNSUPPORTED_EXPRESSION_GENERATED_COLUMN"),
        ("a INT, b INT GENERATED ALWAYS AS ((SELECT 1))", "UNSUPPORTED_EXPRESSION_GENERATED_COLUMN"),
        ("a INT, b INT GENERATED ALWAYS AS (c + 1)", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
        ("a INT, b INT GENERATED ALWAYS AS (a), c INT GENERATED ALWAYS AS (b)", "UNSUPPORTED_EXPRESSION_GENERATED_COLUMN"),
        ("a INT, b INT GENERATED ALWAYS AS (b + 1)", "UNSUPPORTED_EXPRESSION_GENERATED_COLUMN"),
        ("a INT, b BIGINT GENERATED ALWAYS AS (a + 1)", "DELTA_GENERATED_COLUMNS_EXPR_TYPE_MISMATCH"),
        ("a INT, b INT GENERATED ALWAYS AS (cast(a AS BIGINT))", "UNSUPPORTED_EXPRESSION_GENERATED_COLUMN"),
        ("a INT, b INT GENERATED ALWAYS AS (nosuch(a))", "UNSUPPORTED_EXPRESSION_GENERATED_COLUMN"),
        ("a INT, b TIMESTAMP GENERATED ALWAYS AS (current_timestamp())", "DELTA_UNSUPPORTED_EXPRESSION_GENERATED_COLUMN"),
        ("a INT, b INT DEFAULT 3 GENERATED ALWAYS AS (a)", "GENERATED_COLUMN_WITH_DEFAULT_VALUE"),
    ],
)
def test_columns_that_cannot_be(spark, schema, columns, condition):
    assert refused(spark, f"CREATE TABLE t ({columns}) {DEFAULTS}") == condition
    assert not spark.catalog.tableExists("t")


def test_defaults_need_their_feature(spark, schema):
    assert refused(spark, "CREATE TABLE t (a INT DEFAULT 1)") == "WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED"
    run(spark, f"CREATE TABLE t (a INT); CREATE TABLE u (a INT) {DEFAULTS}")
    assert refused(spark, "ALTER TABLE t ALTER COLUMN a SET DEFAULT 5") == "WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED"
    assert refused(spark, "ALTER TABLE u ALTER COLUMN a SET DEFAULT 'x'") == "INVALID_DEFAULT_VALUE.DATA_TYPE"
    added = "ALTER TABLE u ADD COLUMN b INT DEFAULT 3"
    assert refused(spark, added) == "WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED"
    assert refused(spark, "ALTER TABLE u ADD COLUMN b INT GENERATED ALWAYS AS (a)") == "PARSE_SYNTAX_ERROR"


def test_structs_of_inserts_have_all_fields(spark, schema):
    run(spark, "CREATE TABLE t (id INT, s STRUCT<a: INT, b: INT>, n STRUCT<x: STRUCT<y: INT, z: INT>>)")
    for text in (
        "INSERT INTO t BY NAME SELECT 1 id, named_struct('b', 5) s",
        "INSERT INTO t (id, s) SELECT 1, named_struct('b', 5)",
        "INSERT INTO t SELECT 1, named_struct('a', 1, 'b', 2), named_struct('x', named_struct('y', 5))",
    ):
        assert refused(spark, text) == "DELTA_INSERT_COLUMN_ARITY_MISMATCH", text
    with pytest.raises(PySparkException, match="not enough nested fields in s"):
        spark.sql("SELECT 1 id, named_struct('b', 5) s, null n").write.insertInto("t")
    more = "INSERT INTO t BY NAME SELECT 1 id, named_struct('b', 5, 'a', 6, 'c', 7) s"
    assert refused(spark, more) == "DELTA_METADATA_MISMATCH"
    assert refused(spark, "INSERT INTO t BY NAME SELECT 1 id, 2 id") == "DELTA_DUPLICATE_COLUMNS_FOUND.READ_SCHEMA"
    assert refused(spark, "CREATE TABLE u AS SELECT 1 a, 2 A") == "COLUMN_ALREADY_EXISTS"
    run(spark, """INSERT INTO t BY NAME SELECT 1 id, named_struct('b', 5, 'c', 6) s;
        INSERT INTO t SELECT 2, named_struct('b', 5, 'a', 6), null;
        INSERT INTO t BY NAME SELECT 3 id, named_struct('b', 5, 'a', 6) s""")  # fmt: skip
    assert [row.s for row in spark.table("t").orderBy("id").collect()] == [Row(a=5, b=6), Row(a=5, b=6), Row(a=6, b=5)]


def test_relative_locations_and_other_tables_locations(spark, schema):
    run(
        spark, "CREATE TABLE t (a INT) LOCATION 'below/t'; CREATE TABLE u (a INT, b INT); CREATE TABLE v (a INT); INSERT INTO v VALUES (42)"
    )
    home = spark.sql(f"DESCRIBE SCHEMA {schema}").where("info_name = 'Location'").first()[1]

    def location(table):
        return spark.sql(f"DESCRIBE DETAIL {table}").first().location

    assert location("t").removeprefix("file:") == home.removeprefix("file:") + "/below/t"
    assert refused(spark, "ALTER TABLE t SET LOCATION '/nothing/here'") == "DELTA_MISSING_DELTA_TABLE"
    assert refused(spark, f"ALTER TABLE t SET LOCATION '{location('u')}'") == "DELTA_SET_LOCATION_SCHEMA_MISMATCH"
    assert run(spark, f"ALTER TABLE t SET LOCATION '{location('v')}'; SELECT * FROM t") == [(42,)]


def test_stored_views_look_where_they_were_made(spark, schema):
    run(spark, """CREATE TABLE t (a INT); INSERT INTO t VALUES (1);
        CREATE VIEW v AS SELECT * FROM t WHERE a < (SELECT max(a) + 1 FROM t);
        CREATE VIEW w AS WITH x AS (SELECT * FROM v) SELECT a + 1 AS b FROM x;
        CREATE TEMPORARY VIEW near AS SELECT * FROM t;
        CREATE OR REPLACE TEMPORARY VIEW v AS SELECT 999 AS a;
        USE default""")  # fmt: skip
    spark.sql(f"SELECT * FROM {schema}.t").createOrReplaceTempView("t")
    spark.range(5).createOrReplaceTempView("t")
    assert run(spark, f"SELECT * FROM {schema}.v, {schema}.w, near") == [(1, 2, 1)]
    for name in ("v", "t", "near"):
        spark.catalog.dropTempView(name)


def test_stored_views_name_nothing_temporary(spark, schema):
    run(spark, """CREATE TEMPORARY VIEW tv AS SELECT 1 AS a; CREATE OR REPLACE GLOBAL TEMPORARY VIEW gv AS SELECT 1 AS a;
        CREATE VIEW kept AS SELECT 2 AS b; DECLARE OR REPLACE VARIABLE var INT DEFAULT 3""")  # fmt: skip
    for query in (
        "SELECT * FROM tv",
        "WITH c AS (SELECT * FROM tv) SELECT * FROM c",
        "SELECT * FROM range(3) WHERE id IN (SELECT a FROM tv)",
        "SELECT * FROM global_temp.gv",
        "SELECT var AS x",
    ):
        for start in ("CREATE VIEW p AS ", "ALTER VIEW kept AS ", "CREATE OR REPLACE VIEW kept AS "):
            assert refused(spark, start + query) == "INVALID_TEMP_OBJ_REFERENCE", start + query
    assert run(spark, "SELECT * FROM kept") == [(2,)]
    assert refused(spark, "CREATE OR REPLACE VIEW kept AS SELECT * FROM kept") == "RECURSIVE_VIEW"
    spark.catalog.dropTempView("tv")
    spark.catalog.dropGlobalTempView("gv")


def test_frames_take_the_name_of_what_they_read(spark, schema):
    run(spark, "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)")
    spark.table("t").createOrReplaceTempView("step")
    for _ in range(3):
        spark.table("step").withColumn("a", F.col("a") + 10).createOrReplaceTempView("step")
    spark.sql("SELECT a * 2 AS a FROM step WHERE a IN (SELECT a FROM step)").createOrReplaceTempView("step")
    assert spark.table("step").collect() == [(62,)]
    spark.table("t").alias("x").createOrReplaceTempView("t")
    assert spark.table("t").collect() == [(1,)]
    assert refused(spark, "CREATE OR REPLACE TEMPORARY VIEW step AS SELECT * FROM step") == "RECURSIVE_VIEW"
    for name in ("step", "t"):
        spark.catalog.dropTempView(name)


def test_only_columns_stay_and_nothing_dropped_is_no_version(spark, schema):
    run(spark, "CREATE TABLE t (a STRUCT<x: INT, y: INT>) TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")
    assert refused(spark, "ALTER TABLE t DROP COLUMN a") == "DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA"
    run(spark, "ALTER TABLE t DROP COLUMN IF EXISTS nosuch; ALTER TABLE t RENAME COLUMN a.x TO `z.w`")
    history = run(spark, "DESCRIBE HISTORY t")
    assert [row.operation for row in history] == ["RENAME COLUMN", "CREATE TABLE"]
    assert history[0].operationParameters == {"oldColumnPath": "a.x", "newColumnPath": "a.`z.w`"}


def test_words_for_dates_and_times(spark):
    assert run(spark, """SELECT cast('epoch' AS DATE) = DATE'1970-01-01', cast('today' AS DATE) = current_date(),
        cast(' Tomorrow ' AS DATE) = date_add(current_date(), 1), cast('yesterday UTC' AS DATE) = date_add(current_date(), -1),
        cast('now' AS TIMESTAMP) = now(), cast('today Europe/Berlin' AS TIMESTAMP) = date_trunc('day', now()),
        to_timestamp('epoch') = timestamp_seconds(0), try_cast('EPOCH' AS TIMESTAMP) = timestamp_seconds(0),
        TIMESTAMP'2020-01-01' BETWEEN 'epoch' AND 'now', cast('now' AS TIMESTAMP_NTZ) = localtimestamp(),
        TIMESTAMP'today' = date_trunc('day', now()), DATE'tomorrow' > current_date(), to_date('now') = current_date()""") == [(True,) * 13]  # fmt: skip
    assert refused(spark, "SELECT cast(c AS TIMESTAMP) FROM VALUES ('epoch') t(c)") == "CAST_INVALID_INPUT"
    assert refused(spark, "SELECT cast('now UTC' AS TIMESTAMP)") == "CAST_INVALID_INPUT"
