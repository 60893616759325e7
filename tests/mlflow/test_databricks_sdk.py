"""Databricks' stock SDK against Headrace: experiments and the model registry, and what is not there."""

from __future__ import annotations

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, NotFound, ResourceAlreadyExists, ResourceDoesNotExist
from databricks.sdk.service import ml


@pytest.fixture
def workspace(tracking) -> WorkspaceClient:
    return WorkspaceClient(host=tracking.url, token="none")


def test_experiments_and_runs(workspace):
    api = workspace.experiments
    experiment = api.create_experiment("sdk", tags=[ml.ExperimentTag(key="a", value="b")]).experiment_id
    with pytest.raises(ResourceAlreadyExists):
        api.create_experiment("sdk")
    with pytest.raises(ResourceDoesNotExist):
        api.get_experiment("987654")
    assert {"sdk", "Default"} <= {found.name for found in api.list_experiments(max_results=1)}
    runs = [api.create_run(experiment_id=experiment, start_time=time, run_name=str(time)).run.info.run_id for time in (5, 6, 7)]
    api.log_metric("m", 1.5, 1, run_id=runs[0])
    assert [found.info.run_id for found in api.search_runs(experiment_ids=[experiment], filter="metrics.m > 1")] == runs[:1]
    assert [point.value for point in api.get_history("m", run_id=runs[0])] == [1.5]

    def active() -> list[str]:
        return sorted(found.info.run_name for found in api.search_runs(experiment_ids=[experiment]))

    assert api.delete_runs(experiment, max_timestamp_millis=6, max_runs=1).runs_deleted == 1
    assert active() == ["6", "7"]
    assert api.delete_runs(experiment, max_timestamp_millis=6).runs_deleted == 1
    assert active() == ["7"]
    assert api.restore_runs(experiment, min_timestamp_millis=0).runs_restored == 2
    assert active() == ["5", "6", "7"]
    with pytest.raises(InvalidParameterValue):
        api.delete_runs(experiment, max_timestamp_millis=6, max_runs=0)


def test_the_model_registry(workspace):
    run = workspace.experiments.create_run(experiment_id="0", start_time=1).run.info
    api = workspace.model_registry
    api.create_model("sdk", description="d", tags=[ml.ModelTag(key="a", value="b")])
    for _ in range(2):
        api.create_model_version("sdk", source=run.artifact_uri + "/model", run_id=run.run_id)
    first = api.transition_stage("sdk", "1", "Production", archive_existing_versions=True).model_version_databricks
    assert (first.version, str(first.current_stage)) == ("1", "Production")
    api.transition_stage("sdk", "2", "Production", archive_existing_versions=True)
    model = api.get_model("sdk").registered_model_databricks
    assert {(version.version, str(version.current_stage)) for version in model.latest_versions} == {("1", "Archived"), ("2", "Production")}
    assert model.tags == [ml.ModelTag(key="a", value="b")]
    assert "sdk" in [found.name for found in api.list_models(max_results=1)]
    # The SDK names what is to be deleted in the query string.
    api.delete_model_tag("sdk", "a")
    api.set_model_version_tag("sdk", "1", "k", "v")
    api.delete_model_version_tag("sdk", "1", "k")
    assert not api.get_model_version("sdk", "1").model_version.tags
    api.delete_model_version("sdk", "1")
    with pytest.raises(ResourceDoesNotExist):
        api.get_model_version("sdk", "1")
    hook = api.create_webhook([ml.RegistryWebhookEvent.MODEL_VERSION_CREATED], http_url_spec=ml.HttpUrlSpec(url="http://127.0.0.1:9/"))
    assert api.update_webhook(hook.webhook.id, status=ml.RegistryWebhookStatus.DISABLED).webhook.status.value == "DISABLED"
    assert hook.webhook.id in [found.id for found in api.list_webhooks()]
    assert api.test_registry_webhook(hook.webhook.id).status_code == 0
    api.delete_webhook(hook.webhook.id)
    api.delete_model("sdk")
    with pytest.raises(ResourceDoesNotExist):
        api.get_model("sdk")


def test_what_is_not_there_is_named(workspace):
    for call, path in (
        (lambda: workspace.model_registry.create_comment("m", "1", "hello"), "comments/create"),
        (lambda: workspace.experiments.get_permissions("0"), "permissions/experiments/0"),
        (lambda: list(workspace.jobs.list()), "jobs/list"),
        (lambda: workspace.serving_endpoints.logs("a", "b"), "serving-endpoints/a/served-models/b/logs"),
    ):
        with pytest.raises(NotFound, match=path):
            call()
