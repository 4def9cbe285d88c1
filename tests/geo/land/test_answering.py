"""The full answer: units, villages by the wind, nearest facilities, burns."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from land_rig import AT, FIRE, PLANE, asked, feature, round_fire, shaped_fire, village, wind_from
from pyproj import Geod

from geo.land import LandAsker, LandIndex
from geo.layers import read_layers
from models.incident import DismissReason
from models.land import LandFeature, Layer, Route
from models.ledger import EntryKind, GroundPlace, LedgerDraft, LedgerEntry, ViewPlace
from models.times import ALWAYS
from models.wind import STALE_AFTER

EARTH = Geod(ellps="WGS84")
DRILL = Path(__file__).parents[3] / "examples" / "drill" / "layers"


def township(code: str, west: float, south: float, east: float, north: float) -> LandFeature:
    return feature(Layer.TOWNSHIP, code, shapely.box(west, south, east, north))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(-800.0, 800.0), st.floats(-800.0, 800.0), st.floats(30.0, 400.0)),
        min_size=1,
        max_size=3,
    ),
    st.floats(-500.0, 500.0),
    st.floats(-500.0, 500.0),
)
def test_units_and_elsewhere_equal_counted_places(
    spots: Sequence[tuple[float, float, float]], border_m: float, end_m: float
) -> None:
    """Three townships meet at a corner, and the land ends in the south."""
    land = [
        township("west", -5_000.0, end_m, border_m, 5_000.0),
        township("east", border_m, end_m, 5_000.0, 900.0),
        township("north", border_m, 900.0, 5_000.0, 5_000.0),
    ]
    weights = np.arange(len(spots), 0, -1) / sum(range(1, len(spots) + 1))
    places = [
        replace(round_fire(radius, east, north), weight=float(weight))
        for (east, north, radius), weight in zip(spots, weights, strict=True)
    ]
    report = asked(land, *places)
    told = {share.code: share.probability for share in report.units[Layer.TOWNSHIP]}
    random = np.random.default_rng(3)
    angle, out = random.uniform(0.0, 2.0 * math.pi, 40_000), np.sqrt(random.uniform(size=40_000))
    true = dict.fromkeys(("west", "east", "north", "none"), 0.0)
    for (east, north, radius), weight in zip(spots, weights, strict=True):
        x, y = east + radius * out * np.cos(angle), north + radius * out * np.sin(angle)
        inside = y >= end_m
        parts = {
            "west": inside & (x < border_m),
            "east": inside & (x >= border_m) & (y < 900.0),
            "north": inside & (x >= border_m) & (y >= 900.0),
        }
        for code, rows in parts.items():
            true[code] += weight * rows.mean()
        true["none"] += weight * (~inside).mean()
    for code in ("west", "east", "north"):
        assert told.get(code, 0.0) == pytest.approx(true[code], abs=0.012)
    assert report.elsewhere == pytest.approx(true["none"], abs=0.012)
    assert sum(told.values()) + report.elsewhere == pytest.approx(1.0, abs=0.003)
    assert list(told.values()) == sorted(told.values(), reverse=True)


def test_a_fire_in_no_township_is_elsewhere() -> None:
    report = asked([township("far", 9_000.0, 0.0, 10_000.0, 1_000.0)])
    assert report.units == {Layer.TOWNSHIP: ()}
    assert report.elsewhere == pytest.approx(1.0)
    nothing = asked([])
    assert (nothing.units, nothing.elsewhere, nothing.nearest) == ({}, 1.0, ())


def test_what_met_no_ground_is_neither_here_nor_elsewhere() -> None:
    report = asked([township("t", -9e3, -9e3, 9e3, 9e3)], replace(round_fire(100.0), weight=0.8))
    assert report.units[Layer.TOWNSHIP][0].probability == pytest.approx(0.8)
    assert report.elsewhere == 0.0


def test_units_that_overlap_each_have_their_share_and_nothing_is_elsewhere() -> None:
    land = [township("a", -9e3, -9e3, 50.0, 9e3), township("b", -50.0, -9e3, 9e3, 9e3)]
    report = asked(land)
    assert sum(one.probability for one in report.units[Layer.TOWNSHIP]) > 1.1
    assert report.elsewhere == 0.0


def test_every_unit_layer_is_told_and_a_village_drawn_as_a_point_holds_nothing() -> None:
    land = [
        feature(Layer.VILLAGE, "area", shapely.box(-50.0, -500.0, 500.0, 500.0)),
        feature(Layer.VILLAGE, "point", shapely.Point(-20.0, 0.0)),
        feature(Layer.MOUNTAIN_UNIT, "m", shapely.box(-900.0, -900.0, 900.0, 900.0)),
        feature(Layer.FOREST_STAND, "s", shapely.box(0.0, -900.0, 900.0, 900.0)),
    ]
    units = asked(land).units
    assert [share.code for share in units[Layer.VILLAGE]] == ["area"]
    assert units[Layer.MOUNTAIN_UNIT][0].probability == pytest.approx(1.0)
    assert units[Layer.FOREST_STAND][0].probability == pytest.approx(0.5, abs=0.01)


RING = [
    village(str(bearing), 2_000.0 * math.sin(math.radians(bearing)),
            2_000.0 * math.cos(math.radians(bearing)))
    for bearing in range(0, 360, 30)
]  # fmt: skip


@pytest.mark.parametrize(
    ("from_deg", "downwind"), [(180.0, 0), (0.0, 180), (270.0, 90), (90.0, 270), (330.0, 150)]
)
def test_the_wind_blows_towards_what_is_told_first(from_deg: float, downwind: int) -> None:
    """All villages lie equally far: those within 45 degrees of the wind's way come first."""
    report = asked(RING, wind=wind_from(from_deg))
    assert report.wind_used
    first = [int(one.village.code) for one in report.at_risk[:3]]
    assert {(code - downwind + 180) % 360 - 180 for code in first} == {-30, 0, 30}
    for one in report.at_risk:
        off = abs((int(one.village.code) - downwind + 180) % 360 - 180)
        assert one.downwind_deg == pytest.approx(off, abs=0.05)


def test_without_a_wind_to_reckon_with_the_nearest_is_first() -> None:
    land = [village("far", 3_000.0, 0.0), village("near", -1_000.0, 0.0)]
    old = replace(wind_from(270.0), at=AT - STALE_AFTER - timedelta(seconds=1))
    for wind in (None, wind_from(270.0, 0.0), wind_from(270.0, 0.2), old):
        report = asked(land, wind=wind)
        assert [one.village.code for one in report.at_risk] == ["near", "far"]
        assert [one.downwind_deg for one in report.at_risk] == [None, None]
        assert (report.wind, report.wind_used) == (wind, False)
    report = asked(land, wind=wind_from(270.0))
    assert [one.village.code for one in report.at_risk] == ["far", "near"]


def test_a_fire_in_a_village_is_in_the_winds_way() -> None:
    land = [feature(Layer.VILLAGE, "v", shapely.box(-300.0, -300.0, 300.0, 300.0))]
    (one,) = asked(land, wind=wind_from(0.0)).at_risk
    assert (one.downwind_deg, one.village.bearing_deg) == (0.0, None)


def test_the_nearest_villages_are_told_though_many_lie_downwind() -> None:
    downwind = [village(f"d{number}", 3_000.0 + number, 0.0) for number in range(15)]
    beside = [village(f"u{number}", -600.0 - number, 0.0) for number in range(6)]
    report = asked([*downwind, *beside], wind=wind_from(270.0))
    codes = [one.village.code for one in report.at_risk]
    assert codes == [*(f"d{number}" for number in range(8)), "u0", "u1", "u2", "u3"]


def test_villages_are_told_within_five_kilometres_of_the_region() -> None:
    land = [village("in", 5_090.0, 0.0), village("out", 5_110.0, 0.0)]
    assert [one.village.code for one in asked(land).at_risk] == ["in"]
    second = replace(round_fire(100.0, 500.0), weight=0.2)
    first = replace(round_fire(100.0), weight=0.8)
    assert len(asked(land, first, second).at_risk) == 2


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_the_nearest_three_are_those_of_the_ellipsoid(seed: int) -> None:
    random = np.random.default_rng(seed)
    spots = random.uniform(-15_000.0, 15_000.0, (40, 2))
    land = [feature(Layer.POST, str(n), shapely.Point(at)) for n, at in enumerate(spots)]
    report = asked(land, round_fire(200.0))
    away = []
    for one in land:
        bearing, _, distance_m = EARTH.inv(*FIRE, one.geometry.x, one.geometry.y)
        away.append((distance_m, one.code, bearing % 360.0))
    assert [asset.code for asset in report.nearest] == [code for _, code, _ in sorted(away)[:3]]
    for asset, (distance_m, _, bearing) in zip(report.nearest, sorted(away), strict=False):
        assert asset.distance_m == pytest.approx(distance_m, abs=0.01)
        assert asset.bearing_deg == pytest.approx(bearing, abs=0.01)
        assert asset.distance_min_m == pytest.approx(max(0.0, distance_m - 200.0), abs=1.0)
        assert asset.distance_max_m == pytest.approx(distance_m + 200.0, abs=1.0)
        assert asset.route is None


class Ways:
    """Roads that lead from some ends only."""

    def __init__(self, minutes: dict[int, float]) -> None:
        self.minutes = minutes
        self.asked: list[tuple[float, float]] = []

    def routes(
        self, fire_lonlat: tuple[float, float], ends_lonlat: Sequence[tuple[float, float]]
    ) -> list[Route | None]:
        assert fire_lonlat == pytest.approx(FIRE)
        self.asked = list(ends_lonlat)
        found = [round(PLANE.to_metric(*end)[0] / 1_000.0) for end in ends_lonlat]
        return [
            Route(1_000.0 * at, 0.0, self.minutes[at]) if at in self.minutes else None
            for at in found
        ]


def test_those_that_are_driven_from_are_told_by_the_way_along_roads() -> None:
    land = [
        *(feature(Layer.STATION, f"s{n}", shapely.Point(1_000.0 * n, 0.0)) for n in range(1, 10)),
        *(feature(Layer.TOWER, f"t{n}", shapely.Point(1_000.0 * n, 9.0)) for n in range(1, 6)),
    ]
    ways = Ways({2: 50.0, 5: 10.0, 9: 1.0})
    report = LandAsker(land, roads=ways).report([round_fire(100.0)], wind=None, at=AT, month=11)
    told = [(asset.code, asset.route is not None) for asset in report.nearest]
    # The ninth is beyond the eight that are tried. On foot the first takes 24 minutes, the second
    # 48: a place that no road leads to is not behind all others.
    assert told[-3:] == [("s5", True), ("s1", False), ("s2", True)]
    assert told[:3] == [("t1", False), ("t2", False), ("t3", False)]
    assert len(ways.asked) == 8
    assert not LandAsker(land[9:], roads=ways).report(
        [round_fire(100.0)], wind=None, at=AT, month=11
    ).nearest[0].route  # fmt: skip


def burn(number: int, north_m: float, **changes: object) -> LedgerEntry:
    """A registered burn of 200 m, so far north of the fire."""
    place = GroundPlace(*PLANE.to_lonlat(0.0, north_m), 200.0)
    draft = LedgerDraft(
        EntryKind.BURN, place, AT - timedelta(hours=1), AT + timedelta(hours=1), ALWAYS,
        DismissReason.REGISTERED_BURN, "张三", "烧草",
    )  # fmt: skip
    return LedgerEntry(number, replace(draft, **changes), "li", AT)  # type: ignore[arg-type]


def test_burns_in_force_within_three_kilometres_are_told() -> None:
    view = ViewPlace("t1", 0, 0.1, 0.1, 0.2, 0.2)
    entries = [
        burn(1, 3_290.0),
        burn(2, 3_310.0),
        burn(3, 500.0, from_at=AT + timedelta(seconds=1)),
        burn(4, 500.0, until_at=AT),
        burn(5, 500.0, kind=EntryKind.NUISANCE),
        burn(6, 500.0, kind=EntryKind.NUISANCE, place=view),
        replace(burn(7, 500.0), ended_at=AT - timedelta(seconds=1), ended_by="li"),
        burn(8, 150.0),
        replace(burn(9, 1_000.0), ended_at=AT + timedelta(minutes=1), ended_by="li"),
    ]
    report = LandAsker([]).report([round_fire(100.0)], wind=None, at=AT, month=1, burns=entries)
    assert [one.entry_id for one in report.burns] == [8, 9, 1]
    inside, near, _ = report.burns
    assert (inside.distance_m, inside.distance_min_m, inside.bearing_deg) == (0.0, 0.0, None)
    assert inside.distance_max_m == pytest.approx(50.0, abs=0.5)
    assert near.distance_m == pytest.approx(800.0, abs=0.1)
    assert near.distance_min_m == pytest.approx(700.0, abs=0.5)
    assert near.distance_max_m == pytest.approx(900.0, abs=0.5)
    assert near.bearing_deg is not None
    assert abs((near.bearing_deg + 180.0) % 360.0 - 180.0) < 0.01
    assert near.until_at == AT + timedelta(minutes=1)
    assert (near.reported_by, near.note) == ("张三", "烧草")


def test_a_burn_beside_the_narrow_side_of_a_long_fire_is_measured_from_there() -> None:
    """Near enough to its far ends' circle, and not to itself."""
    fire = shaped_fire(shapely.box(-3_000.0, -50.0, 3_000.0, 50.0))
    entries = [burn(1, 3_200.0), burn(2, 4_000.0), burn(3, 9_000.0)]
    report = LandAsker([]).report([fire], wind=None, at=AT, month=1, burns=entries)
    assert [one.entry_id for one in report.burns] == [1]


@pytest.mark.parametrize("layer", [Layer.TOWNSHIP, Layer.VILLAGE, Layer.FOREST_BELT, Layer.POST])
def test_one_invented_feature_in_the_answer_makes_it_a_drill(layer: Layer) -> None:
    shapes = {
        Layer.TOWNSHIP: shapely.box(-9e3, -9e3, 9e3, 9e3),
        Layer.VILLAGE: shapely.Point(2_500.0, 0.0),
        Layer.FOREST_BELT: shapely.LineString([(1e3, -9e2), (1e3, 9e2)]),
        Layer.POST: shapely.Point(500.0, 0.0),
        Layer.WATER_POINT: shapely.Point(700.0, 0.0),
    }
    land = [feature(one, "c", shape, depth_m=5.0) for one, shape in shapes.items()]
    assert not asked(land).drill
    assert asked([replace(one, drill=one.layer is layer) for one in land]).drill


def test_it_needs_a_place() -> None:
    with pytest.raises(ValueError, match="without a place"):
        LandAsker([]).report([], wind=None, at=AT, month=11)


def test_what_an_alert_keeps_and_the_full_answer_agree_on_the_drill() -> None:
    features = read_layers(DRILL)
    index = LandIndex(features)
    asker = LandAsker(features, version=7, land=index.land)
    lon, lat = -84.1836, 36.23643
    plane = shapely.Point(0.0, 0.0).buffer(300.0)
    place = replace(shaped_fire(plane), lon_deg=lon, lat_deg=lat)
    ring = tuple((lon + x - FIRE[0], lat + y - FIRE[1]) for x, y in place.outline_lonlat)
    place = replace(place, outline_lonlat=ring)
    report = asker.report([place], wind=None, at=AT, month=11)
    kept = index.around([place])
    assert (report.land_version, report.drill) == (7, True)
    assert report.units[Layer.TOWNSHIP] == kept.townships
    nearest = {asset.layer: asset for asset in reversed(report.nearest)}
    for asset in kept.nearest:
        if asset.layer in nearest:
            other = nearest[asset.layer]
            assert (other.code, other.distance_max_m) == (asset.code, asset.distance_max_m)
