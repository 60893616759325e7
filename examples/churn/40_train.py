"""Trains three kinds of model on point-in-time features, each a nested run with what is needed to make it again."""

import mlflow
from common import DATABRICKS_HOST, EXPERIMENT, FEATURES, LABELS, MLFLOW_TRACKING_URI, spark_session
from databricks.feature_store import FeatureLookup, FeatureStoreClient
from mlflow.models import infer_signature
from models import FEATURE_COLUMNS, PARAMETERS, flavor, new_model, split
from sklearn.metrics import log_loss, roc_auc_score


def table_version(spark, table: str) -> int:
    return spark.sql(f"DESCRIBE HISTORY {table} LIMIT 1").first()["version"]


def feature_table(client: FeatureStoreClient) -> None:
    """Makes the gold table known as a feature table: one row a customer and month's end."""
    try:
        client.get_table(FEATURES)
    except Exception:
        client.register_table(
            delta_table=FEATURES, primary_keys=["customer_id"], timestamp_keys=["feature_date"], description="What is known of a customer"
        )


def train(kind: str, client: FeatureStoreClient, training_set, data) -> float:
    x_train, y_train, x_test, y_test = data
    with mlflow.start_run(run_name=kind, nested=True):
        model = new_model(kind).fit(x_train, y_train)
        scores = model.predict_proba(x_test)[:, 1]
        auc = float(roc_auc_score(y_test, scores))
        mlflow.log_params(PARAMETERS[kind] | {"kind": kind, "rows": len(x_train)})
        mlflow.log_metrics({"auc": auc, "log_loss": float(log_loss(y_test, scores)), "test_rows": len(x_test)})
        client.log_model(
            model,
            "model",
            flavor=flavor(kind),
            training_set=training_set,
            signature=infer_signature(x_train, model.predict(x_train)),
        )
    return auc


def main() -> None:
    spark = spark_session()
    mlflow.set_tracking_uri(MLFLOW_TRACKING_URI)
    mlflow.set_experiment(EXPERIMENT)
    client = FeatureStoreClient()
    feature_table(client)
    versions = {"features_version": table_version(spark, FEATURES), "labels_version": table_version(spark, LABELS)}
    training_set = client.create_training_set(
        spark.table(LABELS),
        feature_lookups=[
            FeatureLookup(
                table_name=FEATURES, feature_names=FEATURE_COLUMNS, lookup_key="customer_id", timestamp_lookup_key="observed_date"
            )
        ],
        label="churned",
        exclude_columns=[],
    )
    data = split(training_set.load_df().toPandas())
    with mlflow.start_run(run_name="train") as parent:
        mlflow.log_params({"features_table": FEATURES, "labels_table": LABELS, **versions})
        mlflow.set_tags({"churn.step": "train"})
        scores = {kind: train(kind, client, training_set, data) for kind in PARAMETERS}
        best = max(scores, key=scores.get)
        mlflow.log_metrics({f"auc_{kind}": auc for kind, auc in scores.items()})
        mlflow.set_tag("churn.best", best)
    shown = ", ".join(f"{kind} {auc:.4f}" for kind, auc in scores.items())
    print(f"train: AUC {shown}; run {parent.info.run_id}; see {DATABRICKS_HOST}/mlflow")


if __name__ == "__main__":
    main()
