"""Runs that were under way when the watch went down: none is flown twice, none is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from drone_jobs.flights.reconciling import after_restart
from models.flight import (
    FINAL,
    IN_THE_AIR,
    NEXT,
    AircraftState,
    FlightPhase,
    Run,
    RunCause,
    RunReason,
    RunState,
)

DUE = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
INSIDE, AFTER = DUE + timedelta(minutes=5), DUE + timedelta(minutes=31)


def run_in(state: RunState) -> Run:
    return Run(
        run_id=1,
        cause=RunCause.SCHEDULE,
        schedule_id=1,
        incident_id=None,
        sweep_id=1,
        sweep_version=1,
        sortie=1,
        aircraft="M4T-01",
        due_at=DUE,
        until_at=DUE + timedelta(minutes=30),
        state=state,
        reason=RunReason.NONE,
        released_by="wang",
        released_at=DUE,
        started_at=None,
        ended_at=None,
        fence=1,
    )


@pytest.mark.parametrize("state", RunState)
@pytest.mark.parametrize("phase", [None, *FlightPhase])
@pytest.mark.parametrize("now", [INSIDE, AFTER])
def test_whatever_is_found_follows_as_it_may(
    state: RunState, phase: FlightPhase | None, now: datetime
) -> None:
    told = None if phase is None else AircraftState(now, phase)
    deed = after_restart(run_in(state), told, now)
    if deed is None:
        return
    assert deed.word is None  # finding something is no reason to tell an aircraft anything
    assert deed.state in NEXT[state]
    assert deed.note
    if state in IN_THE_AIR:
        assert deed.state in FINAL
        assert told is not None
        assert told.is_in_the_air is False
    if now == AFTER:
        assert deed.state in FINAL


@pytest.mark.parametrize(
    ("state", "now", "becomes"),
    [
        (RunState.UPLOADING, INSIDE, RunState.WAITING),
        (RunState.READY, AFTER, RunState.MISSED),
        (RunState.PLANNED, AFTER, RunState.MISSED),
        (RunState.WAITING, AFTER, RunState.SKIPPED),
        (RunState.STARTING, INSIDE, RunState.FAILED),
        (RunState.RETURNING, AFTER, RunState.ABORTED),
    ],
)
def test_on_the_ground(state: RunState, now: datetime, becomes: RunState) -> None:
    deed = after_restart(run_in(state), AircraftState(now, FlightPhase.GROUND), now)
    assert deed is not None
    assert deed.state is becomes


@pytest.mark.parametrize("state", sorted(IN_THE_AIR))
def test_what_may_be_in_the_air_is_waited_for(state: RunState) -> None:
    assert after_restart(run_in(state), None, AFTER) is None


@pytest.mark.parametrize("state", [RunState.PLANNED, RunState.WAITING])
def test_what_is_still_to_come_stays(state: RunState) -> None:
    assert after_restart(run_in(state), None, INSIDE) is None
