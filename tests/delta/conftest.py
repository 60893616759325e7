"""Fixtures of the tests of Delta's row-level changes and maintenance."""

from __future__ import annotations

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import pytest  # noqa: E402
import scenarios  # noqa: E402


@pytest.fixture
def world(spark, tmp_path) -> scenarios.World:
    return scenarios.World(spark, str(tmp_path))
