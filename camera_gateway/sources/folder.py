"""An image sequence in a folder, replayed at the pace at which it was made.

Capture times stand in the file names, or in what the camera wrote into the picture (Exif); nothing
else is taken for a capture time, file dates least of all, for they tell when somebody copied the
folder.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from camera_gateway.aside import aside
from camera_gateway.exif_time import exif_moment
from camera_gateway.pictures import check_jpeg, encode_jpeg, read_picture, small_of
from camera_gateway.source import RawFrame
from camera_gateway.sources.name_times import UNDERSTOOD_NAMES, time_in_name
from camera_gateway.sources.pacing import Pacer
from models.clock import Clock
from models.errors import FrameCorrupt, InputRefused, SourceEnded
from models.frame import FrameMode, Provenance, TimeSource
from models.units import ImageBGR

__all__ = ["FolderSource", "load", "load_with_small"]

PICTURE_SUFFIXES = frozenset(
    f".{suffix}"
    for suffix in "jpg jpeg jpe png tif tiff webp bmp gif avif jp2 pgm ppm pnm".split()  # noqa: SIM905
)
_JPEG_MARK = b"\xff\xd8\xff"
EXIF_WITHIN_BYTES = 131_072


@dataclass(frozen=True, slots=True, order=True)
class _Entry:
    captured_at: datetime
    path: Path
    source: TimeSource


class FolderSource:
    """Pictures of one folder (not of its subfolders) in the order of their times.

    A JPEG travels as it is; any other picture is encoded as JPEG. Files without a picture's suffix
    (labels, notes) and hidden files are passed over.

    Args:
        path: the folder.
        rate: recorded seconds per second, > 0.
        clock: measures and waits.
        mode: of every picture.
        start_offset_s: begin with the first picture made at least this many seconds after the
            earliest one; None for all of them.
        max_gap_s: longest single wait, recorded seconds; capture times stay true.
        name_zone: of calendar times without Z in the names, and without an offset in Exif.

    Raises:
        InputRefused: with a code ``file_missing``, ``not_a_folder``, ``file_unreadable``,
            ``folder_without_pictures``, ``no_time_in_name``, ``start_offset`` or one of
            :class:`Pacer`.
    """

    def __init__(
        self,
        path: Path,
        *,
        rate: float = 1.0,
        clock: Clock,
        mode: FrameMode = FrameMode.VISIBLE,
        start_offset_s: float | None = None,
        max_gap_s: float | None = None,
        name_zone: tzinfo = UTC,
    ) -> None:
        self._pacer = Pacer(clock, rate, max_gap_s)
        self._mode = mode
        self._entries = _from_offset(path, _list_entries(path, name_zone), start_offset_s)
        self._next = 0

    async def read(self) -> RawFrame:
        """Wait until the next picture is due, then read and check it.

        Raises:
            SourceEnded: every picture has been sent, or the source is closed.
            FrameCorrupt: this picture is damaged or gone; the next call goes on behind it.
        """
        if self._next >= len(self._entries):
            raise SourceEnded("Every picture of the folder has been sent.")
        entry = self._entries[self._next]
        await self._pacer.wait_for(entry.captured_at.timestamp())
        self._next += 1
        jpeg, small = await aside(lambda: load_with_small(entry.path))
        return RawFrame(
            jpeg,
            entry.captured_at,
            entry.source,
            self._mode,
            Provenance.RECORDED,
            small=small,
        )

    async def close(self) -> None:
        """Forget what has not been sent."""
        self._next = len(self._entries)


def _list_entries(path: Path, zone: tzinfo) -> list[_Entry]:
    try:
        files = [
            file
            for file in path.iterdir()
            if file.suffix.lower() in PICTURE_SUFFIXES and not file.name.startswith(".")
        ]
    except FileNotFoundError as error:
        raise InputRefused(
            f"The folder {path} does not exist.", remedy="Check the path.", code="file_missing"
        ) from error
    except NotADirectoryError as error:
        raise InputRefused(
            f"{path} is not a folder.",
            remedy="Name the folder that holds the pictures.",
            code="not_a_folder",
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise InputRefused(
            f"The folder {path} cannot be read: {error}.",
            remedy="Check its permissions and the disk.",
            code="file_unreadable",
        ) from error
    if not files:
        raise InputRefused(
            f"The folder {path} holds no pictures.",
            remedy="Name the folder in which they lie; subfolders are not searched.",
            code="folder_without_pictures",
        )
    return sorted(_entry_of(file, zone) for file in files)


def _entry_of(file: Path, zone: tzinfo) -> _Entry:
    """The name tells best: copies and edits lose Exif, or get it from another picture."""
    captured_at = time_in_name(file.name, zone)
    if captured_at is not None:
        return _Entry(captured_at, file, TimeSource.FILE_NAME)
    try:
        with file.open("rb") as opened:
            told = exif_moment(opened.read(EXIF_WITHIN_BYTES), zone)
    except OSError:
        told = None
    if told is None:
        raise InputRefused(
            f"Neither the name of {file} nor its Exif data carries a capture time.",
            remedy=f"Names that are understood: {UNDERSTOOD_NAMES}.",
            code="no_time_in_name",
        )
    return _Entry(told[0], file, TimeSource.EXIF)


def _from_offset(path: Path, entries: list[_Entry], offset_s: float | None) -> list[_Entry]:
    if offset_s is None:
        return entries
    first = entries[0].captured_at
    kept = [entry for entry in entries if (entry.captured_at - first).total_seconds() >= offset_s]
    if not kept:
        raise InputRefused(
            f"{path} has no picture {offset_s} s after its first one.",
            remedy="Give a smaller start offset.",
            code="start_offset",
        )
    return kept


def load_with_small(path: Path) -> tuple[bytes, ImageBGR]:
    """A picture file as what a camera would have sent, and what was decoded to prove it whole.

    Returns:
        The file's own bytes when they are a whole JPEG, else the picture encoded as one; and the
        picture at an eighth of its size.

    Raises:
        FrameCorrupt: it is damaged, gone or no picture.
    """
    data, small = load(path)
    if small is not None:
        return data, small
    try:
        return data, check_jpeg(data, path.name)
    except FrameCorrupt as error:
        raise _unusable(path, error) from error


def load(path: Path) -> tuple[bytes, ImageBGR | None]:
    """A picture file as what a camera would have sent; a JPEG is not decoded.

    Returns:
        The file's own bytes when they begin as a JPEG, else the picture encoded as one and the
        picture at an eighth of its size.

    Raises:
        FrameCorrupt: it is gone, or damaged and no JPEG, or no picture.
    """
    try:
        data = path.read_bytes()
        if data.startswith(_JPEG_MARK):
            return data, None
        image = read_picture(path)
        return encode_jpeg(image), small_of(image)
    except (OSError, InputRefused, ValueError) as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> FrameCorrupt:
    return FrameCorrupt(f"The picture {path.name} cannot be used: {error}")
