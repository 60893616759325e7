"""The serving API with stock requests, and registering models with stock mlflow."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator

import requests


class Serving:
    """Calls the serving API with stock requests."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def api(self, method: str, path: str = "", body: object = None, status: int = 200) -> dict:
        answer = self.session.request(method, f"{self.url}/api/2.0/serving-endpoints{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def wait(self, name: str, seconds: float = 120) -> dict:
        end = time.monotonic() + seconds
        while (endpoint := self.api("GET", f"/{name}"))["state"]["config_update"] == "IN_PROGRESS":
            assert time.monotonic() < end, endpoint
            time.sleep(0.05)
        return endpoint

    def serve(self, name: str, *entities: dict, traffic: dict[str, int] | None = None, method: str = "POST") -> dict:
        config: dict = {"served_entities": list(entities)}
        if traffic:
            config["traffic_config"] = {"routes": [{"served_model_name": k, "traffic_percentage": v} for k, v in traffic.items()]}
        if method == "POST":
            self.api("POST", body={"name": name, "config": config})
        else:
            self.api("PUT", f"/{name}/config", config)
        endpoint = self.wait(name)
        assert endpoint["state"] == {"ready": "READY", "config_update": "NOT_UPDATING"}, endpoint["state"]
        return endpoint

    def invoke(self, name: str, body: object, served: str = "", timeout: float | None = None) -> requests.Response | None:
        """The answer; None when it did not come in time."""
        path = f"/serving-endpoints/{name}/" + (f"served-models/{served}/" if served else "") + "invocations"
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        try:
            return self.session.post(self.url + path, data=data, headers={"Content-Type": "application/json"}, timeout=timeout)
        except requests.Timeout:
            return None


@contextlib.contextmanager
def mlflow_at(url: str) -> Iterator[None]:
    """MLflow's tracking and registry addresses, which are the process's, are `url` within; those before come back."""
    import mlflow

    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before[0])
        mlflow.set_registry_uri(before[1])


def register_folder(path: str, name: str) -> str:
    """Uploads a saved model with a run and registers it; gives the version."""
    import mlflow

    with mlflow.start_run() as run:
        mlflow.log_artifacts(path, "model")
    client = mlflow.MlflowClient()
    try:
        client.create_registered_model(name)
    except mlflow.MlflowException as error:
        assert error.error_code == "RESOURCE_ALREADY_EXISTS"
    return client.create_model_version(name, f"runs:/{run.info.run_id}/model", run_id=run.info.run_id).version
