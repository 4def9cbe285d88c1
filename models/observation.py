"""What people see and tell: a call, a patrol on foot, a pilot. A witness beside the cameras."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.crossing import Witness

__all__ = ["Observation", "ObservationSource"]


class ObservationSource(StrEnum):
    """Who told it."""

    CALL = "call"  # the public, by telephone
    PATROL = "patrol"  # a ranger or a checkpoint
    PILOT = "pilot"  # somebody in the air
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Observation:
    """A fire, or smoke, as somebody told it.

    Attributes:
        observation_id: number, rising; 0 before it is stored.
        source: who told it.
        witness: the place or the direction, with its error.
        seen_at: UTC, when it was seen.
        entered_at: UTC, when it was written down.
        author: user name of who wrote it down.
        words: as they were told.
        withdrawn_by: user name of who took it back; empty while it holds.
        withdrawn_at: UTC; None while it holds.
    """

    observation_id: int
    source: ObservationSource
    witness: Witness
    seen_at: datetime
    entered_at: datetime
    author: str
    words: str = ""
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
