"""Stock MLflow clients against Headrace."""

from __future__ import annotations

import math
import pathlib

import mlflow
import pytest
import requests
from mlflow import MlflowClient

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client(tracking):
    mlflow.set_tracking_uri(tracking.url)
    mlflow.set_registry_uri(tracking.url)
    return MlflowClient(tracking.url)


def test_a_run_with_everything(client, tmp_path):
    mlflow.set_experiment("everything")
    file = tmp_path / "f.txt"
    file.write_text("hello")
    with mlflow.start_run(run_name="outer") as run:
        mlflow.log_params({"a": 1, "b": "x"})
        mlflow.log_metrics({"m": 0.5, "nan": math.nan}, step=1)
        for step in range(5):
            mlflow.log_metric("h", step * 1.5, step=step)
        mlflow.set_tag("t", "v")
        mlflow.log_artifact(str(file), "dir")
        mlflow.log_text("big" * 1_000_000, "big.txt")
        with mlflow.start_run(nested=True) as inner:
            mlflow.log_metric("k", 1)
    stored = client.get_run(run.info.run_id)
    assert stored.info.status == "FINISHED" and stored.info.run_name == "outer"
    assert stored.data.params == {"a": "1", "b": "x"}
    assert stored.data.metrics["h"] == 6.0 and math.isnan(stored.data.metrics["nan"])
    assert client.get_run(inner.info.run_id).data.tags["mlflow.parentRunId"] == run.info.run_id
    assert [m.value for m in client.get_metric_history(run.info.run_id, "h")] == [0, 1.5, 3, 4.5, 6]
    assert {f.path: f.file_size for f in client.list_artifacts(run.info.run_id)} == {"big.txt": 3_000_000, "dir": None}
    assert [f.path for f in client.list_artifacts(run.info.run_id, "dir")] == ["dir/f.txt"]
    assert pathlib.Path(client.download_artifacts(run.info.run_id, "dir/f.txt", str(tmp_path))).read_text() == "hello"
    assert len(mlflow.artifacts.load_text(stored.info.artifact_uri + "/big.txt")) == 3_000_000
    found = mlflow.search_runs(experiment_names=["everything"], filter_string="metrics.h > 1 and params.a = '1'")
    assert list(found.run_id) == [run.info.run_id]


def test_search_pages_cover_everything_once(client):
    experiment = client.create_experiment("pages")
    made = {client.create_run(experiment).info.run_id for _ in range(25)}
    seen, token = [], None
    while True:
        page = client.search_runs([experiment], max_results=7, page_token=token)
        seen += [run.info.run_id for run in page]
        token = page.token
        if not token:
            break
    assert len(seen) == 25 and set(seen) == made


def test_a_model_from_training_to_production(client):
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    mlflow.set_experiment("models")
    x = np.random.default_rng(1).random((50, 3))
    y = (x[:, 0] > 0.5).astype(int)
    with mlflow.start_run():
        info = mlflow.sklearn.log_model(
            LogisticRegression().fit(x, y), name="model", input_example=x[:2], registered_model_name="churn",
            serialization_format="cloudpickle",
        )  # fmt: skip
    expected = LogisticRegression().fit(x, y).predict(x).tolist()
    assert mlflow.sklearn.load_model(info.model_uri).predict(x).tolist() == expected
    version = client.search_model_versions("name='churn'")[0]
    assert version.version in (1, "1") and version.current_stage == "None"
    client.transition_model_version_stage("churn", version.version, "Production", archive_existing_versions=True)
    client.set_registered_model_alias("churn", "champion", version.version)
    for uri in ("models:/churn/Production", "models:/churn@champion", f"models:/churn/{version.version}"):
        assert mlflow.pyfunc.load_model(uri).predict(x).tolist() == expected
    assert [
        m.name
        for m in mlflow.search_logged_models(experiment_ids=[client.get_experiment_by_name("models").experiment_id], output_format="list")
    ] == ["model"]


@pytest.mark.parametrize(
    "path",
    [
        "../../metadata.db",
        "a/../../x",
        "%2e%2e/%2e%2e/metadata.db",
        "..%2f..%2fmetadata.db",
        "%252e%252e/x",
        "/etc/passwd",
        "a\\b",
        ".uploads/x",
        ".multipart/x",
    ],
)
def test_artifact_paths_cannot_leave_the_root(tracking, path):
    import http.client

    for method in ("GET", "PUT", "DELETE"):
        connection = http.client.HTTPConnection("127.0.0.1", tracking.http_port, timeout=10)
        connection.request(method, f"/api/2.0/mlflow-artifacts/artifacts/{path}", body=b"x" if method == "PUT" else None)
        status = connection.getresponse().status
        connection.close()
        assert status in ((400, 404) if method == "GET" else (400,)), (method, path, status)
    assert requests.get(tracking.url + "/api/2.0/mlflow-artifacts/artifacts", params={"path": path}, timeout=10).status_code == 400
    assert (tracking.root / "metadata.db").exists()


def test_bad_bodies_are_refused_and_the_server_goes_on(tracking):
    url = tracking.url + "/api/2.0/mlflow/runs/create"
    for body in (b"{", b"[1]", b"\xff\xfe", b"null null", b'"text"'):
        answer = requests.post(url, data=body, headers=JSON, timeout=10)
        assert answer.status_code == 400 and answer.json()["error_code"] == "MALFORMED_REQUEST", body
    deep = b'{"experiment_id":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert requests.post(url, data=deep, headers=JSON, timeout=10).status_code == 400
    assert requests.post(url, data=b"x" * (40 << 20), timeout=30).status_code == 413
    assert requests.post(url, json={"experiment_id": {"a": 1}}, timeout=10).json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert requests.post(url, json={"experiment_id": "0", "unknown": [1, {"x": 2}]}, timeout=10).status_code == 200
    assert requests.get(tracking.url + "/api/2.0/mlflow/nowhere", timeout=10).json()["error_code"] == "ENDPOINT_NOT_FOUND"
    assert requests.put(url, timeout=10).status_code == 405
    assert requests.get(tracking.url + "/health", timeout=10).text == "OK"
