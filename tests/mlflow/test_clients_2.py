"""The stock client of MLflow 2.22.5, in its own Python ($HEADRACE_MLFLOW2_PYTHON, which ./dev test sets)."""

from __future__ import annotations

import os
import pathlib
import subprocess

import pytest


def test_a_program_of_mlflow_2(tracking):
    python = os.environ.get("HEADRACE_MLFLOW2_PYTHON")
    if not python:
        pytest.skip("HEADRACE_MLFLOW2_PYTHON is not set: run ./dev test")
    program = pathlib.Path(__file__).with_name("mlflow2_program.py")
    # Not from this folder: its name would be taken for the package.
    done = subprocess.run([python, str(program), tracking.url], capture_output=True, text=True, timeout=300, cwd="/", check=False)
    assert done.returncode == 0 and done.stdout.strip().endswith("ok"), done.stdout[-2000:] + done.stderr[-4000:]
