"""Row-level changes and maintenance do what real Spark with Delta does (expected.json, by write_expected.py)."""

from __future__ import annotations

import json
import pathlib
import re

import pytest
import scenarios

EXPECTED = json.loads((pathlib.Path(__file__).parent / "expected.json").read_text(encoding="utf-8"))


def normalised(value):
    """Attribute ids, engine names and the suffixes of literals in texts of predicates do not count."""
    if isinstance(value, dict):
        return {key: normalised(item) for key, item in value.items()}
    if isinstance(value, list):
        return [normalised(item) for item in value]
    if isinstance(value, str):
        return re.sub(r"#n\b", "", value)
    return value


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_scenario(name, world):
    if name not in EXPECTED:
        pytest.fail(f"no outcome of {name}: run ./dev oracle tests/delta/write_expected.py {name}")
    got = json.loads(json.dumps(scenarios.SCENARIOS[name](world), default=str))
    assert normalised(got) == normalised(EXPECTED[name])
