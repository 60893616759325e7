"""Invocations of a serving endpoint by key: 300 trees on 50 features from the online store: `./dev bench serving_bench`.

The peer, `mlflow models serve`, has no look-up, so its requests carry the 50 features. Both servers run at once and are measured
in turn, round by round; a figure is the median of the rounds. Latencies are of one client that sends one request after the other,
rates of several connections of one process (`raw_http.py`). The predictions of both servers are compared first.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import requests

import peers
from headrace_server import HeadraceServer, free_port
from raw_http import Client, latencies, percentile, rate

FEATURES = [f"f{i:02}" for i in range(50)]
KEYS = 100_000
TABLE = "spark_catalog.default.bench_features"


class Target:
    """One server's invocations, and what was measured of them."""

    def __init__(self, url: str, path: str, by_key: bool, connections: int) -> None:
        self.url, self.path, self.by_key, self.connections = url, path, by_key, connections
        self.figures: list[tuple[float, float, float]] = []

    def measure(self, features: dict[int, list[float]], batch: int, seconds: float) -> None:
        # New ones every time: uvicorn closes what was idle for some seconds.
        client = Client(self.url)
        requests_ = [client.request(self.path, body) for body in bodies_of(features, batch, self.by_key)]
        latencies(client, requests_, 0.3)
        times = latencies(client, requests_, seconds)
        client.close()
        clients = [Client(self.url) for _ in range(self.connections)]
        done = rate(clients, [requests_] * len(clients), seconds)
        for client in clients:
            client.close()
        self.figures.append((percentile(times, 0.5), percentile(times, 0.99), done))

    def medians(self) -> list[float]:
        out = [statistics.median(figures) for figures in zip(*self.figures, strict=True)]
        self.figures.clear()
        return out


def prepare(folder: pathlib.Path, url: str, flavor: str = "xgboost") -> tuple[pathlib.Path, dict[int, list[float]]]:
    """A feature table with 100,000 keys, published; a model registered with its look-ups and served as `bench`."""
    import deltalake
    import mlflow
    import numpy as np
    import pyarrow as pa
    from headrace.features.logged_model import LOADER_MODULE
    from headrace.features.training_set import FeatureColumn, FeatureSpec

    rng = np.random.default_rng(0)
    values = rng.normal(size=(KEYS, len(FEATURES)))
    table = pa.table({"customer_id": pa.array(range(KEYS), pa.int64()), **{name: values[:, i] for i, name in enumerate(FEATURES)}})
    deltalake.write_deltalake(str(folder / "table"), table)
    store = f"{url}/api/2.0/feature-store"
    fields = {"name": TABLE, "primary_keys": ["customer_id"], "location": str(folder / "table")}
    requests.post(f"{store}/feature-tables/create", json=fields).raise_for_status()
    requests.post(f"{store}/online-tables/publish", json={"name": TABLE}).raise_for_status()

    import pandas as pd

    train = pd.DataFrame(values[:5000], columns=FEATURES)
    labels = (train.f00 + train.f01 * train.f02 > 0).astype(int)
    if flavor == "xgboost":
        import xgboost

        model = xgboost.XGBClassifier(n_estimators=300, max_depth=6, n_jobs=1).fit(train, labels)
    else:
        import lightgbm

        model = lightgbm.LGBMClassifier(n_estimators=300, n_jobs=1, verbose=-1).fit(train, labels)
    data = folder / "feature_store"
    data.mkdir()
    signature = mlflow.models.infer_signature(train[:5], model.predict(train[:5]))
    getattr(mlflow, flavor).save_model(model, str(data / "raw_model"), signature=signature)
    columns = [FeatureColumn(name, name, TABLE, ["customer_id"], None, None, None) for name in FEATURES]
    (data / "feature_spec.yaml").write_text(FeatureSpec(["customer_id"], columns, ["customer_id"]).to_yaml())
    mlflow.set_tracking_uri(url)
    with mlflow.start_run():
        mlflow.pyfunc.log_model(
            name="model", loader_module=LOADER_MODULE, data_path=str(data), registered_model_name="bench", pip_requirements=[flavor]
        )
    config = {"served_entities": [{"entity_name": "bench", "entity_version": "1"}]}
    requests.post(f"{url}/api/2.0/serving-endpoints", json={"name": "bench", "config": config}).raise_for_status()
    while (state := requests.get(f"{url}/api/2.0/serving-endpoints/bench").json()["state"])["ready"] != "READY":
        if state["config_update"] == "UPDATE_FAILED":
            raise RuntimeError(state)
        time.sleep(0.05)
    return data / "raw_model", {key: values[key].tolist() for key in random.Random(1).sample(range(KEYS), 2000)}


def mlflow_serve(model: pathlib.Path, port: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(model), "--env-manager", "local", "--port", str(port)]
    # It starts `uvicorn` by name.
    environment = os.environ | {"PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, env=environment)
    end = time.monotonic() + 180
    try:
        while time.monotonic() < end:
            try:
                if requests.get(f"http://127.0.0.1:{port}/ping", timeout=1).status_code == 200:
                    return process
            except requests.RequestException:
                if process.poll() is not None:
                    raise RuntimeError("mlflow models serve ended") from None
                time.sleep(0.2)
        raise TimeoutError("mlflow models serve did not start")
    except BaseException:
        os.killpg(process.pid, 15)
        raise


def bodies_of(rows: dict[int, list[float]], batch: int, by_key: bool) -> list[dict]:
    keys = list(rows)
    out = []
    for start in range(0, len(keys) - batch + 1, batch):
        chosen = keys[start : start + batch]
        if by_key:
            out.append({"dataframe_records": [{"customer_id": key} for key in chosen]})
        else:
            out.append({"dataframe_split": {"columns": FEATURES, "data": [rows[key] for key in chosen]}})
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=4, help="connections for the requests a second")
    parser.add_argument("--flavor", choices=["xgboost", "lightgbm"], default="xgboost")
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench."))
    rows = []
    peer = None
    try:
        with HeadraceServer(folder / "root") as server:
            model, features = prepare(folder, server.url, options.flavor)
            targets = {"headrace": Target(server.url, "/serving-endpoints/bench/invocations", True, options.clients)}
            if not options.no_peer:
                port = free_port()
                peer = mlflow_serve(model, port)
                targets["mlflow"] = Target(f"http://127.0.0.1:{port}", "/invocations", False, options.clients)
                check(list(targets.values()), features)
            for batch in (1, 10, 100):
                for _ in range(options.rounds):
                    for target in targets.values():
                        target.measure(features, batch, options.seconds)
                figures = {name: target.medians() for name, target in targets.items()}
                ours = figures["headrace"]
                for name, (p50, p99, per_second) in figures.items():
                    ratios = [f"{p50 / ours[0]:.1f}×", f"{p99 / ours[1]:.1f}×", f"{ours[2] / per_second:.1f}×"]
                    rows.append([f"{name}, batch {batch}", p50, p99, f"{per_second:.0f}", *ratios])
            print(f"load average: {os.getloadavg()[0]:.1f}")
        columns = ["server", "p50 ms", "p99 ms", "requests/s", "p50 to ours", "p99 to ours", "ours to requests/s"]
        peers.table(f"Invocations by key, {options.flavor}, 300 trees, 50 features", columns, rows)
    finally:
        if peer is not None:
            os.killpg(peer.pid, 15)
        shutil.rmtree(folder, ignore_errors=True)


def check(targets: list[Target], features: dict[int, list[float]]) -> None:
    answers = []
    for target in targets:
        client = Client(target.url)
        bodies = [client.request(target.path, body) for body in bodies_of(features, 100, target.by_key)]
        answers.append([json.loads(client.send(body))["predictions"] for body in bodies])
    if answers[0] != answers[1]:
        raise RuntimeError("the servers do not agree")


if __name__ == "__main__":
    main()
