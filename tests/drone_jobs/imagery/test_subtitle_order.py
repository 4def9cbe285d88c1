"""Which of two numbers is the latitude."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from drone_jobs.imagery.subtitle_facts import facts_of
from drone_jobs.imagery.subtitle_order import Box, PairOrder, order_of

GEOD = Geod(ellps="WGS84")
LON, LAT = PairOrder.LONGITUDE_FIRST, PairOrder.LATITUDE_FIRST
TIBET = (88.0, 29.0, 90.0, 31.0)  # longitudes below 90: range alone does not tell


def order(*texts: str, site: Box | None = None) -> PairOrder | None:
    return order_of([facts_of(text) for text in texts], site)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("GPS(106.65,28.85,19) BAROMETER:1", LON),
        ("GPS(28.85,106.65,19) BAROMETER:1", LAT),
        ("GPS(-121.7,48.0,17) BAROMETER:1", LON),
        ("GPS(8.2,47.4,17) BAROMETER:1", None),
        ("GPS(N/A,N/A,17) HOME(28.8,106.6)", LAT),
        ("GPS(N/A,N/A,17)", None),
        ("GPS(0.0,0.0,17)", None),
        ("GPS(106.65,106.65,17)", None),  # neither is one
        ("GPS(500.0,28.85,17)", None),
    ],
)
def test_a_number_beyond_ninety_is_a_longitude(text: str, told: PairOrder | None) -> None:
    assert order(text) is told


@pytest.mark.parametrize(("first", "second", "told"), [(89.1, 29.6, LON), (29.6, 89.1, LAT)])
def test_the_site_tells_where_the_range_cannot(
    first: float, second: float, told: PairOrder
) -> None:
    text = f"GPS({first},{second},17) BAROMETER:1"
    assert order(text) is None
    assert order(text, site=TIBET) is told


def test_the_big_drone_that_writes_the_latitude_first_is_told_by_its_site() -> None:
    text = "GPS(36.6000,-6.1000,0.0M) BAROMETER:31.6M"
    assert order(text) is None
    assert order(text, site=(-7.0, 36.0, -6.0, 37.0)) is LAT


def test_a_place_beside_its_site_still_belongs_to_it() -> None:
    assert order("GPS(87.9,28.9,17)", site=TIBET) is LON


def test_a_site_where_neither_lies_tells_nothing() -> None:
    assert order("GPS(8.2,47.4,17)", site=TIBET) is None


def test_a_site_where_both_lie_tells_nothing() -> None:
    assert order("GPS(30.1,30.2,17)", site=(29.0, 29.0, 31.0, 31.0)) is None


def test_numbers_that_contradict_each_other_tell_nothing() -> None:
    assert order("GPS(106.6,28.8,1)", "GPS(28.8,106.6,1)") is None


def test_one_wild_number_does_not_turn_a_file_around() -> None:
    good = ["GPS(89.1,29.6,17)"] * 9
    assert order(*good, "GPS(29.6,170.0,17)") is None
    assert order(*good, site=TIBET) is LON


def test_range_and_site_that_contradict_each_other_tell_nothing() -> None:
    """Longitude first by its range, and only the other way round at the site."""
    assert order("GPS(106.6,28.8,1)", "GPS(29.6,89.1,1)", "GPS(106.6,28.8,1)", site=TIBET) is None


def test_labels_in_the_same_file_tell() -> None:
    labelled = "[latitude : -34.651180] [longtitude : -59.409483]"
    line = "F/5.6, GPS (-59.409424, -34.650200, 16), H 17.39m"
    assert order(line) is None
    assert order(line, labelled) is LON
    assert order(line, "[latitude: 0.0] [longitude: 0.0]") is None
    assert order(line, "[latitude: 10.0] [longitude: 10.0]") is None


@given(
    lon=st.floats(-89.0, 89.0),
    lat=st.floats(-65.0, 65.0),
    east=st.floats(-0.004, 0.004),
    north=st.floats(-0.004, 0.004),
    lon_first=st.booleans(),
)
@settings(max_examples=60)
def test_the_distance_from_home_never_tells_the_wrong_order(
    lon: float, lat: float, east: float, north: float, *, lon_first: bool
) -> None:
    """Distances by another program's geodesic."""
    here, home = (lon + east, lat + north), (lon, lat)
    apart_m = GEOD.inv(*here, *home)[2]
    assume(apart_m > 1.0)
    if not lon_first:
        here, home = here[::-1], home[::-1]
    text = (
        f"F/5.6, GPS ({here[0]:.6f}, {here[1]:.6f}, 16), "
        f"HOME ({home[0]:.6f}, {home[1]:.6f}, 7.6m), D {apart_m:.2f}m, H 17.39m"
    )
    assert order(text) in {LON if lon_first else LAT, None}


def test_the_distance_from_home_tells_away_from_the_equator() -> None:
    here, home = (8.2090, 47.4692), (8.2040, 47.4690)
    apart_m = GEOD.inv(*here, *home)[2]
    told = f"D {apart_m:.2f}m, H 45.6m"
    right = f"F/3, GPS ({here[0]}, {here[1]}, 18), HOME ({home[0]}, {home[1]}, 7m), {told}"
    wrong = f"F/3, GPS ({here[1]}, {here[0]}, 18), HOME ({home[1]}, {home[0]}, 7m), {told}"
    assert order(right) is LON
    assert order(wrong) is LAT


@pytest.mark.parametrize(
    "told", ["D 12.0m", "D n/a", "D 9999.0m", ""], ids=["near", "silent", "neither", "none"]
)
def test_a_distance_that_fits_nothing_tells_nothing(told: str) -> None:
    assert order(f"F/3, GPS (8.2090, 47.4692, 18), HOME (8.2040, 47.4690, 7m), {told}") is None
