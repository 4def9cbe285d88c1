"""What the header of a video says of it, which may be a lie."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import av

__all__ = ["VideoClaims", "claims_of"]

_EARLIEST_YEAR: Final = 1990  # makers without a clock write 1904 or 1970


@dataclass(frozen=True, slots=True)
class VideoClaims:
    """What the header says; None where it says nothing.

    Attributes:
        codec: as its decoder calls it.
        frames: how many there are.
        fps: how many come in a second.
        duration_s: how long they last.
        made_at: UTC.
    """

    codec: str
    frames: int | None
    fps: float | None
    duration_s: float | None
    made_at: datetime | None


def claims_of(path: Path) -> VideoClaims:
    """Read the header of a video that has been decoded: it is known to be one."""
    with av.open(f"file:{path}", options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.video[0]
        lasts = None if container.duration is None else container.duration / av.time_base
        return VideoClaims(
            stream.codec_context.name,
            stream.frames if stream.frames > 0 else None,
            float(stream.average_rate) if stream.average_rate else None,
            lasts,
            _moment(container.metadata.get("creation_time", "")),
        )


def _moment(told: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(told)
        moment = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _EARLIEST_YEAR else None
