"""PySpark's docstring examples on Headrace: what passed once must pass."""

from __future__ import annotations

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import docstrings  # noqa: E402
import pytest  # noqa: E402


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    with docstrings.server(tmp_path_factory.mktemp("docstrings")) as server:
        yield server.remote


@pytest.mark.parametrize("module", docstrings.MODULES)
@pytest.mark.timeout(1200)
def test_items_that_passed_still_pass(module, remote):
    kept = {item.split(".", 1)[1] for item in docstrings.read_passing() if item.startswith(module + ".")}
    results = docstrings.run(module, remote)
    missing = kept - results.keys()
    assert not missing, f"items in passing.txt that do not exist: {sorted(missing)}"
    worse = {item: results[item] for item in kept if results[item] is not None}
    assert not worse, "\n".join(f"{item}: {failure}" for item, failure in sorted(worse.items()))
