"""Pictures of nodes on the disk: whole or not at all, and there before anybody is told so."""

import errno
import os
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from models.clock import Clock
from models.durable import flush_folder, write_whole
from models.errors import NotFound, StorageFull
from models.heat_node import NodeFrame

__all__ = ["NodeFiles", "mark_of", "path_of", "suffix_of"]

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_ROOM_EVERY_S: Final = 1.0
_MARK: Final = 16
_OURS: Final = re.compile(r"[0-9]{1,19}-[0-9a-f]{16}\.[a-z]{3,4}")
_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
)
"""JPEG (ITU-T T.81 B.1.1.3), PNG (ISO/IEC 15948 5.2), TIFF 6.0 section 2."""


def mark_of(path: Path) -> str:
    """Number and mark of a picture by its name; empty for what is none of ours."""
    return path.stem if _OURS.fullmatch(path.name) is not None else ""


def suffix_of(data: bytes) -> str | None:
    """How a file of a picture is called by its first bytes; None for no picture that is taken."""
    return next((word for begins, word in _BEGINNINGS if data.startswith(begins)), None)


def path_of(data_dir: Path, frame: NodeFrame) -> Path:
    """Where the picture of a frame lies, or lay: ``nodes/NODE/YYYYMMDD/SEQUENCE-MARK.EXT``.

    The day is that of its capture by the node's own clock, in UTC; the mark is the beginning of its
    sha256: another picture with the same number, which is refused, must not lie in its place.
    """
    told_at = frame.told_at or frame.captured_at
    return _path(
        data_dir, frame.node_id, told_at, frame.sequence, sha256=frame.sha256, suffix=frame.suffix
    )


class NodeFiles:
    """The folder of all nodes.

    Args:
        data_dir: of the installation.
        clock: for how often the disk is asked.
        spare_bytes: that stay free on the disk.
    """

    def __init__(self, data_dir: Path, clock: Clock, spare_bytes: int) -> None:
        self._data_dir = data_dir
        self._clock = clock
        self._spare_bytes = spare_bytes
        self._asked_s: float | None = None
        self._free = 0

    def put(
        self,
        node_id: str,
        told_at: datetime,
        sequence: int,
        data: bytes,
        *,
        sha256: str,
        suffix: str,
    ) -> Path:
        """Write a picture; when this returns it is on the disk, under its name.

        Raises:
            StorageFull: the disk takes no more; code ``node_disk``.
        """
        target = _path(self._data_dir, node_id, told_at, sequence, sha256=sha256, suffix=suffix)
        try:
            self._check_room(len(data))
            _make_folder(target.parent)
            try:
                write_whole(target, data)
            except FileNotFoundError:  # the last picture of that day was cleared away just now
                _make_folder(target.parent)
                write_whole(target, data)
        except OSError as error:
            raise _no_room(error) from error
        return target

    def drop(self, path: Path) -> None:
        """A picture that was not taken after all."""
        with suppress(OSError):
            path.unlink(missing_ok=True)

    def read(self, frame: NodeFrame) -> bytes:
        """The bytes of a frame.

        Raises:
            NotFound: they are cleared away; code ``node_file_gone``.
        """
        try:
            return path_of(self._data_dir, frame).read_bytes()
        except OSError as error:
            raise NotFound(
                f"The picture of frame {frame.frame_id} is not kept any more.",
                code="node_file_gone",
            ) from error

    def clear(self, frames: Iterable[NodeFrame]) -> None:
        """Remove the pictures of some frames; an empty day goes with the last one of it."""
        for frame in frames:
            path = path_of(self._data_dir, frame)
            with suppress(OSError):
                path.unlink(missing_ok=True)
                path.parent.rmdir()

    def strays(self, node_id: str, before_s: float) -> list[Path]:
        """Pictures and parts of a node older than a moment, with what nobody may know of.

        Args:
            node_id: of it.
            before_s: seconds since 1970.
        """
        found = []
        for day in _entries(self._data_dir / "nodes" / node_id):
            for path in _entries(day):
                is_ours = path.name.startswith(".new-") or _OURS.fullmatch(path.name) is not None
                with suppress(OSError):
                    if is_ours and path.stat().st_mtime < before_s:
                        found.append(path)
        return found

    def _check_room(self, size: int) -> None:
        # Asked once a second: five hundred nodes drain two days at some hundred frames a second.
        now_s = self._clock.monotonic_s()
        if self._asked_s is None or now_s - self._asked_s >= _ROOM_EVERY_S:
            self._free = shutil.disk_usage(self._data_dir).free
            self._asked_s = now_s
        self._free -= size
        if self._free < self._spare_bytes:
            self._asked_s = None
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _path(
    data_dir: Path, node_id: str, told_at: datetime, sequence: int, *, sha256: str, suffix: str
) -> Path:
    name = f"{sequence}-{sha256[:_MARK]}.{suffix}"
    return data_dir / "nodes" / node_id / f"{told_at:%Y%m%d}" / name


def _make_folder(folder: Path) -> None:
    """The folders are on the disk as well: what lies in one that is not, is not."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    flush_folder(folder.parent)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _no_room(error: OSError) -> StorageFull:
    if error.errno in _FULL:
        return StorageFull(
            "The disk has no room for frames of nodes.",
            remedy="Make room on the disk of the watch; the nodes keep their frames.",
            code="node_disk",
        )
    return StorageFull(
        f"The folder of nodes cannot be written: {error.strerror}.",
        remedy="Look at the disk and at whom the folder belongs to.",
        code="node_disk",
    )
