"""Requests a second of tracking calls: Headrace against `mlflow server` on SQLite, 8 clients, one machine, one run.

./dev bench mlflow_bench [--seconds 5] [--clients 8]
"""

from __future__ import annotations

import argparse
import multiprocessing
import pathlib
import tempfile
import time

import requests

from mlflow_servers import HttpHeadrace, MlflowServer
from raw_http import Client

PATH = "/api/2.0/mlflow/"


def create_run(experiment, run, number):
    return "runs/create", {
        "experiment_id": experiment,
        "user_id": "bench",
        "start_time": number,
        "tags": [{"key": "mlflow.source.name", "value": "bench"}],
    }


def log_batch(experiment, run, number):
    metrics = [{"key": f"m{i}", "value": i * 0.5 + number, "timestamp": number, "step": number} for i in range(20)]
    return "runs/log-batch", {"run_id": run, "metrics": metrics}


def search_runs(experiment, run, number):
    return "runs/search", {"experiment_ids": [experiment], "filter": "metrics.acc > 0.5 and params.p = '1'",
                           "order_by": ["metrics.acc DESC"], "max_results": 100}  # fmt: skip


CALLS = {"create_run": create_run, "log_batch": log_batch, "search_runs": search_runs}


def client(name, url, experiment, run, seconds, start, results):
    client, call, done = Client(url), CALLS[name], 0

    def send() -> None:
        path, body = call(experiment, run, done)
        client.send(client.request(PATH + path, body))

    send()
    start.wait()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done += 1
        send()
    results.put(done)


def prepare(url: str) -> tuple[str, str]:
    """An experiment to write to, and one with 500 runs to search in."""
    session, api = requests.Session(), url + PATH
    search = session.post(api + "experiments/create", json={"name": "search"}).json()["experiment_id"]
    for i in range(500):
        run = session.post(api + "runs/create", json={"experiment_id": search, "start_time": i}).json()["run"]["info"]["run_id"]
        session.post(
            api + "runs/log-batch",
            json={
                "run_id": run,
                "params": [{"key": "p", "value": str(i % 2)}, {"key": "q", "value": "x"}],
                "metrics": [{"key": key, "value": i / 500, "timestamp": i, "step": 0} for key in ("acc", "loss", "auc")],
            },
        ).raise_for_status()
    return session.post(api + "experiments/create", json={"name": "write"}).json()["experiment_id"], search


def measure(server, seconds: float, clients: int) -> dict[str, float]:
    write, search = prepare(server.url)
    context, rates = multiprocessing.get_context("spawn"), {}
    for name in CALLS:
        start, results, processes = context.Barrier(clients + 1), context.Queue(), []
        for _ in range(clients):
            run = requests.post(server.url + PATH + "runs/create", json={"experiment_id": write}).json()["run"]["info"]["run_id"]
            experiment = search if name == "search_runs" else write
            processes.append(context.Process(target=client, args=(name, server.url, experiment, run, seconds, start, results)))
            processes[-1].start()
        start.wait()
        rates[name] = sum(results.get() for _ in processes) / seconds
        for process in processes:
            process.join()
    return rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--clients", type=int, default=8)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with MlflowServer(pathlib.Path(folder) / "mlflow", workers=4) as server:
            theirs = measure(server, arguments.seconds, arguments.clients)
        with HttpHeadrace(pathlib.Path(folder) / "root") as server:
            ours = measure(server, arguments.seconds, arguments.clients)
    print(f"| call, {arguments.clients} clients | mlflow server, SQLite (1/s) | Headrace (1/s) | ratio |\n| --- | ---: | ---: | ---: |")
    for name in CALLS:
        print(f"| {name} | {theirs[name]:.0f} | {ours[name]:.0f} | {ours[name] / theirs[name]:.1f}× |")


if __name__ == "__main__":
    main()
