"""A fire that may concern a township is never hidden from it."""

import math
from dataclasses import replace

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import went
from geo.land.touching import BESIDE_M, SIGHT_M, Townships
from models.crossing import Bearing, Report
from models.fix import Fix, FixCluster, FixOutcome, HiddenStretch, NoFixReason
from models.land import LandFeature, Layer
from models.site import HeightDatum, Position

MIDDLE = 106.65, 29.03
HALF_M = 3_000.0


def at(bearing_deg: float, distance_m: float) -> Position:
    lon_deg, lat_deg = went(*MIDDLE, bearing_deg, distance_m)
    return Position(lon_deg, lat_deg, 0.0, HeightDatum.GROUND)


def square(code: str = "1") -> LandFeature:
    corners = [went(*MIDDLE, 45.0 + 90.0 * n, HALF_M * math.sqrt(2.0)) for n in range(4)]
    return LandFeature(Layer.TOWNSHIP, code, "township", shapely.Polygon(corners), drill=False)


THEIRS = Townships(["1"], [square()])


def fix(
    observer: Position, bearing_deg: float | None = None, *places: Position, **more: object
) -> Fix:
    clusters = tuple(
        FixCluster(place, 1.0 / len(places), 50.0, 1000.0, 900.0, 1100.0, ()) for place in places
    )
    outcome = FixOutcome.LOCATED if places else FixOutcome.DIRECTION_ONLY
    made = Fix(
        FixOutcome.UNKNOWN if bearing_deg is None else outcome,
        None if places else NoFixReason.SKY,
        observer,
        bearing_deg,
        None if bearing_deg is None else 0.5,
        None,
        clusters,
    )
    return replace(made, **more)  # type: ignore[arg-type]


@given(st.floats(0.0, 359.9), st.floats(0.0, HALF_M))
def test_what_lies_in_it_concerns_it(bearing_deg: float, distance_m: float) -> None:
    place = at(bearing_deg, distance_m)
    assert THEIRS.may_have_place(place.lon_deg, place.lat_deg)
    assert THEIRS.may_have(fix(at(0.0, 9000.0), 180.0, place))
    assert THEIRS.may_have_told(Report(place, 100.0))


@pytest.mark.parametrize(
    ("distance_m", "concerns"),
    [(HALF_M + BESIDE_M - 60.0, True), (HALF_M + BESIDE_M + 120.0, False)],
)
def test_beside_it_counts_up_to_a_kilometre(distance_m: float, concerns: bool) -> None:  # noqa: FBT001  # a case
    place = at(90.0, distance_m)
    assert THEIRS.may_have(fix(at(90.0, 15_000.0), 270.0, place)) is concerns
    assert THEIRS.may_have_told(Report(place, 10.0)) is concerns


@given(st.floats(0.0, 359.9), st.floats(-9_000.0, 9_000.0))
def test_a_way_concerns_it_when_it_comes_within_a_kilometre(
    along_deg: float, beside_m: float
) -> None:
    """A straight way of 40 km past the middle, held against points along it."""
    foot = went(*MIDDLE, along_deg + 90.0, beside_m)
    ends = [went(*foot, along_deg + turned, 20_000.0) for turned in (0.0, 180.0)]
    steps = [went(*foot, along_deg, 100.0 * n) for n in range(-100, 101)]
    near = any(THEIRS.may_have_place(*step) for step in steps)
    assert near <= THEIRS.may_have_way(ends)
    if abs(beside_m) > (HALF_M + BESIDE_M) * math.sqrt(2.0) + 100.0:
        assert not THEIRS.may_have_way(ends)
        assert not THEIRS.may_have_way(ends[:1])
    assert THEIRS.may_have_way([foot]) is THEIRS.may_have_place(*foot)
    assert THEIRS.may_have_way([])


def test_one_of_several_places_is_enough() -> None:
    far, near = at(90.0, 20_000.0), at(90.0, 1_000.0)
    assert THEIRS.may_have(fix(at(90.0, 25_000.0), 270.0, far, near))
    assert not THEIRS.may_have(fix(at(90.0, 25_000.0), 270.0, far))


def test_what_the_relief_left_open_counts_by_its_direction() -> None:
    far, observer = at(90.0, 20_000.0), at(90.0, 25_000.0)
    assert THEIRS.may_have(fix(observer, 270.0, far, unresolved_weight=0.5))
    assert not THEIRS.may_have(fix(observer, 90.0, far, unresolved_weight=0.5))
    line = ((far.lon_deg, far.lat_deg), MIDDLE)
    hidden = HiddenStretch(5_000.0, 25_000.0, 80.0, line)
    assert THEIRS.may_have(fix(observer, 270.0, far, hidden=(hidden,)))


@given(st.floats(0.0, 359.9), st.floats(4_500.0, SIGHT_M - 5_000.0), st.floats(-20.0, 20.0))
def test_a_direction_concerns_what_it_passes_through(
    from_deg: float, distance_m: float, off_deg: float
) -> None:
    observer = at(from_deg, distance_m)
    bearing_deg = (from_deg + 180.0 + off_deg) % 360.0
    aside_m = distance_m * math.sin(math.radians(abs(off_deg)))
    if aside_m < HALF_M:
        assert THEIRS.may_have(fix(observer, bearing_deg))
        assert THEIRS.may_have_told(Bearing(observer, bearing_deg, 1.0))
    behind_deg = (bearing_deg + 180.0) % 360.0
    if distance_m > HALF_M * 1.5 + BESIDE_M * 1.5 and abs(off_deg) < 10.0:
        assert not THEIRS.may_have(fix(observer, behind_deg))


def test_without_a_direction_all_that_the_camera_could_see_is_concerned() -> None:
    assert THEIRS.may_have(fix(at(10.0, SIGHT_M)))
    assert not THEIRS.may_have(fix(at(10.0, SIGHT_M + 10_000.0)))
    assert THEIRS.may_have_told(Bearing(at(10.0, 20_000.0), 0.0, 180.0))


def test_a_township_that_the_land_has_no_longer_hides_nothing() -> None:
    unknown = Townships(["1", "gone"], [square()])
    far = at(90.0, 200_000.0)
    assert unknown.unknown == {"gone"}
    assert unknown.may_have(fix(far, 90.0))
    assert unknown.may_have_told(Report(far, 10.0))
    assert unknown.may_have_place(far.lon_deg, far.lat_deg)
    assert unknown.may_have_way([(far.lon_deg, far.lat_deg)])
