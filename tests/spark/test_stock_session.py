"""Spark Connect as stock clients use it: sizes of results and of local data, cancel, dead clients, sessions."""

from __future__ import annotations

import concurrent.futures
import subprocess
import sys
import textwrap
import threading
import time

import pandas
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F


@pytest.mark.parametrize("rows", [0, 1, 2049, 3_000_000])
def test_result_of_so_many_rows(spark, rows):
    answer = spark.range(rows).select("id", (F.col("id") * 2).alias("double")).toArrow()
    assert answer.num_rows == rows
    assert answer.column_names == ["id", "double"]
    if rows:
        ids = answer.column("id").to_numpy()
        assert ids.sum() == rows * (rows - 1) // 2 and answer.column("double")[rows - 1].as_py() == 2 * (rows - 1)


def test_empty_result_has_a_schema(spark):
    frame = spark.sql("select 1 as a, 'x' as b where false")
    assert frame.collect() == [] and frame.toPandas().columns.tolist() == ["a", "b"]


def test_three_hundred_chained_columns(spark):
    frame = spark.range(3)
    for index in range(300):
        frame = frame.withColumn(f"c{index}", F.col("id") + index)
    row = frame.orderBy("id").collect()[2]
    assert len(row) == 301 and row["c299"] == 301


@pytest.mark.parametrize("rows", [3, 50_000, 2_000_000])
def test_local_data_of_so_many_rows(spark, rows):
    """Small data travels in the plan, larger data as a cached artifact, the largest in chunks."""
    frame = spark.createDataFrame(pandas.DataFrame({"n": range(rows), "text": [f"row {n % 1000}" for n in range(rows)]}))
    row = frame.agg(F.count("*"), F.sum("n"), F.countDistinct("text")).collect()[0]
    assert tuple(row) == (rows, rows * (rows - 1) // 2, min(rows, 1000))


def test_rows_that_a_client_sent_are_found_in_the_cache(spark):
    frame = spark.createDataFrame([(1, "a"), (2, None)], "n int, text string")
    doubled = frame.select((F.col("n") * 2).alias("n"))
    assert frame.sameSemantics(spark.createDataFrame([(1, "a"), (2, None)], "n int, text string"))
    assert not frame.sameSemantics(spark.createDataFrame([(1, "a"), (3, None)], "n int, text string"))
    frame.cache()
    assert frame.is_cached and frame.count() == 2
    assert "InMemoryTableScan" in doubled._explain_string()
    assert sorted(doubled.toArrow().column("n").to_pylist()) == [2, 4]
    frame.unpersist()
    assert not frame.is_cached and "InMemoryTableScan" not in doubled._explain_string()


def test_hints_decide_the_files_of_a_write(spark, tmp_path):
    for number, (hint, files) in enumerate((("COALESCE(1)", 1), ("REPARTITION(3)", 3), ("REPARTITION(2, id)", 2))):
        path = tmp_path / str(number)
        spark.sql(f"SELECT /*+ {hint} */ id FROM range(0, 1000, 1, 4)").write.parquet(str(path))
        assert len(list(path.glob("*.parquet"))) == files
        assert spark.read.parquet(str(path)).count() == 1000


@pytest.mark.parametrize("kind", ["parquet", "json"])
def test_a_partitions_folder_alone_has_no_partition_column(spark, tmp_path, kind):
    path = tmp_path / "parts"
    spark.createDataFrame([(1, "a"), (2, "b")], "n int, p string").write.partitionBy("p").format(kind).save(str(path))
    alone = spark.read.format(kind).load(str(path / "p=a"))
    assert alone.columns == ["n"] and alone.first()[0] == 1
    below = spark.read.format(kind).option("basePath", str(path)).load(str(path / "p=a"))
    assert below.columns == ["n", "p"] and below.first() == (1, "a")


def test_grouping_sets_of_a_frame(spark):
    frame = spark.createDataFrame([("a", 1, 2), ("b", 1, 3)], "k string, g int, v int")
    sums = frame.groupingSets([("k", "g"), ("k",), ()], "k", "g").agg(F.sum("v").alias("s"))
    assert sums.columns == ["k", "g", "s"]
    rows = {tuple(row) for row in sums.collect()}
    assert rows == {("a", 1, 2), ("b", 1, 3), ("a", None, 2), ("b", None, 3), (None, None, 5)}


@pytest.mark.parametrize("fraction", [0.0, 0.5, 3.0, 40.0])
def test_a_sample_with_replacement_takes_rows_several_times(spark, fraction):
    sample = spark.range(2000).sample(withReplacement=True, fraction=fraction, seed=5)
    count = sample.count()
    assert abs(count - 2000 * fraction) <= 6 * (2000 * fraction) ** 0.5
    assert sample.count() == count
    most = sample.groupBy("id").count().agg(F.max("count")).first()[0]
    assert most is None if fraction == 0 else most > fraction


def test_sessions_do_not_share_views_and_settings(headrace):
    first, second = headrace.spark(), headrace.spark()
    first.sql("create temp view only_here as select 1 as a")
    first.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    assert first.table("only_here").count() == 1
    with pytest.raises(PySparkException) as error:
        second.table("only_here").collect()
    assert error.value.getCondition() == "TABLE_OR_VIEW_NOT_FOUND"
    assert second.conf.get("spark.sql.session.timeZone") != "Asia/Tokyo"
    first.stop()
    assert second.range(2).count() == 2
    second.stop()


def test_an_error_leaves_the_session_usable(spark):
    for _ in range(20):
        with pytest.raises(PySparkException):
            spark.sql("select 1 / 0").collect()
        with pytest.raises(PySparkException):
            spark.sql("select nope from range(1)").collect()
    assert spark.range(5).count() == 5


def test_interrupt_ends_a_long_query_soon(spark):
    started, ended = threading.Event(), {}

    def run():
        spark.addTag("long")
        started.set()
        try:
            spark.range(10**6).crossJoin(spark.range(10**6).toDF("b")).where("hash(id, b) = 1").agg(
                F.max(F.col("id") * F.col("b"))
            ).collect()
        except PySparkException as error:
            ended["error"] = error
        ended["at"] = time.monotonic()

    thread = threading.Thread(target=run)
    thread.start()
    started.wait()
    time.sleep(1.5)
    asked = time.monotonic()
    assert spark.interruptTag("long")
    thread.join(10)
    assert not thread.is_alive(), "the query went on"
    assert ended["error"].getCondition() == "OPERATION_CANCELED"
    assert ended["at"] - asked < 2
    assert spark.range(3).count() == 3


def test_a_killed_client_does_not_hold_the_server(headrace):
    program = """
        import sys
        from pyspark.sql import SparkSession, functions as F
        spark = SparkSession.builder.remote(sys.argv[1]).create()
        print("started", flush=True)
        spark.range(10**6).crossJoin(spark.range(10**6).toDF("b")).where("hash(id, b) = 1").count()
    """
    client = subprocess.Popen([sys.executable, "-W", "ignore", "-c", textwrap.dedent(program), headrace.remote], stdout=subprocess.PIPE)
    client.stdout.readline()
    time.sleep(1)
    client.kill()
    client.wait()
    spark = headrace.spark()
    started = time.monotonic()
    assert spark.range(100).count() == 100
    assert time.monotonic() - started < 5
    spark.stop()


def test_eight_clients_at_once(headrace):
    def work(number: int) -> int:
        spark = headrace.spark()
        total = sum(spark.range(number * 1000).agg(F.sum("id")).collect()[0][0] or 0 for _ in range(10))
        spark.stop()
        return total

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        totals = list(pool.map(work, range(1, 9)))
    assert totals == [10 * (n * 1000) * (n * 1000 - 1) // 2 for n in range(1, 9)]


def test_a_paused_reader_gets_every_row(spark):
    total = rows = 0
    for row in spark.range(300_000).toLocalIterator():
        total += row.id
        rows += 1
        if rows in (10_000, 200_000):
            time.sleep(1)
    assert (rows, total) == (300_000, 300_000 * 299_999 // 2)


def test_the_version_is_sparks(spark):
    assert spark.version.startswith("4.2")
