"""The example's steps on Headrace, compared with what real Spark made of the same raw files."""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = HERE.parent.parent / "examples" / "churn"
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="module")
def run_step(headrace, tmp_path_factory):
    """Runs a step as a user would, and gives what it printed."""
    environment = os.environ | {
        "SPARK_REMOTE": headrace.remote,
        "MLFLOW_TRACKING_URI": headrace.url,
        "DATABRICKS_HOST": headrace.url,
        "CHURN_DATA": os.environ.get("CHURN_DATA") or str(tmp_path_factory.mktemp("churn")),
    }

    def run(name: str, *arguments: str) -> str:
        process = subprocess.run(
            [sys.executable, "-W", "ignore", str(EXAMPLE / f"{name}.py"), *arguments],
            env=environment, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert process.returncode == 0, f"{name}:\n{process.stdout[-2000:]}\n{process.stderr[-4000:]}"
        return process.stdout

    return run


@pytest.mark.timeout(1200)
def test_medallion_equals_spark(run_step, headrace):
    import figures

    for step in ("00_raw", "10_bronze", "20_silver", "30_gold"):
        run_step(step)
    expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
    spark = headrace.spark()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    assert figures.of_all(spark, "main") == expected
    # Once more changes nothing.
    versions = {table: _version(spark, f"main.{table}") for table in figures.TABLES}
    assert "0 new files" in run_step("10_bronze")
    assert "silver: 0 new orders" in run_step("20_silver")
    run_step("30_gold", "1998-06", "1998-06")
    assert figures.of_all(spark, "main") == expected
    assert _version(spark, "main.bronze.purchases") == versions["bronze.purchases"]
    spark.stop()


def _version(spark, table: str) -> int:
    return spark.sql(f"DESCRIBE HISTORY {table}").first()["version"]
