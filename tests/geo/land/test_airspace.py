"""Airspace is above the land and no part of it: whatever is asked about a fire leaves it out."""

from dataclasses import replace

import numpy as np
import shapely
from land_rig import AT, FIRE, asked, feature, round_fire, village

from geo.land import LandIndex
from geo.land.network import survey
from models.config import HelicopterRule, NetworkRule
from models.land import FACILITIES, SHAPES, UNITS, LandFeature, Layer
from models.land.attributes import known

SQUARE = shapely.box(-3_000.0, -3_000.0, 3_000.0, 3_000.0)
ZONES = [
    feature(Layer.AIRSPACE, "no", SQUARE, rule="no_fly"),
    feature(Layer.AIRSPACE, "yes", SQUARE, rule="approved", ceiling_m=120.0),
]
LAND = [
    feature(Layer.TOWNSHIP, "t", shapely.box(-9e3, -9e3, 9e3, 9e3)),
    village("v", 500.0, 0.0),
    feature(Layer.HYDRANT, "h", shapely.Point(0.0, 900.0)),
    feature(Layer.FOREST_BELT, "b", shapely.LineString([(4e3, 0.0), (4e3, 900.0)])),
    feature(Layer.FOREST_STAND, "s", shapely.box(-800.0, -800.0, 800.0, 800.0)),
]


def test_it_is_an_area_and_neither_a_unit_nor_built() -> None:
    assert SHAPES[Layer.AIRSPACE] == {"Polygon", "MultiPolygon"}
    assert Layer.AIRSPACE not in {*UNITS, *FACILITIES}
    assert {*UNITS, *FACILITIES} == set(Layer) - {Layer.AIRSPACE}
    rule = known(Layer.AIRSPACE, "rule")
    assert rule is not None
    assert rule.choices == ("no_fly", "keep_away", "approved")


def test_an_answer_about_a_fire_is_the_same_without_and_with_it() -> None:
    bare, zoned = (asked(land, round_fire(200.0)) for land in (LAND, [*LAND, *ZONES]))
    assert bare.nearest, "it must tell of something, or it proves nothing"
    of_land = {"took_ms": 0.0, "land_version": ""}
    assert replace(zoned, **of_land) == replace(bare, **of_land)  # type: ignore[arg-type]


def test_what_an_alert_keeps_is_the_same() -> None:
    place = round_fire(200.0)
    bare, zoned = (LandIndex(land).around([place]) for land in (LAND, [*LAND, *ZONES]))
    assert {one.layer for one in bare.nearest} == {one.layer for one in LAND}
    assert zoned == bare


def test_queries_by_the_thousand_leave_it_out() -> None:
    answer = LandIndex([*LAND, *ZONES]).batch.query(np.array([FIRE]))
    assert Layer.HYDRANT in answer.nearest
    assert Layer.AIRSPACE not in answer.nearest


def test_the_network_finds_nothing_else() -> None:
    def found(land: list[LandFeature]) -> list[tuple[object, str, float]]:
        report = survey(land, NetworkRule(), HelicopterRule(), at=AT)
        return [(one.kind, one.code, one.measure) for one in report.findings]

    assert found(LAND)
    assert found([*LAND, *ZONES]) == found(LAND)
