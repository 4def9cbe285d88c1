"""What a drone adds to a tower's alert: a smaller region, that holds the fire as often as it says.

Fires are drawn, and so are the errors of both witnesses, each with the standard deviation that it
tells. The fire's own place is never told to the code under test.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import shapely
from fire_rig import GEOD, SIZE, alert_of, eye, fire_of, gone, looks, place_told, told_of

from detector.incidents.placing import IncidentPlace, place_of
from geo.camera import pixel_of_ray
from geo.locate import Locator
from geo.relief import drill_relief
from models.fix import Fix
from models.observation import Observation, ObservationSource
from models.site import Pose

FIRES = 200
TOWER = eye("j1", -84.25625, 36.23708)
CAMERAS = {"j1": TOWER}
RELIEF = drill_relief()
LOCATOR = Locator(RELIEF)
SIGMA_M = 15.0
"""Of a hit in a drone's picture from some hundred metres off."""

ALONE_M2 = math.pi * 2.0 * math.log(10.0) * SIGMA_M**2  # that holds 90 % of a drone's hits
LEAST_HELD = 167  # of 200 that hold nine in ten, three standard deviations off
LEAST_MET = 192  # of 200 of which one in a hundred is refused as disagreement
MEDIAN_SHARE = 0.5


def told_by_drone(fire: tuple[float, float], random: np.random.Generator) -> Observation:
    """One that is off by as much as it says that it may be."""
    east_m, north_m = random.normal(0.0, SIGMA_M, 2)
    azimuth_deg = math.degrees(math.atan2(east_m, north_m))
    lon_deg, lat_deg, _ = GEOD.fwd(*fire, azimuth_deg, math.hypot(east_m, north_m))
    told = told_of(2, place_told((lon_deg, lat_deg), SIGMA_M))
    return replace(told, draft=replace(told.draft, source=ObservationSource.DRONE))


def rises_deg(places: np.ndarray) -> np.ndarray:
    """Elevation of (n, 2) places above the tower's horizontal, refraction and curve in."""
    at = TOWER.position
    lens_m = float(RELIEF.height_at(at.lon_deg, at.lat_deg)) + 30.0
    lon_deg, lat_deg = places.T
    here = np.full_like(lon_deg, at.lon_deg), np.full_like(lat_deg, at.lat_deg)
    _, _, range_m = GEOD.inv(*here, lon_deg, lat_deg)
    fall_m = 0.87 * range_m**2 / (2.0 * 6_371_000.0)
    rise_m = RELIEF.height_at(lon_deg, lat_deg) - fall_m - lens_m
    rise_deg: np.ndarray = np.degrees(np.arctan(rise_m / range_m))
    return rise_deg


def is_seen(fire: tuple[float, float]) -> bool:
    """Whether nothing every 15 m between stands as high as the fire's foot, seen from the tower."""
    _, _, range_m = GEOD.inv(TOWER.position.lon_deg, TOWER.position.lat_deg, *fire)
    shares = np.arange(60.0, range_m - 60.0, 15.0)[:, None] / range_m
    foot = np.array([TOWER.position.lon_deg, TOWER.position.lat_deg])
    between = foot + shares * (np.array(fire) - foot)
    return bool((rises_deg(between) < rises_deg(np.array([fire]))).all())


def on_relief(fire: tuple[float, float], random: np.random.Generator) -> Fix:
    """A tower whose pose is off in both angles by as much as it says that it may be."""
    azimuth_deg, _, _ = GEOD.inv(TOWER.position.lon_deg, TOWER.position.lat_deg, *fire)
    pose = Pose(azimuth_deg % 360.0, -3.0, 0.0, 60.0, 0.0, 0.1, 0.1)
    azimuth_off_deg, tilt_off_deg = random.normal(0.0, 0.1, 2)
    rise_deg = float(rises_deg(np.array([fire]))[0])
    x_px, y_px = pixel_of_ray(
        (azimuth_deg + azimuth_off_deg) % 360.0, rise_deg + tilt_off_deg, *SIZE, pose
    )
    return LOCATOR.locate(TOWER, pose, x_px, y_px, *SIZE)


def direction_only(fire: tuple[float, float], random: np.random.Generator) -> Fix:
    return looks(TOWER, fire, random.normal(0.0, 0.1))


def area_m2(place: IncidentPlace) -> float:
    total = 0.0
    for one in place.places:
        lon, lat = zip(*one.outline_lonlat, strict=True)
        total += abs(GEOD.polygon_area_perimeter(lon, lat)[0])
    return total


def holds(place: IncidentPlace, fire: tuple[float, float]) -> bool:
    rings = [shapely.Polygon(one.outline_lonlat) for one in place.places]
    return any(ring.covers(shapely.Point(fire)) for ring in rings)


def drawn_fires(random: np.random.Generator) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    while len(found) < FIRES:
        fire = gone(TOWER, random.uniform(0.0, 360.0), random.uniform(1500.0, 7000.0))
        if is_seen(fire):
            found.append(fire)
    return found


@pytest.fixture(scope="module")
def drawn() -> list[tuple[float, float]]:
    return drawn_fires(np.random.default_rng(14))


Drawn = list[tuple[float, float]]
Said = Callable[[tuple[float, float], np.random.Generator], Fix]


def placed(fires: Drawn, said: Said) -> tuple[list[IncidentPlace], list[IncidentPlace]]:
    """Where each fire is by its tower, and by its tower and the drone."""
    random = np.random.default_rng(15)
    before, after = [], []
    for fire in fires:
        alert = alert_of(1, TOWER, said(fire, random))
        before.append(place_of(fire_of(alert), CAMERAS))
        after.append(place_of(fire_of(alert, told_by_drone(fire, random)), CAMERAS))
    return before, after


def test_beside_a_tower_on_relief_the_region_shrinks_and_holds_the_fire(drawn: Drawn) -> None:
    before, after = placed(drawn, on_relief)
    share = [
        area_m2(late) / area_m2(early)
        for early, late in zip(before, after, strict=True)
        if early.places
    ]
    assert len(share) >= 0.9 * FIRES, "of the others the tower's ray leaves the relief"
    assert np.median(share) < MEDIAN_SHARE
    assert sum(one < 1.0 for one in share) >= 0.95 * FIRES
    assert sum(holds(one, fire) for one, fire in zip(after, drawn, strict=True)) >= LEAST_HELD
    assert sum(area_m2(one) < ALONE_M2 for one in after) >= 0.95 * FIRES, (
        "less than the drone's own"
    )


def test_a_mere_direction_becomes_a_place_that_holds_the_fire(drawn: Drawn) -> None:
    before, after = placed(drawn, direction_only)
    assert all(one.direction_only for one in before)
    assert sum(sorted(one.agree) == ["alert-1", "observation-2"] for one in after) >= LEAST_MET
    assert sum(0.0 < area_m2(one) < ALONE_M2 for one in after) >= LEAST_MET
    assert sum(holds(one, fire) for one, fire in zip(after, drawn, strict=True)) >= LEAST_HELD
