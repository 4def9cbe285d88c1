"""Where a backup is read from: one file, or a folder. Everything in it is hostile.

Nothing is unpacked by its own account of where it belongs: names are taken only where a backup has
such, what is no plain file is refused, and so is a name that comes twice.
"""

import os
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from api.backup.layout import (
    LARGEST_MANIFEST,
    LARGEST_SUMS,
    MANIFEST,
    SUMS,
    foreign,
    name_is_ours,
    strange,
)
from api.backup.targets import backups_in
from models.errors import InputRefused, StoreDamaged

__all__ = ["Source", "source_at"]

_HEAD: Final = {MANIFEST: LARGEST_MANIFEST, SUMS: LARGEST_SUMS}


class Source(ABC):
    """A backup that is being read.

    Attributes:
        place: of it.
        sizes: bytes of every file in it, beside the manifest and the list of hashes.
    """

    place: Path
    sizes: dict[str, int]

    @abstractmethod
    def open(self, name: str) -> IO[bytes]:
        """A file of it.

        Raises:
            KeyError: there is none.
        """

    def head(self, name: str) -> bytes:
        """The manifest or the list of hashes.

        Raises:
            InputRefused: there is none, or none of a believable size; code ``backup_foreign``.
        """
        try:
            with self.open(name) as file:
                data = file.read(_HEAD[name] + 1)
        except (KeyError, OSError, tarfile.TarError) as error:
            raise foreign(self.place) from error
        if len(data) > _HEAD[name]:
            raise foreign(self.place)
        return data


@contextmanager
def source_at(path: Path) -> Iterator[Source]:
    """The backup that a person named; of a folder of backups the newest.

    Raises:
        InputRefused: there is none; code ``backup_foreign`` where it is something else, or holds
            what no backup does.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100  # without the dots of "../x"
    if path.is_dir():
        if not (path / MANIFEST).is_file():
            there = backups_in(path)
            if not there:
                raise foreign(path)
            path = there[-1]
        yield FolderSource(path)
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be read: {error.strerror}.", remedy="Name a backup."
        ) from error
    with file:
        try:
            tar = tarfile.open(fileobj=file, mode="r:")  # noqa: SIM115  # closed below
        except (tarfile.TarError, ValueError, OverflowError) as error:
            raise foreign(path) from error
        with tar:
            yield TarSource(path, tar)


class TarSource(Source):
    """One file."""

    def __init__(self, place: Path, tar: tarfile.TarFile) -> None:
        self.place, self._tar = place, tar
        self._members: dict[str, tarfile.TarInfo] = {}
        try:
            for member in tar:
                self._index(member)
        except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
            raise StoreDamaged(
                f"{place} is damaged or cut off.", remedy="Use another backup."
            ) from error
        self.sizes = {name: one.size for name, one in self._members.items() if name not in _HEAD}

    def _index(self, member: tarfile.TarInfo) -> None:
        name = member.name
        whole = member.isreg() and not member.issparse() and name not in self._members
        if not whole or not (name in _HEAD or name_is_ours(name)):
            raise strange(self.place, name)
        self._members[name] = member

    def open(self, name: str) -> IO[bytes]:
        """A file of it."""
        return cast("IO[bytes]", self._tar.extractfile(self._members[name]))


class FolderSource(Source):
    """A folder."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.sizes = {}
        for folder, folders, names in os.walk(place):
            for one in (*folders, *names):
                file = Path(folder) / one
                name = file.relative_to(place).as_posix()
                if file.is_symlink() or (one in names and not file.is_file()):
                    raise strange(place, name)
                if one in names and name not in _HEAD:
                    if not name_is_ours(name):
                        raise strange(place, name)
                    self.sizes[name] = file.stat().st_size

    def open(self, name: str) -> IO[bytes]:
        """A file of it."""
        if name not in self.sizes and name not in _HEAD:
            raise KeyError(name)
        return (self.place / name).open("rb")
