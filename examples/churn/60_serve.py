"""Serves the model: publishes the features, makes an endpoint, scores customers by key, and moves traffic step by step.

The features come from the online store, so a request is no more than {"customer_id": 42}.
"""

import collections
import os
import time

import mlflow
import requests
from databricks.feature_store import FeatureStoreClient
from mlflow import MlflowClient

from common import DATABRICKS_HOST, ENDPOINT, FEATURES, LABELS, MLFLOW_TRACKING_URI, MODEL, spark_session

API = f"{DATABRICKS_HOST}/api/2.0/serving-endpoints"
SESSION = requests.Session()
if os.environ.get("DATABRICKS_TOKEN"):
    SESSION.headers["Authorization"] = f"Bearer {os.environ['DATABRICKS_TOKEN']}"


def checked(response: requests.Response) -> dict:
    if not response.ok:
        raise SystemExit(f"serve: {response.request.method} {response.url}: {response.status_code} {response.text}")
    return response.json()


def deploy(served: list[tuple[str, int]]) -> None:
    """Creates or updates the endpoint with (version, percentage of traffic), and waits until it is ready."""
    config = {
        "served_models": [
            {
                "name": f"{MODEL}-{version}",
                "model_name": MODEL,
                "model_version": version,
                "workload_size": "Small",
                "scale_to_zero_enabled": False,
            }
            for version, _ in served
        ],
        "traffic_config": {
            "routes": [{"served_model_name": f"{MODEL}-{version}", "traffic_percentage": share} for version, share in served]
        },
    }
    if SESSION.get(f"{API}/{ENDPOINT}").status_code == 404:
        checked(SESSION.post(API, json={"name": ENDPOINT, "config": config}))
    else:
        checked(SESSION.put(f"{API}/{ENDPOINT}/config", json=config))
    end = time.monotonic() + 120
    while True:
        state = checked(SESSION.get(f"{API}/{ENDPOINT}"))["state"]
        if state["ready"] == "READY" and state["config_update"] == "NOT_UPDATING":
            return
        if state["config_update"] == "UPDATE_FAILED" or time.monotonic() > end:
            raise SystemExit(f"serve: the endpoint is {state}")
        time.sleep(0.2)


def score(customers: list[int]) -> requests.Response:
    response = SESSION.post(
        f"{DATABRICKS_HOST}/serving-endpoints/{ENDPOINT}/invocations",
        json={"dataframe_records": [{"customer_id": customer} for customer in customers]},
    )
    checked(response)
    return response


def challenger(client: MlflowClient, champion) -> str:
    """Another version of the model, for the canary: the champion's run registered once more, in Staging."""
    version = mlflow.register_model(f"runs:/{champion.run_id}/model", MODEL).version
    client.transition_model_version_stage(MODEL, version, "Staging")
    return version


def compare_with_batch(spark, client: FeatureStoreClient, version: str) -> int:
    """The endpoint and score_batch give the same for the latest features of a hundred customers."""
    customers = [row[0] for row in spark.sql(f"SELECT DISTINCT customer_id FROM {LABELS} ORDER BY 1 LIMIT 100").collect()]
    served = score(customers).json()["predictions"]
    asked = spark.createDataFrame([(customer,) for customer in customers], "customer_id BIGINT").selectExpr(
        "customer_id", "DATE'1998-06-30' AS observed_date"
    )
    batch = {row["customer_id"]: row["prediction"] for row in client.score_batch(f"models:/{MODEL}/{version}", asked).collect()}
    different = [key for key, value in zip(customers, served, strict=True) if abs(value - batch[key]) > 1e-6]
    if different:
        raise SystemExit(f"serve: endpoint and score_batch differ for customers {different[:5]}")
    return len(customers)


def main() -> None:
    spark = spark_session()
    mlflow.set_tracking_uri(MLFLOW_TRACKING_URI)
    registry, features = MlflowClient(), FeatureStoreClient()
    features.publish_table(FEATURES)
    champion = registry.get_latest_versions(MODEL, ["Production"])[0]
    deploy([(champion.version, 100)])
    same = compare_with_batch(spark, features, champion.version)

    second = challenger(registry, champion)
    deploy([(champion.version, 90), (second, 10)])
    shares = collections.Counter(score([number % 20000 + 1]).headers["served-model-name"] for number in range(1000))
    deploy([(champion.version, 100)])

    likely = score([42]).json()["predictions"][0]
    print(f"serve: {same} customers as in score_batch; canary {dict(sorted(shares.items()))}")
    print(f"serve: customer 42 stays away for the next 90 days with probability {likely:.3f}")
    print(
        f"serve: try  curl -d '{{\"dataframe_records\": [{{\"customer_id\": 42}}]}}' -H 'Content-Type: application/json' {DATABRICKS_HOST}/serving-endpoints/{ENDPOINT}/invocations"
    )


if __name__ == "__main__":
    main()
