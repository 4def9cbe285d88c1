"""Rare shapes and places of imported land: empty, broken, collections, beside a border, abroad."""

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import prj_of
from geo.land.importing import LineCode
from geo.land.importing.near import Near
from geo.land.importing.shapes import Unfit, mended
from geo.land.importing.shift import find_shift
from geo.land.importing.systems import let_in
from geo.land.importing.values import factor_of
from models.land import LandFeature, Layer
from models.land.attributes import known

SQUARE = shapely.box(106.60, 28.80, 106.61, 28.81)
BESIDE = shapely.box(106.62, 28.80, 106.63, 28.81)
OPEN = shapely.LineString([(106.60, 28.80), (106.61, 28.80), (106.61, 28.81)])
POINT = shapely.Point(106.6, 28.8)
FLAT = shapely.Polygon([(106.60, 28.80), (106.61, 28.80), (106.60, 28.80), (106.60, 28.80)])


@pytest.mark.parametrize(
    ("shape", "layer", "code"),
    [
        (shapely.Point(), Layer.POST, LineCode.GEOMETRY_EMPTY),
        (OPEN, Layer.FOREST_STAND, LineCode.GEOMETRY_TYPE),
        (POINT, Layer.FOREST_STAND, LineCode.GEOMETRY_TYPE),
        (shapely.GeometryCollection([POINT, OPEN]), Layer.FOREST_STAND, LineCode.GEOMETRY_TYPE),
        (shapely.GeometryCollection([FLAT, POINT]), Layer.FOREST_STAND, LineCode.GEOMETRY_TYPE),
        (FLAT, Layer.FOREST_STAND, LineCode.GEOMETRY_INVALID),
    ],
)
def test_what_a_layer_cannot_take_is_refused(
    shape: BaseGeometry, layer: Layer, code: LineCode
) -> None:
    with pytest.raises(Unfit) as unfit:
        mended(shape, layer)
    assert unfit.value.code is code


@pytest.mark.parametrize(
    ("parts", "layer", "wanted", "taken"),
    [
        ([SQUARE, BESIDE, POINT], Layer.FOREST_STAND, [SQUARE, BESIDE], 2),
        ([OPEN, shapely.Point()], Layer.ROAD, [OPEN], 1),
        (
            [OPEN, shapely.LineString([(106.7, 28.8), (106.8, 28.8)]), POINT],
            Layer.ROAD,
            [OPEN, shapely.LineString([(106.7, 28.8), (106.8, 28.8)])],
            2,
        ),
        ([POINT, OPEN], Layer.POST, [POINT], 2),
    ],
)
def test_of_a_mixed_collection_the_parts_of_the_layer_are_taken_and_told(
    parts: list[BaseGeometry], layer: Layer, wanted: list[BaseGeometry], taken: int
) -> None:
    found = mended(shapely.GeometryCollection([*parts, shapely.MultiPoint([POINT])]), layer)
    assert shapely.equals(found.geometry, shapely.union_all(wanted))
    assert [code for code, _ in found.remarks] == [LineCode.PARTS_LEFT]
    assert found.remarks[0][1]["taken"] == taken


def test_a_mended_speck_has_no_share_of_its_area() -> None:
    """A bow-tie of a few centimetres: percents of nothing say nothing."""
    bow = [(0.0, 0.0), (1e-7, 1e-7), (1e-7, 0.0), (0.0, 1e-7)]
    speck = shapely.Polygon([(106.6 + x, 28.8 + y) for x, y in bow])
    (remark,) = mended(speck, Layer.FOREST_STAND).remarks
    assert remark[0] is LineCode.CROSSING
    assert "area_percent" not in remark[1]


def test_between_a_border_of_degrees_and_one_of_metres_nothing_sticks_out() -> None:
    """A parallel bows southwards of the straight line: 67 m in the middle of 78 km."""
    near = Near(shapely.box(106.3, 28.4, 107.1, 29.2), ())
    assert near.beyond_m(shapely.Point(106.7, 29.2003)) == 0.0
    assert near.beyond_m(shapely.Point(106.7, 29.21)) > 500.0


@pytest.mark.parametrize("system", ["WGS84", prj_of(4545)])
def test_nothing_comes_in_as_nothing(system: str) -> None:
    assert [each.is_empty for each in let_in([shapely.Point()], system)] == [True]


def test_abroad_a_shift_is_told_without_a_name() -> None:
    """No Chinese system is defined there, so none can explain it."""
    there, moved = (
        [
            LandFeature(
                Layer.POST,
                f"p{n}",
                f"p{n}",
                shapely.Point(-84.2 + n / 50 + east, 36.2),
                drill=False,
            )
            for n in range(5)
        ]
        for east in (0.0, 0.005)
    )
    finding = find_shift(moved, there, None)
    assert finding is not None
    assert finding.looks_like is None
    assert finding.east_m == pytest.approx(450.0, abs=2.0)


def test_a_count_has_no_other_unit() -> None:
    households = known(Layer.VILLAGE, "households")
    assert households is not None
    assert factor_of(households, "户") == 1.0
    assert factor_of(households, "kg") is None
