"""Files of the library on the disk, named by their content.

A file is written beside its place as it comes, and moved there when it is whole: what lies under a
digest has that content. Under each digest lies

- ``content/NAME``: the video, or the folder of unpacked pictures, as the watch plays it;
- ``NAME``: the zip in which pictures came, until they are unpacked;
- ``frames.npy`` and ``names.json``: when its frames are, and what its pictures are called.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.errors import InputRefused, NotFound, StorageFull
from models.footage import FootageKind
from models.footage_library import FootageDraft

__all__ = ["BLOCK_BYTES", "Coming", "FootageShelf", "FrameIndex", "gone", "on_disk", "plain_name"]

BLOCK_BYTES: Final = 4 * 1024 * 1024
MOST_BYTES: Final = 8_000_000_000
STALE_S: Final = 86_400.0
_LONGEST_BYTES: Final = 200  # file systems take names of 255
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """When the frames of a recording are.

    Attributes:
        at_s: (n,) float64, seconds from its zero, rising.
        names: of its pictures, in the same order; empty for a video.
    """

    at_s: NDArray[np.float64]
    names: tuple[str, ...] = ()


class FootageShelf:
    """The folder of the library; any thread and several processes may use it.

    Args:
        folder: of it; made when it is needed first.
        spare_bytes: that the disk keeps free.
    """

    def __init__(self, folder: Path, *, spare_bytes: int = 0) -> None:
        self._folder = folder
        self._spare_bytes = spare_bytes

    @contextmanager
    def coming(self, name: str) -> Iterator["Coming"]:
        """A file to be written; what was not placed at the end is gone.

        Raises:
            StorageFull: the disk does not take it; code ``footage_disk``.
        """
        with on_disk():
            coming = Coming(self._workplace(), name, self._spare_bytes)
        try:
            yield coming
        finally:
            coming.drop()

    def place(self, coming: "Coming", *, is_zip: bool) -> tuple[str, int]:
        """Put a file that has come in its place.

        Returns:
            SHA-256 in hexadecimal digits, and bytes.

        Raises:
            StorageFull: as of :meth:`coming`.
        """
        with on_disk():
            sha256, size_bytes = coming.ended()
            folder = self._of(sha256)
            target = folder / plain_name(coming.name)
            if not is_zip:
                target = folder / "content" / plain_name(coming.name)
            if not self._has_content(folder):
                target.parent.mkdir(parents=True, exist_ok=True)
                coming.path.replace(target)
        return sha256, size_bytes

    def link(self, source: Path, sha256: str, name: str) -> None:
        """Have a file that lies on this disk already, and is known by its digest.

        Raises:
            NotFound: it is not there; code ``footage_gone``.
            StorageFull: as of :meth:`coming`.
        """
        folder = self._of(sha256)
        if self._has_content(folder):
            return
        if not source.is_file():
            raise gone(name)
        with on_disk(), tempfile.TemporaryDirectory(dir=self._workplace()) as place:
            beside = Path(place) / "file"
            try:
                os.link(source, beside)
            except OSError:  # another disk, or one that knows no links
                self.check_room(source.stat().st_size)
                shutil.copyfile(source, beside)
            target = folder / "content" / plain_name(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            beside.replace(target)

    def zip_of(self, draft: FootageDraft) -> Path | None:
        """The zip that is to be unpacked; None where there is none any more."""
        path = self._of(draft.sha256) / plain_name(draft.name)
        others = [one for one in _files(self._of(draft.sha256)) if one.suffix not in _OURS]
        return path if path.is_file() else next(iter(others), None)

    @contextmanager
    def unpacking(self, draft: FootageDraft) -> Iterator[Path]:
        """A folder for the pictures of a recording; at the end it becomes their place, or nothing.

        Raises:
            StorageFull: as of :meth:`coming`.
        """
        folder = self._of(draft.sha256)
        with on_disk(), tempfile.TemporaryDirectory(dir=self._workplace()) as place:
            whole = Path(place) / "content"
            pictures = whole / plain_name(Path(draft.name).stem)
            pictures.mkdir(parents=True)
            yield pictures
            shutil.rmtree(folder / "content", ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            whole.replace(folder / "content")

    def drop_zip(self, draft: FootageDraft) -> None:
        """The pictures are unpacked: the zip has had its day."""
        with suppress(OSError):
            path = self.zip_of(draft)
            if path is not None:
                path.unlink()

    def playable(self, draft: FootageDraft) -> Path:
        """The video, or the folder of pictures, as the watch plays it.

        Raises:
            NotFound: it is not there; code ``footage_gone``.
        """
        with suppress(OSError):
            for path in sorted((self._of(draft.sha256) / "content").iterdir()):
                if path.is_dir() is (draft.kind is FootageKind.PICTURES):
                    return path
        raise gone(draft.name)

    def keep_index(self, draft: FootageDraft, index: FrameIndex) -> None:
        """Keep when its frames are.

        Raises:
            StorageFull: as of :meth:`coming`.
        """
        folder = self._of(draft.sha256)
        with on_disk():
            for name, data in (
                ("names.json", json.dumps(index.names).encode()),
                ("frames.npy", _as_npy(index.at_s)),  # the last one: with it both are there
            ):
                written = folder / f"{name}.part"
                written.write_bytes(data)
                written.replace(folder / name)

    def index(self, draft: FootageDraft) -> FrameIndex:
        """When its frames are.

        Raises:
            NotFound: it is not there; code ``footage_gone``.
        """
        folder = self._of(draft.sha256)
        try:
            at_s = np.load(folder / "frames.npy", allow_pickle=False)
            names = tuple(json.loads((folder / "names.json").read_bytes()))
        except (OSError, ValueError) as error:
            raise gone(draft.name) from error
        return FrameIndex(np.asarray(at_s, np.float64), names)

    def remove(self, sha256: str) -> None:
        """Remove what lies under a digest; what cannot be removed now is tried at the next start.

        Raises:
            StorageFull: the folder cannot be written.
        """
        folder = self._of(sha256)
        with on_disk():
            if not folder.exists():
                return
            place = Path(tempfile.mkdtemp(dir=self._workplace()))
            folder.replace(place / "removed")
        shutil.rmtree(place, ignore_errors=True)

    def attempt(self, footage_id: int) -> int:
        """Count a try at looking through a recording; how many there were with this one."""
        path = self._attempts(footage_id)
        with on_disk():
            path.parent.mkdir(parents=True, exist_ok=True)
            before = path.stat().st_size if path.exists() else 0
            with path.open("ab") as file:
                file.write(b".")
        return before + 1

    def forget_attempts(self, footage_id: int) -> None:
        """A try ended in order."""
        self._attempts(footage_id).unlink(missing_ok=True)

    def check_room(self, needed_bytes: int) -> None:
        """Refuse what the disk has no room for.

        Raises:
            StorageFull: code ``footage_disk``.
        """
        with on_disk():
            if shutil.disk_usage(self._workplace()).free - needed_bytes < self._spare_bytes:
                raise no_room()

    def workplace(self) -> Path:
        """A folder on the same disk, for what is made and goes again."""
        with on_disk():
            return self._workplace()

    def without_places(self, message: str, draft: FootageDraft) -> str:
        """A file is told by its own name; where it lies is nobody's business."""
        folder = self._of(draft.sha256)
        told = message.replace(f"{folder / 'content'}/", "").replace(f"{folder}/", "")
        return told.replace(plain_name(draft.name), draft.name)

    def tidy(self) -> None:
        """Remove what was begun a day ago and never ended."""
        with suppress(OSError):
            for path in (self._folder / "coming").iterdir():
                if time.time() - path.stat().st_mtime > STALE_S:
                    if path.is_dir():
                        shutil.rmtree(path, ignore_errors=True)
                    else:
                        path.unlink(missing_ok=True)

    def _workplace(self) -> Path:
        place = self._folder / "coming"
        place.mkdir(parents=True, exist_ok=True)
        return place

    def _of(self, sha256: str) -> Path:
        return self._folder / "files" / sha256[:2] / sha256

    def _attempts(self, footage_id: int) -> Path:
        return self._folder / "attempts" / str(footage_id)

    def _has_content(self, folder: Path) -> bool:
        try:
            return any((folder / "content").iterdir())
        except OSError:
            return False


class Coming:
    """A file that comes; see :meth:`FootageShelf.coming`.

    Attributes:
        name: as whoever hands it in calls it.
        path: where it lies meanwhile.
    """

    def __init__(self, folder: Path, name: str, spare_bytes: int) -> None:
        descriptor, path = tempfile.mkstemp(dir=folder)
        self.name = name
        self.path = Path(path)
        self._spare_bytes = spare_bytes
        self._file = os.fdopen(descriptor, "wb")
        self._digest = hashlib.sha256()
        self._size = 0

    def write(self, block: bytes) -> None:
        """Add to it.

        Raises:
            InputRefused: it is too large; code ``footage_size``.
            StorageFull: the disk takes no more; code ``footage_disk``.
        """
        self._size += len(block)
        if self._size > MOST_BYTES:
            raise InputRefused(
                f"{self.name} has more than {MOST_BYTES // 10**9} GB.",
                remedy="Cut the recording into parts.",
                code="footage_size",
            )
        with on_disk():
            if shutil.disk_usage(self.path.parent).free - len(block) < self._spare_bytes:
                raise no_room()
            self._file.write(block)
        self._digest.update(block)

    def ended(self) -> tuple[str, int]:
        """It is whole, and on the disk: its digest and size."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        return self._digest.hexdigest(), self._size

    def drop(self) -> None:
        """It is not wanted, or lies elsewhere by now."""
        with suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


_OURS: Final = frozenset({".npy", ".json", ".part"})


def plain_name(name: str) -> str:
    """A name that every disk takes, with its ending; the same for the same."""
    bare = "".join(letter for letter in name if letter.isprintable() and letter not in '/\\:*?"<>|')
    bare = bare.strip(" .") or "footage"
    stem, dot, ending = bare.rpartition(".")
    if not dot:
        stem, ending = bare, ""
    ending = ending[:10]
    room = _LONGEST_BYTES - len((dot + ending).encode())
    cut = stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") or "footage"
    return f"{cut}{dot}{ending}"


def gone(name: str) -> NotFound:
    """What is told of files that somebody removed from the disk."""
    return NotFound(
        f"{name} is not on the disk any more.",
        remedy="Hand it in again.",
        code="footage_gone",
    )


@contextmanager
def on_disk() -> Iterator[None]:
    """Within it, faults of the disk are told as such.

    Raises:
        StorageFull: code ``footage_disk``.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise no_room() from error
        raise StorageFull(
            f"The folder of footage cannot be written: {error.strerror}.",
            remedy="Look at the disk and at whom the folder belongs to.",
            code="footage_disk",
        ) from error


def no_room() -> StorageFull:
    """What is told when the disk is full."""
    return StorageFull(
        "The disk has no room for footage.",
        remedy="Make room on the disk of the watch, then send it again.",
        code="footage_disk",
    )


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if one.is_file())
    except OSError:
        return []


def _as_npy(values: NDArray[np.float64]) -> bytes:
    with tempfile.TemporaryFile() as file:
        np.save(file, values, allow_pickle=False)
        file.seek(0)
        return file.read()
