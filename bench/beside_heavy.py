"""Small requests beside three heavy Spark queries: p50 and p99 of `invocations` by key and of `select 1`, alone and beside them.

./dev bench beside_heavy [--seconds 10]

The heavy queries run one after the other in three clients until all is measured: an aggregation with a million groups, a join with
a sort, and text functions with a window, each over tens of millions of rows. Every kind of request comes from one client.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import pathlib
import shutil
import tempfile
import time

from serving_bench import bodies_of, prepare

import peers
from headrace_server import HeadraceServer
from raw_http import Client, latencies, percentile

HEAVY = [
    "select count(*), max(s) from (select id % 1000003 k, sum(id * 3) s from range(40000000) group by 1)",
    "select sum(r) from (select a.id, row_number() over (partition by a.id % 1000 order by b.id desc) r "
    "from range(5000000) a join range(0, 10000000, 2) b on a.id = b.id)",
    "select max(md5(concat(id, 'x'))), count(distinct substr(sha2(cast(id as string), 256), 1, 4)) from range(4000000)",
]


def run_heavy(remote: str, query: str, stop, done) -> None:
    spark = peers.session(remote)
    while not stop.is_set():
        spark.sql(query).collect()
        with done.get_lock():
            done.value += 1


def select_one(remote: str, seconds: float, out) -> None:
    """Puts the times of `collect` of a frame made before, one round trip, and of making the frame and `collect`, two."""
    spark = peers.session(remote)
    frame = spark.sql("select 1")
    for call in (frame.collect, lambda: spark.sql("select 1").collect()):
        times = []
        for _ in range(20):
            call()
        end = time.perf_counter() + seconds
        while (before := time.perf_counter()) < end:
            call()
            times.append(time.perf_counter() - before)
        out.put(times)


def processor_time() -> tuple[int, int]:
    """The processors' time since the start and what of it other machines of the same host took, in ticks."""
    ticks = [int(field) for field in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(ticks), ticks[7]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench."))
    rows = []
    try:
        with HeadraceServer(folder / "root") as server:
            _, features = prepare(folder, server.url)
            client = Client(server.url)
            requests_ = [client.request("/serving-endpoints/bench/invocations", body) for body in bodies_of(features, 1, True)]

            def measure(beside: str) -> None:
                latencies(client, requests_, 0.5)
                times = latencies(client, requests_, options.seconds)
                rows.append([f"invocations, batch 1, {beside}", len(times), percentile(times, 0.5), percentile(times, 0.99)])
                out = context.Queue()
                process = context.Process(target=select_one, args=(server.remote, options.seconds, out))
                process.start()
                for what in ("select 1, collect", "select 1, sql and collect"):
                    times = out.get(timeout=options.seconds + 60)
                    rows.append([f"{what}, {beside}", len(times), percentile(times, 0.5), percentile(times, 0.99)])
                process.join()

            measure("alone")
            stop, done = context.Event(), context.Value("i", 0)
            heavy = [context.Process(target=run_heavy, args=(server.remote, query, stop, done)) for query in HEAVY]
            for process in heavy:
                process.start()
            time.sleep(5)  # Until all three are at work.
            before, (time_before, stolen_before) = done.value, processor_time()
            measure("beside three heavy queries")
            finished, (time_after, stolen_after) = done.value - before, processor_time()
            stop.set()
            for process in heavy:
                process.join()
        print(
            f"load average: {os.getloadavg()[0]:.1f}; heavy queries finished meanwhile: {finished}; "
            f"time stolen by the host: {100 * (stolen_after - stolen_before) / (time_after - time_before):.1f}%"
        )
        peers.table("Beside heavy queries", ["request", "requests", "p50 ms", "p99 ms"], rows)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
