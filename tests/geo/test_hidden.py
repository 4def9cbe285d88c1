"""Behind a ridge that is grazed there is ground that no ray reaches and smoke shows over."""

import math

import numpy as np
import pytest

from geo.crs import LocalFrame
from geo.hidden import HIGHEST_SMOKE_M, Sight, behind_ridges
from geo.horizon import PolarGround
from geo.locate import Locator
from geo.terrain import Terrain, TowerTerrain
from models.fix import FixOutcome, HiddenStretch, NoFixReason
from models.site import HeightDatum, Pose, Position

CELL_M, HALF = 60.0, 150
FRAME = LocalFrame(106.65, 28.85)
RIDGE_M, RIDGE_AT_M, LENS_M = 60.0, 3_000.0, 100.0


def wall(*, beyond_m: float = 0.0, from_m: float = 9e9) -> PolarGround:
    """Flat land, a ridge 3 km east, and higher land beyond some distance."""
    steps = np.arange(-HALF, HALF + 1) * CELL_M
    values = np.zeros((len(steps), len(steps)), np.float32)
    values[:, np.abs(steps - RIDGE_AT_M) < 1.0] = RIDGE_M
    values[:, steps >= from_m] = beyond_m
    return PolarGround.of(TowerTerrain(FRAME, values, CELL_M), HALF * CELL_M)


def sight(elevation_deg: float, sigma_deg: float = 0.1) -> Sight:
    return Sight(LENS_M, 90.0, elevation_deg, sigma_deg, 1.0)


GRAZING_DEG = math.degrees(math.atan((RIDGE_M - LENS_M) / RIDGE_AT_M))


def test_a_stretch_reaches_from_the_ridge_to_where_its_shadow_ends() -> None:
    (found,) = behind_ridges(wall(), FRAME, sight(GRAZING_DEG))
    assert found.from_m == pytest.approx(RIDGE_AT_M, abs=2 * CELL_M)
    assert found.to_m == pytest.approx(LENS_M / (LENS_M - RIDGE_M) * RIDGE_AT_M, abs=2 * CELL_M)
    assert found.smoke_m == pytest.approx(RIDGE_M, abs=3.0)  # right behind the ridge
    near, far = (FRAME.to_metric(*end) for end in found.line_lonlat)
    assert near == pytest.approx((found.from_m, 0.0), abs=0.1)
    assert far == pytest.approx((found.to_m, 0.0), abs=0.1)


def test_it_ends_at_the_next_ground_that_is_seen() -> None:
    (found,) = behind_ridges(wall(beyond_m=70.0, from_m=4_500.0), FRAME, sight(GRAZING_DEG))
    assert found.to_m == pytest.approx(4_500.0, abs=2 * CELL_M)


@pytest.mark.parametrize("away_deg", [-0.5, 0.5])
def test_a_ridge_that_is_not_grazed_hides_nothing_of_this_fire(away_deg: float) -> None:
    assert behind_ridges(wall(), FRAME, sight(GRAZING_DEG + away_deg)) == ()
    assert len(behind_ridges(wall(), FRAME, sight(GRAZING_DEG + away_deg, 0.3))) == 1


def test_ground_deep_below_the_line_is_not_told() -> None:
    ground = wall(beyond_m=-400.0, from_m=3_300.0)
    (found,) = behind_ridges(ground, FRAME, sight(GRAZING_DEG))
    assert found.to_m < 3_400.0
    assert found.smoke_m <= HIGHEST_SMOKE_M


def test_a_crease_is_no_stretch() -> None:
    assert behind_ridges(wall(beyond_m=59.0, from_m=3_060.0), FRAME, sight(GRAZING_DEG)) == ()


def test_voids_hide_nothing_that_could_be_told() -> None:
    ground = wall()
    ground.values_m[:, 120:] = np.nan  # nothing is known beyond 3570 m
    (found,) = behind_ridges(ground, FRAME, sight(GRAZING_DEG))
    assert found.to_m < 3_600.0


def two_steps() -> Terrain:
    """Flat land, a ridge to the north, and beyond it nothing higher."""
    values = np.zeros((200, 200), np.float32)
    values[73:76, :] = 60.0
    return Terrain("a ridge", values, 106.0, 29.0, 0.001, "synthetic")


@pytest.mark.parametrize("datum", [HeightDatum.GROUND, HeightDatum.SEA_LEVEL])
def test_smoke_over_the_skyline_gets_a_direction_and_the_land_behind(datum: HeightDatum) -> None:
    locator = Locator(two_steps(), max_range_m=9_000.0)
    observer = Position(106.1, 28.9, 30.0, datum)
    elevation = math.atan((60.0 - 30.0) / 2_900.0) + math.radians(0.15)
    y_px = 768.0 - math.tan(elevation) * 1024.0 / math.tan(math.radians(30.0))
    pose = Pose(0.0, 0.0, 0.0, 60.0, azimuth_sigma_deg=0.1, tilt_sigma_deg=0.1)
    fix = locator.locate(observer, pose, 1024.0, y_px, 2048, 1536)
    assert (fix.outcome, fix.reason) == (FixOutcome.DIRECTION_ONLY, NoFixReason.SKY)
    (behind,) = fix.hidden
    assert isinstance(behind, HiddenStretch)
    assert 2_600.0 < behind.from_m < 3_100.0
    assert behind.to_m > behind.from_m + 1_000.0
    high = locator.locate(observer, pose, 1024.0, 10.0, 2048, 1536)
    assert (high.reason, high.hidden) == (NoFixReason.SKY, ())
