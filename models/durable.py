"""Files that are whole or not at all, and on the disk before anybody is told so."""

import os
import tempfile
from pathlib import Path

__all__ = ["flush_folder", "write_whole"]


def write_whole(target: Path, data: bytes) -> None:
    """Write a file in place of whatever has its name; when this returns it lasts.

    Until then its part lies beside it under a name that begins with ``.new-``.

    Args:
        target: in a folder that is there.
        data: of it.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
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
    flush_folder(target.parent)


def flush_folder(path: Path) -> None:
    """A name itself is on the disk only once its folder is.

    Raises:
        OSError: there is no such folder, or the disk fails.
    """
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
