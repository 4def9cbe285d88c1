"""Evidence on disk: pictures and clips by key, written whole or not at all.

A file appears under its name only after its bytes are on the disk, so a power cut leaves either the
old state or the new one. Keys look like ``2026/11/25/000012/0003.jpg``; a key that could leave the
vault is refused.
"""

import errno
import hashlib
import os
import re
import tempfile
from pathlib import Path

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
            _write_whole(target, data)
        except OSError as error:
            raise _explain(target, error) from error
        return hashlib.sha256(data).hexdigest()

    def path(self, key: str) -> Path:
        """File of a key.

        Raises:
            InputRefused: the key is not allowed.
            NotFound: nothing is stored under it.
        """
        target = self._target(key)
        if not target.is_file():
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
        return self._root / key


def _write_whole(target: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o640)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    # The name itself is on the disk only once its folder is.
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
