"""The wire's own fixtures."""

from __future__ import annotations

import contextlib

import pytest

from cutting_proxy import CuttingProxy


@pytest.fixture
def proxy(headrace):
    with contextlib.closing(CuttingProxy(headrace.connect_port)) as passing:
        yield passing
