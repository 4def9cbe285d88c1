"""What a person may say of a feature."""

from dataclasses import replace

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from models.land import (
    ATTRIBUTES,
    AttributeKind,
    Fact,
    FactFault,
    FaultKind,
    LandFeature,
    Layer,
    ShapeFault,
    fact_faults,
    feature_tag,
    same_feature,
    shape_fault,
)

SQUARE = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)]


def pond(**facts: Fact) -> LandFeature:
    return LandFeature(
        Layer.WATER_POINT, "w", "塘", shapely.Point(1, 2), drill=False, properties=facts
    )


@pytest.mark.parametrize(
    ("facts", "faults"),
    [
        ({"depth_m": 0.0, "wires": False, "state": "good", "approach": ""}, []),
        ({"depth_m": 500, "capacity_m3": 0}, []),
        ({"depth_m": -0.1}, [("depth_m", FaultKind.RANGE)]),
        ({"depth_m": 500.5}, [("depth_m", FaultKind.RANGE)]),
        ({"depth_m": float("nan")}, [("depth_m", FaultKind.RANGE)]),
        ({"depth_m": "3"}, [("depth_m", FaultKind.KIND)]),
        ({"depth_m": True}, [("depth_m", FaultKind.KIND)]),
        ({"wires": 1}, [("wires", FaultKind.KIND)]),
        ({"approach": 7}, [("approach", FaultKind.KIND)]),
        ({"state": "lovely"}, [("state", FaultKind.CHOICE)]),
        ({"state": 1}, [("state", FaultKind.CHOICE)]),
        ({"usable_from_month": 11, "usable_to_month": 4}, []),
        ({"usable_from_month": 11}, [("usable_to_month", FaultKind.MONTHS)]),
        ({"usable_to_month": 4}, [("usable_from_month", FaultKind.MONTHS)]),
        ({"usable_from_month": 0, "usable_to_month": 4}, [("usable_from_month", FaultKind.RANGE)]),
        ({"usable_from_month": 1.0, "usable_to_month": 4}, [("usable_from_month", FaultKind.KIND)]),
        ({"keeper": "张" * 501, "other": "x" * 501},
         [("keeper", FaultKind.LONG), ("other", FaultKind.LONG)]),
        ({"other": 1e300, "another": None, "depth_m": None}, []),
    ],
)  # fmt: skip
def test_values(facts: dict[str, Fact], faults: list[tuple[str, FaultKind]]) -> None:
    assert [(each.key, each.kind) for each in fact_faults(pond(**facts))] == faults


def test_what_was_there_before_is_not_judged() -> None:
    old = pond(depth_m=-1.0, usable_from_month=3)
    assert fact_faults(replace(old, name="新"), old) == ()
    worse = replace(old, properties={**old.properties, "depth_m": -2.0})
    assert fact_faults(worse, old) == (FactFault("depth_m", FaultKind.RANGE, -2.0),)
    assert str(fact_faults(worse, old)[0]) == "depth_m = -2.0 (range)"
    (fault,) = fact_faults(pond(depth_m=-1.0, usable_from_month=4), old)
    assert fault == FactFault("usable_to_month", FaultKind.MONTHS, None)
    assert fact_faults(pond(depth_m=-1), old)  # another kind of number is another value


def test_a_layer_without_months_has_no_fault_of_them() -> None:
    tower = LandFeature(Layer.TOWER, "t", "塔", shapely.Point(1, 2), drill=False,
                        properties={"usable_from_month": 3})  # fmt: skip
    assert fact_faults(tower) == ()


@pytest.mark.parametrize("layer", Layer)
def test_every_attribute_takes_the_ends_of_its_range_and_nothing_beyond(layer: Layer) -> None:
    for attribute in ATTRIBUTES[layer]:
        if attribute.least is None or attribute.most is None:
            continue
        whole = attribute.kind is AttributeKind.WHOLE
        for value, good in (
            (attribute.least, True),
            (attribute.most, True),
            (attribute.least - 1, False),
            (attribute.most + 1, False),
        ):
            given = int(value) if whole else value
            feature = LandFeature(
                layer, "x", "x", shapely.Point(1, 2), drill=False, properties={attribute.key: given}
            )
            found = [each for each in fact_faults(feature) if each.kind is FaultKind.RANGE]
            assert (found == []) is good, (attribute, value)


@pytest.mark.parametrize(
    ("layer", "geometry", "fault"),
    [
        (Layer.TOWER, shapely.Point(1, 2), None),
        (Layer.ROAD, shapely.Point(1, 2), ShapeFault.TYPE),
        (Layer.TOWER, shapely.Polygon(SQUARE), ShapeFault.TYPE),
        (Layer.POOL, shapely.MultiPoint([(1, 2)]), ShapeFault.TYPE),
        (Layer.FOREST_BELT, shapely.Polygon(SQUARE), None),
        (Layer.FOREST_BELT, shapely.LineString([(0, 0), (1, 1)]), None),
        (Layer.FOREST_BELT, shapely.LineString([(0, 0), (0, 0)]), ShapeFault.EMPTY),
        (Layer.FOREST_BELT, shapely.LineString(), ShapeFault.EMPTY),
        (Layer.FOREST_BELT, shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (2, 2)]]),
         ShapeFault.EMPTY),
        (Layer.FOREST_BELT, shapely.Polygon([(0, 0), (1, 1), (0, 0)]), ShapeFault.EMPTY),
        (Layer.FOREST_BELT, shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 3)]), ShapeFault.CROSSED),
        (Layer.TOWER, shapely.Point(), ShapeFault.EMPTY),
        (Layer.ROAD, shapely.LineString([(i / 1e4, 0) for i in range(20_001)]), ShapeFault.CORNERS),
    ],
)  # fmt: skip
def test_shapes(layer: Layer, geometry: BaseGeometry, fault: ShapeFault | None) -> None:
    assert shape_fault(layer, geometry) is fault


def test_a_tag_is_that_of_one_state() -> None:
    one = pond(depth_m=1.0, wires=True)
    states = [
        one,
        replace(one, name="x"),
        replace(one, code="x"),
        replace(one, drill=True),
        pond(depth_m=1, wires=True),
        pond(depth_m=1.0, wires=1),
        replace(one, geometry=shapely.Point(1, 2, 0)),
        replace(one, layer=Layer.POOL),
    ]
    assert len({feature_tag(each) for each in states}) == len(states)
    turned = pond(wires=True, depth_m=1.0)
    assert feature_tag(turned) == feature_tag(one)
    assert same_feature(turned, one)
    assert same_feature(None, None)
    assert not same_feature(one, None)
