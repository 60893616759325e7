"""TPC-H through the stock PySpark client: Headrace and its peers, one after another on the same Parquet files.

usage: ./dev bench tpch [--scale 1] [--runs 3] [--peers headrace sail]
"""

from __future__ import annotations

import argparse
import math
import time

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


def same(left, right) -> bool:
    """Equal answers; decimals and doubles to nine digits, since peers type some columns otherwise."""
    if isinstance(left, str) or isinstance(right, str) or len(left) != len(right):
        return False
    for first, second in zip(left.itertuples(index=False), right.itertuples(index=False), strict=True):
        for a, b in zip(first, second, strict=True):
            try:
                if not math.isclose(float(a), float(b), rel_tol=1e-6):
                    return False
            except (TypeError, ValueError):
                if str(a) != str(b):
                    return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", default="1")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", nargs="*", default=["headrace", "sail"], choices=list(peers.PEERS))
    options = parser.parse_args()
    folder = tpch.generate(peers.CACHE / f"tpch-sf{options.scale}", options.scale)
    results = {}
    for peer in options.peers:
        with peers.PEERS[peer]() as remote:
            results[peer] = measure(remote, folder, options.runs)
    first = options.peers[0]
    rows = []
    for name in tpch.queries():
        seconds = [results[peer][name][0] for peer in options.peers]
        agree = [same(results[first][name][1], results[peer][name][1]) for peer in options.peers[1:]]
        note = "" if all(agree) else "answers differ" if not any(isinstance(results[p][name][1], str) for p in options.peers) else "failed"
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
