"""What a second bearing makes of ridge, slope and hidden ground."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import shapely
from pyproj import Geod

from benchmarks.ground.fires import BOX_SIGMA_PX, MAST_M, SIZE
from benchmarks.ground.land import towers_on
from benchmarks.ground.pairs import pairs_of
from geo.alternatives import ELSEWHERE_SHARE, HIDDEN_SHARE, Account, AlternativeKind
from geo.crs import LocalFrame
from geo.joint import AGAINST, LAND_M2, Joint, joined
from geo.locate import Locator
from geo.relief import drill_relief
from geo.triangulate import triangulate
from models.crossing import Bearing, Crossing, NoCrossing, Report
from models.fix import Fix, FixCluster, FixOutcome, HiddenStretch, TerrainReference
from models.site import HeightDatum, Position

GEOD = Geod(ellps="WGS84")
FIRE = (106.68, 28.99)
RELIEF = TerrainReference("test", 30.0, "")


def place(lon_deg: float, lat_deg: float) -> Position:
    return Position(lon_deg, lat_deg, 0.0, HeightDatum.SEA_LEVEL)


def tower(bearing_deg: float, range_m: float) -> Position:
    """A tower from which the fire lies in that direction."""
    return place(*GEOD.fwd(*FIRE, bearing_deg + 180.0, range_m)[:2])


def fix(
    observer: Position,
    clusters_m: Sequence[tuple[float, float, float]] = (),
    hidden_m: Sequence[tuple[float, float]] = (),
    *,
    sigma_deg: float = 0.1,
    off_deg: float = 0.0,
) -> Fix:
    """Looking at the fire: clusters as (range, sigma, weight), hidden stretches as (from, to)."""
    azimuth_deg = (GEOD.inv(observer.lon_deg, observer.lat_deg, *FIRE)[0] + off_deg) % 360.0
    ring = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0))
    clusters = tuple(
        FixCluster(
            observer,
            weight,
            2.0 * sigma_m,
            range_m,
            range_m - 1.645 * sigma_m,
            range_m + 1.645 * sigma_m,
            ring,
        )
        for range_m, sigma_m, weight in clusters_m
    )
    hidden = tuple(HiddenStretch(*ends, 40.0, ((106.6, 29.0), (106.7, 29.0))) for ends in hidden_m)
    outcome = FixOutcome.LOCATED if clusters else FixOutcome.DIRECTION_ONLY
    return Fix(
        outcome,
        None,
        observer,
        azimuth_deg,
        sigma_deg,
        -1.0,
        clusters,
        0.0,
        RELIEF,
        hidden,
    )


def says(seen: Fix) -> Account:
    assert seen.bearing_deg is not None
    assert seen.bearing_sigma_deg is not None
    return Account(Bearing(seen.observer, seen.bearing_deg, seen.bearing_sigma_deg), seen)


def together(*accounts: Account) -> tuple[Crossing, Joint]:
    crossing = triangulate([each.witness for each in accounts])
    assert crossing.is_located
    return crossing, joined(accounts, crossing)


def error_m(joint: Joint, at: tuple[float, float] = FIRE) -> float:
    best = joint.places[0]
    return float(GEOD.inv(best.lon_deg, best.lat_deg, *at)[2])


def area_m2(joint: Joint) -> float:
    frame = LocalFrame(*FIRE)
    rings = [shapely.Polygon(each.outline_lonlat) for each in joint.places]
    return sum(frame.geometry_to_metric(each).area for each in rings)


RIDGE_AND_SLOPE = [(7_000.0, 60.0, 0.6), (9_000.0, 60.0, 0.4)]


def test_a_second_bearing_says_which_of_ridge_and_slope_it_is() -> None:
    """The weaker alternative, by the tower alone, is where the other tower looks."""
    _, joint = together(
        says(fix(tower(40.0, 9_000.0), RIDGE_AND_SLOPE)), says(fix(tower(120.0, 6_000.0)))
    )
    ridge, slope, elsewhere = joint.alternatives[0]
    assert (ridge.kind, slope.kind, elsewhere.kind) == (
        *(AlternativeKind.PLACE, AlternativeKind.PLACE),
        AlternativeKind.ELSEWHERE,
    )
    assert (ridge.index, slope.index) == (0, 1)
    assert ridge.before == pytest.approx(0.6 * (1.0 - ELSEWHERE_SHARE))
    assert slope.before == pytest.approx(0.4 * (1.0 - ELSEWHERE_SHARE))
    assert ridge.after < 1e-6
    assert slope.after > 0.98
    assert sum(each.after for each in joint.alternatives[0]) == pytest.approx(1.0)
    assert joint.alternatives[1] == ()  # no relief, nothing to weigh
    assert error_m(joint) < 5.0


def test_hidden_ground_is_an_alternative_that_a_crossing_can_support() -> None:
    """No ray of the first tower gets there."""
    seen = fix(
        tower(40.0, 9_000.0), [(7_000.0, 60.0, 1.0)], [(7_400.0, 7_900.0), (8_600.0, 9_600.0)]
    )
    _, joint = together(says(seen), says(fix(tower(120.0, 6_000.0), [(6_000.0, 80.0, 1.0)])))
    ridge, near, far, _ = joint.alternatives[0]
    assert (near.kind, far.kind) == (AlternativeKind.HIDDEN, AlternativeKind.HIDDEN)
    assert near.before == pytest.approx(HIDDEN_SHARE / 3.0)
    assert far.before == pytest.approx(HIDDEN_SHARE * 2.0 / 3.0)
    assert far.after > 0.9
    assert ridge.after < 0.01
    assert near.after < 0.01
    only_hidden = fix(tower(40.0, 9_000.0), (), [(8_600.0, 9_600.0)])
    _, joint = together(says(only_hidden), says(fix(tower(120.0, 6_000.0))))
    assert joint.alternatives[0][0].before == pytest.approx(1.0 - ELSEWHERE_SHARE)


def test_relief_that_agrees_speaks_for_one_fire_and_relief_that_does_not_against_it() -> None:
    first, second = tower(40.0, 9_000.0), tower(120.0, 6_000.0)
    agreeing = says(fix(first, [(9_000.0, 60.0, 1.0)])), says(fix(second, [(6_000.0, 60.0, 1.0)]))
    crossing, joint = together(*agreeing)
    assert joint.log_factor > 5.0
    ghost = says(fix(first, [(4_000.0, 60.0, 1.0)])), says(fix(second, [(11_000.0, 60.0, 1.0)]))
    again, refuted = together(*ghost)
    assert again == crossing
    assert refuted.log_factor < AGAINST
    assert all(own[-1].after > 0.999 for own in refuted.alternatives)
    _, silent = together(Account(agreeing[0].witness), Account(agreeing[1].witness))
    assert refuted.log_factor < AGAINST < silent.log_factor < joint.log_factor
    # No bearing is silenced by relief that is wrong: the place is still where they cross.
    assert error_m(refuted) < 5.0
    assert area_m2(refuted) == pytest.approx(area_m2(silent), rel=0.02)


def test_without_relief_the_region_is_the_ellipse() -> None:
    for opening_deg in (20.0, 60.0, 90.0, 140.0):
        crossing, joint = together(
            says(fix(tower(40.0, 8_000.0))), says(fix(tower(40.0 + opening_deg, 5_000.0)))
        )
        ellipse_m2 = math.pi * crossing.semi_major_m * crossing.semi_minor_m
        assert ellipse_m2 < area_m2(joint) < 1.2 * ellipse_m2  # the outlines keep a little more
        (only,) = joint.places
        assert only.weight == pytest.approx(1.0)
        assert only.r90_m <= crossing.semi_major_m
        assert error_m(joint) < 0.1 * crossing.semi_major_m


def test_lines_that_nearly_run_along_each_other_keep_both_alternatives() -> None:
    both = [(7_000.0, 60.0, 0.5), (8_600.0, 60.0, 0.5)]
    first = says(fix(tower(40.0, 8_000.0), both, sigma_deg=0.3))
    second = says(fix(tower(43.0, 7_900.0), sigma_deg=0.3))
    _, joint = together(first, second)
    assert len(joint.places) == 2
    assert sum(each.weight for each in joint.places) == pytest.approx(1.0)
    assert joint.places[0].weight >= joint.places[1].weight > 0.2
    apart_m = GEOD.inv(
        *(joint.places[0].lon_deg, joint.places[0].lat_deg),
        *(joint.places[1].lon_deg, joint.places[1].lat_deg),
    )[2]
    assert apart_m == pytest.approx(1_600.0, abs=200.0)


def test_two_reports_are_weighed_by_the_product_of_their_normals() -> None:
    other = place(*GEOD.fwd(*FIRE, 70.0, 250.0)[:2])
    one, two = Report(place(*FIRE), 300.0), Report(other, 200.0)
    crossing, joint = together(Account(one), Account(two))
    variance = 300.0**2 + 200.0**2
    closed = -0.5 * 250.0**2 / variance - math.log(2.0 * math.pi * variance) + math.log(LAND_M2)
    assert joint.log_factor == pytest.approx(closed, abs=0.01)
    assert crossing.lon_deg is not None
    assert crossing.lat_deg is not None
    assert error_m(joint, (crossing.lon_deg, crossing.lat_deg)) < 1.0
    _, three = together(Account(one), Account(two), says(fix(tower(40.0, 9_000.0))))
    assert len(three.alternatives) == 3


def test_the_order_of_witnesses_is_none() -> None:
    own = [
        says(fix(tower(40.0, 9_000.0), RIDGE_AND_SLOPE)),
        says(fix(tower(120.0, 6_000.0), [(6_000.0, 90.0, 1.0)])),
        Account(Report(place(*GEOD.fwd(*FIRE, 10.0, 200.0)[:2]), 300.0)),
    ]
    _, joint = together(*own)
    _, turned = together(*own[::-1])
    assert turned.log_factor == pytest.approx(joint.log_factor, abs=1e-6)
    assert error_m(turned) == pytest.approx(error_m(joint), abs=0.01)
    for mine, theirs in zip(joint.alternatives, turned.alternatives[::-1], strict=True):
        for one, other in zip(mine, theirs, strict=True):
            assert one.after == pytest.approx(other.after, abs=1e-6)


def test_a_fix_without_relief_to_name_is_taken() -> None:
    bare = replace(fix(tower(40.0, 9_000.0), RIDGE_AND_SLOPE), terrain=None)
    _, joint = together(says(bare), says(fix(tower(120.0, 6_000.0))))
    assert joint.alternatives[0][1].after > 0.98


def test_what_does_not_meet_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="nothing to join"):
        joined([says(fix(tower(40.0, 9_000.0)))], Crossing(NoCrossing.ONE_MAST))


@pytest.mark.parametrize("hidden", [False, True])
def test_two_towers_on_real_relief_are_better_than_one_and_than_their_bearings(
    *,
    hidden: bool,
) -> None:
    """Eighty fires with errors as declared; ``./run bench geo-crossing`` does thousands."""
    terrain = drill_relief()
    locator, towers = Locator(terrain), towers_on(terrain, 4)
    random = np.random.default_rng(8)
    held, single_m, crossing_m, joint_m = 0, [], [], []
    pairs = list(islice(pairs_of(terrain, towers, 0.1, random, hidden=hidden), 80))
    for pair in pairs:
        accounts = []
        for fire in (pair.first, pair.second):
            seen = locator.locate(
                Position(*fire.tower, MAST_M, HeightDatum.GROUND),
                fire.pose,
                fire.x_px,
                fire.y_px,
                *SIZE,
                box_sigma_px=BOX_SIGMA_PX,
            )
            accounts.append(says(seen))
        truth = pair.first.lon_deg, pair.first.lat_deg
        crossing = triangulate([each.witness for each in accounts])
        if not crossing.is_located:
            continue
        joint = joined(accounts, crossing)
        at = shapely.Point(truth)
        held += any(shapely.Polygon(one.outline_lonlat).covers(at) for one in joint.places)
        joint_m.append(error_m(joint, truth))
        crossing_m.append(GEOD.inv(crossing.lon_deg, crossing.lat_deg, *truth)[2])
        clusters = accounts[0].fix.clusters if accounts[0].fix else ()
        if clusters:
            best = clusters[0].position
            single_m.append(GEOD.inv(best.lon_deg, best.lat_deg, *truth)[2])
    assert len(joint_m) >= 75
    assert held / len(joint_m) >= 0.8  # 0.9 within three sigmas
    assert np.median(joint_m) <= min(np.median(single_m), 1.05 * float(np.median(crossing_m)))
    assert np.percentile(joint_m, 90) < 0.6 * np.percentile(single_m, 90)
