"""Evidence on disk: pictures and clips by key, written whole or not at all.

A file appears under its name only after its bytes are on the disk, so a power cut leaves either the
old state or the new one. Keys look like ``2026/11/25/000012/0003.jpg``; a key that could leave the
vault is refused, and so is one whose way leads over a symbolic link: nothing of ours is one.
"""

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from models.durable import flush_folder, write_whole
from models.errors import InputRefused, NotFound, StorageFull, WatchError

__all__ = ["EvidenceVault"]

_PART = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}"
_KEY = re.compile(rf"{_PART}(?:/{_PART}){{0,9}}")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class EvidenceVault:
    """A folder of evidence.

    Args:
        root: made when it is missing.

    Raises:
        StorageFull: the disk takes no folder.
        InputRefused: the folder cannot be made or written.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _explain(root, error) from error

    def put(self, key: str, data: bytes) -> str:
        """Store bytes under a key, replacing what was there.

        Returns:
            The sha256 of the bytes, 64 hexadecimal digits.

        Raises:
            InputRefused: the key is not allowed, or the folder cannot be written.
            StorageFull: the disk takes no more; nothing has changed.
        """
        target = self._target(key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_whole(target, data)
        except OSError as error:
            raise _explain(target, error) from error
        return hashlib.sha256(data).hexdigest()

    @property
    def root(self) -> Path:
        """The folder."""
        return self._root

    def adopt(self, key: str, file: Path) -> tuple[str, int]:
        """Take a finished file into the vault, replacing what was there.

        Args:
            key: for it.
            file: on the disk of the vault; it is gone from there afterwards.

        Returns:
            The sha256 of its bytes, 64 hexadecimal digits, and their number.

        Raises:
            InputRefused: the key is not allowed, or the folder cannot be written.
            StorageFull: the disk takes no more; the file is where it was.
        """
        target = self._target(key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with file.open("rb") as opened:
                sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
                size_bytes = os.fstat(opened.fileno()).st_size
                os.fsync(opened.fileno())
            file.chmod(0o640)
            file.replace(target)
            flush_folder(target.parent)
        except OSError as error:
            raise _explain(target, error) from error
        return sha256, size_bytes

    def remove(self, key: str) -> int:
        """Remove what is stored under a key.

        Returns:
            How many bytes were freed; 0 when there was nothing.

        Raises:
            InputRefused: the key is not allowed, or the file cannot be removed.
        """
        target = self._target(key)
        try:
            size_bytes = target.stat().st_size
            target.unlink()
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise _explain(target, error) from error
        with suppress(OSError):  # the last one of its folder takes the folder along
            target.parent.rmdir()
        return size_bytes

    def files(self) -> Iterator[tuple[str, os.stat_result]]:
        """Keys and facts of all that is stored, and of no link; what vanishes is left out."""
        for folder, folders, names in os.walk(self._root):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                path = Path(folder) / name
                if not name.startswith(".") and not path.is_symlink():
                    with suppress(OSError):
                        yield path.relative_to(self._root).as_posix(), path.stat()

    def path(self, key: str) -> Path:
        """File of a key.

        Raises:
            InputRefused: the key is not allowed, or the folder cannot be read.
            NotFound: nothing is stored under it.
        """
        target = self._target(key)
        try:
            is_there = target.is_file()
        except OSError as error:
            raise _explain(target, error) from error
        if not is_there:
            raise NotFound(f"There is no evidence {key}.", remedy="It may have been cleared away.")
        return target

    def get(self, key: str) -> bytes:
        """Bytes of a key.

        Raises:
            InputRefused: the key is not allowed, or the file cannot be read.
            NotFound: nothing is stored under it.
        """
        path = self.path(key)
        try:
            return path.read_bytes()
        except OSError as error:
            raise _explain(path, error) from error

    def _target(self, key: str) -> Path:
        if _KEY.fullmatch(key) is None:
            raise InputRefused(
                f"The evidence key {key[:80]!r} is not allowed.",
                remedy="Keys are names of letters, digits, dot, dash and underscore with slashes.",
                code="evidence_key",
            )
        target = self._root
        for part in key.split("/"):
            target /= part
            try:
                is_link = target.is_symlink()
            except OSError as error:  # a folder that may not be entered, a server that is gone
                raise _explain(target, error) from error
            if is_link:
                raise InputRefused(
                    f"The evidence {key[:80]} lies behind a symbolic link.",
                    remedy="Move the whole folder of evidence, not parts of it.",
                    code="evidence_link",
                )
        return target


def _explain(path: Path, error: OSError) -> WatchError:
    if error.errno in _FULL:
        return StorageFull(
            f"The disk of {path} takes no more.", remedy="Free space or move the data folder."
        )
    return InputRefused(
        f"{path} cannot be used: {error.strerror}.",
        remedy="Check the data folder and its permissions.",
        code="evidence_unusable",
    )
