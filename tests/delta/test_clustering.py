"""Liquid clustering: CREATE and ALTER … CLUSTER BY, the writers' clusterBy, and what OPTIMIZE makes of it."""

from __future__ import annotations

import json
import pathlib

import deltalake
import pytest
from delta.tables import DeltaTable
from pyspark.errors import AnalysisException


@pytest.fixture
def clustered(spark, tmp_path) -> str:
    path = str(tmp_path / "clustered")
    spark.sql(f"CREATE TABLE delta.`{path}` (a INT, b STRING, s STRUCT<x: INT>) CLUSTER BY (a, s.x)")
    return path


def log_of(path: str, version: int) -> list[dict]:
    text = (pathlib.Path(path) / "_delta_log" / f"{version:020}.json").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def only(lines: list[dict], kind: str) -> dict:
    (found,) = [line[kind] for line in lines if kind in line]
    return found


def columns_of(spark, path: str) -> list[str]:
    return spark.sql(f"DESCRIBE DETAIL delta.`{path}`").first().clusteringColumns


def test_the_log_says_how_a_table_is_clustered(spark, clustered):
    lines = log_of(clustered, 0)
    assert only(lines, "protocol") == {
        "minReaderVersion": 1,
        "minWriterVersion": 7,
        "writerFeatures": ["appendOnly", "clustering", "domainMetadata", "invariants"],
    }
    domain = only(lines, "domainMetadata")
    assert domain["domain"] == "delta.clustering"
    assert json.loads(domain["configuration"])["clusteringColumns"] == [["a"], ["s", "x"]]
    assert only(lines, "commitInfo")["operationParameters"]["clusterBy"] == '["a","s.x"]'
    assert columns_of(spark, clustered) == ["a", "s.x"]


def test_optimize_lays_out_what_has_come_since(spark, clustered):
    for start in (0, 100):
        spark.sql(f"INSERT INTO delta.`{clustered}` SELECT id, string(id), struct(int(-id)) FROM range({start}, {start + 100})")
    metrics = spark.sql(f"OPTIMIZE delta.`{clustered}`").first().metrics
    assert (metrics.numFilesAdded, metrics.numFilesRemoved, metrics.zOrderStats) == (1, 2, None)
    stats = metrics.clusteringStats
    assert (stats.inputNumZCubes, stats.inputOtherFiles.numFiles, stats.numOutputZCubes) == (0, 2, 1)
    add = only(log_of(clustered, 3), "add")
    assert add["clusteringProvider"] == "liquid"
    assert json.loads(add["tags"]["ZCUBE_ZORDER_BY"]) == ["a", "s.x"]
    again = spark.sql(f"OPTIMIZE delta.`{clustered}`").first().metrics
    assert (again.numFilesAdded, again.numFilesRemoved, again.totalFilesSkipped) == (0, 0, 1)
    assert (again.clusteringStats.inputNumZCubes, again.clusteringStats.inputZCubeFiles.numFiles) == (1, 1)
    spark.sql(f"INSERT INTO delta.`{clustered}` VALUES (7, 'late', struct(1))")
    third = spark.sql(f"OPTIMIZE delta.`{clustered}`").first().metrics
    assert (third.numFilesRemoved, third.clusteringStats.inputNumZCubes) == (2, 1)
    assert deltalake.DeltaTable(clustered).to_pyarrow_table().num_rows == 201


def test_files_of_a_clustered_table_hold_narrow_ranges(spark, tmp_path):
    path = str(tmp_path / "narrow")
    spark.conf.set("spark.databricks.delta.optimize.maxFileSize", "200000")
    try:
        spark.sql(f"CREATE TABLE delta.`{path}` (k BIGINT, v BIGINT) CLUSTER BY (k)")
        spark.sql(f"INSERT INTO delta.`{path}` SELECT hash(id) % 1000000, id FROM range(500000)")
        added = spark.sql(f"OPTIMIZE delta.`{path}`").first().metrics.numFilesAdded
    finally:
        spark.conf.unset("spark.databricks.delta.optimize.maxFileSize")
    adds = [line["add"] for line in log_of(path, 2) if "add" in line]
    assert len(adds) == added > 3
    ranges = sorted((json.loads(add["stats"])["minValues"]["k"], json.loads(add["stats"])["maxValues"]["k"]) for add in adds)
    assert all(upper <= lower for (_, upper), (lower, _) in zip(ranges, ranges[1:], strict=False))


def test_clustering_can_be_changed_and_taken_away(spark, clustered):
    spark.sql(f"ALTER TABLE delta.`{clustered}` CLUSTER BY (b)")
    info = only(log_of(clustered, 1), "commitInfo")
    assert info["operation"] == "CLUSTER BY"
    assert info["operationParameters"] == {"oldClusteringColumns": "a,s.x", "newClusteringColumns": "b"}
    assert columns_of(spark, clustered) == ["b"]
    with pytest.raises(AnalysisException) as error:
        spark.sql(f"OPTIMIZE delta.`{clustered}` ZORDER BY (a)")
    assert error.value.getCondition() == "DELTA_CLUSTERING_WITH_ZORDER_BY"
    spark.sql(f"ALTER TABLE delta.`{clustered}` CLUSTER BY NONE")
    assert columns_of(spark, clustered) == []


def test_a_plain_table_becomes_clustered(spark, tmp_path):
    path = str(tmp_path / "plain")
    spark.range(5).write.format("delta").save(path)
    spark.sql(f"ALTER TABLE delta.`{path}` CLUSTER BY (id)")
    assert columns_of(spark, path) == ["id"]
    assert only(log_of(path, 1), "protocol")["minWriterVersion"] == 7
    assert spark.read.format("delta").load(path).count() == 5


def test_renamed_columns_stay_and_cannot_be_dropped(spark, clustered):
    spark.sql(f"ALTER TABLE delta.`{clustered}` SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")
    spark.sql(f"ALTER TABLE delta.`{clustered}` RENAME COLUMN a TO key")
    assert columns_of(spark, clustered) == ["key", "s.x"]
    with pytest.raises(AnalysisException) as error:
        spark.sql(f"ALTER TABLE delta.`{clustered}` DROP COLUMN key")
    assert error.value.getCondition() == "DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN"


def test_clones_and_earlier_versions_are_clustered_as_they_were(spark, clustered, tmp_path):
    spark.sql(f"INSERT INTO delta.`{clustered}` VALUES (1, 'a', struct(2))")
    copy = str(tmp_path / "copy")
    spark.sql(f"CREATE TABLE delta.`{copy}` SHALLOW CLONE delta.`{clustered}`")
    assert columns_of(spark, copy) == ["a", "s.x"]
    spark.sql(f"ALTER TABLE delta.`{clustered}` CLUSTER BY (b)")
    spark.sql(f"RESTORE TABLE delta.`{clustered}` TO VERSION AS OF 1")
    assert columns_of(spark, clustered) == ["a", "s.x"]
    like = str(tmp_path / "like")
    spark.sql(f"CREATE TABLE delta.`{like}` LIKE delta.`{clustered}`")
    assert columns_of(spark, like) == ["a", "s.x"]


def test_writers_and_builders_cluster(spark, tmp_path):
    path = str(tmp_path / "written")
    spark.range(4).write.format("delta").clusterBy("id").save(path)
    spark.range(4).write.format("delta").mode("append").clusterBy("id").save(path)
    assert columns_of(spark, path) == ["id"]
    with pytest.raises(AnalysisException) as error:
        spark.range(4).write.format("delta").mode("append").option("mergeSchema", True).clusterBy("other").save(path)
    assert error.value.getCondition() == "DELTA_CLUSTERING_COLUMNS_MISMATCH"
    built = str(tmp_path / "built")
    DeltaTable.create(spark).location(built).addColumn("a", "INT").addColumn("b", "INT").clusterBy("b").execute()
    assert columns_of(spark, built) == ["b"]
    spark.sql(f"CREATE OR REPLACE TABLE delta.`{built}` (a INT)")
    assert columns_of(spark, built) == []


@pytest.mark.parametrize(
    ("columns", "clauses", "condition"),
    [
        ("a INT", "CLUSTER BY (z)", "UNSUPPORTED_FEATURE.PARTITION_WITH_NESTED_COLUMN_IS_UNSUPPORTED"),
        ("a INT, p INT", "PARTITIONED BY (p) CLUSTER BY (a)", "SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED"),
        ("a MAP<INT, INT>", "CLUSTER BY (a)", "DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED"),
        ("a INT, b INT, c INT, d INT, e INT", "CLUSTER BY (a, b, c, d, e)", "DELTA_CLUSTER_BY_INVALID_NUM_COLUMNS"),
        ("a INT", "CLUSTER BY (a, A)", "DELTA_DUPLICATE_COLUMNS_FOUND"),
    ],
)
def test_what_cannot_be_clustered(spark, tmp_path, columns, clauses, condition):
    with pytest.raises(AnalysisException) as error:
        spark.sql(f"CREATE TABLE delta.`{tmp_path / 'bad'}` ({columns}) {clauses}")
    assert error.value.getCondition() == condition


def test_partitioned_tables_are_not_clustered_later(spark, tmp_path):
    path = str(tmp_path / "parts")
    spark.sql(f"CREATE TABLE delta.`{path}` (a INT, p INT) PARTITIONED BY (p)")
    with pytest.raises(AnalysisException) as error:
        spark.sql(f"ALTER TABLE delta.`{path}` CLUSTER BY (a)")
    assert error.value.getCondition() == "DELTA_ALTER_TABLE_CLUSTER_BY_ON_PARTITIONED_TABLE_NOT_ALLOWED"
