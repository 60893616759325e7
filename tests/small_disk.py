"""A small file system of its own, for tests that fill one."""

from __future__ import annotations

import contextlib
import os
import pathlib
import subprocess
from collections.abc import Iterator

import pytest


@contextlib.contextmanager
def mounted(mount: pathlib.Path, megabytes: int) -> Iterator[pathlib.Path]:
    """Mounts memory of that size at a new folder; skips the test where that is not allowed. The caller's server must have ended by
    the end, or hold no file open there that matters: it is unmounted at once and freed when the last file is closed."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    mount.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(mount)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {made.stderr}")
    try:
        yield mount
    finally:
        subprocess.run(["umount", "--lazy", str(mount)], check=True)
