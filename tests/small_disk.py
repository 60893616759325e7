"""Small file systems of their own, for tests that fill one or take its power away."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
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


class PowerCutDisk:
    """An ext4 file system in a file below `folder`. What reaches the file is what the server has synced: the kernel's own write-back is
    put off for longer than a test takes."""

    SIZE = 256 << 20

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.mount = folder / "disk"
        self._image = folder / "disk.img"
        self._mounts: list[pathlib.Path] = []

    def __enter__(self) -> PowerCutDisk:
        if os.geteuid() != 0:
            pytest.skip("mounting a file system needs root")
        with self._image.open("wb") as image:
            image.truncate(self.SIZE)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(self._image)], check=True)
        self._mount(self._image, self.mount)
        return self

    def __exit__(self, *_) -> None:
        for mount in reversed(self._mounts):
            subprocess.run(["umount", "--lazy", str(mount)], check=True)

    def _mount(self, image: pathlib.Path, mount: pathlib.Path) -> None:
        mount.mkdir()
        command = ["mount", "-o", "loop,commit=3600,noauto_da_alloc", str(image), str(mount)]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            pytest.skip(f"no file system can be mounted here: {made.stderr}")
        self._mounts.append(mount)

    def cut(self) -> pathlib.Path:
        """The disk as it would be after a power cut now, mounted at a new place. Whoever writes must be stopped."""
        image = self.folder / f"cut-{len(self._mounts)}.img"
        shutil.copyfile(self._image, image)
        mount = self.folder / f"cut-{len(self._mounts)}"
        self._mount(image, mount)
        return mount
