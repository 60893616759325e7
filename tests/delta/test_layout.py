"""Which rows stand together in the files of a write: repartitionByRange, repartitionById, their hints, and the partition's number."""

from __future__ import annotations

import itertools
import pathlib
from collections import defaultdict

import pytest
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import functions as F

ROWS = 60_000


def first(null_first: bool, descending: bool = False):
    """What puts a value that may be None where an order by it does; for numbers."""

    def key(value):
        if value is None:
            return (0 if null_first else 2, 0)
        return (1, -value if descending else value)

    return key


def files_of(spark, path: str, format: str, *columns: str) -> list[list[tuple]]:
    """The rows of each file that has any."""
    read = spark.read.format(format).load(path).select("_metadata.file_path", *columns)
    files = defaultdict(list)
    for row in read.collect():
        files[row.file_path].append(tuple(row)[1:])
    return list(files.values())


def assert_ranges(files: list[list[tuple]], *keys) -> list[int]:
    """That no two files' keys overlap; gives the files' sizes in the order of their keys."""
    placed = sorted(sorted(tuple(key(value) for key, value in zip(keys, row, strict=False)) for row in rows) for rows in files)
    for before, after in itertools.pairwise(placed):
        assert before[-1] < after[0]
    return [len(rows) for rows in placed]


@pytest.fixture
def numbers(spark, tmp_path):
    """Rows in files, in no order: too many for a plan whose rows stand in it."""
    path = str(tmp_path / "numbers")
    mixed = (F.col("id") * 7919) % ROWS
    spark.range(ROWS).select(
        mixed.alias("a"),
        F.when(mixed % 10 != 0, mixed % 1000).alias("n"),
        F.concat(F.lit("s"), (mixed % 97).cast("string")).alias("s"),
        (mixed % 3).cast("int").alias("few"),
        (mixed / 7.0).alias("d"),
    ).repartition(3).write.format("delta").save(path)
    return spark.read.load(path)


@pytest.mark.parametrize("format", ["delta", "parquet"])
def test_files_are_ranges(spark, numbers, tmp_path, format):
    path = str(tmp_path / "out")
    numbers.repartitionByRange(8, "a").write.format(format).save(path)
    sizes = assert_ranges(files_of(spark, path, format, "a"), first(True))
    assert len(sizes) == 8 and sum(sizes) == ROWS
    assert max(sizes) < 1.5 * ROWS / 8 and min(sizes) > 0.5 * ROWS / 8


def test_order_and_nulls(spark, numbers, tmp_path):
    for name, column, key in (
        ("asc", F.col("n"), first(True)),
        ("last", F.col("n").asc_nulls_last(), first(False)),
        ("desc", F.col("n").desc(), first(False, descending=True)),
        ("desc first", F.col("n").desc_nulls_first(), first(True, descending=True)),
    ):
        path = str(tmp_path / name)
        numbers.repartitionByRange(5, column).write.format("delta").save(path)
        files = files_of(spark, path, "delta", "n")
        sizes = assert_ranges(files, key)
        assert len(sizes) == 5 and sum(sizes) == ROWS, name
        assert max(sizes) < 1.5 * ROWS / 5, name
        # The files' numbers are in the order of the ranges.
        numbered = sorted(pathlib.Path(path).glob("part-*.parquet"))
        lowest = [spark.read.parquet(str(file)).select("n").collect() for file in numbered]
        lowest = [min(key(row.n) for row in rows) for rows in lowest]
        assert lowest == sorted(lowest), name


def test_several_keys(spark, numbers, tmp_path):
    path = str(tmp_path / "out")
    numbers.repartitionByRange(6, F.col("few").desc(), "d", F.col("s").desc()).write.format("delta").save(path)
    sizes = assert_ranges(files_of(spark, path, "delta", "few", "d"), first(False, descending=True), first(True))
    assert len(sizes) == 6 and max(sizes) < 1.5 * ROWS / 6
    path = str(tmp_path / "text")
    numbers.repartitionByRange(4, F.upper("s"), "few").write.format("parquet").save(path)
    sizes = assert_ranges(files_of(spark, path, "parquet", "s", "few"), lambda s: s, first(True))
    assert len(sizes) == 4 and sum(sizes) == ROWS


def test_equal_keys_go_together(spark, numbers, tmp_path):
    path = str(tmp_path / "out")
    numbers.repartitionByRange(10, "few").write.format("delta").save(path)
    files = files_of(spark, path, "delta", "few")
    assert sorted({row for rows in files for row in rows}) == [(0,), (1,), (2,)]
    assert [len(set(rows)) for rows in files] == [1, 1, 1]
    path = str(tmp_path / "one")
    numbers.repartitionByRange(10, F.lit(1)).write.format("delta").save(path)
    assert len(files_of(spark, path, "delta", "few")) == 1


def test_plans_above_and_below(spark, numbers, tmp_path):
    # Below it what cannot be read twice, above it a projection and a sort.
    grouped = numbers.groupBy("n").agg(F.sum("a").alias("total"), F.count("*").alias("rows"))
    made = grouped.repartitionByRange(4, "n").select((F.col("n") + 1).alias("m"), "rows").sortWithinPartitions(F.desc("m"))
    path = str(tmp_path / "out")
    made.write.format("delta").save(path)
    files = files_of(spark, path, "delta", "m", "rows")
    assert len(assert_ranges(files, first(True))) == 4
    assert sum(rows for file in files for _, rows in file) == ROWS
    for file in pathlib.Path(path).glob("part-*.parquet"):
        read = [row.m for row in spark.read.parquet(str(file)).select("m").collect()]
        assert read == sorted(read, key=first(False, descending=True))
    # A key that is another each time it is asked for.
    path = str(tmp_path / "random")
    numbers.select("a", F.rand(7).alias("r")).repartitionByRange(3, "r").write.format("delta").save(path)
    assert len(assert_ranges(files_of(spark, path, "delta", "r"), first(True))) == 3
    # A join, and nothing at all.
    path = str(tmp_path / "joined")
    numbers.join(numbers.select("a", (F.col("d") * 2).alias("twice")), "a").repartitionByRange(3, "twice").write.save(path)
    assert len(assert_ranges(files_of(spark, path, "delta", "twice"), first(True))) == 3
    path = str(tmp_path / "empty")
    numbers.where("a < 0").repartitionByRange(3, "a").write.format("delta").save(path)
    assert spark.read.load(path).count() == 0


def test_filter_above(spark, numbers, tmp_path):
    path = str(tmp_path / "ranges")
    numbers.repartitionByRange(4, "a").filter("few = 1").write.format("delta").save(path)
    sizes = assert_ranges(files_of(spark, path, "delta", "a"), first(True))
    assert len(sizes) == 4 and sum(sizes) == ROWS // 3
    path = str(tmp_path / "hash")
    numbers.repartition(4, "s").filter("few = 1").write.format("delta").save(path)
    names = [{row for (row,) in rows} for rows in files_of(spark, path, "delta", "s")]
    assert sum(len(name) for name in names) == 97


def test_partitioned_table(spark, numbers, tmp_path):
    path = str(tmp_path / "out")
    numbers.repartitionByRange(4, "a").write.format("delta").partitionBy("few").save(path)
    files = files_of(spark, path, "delta", "few", "a")
    assert len(files) == 12
    for few in range(3):
        assert_ranges([[(a,) for _, a in rows] for rows in files if rows[0][0] == few], first(True))


def test_open_number_of_ranges(spark, numbers, tmp_path):
    # Few bytes are one partition, however many spark.sql.shuffle.partitions allows.
    path = str(tmp_path / "one")
    numbers.repartitionByRange("a").write.format("delta").save(path)
    assert len(files_of(spark, path, "delta", "a")) == 1
    # Some 600 MB as types are estimated.
    path = str(tmp_path / "more")
    spark.range(40_000_000).select((F.col("id") % 50).alias("k")).repartitionByRange("k").write.format("delta").save(path)
    read = spark.read.load(path).groupBy("_metadata.file_path").agg(F.min("k").alias("low"), F.max("k").alias("high"))
    files = sorted((row.low, row.high) for row in read.collect())
    assert 2 <= len(files) <= 10
    assert all(before[1] < after[0] for before, after in itertools.pairwise(files))


def test_hint(spark, numbers, tmp_path):
    numbers.createOrReplaceTempView("numbers")
    path = str(tmp_path / "out")
    spark.sql("SELECT /*+ REPARTITION_BY_RANGE(4, a) */ a FROM numbers").write.format("delta").save(path)
    assert len(assert_ranges(files_of(spark, path, "delta", "a"), first(True))) == 4
    path = str(tmp_path / "method")
    numbers.select("a").hint("repartition_by_range", 3, F.col("a").desc()).write.format("delta").save(path)
    assert len(assert_ranges(files_of(spark, path, "delta", "a"), first(True))) == 3


def test_by_id(spark, numbers, tmp_path):
    path = str(tmp_path / "out")
    numbers.repartitionById(4, (F.col("n") - 500).cast("int")).write.format("delta").save(path)
    files = files_of(spark, path, "delta", "n")
    assert sorted({0 if n is None else (n - 500) % 4 for (n,) in rows} for rows in files) == [{0}, {1}, {2}, {3}]
    # Nothing is hashed, so only the partitions that are named are there.
    path = str(tmp_path / "two")
    numbers.repartitionById(50, F.col("few")).write.format("parquet").save(path)
    assert sorted(set(rows) for rows in files_of(spark, path, "parquet", "few")) == [{(0,)}, {(1,)}, {(2,)}]
    with pytest.raises(AnalysisException) as error:
        numbers.repartitionById(4, "a").collect()
    assert error.value.getCondition() == "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"


def test_partition_of_few_rows(spark, tmp_path):
    # As Spark numbers them.
    data = [(i, None if i % 4 == 0 else i) for i in (5, 3, 9, 1, 7, 2, 8, 4, 6, 0, -3)]
    frame = spark.createDataFrame(data, "a int, b int")

    def numbered(frame, column):
        return [tuple(row) for row in frame.select(column, F.spark_partition_id()).collect()]

    assert numbered(frame.repartitionById(4, "b"), "a") == [
        (8, 0), (4, 0), (0, 0), (5, 1), (9, 1), (1, 1), (-3, 1), (2, 2), (6, 2), (3, 3), (7, 3),
    ]  # fmt: skip
    assert numbered(frame.repartitionByRange(3, "a"), "a") == [
        (1, 0), (2, 0), (0, 0), (-3, 0), (5, 1), (3, 1), (4, 1), (6, 1), (9, 2), (7, 2), (8, 2),
    ]  # fmt: skip
    assert numbered(frame.repartitionByRange(3, F.col("b").asc_nulls_last()), "a") == [
        (3, 0), (1, 0), (2, 0), (-3, 0), (5, 1), (9, 1), (7, 1), (6, 1), (8, 2), (4, 2), (0, 2),
    ]  # fmt: skip
    assert numbered(frame.repartitionByRange(4, F.col("b").desc(), "a"), "a") == [
        (9, 0), (7, 0), (6, 0), (5, 1), (3, 1), (2, 1), (1, 2), (0, 2), (-3, 2), (8, 3), (4, 3),
    ]  # fmt: skip
    assert numbered(frame.repartitionByRange(8, F.col("a") % 3), "a") == [
        (3, 0), (9, 0), (6, 0), (0, 0), (-3, 0), (1, 1), (7, 1), (4, 1), (5, 2), (2, 2), (8, 2),
    ]  # fmt: skip
    skewed = spark.createDataFrame([(0,)] * 20 + [(i,) for i in range(1, 9)], "a int")
    assert numbered(skewed.repartitionByRange(5, "a"), "a")[20:] == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 4), (7, 4), (8, 4)]
    assert {row[1] for row in numbered(spark.range(10).repartitionByRange("id"), "id")} == {0}
    hinted = spark.sql("SELECT /*+ REPARTITION_BY_RANGE(3, id) */ id FROM range(10)")
    assert [row[1] for row in numbered(hinted, "id")] == [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
    # A write's files are the same partitions.
    path = str(tmp_path / "out")
    frame.repartitionByRange(3, "a").write.format("delta").save(path)
    files = files_of(spark, path, "delta", "a")
    assert sorted(sorted(rows) for rows in files) == [
        [(-3,), (0,), (1,), (2,)], [(3,), (4,), (5,), (6,)], [(7,), (8,), (9,)],
    ]  # fmt: skip


def test_what_cannot_be_ordered(spark, numbers):
    with pytest.raises(AnalysisException) as error:
        numbers.repartitionByRange(3, F.create_map("a", "n")).collect()
    assert error.value.getCondition() == "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"
    with pytest.raises(PySparkException):
        numbers.repartition(3, "a", F.col("n").desc()).collect()
