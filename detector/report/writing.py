"""Files of a report, written whole or not at all."""

import errno
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from models.errors import InputRefused, StorageFull

__all__ = ["write_whole"]

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def write_whole(out: Path, files: Mapping[str, bytes]) -> None:
    """Write all files beside their places, then put each in its place.

    Args:
        out: folder, made when it is not there.
        files: content by name.

    Raises:
        InputRefused: the folder cannot be written.
        StorageFull: the disk takes no more; what was there before stands.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / f".{name}").write_bytes(content)
        for name in files:
            (out / f".{name}").replace(out / name)
    except OSError as error:
        for name in files:
            with suppress(OSError):
                (out / f".{name}").unlink(missing_ok=True)
        is_full = error.errno in _FULL
        kind = StorageFull if is_full else InputRefused
        raise kind(
            f"The report cannot be written to {out}: {error.strerror}.",
            remedy="Free some space." if is_full else "Name another folder with --out.",
            code="storage_full" if is_full else "output_refused",
        ) from error
