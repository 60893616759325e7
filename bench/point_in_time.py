"""The point-in-time join of a training set, Delta in and out, against DuckDB's ASOF JOIN and polars' join_asof written by hand.

usage: ./dev bench point_in_time [--labels 5000000] [--rows 20000000] [--keys 1000 1000000]

Three feature tables of `rows` rows each (two feature columns), `labels` labels; keys and times are spread by a hash. Everyone reads the
same Parquet files and writes its own; every value is compared with DuckDB's.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import peers

TABLES = 3


def make_tables(spark, folder: pathlib.Path, labels: int, rows: int, keys: int) -> None:
    start = "TIMESTAMP'2024-01-01'"

    def at(seed: int) -> str:
        return f"timestampadd(SECOND, CAST(pmod(xxhash64(id, {seed}), 31536000) AS INT), {start})"

    spark.range(labels).selectExpr("id AS label_id", f"pmod(xxhash64(id, 1), {keys}) AS k", f"{at(2)} AS t").write.format("delta").save(
        str(folder / "labels")
    )
    for number in range(TABLES):
        # One row a key and time: what a table with a primary key holds.
        frame = spark.range(rows).selectExpr(
            f"pmod(xxhash64(id, {10 + number}), {keys}) AS k",
            f"timestampadd(MICROSECOND, id % 1000000, {at(20 + number)}) AS t",
            f"id AS a{number}",
            f"CAST(pmod(xxhash64(id, {30 + number}), 1000) AS DOUBLE) / 8 AS b{number}",
        )
        frame.write.format("delta").save(str(folder / f"features{number}"))


def headrace(spark, folder: pathlib.Path, out: pathlib.Path) -> float:
    from pyspark.sql import functions as F

    started = time.perf_counter()
    joined = spark.read.format("delta").load(str(folder / "labels"))
    for number in range(TABLES):
        table = spark.read.format("delta").load(str(folder / f"features{number}"))
        right = table.select(F.col("k").alias(f"k{number}"), F.col("t").alias(f"t{number}"), f"a{number}", f"b{number}")
        joined = joined._joinAsOf(
            right, leftAsOfColumn=joined["t"], rightAsOfColumn=right[f"t{number}"], on=joined["k"] == right[f"k{number}"], how="left"
        )
        joined = joined.drop(f"k{number}", f"t{number}")
    joined.write.format("delta").save(str(out))
    return time.perf_counter() - started


DUCKDB = """
import duckdb, sys, time
folder, out = sys.argv[1:]
con = duckdb.connect()
con.execute("SET threads = 2; SET enable_progress_bar = false")
started = time.perf_counter()
joins, columns = "", ""
for n in range({tables}):
    joins += f" ASOF LEFT JOIN read_parquet('{{folder}}/features{{n}}/*.parquet') f{{n}} ON l.k = f{{n}}.k AND l.t >= f{{n}}.t"
    columns += f", f{{n}}.a{{n}}, f{{n}}.b{{n}}"
con.execute(f"COPY (SELECT l.*{{columns}} FROM read_parquet('{{folder}}/labels/*.parquet') l{{joins}}) TO '{{out}}' (FORMAT parquet)")
print(time.perf_counter() - started)
"""

POLARS = """
import polars as pl, sys, time
folder, out = sys.argv[1:]
started = time.perf_counter()
frame = pl.scan_parquet(f"{{folder}}/labels/*.parquet").sort("t")
for n in range({tables}):
    frame = frame.join_asof(pl.scan_parquet(f"{{folder}}/features{{n}}/*.parquet").sort("t"), on="t", by="k", strategy="backward")
frame.collect().write_parquet(out)
print(time.perf_counter() - started)
"""

COMPARE = """
import duckdb, sys
mine, theirs = sys.argv[1:]
columns = "label_id, k, t" + "".join(f", a{{n}}, b{{n}}" for n in range({tables}))
con = duckdb.connect()
print(con.execute(f"SELECT count(*) FROM (SELECT {{columns}} FROM read_parquet('{{mine}}') EXCEPT SELECT {{columns}} FROM read_parquet('{{theirs}}'))").fetchone()[0],
      con.execute(f"SELECT (SELECT count(*) FROM read_parquet('{{mine}}')) - (SELECT count(*) FROM read_parquet('{{theirs}}'))").fetchone()[0])
"""


def program(text: str, *arguments: object) -> str:
    python = pathlib.Path(os.environ["HEADRACE_SAIL"]).with_name("python")
    script = text.format(tables=TABLES)
    done = subprocess.run(
        [str(python), "-c", script, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"POLARS_MAX_THREADS": "2"},
    )
    return done.stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=5_000_000)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--keys", type=int, nargs="*", default=[1_000, 1_000_000])
    options = parser.parse_args()
    lines = []
    for keys in options.keys:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="asof.", dir=os.environ.get("HEADRACE_BENCH_DATA")))
        try:
            with peers.headrace() as remote:
                spark = peers.session(remote)
                make_tables(spark, folder, options.labels, options.rows, keys)
                ours = headrace(spark, folder, folder / "ours")
                spark.stop()
            times = {"headrace": ours}
            for name, text in (("duckdb", DUCKDB), ("polars", POLARS)):
                try:
                    times[name] = float(program(text, folder, folder / f"{name}.parquet"))
                except subprocess.CalledProcessError as error:
                    print(f"{name} failed: {error.stderr[-300:]}", file=sys.stderr)
            wrong = program(COMPARE, f"{folder}/ours/*.parquet", folder / "duckdb.parquet")
            if wrong != "0 0":
                raise AssertionError(f"rows that differ from DuckDB's, and difference of counts: {wrong}")
            best = min(value for name, value in times.items() if name != "headrace")
            lines.append([f"{keys:,}", ours, times.get("duckdb", "-"), times.get("polars", "-"), f"{best / ours:.2f}"])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    title = f"Point-in-time join, {options.labels:,} labels × {TABLES} tables × {options.rows:,} rows"
    peers.table(title, ["keys", "Headrace, s", "DuckDB ASOF, s", "polars, s", "× the better"], lines)


if __name__ == "__main__":
    main()
