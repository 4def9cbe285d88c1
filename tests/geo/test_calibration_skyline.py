"""The terrain's skyline, with trees, and a pose from a picture of it."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from geo.calibration import (
    PictureSkyline,
    Skyline,
    fit_picture,
    fit_skyline,
    from_picture,
    skyline_around,
    skyline_of,
)
from geo.calibration.skyline import _dependence
from geo.camera import pixel_of_ray
from geo.crs import LocalFrame
from geo.horizon import Horizon, HorizonBook, PolarGround
from geo.relief import drill_relief
from geo.terrain import Terrain, TowerTerrain
from models.errors import InputRefused
from models.site import HeightDatum, Pose, Position
from models.units import FloatArray, ImageBGR

RELIEF = drill_relief()
LENS = Position(-84.25583333, 36.23666666, 30.0, HeightDatum.GROUND)
TRUE = Pose(40.0, -1.0, 0.5, 40.0)
SIZE = (1280, 720)
START = replace(TRUE, azimuth_deg=41.5, tilt_deg=-0.4, roll_deg=0.0)


def rows_of(skyline: Skyline, pose: Pose) -> tuple[FloatArray, FloatArray]:
    """Columns and rows at which a camera shows a skyline."""
    x_px, y_px = pixel_of_ray(skyline.azimuth_deg, skyline.elevation_deg, *SIZE, pose)
    columns = np.arange(SIZE[0]) + 0.5
    return columns, np.interp(columns, x_px, y_px)


def drawn(rows: FloatArray, seed: int = 1) -> ImageBGR:
    """Sky above, textured land below."""
    random = np.random.default_rng(seed)
    down = np.arange(SIZE[1])[:, None] + 0.5
    share = np.clip(rows[None] - down + 0.5, 0.0, 1.0)[..., None]
    grain = cv2.GaussianBlur(random.normal(0.0, 60.0, SIZE[::-1]), (0, 0), 1.5)[..., None]
    land = np.array([60.0, 85.0, 70.0]) + grain
    picture = share * np.array([230.0, 210.0, 195.0]) + (1.0 - share) * land
    picture += random.normal(0.0, 1.5, (*SIZE[::-1], 1))
    return np.clip(picture, 0.0, 255.0).astype(np.uint8)


@pytest.fixture(scope="module")
def skyline() -> Skyline:
    return skyline_around(RELIEF, LENS, START)


@pytest.fixture(scope="module")
def picture(skyline: Skyline) -> ImageBGR:
    return drawn(rows_of(skyline, TRUE)[1])


def test_a_picture_and_the_relief_tell_the_pose(picture: ImageBGR) -> None:
    found, line, around = fit_picture(picture, RELIEF, LENS, START)
    assert abs(found.pose.azimuth_deg - TRUE.azimuth_deg) < 0.02
    assert abs(found.pose.tilt_deg - TRUE.tilt_deg) < 0.02
    assert abs(found.pose.roll_deg - TRUE.roll_deg) < 0.05
    assert found.pose.azimuth_sigma_deg < 0.04
    assert not found.fov_fitted
    assert found.waves_px < 0.5
    assert line.share > 0.9
    assert around.range_m is not None


def test_a_field_of_view_that_is_a_little_wrong_is_found_and_a_very_wrong_one_refused(
    picture: ImageBGR,
) -> None:
    found = fit_picture(picture, RELIEF, LENS, replace(START, horizontal_fov_deg=40.8))[0]
    assert found.fov_fitted
    assert found.pose.horizontal_fov_deg == pytest.approx(40.0, abs=0.1)
    assert abs(found.pose.azimuth_deg - TRUE.azimuth_deg) < 0.03
    with pytest.raises(InputRefused) as refused:
        fit_picture(picture, RELIEF, LENS, replace(START, horizontal_fov_deg=44.0))
    assert refused.value.code in {"skyline_misfit", "skyline_ambiguous"}


def test_what_trees_add_is_taken_out(skyline: Skyline) -> None:
    """12 m of canopy look 0.05 to 0.1 degrees high; entered, they move the tilt no more."""
    wooded = skyline_around(RELIEF, LENS, START, canopy_m=12.0)
    lifted = np.nanmedian(wooded.elevation_deg - skyline.elevation_deg)
    assert 0.02 < lifted < 0.3
    trees = drawn(rows_of(wooded, TRUE)[1])
    bare = fit_picture(trees, RELIEF, LENS, START)[0].pose
    known = fit_picture(trees, RELIEF, LENS, START, canopy_m=12.0)[0].pose
    assert abs(known.tilt_deg - TRUE.tilt_deg) < 0.015
    assert bare.tilt_deg - TRUE.tilt_deg < -0.6 * lifted
    assert abs(bare.tilt_deg - TRUE.tilt_deg) < 4.0 * bare.tilt_sigma_deg
    sure = fit_picture(trees, RELIEF, LENS, START, canopy_m=12.0, canopy_sigma_m=1.0)[0].pose
    assert sure.tilt_sigma_deg < known.tilt_sigma_deg


def test_several_lines_of_a_picture_are_tried_and_two_that_fit_are_refused(
    picture: ImageBGR, skyline: Skyline, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns, rows = rows_of(skyline, TRUE)
    right = PictureSkyline(columns, rows, 1.0)
    clouds = PictureSkyline(columns, 200.0 + 80.0 * np.sin(columns / 90.0), 1.0)
    other = PictureSkyline(*rows_of(skyline, replace(TRUE, azimuth_deg=40.9)), 1.0)

    def tried(*lines: PictureSkyline) -> Pose:
        monkeypatch.setattr(from_picture, "picture_skylines", lambda _: list(lines))
        return fit_picture(picture, RELIEF, LENS, START)[0].pose

    assert abs(tried(clouds, right).azimuth_deg - TRUE.azimuth_deg) < 0.02
    with pytest.raises(InputRefused) as refused:
        tried(right, other)
    assert refused.value.code == "skyline_ambiguous"
    with pytest.raises(InputRefused):
        tried(clouds)


def test_half_a_skyline_and_a_moved_lens_are_refused(skyline: Skyline) -> None:
    columns, rows = rows_of(skyline, TRUE)
    random = np.random.default_rng(2)
    rows = rows + random.normal(0.0, 1.0, len(rows))
    with pytest.raises(InputRefused) as refused:
        fit_skyline(skyline, START, columns[:600], rows[:600], *SIZE)
    assert refused.value.code == "skyline_short"
    moved = skyline_around(RELIEF, replace(LENS, lat_deg=LENS.lat_deg + 0.0027), START)
    with pytest.raises(InputRefused) as refused:
        fit_skyline(moved, START, columns, rows, *SIZE)
    assert refused.value.code in {"skyline_misfit", "skyline_ambiguous"}


def test_the_fine_skyline_and_the_kept_profiles_agree(skyline: Skyline) -> None:
    horizon = HorizonBook(RELIEF).horizon(LENS)
    assert horizon is not None
    coarse = skyline_of(horizon)
    off = skyline.elevation_deg - coarse.at(skyline.azimuth_deg)
    assert abs(float(np.median(off))) < 0.03
    assert float(np.median(off)) > 0.0  # a crest between two samples is missed, never invented
    np.testing.assert_allclose(coarse.elevation_deg, horizon.skyline_deg, atol=1e-6)
    assert coarse.range_m is not None
    fine_m = np.interp(skyline.azimuth_deg % 360.0, coarse.azimuth_deg, coarse.range_m)
    assert float(np.median(np.abs(fine_m - skyline.range_m))) < 150.0
    wooded = skyline_of(horizon, canopy_m=15.0)
    lift = wooded.elevation_deg - coarse.elevation_deg
    assert float(np.min(lift)) >= 0.0
    assert float(np.median(lift)) > math.degrees(15.0 / 20_000.0)


def test_heights_in_any_datum_and_a_view_all_around() -> None:
    ground_m = RELIEF.height_at(LENS.lon_deg, LENS.lat_deg)
    sea = Position(LENS.lon_deg, LENS.lat_deg, ground_m + 30.0, HeightDatum.SEA_LEVEL)
    view = Pose(350.0, 0.0, 0.0, 30.0)
    one, other = (skyline_around(RELIEF, lens, view) for lens in (LENS, sea))
    np.testing.assert_allclose(one.elevation_deg, other.elevation_deg)
    assert one.azimuth_deg[-1] == pytest.approx(370.0)
    whole = skyline_around(RELIEF, LENS, Pose(0.0, 0.0, 0.0, 178.0))
    assert whole.at(np.array([89.0]))[0] == pytest.approx(one.at(np.array([0.0]))[0], abs=9.0)
    every = skyline_around(RELIEF, LENS, Pose(10.0, 0.0, 0.0, 179.9))
    assert len(every.azimuth_deg) < 7200


def test_a_lens_off_the_relief_is_refused_and_voids_are_no_skyline() -> None:
    with pytest.raises(InputRefused) as refused:
        skyline_around(RELIEF, replace(LENS, lon_deg=-80.0), START)
    assert refused.value.code == "skyline_terrain"
    values = np.full((60, 60), np.nan, np.float32)
    values[29:31, 29:31] = 100.0
    island = Terrain("island", values, 106.0, 29.0, 0.001)
    lens = Position(106.0303, 28.9703, 30.0, HeightDatum.GROUND)
    alone = skyline_around(island, lens, START)
    assert np.isnan(alone.elevation_deg).any()
    ground = np.full((41, 41), np.nan, np.float32)
    ground[20, 20] = 100.0
    bare = Horizon(
        PolarGround.of(TowerTerrain(LocalFrame(106.0, 29.0), ground, 60.0), 900.0), 130.0
    )
    elevation_deg, range_m = bare.wooded_skyline(10.0)
    assert np.isnan(elevation_deg).all()
    assert np.isnan(range_m).all()


def test_a_smooth_skyline_that_tells_the_direction_badly_is_refused() -> None:
    """A wide swell fits well, a degree to either side nearly as well."""
    azimuths = np.arange(0.0, 90.0, 0.05)
    swell = Skyline(azimuths, 0.08 * np.sin(np.radians((azimuths - 40.0) * 9.0)))
    columns, rows = rows_of(swell, TRUE)
    random = np.random.default_rng(3)
    slow = np.repeat(random.normal(0.0, 0.4, 64), 20)  # errs alike over twenty columns
    with pytest.raises(InputRefused) as refused:
        fit_skyline(swell, START, columns, rows + slow, *SIZE, most_sigma_deg=0.01)
    assert refused.value.code == "skyline_flat"
    found = fit_skyline(swell, START, columns, rows + slow, *SIZE, most_sigma_deg=0.5)
    assert abs(found.pose.azimuth_deg - TRUE.azimuth_deg) < 4.0 * found.pose.azimuth_sigma_deg
    assert found.pose.azimuth_sigma_deg > 0.01


def test_neighbours_that_err_together_count_once() -> None:
    random = np.random.default_rng(4)
    own = random.normal(0.0, 1.0, 4000)
    assert _dependence(own) < 1.3
    assert 7.0 < _dependence(np.repeat(own, 10)) < 13.0
    assert _dependence(np.linspace(-5.0, 5.0, 400)) > 50.0
    assert _dependence(np.zeros(100)) == 1.0
