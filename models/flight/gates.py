"""What is asked before a flight may start: each gate with its reading, its limit and its answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Gate", "GateAnswer", "GateCheck", "GateReading", "GateRound"]


class Gate(StrEnum):
    """What is looked at."""

    WIND = "wind"
    GUST = "gust"
    RAIN = "rain"
    VISIBILITY = "visibility"
    TEMPERATURE = "temperature"
    DAYLIGHT = "daylight"
    BATTERY = "battery"
    STORAGE = "storage"
    LINK = "link"
    HEALTH = "health"  # the aircraft's own warnings
    DOCK = "dock"  # cover, drone inside, not busy
    MISSION = "mission"  # still flies by today's rules
    AIRSPACE = "airspace"  # approval number and its window, zones of today
    REGISTRATION = "registration"  # GB 46761-2025
    IDENTIFICATION = "identification"  # GB 46750-2025, activated
    PILOT = "pilot"  # certificate
    CONFLICT = "conflict"  # another aircraft in the way, or this one is busy
    RELEASE = "release"  # a person's


class GateAnswer(StrEnum):
    """What a gate says."""

    OPEN = "open"
    CLOSED = "closed"  # it must not fly
    UNKNOWN = "unknown"  # nothing tells it; closed, unless the rules say that a person may pass it
    NOT_ASKED = "not_asked"  # the rules do not ask it


@dataclass(frozen=True, slots=True)
class GateReading:
    """One gate at one moment.

    Attributes:
        gate: which.
        answer: what it says.
        value: what was read, in ``unit``; None where it is no number.
        limit: that it is held against; None where it is no number.
        unit: of both: ``m/s``, ``mm/h``, ``m``, ``share``, ``bytes``, ``deg C``; may be empty.
        read_at: UTC, of the reading; None when there is none.
        message: in English.
        remedy: what would open it; empty for an open one.
    """

    gate: Gate
    answer: GateAnswer
    value: float | None = None
    limit: float | None = None
    unit: str = ""
    read_at: datetime | None = None
    message: str = ""
    remedy: str = ""


class GateRound(StrEnum):
    """When they are asked."""

    BEFORE = "before"  # ten minutes before the window
    START = "start"  # right before the aircraft is told to start


@dataclass(frozen=True, slots=True)
class GateCheck:
    """All gates at one moment.

    Attributes:
        round: when.
        at: UTC.
        readings: one for each gate.
    """

    round: GateRound
    at: datetime
    readings: tuple[GateReading, ...]

    @property
    def closed(self) -> tuple[GateReading, ...]:
        """Those that keep it on the ground."""
        return tuple(
            reading
            for reading in self.readings
            if reading.answer in {GateAnswer.CLOSED, GateAnswer.UNKNOWN}
        )

    @property
    def may_fly(self) -> bool:
        """Whether none keeps it on the ground."""
        return not self.closed
