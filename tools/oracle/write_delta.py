"""Writes tests/delta/expected.json: what real Spark with Delta observes. `./dev oracle -m oracle.write_delta [scenario…]`."""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent.parent.parent / "tests" / "delta"
sys.path.insert(0, str(HERE))

import scenarios  # noqa: E402

from oracle.session import classic  # noqa: E402


def main() -> None:
    target = HERE / "expected.json"
    names = sys.argv[1:] or list(scenarios.SCENARIOS)
    expected = json.loads(target.read_text(encoding="utf-8")) if target.exists() and sys.argv[1:] else {}
    # VACUUM lists folders with this many tasks.
    spark = classic(spark__sql__sources__parallelPartitionDiscovery__parallelism="4")
    for name in names:
        world = scenarios.World(spark, tempfile.mkdtemp(prefix=f"{name}."))
        try:
            expected[name] = json.loads(json.dumps(scenarios.SCENARIOS[name](world), default=str))
        except Exception as error:
            print(name, "FAILED", str(error)[:600], file=sys.stderr, flush=True)
            continue
        print(name, flush=True)
        lines = ",\n".join(f'"{name}": {json.dumps(expected[name])}' for name in scenarios.SCENARIOS if name in expected)
        target.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
