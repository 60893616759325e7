"""Identity columns: numbers for rows that INSERT, the writers and MERGE bring, and what may not give them."""

from __future__ import annotations

import json
import pathlib

import deltalake
import pytest
from delta.tables import DeltaTable, IdentityGenerator
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import types as T


@pytest.fixture
def make(spark, tmp_path):
    def made(generated: str, name: str = "numbered", extra: str = "") -> str:
        path = str(tmp_path / name)
        spark.sql(f"CREATE TABLE delta.`{path}` (id BIGINT GENERATED {generated} AS IDENTITY {extra}, v STRING)")
        return path

    return made


def rows(spark, path: str) -> list[tuple]:
    return [tuple(row) for row in spark.read.format("delta").load(path).orderBy("id").collect()]


def high_water_mark(path: str) -> int | None:
    for file in sorted((pathlib.Path(path) / "_delta_log").glob("*.json"), reverse=True):
        for line in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
            if "metaData" in line:
                fields = json.loads(line["metaData"]["schemaString"])["fields"]
                return fields[0]["metadata"].get("delta.identity.highWaterMark")
    return None


def condition(error: pytest.ExceptionInfo) -> str:
    return error.value.getCondition()


def test_rows_are_numbered_in_turn(spark, make):
    path = make("ALWAYS")
    spark.sql(f"INSERT INTO delta.`{path}` (v) VALUES ('a'), ('b')")
    spark.createDataFrame([("c",)], "v STRING").write.format("delta").mode("append").save(path)
    assert rows(spark, path) == [(1, "a"), (2, "b"), (3, "c")]
    assert high_water_mark(path) == 3
    lines = [json.loads(line) for line in (pathlib.Path(path) / "_delta_log" / f"{0:020}.json").read_text().splitlines()]
    (protocol,) = [line["protocol"] for line in lines if "protocol" in line]
    assert protocol["writerFeatures"] == ["appendOnly", "identityColumns", "invariants"]
    assert deltalake.DeltaTable(path).to_pyarrow_table().num_rows == 3


def test_start_and_step(spark, make):
    path = make("ALWAYS", extra="(START WITH 0 INCREMENT BY -2)")
    spark.sql(f"INSERT INTO delta.`{path}` (v) SELECT string(id) FROM range(3)")
    assert rows(spark, path) == [(-4, "2"), (-2, "1"), (0, "0")]
    spark.sql(f"INSERT OVERWRITE delta.`{path}` (v) VALUES ('x')")
    assert rows(spark, path) == [(-6, "x")]


def test_many_rows_get_numbers_of_their_own(spark, make):
    path = make("ALWAYS")
    spark.sql(f"INSERT INTO delta.`{path}` (v) SELECT string(id) FROM range(300000)")
    frame = spark.read.format("delta").load(path)
    assert frame.selectExpr("count(*)", "count(DISTINCT id)", "min(id)", "max(id)").first() == (300000, 300000, 1, 300000)
    assert high_water_mark(path) == 300000


def test_values_of_its_own_only_by_default(spark, make):
    always, default = make("ALWAYS"), make("BY DEFAULT", "free", "(START WITH 10 INCREMENT BY 5)")
    with pytest.raises(AnalysisException) as error:
        spark.sql(f"INSERT INTO delta.`{always}` VALUES (7, 'c')")
    assert condition(error) == "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED"
    with pytest.raises(AnalysisException) as error:
        spark.createDataFrame([(1, "d")], "id BIGINT, v STRING").write.format("delta").mode("append").save(always)
    assert condition(error) == "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED"
    for values in ("(v) VALUES ('a')", "VALUES (7, 'c')", "(v) VALUES ('b')"):
        spark.sql(f"INSERT INTO delta.`{default}` {values}")
    assert rows(spark, default) == [(7, "c"), (10, "a"), (15, "b")]
    assert high_water_mark(default) == 15


@pytest.mark.parametrize("vectors", [False, True])
def test_merge_numbers_what_it_inserts(spark, make, vectors):
    path = make("ALWAYS")
    spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ('delta.enableDeletionVectors' = {str(vectors).lower()})")
    spark.sql(f"INSERT INTO delta.`{path}` (v) VALUES ('a'), ('b'), ('c')")
    spark.sql(f"""
        MERGE INTO delta.`{path}` t USING (SELECT explode(array('b', 'x')) v) s ON s.v = t.v
        WHEN MATCHED THEN UPDATE SET v = 'B' WHEN NOT MATCHED THEN INSERT (v) VALUES (s.v)""")
    assert rows(spark, path) == [(1, "a"), (2, "B"), (3, "c"), (4, "x")]
    assert high_water_mark(path) == 4
    spark.sql(f"UPDATE delta.`{path}` SET v = 'A' WHERE v = 'a'")
    spark.sql(f"DELETE FROM delta.`{path}` WHERE v = 'x'")
    spark.sql(f"OPTIMIZE delta.`{path}`")
    spark.sql(f"INSERT INTO delta.`{path}` (v) VALUES ('y')")
    assert rows(spark, path) == [(1, "A"), (2, "B"), (3, "c"), (5, "y")]


def test_numbers_do_not_come_again_after_a_restore(spark, make):
    path = make("ALWAYS", extra="(INCREMENT BY -1)")
    for value in "abc":
        spark.sql(f"INSERT INTO delta.`{path}` (v) VALUES ('{value}')")
    spark.sql(f"RESTORE TABLE delta.`{path}` TO VERSION AS OF 1")
    spark.sql(f"INSERT INTO delta.`{path}` (v) VALUES ('d')")
    assert rows(spark, path) == [(-2, "d"), (1, "a")]


def test_nothing_else_sets_an_identity(spark, make):
    path = make("BY DEFAULT")
    spark.sql(f"INSERT INTO delta.`{path}` (v) VALUES ('a')")
    with pytest.raises(AnalysisException) as error:
        spark.sql(f"UPDATE delta.`{path}` SET id = 3")
    assert condition(error) == "DELTA_IDENTITY_COLUMNS_UPDATE_NOT_SUPPORTED"
    with pytest.raises(AnalysisException) as error:
        spark.sql(f"""
            MERGE INTO delta.`{path}` t USING (SELECT 5L id, 'a' v) s ON s.v = t.v WHEN MATCHED THEN UPDATE SET *""")
    assert condition(error) == "DELTA_IDENTITY_COLUMNS_UPDATE_NOT_SUPPORTED"
    always = make("ALWAYS", "always")
    with pytest.raises(AnalysisException) as error:
        spark.sql(f"MERGE INTO delta.`{always}` t USING (SELECT 5L id, 'a' v) s ON s.v = t.v WHEN NOT MATCHED THEN INSERT *")
    assert condition(error) == "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("definition", "wanted"),
    [
        ("id INT GENERATED ALWAYS AS IDENTITY", "DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE"),
        ("id BIGINT GENERATED ALWAYS AS IDENTITY (INCREMENT BY 0)", "IDENTITY_COLUMNS_ILLEGAL_STEP"),
    ],
)
def test_what_cannot_be_an_identity(spark, tmp_path, definition, wanted):
    with pytest.raises(PySparkException) as error:
        spark.sql(f"CREATE TABLE delta.`{tmp_path / 'bad'}` ({definition})")
    assert condition(error) == wanted
    with pytest.raises(AnalysisException) as error:
        spark.sql(f"CREATE TABLE delta.`{tmp_path / 'bad'}` (i BIGINT GENERATED ALWAYS AS IDENTITY, v INT) PARTITIONED BY (i)")
    assert condition(error) == "DELTA_IDENTITY_COLUMNS_PARTITION_NOT_SUPPORTED"


def test_the_builder_makes_identities(spark, tmp_path):
    path = str(tmp_path / "built")
    builder = DeltaTable.create(spark).location(path)
    builder = builder.addColumn("id", T.LongType(), generatedAlwaysAs=IdentityGenerator(start=100, step=10))
    builder.addColumn("v", "STRING").execute()
    spark.sql(f"INSERT INTO delta.`{path}` (v) VALUES ('a'), ('b')")
    assert rows(spark, path) == [(100, "a"), (110, "b")]


def test_an_identity_that_has_run_out(spark, make):
    path = make("ALWAYS", extra="(START WITH 9223372036854775806)")
    spark.sql(f"INSERT INTO delta.`{path}` (v) VALUES ('a')")
    with pytest.raises(PySparkException) as error:
        spark.sql(f"INSERT INTO delta.`{path}` (v) VALUES ('b'), ('c')")
    assert condition(error) == "ARITHMETIC_OVERFLOW"
    assert rows(spark, path) == [(9223372036854775806, "a")]
