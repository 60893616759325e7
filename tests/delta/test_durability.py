"""Delta commits under concurrency, kill -9 and a full disk: nothing acknowledged is lost, nothing is half there."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
import uuid
from contextlib import closing

import deltalake
import grpc
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from cutting_proxy import CuttingProxy
from headrace_server import HeadraceServer
from small_disk import mounted


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
        try:
            spark = SparkSession.builder.remote(server.remote + "/;user_id=u").create()
            spark.client.set_retry_policies([])
            while True:
                batch += 1
                spark.range(3000).selectExpr(f"{batch} AS batch", "id % 3 AS p", "id").write.format("delta").mode("append").partitionBy(
                    "p"
                ).save(path)
                acknowledged.append(batch)
        except (grpc.RpcError, PySparkException) as error:
            # Only the kill may end the writing.
            killer.join()
            assert not server.running(), error
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


CHANGES = {
    "update": "UPDATE delta.`{path}` SET v = v + 1 WHERE id < 5",
    "delete_and_insert": """MERGE INTO delta.`{path}` t USING (SELECT id, 100L AS v FROM range(3, 12)) s ON t.id = s.id AND t.v < 50
        WHEN MATCHED THEN UPDATE SET v = t.v + 10 WHEN NOT MATCHED THEN INSERT *""",
    "insert": "INSERT INTO delta.`{path}` SELECT id, 0L FROM range(3)",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_a_change_sent_again_is_done_once(headrace_bin, tmp_path, statement):
    """Once more to the same server, which still knows the operation, and then to one started anew, which does not."""
    path, other = str(tmp_path / "table"), str(tmp_path / "once")
    operation = str(uuid.uuid4())
    with HeadraceServer(tmp_path / "root") as server:
        spark = server.spark()
        for target in (path, other):
            spark.range(10).selectExpr("id", "id AS v").write.format("delta").save(target)
        spark.sql(statement.format(path=other))
        expected = sorted(spark.read.load(other).collect())
        answers = []
        for _ in range(2):
            spark = server.spark()
            request = spark.client._execute_plan_request_with_metadata(operation_id=operation)
            request.plan.command.sql_command.input.sql.query = statement.format(path=path)
            responses = spark.client._stub.ExecutePlan(request, metadata=spark.client._builder.metadata())
            answers.append([response.sql_command_result for response in responses if response.HasField("sql_command_result")])
            server.kill()
            server.start()
        spark = server.spark()
        assert sorted(spark.read.load(path).collect()) == expected
        assert deltalake.DeltaTable(path).version() == 1
        assert len(answers[0]) == len(answers[1]) == 1


def test_a_change_whose_answer_was_cut_off_is_done_once(headrace_bin, tmp_path):
    """The stock client comes back to the operation by itself (ReattachExecute), and the rows change once."""
    path = str(tmp_path / "table")
    with HeadraceServer(tmp_path / "root") as server, closing(CuttingProxy(server.connect_port)) as proxy:
        server.spark().range(200_000).selectExpr("id", "0L AS v").write.format("delta").save(path)
        spark = SparkSession.builder.remote(f"sc://localhost:{proxy.port}").create()
        spark.range(1).collect()
        for expected in range(1, 6):
            before = proxy.connections
            cutter = threading.Timer(0.02 * expected, proxy.cut)
            cutter.start()
            spark.sql(f"UPDATE delta.`{path}` SET v = v + 1 WHERE id % 2 = 0")
            cutter.join()
            spark.range(1).collect()
            assert proxy.connections > before
            found = server.spark().read.load(path).groupBy((F.col("id") % 2).alias("k")).agg(F.min("v"), F.max("v")).orderBy("k").collect()
            assert [tuple(row) for row in found] == [(0, expected, expected), (1, 0, 0)]


def test_kill_leaves_a_change_whole_or_undone(headrace_bin, tmp_path):
    """SIGKILL while UPDATE and MERGE run: every row was changed as often as the others, and as often as was acknowledged."""
    server = HeadraceServer(tmp_path / "root")
    path = str(tmp_path / "table")
    with server:
        server.spark().range(50_000).selectExpr("id", "0L AS v", "CAST(id % 4 AS INT) AS p").write.format("delta").partitionBy("p").option(
            "delta.enableDeletionVectors", "true"
        ).save(path)
    acknowledged = tried = 0
    rng = random.Random()
    for _round in range(4):
        server.start()
        killer = threading.Timer(0.5 + rng.random(), server.kill)
        killer.start()
        try:
            spark = SparkSession.builder.remote(server.remote + "/;user_id=u").create()
            spark.client.set_retry_policies([])
            while True:
                tried += 1
                if tried % 2:
                    spark.sql(f"UPDATE delta.`{path}` SET v = v + 1 WHERE id >= 0")
                else:
                    spark.sql(
                        f"MERGE INTO delta.`{path}` t USING (SELECT id AS k FROM range(50000)) s ON t.id = s.k WHEN MATCHED THEN UPDATE SET v = t.v + 1"
                    )
                acknowledged += 1
        except (grpc.RpcError, PySparkException) as error:
            killer.join()
            assert not server.running(), error
        server.start()
        row = server.spark().read.load(path).agg(F.count("*"), F.countDistinct("id"), F.min("v"), F.max("v")).first()
        server.stop()
        assert tuple(row)[:2] == (50_000, 50_000)
        assert row[2] == row[3]
        # The one that was under way at the kill may have been done.
        assert acknowledged <= row[2] <= acknowledged + 1
        acknowledged = row[2]
    assert acknowledged > 3


WRITER = """
import sys
from pyspark.sql import SparkSession, functions as F
spark = SparkSession.builder.remote(sys.argv[1]).create()
print("writing", flush=True)
spark.range(0, 2_000_000_000, 1, 2).select("id", F.sha2(F.col("id").cast("string"), 256).alias("s")).write.format("delta").mode("append").save(sys.argv[2])
"""


def test_a_dead_writer_leaves_nothing(fresh_server, tmp_path):
    """The client of a long write is killed, and the server stopped before the client's time to come back is over."""
    path = tmp_path / "table"
    spark = fresh_server.spark()
    spark.range(10).selectExpr("id", "'x' AS s").write.format("delta").save(str(path))
    before = {file.name for file in path.glob("*.parquet")}
    program = tmp_path / "writer.py"
    program.write_text(WRITER, encoding="utf-8")
    client = subprocess.Popen([sys.executable, str(program), fresh_server.remote, str(path)], stdout=subprocess.PIPE)
    assert client.stdout.readline().strip() == b"writing"
    wait_until(lambda: {file.name for file in path.glob("*.parquet")} > before)
    client.kill()
    client.wait()
    assert spark.read.load(str(path)).count() == 10
    fresh_server.stop()
    fresh_server.start()
    assert fresh_server.spark().read.load(str(path)).count() == 10
    assert {file.name for file in path.glob("*.parquet")} == before
    assert deltalake.DeltaTable(str(path)).version() == 0


def wait_until(what, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def small_disk(tmp_path):
    with mounted(tmp_path / "small", 12) as mount:
        yield mount


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
