"""A piece of a camera's ring: a file whose name tells what is in it.

``20261126T033338.123Z_10040_5f3a9c01_12.mp4`` holds 10.040 s of video from that moment on. It
belongs to run ``5f3a9c01`` and is the twelfth of it: the next one of the same run goes on where it
ends, without a gap. An open one has no length yet: ``20261126T033338.123Z_5f3a9c01_12.part``.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

__all__ = ["PART_SUFFIX", "Segment", "part_name", "part_of", "segment_name", "segment_of"]

PART_SUFFIX: Final = ".part"
_SUFFIX: Final = ".mp4"
_CLOSED: Final = re.compile(r"(\d{8}T\d{6}\.\d{3})Z_(\d{1,9})_([0-9a-f]{8})_(\d{1,9})\.mp4")
_OPEN: Final = re.compile(r"(\d{8}T\d{6}\.\d{3})Z_([0-9a-f]{8})_(\d{1,9})\.part")
_MOMENT: Final = "%Y%m%dT%H%M%S.%f"


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed piece.

    Attributes:
        camera_id: of the camera.
        from_at: UTC capture time of its first picture.
        duration_s: until its last picture was over.
        run: pieces of one run follow each other without a gap while their numbers do.
        number: inside the run, from 0.
        path: the file.
        size_bytes: of the file.
    """

    camera_id: str
    from_at: datetime
    duration_s: float
    run: str
    number: int
    path: Path
    size_bytes: int

    @property
    def until_at(self) -> datetime:
        """When its last picture was over, UTC."""
        return self.from_at + timedelta(seconds=self.duration_s)


def segment_name(from_at: datetime, duration_s: float, run: str, number: int) -> str:
    """Name of a closed piece."""
    return f"{_said(from_at)}_{max(1, round(duration_s * 1000))}_{run}_{number}{_SUFFIX}"


def part_name(from_at: datetime, run: str, number: int) -> str:
    """Name of an open piece."""
    return f"{_said(from_at)}_{run}_{number}{PART_SUFFIX}"


def segment_of(path: Path, camera_id: str, size_bytes: int) -> Segment | None:
    """What a file's name tells; None when it is not a closed piece."""
    found = _CLOSED.fullmatch(path.name)
    from_at = None if found is None else _moment(found[1])
    if found is None or from_at is None:
        return None
    return Segment(
        camera_id, from_at, int(found[2]) / 1000.0, found[3], int(found[4]), path, size_bytes
    )


def part_of(path: Path) -> tuple[datetime, str, int] | None:
    """Beginning, run and number of an open piece; None when the file is none."""
    found = _OPEN.fullmatch(path.name)
    from_at = None if found is None else _moment(found[1])
    return None if found is None or from_at is None else (from_at, found[2], int(found[3]))


def _said(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_MOMENT)[:-3] + "Z"


def _moment(said: str) -> datetime | None:
    try:
        return datetime.strptime(said, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None
