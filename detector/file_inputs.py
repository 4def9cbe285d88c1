"""Which files a command line means: files as named, folders walked, nothing read twice.

Inside a folder only pictures and videos are taken: by suffix, and files of another suffix by
content. A file that somebody named is taken whatever it is called. Links to folders are not
followed, and what is no regular file (a pipe, a device) is refused, for reading it may never end.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from camera_gateway.picture_header import declared_size
from models.errors import InputRefused

__all__ = ["InputFile", "gather", "is_picture"]

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".avif", ".jp2"}
)
VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".ts", ".m2ts", ".mpg", ".mpeg", ".wmv"}
    | {".flv", ".3gp", ".dav", ".h264", ".h265", ".mjpeg"}
)
_HEAD_BYTES = 4096
_VIDEO_MARKS = (b"\x1aE\xdf\xa3", b"FLV\x01", b"OggS", b"\x00\x00\x01\xba", b"0&\xb2u\x8ef\xcf\x11")
_LFS_POINTER = b"version https://git-lfs"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file to look at.

    Attributes:
        path: as it can be opened.
        name: by which the result speaks of it: a named file's own name, or the path inside the
            folder that was named, with forward slashes. Unique within one :func:`gather`.
    """

    path: Path
    name: str


def gather(inputs: Sequence[Path], *, leave_out: Path) -> Iterator[InputFile | InputRefused]:
    """Resolve a command line, in its order, folders sorted by name.

    Args:
        inputs: files and folders.
        leave_out: folder that is never walked into (the one that the result goes to).

    Yields:
        Files, and in its place a refusal for everything that cannot be one.
    """
    seen: set[str] = set()
    names: set[str] = set()
    for given in inputs:
        # Unlike Path.is_dir, this answers for a path that may not even be looked at.
        is_folder = os.path.isdir(given)  # noqa: PTH112
        found = _walk(given, leave_out) if is_folder else _named(given)
        for item in found:
            if isinstance(item, InputRefused):
                yield item
                continue
            path, name = item
            real = os.path.realpath(path)
            if real in seen:
                continue
            seen.add(real)
            unique = name if name not in names else path.as_posix()
            names.add(unique)
            yield InputFile(path, _speakable(unique))


def is_picture(path: Path) -> bool:
    """Whether a file is to be read as a still picture; else it is tried as a video.

    Damaged pictures count, and so does what cannot be read at all: the picture reader has the
    words for both.
    """
    head = _head(path)
    if head is None or not head or head.startswith(_LFS_POINTER):
        return True
    try:
        return declared_size(head) is not None
    except ValueError:
        return True


_Found = Iterator[tuple[Path, str] | InputRefused]


def _named(path: Path) -> _Found:
    try:
        mode = path.stat().st_mode
    except OSError:
        mode = stat.S_IFREG  # the reader says what is wrong with it
    if stat.S_ISREG(mode):
        yield path, path.name
    else:
        yield InputRefused(
            f"{path} is neither a file nor a folder.",
            remedy="Name a picture, a video or a folder of them.",
            code="file_unreadable",
        )


def _walk(folder: Path, leave_out: Path) -> _Found:
    refused: list[InputRefused] = []

    def remember(error: OSError) -> None:
        refused.append(
            InputRefused(
                f"The folder {error.filename} cannot be read: {error.strerror}.",
                remedy="Check its permissions.",
                code="file_unreadable",
            )
        )

    out = os.path.realpath(leave_out)
    taken = 0
    for root, folders, files in os.walk(folder, onerror=remember):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and os.path.realpath(Path(root, name)) != out
        )
        for name in sorted(files):
            path = Path(root, name)
            if not name.startswith(".") and _is_media(path):
                taken += 1
                yield path, path.relative_to(folder).as_posix()
    yield from refused
    if taken == 0 and not refused:
        yield InputRefused(
            f"The folder {folder} holds no pictures or videos.",
            remedy="Name the folder in which they lie.",
            code="folder_without_pictures",
        )


def _is_media(path: Path) -> bool:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
    except OSError:
        pass  # a broken link: its suffix decides whether it is missed
    if path.suffix.lower() in PICTURE_SUFFIXES | VIDEO_SUFFIXES:
        return True
    head = _head(path)
    if not head:
        return False
    try:
        return declared_size(head) is not None or _is_video(head)
    except ValueError:
        return False  # text that begins with a picture's two letters


def _is_video(head: bytes) -> bool:
    return (
        head[4:8] == b"ftyp"
        or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
        or head.startswith(_VIDEO_MARKS)
    )


def _head(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except (OSError, ValueError):
        return None


def _speakable(name: str) -> str:
    """The name as text that can be written anywhere: a byte that is no UTF-8 becomes a mark."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
