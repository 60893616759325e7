"""As much of the example's bronze, silver and gold as Sail can do, on Headrace and on Sail.

usage: ./dev bench medallion_sail [--events 20000000] [--at-most 2]

Sail 0.7.2 answers errors to `_metadata.file_path`, to regular expressions with look-around, to `DeltaTable` and to managed Delta
tables without a location; a column that only later files have does not arrive, neither by inference over the folder nor, file by
file, by `mergeSchema`. So here bronze takes the folder at once by a given schema and leaves out the file's name, silver leaves out
the masked columns and writes the cleaned rows instead of merging them, and every table is a Delta table at a path. Headrace reads
both sides' tables and compares them.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import multiprocessing
import os
import pathlib
import queue
import shutil
import sys
import tempfile
import time

from spark_medallion import EXAMPLE, cdnow, generated

import peers

STEPS = ("bronze", "silver", "gold")
RAW_SCHEMA = (
    "order_id string, customer_id string, email string, card string, channel string, purchased_at string, items bigint, amount string, "
    "coupon string"
)
TABLES = ("bronze", "silver", "features", "labels")


def bronze(spark, raw: pathlib.Path, tables: pathlib.Path) -> None:
    from pyspark.sql import functions as F

    frame = spark.read.schema(RAW_SCHEMA).json(str(raw)).withColumn("_ingested_at", F.current_timestamp())
    frame.write.format("delta").mode("append").save(str(tables / "bronze"))


def silver(spark, raw: pathlib.Path, tables: pathlib.Path) -> None:
    step = importlib.import_module("20_silver")
    cleaned = step.clean(spark.read.format("delta").load(str(tables / "bronze"))).drop("email", "card")
    cleaned.write.format("delta").mode("append").save(str(tables / "silver"))


def gold(spark, raw: pathlib.Path, tables: pathlib.Path) -> None:
    step = importlib.import_module("30_gold")
    rows = spark.read.format("delta").load(str(tables / "silver"))
    dates = step.month_ends(spark, step.FIRST, step.LAST)
    for name, frame, partition in (
        ("features", step.features(rows, dates), "feature_date"),
        ("labels", step.labels(rows, dates), "label_month"),
    ):
        frame.write.format("delta").mode("overwrite").partitionBy(partition).save(str(tables / name))


def work(remote: str, raw: pathlib.Path, tables: pathlib.Path, out) -> None:
    """Puts each step's seconds, the first one after the session is warm."""
    sys.path[:0] = [str(EXAMPLE)]
    spark = peers.session(remote)
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    spark.sql("select 1").collect()
    for step in STEPS:
        out.put(None)
        before = time.perf_counter()
        globals()[step](spark, raw, tables)
        out.put(time.perf_counter() - before)


def run(peer: str, raw: pathlib.Path, tables: pathlib.Path, seconds: float | None) -> tuple[dict[str, float], bool]:
    """Seconds by step, and whether all came to their end: when the time is up the step at work counts with its time so far."""
    times: dict[str, float] = {}
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    with peers.PEERS[peer]() as remote:
        client = context.Process(target=work, args=(remote, raw, tables, out))
        client.start()
        try:
            for step in STEPS:
                take(out, client, None)
                began = time.perf_counter()
                left = None if seconds is None else max(1.0, seconds - sum(times.values()))
                took = take(out, client, left)
                times[step] = time.perf_counter() - began if took is None else took
                print(peer, step, f"{times[step]:.2f} s" + (" and stopped" if took is None else ""), flush=True)
                if took is None:
                    return times, False
        finally:
            client.kill()
            client.join()
    return times, True


def take(out, client, seconds: float | None):
    """What the client puts next; None when the time is up."""
    end = None if seconds is None else time.perf_counter() + seconds
    while end is None or time.perf_counter() < end:
        with contextlib.suppress(queue.Empty):
            return out.get(timeout=0.5)
        if not client.is_alive() and out.empty():
            raise SystemExit("the steps failed")
    return None


def figures(folders: dict[str, pathlib.Path]) -> dict[str, dict]:
    import figures as example

    with peers.headrace() as remote:
        spark = peers.session(remote)
        found = {}
        for peer, tables in folders.items():
            for table in TABLES:
                spark.read.format("delta").load(str(tables / table)).createOrReplaceTempView(f"{peer}_{table}")
            found[peer] = {table: example.of_table(spark, f"{peer}_{table}") for table in TABLES}
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=0, help="rows of a generated log; without it the CDNOW log")
    parser.add_argument("--at-most", type=float, help="stop Sail after so many times what Headrace took")
    options = parser.parse_args()
    sys.path[:0] = [str(EXAMPLE), str(peers.REPOSITORY / "tests" / "example")]
    folder = generated(options.events) if options.events else cdnow()
    os.environ["CHURN_DATA"] = str(folder)
    root = pathlib.Path(tempfile.mkdtemp(prefix="bench."))
    try:
        folders = {peer: root / peer for peer in ("headrace", "sail")}
        times: dict[str, dict[str, float]] = {}
        whole = True
        for peer in folders:
            limit = options.at_most * sum(times["headrace"].values()) if options.at_most and times else None
            times[peer], whole = run(peer, folder / "raw", folders[peer], limit)
        # A step that was not reached has no time.
        rows = [[step, *(times[peer].get(step, "-") for peer in folders)] for step in STEPS]
        rows.append(["all", *(sum(times[peer].values()) for peer in folders)])
        name = f"{options.events:,} generated events" if options.events else "the CDNOW log"
        peers.table(
            f"What Sail can do of it: {name}, seconds",
            ["step", *folders, "sail / headrace"],
            [[*row, "-" if row[2] == "-" else row[2] / row[1]] for row in rows],
        )
        if not whole:
            print("sail was stopped before its end: its figures are less than it takes")
            return
        found = figures(folders)
        for table in TABLES:
            ours, theirs = found["headrace"][table], found["sail"][table]
            print(f"{table}: {'the same' if ours == theirs else 'DIFFERENT'}")
            if ours != theirs:
                print(f"  headrace {ours['rows']} rows, sail {theirs['rows']} rows")
                for column in ours["columns"].keys() | theirs["columns"].keys():
                    pair = [json.dumps(side["columns"].get(column)) for side in (ours, theirs)]
                    if pair[0] != pair[1]:
                        print(f"  {column}: {pair[0]} {pair[1]}")
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
