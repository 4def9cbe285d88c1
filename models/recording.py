"""Video kept for an alert: what of it was wanted, what there is of it, and what was cleared.

A recording is one span of one camera's time. It is wanted from the moment its alert opens, cut out
of the camera's ring when it is over, and may be cleared when its alert is long settled::

    wanted → cut | partial | missing
    cut | partial → cleared | missing
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = [
    "HELD_STATES",
    "Clearing",
    "ClearingCause",
    "KeptKind",
    "Recording",
    "RecordingPart",
    "RecordingState",
]


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
