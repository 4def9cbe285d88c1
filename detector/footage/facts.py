"""What a recording is, by what it holds and not by what its header says."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Final

from models.footage import FootageKind

__all__ = ["Claims", "FootageFacts", "Pace", "pace_of"]

_UNEVEN_SHARE: Final = 0.2
_UNEVEN_S: Final = 0.0015
"""A gap differs when it does by a fifth of the usual one, and by more than a clock's tick: 90 kHz
and milliseconds both round frames of 1/30 s to unequal gaps."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What the header says, which may be a lie; None where it says nothing.

    Attributes:
        frames: how many there are.
        fps: how many come in a second.
        duration_s: how long they last.
    """

    frames: int | None = None
    fps: float | None = None
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How frames follow each other.

    Attributes:
        fps: frames a second from the first to the last; None with fewer than two.
        usual_gap_s: the middle one of all gaps; None likewise.
        longest_gap_s: likewise.
        is_variable: some gaps differ from the usual one.
    """

    fps: float | None = None
    usual_gap_s: float | None = None
    longest_gap_s: float | None = None
    is_variable: bool = False


@dataclass(frozen=True, slots=True)
class FootageFacts:
    """One recording.

    Attributes:
        kind: video, or pictures.
        codec: of its pictures, as its decoder calls it; several joined by ``+``.
        size_px: width and height of the first whole picture as shown upright; (0, 0) without one.
        other_sizes: whether other pictures have another size.
        turned_deg: clockwise turn that shows the stored picture upright: 0, 90, 180 or 270.
        frames: that could be read, before the damage or whole.
        damaged: pictures of a folder that could not; of a video 1 where something behind the last
            good frame is damaged or missing.
        damage: in words, the first that was met; empty without any.
        first_s: of the first frame, from the zero of the recording.
        last_s: of the last one.
        pace: of the frames.
        claims: of the header, beside it.
        starts_at: when it was begun, UTC; None when nothing tells.
        start_told_by: ``name``, ``exif``, ``container`` (when the file was made, often later), or
            empty.
        sha256: of the file; of a folder, of the names and hashes of its pictures.
        size_bytes: of all files together.
        is_complete: whether all was looked at; else only as much as time allowed.
    """

    kind: FootageKind
    codec: str
    size_px: tuple[int, int]
    frames: int
    sha256: str
    size_bytes: int
    other_sizes: bool = False
    turned_deg: int = 0
    damaged: int = 0
    damage: str = ""
    first_s: float = 0.0
    last_s: float = 0.0
    pace: Pace = field(default_factory=Pace)
    claims: Claims = field(default_factory=Claims)
    starts_at: datetime | None = None
    start_told_by: str = ""
    is_complete: bool = True

    @property
    def claims_are_true(self) -> bool:
        """Whether the header's number of frames is the real one, where it gives any."""
        claimed = self.claims.frames
        return claimed is None or not self.is_complete or claimed == self.frames


def pace_of(at_s: Sequence[float]) -> Pace:
    """How frames follow each other.

    Args:
        at_s: of each frame, rising.
    """
    gaps = [second - first for first, second in pairwise(at_s)]
    if not gaps:
        return Pace()
    usual_s = median(gaps)
    lasts_s = math.fsum(gaps)
    slack_s = max(_UNEVEN_S, _UNEVEN_SHARE * usual_s)
    return Pace(
        len(gaps) / lasts_s if lasts_s > 0.0 else None,
        usual_s,
        max(gaps),
        any(abs(gap - usual_s) > slack_s for gap in gaps),
    )
