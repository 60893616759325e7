"""MLflow's packaged pages and what they ask for as they load."""

from __future__ import annotations

import asyncio
import pathlib
import re

import mlflow
import pytest
import requests

from mlflow_servers import HttpHeadrace


@pytest.fixture(scope="module")
def pages(headrace_bin, tmp_path_factory):
    build = pathlib.Path(mlflow.__file__).parent / "server" / "js" / "build"
    with HttpHeadrace(tmp_path_factory.mktemp("ui") / "root", "--mlflow-ui", str(build)) as server:
        yield server


def test_the_page_and_all_its_files_are_there(pages):
    assert requests.get(pages.url + "/", timeout=10).url == pages.url + "/mlflow/"
    index = requests.get(pages.url + "/mlflow/", timeout=10)
    assert index.status_code == 200 and index.headers["Content-Type"].startswith("text/html")
    files = re.findall(r'(?:src|href)="\.?/?(static-files/[^"]+)"', index.text)
    assert files
    for file in files:
        assert requests.get(f"{pages.url}/mlflow/{file}", timeout=10).status_code == 200, file
    assert requests.get(pages.url + "/mlflow/static-files/%2e%2e/%2e%2e/__init__.py", timeout=10).status_code in (400, 404)


def test_the_queries_of_the_experiment_and_run_pages(pages):
    api = pages.url + "/mlflow/ajax-api/2.0/mlflow/"
    run = requests.post(api + "runs/create", json={"experiment_id": "0", "run_name": "page"}, timeout=10).json()["run"]["info"]["run_id"]
    for step in range(10):
        requests.post(
            api + "runs/log-metric",
            json={"run_id": run, "key": "m", "value": step if step else "NaN", "timestamp": 1, "step": step},
            timeout=10,
        )

    def ask(query, **given):
        answer = requests.post(pages.url + "/mlflow/graphql", json={"query": query, "variables": {"data": given}}, timeout=10).json()
        assert answer["errors"] is None, answer
        return answer["data"]

    query = """query GetRun($data: MlflowGetRunInput!) @component(name: "x") {
      mlflowGetRun(input: $data) { apiError { code message } run { ...Info data { metrics { key value step } } experiment { experimentId name } modelVersions { name } } } }
      fragment Info on MlflowRunExtension { info { runUuid runName startTime status __typename } }"""
    answer = ask(query, runId=run)["mlflowGetRun"]
    assert answer["apiError"] is None
    assert answer["run"]["info"]["runUuid"] == run and answer["run"]["info"]["startTime"] == "0"
    assert answer["run"]["data"]["metrics"] == [{"key": "m", "value": 9.0, "step": "9"}]
    assert answer["run"]["experiment"] == {"experimentId": "0", "name": "Default"} and answer["run"]["modelVersions"] == []
    query = "query Q($data: I!) { mlflowGetMetricHistoryBulkInterval(input: $data) { metrics { key value step runId } } }"
    metrics = ask(query, runIds=[run], metricKey="m", maxResults=4)["mlflowGetMetricHistoryBulkInterval"]["metrics"]
    assert [m["step"] for m in metrics] == ["0", "3", "6", "9"] and metrics[0]["value"] is None
    query = "query Q($data: I!) { mlflowGetExperiment(input: $data) { experiment { name tags { key value } } } }"
    assert ask(query, experimentId="0")["mlflowGetExperiment"]["experiment"] == {"name": "Default", "tags": []}
    query = "query Q($data: I!) { mlflowSearchRuns(input: $data) { runs { info { runName } } nextPageToken } }"
    assert ask(query, experimentIds=["0"])["mlflowSearchRuns"]["runs"][0]["info"]["runName"] == "page"
    bulk = requests.get(api + "metrics/get-history-bulk", params={"run_id": [run], "metric_key": "m"}, timeout=10).json()["metrics"]
    assert len(bulk) == 10 and bulk[1]["run_id"] == run
    requests.post(api + "upload-artifact", params={"run_uuid": run, "path": "a/b.txt"}, data=b"hi", timeout=10).raise_for_status()
    shown = requests.get(pages.url + "/mlflow/get-artifact", params={"run_uuid": run, "path": "a/b.txt"}, timeout=10)
    assert shown.content == b"hi" and shown.headers["X-Content-Type-Options"] == "nosniff"


# Parts of MLflow's pages that ask for what is not here: its assistant, its gateway to language models, the users of its own log-in.
ABSENT = ("/ajax-api/3.0/mlflow/assistant/", "/ajax-api/2.0/mlflow/gateway-proxy", "/ajax-api/2.0/mlflow/users/current")


@pytest.mark.timeout(600)
def test_pages_in_a_browser(pages, tmp_path):
    """The pages of experiments, runs and models show what was logged, without an error in the console or a failed request."""
    from browser import Browser, chromium

    if chromium() is None:
        pytest.skip("no chromium: run ./dev test, which installs it")
    mlflow.set_tracking_uri(pages.url)
    mlflow.set_registry_uri(pages.url)
    client = mlflow.MlflowClient(pages.url)

    class Same(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input, params=None):
            return model_input

    experiment = client.create_experiment("shown-experiment")
    with mlflow.start_run(experiment_id=experiment, run_name="shown-run") as run:
        mlflow.log_params({"depth": 5})
        for step in range(20):
            mlflow.log_metric("auc", 0.5 + step / 50, step=step)
        mlflow.log_text("hello artifact", "notes/hello.txt")
        mlflow.set_tag("team", "growth")
        mlflow.pyfunc.log_model(name="model", python_model=Same(), registered_model_name="shown-model", pip_requirements=[])
    with mlflow.start_run(experiment_id=experiment, run_name="empty-run"):
        pass
    client.set_registered_model_alias("shown-model", "champion", 1)
    one = f"#/experiments/{experiment}"

    async def visit() -> list[str]:
        async with Browser(tmp_path / "profile") as browser:
            for address, texts in {
                "#/experiments": ["shown-experiment", "Default"],
                f"{one}/runs": ["shown-run", "empty-run"],
                f"{one}/models": ["shown-model"],
                f"{one}/runs/{run.info.run_id}": ["shown-run", "depth", "auc", "growth", "shown-model"],
                f"{one}/runs/{run.info.run_id}/model-metrics": ["shown-run", "auc"],
                f"{one}/runs/{run.info.run_id}/artifacts": ["notes"],
                "#/models": ["shown-model"],
                "#/models/shown-model": ["shown-model", "champion"],
                "#/models/shown-model/versions/1": ["Version 1", "champion"],
            }.items():
                await browser.open(f"{pages.url}/mlflow/{address}", *texts)
            return [text for text in browser.problems if not any(part in text for part in ABSENT)]

    assert asyncio.run(visit()) == []
