"""Fixtures of the black-box tests: a Headrace process and stock clients on it."""

from __future__ import annotations

import os
import pathlib
import sys
import time

# Naive datetimes that clients make of instants are then UTC on every machine.
os.environ["TZ"] = "UTC"
time.tzset()
sys.path.insert(0, str(pathlib.Path(__file__).parent))
# The server's model workers are this Python, with the repository's own package.
PACKAGES = str(pathlib.Path(__file__).parent.parent / "python")
sys.path.insert(0, PACKAGES)
os.environ.setdefault("HEADRACE_PYTHON", sys.executable)
if PACKAGES not in os.environ.get("PYTHONPATH", "").split(os.pathsep):
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [PACKAGES, os.environ.get("PYTHONPATH")]))

import pytest  # noqa: E402

from headrace_server import HeadraceServer, binary  # noqa: E402


def read_pending() -> list[tuple[str, bool]]:
    """The lines of pending.txt: node id or prefix, and whether the test is run all the same."""
    entries = []
    for line in (pathlib.Path(__file__).parent / "pending.txt").read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            entries.append((line.removeprefix("skip "), not line.startswith("skip ")))
    return entries


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    pending = read_pending()
    for item in items:
        for name, run in pending:
            if item.nodeid == name or (name.endswith("*") and item.nodeid.startswith(name[:-1])):
                item.add_marker(pytest.mark.xfail(reason="listed in tests/pending.txt", run=run, strict=True))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.headrace_status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the process: a client's exit handlers retry for minutes against servers the tests have stopped."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(getattr(config, "headrace_status", 1))


@pytest.fixture(scope="session")
def headrace_bin() -> pathlib.Path:
    path = binary()
    if not path.exists():
        pytest.fail(f"no server at {path}: run ./dev build, or set HEADRACE_BIN")
    return path


@pytest.fixture(scope="session")
def headrace(headrace_bin, tmp_path_factory) -> HeadraceServer:
    """One server shared by the tests that need nothing of their own."""
    with HeadraceServer(tmp_path_factory.mktemp("headrace") / "root") as server:
        yield server


@pytest.fixture
def fresh_server(headrace_bin, tmp_path) -> HeadraceServer:
    """A server of this test alone, over a new root; `stop`, `kill` and `start` are the test's to call."""
    with HeadraceServer(tmp_path / "root") as server:
        yield server


@pytest.fixture
def spark(headrace):
    """A new stock Spark Connect session on the shared server."""
    session = headrace.spark()
    yield session
    session.stop()
