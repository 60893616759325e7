"""Makes the Production model again from what its run remembers: the exact table versions, parameters and seeds."""

import mlflow
import numpy
from mlflow import MlflowClient
from models import FEATURE_COLUMNS, FIRST_TEST_MONTH, LABEL, fit, in_order, probabilities

from common import MLFLOW_TRACKING_URI, MODEL, spark_session


def snapshot(spark, parameters: dict):
    """The training rows as they were: features and labels of the run's Delta versions, joined as of the label's day."""
    features = ", ".join(f"f.{name}" for name in FEATURE_COLUMNS)
    return spark.sql(f"""
        WITH labels AS (SELECT * FROM {parameters["labels_table"]} VERSION AS OF {parameters["labels_version"]}),
             features AS (SELECT * FROM {parameters["features_table"]} VERSION AS OF {parameters["features_version"]}),
             latest AS (
               SELECT l.customer_id, l.observed_date, max(f.feature_date) AS feature_date
               FROM labels l LEFT JOIN features f ON f.customer_id = l.customer_id AND f.feature_date <= l.observed_date
               GROUP BY l.customer_id, l.observed_date)
        SELECT {features}, l.{LABEL}
        FROM labels l
        JOIN latest ON latest.customer_id = l.customer_id AND latest.observed_date = l.observed_date
        LEFT JOIN features f ON f.customer_id = latest.customer_id AND f.feature_date = latest.feature_date
        WHERE l.label_month < '{FIRST_TEST_MONTH}'""")


def main() -> None:
    spark = spark_session()
    mlflow.set_tracking_uri(MLFLOW_TRACKING_URI)
    client = MlflowClient()
    production = client.get_latest_versions(MODEL, ["Production"])[0]
    run = client.get_run(production.run_id)
    parent = client.get_run(run.data.tags["mlflow.parentRunId"])

    inputs, labels = in_order(snapshot(spark, parent.data.params).toPandas())
    if len(inputs) != int(run.data.params["rows"]):
        raise SystemExit(f"reproduce: {len(inputs)} rows, the run had {run.data.params['rows']}")
    kind = run.data.params["kind"]
    again = probabilities(kind, fit(kind, inputs, labels, int(run.data.params["trees"])), inputs)
    registered = numpy.asarray(mlflow.pyfunc.load_model(f"models:/{MODEL}/Production").predict(inputs))
    if kind == "logistic":  # its pyfunc answers the class
        again = (again > 0.5).astype(registered.dtype)
    if not numpy.allclose(again, registered, rtol=0, atol=1e-9):
        raise SystemExit(f"reproduce: predictions differ by up to {abs(again - registered).max()}")
    print(f"reproduce: {kind} trained again on {len(inputs):,} rows of versions {parent.data.params['features_version']} and "
          f"{parent.data.params['labels_version']} predicts the same")  # fmt: skip


if __name__ == "__main__":
    main()
