"""Which evidence is of one fire, from sightings through desk and store."""

from dataclasses import replace
from datetime import timedelta

import pytest
from burning_rig import HIGH, SEEN, BurningRig, burning, links
from desk_rig import FAR, NORTH, SAME_MAST, DeskRig, flame
from fire_rig import GEOD, eye, gone, place_told, way_told

from detector.incidents import Correlator, place_of
from models.detection import Label
from models.errors import Conflict, StoreDamaged
from models.frame import Provenance
from models.incident import EntryKind, IncidentState, LinkReason
from models.observation import ObservationDraft, ObservationSource
from models.site import CameraKind

J1, J2, J3, J4 = HIGH
FIRE, OTHER = SEEN[1], SEEN[0]


def tell(rig: BurningRig, witness: object, *, minutes_ago: float = 0.0) -> None:
    """Somebody calls, as the console writes it down."""
    store, book = rig.desk.store, rig.desk.book
    draft = ObservationDraft(
        ObservationSource.FIRE_96119,
        witness,  # type: ignore[arg-type]
        rig.desk.clock.now() - timedelta(minutes=minutes_ago),
    )
    correlator = Correlator(store, book)
    key = f"call-{len(store.observations.newest(500))}"
    link = correlator.link_of_told(draft)
    kept, _ = store.observations.add(draft, author="zhang", key=key, link=link)
    assert kept.incident_id is not None
    correlator.settle(kept.incident_id)


def step(rig: BurningRig, incident_id: int, to_state: IncidentState) -> None:
    fire = rig.desk.store.incidents.get(incident_id)
    rig.desk.store.verdicts.step(
        incident_id, expected=fire.state, to_state=to_state, author="zhang"
    )


def apart_m(rig: BurningRig, place: tuple[float, float] = FIRE) -> float:
    (fire,) = rig.fires
    best = place_of(fire, rig.desk.book).best
    assert best is not None
    return float(GEOD.inv(best.lon_deg, best.lat_deg, *place)[2])


def test_towers_that_see_one_fire_are_one_with_a_place(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    for tower, off_deg in zip(HIGH, (0.1, -0.1, 0.05, -0.05), strict=True):
        rig.see(tower, FIRE, off_deg=off_deg)
    assert rig.told == [("j1", "j2", "j3", "j4")]
    assert links(rig.fires[0]) == [LinkReason.FIRST, *[LinkReason.CROSSING] * 3]
    assert all(" : 1" in one.note for one in rig.fires[0].entries[1:])
    assert apart_m(rig) < 60.0


def test_without_relief_two_bearings_that_meet_are_one_and_parallel_ones_are_none(
    desk_rig: DeskRig,
) -> None:
    rig = burning(desk_rig, (NORTH, FAR), relief=False)
    fire = gone(NORTH, 60.0, 7_000.0)
    rig.see(NORTH, fire)
    rig.see(FAR, fire)
    assert rig.told == [("t1", "t2")]
    assert apart_m(rig, fire) < 30.0
    rig.see(NORTH, gone(NORTH, 350.0, 6_000.0))
    rig.see(FAR, gone(FAR, 351.0, 6_000.0))
    assert rig.told == [("t1", "t2"), ("t1",), ("t2",)]
    assert all(place_of(one, rig.desk.book).direction_only for one in rig.fires[1:])


def test_two_fires_at_once_are_two_whoever_tells_first(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    for tower, fire in ((J1, FIRE), (J2, OTHER), (J2, FIRE), (J3, OTHER), (J1, OTHER)):
        rig.see(tower, fire)
    assert sorted(map(sorted, rig.told)) == [["j1", "j2"], ["j1", "j2", "j3"]]


def test_a_second_fire_on_the_same_bearing_is_its_own(desk_rig: DeskRig) -> None:
    """The other camera of the mast sees it higher in its picture: farther away."""
    rig = burning(desk_rig, (NORTH, SAME_MAST), relief=False)
    near, far = gone(NORTH, 20.0, 2_000.0), gone(NORTH, 20.0, 6_000.0)
    rig.see(NORTH, near)
    rig.see(SAME_MAST, far)
    rig.see(SAME_MAST, near)
    assert rig.told == [("t1", "t1-thermal"), ("t1-thermal",)]


def test_a_second_fire_beyond_the_first_on_relief_is_its_own(desk_rig: DeskRig) -> None:
    beside = replace(J1, camera_id="j1-thermal")
    rig = burning(desk_rig, (J1, beside))
    azimuth_deg, _, range_m = GEOD.inv(J1.position.lon_deg, J1.position.lat_deg, *FIRE)
    rig.see(J1, FIRE)
    nearer = gone(J1, azimuth_deg, range_m / 3.0)
    rig.see(beside, nearer)
    assert len(rig.fires) == 2
    rig.see(beside, FIRE)
    assert ("j1", "j1-thermal") in rig.told


def test_two_plumes_that_stand_in_one_view_at_once_are_two_fires(desk_rig: DeskRig) -> None:
    """On one bearing, one above the other; the mast's other camera tells them apart too."""
    rig = burning(desk_rig, (NORTH, SAME_MAST), relief=False)
    near, far = gone(NORTH, 20.0, 2_000.0), gone(NORTH, 20.0, 3_000.0)
    pose, _, _ = rig.pixel(NORTH, near)
    for _ in range(2):
        for fire in (near, far):
            rig.see(NORTH, fire, width=8.0, preset=0, pose=pose)
    assert rig.told == [("t1",), ("t1",)]


def test_smoke_and_the_flame_under_it_are_one_fire_also_without_a_pose(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, (NORTH,), relief=False)
    fire = gone(NORTH, 20.0, 2_000.0)
    rig.see(NORTH, fire, preset=0, pose=None)
    rig.see(NORTH, fire, label=Label.FLAME, preset=0, pose=None)
    assert len(rig.desk.working) == 2
    assert rig.told == [("t1", "t1")]
    assert links(rig.fires[0])[-1] == LinkReason.SAME_PLUME


def test_a_fire_near_a_dismissed_one_is_its_own(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    rig.see(J1, FIRE)
    dismissed = rig.desk.dismiss().incident_id
    rig.see(J2, gone(J2, 200.0, 3_000.0))
    rig.see(J3, FIRE)
    assert len(rig.fires) == 2
    assert rig.desk.store.incidents.get(dismissed).state is IncidentState.DISMISSED
    near = Correlator(rig.desk.store, rig.desk.book).neighbours(rig.fires[-1])
    assert [one.incident_id for one in near] == [dismissed]  # and a person sees that it is there
    assert near[0].apart_m is not None


def test_evidence_of_another_time_is_of_another_fire(desk_rig: DeskRig) -> None:
    """Time is when it was captured: a backlog of two hours ago is not what burns now."""
    rig = burning(desk_rig, HIGH)
    now = desk_rig.clock.now()
    rig.see(J1, FIRE)
    for minute, tower in ((0, J2), (1, J3)):
        at = now - timedelta(hours=2) + timedelta(minutes=minute)
        rig.see(tower, FIRE, captured_at=at, after_s=1.0)
    assert rig.told == [("j1",), ("j2", "j3")]
    rig.see(J4, FIRE, after_s=1.0)
    assert rig.told == [("j1", "j4"), ("j2", "j3")]


@pytest.mark.parametrize(("minutes", "told"), [(29, [("j1", "j2")]), (32, [("j1",), ("j2",)])])
def test_a_patrol_s_round_may_lie_between_two_towers(
    desk_rig: DeskRig, minutes: int, told: list[tuple[str, ...]]
) -> None:
    rig = burning(desk_rig, HIGH)
    rig.see(J1, FIRE)
    rig.see(J2, FIRE, after_s=60.0 * minutes)
    assert rig.told == told


def test_heat_under_the_trees_and_smoke_over_them_are_one_fire(desk_rig: DeskRig) -> None:
    node = eye("n1", *FIRE, CameraKind.CANOPY)
    rig = burning(desk_rig, (J1, J2, node))
    rig.desk.see(flame(), of=node, pose=None, after_s=1.0)
    rig.see(J1, FIRE, after_s=1800.0)
    assert rig.told == [("n1", "j1")]
    assert links(rig.fires[0]) == [LinkReason.FIRST, LinkReason.HEAT]
    assert apart_m(rig) < 150.0


def test_calls_that_name_the_place_or_the_direction_belong_to_it(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    rig.see(J1, FIRE)
    tell(rig, place_told(FIRE, 300.0), minutes_ago=20.0)
    at = J4.position
    azimuth_deg = GEOD.inv(at.lon_deg, at.lat_deg, *FIRE)[0] % 360.0
    tell(rig, way_told(J4, azimuth_deg, 2.0))
    tell(rig, place_told(OTHER, 300.0))
    assert rig.told == [("j1", "fire_96119", "fire_96119"), ("fire_96119",)]
    assert links(rig.fires[0])[1:] == [LinkReason.NEAR, LinkReason.NEAR]
    rig.see(J2, OTHER)
    assert rig.told[1] == ("j2", "fire_96119")


def test_a_vague_call_that_may_be_of_either_of_two_fires_is_of_none(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    second = gone(J1, 230.0, 5_600.0)
    rig.see(J1, FIRE)
    tell(rig, place_told(second, 100.0))
    tell(rig, place_told(FIRE, 100.0))
    tell(rig, place_told(((FIRE[0] + second[0]) / 2, (FIRE[1] + second[1]) / 2), 2_000.0))
    assert rig.told == [("j1", "fire_96119"), ("fire_96119",), ("fire_96119",)]
    near = Correlator(rig.desk.store, rig.desk.book).neighbours(rig.fires[2])
    assert {one.incident_id for one in near} == {one.incident_id for one in rig.fires[:2]}


def test_a_drill_is_never_of_a_fire(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    rig.see(J1, FIRE)
    rig.see(J2, FIRE, provenance=Provenance.DRILL)
    tell(rig, place_told(FIRE))
    assert rig.told == [("j1", "fire_96119"), ("j2",)]
    assert [one.is_drill for one in rig.fires] == [False, True]
    assert Correlator(rig.desk.store, rig.desk.book).neighbours(rig.fires[0]) == []


def test_where_numbers_fail_an_alert_has_a_fire_of_its_own(
    desk_rig: DeskRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = burning(desk_rig, HIGH)
    rig.see(J1, FIRE)

    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("detector.incidents.correlator.belongs", broken)
    rig.see(J2, FIRE)
    assert rig.told == [("j1",), ("j2",)]


def test_what_a_failing_store_says_while_fires_are_compared_costs_no_alert(
    desk_rig: DeskRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rig = burning(desk_rig, HIGH)

    def locked(*_args: object, **_how: object) -> None:
        raise StoreDamaged("Locked.")

    monkeypatch.setattr(rig.desk.desk._correlator, "settle", locked)
    rig.see(J1, FIRE)
    assert rig.told == [("j1",)]
    assert "not compared with others" in caplog.text


def split(rig: BurningRig) -> list[int]:
    """One fire in two incidents: the second alert was not compared with the first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rig.desk.desk._correlator, "link_of", lambda _draft: None)
        patch.setattr(rig.desk.desk, "_settle", lambda _case: None)
        rig.see(J1, FIRE)
        rig.see(J2, FIRE)
    return [one.incident_id for one in rig.fires]


def test_fires_that_nobody_has_touched_and_that_turn_out_to_be_one_are_merged(
    desk_rig: DeskRig,
) -> None:
    rig = burning(desk_rig, HIGH)
    first, second = split(rig)
    rig.see(J2, FIRE, after_s=70.0)  # its alert goes on
    assert rig.told == [("j1", "j2")]
    gone_one = rig.desk.store.incidents.get(second)
    assert gone_one.merged_into == first
    merged = next(one for one in gone_one.entries if one.kind is EntryKind.MERGED)
    assert merged.author == "system"
    assert merged.note.startswith("crossing: ")


def test_what_a_person_has_touched_is_only_suggested(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    first, second = split(rig)
    step(rig, first, IncidentState.ACKNOWLEDGED)
    rig.see(J2, FIRE, after_s=70.0)
    rig.see(J1, FIRE, after_s=70.0)
    assert rig.told == [("j1",), ("j2",)]
    correlator = Correlator(rig.desk.store, rig.desk.book)
    (near,) = correlator.neighbours(rig.fires[0])
    assert (near.incident_id, near.reason) == (second, LinkReason.CROSSING)
    assert near.apart_m is not None
    assert near.apart_m < 500.0
    assert near.log_factor is not None
    rig.see(J3, FIRE)  # new evidence may still come to it
    assert len(rig.fires) == 2


def test_what_a_person_has_parted_stays_parted(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    first, second = split(rig)
    rig.see(J2, FIRE, after_s=70.0)
    rig.desk.store.incident_joins.unmerge(second, author="zhang", note="两处")
    rig.see(J2, FIRE, after_s=70.0)
    rig.see(J1, FIRE, after_s=70.0)
    assert [one.incident_id for one in rig.fires] == [first, second]


def test_a_merge_that_somebody_was_faster_with_is_left(
    desk_rig: DeskRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = burning(desk_rig, HIGH)
    first, second = split(rig)

    def faster(*_args: object, **_how: object) -> None:
        raise Conflict("Merged.", remedy="Reload.", code="incident_merged")

    correlator = Correlator(rig.desk.store, rig.desk.book)
    with monkeypatch.context() as patch:
        patch.setattr(rig.desk.store.incident_joins, "merge", faster)
        assert correlator.settle(second) == second
    assert correlator.settle(second) == first
    assert correlator.settle(second) == first
