"""Work under a bound: the pipeline and an as-of join in a small control group, and how soon a cancelled query ends.

usage: ./dev bench bounded [--memory 1073741824] [--events 2000000] [--rows 20000000]

The memory part needs the right to make a control group (root). Its answers are compared with those of an unbounded server.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator

import spark_medallion

import peers
from headrace_server import HeadraceServer


@contextlib.contextmanager
def control_group(memory: int) -> Iterator[pathlib.Path]:
    """A control group with a limit of memory, without swap; version 1 or 2."""
    mount = pathlib.Path("/sys/fs/cgroup")
    first = (mount / "memory").is_dir()
    group = (mount / "memory" if first else mount) / f"headrace-bench-{os.getpid()}"
    group.mkdir()
    try:
        (group / ("memory.limit_in_bytes" if first else "memory.max")).write_text(str(memory))
        swap = group / ("memory.memsw.limit_in_bytes" if first else "memory.swap.max")
        if swap.exists():
            swap.write_text(str(memory) if first else "0")
        yield group
    finally:
        for process in (group / "cgroup.procs").read_text().split():
            (group.parent / "cgroup.procs").write_text(process)
        group.rmdir()


class BoundedServer(HeadraceServer):
    """A server that is in a control group from its first instruction on."""

    def __init__(self, root: pathlib.Path, group: pathlib.Path):
        super().__init__(root)
        self.group = group

    def start(self, seconds: float = 20) -> HeadraceServer:
        # The child is born in its parent's group; this process leaves again at once.
        before = self.group.parent / "cgroup.procs"
        (self.group / "cgroup.procs").write_text(str(os.getpid()))
        try:
            return super().start(seconds)
        finally:
            before.write_text(str(os.getpid()))


def peak(server: HeadraceServer) -> float:
    """The most memory the process itself has held, in MiB."""
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def pipeline(server: HeadraceServer, folder: pathlib.Path) -> tuple[float, object]:
    environment = {"SPARK_REMOTE": server.remote, "CHURN_DATA": str(folder), "CHURN_CATALOG": "main"}
    times, found = spark_medallion.run(sys.executable, "", environment, None)
    return sum(times.values()), found


def as_of(server: HeadraceServer, rows: int) -> tuple[float, object]:
    """A join of labels with a table of so many rows, both from ranges, to a checksum."""
    spark = server.spark()
    started = time.perf_counter()
    labels = spark.range(rows // 4).selectExpr("pmod(xxhash64(id, 1), 1000000) AS k", "pmod(xxhash64(id, 2), 31536000) AS t")
    facts = spark.range(rows).selectExpr(
        "pmod(xxhash64(id, 3), 1000000) AS k2", "pmod(xxhash64(id, 4), 31536000) * 1000 + id % 1000 AS t2", "id AS value"
    )
    labels = labels.selectExpr("k", "t * 1000 AS t")
    joined = labels._joinAsOf(facts, leftAsOfColumn=labels["t"], rightAsOfColumn=facts["t2"], on=labels["k"] == facts["k2"], how="left")
    found = joined.selectExpr("count(*)", "count(value)", "sum(value % 1000003)", "sum(t2 % 1000003)").collect()
    seconds = time.perf_counter() - started
    spark.stop()
    return seconds, found


def cancel(server: HeadraceServer, rounds: int) -> list[float]:
    """Milliseconds from the interrupt to the exception in the client, of a join that would run for hours."""
    times = []
    for _ in range(rounds):
        spark = server.spark()
        asked = [0.0]

        def interrupt(spark=spark, asked=asked) -> None:
            time.sleep(1)
            asked[0] = time.perf_counter()
            spark.interruptAll()

        thread = threading.Thread(target=interrupt)
        thread.start()
        try:
            spark.sql("SELECT count(*) FROM range(10000000) a JOIN range(10000000) b ON (a.id * b.id) % 7 = 3").collect()
            raise SystemExit("the query was not cancelled")
        except Exception as error:
            if "CANCEL" not in str(error).upper():
                raise
            times.append((time.perf_counter() - asked[0]) * 1000)
        thread.join()
        spark.stop()
    return sorted(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--memory", type=int, default=1 << 30)
    parser.add_argument("--events", type=int, default=0)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bounded."))
    try:
        with HeadraceServer(folder / "cancel") as server:
            times = cancel(server, options.rounds)
        peers.table("A cancelled query", ["rounds", "median ms", "worst ms"], [[len(times), times[len(times) // 2], times[-1]]])
        raw = spark_medallion.generated(options.events) if options.events else spark_medallion.cdnow()
        works = {
            f"steps 10-30, {options.events:,} events" if options.events else "steps 10-30, the CDNOW log": lambda server: pipeline(
                server, raw
            ),
            f"as-of join, {options.rows // 4:,} × {options.rows:,} rows": lambda server: as_of(server, options.rows),
        }
        lines = []
        for name, work in works.items():
            with HeadraceServer(folder / "free") as server:
                free, expected = work(server)
                free_peak = peak(server)
            shutil.rmtree(folder / "free")
            with control_group(options.memory) as group, BoundedServer(folder / "bounded", group) as server:
                bounded, found = work(server)
                bounded_peak = peak(server)
            shutil.rmtree(folder / "bounded")
            lines.append([name, free, free_peak, bounded, bounded_peak, "the same" if found == expected else "DIFFERENT"])
        title = f"In a control group of {options.memory >> 20} MiB"
        peers.table(title, ["work", "free, s", "peak MiB", "bounded, s", "peak MiB", "answers"], lines)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
