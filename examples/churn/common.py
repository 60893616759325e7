"""What the steps share: addresses, names of tables, the session. Every value can be set by an environment variable."""

import os
import pathlib

SPARK_REMOTE = os.environ.get("SPARK_REMOTE", "sc://localhost:15002")
MLFLOW_TRACKING_URI = os.environ.setdefault("MLFLOW_TRACKING_URI", "http://localhost:8080")
DATABRICKS_HOST = os.environ.setdefault("DATABRICKS_HOST", MLFLOW_TRACKING_URI)
# The folder of the raw files; the server reads it, so it is a path of the server's machine.
RAW = pathlib.Path(os.environ.get("CHURN_DATA", pathlib.Path(__file__).parent / "data")).resolve() / "raw"

CATALOG = os.environ.get("CHURN_CATALOG", "main")
BRONZE = f"{CATALOG}.bronze.purchases"
SILVER = f"{CATALOG}.silver.purchases"
FEATURES = f"{CATALOG}.gold.customer_features"
LABELS = f"{CATALOG}.gold.churn_labels"

EXPERIMENT = "/churn"
MODEL = os.environ.get("CHURN_MODEL", "churn")
ENDPOINT = os.environ.get("CHURN_ENDPOINT", "churn")


def spark_session():
    """A Spark Connect session; purchases carry the time of the shop, which is taken as UTC."""
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.remote(SPARK_REMOTE).getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    return spark
