"""A power cut: whatever was not synced is gone from the disk, and nothing acknowledged is lost and no commit is half there."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
import requests

from headrace_server import HeadraceServer
from small_disk import PowerCutDisk

ROWS = 100


@pytest.fixture
def disk(tmp_path):
    with PowerCutDisk(tmp_path) as disk:
        yield disk


class Writers:
    """Clients that write until the server is gone, and what was acknowledged to them."""

    def __init__(self, server: HeadraceServer) -> None:
        self.server = server
        self.acknowledged: dict[str, list] = {}
        self.failed: list[BaseException] = []
        self.over = threading.Event()
        works = (self.append, self.merge, self.track, self.upload, self.hook)
        self.threads = [threading.Thread(target=self.run, args=(work,), daemon=True) for work in works]

    def run(self, work) -> None:
        try:
            work(self.acknowledged.setdefault(work.__name__, []))
        except Exception as error:
            # From the cut on every call fails.
            if not self.over.is_set():
                self.failed.append(error)

    def spark(self):
        spark = self.server.spark()
        spark.client.set_retry_policies([])
        return spark

    def append(self, done: list) -> None:
        spark = self.spark()
        for number in range(10_000):
            spark.range(ROWS).selectExpr("id", f"{number} AS number").write.mode("append").saveAsTable("appended")
            done.append(number)

    def merge(self, done: list) -> None:
        spark = self.spark()
        spark.sql("CREATE TABLE merged AS SELECT id, 0 AS number FROM range(100)")
        for number in range(1, 10_000):
            spark.sql(
                f"MERGE INTO merged t USING (SELECT id, {number} AS number FROM range(50, {100 + number})) s ON t.id = s.id"
                " WHEN MATCHED THEN UPDATE SET number = s.number WHEN NOT MATCHED THEN INSERT *"
            )
            done.append(number)

    def post(self, path: str, body: dict) -> dict:
        answer = requests.post(f"{self.server.url}/api/2.0/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def track(self, done: list) -> None:
        for number in range(10_000):
            run = self.post("mlflow/runs/create", {"experiment_id": "0", "start_time": number})["run"]["info"]["run_id"]
            metrics = [{"key": f"m{step}", "value": number, "timestamp": step, "step": step} for step in range(20)]
            self.post("mlflow/runs/log-batch", {"run_id": run, "metrics": metrics})
            done.append((run, number))

    def upload(self, done: list) -> None:
        for number in range(10_000):
            path = f"0/{number}/artifacts/data.bin"
            body = str(number).encode() * 5000
            requests.put(f"{self.server.url}/api/2.0/mlflow-artifacts/artifacts/{path}", data=body, timeout=60).raise_for_status()
            done.append((path, body))

    def hook(self, done: list) -> None:
        for number in range(10_000):
            name = f"model-{number}"
            self.post("mlflow/registered-models/create", {"name": name})
            hook = {"model_name": name, "events": ["MODEL_VERSION_CREATED"], "http_url_spec": {"url": "http://127.0.0.1:9/hook"}}
            done.append((name, self.post("mlflow/registry-webhooks/create", hook)["webhook"]["id"]))
            time.sleep(0.01)


def check(server: HeadraceServer, acknowledged: dict[str, list]) -> None:
    spark = server.spark()
    counts = {row["number"]: row["count"] for row in spark.sql("SELECT number, count(*) AS count FROM appended GROUP BY number").collect()}
    assert set(acknowledged["append"]) <= set(counts)
    # What was not acknowledged is there wholly or not at all.
    assert set(counts.values()) == {ROWS}
    assert len(counts) <= len(acknowledged["append"]) + 1

    last = acknowledged["merge"][-1]
    rows = {row["id"]: row["number"] for row in spark.table("merged").collect()}
    merged = max(rows.values())
    assert merged in (last, last + 1)
    assert rows == {id: 0 if id < 50 else merged for id in range(100 + merged)}

    api = f"{server.url}/api/2.0/mlflow"
    for run, number in acknowledged["track"]:
        data = requests.get(f"{api}/runs/get", params={"run_id": run}, timeout=60).json()["run"]["data"]
        assert {metric["key"]: metric["value"] for metric in data["metrics"]} == {f"m{step}": number for step in range(20)}
    for path, body in acknowledged["upload"]:
        assert requests.get(f"{api}-artifacts/artifacts/{path}", timeout=60).content == body
    for name, webhook in acknowledged["hook"]:
        hooks = requests.get(f"{api}/registry-webhooks/list", params={"model_name": name}, timeout=60).json()["webhooks"]
        assert [hook["id"] for hook in hooks] == [webhook]
    # And it goes on.
    spark.range(ROWS).selectExpr("id", "-1 AS number").write.mode("append").saveAsTable("appended")
    assert spark.sql("SELECT count(*) FROM appended WHERE number = -1").first()[0] == ROWS


@pytest.mark.parametrize("seconds", [0.5, 2.0, 4.0])
def test_a_power_cut_loses_nothing_acknowledged(headrace_bin, disk, seconds):
    server = HeadraceServer(disk.mount / "root").start()
    (disk.mount / "unsynced").write_text("gone", encoding="utf-8")
    writers = Writers(server)
    for thread in writers.threads:
        thread.start()
    while not writers.failed and not (len(writers.acknowledged) == 5 and all(writers.acknowledged.values())):
        time.sleep(0.02)
    time.sleep(seconds)
    assert writers.failed == []
    acknowledged = {name: list(done) for name, done in writers.acknowledged.items()}
    os.kill(server.process.pid, signal.SIGSTOP)
    writers.over.set()
    after = disk.cut()
    unsynced = after / "unsynced"
    assert not unsynced.exists() or unsynced.read_text(encoding="utf-8") == "", "the power cut took nothing away"
    server.kill()
    with HeadraceServer(after / "root") as again:
        check(again, acknowledged)
