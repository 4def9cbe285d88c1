"""From a table to features: what columns mean, what fits, what is mended, what is shifted."""

# ruff: noqa: RUF001 -- the signs are those that people write

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import Bd09, Gcj02, Plane, Wgs84, from_wgs84
from geo.exchange import RawLayer
from geo.exchange.columns import columns_of, own_key
from geo.exchange.degrees import angle_of, pair_of
from geo.exchange.delimited import read_delimited
from geo.exchange.geojson import read_geojson
from geo.exchange.headings import plain_heading
from geo.exchange.table import Limits
from geo.exchange.text import encoding_of
from geo.land.importing import Mapping, Verdict, edits_for, guess, prepare
from geo.land.importing.shapes import mended
from models.errors import InputRefused
from models.land import ATTRIBUTES, Fact, LandFeature, Layer

DISTRICT = shapely.box(106.3, 28.4, 107.1, 29.2)
VECTOR = Path(__file__).resolve().parents[3] / "shared" / "data" / "geo" / "vector"
HAS_VECTOR = pytest.mark.skipif(
    not VECTOR.is_dir(), reason="the district's real outlines are not here"
)


@pytest.mark.parametrize(
    ("text", "value", "axis"),
    [
        ("106.65", 106.65, ""),
        ("-84.5", -84.5, ""),
        ("106°39′12.3″E", 106.653416667, "E"),
        ("E106°39'12.3\"", 106.653416667, "E"),
        ("106度39分12.3秒", 106.653416667, ""),
        ("东经106度39分", 106.65, "E"),
        ("北纬28.85°", 28.85, "N"),
        ("106-39-12.3", 106.653416667, ""),
        ("106:39:12.3", 106.653416667, ""),
        ("106˚39´12.3''", 106.653416667, ""),
        ("１０６．６５", 106.65, ""),
        ("106.65E", 106.65, "E"),
        ("84°30′W", -84.5, "E"),
        ("28.5S", -28.5, "N"),
        ("36,368,261.4", 36_368_261.4, ""),
        ("106d39m12s", 106.653333333, ""),
    ],
)
def test_a_coordinate_is_read_as_people_write_it(text: str, value: float, axis: str) -> None:
    found = angle_of(text)
    assert found is not None
    assert found.value == pytest.approx(value, abs=1e-8)
    assert found.axis == axis


@pytest.mark.parametrize(
    "text", ["", "far", "106°61′", "106°39′61″", "190°10′", "1.2.3", "E", "--"]
)
def test_what_is_no_coordinate_is_none(text: str) -> None:
    assert angle_of(text) is None


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 59_999))
def test_degrees_minutes_and_seconds_add_up(degrees: int, minutes: int, thousandths: int) -> None:
    found = angle_of(f"{degrees}°{minutes:02d}′{thousandths / 1000.0:06.3f}″")
    assert found is not None
    expected = degrees + minutes / 60.0 + thousandths / 3_600_000.0
    assert found.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    "text", ["106.65,28.85", "(106.65, 28.85)", "106.65；28.85", "106.65 28.85", "106°39′E 28°51′N"]
)
def test_two_coordinates_in_one_cell(text: str) -> None:
    found = pair_of(text)
    assert found is not None
    assert [each.value for each in found] == pytest.approx([106.65, 28.85])


def table(text: str) -> RawLayer:
    return read_delimited(text.encode(), "table", Limits())


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("经度,纬度", "106.65,28.85"),
        ("纬度,经度", "28.85,106.65"),
        ("lat;lon", "28.85;106.65"),
        ("X\tY", "106.65\t28.85"),
        ("X|Y", "28.85|106.65"),
        ("经度(°),纬度(°)", "106°39′E,28°51′N"),
        ("经度,纬度", "28°51′N,106°39′E"),
        ("经纬度", '"106.65,28.85"'),
        ("WKT", "POINT (106.65 28.85)"),
        ("WKT", "SRID=4326;POINT (106.65 28.85)"),
    ],
)
def test_a_place_is_found_by_its_headings(heads: str, cells: str) -> None:
    sign = next((each for each in ";\t|" if each in heads), ",")
    raw = table(f"名称{sign}{heads}\n龙潭{sign}{cells}\n")
    assert raw.columns == ("名称",)
    place = raw.geometries[0]
    assert isinstance(place, shapely.Point)
    assert (place.x, place.y) == pytest.approx((106.65, 28.85))


def test_surveys_call_the_northing_x() -> None:
    raw = table("名称,X,Y\n甲,3193393.1,368261.4\n乙,3193400.0,36368300.0\n")
    assert [each.x for each in raw.geometries if isinstance(each, shapely.Point)] == [
        368261.4,
        36368300.0,
    ]
    assert table("名称,横坐标(EPSG:4545),纵坐标\n甲,368261.4,3193393.1\n").system == "EPSG:4545"
    assert table("名称,经度(GCJ-02),纬度\n甲,106.6,28.8\n").system == "GCJ-02"
    assert table("名称,百度经度,百度纬度\n甲,106.6,28.8\n").system == "BD-09"


def test_text_is_told_by_its_bytes_whatever_is_stated() -> None:
    chinese = "綦江区直升机取水点"
    assert encoding_of([chinese.encode()], None) == ("utf-8", False)
    assert encoding_of([chinese.encode()], "gbk") == ("utf-8", True)
    assert encoding_of([chinese.encode("gbk")], "utf-8") == ("gb18030", True)
    assert encoding_of([chinese.encode("gbk")], "latin-1") == ("gb18030", True)
    assert encoding_of([chinese.encode("gbk")], "gbk") == ("gbk", False)
    assert encoding_of([chinese.encode()[:10]], None) == ("utf-8", False)  # cut in a letter
    assert encoding_of([b"plain"], None) == ("utf-8", False)
    assert encoding_of([b"\xff\xfe\xff"], None) == ("latin-1", False)


def water(**columns: str) -> tuple[LandFeature, list[tuple[str, dict[str, Fact]]]]:
    heads, cells = ",".join(columns), ",".join(columns.values())
    raw = table(f"名称,经度,纬度,{heads}\n龙潭,106.65,28.85,{cells}\n")
    features, report = prepare(
        raw, guess(raw, layer=Layer.WATER_POINT), district=DISTRICT, there=()
    )
    return features[0], [(line.code, line.values) for line in report.lines]


@pytest.mark.parametrize(
    ("column", "cell", "key", "value"),
    [
        ("水深", "6.5", "depth_m", 6.5),
        ("水深", "6.5米", "depth_m", 6.5),
        ("水深(cm)", "650", "depth_m", 6.5),
        ("水深(m)", "650cm", "depth_m", 6.5),
        ("水深", "约６．５ m", "depth_m", 6.5),
        ("容量(万方)", "2.75", "capacity_m3", 27_500.0),
        ("库容", "27500立方米", "capacity_m3", 27_500),
        ("可用起始月", "4月", "usable_from_month", 4),
        ("可用起始月", "4.0", "usable_from_month", 4),
        ("高压线", "有", "wires", True),
        ("高压线", "无", "wires", False),
        ("状态", "完好", "state", "good"),
        ("状态", "损毁", "state", "unusable"),
        ("状态", "planned", "state", "planned"),
        ("电话", "13812345678", "telephone", "13812345678"),
        ("联系电话", "023-48661234", "telephone", "023-48661234"),
        ("备注", "007", "备注", "007"),
        ("旧编号", "12", "旧编号", 12),
        ("旧编号 (text)", "12", "旧编号", "12"),
        ("已查", "true", "已查", True),
    ],
)
def test_a_value_becomes_what_its_attribute_is(
    column: str, cell: str, key: str, value: Fact
) -> None:
    feature, lines = water(**{column: cell})
    assert feature.properties == {key: value}
    assert type(feature.properties[key]) is type(value)
    assert lines == []


def test_an_empty_cell_is_nothing() -> None:
    feature, lines = water(水深="", 状态="-", 电话="")
    assert feature.properties == {}
    assert lines == []


def test_words_of_the_file_are_taken_for_what_a_person_says() -> None:
    raw = table("名称,经度,纬度,状态\n甲,106.6,28.8,甲等\n")
    mapping = replace(guess(raw, layer=Layer.WATER_POINT), choices={"state": {"甲等": "good"}})
    (feature,), report = prepare(raw, mapping, district=DISTRICT, there=())
    assert feature.properties == {"state": "good"}
    assert report.lines == ()


def test_columns_cut_by_a_shapefile_find_their_attribute() -> None:
    raw = RawLayer("取水点", ("usable_fro", "township_c"), (), ())
    assert guess(raw).columns == {"usable_fro": "usable_from_month", "township_c": "township_code"}
    raw = RawLayer("取水点", ("可用起始月",), (), ())
    assert guess(raw).columns == {"可用起始月": "usable_from_month"}


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("綦江区直升机取水点2025", Layer.WATER_POINT),
        ("生物防火林带", Layer.FOREST_BELT),
        ("water_point", Layer.WATER_POINT),
        ("village_point", Layer.VILLAGE),
        ("红外节点", Layer.NODE),
    ],
)
def test_a_layer_is_told_by_its_name(name: str, layer: Layer) -> None:
    shape: shapely.Geometry = shapely.Point(106.6, 28.8)
    if layer is Layer.FOREST_BELT:
        shape = shapely.LineString([(106.6, 28.8), (106.7, 28.8)])
    assert guess(RawLayer(name, (), ((),), (shape,))).layer is layer


def test_row_numbers_are_no_codes() -> None:
    raw = table("序号,名称,经度,纬度\n1,甲,106.6,28.8\n2,乙,106.7,28.8\n")
    mapping = guess(raw, layer=Layer.WATER_POINT)
    assert mapping.code_column is None
    assert mapping.columns == {"序号": ""}
    features, _ = prepare(raw, mapping, district=DISTRICT, there=())
    again, _ = prepare(raw, mapping, district=DISTRICT, there=features)
    assert edits_for(again, features, mode="replace") == ()
    assert len({each.code for each in features}) == 2
    assert guess(table("编号,lon,lat\nW7,1,2\n")).code_column == "编号"


@pytest.mark.parametrize("start", [0, 1])
def test_codes_that_only_count_are_taken_with_a_word_of_warning(start: int) -> None:
    def of(*codes: object) -> RawLayer:
        rows = "".join(f"{code},点{n},106.{6 + n},28.8\n" for n, code in enumerate(codes))
        return table("编号,名称,经度,纬度\n" + rows)

    raw = of(start, start + 1, start + 2)
    mapping = guess(raw, layer=Layer.QUAY)
    assert mapping.code_column == "编号"
    features, report = prepare(raw, mapping, district=None, there=())
    assert [(each.code, each.values) for each in report.advice] == [
        ("code_numbers", {"column": "编号"})
    ]
    assert report.taken == 3
    assert prepare(raw, mapping, district=None, there=features)[1].advice == ()  # they are its own
    others = [replace(each, name=f"别的{each.code}") for each in features]
    assert prepare(raw, mapping, district=None, there=others)[1].advice == report.advice
    for plain in (of(start + 1, start, start + 2), of(start), of(start + 2, start + 3)):
        assert prepare(plain, mapping, district=None, there=())[1].advice == ()
    left = replace(mapping, code_column=None)
    assert prepare(raw, left, district=None, there=())[1].advice == ()


def test_both_halves_of_a_bow_tie_stay_and_the_change_is_told() -> None:
    tie = shapely.Polygon([(106.6, 28.8), (106.7, 28.9), (106.7, 28.8), (106.6, 28.9)])
    found = mended(tie, Layer.TOWNSHIP)
    assert found.geometry.area == pytest.approx(0.005)
    assert tie.buffer(0).area == pytest.approx(0.0025)  # what is never done
    ((code, values),) = found.remarks
    assert code == "crossing"
    assert values["parts"] == 2
    assert values["area_percent"] == pytest.approx(0.0, abs=0.1)


def test_edits_add_or_replace() -> None:
    place = shapely.Point(106.6, 28.8)
    old = [LandFeature(Layer.QUAY, code, "旧", place, drill=False) for code in "ab"]
    other = LandFeature(Layer.POOL, "a", "池", place, drill=False)
    new = [replace(old[0], name="新"), LandFeature(Layer.QUAY, "c", "新", place, drill=False)]
    added = edits_for(new, [*old, other], mode="add")
    assert [(edit.before, edit.after) for edit in added] == [(old[0], new[0]), (None, new[1])]
    replaced = edits_for(new, [*old, other], mode="replace")
    assert [(edit.before, edit.after) for edit in replaced[2:]] == [(old[1], None)]
    with pytest.raises(InputRefused) as caught:
        edits_for([new[0], new[0]], old, mode="add")
    assert caught.value.code == "land_code_twice"


def shifted(features: list[LandFeature], system: type[Gcj02] | type[Bd09]) -> list[LandFeature]:
    def moved(vertices: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        there = from_wgs84(Wgs84(vertices[:, 0], vertices[:, 1]), system)
        assert not isinstance(there, Plane)
        return np.column_stack((there.lon_deg, there.lat_deg))

    return [replace(each, geometry=shapely.transform(each.geometry, moved)) for each in features]


def raw_of(features: list[LandFeature]) -> RawLayer:
    return RawLayer(
        features[0].layer.value,
        ("code", "name"),
        tuple((each.code, each.name) for each in features),
        tuple(each.geometry for each in features),
    )


POINTS = [
    LandFeature(
        Layer.HYDRANT, f"H{n}", f"栓{n}", shapely.Point(106.5 + n / 50, 28.7 + n / 60), drill=False
    )
    for n in range(8)
]


@pytest.mark.parametrize(
    ("system", "name", "east_m", "north_m"),
    [(Gcj02, "GCJ-02", 380.0, -355.0), (Bd09, "BD-09", 998.0, 304.0)],
)
def test_features_that_are_known_betray_a_shift(
    system: type[Gcj02] | type[Bd09], name: str, east_m: float, north_m: float
) -> None:
    raw = raw_of(shifted(POINTS, system))
    mapping = guess(raw)
    _, report = prepare(raw, mapping, district=DISTRICT, there=POINTS)
    assert report.shift is not None
    assert report.shift.looks_like == name
    assert report.shift.east_m == pytest.approx(east_m, abs=60.0)
    assert report.shift.north_m == pytest.approx(north_m, abs=60.0)
    assert report.shift.left_m < 0.01
    features, report = prepare(raw, replace(mapping, system=name), district=DISTRICT, there=POINTS)
    assert report.shift is None
    assert features[3].geometry.distance(POINTS[3].geometry) < 1e-9


def test_a_shift_that_no_system_explains_is_told_without_a_name() -> None:
    off = [
        replace(each, geometry=shapely.affinity.translate(each.geometry, 0.01, 0.01))
        for each in POINTS
    ]
    _, report = prepare(raw_of(off), guess(raw_of(off)), district=None, there=POINTS)
    assert report.shift is not None
    assert report.shift.looks_like is None
    assert (
        prepare(raw_of(POINTS), guess(raw_of(POINTS)), district=None, there=POINTS)[1].shift is None
    )


def real(name: str) -> RawLayer:
    return read_geojson((VECTOR / f"{name}.geojson").read_bytes(), name, Limits())


@HAS_VECTOR
@pytest.mark.footage
def test_the_real_outline_of_a_map_service_is_found_out() -> None:
    district = real("qijiang_district_wgs84").geometries[0]
    townships = real("qijiang_townships_wgs84")
    raw = real("qijiang_district_gcj02_datav")
    mapping = guess(raw, layer=Layer.TOWNSHIP)
    known, clean = prepare(townships, guess(townships), district=district, there=())
    assert clean.shift is None
    assert clean.taken == 30
    for outline, there in ((district, ()), (None, known)):
        _, report = prepare(raw, mapping, district=outline, there=there)
        assert report.shift is not None
        assert report.shift.looks_like == "GCJ-02"
        assert report.shift.east_m == pytest.approx(379.0, abs=10.0)
        assert report.shift.north_m == pytest.approx(-355.0, abs=20.0)
        assert report.shift.left_m < 30.0
    _, right = prepare(raw, replace(mapping, system="GCJ-02"), district=district, there=())
    assert right.shift is None
    _, twice = prepare(
        townships, replace(guess(townships), system="GCJ-02"), district=district, there=()
    )
    assert twice.shift is not None
    assert twice.shift.looks_like == "WGS84"
    coarse = real("qijiang_district_cgcs2000_tianditu")
    assert prepare(coarse, guess(coarse), district=district, there=())[1].shift is None


def test_every_row_has_one_fate() -> None:
    raw = table("编号,名称,经度,纬度\nA,甲,106.6,28.8\nA,乙,106.7,28.8\nB,丙,,\nC,,106.6,28.9\n")
    features, report = prepare(raw, guess(raw, layer=Layer.QUAY), district=DISTRICT, there=())
    assert [each.code for each in features] == ["A", "C"]
    assert (report.taken, report.mended, report.refused) == (2, 1, 2)
    assert [(line.row, line.verdict) for line in report.lines] == [
        (2, Verdict.REFUSED),
        (3, Verdict.REFUSED),
        (4, Verdict.MENDED),
    ]
    assert report.bounds == pytest.approx((106.6, 28.8, 106.6, 28.9))


@pytest.mark.parametrize("layer", list(Layer))
def test_headings_that_are_written_are_read_as_what_they_are(layer: Layer) -> None:
    """No two attributes of a layer go out under names that come in as one."""
    example: dict[str, Fact] = {each.key: "1" for each in ATTRIBUTES[layer]}
    feature = LandFeature(layer, "A", "甲", shapely.Point(0.0, 0.0), drill=True, properties=example)
    columns = columns_of(layer, [feature])
    for names in ([each.heading for each in columns], [each.short for each in columns]):
        assert len({plain_heading(each) for each in names}) == len(names)
        mapping: Mapping = guess(RawLayer("x", tuple(names), (), ()), layer=layer)
        for column, name in zip(columns[2:], names[2:], strict=True):
            assert mapping.columns[name] == column.key
    for key in ("lon", "名称", "WKT", "经度", "fid", "prop:a", "y"):
        assert own_key(layer, key) == f"prop:{key}"
    assert own_key(layer, "备注") == "备注"
