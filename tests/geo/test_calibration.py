"""A pose from landmarks and from the skyline, on real relief whose skyline is marched here."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import Geod

from geo.calibration import Landmark, Skyline, fit_landmarks, fit_skyline
from geo.calibration.fitting import fit
from geo.calibration.landmarks import direction_of
from geo.camera import pixel_of_ray
from geo.relief import drill_relief
from models.errors import InputRefused
from models.site import HeightDatum, Pose, Position

GEOD = Geod(ellps="WGS84")
LENS = Position(106.65, 29.03, 900.0, HeightDatum.SEA_LEVEL)
TRUE = Pose(352.4, -3.2, 1.1, 48.0)
WIDE = replace(TRUE, horizontal_fov_deg=66.0, radial_k1=-0.08)
SIZE = (1920, 1080)
Floats = NDArray[np.float64]


def landmark(
    pose: Pose, across: float, down: float, range_m: float, off: tuple[float, float]
) -> Landmark:
    """A thing that the camera shows there, its place found by another library and by hand."""
    azimuth_deg = pose.azimuth_deg + across * pose.horizontal_fov_deg
    elevation_deg = pose.tilt_deg + down * pose.horizontal_fov_deg
    lon_deg, lat_deg, _ = GEOD.fwd(LENS.lon_deg, LENS.lat_deg, azimuth_deg, range_m)
    drop_m = range_m**2 * 0.87 / 2.0 / 6_371_000.0
    height_m = LENS.height_m + range_m * math.tan(math.radians(elevation_deg)) + drop_m
    x_px, y_px = pixel_of_ray(azimuth_deg, elevation_deg, *SIZE, pose)
    place = Position(lon_deg, lat_deg, height_m, HeightDatum.SEA_LEVEL)
    return Landmark("mast", float(x_px) + off[0], float(y_px) + off[1], place)


PLACES = [(-0.42, 0.1, 2500.0), (-0.2, -0.12, 900.0), (0.02, 0.05, 7000.0), (0.21, -0.05, 4000.0),
          (0.38, 0.13, 11_000.0), (0.45, -0.15, 1500.0), (-0.35, -0.16, 600.0)]  # fmt: skip


def seen(pose: Pose, count: int, *, noise_px: float = 0.0, seed: int = 1) -> list[Landmark]:
    random = np.random.default_rng(seed)
    return [
        landmark(pose, *place, off=tuple(random.normal(0.0, noise_px, 2)))
        for place in PLACES[:count]
    ]


def away(pose: Pose, **wrong: float) -> Pose:
    return replace(
        pose, azimuth_deg=(pose.azimuth_deg + 12.0) % 360.0, tilt_deg=0.0, roll_deg=0.0, **wrong
    )


def turned(first: Pose, second: Pose) -> float:
    return abs((first.azimuth_deg - second.azimuth_deg + 180.0) % 360.0 - 180.0)


def test_four_landmarks_tell_where_it_looks() -> None:
    found = fit_landmarks(LENS, away(TRUE), seen(TRUE, 4), *SIZE)
    assert turned(found.pose, TRUE) < 1e-4
    assert found.pose.tilt_deg == pytest.approx(TRUE.tilt_deg, abs=1e-4)
    assert found.pose.roll_deg == pytest.approx(TRUE.roll_deg, abs=1e-3)
    assert not found.fov_fitted
    assert found.outliers == ()
    assert found.rms_px < 0.01


def test_seven_tell_the_lens_as_well() -> None:
    start = away(WIDE, horizontal_fov_deg=60.0, radial_k1=0.0)
    found = fit_landmarks(LENS, start, seen(WIDE, 7), *SIZE)
    assert found.fov_fitted
    assert found.pose.horizontal_fov_deg == pytest.approx(66.0, abs=1e-3)
    assert found.pose.radial_k1 == pytest.approx(-0.08, abs=1e-4)
    assert turned(found.pose, WIDE) < 1e-3


def test_the_stated_error_is_that_of_many_tries() -> None:
    tries = [
        fit_landmarks(LENS, TRUE, seen(TRUE, 5, noise_px=2.0, seed=n), *SIZE) for n in range(60)
    ]
    errors = [turned(found.pose, TRUE) for found in tries]
    stated = [found.pose.azimuth_sigma_deg for found in tries]
    assert 0.5 < float(np.sqrt(np.mean(np.square(errors)))) / float(np.median(stated)) < 2.0


def test_one_that_was_clicked_wrongly_is_told_and_spoils_nothing() -> None:
    good = seen(TRUE, 5, noise_px=0.5)
    wrong = replace(good[2], x_px=good[2].x_px + 150.0)
    found = fit_landmarks(LENS, away(TRUE), [*good[:2], wrong, *good[3:]], *SIZE)
    assert found.outliers == (2,)
    assert found.residuals_px[2][0] == pytest.approx(150.0, abs=8.0)
    assert turned(found.pose, TRUE) < 0.05


def test_landmarks_that_tell_nothing_are_refused() -> None:
    good = seen(TRUE, 5)
    near = replace(good[0], position=replace(LENS, lon_deg=LENS.lon_deg + 1e-4))
    low = replace(good[0], position=replace(good[0].position, height_datum=HeightDatum.GROUND))
    random = np.random.default_rng(4)
    loose = [replace(each, x_px=float(random.uniform(0, 1920)), y_px=float(random.uniform(0, 1080)))
             for each in good]  # fmt: skip
    middle = [replace(each, x_px=900.0 + index) for index, each in enumerate(good)]
    for landmarks, start, code in (
        (good[:3], TRUE, "calibration_few"),
        (middle, TRUE, "calibration_spread"),
        ([low, *good[1:]], TRUE, "calibration_height"),
        ([near, *good[1:]], TRUE, "calibration_near"),
        (good, replace(TRUE, azimuth_deg=180.0), "calibration_behind"),
        (loose, TRUE, "calibration_disagree"),
    ):
        with pytest.raises(InputRefused) as refused:
            fit_landmarks(LENS, start, landmarks, *SIZE)
        assert refused.value.code == code


def test_a_direction_falls_away_with_the_earth() -> None:
    level = replace(LENS, lat_deg=LENS.lat_deg + 0.09)
    azimuth_deg, elevation_deg = direction_of(LENS, level)
    range_m = GEOD.inv(LENS.lon_deg, LENS.lat_deg, level.lon_deg, level.lat_deg)[2]
    assert azimuth_deg == pytest.approx(0.0, abs=1e-9)
    assert math.tan(math.radians(elevation_deg)) * range_m == pytest.approx(-6.8, abs=0.1)


def marched(lon_deg: float, lat_deg: float, azimuths: Floats) -> Floats:
    """Highest ground in each direction, sample by sample."""
    tower = drill_relief().around(lon_deg, lat_deg, 15_000.0, 46.0)
    ranges = np.arange(200.0, 15_000.0, 45.0)
    angle = np.radians(azimuths)[:, None]
    heights = tower.height_at(ranges * np.sin(angle), ranges * np.cos(angle))
    drop_m = ranges**2 * 0.87 / 2.0 / 6_371_000.0
    rise_m = heights - (tower.ground_m + 30.0) - drop_m
    return np.asarray(np.nanmax(np.degrees(np.arctan2(rise_m, ranges)), axis=1))


AZIMUTHS = np.arange(0.0, 360.0, 0.05)


@pytest.fixture(scope="module")
def skyline() -> Skyline:
    return Skyline(AZIMUTHS, marched(-84.25583333, 36.23666666, AZIMUTHS))


def drawn(
    skyline: Skyline, pose: Pose, seed: int, *, outliers: float = 0.15
) -> tuple[Floats, Floats]:
    """The skyline as a picture shows it: trees, noise, and gross errors."""
    random = np.random.default_rng(seed)
    x_px, y_px = pixel_of_ray(AZIMUTHS, skyline.elevation_deg, *SIZE, pose)
    inside = np.isfinite(x_px) & (x_px > -60.0) & (x_px < SIZE[0] + 60.0)
    order = np.argsort(x_px[inside])
    columns = np.arange(2.0, SIZE[0], 4.0)
    rows = np.interp(columns, x_px[inside][order], y_px[inside][order])
    rows += random.normal(0.0, 1.5, len(columns)) - random.uniform(0.0, 2.0, len(columns))
    gross = random.random(len(columns)) < outliers
    rows[gross] += random.uniform(-120.0, 120.0, int(gross.sum()))
    rows[(rows < 0.0) | (rows > SIZE[1])] = np.nan
    return columns, rows


def test_the_skyline_tells_azimuth_and_tilt_or_is_refused(skyline: Skyline) -> None:
    """Start 1.5 degrees off, trees 0 to 2 px, noise 1.5 px, 15 % gross errors."""
    random, told = np.random.default_rng(7), 0
    for azimuth_deg in range(0, 360, 30):
        pose = Pose(
            float(azimuth_deg), float(random.uniform(-2, 1)), float(random.normal(0, 0.4)), 30.0
        )
        start = replace(
            pose,
            azimuth_deg=(azimuth_deg + 1.5 * random.choice([-1.0, 1.0])) % 360.0,
            tilt_deg=pose.tilt_deg + float(random.uniform(-1.0, 1.0)),
            roll_deg=0.0,
        )
        try:
            found = fit_skyline(skyline, start, *drawn(skyline, pose, azimuth_deg), *SIZE)
        except InputRefused:
            continue
        told += 1
        assert turned(found.pose, pose) <= 0.05
        assert abs(found.pose.tilt_deg - pose.tilt_deg) <= 0.05
        assert found.misfit_px < 3.0
        assert found.share > 0.7
    assert told >= 11  # of 12


def test_a_skyline_that_tells_nothing_is_refused(skyline: Skyline) -> None:
    pose = Pose(60.0, 0.0, 0.0, 30.0)
    columns, rows = drawn(skyline, pose, 1)
    teeth = Skyline(AZIMUTHS, 0.5 * np.sin(np.radians(AZIMUTHS) * 360.0))
    flat = Skyline(AZIMUTHS, np.full_like(AZIMUTHS, 0.2))
    empty = Skyline(AZIMUTHS, np.full_like(AZIMUTHS, np.nan))
    short = Skyline(np.arange(47.0, 73.0, 0.05), np.sin(np.arange(47.0, 73.0, 0.05)))
    hole = np.where((AZIMUTHS > 52.0) & (AZIMUTHS < 54.9), np.nan, skyline.elevation_deg)
    left = np.where(columns < 1200.0, rows, np.nan)
    foggy = np.where(columns < 1500.0, np.nan, rows)
    for line, x_px, y_px, code in (
        (skyline, columns, foggy, "skyline_short"),
        (flat, columns, rows, "skyline_flat"),
        (empty, columns, rows, "skyline_terrain"),
        (short, columns, rows, "skyline_terrain"),
        (Skyline(AZIMUTHS, hole), columns, left, "skyline_terrain"),
        (teeth, *drawn(teeth, pose, 1), "skyline_ambiguous"),
        (skyline, *drawn(skyline, replace(pose, azimuth_deg=200.0), 1), "skyline_misfit"),
    ):
        with pytest.raises(InputRefused) as refused:
            fit_skyline(line, pose, x_px, y_px, *SIZE)
        assert refused.value.code == code


def test_a_full_turn_closes_on_itself() -> None:
    line = Skyline(np.arange(0.0, 360.0, 1.0), np.arange(360.0))
    assert line.at(np.array([359.5, -0.25, 0.5])) == pytest.approx([179.5, 89.75, 0.5])
    part = Skyline(np.arange(350.0, 371.0), np.arange(21.0))
    assert part.at(np.array([5.0])) == pytest.approx([15.0])
    assert np.isnan(part.at(np.array([20.0]))).all()


def test_gross_errors_do_not_bend_a_line() -> None:
    x = np.linspace(0.0, 10.0, 50)
    y = 2.0 * x + 1.0
    y[::7] += 500.0
    found = fit(lambda v: y - (v[0] * x + v[1]), np.array([0.0, 0.0]), 1.0)
    assert found.values == pytest.approx([2.0, 1.0], abs=0.6)
    blind = fit(lambda v: y - v[0] * x + 0.0 * v[1], np.array([1.0, 5.0]), 1.0)
    assert np.isinf(blind.covariance).all()
    walled = fit(
        lambda v: np.array([np.inf if v[0] > 1.0 else 3.0 - v[0]] * 3), np.array([0.0]), 1.0
    )
    assert 0.9 < float(walled.values[0]) <= 1.0
