"""Fixtures of the tests of the MLflow surface."""

from __future__ import annotations

import os
import pathlib
import sys
import types

import pytest

os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from mlflow_servers import HttpHeadrace, MlflowServer  # noqa: E402


@pytest.fixture(scope="session")
def tracking(headrace_bin, tmp_path_factory) -> HttpHeadrace:
    with HttpHeadrace(tmp_path_factory.mktemp("tracking") / "root") as server:
        yield server


@pytest.fixture
def fresh_tracking(headrace_bin, tmp_path) -> HttpHeadrace:
    with HttpHeadrace(tmp_path / "root") as server:
        yield server


@pytest.fixture(scope="session")
def oracle(tmp_path_factory) -> MlflowServer:
    """A real server; $HEADRACE_MLFLOW_ORACLE names one that runs already, on a fresh database."""
    if url := os.environ.get("HEADRACE_MLFLOW_ORACLE"):
        yield types.SimpleNamespace(url=url)
        return
    with MlflowServer(tmp_path_factory.mktemp("oracle")) as server:
        yield server
