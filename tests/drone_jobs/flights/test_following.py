"""A flight that is followed: it ends on the ground or reported, along states that may follow."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drone_jobs.flights.following import Deed, Following, FollowLimits, Word
from models.flight import FINAL, NEXT, AircraftState, FlightPhase, RunReason, RunState

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
LIMITS = FollowLimits(
    last_point=5, duration_s=600.0, reserve_share=0.2, home_share=lambda _state: 0.1
)
AIRBORNE = set(FlightPhase) - {FlightPhase.UNKNOWN, FlightPhase.GROUND, FlightPhase.ARMED}


def told(
    phase: FlightPhase, point: int | None = None, battery_share: float | None = 0.9
) -> AircraftState:
    return AircraftState(NOON, phase, mission_point=point, battery_share=battery_share)


def flown(
    following: Following, states: Sequence[AircraftState | None], step_s: float = 1.0
) -> list[Deed]:
    """What follows from one state a step."""
    deeds: list[Deed] = []
    for number, state in enumerate(states, start=1):
        deeds += following.look(state, number * step_s)
    return deeds


def states_of(deeds: Sequence[Deed]) -> list[RunState]:
    return [deed.state for deed in deeds if deed.state is not None]


def test_a_whole_flight() -> None:
    following = Following(LIMITS, 0.0)
    way = [
        told(FlightPhase.GROUND),
        told(FlightPhase.ARMED),
        *(told(FlightPhase.MISSION, point) for point in range(6)),
        told(FlightPhase.RETURNING, 5),
        told(FlightPhase.LANDING),
        told(FlightPhase.ARMED),
        told(FlightPhase.GROUND),
        told(FlightPhase.GROUND),
    ]
    deeds = flown(following, way)
    assert states_of(deeds) == [RunState.FLYING, RunState.RETURNING, RunState.LANDED]
    assert following.is_over
    assert not [deed for deed in deeds if deed.word is not None]


def test_on_the_ground_before_its_last_point_is_no_flight_to_its_end() -> None:
    deeds = flown(Following(LIMITS, 0.0), [told(FlightPhase.MISSION, 2), told(FlightPhase.GROUND)])
    assert (deeds[-1].state, deeds[-1].reason) == (RunState.ABORTED, RunReason.AIRCRAFT)
    assert "point 3 of 6" in deeds[-1].note


def test_a_word_is_said_again_until_it_is_done() -> None:
    following = Following(LIMITS, 0.0)
    flown(following, [told(FlightPhase.MISSION, 1)])
    assert [deed.word for deed in following.asked(Word.COME_HOME, "wang", 2.0)] == [Word.COME_HOME]
    deaf = [told(FlightPhase.MISSION, 1)] * 25
    said = [deed.word for deed in flown(following, deaf) if deed.word is not None]
    assert said == [Word.COME_HOME] * 2  # after 12 and 22 s
    deeds = flown(following, [told(FlightPhase.RETURNING), told(FlightPhase.GROUND)])
    assert (deeds[-1].state, deeds[-1].reason) == (RunState.ABORTED, RunReason.PERSON)


def test_a_word_into_silence_is_said_when_it_is_heard_of_again() -> None:
    following = Following(LIMITS, 0.0)
    flown(following, [told(FlightPhase.MISSION, 1)])
    assert [deed.word for deed in following.asked(Word.LAND, "wang", 2.0)] == [Word.LAND]
    assert not [deed for deed in flown(following, [None] * 60) if deed.word is not None]
    heard = following.look(told(FlightPhase.MISSION, 2), 61.0)
    assert [deed.word for deed in heard if deed.word is not None] == [Word.LAND]


@pytest.mark.parametrize("word", Word)
def test_no_word_wrests_an_aircraft_from_its_pilot_again_and_again(word: Word) -> None:
    """A pilot takes it over after a word; a word for one that is flown by hand is another thing."""
    following, phase = Following(LIMITS, 0.0), FlightPhase.MISSION
    if word is Word.RESUME:
        phase = FlightPhase.PAUSED
    flown(following, [told(phase, 1)])
    following.asked(word, "wang", 2.0)
    flown(following, [told(phase, 1)] * 3)
    deeds = flown(following, [told(FlightPhase.BY_HAND, 1)] * 40)
    assert [deed.word for deed in deeds if deed.word is not None] == []
    assert [deed.note for deed in deeds if "pilot" in deed.note] == [
        f"A pilot has it: {word.value} is not said again."
    ]
    assert [deed.word for deed in following.asked(Word.COME_HOME, "wang", 41.0)] == [Word.COME_HOME]
    later = [following.look(told(FlightPhase.BY_HAND, 1), 42.0 + at) for at in range(12)]
    assert [deed.word for deeds in later for deed in deeds] == [Word.COME_HOME]


def test_a_low_battery_comes_home_once() -> None:
    following = Following(LIMITS, 0.0)
    deeds = flown(
        following, [told(FlightPhase.MISSION, 1, 0.31), told(FlightPhase.MISSION, 1, 0.29)]
    )
    assert [deed.word for deed in deeds if deed.word is not None] == [Word.COME_HOME]
    deeds = flown(following, [told(FlightPhase.RETURNING, 1, 0.2), told(FlightPhase.GROUND)])
    assert (deeds[-1].state, deeds[-1].reason) == (RunState.ABORTED, RunReason.LOW_BATTERY)


@pytest.mark.parametrize("share", [0.0, 0.19])
def test_a_battery_whose_way_home_nobody_knows_keeps_the_reserve(share: float) -> None:
    limits = replace(LIMITS, home_share=lambda _state: None)
    following = Following(limits, 0.0)
    deeds = flown(following, [told(FlightPhase.PAUSED, 1, share)])
    assert [deed.word for deed in deeds if deed.word is not None] == [Word.COME_HOME]


def test_what_never_takes_off_is_told_to_stay_down() -> None:
    deeds = flown(Following(LIMITS, 0.0), [told(FlightPhase.GROUND)] * 61)
    assert [(deed.state, deed.reason, deed.word) for deed in deeds] == [
        (RunState.FAILED, RunReason.START_REFUSED, Word.LAND)
    ]


def test_silence_is_no_landing() -> None:
    following = Following(LIMITS, 0.0)
    flown(following, [told(FlightPhase.MISSION, 5)])
    deeds = [deed for second in range(2, 1600) for deed in following.look(None, float(second))]
    assert states_of(deeds) == [RunState.FAILED]
    assert deeds[-1].reason is RunReason.LINK_LOST
    assert "look for it" in deeds[-1].note


def test_a_link_that_comes_back_goes_on() -> None:
    following = Following(LIMITS, 0.0)
    flown(following, [told(FlightPhase.MISSION, 3)])
    for second in range(2, 300):
        following.look(None, float(second))
    deeds = following.look(told(FlightPhase.RETURNING, 5), 300.0)
    assert "Heard again after 299 s" in deeds[0].note
    deeds += following.look(told(FlightPhase.GROUND), 301.0)
    assert states_of(deeds) == [RunState.RETURNING, RunState.LANDED]


def test_a_flight_taken_over_after_a_restart_is_not_one_that_never_started() -> None:
    following = Following(LIMITS, 0.0, RunState.FLYING, flown_s=300.0)
    deeds = flown(following, [told(FlightPhase.GROUND)])
    assert deeds[-1].state is RunState.ABORTED  # nobody has seen it fly to its end


def test_nothing_follows_the_end() -> None:
    following = Following(LIMITS, 0.0)
    flown(following, [told(FlightPhase.MISSION, 5), told(FlightPhase.GROUND)])
    assert following.is_over
    assert following.look(told(FlightPhase.MISSION), 9.0) == []
    assert following.asked(Word.LAND, "wang", 9.0) == []


STATES = st.builds(
    told,
    st.sampled_from(FlightPhase),
    st.none() | st.integers(0, 5),
    st.none() | st.floats(0.0, 1.0),
)
DOINGS = st.lists(
    st.tuples(st.none() | STATES | st.sampled_from(Word), st.floats(0.1, 400.0)), max_size=40
)


@given(DOINGS)
def test_states_follow_as_they_may_and_silence_always_ends(
    doings: list[tuple[AircraftState | Word | None, float]],
) -> None:
    following, now_s, state = Following(LIMITS, 0.0), 0.0, RunState.STARTING
    flew = False
    for doing, later_s in doings:
        now_s += later_s
        if isinstance(doing, Word):
            deeds = following.asked(doing, "wang", now_s)
            assert len(deeds) == (0 if state in FINAL else 1)
        else:
            flew = flew or (doing is not None and doing.phase in AIRBORNE)
            deeds = following.look(doing, now_s)
        for deed in deeds:
            if deed.state is not None:
                assert deed.state in NEXT[state]
                state = deed.state
        assert following.state is state
        if state in {RunState.LANDED, RunState.ABORTED}:
            assert flew
    for _ in range(4):
        now_s += 1000.0
        following.look(None, now_s)
    assert following.is_over
