"""Calibrations are kept with the pose that they give, in one step, and none is ever lost."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from models.calibration import Calibration, CalibrationMethod, Mark
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store

LENS = Position(106.65, 29.03, 812.0, HeightDatum.SEA_LEVEL)
ENTERED = Pose(0.0, -1.0, 0.0, 60.0)
FOUND = Pose(0.4, -1.2, 0.1, 59.8, 0.01, 0.02, 0.02)
BETTER = replace(FOUND, azimuth_deg=0.45)
CHANGED = "calibration_pose_changed"


@pytest.fixture
def calibration(store: Store, clock: ManualClock) -> Calibration:
    presets = (Preset(0, "谷口", ENTERED), Preset(3, "", ENTERED))
    store.cameras.put(Camera("t1", "一号塔", CameraKind.TOWER, LENS, presets))
    mark = Mark("信号塔", 0.0, 12.5, 359.9, -0.5, 0.0, -1.5, is_outlier=False, position=LENS)
    return Calibration(
        calibration_id=0,
        camera_id="t1",
        preset=0,
        method=CalibrationMethod.LANDMARKS,
        author="wang",
        at=clock.now(),
        captured_at=clock.now() - timedelta(hours=1),
        lens=LENS,
        before=ENTERED,
        after=FOUND,
        width_px=1920,
        height_px=1080,
        misfit_px=1.5,
        points=4,
        marks=(mark,),
        terrain="relief",
        picture="a.jpg",
        known_as=ENTERED,
    )


def pose(store: Store, preset: int = 0) -> Pose:
    found = store.cameras.get("t1").preset(preset)
    assert found is not None
    return found.pose


def deeds(store: Store, count: int) -> list[tuple[str, str, str, dict[str, object]]]:
    told = store.audit.entries(count)
    return [(each.actor, each.action, each.subject, dict(each.details)) for each in told]


def test_a_calibration_is_written_with_its_pose_and_outlives_a_restart(
    store: Store, reopen: Callable[[], Store], calibration: Calibration, clock: ManualClock
) -> None:
    clock.advance(5)
    stored = store.calibrations.put_in_force(calibration)
    assert stored == replace(calibration, calibration_id=1, at=clock.now())
    assert (pose(store), pose(store, 3)) == (FOUND, ENTERED)
    again = reopen().calibrations
    assert again.get(1) == stored
    assert again.of("t1", 0) == [stored]
    assert again.of("t1", 3) == again.of("t2", 0) == []
    assert again.latest() == {("t1", 0): stored}
    assert again.in_force("t1", 0) == stored
    assert again.in_force("t1", 3) is None
    assert again.in_force("t2", 0) is None
    assert deeds(store, 1) == [
        (
            "wang",
            "calibration.applied",
            "1",
            {"place": "t1/0", "method": "landmarks", "points": 4},
        )
    ]


def test_whoever_was_slower_is_told_and_changes_nothing(
    store: Store, calibration: Calibration
) -> None:
    store.calibrations.put_in_force(calibration)
    before = store.audit.entries(99)
    with pytest.raises(Conflict) as refused:
        store.calibrations.put_in_force(replace(calibration, after=BETTER))
    assert refused.value.code == CHANGED
    moved = replace(LENS, height_m=815.0)
    with pytest.raises(Conflict):
        store.calibrations.put_in_force(replace(calibration, before=FOUND, lens=moved))
    with pytest.raises(InputRefused):
        store.calibrations.put_in_force(
            replace(calibration, before=FOUND, after=BETTER, author=" ")
        )
    for wrong in ({"camera_id": "t2"}, {"preset": 1}):
        with pytest.raises(NotFound):
            store.calibrations.put_in_force(replace(calibration, **wrong))
    assert pose(store) == FOUND
    assert len(store.calibrations.of("t1", 0)) == 1
    assert store.audit.entries(99) == before


def test_one_is_undone_and_an_older_one_is_put_in_force_again(
    store: Store, calibration: Calibration, clock: ManualClock
) -> None:
    repository = store.calibrations
    first = repository.put_in_force(calibration)
    second = repository.put_in_force(replace(calibration, before=FOUND, after=BETTER))
    with pytest.raises(Conflict) as refused:
        repository.undo(first.calibration_id, author="li")
    assert refused.value.code == CHANGED
    with pytest.raises(InputRefused):
        repository.undo(second.calibration_id, author="")
    assert repository.undo(second.calibration_id, author="li") == pose(store) == FOUND
    assert repository.in_force("t1", 0) == first
    assert repository.undo(first.calibration_id, author="li") == pose(store) == ENTERED
    assert repository.in_force("t1", 0) is None
    clock.advance(9)
    third = repository.put_in_force(replace(second, before=ENTERED, author="li"), again=2)
    assert (third.calibration_id, third.at) == (3, clock.now())
    assert pose(store) == BETTER
    assert repository.of("t1", 0) == [third, second, first]
    assert repository.latest() == {("t1", 0): third}
    assert repository.since(0) == [first, second, third]
    assert repository.since(2) == [third]
    assert [deed[:3] for deed in deeds(store, 3)] == [
        ("li", "calibration.applied", "3"),
        ("li", "calibration.reverted", "1"),
        ("li", "calibration.reverted", "2"),
    ]
    assert deeds(store, 1)[0][3]["again"] == 2
    for number in (9, -1, 2**80):
        with pytest.raises(NotFound):
            repository.get(number)
    with pytest.raises(NotFound):
        repository.undo(9, author="li")


def test_a_pose_that_was_entered_by_hand_has_no_calibration_and_a_removed_camera_leaves_its_own(
    store: Store, calibration: Calibration
) -> None:
    stored = store.calibrations.put_in_force(calibration)
    camera = store.cameras.get("t1")
    by_hand = replace(camera, presets=(Preset(0, "", replace(FOUND, tilt_deg=0.0)),))
    store.cameras.put(by_hand, actor="li")
    assert store.calibrations.in_force("t1", 0) is None
    assert store.calibrations.in_force("t1", 3) is None  # that preset is gone
    with pytest.raises(Conflict):
        store.calibrations.undo(1, author="li")
    higher = replace(camera, position=replace(LENS, height_m=900.0))
    store.cameras.put(higher, actor="li")
    assert store.calibrations.in_force("t1", 0) is None  # found from another place of the lens
    store.links.remove("t1", actor="li")
    assert store.calibrations.get(1) == stored
    with pytest.raises(NotFound):
        store.calibrations.undo(1, author="li")
