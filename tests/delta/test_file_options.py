"""What a writer's options and the session say of the files: their most rows, and how they are packed."""

from __future__ import annotations

import collections
import glob
import gzip
import pathlib

import pyarrow.parquet
import pytest
from deltalake import DeltaTable as StoredTable
from pyspark.errors import PySparkException
from pyspark.sql import functions as F


def delta_rows(path: str) -> list[int]:
    """The rows of each file of a table, as another reader finds them."""
    return sorted(pyarrow.parquet.read_metadata(file).num_rows for file in StoredTable(path).file_uris())


@pytest.mark.parametrize("most, rows, expected", [(10, 95, [5] + [10] * 9), (7, 7, [7]), (3, 0, []), (0, 50, [50]), (-1, 50, [50])])
def test_the_most_rows_of_a_file(spark, tmp_path, most, rows, expected):
    path = str(tmp_path / "t")
    spark.range(rows).repartition(1).write.format("delta").option("maxRecordsPerFile", most).save(path)
    assert delta_rows(path) == expected
    assert [row.id for row in spark.read.load(path).orderBy("id").collect()] == list(range(rows))
    metrics = spark.sql(f"DESCRIBE HISTORY delta.`{path}`").head().operationMetrics
    assert (metrics["numFiles"], metrics["numOutputRows"]) == (str(len(expected)), str(rows))


def test_files_of_several_threads_are_filled(spark, tmp_path):
    path = str(tmp_path / "t")
    frame = spark.range(1_000_000).repartition(1)
    frame.write.format("delta").option("maxrecordsperfile", 300_000).save(path)
    counts = delta_rows(path)
    assert (sum(counts), max(counts) <= 300_000, len(counts)) == (1_000_000, True, 4)
    frame.write.format("delta").mode("overwrite").option("maxRecordsPerFile", 90_000).save(path)
    assert delta_rows(path) == [10_000] + [90_000] * 11
    assert spark.read.load(path).agg(F.sum("id"), F.countDistinct("id")).collect() == [(499999500000, 1_000_000)]


def test_the_sessions_most_rows_hold_for_changes_of_rows_too(spark, tmp_path):
    path = str(tmp_path / "t")
    spark.conf.set("spark.sql.files.maxRecordsPerFile", "4")
    try:
        spark.range(10).withColumn("p", F.col("id") % 2).repartition(1).write.format("delta").partitionBy("p").save(path)
        assert delta_rows(path) == [1, 1, 4, 4]
        spark.sql(f"UPDATE delta.`{path}` SET id = id + 100")
        assert max(delta_rows(path)) == 4 and sum(delta_rows(path)) == 10
        spark.range(9).repartition(1).write.format("delta").option("maxRecordsPerFile", 0).save(path + "2")
        assert delta_rows(path + "2") == [9]
    finally:
        spark.conf.unset("spark.sql.files.maxRecordsPerFile")


def test_the_most_rows_of_plain_files(spark, tmp_path):
    for name in ("parquet", "json", "csv"):
        path = str(tmp_path / name)
        frame = spark.range(25).selectExpr("id", "id % 2 AS p").repartition(1)
        frame.write.format(name).option("maxRecordsPerFile", 5).option("header", True).partitionBy("p").save(path)
        files = collections.Counter(file.split("/")[-2] for file in glob.glob(f"{path}/p=*/part-*"))
        assert files == {"p=0": 3, "p=1": 3}, name
        options = {"header": True, "inferSchema": True} if name == "csv" else {}
        assert sorted(row.id for row in spark.read.options(**options).format(name).load(path).collect()) == list(range(25))


@pytest.mark.parametrize(
    "codec, shown, ending", [("zstd", "ZSTD", ".zstd.parquet"), ("gzip", "GZIP", ".gz.parquet"), ("none", "UNCOMPRESSED", ".parquet")]
)
def test_how_delta_files_are_packed(spark, tmp_path, codec, shown, ending):
    by_option, by_setting = str(tmp_path / "a"), str(tmp_path / "b")
    spark.range(1000).write.format("delta").option("compression", codec).save(by_option)
    spark.conf.set("spark.sql.parquet.compression.codec", codec)
    try:
        spark.range(1000).write.format("delta").save(by_setting)
    finally:
        spark.conf.unset("spark.sql.parquet.compression.codec")
    for path in (by_option, by_setting):
        (file,) = StoredTable(path).file_uris()
        assert file.endswith(ending)
        assert pyarrow.parquet.ParquetFile(file).metadata.row_group(0).column(0).compression == shown
        assert spark.read.load(path).count() == 1000


def test_what_is_no_codec(spark, tmp_path):
    with pytest.raises(PySparkException) as caught:
        spark.range(3).write.format("delta").option("compression", "zip").save(str(tmp_path / "t"))
    assert caught.value.getCondition() == "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION"
    assert not list(tmp_path.rglob("*.parquet"))


def test_packed_text(spark, tmp_path):
    path = str(tmp_path / "t")
    spark.range(20).repartition(1).write.option("compression", "gzip").option("maxRecordsPerFile", 8).json(path)
    lines = [len(gzip.decompress(pathlib.Path(file).read_bytes()).splitlines()) for file in glob.glob(f"{path}/*.json.gz")]
    assert sorted(lines) == [4, 8, 8]
