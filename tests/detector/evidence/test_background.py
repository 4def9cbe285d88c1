import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.evidence.background import KNOWN_AFTER, WIDTH_PX, SlowBackground
from models.alert import PlaceChange
from models.detection import Box, Label
from models.units import ImageBGR

START = datetime(2016, 6, 4, 20, 0, tzinfo=UTC)
FOOTAGE = Path(__file__).parents[3] / "../shared/data/footage"
PLACE = Box(Label.SMOKE, 0.3, 200, 100, 220, 115)


def hillside(seed: int = 1) -> ImageBGR:
    """A green slope with structure under a smooth sky, 512 x 288."""
    random = np.random.default_rng(seed)
    rough = random.integers(-30, 30, (96, 256, 3))
    slope = cv2.resize((rough + np.array([60, 110, 70])).astype(np.uint8), (512, 192))
    sky = np.full((96, 512, 3), (235, 225, 215), np.uint8)
    return np.vstack([sky, slope])


def noisy(picture: ImageBGR, seed: int) -> ImageBGR:
    noise = np.random.default_rng(seed).normal(0, 2, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def veiled(picture: ImageBGR, box: Box, grey: float = 200.0, share: float = 0.7) -> ImageBGR:
    """Smoke inside a box: what is behind shines through by what is left of the share."""
    changed = picture.astype(np.float32)
    place = changed[int(box.y_min) : int(box.y_max), int(box.x_min) : int(box.x_max)]
    place *= 1 - share
    place += share * grey
    return changed.astype(np.uint8)


def watched(minutes: int, *, gap_s: float = 60.0) -> SlowBackground:
    background = SlowBackground()
    pictures = [noisy(hillside(), frame) for frame in range(7)]
    for frame in range(round(minutes * 60 / gap_s)):
        background.compare(pictures[frame % 7], START + timedelta(seconds=frame * gap_s))
    return background


def at(background: SlowBackground, picture: ImageBGR, minutes: float) -> PlaceChange:
    change = background.compare(picture, START + timedelta(minutes=minutes))
    assert change is not None
    return change.at(PLACE, 512)


def test_nothing_is_said_of_the_first_pictures() -> None:
    background = SlowBackground()
    answers = [
        background.compare(noisy(hillside(), frame), START + timedelta(minutes=frame))
        for frame in range(KNOWN_AFTER + 2)
    ]
    assert answers[:KNOWN_AFTER] == [None] * KNOWN_AFTER
    assert all(answer is not None for answer in answers[KNOWN_AFTER:])


def test_a_place_that_stays_is_usual_and_smoke_there_is_not() -> None:
    background = watched(30)
    same = at(background, noisy(hillside(), 99), 30)
    assert same.times_usual < 1.5
    assert abs(same.texture) < 0.2
    assert abs(same.colour) < 0.1
    around = Box(Label.SMOKE, 0.3, 190, 97, 230, 125)
    smoke = at(background, veiled(noisy(hillside(), 98), around), 31)
    assert smoke.times_usual > 5.0
    assert smoke.whole < 1.5
    assert smoke.texture < -0.4
    assert smoke.colour < -0.3
    assert smoke.flicker > 5 * same.flicker


def test_exposure_and_a_cloud_over_the_valley_are_no_change_of_a_place() -> None:
    background = watched(30)
    brighter = np.clip(hillside().astype(int) + 20, 0, 255).astype(np.uint8)
    assert at(background, noisy(brighter, 7), 30).times_usual < 2.0


def test_smoke_stays_new_for_minutes_and_becomes_usual_in_hours() -> None:
    background = watched(30)
    first = at(background, veiled(hillside(), PLACE), 30).times_usual
    smoke = veiled(hillside(), PLACE)
    for minute in range(31, 36):
        soon = at(background, smoke, minute).times_usual
    for minute in range(40, 240, 5):
        late = at(background, smoke, minute).times_usual
    assert soon > 0.5 * first
    assert late < 1.5


def test_live_video_and_one_frame_a_minute_learn_the_same() -> None:
    slow, fast = watched(20), watched(20, gap_s=5.0)
    smoke = veiled(hillside(), PLACE)
    assert at(slow, smoke, 20).times_usual == pytest.approx(
        at(fast, smoke, 20).times_usual, rel=0.35
    )


def test_frames_of_the_same_second_share_one_answer() -> None:
    background = watched(10)
    moment = START + timedelta(minutes=10)
    first = background.compare(hillside(), moment)
    again = background.compare(veiled(hillside(), PLACE), moment + timedelta(milliseconds=40))
    assert first is not None
    assert again is first


def test_another_scene_begins_anew_and_says_nothing() -> None:
    background = watched(10)
    other = np.ascontiguousarray(255 - hillside(5)[::-1])
    assert background.compare(other, START + timedelta(minutes=10)) is None
    for minute in range(11, 10 + KNOWN_AFTER):
        assert background.compare(noisy(other, minute), START + timedelta(minutes=minute)) is None
    assert at(background, noisy(other, 40), 10 + KNOWN_AFTER).times_usual < 2.0


def test_a_long_absence_and_another_size_begin_anew() -> None:
    background = watched(10)
    assert background.compare(hillside(), START + timedelta(hours=5)) is None
    background = watched(10)
    turned = np.ascontiguousarray(np.rot90(hillside()))
    assert background.compare(turned, START + timedelta(minutes=10)) is None


def test_a_shaken_picture_is_compared_at_its_place() -> None:
    background = watched(30)
    shaken = np.roll(noisy(hillside(), 3), 6, axis=1)
    change = background.compare(shaken, START + timedelta(minutes=30), (6 / 512, 0.0))
    assert change is not None
    assert change.at(PLACE, 512).times_usual < 1.5
    askew = background.compare(shaken, START + timedelta(minutes=31))
    assert askew is None or askew.at(PLACE, 512).times_usual > 1.5


def test_a_clock_that_jumps_back_loses_nothing() -> None:
    background = watched(30)
    assert at(background, veiled(hillside(), PLACE), 5).times_usual > 5.0


@given(
    st.tuples(*[st.floats(-50, 1100)] * 4),
    st.integers(1, 60),
    st.integers(1, 60),
)
@settings(max_examples=15, deadline=None)
def test_any_box_on_any_picture_has_a_change(
    corners: tuple[float, float, float, float], height: int, width: int
) -> None:
    x, y = sorted(corners[:2]), sorted(corners[2:])
    box = Box(Label.FLAME, 0.0, x[0], y[0], x[1], y[1])
    background = SlowBackground()
    change = None
    picture = np.random.default_rng(height * 61 + width).integers(
        0, 255, (height, width, 3), np.uint8
    )
    for frame in range(KNOWN_AFTER + 1):
        change = background.compare(picture, START + timedelta(minutes=frame))
    assert change is not None
    assert change.times_usual.shape[1] == WIDTH_PX
    place = change.at(box, width)
    numbers = (place.times_usual, place.whole, place.texture, place.colour, place.flicker)
    assert np.isfinite(numbers).all()


@pytest.mark.footage
@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="the recorded footage is not beside the checkout")
@pytest.mark.parametrize("name", ["20160604_FIRE_rm-n-mobo-c", "20160619_FIRE_pi-s-mobo-c"])
def test_real_ignitions_change_their_place_and_nothing_did_before(name: str) -> None:
    folder = FOOTAGE / "sequences_1min" / name
    with (folder / "labels.csv").open() as rows:
        labelled = [row for row in csv.DictReader(rows) if row["x"]]
    x, y, w, h = (float(labelled[0][key]) for key in "xywh")
    box = Box(Label.SMOKE, 0.5, x, y, x + w, y + h)
    background = SlowBackground()
    before, after = [], []
    for path in sorted(folder.glob("*.jpg"), key=lambda path: int(path.stem.rsplit("_", 1)[1])):
        second = int(path.stem.rsplit("_", 1)[1])
        if second > 600:
            continue
        picture = cv2.imread(str(path))
        assert picture is not None
        change = background.compare(picture.astype(np.uint8), START + timedelta(seconds=second))
        if change is not None:
            (before if second < 0 else after).append(change.at(box, picture.shape[1]).times_usual)
    assert max(before) < 2.5
    assert max(after) > 4.0
