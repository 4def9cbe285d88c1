"""Where sightings meet, against bearings of an independent geodesic and a search over a grid."""

import math
import time
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod
from scipy.optimize import least_squares
from scipy.stats import chi2

from geo.association import Association, Miss, associate
from geo.crs import LocalFrame, geodesic, went
from geo.triangulate import _likelihood, triangulate
from models.crossing import Bearing, Crossing, NoCrossing, Report, Witness
from models.site import HeightDatum, Position

GEOD = Geod(ellps="WGS84")


def place(lon_deg: float, lat_deg: float) -> Position:
    return Position(lon_deg, lat_deg, 0.0, HeightDatum.SEA_LEVEL)


WEST, EAST, SOUTH = place(106.60, 29.00), place(106.70, 29.05), place(106.65, 28.93)
FIRE = (106.68, 28.99)


def looks(
    observer: Position, at: tuple[float, float] = FIRE, sigma_deg: float = 0.1, off_deg: float = 0.0
) -> Bearing:
    azimuth_deg, _, _ = GEOD.inv(observer.lon_deg, observer.lat_deg, *at)
    return Bearing(observer, (azimuth_deg + off_deg) % 360.0, sigma_deg)


def error_m(crossing: Crossing, at: tuple[float, float] = FIRE) -> float:
    assert crossing.lon_deg is not None
    assert crossing.lat_deg is not None
    return float(GEOD.inv(crossing.lon_deg, crossing.lat_deg, *at)[2])


def test_exact_bearings_meet_at_the_fire() -> None:
    for observers in ((WEST, EAST), (WEST, EAST, SOUTH)):
        crossing = triangulate([looks(each) for each in observers])
        assert crossing.is_located
        assert error_m(crossing) < 0.01
        assert crossing.chi2 < 1e-6
        assert crossing.likelihood > 0.99


@given(
    bearing_deg=st.floats(0.0, 359.99),
    range_m=st.floats(1500.0, 20_000.0),
    turn_deg=st.floats(20.0, 160.0),
    side=st.sampled_from([-1.0, 1.0]),
)
def test_two_towers_anywhere_find_it(
    bearing_deg: float, range_m: float, turn_deg: float, side: float
) -> None:
    lon_deg, lat_deg, _ = GEOD.fwd(*FIRE, bearing_deg, range_m)
    other = GEOD.fwd(*FIRE, bearing_deg + side * turn_deg, 6000.0)[:2]
    crossing = triangulate([looks(place(lon_deg, lat_deg)), looks(place(*other))])
    assert crossing.is_located
    assert error_m(crossing) < 0.05


def misfit(witnesses: Sequence[Bearing], at: tuple[float, float]) -> float:
    total = 0.0
    for each in witnesses:
        azimuth_deg, _, _ = GEOD.inv(each.observer.lon_deg, each.observer.lat_deg, *at)
        off_deg = (each.bearing_deg - azimuth_deg + 180.0) % 360.0 - 180.0
        total += (off_deg / each.sigma_deg) ** 2
    return total


def test_no_place_of_a_fine_grid_fits_better() -> None:
    random = np.random.default_rng(3)
    for _ in range(20):
        witnesses = [
            looks(each, sigma_deg=sigma, off_deg=float(random.normal(0.0, sigma)))
            for each, sigma in ((WEST, 0.1), (EAST, 0.3), (SOUTH, 0.2))
        ]
        crossing = triangulate(witnesses)
        if not crossing.is_located:
            continue
        assert crossing.lon_deg is not None
        assert crossing.lat_deg is not None
        at = (crossing.lon_deg, crossing.lat_deg)
        assert misfit(witnesses, at) == pytest.approx(crossing.chi2, abs=1e-6)
        steps = np.linspace(-2e-4, 2e-4, 9)
        around = [(at[0] + east, at[1] + north) for east in steps for north in steps]
        assert min(misfit(witnesses, one) for one in around) >= crossing.chi2 - 1e-9


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(2, 5),
    with_report=st.booleans(),
)
@settings(max_examples=60)
def test_place_covariance_and_fit_are_those_of_an_independent_solver(
    *, seed: int, count: int, with_report: bool
) -> None:
    """scipy's least squares with numeric derivatives, on residuals of pyproj's geodesic."""
    random = np.random.default_rng(seed)
    witnesses: list[Witness] = []
    for number in range(count):
        angle_deg = 360.0 / 5 * number + float(random.uniform(-20.0, 20.0))
        stand = place(*GEOD.fwd(*FIRE, angle_deg, float(random.uniform(2e3, 15e3)))[:2])
        sigma_deg = float(random.uniform(0.03, 0.6))
        off_deg = float(random.normal(0.0, sigma_deg))
        witnesses.append(looks(stand, sigma_deg=sigma_deg, off_deg=off_deg))
    if with_report:
        at = GEOD.fwd(*FIRE, float(random.uniform(0, 360)), float(random.uniform(0, 400)))
        witnesses.append(Report(place(*at[:2]), float(random.uniform(100.0, 800.0))))

    def residuals(east_north: NDArray[np.float64]) -> list[float]:
        angle = math.degrees(math.atan2(*east_north))
        at = GEOD.fwd(*FIRE, angle, math.hypot(*east_north))[:2]
        found: list[float] = []
        for each in witnesses:
            if isinstance(each, Report):
                there = each.position.lon_deg, each.position.lat_deg
                towards_deg, _, apart_m = GEOD.inv(*at, *there)
                turn = math.radians(towards_deg)
                found += [apart_m * f(turn) / each.sigma_m for f in (math.sin, math.cos)]
            else:
                azimuth_deg, _, _ = GEOD.inv(each.observer.lon_deg, each.observer.lat_deg, *at)
                turn_deg = (each.bearing_deg - azimuth_deg + 180.0) % 360.0 - 180.0
                found.append(turn_deg / each.sigma_deg)
        return found

    solved = least_squares(residuals, [0.0, 0.0], x_scale=100.0, xtol=1e-14, ftol=1e-14, gtol=1e-14)
    crossing = triangulate(witnesses)
    freedom = len(solved.fun) - 2
    if crossing.reason is NoCrossing.DISAGREE:
        assert crossing.chi2 == pytest.approx(2.0 * solved.cost, rel=1e-3, abs=1e-6)
        assert chi2.sf(crossing.chi2, freedom) < 0.0101
        return
    if not crossing.is_located:
        return  # two of them nearly in line with the fire
    there = GEOD.fwd(*FIRE, math.degrees(math.atan2(*solved.x)), math.hypot(*solved.x))
    assert error_m(crossing, there[:2]) < 0.5
    assert crossing.chi2 == pytest.approx(2.0 * solved.cost, rel=1e-3, abs=1e-5)
    if freedom:
        assert crossing.likelihood == pytest.approx(chi2.sf(crossing.chi2, freedom), rel=1e-3)
    metre = np.eye(2)
    slopes = [
        (np.array(residuals(solved.x + axis)) - residuals(solved.x - axis)) / 2.0 for axis in metre
    ]
    covariance = np.linalg.inv(np.array(slopes) @ np.array(slopes).T)
    both = crossing.correlation * crossing.east_sigma_m * crossing.north_sigma_m
    told = [[crossing.east_sigma_m**2, both], [both, crossing.north_sigma_m**2]]
    assert np.array(told) == pytest.approx(covariance, rel=0.02, abs=0.02 * covariance.max())


@pytest.mark.parametrize("observers", [(WEST, EAST), (WEST, EAST, SOUTH)])
def test_the_ellipse_holds_nine_fires_in_ten(observers: tuple[Position, ...]) -> None:
    random, inside, told, count = np.random.default_rng(11), 0, 0, 1500
    for _ in range(count):
        crossing = triangulate(
            [looks(each, off_deg=float(random.normal(0.0, 0.1))) for each in observers]
        )
        if not crossing.is_located:
            assert crossing.reason is NoCrossing.DISAGREE
            continue
        told += 1
        frame = LocalFrame(crossing.lon_deg or 0.0, crossing.lat_deg or 0.0)
        east_m, north_m = frame.to_metric(*FIRE)
        axis = math.radians(crossing.major_bearing_deg)
        along = (east_m * math.sin(axis) + north_m * math.cos(axis)) / crossing.semi_major_m
        across = (east_m * math.cos(axis) - north_m * math.sin(axis)) / crossing.semi_minor_m
        inside += along**2 + across**2 <= 1.0
    assert told >= count * 0.98  # one in a hundred is refused as disagreement
    assert 0.88 <= inside / told <= 0.92


def test_the_axes_and_the_sigmas_are_one_covariance() -> None:
    crossing = triangulate([looks(WEST), looks(EAST, sigma_deg=0.4), looks(SOUTH)])
    axis = math.radians(crossing.major_bearing_deg)
    turned = np.array([[math.sin(axis), math.cos(axis)], [math.cos(axis), -math.sin(axis)]])
    held = -2.0 * math.log(0.1)
    squares = np.diag([crossing.semi_major_m**2, crossing.semi_minor_m**2]) / held
    both = crossing.correlation * crossing.east_sigma_m * crossing.north_sigma_m
    told = [[crossing.east_sigma_m**2, both], [both, crossing.north_sigma_m**2]]
    assert turned.T @ squares @ turned == pytest.approx(np.array(told))


def test_published_axes_of_two_towers_ten_kilometres_away() -> None:
    """0.1 degrees, crossing at a right angle: 37 m by 37 m with 90 % (shared research, 2.4)."""
    north, east = (place(*GEOD.fwd(*FIRE, angle, 10_000.0)[:2]) for angle in (0.0, 90.0))
    crossing = triangulate([looks(north), looks(east)])
    assert crossing.semi_major_m == pytest.approx(37.0, abs=1.0)
    assert crossing.semi_minor_m == pytest.approx(37.0, abs=1.0)


NEAR_WEST = place(106.6003, 29.0)


@pytest.mark.parametrize(
    ("witnesses", "reason"),
    [
        ([looks(WEST)], NoCrossing.ONE_MAST),
        ([looks(WEST), looks(NEAR_WEST)], NoCrossing.ONE_MAST),
        ([Bearing(WEST, 60.0, 0.1), Bearing(EAST, 60.0, 0.1)], NoCrossing.PARALLEL),
        ([Bearing(WEST, 60.0, 0.1), Bearing(EAST, 59.0, 0.1)], NoCrossing.PARALLEL),
        ([Bearing(WEST, 90.0, 0.1), Bearing(EAST, 95.0, 0.1)], NoCrossing.TOO_FAR),
        ([Bearing(WEST, 300.0, 0.1), Bearing(EAST, 40.0, 0.1)], NoCrossing.APART),
        ([looks(WEST, sigma_deg=30.0), looks(EAST, sigma_deg=30.0)], NoCrossing.PARALLEL),
        ([looks(WEST), looks(EAST), looks(SOUTH, off_deg=2.0)], NoCrossing.DISAGREE),
        ([looks(WEST), Report(place(106.68, 29.05), 100.0)], NoCrossing.DISAGREE),
        ([looks(WEST), looks(EAST), looks(SOUTH, off_deg=180.0)], NoCrossing.APART),
    ],
)
def test_what_gives_no_place_says_why(witnesses: list[Witness], reason: NoCrossing) -> None:
    crossing = triangulate(witnesses)
    assert not crossing.is_located
    assert (crossing.reason, crossing.lon_deg, crossing.lat_deg) == (reason, None, None)


def test_a_report_alone_is_a_place_and_a_bearing_narrows_it() -> None:
    report = Report(place(106.681, 28.991), 300.0)
    alone = triangulate([report])
    assert error_m(alone, (106.681, 28.991)) < 1e-3
    assert alone.semi_major_m == pytest.approx(300.0 * math.sqrt(-2.0 * math.log(0.1)))
    both = triangulate([report, looks(WEST)])
    assert both.semi_minor_m < 50.0
    assert both.semi_major_m == pytest.approx(alone.semi_major_m, rel=0.01)
    assert error_m(both) < error_m(alone)
    two = triangulate([report, Report(place(106.683, 28.991), 300.0)])
    assert two.freedom == 2
    assert two.semi_major_m == pytest.approx(alone.semi_major_m / math.sqrt(2.0))


def test_a_search_that_is_cut_short_still_tells_what_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("geo.triangulate.STEPS", 1)
    assert error_m(triangulate([looks(WEST), looks(EAST), looks(SOUTH)])) < 10.0


def test_nobody_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="nobody"):
        triangulate([])


@pytest.mark.parametrize(
    ("squares", "freedom", "likelihood"),
    [  # tables of the chi-square distribution
        (3.841, 1, 0.05),
        (6.635, 1, 0.01),
        (5.991, 2, 0.05),
        (7.815, 3, 0.05),
        (9.488, 4, 0.05),
        (11.070, 5, 0.05),
        (18.307, 10, 0.05),
        (0.0, 3, 1.0),
        (5.0, 0, 1.0),
    ],
)
def test_the_likelihood_is_that_of_the_tables(
    squares: float, freedom: int, likelihood: float
) -> None:
    assert _likelihood(squares, freedom) == pytest.approx(likelihood, rel=2e-3)


def test_two_towers_and_two_plumes_keep_their_ghosts_until_a_third_decides() -> None:
    left, right = (106.64, 29.08), (106.66, 29.08)
    towers = (place(106.60, 29.0), place(106.70, 29.0))
    pairs = [looks(tower, at) for tower in towers for at in (left, right)]
    matches = associate(pairs).matches
    assert sorted(match.members for match in matches) == [(0, 2), (0, 3), (1, 2), (1, 3)]
    assert all(match.is_ambiguous for match in matches)
    third = [looks(SOUTH, left), looks(SOUTH, right)]
    whole = associate([*pairs, *third]).matches
    assert sorted(match.members for match in whole) == [(0, 2, 4), (1, 3, 5)]
    for match in whole:
        assert not match.is_ambiguous
        assert error_m(match.crossing, left if 0 in match.members else right) < 0.1


def test_sightings_of_one_fire_alone_are_one_match() -> None:
    witnesses = [looks(WEST), looks(EAST), looks(SOUTH), Report(place(*FIRE), 200.0)]
    (match,) = associate(witnesses).matches
    assert match.members == (0, 1, 2, 3)
    assert not match.is_ambiguous
    nobody = associate([looks(WEST), looks(NEAR_WEST)])
    assert (nobody.matches, nobody.misses) == ((), (Miss((0, 1), NoCrossing.ONE_MAST),))
    assert associate([]) == Association()


def crowd(masts: int, plumes: int, seed: int = 4) -> list[Bearing]:
    """Masts over a district of 60 km, each with plumes in any direction."""
    random = np.random.default_rng(seed)
    stands = [place(*random.uniform((106.3, 28.6), (106.9, 29.2))) for _ in range(masts)]
    return [
        Bearing(stand, float(random.uniform(0.0, 360.0)), 0.1)
        for stand in stands
        for _ in range(plumes)
    ]


def test_sets_are_those_that_are_found_by_trying_all() -> None:
    """The plane decides nothing that the ellipsoid would not."""
    met = 0
    for seed in range(12):
        witnesses: list[Witness] = [*crowd(5, 2, seed), Report(place(106.6, 28.9), 800.0)]
        witnesses += [looks(each) for each in (WEST, EAST, SOUTH)]
        found = associate(witnesses)
        assert found.left_out == 0
        told = {miss.members: miss.reason for miss in found.misses}
        for pair in combinations(range(len(witnesses)), 2):
            alone = triangulate([witnesses[index] for index in pair])
            assert (pair in told) == (not alone.is_located)
            if pair in told and told[pair] is not NoCrossing.ONE_MAST:
                assert {told[pair], alone.reason} <= {NoCrossing.APART, NoCrossing.TOO_FAR} or (
                    told[pair] is alone.reason
                )
        for match in found.matches:
            again = triangulate([witnesses[index] for index in match.members])
            assert (again.lon_deg, again.lat_deg) == pytest.approx(
                (match.crossing.lon_deg, match.crossing.lat_deg), abs=1e-8
            )
            assert again.chi2 == pytest.approx(match.crossing.chi2, abs=1e-4)
        for about in range(len(witnesses)):
            own = associate(witnesses, about)
            assert all(about in match.members for match in own.matches)
            whole = {match.members for match in found.matches if about in match.members}
            assert whole <= {match.members for match in own.matches}
            met += len(whole)
        assert any({11, 12, 13} <= set(match.members) for match in found.matches)
    assert met > 100


def test_two_hundred_open_alerts_are_compared_in_a_blink() -> None:
    witnesses: list[Witness] = [*crowd(40, 5), *(looks(each) for each in (WEST, EAST, SOUTH))]
    start = time.perf_counter()
    own = associate(witnesses, 200)
    assert time.perf_counter() - start < 5.0  # 0.1 s; a stalled machine proves nothing
    assert own.left_out == 0
    assert own.matches[0].members[-3:] == (200, 201, 202)
    assert error_m(own.matches[0].crossing) < 30.0


def test_one_who_stands_in_the_middle_of_all_is_no_exception() -> None:
    middle = place((WEST.lon_deg + EAST.lon_deg) / 2.0, (WEST.lat_deg + EAST.lat_deg) / 2.0)
    (match,) = associate([looks(WEST), looks(EAST), looks(middle)]).matches
    assert match.members == (0, 1, 2)
    assert error_m(match.crossing) < 0.1


def test_what_is_too_much_to_compare_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.association.MOST_PAIRS", 2)
    observers = [place(*GEOD.fwd(*FIRE, 50.0 * turn, 9000.0)[:2]) for turn in range(7)]
    found = associate([looks(each) for each in observers])
    assert found.left_out > 0
    assert found.matches[0].members[:2] == (0, 1) or len(found.matches[0].members) >= 3


def test_the_way_between_two_places_and_back() -> None:
    azimuth_deg, arriving_deg, distance_m = geodesic(106.6, 29.0, *FIRE)
    expected = GEOD.inv(106.6, 29.0, *FIRE)
    assert (azimuth_deg, distance_m) == pytest.approx((expected[0], expected[2]))
    assert arriving_deg == pytest.approx((expected[1] + 180.0) % 360.0)
    assert went(106.6, 29.0, azimuth_deg, distance_m) == pytest.approx(FIRE, abs=1e-9)
    assert geodesic(*FIRE, *FIRE)[2] == 0.0


@pytest.mark.parametrize(("bearing_deg", "sigma_deg"), [(360.0, 1.0), (-0.1, 1.0), (0.0, 0.0)])
def test_a_bearing_has_a_direction_and_an_error(bearing_deg: float, sigma_deg: float) -> None:
    with pytest.raises(ValueError, match="bearing"):
        Bearing(WEST, bearing_deg, sigma_deg)


def test_a_report_has_an_error() -> None:
    with pytest.raises(ValueError, match="error"):
        Report(WEST, 0.0)
