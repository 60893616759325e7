"""Endpoints: their API, traffic, updates and restarts."""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import subprocess
import threading
import time

import pytest
from serving_client import Serving, mlflow_at, register_folder
from serving_models import MODELS, frame

ROW = {"dataframe_records": frame(1, 2).to_dict("records")}


def entity(name: str, version: str, served: str | None = None) -> dict:
    return {"entity_name": name, "entity_version": version, **({"name": served} if served else {})}


def test_create_get_list_delete(serving, registry):
    _, version = registry("xgb_binary")
    created = serving.api(
        "POST", body={"name": "life", "config": {"served_models": [{"model_name": "xgb_binary", "model_version": version}]}}
    )
    assert created["state"]["config_update"] == "IN_PROGRESS"
    endpoint = serving.wait("life")
    assert endpoint["state"] == {"ready": "READY", "config_update": "NOT_UPDATING"}
    assert endpoint["config"]["served_entities"][0]["entity_name"] == "xgb_binary"
    assert endpoint["config"]["served_models"][0]["model_version"] == version
    assert endpoint["config"]["traffic_config"]["routes"][0]["traffic_percentage"] == 100
    assert endpoint["config"]["config_version"] == 1
    assert "life" in [e["name"] for e in serving.api("GET")["endpoints"]]
    assert (
        serving.api(
            "POST", body={"name": "life", "config": {"served_models": [{"model_name": "xgb_binary", "model_version": version}]}}, status=400
        )["error_code"]
        == "RESOURCE_ALREADY_EXISTS"
    )
    serving.api("DELETE", "/life")
    assert serving.api("GET", "/life", status=404)["error_code"] == "RESOURCE_DOES_NOT_EXIST"
    assert serving.invoke("life", ROW).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"name": "x"}, 400, "config"),
        ({"name": "a b", "config": {}}, 400, "name"),
        ({"name": "x", "config": {"served_entities": []}}, 400, "at least one"),
        ({"name": "x", "config": {"served_entities": [{"entity_name": "nobody", "entity_version": "1"}]}}, 404, "nobody"),
        ({"name": "x", "config": {"served_entities": [{"entity_version": "1"}]}}, 400, "entity_name"),
        ({"name": "x", "config": {"served_entities": [{"entity_name": "m", "entity_version": "1", "workload_size": "Huge"}]}}, 400, "workload_size"),
        (
            {"name": "x", "config": {"served_entities": [{"name": "s", "entity_name": "m", "entity_version": "1"}],
             "traffic_config": {"routes": [{"served_model_name": "s", "traffic_percentage": 90}]}}}, 400, "sum to 100",
        ),
        (
            {"name": "x", "config": {"served_entities": [{"name": "s", "entity_name": "m", "entity_version": "1"}],
             "traffic_config": {"routes": [{"served_model_name": "t", "traffic_percentage": 100}]}}}, 400, "names no served entity",
        ),
    ],
)  # fmt: skip
def test_wrong_configurations_are_refused(serving, body, status, message):
    assert message in serving.api("POST", body=body, status=status)["message"]
    serving.api("GET", "/x", status=404)


def test_traffic_is_exact_over_every_hundred(serving, registry):
    _, old = registry("xgb_binary")
    _, new = registry("xgb_regressor")
    serving.serve("split", entity("xgb_binary", old, "old"), entity("xgb_regressor", new, "new"), traffic={"old": 90, "new": 10})
    names = [serving.invoke("split", ROW).headers["served-model-name"] for _ in range(250)]
    for start in (0, 37, 150):
        assert collections.Counter(names[start : start + 100]) == {"old": 90, "new": 10}
    assert serving.invoke("split", ROW, served="new").headers["served-model-name"] == "new"
    assert serving.invoke("split", ROW, served="none").status_code == 404
    metrics = serving.session.get(serving.url + "/metrics").text
    assert 'headrace_serving_requests_total{endpoint="split",served_model="old"' in metrics
    assert "headrace_serving_latency_seconds_bucket" in metrics


def test_no_request_fails_during_updates(serving, registry):
    _, first = registry("xgb_binary")
    _, second = registry("lgb_regressor")
    _, third = registry("sklearn")
    serving.serve("steady", entity("xgb_binary", first, "a"))
    statuses: collections.Counter = collections.Counter()
    stop = threading.Event()

    def hammer() -> None:
        mine = Serving(serving.url)
        while not stop.is_set():
            answer = mine.invoke("steady", ROW)
            statuses[answer.status_code, answer.headers.get("served-model-name")] += 1

    threads = [threading.Thread(target=hammer) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        serving.serve("steady", entity("lgb_regressor", second, "b"), method="PUT")
        serving.serve("steady", entity("xgb_binary", first, "a"), entity("sklearn", third, "c"), traffic={"a": 50, "c": 50}, method="PUT")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert {status for status, _ in statuses} == {200}
    assert {name for _, name in statuses} >= {"a", "b", "c"}


def test_an_update_that_fails_leaves_the_old_version_serving(headrace, serving, registry, tmp_path):
    _, version = registry("xgb_binary")
    broken = tmp_path / "broken"
    MODELS["xgb_binary"][0](str(broken))
    (broken / "model.ubj").write_bytes(b"this is no model")
    with mlflow_at(headrace.url):
        broken_version = register_folder(str(broken), "broken")
    serving.serve("robust", entity("xgb_binary", version, "good"))
    serving.api("PUT", "/robust/config", {"served_entities": [entity("broken", broken_version)]})
    endpoint = serving.wait("robust")
    assert endpoint["state"]["config_update"] == "UPDATE_FAILED"
    assert endpoint["state"]["ready"] == "READY"
    answer = serving.invoke("robust", ROW)
    assert (answer.status_code, answer.headers["served-model-name"]) == (200, "good")


def test_the_sdk_creates_queries_and_updates(headrace, serving, registry, monkeypatch):
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.serving import EndpointCoreConfigInput, Route, ServedEntityInput, TrafficConfig

    _, version = registry("xgb_binary")
    client = WorkspaceClient(host=headrace.url, token="none")
    served = ServedEntityInput(
        name="one", entity_name="xgb_binary", entity_version=version, workload_size="Small", scale_to_zero_enabled=True
    )
    config = EndpointCoreConfigInput(
        name="sdk", served_entities=[served], traffic_config=TrafficConfig(routes=[Route(served_model_name="one", traffic_percentage=100)])
    )
    endpoint = client.serving_endpoints.create_and_wait(name="sdk", config=config)
    assert endpoint.state.ready.value == "READY"
    answer = client.serving_endpoints.query("sdk", dataframe_records=ROW["dataframe_records"])
    assert answer.predictions == serving.invoke("sdk", ROW).json()["predictions"]
    assert answer.served_model_name == "one"
    client.serving_endpoints.update_config_and_wait("sdk", served_entities=[served])
    assert [e.name for e in client.serving_endpoints.list() if e.name == "sdk"] == ["sdk"]
    client.serving_endpoints.delete("sdk")


def workers_of(pid: int) -> list[int]:
    out = subprocess.run(["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in out.splitlines()[1:]]
    return [int(p) for p, parent, args in rows if int(parent) == pid and "headrace.serving_worker" in args]


def test_a_worker_that_died_is_replaced(fresh_server, tmp_path):
    serving = Serving(fresh_server.url)
    MODELS["sklearn"][0](str(tmp_path / "model"))
    with mlflow_at(fresh_server.url):
        version = register_folder(str(tmp_path / "model"), "sklearn")
    serving.serve("w", entity("sklearn", version))
    before = workers_of(fresh_server.process.pid)  # The model's, and one that stands by.
    assert len(before) == 2
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    first = serving.invoke("w", ROW)
    assert first.status_code in (200, 503), first.text
    assert serving.invoke("w", ROW).status_code == 200
    assert not set(workers_of(fresh_server.process.pid)) & set(before)


def test_endpoints_survive_kill(fresh_server, tmp_path):
    serving = Serving(fresh_server.url)
    MODELS["xgb_binary"][0](str(tmp_path / "model"))
    with mlflow_at(fresh_server.url):
        version = register_folder(str(tmp_path / "model"), "kept")
    serving.serve("kept", entity("kept", version, "it"))
    before = serving.invoke("kept", ROW).json()
    fresh_server.kill()
    fresh_server.start()
    serving = Serving(fresh_server.url)
    end = time.monotonic() + 60
    while serving.api("GET", "/kept")["state"]["ready"] != "READY":
        assert time.monotonic() < end
        time.sleep(0.05)
    answer = serving.invoke("kept", ROW)
    assert (answer.json(), answer.headers["served-model-name"]) == (before, "it")
    with contextlib.suppress(Exception):
        serving.api("DELETE", "/kept")
