"""From the start of the server to its first answer, and the round trip of `select 1`: `./dev bench latency`.

A round trip is one query's: `collect()` of a frame that is there. `spark.sql("select 1").collect()` takes two, because the client has the text checked
first. The client's own processor time is in both figures and shown beside them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import peers


def rounds_of(work: Callable[[], object], rounds: int) -> tuple[float, float, float]:
    """Median and 99th percentile of the time, and mean processor time of this process, in ms."""
    times = []
    spent = time.process_time()
    for _ in range(rounds):
        before = time.perf_counter()
        work()
        times.append((time.perf_counter() - before) * 1000)
    spent = (time.process_time() - spent) * 1000 / rounds
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.99) - 1], spent


def measure(peer: str, rounds: int) -> list:
    started = time.perf_counter()
    with peers.PEERS[peer]() as remote:
        spark = peers.session(remote)
        frame = spark.sql("select 1")
        assert frame.collect()[0][0] == 1
        first = time.perf_counter() - started
        for _ in range(20):
            frame.collect()
        collect = rounds_of(frame.collect, rounds)
        both = rounds_of(lambda: spark.sql("select 1").collect(), rounds)
        spark.stop()
    return [peer, first, *collect, *both]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--peers", nargs="*", default=["headrace", "sail", "spark"], choices=list(peers.PEERS))
    options = parser.parse_args()
    rows = [measure(peer, options.rounds) for peer in options.peers]
    figures = ["p50 ms", "p99 ms", "client's own ms"]
    columns = [f"{name}, {figure}" for name in ("collect", "sql and collect") for figure in figures]
    peers.table("Start and round trip of select 1", ["server", "start to first answer, s", *columns], rows)


if __name__ == "__main__":
    main()
