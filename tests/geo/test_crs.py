import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from geo.crs import LocalFrame

EARTH = Geod(ellps="WGS84")
QIJIANG = (106.65, 28.85)

bearings = st.floats(0.0, 359.999)
distances = st.floats(1.0, 40_000.0)
longitudes = st.floats(-179.0, 179.0)
latitudes = st.floats(-80.0, 80.0)


@settings(deadline=None)
@given(longitudes, latitudes, bearings, distances)
def test_distance_and_true_azimuth_from_the_origin_agree_with_the_geodesic(
    lon: float, lat: float, bearing: float, distance: float
) -> None:
    frame = LocalFrame(lon, lat)
    target_lon, target_lat, _ = EARTH.fwd(lon, lat, bearing, distance)
    x_m, y_m = frame.to_metric(target_lon, target_lat)
    assert math.hypot(x_m, y_m) == pytest.approx(distance, abs=1e-3)
    across = x_m * math.cos(math.radians(bearing)) - y_m * math.sin(math.radians(bearing))
    assert across == pytest.approx(0.0, abs=1e-3)


@settings(deadline=None)
@given(longitudes, latitudes, bearings, distances)
def test_there_and_back_is_the_same_place(
    lon: float, lat: float, bearing: float, distance: float
) -> None:
    frame = LocalFrame(lon, lat)
    x_m = distance * math.sin(math.radians(bearing))
    y_m = distance * math.cos(math.radians(bearing))
    back = frame.to_metric(*frame.to_lonlat(x_m, y_m))
    assert back == pytest.approx((x_m, y_m), abs=1e-5)


def test_away_from_the_origin_lengths_stay_true_to_centimetres_over_ten_kilometres() -> None:
    frame = LocalFrame(*QIJIANG)
    for bearing in range(0, 360, 30):
        first = EARTH.fwd(*QIJIANG, bearing, 25_000.0)[:2]
        second = EARTH.fwd(*first, bearing + 90.0, 10_000.0)[:2]
        one, two = frame.to_metric(*first), frame.to_metric(*second)
        assert math.dist(one, two) == pytest.approx(10_000.0, abs=0.03)


def test_arrays_keep_their_shape() -> None:
    frame = LocalFrame(*QIJIANG)
    lon, lat = np.meshgrid(np.linspace(106.5, 106.8, 4), np.linspace(28.7, 28.9, 3))
    x_m, y_m = frame.to_metric(lon, lat)
    assert x_m.shape == y_m.shape == (3, 4)
    again_lon, again_lat = frame.to_lonlat(x_m, y_m)
    np.testing.assert_allclose(again_lon, lat * 0 + lon, atol=1e-9)
    np.testing.assert_allclose(again_lat, lat, atol=1e-9)


def test_a_geometry_keeps_its_kind_and_gets_its_true_area() -> None:
    frame = LocalFrame(*QIJIANG)
    square = shapely.box(106.64, 28.84, 106.66, 28.86)
    metric = frame.geometry_to_metric(square)
    area, _ = EARTH.geometry_area_perimeter(square)
    assert isinstance(metric, shapely.Polygon)
    assert metric.area == pytest.approx(abs(area), rel=1e-4)
    assert frame.geometry_to_lonlat(metric).equals_exact(square, 1e-9)


def test_vertex_heights_are_dropped() -> None:
    moved = LocalFrame(*QIJIANG).geometry_to_metric(shapely.Point(106.65, 28.85, 700.0))
    assert not moved.has_z
    assert moved.distance(shapely.Point(0.0, 0.0)) < 1e-6


def test_the_frame_is_the_one_between_named_coordinate_systems() -> None:
    """Golden: pyproj's own transformation from EPSG:4326, where datum and axis order are named."""
    plane = CRS.from_proj4("+proj=aeqd +lat_0=28.85 +lon_0=106.65 +datum=WGS84 +units=m +no_defs")
    named = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    lon, lat = np.linspace(106.4, 106.9, 20), np.linspace(29.1, 28.6, 20)
    np.testing.assert_allclose(
        LocalFrame(*QIJIANG).to_metric(lon, lat), named.transform(lon, lat), atol=1e-6
    )


def test_swapped_coordinates_of_china_are_refused() -> None:
    with pytest.raises(ValueError, match="order is lon, lat"):
        LocalFrame(28.85, 106.65)
