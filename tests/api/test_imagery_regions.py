"""Do regions hold what they say? Fires are drawn, and flights that are off by their sigmas.

The truth knows nothing of ours: a plume is a row of balls that leave a fire in the wind, rising,
seen through rotations by hand; its box is theirs. The flight tells a place, a height, angles and a
lens, and was at others.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from api.imagery.finding import Placer, region_of, report_of
from geo.drone import DroneView
from geo.locate import Locator
from geo.relief import drill_relief
from models.detection import Box, Label
from models.fix import Fix
from models.flight import AttitudeSource, Look
from models.height import Height, HeightSystem

GEOD = Geod(ellps="WGS84")
RELIEF = drill_relief()
LOCATOR = Locator(RELIEF, max_range_m=6000.0)
WIDE, HIGH, FOV_DEG = 1600, 1200, 67.38
FOCAL_PX = WIDE / 2.0 / math.tan(math.radians(FOV_DEG) / 2.0)
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
STILLS, PLACES = 200, 4

# One standard deviation each: yaw, pitch, roll in degrees, place in metres, share of focal length.
ERRORS = {
    AttitudeSource.XMP: (3.0, 0.5, 0.5, 3.0, 0.03),
    AttitudeSource.MISB: (3.0, 1.0, 1.0, 5.0, 0.02),
    AttitudeSource.SUBTITLES: (3.0, 1.0, 0.5, 10.0, 0.05),
    AttitudeSource.CLOUD: (5.0, 2.0, 1.0, 10.0, 0.05),
    AttitudeSource.MISSION: (10.0, 3.0, 2.0, 10.0, 0.05),
}
HEIGHT_M = {"barometer": 7.0, "satellites": 20.0}
RELIEF_M = 5.0

Axes = NDArray[np.float64]
Drawn = tuple[tuple[float, float], Fix]


@dataclass(frozen=True)
class Flight:
    """Where the camera really was; height above sea level, angles in degrees."""

    lon_deg: float
    lat_deg: float
    height_m: float
    axes: Axes
    focal_px: float
    relief_off_m: float


def axes_of(yaw_deg: float, pitch_deg: float, roll_deg: float) -> Axes:
    """Columns forward, right and down of a gimbal in north, east and down."""
    yaw, pitch, roll = (math.radians(each) for each in (yaw_deg, pitch_deg, roll_deg))
    sines, cosines = np.sin((yaw, pitch, roll)), np.cos((yaw, pitch, roll))
    turn = np.array([[cosines[0], -sines[0], 0], [sines[0], cosines[0], 0], [0, 0, 1]])
    nod = np.array([[cosines[1], 0, sines[1]], [0, 1, 0], [-sines[1], 0, cosines[1]]])
    lean = np.array([[1, 0, 0], [0, cosines[2], -sines[2]], [0, sines[2], cosines[2]]])
    whole: Axes = turn @ nod @ lean
    return whole


def ground_m(lon_deg: float | Axes, lat_deg: float | Axes, flight: Flight) -> Axes:
    at = np.asarray(lon_deg, np.float64), np.asarray(lat_deg, np.float64)
    return np.asarray(RELIEF.height_at(*at)) + flight.relief_off_m


def pixels_of(flight: Flight, offsets_m: Axes) -> Axes | None:
    """Of (n, 3) metres north, east and down of the lens; None when one is behind it."""
    forward, right, down = (offsets_m @ flight.axes).T
    if (forward <= 1.0).any():
        return None
    return np.column_stack(
        (WIDE / 2 + flight.focal_px * right / forward, HIGH / 2 + flight.focal_px * down / forward)
    )


def is_hidden(flight: Flight, azimuth_deg: float, range_m: float, down_m: float) -> bool:
    along_m = np.arange(5.0, range_m - 2.0, 5.0)
    ones = np.ones(len(along_m))
    lon_deg, lat_deg, _ = GEOD.fwd(
        flight.lon_deg * ones, flight.lat_deg * ones, azimuth_deg * ones, along_m
    )
    fall_m = along_m**2 * 0.87 / 2.0 / 6_371_000.0
    line_m = flight.height_m - down_m * along_m / range_m
    return bool((ground_m(lon_deg, lat_deg, flight) - fall_m > line_m).any())


def plume_m(random: np.random.Generator) -> tuple[Axes, Axes]:
    """Balls of smoke from a fire at 0, 0, 0: (n, 3) north, east, down, and their radii."""
    wind, rise = random.uniform(0.0, 2.0 * math.pi), math.radians(random.uniform(10.0, 80.0))
    along_m = np.linspace(0.0, random.uniform(15.0, 120.0), 12)
    level_m, up_m = along_m * math.cos(rise), along_m * math.sin(rise)
    centres = np.column_stack((level_m * math.cos(wind), level_m * math.sin(wind), -up_m))
    return centres, 2.0 + along_m * random.uniform(0.1, 0.3)


def box_seen(
    flight: Flight, random: np.random.Generator, yaw_deg: float
) -> tuple[tuple[float, float], Box] | None:
    """A fire somewhere, by azimuth and range alike, and the box of its smoke; None if unseen."""
    azimuth_deg, range_m = yaw_deg + random.uniform(-180.0, 180.0), random.uniform(0.0, 2000.0)
    lon_deg, lat_deg, _ = GEOD.fwd(flight.lon_deg, flight.lat_deg, azimuth_deg, range_m)
    fall_m = range_m**2 * 0.87 / 2.0 / 6_371_000.0
    down_m = flight.height_m - float(ground_m(lon_deg, lat_deg, flight)) + fall_m
    azimuth = math.radians(azimuth_deg)
    foot = np.array([math.cos(azimuth) * range_m, math.sin(azimuth) * range_m, down_m])
    at = pixels_of(flight, foot[None])
    if at is None or not ((at[0] > 0).all() and at[0][0] < WIDE and at[0][1] < HIGH):
        return None
    if not math.isfinite(down_m) or is_hidden(flight, azimuth_deg, range_m, down_m):
        return None
    centres, radii_m = plume_m(random)
    centres = foot + centres
    middles = pixels_of(flight, centres)
    if middles is None:
        return None
    radii_px = (flight.focal_px * radii_m / np.linalg.norm(centres, axis=1))[:, None]
    left, upper = np.clip((middles - radii_px).min(axis=0), 0, (WIDE, HIGH))
    right, lower = np.clip((middles + radii_px).max(axis=0), 0, (WIDE, HIGH))
    if right - left < 4.0 or lower - upper < 4.0:
        return None
    return (lon_deg, lat_deg), Box(Label.SMOKE, 0.8, left, upper, right, lower)


def told_looks(
    source: AttitudeSource, height: str, random: np.random.Generator
) -> Iterator[tuple[Look, tuple[float, float] | None]]:
    west, south, east, north = RELIEF.bounds_deg
    for _ in range(PLACES):
        lon_deg, lat_deg = (
            random.uniform(west + 0.06, east - 0.06),
            random.uniform(south + 0.06, north - 0.06),
        )
        above_m = RELIEF.height_at(lon_deg, lat_deg) + random.uniform(60.0, 300.0)
        take_off = None
        sea: Height | None = Height(above_m, HeightSystem.EGM96)
        relative_m = None
        if height == "barometer":
            take_off = lon_deg + 0.003, lat_deg - 0.002
            sea, relative_m = None, above_m - RELIEF.height_at(*take_off)
        yield (
            Look(
                NOON, lon_deg, lat_deg, sea, relative_m, random.uniform(0.0, 360.0),
                random.uniform(-85.0, -12.0), 0.0, FOV_DEG, source,
            ),
            take_off,
        )  # fmt: skip


def flown(look: Look, height: str, view: DroneView, random: np.random.Generator) -> Flight:
    """A flight that is off what it tells, by its sigmas."""
    yaw, pitch, roll, place_m, share = ERRORS[look.attitude]
    assert look.yaw_deg is not None
    assert look.pitch_deg is not None
    east_m, north_m = random.normal(0.0, place_m, 2)
    lon_deg, lat_deg, _ = GEOD.fwd(
        look.lon_deg, look.lat_deg, math.degrees(math.atan2(east_m, north_m)),
        math.hypot(east_m, north_m),
    )  # fmt: skip
    off_deg = random.normal(0.0, (yaw, pitch, roll))
    return Flight(
        lon_deg,
        lat_deg,
        view.lens.height_m + random.normal(0.0, HEIGHT_M[height]),
        axes_of(look.yaw_deg + off_deg[0], look.pitch_deg + off_deg[1], off_deg[2]),
        FOCAL_PX * (1.0 + random.normal(0.0, share)),
        random.normal(0.0, RELIEF_M),
    )


def drawn(source: AttitudeSource, random: np.random.Generator) -> Iterator[Drawn]:
    for height in HEIGHT_M:
        looks = list(told_looks(source, height, random))
        stills = 0
        while stills < STILLS // len(HEIGHT_M):
            look, take_off = looks[int(random.integers(len(looks)))]
            placer = Placer(LOCATOR, take_off, None)
            view, gaps = placer.view(look, (WIDE, HIGH))
            assert view is not None, gaps
            assert look.yaw_deg is not None
            seen = box_seen(flown(look, height, view, random), random, look.yaw_deg)
            if seen is None:
                continue
            fix, _ = placer.fix(view, seen[1])
            assert fix is not None
            if fix.clusters:
                stills += 1
                yield seen[0], fix


@pytest.mark.parametrize("source", ERRORS)
def test_regions_and_circles_hold_nine_fires_in_ten(
    source: AttitudeSource, record_property: Callable[[str, object], None]
) -> None:
    outlines = circles = stills = 0
    for truth, fix in drawn(source, np.random.default_rng(11)):
        region, report = region_of(fix), report_of(fix)
        assert region is not None
        at = report.position
        off_m = GEOD.inv(at.lon_deg, at.lat_deg, *truth)[2]
        stills += 1
        outlines += region.covers(shapely.Point(truth))
        circles += off_m <= report.sigma_m * math.sqrt(-2.0 * math.log(0.1))
    record_property("outlines", outlines / stills)
    record_property("circles", circles / stills)
    assert 0.85 * stills <= outlines <= 0.97 * stills
    assert 0.85 * stills <= circles <= 0.97 * stills
