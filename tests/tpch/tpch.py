"""TPC-H: data from `tpchgen-cli`, the 22 queries of `queries/`, views over Parquet files."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
TABLES = ("customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier")
EXPECTED = HERE / "expected_sf0.01.json"


def queries() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "queries").glob("q*.sql"))}


def generator() -> str:
    """$HEADRACE_TPCHGEN, which `./dev` sets, or the program on the path."""
    found = os.environ.get("HEADRACE_TPCHGEN") or shutil.which("tpchgen-cli")
    if not found:
        raise FileNotFoundError("tpchgen-cli is not there: run through ./dev, or set HEADRACE_TPCHGEN")
    return found


def generate(folder: pathlib.Path, scale: str) -> pathlib.Path:
    """The folder with one Parquet file a table; nothing is done when they are there."""
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([generator(), "parquet", "-s", scale, "-o", str(folder), "--overwrite"], check=True, capture_output=True)
        (folder / "complete").touch()
    return folder


def create_views(spark, folder: pathlib.Path) -> None:
    for table in TABLES:
        spark.read.parquet(str(folder / f"{table}.parquet")).createOrReplaceTempView(table)
