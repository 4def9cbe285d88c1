"""Where a backup is written to: one file, or a folder of backups that share unchanged files.

Under its own name a backup is whole. What is being written lies beside it under a name with a dot
in front; a killed process leaves it behind, and the next one takes it away.
"""

import errno
import fcntl
import hashlib
import io
import os
import re
import shutil
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from api.backup.layout import DATABASE, MANIFEST, SUMS, Entry, read_sums
from models.durable import flush_folder
from models.errors import Conflict, InputRefused, StorageFull, WatchError

__all__ = [
    "FolderTarget",
    "TarTarget",
    "Target",
    "backups_in",
    "explained",
    "hashed_copy",
    "target_for",
]

CHUNK: Final = 1 << 20
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_OURS: Final = re.compile(r"firewatch-\d{8}T\d{6}Z")
_UNFINISHED: Final = ".unfinished"

Told = Callable[[int], None]
"""Is told of every so many bytes."""


class Target(ABC):
    """A backup that is being written.

    Args:
        place: where it will be when it is whole.
        workshop: folder on the same disk where it is made.

    Attributes:
        scratch: path on the same disk for the copy of the database.
    """

    def __init__(self, place: Path, workshop: Path) -> None:
        self.place = place
        self.scratch = workshop / "scratch" / DATABASE

    @abstractmethod
    def add(self, name: str, file: Path, told: Told) -> tuple[Entry, bool]:
        """Take a file; whether it was shared with the backup before.

        Raises:
            OSError: it cannot be read, or the target takes no more.
        """

    @abstractmethod
    def finish(self, sums: bytes, manifest: bytes) -> None:
        """Write these two, and give the backup its name."""

    def close(self) -> None:  # noqa: B027  # there may be nothing to close
        """Let go of what is open."""


@contextmanager
def target_for(path: Path, at: datetime) -> Iterator[Target]:
    """The place that a person named: ``….tar`` is a file, anything else a folder of backups.

    Args:
        path: a new file, or a folder that is made when it is missing.
        at: UTC, names the backup in a folder.

    Raises:
        InputRefused: it exists, is of another kind, or cannot be written.
        Conflict: another backup is being written there; code ``backup_busy``.
        StorageFull: the disk takes no more; nothing is left of it.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100  # without the dots of "../x"
    is_file = path.suffix == ".tar" and not path.is_dir()
    if not is_file and ((path.suffix and not path.exists()) or path.is_file()):
        raise InputRefused(
            f"{path} is neither a new file .tar nor a folder.",
            remedy="Name a new file that ends in .tar, or a folder for many backups.",
        )
    place = path if is_file else path / f"firewatch-{at:%Y%m%dT%H%M%SZ}"
    if place.exists():
        raise InputRefused(f"{place} exists already.", remedy="Name a new one.")
    with explained(path), _workshop(place.parent / f".{path.name}{_UNFINISHED}") as workshop:
        target = TarTarget(place, workshop) if is_file else FolderTarget(place, workshop)
        with closing(target):
            yield target


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """An empty folder for one process, gone at the end."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # goes with the process
        except OSError as error:
            raise Conflict(
                f"Another backup is being written to {folder.parent}.",
                remedy="Wait until it is done.",
                code="backup_busy",
            ) from error
        for left in folder.iterdir():  # by a killed process
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        flush_folder(folder.parent)
    finally:
        os.close(descriptor)


class TarTarget(Target):
    """One file."""

    def __init__(self, place: Path, workshop: Path) -> None:
        super().__init__(place, workshop)
        self._unborn = workshop / place.name
        descriptor = os.open(self._unborn, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._tar = tarfile.TarFile(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, name: str, file: Path, told: Told) -> tuple[Entry, bool]:
        """Take a file."""
        with file.open("rb") as opened:
            facts = os.fstat(opened.fileno())
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = facts.st_size, 0o640, int(facts.st_mtime)
            reader = _Hashing(opened, told)
            self._tar.addfile(info, reader)  # raises where the file has become shorter
        return Entry(name, facts.st_size, reader.sha256()), False

    def finish(self, sums: bytes, manifest: bytes) -> None:
        """Write these two, and give the file its name."""
        for name, data in ((SUMS, sums), (MANIFEST, manifest)):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), 0o640
            self._tar.addfile(info, io.BytesIO(data))
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._unborn.rename(self.place)

    def close(self) -> None:
        """Close the file, finished or not."""
        with suppress(OSError):  # a full disk was told of already
            self._file.close()


class FolderTarget(Target):
    """One more backup in a folder of them; a file that has not changed is kept once."""

    def __init__(self, place: Path, workshop: Path) -> None:
        super().__init__(place, workshop)
        self._unborn = workshop / place.name
        self._unborn.mkdir(mode=0o700)
        before = backups_in(place.parent)
        self._before = before[-1] if before else None
        self._known = {} if self._before is None else _sums_of(self._before)

    def add(self, name: str, file: Path, told: Told) -> tuple[Entry, bool]:
        """Take a file, or share it with the backup before."""
        target = self._unborn / name
        target.parent.mkdir(parents=True, exist_ok=True)
        facts = file.stat()
        if self._before is not None and name in self._known:
            kept = self._before / name
            if _same(kept, facts) and _linked(kept, target):
                told(facts.st_size)
                return Entry(name, facts.st_size, self._known[name]), True
        size_bytes, sha256 = hashed_copy(file, target, told)
        os.utime(target, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        return Entry(name, size_bytes, sha256), False

    def finish(self, sums: bytes, manifest: bytes) -> None:
        """Write these two, and give the folder its name."""
        for name, data in ((SUMS, sums), (MANIFEST, manifest)):
            with (self._unborn / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        os.sync()  # of all that was copied, at once
        self._unborn.rename(self.place)


def backups_in(folder: Path) -> list[Path]:
    """The whole backups of a folder, oldest first."""
    return sorted(
        path
        for path in folder.iterdir()
        if _OURS.fullmatch(path.name) and (path / MANIFEST).is_file()
    )


def hashed_copy(source: Path, target: Path, told: Told) -> tuple[int, str]:
    """Copy a file to a new one for this user alone; its size and SHA-256."""
    with source.open("rb") as opened:
        reader = _Hashing(opened, told)
        descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o640)
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(reader, file, CHUNK)
    return reader.size_bytes, reader.sha256()


@contextmanager
def explained(place: Path) -> Iterator[None]:
    """What a disk says, told as an error that a caller can decide on.

    Raises:
        StorageFull: it takes no more.
        InputRefused: it cannot be used.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                f"The disk of {place} takes no more.",
                remedy="Make room, or name another disk; nothing half is left.",
            ) from error
        raise InputRefused(
            f"{error.filename or place} cannot be used: {error.strerror or error}.",
            remedy="Check the path and its permissions.",
        ) from error


class _Hashing(io.RawIOBase):
    """Hashes what is read through it."""

    def __init__(self, file: BinaryIO, told: Told) -> None:
        self._file, self._told, self._hash = file, told, hashlib.sha256()
        self.size_bytes = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(CHUNK if size < 0 else size)
        self._hash.update(data)
        self.size_bytes += len(data)
        self._told(len(data))
        return data

    def sha256(self) -> str:
        return self._hash.hexdigest()


def _same(kept: Path, facts: os.stat_result) -> bool:
    try:
        old = kept.lstat()
    except OSError:
        return False
    return (old.st_size, old.st_mtime_ns) == (facts.st_size, facts.st_mtime_ns)


def _sums_of(backup: Path) -> dict[str, str]:
    try:
        return read_sums((backup / SUMS).read_bytes(), backup)
    except (OSError, WatchError):  # damaged: nothing of it is used again
        return {}


def _linked(kept: Path, target: Path) -> bool:
    try:
        os.link(kept, target)
    except OSError:  # a disk without such links: a whole copy then
        return False
    return True
