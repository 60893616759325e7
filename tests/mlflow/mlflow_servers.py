"""The servers of these tests: Headrace over HTTP, and a real `mlflow server` on SQLite as the oracle."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from headrace_server import HeadraceServer, binary, free_port


class HttpHeadrace(HeadraceServer):
    """Headrace as a tracking server: only its HTTP listener is waited for."""

    def _listens(self) -> bool:
        return True

    def start(self, seconds: float = 60) -> HttpHeadrace:
        self.root.mkdir(parents=True, exist_ok=True)
        command = [str(binary()), "serve", "--root", str(self.root), "--http", f"127.0.0.1:{self.http_port}", *self.arguments]
        usage = subprocess.run([str(binary()), "serve"], capture_output=True, text=True, check=False)
        if "--connect" in usage.stderr + usage.stdout:
            command += ["--connect", f"127.0.0.1:{self.connect_port}"]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=os.environ | self.environment)
        self._wait(time.monotonic() + seconds)
        return self


class MlflowServer:
    """The packaged tracking server of the MLflow in this Python, on SQLite, proxying artifacts."""

    def __init__(self, root: pathlib.Path, workers: int = 1):
        self.root = root
        self.workers = workers
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> MlflowServer:
        self.root.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable, "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{self.root}/mlflow.db",
            "--artifacts-destination", str(self.root / "artifacts"), "--host", "127.0.0.1", "--port", str(self.port), "--workers", str(self.workers),
        ]  # fmt: skip
        with (self.root / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            self._wait(time.monotonic() + 300)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait(self, end: float) -> None:
        while True:
            try:
                with urllib.request.urlopen(self.url + "/health", timeout=2):
                    return
            except (OSError, urllib.error.URLError):
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((self.root / "server.log").read_text(errors="replace")[-3000:]) from None
                time.sleep(0.2)

    def __exit__(self, *_: object) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
