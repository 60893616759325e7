"""A program for MLflow 2's client, with stages and artifact_path; run by test_clients_2.py in that client's own Python."""

import sys

import mlflow
import pandas
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

uri = sys.argv[1]
assert mlflow.__version__.startswith("2.22"), mlflow.__version__
mlflow.set_tracking_uri(uri)
client = MlflowClient(uri)
mlflow.set_experiment("client-2")


class Twice(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return [2 * value for value in model_input["x"]]


with mlflow.start_run() as run:
    mlflow.log_param("p", 1)
    mlflow.log_metric("m", 2.5, step=3)
    mlflow.log_dict({"a": [1, 2]}, "d/a.json")
    mlflow.pyfunc.log_model(artifact_path="model", python_model=Twice(), registered_model_name="twice", pip_requirements=[])
stored = client.get_run(run.info.run_id)
assert stored.data.params == {"p": "1"} and stored.data.metrics == {"m": 2.5}
assert mlflow.artifacts.load_dict(stored.info.artifact_uri + "/d/a.json") == {"a": [1, 2]}
assert "model" in [file.path for file in client.list_artifacts(run.info.run_id)]
version = client.get_latest_versions("twice", stages=["None"])[0]
client.transition_model_version_stage("twice", version.version, "Production", archive_existing_versions=True)

assert list(mlflow.pyfunc.load_model("models:/twice/Production").predict(pandas.DataFrame({"x": [1, 2]}))) == [2, 4]
try:
    client.get_run("0" * 32)
    raise AssertionError("no error")
except MlflowException as error:
    assert error.error_code == "RESOURCE_DOES_NOT_EXIST", error
assert len(client.search_runs([stored.info.experiment_id], "metrics.m > 2 and params.p = '1'")) == 1
print("ok")
