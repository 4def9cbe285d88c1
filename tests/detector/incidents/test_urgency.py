"""How urgent a fire is: what hurries, what lowers, and what may never happen."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fire_rig import NOON, eye, fire_of, looks, place_told, told_of
from hypothesis import given
from hypothesis import strategies as st
from urgency_rig import TOWER, asset, belt, burn, by_day, danger, land, seen, village, wind

from detector.incidents.evidence_factors import level_of, sensors_of
from detector.incidents.factors import MOST, UNLOCATED, case_of
from detector.incidents.stands import StandKind, burns, kind_of
from detector.incidents.surroundings import LandSaid, Sensors, Surroundings
from detector.incidents.urgency import FLOOR, reckon
from models.alert import Alert, Finding
from models.detection import Label
from models.incident import (
    FIRE_STATES,
    OPEN_STATES,
    Incident,
    IncidentState,
    Level,
    Urgency,
    UrgencyFactor,
    UrgencyReason,
)
from models.land import Layer, UnitShare
from models.observation import ObservationSource
from models.patrol import DangerClass
from models.site import CameraKind
from models.suppression import Holder, Overcome, Release
from models.weather import DangerNow, DangerSource

R = UrgencyReason
PINE = {"1": {"species": "马尾松"}}


def told(urgency: Urgency, reason: UrgencyReason) -> UrgencyFactor:
    return next(one for one in urgency.factors if one.reason is reason)


def reasons(urgency: Urgency) -> set[UrgencyReason]:
    return {one.reason for one in urgency.factors}


def test_all_that_hurries_adds_up_to_a_hundred_so_that_nothing_is_cut() -> None:
    assert sum(MOST.values()) == 100.0
    worst = reckon(
        replace(fire_of(seen(1e6, times=100.0, label=Label.FLAME)), state=IncidentState.CONFIRMED),
        by_day(
            sensors=Sensors(1, 1),
            wind=None,
            danger=danger(DangerClass.EXTREME),
            is_night=True,
        ),
    )
    assert worst.points == 100.0
    assert worst.level is Level.STRONG


def test_the_weightiest_reason_comes_first() -> None:
    found = reckon(fire_of(seen(5.0, label=Label.FLAME)), by_day(land(village(400.0))))
    weights = [abs(one.points) for one in found.factors]
    assert weights == sorted(weights, reverse=True)
    assert found.points == pytest.approx(sum(one.points for one in found.factors))
    assert found.at == NOON


@pytest.mark.parametrize(
    ("wider", "less"),
    [
        (PINE, {"1": {"species": "香樟"}}),
        ({"1": {"species": "桉树"}}, {"1": {"species": "毛竹"}}),
        ({"1": {"species": "针阔混交林"}}, {"1": {"species": "灌木林"}}),
        ({"1": {"species": "香樟", "danger_class": 5}}, {"1": {"species": "香樟"}}),
        ({"1": {"danger_class": 3}}, {"1": {"danger_class": 1}}),
        ({"1": {}}, {"1": {"danger_class": 4}}),  # nothing known counts as the worst
    ],
)
def test_what_stands_there_counts(wider: dict, less: dict) -> None:  # type: ignore[type-arg]
    more = reckon(fire_of(seen()), by_day(land(stands=wider)))
    fewer = reckon(fire_of(seen()), by_day(land(stands=less)))
    assert told(more, R.FOREST).points > told(fewer, R.FOREST).points


def test_a_stand_that_the_fire_hardly_lies_in_does_not_count() -> None:
    shares = (UnitShare("1", "松林", 0.04), UnitShare("2", "", 0.9))
    stands = {"1": {"species": "松"}, "2": {"species": "栎"}}
    found = told(reckon(fire_of(seen()), by_day(land(stands=stands, shares=shares))), R.FOREST)
    assert (case_of(found), found.words["stand"]) == (StandKind.BROADLEAF, "2")
    assert R.FOREST not in reasons(reckon(fire_of(seen()), by_day(land(shares=()))))


def test_species_are_told_apart() -> None:
    assert [kind_of({"species": word}) for word in ("落叶松", "Bamboo", "杂木", 7, None)] == [
        StandKind.CONIFER,
        StandKind.BAMBOO,
        StandKind.UNKNOWN,
        StandKind.UNKNOWN,
        StandKind.UNKNOWN,
    ]
    assert burns({"danger_class": True}) == 1.0
    assert burns({"danger_class": 0}) == 0.2


def test_a_belt_counts_by_how_much_of_the_way_it_leaves_open() -> None:
    def case(*barriers: object, open_share: float) -> tuple[str, float]:
        said = land(village(500.0, barriers=barriers, open_share=open_share))  # type: ignore[arg-type]
        found = told(reckon(fire_of(seen()), by_day(said)), R.BELT)
        return case_of(found), found.points

    whole = case(belt(), open_share=0.0)
    gap = case(belt(name="外"), belt(gap_m=40.0, name="内"), open_share=0.3)
    around = case(belt(), open_share=0.5)
    failing = case(belt(holds=False), open_share=1.0)
    none = case(open_share=1.0)
    assert [one[0] for one in (whole, gap, around, failing, none)] == [
        "whole",
        "gap",
        "around",
        "failing",
        "none",
    ]
    assert whole[1] == 0.0 < gap[1] < around[1] < failing[1] == none[1]
    said = land(village(500.0, barriers=(belt(gap_m=9.0), belt(name="二")), open_share=0.001))
    assert told(reckon(fire_of(seen()), by_day(said)), R.BELT).words["belt"] == "二"
    said = land(village(500.0, barriers=(belt(gap_m=9.0),), open_share=0.001))
    assert told(reckon(fire_of(seen()), by_day(said)), R.BELT).words["belt"] == "一号林带"


def test_downwind_weighs_more_than_across_than_upwind_and_no_wind_counts_as_downwind() -> None:
    def points(downwind_deg: float | None) -> tuple[str, float]:
        said = land(village(1500.0, downwind_deg=downwind_deg))
        found = told(reckon(fire_of(seen()), by_day(said)), R.VILLAGE)
        return case_of(found), found.points

    assert [points(angle)[0] for angle in (10.0, 80.0, 170.0, None)] == [
        "downwind",
        "crosswind",
        "upwind",
        "",
    ]
    assert points(10.0)[1] == points(None)[1] > points(80.0)[1] > points(170.0)[1] > 0.0


def test_the_village_in_most_danger_is_told_and_a_far_one_is_not() -> None:
    near_upwind = village(450.0, downwind_deg=180.0, name="近", barriers=(belt(),), open_share=0.0)
    far_downwind = village(900.0, downwind_deg=0.0, name="远")
    found = reckon(fire_of(seen()), by_day(land(near_upwind, far_downwind)))
    assert told(found, R.VILLAGE).words["village"] == "远"
    assert R.VILLAGE not in reasons(reckon(fire_of(seen()), by_day(land(village(5100.0)))))
    assert R.VILLAGE not in reasons(reckon(fire_of(seen()), by_day(land())))


def test_a_facility_near_counts_and_a_pool_is_none_that_must_not_burn() -> None:
    near = (asset(Layer.POOL, 10.0), asset(Layer.TOWER, 700.0, name="塔"))
    found = told(reckon(fire_of(seen()), by_day(land(nearest=near))), R.FACILITY)
    assert 0.0 < found.points < 3.0
    assert found.words["facility"] == "塔"
    far = land(nearest=(asset(Layer.STATION, 9000.0),))
    assert R.FACILITY not in reasons(reckon(fire_of(seen()), by_day(far)))
    assert case_of(told(reckon(fire_of(seen()), by_day(land())), R.FACILITY)) == "unknown"


def test_who_speaks_for_it() -> None:
    other = eye("t2", 106.68)
    twin = replace(TOWER, camera_id="t1b")
    node = eye("n1", 106.62, 29.04, CameraKind.CANOPY)
    cameras = {one.camera_id: one for one in (TOWER, other, twin, node)}

    def alert(camera: object) -> object:
        base = seen()
        fix = looks(camera, (106.6, 29.05))  # type: ignore[arg-type]
        draft = replace(base.draft, camera_id=camera.camera_id, fix=fix)  # type: ignore[attr-defined]
        return replace(base, draft=draft)

    call = told_of(1, place_told((106.6, 29.05)))
    gone = replace(call, withdrawn_at=NOON, withdrawn_by="li")

    def level(*evidence: object) -> tuple[Sensors, Level]:
        sensors = sensors_of(fire_of(*evidence), cameras)  # type: ignore[arg-type]
        return sensors, level_of(sensors)

    assert level(alert(TOWER), alert(twin)) == (Sensors(1), Level.SINGLE)
    assert level(alert(TOWER), gone) == (Sensors(1), Level.SINGLE)
    assert level(alert(TOWER), alert(other)) == (Sensors(2), Level.CORROBORATED)
    assert level(alert(TOWER), alert(node)) == (Sensors(1, 1), Level.STRONG)
    assert level(alert(TOWER), call, call) == (Sensors(1, 0, people=True), Level.STRONG)
    assert level(call) == (Sensors(people=True), Level.SINGLE)
    drone = replace(call, draft=replace(call.draft, source=ObservationSource.DRONE))
    assert level(drone, drone) == (Sensors(drones=True), Level.SINGLE)
    assert level(alert(TOWER), drone) == (Sensors(1, drones=True), Level.CORROBORATED)
    assert level(alert(TOWER), drone, call) == (Sensors(1, drones=True, people=True), Level.STRONG)

    def heat(node_id: str) -> object:
        draft = replace(call.draft, source=ObservationSource.NODE, told=node_id)
        return replace(call, draft=draft)

    assert level(heat("n1"), heat("n1")) == (Sensors(0, 1), Level.SINGLE), "one node, told twice"
    assert level(heat("n1"), heat("n2")) == (Sensors(0, 2), Level.CORROBORATED)
    assert level(alert(TOWER), heat("n1")) == (Sensors(1, 1), Level.STRONG)
    assert level(drone, heat("n1")) == (Sensors(0, 1, drones=True), Level.STRONG)
    one_place = (Sensors(1, 1, one_place=True), Level.STRONG)
    assert level(alert(TOWER), heat("t1b.0")) == one_place, "the camera of heat of its own head"
    assert level(alert(TOWER), heat("t1b.0"), heat("t1b.3")) == one_place, "two of its views"
    assert level(alert(TOWER), heat("t2.0")) == (Sensors(1, 1), Level.STRONG)
    assert level(alert(TOWER), heat("gone.0")) == (Sensors(1, 1), Level.STRONG)
    assert level(alert(TOWER), heat("t1b.0"), heat("n9")) == (Sensors(1, 2), Level.STRONG)
    assert not level(alert(TOWER), alert(other), heat("t1b.0"))[0].one_place
    assert not level(alert(TOWER), heat("t1b.0"), call)[0].one_place
    assert not level(heat("t1b.0"))[0].one_place
    alone = told(reckon(fire_of(seen()), by_day(land(), sensors=one_place[0])), R.INDEPENDENT)
    apart = told(reckon(fire_of(seen()), by_day(land(), sensors=Sensors(1, 1))), R.INDEPENDENT)
    assert (case_of(alone), alone.points) == ("one_place", 8.0)
    assert (case_of(apart), apart.points) == ("strong", 10.0)
    assert level(call, heat("n1")) == (Sensors(0, 1, people=True), Level.STRONG)
    both = Sensors(1, 2, drones=True, people=True)
    every = (alert(TOWER), alert(node), heat("n2"), drone, call)
    assert level(*every) == (both, Level.STRONG)


def test_a_persons_word() -> None:
    call = told_of(1, place_told((106.6, 29.05)))
    ranger = replace(call, draft=replace(call.draft, source=ObservationSource.PATROL))
    promoted = seen(findings=(Finding.PROMOTED,))

    def word(fire: Incident) -> tuple[str, float]:
        found = told(reckon(fire, by_day()), R.PERSON_SAYS)
        return case_of(found), found.points

    confirmed = word(replace(fire_of(seen(), call), state=IncidentState.ARRIVED))
    assert confirmed == ("confirmed", 14.0)
    assert word(fire_of(seen(), ranger, call))[0] == "staff"
    assert word(fire_of(promoted))[0] == "promoted"
    assert word(fire_of(seen(), call)) == ("told", 9.8)
    drone = replace(call, draft=replace(call.draft, source=ObservationSource.DRONE))
    assert word(fire_of(drone)) == ("drone", 8.4)  # a network's, worth less than a person's
    assert word(fire_of(drone, call)) == ("told", 9.8)
    heat = replace(call, draft=replace(call.draft, source=ObservationSource.NODE, told="n1"))
    assert word(fire_of(heat)) == ("node", 8.4)
    assert word(fire_of(heat, call)) == ("told", 9.8)
    only_told = reckon(fire_of(call), by_day())
    assert R.PROBABILITY not in reasons(only_told)
    assert R.PERSON_SAYS not in reasons(reckon(fire_of(seen()), by_day()))


def test_growth_is_measured_or_told_by_the_tracker() -> None:
    assert R.GROWTH not in reasons(reckon(fire_of(seen(times=1.4)), by_day()))
    found = told(reckon(fire_of(seen(times=3.0)), by_day()), R.GROWTH)
    assert (case_of(found), found.values) == ("measured", {"times": 3.0, "minutes": 10.0})
    short = seen(times=9.0)
    decision = replace(short.draft.decision, scores=short.draft.decision.scores[-1:])
    short = replace(short, draft=replace(short.draft, decision=decision))
    assert R.GROWTH not in reasons(reckon(fire_of(short), by_day()))  # one box does not grow
    for word in (Finding.GREW, Finding.REGREW):
        grew = told(reckon(fire_of(seen(findings=(word,))), by_day()), R.GROWTH)
        assert (case_of(grew), grew.points) == ("", 5.0)


def test_weather_and_night_are_told_with_what_they_are() -> None:
    quiet = reckon(fire_of(seen()), by_day())
    assert told(quiet, R.DANGER).points == 0.0
    assert not {R.WIND, R.NIGHT} & reasons(quiet)
    dark = reckon(
        fire_of(seen()), by_day(wind=wind(5.4), is_night=True, danger=danger(DangerClass.EXTREME))
    )
    assert told(dark, R.WIND).values == {"speed_m_s": 5.4, "from_deg": 0.0}
    assert told(dark, R.WIND).points == 2.5
    assert told(dark, R.DANGER).points == 6.0
    assert told(dark, R.NIGHT).points == 2.0
    unknown = reckon(fire_of(seen()), by_day(wind=None, is_night=None, danger=DangerNow()))
    assert [case_of(told(unknown, one)) for one in (R.WIND, R.DANGER, R.NIGHT)] == ["unknown"] * 3
    assert told(unknown, R.WIND).points == 5.0
    assert told(unknown, R.DANGER).values == {"danger": 3.0}
    stale = reckon(fire_of(seen()), by_day(danger=danger(DangerClass.LOW, stale=True)))
    assert (case_of(told(stale, R.DANGER)), told(stale, R.DANGER).points) == ("stale", 3.0)
    worse = reckon(fire_of(seen()), by_day(danger=danger(DangerClass.EXTREME, stale=True)))
    assert told(worse, R.DANGER).points == 6.0


def test_a_registered_burn_lowers_and_says_who_registered_it() -> None:
    said = land(village(1000.0), burns=(burn(),))
    plain = reckon(fire_of(seen()), by_day(land(village(1000.0))))
    found = reckon(fire_of(seen()), by_day(said))
    lowered = told(found, R.REGISTERED_BURN)
    assert lowered.words == {"who": "李四"}
    assert found.points == pytest.approx(plain.points * 0.6, abs=0.1)
    for elsewhere in (burn(1.0), burn(0.0, 1500.0)):
        there = reckon(fire_of(seen()), by_day(land(village(1000.0), burns=(elsewhere,))))
        assert there.points == plain.points


MOVED = Overcome(Holder.BURN, "7", Release.NEW_POSITION, 1.0, 1.0)


@pytest.mark.parametrize(
    ("case", "alert", "state", "changes"),
    [
        ("person", seen(), IncidentState.CONFIRMED, {}),
        ("growth", seen(times=2.0), IncidentState.OPEN, {}),
        ("growth", seen(findings=(Finding.REGREW,)), IncidentState.OPEN, {}),
        ("moved", seen(overcome=(MOVED,)), IncidentState.OPEN, {}),
        ("night", seen(), IncidentState.OPEN, {"is_night": True}),
        ("night", seen(), IncidentState.OPEN, {"is_night": None}),
        ("danger", seen(), IncidentState.OPEN, {"danger": danger(DangerClass.VERY_HIGH)}),
        ("wind", seen(), IncidentState.OPEN, {"wind": wind(8.0)}),
    ],
)
def test_an_escape_lowers_nothing(
    case: str, alert: Alert, state: IncidentState, changes: dict[str, object]
) -> None:
    fire = replace(fire_of(alert), state=state)
    said = land(village(1000.0), burns=(burn(),))
    found = reckon(fire, by_day(said, nuisances=("茶厂烟囱",), **changes))
    plain = reckon(fire, by_day(land(village(1000.0)), **changes))
    assert found.points == plain.points
    for reason in (R.REGISTERED_BURN, R.NUISANCE):
        assert (case_of(told(found, reason)), told(found, reason).points) == (case, 0.0)


def test_a_cool_down_that_yielded_to_another_place_is_no_escape_of_a_burn() -> None:
    other = replace(MOVED, by=Holder.COOL_DOWN)
    found = reckon(fire_of(seen(overcome=(other,))), by_day(land(burns=(burn(),))))
    assert told(found, R.REGISTERED_BURN).points < 0.0


def test_what_is_under_control_and_a_drill_are_lowered_one_after_the_other() -> None:
    fire = replace(fire_of(seen()), state=IncidentState.CONTROLLED)
    plain = reckon(fire_of(seen()), by_day())
    calm = reckon(fire, by_day())
    assert calm.points == pytest.approx(plain.points * 0.6, abs=0.1)
    assert case_of(told(calm, R.PERSON_SAYS)) == "controlled"
    drill = reckon(replace(fire, is_drill=True), by_day())
    assert drill.points == pytest.approx(calm.points * 0.7, abs=0.1)


# Properties

log_odds = st.floats(-5.0, 30.0)
distances = st.floats(0.0, 12_000.0)
shares = st.floats(0.0, 1.0)
angles = st.none() | st.floats(0.0, 180.0)
dangers = st.builds(
    danger,
    st.none() | st.sampled_from(DangerClass),
    st.sampled_from(DangerSource),
    stale=st.booleans(),
)
winds = st.none() | st.builds(wind, st.floats(0.0, 60.0))
stands_ = st.dictionaries(
    st.sampled_from(["1", "2"]),
    st.fixed_dictionaries(
        {},
        optional={
            "species": st.sampled_from(["松", "樟", "竹", "?"]),
            "danger_class": st.integers(1, 5),
        },
    ),
)
villages = st.builds(
    lambda distance_m, angle, open_share, gap_m: village(
        distance_m, downwind_deg=angle, open_share=open_share, barriers=(belt(gap_m=gap_m),)
    ),
    distances,
    angles,
    shares,
    st.floats(0.0, 90.0),
)
lands = st.builds(
    lambda at_risk, stands, burning, layers: land(
        *at_risk, stands=stands, burns=(burn(),) if burning else (), layers=tuple(layers)
    ),
    st.lists(villages, max_size=3),
    stands_,
    st.booleans(),
    st.sets(st.sampled_from([Layer.VILLAGE, Layer.FOREST_STAND])),
)
arounds = st.builds(
    lambda said, blowing, level, dark, nuisance, sensors: by_day(
        said,
        wind=blowing,
        danger=level,
        is_night=dark,
        nuisances=("x",) if nuisance else (),
        sensors=sensors,
    ),
    st.none() | lands,
    winds,
    dangers,
    st.none() | st.booleans(),
    st.booleans(),
    st.builds(Sensors, st.integers(0, 3), st.integers(0, 3), st.booleans()),
)
alerts = st.builds(
    seen,
    log_odds,
    times=st.floats(0.2, 20.0),
    label=st.sampled_from(Label),
    findings=st.sampled_from([(Finding.PERSISTED,), (Finding.GREW,)]),
)
fires = st.builds(
    lambda alert, state, drill: replace(fire_of(alert), state=state, is_drill=drill),
    alerts,
    st.sampled_from(sorted(OPEN_STATES)),
    st.booleans(),
)


def calm(around: Surroundings) -> Surroundings:
    """The same, without anything that could lower."""
    if around.land is None:
        return replace(around, nuisances=())
    report = replace(around.land.report, burns=())
    return replace(around, nuisances=(), land=LandSaid(report, around.land.stands))


@given(fires, arounds)
def test_points_are_the_sum_of_bounded_reasons_and_a_fire_is_never_silenced(
    fire: Incident, around: Surroundings
) -> None:
    found = reckon(fire, around)
    assert 0.0 <= found.points <= 100.0
    assert found.points == pytest.approx(sum(one.points for one in found.factors), abs=0.05)
    for one in found.factors:
        most = UNLOCATED if one.reason is R.UNLOCATED else MOST.get(one.reason, 0.0)
        assert one.points <= most
    hurrying = sum(one.points for one in found.factors if one.points > 0.0)
    assert found.points >= min(FLOOR, hurrying) - 0.05
    assert found.points >= 0.6 * 0.7 * 0.6 * 0.7 * hurrying - 0.5


@given(fires, arounds, st.floats(0.0, 10.0))
def test_more_probable_is_never_lower(fire: Incident, around: Surroundings, more: float) -> None:
    alert = fire.alerts[0]
    decision = replace(alert.draft.decision, log_odds=alert.draft.decision.log_odds + more)
    surer = replace(alert, draft=replace(alert.draft, decision=decision))
    assert reckon(replace(fire, alerts=(surer,)), around).points >= reckon(fire, around).points


@given(fires, arounds, villages, distances, distances)
def test_a_nearer_village_is_never_lower(
    fire: Incident, around: Surroundings, at_risk: object, first_m: float, second_m: float
) -> None:
    near_m, far_m = sorted((first_m, second_m))
    points = []
    for distance_m in (near_m, far_m):
        moved = replace(at_risk, village=asset(distance_m=distance_m))  # type: ignore[type-var]
        said = land(moved)  # type: ignore[arg-type]
        points.append(reckon(fire, replace(around, land=said, located=True)).points)
    assert points[0] >= points[1]


@given(fires, arounds, st.floats(1.5, 50.0))
def test_a_burn_and_a_nuisance_never_hide_growth(
    fire: Incident, around: Surroundings, times: float
) -> None:
    grown = replace(fire, alerts=(seen(times=times),))
    assert reckon(grown, around).points == reckon(grown, calm(around)).points


@given(fires, arounds, lands)
def test_not_knowing_the_place_never_lowers(
    fire: Incident, around: Surroundings, said: LandSaid
) -> None:
    located = calm(replace(around, land=said, located=True))
    nowhere = replace(located, land=None, located=False)
    unanswered = replace(located, land=None)
    known = reckon(fire, located).points
    assert reckon(fire, nowhere).points >= known
    assert reckon(fire, unanswered).points >= known


@given(fires, arounds, lands, st.sampled_from([Layer.VILLAGE, Layer.FOREST_STAND]))
def test_a_layer_that_is_not_loaded_never_lowers(
    fire: Incident, around: Surroundings, said: LandSaid, missing: Layer
) -> None:
    units = {layer: one for layer, one in said.report.units.items() if layer is not missing}
    less = LandSaid(replace(said.report, units=units), said.stands)
    whole = replace(around, land=said, located=True)
    assert reckon(fire, replace(whole, land=less)).points >= reckon(fire, whole).points


@given(fires, arounds)
def test_weather_that_nobody_knows_never_lowers(fire: Incident, around: Surroundings) -> None:
    around = calm(around)
    known = reckon(fire, around).points
    assert reckon(fire, replace(around, wind=None)).points >= known
    assert reckon(fire, replace(around, is_night=None)).points >= known
    high = replace(around, danger=danger(DangerClass.HIGH))
    assert reckon(fire, replace(around, danger=DangerNow())).points == reckon(fire, high).points


@given(
    fires,
    arounds,
    st.builds(Sensors, st.integers(0, 2), st.integers(0, 2), st.booleans(), st.booleans()),
)
def test_one_more_sensor_never_lowers(
    fire: Incident, around: Surroundings, others: Sensors
) -> None:
    one = around.sensors
    more = Sensors(
        one.masts + others.masts,
        one.nodes + others.nodes,
        drones=one.drones or others.drones,
        people=one.people or others.people,
    )
    assert reckon(fire, replace(around, sensors=more)).points >= reckon(fire, around).points


@given(fires, arounds)
def test_confirming_never_lowers(fire: Incident, around: Surroundings) -> None:
    before = replace(fire, state=IncidentState.ACKNOWLEDGED)
    for state in FIRE_STATES - {IncidentState.CONTROLLED}:
        after = replace(fire, state=state)
        assert reckon(after, around).points >= reckon(before, around).points


@given(fires, arounds)
def test_every_sentence_has_its_words_in_both_languages(
    fire: Incident, around: Surroundings
) -> None:
    for one in reckon(fire, around).factors:
        case = case_of(one)
        key = f"{one.reason}_{case}" if case else str(one.reason)
        for words in WORDS:
            holes = set(re.findall(r"\{(\w+)\}", words[key]))
            assert holes <= set(one.values) | set(one.words), key


ROOT = Path(__file__).parents[3]
WORDS = [
    json.loads((ROOT / f"console/src/i18n/{code}.json").read_text(encoding="utf-8"))["urgency"]
    for code in ("zh", "en")
]
