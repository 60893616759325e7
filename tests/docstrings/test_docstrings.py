"""PySpark's docstring examples on Headrace: what passed once must pass."""

from __future__ import annotations

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import docstrings  # noqa: E402
import pytest  # noqa: E402


@pytest.mark.parametrize("module", docstrings.MODULES)
@pytest.mark.timeout(1200)
def test_items_that_passed_still_pass(module, headrace):
    kept = {item.split(".", 1)[1] for item in docstrings.read_passing() if item.startswith(module + ".")}
    results = docstrings.run(module, headrace.remote)
    missing = kept - results.keys()
    assert not missing, f"items in passing.txt that do not exist: {sorted(missing)}"
    worse = {item: results[item] for item in kept if results[item] is not None}
    # Rows of an unordered group come as the threads finish; Spark's page shows one order. An item is worse when it fails
    # every time.
    for _ in range(4):
        if not worse:
            break
        again = docstrings.run(module, headrace.remote)
        worse = {item: again[item] for item in worse if again.get(item, "gone") is not None}
    assert not worse, "\n".join(f"{item}: {failure}" for item, failure in sorted(worse.items()))
