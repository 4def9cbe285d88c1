"""Questions by the thousand equal shapely's answers one by one."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from land_rig import FIRE, PLANE, feature

from geo.land import LandIndex
from geo.land.batch import LandBatch
from geo.land.metric import MetricLand
from geo.land.pieces import pieces_of
from models.land import FACILITIES, LandFeature, Layer


def scattered(seed: int, reach_m: float = 6_000.0) -> list[LandFeature]:
    """A land with a bit of everything: areas with holes, many parts, points, bent lines."""
    random = np.random.default_rng(seed)
    found = [
        feature(Layer.TOWNSHIP, f"t{n}", shapely.box(*low, *high))
        for n, (low, high) in enumerate(
            [((-6e3, -6e3), (0.0, 6e3)), ((0.0, -6e3), (6e3, 500.0)), ((900.0, 500.0), (6e3, 6e3))]
        )
    ]
    hole = shapely.Point(-2e3, 0.0).buffer(900.0)
    found[0] = feature(Layer.TOWNSHIP, "t0", PLANE.geometry_to_metric(found[0].geometry) - hole)
    for layer in (Layer.WATER_POINT, Layer.FOREST_BELT, Layer.ROAD, Layer.POST, Layer.PIPE):
        for number, at in enumerate(random.uniform(-reach_m, reach_m, (12, 2))):
            steps = np.cumsum(random.normal(0.0, 250.0, (random.integers(2, 7), 2)), axis=0)
            shape: shapely.Geometry = shapely.Point(at)
            if layer in {Layer.ROAD, Layer.PIPE} or (layer is Layer.FOREST_BELT and number % 2):
                shape = shapely.LineString(at + steps)
                if number % 5 == 0:
                    shape = shapely.MultiLineString([shape, shapely.LineString(at - steps)])
            elif layer is not Layer.POST and number % 3:
                outer = shapely.Point(at).buffer(random.uniform(50.0, 900.0))
                shape = outer - shapely.Point(at).buffer(40.0)
                if number % 4 == 0:
                    shape = shapely.MultiPolygon([shape, shapely.box(*(at + 1e3), *(at + 1.2e3))])
            elif layer is Layer.FOREST_BELT:
                shape = shapely.LineString([at, at + 90.0])
            found.append(feature(layer, f"{layer}{number}", shape))
    return found


def lonlat_of(places_m: np.ndarray) -> np.ndarray:
    return np.column_stack(PLANE.to_lonlat(places_m[:, 0], places_m[:, 1]))


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 2**32 - 1))
def test_every_answer_is_the_one_of_brute_force(seed: int) -> None:
    features = scattered(seed)
    random = np.random.default_rng(seed + 1)
    lonlat = lonlat_of(random.uniform(-12_000.0, 12_000.0, (3_000, 2)))  # beyond the grid too
    index = LandIndex(features)
    answer = index.batch.query(lonlat)
    land = index.land
    x_m, y_m = land.frame.to_metric(lonlat[:, 0], lonlat[:, 1])
    points = shapely.points(np.column_stack((x_m, y_m)))
    townships = land.layers[Layer.TOWNSHIP].shapes
    held = shapely.intersects(townships[:, None], points)
    assert np.array_equal(answer.unit, np.where(held.any(axis=0), held.argmax(axis=0), -1))
    assert set(answer.nearest) == {layer for layer in FACILITIES if layer in land.layers}
    for layer, near in answer.nearest.items():
        shapes = land.layers[layer].shapes
        true_m = shapely.distance(shapes[:, None], points).min(axis=0)
        assert np.abs(near.distance_m - true_m).max() < 1e-6
        assert np.abs(shapely.distance(shapes[near.feature], points) - true_m).max() < 1e-6
        alone = index.batch.nearest_of(layer, lonlat)
        assert alone is not None
        assert np.array_equal(alone.feature, near.feature)
    assert np.array_equal(index.batch.units_of(lonlat), answer.unit)


def test_a_layer_that_is_not_there_has_no_answer() -> None:
    batch = LandBatch(MetricLand([feature(Layer.POST, "p", shapely.Point(0.0, 0.0))]))
    lonlat = np.array([FIRE])
    assert batch.units_of(lonlat).tolist() == [-1]
    assert batch.nearest_of(Layer.TOWER, lonlat) is None
    batch.prepare()
    answer = batch.query(lonlat)
    assert answer.unit.tolist() == [-1]
    assert answer.nearest[Layer.POST].distance_m.tolist() == pytest.approx([0.0], abs=1e-6)
    assert batch.query(np.empty((0, 2))).unit.tolist() == []


def test_where_units_overlap_the_first_is_told() -> None:
    land = [
        feature(Layer.TOWNSHIP, "a", shapely.box(-3e3, -3e3, 1e3, 3e3)),
        feature(Layer.TOWNSHIP, "b", shapely.box(-1e3, -3e3, 3e3, 3e3)),
    ]
    batch = LandIndex(land).batch
    lonlat = lonlat_of(np.array([(-2e3, 0.0), (0.0, 0.0), (2e3, 0.0), (9e3, 0.0), (3.1e3, 0.0)]))
    assert batch.units_of(lonlat).tolist() == [0, 0, 1, -1, -1]
    assert batch.units_of(lonlat[:1]).tolist() == [0]
    assert batch.units_of(lonlat, Layer.VILLAGE).tolist() == [-1] * 5


def test_a_land_much_larger_than_a_district_has_larger_cells() -> None:
    land = [
        feature(Layer.POST, "sw", shapely.Point(-150e3, -150e3)),
        feature(Layer.POST, "ne", shapely.Point(150e3, 150e3)),
    ]
    batch = LandIndex(land).batch
    lonlat = lonlat_of(np.random.default_rng(1).uniform(-150e3, 150e3, (500, 2)))
    near = batch.nearest_of(Layer.POST, lonlat)
    assert near is not None
    places = lonlat - np.array(FIRE)
    assert np.mean((places.sum(axis=1) > 0.0) == (near.feature == 1)) > 0.95


def test_pieces_of_a_shape_lie_side_by_side_and_keep_its_length() -> None:
    shapes = np.array(
        [
            shapely.Point(1.0, 2.0),
            shapely.LineString([(0.0, 0.0), (3.0, 4.0), (3.0, 9.0)]),
            shapely.box(0.0, 0.0, 10.0, 10.0) - shapely.box(4.0, 4.0, 6.0, 6.0),
            shapely.MultiPoint([(0.0, 0.0), (5.0, 5.0)]),
        ]
    )
    pieces = pieces_of(shapes)
    assert pieces.owner.tolist() == [0, 1, 1, *[2] * 8, 3, 3]
    lengths = np.hypot(pieces.along_x_m, pieces.along_y_m)
    assert np.bincount(pieces.owner, lengths).tolist() == [0.0, 10.0, 48.0, 0.0]
    assert pieces.of(np.array([1])).owner.tolist() == [1, 1]
    assert not pieces.per_m2[[0, -1]].any()
