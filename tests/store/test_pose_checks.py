"""References and checks of poses are kept, bounded, and never told of a preset that is gone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.calibration import CheckOutcome, PoseCheck, PoseReference
from models.clock import ManualClock
from models.site import Pose
from models.store import Store
from models.store.pose_checks import MOST_CHECKS

NOON = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)
POSE = Pose(0.0, 0.0, 0.0, 0.1 + 0.2, azimuth_sigma_deg=0.0)
FILE = f"{'0a' * 16}.jpg"
REFERENCE = PoseReference("t1", 0, POSE, NOON, 1920, 1080, FILE, calibrated=False)
CHECK = PoseCheck("t1", 0, NOON, CheckOutcome.STEADY, 5, 0.0, -0.02, 0.001, 0.004, REFERENCE.file)


def test_a_reference_outlives_a_restart_and_is_replaced(
    store: Store, reopen: Callable[[], Store]
) -> None:
    assert store.pose_checks.reference("t1", 0) is None
    assert store.pose_checks.references() == {}
    other = replace(REFERENCE, preset=3, hidden=(((0.0, 0.1 + 0.2), (1.0, 0.0), (1.0, 1.0)),))
    store.pose_checks.put_reference(REFERENCE)
    store.pose_checks.put_reference(other)
    newer = replace(REFERENCE, calibrated=True, pose=replace(POSE, azimuth_deg=359.999))
    store.pose_checks.put_reference(newer)
    again = reopen().pose_checks
    assert again.reference("t1", 0) == newer
    assert again.references() == {("t1", 0): newer, ("t1", 3): other}
    assert again.reference("t2", 0) is None


def test_the_check_that_was_written_last_is_the_latest_though_the_clock_went_back(
    store: Store, reopen: Callable[[], Store]
) -> None:
    earlier = replace(
        CHECK, at=NOON - timedelta(days=400), outcome=CheckOutcome.UNKNOWN, pictures=0
    )
    for check in (CHECK, replace(CHECK, preset=7), earlier):
        store.pose_checks.add(check)
    again = reopen().pose_checks
    assert again.latest() == {("t1", 0): earlier, ("t1", 7): replace(CHECK, preset=7)}
    assert again.of("t1", 0, 9) == [earlier, CHECK]
    assert again.of("t1", 0, 1) == [earlier]
    assert again.of("t1", 0, 0) == [earlier]
    assert again.of("t1", 1, 9) == []


def test_ten_years_of_checks_leave_the_last_of_each_preset(store: Store) -> None:
    many = MOST_CHECKS + 7
    store.pose_checks.add(replace(CHECK, camera_id="t2"))
    for day in range(many):
        store.pose_checks.add(replace(CHECK, at=NOON + timedelta(days=day)))
    kept = store.pose_checks.of("t1", 0, 2 * many)
    assert len(kept) == MOST_CHECKS
    assert kept[0].at == NOON + timedelta(days=many - 1)
    assert kept[-1].at == NOON + timedelta(days=7)
    assert store.pose_checks.of("t2", 0, 9) == [replace(CHECK, camera_id="t2")]


@given(
    there=st.sets(st.tuples(st.sampled_from(["t1", "t2"]), st.integers(0, 2))),
    wanted=st.sets(st.tuples(st.sampled_from(["t1", "t2", "t3"]), st.integers(0, 2))),
)
def test_presets_that_are_gone_are_forgotten_and_no_others(
    tmp_path_factory: object, there: set[tuple[str, int]], wanted: set[tuple[str, int]]
) -> None:
    assert hasattr(tmp_path_factory, "mktemp")
    path = tmp_path_factory.mktemp("store") / "firewatch.db"
    store = Store.open(f"sqlite:///{path}", clock=ManualClock(NOON))
    for camera_id, preset in there:
        store.pose_checks.add(replace(CHECK, camera_id=camera_id, preset=preset))
        if preset:
            store.pose_checks.put_reference(replace(REFERENCE, camera_id=camera_id, preset=preset))
    assert store.pose_checks.keep_only(wanted) == len(there - wanted)
    assert set(store.pose_checks.latest()) == there & wanted
    assert set(store.pose_checks.references()) == {one for one in there & wanted if one[1]}
    store.close()
