"""Stands without belt, water or tower: hand-made land, and the same by an independent reckoning."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from network_land import LandMaker
from pyproj import Geod

from geo.coverage import Coverage, Grid
from geo.joint import JointPlace
from geo.land import WaterDesk
from geo.land.network import Sights, survey
from geo.land.roads import RoadNet
from models.config import HelicopterRule, NetworkRule
from models.land import (
    FindingKind,
    LandFeature,
    Layer,
    NetworkFinding,
    NetworkReport,
    SeenBy,
)

AT = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
EARTH = Geod(ellps="WGS84")
RULE = NetworkRule()
HELICOPTER = HelicopterRule()


def surveyed(
    land: LandMaker | list[LandFeature], rule: NetworkRule = RULE, sights: Sights | None = None
) -> NetworkReport:
    features = land.features if isinstance(land, LandMaker) else land
    return survey(features, rule, HELICOPTER, sights or Sights(), at=AT, land_version=7)


def of(report: NetworkReport, kind: FindingKind) -> dict[str, NetworkFinding]:
    return {each.code: each for each in report.findings if each.kind is kind}


def missing(report: NetworkReport, kind: FindingKind) -> list[tuple[Layer, ...]]:
    return [each.missing for each in report.not_judged if each.kind is kind]


def test_an_empty_land_says_what_is_not_entered_and_finds_nothing() -> None:
    report = surveyed([])
    assert report.findings == ()
    assert report.stands == 0
    assert (report.land_version, report.at, report.minutes) == (7, AT, 15.0)
    assert report.drill is False
    assert missing(report, FindingKind.STAND_NO_BELT) == [(Layer.FOREST_BELT,)]
    assert missing(report, FindingKind.BELT_GAP) == [(Layer.FOREST_BELT,)]


def test_a_belt_along_a_side_guards_that_side_and_a_bare_stand_is_told() -> None:
    land = LandMaker()
    land.box(Layer.TOWNSHIP, -5000.0, -5000.0, 20_000.0, "500110001")
    land.box(Layer.FOREST_STAND, 0.0, 0.0, 1000.0, "west side")
    land.box(Layer.FOREST_STAND, 3000.0, 0.0, 1000.0, "bare")
    land.line(Layer.FOREST_BELT, (-50.0, -500.0), (-50.0, 1500.0), code="belt")
    land.line(Layer.ROAD, (3000.0, -90.0), (4000.0, -90.0), code="wide", width_m=5.0)
    land.line(Layer.ROAD, (3000.0, 1020.0), (4000.0, 1020.0), code="path", width_m=2.0)
    found = of(surveyed(land), FindingKind.STAND_NO_BELT)
    assert set(found) == {"bare"}, "a quarter of the border of the other one is guarded"
    bare = found["bare"]
    # The road's 100 m and its own half width: the southern side and 12.5 m of two others.
    assert bare.measure == pytest.approx((1000.0 + 2 * 12.5) / 4000.0, rel=1e-3)
    assert bare.unit == "share"
    assert (bare.township_code, bare.township) == ("500110001", "name 500110001")
    assert bare.units[0].probability == 1.0
    assert [(each.layer, each.code) for each in bare.others] == [(Layer.FOREST_BELT, "belt")]
    assert bare.others[0].distance_m == pytest.approx(3050.0, rel=1e-4)
    assert bare.members == ("bare",)
    inside = shapely.Point(bare.lon_deg, bare.lat_deg)
    assert bare.shape.contains(inside)


def test_a_belt_through_a_stand_is_one_within_it_and_a_worn_one_is_none() -> None:
    land = LandMaker()
    land.box(Layer.FOREST_STAND, 0.0, 0.0, 6000.0, "crossed")
    land.box(Layer.FOREST_STAND, 10_000.0, 0.0, 1000.0, "worn")
    land.line(Layer.FOREST_BELT, (2500.0, 3000.0), (3500.0, 3000.0))
    land.line(Layer.FOREST_BELT, (10_000.0, 500.0), (11_000.0, 500.0), state="worn")
    assert set(of(surveyed(land), FindingKind.STAND_NO_BELT)) == {"worn"}


def test_water_drawn_as_an_area_guards_and_a_point_does_not() -> None:
    land = LandMaker()
    land.line(Layer.FOREST_BELT, (-9000.0, 0.0), (-9000.0, 900.0))
    land.box(Layer.FOREST_STAND, 0.0, 0.0, 1000.0, "lake")
    land.box(Layer.FOREST_STAND, 5000.0, 0.0, 1000.0, "point")
    land.box(Layer.WATER_POINT, 1050.0, 0.0, 1000.0)
    land.point(Layer.WATER_POINT, 6050.0, 500.0)
    found = of(surveyed(land), FindingKind.STAND_NO_BELT)
    sides_m = 1000.0 + 2.0 * 50.0
    assert found["lake"].measure == pytest.approx(sides_m / 4000.0, rel=1e-3)
    assert found["point"].measure == 0.0


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
@example(72)  # two belts guard the same stretch: it was counted twice
def test_guarded_shares_equal_a_walk_along_the_border(seed: int) -> None:
    """Every metre of each border asked by itself: near to a guard's edge, or not."""
    random = np.random.default_rng(seed)
    land = LandMaker()
    angles = np.linspace(0.0, 2.0 * np.pi, 13)[:-1]
    for _ in range(4):
        radius_m = random.uniform(200.0, 900.0, len(angles))
        ring = np.column_stack((np.cos(angles), np.sin(angles))) * radius_m[:, None]
        land.add(Layer.FOREST_STAND, shapely.Polygon(ring + random.uniform(-3000.0, 3000.0, 2)))
    guards = []
    for _ in range(5):
        corners = np.cumsum(random.normal(0.0, 300.0, (30, 2)), axis=0)
        line = shapely.LineString(corners + random.uniform(-3000.0, 3000.0, 2))
        width_m = float(random.uniform(0.0, 60.0))
        land.add(Layer.FOREST_BELT, line, width_m=width_m)
        guards.append((line, width_m))
    rule = NetworkRule(belt_share=1.0)
    found = of(surveyed(land, rule), FindingKind.STAND_NO_BELT)
    stands = [each for each in land.features if each.layer is Layer.FOREST_STAND]
    for stand in stands:
        shape = land.frame.geometry_to_metric(stand.geometry)
        border = shape.boundary
        steps = np.arange(0.5, border.length, 1.0)
        points = shapely.line_interpolate_point(border, steps)
        near = np.zeros(len(points), dtype=np.bool_)
        for line, width_m in guards:
            near |= shapely.distance(points, line) <= 100.0 + width_m / 2.0
        within_m = sum(shape.intersection(line).length for line, _ in guards)
        if stand.code in found:
            assert found[stand.code].measure == pytest.approx(near.mean(), abs=0.01)
        else:
            assert near.mean() > 0.99 or within_m >= 99.0


def test_a_stand_has_water_in_the_months_in_which_the_best_point_may_be_used() -> None:
    land = LandMaker()
    land.box(Layer.FOREST_STAND, 0.0, 0.0, 500.0, "stand")
    summer = {"usable_from_month": 4, "usable_to_month": 10}
    land.point(Layer.WATER_POINT, 3000.0, 0.0, "summer", depth_m=5.0, **summer)
    land.point(Layer.WATER_POINT, 40_000.0, 0.0, "far", depth_m=5.0)
    land.point(Layer.WATER_POINT, 100.0, 0.0, "shallow", depth_m=1.0)
    stand = of(surveyed(land), FindingKind.STAND_NO_AIR_WATER)["stand"]
    assert stand.months == (1, 2, 3, 11, 12)
    # Forty kilometres less half a stand, at 160 km/h there and back, and three minutes.
    assert stand.measure == pytest.approx(2.0 * 39.75 / 160.0 * 60.0 + 3.0, abs=0.05)
    assert [each.code for each in stand.others] == ["far"]
    near = NetworkRule(water_minutes=40.0)
    assert of(surveyed(land, near), FindingKind.STAND_NO_AIR_WATER) == {}


def test_without_usable_water_there_is_no_figure_and_it_holds_always() -> None:
    land = LandMaker()
    land.box(Layer.FOREST_STAND, 0.0, 0.0, 500.0, "stand")
    assert missing(surveyed(land), FindingKind.STAND_NO_AIR_WATER) == [(Layer.WATER_POINT,)]
    land.point(Layer.WATER_POINT, 100.0, 0.0, depth_m=1.0)
    stand = of(surveyed(land), FindingKind.STAND_NO_AIR_WATER)["stand"]
    assert (stand.measure, stand.months, stand.others) == (None, (), ())


def hills(lon_deg: np.ndarray, lat_deg: np.ndarray) -> np.ndarray:
    waves = np.sin(np.asarray(lon_deg) * 300.0) + np.cos(np.asarray(lat_deg) * 250.0)
    return np.asarray(600.0 + 300.0 * waves)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000), st.booleans())
def test_rounds_are_those_of_the_water_desk(seed: int, relief: bool) -> None:  # noqa: FBT001
    """Each stand's middle asked as a fire, month by month."""
    random = np.random.default_rng(seed)
    land = LandMaker()
    for _ in range(6):
        x_m, y_m = random.uniform(-15_000.0, 15_000.0, 2)
        facts = {
            "depth_m": float(random.uniform(1.0, 6.0)),
            "capacity_m3": float(random.uniform(10.0, 200.0)),
            "usable_from_month": int(random.integers(1, 13)),
            "usable_to_month": int(random.integers(1, 13)),
        }
        if random.random() < 0.3:
            facts["ground_m"] = 500.0
        shape = shapely.Point(x_m, y_m)
        land.add(
            Layer.WATER_POINT, shape.buffer(150.0) if random.random() < 0.3 else shape, **facts
        )
    for _ in range(4):
        x_m, y_m = random.uniform(-15_000.0, 15_000.0, 2)
        land.box(Layer.FOREST_STAND, float(x_m), float(y_m), 400.0)
    ground = hills if relief else None
    rule = NetworkRule(water_minutes=8.0)
    report = surveyed(land, rule, Sights(ground_m=ground))
    found = of(report, FindingKind.STAND_NO_AIR_WATER)
    desk = WaterDesk(land.features, HELICOPTER, ground_m=ground)
    for stand in (each for each in land.features if each.layer is Layer.FOREST_STAND):
        inside = stand.geometry.point_on_surface()
        ring = tuple(shapely.get_coordinates(inside.buffer(1e-6))[:, :2].tolist())
        place = JointPlace(inside.x, inside.y, 1.0, 1.0, ring)
        best = [
            min(
                (each.turn_round_minutes for each in desk.report([place], month).best),
                default=math.inf,
            )
            for month in range(1, 13)
        ]
        lacking = [month for month, minutes in enumerate(best, 1) if minutes > 8.0]
        if not lacking:
            assert stand.code not in found
            continue
        finding = found[stand.code]
        assert list(finding.months or range(1, 13)) == lacking
        if math.isinf(max(best)):
            assert finding.measure is None
        else:
            assert finding.measure == pytest.approx(max(best), rel=2e-4)


def test_an_engine_brings_water_along_roads_only() -> None:
    land = LandMaker()
    land.box(Layer.FOREST_STAND, 0.0, 0.0, 500.0, "near")
    wedge = shapely.Polygon([(12_250.0, 10.0), (12_000.0, 500.0), (12_500.0, 500.0)])
    land.add(Layer.FOREST_STAND, wedge, "far")
    land.box(Layer.FOREST_STAND, 0.0, 20_000.0, 500.0, "roadless")
    land.point(Layer.POOL, -250.0, -20.0, "pool", state="planned")
    land.point(Layer.POOL, 0.0, 20_300.0, "beside the roadless")
    report = surveyed(land)
    assert missing(report, FindingKind.STAND_NO_ROAD_WATER) == [(Layer.ROAD,)]
    land.line(Layer.ROAD, (-1000.0, -10.0), (15_000.0, -10.0), **{"class": "county"})
    found = of(surveyed(land), FindingKind.STAND_NO_ROAD_WATER)
    assert {each.measure for each in found.values()} == {None}, "the only pool is planned"
    land.point(Layer.HYDRANT, -250.0, -20.0, "hydrant")
    found = of(surveyed(land), FindingKind.STAND_NO_ROAD_WATER)
    assert set(found) == {"far", "roadless"}
    # 12.5 km at 40 km/h, 10 m to the road and 20 m from it on foot.
    walk = 30.0 / 2500.0 * 60.0
    assert found["far"].measure == pytest.approx(12.5 / 40.0 * 60.0 + walk, rel=1e-3)
    assert found["roadless"].measure is None
    assert found["roadless"].others[0].code == "beside the roadless"


def test_water_by_road_that_dries_up_is_missed_in_its_months() -> None:
    land = LandMaker()
    land.box(Layer.FOREST_STAND, 0.0, 0.0, 200.0, "stand")
    land.line(Layer.ROAD, (-1000.0, -10.0), (1000.0, -10.0), **{"class": "county"})
    months = {"usable_from_month": 6, "usable_to_month": 9}
    land.point(Layer.INTAKE, -250.0, -20.0, "intake", **months)
    land.point(Layer.QUAY, -350.0, -20.0, "quay", usable_from_month=5, usable_to_month=7)
    stand = of(surveyed(land), FindingKind.STAND_NO_ROAD_WATER)["stand"]
    assert (stand.measure, stand.months) == (None, (1, 2, 3, 4, 10, 11, 12))


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000))
def test_drives_are_the_least_of_those_that_the_road_net_tells_one_by_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    land = LandMaker()
    for _ in range(12):
        corners = random.uniform(-6000.0, 6000.0, 2) + np.cumsum(random.normal(0, 900, (6, 2)), 0)
        land.add(
            Layer.ROAD,
            shapely.LineString(corners),
            **{"class": str(random.choice(["county", "track"]))},
        )
    for _ in range(6):
        land.point(Layer.HYDRANT, *random.uniform(-6000.0, 6000.0, 2).tolist())
    places = random.uniform(-7000.0, 7000.0, (8, 2))
    fires = list(zip(*(part.tolist() for part in land.frame.to_lonlat(*places.T)), strict=True))
    ends = [
        (each.geometry.x, each.geometry.y) for each in land.features if each.layer is Layer.HYDRANT
    ]
    net = RoadNet(land.features)
    for fire, quickest in zip(fires, net.quickest(fires, ends), strict=True):
        routes = [each for each in net.routes(fire, ends) if each is not None]
        if not routes:
            assert quickest is None
            continue
        best = min(routes, key=lambda each: each.minutes)
        assert quickest is not None
        assert quickest.minutes == pytest.approx(best.minutes, rel=1e-9)
        assert quickest.road_m == pytest.approx(best.road_m, abs=0.5)


def test_towers_are_reckoned_by_distance_where_no_relief_is_loaded() -> None:
    land = LandMaker()
    land.box(Layer.FOREST_STAND, 0.0, 0.0, 1000.0, "near")
    land.box(Layer.FOREST_STAND, 8700.0, 0.0, 1000.0, "astride")
    report = surveyed(land)
    assert missing(report, FindingKind.STAND_UNSEEN) == [(Layer.TOWER,)]
    eye = ("塔", *land.frame.to_lonlat(0.0, 0.0))
    report = surveyed(land, sights=Sights(eyes=(eye,)))
    assert report.seen_by is SeenBy.DISTANCE
    assert of(report, FindingKind.STAND_UNSEEN) == {}, "9,751 m to the farthest corner"
    land.box(Layer.FOREST_STAND, 9700.0, 0.0, 1000.0, "far")
    found = of(surveyed(land, sights=Sights(eyes=(eye,))), FindingKind.STAND_UNSEEN)
    assert set(found) == {"far"}
    assert found["far"].measure == pytest.approx(math.hypot(10_700.0, 1000.0), rel=1e-4)
    assert found["far"].unit == "m"
    assert [each.name for each in found["far"].others] == ["塔"]
    land.point(Layer.TOWER, 20_000.0, 0.0, "tower", state="planned")
    assert set(of(surveyed(land, sights=Sights(eyes=(eye,))), FindingKind.STAND_UNSEEN)) == {"far"}
    land.point(Layer.TOWER, 12_000.0, 0.0, "built")
    assert of(surveyed(land, sights=Sights(eyes=(eye,))), FindingKind.STAND_UNSEEN) == {}


def test_what_towers_see_of_a_stand_is_counted_cell_by_cell() -> None:
    land = LandMaker()
    land.box(Layer.FOREST_STAND, -1500.0, -500.0, 1000.0, "west")
    land.box(Layer.FOREST_STAND, 500.0, -500.0, 1000.0, "east")
    land.box(Layer.FOREST_STAND, -500.0, -500.0, 1000.0, "middle")
    land.box(Layer.FOREST_STAND, 1550.0, 0.0, 4.0, "tiny")
    land.box(Layer.FOREST_STAND, 90_000.0, 0.0, 1000.0, "outside")
    land.box(Layer.FOREST_STAND, -4000.0, 3000.0, 500.0, "unknown")
    west, south = land.frame.to_lonlat(-5000.0, -5000.0)
    east, north = land.frame.to_lonlat(5000.0, 5000.0)
    grid = Grid.of((west, south, east, north), 50.0)
    smoke_m = np.full(grid.shape, 10.0, np.float32)
    middle = land.frame.lon_deg
    smoke_m[:, grid.lon_deg > middle] = 90.0  # the east is hidden up to 90 m
    smoke_m[: grid.rows // 2, grid.lon_deg < middle - 0.004] = np.nan
    nobody = np.zeros(grid.shape, np.int16)
    coverage = Coverage(grid, smoke_m, np.zeros(grid.shape, np.bool_), nobody, 1)
    report = surveyed(land, sights=Sights(coverage=coverage))
    assert report.seen_by is SeenBy.RELIEF
    found = of(report, FindingKind.STAND_UNSEEN)
    assert set(found) - {"middle"} == {"east", "tiny"}
    assert found["east"].measure == 0.0
    assert found["tiny"].measure == 0.0
    strict = surveyed(land, NetworkRule(seen_share=0.6), Sights(coverage=coverage))
    share = of(strict, FindingKind.STAND_UNSEEN)["middle"].measure
    assert share is not None
    lon, lat = np.meshgrid(grid.lon_deg, grid.lat_deg)
    stand = next(each for each in land.features if each.code == "middle")
    inside = shapely.contains_xy(stand.geometry, lon, lat)
    known = inside & ~np.isnan(smoke_m)
    assert share == pytest.approx((smoke_m[known] <= 30.0).mean())


def test_a_stand_astride_a_border_has_both_townships_and_the_larger_one_first() -> None:
    land = LandMaker()
    land.box(Layer.TOWNSHIP, -5000.0, -5000.0, 5000.0 + 250.0, "west")
    land.add(Layer.TOWNSHIP, shapely.box(250.0, -5000.0, 5000.0, 5000.0), "east")
    land.box(Layer.FOREST_STAND, 0.0, -1000.0, 1000.0, "astride")
    land.line(Layer.FOREST_BELT, (3000.0, 3000.0), (4000.0, 3000.0), code="belt")
    stand = of(surveyed(land), FindingKind.STAND_NO_BELT)["astride"]
    assert [each.code for each in stand.units] == ["east", "west"]
    assert [each.probability for each in stand.units] == pytest.approx([0.75, 0.25], abs=1e-3)
    assert stand.township_code == "east"


def test_outside_all_townships_the_stated_one_stands() -> None:
    land = LandMaker()
    land.box(Layer.FOREST_STAND, 0.0, 0.0, 500.0, "stand", township_code="500110009")
    land.line(Layer.FOREST_BELT, (3000.0, 3000.0), (4000.0, 3000.0))
    assert of(surveyed(land), FindingKind.STAND_NO_BELT)["stand"].township_code == "500110009"
    land.box(Layer.TOWNSHIP, 20_000.0, 0.0, 500.0, "500110009")
    stand = of(surveyed(land), FindingKind.STAND_NO_BELT)["stand"]
    assert (stand.township, stand.units) == ("name 500110009", ())


def test_findings_stand_by_kind_and_the_worst_first() -> None:
    land = LandMaker()
    land.line(Layer.FOREST_BELT, (-9000.0, 0.0), (-8000.0, 0.0))
    land.line(Layer.ROAD, (0.0, -50.0), (1000.0, -50.0), width_m=6.0)
    land.box(Layer.FOREST_STAND, 0.0, 0.0, 1000.0, "some")
    land.box(Layer.FOREST_STAND, 5000.0, 0.0, 1000.0, "none")
    land.point(Layer.CHECKPOINT, 0.0, 3000.0, "near")
    land.point(Layer.CHECKPOINT, 0.0, 9000.0, "far")
    told = [(each.kind, each.code) for each in surveyed(land).findings]
    assert [code for kind, code in told if kind is FindingKind.STAND_NO_BELT] == ["none", "some"]
    assert [code for kind, code in told if kind is FindingKind.CHECKPOINT_NO_ROAD] == [
        "far",
        "near",
    ]
    order = list(FindingKind)
    assert [order.index(kind) for kind, _ in told] == sorted(order.index(kind) for kind, _ in told)
