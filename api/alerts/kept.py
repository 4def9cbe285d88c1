"""What an alert keeps besides its pictures, on the wire: recordings, and what was cleared."""

from collections.abc import Collection
from datetime import datetime

from pydantic import BaseModel

from camera_gateway.recording.preview import PLAYED
from models.recording import (
    HELD_STATES,
    Clearing,
    ClearingCause,
    KeptKind,
    Recording,
    RecordingState,
)

__all__ = ["ClearingAnswer", "RecordingAnswer"]


class PartAnswer(BaseModel):
    """One file of a recording.

    Attributes:
        url: the original; None when it is not there any more.
        play_url: what a browser plays: the original, or its H.264 preview; None when there is none
            yet.
        is_preview: whether that is a small copy.
    """

    from_at: datetime
    until_at: datetime
    seconds: float
    size_bytes: int
    sha256: str
    codec: str
    width_px: int
    height_px: int
    url: str | None
    play_url: str | None
    is_preview: bool


class RecordingAnswer(BaseModel):
    """A span of the camera's time, and what there is of it."""

    recording_id: int
    state: RecordingState
    from_at: datetime
    until_at: datetime
    seconds: float
    size_bytes: int
    settled_at: datetime | None
    parts: tuple[PartAnswer, ...]

    @classmethod
    def of(cls, one: Recording) -> "RecordingAnswer":
        """With the addresses of its files."""
        address = f"/api/alerts/{one.alert_id}/recordings/{one.recording_id}"
        held = one.state in HELD_STATES
        parts = []
        for number, part in enumerate(one.parts):
            played = part.codec in PLAYED
            url = f"{address}/{number}.mp4" if held else None
            preview = f"{address}/{number}-preview.mp4" if held and part.preview_key else None
            parts.append(
                PartAnswer(
                    from_at=part.from_at,
                    until_at=part.until_at,
                    seconds=(part.until_at - part.from_at).total_seconds(),
                    size_bytes=part.size_bytes,
                    sha256=part.sha256,
                    codec=part.codec,
                    width_px=part.width_px,
                    height_px=part.height_px,
                    url=url,
                    play_url=url if played else preview,
                    is_preview=not played,
                )
            )
        return cls(
            recording_id=one.recording_id,
            state=one.state,
            from_at=one.from_at,
            until_at=one.until_at,
            seconds=sum(part.seconds for part in parts),
            size_bytes=sum(part.size_bytes for part in parts),
            settled_at=one.settled_at,
            parts=tuple(parts),
        )


class ClearingAnswer(BaseModel):
    """Evidence that is not there any more."""

    kind: KeptKind
    cause: ClearingCause
    at: datetime
    files: int

    @classmethod
    def all(cls, clearings: Collection[Clearing]) -> "tuple[ClearingAnswer, ...]":
        """In the order in which it went."""
        return tuple(
            cls(kind=one.kind, cause=one.cause, at=one.at, files=one.files) for one in clearings
        )
