"""The example's steps 10 to 30 on Headrace and on real PySpark local[2] with Delta, and the same on a generated log.

usage: ./dev bench medallion                      the real log (CDNOW)
       ./dev bench medallion --events 20000000    a generated log of so many purchases
       ./dev bench medallion --events 20000000 --at-most 7    a peer is stopped after 7 times what the first one took
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import peers

EXAMPLE = peers.REPOSITORY / "examples" / "churn"
STEPS = ("10_bronze", "20_silver", "30_gold")
MONTHS = [f"{year}-{month:02d}" for year in (1997, 1998) for month in range(1, 13)][:18]


def write_month(task: tuple[str, int, int, int, str]) -> None:
    """One raw file with purchases of the example's shape."""
    month, first, count, customers, path = task
    chance = random.Random(first)
    channels = ["web", "Web", "WEB ", "phone", " Phone", "store", "STORE", "Store "]
    with open(path, "w", encoding="ascii") as out:
        for number in range(first, first + count):
            # Few customers buy much.
            customer = int(customers * chance.random() ** 2) + 1
            second = int(chance.random() * 86400)
            order = "null" if number % 997 == 0 else f'"{number}"'
            who = "null" if number % 331 == 0 else f'"{customer:07d}"'
            coupon = f', "coupon": "SPRING{number % 5}"' if month >= "1998" and number % 4 == 0 else ""
            line = (
                f'{{"order_id": {order}, "customer_id": {who}, "email": "Anna.{customer}@example.com", '
                f'"card": "4{customer:07d}-{number % 10000:04d}-{number * 31 % 10000:04d}", "channel": "{channels[number % 8]}", '
                f'"purchased_at": "{month}-{number % 28 + 1:02d} {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}", '
                f'"items": {number % 5 + 1}, "amount": "{chance.random() * 100:.2f}"{coupon}}}\n'
            )
            out.write(line)
            if number % 67 == 0:
                out.write(line)


def generated(events: int) -> pathlib.Path:
    """The raw folder of a generated log, kept between runs."""
    folder = peers.CACHE / f"events-{events}"
    if not (folder / "complete").exists():
        (folder / "raw").mkdir(parents=True, exist_ok=True)
        each = events // len(MONTHS)
        tasks = [
            (month, 1 + index * each, each, max(1000, events // 40), str(folder / "raw" / f"purchases-{month}.json"))
            for index, month in enumerate(MONTHS)
        ]
        with multiprocessing.Pool(2) as pool:
            pool.map(write_month, tasks)
        (folder / "complete").touch()
    return folder


def cdnow() -> pathlib.Path:
    folder = peers.CACHE / "cdnow"
    if not (folder / "complete").exists():
        environment = os.environ | {"CHURN_DATA": str(folder)}
        subprocess.run([sys.executable, str(EXAMPLE / "00_raw.py")], check=True, env=environment)
        (folder / "complete").touch()
    return folder


RUNNER = """
import json, runpy, sys, time
sys.path[:0] = [{example!r}, {figures!r}]
import common
{prepare}
times = {{}}
print("READY " + json.dumps(time.time()), flush=True)
for step in {steps!r}:
    started = time.perf_counter()
    sys.argv = [step]
    runpy.run_path({example!r} + "/" + step + ".py", run_name="__main__")
    times[step] = time.perf_counter() - started
    print("STEP " + json.dumps([step, times[step]]), flush=True)
import figures
found = figures.of_all(common.spark_session(), common.CATALOG)
print("RESULT " + json.dumps([times, found]))
"""
CLASSIC = """
from oracle.session import classic
session = classic()
session.conf.set("spark.sql.session.timeZone", "UTC")
session.range(1).count()
common.spark_session = lambda: session
"""


def run(python: str, prepare: str, environment: dict[str, str], seconds: float | None) -> tuple[dict, dict | None]:
    """Runs the steps in one process whose session is warm, and gives seconds by step and the tables' figures. When the time is up the
    process is ended: then the step it was in counts with the time so far, those after it with none, and there are no figures."""
    program = RUNNER.format(example=str(EXAMPLE), figures=str(peers.REPOSITORY / "tests" / "example"), steps=STEPS, prepare=prepare)
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        process = subprocess.Popen([python, "-W", "ignore", "-c", program], env=os.environ | environment, stdout=out, stderr=errors)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        elapsed = time.perf_counter() - started
        ended = time.time()
        out.seek(0)
        errors.seek(0)
        lines = out.read().splitlines()
        for line in lines:
            if line.startswith("RESULT "):
                times, found = json.loads(line[7:])
                return times, found
        if seconds is None or elapsed < seconds:
            raise SystemExit("the steps failed:\n" + "\n".join(lines)[-2000:] + errors.read()[-4000:])
    times = dict(json.loads(line[5:]) for line in lines if line.startswith("STEP "))
    # The session's start is no part of the steps.
    ready = next((json.loads(line[6:]) for line in lines if line.startswith("READY ")), ended)
    for step in STEPS:
        times.setdefault(step, max(0.0, ended - ready - sum(times.values())))
    return times, None


def on_connect(peer: str, folder: pathlib.Path, seconds: float | None) -> tuple[dict, dict | None]:
    catalog = "main" if peer == "headrace" else "spark_catalog"
    with peers.PEERS[peer]() as remote:
        return run(sys.executable, "", {"SPARK_REMOTE": remote, "CHURN_DATA": str(folder), "CHURN_CATALOG": catalog}, seconds)


def on_spark(folder: pathlib.Path, seconds: float | None) -> tuple[dict, dict | None]:
    with tempfile.TemporaryDirectory() as root:
        environment = {
            "CHURN_DATA": str(folder),
            "CHURN_CATALOG": "spark_catalog",
            "PYTHONPATH": str(peers.REPOSITORY / "tools"),
            "TMPDIR": root,
        }
        return run(os.environ["HEADRACE_ORACLE_PYTHON"], CLASSIC, environment, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--peers", nargs="*", default=["headrace", "spark"], choices=list(peers.PEERS))
    parser.add_argument("--at-most", type=float, help="stop a peer after so many times what the first one took")
    options = parser.parse_args()
    folder = generated(options.events) if options.events else cdnow()
    results: dict[str, tuple[dict, dict | None]] = {}
    first = options.peers[0]
    for peer in options.peers:
        limit = options.at_most * sum(results[first][0].values()) if options.at_most and results else None
        results[peer] = on_spark(folder, limit) if peer == "spark" else on_connect(peer, folder, limit)
        print(peer, json.dumps(results[peer]), flush=True)
    rows = [[step, *(results[peer][0][step] for peer in options.peers)] for step in STEPS]
    rows.append(["all", *(sum(results[peer][0].values()) for peer in options.peers)])
    rows = [[*row, *(row[1 + index] / row[1] for index in range(1, len(options.peers)))] for row in rows]
    name = f"{options.events:,} generated events" if options.events else "the CDNOW log"
    peers.table(
        f"Bronze, silver, gold: {name}, seconds", ["step", *options.peers, *(f"{peer} / {first}" for peer in options.peers[1:])], rows
    )
    for peer in options.peers[1:]:
        if results[peer][1] is None:
            print(f"{peer} was stopped before its end: its figures are less than it takes", flush=True)
            continue
        same = results[peer][1] == results[first][1]
        print(f"tables of {first} and {peer}: {'the same' if same else 'DIFFERENT'}", flush=True)
        if not same:
            for name in results[first][1]:
                if results[peer][1][name] != results[first][1][name]:
                    print(name, results[first][1][name], results[peer][1][name], sep="\n  ")


if __name__ == "__main__":
    main()
