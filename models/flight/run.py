"""One flight of one window: what became of it, and every step on the way.

A window has exactly one run for each flight of its sweep, made together with the window; it ends
in one of the final states, each with its reason. Nothing is deleted.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.flight.gates import GateCheck

__all__ = [
    "FINAL",
    "IN_THE_AIR",
    "NEXT",
    "Run",
    "RunCause",
    "RunReason",
    "RunState",
    "RunStep",
]


class RunState(StrEnum):
    """How far a run is."""

    PLANNED = "planned"  # its window has not opened
    WAITING = "waiting"  # the window is open, gates are closed or nobody has released it
    CLAIMED = "claimed"  # one scheduler has it, and the aircraft has been told nothing
    UPLOADING = "uploading"
    READY = "ready"  # the aircraft holds the mission, read back and equal
    STARTING = "starting"  # told to start; whether it did is not known
    FLYING = "flying"
    PAUSED = "paused"
    RETURNING = "returning"
    LANDED = "landed"  # flown to its end
    ABORTED = "aborted"  # flown in part, by a person's word or its own, and landed
    FAILED = "failed"  # never left the ground, or nobody knows where it is: the reason says which
    MISSED = "missed"  # nothing was there to fly it in its window
    SKIPPED = "skipped"  # it was there, and gates or a person said no
    CANCELLED = "cancelled"  # its schedule was changed or switched off before the window


FINAL: Final = frozenset(
    {
        RunState.LANDED,
        RunState.ABORTED,
        RunState.FAILED,
        RunState.MISSED,
        RunState.SKIPPED,
        RunState.CANCELLED,
    }
)
"""States that a run does not leave."""

IN_THE_AIR: Final = frozenset(
    {RunState.STARTING, RunState.FLYING, RunState.PAUSED, RunState.RETURNING}
)
"""States in which the aircraft may be in the air."""

_UNSTARTED: Final = frozenset({RunState.SKIPPED, RunState.MISSED, RunState.CANCELLED})

NEXT: Final[dict[RunState, frozenset[RunState]]] = {
    RunState.PLANNED: _UNSTARTED | {RunState.WAITING, RunState.CLAIMED},
    RunState.WAITING: _UNSTARTED | {RunState.CLAIMED},
    RunState.CLAIMED: _UNSTARTED | {RunState.WAITING, RunState.UPLOADING, RunState.FAILED},
    RunState.UPLOADING: _UNSTARTED | {RunState.WAITING, RunState.READY, RunState.FAILED},
    RunState.READY: _UNSTARTED | {RunState.WAITING, RunState.STARTING, RunState.FAILED},
    RunState.STARTING: IN_THE_AIR - {RunState.STARTING}
    | {RunState.LANDED, RunState.ABORTED, RunState.FAILED},
    RunState.FLYING: frozenset(
        {RunState.PAUSED, RunState.RETURNING, RunState.LANDED, RunState.ABORTED, RunState.FAILED}
    ),
    RunState.PAUSED: frozenset(
        {RunState.FLYING, RunState.RETURNING, RunState.LANDED, RunState.ABORTED, RunState.FAILED}
    ),
    RunState.RETURNING: frozenset(  # a way home can be called off
        {RunState.FLYING, RunState.PAUSED, RunState.LANDED, RunState.ABORTED, RunState.FAILED}
    ),
    **dict.fromkeys(FINAL, frozenset[RunState]()),
}
"""Which state may follow which. Once told to start, a run is never flown again."""


class RunCause(StrEnum):
    """Why there is a run."""

    SCHEDULE = "schedule"
    BY_HAND = "by_hand"  # a person wants it now
    VERIFICATION = "verification"  # a look at an unconfirmed alert


class RunReason(StrEnum):
    """Why it did not fly, or not to its end; empty reasons are told in the step's note."""

    NONE = "none"
    GATES = "gates"  # closed until the window was over; the run's checks say which
    NO_RELEASE = "no_release"  # nobody released it in its window
    NO_LINK = "no_link"  # the aircraft was not there
    BUSY = "busy"  # another run had the aircraft
    DOWN = "down"  # the watch was not running in its window
    SWITCHED_OFF = "switched_off"
    SWEEP_RETIRED = "sweep_retired"
    MISSION_REFUSED = "mission_refused"  # by our checks, or by the aircraft
    UPLOAD_FAILED = "upload_failed"
    READ_BACK_DIFFERS = "read_back_differs"
    START_REFUSED = "start_refused"
    PERSON = "person"  # somebody said so
    LOW_BATTERY = "low_battery"
    LINK_LOST = "link_lost"  # and not heard of since
    AIRCRAFT = "aircraft"  # it broke off by itself; the note has its words
    RESTARTED = "restarted"  # the watch went down in between, and what became of it is not known


@dataclass(frozen=True, slots=True)
class RunStep:
    """One change of a run.

    Attributes:
        at: UTC.
        state: from here on.
        reason: why.
        author: user name, or ``system``.
        note: in English; may be empty.
    """

    at: datetime
    state: RunState
    reason: RunReason
    author: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One flight.

    Attributes:
        run_id: number.
        cause: why it is there.
        schedule_id: of its window; None for one by hand or a verification.
        incident_id: that it looks at; None otherwise.
        sweep_id: what is flown.
        sweep_version: of it; None until it is claimed where the schedule takes the newest.
        sortie: number of the flight within the sweep, from 1.
        aircraft: name.
        due_at: UTC, its window opens.
        until_at: UTC, its window closes.
        state: now.
        reason: of the state.
        released_by: user name; empty while nobody has.
        released_at: UTC; None while nobody has.
        started_at: UTC; None before the start.
        ended_at: UTC; None before a final state.
        fence: number of the lease under which it was claimed last; writes with a smaller one are
            refused. 0 before.
        steps: all of them, the oldest first.
        checks: gates as they were asked, the oldest first.
    """

    run_id: int
    cause: RunCause
    schedule_id: int | None
    incident_id: int | None
    sweep_id: int
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
    fence: int
    steps: tuple[RunStep, ...] = ()
    checks: tuple[GateCheck, ...] = ()
