"""Requests a second of tracking calls: Headrace against `mlflow server` on SQLite, 8 clients, one machine, one run.

./dev bench mlflow_bench [--seconds 2] [--rounds 3] [--clients 8]

Both servers run at once and are measured in turn, so that a machine whose speed drifts drifts for both; a figure is the median of
the rounds. The clients are 8 connections of one process (`raw_http.py`).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import statistics
import sys
import tempfile
import uuid

import requests

import peers
from raw_http import Client, rate

sys.path.append(str(peers.REPOSITORY / "tests" / "mlflow"))

from mlflow_servers import HttpHeadrace, MlflowServer  # noqa: E402

PATH = "/api/2.0/mlflow/"
RUNS = 250
BODIES = 400


def create_run(experiment, run, number):
    tags = [{"key": "mlflow.source.name", "value": "bench"}]
    return "runs/create", {"experiment_id": experiment, "user_id": "bench", "start_time": number, "tags": tags}


def log_batch(experiment, run, number):
    metrics = [{"key": f"m{i}", "value": i * 0.5 + number, "timestamp": number, "step": number} for i in range(20)]
    return "runs/log-batch", {"run_id": run, "metrics": metrics}


def search_runs(experiment, run, number):
    return "runs/search", {"experiment_ids": [experiment], "filter": "metrics.acc > 0.1 and params.p = '1'",
                           "order_by": ["metrics.acc DESC"], "max_results": 100}  # fmt: skip


CALLS = {"create_run": create_run, "log_batch": log_batch, "search_runs": search_runs}


def post(url: str, path: str, body: dict) -> dict:
    answer = requests.post(url + PATH + path, json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()


class Side:
    """One server with an experiment to write to, and one with runs to search in."""

    def __init__(self, url: str, clients: int) -> None:
        self.url = url
        self.rates: dict[str, list[float]] = {name: [] for name in CALLS}
        self.step = 0
        self.search = post(url, "experiments/create", {"name": f"search-{uuid.uuid4()}"})["experiment_id"]
        for i in range(RUNS):
            run = post(url, "runs/create", {"experiment_id": self.search, "start_time": i})["run"]["info"]["run_id"]
            metrics = [{"key": key, "value": i / RUNS, "timestamp": i, "step": 0} for key in ("acc", "loss", "auc")]
            params = [{"key": "p", "value": str(i % 2)}, {"key": "q", "value": "x"}]
            post(url, "runs/log-batch", {"run_id": run, "params": params, "metrics": metrics})
        self.write = post(url, "experiments/create", {"name": f"write-{uuid.uuid4()}"})["experiment_id"]
        self.runs = [post(url, "runs/create", {"experiment_id": self.write})["run"]["info"]["run_id"] for _ in range(clients)]

    def measure(self, name: str, seconds: float) -> None:
        experiment = self.search if name == "search_runs" else self.write
        bodies = []
        # New ones every time: uvicorn closes what was idle for some seconds.
        clients = [Client(self.url) for _ in self.runs]
        for client, run in zip(clients, self.runs, strict=True):
            own = [CALLS[name](experiment, run, self.step + i) for i in range(BODIES)]
            bodies.append([client.request(PATH + path, body) for path, body in own])
        self.step += BODIES
        rate(clients, bodies, 0.3)
        self.rates[name].append(rate(clients, bodies, seconds))
        for client in clients:
            client.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--folder", help="where both keep their data; by default the folder for temporary files")
    parser.add_argument("--peer", help="the address of an mlflow server that runs already, on a database of its own; 'none' for no peer")
    options = parser.parse_args()
    # Its background jobs would only take its own time.
    os.environ["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(dir=options.folder)))
        sides = {"headrace": Side(stack.enter_context(HttpHeadrace(folder / "root")).url, options.clients)}
        if options.peer != "none":
            url = options.peer or stack.enter_context(MlflowServer(folder / "mlflow", workers=4)).url
            sides["mlflow"] = Side(url, options.clients)
        for name in CALLS:
            for _ in range(options.rounds):
                for side in sides.values():
                    side.measure(name, options.seconds)
        print(f"load average: {os.getloadavg()[0]:.1f}")
    rows = []
    for name in CALLS:
        ours = statistics.median(sides["headrace"].rates[name])
        if "mlflow" not in sides:
            rows.append([name, "-", f"{ours:.0f}", "-"])
            continue
        theirs = statistics.median(sides["mlflow"].rates[name])
        rows.append([name, f"{theirs:.1f}", f"{ours:.0f}", f"{ours / theirs:.1f}×"])
    columns = ["call", "mlflow server, SQLite (1/s)", "Headrace (1/s)", "ratio"]
    peers.table(f"Tracking calls, {options.clients} clients", columns, rows)


if __name__ == "__main__":
    main()
