"""Results of an evaluation, written whole or not at all."""

import errno
import json
from collections.abc import Mapping
from pathlib import Path

from models.errors import InputRefused, StorageFull

__all__ = ["write_results"]


def write_results(out: Path, files: Mapping[str, object]) -> None:
    """Write all files beside their places, then put each in its place.

    Args:
        out: folder, made when it is not there.
        files: content by name; becomes JSON.

    Raises:
        InputRefused: the folder cannot be written.
        StorageFull: the disk takes no more.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)
            (out / f".{name}").write_text(text, encoding="utf-8")
        for name in files:
            (out / f".{name}").replace(out / name)
    except OSError as error:
        kind = StorageFull if error.errno == errno.ENOSPC else InputRefused
        raise kind(
            f"The results cannot be written to {out}: {error.strerror}.",
            remedy="Name another folder with --out.",
        ) from error
