"""Gates: each closes on its own, what nobody tells is closed, and what cannot be tells nothing."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import ephem
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sweep_rig import QUAD

from drone_jobs.calendar import DockFacts, GateFacts, Measured, MeasuredBy, ask
from drone_jobs.checks import MissionCheck
from models.flight import (
    PASSABLE,
    AircraftState,
    AircraftWarning,
    FlightPhase,
    Gate,
    GateAnswer,
    GateLimits,
    GateReading,
    GateRound,
)
from models.mission import AirWind, Autopilot, Finding, Gravity, Registration
from models.weather import Reading

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
"""In Chongqing, nearly."""
LIMITS = GateLimits()
STRICT = replace(LIMITS, may_pass_unknown=frozenset())
PAPERS = Registration(
    "UAS12345", "1581F6Q8D23", "渝通航 2026-7", "PICC 99", "王某 CAAC-1", is_activated=True
)
AIRCRAFT = replace(QUAD, registration=PAPERS)
KEPT = MissionCheck((), may_fly=True, profile=None, length_m=4000.0, duration_s=600.0)
BROKEN = MissionCheck(
    (Finding("above_ceiling", Gravity.REFUSED, "It flies too high.", ""),),
    may_fly=False,
    profile=None,
    length_m=0.0,
    duration_s=None,
)


def measured(gate: Gate, value: float, by: MeasuredBy, age_s: float = 0.0) -> Measured:
    return Measured(gate, value, NOON - timedelta(seconds=age_s), by)


STATE = AircraftState(
    NOON - timedelta(seconds=5),
    FlightPhase.GROUND,
    battery_share=0.97,
    storage_free_bytes=20_000_000_000,
    link_share=0.9,
)
READING = Reading("站", NOON - timedelta(minutes=40), 18.0, 40.0, 4.0, 0.0)
OPEN = GateFacts(
    at=NOON,
    from_at=NOON,
    until_at=NOON + timedelta(minutes=20),
    place=(106.65, 29.03),
    aircraft=AIRCRAFT,
    state=STATE,
    weather=(READING,),
    measured=(
        measured(Gate.GUST, 6.0, MeasuredBy.DOCK),
        measured(Gate.RAIN, 0.0, MeasuredBy.DOCK),
        measured(Gate.VISIBILITY, 8000.0, MeasuredBy.PERSON, 600.0),
    ),
    has_dock=True,
    dock=DockFacts(at=NOON, holds_aircraft=True, is_free=True),
    battery_needed_share=0.5,
    check=KEPT,
    checked_at=NOON - timedelta(minutes=10),
    needs_approval=True,
    approval_number="渝空批 17",
    approved_from_at=NOON,
    approved_until_at=NOON + timedelta(minutes=20),
    conflicts=(),
    released_by="li",
)


def read(
    facts: GateFacts,
    gate: Gate,
    limits: GateLimits = STRICT,
    at_round: GateRound = GateRound.START,
) -> GateReading:
    check = ask(at_round, facts, limits)
    assert [each.gate for each in check.readings] == list(Gate)
    return next(each for each in check.readings if each.gate is gate)


@pytest.mark.parametrize("at_round", GateRound)
def test_everything_known_and_within_its_limits_may_fly(at_round: GateRound) -> None:
    check = ask(at_round, OPEN, STRICT)
    assert {each.answer for each in check.readings} == {GateAnswer.OPEN}
    assert check.may_fly
    assert check.at == NOON
    assert all(not each.remedy for each in check.readings)


def with_state(**changes: object) -> dict[str, Any]:
    told: dict[str, Any] = changes
    return {"state": replace(STATE, **told)}


def with_papers(**changes: object) -> dict[str, Any]:
    told: dict[str, Any] = changes
    return {"aircraft": replace(AIRCRAFT, registration=replace(PAPERS, **told))}


def also(gate: Gate, value: float, by: MeasuredBy = MeasuredBy.DOCK) -> dict[str, Any]:
    return {"measured": (*OPEN.measured, measured(gate, value, by))}


CLOSING = [
    (Gate.WIND, also(Gate.WIND, 10.1)),  # the dock is worse than the station
    (Gate.WIND, {"weather": (replace(READING, wind_m_s=10.1),)}),
    (Gate.WIND, with_state(wind=AirWind(0.0, 11.0))),
    (Gate.WIND, {"aircraft": replace(AIRCRAFT, most_wind_ms=3.9)}),  # the aircraft's own limit
    (Gate.WIND, {"aircraft": replace(AIRCRAFT, most_wind_ms=None)}),
    (Gate.GUST, also(Gate.GUST, 12.1)),
    (Gate.GUST, {"aircraft": replace(AIRCRAFT, most_wind_ms=5.9)}),
    (Gate.RAIN, also(Gate.RAIN, 0.1)),
    (Gate.VISIBILITY, also(Gate.VISIBILITY, 1999.0)),
    (Gate.TEMPERATURE, also(Gate.TEMPERATURE, -10.1)),
    (Gate.TEMPERATURE, also(Gate.TEMPERATURE, 40.1)),
    (Gate.DAYLIGHT, {"place": (-73.0, 29.03)}),  # midnight there
    (Gate.BATTERY, with_state(battery_share=0.89)),
    (Gate.BATTERY, with_state(battery_share=0.0)),  # zero is a value
    (Gate.BATTERY, {"battery_needed_share": 0.78}),  # and 0.2 of reserve
    (Gate.STORAGE, with_state(storage_free_bytes=0)),
    (Gate.LINK, {"state": None}),
    (Gate.LINK, with_state(at=NOON - timedelta(seconds=31))),
    (Gate.LINK, with_state(link_share=0.29)),
    (Gate.LINK, with_state(link_share=math.nan)),
    (Gate.HEALTH, with_state(warnings=(AircraftWarning("0x1", 2, "IMU"),))),
    (Gate.DOCK, {"dock": DockFacts(at=NOON, holds_aircraft=False, is_free=True)}),
    (Gate.DOCK, {"dock": DockFacts(at=NOON, holds_aircraft=True, is_free=False)}),
    (
        Gate.DOCK,
        {"dock": DockFacts(at=NOON, holds_aircraft=True, is_free=True, fault="cover stuck")},
    ),
    (Gate.MISSION, {"check": BROKEN}),
    (Gate.AIRSPACE, {"approval_number": " "}),
    (Gate.AIRSPACE, {"approved_from_at": None}),
    (Gate.AIRSPACE, {"approved_until_at": None}),
    (Gate.AIRSPACE, {"approved_from_at": NOON + timedelta(seconds=1)}),
    (Gate.AIRSPACE, {"approved_until_at": NOON + timedelta(minutes=19)}),
    (Gate.REGISTRATION, with_papers(number="")),
    (Gate.REGISTRATION, with_papers(product_id=" ")),
    (Gate.REGISTRATION, with_papers(operator_certificate="")),
    (Gate.REGISTRATION, with_papers(insurance="")),
    (Gate.IDENTIFICATION, with_papers(is_activated=False)),
    (Gate.PILOT, with_papers(pilot="")),
    (Gate.CONFLICT, {"conflicts": ("Flight 3 is in the way.",)}),
    (Gate.CONFLICT, with_state(phase=FlightPhase.RETURNING)),
    (Gate.RELEASE, {"released_by": ""}),
    (Gate.RELEASE, {"released_by": "", "needs_release": False}),  # a standing one has a name
    (Gate.RELEASE, {"released_by": "", "needs_release": False, "standing_release_by": "li"}),
]


@pytest.mark.parametrize(("gate", "changes"), CLOSING)
def test_each_gate_closes_alone_and_says_what_would_open_it(
    gate: Gate, changes: dict[str, Any]
) -> None:
    check = ask(GateRound.START, replace(OPEN, **changes), LIMITS)
    closed = {each.gate: each for each in check.closed}
    assert closed[gate].answer is GateAnswer.CLOSED
    assert closed[gate].message
    assert closed[gate].remedy
    assert not check.may_fly
    known = {each.gate for each in check.closed if each.answer is GateAnswer.CLOSED}
    # A state that is stale or gone takes what it told with it; wind goes with gusts.
    assert known <= {gate, Gate.WIND, Gate.GUST}


OLD = NOON - timedelta(minutes=91)
UNKNOWING = [
    (Gate.WIND, {"weather": ()}),
    (Gate.WIND, {"weather": (replace(READING, at=OLD),)}),
    (Gate.WIND, {"weather": (replace(READING, at=NOON + timedelta(minutes=6)),)}),
    (Gate.WIND, {"weather": (replace(READING, wind_m_s=math.nan),)}),
    (Gate.WIND, {"weather": (replace(READING, wind_m_s=-1.0),)}),
    # What the aircraft reckons on the ground opens nothing.
    (Gate.WIND, {"weather": (), **with_state(wind=AirWind(0.0, 0.0))}),
    (Gate.GUST, {"measured": ()}),
    (Gate.GUST, {"measured": (measured(Gate.GUST, 1.0, MeasuredBy.DOCK, 31.0),)}),
    (Gate.RAIN, {"measured": ()}),  # rain of 24 hours is no rain that falls
    (Gate.RAIN, {"measured": (measured(Gate.RAIN, math.inf, MeasuredBy.DOCK),)}),
    (Gate.VISIBILITY, {"measured": ()}),
    (Gate.TEMPERATURE, {"weather": ()}),
    (Gate.DAYLIGHT, {"place": None}),
    (Gate.DAYLIGHT, {"until_at": NOON}),
    (Gate.DAYLIGHT, {"until_at": NOON + timedelta(hours=25)}),
    (Gate.BATTERY, with_state(battery_share=None)),
    (Gate.BATTERY, with_state(battery_share=1.01)),
    (Gate.BATTERY, with_state(battery_share=math.nan)),
    (Gate.BATTERY, with_state(at=NOON - timedelta(seconds=31))),
    (Gate.STORAGE, with_state(storage_free_bytes=None)),
    (Gate.STORAGE, with_state(storage_free_bytes=-1)),
    (Gate.HEALTH, {"state": None}),
    (Gate.DOCK, {"dock": None}),
    (
        Gate.DOCK,
        {"dock": DockFacts(at=NOON - timedelta(seconds=31), holds_aircraft=True, is_free=True)},
    ),
    (Gate.DOCK, {"dock": DockFacts(at=NOON, holds_aircraft=None, is_free=True)}),
    (Gate.DOCK, {"dock": DockFacts(at=NOON, holds_aircraft=True, is_free=None)}),
    (Gate.MISSION, {"check": None}),
    (Gate.MISSION, {"checked_at": None}),
    (Gate.MISSION, {"checked_at": NOON - timedelta(minutes=61)}),
    (Gate.CONFLICT, {"conflicts": None}),
]


@pytest.mark.parametrize(("gate", "changes"), UNKNOWING)
def test_what_nobody_tells_is_closed(gate: Gate, changes: dict[str, Any]) -> None:
    facts = replace(OPEN, **changes)
    reading = read(facts, gate)
    assert reading.answer is GateAnswer.UNKNOWN
    assert reading.message
    assert reading.remedy
    assert not ask(GateRound.START, facts, STRICT).may_fly


@pytest.mark.parametrize(("gate", "changes"), UNKNOWING)
def test_only_what_can_be_judged_by_looking_may_pass_unknown(
    gate: Gate, changes: dict[str, Any]
) -> None:
    facts = replace(OPEN, **changes)
    lax = replace(LIMITS, may_pass_unknown=frozenset(Gate))
    reading = read(facts, gate, lax)
    assert (reading.answer is GateAnswer.NOT_ASKED) == (gate in PASSABLE)
    if gate in PASSABLE:
        assert "li has released" in reading.message
        assert not reading.remedy


NO_GUST: dict[str, Any] = {"measured": OPEN.measured[1:], "released_by": ""}


@pytest.mark.parametrize(
    ("changes", "at_round", "answer"),
    [
        ({}, GateRound.BEFORE, GateAnswer.NOT_ASKED),  # somebody will still be asked
        ({}, GateRound.START, GateAnswer.UNKNOWN),
        ({"released_by": "li"}, GateRound.START, GateAnswer.NOT_ASKED),
        # Who released all flights of a dock for ever has not looked at the sky of today.
        ({"needs_release": False, "standing_release_by": "li"}, GateRound.BEFORE, "unknown"),
        ({"needs_release": False, "standing_release_by": "li"}, GateRound.START, "unknown"),
    ],
)
def test_unknown_passes_by_the_word_of_a_person_for_this_flight(
    changes: dict[str, Any], at_round: GateRound, answer: GateAnswer
) -> None:
    facts = replace(OPEN, **(NO_GUST | changes))
    assert read(facts, Gate.GUST, LIMITS, at_round).answer == answer


def test_a_closed_gate_passes_by_nobodys_word() -> None:
    facts = replace(OPEN, **also(Gate.GUST, 20.0))
    lax = replace(LIMITS, may_pass_unknown=frozenset(Gate))
    assert read(facts, Gate.GUST, lax).answer is GateAnswer.CLOSED


def test_the_worst_of_all_fresh_readings_counts_and_a_broken_one_does_not() -> None:
    several = (
        measured(Gate.WIND, 7.5, MeasuredBy.DOCK),
        measured(Gate.WIND, 9.5, MeasuredBy.DOCK, 31.0),  # stale
        measured(Gate.WIND, 999.0, MeasuredBy.DOCK),  # cannot be
        measured(Gate.WIND, 2.0, MeasuredBy.PERSON),
    )
    reading = read(replace(OPEN, measured=several), Gate.WIND)
    assert (reading.value, reading.limit, reading.unit) == (7.5, 10.0, "m/s")
    assert reading.read_at == NOON


@pytest.mark.parametrize(
    ("values", "value", "limit"),
    [((18.0, 39.0), 39.0, 40.0), ((-9.0, 18.0), -9.0, -10.0), ((-9.0, 39.5), 39.5, 40.0)],
)
def test_of_temperatures_the_one_nearest_to_a_limit(
    values: tuple[float, float], value: float, limit: float
) -> None:
    several = tuple(measured(Gate.TEMPERATURE, each, MeasuredBy.DOCK) for each in values)
    reading = read(replace(OPEN, measured=several, weather=()), Gate.TEMPERATURE)
    assert (reading.value, reading.limit) == (value, limit)


def test_what_the_rules_do_not_ask_is_not_asked() -> None:
    facts = replace(
        OPEN,
        needs_approval=False,
        approval_number="",
        has_dock=False,
        dock=None,
        until_at=NOON + timedelta(hours=12),
        released_by="",
    )
    by_night = replace(LIMITS, least_sun_deg=-90.0)
    check = ask(GateRound.BEFORE, facts, by_night)
    not_asked = {each.gate for each in check.readings if each.answer is GateAnswer.NOT_ASKED}
    assert not_asked == {Gate.AIRSPACE, Gate.DOCK, Gate.DAYLIGHT, Gate.RELEASE}
    assert check.may_fly


def test_a_battery_that_the_mission_was_checked_for_is_held_against_the_least_alone() -> None:
    reading = read(replace(OPEN, battery_needed_share=None), Gate.BATTERY)
    assert (reading.answer, reading.limit) == (GateAnswer.OPEN, LIMITS.least_battery_share)
    # Half a battery for the flight, and a fifth in reserve.
    few = replace(LIMITS, least_battery_share=0.0)
    assert read(OPEN, Gate.BATTERY, few).limit == pytest.approx(0.7)


def test_a_docks_flight_may_start_by_a_standing_release() -> None:
    dji = replace(AIRCRAFT, autopilot=Autopilot.DJI)
    standing = replace(
        OPEN, aircraft=dji, released_by="", needs_release=False, standing_release_by="li"
    )
    assert read(standing, Gate.RELEASE).answer is GateAnswer.OPEN
    assert read(replace(standing, has_dock=False), Gate.RELEASE).answer is GateAnswer.CLOSED


def test_a_caution_is_told_and_does_not_close() -> None:
    facts = replace(OPEN, **with_state(warnings=(AircraftWarning("0x2", 1, "compass"),)))
    reading = read(facts, Gate.HEALTH)
    assert reading.answer is GateAnswer.OPEN
    assert "0x2 compass" in reading.message


@pytest.mark.parametrize("minutes", [-10, -1, 1, 10])
def test_a_flight_lands_before_the_end_of_twilight_of_an_almanac(minutes: int) -> None:
    observer = ephem.Observer()
    observer.lon, observer.lat = math.radians(106.65), math.radians(29.03)
    observer.pressure, observer.horizon = 0.0, "-6"
    observer.date = ephem.Date(NOON.replace(tzinfo=None))
    dusk = observer.next_setting(ephem.Sun(), use_center=True).datetime().replace(tzinfo=UTC)
    lands = dusk + timedelta(minutes=minutes)
    facts = replace(OPEN, from_at=lands - timedelta(minutes=20), until_at=lands)
    assert (read(facts, Gate.DAYLIGHT).answer is GateAnswer.OPEN) == (minutes < 0)


ANY = st.floats(allow_nan=True, allow_infinity=True)
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2190, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- the strategy gives them their zone


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.builds(Measured, st.sampled_from(Gate), ANY, TIMES, st.sampled_from(MeasuredBy))),
    st.builds(
        AircraftState,
        TIMES | st.just(NOON),
        battery_share=st.none() | ANY,
        link_share=st.none() | ANY,
        storage_free_bytes=st.none() | st.integers(),
        wind=st.none() | st.builds(AirWind, ANY, ANY),
    ),
    st.none() | st.builds(DockFacts, at=TIMES),
)
def test_whatever_is_told_each_gate_has_one_answer_and_nonsense_opens_none(
    told_by: list[Measured], state: AircraftState, dock: DockFacts | None
) -> None:
    facts = replace(OPEN, measured=tuple(told_by), weather=(), state=state, dock=dock)
    check = ask(GateRound.START, facts, STRICT)
    assert [each.gate for each in check.readings] == list(Gate)
    assert not check.may_fly  # no dock says that it is ready
    for each in check.readings:
        if each.answer is GateAnswer.OPEN and each.value is not None:
            assert math.isfinite(each.value)
            assert each.read_at is not None
