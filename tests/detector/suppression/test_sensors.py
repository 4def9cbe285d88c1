"""Which cameras see the same fire."""

from dataclasses import replace

import pytest

from detector.suppression.sensors import same_bearing, same_mast, same_place
from detector.suppression.sources import stands_at
from geo.crs import LocalFrame
from models.fix import Fix, FixCluster, FixOutcome
from models.ledger import GroundPlace
from models.site import HeightDatum, Position

HERE = Position(106.6, 29.0, 30.0, HeightDatum.GROUND)
FRAME = LocalFrame(106.6, 29.0)


def at(east_m: float, north_m: float) -> Position:
    lon_deg, lat_deg = FRAME.to_lonlat(east_m, north_m)
    return Position(lon_deg, lat_deg, 30.0, HeightDatum.GROUND)


def spot(east_m: float, north_m: float, r90_m: float = 100.0, weight: float = 1.0) -> FixCluster:
    return FixCluster(at(east_m, north_m), weight, r90_m, 1.0, 1.0, 1.0, ())


def fix(*clusters: FixCluster, observer: Position = HERE, bearing_deg: float | None = 0.0) -> Fix:
    outcome = FixOutcome.LOCATED if clusters else FixOutcome.DIRECTION_ONLY
    sigma_deg = None if bearing_deg is None else 0.5
    return Fix(outcome, None, observer, bearing_deg, sigma_deg, None, clusters)


@pytest.mark.parametrize(("east_m", "same"), [(0.0, True), (59.0, True), (61.0, False)])
def test_a_mast_is_sixty_metres_wide(*, east_m: float, same: bool) -> None:
    assert same_mast(HERE, at(east_m, 0.0)) is same
    assert same_mast(HERE, at(0.0, east_m)) is same
    assert same_mast(HERE, at(0.0, -east_m)) is same


@pytest.mark.parametrize(
    ("first_deg", "second_deg", "same"),
    [
        (0.0, 3.4, True),
        (0.0, 3.5, False),
        (359.0, 1.0, True),
        (1.0, 359.0, True),
        (0.0, 180.0, False),
        (None, 0.0, False),
        (0.0, None, False),
    ],
)
def test_bearings_are_the_same_within_a_plume_and_their_errors(
    *, first_deg: float | None, second_deg: float | None, same: bool
) -> None:
    assert same_bearing(fix(bearing_deg=first_deg), fix(bearing_deg=second_deg)) is same


@pytest.mark.parametrize(("apart_m", "same"), [(150.0, True), (199.0, True), (201.0, False)])
def test_two_places_are_one_within_their_uncertainties(*, apart_m: float, same: bool) -> None:
    first, second = fix(spot(0.0, 5000.0)), fix(spot(apart_m, 5000.0))
    assert same_place(first, second) is same
    assert same_place(second, first) is same


def test_places_that_could_be_anywhere_do_not_agree_from_far_apart() -> None:
    vague = spot(0.0, 5000.0, r90_m=9000.0)
    assert not same_place(fix(vague), fix(spot(3100.0, 5000.0, r90_m=9000.0)))
    assert same_place(fix(vague), fix(spot(2900.0, 5000.0, r90_m=9000.0)))


@pytest.mark.parametrize(("bearing_deg", "same"), [(45.0, True), (46.9, True), (47.1, False)])
def test_a_direction_agrees_with_a_place_that_lies_in_it(*, bearing_deg: float, same: bool) -> None:
    place, direction = fix(spot(5000.0, 5000.0)), fix(bearing_deg=bearing_deg)
    assert same_place(place, direction) is same
    assert same_place(direction, place) is same


def test_a_direction_reaches_only_so_far_and_two_directions_prove_nothing() -> None:
    assert not same_place(fix(spot(0.0, 25_100.0)), fix(bearing_deg=0.0))
    assert not same_place(fix(spot(0.0, 100.0)), fix(bearing_deg=None))
    assert not same_place(fix(), fix(bearing_deg=90.0))


@pytest.mark.parametrize(
    ("clusters", "stands"),
    [
        ((), False),
        ((spot(0.0, 299.0),), True),
        ((spot(0.0, 301.0),), False),
        ((spot(0.0, 399.0, r90_m=5000.0),), True),  # at most the radius beyond the radius
        ((spot(0.0, 401.0, r90_m=5000.0),), False),
        ((spot(0.0, 0.0, weight=0.7), spot(0.0, 9000.0, weight=0.3)), False),
        ((spot(0.0, 0.0, weight=0.8), spot(0.0, 9000.0, weight=0.2)), True),
    ],
)
def test_something_stands_in_a_circle_when_every_likely_place_does(
    *, clusters: tuple[FixCluster, ...], stands: bool
) -> None:
    circle = GroundPlace(HERE.lon_deg, HERE.lat_deg, 200.0)
    assert stands_at(fix(*clusters), circle) is stands
    assert replace(circle, radius_m=1.0) != circle
