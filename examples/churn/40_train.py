"""Trains three kinds of model on point-in-time features, each a nested run with what is needed to make it again."""

import mlflow
from databricks.feature_store import FeatureLookup, FeatureStoreClient
from mlflow.models import infer_signature
from models import FEATURE_COLUMNS, FIRST_TEST_MONTH, LABEL, PARAMETERS, TREES, fit, flavor, in_order, probabilities
from sklearn.metrics import log_loss, roc_auc_score

from common import EXPERIMENT, FEATURES, LABELS, MLFLOW_TRACKING_URI, spark_session

LOOKUPS = [
    FeatureLookup(table_name=FEATURES, feature_names=FEATURE_COLUMNS, lookup_key="customer_id", timestamp_lookup_key="observed_date")
]


def register_features(client: FeatureStoreClient) -> None:
    """Makes the gold table known as a feature table: one row a customer and month's end."""
    client.register_table(
        delta_table=FEATURES,
        primary_keys=["customer_id"],
        timestamp_keys=["feature_date"],
        description="What is known of a customer at each month's end",
    )


def training_set(client: FeatureStoreClient, labels):
    """The labels with the features that were known on their day; the keys are not inputs of the model."""
    return client.create_training_set(
        labels, feature_lookups=LOOKUPS, label=LABEL, exclude_columns=["customer_id", "observed_date", "label_month"]
    )


def train(kind: str, client: FeatureStoreClient, taught, train_data, test_data) -> float:
    (x_train, y_train), (x_test, y_test) = train_data, test_data
    with mlflow.start_run(run_name=kind, nested=True):
        model = fit(kind, x_train, y_train, TREES)
        scores = probabilities(kind, model, x_test)
        auc = float(roc_auc_score(y_test, scores))
        mlflow.log_params(PARAMETERS[kind] | {"kind": kind, "trees": TREES, "rows": len(x_train)})
        mlflow.log_metrics({"auc": auc, "log_loss": float(log_loss(y_test, scores)), "test_rows": len(x_test)})
        # Every column is a double without nulls, which a few rows tell as well as all of them.
        signature = infer_signature(x_train.head(100), scores[:100])
        requirements = flavor(kind).get_default_pip_requirements()
        client.log_model(model, "model", flavor=flavor(kind), training_set=taught, signature=signature, pip_requirements=requirements)
    return auc


def main() -> None:
    spark = spark_session()
    mlflow.set_tracking_uri(MLFLOW_TRACKING_URI)
    mlflow.set_experiment(EXPERIMENT)
    client = FeatureStoreClient()
    register_features(client)

    labels = spark.table(LABELS)
    taught = training_set(client, labels.where(f"label_month < '{FIRST_TEST_MONTH}'"))
    tested = training_set(client, labels.where(f"label_month >= '{FIRST_TEST_MONTH}'"))
    train_data, test_data = in_order(taught.load_df().toPandas()), in_order(tested.load_df().toPandas())

    with mlflow.start_run(run_name="train") as parent:
        for name, table in (("features", FEATURES), ("labels", LABELS)):
            version = spark.sql(f"DESCRIBE HISTORY {table} LIMIT 1").first()["version"]
            mlflow.log_params({f"{name}_table": table, f"{name}_version": version})
        mlflow.set_tag("churn.step", "train")
        scores = {kind: train(kind, client, taught, train_data, test_data) for kind in PARAMETERS}
        mlflow.log_metrics({f"auc_{kind}": auc for kind, auc in scores.items()})
    shown = ", ".join(f"{kind} {auc:.4f}" for kind, auc in scores.items())
    print(f"train: AUC on {len(test_data[0]):,} later labels: {shown}; run {parent.info.run_id}")


if __name__ == "__main__":
    main()
