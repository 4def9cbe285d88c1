import json
import math
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.land import LandIndex
from geo.land.region import places_of
from geo.layers import read_layers
from models.fix import Fix, FixCluster, FixOutcome, NoFixReason
from models.land import LandAnswer, LandFeature, Layer
from models.site import HeightDatum, Position

EARTH = Geod(ellps="WGS84")
FIRE = (106.65, 28.85)
DRILL = Path(__file__).parents[2] / "examples" / "drill" / "layers"


def away(
    bearing: float, distance_m: float, start: tuple[float, float] = FIRE
) -> tuple[float, float]:
    lon, lat, _ = EARTH.fwd(*start, bearing, distance_m)
    return float(lon), float(lat)


def cluster(centre: tuple[float, float], radius_m: float, weight: float) -> FixCluster:
    ring = [away(-bearing, radius_m, centre) for bearing in range(0, 360, 10)]
    return FixCluster(
        Position(*centre, 400.0, HeightDatum.SEA_LEVEL),
        weight, radius_m, 5_000.0, 4_900.0, 5_100.0, (*ring, ring[0]),
    )  # fmt: skip


def fix(*clusters: FixCluster) -> Fix:
    observer = Position(106.7, 28.9, 30.0, HeightDatum.GROUND)
    return Fix(FixOutcome.LOCATED, None, observer, 10.0, 0.1, -2.0, clusters)


def feature(
    layer: Layer, geometry: shapely.Geometry, code: str = "c", *, drill: bool = False
) -> LandFeature:
    return LandFeature(layer, code, f"name {code}", geometry, drill)


@settings(deadline=None)
@given(st.floats(0.0, 359.9), st.floats(500.0, 60_000.0), st.floats(20.0, 400.0))
def test_distance_and_bearing_agree_with_the_geodesic(
    bearing: float, distance_m: float, radius_m: float
) -> None:
    pond = feature(Layer.WATER_POINT, shapely.Point(away(bearing, distance_m)), drill=True)
    (asset,) = LandIndex([pond]).answer(fix(cluster(FIRE, radius_m, 1.0))).nearest
    assert (asset.layer, asset.code, asset.name, asset.drill) == (
        Layer.WATER_POINT, "c", "name c", True,
    )  # fmt: skip
    assert asset.distance_m == pytest.approx(distance_m, rel=1e-6, abs=0.01)
    assert asset.bearing_deg is not None
    assert abs((asset.bearing_deg - bearing + 180.0) % 360.0 - 180.0) < 1e-4
    # The outline is a ring of 36 corners: between two of them it lies 0.4 % further in.
    near_m = max(0.0, distance_m - radius_m)
    assert asset.distance_min_m == pytest.approx(near_m, rel=1e-4, abs=0.005 * radius_m + 0.1)
    assert asset.distance_max_m == pytest.approx(
        distance_m + radius_m, rel=1e-4, abs=0.005 * radius_m + 0.1
    )
    assert asset.distance_min_m <= asset.distance_m <= asset.distance_max_m


def test_the_nearest_of_each_layer_in_the_order_of_layers() -> None:
    features = [
        feature(
            Layer.ROAD, shapely.LineString([away(80.0, 4_000.0), away(100.0, 4_000.0)]), "road"
        ),
        feature(Layer.HELIPAD, shapely.Point(away(10.0, 9_000.0)), "far"),
        feature(Layer.HELIPAD, shapely.Point(away(200.0, 3_000.0)), "near"),
        feature(Layer.VILLAGE, shapely.Point(away(300.0, 1_000.0)), "village"),
    ]
    nearest = LandIndex(features).answer(fix(cluster(FIRE, 100.0, 1.0))).nearest
    assert [asset.code for asset in nearest] == ["village", "near", "road"]
    road = nearest[2]
    assert road.distance_m == pytest.approx(4_000.0 * math.cos(math.radians(10.0)), rel=1e-4)
    assert road.bearing_deg == pytest.approx(90.0, abs=0.1)


def test_every_cluster_widens_the_range_of_a_distance() -> None:
    pond = feature(Layer.WATER_POINT, shapely.Point(away(0.0, 2_000.0)))
    second = cluster(away(180.0, 3_000.0), 100.0, 0.4)
    (asset,) = LandIndex([pond]).answer(fix(cluster(FIRE, 100.0, 0.6), second)).nearest
    assert asset.distance_m == pytest.approx(2_000.0, abs=0.1)
    assert asset.distance_min_m == pytest.approx(1_900.0, abs=1.0)
    assert asset.distance_max_m == pytest.approx(5_100.0, abs=1.0)


def halves() -> list[LandFeature]:
    """Two townships that meet at the meridian of the fire."""
    west = shapely.box(106.4, 28.6, FIRE[0], 29.1)
    east = shapely.box(FIRE[0], 28.6, 106.9, 29.1)
    return [feature(Layer.TOWNSHIP, west, "west"), feature(Layer.TOWNSHIP, east, "east")]


def test_a_border_splits_a_place_between_its_townships() -> None:
    answer = LandIndex(halves()).answer(fix(cluster(FIRE, 200.0, 1.0)))
    assert {share.code: share.probability for share in answer.townships} == pytest.approx(
        {"east": 0.5, "west": 0.5}, abs=1e-3
    )


def test_both_sides_of_a_ridge_are_told_with_their_weights() -> None:
    near = cluster(away(90.0, 1_000.0), 200.0, 0.54)
    far = cluster(away(270.0, 1_000.0), 200.0, 0.30)  # the remaining 0.16 met no ground
    answer = LandIndex(halves()).answer(fix(near, far))
    assert [(share.code, share.probability) for share in answer.townships] == [
        ("east", pytest.approx(0.54)),
        ("west", pytest.approx(0.30)),
    ]
    assert answer.nearest[0].bearing_deg is None
    assert answer.nearest[0].distance_m == 0.0
    assert answer.nearest[0].code == "east"


def test_a_sliver_of_a_township_is_not_told() -> None:
    beside = cluster(away(90.0, 199.99), 200.0, 1.0)
    answer = LandIndex(halves()).answer(fix(beside))
    assert [share.code for share in answer.townships] == ["east"]
    assert 0.999 <= answer.townships[0].probability <= 1.0


def test_land_without_townships_names_none() -> None:
    pond = feature(Layer.WATER_POINT, shapely.Point(away(0.0, 2_000.0)))
    assert LandIndex([pond]).answer(fix(cluster(FIRE, 100.0, 1.0))).townships == ()


def test_without_a_place_or_without_land_there_is_no_answer() -> None:
    observer = Position(*FIRE, 30.0, HeightDatum.GROUND)
    no_place = Fix(FixOutcome.DIRECTION_ONLY, NoFixReason.SKY, observer, 1.0, 0.1, 5.0)
    assert LandIndex(halves()).answer(no_place) == LandAnswer()
    assert LandIndex([]).answer(fix(cluster(FIRE, 100.0, 1.0))) == LandAnswer()


def test_the_drill_district_answers_for_every_layer() -> None:
    features = read_layers(DRILL)
    there = [layer for layer in Layer if any(item.layer is layer for item in features)]
    layers = [
        layer for layer in there if layer is not Layer.AIRSPACE
    ]  # nothing that is on the land
    assert len(layers) >= 8
    assert all(item.drill and item.name for item in features)
    answer = LandIndex(features).answer(fix(cluster((-84.1836, 36.23643), 60.0, 1.0)))
    assert [asset.layer for asset in answer.nearest] == layers
    (only,) = answer.townships
    assert only.probability == pytest.approx(1.0)
    stored = json.loads((DRILL / "township.geojson").read_text(encoding="utf-8"))
    polygon = next(
        shapely.geometry.shape(item["geometry"])
        for item in stored["features"]
        if item["properties"]["code"] == only.code
    )
    assert polygon.covers(shapely.Point(-84.1836, 36.23643))


def test_townships_alone_are_those_of_the_answer_and_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("geo.land.index.MOST_KEPT", 2)
    index = LandIndex(halves())
    for radius_m in (100.0, 200.0, 300.0, 100.0):  # the third finds the memory full
        places = places_of(fix(cluster(FIRE, radius_m, 1.0)))
        told = index.townships(places)
        assert told == index.around(places).townships != ()
        assert index.townships(list(places)) is told
    assert index.townships([]) == ()
    assert LandIndex([]).townships(places) == ()
