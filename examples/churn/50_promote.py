"""Promotes the best model of the last training through Staging to Production when it passes the gate; a webhook tells of it."""

import hashlib
import hmac
import http.server
import json
import queue
import secrets
import threading

import mlflow
import requests
from mlflow import MlflowClient

from common import DATABRICKS_HOST, EXPERIMENT, MLFLOW_TRACKING_URI, MODEL

GATE_AUC = 0.70
WEBHOOKS = f"{DATABRICKS_HOST}/api/2.0/mlflow/registry-webhooks"


class Receiver:
    """A local server that takes the registry's events and checks their signatures."""

    def __init__(self):
        self.secret = secrets.token_hex(16)
        self.events: queue.Queue = queue.Queue()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                wanted = hmac.new(receiver.secret.encode(), body, hashlib.sha256).hexdigest()
                signed = hmac.compare_digest(self.headers.get("X-Databricks-Signature", ""), wanted)
                receiver.events.put((signed, json.loads(body)))
                self.send_response(200 if signed else 401)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/registry"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def best_run(client: MlflowClient):
    experiment = client.get_experiment_by_name(EXPERIMENT)
    parent = client.search_runs(
        [experiment.experiment_id], "tags.`churn.step` = 'train'", order_by=["attributes.start_time DESC"], max_results=1
    )[0]
    children = client.search_runs(
        [experiment.experiment_id],
        f"tags.`mlflow.parentRunId` = '{parent.info.run_id}' AND metrics.auc >= {GATE_AUC}",
        order_by=["metrics.auc DESC"],
        max_results=1,
    )
    if not children:
        raise SystemExit(f"promote: no model of run {parent.info.run_id} has an AUC of {GATE_AUC}")
    return parent, children[0]


def main() -> None:
    mlflow.set_tracking_uri(MLFLOW_TRACKING_URI)
    client = MlflowClient()
    parent, run = best_run(client)

    if not client.search_registered_models(f"name = '{MODEL}'"):
        client.create_registered_model(MODEL, description="Who stays away for the next 90 days")
    receiver = Receiver()
    hook = requests.post(
        f"{WEBHOOKS}/create",
        json={
            "model_name": MODEL,
            "events": ["MODEL_VERSION_TRANSITIONED_STAGE"],
            "http_url_spec": {"url": receiver.url, "secret": receiver.secret},
            "status": "ACTIVE",
        },
        timeout=30,
    )

    hook.raise_for_status()

    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", MODEL).version
    client.set_model_version_tag(MODEL, version, "auc", f"{run.data.metrics['auc']:.4f}")
    client.set_model_version_tag(MODEL, version, "features_version", parent.data.params["features_version"])
    client.transition_model_version_stage(MODEL, version, "Staging")
    client.transition_model_version_stage(MODEL, version, "Production", archive_existing_versions=True)

    stages = []
    while not {"Staging", "Production"} <= set(stages):
        signed, event = receiver.events.get(timeout=30)
        if not signed:
            raise SystemExit(f"promote: an event with a wrong signature: {event}")
        if str(event["version"]) == str(version):  # not the one that was archived
            stages.append(event["to_stage"])
    requests.delete(f"{WEBHOOKS}/delete", json={"id": hook.json()["webhook"]["id"]}, timeout=30).raise_for_status()
    production = [f"{found.name} {found.version}" for found in client.get_latest_versions(MODEL, ["Production"])]
    print(
        f"promote: {run.data.params['kind']} (AUC {run.data.metrics['auc']:.4f}) is {', '.join(production)}; webhook told of {' and '.join(stages)}"
    )


if __name__ == "__main__":
    main()
