"""From the start of the server to its first answer, and the round trip of `select 1`: `./dev bench latency`."""

from __future__ import annotations

import argparse
import statistics
import time

import peers


def measure(peer: str, rounds: int) -> list:
    started = time.perf_counter()
    with peers.PEERS[peer]() as remote:
        spark = peers.session(remote)
        assert spark.sql("select 1").collect()[0][0] == 1
        first = time.perf_counter() - started
        times = []
        for _ in range(rounds):
            before = time.perf_counter()
            spark.sql("select 1").collect()
            times.append((time.perf_counter() - before) * 1000)
        spark.stop()
    times.sort()
    return [peer, first, statistics.median(times), times[int(len(times) * 0.99) - 1]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--peers", nargs="*", default=["headrace", "sail", "spark"], choices=list(peers.PEERS))
    options = parser.parse_args()
    rows = [measure(peer, options.rounds) for peer in options.peers]
    peers.table("Start and round trip", ["server", "start to first answer, s", "select 1, p50 ms", "select 1, p99 ms"], rows)


if __name__ == "__main__":
    main()
