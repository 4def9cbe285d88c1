"""Flights as they travel."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, Field, RootModel

from api.bodies import RequestBody
from api.moments import Moment
from drone_jobs.flights.following import Word
from models.flight import (
    AircraftState,
    FlightPhase,
    Gate,
    GateAnswer,
    GateCheck,
    GateRound,
    Run,
    RunCause,
    RunReason,
    RunState,
)

__all__ = [
    "AircraftNow",
    "CancelRequest",
    "FlightAnswer",
    "FlightPage",
    "FlightRequest",
    "FlightRow",
    "FlightsNow",
    "ReleaseRequest",
    "StateAnswer",
    "TrackAnswer",
    "TrackPoint",
    "WordRequest",
]

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
TrackPoint: TypeAlias = tuple[float, float, float | None, datetime]
"""Longitude, latitude, metres above the take-off or null, moment."""


class FlightRequest(RequestBody):
    """A flight of a kept sweep that no schedule asks for.

    Attributes:
        version: of the sweep that was looked at.
        sortie: number of the flight within it, from 1.
        due_at: from when on it may start; null for now.
        window_s: how long after that.
        key: of this wish: the same key again is the same flight.
    """

    sweep_id: Number
    version: Number
    sortie: Annotated[int, Field(ge=1, le=1000)]
    aircraft: Annotated[str, Field(min_length=1, max_length=80)]
    due_at: Moment | None = None
    window_s: Annotated[float, Field(ge=60.0, le=86_400.0)]
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,128}$")]


class ReleaseRequest(RequestBody):
    """A person's word that a flight may start.

    Attributes:
        version: of the sweep that was looked at.
    """

    version: Number


class CancelRequest(RequestBody):
    """Why a flight is not to be."""

    note: Annotated[str, Field(max_length=1000)] = ""


class WordRequest(RequestBody):
    """What an aircraft in the air is told."""

    word: Word


class FlightRow(BaseModel):
    """A flight in a list; see :class:`models.flight.Run`.

    Attributes:
        schedule_name: of the newest version; None for one without a schedule.
        sweep_name: of the version that it flies.
        closed: gates that kept it on the ground when they were asked last.
        is_drill: its aircraft is simulated: nothing flies.
    """

    run_id: int
    cause: RunCause
    schedule_id: int | None
    schedule_name: str | None
    incident_id: int | None
    sweep_id: int
    sweep_name: str
    sweep_version: int | None
    sortie: int
    aircraft: str
    due_at: datetime
    until_at: datetime
    state: RunState
    reason: RunReason
    released_by: str
    released_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    closed: tuple[Gate, ...]
    is_drill: bool

    @classmethod
    def of(
        cls, run: Run, schedule_name: str | None, sweep_name: str, *, is_drill: bool
    ) -> "FlightRow":
        """As it is kept."""
        return cls(**_row(run, schedule_name, sweep_name), is_drill=is_drill)


class StepAnswer(BaseModel):
    """One change of a flight."""

    at: datetime
    state: RunState
    reason: RunReason
    author: str
    note: str


class ReadingAnswer(BaseModel):
    """One gate at one moment; see :class:`models.flight.GateReading`."""

    gate: Gate
    answer: GateAnswer
    value: float | None
    limit: float | None
    unit: str
    read_at: datetime | None
    message: str
    remedy: str


class CheckedAnswer(BaseModel):
    """All gates at one moment."""

    round: GateRound
    at: datetime
    may_fly: bool
    readings: tuple[ReadingAnswer, ...]

    @classmethod
    def of(cls, check: GateCheck) -> "CheckedAnswer":
        """As they said."""
        names = ReadingAnswer.model_fields
        return cls(
            round=check.round,
            at=check.at,
            may_fly=check.may_fly,
            readings=tuple(
                ReadingAnswer(**{name: getattr(one, name) for name in names})
                for one in check.readings
            ),
        )


class FlightAnswer(FlightRow):
    """A flight with every step and every check, the oldest first."""

    steps: tuple[StepAnswer, ...]
    checks: tuple[CheckedAnswer, ...]

    @classmethod
    def whole(
        cls, run: Run, schedule_name: str | None, sweep_name: str, *, is_drill: bool
    ) -> "FlightAnswer":
        """As it is kept."""
        names = StepAnswer.model_fields
        return cls(
            **_row(run, schedule_name, sweep_name),
            is_drill=is_drill,
            steps=tuple(
                StepAnswer(**{name: getattr(step, name) for name in names}) for step in run.steps
            ),
            checks=tuple(CheckedAnswer.of(check) for check in run.checks),
        )


class FlightPage(BaseModel):
    """A page of flights, the newest number first.

    Attributes:
        next_before: for the next page; None at the end.
    """

    flights: tuple[FlightRow, ...]
    next_before: int | None


class WarningAnswer(BaseModel):
    """A warning of an aircraft that is in force; see :class:`models.flight.AircraftWarning`."""

    code: str
    level: int
    message: str


class StateAnswer(BaseModel):
    """What an aircraft told last; null is not told."""

    phase: FlightPhase
    lon_deg: float | None
    lat_deg: float | None
    above_take_off_m: float | None
    heading_deg: float | None
    ground_speed_ms: float | None
    battery_share: float | None
    mission_point: int | None
    at: datetime
    warnings: tuple[WarningAnswer, ...]

    @classmethod
    def of(cls, state: AircraftState) -> "StateAnswer":
        """As told."""
        plain = {name for name in cls.model_fields if name != "warnings"}
        return cls(
            **{name: getattr(state, name) for name in plain},
            warnings=tuple(
                WarningAnswer(code=one.code, level=one.level, message=one.message)
                for one in state.warnings
            ),
        )


class AircraftNow(BaseModel):
    """An aircraft as it is now.

    Attributes:
        has_link: whether this watch has a link to it.
        is_heard: whether it was heard of within its link's time.
        run_id: flight that has it in hand.
        state: what it told last; None before it has.
        is_drill: it is simulated.
    """

    aircraft: str
    has_link: bool
    is_heard: bool
    run_id: int | None
    state: StateAnswer | None
    is_drill: bool


class FlightsNow(BaseModel):
    """The aircraft now.

    Attributes:
        leads: whether this process leads the flights; None where none are flown from here.
        aircraft: the bureau's own and those that have a link, by name.
    """

    leads: bool | None
    aircraft: tuple[AircraftNow, ...]


class TrackPointAnswer(RootModel[TrackPoint]):
    """Longitude, latitude, metres above the take-off or null, moment."""


class TrackAnswer(BaseModel):
    """Where a flight went, and where it was to go.

    Attributes:
        points: as its aircraft told, the oldest first, at most 4000 and the newest among them.
        path: GeoJSON line through its mission's points.
    """

    points: tuple[TrackPointAnswer, ...]
    path: dict[str, Any]

    @classmethod
    def of(
        cls, points: Sequence[TrackPoint], places: Sequence[tuple[float, float]]
    ) -> "TrackAnswer":
        """Of a track and the places of a mission; one place alone is a point."""
        if len(places) == 1:
            path: dict[str, Any] = {"type": "Point", "coordinates": list(places[0])}
        else:
            path = {"type": "LineString", "coordinates": [list(place) for place in places]}
        return cls(points=tuple(TrackPointAnswer(point) for point in points), path=path)


def _row(run: Run, schedule_name: str | None, sweep_name: str) -> dict[str, Any]:
    told = {"schedule_name", "sweep_name", "closed", "is_drill"}
    return {
        **{name: getattr(run, name) for name in FlightRow.model_fields if name not in told},
        "schedule_name": schedule_name,
        "sweep_name": sweep_name,
        "closed": tuple(one.gate for one in run.checks[-1].closed) if run.checks else (),
    }
