"""Odd and hostile content of every kind of file, read within the tests' own process."""

import json
import os
import resource
import runpy
import sqlite3
import struct
import zipfile
from dataclasses import asdict
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from land_files import RING, dbf, geojson, gpkg, kml, shapefile, workbook, zipped

from geo.exchange import child
from geo.exchange.columns import Column, Kind, columns_of
from geo.exchange.degrees import pair_of
from geo.exchange.delimited import read_delimited
from geo.exchange.geojson import read_geojson
from geo.exchange.kml import DEEPEST, read_kml
from geo.exchange.reading import read_content, read_here
from geo.exchange.table import Limits, Note, NoteCode, RawLayer
from models.errors import InputRefused
from models.land import LandFeature, Layer

POINT = shapely.Point(106.65, 28.85)
LIMITS = Limits()


def code_of(content: bytes, name: str = "水", **limits: int) -> str:
    """With which code a content is refused."""
    with pytest.raises(InputRefused) as caught:
        read_content(content, name, Limits(**limits))
    return caught.value.code


def layer_of(content: bytes, name: str = "水", encoding: str | None = None) -> RawLayer:
    """The only layer of a content."""
    (layer,) = read_content(content, name, LIMITS, encoding)
    return layer


def codes(layer: RawLayer) -> list[str]:
    return [note.code for note in layer.notes]


def placemark(shape: str, more: str = "<name>a</name>") -> str:
    return f"<Placemark>{more}{shape}</Placemark>"


def shape_of(shape: str) -> shapely.Geometry | None:
    return layer_of(kml(placemark(shape)).encode()).geometries[0]


# archives


def test_a_name_marked_as_utf_8_is_taken_as_it_is() -> None:
    layer = layer_of(zipped({"水源/龙潭.geojson": geojson(POINT)}))
    assert layer.name == "龙潭"


def test_a_name_in_letters_of_no_one_is_taken_as_it_comes() -> None:
    content = zipped({"x.geojson": geojson(POINT)}).replace(b"x.geojson", b"\xff.geojson")
    assert layer_of(content).geometries == (POINT,)


def test_an_archive_in_an_archive_is_not_opened() -> None:
    inner = zipped({"a.geojson": geojson(POINT)})
    assert code_of(zipped({"a.geojson": inner})) == "file_unknown"
    assert len(read_content(zipped({"a.json": inner, "b.csv": b"lon,lat\n1,2"}), "z", LIMITS)) == 1


def test_a_member_that_says_too_little_is_damaged() -> None:
    content = bytearray(zipped({"a.geojson": geojson(POINT)}, method=zipfile.ZIP_DEFLATED))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 10)
    assert code_of(bytes(content)) == "file_damaged"


def test_a_shapefile_that_is_none_is_damaged() -> None:
    assert code_of(zipped({"a.shp": b"none", "a.dbf": b""})) == "file_damaged"


# reading


def test_too_many_layers_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(zipped({f"{n}.geojson": geojson(POINT) for n in range(3)}))
    with pytest.raises(InputRefused, match="more than 2 layers"):
        read_here(file, Limits(layers=2))


def test_a_part_beside_that_is_too_large_is_refused(tmp_path: Path) -> None:
    parts = shapefile(tmp_path, [POINT], [(b"A", 10)], [[b"x"]])
    for name, content in parts.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "layer.dbf").write_bytes(bytes(5000))
    with pytest.raises(InputRefused) as caught:
        read_here(tmp_path / "layer.shp", Limits(file_bytes=2000))
    assert caught.value.code == "file_size"


def test_numbers_that_no_table_takes(tmp_path: Path) -> None:
    file = tmp_path / "a.geojson"
    feature = '{"type": "Feature", "geometry": null, "properties": {"a": 1e999, "b": %d, "c": 1.5}}'
    file.write_text(feature % 2**70)
    (layer,) = read_here(file, LIMITS)
    assert layer.rows == ((None, str(2**70), 1.5),)


# columns


def test_columns_have_kinds_and_words() -> None:
    given = LandFeature(
        Layer.WATER_POINT,
        "W1",
        "龙潭",
        POINT,
        drill=True,
        properties={
            "depth_m": 2.5,
            "2排": 3,
            "2nd": True,
            "2ND": "x",
            "水": False,
            "x": 1,
            "混": 1,
            "kind": "pond",
        },
    )
    other = LandFeature(
        Layer.WATER_POINT, "W2", "", POINT, drill=False, properties={"2nd": "x", "混": True}
    )
    found = {each.key: each for each in columns_of(Layer.WATER_POINT, [given, other])}
    assert found["2排"].kind is Kind.WHOLE
    assert found["2排"].short == "f2"
    assert found["2nd"].values == ("true", "x")
    assert found["2nd"].short != found["2ND"].short
    assert found["水"].for_people == (False, None)
    assert found["混"].values == ("1", "true")
    assert found["prop:x"].kind is Kind.WHOLE
    assert found["drill"].for_people == ("是", "否")
    assert Column("drill", "演练", "drill", Kind.YES_NO, (None,)).for_people == (None,)
    assert found["depth_m"].for_people == (2.5, None)
    plain = columns_of(Layer.WATER_POINT, [other])
    assert "drill" not in {each.key for each in plain}


def test_choices_go_out_in_words() -> None:
    feature = LandFeature(Layer.POOL, "W1", "龙潭", POINT, drill=False, properties={"kind": "pool"})
    kind = next(each for each in columns_of(Layer.POOL, [feature, feature]) if each.key == "kind")
    assert kind.attribute is not None
    assert kind.for_people != kind.values


# tables


@pytest.mark.parametrize("text", ["龙潭,深", "a b c", "", "106.6", "106.6,深"])
def test_what_is_no_pair_is_none(text: str) -> None:
    assert pair_of(text) is None


def test_a_cell_without_end_is_no_table() -> None:
    assert code_of(b"lon,lat\n" + b"1" * 10_000_001) == "file_damaged"


def test_too_many_rows_and_columns_of_a_table() -> None:
    content = b"lon,lat\n1,2\n3,4\n5,6\n"
    assert code_of(content, rows=2) == "file_rows"
    assert code_of(b"lon,lat,a\n1,2,3", columns=2) == "file_rows"


def test_headings_below_and_a_sign_that_is_told() -> None:
    layer = read_delimited("sep=|\n水源\nlon|lat|lon\n1|2|3\n".encode(), "水", LIMITS)
    assert layer.geometries == (shapely.Point(1, 2),)
    assert NoteCode.HEADINGS_ROW in codes(layer)
    assert layer.columns == ("lon 2",)


def test_a_table_of_pieces_of_text_that_say_where() -> None:
    layer = layer_of(b"wkt;wkt2;a\nPOINT(1 2;);x\n;;y\n")
    assert layer.geometries == (shapely.Point(1, 2), None)
    assert codes(layer)[-1] == NoteCode.PLACE_MISSING
    assert layer.rows == (("x",), ("y",))


def test_a_heading_names_the_system() -> None:
    layer = layer_of(b"lon (WGS84),lat\n1,2\n")
    assert layer.system == "WGS84"
    assert NoteCode.SYSTEM_MISSING not in codes(layer)


def test_a_place_beyond_all_numbers() -> None:
    layer = layer_of(b"lon,lat\n1e999,2\n")
    assert layer.geometries == (None,)
    assert NoteCode.PLACE_UNREADABLE in codes(layer)


def test_x_and_y_vote_by_the_rows_that_can_be_read() -> None:
    layer = layer_of(b"X,Y\nnone,\n28.8,106.6\n28.9,106.7\n")
    assert layer.geometries == (None, shapely.Point(106.6, 28.8), shapely.Point(106.7, 28.9))


# text


@pytest.mark.parametrize("content", [b"\xef\xbb\xbflon,lat\xff", b"lon,lat\xff", b"lon\0,lat\n"])
def test_text_that_is_none(content: bytes) -> None:
    assert code_of(content) == "file_encoding"


def test_a_wanted_encoding_is_taken() -> None:
    layer = layer_of("名,lon,lat\n水,1,2\n".encode("gbk"), encoding="big5")
    assert layer.encoding == "big5"
    assert layer.columns != ("名",)


# workbooks


def test_cells_of_every_kind() -> None:
    book = workbook(
        空=[],
        点=[
            ["lon", "lat", "a", "b", "c", "d", "e"],
            [1, 2, datetime(2026, 1, 2), datetime(2026, 1, 2, 3, 4), time(5, 6), True, "#DIV/0!"],  # noqa: DTZ001 -- a sheet knows no zone
            [3, 4, date(2026, 1, 2), " 水 ", None, 1.5, None],
            [" ", " "],
        ],
    )
    layer = layer_of(book)
    assert layer.name == "点"
    assert layer.rows == (
        ("2026-01-02", "2026-01-02 03:04:00", "05:06:00", True, None),
        ("2026-01-02", "水", None, 1.5, None),
    )
    assert Note(NoteCode.ERROR_CELL, None, {"cell": "G2", "text": "#DIV/0!"}) in layer.notes


def test_too_much_of_a_sheet() -> None:
    head = ["lon", "lat", "a"]
    assert code_of(workbook(点=[head, [1, 2, 3]]), columns=2) == "file_rows"
    assert code_of(workbook(点=[head, *([[1, 2, 3]] * 25)]), rows=2) == "file_rows"
    assert code_of(workbook(点=[["a"], [1]])) == "file_no_places"


# GeoPackages and shapefiles


def altered(folder: Path, *statements: tuple[str, tuple[object, ...]]) -> bytes:
    """A GeoPackage of two points with columns of every kind, changed behind GDAL's back."""
    path = folder / "odd.gpkg"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([POINT, POINT], dtype=object)),
        field_data=[
            np.array(["2026-01-02T00:00:00", "NaT"], dtype="datetime64[ms]"),
            np.array([True, False]),
            np.array([1, 2]),
            np.array([1.5, np.nan]),
        ],
        fields=["at", "open", "count", "depth"],
        geometry_type="Unknown",
        crs="EPSG:4326",
        driver="GPKG",
        layer="点",
    )
    base = sqlite3.connect(path)
    with base:
        for (trigger,) in base.execute("select name from sqlite_master where type = 'trigger'"):
            base.execute(f'drop trigger "{trigger}"')
        for statement, values in statements:
            base.execute(statement, values)
    base.close()
    return path.read_bytes()


def test_values_of_every_kind_of_a_geopackage(tmp_path: Path) -> None:
    wkb = shapely.to_wkb(shapely.Polygon(RING), byte_order=1)
    cut = wkb[:9] + struct.pack("<I", 2) + wkb[13 : 13 + 32]
    broken = b"GP\0\1" + struct.pack("<i", 4326) + cut
    content = altered(
        tmp_path,
        ('alter table "点" add column raw blob', ()),
        ('update "点" set raw = ?, geom = ? where fid = 1', (b"\1\2", broken)),
        ('update "点" set open = null, count = null, geom = null where fid = 2', ()),
    )
    layer = layer_of(content)
    assert layer.rows == (("2026-01-02", True, 1, 1.5, None), (None, None, None, None, None))
    assert layer.geometries == (None, None)
    assert {NoteCode.GEOMETRY_UNREADABLE, NoteCode.PLACE_MISSING} <= set(codes(layer))


def test_too_much_of_a_geopackage(tmp_path: Path) -> None:
    content = gpkg(tmp_path, "EPSG:4326", a=[POINT, POINT], b=[POINT])
    assert code_of(content, layers=1) == "file_rows"
    assert code_of(content, rows=1) == "file_rows"
    assert code_of(content, columns=0) == "file_rows"


def test_a_geopackage_that_names_no_system(tmp_path: Path) -> None:
    content = altered(
        tmp_path,
        ("update gpkg_contents set srs_id = 77777", ()),
        ("update gpkg_geometry_columns set srs_id = 77777", ()),
    )
    layer = layer_of(content)
    assert layer.system is None
    assert NoteCode.SYSTEM_MISSING in codes(layer)


def test_a_shapefile_with_an_unknown_code_page_and_lost_letters(tmp_path: Path) -> None:
    columns, rows = [("水源地点".encode("gbk"), 20)], [["龙潭水".encode("gbk")]]
    parts = shapefile(tmp_path, [POINT], columns, rows, cpg=b"KLINGON")
    assert layer_of(zipped(parts)).columns == ("水源地点",)
    layer = layer_of(zipped(parts), encoding="utf-8")
    assert NoteCode.ENCODING_LOST in codes(layer)
    assert "\ufffd" in layer.columns[0]


def test_full_names_beside_a_shapefile(tmp_path: Path) -> None:
    parts = shapefile(tmp_path, [POINT], [(b"A", 20)], [[b"x"]])
    fields = "short,full,kind\nA,水源地的全名,text\nodd\n".encode()
    assert layer_of(zipped({**parts, "Layer.FIELDS.csv": fields})).columns == ("水源地的全名",)


def test_a_table_that_ends_early_is_damaged(tmp_path: Path) -> None:
    parts = shapefile(tmp_path, [POINT] * 3, [(b"A", 20)], [[b"x"]] * 3)
    table = dbf([(b"A", 20)], [[b"x"]] * 3)
    assert code_of(zipped({**parts, "layer.dbf": table[:-40]})) == "file_damaged"


# GeoJSON


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"type": "FeatureCollection", "features": 3}', "file_no_layer"),
        ('{"type": "Topology"}', "file_unknown"),
        ("[1]", "file_no_layer"),
        ("{", "file_damaged"),
        ("{}\n{", "file_damaged"),
        ("[" * 200_000, "file_damaged"),
        ('{"type": NaN}', "file_damaged"),
    ],
)
def test_json_that_is_no_layer(content: str, code: str) -> None:
    assert code_of(content.encode()) == code


def test_features_of_every_shape() -> None:
    content = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                3,
                {"properties": [1], "id": 7, "geometry": {"type": "Point", "coordinates": ["a"]}},
                {
                    "properties": {"a": {"b": "龙潭水源"}, "id": "x"},
                    "id": 7,
                    "geometry": {"type": "Cube"},
                },
            ],
        },
        ensure_ascii=False,
    )
    layer = layer_of(content.encode("gbk"))
    assert layer.columns == ("id", "a")
    assert layer.rows == ((None, None), (7, None), ("x", '{"b": "龙潭水源"}'))
    assert layer.geometries == (None, None, None)
    assert NoteCode.ENCODING in codes(layer)


def test_one_feature_and_features_a_line_each() -> None:
    feature = json.loads(geojson(POINT))["features"][0]
    assert layer_of(json.dumps(feature).encode()).geometries == (POINT,)
    lines = "\n".join([json.dumps(feature), "\x1e" + json.dumps(feature)])
    assert layer_of(lines.encode()).geometries == (POINT, POINT)


def test_too_much_of_a_collection() -> None:
    assert code_of(geojson(POINT, POINT), rows=1) == "file_rows"
    assert code_of(geojson(POINT), columns=1) == "file_rows"


@pytest.mark.parametrize(
    ("members", "system", "drill"),
    [
        ({}, None, None),
        ({"firewatch": {"drill": True}}, "WGS84", True),
        ({"firewatch": {"drill": 1, "coordinates": "GCJ-02"}}, "GCJ-02", None),
        ({"firewatch": {}}, None, None),
        ({"crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}, "WGS84", None),
        ({"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}}, "EPSG:4490", None),
        ({"crs": {"properties": {"name": "mine"}}}, "mine", None),
        ({"crs": {"properties": {"name": 3}}}, None, None),
        ({"crs": {"properties": 3}}, None, None),
    ],
)
def test_what_a_collection_states(
    members: dict[str, object], system: str | None, drill: object
) -> None:
    layer = read_geojson(geojson(POINT, **members), "水", LIMITS)
    assert (layer.system, layer.drill) == (system, drill)
    assert (NoteCode.SYSTEM_MISSING in codes(layer)) == (system is None)


# KML

AT = "<Point><coordinates>106.65 , 28.85,300</coordinates></Point>"
LINE = "<LineString><coordinates>1,2 3,4</coordinates></LineString>"
RINGED = "<LinearRing><coordinates>0,0 4,0 4,4 0,0</coordinates></LinearRing>"
OUTER = f"<outerBoundaryIs>{RINGED}</outerBoundaryIs>"
TRACK = "<Track><when/><coord>1 2 3</coord><coord>4 5 6</coord></Track>"


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (AT, "Point"),
        ("<Point/>", "Point"),
        (LINE, "LineString"),
        (TRACK, "LineString"),
        (f"<Polygon><extrude/>{OUTER}</Polygon>", "Polygon"),
        ("<Polygon/>", "Polygon"),
        (f"<MultiGeometry>{AT}{AT}</MultiGeometry>", "MultiPoint"),
        (f"<MultiGeometry>{LINE}{LINE}<name/></MultiGeometry>", "MultiLineString"),
        (f"<MultiGeometry><Polygon>{OUTER}</Polygon></MultiGeometry>", "MultiPolygon"),
        (f"<MultiTrack>{TRACK}</MultiTrack>", "MultiLineString"),
        (AT + LINE, "GeometryCollection"),
    ],
)
def test_shapes_of_a_placemark(shape: str, kind: str) -> None:
    found = shape_of(shape)
    assert found is not None
    assert found.geom_type == kind


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        ("", NoteCode.PLACE_MISSING),
        (AT.replace(",", " "), NoteCode.GEOMETRY_UNREADABLE),
        (AT.replace("28", "水"), NoteCode.GEOMETRY_UNREADABLE),
        (TRACK.replace("4 5 6", "4"), NoteCode.GEOMETRY_UNREADABLE),
        (TRACK.replace("4 5 6", ""), NoteCode.GEOMETRY_UNREADABLE),
        (
            "<MultiGeometry>" * (DEEPEST + 2) + AT + "</MultiGeometry>" * (DEEPEST + 2),
            NoteCode.GEOMETRY_UNREADABLE,
        ),
    ],
)
def test_shapes_that_are_none(shape: str, code: NoteCode) -> None:
    layer = layer_of(kml(placemark(shape)).encode())
    assert layer.geometries == (None,)
    assert codes(layer) == [code]


def test_facts_of_a_placemark() -> None:
    schema = (
        '<Schema id="s"><SimpleField name="n" type="int"/><SimpleField name="f" type="float"/>'
        '<SimpleField name="b" type="bool"/><SimpleField name="e"/><other/></Schema>'
    )
    data = (
        '<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="n">3</SimpleData>'
        '<SimpleData name="f">deep</SimpleData><SimpleData name="b">TRUE</SimpleData>'
        '<SimpleData name="e"/><SimpleData>lost</SimpleData></SchemaData>'
        '<Data name="水"><value>潭</value></Data><Data/></ExtendedData>'
    )
    described = "<description>&lt;b&gt;A &amp;amp; B&lt;/b&gt;  c</description>"
    link = "<NetworkLink><href>http://localhost/</href></NetworkLink>"
    layer = layer_of(kml(schema + link + placemark(AT, data + described)).encode())
    assert layer.columns == ("n", "f", "b", "e", "水", "description")
    assert layer.rows == ((3, "deep", True, None, "潭", "A & B c"),)
    assert not layer.as_text
    assert codes(layer) == [NoteCode.LINK_LEFT]
    plain = layer_of(kml(placemark(AT, "<description>a  b</description>")).encode())
    assert plain.rows == (("a b",),)
    assert plain.as_text


def test_one_placemark_alone_is_a_layer() -> None:
    layer = layer_of(placemark(AT).encode())
    assert (layer.name, layer.rows) == ("水", (("a",),))


@pytest.mark.parametrize("code", ["gbk", "klingon", "ascii"])
def test_a_declared_encoding_is_believed_where_it_can_be(code: str) -> None:
    head = f'<?xml version="1.0" encoding="{code}"?>'
    content = kml(placemark(AT, "<name>龙潭</name>"), head).encode("gbk")
    assert layer_of(content).rows == (("龙潭",),)


def test_too_much_of_a_kml() -> None:
    folder = f"<Folder><name>a</name>{placemark(AT)}{placemark(AT)}</Folder>"
    content = kml(folder * 2).encode()
    assert code_of(content, rows=1) == "file_rows"
    assert code_of(content, layers=1) == "file_rows"
    assert code_of(content, columns=0) == "file_rows"
    assert len(read_kml(content, "水", LIMITS)) == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg/>", "file_unknown"),
        (b"<kml>", "file_damaged"),
        (b"<!DOCTYPE kml><kml/>", "file_entities"),
        (
            kml("<Folder>" * (DEEPEST + 2) + "</Folder>" * (DEEPEST + 2)).encode(),
            "file_damaged",
        ),
    ],
)
def test_xml_that_is_no_map(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_a_workbook_with_a_document_type() -> None:
    with zipfile.ZipFile(BytesIO(workbook(点=[["lon", "lat"], [1, 2]]))) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members["xl/workbook.xml"] = b"<!DOCTYPE a>" + members["xl/workbook.xml"]
    assert code_of(zipped(members)) == "file_entities"


# the process


def test_the_process_does_its_job_when_it_is_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    number = os.open(tmp_path / "answer", os.O_WRONLY | os.O_CREAT)
    job = {"limits": asdict(LIMITS), "path": "/absent", "name": "水", "encoding": None}
    with monkeypatch.context() as patch:
        patch.setattr(os, "dup", lambda _: number)
        patch.setattr(os, "dup2", lambda *_: None)
        patch.setattr(resource, "setrlimit", lambda *_: None)
        patch.setattr("sys.argv", ["child", json.dumps(job)])
        runpy.run_path(str(child.__file__), run_name="__main__")
    assert (tmp_path / "answer").read_bytes().startswith(b"R")
