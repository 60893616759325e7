"""Row-level changes and maintenance do what real Spark with Delta does (expected.json, by oracle.write_delta)."""

from __future__ import annotations

import json
import pathlib
import re

import pytest
import scenarios

EXPECTED = json.loads((pathlib.Path(__file__).parent / "expected.json").read_text(encoding="utf-8"))


# What is told otherwise than by Delta: scenario and the keys that differ.
DIFFERENT = {
    # The cast that a write adds itself is not told from one in the statement.
    "update_casts": ["overflow"],
    # Delta takes a negative retention for none; times of commits differ.
    "vacuum": ["negative", "old_version", "history"],
    # A table that is not there yet has no version to be read: Delta writes -1.
    "convert": ["last", "parted_last"],
    "shallow_clone": ["last"],
}
# How many files a rewrite leaves is the writer's own choice.
FILE_COUNTS = ("numAddedFiles", "numTargetFilesAdded")


def normalised(value):
    """Attribute ids and the spelling of predicates do not count."""
    if isinstance(value, dict):
        return {key: "some" if key in FILE_COUNTS and item not in ("0", 0) else normalised(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normalised(item) for item in value]
    if isinstance(value, str):
        value = re.sub(r"#n\b", "", value)
        return re.sub(r"[() ']", "", value) if value.startswith("[") else value
    return value


def agree(got, want) -> bool:
    """Equal, where errors that classic PySpark shows without their condition only have to be errors."""
    if isinstance(want, dict) and want.get("type") == "Py4JJavaError":
        return got.get("type") is not None
    if isinstance(want, dict) and isinstance(got, dict):
        return want.keys() == got.keys() and all(agree(got[key], want[key]) for key in want)
    return got == want


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_scenario(name, world):
    if name not in EXPECTED:
        pytest.fail(f"no outcome of {name}: run ./dev oracle -m oracle.write_delta {name}")
    got = json.loads(json.dumps(scenarios.SCENARIOS[name](world), default=str))
    want = EXPECTED[name]
    for key in DIFFERENT.get(name, []):
        got.pop(key)
        want = {k: v for k, v in want.items() if k != key}
    got, want = normalised(got), normalised(want)
    assert agree(got, want) or got == want
