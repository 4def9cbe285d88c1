"""How far a fire is from where it was told, and whether the told region holds it."""

import math

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from detector.measures.place import holds, location_error_m
from models.fix import Fix, FixCluster, FixOutcome
from models.site import HeightDatum, Position

TOWER = Position(106.6, 29.0, 500.0, HeightDatum.SEA_LEVEL)
Ring = tuple[tuple[float, float], ...]


def cluster(lon_deg: float, lat_deg: float, ring: Ring, weight: float = 1.0) -> FixCluster:
    place = Position(lon_deg, lat_deg, 400.0, HeightDatum.SEA_LEVEL)
    return FixCluster(place, weight, 50.0, 3000.0, 2900.0, 3100.0, ring)


def square(lon_deg: float, lat_deg: float, half_deg: float = 0.01) -> Ring:
    west, east = lon_deg - half_deg, lon_deg + half_deg
    south, north = lat_deg - half_deg, lat_deg + half_deg
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def fix(*clusters: FixCluster) -> Fix:
    return Fix(FixOutcome.LOCATED, None, TOWER, 90.0, 0.2, -1.0, clusters)


DIRECTION = Fix(FixOutcome.DIRECTION_ONLY, None, TOWER, 90.0, 0.2, 1.0)


def test_distances_are_those_of_the_ellipsoid() -> None:
    told = fix(cluster(0.0, 0.0, square(0.0, 0.0)))
    # A degree along the equator is 2 pi a / 360; a degree of latitude there 110,574.39 m (WGS 84).
    assert location_error_m(told, 1.0, 0.0) == pytest.approx(math.tau * 6_378_137 / 360, abs=1e-3)
    assert location_error_m(told, 0.0, 1.0) == pytest.approx(110_574.39, abs=0.01)
    assert location_error_m(told, 0.0, 0.0) == 0.0


def test_the_likeliest_place_counts() -> None:
    near, far = square(106.7, 29.1), square(106.8, 29.1)
    told = fix(cluster(106.8, 29.1, far, 0.7), cluster(106.7, 29.1, near, 0.3))
    error_m = location_error_m(told, 106.7, 29.1)
    assert error_m is not None
    assert 9_700 < error_m < 9_800
    assert holds(told, 106.7, 29.1) is True  # a ridge is grazed: either region was told
    assert holds(told, 106.75, 29.1) is False


@pytest.mark.parametrize(
    ("told", "lon_deg", "lat_deg"),
    [
        (None, 106.7, 29.1),
        (DIRECTION, 106.7, 29.1),
        (fix(cluster(106.7, 29.1, square(106.7, 29.1))), None, None),
    ],
)
def test_without_a_place_there_is_no_error(
    told: Fix | None, lon_deg: float | None, lat_deg: float | None
) -> None:
    assert location_error_m(told, lon_deg, lat_deg) is None
    assert holds(told, lon_deg, lat_deg) is None


def test_zero_degrees_are_a_place() -> None:
    told = fix(cluster(0.0, 0.0, square(0.0, 0.0)))
    assert holds(told, 0.0, 0.0) is True


def test_a_region_may_cross_180_degrees() -> None:
    ring = ((179.99, 10.0), (-179.99, 10.0), (-179.99, 10.02), (179.99, 10.02), (179.99, 10.0))
    told = fix(cluster(180.0, 10.01, ring))
    for lon_deg in (179.995, -179.995, 180.0, -180.0):
        assert holds(told, lon_deg, 10.01) is True
    assert holds(told, 179.98, 10.01) is False
    assert holds(told, -179.98, 10.01) is False


@given(
    st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=3, max_size=9),
    st.integers(-21, 21),
    st.integers(-21, 21),
)
@settings(max_examples=60)
def test_a_ring_holds_what_shapely_says(
    corners: list[tuple[int, int]], x_step: int, y_step: int
) -> None:
    ring = tuple((106 + x / 100, 29 + y / 100) for x, y in [*corners, corners[0]])
    lon_deg, lat_deg = 106 + x_step / 100 + 0.0041, 29 + y_step / 100 + 0.0037
    area = shapely.Polygon(ring)
    assume(area.is_valid)
    assume(area.boundary.distance(shapely.Point(lon_deg, lat_deg)) > 1e-9)
    told = fix(cluster(106.0, 29.0, ring))
    assert holds(told, lon_deg, lat_deg) == area.contains(shapely.Point(lon_deg, lat_deg))
