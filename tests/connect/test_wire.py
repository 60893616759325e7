"""Spark Connect's wire with the stock client: results of every size, deep plans, local data, lost connections."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import uuid

import grpc
import pyspark.sql.connect.proto as pb2
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def resident_bytes(pid: int) -> int:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


@pytest.mark.parametrize("rows", [0, 1, 2049, 300_000])
def test_results_of_every_size(spark, rows):
    table = spark.range(rows).toArrow()
    assert table.num_rows == rows
    assert table.column_names == ["id"]
    assert table.column("id").to_pylist() == list(range(rows))


def test_fifty_million_rows(spark):
    rows = total = 0
    request = spark.range(50_000_000)
    for batch in spark.client.to_table_as_iterator(request._plan.to_proto(spark.client), {}):
        if hasattr(batch, "num_rows"):
            rows += batch.num_rows
            total += int(batch.column(0).to_numpy().sum())
    assert rows == 50_000_000
    assert total == 50_000_000 * 49_999_999 // 2


def test_three_hundred_chained_columns(spark):
    frame = spark.range(3)
    for i in range(300):
        frame = frame.withColumn(f"c{i}", F.col("id") + i)
    assert len(frame.columns) == 301
    assert frame.select("c299").collect()[2][0] == 301


def test_select_one_is_quick(spark):
    spark.sql("select 1").collect()
    started = time.perf_counter()
    for _ in range(20):
        assert spark.sql("select 1 as one").collect()[0].one == 1
    assert (time.perf_counter() - started) / 20 < 0.25


def test_local_data_small(spark):
    frame = spark.createDataFrame([(1, "a"), (2, None)], "n int, s string")
    assert [tuple(row) for row in frame.collect()] == [(1, "a"), (2, None)]
    assert spark.createDataFrame([], "n int").collect() == []


def test_local_data_cached_and_chunked(spark):
    spark.conf.set("spark.sql.session.localRelationChunkSizeRows", "20000")
    rows = 100_000
    frame = spark.createDataFrame([(i, "x" * 20) for i in range(rows)], "n long, s string")
    answer = frame.agg(F.count("*").alias("rows"), F.sum("n").alias("total")).collect()[0]
    assert (answer.rows, answer.total) == (rows, rows * (rows - 1) // 2)


def test_settings(spark):
    assert spark.conf.get("spark.sql.session.timeZone") == "UTC"
    spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    assert spark.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"
    spark.conf.unset("spark.sql.session.timeZone")
    assert spark.conf.get("spark.sql.session.timeZone") == "UTC"
    assert spark.conf.get("spark.of.mine", "fallback") == "fallback"
    with pytest.raises(PySparkException) as caught:
        spark.conf.get("spark.of.mine")
    assert caught.value.getCondition() == "SQL_CONF_NOT_FOUND"
    with pytest.raises(PySparkException) as caught:
        spark.conf.set("spark.sql.ansi.enabled", "maybe")
    assert caught.value.getCondition() == "INVALID_CONF_VALUE.TYPE_MISMATCH"
    with pytest.raises(PySparkException) as caught:
        spark.conf.set("spark.sql.warehouse.dir", "/elsewhere")
    assert caught.value.getCondition() == "CANNOT_MODIFY_STATIC_CONFIG"
    assert not spark.conf.isModifiable("spark.sql.warehouse.dir")


def test_version_and_schema(spark):
    assert spark.version == "4.2.0"
    frame = spark.range(1)
    assert frame.schema.simpleString() == "struct<id:bigint>"


def slow(spark: SparkSession):
    return spark.range(0, 10_000_000_000).select(F.max(F.sqrt(F.col("id") * 3.7))).collect()


def run_in_thread(call):
    outcome: dict = {}

    def run():
        try:
            outcome["value"] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at it.
            outcome["error"] = error
        outcome["ended"] = time.perf_counter()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, outcome


def test_cancel_all(spark):
    thread, outcome = run_in_thread(lambda: slow(spark))
    time.sleep(1)
    interrupted_at = time.perf_counter()
    assert len(spark.interruptAll()) == 1
    thread.join(10)
    assert "OPERATION_CANCELED" in str(outcome["error"])
    assert outcome["ended"] - interrupted_at < 1.0


def test_cancel_by_tag(spark):
    def tagged():
        spark.addTag("mine")
        return slow(spark)

    thread, outcome = run_in_thread(tagged)
    time.sleep(1)
    assert spark.interruptTag("other") == []
    assert len(spark.interruptTag("mine")) == 1
    thread.join(10)
    assert "OPERATION_CANCELED" in str(outcome["error"])
    assert spark.sql("select 2 as two").collect()[0].two == 2


def test_reattach_after_a_cut(headrace, proxy):
    spark = SparkSession.builder.remote(f"sc://localhost:{proxy.port}").create()
    try:
        spark.range(1).collect()
        proxy.cut_after = proxy.received + 3_000_000
        table = spark.range(2_000_000).toArrow()
        assert table.num_rows == 2_000_000
        assert table.column("id").to_numpy().sum() == 2_000_000 * 1_999_999 // 2
        assert proxy.connections >= 2
    finally:
        spark.stop()


ENDLESS = """
import os, sys, time
from pyspark.sql import SparkSession
spark = SparkSession.builder.remote(sys.argv[1]).create()
rows = iter(spark.range(50_000_000).toLocalIterator())
next(rows)
print("reading", flush=True)
time.sleep(600)
"""


def test_paused_and_killed_client(fresh_server, tmp_path):
    spark = fresh_server.spark()
    spark.range(1000).collect()
    # A program of its own: PySpark under `python -c` looks for a local Spark.
    program = tmp_path / "endless.py"
    program.write_text(ENDLESS, encoding="utf-8")
    client = subprocess.Popen([sys.executable, str(program), fresh_server.remote], stdout=subprocess.PIPE)
    assert client.stdout.readline().strip() == b"reading"
    os.kill(client.pid, signal.SIGSTOP)
    time.sleep(1)
    before = resident_bytes(fresh_server.process.pid)
    time.sleep(10)
    grown = resident_bytes(fresh_server.process.pid) - before
    assert grown < 64 << 20
    client.kill()
    client.wait()
    assert spark.sql("select 3 as three").collect()[0].three == 3
    spark.stop()


def test_decimal_literals_keep_their_digits(spark):
    """PySpark names decimal(10,0) for every decimal; the value's own digits widen it. Types and values are real Spark's."""
    from decimal import Decimal

    expected = {
        "9.99": "decimal(10,2)", "123456789012.5": "decimal(13,1)", "1E+3": "decimal(10,0)", "0.001": "decimal(10,3)",
        "-0.05": "decimal(10,2)", "1E-12": "decimal(12,12)", "0.00": "decimal(10,2)", "12345678901234567890": "decimal(20,0)",
        "0.10000000001": "decimal(11,11)",
    }  # fmt: skip
    frame = spark.range(1).select(*[F.lit(Decimal(text)).alias(text) for text in expected])
    assert dict(frame.dtypes) == expected
    assert list(frame.collect()[0]) == [Decimal(text) for text in expected]
    prices = spark.createDataFrame([(Decimal("1.25"),)], "v decimal(10,2)")
    assert prices.filter(F.col("v") > Decimal("1.24")).count() == 1
    assert prices.select(F.col("v") * Decimal("1.5")).collect()[0][0] == Decimal("1.875")


def test_stars_in_text(spark):
    frame = spark.createDataFrame([(1, "a", {"x": 2})], "id int, b string, s struct<x:int>").alias("t")
    assert frame.selectExpr("*", "id + 1 AS next").columns == ["id", "b", "s", "next"]
    assert frame.selectExpr(" t.* ", "s.*").columns == ["id", "b", "s", "x"]
    assert frame.selectExpr("* EXCEPT (b)").columns == ["id", "s"]
    assert frame.select(F.expr("*")).columns == ["id", "b", "s"]
    assert frame.selectExpr("count(*) AS n").collect()[0].n == 1
    assert frame.select(F.count(F.expr("*"))).collect()[0][0] == 1
    with pytest.raises(PySparkException, match="PARSE_SYNTAX_ERROR"):
        frame.selectExpr("id *").collect()


def test_wrong_session_ids(spark):
    request = pb2.ConfigRequest(session_id="nonsense")
    request.operation.get_all.SetInParent()
    with pytest.raises(grpc.RpcError, match="INVALID_HANDLE.FORMAT"):
        spark.client._stub.Config(request)
    lost = pb2.ReattachExecuteRequest(session_id=spark.session_id, operation_id=str(uuid.uuid4()))
    lost.user_context.user_id = spark.client._user_id or ""
    spark.range(1).collect()
    with pytest.raises(grpc.RpcError, match="INVALID_HANDLE.OPERATION_NOT_FOUND"):
        list(spark.client._stub.ReattachExecute(lost))
    request.session_id = spark.session_id
    request.user_context.user_id = spark.client._user_id or ""
    request.client_observed_server_side_session_id = str(uuid.uuid4())
    with pytest.raises(grpc.RpcError, match="INVALID_HANDLE.SESSION_CHANGED"):
        spark.client._stub.Config(request)
    assert spark.range(1).count() == 1


def test_oversized_message(spark):
    big = os.urandom(140 << 20)  # Plans are sent compressed: only noise stays large.
    with pytest.raises(Exception, match="(?i)larger than max|RESOURCE_EXHAUSTED"):
        spark.range(1).select(F.lit(big)).collect()
    assert spark.range(1).count() == 1


def test_errors_carry_context_and_cause(spark):
    with pytest.raises(PySparkException) as caught:
        spark.range(1).select(F.col("nothing")).collect()
    assert caught.value.getCondition() == "UNRESOLVED_COLUMN.WITH_SUGGESTION"
    assert caught.value.getSqlState() == "42703"
    assert caught.value.getMessageParameters()["objectName"] == "`nothing`"


def test_tokens(headrace_bin, tmp_path):
    from headrace_server import HeadraceServer

    tokens = tmp_path / "tokens"
    tokens.write_text("secret alice\n")
    with HeadraceServer(tmp_path / "root", "--tokens", str(tokens)) as server:
        spark = SparkSession.builder.remote(f"{server.remote}/;token=secret").create()
        assert spark.range(2).count() == 2
        spark.stop()
        with pytest.raises(Exception, match="(?i)unauthenticated|bearer"):
            SparkSession.builder.remote(f"{server.remote}/;token=wrong").create().range(1).collect()


def test_starts_quickly_and_stops_gracefully(fresh_server):
    spark = fresh_server.spark()
    assert spark.range(3).count() == 3
    assert fresh_server.stop() == 0
