"""TPC-H through the stock PySpark client: Headrace and its peers, one after another on the same Parquet files; and in DuckDB by hand.

usage: ./dev bench tpch [--scale 1] [--runs 3] [--peers headrace sail duckdb]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import pathlib
import subprocess
import time

import pandas as pd
import tpch

import peers


def measure(remote: str, folder, runs: int) -> dict[str, tuple[float, object]]:
    """Query → (best seconds of some runs, rows or the error)."""
    spark = peers.session(remote)
    tpch.create_views(spark, folder)
    results = {}
    for name, text in tpch.queries().items():
        best, answer = math.inf, None
        for _ in range(runs):
            started = time.perf_counter()
            try:
                answer = spark.sql(text).toPandas()
            except Exception as error:
                answer = str(error).splitlines()[0][:100]
                break
            best = min(best, time.perf_counter() - started)
        results[name] = (best, answer)
    spark.stop()
    return results


DUCKDB = """
import duckdb, json, sys, time
folder, runs = sys.argv[1:]
con = duckdb.connect()
con.execute("SET threads = 2; SET enable_progress_bar = false")
work = json.load(sys.stdin)
for table in work["tables"]:
    con.execute(f"CREATE VIEW {table} AS FROM read_parquet('{folder}/{table}.parquet')")
results = {}
for name, text in work["queries"].items():
    best = None
    for _ in range(int(runs)):
        started = time.perf_counter()
        rows = con.execute(text).fetchall()
        seconds = time.perf_counter() - started
        best = seconds if best is None else min(best, seconds)
    results[name] = [best, [[None if value is None else str(value) for value in row] for row in rows]]
json.dump(results, sys.stdout)
"""


def measure_duckdb(folder, runs: int) -> dict[str, tuple[float, object]]:
    """The same texts on views of the same files, in a process of DuckDB alone with two threads."""
    python = pathlib.Path(os.environ["HEADRACE_SAIL"]).with_name("python")
    work = json.dumps({"tables": tpch.TABLES, "queries": tpch.queries()})
    command = [str(python), "-c", DUCKDB, str(folder), str(runs)]
    done = subprocess.run(command, check=True, input=work, capture_output=True, text=True)
    return {name: (seconds, pd.DataFrame(rows)) for name, (seconds, rows) in json.loads(done.stdout).items()}


def same(left, right) -> bool:
    """Equal answers; numbers to six digits, also after the point, since peers give averages and quotients other types and digits."""
    if isinstance(left, str) or isinstance(right, str) or len(left) != len(right):
        return False
    for first, second in zip(left.itertuples(index=False), right.itertuples(index=False), strict=True):
        for a, b in zip(first, second, strict=True):
            try:
                if not math.isclose(float(a), float(b), rel_tol=1e-6, abs_tol=1e-6):
                    return False
            except (TypeError, ValueError):
                if str(a) != str(b):
                    return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="1")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", nargs="*", default=["headrace", "sail", "duckdb"], choices=[*peers.PEERS, "duckdb"])
    options = parser.parse_args()
    folder = tpch.generate(peers.CACHE / f"tpch-sf{options.scale}", options.scale)
    results = {}
    for peer in options.peers:
        if peer == "duckdb":
            results[peer] = measure_duckdb(folder, options.runs)
            continue
        with peers.PEERS[peer]() as remote:
            results[peer] = measure(remote, folder, options.runs)
    first = options.peers[0]
    rows = []
    for name in tpch.queries():
        seconds = [results[peer][name][0] for peer in options.peers]
        agree = [same(results[first][name][1], results[peer][name][1]) for peer in options.peers[1:]]
        answers = [results[peer][name][1] for peer in options.peers]
        differ = ", ".join(peer for peer, equal in zip(options.peers[1:], agree, strict=True) if not equal)
        note = "" if not differ else "failed" if any(isinstance(answer, str) for answer in answers) else f"answers differ: {differ}"
        rows.append([name, *seconds, *(other / seconds[0] for other in seconds[1:]), note])
    totals = [sum(results[peer][name][0] for name in tpch.queries()) for peer in options.peers]
    rows.append(["all", *totals, *(other / totals[0] for other in totals[1:]), ""])
    peers.table(
        f"TPC-H, scale {options.scale}, seconds (best of {options.runs})",
        ["query", *options.peers, *(f"{peer} / {first}" for peer in options.peers[1:]), ""],
        rows,
    )
    for peer in options.peers:
        for name, (_, answer) in results[peer].items():
            if isinstance(answer, str):
                print(f"{peer} {name}: {answer}")


if __name__ == "__main__":
    main()
