"""The drill district is a plausible land: measured against the relief it is laid on."""

import json
import logging
import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import LineString, MultiLineString, Point, Polygon, box, shape
from shapely.geometry.base import BaseGeometry

from geo.layers import read_layers
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.land import ATTRIBUTES, AttributeKind, Layer

LAYERS = Path(__file__).parents[2] / "examples" / "drill" / "layers"
GEOD = Geod(ellps="WGS84")
DEGREE_M = 111_000.0  # of latitude


def collection(layer: Layer) -> dict[str, Any]:
    text = (LAYERS / f"{layer.value}.geojson").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def geometries(layer: Layer) -> dict[str, BaseGeometry]:
    return {
        feature["properties"]["code"]: shape(feature["geometry"])
        for feature in collection(layer)["features"]
    }


def facts(layer: Layer) -> dict[str, dict[str, Any]]:
    return {f["properties"]["code"]: f["properties"] for f in collection(layer)["features"]}


@pytest.fixture(scope="module")
def relief() -> Terrain:
    return drill_relief()


def surroundings_m(relief: Terrain, point: Point, radius_m: float = 1_000.0) -> np.ndarray:
    step = np.linspace(-radius_m, radius_m, 21) / DEGREE_M
    lon, lat = np.meshgrid(point.x + step / np.cos(np.radians(point.y)), point.y + step)
    heights = np.asarray(relief.height_at(lon, lat))
    return heights[np.isfinite(heights)]


def test_there_is_one_file_for_each_layer_and_nothing_else() -> None:
    assert {path.name for path in LAYERS.iterdir()} == {f"{layer.value}.geojson" for layer in Layer}
    assert sum(path.stat().st_size for path in LAYERS.iterdir()) < 400_000


def test_the_importer_takes_all_of_it_without_mending(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        features = read_layers(LAYERS)
    assert not caplog.records
    assert all(feature.drill for feature in features)
    for layer in Layer:
        assert [f.code for f in features if f.layer is layer] == list(geometries(layer))


@pytest.mark.parametrize("layer", Layer)
def test_every_feature_says_that_it_is_a_drill(layer: Layer) -> None:
    loaded = collection(layer)
    assert loaded["type"] == "FeatureCollection"
    assert loaded["firewatch"] == {"drill": True}
    codes = [feature["properties"]["code"] for feature in loaded["features"]]
    assert len(set(codes)) == len(codes)
    for feature in loaded["features"]:
        assert feature["properties"]["name"].startswith("演练")
        for value in feature["properties"].values():
            assert isinstance(value, str | int | float | bool)


@pytest.mark.parametrize("layer", Layer)
def test_shapes_are_valid_rounded_and_on_the_relief(layer: Layer, relief: Terrain) -> None:
    extent = box(*relief.bounds_deg).buffer(1e-5)
    for code, geometry in geometries(layer).items():
        assert geometry.is_valid, code
        assert not geometry.is_empty, code
        assert extent.covers(geometry), code
        vertices = shapely.get_coordinates(geometry)
        np.testing.assert_array_equal(vertices, np.round(vertices, 5))
        if isinstance(geometry, Polygon):
            assert geometry.exterior.is_ccw, code


def test_townships_tile_the_relief_without_gap_or_overlap(relief: Terrain) -> None:
    townships = geometries(Layer.TOWNSHIP)
    assert len(townships) == 8
    for (first, one), (second, other) in combinations(townships.items(), 2):
        assert one.intersection(other).area == 0.0, (first, second)
    union = shapely.union_all(list(townships.values()))
    assert isinstance(union, Polygon)
    assert not union.interiors
    # The edge is rounded outwards: never a gap, at most a metre of overhang.
    assert union.covers(box(*relief.bounds_deg).buffer(-1e-7))
    assert box(*relief.bounds_deg).buffer(1.2e-5).covers(union)


def test_inner_township_borders_lie_above_their_surroundings(relief: Terrain) -> None:
    townships = list(geometries(Layer.TOWNSHIP).values())
    higher = []
    for one, other in combinations(townships, 2):
        border = one.intersection(other)
        if border.length == 0.0:
            continue
        for share in np.linspace(0.05, 0.95, 10):
            point = border.interpolate(share, normalized=True)
            around = surroundings_m(relief, point)
            higher.append(float((around < relief.height_at(point.x, point.y)).mean()))
    # A random line would have a mean of one half.
    assert np.mean(higher) > 0.6


def test_the_townships_of_facts_are_those_of_the_map() -> None:
    townships = geometries(Layer.TOWNSHIP)
    wide = {Layer.TOWNSHIP, Layer.ROAD, Layer.MOUNTAIN_UNIT, Layer.AIRSPACE}  # in several
    named = [layer for layer in Layer if layer not in wide]
    for layer in named:
        stated = facts(layer)
        for code, geometry in geometries(layer).items():
            middle = (
                geometry.interpolate(0.5, normalized=True)
                if isinstance(geometry, LineString)
                else geometry
            )
            assert townships[stated[code]["township_code"]].distance(middle) < 2e-5, code


def test_villages_lie_low_and_their_codes_begin_with_their_township(relief: Terrain) -> None:
    villages = geometries(Layer.VILLAGE)
    assert 38 <= len(villages) <= 45
    lower = []
    for code, point in villages.items():
        assert len(code) == 12
        assert code.startswith(facts(Layer.VILLAGE)[code]["township_code"])
        lower.append((surroundings_m(relief, point) > relief.height_at(point.x, point.y)).mean())
    assert np.mean(lower) > 0.6


def test_belts_are_lines_of_two_to_eight_kilometres_on_ridges(relief: Terrain) -> None:
    belts = geometries(Layer.FOREST_BELT)
    assert len(belts) == 11
    shares, gaps_m = [], []
    for code, line in belts.items():
        assert isinstance(line, LineString | MultiLineString)
        assert line.is_simple
        if isinstance(line, MultiLineString):
            one, other = line.geoms
            gaps_m.append(GEOD.geometry_length(shapely.shortest_line(one, other)))
        length_m = GEOD.geometry_length(line)
        assert 2_000.0 <= length_m <= 8_000.0, code
        stated = facts(Layer.FOREST_BELT)[code]
        assert stated["length_km"] * 1000.0 == pytest.approx(length_m, abs=6.0)
        assert 20.0 <= stated["width_m"] <= 60.0
        if code == "DRILL-BELT-11":
            continue  # a break around a village, not on a ridge
        higher = [
            (surroundings_m(relief, point) < relief.height_at(point.x, point.y)).mean()
            for point in (line.interpolate(s, normalized=True) for s in np.linspace(0, 1, 15))
        ]
        assert np.mean(higher) > 0.6, code
        shares.append(np.mean(higher))
    assert np.mean(shares) > 0.75
    assert sorted(gaps_m) == [pytest.approx(gap_m, abs=10.0) for gap_m in (100.0, 170.0, 260.0)]
    stated = list(facts(Layer.FOREST_BELT).values())
    assert {belt["kind"] for belt in stated} == {"biological", "engineered", "natural"}
    assert {belt["state"] for belt in stated} == {"good", "worn", "planned"}


def test_water_points_are_lower_than_their_surroundings_and_some_are_too_shallow(
    relief: Terrain,
) -> None:
    waters = geometries(Layer.WATER_POINT)
    assert len(waters) == 10
    stated = facts(Layer.WATER_POINT)
    for code, water in waters.items():
        point = water.centroid
        around = surroundings_m(relief, point)
        assert relief.height_at(point.x, point.y) < np.median(around), code
        assert stated[code]["capacity_m3"] > 0
    depths_m = [entry.get("depth_m") for entry in stated.values()]
    assert None in depths_m
    assert any(depth_m is not None and depth_m < 2.5 for depth_m in depths_m)
    assert any(entry["wires"] and "approach" in entry for entry in stated.values())
    assert any(entry["wires"] and "approach" not in entry for entry in stated.values())
    assert any(
        entry.get("usable_from_month", 1) > entry.get("usable_to_month", 12)
        for entry in stated.values()
    )
    assert any(isinstance(water, Polygon) for water in waters.values())


def test_every_known_fact_has_the_kind_of_value_that_the_attribute_takes() -> None:
    kinds = {
        AttributeKind.TEXT: str,
        AttributeKind.NUMBER: int | float,
        AttributeKind.WHOLE: int,
        AttributeKind.YES_NO: bool,
        AttributeKind.CHOICE: str,
    }
    for layer in Layer:
        for code, entry in facts(layer).items():
            for attribute in ATTRIBUTES[layer]:
                if (value := entry.get(attribute.key)) is None:
                    continue
                where = layer, code, attribute.key
                assert isinstance(value, kinds[attribute.kind]), where
                assert attribute.kind is AttributeKind.YES_NO or not isinstance(value, bool), where
                assert attribute.least is None or value >= attribute.least, where
                assert attribute.most is None or value <= attribute.most, where
                assert not attribute.choices or value in attribute.choices, where


def test_mountain_units_are_the_higher_ground_and_stands_lie_in_them(relief: Terrain) -> None:
    units = shapely.union_all(list(geometries(Layer.MOUNTAIN_UNIT).values()))
    west, south, east, north = relief.bounds_deg
    lon, lat = np.meshgrid(np.linspace(west, east, 90)[1:-1], np.linspace(south, north, 90)[1:-1])
    heights, inside = np.asarray(relief.height_at(lon, lat)), shapely.contains_xy(units, lon, lat)
    assert np.nanmedian(heights[inside]) > np.nanmedian(heights[~inside]) + 100.0
    townships = geometries(Layer.TOWNSHIP)
    stands = geometries(Layer.FOREST_STAND)
    assert len(stands) >= 100
    for code, stand in stands.items():
        within = townships[facts(Layer.FOREST_STAND)[code]["township_code"]]
        assert stand.difference(units).area < 0.05 * stand.area, code
        assert stand.difference(within).area < 0.01 * stand.area, code
        area_m2, _ = GEOD.geometry_area_perimeter(stand)
        assert abs(area_m2) / 1e4 == pytest.approx(
            facts(Layer.FOREST_STAND)[code]["area_ha"], rel=0.01
        )
    tree = shapely.STRtree(list(stands.values()))
    for one, other in tree.query(list(stands.values()), predicate="intersects").T:
        if one < other:
            first, second = list(stands.values())[one], list(stands.values())[other]
            assert first.intersection(second).area < 0.02 * min(first.area, second.area)


def test_pipes_lead_from_pools_above_or_intakes_to_hydrants(relief: Terrain) -> None:
    sources = geometries(Layer.POOL) | geometries(Layer.INTAKE)
    hydrants = list(geometries(Layer.HYDRANT).values())
    pipes = geometries(Layer.PIPE)
    assert len(pipes) == 10
    for code, pipe in pipes.items():
        start, end = (Point(corner) for corner in (pipe.coords[0], pipe.coords[-1]))
        (source,) = [name for name, point in sources.items() if point.distance(start) < 2e-5]
        assert min(hydrant.distance(end) for hydrant in hydrants) < 2e-5, code
        if source in geometries(Layer.POOL):
            fall_m = relief.height_at(start.x, start.y) - relief.height_at(end.x, end.y)
            assert 20.0 < fall_m < 100.0, code


def test_quays_lie_at_helicopter_water_and_stations_at_roads_or_villages() -> None:
    water = shapely.union_all(list(geometries(Layer.WATER_POINT).values()))
    for code, quay in geometries(Layer.QUAY).items():
        assert water.distance(quay) * DEGREE_M < 200.0, code
    near = shapely.union_all(
        [*geometries(Layer.ROAD).values(), *geometries(Layer.VILLAGE).values()]
    )
    assert len(geometries(Layer.STATION)) == 8
    for code, station in geometries(Layer.STATION).items():
        assert near.distance(station) < 2e-5, code


def test_towers_stand_on_tops_and_three_of_them_carry_the_cameras(relief: Terrain) -> None:
    site = tomllib.loads((LAYERS.parent / "site.toml").read_text(encoding="utf-8"))
    cameras = [Point(c["position"]["lon_deg"], c["position"]["lat_deg"]) for c in site["cameras"]]
    towers = list(geometries(Layer.TOWER).values())
    assert sum(min(t.distance(c) for c in cameras) < 2e-5 for t in towers) == 3
    for tower in towers:
        around = surroundings_m(relief, tower)
        assert (around <= relief.height_at(tower.x, tower.y)).mean() > 0.9
    nodes = facts(Layer.NODE)
    assert [entry.get("camera_id") for entry in nodes.values()].count("c1-canopy") == 1


def test_helipads_stand_on_gentle_ground(relief: Terrain) -> None:
    pads = geometries(Layer.HELIPAD)
    assert len(pads) == 5
    for code, point in pads.items():
        near = surroundings_m(relief, point, radius_m=60.0)
        assert np.ptp(near) < 15.0, code


def test_roads_are_in_valleys_and_checkpoints_on_roads(relief: Terrain) -> None:
    roads = geometries(Layer.ROAD)
    assert 12 <= len(roads) <= 20
    kinds = {code: entry["class"] for code, entry in facts(Layer.ROAD).items()}
    assert {"national", "provincial", "county", "township", "forest", "track"} == {*kinds.values()}
    lower = [
        (surroundings_m(relief, point) > relief.height_at(point.x, point.y)).mean()
        for code, line in roads.items()
        if kinds[code] not in {"forest", "track"}  # those climb to towers
        for point in (line.interpolate(s, normalized=True) for s in np.linspace(0.02, 0.98, 15))
    ]
    assert np.mean(lower) > 0.55
    checkpoints = geometries(Layer.CHECKPOINT)
    assert len(checkpoints) == 12
    for code, point in checkpoints.items():
        road = roads[facts(Layer.CHECKPOINT)[code]["road_code"]]
        assert road.distance(point) < 2e-5, code


def test_the_road_network_hangs_together() -> None:
    roads = list(geometries(Layer.ROAD).values())
    joined = shapely.union_all([line.buffer(5e-5) for line in roads])
    assert isinstance(joined, Polygon)


def test_hydrants_are_near_a_road_or_a_village() -> None:
    hydrants = geometries(Layer.HYDRANT)
    assert len(hydrants) == 15
    near = shapely.union_all(
        [*geometries(Layer.ROAD).values(), *geometries(Layer.VILLAGE).values()]
    )
    for code, point in hydrants.items():
        assert near.distance(point) * DEGREE_M < 500.0, code


def test_telephone_numbers_cannot_be_dialled() -> None:
    for layer in Layer:
        for entry in facts(layer).values():
            for key, value in entry.items():
                if "telephone" in key:
                    assert value.startswith("000-")
