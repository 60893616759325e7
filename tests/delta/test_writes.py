"""What the DataFrame writers and INSERT, CREATE and ALTER leave in a Delta table, read back by Headrace and by delta-rs."""

from __future__ import annotations

import datetime
import decimal
import json
import pathlib

import deltalake
import pytest
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import Row
from pyspark.sql import functions as F


@pytest.fixture
def path(tmp_path) -> str:
    return str(tmp_path / "table")


@pytest.fixture
def schema_name(spark, request):
    name = "w" + str(abs(hash(request.node.nodeid)))
    spark.sql(f"CREATE SCHEMA {name}")
    spark.sql(f"USE {name}")
    yield name
    spark.sql(f"DROP SCHEMA spark_catalog.{name} CASCADE")


def log_of(path: str, version: int) -> list[dict]:
    text = (pathlib.Path(path) / "_delta_log" / f"{version:020}.json").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def adds_of(path: str, version: int) -> list[dict]:
    return [line["add"] for line in log_of(path, version) if "add" in line]


def condition(error: pytest.ExceptionInfo) -> str:
    return error.value.getCondition()


def test_every_type_comes_back_in_both_readers(spark, path):
    frame = spark.sql("""
        SELECT id, CAST(id AS TINYINT) b, CAST(id AS SMALLINT) s, CAST(id AS INT) i, CAST(id AS FLOAT) / 4 f, id / 8 d,
               CAST(id AS DECIMAL(12,2)) / 10 m, CAST(id AS DECIMAL(38,10)) big, CAST(id AS STRING) t, id % 2 = 0 o,
               CAST('x' AS BINARY) x, DATE'2024-02-29' + CAST(id AS INT) day, TIMESTAMP'2024-02-29 12:00:00.123456' at,
               TIMESTAMP_NTZ'2024-02-29 12:00:00.123456' wall, ARRAY(id, NULL) a, MAP('k', id) k,
               NAMED_STRUCT('u', id, 'v', NAMED_STRUCT('w', 'deep')) n, CAST(NULL AS STRING) nothing
        FROM range(5)""")
    frame.write.format("delta").save(path)
    expected = [row.asDict(recursive=True) for row in frame.orderBy("id").collect()]
    back = spark.read.format("delta").load(path)
    assert [row.asDict(recursive=True) for row in back.orderBy("id").collect()] == expected
    assert back.schema.simpleString() == frame.schema.simpleString()
    theirs = deltalake.DeltaTable(path).to_pyarrow_table().sort_by("id").to_pylist()
    for ours, other in zip(expected, theirs, strict=True):
        for name in ("id", "b", "s", "i", "f", "d", "m", "big", "t", "o", "day", "wall", "a", "n", "nothing"):
            assert other[name] == ours[name], name
        assert dict(other["k"]) == ours["k"]
        assert other["at"].replace(tzinfo=None) == ours["at"]


def test_statistics_bound_every_column(spark, path):
    spark.sql("""
        SELECT * FROM VALUES (1, 'a', 1.5D, DATE'2024-01-01', 2.50BD), (3, NULL, CAST('NaN' AS DOUBLE), DATE'2024-03-01', -1.25BD)
        AS t(i, s, d, day, m)""").coalesce(1).write.format("delta").save(path)
    (add,) = adds_of(path, 0)
    stats = json.loads(add["stats"], parse_float=decimal.Decimal)
    assert stats["numRecords"] == 2
    assert stats["minValues"] == {"i": 1, "s": "a", "day": "2024-01-01", "m": decimal.Decimal("-1.25")}
    assert stats["maxValues"] == {"i": 3, "s": "a", "day": "2024-03-01", "m": decimal.Decimal("2.50")}
    assert stats["nullCount"] == {"i": 0, "s": 1, "d": 0, "day": 0, "m": 0}


def test_append_enforces_the_schema_by_name(spark, path):
    spark.range(3).withColumn("s", F.lit("x")).write.format("delta").save(path)
    spark.range(2).select(F.lit("y").alias("S"), "id").write.format("delta").mode("append").save(path)
    spark.range(1).write.format("delta").mode("append").save(path)  # A missing column is NULL.
    assert spark.read.load(path).groupBy("s").count().orderBy("s").collect() == [
        Row(s=None, count=1),
        Row(s="x", count=3),
        Row(s="y", count=2),
    ]
    with pytest.raises(AnalysisException) as extra:
        spark.range(1).withColumn("z", F.lit(1)).write.format("delta").mode("append").save(path)
    assert condition(extra) == "DELTA_METADATA_MISMATCH"
    assert "|-- z: integer" in str(extra.value)
    with pytest.raises(AnalysisException) as other:
        spark.sql("SELECT 'a' AS id").write.format("delta").mode("append").save(path)
    assert condition(other) == "DELTA_FAILED_TO_MERGE_FIELDS"
    assert "'id'" in str(other.value)
    assert deltalake.DeltaTable(path).version() == 2


def test_merge_schema_adds_columns(spark, path):
    spark.sql("SELECT 1 AS id, NAMED_STRUCT('a', 1) AS n").write.format("delta").save(path)
    more = spark.sql("SELECT 2 AS id, NAMED_STRUCT('a', 2, 'b', 'new') AS n, 1.5D AS z")
    more.write.format("delta").mode("append").option("mergeSchema", "true").save(path)
    rows = spark.read.load(path).orderBy("id").collect()
    assert [row.asDict(True) for row in rows] == [
        {"id": 1, "n": {"a": 1, "b": None}, "z": None},
        {"id": 2, "n": {"a": 2, "b": "new"}, "z": 1.5},
    ]


def test_overwrite_and_overwrite_schema(spark, path):
    spark.range(5).write.format("delta").save(path)
    spark.range(2).write.format("delta").mode("overwrite").save(path)
    assert spark.read.load(path).count() == 2
    other = spark.sql("SELECT 'a' AS name, 1 AS p")
    with pytest.raises(AnalysisException):
        other.write.format("delta").mode("overwrite").save(path)
    other.write.format("delta").mode("overwrite").option("overwriteSchema", "true").partitionBy("p").save(path)
    assert spark.read.load(path).columns == ["name", "p"]
    assert deltalake.DeltaTable(path).metadata().partition_columns == ["p"]
    assert spark.read.option("versionAsOf", 0).load(path).count() == 5


def test_modes_and_partitioning(spark, path):
    frame = spark.range(10).withColumn("p", F.col("id") % 3)
    frame.write.format("delta").partitionBy("p").save(path)
    assert {add["partitionValues"]["p"] for add in adds_of(path, 0)} == {"0", "1", "2"}
    with pytest.raises(AnalysisException) as exists:
        frame.write.format("delta").save(path)
    assert condition(exists) == "DELTA_PATH_EXISTS"
    frame.write.format("delta").mode("ignore").save(path)
    with pytest.raises(AnalysisException):
        frame.write.format("delta").mode("append").partitionBy("id").save(path)
    assert deltalake.DeltaTable(path).version() == 0


def test_input_files_are_those_that_pruning_leaves(spark, path):
    spark.range(10).withColumn("p", F.col("id") % 3).coalesce(1).write.format("delta").partitionBy("p").save(path)
    table = spark.read.load(path)
    assert len(table.inputFiles()) == 3
    (file,) = table.where("p = 1").select("id").where("id > 0").inputFiles()
    assert file.startswith(f"file:{path}/p=1/")
    assert len(table.where("id > 8").inputFiles()) == 1  # By statistics.
    assert table.where("id > 100").inputFiles() == []
    assert len(table.where("id % 7 = 100").inputFiles()) == 3
    # A limit stands between: the filter chooses among its rows.
    assert len(table.limit(5).where("p = 1").inputFiles()) == 3
    assert len(table.join(table.where("p = 1"), "id").inputFiles()) == 3


def test_partition_values_of_every_kind(spark, path):
    frame = spark.sql("""
        SELECT * FROM VALUES (1, 'a b/c=d%', DATE'2024-01-31', TIMESTAMP'2024-01-31 10:00:00.5', true, 1.50BD),
                             (2, CAST(NULL AS STRING), NULL, NULL, NULL, NULL), (3, 'é', DATE'1900-01-01', TIMESTAMP'1969-12-31 23:59:59', false, 0.25BD)
        AS t(id, s, d, t, b, m)""")
    frame.write.format("delta").partitionBy("s", "d", "t", "b", "m").save(path)
    assert spark.read.load(path).orderBy("id").collect() == frame.orderBy("id").collect()
    theirs = sorted(deltalake.DeltaTable(path).to_pyarrow_table().to_pylist(), key=lambda row: row["id"])
    assert [row["s"] for row in theirs] == ["a b/c=d%", None, "é"]
    assert [row["d"] for row in theirs] == [datetime.date(2024, 1, 31), None, datetime.date(1900, 1, 1)]
    assert spark.read.load(path).where("s = 'é'").first().id == 3


def test_replace_where_and_dynamic_overwrite(spark, path):
    frame = spark.range(12).withColumn("p", (F.col("id") % 3).cast("int"))
    frame.write.format("delta").partitionBy("p").save(path)
    new = spark.range(100, 102).withColumn("p", F.lit(1))
    new.write.format("delta").mode("overwrite").option("replaceWhere", "p >= 1 AND p < 1 + 1").save(path)
    assert spark.read.load(path).groupBy("p").count().orderBy("p").collect() == [Row(p=0, count=4), Row(p=1, count=2), Row(p=2, count=4)]
    with pytest.raises(AnalysisException) as outside:
        new.write.format("delta").mode("overwrite").option("replaceWhere", "p = 2").save(path)
    assert condition(outside) == "DELTA_REPLACE_WHERE_MISMATCH"
    new.withColumn("p", F.lit(2)).write.format("delta").mode("overwrite").option("partitionOverwriteMode", "dynamic").save(path)
    assert spark.read.load(path).groupBy("p").count().orderBy("p").collect() == [Row(p=0, count=4), Row(p=1, count=2), Row(p=2, count=2)]
    commit = next(line["commitInfo"] for line in log_of(path, 1) if "commitInfo" in line)
    assert commit["operationParameters"]["predicate"] == "p >= 1 AND p < 1 + 1"


def test_replace_where_with_a_new_column(spark, path):
    spark.range(3).write.format("delta").save(path)
    new = spark.sql("SELECT id, 'new' AS s FROM range(1, 3)")
    with pytest.raises(AnalysisException):
        new.write.format("delta").mode("overwrite").option("replaceWhere", "id >= 1").save(path)
    new.write.format("delta").mode("overwrite").option("replaceWhere", "id >= 1").option("mergeSchema", "true").save(path)
    assert spark.read.load(path).orderBy("id").collect() == [Row(id=0, s=None), Row(id=1, s="new"), Row(id=2, s="new")]


def test_replace_where_over_any_column(spark, path):
    spark.range(100).withColumn("s", F.lit("old")).write.format("delta").save(path)
    spark.range(200, 210).withColumn("s", F.lit("old")).write.format("delta").mode("append").save(path)
    spark.range(10, 15).withColumn("s", F.lit("new")).write.format("delta").mode("overwrite").option(
        "replaceWhere", "id >= 10 AND id < 20"
    ).save(path)
    assert spark.read.load(path).groupBy("s").count().orderBy("s").collect() == [Row(s="new", count=5), Row(s="old", count=100)]
    assert sorted(row.id for row in spark.read.load(path).where("s = 'new'").collect()) == list(range(10, 15))
    # The file without such rows was left alone.
    assert sum("remove" in line for line in log_of(path, 2)) == 1


def test_repartition_decides_the_files(spark, tmp_path):
    for name, frame, files in (
        ("five", spark.range(1000).repartition(5), 5),
        ("one", spark.range(1000).repartition(1), 1),
        ("coalesced", spark.range(1000).coalesce(1), 1),
        ("renamed", spark.range(1000).repartition(4).withColumnRenamed("id", "x"), 4),
    ):
        frame.write.format("delta").save(str(tmp_path / name))
        assert len(adds_of(str(tmp_path / name), 0)) == files, name
    keyed = spark.range(1000).withColumn("k", F.col("id") % 4).repartition(3, "k")
    keyed.write.format("delta").save(str(tmp_path / "keyed"))
    assert 1 <= len(adds_of(str(tmp_path / "keyed"), 0)) <= 3
    # All rows of a key stand in one file.
    per_key = spark.read.load(str(tmp_path / "keyed")).groupBy("k").agg(F.countDistinct("_metadata.file_name").alias("files"))
    assert {row.files for row in per_key.collect()} == {1}


def test_order_is_kept_in_files(spark, path):
    spark.range(500_000).select((F.col("id") * 7919 % 500_000).alias("x")).orderBy("x").coalesce(1).write.format("delta").save(path)
    written = deltalake.DeltaTable(path).to_pyarrow_table()["x"].to_pylist()
    assert written == list(range(500_000))


def test_idempotent_by_application_id(spark, path):
    writer = spark.range(3).write.format("delta").mode("append").option("txnAppId", "job")
    writer.option("txnVersion", 1).save(path)
    writer.option("txnVersion", 1).save(path)
    writer.option("txnVersion", 2).save(path)
    assert spark.read.load(path).count() == 6
    assert deltalake.DeltaTable(path).transaction_version("job") == 2
    with pytest.raises(PySparkException):
        spark.range(1).write.format("delta").mode("append").option("txnAppId", "job").save(path)


def test_generated_column_with_a_backquote(spark, schema_name):
    spark.sql("CREATE TABLE odd (a INT, `g``x` INT GENERATED ALWAYS AS (a + 1)) USING delta")
    spark.sql("INSERT INTO odd (a) VALUES (1)")
    spark.sql("INSERT INTO odd VALUES (2, 3)")
    assert spark.table("odd").orderBy("a").collect() == [(1, 2), (2, 3)]
    with pytest.raises(PySparkException) as error:
        spark.sql("INSERT INTO odd VALUES (2, 4)")
    assert condition(error) == "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"
    assert "`g``x` <=> a + 1" in str(error.value)


def test_tables_by_sql(spark, schema_name):
    spark.sql("""
        CREATE TABLE t (a INT NOT NULL COMMENT 'key', b STRING DEFAULT 'none', c DATE, g INT GENERATED ALWAYS AS (a + 1))
        USING delta PARTITIONED BY (c) COMMENT 'a table'
        TBLPROPERTIES ('mine' = 'yes', 'delta.feature.allowColumnDefaults' = 'supported')""")
    spark.sql("INSERT INTO t (a, c) VALUES (1, DATE'2024-01-01')")
    spark.sql("INSERT INTO t (c, a, b) VALUES (DATE'2024-01-02', 2, 'two')")
    assert spark.table("t").orderBy("a").collect() == [
        Row(a=1, b="none", c=datetime.date(2024, 1, 1), g=2),
        Row(a=2, b="two", c=datetime.date(2024, 1, 2), g=3),
    ]
    for bad, name in (
        ("INSERT INTO t (a, c) VALUES (NULL, DATE'2024-01-01')", "DELTA_NOT_NULL_CONSTRAINT_VIOLATED"),
        ("INSERT INTO t VALUES (1)", "DELTA_INSERT_COLUMN_ARITY_MISMATCH"),
        ("INSERT INTO t (a, g) VALUES (1, 7)", "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"),
        ("INSERT INTO t (a, zz) VALUES (1, 7)", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
        ("INSERT INTO t (a) VALUES ('x')", "CAST_INVALID_INPUT"),
        ("INSERT INTO missing VALUES (1)", "TABLE_OR_VIEW_NOT_FOUND"),
        ("CREATE TABLE t (a INT)", "TABLE_OR_VIEW_ALREADY_EXISTS"),
        ("CREATE TABLE u (a INT) TBLPROPERTIES ('delta.unknown' = '1')", "DELTA_UNKNOWN_CONFIGURATION"),
    ):
        with pytest.raises(PySparkException) as error:
            spark.sql(bad)
        assert condition(error) == name, bad
    assert spark.table("t").count() == 2
    spark.sql("INSERT OVERWRITE t PARTITION (c = DATE'2024-01-02') (a, b) VALUES (5, 'five')")
    assert [row.a for row in spark.table("t").orderBy("a").collect()] == [1, 5]
    spark.sql("CREATE OR REPLACE TABLE t AS SELECT id FROM range(4)")
    assert spark.table("t").columns == ["id"]
    assert spark.sql("SELECT count(*) FROM t VERSION AS OF 1").first()[0] == 1
    spark.sql("TRUNCATE TABLE t")
    assert spark.table("t").count() == 0


def test_char_and_varchar(spark, schema_name):
    spark.sql("CREATE TABLE t (c CHAR(3), v VARCHAR(3)) USING delta")
    spark.sql("INSERT INTO t VALUES ('a', 'ab'), ('abc  ', 'abc  '), (NULL, NULL)")
    assert {(row.c, row.v) for row in spark.table("t").collect()} == {("a  ", "ab"), ("abc", "abc"), (None, None)}
    for values in ("('abcd', 'a')", "('a', 'abcd')"):
        with pytest.raises(PySparkException) as error:
            spark.sql(f"INSERT INTO t VALUES {values}")
        assert condition(error) == "DELTA_EXCEED_CHAR_VARCHAR_LIMIT"
    assert spark.table("t").count() == 3


def test_char_and_varchar_of_any_name(spark, schema_name):
    spark.sql(
        r"""CREATE TABLE t (id INT, `it's` VARCHAR(3), `a\b` CHAR(4), `b``q` VARCHAR(2)) USING delta
        TBLPROPERTIES ('delta.columnMapping.mode' = 'name')"""
    )
    spark.sql("INSERT INTO t VALUES (1, 'abc', 'x', 'y')")
    spark.sql("UPDATE t SET `it's` = 'ab'")
    merge = "MERGE INTO t USING (SELECT {} AS v) s ON id = 1 WHEN MATCHED THEN UPDATE SET `it's` = v, `a\\b` = v"
    spark.sql(merge.format("'m'"))
    assert [tuple(row) for row in spark.table("t").collect()] == [(1, "m", "m   ", "y")]
    for statement, column in (
        ("INSERT INTO t VALUES (1, 'abcd', 'x', 'y')", "`it's`"),
        ("INSERT INTO t VALUES (1, 'abc', 'xxxxx', 'y')", "`a\\b`"),
        ("INSERT INTO t VALUES (1, 'abc', 'x', 'yyy')", "`b``q`"),
        ("UPDATE t SET `it's` = 'abcd'", "`it's`"),
        (merge.format("'merged'"), "`it's`"),
    ):
        with pytest.raises(PySparkException) as error:
            spark.sql(statement)
        assert condition(error) == "DELTA_EXCEED_CHAR_VARCHAR_LIMIT"
        assert error.value.getMessageParameters()["expr"].startswith(f"(({column} IS NULL) OR (length({column})")


def test_alter_table(spark, schema_name):
    spark.sql("CREATE TABLE t (a INT, b STRING) USING delta")
    spark.sql("INSERT INTO t VALUES (1, 'x')")
    spark.sql("ALTER TABLE t ADD COLUMNS (z DOUBLE COMMENT 'new' FIRST, n STRUCT<u: INT> AFTER a)")
    assert spark.table("t").columns == ["z", "a", "n", "b"]
    spark.sql("ALTER TABLE t ADD COLUMN (n.v STRING)")
    assert spark.table("t").schema["n"].dataType.simpleString() == "struct<u:int,v:string>"
    with pytest.raises(PySparkException) as mapping:
        spark.sql("ALTER TABLE t RENAME COLUMN b TO c")
    assert condition(mapping) == "DELTA_UNSUPPORTED_RENAME_COLUMN"
    spark.sql("ALTER TABLE t SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")
    spark.sql("ALTER TABLE t RENAME COLUMN b TO c")
    spark.sql("ALTER TABLE t DROP COLUMN z")
    spark.sql("INSERT INTO t VALUES (2, NAMED_STRUCT('u', 1, 'v', 'w'), 'y')")
    assert [row.asDict(True) for row in spark.table("t").orderBy("a").collect()] == [
        {"a": 1, "n": None, "c": "x"},
        {"a": 2, "n": {"u": 1, "v": "w"}, "c": "y"},
    ]
    spark.sql("ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0)")
    with pytest.raises(PySparkException) as violated:
        spark.sql("INSERT INTO t (a) VALUES (-1)")
    assert condition(violated) == "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"
    with pytest.raises(PySparkException) as late:
        spark.sql("ALTER TABLE t ADD CONSTRAINT big CHECK (a > 1)")
    assert condition(late) == "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION"
    spark.sql("ALTER TABLE t DROP CONSTRAINT positive")
    spark.sql("ALTER TABLE t RENAME TO u")
    assert spark.table("u").count() == 2


def test_save_as_table_and_write_to(spark, schema_name, tmp_path):
    spark.range(3).write.saveAsTable("t")
    spark.range(3).selectExpr("CAST(id AS INT) AS id").write.mode("append").saveAsTable("t")
    with pytest.raises(AnalysisException) as exists:
        spark.range(1).write.saveAsTable("t")
    assert condition(exists) == "TABLE_OR_VIEW_ALREADY_EXISTS"
    spark.range(7, 8).write.insertInto("t")
    assert spark.table("t").count() == 7
    spark.range(2).write.mode("overwrite").saveAsTable("t")
    assert spark.table("t").count() == 2
    spark.range(2).write.option("path", str(tmp_path / "external")).saveAsTable("e")
    spark.sql("DROP TABLE e")
    assert deltalake.DeltaTable(str(tmp_path / "external")).version() == 0
    spark.range(4).withColumn("p", F.col("id") % 2).writeTo("v").using("delta").partitionedBy("p").tableProperty("k", "v").create()
    spark.range(1).withColumn("p", F.lit(1).cast("long")).writeTo("v").overwritePartitions()
    assert spark.table("v").groupBy("p").count().orderBy("p").collect() == [Row(p=0, count=2), Row(p=1, count=1)]
    spark.range(1).withColumn("p", F.lit(0).cast("long")).writeTo("v").overwrite(F.col("p") == 0)
    assert spark.table("v").count() == 2
    spark.range(9).writeTo("v").createOrReplace()
    assert spark.table("v").count() == 9
    with pytest.raises(AnalysisException) as missing:
        spark.range(1).writeTo("nowhere").append()
    assert condition(missing) == "TABLE_OR_VIEW_NOT_FOUND"


def test_a_failed_write_leaves_nothing(spark, path, schema_name):
    spark.range(10).write.format("delta").save(path)
    before = {file.name for file in pathlib.Path(path).iterdir()}
    with pytest.raises(PySparkException) as error:
        spark.range(1_000_000).select(F.expr("1 / (id - 999999)").alias("id")).selectExpr("CAST(id AS BIGINT) AS id").write.format(
            "delta"
        ).mode("append").save(path)
    assert condition(error) == "DIVIDE_BY_ZERO"
    assert {file.name for file in pathlib.Path(path).iterdir()} == before
    with pytest.raises(PySparkException):
        spark.sql("CREATE TABLE broken AS SELECT 1 / (id - 3) AS x FROM range(10)")
    assert spark.sql("SHOW TABLES").count() == 0
    assert deltalake.DeltaTable(path).version() == 0


def test_parquet_does_not_destroy_a_delta_table(spark, path):
    """Spark itself overwrites the folder, log and all, without a word."""
    spark.range(5).write.format("delta").save(path)
    for mode in ("overwrite", "append"):
        with pytest.raises(AnalysisException) as refused:
            spark.range(2).write.format("parquet").mode(mode).save(path)
        assert condition(refused) == "DELTA_INVALID_FORMAT"
    assert spark.read.load(path).count() == 5
    assert deltalake.DeltaTable(path).version() == 0


def test_a_new_table_does_not_join_one_that_is_there(spark, schema_name, path):
    spark.range(3).write.format("delta").save(path)
    frame = spark.range(9)
    for make in (
        lambda: spark.sql(f"CREATE TABLE t USING delta LOCATION '{path}' AS SELECT 1L AS id"),
        lambda: spark.sql(f"CREATE TABLE IF NOT EXISTS t USING delta LOCATION '{path}' AS SELECT 1L AS id"),
        lambda: frame.write.option("path", path).saveAsTable("t"),
        lambda: frame.write.option("path", path).mode("ignore").saveAsTable("t"),
        lambda: frame.write.option("path", path).mode("append").saveAsTable("t"),
    ):
        with pytest.raises(AnalysisException) as refused:
            make()
        assert condition(refused) == "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION"
    assert spark.sql("SHOW TABLES").count() == 0
    assert deltalake.DeltaTable(path).version() == 0
    spark.sql(f"CREATE OR REPLACE TABLE t USING delta LOCATION '{path}' AS SELECT 7L AS other")
    assert spark.table("t").collect() == [Row(other=7)]
    assert spark.read.option("versionAsOf", 0).load(path).count() == 3
    history = spark.sql("DESCRIBE HISTORY t").select("operation").collect()
    assert [row.operation for row in history] == ["CREATE OR REPLACE TABLE AS SELECT", "WRITE"]


def test_a_file_in_the_way(spark, tmp_path):
    """What stands where the table's folder must be is named, and nothing is left."""
    file = tmp_path / "file"
    file.write_text("here already", encoding="utf-8")
    for path in (file, file / "below", file / "far" / "below"):
        for mode in ("error", "append", "overwrite"):
            with pytest.raises(PySparkException) as refused:
                spark.range(3).write.format("delta").mode(mode).save(str(path))
            assert condition(refused) == "DELTA_CANNOT_CREATE_LOG_PATH"
            assert f"file:{path}/_delta_log" in str(refused.value)
    with pytest.raises(AnalysisException) as no_table:
        spark.read.format("delta").load(str(file)).collect()
    assert condition(no_table) == "DELTA_TABLE_NOT_FOUND"
    with pytest.raises(PySparkException) as parquet:
        spark.range(3).write.format("parquet").save(str(file / "below"))
    assert condition(parquet) == "TASK_WRITE_FAILED"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
    assert file.read_text(encoding="utf-8") == "here already"


@pytest.mark.parametrize("format", ["delta", "parquet"])
def test_the_first_rows_of_a_wide_table(spark, tmp_path, format):
    """The first few rows of an order are found by their key first; their other columns are read in a second scan."""
    path = str(tmp_path / format)
    columns = [f"concat('column {number} of ', id) AS c{number}" for number in range(12)]
    frame = spark.range(20_000).selectExpr("id % 3 AS p", "id", *columns)
    frame.repartition(2).write.format(format).partitionBy("p").save(path)
    read = spark.read.format(format).load(path)
    if format == "delta":
        spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')")
        spark.sql(f"DELETE FROM delta.`{path}` WHERE id = 19998")
        read = spark.read.format(format).load(path)
    rows = read.where("p = 0 AND id < 19999").orderBy("id", ascending=False).limit(3).collect()
    last = 19995 if format == "delta" else 19998
    assert [(row.id, row.p, row.c0, row.c11) for row in rows] == [
        (id, 0, f"column 0 of {id}", f"column 11 of {id}") for id in (last, last - 3, last - 6)
    ]


def test_frames_do_not_carry_what_the_log_notes_of_columns(spark, schema_name):
    spark.sql("""
        CREATE TABLE noted (id BIGINT GENERATED ALWAYS AS IDENTITY, a INT COMMENT 'c', b INT GENERATED ALWAYS AS (a + 1),
        s STRUCT<x: INT, y: ARRAY<STRUCT<z: INT>>>) TBLPROPERTIES ('delta.columnMapping.mode' = 'name')""")
    spark.sql("INSERT INTO noted (a, s) VALUES (1, struct(2, array(struct(3))))")
    frame = spark.table("noted")
    assert [field.metadata for field in frame.schema] == [{}, {"comment": "c"}, {}, {}]
    assert frame.schema["s"].dataType["x"].metadata == {}
    assert "delta." not in frame.schema.json()
    frame.select("a", "s").write.saveAsTable("copied")
    detail = spark.sql("DESCRIBE DETAIL copied").first()
    assert "delta." not in log_of(detail.location.removeprefix("file:"), 0)[-1].get("metaData", {}).get("schemaString", "")
    assert spark.table("copied").first().asDict(recursive=True) == {"a": 1, "s": {"x": 2, "y": [{"z": 3}]}}


def test_what_show_create_table_says_makes_the_same_table(spark, schema_name):
    spark.sql("""
        CREATE TABLE made (id BIGINT GENERATED BY DEFAULT AS IDENTITY (START WITH 5 INCREMENT BY 2), a INT NOT NULL COMMENT 'c',
        b INT GENERATED ALWAYS AS (a + 1), v VARCHAR(3), `odd-name` STRUCT<x: INT>, d INT DEFAULT 7) CLUSTER BY (a, `odd-name`.x)
        TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')""")
    text = spark.sql("SHOW CREATE TABLE made").first()[0]
    assert "id BIGINT GENERATED BY DEFAULT AS IDENTITY (START WITH 5 INCREMENT BY 2)" in text
    assert "CLUSTER BY (a, `odd-name`.x)" in text
    spark.sql("ALTER TABLE made RENAME TO before")
    spark.sql(text)

    def schema_of(table):
        location = spark.sql(f"DESCRIBE DETAIL {table}").first().location.removeprefix("file:")
        (found,) = [line["metaData"]["schemaString"] for line in log_of(location, 0) if "metaData" in line]
        return json.loads(found)

    assert schema_of("made") == schema_of("before")
    assert spark.sql("SHOW CREATE TABLE made").first()[0] == text
