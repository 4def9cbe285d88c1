"""Files of footage on the disk, named by their content, and the pictures of what was found.

A file is written beside its place as it comes, and moved there when it is whole and known to be
footage: what is named by a digest has that content.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool

from api.body_limit import MOST_IMAGERY_BYTES
from drone_jobs.imagery.files import FootageKind, footage_kind
from models.errors import InputRefused, NotFound, StorageFull
from models.imagery import ImageryKind
from models.store.imagery import LONGEST_IMAGERY_NAME

__all__ = ["ImageryShelf", "Received"]

_BLOCK: Final = 4 * 1024 * 1024
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_KINDS: Final = {
    FootageKind.STILL: ImageryKind.STILL,
    FootageKind.VIDEO: ImageryKind.VIDEO,
    FootageKind.SUBTITLES: ImageryKind.SUBTITLES,
}

Received = tuple[str, int, ImageryKind]
"""SHA-256 in hexadecimal digits, bytes, kind."""


class ImageryShelf:
    """The folder of footage; any thread and several processes may use it.

    Args:
        folder: of files and pictures; made when it is needed first.
        spare_bytes: that the disk keeps free.
    """

    def __init__(self, folder: Path, *, spare_bytes: int = 0) -> None:
        self._folder = folder
        self._spare_bytes = spare_bytes

    async def receive(self, name: str, body: AsyncIterable[bytes]) -> Received:
        """Take a file in as it comes.

        Raises:
            InputRefused: it is no footage; see :func:`footage_kind`.
            StorageFull: the disk does not take it; code ``imagery_disk``.
        """
        with _disk():
            writing = _Writing(self._folder, name, self._spare_bytes)
        try:
            pending = bytearray()
            async for chunk in body:
                pending += chunk
                if len(pending) >= _BLOCK:
                    await run_in_threadpool(writing.write, bytes(pending))
                    pending.clear()
            await run_in_threadpool(writing.write, bytes(pending))
            return await run_in_threadpool(self._take, writing)
        finally:
            writing.drop()

    def take_file(self, path: Path) -> Received:
        """Copy a file of this machine in. Raises as :meth:`receive`."""
        footage_kind(path)  # before anything is copied
        with _disk():
            writing = _Writing(self._folder, path.name, self._spare_bytes)
        try:
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    writing.write(block)
            return self._take(writing)
        except OSError as error:
            raise InputRefused(
                f"{path.name} cannot be read: {error.strerror}.", code="footage_unreadable"
            ) from error
        finally:
            writing.drop()

    def path_of(self, sha256: str) -> Path:
        """Where a file of that content lies, or would."""
        return self._folder / "files" / sha256[:2] / sha256

    def keep_picture(self, imagery_id: int, round_: int, frame: int, jpeg: bytes) -> None:
        """Keep the picture of what was found in a frame.

        Raises:
            StorageFull: the disk is full.
        """
        path = self._picture(imagery_id, round_, frame)
        with _disk():
            path.parent.mkdir(parents=True, exist_ok=True)
            written = path.with_suffix(".part")
            written.write_bytes(jpeg)
            written.replace(path)

    def picture(self, imagery_id: int, round_: int, frame: int) -> bytes:
        """The picture of what was found in a frame.

        Raises:
            NotFound: it is not there; code ``imagery_gone``.
        """
        try:
            return self._picture(imagery_id, round_, frame).read_bytes()
        except OSError as error:
            raise NotFound(
                "The picture is not on the disk any more.",
                remedy="Hand the file in again.",
                code="imagery_gone",
            ) from error

    def attempt(self, imagery_id: int, round_: int) -> int:
        """Count a try at scoring a file, before it begins; how many there were with this one."""
        path = self._attempts(imagery_id, round_)
        with _disk():
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.stat().st_size if path.exists() else 0
            with path.open("ab") as file:
                file.write(b".")
        return before + 1

    def forget_attempts(self, imagery_id: int, round_: int) -> None:
        """A try ended in order."""
        self._attempts(imagery_id, round_).unlink(missing_ok=True)

    def _take(self, writing: "_Writing") -> Received:
        with _disk():
            sha256, size_bytes, kind = writing.ended()
            place = self.path_of(sha256)
            place.parent.mkdir(parents=True, exist_ok=True)
            writing.path.replace(place)
        return sha256, size_bytes, kind

    def _picture(self, imagery_id: int, round_: int, frame: int) -> Path:
        return self._folder / "pictures" / f"{imagery_id}-{round_}" / f"{frame}.jpg"

    def _attempts(self, imagery_id: int, round_: int) -> Path:
        return self._folder / "attempts" / f"{imagery_id}-{round_}"


class _Writing:
    """A file that comes."""

    def __init__(self, folder: Path, name: str, spare_bytes: int) -> None:
        coming = folder / "coming"
        coming.mkdir(parents=True, exist_ok=True)
        descriptor, path = tempfile.mkstemp(dir=coming)
        self.path = Path(path)
        self._name = name
        self._spare_bytes = spare_bytes
        self._file = os.fdopen(descriptor, "wb")
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, block: bytes) -> None:
        self._size += len(block)
        if self._size > MOST_IMAGERY_BYTES:
            raise InputRefused(
                f"{self._name} has more than {MOST_IMAGERY_BYTES // 10**9} GB.",
                remedy="Cut the recording into parts.",
                code="imagery_size",
            )
        with _disk():
            if shutil.disk_usage(self.path.parent).free - len(block) < self._spare_bytes:
                raise _no_room()
            self._file.write(block)
        self._digest.update(block)

    def ended(self) -> Received:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._digest.hexdigest(), self._size, self._kind()

    def drop(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _kind(self) -> ImageryKind:
        """By content; under its own name, which its messages are to have."""
        ending = Path(self._name).suffix.lower()
        if ending == ".srt":  # what subtitles without a time are known by
            named = self.path.with_suffix(".srt")
            self.path.rename(named)
            self.path = named
        try:
            return _KINDS[footage_kind(self.path)]
        except InputRefused as refused:
            message = refused.message.replace(self.path.name, self._name[:LONGEST_IMAGERY_NAME])
            raise InputRefused(message, remedy=refused.remedy, code=refused.code) from refused


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _no_room() from error
        raise StorageFull(
            f"The folder of footage cannot be written: {error.strerror}.",
            remedy="Look at the disk and at whom the folder belongs to.",
            code="imagery_disk",
        ) from error


def _no_room() -> StorageFull:
    return StorageFull(
        "The disk has no room for footage.",
        remedy="Make room on the disk of the watch, then send it again.",
        code="imagery_disk",
    )
