"""Flights: what may follow what, and what keeps an aircraft on the ground."""

from datetime import UTC, datetime

import pytest

from models.flight import (
    FINAL,
    IN_THE_AIR,
    NEXT,
    AircraftState,
    FlightPhase,
    Gate,
    GateAnswer,
    GateCheck,
    GateReading,
    GateRound,
    RunState,
)

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def reached(start: RunState) -> set[RunState]:
    """Every state that can follow, by however many steps."""
    found: set[RunState] = set()
    ahead = [start]
    while ahead:
        for state in NEXT[ahead.pop()] - found:
            found.add(state)
            ahead.append(state)
    return found


def test_every_state_is_known_and_only_final_ones_end() -> None:
    assert set(NEXT) == set(RunState)
    assert {state for state, following in NEXT.items() if not following} == FINAL


@pytest.mark.parametrize("state", sorted(set(RunState) - FINAL))
def test_every_run_can_end(state: RunState) -> None:
    assert reached(state) & FINAL


@pytest.mark.parametrize("state", sorted(IN_THE_AIR | {RunState.LANDED, RunState.ABORTED}))
def test_what_was_told_to_start_never_starts_again(state: RunState) -> None:
    before = {RunState.PLANNED, RunState.WAITING, RunState.CLAIMED, RunState.UPLOADING}
    assert not reached(state) & (before | {RunState.READY, RunState.STARTING})
    assert not reached(state) & {RunState.MISSED, RunState.SKIPPED, RunState.CANCELLED}


def test_nothing_starts_but_what_holds_a_mission_that_was_read_back() -> None:
    assert {s for s, following in NEXT.items() if RunState.STARTING in following} == {
        RunState.READY
    }


@pytest.mark.parametrize(
    ("answer", "may_fly"),
    [
        (GateAnswer.OPEN, True),
        (GateAnswer.NOT_ASKED, True),
        (GateAnswer.CLOSED, False),
        (GateAnswer.UNKNOWN, False),
    ],
)
def test_a_gate_that_nobody_can_answer_is_closed(answer: GateAnswer, *, may_fly: bool) -> None:
    readings = (GateReading(Gate.WIND, answer), GateReading(Gate.RAIN, GateAnswer.OPEN))
    check = GateCheck(GateRound.START, NOON, readings)
    assert check.may_fly is may_fly
    assert [reading.gate for reading in check.closed] == ([] if may_fly else [Gate.WIND])


@pytest.mark.parametrize(
    ("phase", "flies"),
    [
        (FlightPhase.UNKNOWN, None),
        (FlightPhase.GROUND, False),
        (FlightPhase.ARMED, False),
        (FlightPhase.MISSION, True),
        (FlightPhase.BY_HAND, True),
    ],
)
def test_whether_it_flies(phase: FlightPhase, *, flies: bool | None) -> None:
    assert AircraftState(NOON, phase).is_in_the_air is flies
