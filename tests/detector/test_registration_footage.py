"""Registration on recorded cameras: standing, shaken by a known amount, turned."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from camera_gateway.pictures import encode_jpeg, read_picture
from camera_gateway.sources import iterate_video
from detector.jpeg_picture import JpegPicture
from detector.registration import Registrar, Registration, RegistrationState
from detector.tracker import PlumeTracker
from models.detection import Box, Label
from models.units import ImageBGR

FOOTAGE = Path(__file__).resolve().parents[3] / "shared/data/footage"
START = datetime(2018, 7, 18, 20, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEADY, MOVED, UNKNOWN = RegistrationState

pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not FOOTAGE.is_dir(), reason="the footage is not beside the checkout"),
]


def frames(folder: str, step: int) -> list[Path]:
    return sorted((FOOTAGE / folder).glob("*.jpg"))[::step]


def shifted(image: ImageBGR, dx: float, dy: float) -> ImageBGR:
    moved = cv2.warpAffine(
        image,
        np.array([[1, 0, dx], [0, 1, dy]], np.float64),
        (image.shape[1], image.shape[0]),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT,
    )
    return moved.astype(np.uint8, copy=False)


def register(registrar: Registrar, image: ImageBGR, minute: float) -> Registration:
    """As the pipeline does: from the bytes, by way of the small copy."""
    picture = JpegPicture.of(encode_jpeg(image), "tower")
    size = (picture.width_px, picture.height_px)
    return registrar.register(picture.small(), START + minute * MINUTE, *size)


@pytest.mark.parametrize(
    "sequence",
    [
        "20180718_FIRE_syp-w-mobo-c",  # exposure jumps from frame to frame
        "20180728_FIRE_rm-w-mobo-c",  # a column grows to a quarter of the width
        "20160619_FIRE_om-e-mobo-c",
    ],
)
def test_a_tower_that_stands_still_is_seen_to(sequence: str) -> None:
    registrar = Registrar()
    for number, path in enumerate(frames(f"sequences_1min/{sequence}", 4)):
        seen = register(registrar, read_picture(path), 4.0 * number)
        assert seen.state is STEADY
        assert np.hypot(seen.dx_px, seen.dy_px) < 0.6


def test_days_and_infrared_nights_are_one_view() -> None:
    registrar = Registrar()
    states = []
    for number, path in enumerate(frames("sequences_nofire/roanoke_millmtn", 3)):
        seen = register(registrar, read_picture(path), 540.0 * number)
        states.append(seen.state)
        assert seen.place == 0
        assert np.hypot(seen.dx_px, seen.dy_px) < 2.0
    assert states.count(STEADY) >= 0.9 * len(states)


def test_a_shaken_minute_moves_the_picture_and_not_the_plume() -> None:
    random = np.random.default_rng(20)
    registrar, tracker = Registrar(), PlumeTracker(900)
    plume = Box(Label.SMOKE, 0.6, 440.0, 300.0, 462.0, 318.0)
    paths = frames("sequences_1min/20180718_FIRE_syp-w-mobo-c", 1)[30:50]
    scale = 1024 / 1920
    feet = []
    for number, path in enumerate(paths):
        dx, dy = (0.0, 0.0) if number == 0 else random.uniform(-20 * scale, 20 * scale, 2)
        seen = register(registrar, shifted(read_picture(path), dx, dy), number / 20)
        assert seen.state is STEADY
        assert np.hypot(seen.dx_px - dx, seen.dy_px - dy) < 0.5
        box = Box(plume.label, 0.6, 440 + dx, 300 + dy, 462 + dx, 318 + dy)
        tracker.update([box], number, START + number * 3 * timedelta(seconds=1), seen)
        feet.append(tracker.tracks[0].last_reference_box.x_min)
    (track,) = tracker.tracks
    assert len(track.hits) == len(paths)
    assert np.std(feet) < 0.3


def searched(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> int:
    """Shift to the right in whole pixels, by trying every one on the lower half."""
    lower = slice(before.shape[0] // 2, None)
    width = before.shape[1]
    costs = {}
    for dx in range(-width // 3, width // 3 + 1):
        one = before[lower, max(0, -dx) : width - max(0, dx)].astype(float)
        other = after[lower, max(0, dx) : width - max(0, -dx)].astype(float)
        costs[dx] = np.abs((one - one.mean()) - (other - other.mean())).mean()
    return min(costs, key=lambda dx: costs[dx])


def test_a_camera_that_is_turned_is_followed_and_its_new_place_is_found() -> None:
    registrar = Registrar()
    path = FOOTAGE / "clips/yuchen_movecam.mp4"
    images = [image for _, _, image in iterate_video(path, 0.1)]
    greys = [cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8) for image in images]
    seen = [
        registrar.register(image, START + index * timedelta(seconds=0.1), 360, 244)
        for index, image in enumerate(images)
    ]
    assert all(one.state is STEADY and abs(one.dx_px) < 0.5 for one in seen[:152])
    for index in range(153, 159):  # the pan, as far as both pictures show the same
        assert seen[index].dx_px == pytest.approx(searched(greys[0], greys[index]), abs=2.0)
    assert [one.state for one in seen[155:160]] == [MOVED] * 5
    # A shift by more than half of the picture is not taken for one to the other side.
    # A place is new after two seconds of stillness.
    assert {one.state for one in seen[160:188]} == {UNKNOWN}
    assert {(one.state, one.place) for one in seen[188:]} == {(MOVED, 1)}
    assert max(abs(one.dx_px) for one in seen[188:]) < 0.5
