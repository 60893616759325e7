"""Models that hang, end their process or want surroundings of their own, each beside endpoints that must not notice."""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import sys
import threading
import time
from typing import Any

import mlflow
import pandas as pd
import pytest
import requests
from serving_client import Serving, mlflow_at, register_folder
from serving_models import REQUIREMENTS

from headrace_server import HeadraceServer


class Misbehaving(mlflow.pyfunc.PythonModel):
    """Does what the column `act` says."""

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> list[Any]:
        import os

        act = str(model_input["act"].iloc[0])
        if act == "exit":
            sys.exit(3)
        if act == "die":
            os._exit(3)
        if act == "hang":
            time.sleep(600)
        if act.startswith("env "):
            return [os.environ.get(act[4:])]
        return [act]


class HangsWhenLoaded(Misbehaving):
    def load_context(self, context: Any) -> None:
        time.sleep(600)


@pytest.fixture
def register(tmp_path):
    def save(url: str, model: mlflow.pyfunc.PythonModel, name: str) -> None:
        import cloudpickle

        cloudpickle.register_pickle_by_value(sys.modules[__name__])  # A worker does not have this file.
        mlflow.pyfunc.save_model(str(tmp_path / name), python_model=model, pip_requirements=REQUIREMENTS)
        with mlflow_at(url):
            register_folder(str(tmp_path / name), name)

    return save


def act(what: str) -> dict:
    return {"dataframe_records": [{"act": what}]}


def test_a_model_that_exits_is_answered_and_one_that_dies_is_replaced(headrace, serving, register):
    register(headrace.url, Misbehaving(), "misbehaving")
    serving.serve("misbehaving", {"entity_name": "misbehaving", "entity_version": "1"})
    left = serving.invoke("misbehaving", act("exit"))
    assert left.status_code in (400, 500) and "SystemExit" in left.text
    for _ in range(3):
        assert serving.invoke("misbehaving", act("die")).status_code == 503
        assert serving.invoke("misbehaving", act("fine")).json() == {"predictions": ["fine"]}
    deep = serving.invoke("misbehaving", '{"dataframe_records": ' + "[" * 100_000 + "]" * 100_000 + "}")
    assert deep.status_code == 400 and "nested too deeply" in deep.text


def test_environment_vars_reach_the_model(headrace, serving, register):
    register(headrace.url, Misbehaving(), "env")
    entity = {"entity_name": "env", "entity_version": "1"}
    serving.serve("env", entity | {"environment_vars": {"GREETING": "hello"}})
    assert serving.invoke("env", act("env GREETING")).json() == {"predictions": ["hello"]}
    serving.serve("env", entity | {"environment_vars": {"GREETING": "bye"}}, method="PUT")
    assert serving.invoke("env", act("env GREETING")).json() == {"predictions": ["bye"]}
    for wrong, status in (({"A": 1}, 400), ("A=1", 400), ({"A=B": "1"}, 400), ({"A": "{{secrets/scope/key}}"}, 501)):
        body = {"served_entities": [entity | {"environment_vars": wrong}]}
        serving.api("PUT", "/env/config", body, status=status)


@pytest.mark.parametrize(
    "entity",
    [{"workload_type": "GPU_SMALL"}, {"min_provisioned_throughput": 1}, {"external_model": {"name": "x"}}],
    ids=str,
)
def test_what_an_endpoint_cannot_give_is_said(serving, entity):
    body = {"name": "wanting", "config": {"served_entities": [{"entity_name": "m", "entity_version": "1"} | entity]}}
    assert next(iter(entity)) in serving.api("POST", body=body, status=501)["message"]
    for field in ("ai_gateway", "rate_limits"):
        plain = {"name": "wanting", "config": {"served_entities": [{"entity_name": "m", "entity_version": "1"}]}, field: [{}]}
        assert field in serving.api("POST", body=plain, status=501)["message"]


def test_a_model_that_hangs_while_it_loads_keeps_nobody_waiting(fresh_server, register):
    serving = Serving(fresh_server.url)
    register(fresh_server.url, HangsWhenLoaded(), "hangs")
    register(fresh_server.url, Misbehaving(), "misbehaving")
    entity = {"served_entities": [{"entity_name": "hangs", "entity_version": "1"}]}
    serving.api("POST", body={"name": "hangs", "config": entity})
    serving.serve("beside", {"entity_name": "misbehaving", "entity_version": "1"})
    assert serving.api("GET", "/hangs")["state"]["config_update"] == "IN_PROGRESS"
    serving.api("DELETE", "/hangs")
    serving.api("POST", body={"name": "hangs", "config": entity})
    began = time.monotonic()
    assert fresh_server.stop(15) == 0
    assert time.monotonic() - began < 10


def test_a_killed_server_leaves_no_worker_on_its_port(fresh_server, register):
    serving = Serving(fresh_server.url)
    register(fresh_server.url, Misbehaving(), "misbehaving")
    serving.serve("misbehaving", {"entity_name": "misbehaving", "entity_version": "1"})

    def hang() -> None:
        try:
            requests.post(f"{fresh_server.url}/serving-endpoints/misbehaving/invocations", json=act("hang"), timeout=60)
        except requests.ConnectionError as error:
            cut.append(error)

    cut: list[Exception] = []
    hanging = threading.Thread(target=hang)
    hanging.start()
    time.sleep(0.5)
    fresh_server.kill()
    hanging.join(10)
    assert cut, "the worker kept the client's connection open"
    fresh_server.start()
    serving.wait("misbehaving")
    assert serving.invoke("misbehaving", act("fine")).json() == {"predictions": ["fine"]}


def hang(url: str, endpoint: str, timeout: float = 60) -> threading.Thread:
    """Begins a request that the model never answers."""

    def ask() -> None:
        with contextlib.suppress(requests.RequestException):
            requests.post(f"{url}/serving-endpoints/{endpoint}/invocations", json=act("hang"), timeout=timeout)

    hanging = threading.Thread(target=ask, daemon=True)
    hanging.start()
    return hanging


def test_hanging_requests_keep_nobody_waiting(fresh_server, register):
    serving = Serving(fresh_server.url)
    register(fresh_server.url, Misbehaving(), "misbehaving")
    for name in ("hanging", "other"):
        serving.serve(name, {"entity_name": "misbehaving", "entity_version": "1"})
    for _ in range(2):  # A spare worker each.
        hang(fresh_server.url, "hanging")
        time.sleep(0.5)
        assert serving.invoke("hanging", act("fine")).json() == {"predictions": ["fine"]}
    for _ in range(40):  # One takes the last worker, the others wait for it.
        hang(fresh_server.url, "hanging")
    end = time.monotonic() + 30
    while (refused := serving.invoke("hanging", act("fine"), timeout=1)) is None:
        assert time.monotonic() < end
    assert (refused.status_code, refused.json()["error_code"]) == (429, "REQUEST_LIMIT_EXCEEDED")
    assert serving.invoke("other", act("fine")).json() == {"predictions": ["fine"]}
    assert serving.api("GET", "/hanging")["state"]["ready"] == "READY"
    assert requests.get(f"{fresh_server.url}/api/2.0/mlflow/experiments/get?experiment_id=0", timeout=5).status_code == 200
    began = time.monotonic()
    assert fresh_server.stop(20) == 0
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("standby", ["true", "false"])
def test_the_limits_of_workers_are_settings(headrace_bin, tmp_path, register, standby):
    config = tmp_path / "headrace.toml"
    config.write_text(
        f"[serving]\nrequest_timeout_seconds = 3\nbusy_seconds = 0.5\nspare_workers = 0\nstandby = {standby}\n", encoding="utf-8"
    )
    with HeadraceServer(tmp_path / "root", "--config", str(config)) as server:
        serving = Serving(server.url)
        register(server.url, Misbehaving(), "misbehaving")
        serving.serve("misbehaving", {"entity_name": "misbehaving", "entity_version": "1"})
        began = time.monotonic()
        late = serving.invoke("misbehaving", act("hang"))
        assert (late.status_code, late.json()["error_code"]) == (504, "DEADLINE_EXCEEDED")
        assert 2 < time.monotonic() - began < 10
        end = time.monotonic() + 60
        while (answer := serving.invoke("misbehaving", act("fine"))).status_code == 429:  # No spare one: a new one starts.
            assert time.monotonic() < end
        assert answer.json() == {"predictions": ["fine"]}


def test_a_worker_that_was_killed_idle_is_replaced_before_it_is_asked(fresh_server, register):
    serving = Serving(fresh_server.url)
    register(fresh_server.url, Misbehaving(), "misbehaving")
    serving.serve("misbehaving", {"entity_name": "misbehaving", "entity_version": "1"})
    for _ in range(2):
        workers = workers_of(fresh_server.process.pid)
        assert workers
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        while not all(has_ended(worker) for worker in workers):
            time.sleep(0.01)
        assert serving.invoke("misbehaving", act("fine")).json() == {"predictions": ["fine"]}


def has_ended(process: int) -> bool:
    """True when no thread of it is left that could hold its socket open."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        threads = list(pathlib.Path(f"/proc/{process}/task").iterdir())
        return all((thread / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "Z" for thread in threads)
    return not pathlib.Path(f"/proc/{process}").exists()


def workers_of(server: int) -> list[int]:
    """The processes that the server started, by whichever thread."""
    lists = pathlib.Path(f"/proc/{server}/task").glob("*/children")
    return [int(pid) for children in lists for pid in children.read_text(encoding="utf-8").split()]
