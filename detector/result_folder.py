"""The folder that a run of ``firewatch detect`` leaves behind, whole or not at all.

Everything is written into a hidden folder inside it and moved at the end, ``detections.json`` last:
whoever finds that file finds the pictures that belong to it. A folder that holds anything and was
not made by an earlier run is never touched.
"""

import errno
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TextIO

from models.errors import InputRefused, StorageFull

__all__ = ["ResultFolder", "open_result_folder"]

ANNOTATED = "annotated"
DETECTIONS = "detections.json"
MARKER = ".firewatch-detect"
STAGING = ".partial-"
_MARKER_TEXT = "Made by 'firewatch detect'; the next run into this folder replaces its results.\n"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class ResultFolder:
    """A result in the making; :func:`open_result_folder` makes one.

    Args:
        path: the folder as the person named it.
        staging: hidden folder inside it.
    """

    def __init__(self, path: Path, staging: Path) -> None:
        self._path = path
        self._staging = staging
        self._taken: set[PurePosixPath] = set()

    def write_picture(self, name: str, jpeg: bytes, *, frame: int | None = None) -> None:
        """Keep an annotated picture.

        Args:
            name: of the input file; folders in it become folders.
            jpeg: the picture.
            frame: number of the video frame; None for a still picture.
        """
        # A name may be absolute or climb: only what lies below is kept of it.
        parts = [part for part in PurePosixPath(name).parts if part not in {"/", "//", ".."}]
        place = PurePosixPath(*parts)
        if frame is not None:
            place = place / f"frame_{frame:06d}.jpg"
        elif place.suffix.lower() not in {".jpg", ".jpeg"}:
            place = place.with_name(f"{place.name}.jpg")
        while place in self._taken:
            place = place.with_name(f"{place.stem}_{place.suffix}")
        self._taken.add(place)
        target = self._staging / ANNOTATED / place
        with _writing(self._path):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(jpeg)

    def publish(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Put the result in place of an earlier one.

        Args:
            rows: content of ``detections.json``, one line each.
        """
        body = ",\n".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
        with _writing(self._path):
            (self._staging / ANNOTATED).mkdir(exist_ok=True)
            with (self._staging / DETECTIONS).open("w", encoding="utf-8") as file:
                file.write(f"[\n{body}\n]\n" if rows else "[]\n")
                file.flush()
                os.fsync(file.fileno())
            (self._path / DETECTIONS).unlink(missing_ok=True)
            if (self._path / ANNOTATED).exists():
                shutil.rmtree(self._path / ANNOTATED)
            (self._staging / ANNOTATED).replace(self._path / ANNOTATED)
            (self._staging / DETECTIONS).replace(self._path / DETECTIONS)


@contextmanager
def open_result_folder(path: Path) -> Iterator[ResultFolder]:
    """Claim the folder for one run; an aborted run leaves nothing that it made.

    Args:
        path: made when it does not exist, parents included.

    Raises:
        InputRefused: it is no folder, cannot be written, holds what no run has made, or another
            run is at work in it.
        StorageFull: the disk takes no more.
    """
    marker = path / MARKER
    with _opening(path):
        existed = path.exists()
        if existed and not path.is_dir():
            raise _refused(path, "is a file, not a folder")
        if existed and not marker.is_file() and any(path.iterdir()):
            raise _refused(path, "holds files that 'firewatch detect' has not made")
        path.mkdir(parents=True, exist_ok=True)
        lock = marker.open("a", encoding="utf-8")
    with lock:
        with _opening(path):
            _claim(path, lock)
            for left_over in path.glob(f"{STAGING}*"):  # of a run that was killed
                shutil.rmtree(left_over)
            staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=path))
        try:
            yield ResultFolder(path, staging)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            if not (path / DETECTIONS).exists():
                marker.unlink(missing_ok=True)
                if not existed:
                    with suppress(OSError):  # somebody may have put a file there meanwhile
                        path.rmdir()


def _claim(path: Path, lock: TextIO) -> None:
    """Hold the marker for as long as it is open; the system lets go of it when a run dies."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise _refused(path, "is being written by another run") from error
    if lock.tell() == 0:
        lock.write(_MARKER_TEXT)
        lock.flush()


def _refused(path: Path, why: str) -> InputRefused:
    return InputRefused(
        f"The output folder {path} {why}.",
        remedy="Name a new or empty folder with --out.",
        code="output_refused",
    )


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full(path, "the disk is full") from error
        raise _refused(path, f"cannot be written: {error.strerror}") from error


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    # Not InputRefused: that would be taken for a fault of the picture at hand.
    try:
        yield
    except OSError as error:
        why = "the disk is full" if error.errno in _FULL else str(error.strerror)
        raise _full(path, why) from error


def _full(path: Path, why: str) -> StorageFull:
    return StorageFull(
        f"The output folder {path} takes no more: {why}.", remedy="Free some space and run again."
    )
