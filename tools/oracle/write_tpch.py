"""Writes what real Spark answers to TPC-H at scale 0.01: `./dev oracle -m oracle.write_tpch [sc://…]`."""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(REPOSITORY / "tests" / "spark"), str(REPOSITORY / "tests" / "tpch")]

import tpch  # noqa: E402

from oracle.session import connect  # noqa: E402

import case_files  # noqa: E402


def main() -> None:
    folder = tpch.generate(pathlib.Path(tempfile.mkdtemp(prefix="tpch.")), "0.01")
    with connect(remote=sys.argv[1] if len(sys.argv) > 1 else None) as spark:
        tpch.create_views(spark, folder)
        outcomes = {}
        for name, text in tpch.queries().items():
            outcome = case_files.run(case_files.Case(f"{name}.sql", name, text, {}, 0), spark, {})
            if "error" in outcome:
                raise SystemExit(f"{name}: {outcome}")
            outcomes[name] = outcome
            print(name, len(outcome["rows"]), flush=True)
    lines = ",\n".join(f'"{name}": {json.dumps(outcome)}' for name, outcome in outcomes.items())
    tpch.EXPECTED.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
