"""Patrols are kept: how a camera tours, who steers it, what was watched and what was not."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from models.camera_setup import CameraSetup
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.patrol import DangerClass, Mover, Patrol, PoseTrust, Tour, TourStop
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store
from models.watching import GapCause, Visit

POSE = Pose(0.0, 0.0, 0.0, 60.0)
HERE = Position(106.65, 29.03, 812.5, HeightDatum.SEA_LEVEL)
CAMERA = Camera("t1", "塔一", CameraKind.TOWER, HERE, (Preset(0, "north", POSE),))
MOVER = Mover("http://10.0.0.1/onvif/device_service", tokens=((0, "1"),))
PATROL = Patrol(MOVER, (Tour("all day", (TourStop(0, 20.0),)),))
QUARTER = timedelta(minutes=15)


def actions(store: Store) -> list[tuple[str, str, dict[str, object]]]:
    return [(e.actor, e.action, dict(e.details)) for e in reversed(store.audit.entries(99))]


def test_a_patrol_outlives_a_restart_and_changes_of_its_camera(
    store: Store, reopen: Callable[[], Store]
) -> None:
    store.links.put(CameraSetup(CAMERA), actor="wang")
    assert store.links.put_patrol("t1", PATROL, actor="wang").patrol == PATROL
    store.links.put_patrol("t1", PATROL, actor="wang")  # the same again changes nothing
    renamed = replace(CAMERA, name="塔二")
    store.links.put(CameraSetup(renamed), actor="wang")
    assert reopen().links.get("t1") == CameraSetup(renamed, patrol=PATROL)
    store.links.put_patrol("t1", None, actor="li")
    assert store.links.get("t1").patrol is None
    store.links.put_patrol("t1", PATROL, actor="li")
    store.links.remove("t1", actor="li")
    store.links.put(CameraSetup(CAMERA), actor="li")
    assert store.links.all() == [CameraSetup(CAMERA)]
    told = [entry for entry in actions(store) if "patrol" in entry[1]]
    assert told == [
        ("wang", "camera.patrol_changed", {"tours": 1}),
        ("li", "camera.patrol_removed", {}),
        ("li", "camera.patrol_changed", {"tours": 1}),
    ]


def test_what_a_camera_patrolled_before_is_remembered(
    store: Store, clock: ManualClock, url: str
) -> None:
    store.links.put(CameraSetup(CAMERA), actor="wang")
    start = clock.now()
    off = replace(PATROL, is_on=False)
    for patrol in (PATROL, off, None):
        store.links.put_patrol("t1", patrol, actor="wang")
        clock.advance(60.0)
    minutes = [start + timedelta(minutes=minute) for minute in range(3)]
    whole = [(minutes[0], PATROL), (minutes[1], off), (minutes[2], None)]
    assert store.links.patrols_since(start - QUARTER) == {"t1": whole}
    assert store.links.patrols_since(start) == {"t1": whole}
    assert store.links.patrols_since(minutes[1] + timedelta(seconds=30)) == {"t1": whole[1:]}
    assert store.links.patrols_since(minutes[2] + QUARTER) == {"t1": whole[2:]}
    assert store.links.get("t1").patrol is None
    # Whose clock was set back says the last word all the same.
    with closing(Store.open(url, clock=ManualClock(start))) as late:
        late.links.put_patrol("t1", PATROL, actor="wang")
    assert store.links.get("t1").patrol == PATROL


def test_a_patrol_that_cannot_be_is_refused_whole(store: Store) -> None:
    with pytest.raises(NotFound):
        store.links.put_patrol("t1", PATROL, actor="wang")
    store.links.put(CameraSetup(CAMERA), actor="wang")
    for patrol, code in (
        (replace(PATROL, tours=(Tour("x", (TourStop(5, 1.0),)),)), "patrol_preset"),
        (replace(PATROL, mover=replace(MOVER, address="http://a:b@10.0.0.1")), "link_credential"),
        (replace(PATROL, mover=replace(MOVER, address="")), "link_address"),
    ):
        with pytest.raises(InputRefused) as refused:
            store.links.put_patrol("t1", patrol, actor="wang")
        assert refused.value.code.startswith(code)
    assert store.links.get("t1").patrol is None


def test_presets_come_with_the_patrol_that_names_them_or_not_at_all(store: Store) -> None:
    store.links.put(CameraSetup(CAMERA), actor="wang")
    presets = (Preset(5, "south", POSE), Preset(0, "north", replace(POSE, azimuth_deg=9.0)))
    tour = Tour("x", (TourStop(5, 1.0),))
    with pytest.raises(InputRefused):
        store.links.put_patrol("t1", replace(PATROL, tours=(tour,)), actor="wang", presets=presets)
    assert store.links.get("t1") == CameraSetup(CAMERA)
    patrol = Patrol(replace(MOVER, tokens=((5, "7"),)), (tour,))
    stored = store.links.put_patrol("t1", patrol, actor="wang", presets=presets)
    assert stored.patrol == patrol
    assert [preset.number for preset in stored.camera.presets] == [0, 5]
    store.links.put_patrol("t1", patrol, actor="wang", presets=presets)
    assert [entry[1] for entry in actions(store)].count("camera.patrol_changed") == 1


def test_one_person_steers_a_camera_at_a_time(store: Store, clock: ManualClock) -> None:
    lease = store.patrols.take("t1", "wang", QUARTER)
    assert store.patrols.take("t2", "li", QUARTER).holder == "li"
    with pytest.raises(Conflict) as held:
        store.patrols.take("t1", "li", QUARTER)
    assert held.value.code == "lease_held"
    assert "wang" in held.value.message
    clock.advance(300.0)
    longer = store.patrols.take("t1", "wang", QUARTER)
    assert longer.taken_at == lease.taken_at
    assert longer.until_at == lease.until_at + timedelta(minutes=5)
    assert store.patrols.leases() == {"t1": longer, "t2": store.patrols.leases()["t2"]}
    clock.advance(900.0)
    assert store.patrols.leases() == {}
    assert not store.patrols.give_back("t1", actor="li")
    store.patrols.take("t1", "li", QUARTER)
    assert store.patrols.give_back("t1", actor="admin")
    assert store.patrols.leases() == {}
    assert [entry[:2] for entry in actions(store)] == [
        ("wang", "camera.steered"),
        ("li", "camera.steered"),
        ("li", "camera.steered"),
        ("admin", "camera.released"),
    ]


@pytest.mark.parametrize(
    ("holder", "lasts"), [("", QUARTER), ("wang", timedelta(0)), ("wang", timedelta(hours=2))]
)
def test_a_lease_has_a_holder_and_a_time(store: Store, holder: str, lasts: timedelta) -> None:
    with pytest.raises(InputRefused) as refused:
        store.patrols.take("t1", holder, lasts)
    assert refused.value.code == "lease_time"


def test_a_gap_is_one_until_it_ends(store: Store, clock: ManualClock) -> None:
    start = clock.now()
    store.patrols.begin_gap("t1", GapCause.OPERATOR, start, "wang")
    store.patrols.begin_gap("t1", GapCause.OPERATOR, start + QUARTER, "li")
    store.patrols.begin_gap("t1", GapCause.STUCK, start + QUARTER)
    (first, second) = store.patrols.gaps(start, start + 2 * QUARTER)
    assert (first.cause, first.who, first.from_at, first.until_at) == (
        GapCause.OPERATOR,
        "wang",
        start,
        None,
    )
    assert second.cause is GapCause.STUCK
    assert store.patrols.end_gap("t1", GapCause.OPERATOR, start + QUARTER)
    assert not store.patrols.end_gap("t1", GapCause.OPERATOR, start + QUARTER)
    assert store.patrols.end_gap("t1", GapCause.STUCK, start)  # a clock that was set back
    assert [gap.until_at for gap in store.patrols.gaps(start, start + 3 * QUARTER)] == [
        start + QUARTER,
        start + QUARTER,
    ]
    assert store.patrols.gaps(start + 2 * QUARTER, start + 3 * QUARTER) == []


def test_visits_are_told_by_span_and_forgotten(store: Store, clock: ManualClock) -> None:
    start = clock.now()
    visits = [
        Visit("t1", 0, start, start + QUARTER, PoseTrust.VERIFIED, POSE, 9),
        Visit("t2", 7, start + QUARTER, start + QUARTER, PoseTrust.COMMANDED, None, 1),
    ]
    store.patrols.add_visits(visits)
    store.patrols.add_visits([])
    assert store.patrols.visits(start, start + timedelta(hours=1)) == visits
    assert store.patrols.visits(start, start + QUARTER) == visits[:1]
    assert store.patrols.visits(start, start + timedelta(hours=1), "t2") == visits[1:]
    assert store.patrols.clear_visits(start + QUARTER) == 0
    assert store.patrols.clear_visits(start + timedelta(hours=1)) == 2


def test_the_last_look_of_every_view_is_by_a_picture_that_showed_the_land(
    store: Store, clock: ManualClock
) -> None:
    start, second = clock.now(), timedelta(seconds=1)
    other = replace(POSE, azimuth_deg=77.0)

    def visit(name: str, at: int, seen: tuple[int, int] | None, pose: Pose | None = POSE) -> Visit:
        first, last = (
            (None, None) if seen is None else (start + seen[0] * second, start + seen[1] * second)
        )
        begin = start + at * second
        return Visit(name, 3, begin, begin + 60 * second, PoseTrust.REPORTED, pose, 9, first, last)

    store.patrols.add_visits(
        [
            visit("t1", 0, (0, 60)),
            visit("t1", 100, (110, 130)),
            visit("t1", 200, None),  # fog
            visit("t1", 300, (310, 360), other),
            visit("t2", 0, (5, 40)),
            visit("t2", 50, (55, 90), None),  # of a place that nobody knows
        ]
    )

    def looks(
        since: int, until: int, cameras: list[str] | None = None
    ) -> list[tuple[str, float, float, int]]:
        found = store.patrols.last_looks(start + since * second, start + until * second, cameras)
        return sorted(
            (one.camera_id, one.pose.azimuth_deg, (one.at - start).total_seconds(), one.visits)
            for one in found
        )

    az = POSE.azimuth_deg
    assert looks(0, 1000) == sorted(
        [("t1", az, 130.0, 2), ("t1", 77.0, 360.0, 1), ("t2", az, 40.0, 1)]
    )
    assert looks(0, 1000, ["t2"]) == [("t2", az, 40.0, 1)]
    assert looks(0, 1000, []) == []
    assert looks(0, 105, ["t1"]) == [("t1", az, 60.0, 1)]  # its second visit shows nothing yet
    assert looks(0, 120, ["t1"]) == [("t1", az, 120.0, 2)]
    assert looks(150, 250) == []


def test_the_dangers_of_a_span_begin_with_the_one_that_held(
    store: Store, clock: ManualClock
) -> None:
    start = clock.now()
    assert store.patrols.dangers(start, start + QUARTER) == []
    entries = []
    for danger in (DangerClass.LOW, DangerClass.HIGH, DangerClass.EXTREME):
        entries.append(store.patrols.enter_danger(danger, author="wang"))
        clock.advance(600.0)
    minutes = [start + timedelta(minutes=minute) for minute in (-5, 10, 15, 60)]
    assert store.patrols.dangers(minutes[0], minutes[1]) == entries[:1]
    assert store.patrols.dangers(minutes[0], minutes[3]) == entries
    assert store.patrols.dangers(minutes[1], minutes[3]) == entries[1:]
    assert store.patrols.dangers(minutes[2], minutes[2] + timedelta(minutes=1)) == entries[1:2]
    assert store.patrols.dangers(minutes[3], minutes[3] + QUARTER) == entries[2:]


def test_the_danger_of_the_day_is_the_newest_entry(
    store: Store, reopen: Callable[[], Store]
) -> None:
    assert store.patrols.danger() is None
    with pytest.raises(InputRefused):
        store.patrols.enter_danger(DangerClass.HIGH, author=" ")
    store.patrols.enter_danger(DangerClass.HIGH, author="wang")
    entry = store.patrols.enter_danger(DangerClass.EXTREME, author="li")
    assert reopen().patrols.danger() == entry
    assert entry.danger is DangerClass.EXTREME
