"""Writes what real Spark answers to the cases of tests/spark: `./dev oracle -m oracle.write_cases [FILE…] [--missing]`."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY / "tests" / "spark"))

from oracle.session import connect_server  # noqa: E402

import case_files  # noqa: E402


def write(remote: str, file: case_files.CaseFile, only_missing: bool) -> None:
    known = case_files.read_expected(file.name) if only_missing else {}
    spark, namespace, failures = case_files.open_session(remote, file)
    if failures:
        raise SystemExit("\n".join(failures))
    errors = []
    lines = []
    for case in file.cases:
        outcome = known.get(case.name)
        if outcome is None or outcome.pop("of", None) != case.digest:
            outcome = case_files.run(case, spark, namespace)
        if "text" in outcome.get("error", {}):
            print(f"!! {case.id}: {outcome['error']}", flush=True)
            continue
        if "error" in outcome:
            errors.append(f"{case.name}: {outcome['error']['condition']}")
        lines.append(json.dumps({"name": case.name, "of": case.digest, **outcome}, ensure_ascii=False))
    case_files.write_expected(file.name, lines)
    spark.stop()
    print(f"{file.name}: {len(lines)} cases, {len(errors)} errors", flush=True)
    for error in errors:
        print("   ", error)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", help="parts of file names; all by default")
    parser.add_argument("--missing", action="store_true", help="keep the outcomes that are there")
    parser.add_argument("--remote", help="a running oracle")
    options = parser.parse_args()
    files = [file for file in case_files.read_all() if not options.files or any(part in file.name for part in options.files)]
    if options.remote:
        for file in files:
            write(options.remote, file, options.missing)
        return
    for plain in (False, True):
        of_kind = [file for file in files if file.plain == plain]
        if of_kind:
            # Delta's catalog and format are left out where its parser is in the way.
            without_delta = {
                "spark__sql__extensions": "",
                "spark__sql__catalog__spark_catalog": "",
                "spark__sql__sources__default": "parquet",
            }
            with connect_server(**(without_delta if plain else {})) as remote:
                for file in of_kind:
                    write(remote, file, options.missing)


if __name__ == "__main__":
    main()
