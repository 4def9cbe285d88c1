"""The drill district is a plausible land: measured against the relief it is laid on."""

import json
import logging
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import LineString, Point, Polygon, box, shape
from shapely.geometry.base import BaseGeometry

from geo.layers import read_layers
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.land import Layer

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
    named = [layer for layer in Layer if layer not in {Layer.TOWNSHIP, Layer.ROAD}]
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
    assert len(belts) == 10
    shares = []
    for code, line in belts.items():
        assert isinstance(line, LineString)
        assert line.is_simple
        length_m = GEOD.geometry_length(line)
        assert 2_000.0 <= length_m <= 8_000.0, code
        stated = facts(Layer.FOREST_BELT)[code]
        assert stated["length_km"] * 1000.0 == pytest.approx(length_m, abs=6.0)
        assert 20.0 <= stated["width_m"] <= 60.0
        higher = [
            (surroundings_m(relief, point) < relief.height_at(point.x, point.y)).mean()
            for point in (line.interpolate(s, normalized=True) for s in np.linspace(0, 1, 15))
        ]
        assert np.mean(higher) > 0.6, code
        shares.append(np.mean(higher))
    assert np.mean(shares) > 0.75


def test_water_points_are_lower_than_their_surroundings_and_some_are_too_shallow(
    relief: Terrain,
) -> None:
    points = geometries(Layer.WATER_POINT)
    assert len(points) == 8
    stated = facts(Layer.WATER_POINT)
    for code, point in points.items():
        around = surroundings_m(relief, point)
        assert relief.height_at(point.x, point.y) < np.median(around), code
        assert stated[code]["bucket_usable"] == (stated[code]["depth_m"] >= 2.5)
        assert 1 <= stated[code]["usable_from_month"] <= stated[code]["usable_to_month"] <= 12
        assert stated[code]["capacity_m3"] > 0
    assert {entry["bucket_usable"] for entry in stated.values()} == {True, False}


def test_helipads_stand_on_gentle_ground(relief: Terrain) -> None:
    pads = geometries(Layer.HELIPAD)
    assert len(pads) == 5
    for code, point in pads.items():
        near = surroundings_m(relief, point, radius_m=60.0)
        assert np.ptp(near) < 15.0, code


def test_roads_are_in_valleys_and_checkpoints_on_roads(relief: Terrain) -> None:
    roads = geometries(Layer.ROAD)
    assert 12 <= len(roads) <= 18
    lower = [
        (surroundings_m(relief, point) > relief.height_at(point.x, point.y)).mean()
        for line in roads.values()
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
