"""Runs the cases on a server and says what differs, grouped; can bring the ratchets up to date.

usage: ./dev python tests/spark/report.py [--remote sc://…] [--file PART] [--case PART] [--group] [--update | --reset]
"""

from __future__ import annotations

import argparse
import collections
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import case_files  # noqa: E402


def outcomes(remote: str, part: str, case_part: str):
    for file in case_files.read_all(part):
        want = case_files.read_expected(file.name)
        spark, namespace, failures = case_files.open_session(remote, file)
        for failure in failures:
            print("!!", failure)
        for case in file.cases:
            if case_part not in case.name or case.name not in want:
                continue
            got = case_files.run(case, spark, namespace)
            yield case, want[case.name], got, case_files.difference(case, want[case.name], got)
        spark.stop()


def cause(wrong: str) -> str:
    """A group's name: what was got, without names and numbers that vary."""
    got = wrong.split("\n got ", 1)[-1]
    return re.sub(r"\d+", "N", got if "error" in wrong.split(":")[0] or "Exception" in got else wrong.splitlines()[0][:60])[:110]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--remote", help="a running server; one is started when left out")
    parser.add_argument("--file", default="")
    parser.add_argument("--case", default="")
    parser.add_argument("--group", action="store_true", help="counts by cause first")
    parser.add_argument("--quiet", action="store_true", help="only the counts")
    parser.add_argument("--update", action="store_true", help="remove from the ratchets what passes")
    parser.add_argument("--reset", action="store_true", help="write the ratchets anew")
    options = parser.parse_args()
    if options.remote:
        report(options, options.remote)
    else:
        from headrace_server import HeadraceServer

        with HeadraceServer(pathlib.Path(tempfile.mkdtemp(prefix="cases.")) / "root") as server:
            report(options, server.remote)


def report(options, remote: str) -> None:
    failed, details, passed = {}, {}, set()
    for case, want, got, wrong in outcomes(remote, options.file, options.case):
        if wrong:
            failed[case.id] = (wrong, case)
        else:
            passed.add(case.id)
            detail = case_files.detail_difference(want, got)
            if detail:
                details[case.id] = detail
    if options.group:
        groups = collections.defaultdict(list)
        for name, (wrong, _) in failed.items():
            groups[cause(wrong)].append(name)
        for name, members in sorted(groups.items(), key=lambda item: -len(item[1])):
            print(f"{len(members):5}  {name}\n       {' '.join(members[:6])}")
    elif not options.quiet:
        for name, (wrong, case) in failed.items():
            print(f"-- {name}\n{case.text}\n{wrong}\n")
        if options.case:
            for name, wrong in details.items():
                print(f"-- detail {name}\n{wrong}\n")
    total = len(failed) + len(passed)
    print(f"{len(passed)} of {total} right, {len(details)} of those differ in nullability, query context or message")
    for ratchet, names, title in (
        ("known_failures.txt", set(failed), "Cases that are not right yet. Lines may only go."),
        ("known_detail_failures.txt", set(details), "Right cases whose nullability, query context or message differs. Lines may only go."),
    ):
        path = case_files.HERE / ratchet
        if options.reset:
            ran = passed | set(failed)
            case_files.write_ratchet(path, (case_files.read_ratchet(path) - ran) | names, title)
        elif options.update:
            before = case_files.read_ratchet(path)
            case_files.write_ratchet(path, before - (passed if ratchet == "known_failures.txt" else passed - names), title)


if __name__ == "__main__":
    main()
