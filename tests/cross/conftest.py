"""A stock session on real Spark with Delta beside the one on Headrace."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys

import pytest

TOOLS = pathlib.Path(__file__).resolve().parent.parent.parent / "tools"
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))


def prepared(session):
    session.conf.set("spark.sql.session.timeZone", "UTC")
    # What an unchecked VACUUM needs; the folders of a small table are listed with few tasks.
    session.conf.set("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    session.conf.set("spark.sql.sources.parallelPartitionDiscovery.parallelism", "2")
    return session


@pytest.fixture(scope="session")
def ours(headrace):
    session = prepared(headrace.spark())
    yield session
    session.stop()


@pytest.fixture(scope="session")
def real(tmp_path_factory):
    """Real Spark Connect in a process of its own, for the whole run: it needs a quarter of a minute to start."""
    from pyspark.sql import SparkSession

    python = os.environ.get("HEADRACE_ORACLE_PYTHON")
    if not python:
        pytest.skip("HEADRACE_ORACLE_PYTHON is not set: run ./dev test, which installs real Spark")
    environment = os.environ | {"PYTHONPATH": str(TOOLS), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": python}
    command = [python, "-m", "oracle.session", "--root", str(tmp_path_factory.mktemp("real"))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    remote = process.stdout.readline().strip()
    assert remote.startswith("sc://"), f"real Spark did not start: {process.wait()}"
    session = prepared(SparkSession.builder.remote(remote).create())
    yield session
    session.stop()
    process.send_signal(signal.SIGTERM)
    process.wait(60)
