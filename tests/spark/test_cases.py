"""Runs the cases under `cases/` and compares with what real Spark answered. Two ratchets name what is not right yet."""

from __future__ import annotations

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import pytest  # noqa: E402

import case_files  # noqa: E402

FAILURES = case_files.HERE / "known_failures.txt"
DETAILS = case_files.HERE / "known_detail_failures.txt"
FILES = {file.name: file for file in case_files.read_all()}
EXPECTED = {name: case_files.read_expected(name) for name in FILES}
CASES = [case for file in FILES.values() for case in file.cases]


@pytest.fixture(scope="session")
def sessions(headrace):
    """One session a file, opened when its first case runs."""
    opened = {}

    def session(file: str):
        if file not in opened:
            opened[file] = case_files.open_session(headrace.remote, FILES[file])
        return opened[file]

    yield session
    for spark, *_ in opened.values():
        spark.stop()


def held_back(name: str, wrong: str | None, ratchet: pathlib.Path) -> None:
    """Fails for a difference that the ratchet does not name, and for a name whose case passes."""
    listed = name in case_files.read_ratchet(ratchet)
    if wrong is None and listed:
        pytest.fail(f"{name} passes now: remove it from {ratchet.name}")
    if wrong is not None and not listed:
        pytest.fail(f"{name}\n{wrong}")
    if wrong is not None:
        pytest.xfail(wrong.splitlines()[0][:200])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case, sessions):
    want = EXPECTED[case.file].get(case.name)
    assert want is not None and want["of"] == case.digest, f"no outcome of this text: run ./dev oracle -m oracle.write_cases {case.file}"
    spark, namespace, failures = sessions(case.file)
    got = case_files.run(case, spark, namespace)
    wrong = case_files.difference(case, want, got)
    held_back(case.id, wrong if not wrong or not failures else "\n".join([wrong, *failures]), FAILURES)
    held_back(case.id, case_files.detail_difference(want, got), DETAILS)


def test_ratchets_name_existing_cases():
    names = {case.id for case in CASES}
    for ratchet in (FAILURES, DETAILS):
        assert case_files.read_ratchet(ratchet) <= names


def test_expected_outcomes_have_cases():
    for name, file in FILES.items():
        assert EXPECTED[name].keys() == {case.name for case in file.cases}
