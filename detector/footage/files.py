"""Files of labels and truths: read within bounds, written whole or not at all."""

import errno
import hashlib
import json
from pathlib import Path
from typing import Any, Final

from models.errors import InputRefused, StorageFull

__all__ = ["MOST_BYTES", "parse_json", "read_bounded", "sha256_of", "write_whole"]

MOST_BYTES: Final = 25_000_000
"""Of one file. A COCO file of 118,000 pictures with a box each has 24 MB; one that was made to hurt
takes 24 times its bytes of memory (both measured), so 0.6 GB."""
_PIECE_BYTES: Final = 1 << 20


def read_bounded(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """The bytes of a file that people wrote.

    Raises:
        InputRefused: it is not there, is no file, cannot be read, or has more than ``most_bytes``.
    """
    try:
        if not path.is_file():
            missing = not path.exists()
            raise InputRefused(
                f"{path} does not exist." if missing else f"{path} is no file.",
                remedy="Check the path.",
                code="file_missing" if missing else "file_is_folder",
            )
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise InputRefused(
            f"{path} cannot be read: {error}.",
            remedy="Check its permissions and the disk.",
            code="file_unreadable",
        ) from error
    if len(data) > most_bytes:
        raise InputRefused(
            f"{path} has more than {most_bytes} bytes.",
            remedy="Cut it into several files.",
            code="label_file_too_large",
        )
    return data


def parse_json(data: bytes, where: str) -> object:
    """What a JSON file says; one that says a thing twice, or NaN, says nothing.

    Args:
        data: of the file, UTF-8 with or without a byte order mark.
        where: the file, for the refusal.

    Raises:
        InputRefused: it is no JSON, is nested too deep, repeats a key or holds no number for one.
    """
    try:
        return json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_no_key_twice, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else error
        raise InputRefused(
            f"{where} is no JSON that can be read: {why}.",
            remedy="Correct the file, or write it anew.",
            code="label_file_damaged",
        ) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside its place, then put it there.

    Raises:
        StorageFull: the disk takes no more; what stood there still stands.
        InputRefused: its folder cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_bytes(data)
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        is_full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        kind = StorageFull if is_full else InputRefused
        raise kind(
            f"{path} cannot be written: {error.strerror}.",
            remedy="Make room on the disk." if is_full else "Name another folder.",
            code="storage_full" if is_full else "file_unwritable",
        ) from error


def sha256_of(path: Path) -> str:
    """Hash of a file's content, read in pieces.

    Raises:
        InputRefused: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be read: {error.strerror}.",
            remedy="Check its permissions and the disk.",
            code="file_unreadable",
        ) from error
    return digest.hexdigest()


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice[:80]!r} stands twice in one object")
    return found


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")
