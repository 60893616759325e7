"""Starts and stops a Headrace server process for tests, examples and benchmarks."""

from __future__ import annotations

import contextlib
import http.client
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


def binary() -> pathlib.Path:
    """The server under test: $HEADRACE_BIN, or the one built in this repository."""
    return pathlib.Path(os.environ.get("HEADRACE_BIN") or REPOSITORY / "build" / "bin" / "headrace")


def free_port() -> int:
    """A port nobody listens on. Not one of those that the kernel gives to clients, which come and go while other suites run."""
    while True:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", random.randrange(10_000, 32_000)))
            return probe.getsockname()[1]


class HeadraceServer:
    """One `headrace serve` process over a root folder. Start it again over the same root after `stop` or `kill`."""

    def __init__(
        self, root: os.PathLike | str, *arguments: str, http_port: int = 0, connect_port: int = 0, environment: dict[str, str] | None = None
    ):
        self.root = pathlib.Path(root)
        self.arguments = arguments
        self.http_port = http_port or free_port()
        self.connect_port = connect_port or free_port()
        self.environment = environment or {}
        self.process: subprocess.Popen | None = None
        self.start_seconds = 0.0

    @property
    def remote(self) -> str:
        """The Spark Connect address."""
        return f"sc://localhost:{self.connect_port}"

    @property
    def url(self) -> str:
        """The HTTP address, which is MLflow's tracking URI and Databricks' host too."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def log_path(self) -> pathlib.Path:
        return self.root.with_name(self.root.name + ".log")

    def log(self, last: int = 4000) -> str:
        return self.log_path.read_text(errors="replace")[-last:] if self.log_path.exists() else ""

    def start(self, seconds: float = 60) -> HeadraceServer:
        self.root.mkdir(parents=True, exist_ok=True)
        command = [
            str(binary()), "serve", "--root", str(self.root),
            "--http", f"127.0.0.1:{self.http_port}", "--connect", f"127.0.0.1:{self.connect_port}", *self.arguments,
        ]  # fmt: skip
        started = time.monotonic()
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=os.environ | self.environment)
        self._wait(started + seconds)
        self.start_seconds = time.monotonic() - started
        return self

    def _wait(self, end: float) -> None:
        while not (self._listens() and self._healthy()):
            if self.process.poll() is not None:
                raise RuntimeError(f"headrace ended with {self.process.returncode}:\n{self.log()}")
            if time.monotonic() > end:
                self.kill()
                raise TimeoutError(f"headrace did not answer in time:\n{self.log()}")
            time.sleep(0.02)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.connect_port), 0.5):
            return True
        return False

    def _healthy(self) -> bool:
        # Another server may have taken the port in the meantime, of whatever protocol; this one then ends and says so.
        silent = contextlib.suppress(OSError, urllib.error.URLError, http.client.HTTPException)
        with silent, urllib.request.urlopen(self.url + "/health", timeout=2) as answer:
            return answer.status == 200
        return False

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds: float = 20) -> int:
        """Asks the server to end (SIGTERM) and gives its exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return self.process.returncode

    def kill(self) -> None:
        """Ends the server as a crash would (SIGKILL)."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def spark(self):
        """A new stock Connect session on this server."""
        from pyspark.sql import SparkSession

        return SparkSession.builder.remote(self.remote).create()

    def __enter__(self) -> HeadraceServer:
        return self.start()

    def __exit__(self, *_) -> None:
        self.stop()
