"""The skyline out of pictures: drawn ones here, real towers beside the checkout."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from geo.calibration import picture_skyline, picture_skylines
from models.errors import InputRefused
from models.units import FloatArray, ImageBGR

SIZE = (960, 540)
DATA = Path(__file__).resolve().parents[3] / "shared/data"
READINGS = json.loads(Path(__file__).with_name("skyline_readings.json").read_text("utf-8"))


def ridge(seed: int = 1, middle: float = 240.0) -> FloatArray:
    """Height of a ridge in each column, pixels from the top."""
    random = np.random.default_rng(seed)
    x = np.arange(SIZE[0]) / SIZE[0]
    waves = [
        60.0 / n * np.sin(2.0 * np.pi * (n * x + random.random())) for n in (1, 2, 3, 5, 8, 13)
    ]
    return np.asarray(middle + np.sum(waves, axis=0) * 0.6)


def drawn(line: FloatArray, *, seed: int = 1, noise: float = 2.0, haze: float = 0.0) -> ImageBGR:
    """Sky over textured land, the edge anti-aliased; haze takes the land's contrast away."""
    random = np.random.default_rng(seed)
    rows = np.arange(SIZE[1])[:, None] + 0.5
    share = np.clip(line[None] - rows + 0.5, 0.0, 1.0)[..., None]
    sky = np.array([235.0, 215.0, 200.0]) - rows[..., None] * 0.06
    grain = cv2.GaussianBlur(random.normal(0.0, 60.0, (SIZE[1], SIZE[0], 1)), (0, 0), 1.5)
    land = np.array([60.0, 85.0, 70.0]) + grain.reshape(SIZE[1], SIZE[0], 1)
    land = land * (1.0 - haze) + sky * haze
    picture = share * sky + (1.0 - share) * land + random.normal(0.0, noise, (SIZE[1], SIZE[0], 1))
    return np.clip(picture, 0.0, 255.0).astype(np.uint8)


def off(line: FloatArray, picture: ImageBGR) -> NDArray[np.float64]:
    found = picture_skyline(picture)
    return np.asarray(found.y_px - np.interp(found.x_px - 0.5, np.arange(SIZE[0]), line))


def test_a_drawn_ridge_is_found_to_a_fraction_of_a_pixel() -> None:
    line = ridge()
    found = picture_skyline(drawn(line))
    assert found.share > 0.95
    assert (np.diff(found.x_px) > 0.0).all()
    errors = off(line, drawn(line))
    assert abs(float(np.median(errors))) < 0.15
    assert float(np.quantile(np.abs(errors), 0.9)) < 1.0


def test_a_far_ridge_in_haze_is_the_skyline_not_the_near_one() -> None:
    near, far = ridge(2, 330.0), ridge(3, 200.0)
    picture = drawn(far, haze=0.85)
    below = np.arange(SIZE[1])[:, None] > near[None]
    picture[below] = drawn(near)[below]
    errors = off(far, picture)
    assert float(np.median(np.abs(errors))) < 0.5
    assert len(picture_skylines(picture)) >= 1


def test_a_cloud_with_a_soft_foot_is_another_line_not_the_skyline() -> None:
    line = ridge(7, 300.0)
    foot = 110.0 + 12.0 * np.sin(np.arange(SIZE[0]) / 150.0)
    darker = 1.0 / (1.0 + np.exp((foot[None] - np.arange(SIZE[1])[:, None]) / 5.0))
    picture = drawn(line, noise=1.0).astype(np.float64)
    sky = np.arange(SIZE[1])[:, None] < line[None]
    picture[sky] -= 30.0 * darker[sky][:, None]
    shown = np.clip(picture, 0.0, 255.0).astype(np.uint8)
    assert float(np.median(np.abs(off(line, shown)))) < 0.3
    found = picture_skylines(shown)
    assert len(found) == 2
    assert abs(float(np.median(found[1].y_px)) - 110.0) < 15.0


def test_clouds_masts_text_and_black_corners_do_no_harm() -> None:
    line = ridge(4)
    picture = drawn(line)
    cv2.ellipse(picture, (300, 70), (160, 30), 0, 0, 360, (250, 250, 250), -1)
    cv2.ellipse(picture, (700, 110), (120, 24), 0, 0, 360, (150, 150, 150), -1)
    picture[:430, 600:614] = 40  # a mast up to the top
    picture[:24] = 0
    cv2.putText(picture, "2026-11-26 08:30:00 HPWREN", (10, 18), 0, 0.6, (255, 255, 255), 1)
    corner = np.hypot(*np.meshgrid(np.arange(960) - 480, np.arange(540) - 270)) > 520
    picture[corner] = 0
    errors = off(line, picture)
    assert float(np.median(np.abs(errors))) < 0.3
    assert float(np.mean(np.abs(errors) < 3.0)) > 0.85


def test_near_trees_in_fog_are_no_skyline() -> None:
    """The same ragged line is one while it is sharp: a wooded ridge on a clear day."""
    random = np.random.default_rng(8)
    crowns = np.repeat(random.normal(0.0, 5.5, 80), 12)
    line = ridge(8, 300.0) + crowns
    assert float(np.median(np.abs(off(line, drawn(line))))) < 1.0
    foggy = np.asarray(cv2.GaussianBlur(drawn(line, noise=0.0, haze=0.5), (0, 0), 3.0), np.uint8)
    with pytest.raises(InputRefused):
        picture_skyline(foggy)


def test_a_picture_without_a_skyline_is_refused() -> None:
    random = np.random.default_rng(5)
    slope = drawn(ridge(6, -300.0))
    fog = np.clip(random.normal(180.0, 2.0, (540, 960, 3)), 0, 255).astype(np.uint8)
    night = np.clip(random.normal(3.0, 2.0, (540, 960, 3)), 0, 255).astype(np.uint8)
    noise = random.integers(0, 256, (540, 960, 3)).astype(np.uint8)
    for picture in (slope, fog, night, noise, np.zeros((40, 40, 3), np.uint8), fog[..., 0]):
        with pytest.raises(InputRefused) as refused:
            picture_skyline(picture)
        assert refused.value.code == "skyline_unseen"


@pytest.mark.footage
@pytest.mark.skipif(not DATA.is_dir(), reason="the footage is not beside the checkout")
def test_the_skyline_of_real_towers_lies_where_it_was_read_by_eye() -> None:
    """29 pictures of some twenty cameras, 183 places read in enlarged pictures."""
    errors, right = [], 0
    for name, places in READINGS["seen"].items():
        picture = cv2.imread(str(DATA / name))
        assert picture is not None
        found = picture_skyline(np.asarray(picture, np.uint8))
        columns, rows = np.array(places).T
        off = np.abs(np.interp(columns + 0.5, found.x_px, found.y_px) - rows)
        right += float(np.median(off)) <= 2.0
        errors += list(off)
    assert float(np.median(errors)) < 0.8
    assert float(np.mean(np.array(errors) <= 2.0)) > 0.88
    assert right >= 27


@pytest.mark.footage
@pytest.mark.skipif(not DATA.is_dir(), reason="the footage is not beside the checkout")
def test_fog_night_and_slopes_without_sky_are_refused() -> None:
    for name in READINGS["unseen"]:
        picture = cv2.imread(str(DATA / name))
        assert picture is not None
        with pytest.raises(InputRefused) as refused:
            picture_skyline(np.asarray(picture, np.uint8))
        assert refused.value.code == "skyline_unseen", name
