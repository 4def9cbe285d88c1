"""Day, night and infrared from a picture's own pixels."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_gateway.light import light_of
from camera_gateway.pictures import decode_jpeg
from models.light import Light
from models.units import ImageBGR

FOOTAGE = Path(__file__).parents[3] / "shared" / "data" / "footage"

needs_footage = pytest.mark.skipif(not FOOTAGE.is_dir(), reason="the shared footage is not here")


def forest(height: int = 360, width: int = 640) -> ImageBGR:
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2] = (210, 160, 120)
    image[height // 2 :] = (60, 110, 80)
    return image


def monochrome_jpeg(seed: int, noise: int, block_px: int, shift: tuple[int, int]) -> bytes:
    """A grey scene whose two chroma planes are noise in blocks, as JPEG."""
    chance = np.random.default_rng(seed)
    height, width = 360, 640
    grey = cv2.GaussianBlur(chance.integers(0, 255, (height, width)).astype(np.float32), (0, 0), 30)
    grey = cv2.normalize(grey, None, 20, 220, cv2.NORM_MINMAX)
    planes = [grey]
    for level in shift:
        rows, columns = height // block_px + 1, width // block_px + 1
        blocks = chance.integers(-noise, noise + 1, (rows, columns)) + 128 + level
        planes.append(np.kron(blocks, np.ones((block_px, block_px)))[:height, :width])
    coded = np.stack(planes, axis=-1).clip(0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", cv2.cvtColor(coded, cv2.COLOR_YCrCb2BGR))[1].tobytes()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    noise=st.integers(0, 3),
    block_px=st.sampled_from([1, 2, 8]),
    shift=st.tuples(st.integers(-2, 2), st.integers(-2, 2)),
)
def test_chroma_noise_of_a_jpeg_does_not_make_a_monochrome_picture_one_of_colour(
    seed: int, noise: int, block_px: int, shift: tuple[int, int]
) -> None:
    jpeg = monochrome_jpeg(seed, noise, block_px, shift)
    for reduction in (1, 8):
        assert light_of(decode_jpeg(jpeg, "it", reduction=reduction)) is Light.INFRARED


def test_a_picture_of_colour_is_day_and_in_the_dark_it_is_night() -> None:
    assert light_of(forest()) is Light.DAY
    assert light_of(forest() // 8) is Light.NIGHT


def test_a_grey_foggy_day_is_not_infrared() -> None:
    """Of its colours only a tenth is left, on a bright veil."""
    fog = (0.9 * 170 + 0.1 * forest().astype(np.float32)).astype(np.uint8)
    assert light_of(fog) is Light.DAY


def test_blue_dusk_and_false_colours_are_not_infrared() -> None:
    dusk = np.full((360, 640, 3), (180, 110, 60), np.uint8)
    assert light_of(dusk) is Light.DAY


def test_one_coloured_lamp_does_not_make_a_night_of_infrared_one_of_colour() -> None:
    grey = np.full((360, 640, 3), 70, np.uint8)
    grey[100:120, 200:240] = (0, 120, 255)
    assert light_of(grey) is Light.INFRARED


def test_a_picture_of_a_few_pixels_tells_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        light_of(np.zeros((15, 200, 3), np.uint8))


@needs_footage
@pytest.mark.footage
@pytest.mark.parametrize(
    ("path", "light"),
    [
        ("sequences_nofire/roanoke_millmtn/20260726T084351Z.jpg", Light.INFRARED),
        ("sequences_nofire/roanoke_millmtn/20260802T062318Z.jpg", Light.INFRARED),
        ("sequences_nofire/roanoke_millmtn/20260722T142639Z.jpg", Light.DAY),
        ("sequences_nofire/roanoke_millmtn/20260804T001612Z.jpg", Light.DAY),
        ("sequences_nofire/alertwildfire_20260108/nv-angel-peak-1_20260108_093634.jpg",
         Light.INFRARED),
        ("sequences_nofire/alertwildfire_20260108/nv-angel-peak-1_20260108_225604.jpg", Light.DAY),
        ("sequences_nofire/alertwildfire_20260108/ca-babbitt-peak-1_20260108_093634.jpg",
         Light.DAY),
        ("sequences_nofire/ethz_matterhorn/20170202_235610.jpg", Light.NIGHT),
        ("sequences_nofire/ethz_matterhorn/20170104_164009.jpg", Light.DAY),  # blue dusk
        ("sequences_nofire/phenocam_canadaojp/canadaojp_2020_01_01_110000.jpg", Light.DAY),  # snow
        ("sequences_nofire/seattle_spaceneedle/2026_0722_202000.jpg", Light.NIGHT),
        ("infrared/reconyx_trailcam.jpg", Light.DAY),
    ],
)  # fmt: skip
def test_real_cameras(path: str, light: Light) -> None:
    jpeg = (FOOTAGE / path).read_bytes()
    for reduction in (1, 8):
        assert light_of(decode_jpeg(jpeg, path, reduction=reduction)) is light


@needs_footage
@pytest.mark.footage
def test_sixteen_days_of_one_camera_are_infrared_exactly_when_its_filter_was_out() -> None:
    """Two frames of 107 have no colour; fog, dusk and the lit town by night all have some."""
    found = [
        path.name
        for path in sorted((FOOTAGE / "sequences_nofire/roanoke_millmtn").glob("*.jpg"))
        if light_of(decode_jpeg(path.read_bytes(), path.name, reduction=8)) is Light.INFRARED
    ]
    assert found == ["20260726T084351Z.jpg", "20260802T062318Z.jpg"]
