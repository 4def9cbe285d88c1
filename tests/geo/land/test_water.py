"""Helicopter water against a table that is worked out by plain loops and geodesics."""

import math
import random
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.joint import JointPlace
from geo.land.helicopter import months_of
from geo.land.water import LOST_WITHOUT_BEST, WaterDesk
from models.config import HelicopterRule
from models.land import LandFeature, Layer, LostBecause, WaterOption, WaterReport
from models.units import FloatArray

EARTH = Geod(ellps="WGS84")
FIRE = (106.65, 28.85)


def away(start: tuple[float, float], bearing_deg: float, distance_m: float) -> tuple[float, float]:
    lon, lat, _ = EARTH.fwd(*start, bearing_deg, distance_m)
    return float(lon), float(lat)


def place(centre: tuple[float, float], radius_m: float, weight: float = 1.0) -> JointPlace:
    ring = [away(centre, -bearing, radius_m) for bearing in range(0, 360, 30)]
    return JointPlace(*centre, weight, radius_m, (*ring, ring[0]))


def water(code: str, at: tuple[float, float] | BaseGeometry, **facts: object) -> LandFeature:
    shape = at if isinstance(at, BaseGeometry) else shapely.Point(at)
    good: dict[str, Any] = {"depth_m": 5.0, "capacity_m3": 50_000.0} | facts
    stated = {key: value for key, value in good.items() if value != "nothing"}
    return LandFeature(
        Layer.WATER_POINT, code, f"water {code}", shape, drill=False, properties=stated
    )


def hills(lon_deg: FloatArray, lat_deg: FloatArray) -> FloatArray:
    """A relief of waves, unknown in a corner of the land."""
    heights = 600.0 + 300.0 * np.sin(120.0 * lon_deg) * np.cos(150.0 * lat_deg)
    return np.where((lon_deg > 106.8) & (lat_deg > 28.95), np.nan, heights)


# --- the independent table ------------------------------------------------------------------------

Spot = tuple[float, float]


@dataclass
class Row:
    feature: LandFeature
    pond: Spot
    distance_m: float
    minutes: float
    litres: float
    climb_m: float | None
    because: set[str]


def metres(one: Spot, other: Spot) -> float:
    return float(EARTH.inv(*one, *other)[2])


def height(spot: Spot) -> float | None:
    value = float(hills(np.array([spot[0]]), np.array([spot[1]]))[0])
    return None if math.isnan(value) else value


def climb(pond: LandFeature, spot: Spot) -> float | None:
    stated = pond.properties.get("ground_m")
    level = height(spot_of(pond)) if stated is None else float(str(stated))
    top = height(spot)
    return None if level is None or top is None else top - level


def spot_of(pond: LandFeature) -> Spot:
    return shapely.get_x(pond.geometry), shapely.get_y(pond.geometry)


def minutes(machine: HelicopterRule, leg_m: float, up_m: float) -> float:
    leg = max(leg_m / 1000.0 / machine.cruise_km_h * 60.0, abs(up_m) / machine.climb_m_s / 60.0)
    return leg + machine.fill_minutes + leg + machine.drop_minutes


def row(feature: LandFeature, here: Spot, month: int, machine: HelicopterRule) -> Row:
    distance_m = metres(here, spot_of(feature))
    climb_m = climb(feature, here)
    turn = minutes(machine, distance_m, climb_m or 0.0)
    litres = machine.bucket_litres * 60.0 / turn
    because = reasons(dict(feature.properties), month, litres, machine)
    return Row(feature, spot_of(feature), distance_m, turn, litres, climb_m, because)


def reasons(facts: dict[str, Any], month: int, litres: float, machine: HelicopterRule) -> set[str]:
    holds = {
        "depth_unknown": "depth_m" not in facts,
        "depth": "depth_m" in facts and facts["depth_m"] < machine.needs_depth_m,
        "capacity": "capacity_m3" in facts and facts["capacity_m3"] * 1000.0 < litres,
        "month": "usable_from_month" in facts and month not in calendar(facts),
        "wires": facts.get("wires") is True and facts.get("approach", "") == "",
        "clearance": facts.get("clear_radius_m", 1e9) < machine.clear_radius_m,
        "state": facts.get("state") in {"unusable", "planned"},
    }
    return {reason for reason, yes in holds.items() if yes}


def calendar(facts: dict[str, Any]) -> list[int]:
    """Turning the leaves from the first month until the last one comes up."""
    leaves = [facts["usable_from_month"]]
    while leaves[-1] != facts["usable_to_month"]:
        leaves.append(leaves[-1] % 12 + 1)
    return leaves


def ranges(one: Row, places: list[JointPlace], machine: HelicopterRule) -> tuple[float, float]:
    """Least and most minutes over the outlines, walked in small steps."""
    corners = [corner for each in places for corner in each.outline_lonlat]
    farthest = max([one.distance_m, *(metres(corner, one.pond) for corner in corners)])
    nearest = one.distance_m
    for each in places:
        if within(one.pond, each.outline_lonlat):
            nearest = 0.0
        for (x0, y0), (x1, y1) in pairwise(each.outline_lonlat):
            for step in range(10):
                spot = x0 + step / 10 * (x1 - x0), y0 + step / 10 * (y1 - y0)
                nearest = min(nearest, metres(spot, one.pond))
    spots = [(places[0].lon_deg, places[0].lat_deg), *corners]
    ups = [abs(up) for spot in spots if (up := climb(one.feature, spot)) is not None]
    return (
        minutes(machine, nearest, min(ups, default=0.0)),
        minutes(machine, farthest, max(ups, default=0.0)),
    )


def within(spot: Spot, ring: tuple[Spot, ...]) -> bool:
    """By the number of edges that a line to the east crosses."""
    crossed = 0
    for (x0, y0), (x1, y1) in pairwise(ring):
        if (y0 > spot[1]) != (y1 > spot[1]):
            crossed += spot[0] < x0 + (spot[1] - y0) / (y1 - y0) * (x1 - x0)
    return crossed % 2 == 1


def key(one: Row) -> tuple[float, str]:
    return one.distance_m, one.feature.code


def table(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The best three and the nearer ones that lost, by looking at each in turn."""
    remaining = [each for each in rows if not each.because]
    best: list[Row] = []
    while remaining and len(best) < 3:
        top = remaining[0]
        for each in remaining:
            if each.litres > top.litres or (each.litres == top.litres and key(each) < key(top)):
                top = each
        best.append(top)
        remaining.remove(top)
    lost = []
    for each in sorted(rows, key=key):
        if each in best:
            continue
        if not best or any(each.distance_m < one.distance_m for one in best):
            lost.append(replace(each, because=each.because or {"slower"}))
    return best, lost if best else lost[:30]


# --- random lands, fires and months ---------------------------------------------------------------


def random_water(dice: random.Random, number: int, good: float) -> LandFeature:
    at = away(FIRE, dice.uniform(0.0, 360.0), 25_000.0 * math.sqrt(dice.random()))
    facts: dict[str, Any] = {
        "depth_m": dice.choice(["nothing", 0.0, 1.8, 2.4999, 2.5, 4.0, 12.0]),
        "capacity_m3": dice.choice(["nothing", 0.0, 12.0, 30.0, 4_000.0, 9e6]),
        "clear_radius_m": dice.choice(["nothing", 0.0, 29.0, 30.0, 80.0]),
        "wires": dice.choice(["nothing", True, False, False]),
        "approach": dice.choice(["nothing", "", "自东南"]),
        "state": dice.choice(["nothing", "nothing", "good", "worn", "unusable", "planned"]),
        "ground_m": dice.choice(["nothing", "nothing", 0.0, 250.0, 900.0]),
    }
    if dice.random() < 0.5:
        facts |= {
            "usable_from_month": dice.randint(1, 12), "usable_to_month": dice.randint(1, 12)
        }  # fmt: skip
    if dice.random() < good:
        facts = {"ground_m": facts["ground_m"], "depth_m": 3.0, "capacity_m3": 9e6}
    return water(f"W{number:03d}", at, **facts)


def same(option: WaterOption, wanted: Row, places: list[JointPlace], rule: HelicopterRule) -> None:
    assert option.asset.code == wanted.feature.code
    assert {str(reason) for reason in option.because} == wanted.because
    assert option.usable == (wanted.because <= {"slower"})
    assert option.asset.distance_m == pytest.approx(wanted.distance_m, rel=1e-6)
    bearing_deg = EARTH.inv(places[0].lon_deg, places[0].lat_deg, *wanted.pond)[0] % 360.0
    assert option.asset.bearing_deg == pytest.approx(bearing_deg, abs=1e-3)
    assert option.turn_round_minutes == pytest.approx(wanted.minutes, rel=1e-6)
    least, most = ranges(wanted, places, rule)
    assert option.turn_round_min_minutes == pytest.approx(least, rel=3e-3)
    assert option.turn_round_max_minutes == pytest.approx(most, rel=1e-4)
    assert option.litres_per_hour == pytest.approx(wanted.litres, rel=1e-6)
    assert option.climb_m == (
        None if wanted.climb_m is None else pytest.approx(wanted.climb_m, abs=1e-6)
    )


def test_a_thousand_fires_and_months_get_what_the_table_says() -> None:
    dice = random.Random(20261126)
    met: dict[str, int] = dict.fromkeys(LostBecause, 0)
    told = {0: 0, 1: 0, 2: 0, 3: 0}
    for _ in range(50):
        machine = HelicopterRule(
            bucket_litres=dice.choice([3000.0, 1000.0, 10_000.0]),
            cruise_km_h=dice.choice([160.0, 230.0]),
            climb_m_s=dice.choice([5.0, 1.0, 8.0]),
        )
        good = dice.choice([0.0, 0.1, 0.4])
        features = [random_water(dice, number, good) for number in range(dice.randint(1, 40))]
        desk = WaterDesk(features, machine, ground_m=hills)
        for _ in range(20):
            month = dice.randint(1, 12)
            centre = away(FIRE, dice.uniform(0.0, 360.0), 20_000.0 * math.sqrt(dice.random()))
            places = [place(centre, dice.uniform(20.0, 400.0), 0.7)]
            if dice.random() < 0.5:
                second = away(centre, dice.uniform(0.0, 360.0), dice.uniform(500.0, 4_000.0))
                places.append(place(second, dice.uniform(20.0, 800.0), 0.3))
            report = desk.report(places, month)
            best, lost = table([row(each, centre, month, machine) for each in features])
            assert report.month == month
            assert len(report.best) == len(best)
            assert len(report.lost) == len(lost)
            for option, wanted in zip(report.best + report.lost, best + lost, strict=True):
                same(option, wanted, places, machine)
            told[len(best)] += 1
            for each in lost:
                for reason in each.because:
                    met[LostBecause(reason)] += 1
    # Every reason and every number of usable ones was met often enough to have been tried.
    assert all(count >= 50 for count in met.values()), met
    assert all(count >= 20 for count in told.values()), told


def ask(
    *features: LandFeature, month: int = 3, machine: HelicopterRule | None = None
) -> WaterReport:
    return WaterDesk(features, machine or HelicopterRule()).report([place(FIRE, 100.0)], month)


def test_the_shore_of_a_lake_counts_and_a_fire_beside_it_is_told_as_there() -> None:
    west, east = away(FIRE, 90.0, 3_000.0)[0], away(FIRE, 90.0, 5_000.0)[0]
    lake = shapely.box(west, FIRE[1] - 0.02, east, FIRE[1] + 0.02)
    (option,) = ask(water("lake", lake)).best
    assert option.asset.distance_m == pytest.approx(3_000.0, rel=1e-5)
    assert option.asset.distance_min_m == pytest.approx(2_900.0, rel=1e-3)
    assert option.asset.distance_max_m == pytest.approx(3_100.0, rel=1e-3)
    assert option.asset.bearing_deg == pytest.approx(90.0, abs=0.05)
    assert option.turn_round_minutes == pytest.approx(2 * 3.0 / 160.0 * 60.0 + 3.0, rel=1e-5)
    assert option.climb_m is None

    around = shapely.box(FIRE[0] - 0.02, FIRE[1] - 0.02, FIRE[0] + 0.02, FIRE[1] + 0.02)
    for shape in (around, shapely.Point(FIRE)):
        (option,) = ask(water("here", shape)).best
        assert option.asset.distance_m == option.asset.distance_min_m == 0.0
        assert option.asset.bearing_deg is None
        assert option.turn_round_minutes == pytest.approx(3.0)
        assert option.litres_per_hour == pytest.approx(60_000.0)


def test_a_nearer_one_at_the_foot_of_a_wall_is_slower_than_one_farther_off() -> None:
    def relief(lon_deg: FloatArray, lat_deg: FloatArray) -> FloatArray:
        return 1_200.0 + 0.0 * lon_deg * lat_deg

    ponds = [
        water("foot", away(FIRE, 0.0, 1_500.0), ground_m=300.0),
        *(water(f"top{n}", away(FIRE, 90.0 * n, 2_500.0 + n), ground_m=1_150.0) for n in (1, 2, 3)),
    ]
    report = WaterDesk(ponds, HelicopterRule(), ground_m=relief).report([place(FIRE, 50.0)], 5)
    assert [option.asset.code for option in report.best] == ["top1", "top2", "top3"]
    (foot,) = report.lost
    assert (foot.asset.code, foot.usable, foot.because) == ("foot", True, (LostBecause.SLOWER,))
    assert foot.climb_m == pytest.approx(900.0)
    assert foot.turn_round_minutes == pytest.approx(2 * 3.0 + 3.0)


def test_all_reasons_of_one_point_are_told_in_their_order() -> None:
    dry = water(
        "dry", away(FIRE, 0.0, 900.0), depth_m=1.0, capacity_m3=1.0, usable_from_month=4,
        usable_to_month=11, wires=True, approach="  ", clear_radius_m=5, state="planned",
    )  # fmt: skip
    (option,) = ask(dry, month=2).lost
    assert option.because == (
        LostBecause.DEPTH, LostBecause.CAPACITY, LostBecause.MONTH, LostBecause.WIRES,
        LostBecause.CLEARANCE, LostBecause.STATE,
    )  # fmt: skip


def test_without_a_usable_point_the_nearest_ones_are_told_and_no_more() -> None:
    ponds = [water(f"{n:03d}", away(FIRE, n, 500.0 + 50.0 * n), depth_m=1.0) for n in range(50)]
    report = ask(*ponds)
    assert report.best == ()
    assert [option.asset.code for option in report.lost] == [
        f"{n:03d}" for n in range(LOST_WITHOUT_BEST)
    ]


@pytest.mark.parametrize("depth", ["5 m", True, None, math.nan])
def test_a_depth_that_is_no_number_is_a_depth_that_nobody_knows(depth: object) -> None:
    (option,) = ask(water("a", away(FIRE, 0.0, 900.0), depth_m=depth)).lost
    assert option.because == (LostBecause.DEPTH_UNKNOWN,)


def test_without_a_place_or_without_water_the_report_is_empty() -> None:
    pond = water("a", away(FIRE, 0.0, 900.0))
    assert WaterDesk([pond], HelicopterRule()).report([], 7) == WaterReport((), (), 7)
    road = LandFeature(
        Layer.ROAD, "r", "road", shapely.LineString([FIRE, (106.7, 28.9)]), drill=True
    )
    assert ask(road, month=7) == WaterReport((), (), 7)
    assert ask(month=7) == WaterReport((), (), 7)


@pytest.mark.parametrize("month", [0, 13, -1])
def test_a_month_that_is_none_is_refused(month: int) -> None:
    with pytest.raises(ValueError, match="no month"):
        ask(month=month)


@given(st.integers(1, 12), st.integers(1, 12))
def test_months_run_from_the_first_to_the_last_over_the_turn_of_the_year(
    first: int, last: int
) -> None:
    months = months_of(water("a", FIRE, usable_from_month=first, usable_to_month=last))
    assert {first, last} <= months
    assert len(months) == (last - first) % 12 + 1
    assert all(month == last or month % 12 + 1 in months for month in months)


def test_half_a_season_ends_with_the_year_and_nonsense_is_none() -> None:
    assert months_of(water("a", FIRE, usable_from_month=10)) == {10, 11, 12}
    assert months_of(water("a", FIRE, usable_to_month=2)) == {1, 2}
    assert len(months_of(water("a", FIRE, usable_from_month=0, usable_to_month="雨季"))) == 12
