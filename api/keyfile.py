"""Key files: 32 random bytes, made for their owner only when they are needed first.

Two processes that make one at the same moment have the same key in the end; what is there already
is never replaced. No error of this module holds a key.
"""

import errno
import logging
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from models.errors import InputRefused, StorageFull, StoreDamaged

__all__ = ["KEY_BYTES", "read_or_make_key"]

logger = logging.getLogger(__name__)

KEY_BYTES: Final = 32


def read_or_make_key(path: Path, *, setting: str, code: str, loss: str) -> bytes:
    """The key of a file, which is made where there is none.

    Args:
        path: of the file; its folder must be there.
        setting: that names another file, such as ``gates.key_file``.
        code: of refusals.
        loss: what is lost without the right key, one sentence.

    Returns:
        The key that the file has in the end, which may be another process's.

    Raises:
        StoreDamaged: the file is not a key; the code is the one given.
        InputRefused: it cannot be read or made; likewise.
        StorageFull: the disk is full.
    """
    try:
        try:
            return _read(path, code, loss)
        except FileNotFoundError:
            return _make(path, code, loss)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFull(
                f"The key file {path} cannot be made: its disk is full.", remedy="Make room."
            ) from error
        raise InputRefused(
            f"The key file {path} cannot be read or made: {error.strerror}.",
            remedy=f"Give the service its folder, or name another file as {setting}.",
            code=code,
        ) from error


def _read(path: Path, code: str, loss: str) -> bytes:
    with path.open("rb") as file:
        secret = file.read(KEY_BYTES + 1)
        mode = os.fstat(file.fileno()).st_mode
    if len(secret) != KEY_BYTES:
        raise StoreDamaged(
            f"{path} is not a key file: it does not have {KEY_BYTES} bytes.",
            remedy=f"Put the right one back. {loss}",
            code=code,
        )
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        logger.warning("%s is a key and others may read or change it: chmod 600", path)
    return secret


def _make(path: Path, code: str, loss: str) -> bytes:
    """Make the file beside its place and give it its name if nobody was faster."""
    path = path.resolve()  # a link that points to nothing yet
    unborn = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    descriptor = os.open(unborn, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(unborn)  # unlike a rename it never takes the place of another key
            logger.warning("made the key %s: keep a copy of it, no backup holds it", path)
    finally:
        unborn.unlink()
    _flush(path.parent)
    return _read(path, code, loss)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
