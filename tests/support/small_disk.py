"""A disk of some megabytes, which can be filled for real; needs root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["fill", "read_only", "small_disk"]


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount one at a new folder; skips where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    as_root = os.geteuid() == 0
    # The words are ours, and the system decides who may mount.
    if not as_root or subprocess.run(command, check=False, capture_output=True).returncode:  # noqa: S603
        pytest.skip("needs root to mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S603, S607


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A small disk takes no change, as one does that the system has found to be broken."""

    def remount(how: str) -> None:
        command = ["mount", "-o", f"remount,{how}", str(folder)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603

    remount("ro")
    try:
        yield
    finally:
        remount("rw")


def fill(folder: Path, name: str = "others") -> None:
    """Others fill the disk to its last byte; what they have written already stays."""
    with (folder / name).open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            return
