"""Servers that answer Spark Connect, each started fresh for a measurement and stopped after it."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator

from headrace_server import HeadraceServer, free_port

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
CACHE = pathlib.Path(os.environ.get("HEADRACE_BENCH_DATA") or pathlib.Path.home() / ".cache" / "headrace" / "bench")


@contextlib.contextmanager
def headrace() -> Iterator[str]:
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench."))
    try:
        with HeadraceServer(folder / "root") as server:
            yield server.remote
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def process(command: list[str], port: int, environment: dict[str, str] | None = None, seconds: float = 120) -> Iterator[str]:
    """A server process that listens on the port."""
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=os.environ | (environment or {}))
        try:
            end = time.monotonic() + seconds
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
                    break
                if server.poll() is not None or time.monotonic() > end:
                    log.seek(0)
                    raise RuntimeError(f"{command[0]} did not start:\n{log.read()[-3000:].decode(errors='replace')}")
                time.sleep(0.02)
            yield f"sc://localhost:{port}"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


@contextlib.contextmanager
def sail() -> Iterator[str]:
    port = free_port()
    command = [os.environ["HEADRACE_SAIL"], "spark", "server", "--ip", "127.0.0.1", "--port", str(port)]
    with process(command, port) as remote:
        yield remote


@contextlib.contextmanager
def spark() -> Iterator[str]:
    """Real Spark local[2] with Delta."""
    port = free_port()
    command = [os.environ["HEADRACE_ORACLE_PYTHON"], "-m", "oracle.session", "--port", str(port)]
    with process(command, port, {"PYTHONPATH": str(REPOSITORY / "tools")}) as remote:
        yield remote


PEERS = {"headrace": headrace, "sail": sail, "spark": spark}


def session(remote: str):
    from pyspark.sql import SparkSession

    return SparkSession.builder.remote(remote).create()


def table(title: str, columns: list[str], rows: list[list]) -> None:
    """Prints a Markdown table, ready for docs/performance.md."""
    print(f"\n### {title}\n\n| " + " | ".join(columns) + " |\n|" + " --- |" * len(columns))
    for row in rows:
        print("| " + " | ".join(f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row) + " |")
    print(flush=True)
