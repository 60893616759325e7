"""Delta commits under concurrency, kill -9 and a full disk: nothing acknowledged is lost, nothing is half there."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import threading
import time
import uuid

import deltalake
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F

from headrace_server import HeadraceServer

LOST_RACE = "io.delta.exceptions"


def test_eight_writers_against_a_model(headrace, tmp_path):
    """Each writer appends to the shared table and replaces its own partition; what was acknowledged is what is there."""
    path = str(tmp_path / "shared")
    first = headrace.spark()
    first.range(0).selectExpr("id", "CAST(id AS INT) AS writer").write.format("delta").partitionBy("writer").save(path)
    model: dict[int, set[int]] = {}
    conflicts = []
    failures = []

    def work(writer: int) -> None:
        spark = headrace.spark()
        mine: set[int] = set()
        rng = random.Random(writer)
        for step in range(10):
            start = writer * 1_000_000 + step * 1_000
            frame = spark.range(start, start + 50).withColumn("writer", F.lit(writer))
            try:
                if rng.random() < 0.3:
                    frame.write.format("delta").mode("overwrite").option("replaceWhere", f"writer = {writer}").save(path)
                    mine = set(range(start, start + 50))
                else:
                    frame.write.format("delta").mode("append").save(path)
                    mine |= set(range(start, start + 50))
            except PySparkException as error:
                if "CONCURRENT" not in (error.getCondition() or ""):
                    failures.append(error)
                conflicts.append(error)
        model[writer] = mine

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    rows = first.read.load(path).collect()
    for writer in range(8):
        assert {row.id for row in rows if row.writer == writer} == model[writer]
    table = deltalake.DeltaTable(path)
    assert table.version() == 80 - len(conflicts)
    assert table.to_pyarrow_table().num_rows == len(rows)


def test_kill_loses_no_acknowledged_write(headrace_bin, tmp_path):
    server = HeadraceServer(tmp_path / "root")
    path = str(tmp_path / "table")
    acknowledged: list[int] = []
    batch = 0
    rng = random.Random()
    for _round in range(5):
        server.start()
        killer = threading.Timer(0.3 + rng.random() * 1.2, server.kill)
        killer.start()
        with contextlib.suppress(Exception):
            from pyspark.sql import SparkSession

            spark = SparkSession.builder.remote(server.remote + "/;user_id=u").create()
            spark.client.set_retry_policies([])
            while server.running():
                batch += 1
                spark.range(3000).selectExpr(f"{batch} AS batch", "id % 3 AS p", "id").write.format("delta").mode("append").partitionBy(
                    "p"
                ).save(path)
                acknowledged.append(batch)
        killer.join()
    server.start()
    try:
        spark = server.spark()
        counts = {row.batch: row["count"] for row in spark.read.load(path).groupBy("batch").count().collect()}
        assert set(acknowledged) <= set(counts)
        assert set(counts.values()) == {3000}
        assert len(acknowledged) > 5
        assert deltalake.DeltaTable(path).to_pyarrow_table().num_rows == 3000 * len(counts)
    finally:
        server.stop()


def test_a_write_sent_again_after_a_crash_is_done_once(headrace_bin, tmp_path):
    """A client that lost the answer sends its request again under the same operation id, to a server started anew."""
    path = str(tmp_path / "table")
    operation = str(uuid.uuid4())
    with HeadraceServer(tmp_path / "root") as server:
        for _ in range(2):
            spark = server.spark()
            command = spark.range(10).write.format("delta").mode("append")
            command._write.path = path
            plan = command._write.command(spark.client)
            request = spark.client._execute_plan_request_with_metadata(operation_id=operation)
            request.plan.command.CopyFrom(plan)
            for _response in spark.client._stub.ExecutePlan(request, metadata=spark.client._builder.metadata()):
                pass
            server.kill()
            server.start()
        assert server.spark().read.load(path).count() == 10
        assert deltalake.DeltaTable(path).version() == 0


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    mount = tmp_path / "small"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(mount)], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {made.stderr}")
    yield mount
    for _ in range(20):
        if subprocess.run(["umount", str(mount)], check=False).returncode == 0:
            break
        time.sleep(0.1)


def test_full_disk_keeps_the_table(spark, small_disk):
    path = str(small_disk / "table")
    spark.range(1000).write.format("delta").save(path)
    with pytest.raises(PySparkException) as error:
        spark.range(20_000_000).select(F.expr("uuid()").alias("u"), "id").drop("u").selectExpr("hash(id) * id AS id").write.format(
            "delta"
        ).mode("append").save(path)
    assert "space" in str(error.value).lower() or "full" in str(error.value).lower()
    assert spark.read.load(path).count() == 1000
    spark.range(10).write.format("delta").mode("append").save(path)  # The failed write's files are gone.
    assert spark.read.load(path).count() == 1010
    assert deltalake.DeltaTable(path).version() == 1
