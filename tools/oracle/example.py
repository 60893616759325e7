"""Runs the table steps of examples/churn on real Spark and keeps their key figures: `./dev oracle -m oracle.example [--write]`.

DeltaTable needs a classic session there, so the example's `spark_session` is replaced by one. The figures go to
tests/example/expected.json, with which the example's tables on Headrace are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import pathlib
import runpy
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLE = REPOSITORY / "examples" / "churn"
EXPECTED = REPOSITORY / "tests" / "example" / "expected.json"
sys.path[:0] = [str(EXAMPLE), str(REPOSITORY / "tests" / "example")]
STEPS = ("10_bronze", "20_silver", "30_gold")


def run_step(name: str) -> float:
    started = time.monotonic()
    runpy.run_path(str(EXAMPLE / f"{name}.py"), run_name="__main__")
    return time.monotonic() - started


@contextlib.contextmanager
def example_on_spark(data: str):
    """The example's modules set to a classic session with its tables in spark_catalog; gives the session."""
    from oracle.session import classic

    os.environ |= {"CHURN_CATALOG": "spark_catalog", "CHURN_DATA": data}
    spark = classic()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    common = importlib.import_module("common")
    common.spark_session = lambda: spark
    yield spark
    spark.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--data", default=None)
    options = parser.parse_args()
    data = options.data or tempfile.mkdtemp(prefix="churn.")
    with example_on_spark(data) as spark:
        import figures

        sys.argv = sys.argv[:1]
        if not options.data:
            run_step("00_raw")
        for step in (*STEPS, "20_silver"):
            print(f"{step}: {run_step(step):.1f} s", flush=True)
        found = figures.of_all(spark, "spark_catalog")
    print(json.dumps(found, indent=1))
    if options.write:
        EXPECTED.parent.mkdir(exist_ok=True)
        EXPECTED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
