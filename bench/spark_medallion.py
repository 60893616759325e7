"""The example's steps 10 to 30 on Headrace and on real PySpark local[2] with Delta, and the same on a generated log.

usage: ./dev bench medallion                      the real log (CDNOW)
       ./dev bench medallion --events 20000000    a generated log of so many purchases
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
for step in {steps!r}:
    started = time.perf_counter()
    sys.argv = [step]
    runpy.run_path({example!r} + "/" + step + ".py", run_name="__main__")
    times[step] = time.perf_counter() - started
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


def run(python: str, prepare: str, environment: dict[str, str]) -> tuple[dict, dict]:
    """Runs the steps in one process whose session is warm, and gives seconds by step and the tables' figures."""
    program = RUNNER.format(example=str(EXAMPLE), figures=str(peers.REPOSITORY / "tests" / "example"), steps=STEPS, prepare=prepare)
    done = subprocess.run(
        [python, "-W", "ignore", "-c", program], env=os.environ | environment, capture_output=True, text=True, check=False
    )
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            times, found = json.loads(line[7:])
            return times, found
    raise SystemExit(f"the steps failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def on_connect(peer: str, folder: pathlib.Path) -> tuple[dict, dict]:
    catalog = "main" if peer == "headrace" else "spark_catalog"
    with peers.PEERS[peer]() as remote:
        return run(sys.executable, "", {"SPARK_REMOTE": remote, "CHURN_DATA": str(folder), "CHURN_CATALOG": catalog})


def on_spark(folder: pathlib.Path) -> tuple[dict, dict]:
    with tempfile.TemporaryDirectory() as root:
        environment = {
            "CHURN_DATA": str(folder),
            "CHURN_CATALOG": "spark_catalog",
            "PYTHONPATH": str(peers.REPOSITORY / "tools"),
            "TMPDIR": root,
        }
        return run(os.environ["HEADRACE_ORACLE_PYTHON"], CLASSIC, environment)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--peers", nargs="*", default=["headrace", "spark"], choices=list(peers.PEERS))
    options = parser.parse_args()
    folder = generated(options.events) if options.events else cdnow()
    results = {peer: on_spark(folder) if peer == "spark" else on_connect(peer, folder) for peer in options.peers}
    first = options.peers[0]
    rows = [[step, *(results[peer][0][step] for peer in options.peers)] for step in STEPS]
    rows.append(["all", *(sum(results[peer][0].values()) for peer in options.peers)])
    rows = [[*row, *(row[1 + index] / row[1] for index in range(1, len(options.peers)))] for row in rows]
    name = f"{options.events:,} generated events" if options.events else "the CDNOW log"
    peers.table(
        f"Bronze, silver, gold: {name}, seconds", ["step", *options.peers, *(f"{peer} / {first}" for peer in options.peers[1:])], rows
    )
    for peer in options.peers[1:]:
        same = results[peer][1] == results[first][1]
        print(f"tables of {first} and {peer}: {'the same' if same else 'DIFFERENT'}", flush=True)
        if not same:
            for name in results[first][1]:
                if results[peer][1][name] != results[first][1][name]:
                    print(name, results[first][1][name], results[peer][1][name], sep="\n  ")


if __name__ == "__main__":
    main()
