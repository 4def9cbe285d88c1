"""A preset from its first good picture over steady days to a drift that is told, and its end."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from pose_rig import NOON, POSE, PoseRig, view_of

from camera_gateway.pictures import encode_jpeg
from camera_gateway.pose_check import checker as checker_module
from camera_gateway.pose_check.session import MOST_BIRTHS
from models.calibration import CheckOutcome, PoseReference, UnknownWhy
from models.clock import ManualClock
from models.condition import Condition
from models.config import PoseCheckRule
from models.errors import StorageFull
from models.frame import FrameMode
from models.mask import MaskKind, ViewMask
from models.patrol import PoseTrust
from models.site import Pose, Preset
from models.store import Store

RIGHT = (0.12, 0.0, 0.0)
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=ManualClock(NOON))
    yield opened
    opened.close()


@pytest.fixture
def rig(store: Store, tmp_path: Path) -> PoseRig:
    return PoseRig(store, ManualClock(NOON), tmp_path / "references")


def calibrated(rig: PoseRig, pose: Pose = POSE, *, preset: int = 0) -> PoseReference:
    """Somebody calibrates: the picture by which it was done is the reference."""
    file = rig.shelf.keep(encode_jpeg(view_of(pose, seed=99)))
    reference = PoseReference("t1", preset, pose, rig.clock.now(), 480, 270, file, calibrated=True)
    rig.store.pose_checks.put_reference(reference)
    return reference


def test_the_first_good_picture_is_the_reference_and_five_more_are_a_check(rig: PoseRig) -> None:
    assert rig.shows()
    reference = rig.reference
    assert reference is not None
    assert (reference.pose, reference.calibrated, reference.width_px) == (POSE, False, 480)
    assert rig.shelf.jpeg(reference.file) is not None
    for _ in range(4):
        assert rig.shows()
    assert rig.checks() == []
    rig.shows()
    (check,) = rig.checks()
    assert (check.outcome, check.pictures, check.reference) == (
        CheckOutcome.STEADY, 5, reference.file,
    )  # fmt: skip
    assert abs(check.azimuth_off_deg) < 0.01
    assert check.sigma_deg < 0.03
    assert rig.book.state("t1", 0, POSE).drift is None
    # Until the next one is due nothing is looked at.
    assert not rig.shows()
    assert rig.shows(after_s=6 * HOUR_S)


def test_a_picture_is_looked_at_once_and_pictures_lie_apart(rig: PoseRig) -> None:
    assert rig.shows()
    assert not rig.look()
    assert not rig.shows(after_s=30.0)
    assert rig.shows(after_s=30.0)


def test_a_turn_is_told_after_two_checks_and_the_second_comes_soon(rig: PoseRig) -> None:
    assert rig.check().outcome is CheckOutcome.STEADY
    first = rig.check(RIGHT)
    assert first.outcome is CheckOutcome.DRIFTED
    assert first.azimuth_off_deg == pytest.approx(0.12, abs=0.01)
    assert rig.book.state("t1", 0, POSE).drift is None
    rig.clock.advance(1800.0)
    for _ in range(5):
        rig.shows(RIGHT)
    state = rig.book.state("t1", 0, POSE)
    assert state.drift is not None
    assert state.drift.azimuth_off_deg == pytest.approx(0.12, abs=0.01)
    believed = rig.book.believed("t1", 0, POSE)
    assert believed.azimuth_sigma_deg == pytest.approx(np.hypot(0.3, 0.12), abs=0.01)
    assert believed.azimuth_deg == POSE.azimuth_deg
    # It is turned back: over after two checks as well.
    rig.check()
    assert rig.book.state("t1", 0, POSE).drift is not None
    rig.check()
    assert rig.book.state("t1", 0, POSE).drift is None
    assert rig.book.believed("t1", 0, POSE) == POSE


@pytest.mark.parametrize(
    ("off", "outcome"),
    [
        ((0.02, -0.02, 0.0), CheckOutcome.STEADY),
        ((0.0, -0.12, 0.0), CheckOutcome.DRIFTED),
        ((0.0, 0.0, 0.3), CheckOutcome.DRIFTED),
        ((-1.5, 1.0, 0.5), CheckOutcome.DRIFTED),
    ],
)
def test_what_is_told_of_a_turn(
    rig: PoseRig, off: tuple[float, float, float], outcome: CheckOutcome
) -> None:
    calibrated(rig)
    check = rig.check(off)
    assert check.outcome is outcome
    found = (check.azimuth_off_deg, check.tilt_off_deg, check.roll_off_deg)
    assert found == pytest.approx(off, abs=0.02)


def test_a_lens_that_zoomed_is_a_drift(rig: PoseRig) -> None:
    calibrated(rig)
    rig.enter(Preset(0, "home", POSE))
    rig.draw = lambda picture: cv2.warpAffine(
        picture, cv2.getRotationMatrix2D((240, 135), 0.0, 1.012), (480, 270)
    )
    check = rig.check()
    assert check.outcome is CheckOutcome.DRIFTED
    assert check.zoom_off == pytest.approx(0.012, abs=0.002)


def test_a_swaying_mast_is_steady_and_its_doubt_is_told(rig: PoseRig) -> None:
    calibrated(rig)
    rig.clock.advance(rig.rule.every_s)
    for step in range(5):
        rig.shows((0.1 * np.sin(2.4 * step), 0.05 * np.cos(2.4 * step), 0.0))
    (check,) = rig.checks()
    assert check.outcome is CheckOutcome.STEADY
    assert check.sigma_deg > 0.03


def test_a_reference_that_was_made_while_the_mast_leaned_gives_way(rig: PoseRig) -> None:
    rig.shows((0.1, 0.0, 0.0))
    leaning = rig.reference
    for _ in range(5):
        rig.shows()
    second = rig.reference
    assert leaning is not None
    assert second is not None
    assert second.file != leaning.file
    assert rig.checks() == []
    for _ in range(5):
        rig.shows()
    (check,) = rig.checks()
    assert check.reference == second.file
    assert abs(check.azimuth_off_deg) < 0.01


def test_a_reference_made_in_mist_gives_way_to_a_clear_one(rig: PoseRig) -> None:
    rig.shows(fog=0.85)
    misty = rig.reference
    for _ in range(8):
        rig.shows()
    clear = rig.reference
    assert misty is not None
    assert clear is not None
    assert clear.file != misty.file


def test_nobody_looks_for_a_better_reference_for_ever(rig: PoseRig) -> None:
    """A head that comes back to another place each time."""
    random = np.random.default_rng(1)
    for _ in range(100):
        rig.shows((*random.uniform(-0.5, 0.5, 2).tolist(), 0.0))
        if rig.checks():
            break
    assert rig.checks()
    assert len(list(rig.folder.iterdir())) <= MOST_BIRTHS + 1


def test_the_picture_of_a_calibration_never_gives_way(rig: PoseRig) -> None:
    reference = calibrated(rig)
    rig.check(RIGHT)
    rig.check(RIGHT)
    assert rig.reference == reference
    assert rig.book.state("t1", 0, POSE).drift is not None


def test_a_new_calibration_clears_the_flag_at_once(rig: PoseRig) -> None:
    calibrated(rig)
    rig.check(RIGHT)
    rig.check(RIGHT)
    turned = replace(POSE, azimuth_deg=POSE.azimuth_deg + 0.12, azimuth_sigma_deg=0.02)
    # Between the new pose and its reference nothing is widened, for nothing is known of it.
    rig.enter(Preset(0, "home", turned))
    assert rig.book.believed("t1", 0, turned) == turned
    calibrated(rig, turned)
    rig.look()
    assert rig.book.state("t1", 0, turned).drift is None
    assert rig.check().outcome is CheckOutcome.STEADY


def test_a_pose_that_is_edited_begins_anew_but_not_for_its_doubt(rig: PoseRig) -> None:
    rig.check()
    before = rig.reference
    rig.enter(Preset(0, "home", replace(POSE, azimuth_sigma_deg=0.7)))
    rig.check()
    assert rig.reference == before
    moved = replace(POSE, azimuth_deg=91.0)
    rig.enter(Preset(0, "home", moved))
    rig.shows()
    after = rig.reference
    assert after is not None
    assert after.pose == moved
    assert len(rig.checks()) == 2


def test_presets_that_change_numbers_are_not_mixed_up(rig: PoseRig) -> None:
    other = replace(POSE, azimuth_deg=100.0)
    rig.enter(Preset(1, "a", POSE), Preset(2, "b", other))
    rig.check(preset=1)
    rig.check(preset=2)
    rig.enter(Preset(1, "b", other), Preset(2, "a", POSE))
    for _ in range(9):
        rig.shows(preset=1)
        rig.shows(preset=2)
    assert all(check.outcome is CheckOutcome.STEADY for check in rig.checks(1) + rig.checks(2))
    assert len(rig.checks(1)) == 2


def test_fog_and_night_and_another_view_are_unknown_once_a_day(rig: PoseRig) -> None:
    calibrated(rig)
    rig.clock.advance(rig.rule.every_s)
    for _ in range(26):
        rig.shows(after_s=HOUR_S, fog=0.985)
    (check,) = rig.checks()
    assert (check.outcome, check.why) == (CheckOutcome.UNKNOWN, UnknownWhy.UNCLEAR)
    rig.draw = lambda picture: (picture // 12).astype(np.uint8)
    for _ in range(26):
        rig.shows(after_s=HOUR_S)
    assert rig.checks()[0].why is UnknownWhy.NO_PICTURES
    assert len(rig.checks()) == 2
    rig.draw = lambda picture: picture
    state = rig.book.state("t1", 0, POSE)
    assert state.drift is None
    assert not state.is_unchecked(rig.clock.now())
    assert state.is_unchecked(rig.clock.now() + timedelta(days=6))
    # What was unknown is tried again at the next picture.
    for _ in range(5):
        rig.shows()
    assert rig.checks()[0].outcome is CheckOutcome.STEADY


def test_a_picture_of_another_shape_is_told(rig: PoseRig) -> None:
    calibrated(rig)
    for _ in range(26):
        rig.shows(after_s=HOUR_S, size_px=(480, 360))
    assert rig.checks()[0].why is UnknownWhy.OTHER_SHAPE


def test_a_smaller_stream_is_compared(rig: PoseRig) -> None:
    calibrated(rig)
    for _ in range(5):
        rig.shows(RIGHT, size_px=(400, 225))
    assert rig.checks()[0].azimuth_off_deg == pytest.approx(0.12, abs=0.02)


@pytest.mark.parametrize(
    "changes",
    [
        {"conditions": frozenset({Condition.FOGGED})},
        {"conditions": frozenset({Condition.STUCK})},
        {"mode": FrameMode.THERMAL},
        {"pose": None, "conditions": frozenset({Condition.MOVED})},
        {"conditions": frozenset({Condition.PARTLY_HIDDEN})},
        {"pose": replace(POSE, azimuth_deg=12.0)},
        {"jpeg": b"no picture"},
        {"jpeg": encode_jpeg(np.full((270, 480, 3), (90, 128, 70), np.uint8))},
        {"jpeg": encode_jpeg(np.full((9, 9, 3), 128, np.uint8))},
    ],
)
def test_what_is_not_good_is_no_reference(rig: PoseRig, changes: dict[str, object]) -> None:
    rig.shows(**changes)
    assert rig.reference is None
    rig.shows()
    assert rig.reference is not None


def test_a_fixed_camera_that_was_found_turned_is_measured(rig: PoseRig) -> None:
    calibrated(rig)
    for _ in range(5):
        rig.shows((1.5, 0.0, 0.0), pose=None, conditions=frozenset({Condition.MOVED}))
    assert rig.checks()[0].azimuth_off_deg == pytest.approx(1.5, abs=0.03)


def test_a_camera_on_tour_is_believed_where_it_was_seen_to_be(rig: PoseRig) -> None:
    rig.tours = True
    assert not rig.shows(pose_trust=PoseTrust.COMMANDED)
    assert not rig.shows(pose=None, pose_trust=None)
    assert rig.reference is None
    rig.shows(pose_trust=PoseTrust.REPORTED)
    assert rig.reference is not None


def test_what_is_painted_over_is_kept_with_the_reference(rig: PoseRig) -> None:
    corners = ((0.1, 0.5), (0.4, 0.5), (0.4, 0.9))
    rig.shows(hidden=(ViewMask("t1", 0, MaskKind.PRIVACY, corners, "wang", NOON),))
    assert rig.reference is not None
    assert rig.reference.hidden == (corners,)


def test_a_restart_goes_on_where_it_was(rig: PoseRig) -> None:
    rig.check()
    rig.check(RIGHT)
    rig.check(RIGHT)
    told = rig.book.state("t1", 0, POSE)
    rig.restart()
    assert not rig.shows()  # not due
    assert rig.book.state("t1", 0, POSE) == told
    assert rig.shows(after_s=6 * HOUR_S)


def test_a_clock_that_went_back_does_not_stop_the_checks(rig: PoseRig) -> None:
    rig.check()
    rig.clock = ManualClock(NOON - timedelta(days=900))
    rig.restart()
    assert rig.shows()
    for _ in range(4):
        rig.shows()
    assert len(rig.checks()) == 2
    assert rig.checks()[0].at < rig.checks()[1].at
    assert not rig.book.state("t1", 0, POSE).is_unchecked(rig.clock.now())


def test_a_lost_picture_is_replaced(rig: PoseRig, caplog: pytest.LogCaptureFixture) -> None:
    reference = calibrated(rig)
    rig.look()
    rig.shelf.forget(reference.file)
    rig.shows()
    after = rig.reference
    assert after is not None
    assert after.file != reference.file
    assert "is lost" in caplog.text
    (rig.folder / after.file).write_bytes(b"torn")
    rig.shows()
    assert rig.reference is not None
    assert rig.reference.file != after.file


def test_a_calibration_that_comes_in_between_wins(
    rig: PoseRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = rig.shelf.keep
    put: list[PoseReference] = []

    def keep_slowly(jpeg: bytes) -> str:
        name = keep(jpeg)
        monkeypatch.setattr(rig.shelf, "keep", keep)
        put.append(calibrated(rig))
        return name

    monkeypatch.setattr(rig.shelf, "keep", keep_slowly)
    rig.shows()
    assert rig.reference == put[0]


def test_a_full_disk_costs_the_picture_and_no_more(
    rig: PoseRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_jpeg: bytes) -> str:
        raise StorageFull("The disk takes no more.")

    with monkeypatch.context() as patch:
        patch.setattr(rig.shelf, "keep", full)
        with pytest.raises(StorageFull):
            rig.shows()
    assert rig.reference is None
    rig.shows()
    assert rig.reference is not None


def test_a_camera_that_is_removed_leaves_nothing(
    rig: PoseRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.check()
    rig.enter(Preset(0, "home", POSE), Preset(5, "five", replace(POSE, azimuth_deg=95.0)))
    rig.check(preset=5)
    monkeypatch.setattr("camera_gateway.pose_check.references._PATIENCE", timedelta(days=-10_000))
    rig.enter(Preset(0, "home", POSE))
    rig.checker.tidy()
    assert rig.checks(5) == []
    assert len(rig.checks()) == 1
    assert len(list(rig.folder.iterdir())) == 1
    rig.store.links.remove("t1", actor="wang")
    rig.cameras.clear()
    rig.checker.read(rig.cameras)
    rig.checker.tidy()
    assert rig.checks() == []
    assert not rig.folder.exists()
    assert rig.book.state("t1", 0, POSE).reference is None


def test_fewer_pictures_may_be_enough_where_it_is_set_so(store: Store, tmp_path: Path) -> None:
    rule = PoseCheckRule(every_s=1.0, pictures=3, apart_s=0.1)
    rig = PoseRig(store, ManualClock(NOON), tmp_path / "references", rule=rule)
    for _ in range(4):
        rig.shows(after_s=1.0)
    assert rig.checks()[0].pictures == 3


def test_pictures_of_a_whole_day_that_are_few_are_a_check_all_the_same(rig: PoseRig) -> None:
    calibrated(rig)
    rig.rule = PoseCheckRule(pictures=9)
    rig.restart()
    for _ in range(5):
        rig.shows(after_s=4 * HOUR_S)
    rig.clock.advance(10 * HOUR_S)
    rig.look()
    assert rig.checks()[0].pictures == 5
    assert rig.checks()[0].outcome is CheckOutcome.STEADY
    assert checker_module.GIVE_UP_S == DAY_S
