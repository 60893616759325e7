"""The differential fuzzer: random expressions on real Spark and on Headrace; value, type and error condition compared.

usage: ./dev oracle -m oracle.fuzz [--queries] [--count N] [--seed S] [--headrace sc://…] [--spark sc://…] [--keep N] [--show N]

`--queries` makes whole queries over small tables instead: joins, sub-queries, grouping, windows, set operations. `--keep N` adds
up to N differing queries (and as many that agree) to tests/spark/cases/fuzz.sql or fuzz_queries.sql, from which write_cases makes
expected outcomes. Exit code 1 when anything is wrong or more than 10% are not supported.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import contextlib
import pathlib
import random
import re
import sys
import tempfile
import threading

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(REPOSITORY / "tests" / "spark"), str(REPOSITORY / "tests")]

from oracle.fuzz_expressions import Generator  # noqa: E402
from oracle.fuzz_queries import QueryGenerator  # noqa: E402
from oracle.session import connect_server  # noqa: E402

import case_files  # noqa: E402

# What Headrace answers for what it does not have: a named feature, or an unknown function.
UNSUPPORTED = ("UNSUPPORTED_FEATURE.HEADRACE", "UNRESOLVED_ROUTINE")
KINDS = ("right", "value", "type", "condition", "name", "not supported", "internal")


class Sessions(threading.local):
    """A session of one server for each thread."""

    def __init__(self, remote: str, setup: list[str]):
        from pyspark.sql.connect.session import SparkSession

        self.spark = SparkSession.builder.remote(remote).create()
        for name, value in case_files.SESSION_SETTINGS.items():
            self.spark.conf.set(name, value)
        for statement in setup:
            with contextlib.suppress(Exception):
                self.spark.sql(statement).collect()


def outcome(spark, query: str) -> dict:
    try:
        frame = spark.sql(query)
        schema = [[field.name, case_files.describe_type(field.dataType, True)] for field in frame.schema.fields]
        return {"schema": schema, "rows": [case_files.encode(tuple(row)) for row in frame.collect()]}
    except Exception as error:
        return {"error": case_files.encode_error(error)}


def run_all(remote: str, setup: list[str], queries: list[str], threads: int) -> list[dict]:
    sessions = Sessions(remote, setup)
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda query: outcome(sessions.spark, query), queries))


def in_any_order(rows: list) -> list:
    """Rows sorted by what does not depend on the order in which floats were added."""

    def key(value) -> str:
        with contextlib.suppress(ValueError, TypeError):
            return f"{float(value) + 0.0:.6g}"
        return "[" + ",".join(map(key, value)) + "]" if isinstance(value, list) else str(value)

    return sorted(rows, key=key)


def judge(query: str, want: dict, got: dict, approximate: bool) -> str:
    """Which of KINDS a pair of outcomes is."""
    if "error" in got:
        condition = got["error"].get("condition") or ""
        if condition.startswith("INTERNAL_ERROR") or got["error"].get("text"):
            return "internal"
        if "error" in want:
            same = all(want["error"].get(part) == got["error"].get(part) for part in ("condition", "sqlstate"))
            return "right" if same else "not supported" if condition.startswith(UNSUPPORTED) else "condition"
        return "not supported" if condition.startswith(UNSUPPORTED) else "condition"
    if "error" in want:
        return "condition"
    types = [[re.sub(" not null", "", kind) for _, kind in side["schema"]] for side in (want, got)]
    if types[0] != types[1]:
        return "type"
    rows = [side["rows"] if case_files.orders(query) else in_any_order(side["rows"]) for side in (want, got)]
    if not case_files.same(*rows, approximate):
        return "value"
    return "right" if [name for name, _ in want["schema"]] == [name for name, _ in got["schema"]] else "name"


def usable(want: dict) -> bool:
    """Leaves out what the client itself cannot show, and functions that Spark does not have."""
    error = want.get("error", {})
    return not error.get("text") and not (error.get("condition") or "").startswith(
        ("UNRESOLVED_ROUTINE", "UNSUPPORTED_DATA_TYPE_FOR_ARROW")
    )


def keep(path: pathlib.Path, queries: list[str], generator: Generator | QueryGenerator) -> None:
    """Adds queries to the kept cases of a file."""
    setup = "".join(f"{statement};\n" for statement in generator.setup())
    text = (
        path.read_text(encoding="utf-8")
        if path.exists()
        else "-- What the fuzzer met: kept queries.\n" + (f"-- setup\n{setup}" if setup else "")
    )
    number = len(re.findall("^-- case", text, re.MULTILINE))
    for query in queries:
        kept = generator.kept(query)
        if kept + "\n" in text:
            continue
        number += 1
        text += f"-- case kept_{number}{' approx' if generator.approximate(query) else ''}\n{kept}\n"
    path.write_text(text, encoding="utf-8")


def report(results: list[tuple[str, str, dict, dict]], show: int) -> int:
    counts = collections.Counter(kind for kind, *_ in results)
    by_function = collections.defaultdict(collections.Counter)
    for kind, query, _, _ in results:
        by_function[kind][(re.findall(r"(\w+)\(", query) or ["operator"])[0]] += 1
    for kind in KINDS[1:]:
        wrong = [(query, want, got) for found, query, want, got in results if found == kind]
        if not wrong:
            continue
        print(f"\n== {kind}: {len(wrong)}; by function {dict(by_function[kind].most_common(25))}")
        for query, want, got in wrong[:show]:
            print(f"{query}\n   want {case_files._brief(want)[:260]}\n   got  {case_files._brief(got)[:260]}")
    total = len(results)
    print(f"\n{total} expressions: " + ", ".join(f"{counts[kind]} {kind}" for kind in KINDS))
    wrong = counts["value"] + counts["type"] + counts["condition"] + counts["internal"]
    share = counts["not supported"] / max(1, total)
    print(f"wrong value, type or condition: {wrong}; not supported: {100 * share:.1f}%")
    return 1 if wrong or share > 0.10 else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queries", action="store_true")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--headrace", help="a running server; one is started when left out")
    parser.add_argument("--spark", help="a running oracle; one is started when left out")
    parser.add_argument("--threads", type=int, default=3)
    parser.add_argument("--keep", type=int, default=0)
    parser.add_argument("--show", type=int, default=15)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.count} expressions", flush=True)
    import logging

    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(name).disabled = True
    generator = QueryGenerator(options.seed) if options.queries else Generator(options.seed)
    queries = list(dict.fromkeys(generator.query() for _ in range(2 * options.count)))[: options.count]
    setup = generator.views()
    with contextlib.ExitStack() as stack:
        spark = options.spark or stack.enter_context(connect_server())
        wanted = run_all(spark, setup, queries, options.threads)
        headrace = options.headrace
        if not headrace:
            from headrace_server import HeadraceServer

            headrace = stack.enter_context(HeadraceServer(pathlib.Path(tempfile.mkdtemp(prefix="fuzz.")) / "root")).remote
        found = run_all(headrace, setup, queries, options.threads)
    results = [
        (judge(query, want, got, generator.approximate(query)), query, want, got)
        for query, want, got in zip(queries, wanted, found, strict=True)
        if usable(want)
    ]
    if options.keep:
        wrong = [query for kind, query, *_ in results if kind not in ("right", "name")]
        right = [query for kind, query, *_ in results if kind == "right"]
        file = case_files.CASES / ("fuzz_queries.sql" if options.queries else "fuzz.sql")
        keep(file, [*wrong[: options.keep], *right[: options.keep]], generator)
    return report(results, options.show)


if __name__ == "__main__":
    sys.exit(main())
