"""What a watch remembers of a node, as JSON: small, readable, and refused whole when damaged."""

from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from detector.thermal.habits import MOST_SQUARES, MOST_TAUGHT, Habits, TaughtPlace
from detector.thermal.tracks import MOST_SAMPLES, MOST_TRACKS, Sample, Track, Tracks

__all__ = ["Memory", "read_memory", "write_memory"]

_Number = Annotated[float, Field(allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one node.

    Attributes:
        tracks: places that are followed.
        habits: of the view.
        followed_until: capture time of the latest frame; None before the first.
    """

    tracks: Tracks
    habits: Habits
    followed_until: datetime | None


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Sample(_Part):
    at_s: _Number
    x: _Number
    y: _Number
    size: _Number
    area: _Number
    level: _Number
    contrast: _Number
    excess_k: _Number | None
    looks: _Number | None
    sun_k: _Number


class _Track(_Part):
    number: Annotated[int, Field(ge=1)]
    first_at_s: _Number
    first_frame: _Count
    seen: Annotated[int, Field(ge=1)]
    last_frame: _Count
    peak: _Number
    was_due: bool
    hot_since_s: _Number | None = None
    samples: Annotated[tuple[_Sample, ...], Field(min_length=1, max_length=MOST_SAMPLES)]


class _Taught(_Part):
    x: _Number
    y: _Number
    size: _Number
    level: _Number
    until_s: _Number


class _Memory(_Part):
    version: Literal[1] = 1
    followed_until: AwareDatetime | None
    frames: _Count
    next_number: Annotated[int, Field(ge=1)]
    tracks: Annotated[tuple[_Track, ...], Field(max_length=MOST_TRACKS)]
    days: Annotated[
        dict[int, dict[int, tuple[Annotated[int, Field(ge=0, lt=1 << 24)], _Number]]],
        Field(max_length=MOST_SQUARES),
    ]
    taught: Annotated[tuple[_Taught, ...], Field(max_length=MOST_TAUGHT)]


def write_memory(memory: Memory) -> bytes:
    """As :func:`read_memory` reads it."""
    written = _Memory(
        followed_until=memory.followed_until,
        frames=memory.tracks.frames,
        next_number=memory.tracks.next_number,
        tracks=tuple(
            _Track(
                number=track.number,
                first_at_s=track.first_at_s,
                first_frame=track.first_frame,
                seen=track.seen,
                last_frame=track.last_frame,
                peak=track.peak,
                was_due=track.was_due,
                hot_since_s=track.hot_since_s,
                samples=tuple(_Sample(**asdict(sample)) for sample in track.samples),
            )
            for track in memory.tracks.living
        ),
        days=memory.habits.days,
        taught=tuple(_Taught(**asdict(place)) for place in memory.habits.taught),
    )
    return written.model_dump_json().encode()


def read_memory(data: bytes) -> Memory | None:
    """What was written; None where it is damaged, or of another version."""
    try:
        read = _Memory.model_validate_json(data)
    except ValidationError:
        return None
    tracks = Tracks()
    tracks.frames, tracks.next_number = read.frames, read.next_number
    for one in read.tracks:
        seen = (Sample(**sample.model_dump()) for sample in one.samples)
        values = one.model_dump(exclude={"samples"})
        tracks.living.append(Track(**values, samples=deque(seen, maxlen=MOST_SAMPLES)))
    habits = Habits(
        days={square: dict(days) for square, days in read.days.items()},
        taught=[TaughtPlace(**place.model_dump()) for place in read.taught],
    )
    return Memory(tracks, habits, read.followed_until)
