"""Sessions on real Spark 4.2 with Delta 4.4: classic in this process, or a Connect server for stock Connect clients.

Run below `./dev oracle`. As a program it serves Connect until it is interrupted:

    ./dev oracle -m oracle.session --port 15003
"""

from __future__ import annotations

import argparse
import contextlib
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

TIME_ZONE = "America/Los_Angeles"


def settings(root: str) -> dict[str, str]:
    """The settings every oracle session has; `root` holds the warehouse and the metastore."""
    jars = sorted(glob.glob(os.path.join(os.environ["HEADRACE_DELTA_JARS"], "*.jar")))
    return {
        "spark.master": "local[2]",
        "spark.driver.memory": "3g",
        "spark.driver.host": "127.0.0.1",
        "spark.jars": ",".join(jars),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.sources.default": "delta",
        "spark.sql.warehouse.dir": os.path.join(root, "warehouse"),
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        "spark.sql.session.timeZone": TIME_ZONE,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "FATAL",
        "spark.sql.codegen.wholeStage": "true",
    }


def classic(root: str | None = None, **extra: str):
    """A classic SparkSession. Keyword settings are given with `__` for `.`; `root` is a new folder by default."""
    from pyspark.sql import SparkSession

    root = root or tempfile.mkdtemp(prefix="oracle.")
    # Connect's and classic's choices are exclusive in one process.
    os.environ.pop("SPARK_REMOTE", None)
    builder = SparkSession.builder.appName("oracle")
    for name, value in (settings(root) | {k.replace("__", "."): v for k, v in extra.items()}).items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def _wait_until_answering(port: int, process: subprocess.Popen, log: str, seconds: float) -> None:
    import socket

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            with open(log, encoding="utf-8", errors="replace") as text:
                raise RuntimeError(f"the Connect server of the oracle ended with {process.returncode}:\n{text.read()[-4000:]}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        time.sleep(0.2)
    raise TimeoutError(f"the Connect server of the oracle did not listen on {port} within {seconds} s; see {log}")


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def connect_server(root: str | None = None, port: int = 0, **extra: str) -> Iterator[str]:
    """A real Spark Connect server in a process of its own; gives its address (sc://…) and stops it at the end. An empty setting is left out."""
    import pyspark

    owned = root is None
    root = root or tempfile.mkdtemp(prefix="oracle.")
    port = port or free_port()
    home = os.path.dirname(pyspark.__file__)
    log = os.path.join(root, "connect-server.log")
    configured = settings(root) | {"spark.connect.grpc.binding.port": str(port), "spark.connect.grpc.binding.address": "127.0.0.1"}
    configured |= {k.replace("__", "."): v for k, v in extra.items()}
    command = [os.path.join(home, "bin", "spark-submit"), "--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    for name, value in configured.items():
        if value == "":
            continue
        command += ["--conf", f"{name}={value}"]
    command.append("spark-internal")
    environment = {k: v for k, v in os.environ.items() if k not in ("SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED")}
    environment["SPARK_HOME"] = home
    with open(log, "w", encoding="utf-8") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=root, env=environment, start_new_session=True)
    try:
        _wait_until_answering(port, process, log, 300)
        yield f"sc://localhost:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if owned:
            shutil.rmtree(root, ignore_errors=True)


@contextlib.contextmanager
def connect(root: str | None = None, remote: str | None = None, **extra: str) -> Iterator:
    """A stock Connect SparkSession on a running server (`remote`), or on a real Spark Connect server of its own."""
    from pyspark.sql.connect.session import SparkSession

    with contextlib.nullcontext(remote) if remote else connect_server(root, **extra) as address:
        spark = SparkSession.builder.remote(address).create()
        try:
            yield spark
        finally:
            spark.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description="serve real Spark Connect until interrupted")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--root", default=None)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with connect_server(options.root, options.port) as remote:
        print(remote, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()


if __name__ == "__main__":
    main()
