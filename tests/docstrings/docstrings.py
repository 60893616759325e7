"""Runs PySpark's own docstring examples, unmodified, on a Spark Connect server and says which items pass.

An item is a function, class or method whose docstring has examples; it passes when every example prints what the docstring
shows, row order included. Modules and options are those of PySpark's own `_test()` functions.

usage: ./dev python tests/docstrings/docstrings.py [--remote sc://…] [--module NAME…] [--report] [--update] [--json FILE]
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import doctest
import importlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PASSING = HERE / "passing.txt"
# What we call a module → the module whose docstrings are run, as its `_test()` does.
MODULES = {
    "builtin": "pyspark.sql.connect.functions.builtin",
    "column": "pyspark.sql.column",
    "dataframe": "pyspark.sql.dataframe",
    "group": "pyspark.sql.connect.group",
    "window": "pyspark.sql.window",
    "catalog": "pyspark.sql.connect.catalog",
    "readwriter": "pyspark.sql.connect.readwriter",
}
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
SECONDS_AN_ITEM = 60
ZONE = "America/Los_Angeles"


class ItemTimeout(BaseException):
    """An item took too long."""


class FirstFailure(doctest.DocTestRunner):
    """Keeps the first failure of an item as text instead of printing all."""

    def __init__(self):
        super().__init__(optionflags=OPTIONS, verbose=False)
        self.first: str | None = None

    def report_start(self, out, test, example):
        pass

    def report_failure(self, out, test, example, got):
        if self.first is None:
            self.first = f">>> {example.source.strip()}\nwant:\n{example.want}got:\n{got}"

    def report_unexpected_exception(self, out, test, example, exc_info):
        if self.first is None:
            if issubclass(exc_info[0], ItemTimeout):
                raise exc_info[1]
            text = str(exc_info[1]).split("JVM stacktrace")[0].strip()
            self.first = f">>> {example.source.strip()}\nraised {exc_info[0].__name__}: {text[:1500]}"


def _expired(*_):
    raise ItemTimeout(f"no answer within {SECONDS_AN_ITEM} s")


def run_here(name: str, remote: str) -> dict[str, str | None]:
    """Item → None when it passes, else its first failure. Changes this process's globals: one module a process."""
    from pyspark.sql import SparkSession

    os.environ["SPARK_CONNECT_TESTING_REMOTE"] = remote
    module = importlib.import_module(MODULES[name])
    names = module.__dict__.copy()
    with tempfile.TemporaryDirectory(prefix="docstrings.") as folder:
        os.environ.setdefault("SPARK_HOME", folder)
        os.chdir(folder)
        names["spark"] = SparkSession.builder.appName("docstrings").remote(remote).getOrCreate()
        results = {}
        signal.signal(signal.SIGALRM, _expired)
        for test in doctest.DocTestFinder().find(module, extraglobs=names):
            if not test.examples or not _runs(test):
                continue
            runner = FirstFailure()
            item = test.name.removeprefix(MODULES[name]).lstrip(".")
            signal.alarm(SECONDS_AN_ITEM)
            try:
                with contextlib.redirect_stderr(None):
                    runner.run(test, out=lambda text: None)
                results[item] = runner.first
            except ItemTimeout as late:
                results[item] = f"raised ItemTimeout: {late}"
            finally:
                signal.alarm(0)
        with contextlib.suppress(Exception):
            names["spark"].stop()
    return results


def _runs(test: doctest.DocTest) -> bool:
    return not all(example.options.get(doctest.SKIP) for example in test.examples)


def run(name: str, remote: str) -> dict[str, str | None]:
    """`run_here` in a process of its own."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [sys.executable, "-W", "ignore", __file__, "--in-process", name, "--remote", remote, "--json", out.name]
        process = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"TZ": ZONE}, check=False)
        if process.returncode != 0:
            raise RuntimeError(f"{name} on {remote}:\n{process.stderr[-3000:]}")
        return json.loads(pathlib.Path(out.name).read_text(encoding="utf-8"))


@contextlib.contextmanager
def server(folder: pathlib.Path):
    """A Headrace whose sessions are in the clients' time zone, as PySpark's tests have it: its examples print local times."""
    sys.path.insert(0, str(HERE.parent))
    from headrace_server import HeadraceServer

    config = folder / "headrace.toml"
    config.write_text(f'[spark]\n"spark.sql.session.timeZone" = "{ZONE}"\n', encoding="utf-8")
    with HeadraceServer(folder / "root", "--config", str(config)) as running:
        yield running


def read_passing() -> set[str]:
    if not PASSING.exists():
        return set()
    return {line for line in PASSING.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")}


def write_passing(items: set[str]) -> None:
    title = "# Docstring items of PySpark that pass on Headrace. Lines may only be added.\n"
    PASSING.write_text(title + "".join(item + "\n" for item in sorted(items)), encoding="utf-8")


def cause(failure: str) -> str:
    """What a failure is grouped by: the raised error without names that vary, or the kind of difference."""
    found = re.search(r"raised (\w+): (.*)", failure)
    if not found:
        want, _, got = failure.partition("got:\n")
        want = want.split("want:\n", 1)[-1]
        same = sorted(want.split()) == sorted(got.split())
        return "prints rows in another order" if same else "prints something else"
    return f"{found[1]}: {re.sub(r'[0-9]+', 'N', found[2])[:130]}"


def report(results: dict[str, dict[str, str | None]], verbose: bool) -> None:
    groups = collections.defaultdict(list)
    for module, items in results.items():
        for item, failure in items.items():
            if failure:
                groups[cause(failure)].append((f"{module}.{item}", failure))
    for name, members in sorted(groups.items(), key=lambda group: -len(group[1])):
        print(f"{len(members):4}  {name}")
        if verbose:
            for item, failure in members:
                print("      --", item)
                print("        ", "\n         ".join(failure.splitlines()[:14]))
        else:
            print("      " + " ".join(item for item, _ in members[:12]))
    for module, items in results.items():
        passed = sum(failure is None for failure in items.values())
        print(f"{module}: {passed} of {len(items)} items pass ({100 * passed / max(1, len(items)):.1f}%)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--remote", help="a running server; one is started when left out")
    parser.add_argument("--module", nargs="*", default=list(MODULES), choices=list(MODULES))
    parser.add_argument("--report", action="store_true", help="print every failure in its group")
    parser.add_argument("--update", action="store_true", help="add what passes to passing.txt")
    parser.add_argument("--json", help="write the results there")
    parser.add_argument("--in-process", dest="here", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        pathlib.Path(options.json).write_text(json.dumps(run_here(options.here, options.remote)), encoding="utf-8")
        return
    with contextlib.ExitStack() as stack:
        remote = options.remote
        if not remote:
            remote = stack.enter_context(server(pathlib.Path(tempfile.mkdtemp()))).remote
        started = time.monotonic()
        results = {name: run(name, remote) for name in options.module}
    report(results, options.report)
    print(f"{time.monotonic() - started:.0f} s")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=1), encoding="utf-8")
    if options.update:
        now = {f"{module}.{item}" for module, items in results.items() for item, failure in items.items() if failure is None}
        write_passing(read_passing() | now)


if __name__ == "__main__":
    main()
