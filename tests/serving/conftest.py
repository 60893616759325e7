"""Registered models and endpoints for the serving tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from serving_client import Serving, mlflow_at, register_folder  # noqa: E402


@pytest.fixture
def serving(headrace) -> Serving:
    return Serving(headrace.url)


@pytest.fixture(scope="session")
def registry(headrace, tmp_path_factory):
    """Saves and registers models of `serving_models.py` on first use; gives `(path, version)`."""
    from serving_models import MODELS

    known: dict[str, tuple[str, str]] = {}

    def register(kind: str, name: str | None = None) -> tuple[str, str]:
        name = name or kind
        if name not in known:
            path = str(tmp_path_factory.mktemp("models") / kind)
            MODELS[kind][0](path)
            with mlflow_at(headrace.url):
                known[name] = (path, register_folder(path, name))
        return known[name]

    return register
