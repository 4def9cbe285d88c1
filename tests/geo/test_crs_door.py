import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geo.crs import Bd09, Cgcs2000, Gcj02, Place, Plane, Wgs84, from_wgs84, tagged, to_wgs84
from geo.crs.plane import GAUSS_KRUEGER
from models.errors import InputRefused

QIJIANG = (106.65, 28.85)
NORTH = 3_193_393.1
"""Of 106.65 east, 28.85 north in every Gauss-Krueger zone, to some kilometres."""

ours = st.tuples(st.floats(106.0, 107.5), st.floats(28.2, 29.5))
chinese = st.tuples(st.floats(75.0, 134.0), st.floats(4.0, 53.0))


def apart_m(one: Place, other: Place) -> float:
    north = (one.lat_deg - other.lat_deg) * 111_195.0
    east = (one.lon_deg - other.lon_deg) * 111_195.0 * np.cos(np.radians(other.lat_deg))
    return float(np.hypot(north, east).max())


@pytest.mark.parametrize(
    ("system", "easting"),
    [
        # the three eastings of one point, as research measured them with another library
        ("EPSG:4545", 368_261.0),
        ("EPSG:4524", 36_368_261.0),
        ("EPSG:4544", 661_018.0),
        ("EPSG:4523", 35_661_018.0),
        ("GK", 36_368_261.0),
        ("GK", 35_661_018.0),
        # a file that says one and holds the other of the same meridian
        ("EPSG:4545", 36_368_261.0),
        ("EPSG:4524", 368_261.0),
    ],
)
def test_one_point_by_all_its_eastings(system: str, easting: float) -> None:
    authority = Transformer.from_crs("EPSG:4490", "EPSG:4545", always_xy=True)
    northing = authority.transform(*QIJIANG)[1]
    if "661" in str(easting):
        authority = Transformer.from_crs("EPSG:4490", "EPSG:4544", always_xy=True)
        northing = authority.transform(*QIJIANG)[1]
    plane = tagged(system, easting, northing)
    assert isinstance(plane, Plane)
    assert apart_m(to_wgs84(plane), Wgs84.at(*QIJIANG)) < 1.0


@pytest.mark.parametrize(
    "epsg", [*range(4491, 4555), *range(32_643, 32_654), 32_601, 32_611, 32_660]
)
def test_every_code_is_the_authoritys(epsg: int) -> None:
    authority = CRS.from_epsg(epsg)
    bounds = authority.area_of_use
    assert bounds is not None
    lon = (bounds.west + bounds.east) / 2.0 if bounds.west < bounds.east else -179.9
    lat = min(max((bounds.south + bounds.north) / 2.0, 5.0), 50.0)
    lons, lats = lon + np.array([-0.9, 0.0, 0.4]), lat + np.array([0.2, -0.3, 0.1])
    geodetic = authority.geodetic_crs
    assert geodetic is not None
    there = Transformer.from_crs(geodetic, authority, always_xy=True)
    easting, northing = there.transform(lons, lats)
    back = to_wgs84(Plane(epsg, easting, northing))
    np.testing.assert_allclose(back.lon_deg, lons, atol=2e-9)
    np.testing.assert_allclose(back.lat_deg, lats, atol=2e-9)
    again = from_wgs84(back, epsg)
    assert isinstance(again, Plane)
    np.testing.assert_allclose(again.easting_m, easting, atol=1e-3)
    np.testing.assert_allclose(again.northing_m, northing, atol=1e-3)


@settings(deadline=None)
@given(ours, st.sampled_from([4523, 4524, 4544, 4545, 32_648]))
def test_in_and_out_is_the_same_place(place: tuple[float, float], epsg: int) -> None:
    plane = from_wgs84(Wgs84.at(*place), epsg)
    assert isinstance(plane, Plane)
    assert apart_m(to_wgs84(plane), Wgs84.at(*place)) < 1e-3


@settings(deadline=None)
@given(chinese, st.sampled_from([Cgcs2000, Gcj02, Bd09]))
def test_out_and_in_is_the_same_place_to_a_millimetre(
    place: tuple[float, float], system: type[Gcj02]
) -> None:
    assert apart_m(to_wgs84(from_wgs84(Wgs84.at(*place), system)), Wgs84.at(*place)) < 1e-3


def test_cgcs2000_is_wgs84() -> None:
    assert to_wgs84(Cgcs2000.at(*QIJIANG)).pair == QIJIANG


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("wgs84", Wgs84),
        ("WGS 84", Wgs84),
        ("EPSG:4326", Wgs84),
        ("cgcs2000", Cgcs2000),
        ("4490", Cgcs2000),
        ("GCJ-02", Gcj02),
        ("gcj02", Gcj02),
        ("BD-09", Bd09),
    ],
)
def test_names_people_use(name: str, kind: type[Place]) -> None:
    assert type(tagged(name, *QIJIANG)) is kind


def code_of(system: str, first: float, second: float) -> str:
    with pytest.raises(InputRefused) as caught:
        tagged(system, first, second)
    assert caught.value.remedy
    return caught.value.code


@pytest.mark.parametrize("system", ["", "  ", "EPSG:"])
def test_numbers_without_a_system_are_refused(system: str) -> None:
    assert code_of(system, *QIJIANG) == "coordinates_untagged"


@pytest.mark.parametrize("system", ["EPSG:3857", "EPSG:4267", "0", "heaven", "EPSG:9999999"])
def test_systems_that_nobody_here_knows_are_refused(system: str) -> None:
    assert code_of(system, 500_000.0, 3_000_000.0) == "system_unknown"


@pytest.mark.parametrize(
    "system", ["EPSG:4610", "Xian80", "Beijing 54", "EPSG:2360", "EPSG:2412", "4789", "21418"]
)
def test_old_datums_are_refused_by_name(system: str) -> None:
    assert code_of(system, 368_261.0, NORTH) == "system_old"


@pytest.mark.parametrize("system", ["WGS84", "CGCS2000", "GCJ-02", "BD-09"])
def test_swapped_degrees_of_china_are_caught_everywhere_in_it(system: str) -> None:
    assert code_of(system, 28.85, 106.65) == "coordinates_swapped"
    assert code_of(system, 39.5, 76.0) == "coordinates_swapped"  # Kashgar: on Earth either way


@pytest.mark.parametrize(
    ("system", "first", "second"),
    [
        ("EPSG:4545", NORTH, 368_261.0),
        ("EPSG:4524", NORTH, 36_368_261.0),
        ("EPSG:32648", NORTH, 661_000.0),
        ("GK", NORTH, 36_368_261.0),
    ],
)
def test_swapped_metres_are_caught(system: str, first: float, second: float) -> None:
    assert code_of(system, first, second) == "coordinates_swapped"


@pytest.mark.parametrize(
    ("system", "easting"),
    [
        ("GK", 368_261.0),  # 105 or 108 degrees?
        ("EPSG:4545", 35_661_018.0),
        ("EPSG:4524", 35_661_018.0),
        ("EPSG:4544", 36_368_261.0),
        ("EPSG:4545", 18_661_018.0),  # zone 18 of six degrees is 105
        ("EPSG:4545", 36_968_261.0),
        ("EPSG:4545", 68_261.0),
        ("EPSG:32648", 968_261.0),
    ],
)
def test_a_zone_that_contradicts_or_is_missing_is_refused(system: str, easting: float) -> None:
    assert code_of(system, easting, NORTH) == "coordinates_zone"


def test_two_zones_in_one_table_are_refused() -> None:
    with pytest.raises(InputRefused, match="one zone"):
        Plane(GAUSS_KRUEGER, np.array([36_368_261.0, 35_661_018.0]), np.full(2, NORTH))


@pytest.mark.parametrize(
    ("system", "first", "second"),
    [
        ("WGS84", 200.0, 10.0),
        ("WGS84", 661_018.0, NORTH),
        ("WGS84", math.nan, 28.0),
        ("GK", 50_368_261.0, NORTH),
        ("EPSG:4545", 368_261.0, -5.0),
        ("EPSG:32648", 368_261.0, 9_999_999.0),
        ("EPSG:4545", -368_261.0, NORTH),
        ("EPSG:4545", math.inf, NORTH),
    ],
)
def test_what_is_nowhere_is_refused(system: str, first: float, second: float) -> None:
    assert code_of(system, first, second) == "coordinates_range"


@pytest.mark.parametrize("system", ["CGCS2000", "GCJ-02", "BD-09"])
def test_chinese_systems_end_with_china(system: str) -> None:
    assert code_of(system, -84.2, 36.2) == "coordinates_abroad"


def test_wgs84_is_everywhere() -> None:
    assert Wgs84.at(-84.2, 36.2).pair == (-84.2, 36.2)
    with pytest.raises(InputRefused) as caught:
        from_wgs84(Wgs84.at(-84.2, 36.2), Gcj02)
    assert caught.value.code == "coordinates_abroad"


def test_nothing_is_let_in_twice() -> None:
    inside = to_wgs84(Gcj02.at(*QIJIANG))
    with pytest.raises(InputRefused) as caught:
        to_wgs84(inside)  # type: ignore[arg-type]
    assert caught.value.code == "coordinates_twice"
    with pytest.raises(InputRefused) as caught:
        from_wgs84(from_wgs84(inside, Gcj02), Bd09)  # type: ignore[arg-type]
    assert caught.value.code == "coordinates_twice"


@pytest.mark.parametrize("door", [to_wgs84, lambda value: from_wgs84(value, Gcj02)])
def test_bare_numbers_do_not_pass(door: object) -> None:
    with pytest.raises(InputRefused) as caught:
        door(QIJIANG)  # type: ignore[operator]
    assert caught.value.code == "coordinates_untagged"


def test_a_plane_goes_out_in_a_zone_that_holds_the_place() -> None:
    with pytest.raises(InputRefused, match="4\\.3 degrees"):
        from_wgs84(Wgs84.at(103.7, 28.85), 4545)
    with pytest.raises(InputRefused, match="meridian"):
        from_wgs84(Wgs84.at(*QIJIANG), GAUSS_KRUEGER)


def test_arrays_keep_their_shape_and_shapes_must_agree() -> None:
    lon, lat = np.meshgrid([106.5, 106.6, 106.7], [28.8, 28.9])
    assert to_wgs84(Bd09(lon, lat)).lon_deg.shape == (2, 3)
    nothing = np.zeros(0)
    assert to_wgs84(Plane(GAUSS_KRUEGER, nothing, nothing)).lon_deg.shape == (0,)
    assert to_wgs84(Gcj02(nothing, nothing)).lon_deg.shape == (0,)
    with pytest.raises(InputRefused, match="do not belong together"):
        Wgs84(lon, lat[:1])
