"""Starts that cannot succeed say why and change nothing; a server whose disk is full goes on when there is room again."""

from __future__ import annotations

import os
import pathlib
import subprocess

import pytest
import requests

from headrace_server import HeadraceServer, binary
from small_disk import mounted


def start(*arguments: str) -> subprocess.CompletedProcess:
    command = [str(binary()), "serve", "--http", "127.0.0.1:0", "--connect", "127.0.0.1:0", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--root is missing"),
        (["--root", "{}/r", "--nope", "1"], "no option --nope"),
        (["--root", "{}/r", "--http"], "a value is missing after --http"),
        (["--root", "{}/r", "--http", "hello"], "'hello'"),
        (["--root", "{}/r", "--connect", "127.0.0.1:99999"], "'127.0.0.1:99999'"),
        (["--root", "{}/file"], "{}/file: Not a directory"),
        (["--root", "{}/r", "--config", "{}/none.toml"], "{}/none.toml"),
        (["--root", "{}/r", "--config", "{}/broken.toml"], "line 1"),
        (["--root", "{}/r", "--config", "{}/unknown.toml"], "surprise"),
        (["--root", "{}/r", "--config", "{}/wrong.toml"], "It should be a/an 'boolean' value"),
        (["--root", "{}/r", "--config", "{}/legacy.toml"], "spark.sql.legacy.timeParserPolicy=LEGACY"),
        (["--root", "{}/r", "--tokens", "{}/none"], "{}/none"),
        (["--root", "{}/r", "--tls-certificate", "{}/none", "--tls-key", "{}/none"], "{}/none"),
        (["--root", "{}/garbage"], "not a database"),
    ],
)
def test_a_start_that_cannot_succeed_says_why(tmp_path, arguments, message):
    (tmp_path / "file").write_text("a file", encoding="utf-8")
    (tmp_path / "broken.toml").write_text("a = [", encoding="utf-8")
    (tmp_path / "unknown.toml").write_text("surprise = 1", encoding="utf-8")
    (tmp_path / "wrong.toml").write_text('[spark]\n"spark.sql.ansi.enabled" = "maybe"', encoding="utf-8")
    (tmp_path / "legacy.toml").write_text('[spark]\n"spark.sql.legacy.timeParserPolicy" = "LEGACY"', encoding="utf-8")
    (tmp_path / "garbage").mkdir()
    (tmp_path / "garbage" / "metadata.db").write_text("garbage " * 100, encoding="utf-8")
    done = start(*(argument.format(tmp_path) for argument in arguments))
    assert done.returncode in (1, 2)
    assert message.format(tmp_path) in done.stderr


def test_taken_ports_and_a_taken_folder(fresh_server):
    taken = start("--root", str(fresh_server.root) + "-2", "--http", f"127.0.0.1:{fresh_server.http_port}")
    assert (taken.returncode, "Address already in use" in taken.stderr) == (1, True)
    taken = start("--root", str(fresh_server.root) + "-2", "--connect", f"127.0.0.1:{fresh_server.connect_port}")
    assert (taken.returncode, f"Cannot listen on 127.0.0.1:{fresh_server.connect_port}" in taken.stderr) == (1, True)
    second = start("--root", str(fresh_server.root))
    assert (second.returncode, "another server is running over the same folder" in second.stderr) == (1, True)
    assert requests.get(fresh_server.url + "/health", timeout=10).status_code == 200
    assert fresh_server.spark().range(3).count() == 3


@pytest.fixture
def small_disk(tmp_path):
    with mounted(tmp_path / "small", 64) as mount:
        yield mount


def fill(path: pathlib.Path) -> None:
    """Takes all the room that is left."""
    with path.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                if file.write(b"x" * size) < size:
                    size //= 2
            except OSError:
                size //= 2


def test_a_full_disk_under_the_server(headrace_bin, small_disk):
    server = HeadraceServer(small_disk / "root")
    server.start()
    filler = small_disk / "filler"
    api = f"{server.url}/api/2.0/mlflow/"
    artifacts = f"{server.url}/api/2.0/mlflow-artifacts/artifacts/"

    def create_run() -> requests.Response:
        body = {"experiment_id": "0", "start_time": 1, "tags": [{"key": "t", "value": "v" * 5000}] * 1}
        return requests.post(api + "runs/create", json=body, timeout=60)

    before = create_run().json()["run"]["info"]["run_id"]
    spark = server.spark()
    spark.range(1000).write.saveAsTable("kept")
    fill(filler)
    acknowledged = [before]
    refused = None
    for _ in range(2000):
        answer = create_run()
        if answer.status_code != 200:
            refused = answer
            break
        acknowledged.append(answer.json()["run"]["info"]["run_id"])
    assert refused is not None
    assert refused.status_code >= 500
    assert refused.json()["error_code"]
    upload = requests.put(artifacts + "0/x/artifacts/big.bin", data=os.urandom(8 << 20), timeout=60)
    assert upload.status_code >= 500
    assert upload.json()["error_code"]
    assert not [file for file in server.root.rglob("*") if file.is_file() and file.name == "big.bin"]
    with pytest.raises(Exception, match="(?i)space"):
        spark.range(3_000_000).selectExpr("hash(id) * id AS id").write.mode("append").saveAsTable("kept")
    # What only reads goes on.
    assert spark.table("kept").count() == 1000
    assert requests.get(api + "runs/get", params={"run_id": before}, timeout=60).status_code == 200
    filler.unlink()
    assert create_run().status_code == 200
    assert requests.put(artifacts + "0/x/artifacts/big.bin", data=b"y" * (8 << 20), timeout=60).status_code == 200
    spark.range(10).write.mode("append").saveAsTable("kept")
    server.kill()
    server.start()
    for run_id in acknowledged:
        assert requests.get(api + "runs/get", params={"run_id": run_id}, timeout=60).status_code == 200
    assert server.spark().table("kept").count() == 1010
    server.stop()
