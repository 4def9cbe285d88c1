"""Files of labels as one reads them: a single file, a folder of them, or a zip.

Nothing is unpacked to the disk, so a name inside a zip leads nowhere, and no more than the bounds
is read, whatever the zip says of its sizes.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Protocol

from detector.footage.files import MOST_BYTES, read_bounded
from models.errors import InputRefused

__all__ = ["LabelTree", "open_tree"]

MOST_FILES = 200_000
MOST_TOGETHER_BYTES = 1_000_000_000
"""Unpacked, of all files of a zip that are read."""


class _Reader(Protocol):
    def __call__(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class LabelTree:
    """Files by their names, in order.

    Attributes:
        where: the path that was given.
        files: by name inside, with forward slashes, sorted; each reads itself.
    """

    where: str
    files: Mapping[str, _Reader]

    def names(self, *suffixes: str) -> list[str]:
        """Names that end so, in order.

        Args:
            suffixes: lower-case, with their dot.
        """
        return [name for name in self.files if name.lower().endswith(suffixes)]

    def read(self, name: str) -> bytes:
        """Content of one of them.

        Raises:
            InputRefused: it cannot be read, is too large or damaged.
        """
        return self.files[name]()

    def place(self, name: str) -> str:
        """How a refusal speaks of one of them."""
        return self.where if name == Path(self.where).name else f"{self.where}: {name}"


@contextmanager
def open_tree(path: Path) -> Iterator[LabelTree]:
    """Files of a path, readable while the context is open.

    Raises:
        InputRefused: there is nothing, it is a damaged zip, or holds more than 200,000 files.
    """
    if os.path.isdir(path):  # noqa: PTH112  # answers for a path that may not be looked at, too
        yield LabelTree(str(path), _in_folder(path))
        return
    if not _is_zip(path):
        yield LabelTree(str(path), {path.name: partial(read_bounded, path)})
        return
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise _damaged(str(path), error) from error
    with archive:
        yield LabelTree(str(path), _in_zip(archive, path))


def _is_zip(path: Path) -> bool:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            return file.read(4) in {b"PK\x03\x04", b"PK\x05\x06"}
    except (OSError, ValueError):
        return False  # the reader of a single file says what is wrong


def _in_folder(path: Path) -> Mapping[str, _Reader]:
    found: dict[str, _Reader] = {}
    for root, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in files:
            file = Path(root, name)
            if not name.startswith("."):
                found[file.relative_to(path).as_posix()] = partial(read_bounded, file)
        if len(found) > MOST_FILES:
            raise _too_many(path)
    return dict(sorted(found.items()))


def _in_zip(archive: zipfile.ZipFile, path: Path) -> Mapping[str, _Reader]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES:
        raise _too_many(path)
    budget = _Budget(MOST_TOGETHER_BYTES)
    found: dict[str, _Reader] = {}
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if any(part.startswith((".", "__MACOSX")) for part in name.split("/")):
            continue
        if name in found:
            raise _damaged(str(path), ValueError(f"{name[:80]!r} stands twice in it"))
        found[name] = partial(_unpack, archive, entry, f"{path}: {name}", budget)
    return dict(sorted(found.items()))


@dataclass(slots=True)
class _Budget:
    left_bytes: int


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str, budget: _Budget) -> bytes:
    most = min(MOST_BYTES, budget.left_bytes)
    try:
        with archive.open(entry) as file:
            data = _read_up_to(file, most + 1)
    # RuntimeError: it is locked with a password
    except (OSError, ValueError, RuntimeError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise _damaged(where, error) from error
    if len(data) > most:
        raise InputRefused(
            f"{where} has more than {most} bytes.",
            remedy="Cut it into several files.",
            code="label_file_too_large",
        )
    budget.left_bytes -= len(data)
    return data


def _read_up_to(file: IO[bytes], most: int) -> bytes:
    return file.read(most)


def _too_many(path: Path) -> InputRefused:
    return InputRefused(
        f"{path} holds more than {MOST_FILES} files.",
        remedy="Import it in parts.",
        code="label_file_too_large",
    )


def _damaged(where: str, error: Exception) -> InputRefused:
    return InputRefused(
        f"{where} is no zip that can be read: {error}.",
        remedy="Pack it again, without a password.",
        code="label_file_damaged",
    )
