"""Writes of plain files: what a failed one leaves, many files, packed ones, files beside each other."""

from __future__ import annotations

import csv
import gzip
import json
import pathlib

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F


def names(folder: pathlib.Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")} if folder.exists() else set()


def failing(spark):
    """Rows of which a late one cannot be made."""
    return spark.range(500_000).select(F.expr("if(id = 499999, cast(raise_error('late') as string), cast(id as string))").alias("s"))


@pytest.mark.parametrize("format", ["csv", "json", "text", "parquet"])
def test_failed_write_leaves_nothing(spark, tmp_path, format):
    path = tmp_path / "out"
    with pytest.raises(PySparkException, match="late"):
        failing(spark).write.format(format).save(str(path))
    assert not path.exists()


@pytest.mark.parametrize("mode", ["append", "overwrite"])
@pytest.mark.parametrize("format", ["csv", "json", "text", "parquet"])
def test_failed_write_keeps_what_is_there(spark, tmp_path, format, mode):
    path = tmp_path / "out"
    spark.sql("SELECT 'kept' s").write.format(format).save(str(path))
    before = names(path)
    with pytest.raises(PySparkException, match="late"):
        failing(spark).write.format(format).mode(mode).save(str(path))
    assert names(path) == before
    assert spark.read.format(format).schema("s string").load(str(path)).collect()[0].s == "kept"


def test_files_are_read_by_others(spark, tmp_path):
    frame = spark.range(300_000).select("id", F.expr("concat('a, \"', id, '\"')").alias("s"))
    frame.write.csv(str(tmp_path / "csv"), header=True, escape='"')
    frame.repartition(3).write.json(str(tmp_path / "json"), compression="gzip")
    (written,) = (tmp_path / "csv").glob("*.csv")
    with open(written, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 300_000
    assert {row["s"] for row in rows[:100]} <= {f'a, "{i}"' for i in range(300_000)}
    packed = sorted((tmp_path / "json").glob("*.json.gz"))
    assert len(packed) == 3
    found = set()
    for path in packed:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found |= {json.loads(line)["id"] for line in file}
    assert found == set(range(300_000))
    assert spark.read.json(str(tmp_path / "json")).agg(F.sum("id"), F.count("s")).first() == (300_000 * 299_999 // 2, 300_000)


def test_order_is_kept(spark, tmp_path):
    spark.range(200_000).orderBy(F.desc("id")).selectExpr("cast(id as string) v").write.text(str(tmp_path / "t"))
    (written,) = (tmp_path / "t").glob("*.txt")
    assert [int(line) for line in written.read_text().split()] == list(range(199_999, -1, -1))


def test_overwrite_of_what_is_read(spark, tmp_path):
    path = str(tmp_path / "same")
    spark.range(10).write.json(path)
    spark.read.json(path).withColumn("id", F.col("id") + 1).write.mode("overwrite").json(path)
    assert sorted(row.id for row in spark.read.json(path).collect()) == list(range(1, 11))


def test_delta_table_is_not_destroyed(spark, tmp_path):
    path = str(tmp_path / "table")
    spark.range(10).write.format("delta").save(path)
    for format in ("csv", "json", "parquet"):
        with pytest.raises(PySparkException, match="DELTA_INVALID_FORMAT"):
            spark.range(1).write.format(format).mode("overwrite").save(path)
    assert spark.read.format("delta").load(path).count() == 10
