"""TPC-H at scale 0.01: every query answers what real Spark does."""

from __future__ import annotations

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "spark")]

import pytest  # noqa: E402
import tpch  # noqa: E402

import case_files  # noqa: E402


@pytest.fixture(scope="module")
def tpch_session(headrace, tmp_path_factory):
    folder = tpch.generate(tmp_path_factory.mktemp("tpch"), "0.01")
    spark = headrace.spark()
    tpch.create_views(spark, folder)
    yield spark
    spark.stop()


@pytest.mark.parametrize("name", tpch.queries())
def test_query(name, tpch_session):
    want = json.loads(tpch.EXPECTED.read_text(encoding="utf-8"))[name]
    case = case_files.Case(f"{name}.sql", name, tpch.queries()[name], {}, 0)
    assert case_files.difference(case, want, case_files.run(case, tpch_session, {})) is None
