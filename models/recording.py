"""Video kept for an alert: what of it was wanted, what there is of it, and what was cleared.

A recording is one span of one camera's time. It is wanted from the moment its alert opens, cut out
of the camera's ring when it is over, and may be cleared when its alert is long settled::

    wanted → cut | partial | missing
    cut | partial → cleared | missing
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

__all__ = [
    "HELD_STATES",
    "Ask",
    "Clearing",
    "ClearingCause",
    "KeptFile",
    "KeptKind",
    "Recording",
    "RecordingPart",
    "RecordingState",
    "Standing",
    "state_of",
]

TOLERANCE: Final = timedelta(seconds=1)
"""So little missing is nothing missing: clocks of cameras are no better."""


class RecordingState(StrEnum):
    """What has become of a wanted span."""

    WANTED = "wanted"  # not yet over, or not yet cut
    CUT = "cut"  # all of it is there
    PARTIAL = "partial"  # some of it is there; its parts say which
    MISSING = "missing"  # nothing of it is there
    CLEARED = "cleared"  # it was there and was cleared on purpose


HELD_STATES = frozenset({RecordingState.CUT, RecordingState.PARTIAL})
"""States in which there are files."""


@dataclass(frozen=True, slots=True)
class RecordingPart:
    """One file: an unbroken piece of the camera's own video, not encoded again.

    Attributes:
        from_at: UTC capture time of its first picture.
        until_at: UTC, when its last picture was over.
        key: object key in the evidence vault.
        sha256: of the stored bytes.
        size_bytes: of the file.
        codec: FFmpeg's name: ``h264``, ``hevc``.
        width_px: of its pictures.
        height_px: of its pictures.
        preview_key: of a small H.264 copy for browsers that do not play the codec; empty without.
        preview_sha256: of that; empty without.
        preview_bytes: of that; 0 without.
    """

    from_at: datetime
    until_at: datetime
    key: str
    sha256: str
    size_bytes: int
    codec: str
    width_px: int
    height_px: int
    preview_key: str = ""
    preview_sha256: str = ""
    preview_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Recording:
    """A span of a camera's time that an alert wants to have.

    Attributes:
        recording_id: number, given by the store, rising.
        alert_id: of the alert.
        camera_id: of the camera.
        from_at: UTC, its beginning as wanted.
        until_at: UTC, its end as wanted; later while the fire burns on.
        state: what has become of it.
        parts: what there is of it, by time; the gaps between them have no video. Of a recording
            that was cleared or went missing: what there was.
        wanted_at: UTC, when it was asked for.
        settled_at: UTC, when it reached its state; None while it is wanted.
    """

    recording_id: int
    alert_id: int
    camera_id: str
    from_at: datetime
    until_at: datetime
    state: RecordingState
    parts: tuple[RecordingPart, ...]
    wanted_at: datetime
    settled_at: datetime | None


class KeptKind(StrEnum):
    """Kinds of evidence of an alert."""

    VIDEO = "video"
    CLIP = "clip"
    STILLS = "stills"


class ClearingCause(StrEnum):
    """Why evidence is not there any more."""

    RETENTION = "retention"  # its days were over
    QUOTA = "quota"  # the evidence had outgrown its quota
    SPACE = "space"  # the disk was full
    MISSING = "missing"  # nobody here removed it
    UNWRITTEN = "unwritten"  # it never was: the disk was full, or the folder could not be written


@dataclass(frozen=True, slots=True)
class Clearing:
    """Evidence of an alert that is not there any more.

    Attributes:
        alert_id: of the alert.
        kind: which evidence.
        cause: why.
        at: UTC, when it was cleared or found to be missing.
        files: how many there were.
        size_bytes: of them together; 0 where nobody knows.
    """

    alert_id: int
    kind: KeptKind
    cause: ClearingCause
    at: datetime
    files: int
    size_bytes: int


class Standing(StrEnum):
    """How an alert stands, as far as keeping its evidence goes."""

    OPEN = "open"  # somebody still works on it: nothing of it is ever cleared
    FIRE = "fire"  # it was confirmed and is closed
    FALSE_ALARM = "false_alarm"  # it was dismissed


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the evidence vault that an alert has.

    Attributes:
        key: object key.
        kind: of the evidence.
        alert_id: of the alert.
        sha256: of its bytes; empty where it is not kept.
    """

    key: str
    kind: KeptKind
    alert_id: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Ask:
    """An alert whose camera's time is not, or not wholly, asked for yet.

    Attributes:
        alert_id: of the alert.
        camera_id: of its camera.
        first_seen_at: UTC capture time.
        last_seen_at: UTC capture time.
        until_at: UTC, end of what was asked for so far; None when nothing was.
        asked: number of recordings so far.
    """

    alert_id: int
    camera_id: str
    first_seen_at: datetime
    last_seen_at: datetime
    until_at: datetime | None
    asked: int


def state_of(
    from_at: datetime, until_at: datetime, parts: Sequence[RecordingPart]
) -> RecordingState:
    """What a recording is, by what there is of it.

    Args:
        from_at: UTC, its beginning as wanted.
        until_at: UTC, its end as wanted.
        parts: by time, without overlap.
    """
    if not parts:
        return RecordingState.MISSING
    lacking, reached = timedelta(0), from_at
    for part in parts:
        lacking += max(timedelta(0), part.from_at - reached)
        reached = max(reached, part.until_at)
    lacking += max(timedelta(0), until_at - reached)
    return RecordingState.PARTIAL if lacking > TOLERANCE else RecordingState.CUT
