"""HTTP calls to the server's feature store routes."""

from __future__ import annotations

import os
from typing import Any

import requests

_DEFAULT_URL = "http://127.0.0.1:8080"


class FeatureStoreError(Exception):
    """An error the server answered, with its code."""

    def __init__(self, error_code: str, message: str, status: int) -> None:
        super().__init__(f"{error_code}: {message}")
        self.error_code = error_code
        self.message = message
        self.status = status


def server_url(explicit: str | None = None) -> str:
    """The server's address: as given, or from DATABRICKS_HOST, MLflow's tracking URI, or the default."""
    if explicit and explicit.startswith("http"):
        return explicit.rstrip("/")
    if host := os.environ.get("DATABRICKS_HOST"):
        return (host if "://" in host else f"https://{host}").rstrip("/")
    import mlflow

    tracking = mlflow.get_tracking_uri()
    return tracking.rstrip("/") if tracking.startswith("http") else _DEFAULT_URL


class Transport:
    """Sends requests and turns errors into FeatureStoreError."""

    def __init__(self, url: str | None = None) -> None:
        self._url = url
        self._session = requests.Session()

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **parameters: str) -> dict[str, Any]:
        headers: dict[str, str] = {}
        token = os.environ.get("DATABRICKS_TOKEN") or os.environ.get("MLFLOW_TRACKING_TOKEN")
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = self._session.request(
            method,
            f"{server_url(self._url)}/api/2.0/feature-store/{path}",
            json=body,
            params=parameters or None,
            headers=headers,
            timeout=3600,
        )
        try:
            content: dict[str, Any] = answer.json()
        except requests.exceptions.JSONDecodeError:
            content = {"error_code": "INTERNAL_ERROR", "message": answer.text}
        if answer.status_code != 200:
            raise FeatureStoreError(content.get("error_code", "INTERNAL_ERROR"), content.get("message", ""), answer.status_code)
        return content
