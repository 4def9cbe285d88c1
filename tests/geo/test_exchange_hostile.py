"""Files that are wrong, cut, crossed, shifted or made to harm: each ends in a report or a refusal.

The first table is refused with a code and a remedy; the second is taken as far as it goes, and its
report or its notes say what was wrong. No other error ever comes out.
"""

# ruff: noqa: RUF001 -- minutes of arc

import io
import json
import os
import struct
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from land_files import RING, dbf, geojson, gpkg, kml, shapefile, workbook, zipped
from pyproj import Transformer

from geo.crs import prj_of
from geo.exchange import Limits, read_file
from geo.exchange.reading import read_here
from geo.land.importing import ImportReport, Mapping, guess, prepare
from models.errors import InputRefused
from models.land import LandFeature, Layer

DISTRICT = shapely.box(106.3, 28.4, 107.1, 29.2)
POINT = shapely.Point(106.65, 28.85)
SQUARE = shapely.Polygon(RING)
BOW_TIE = shapely.Polygon([(106.6, 28.8), (106.7, 28.9), (106.7, 28.8), (106.6, 28.9)])
SMALL = Limits(
    file_bytes=3_000_000, unpacked_bytes=4_000_000, rows=500, columns=50, vertices=20_000
)

Maker = Callable[[Path], bytes]


def xlsx_with(name: str, content: bytes) -> bytes:
    """A workbook one of whose members is another."""
    book = workbook(点=[["名称", "经度", "纬度"], ["龙潭", 106.65, 28.85]])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    return zipped({**members, name: content})


def overlapping() -> bytes:
    """Two members of an archive that are the same bytes."""
    content = bytearray(zipped({"a.geojson": geojson(POINT) * 40, "b.geojson": b"{}"}))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 20 : entry + 24] = struct.pack("<I", 5000)
    content[entry + 42 : entry + 46] = struct.pack("<I", 0)
    return bytes(content)


def linked() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("layer.geojson")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return file.getvalue()


def locked() -> bytes:
    content = bytearray(zipped({"layer.geojson": geojson(POINT)}))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a0 "ha">{LAUGHS}]><kml>&a9;</kml>'
FOREIGN = (
    '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><Document>&x;</Document></kml>'
)
DEEP = "<Folder>" * 500 + "</Folder>" * 500
SHP_HEAD = struct.pack(">i20xi", 9994, 50) + struct.pack("<ii64x", 1000, 1)

REFUSED: dict[str, tuple[str, str, Maker]] = {
    "nothing": ("a.csv", "file_empty", lambda _: b""),
    "zeros only": ("a.shp", "file_empty", lambda _: bytes(5000)),
    "a DWG drawing": ("a.dwg", "file_drawing", lambda _: b"AC1027" + os.urandom(500)),
    "a DXF drawing": ("a.dxf", "file_drawing", lambda _: b"  0\nSECTION\n  2\nHEADER\n"),
    "a DWG called shapefile": ("a.zip", "file_drawing", lambda _: b"AC1032" + bytes(99)),
    "old Excel": (
        "a.xls",
        "file_old_excel",
        lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
    ),
    "a RAR archive": ("a.rar", "file_archive_kind", lambda _: b"Rar!\x1a\x07\x00" + bytes(99)),
    "a picture": ("a.geojson", "file_unknown", lambda _: b"\x89PNG\r\n\x1a\n" + bytes(99)),
    "a PDF": ("a.pdf", "file_unknown", lambda _: b"%PDF-1.7 " + bytes(99)),
    "noise": ("a.shp", "file_encoding", lambda _: b"\x93\x00\xff\xfe" + os.urandom(3000)),
    "a lone .dbf": ("a.dbf", "file_parts", lambda _: dbf([(b"name", 10)], [[b"x"]])),
    "a lone .shp in other hands": ("a.csv", "file_parts", lambda _: SHP_HEAD),
    "a .shp of its head alone": ("a.zip", "file_no_layer", lambda _: zipped({"a.shp": SHP_HEAD})),
    "a zip without .shp": ("a.zip", "file_parts", lambda _: zipped({"a.dbf": b"x", "a.prj": b"y"})),
    "a zip of nothing": ("a.zip", "archive_empty", lambda _: zipped({})),
    "a zip of a document": (
        "a.zip",
        "file_unknown",
        lambda _: zipped({"word/document.xml": b"<w/>"}),
    ),
    "a cut zip": ("a.zip", "file_damaged", lambda _: zipped({"a.geojson": geojson(POINT)})[:-30]),
    "a zip bomb": ("a.zip", "archive_bomb", lambda _: zipped({"a.csv": bytes(3_900_000)})),
    "a zip of many bombs": (
        "a.zip",
        "archive_bomb",
        lambda _: zipped({f"{n}.csv": bytes(900_000) for n in range(6)}),
    ),
    "members in each other": ("a.zip", "archive_bomb", lambda _: overlapping()),
    "two thousand files": (
        "a.zip",
        "archive_bomb",
        lambda _: zipped({f"{n}.csv": b"" for n in range(2_100)}, method=zipfile.ZIP_STORED),
    ),
    "a way out by dots": (
        "a.zip",
        "archive_path",
        lambda _: zipped({"../../etc/x.geojson": b"{}"}),
    ),
    "a way out by root": ("a.zip", "archive_path", lambda _: zipped({"/etc/x.geojson": b"{}"})),
    "a way out by drive": ("a.zip", "archive_path", lambda _: zipped({"C:\\x.geojson": b"{}"})),
    "a link": ("a.zip", "archive_path", lambda _: linked()),
    "a password": ("a.zip", "file_locked", lambda _: locked()),
    "an entity bomb in KML": ("a.kml", "file_entities", lambda _: BOMB.encode()),
    "an entity bomb in UTF-16": ("a.kml", "file_entities", lambda _: BOMB.encode("utf-16")),
    "an entity from a file": ("a.kml", "file_entities", lambda _: FOREIGN.encode()),
    "an entity bomb in KMZ": (
        "a.kmz",
        "file_entities",
        lambda _: zipped({"doc.kml": BOMB.encode()}),
    ),
    "an entity bomb in Excel": (
        "a.xlsx",
        "file_entities",
        lambda _: xlsx_with("xl/sharedStrings.xml", BOMB.encode()),
    ),
    "a workbook whose sheet is cut": (
        "a.xlsx",
        "file_damaged",
        lambda _: xlsx_with("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c"),
    ),
    "a workbook without places": (
        "a.xlsx",
        "file_no_places",
        lambda _: workbook(a=[["名称"], ["x"]]),
    ),
    "folders without end": ("a.kml", "file_damaged", lambda _: kml(DEEP).encode()),
    "a virtual layer of GDAL": (
        "a.kml",
        "file_unknown",
        lambda _: (
            b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>"
        ),
    ),
    "a page of a website": ("a.kml", "file_unknown", lambda _: b"<html><body>404</body></html>"),
    "a cut KML": ("a.kml", "file_damaged", lambda _: kml("<Placemark>").encode()[:-20]),
    "a cut GeoJSON": ("a.geojson", "file_damaged", lambda _: geojson(POINT)[:-9]),
    "a hundred thousand brackets": ("a.geojson", "file_damaged", lambda _: b"[" * 100_000),
    "JSON with infinity": ("a.geojson", "file_damaged", lambda _: b'{"type": Infinity}'),
    "TopoJSON": ("a.json", "file_unknown", lambda _: b'{"type": "Topology", "objects": {}}'),
    "a lone geometry": ("a.json", "file_no_layer", lambda _: b'{"type": "Point"}'),
    "no features": ("a.geojson", "file_no_layer", lambda _: geojson()),
    "a database that is none of ours": (
        "a.gpkg",
        "file_damaged",
        lambda _: b"SQLite format 3\0" + bytes(4096),
    ),
    "a cut GeoPackage": (
        "a.gpkg",
        "file_damaged",
        lambda folder: gpkg(folder, "EPSG:4326", a=[POINT])[:9000],
    ),
    "a table without places": ("a.csv", "file_no_places", lambda _: "名称,水深\n龙潭,3\n".encode()),
    "too many rows": ("a.csv", "file_rows", lambda _: b"lon,lat\n" + b"106.6,28.8\n" * 600),
    "too many columns": (
        "a.csv",
        "file_rows",
        lambda _: b"lon,lat" + b",c" * 90 + b"\n106.6,28.8\n",
    ),
    "too many vertices": (
        "a.geojson",
        "file_rows",
        lambda _: geojson(shapely.Point(106.6, 28.8).buffer(0.1, quad_segs=6_000)),
    ),
    "a file that is too large": ("a.csv", "file_size", lambda _: b"lon,lat\n" + bytes(3_000_001)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    called, code, make = REFUSED[name]
    file = tmp_path / called
    file.write_bytes(make(tmp_path))
    with pytest.raises(InputRefused) as caught:
        read_here(file, SMALL)
    assert caught.value.code == code, caught.value
    assert caught.value.remedy
    assert str(tmp_path) not in str(caught.value), "a path of ours tells a person nothing"


def shape_zip(folder: Path, *geometries: object, **parts: bytes | None) -> bytes:
    names = [[f"点{number}".encode("gbk")] for number in range(len(geometries))]
    return zipped(shapefile(folder, geometries, [(b"name", 40)], names, **parts))


def metres(epsg: int, lon_deg: float = 106.65, lat_deg: float = 28.85) -> tuple[float, float]:
    turned = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon_deg, lat_deg)
    return float(turned[0]), float(turned[1])


def of(kind: str, coordinates: object) -> dict[str, object]:
    return {"type": kind, "coordinates": coordinates}


def solid(geometry: object) -> bytes:
    return geojson(shapely.force_3d(geometry, 512.0))


TAKEN: dict[str, tuple[str, Layer, str, str, int, Maker]] = {
    # what is wrong: file name, layer, system ("" as guessed), a code that has to be said, taken
    "GBK without a word": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "encoding",
        1,
        lambda _: "名称,经度,纬度\n龙潭,106.65,28.85\n".encode("gbk"),
    ),
    "a .cpg that is wrong": (
        "a.zip",
        Layer.WATER_POINT,
        "WGS84",
        "encoding_wrong",
        1,
        lambda f: shape_zip(f, POINT, cpg=b"UTF-8"),
    ),
    "a name cut in a letter": (
        "a.zip",
        Layer.WATER_POINT,
        "WGS84",
        "name_cut",
        1,
        lambda f: zipped(
            shapefile(f, [POINT], [("水源地名称".encode()[:10], 30)], [["龙潭".encode()]])
        ),
    ),
    "a text that fills its room": (
        "a.zip",
        Layer.WATER_POINT,
        "WGS84",
        "text_cut",
        1,
        lambda f: zipped(shapefile(f, [POINT], [(b"name", 254)], [[("水" * 100).encode()]])),
    ),
    "no .prj": (
        "a.zip",
        Layer.WATER_POINT,
        "WGS84",
        "system_missing",
        1,
        lambda f: shape_zip(f, POINT),
    ),
    "no .shx and no .dbf": (
        "a.zip",
        Layer.WATER_POINT,
        "WGS84",
        "system_missing",
        1,
        lambda f: shape_zip(f, POINT, shx=None, dbf=None),
    ),
    "a .dbf of noise": (
        "a.zip",
        Layer.WATER_POINT,
        "WGS84",
        "system_missing",
        1,
        lambda f: shape_zip(f, POINT, dbf=b"\x03\x00"),
    ),
    "three dimensions": (
        "a.geojson",
        Layer.TOWNSHIP,
        "",
        "heights_dropped",
        1,
        lambda _: solid(SQUARE),
    ),
    "three dimensions in a shapefile": (
        "a.zip",
        Layer.WATER_POINT,
        "WGS84",
        "heights_dropped",
        1,
        lambda f: shape_zip(f, shapely.Point(106.6, 28.8, 512.0)),
    ),
    "a crossing ring": ("a.geojson", Layer.TOWNSHIP, "", "crossing", 1, lambda _: geojson(BOW_TIE)),
    "a ring of no area": (
        "a.geojson",
        Layer.TOWNSHIP,
        "",
        "geometry_invalid",
        0,
        lambda _: geojson(of("Polygon", [[RING[0]] * 4])),
    ),
    "a ring of two corners": (
        "a.geojson",
        Layer.TOWNSHIP,
        "",
        "geometry_unreadable",
        0,
        lambda _: geojson(of("Polygon", [[RING[0], RING[1]]])),
    ),
    "an empty geometry": (
        "a.geojson",
        Layer.TOWNSHIP,
        "",
        "geometry_empty",
        1,
        lambda _: geojson(shapely.Polygon(), SQUARE),
    ),
    "no geometry": (
        "a.geojson",
        Layer.TOWNSHIP,
        "",
        "geometry_missing",
        1,
        lambda _: geojson(None, SQUARE),
    ),
    "a geometry of words": (
        "a.geojson",
        Layer.TOWNSHIP,
        "",
        "geometry_unreadable",
        1,
        lambda _: geojson(of("Polygon", "far"), SQUARE),
    ),
    "mixed kinds": (
        "a.geojson",
        Layer.HYDRANT,
        "",
        "geometry_type",
        1,
        lambda _: geojson(POINT, SQUARE),
    ),
    "a collection": (
        "a.geojson",
        Layer.TOWNSHIP,
        "",
        "parts_left",
        1,
        lambda _: geojson(shapely.GeometryCollection([SQUARE, POINT])),
    ),
    "a closed line for an area": (
        "a.geojson",
        Layer.TOWNSHIP,
        "",
        "ring_closed",
        1,
        lambda _: geojson(shapely.LineString(RING)),
    ),
    "points for lines": ("a.geojson", Layer.ROAD, "", "geometry_type", 0, lambda _: geojson(POINT)),
    "axes exchanged": (
        "a.geojson",
        Layer.WATER_POINT,
        "",
        "axes_swapped",
        1,
        lambda _: geojson(shapely.Point(28.85, 106.65)),
    ),
    "axes exchanged in one row": (
        "a.geojson",
        Layer.WATER_POINT,
        "",
        "axes_swapped",
        2,
        lambda _: geojson(POINT, shapely.Point(28.85, 106.65)),
    ),
    "northing before easting": (
        "a.geojson",
        Layer.WATER_POINT,
        "EPSG:4545",
        "axes_swapped",
        1,
        lambda _: geojson(shapely.Point(metres(4545)[::-1])),
    ),
    "huge coordinates": (
        "a.geojson",
        Layer.WATER_POINT,
        "",
        "coordinates",
        1,
        lambda _: geojson(POINT, of("Point", [1e300, -1e300])),
    ),
    "coordinates beyond numbers": (
        "a.geojson",
        Layer.WATER_POINT,
        "",
        "coordinates",
        1,
        lambda _: (
            json.dumps(json.loads(geojson(POINT, of("Point", [7e77, 1.0]))))
            .replace("7e+77", "1e999")
            .encode()
        ),
    ),
    "the other side of the Earth": (
        "a.geojson",
        Layer.WATER_POINT,
        "",
        "far_outside",
        1,
        lambda _: geojson(POINT, shapely.Point(-70.0, -30.0)),
    ),
    "null island": (
        "a.geojson",
        Layer.WATER_POINT,
        "",
        "far_outside",
        1,
        lambda _: geojson(POINT, shapely.Point(0.0, 0.0)),
    ),
    "the wrong zone": (
        "a.geojson",
        Layer.WATER_POINT,
        "EPSG:4544",
        "system_fits",
        0,
        lambda _: geojson(shapely.Point(metres(4545))),
    ),
    "two zones in one layer": (
        "a.geojson",
        Layer.WATER_POINT,
        "GK",
        "",
        2,
        lambda _: geojson(shapely.Point(metres(4524)), shapely.Point(metres(4523, 106.45))),
    ),
    "half a layer in metres": (
        "a.geojson",
        Layer.WATER_POINT,
        "",
        "coordinates",
        1,
        lambda _: geojson(POINT, shapely.Point(metres(4545))),
    ),
    "degrees called metres": (
        "a.gpkg",
        Layer.WATER_POINT,
        "",
        "coordinates_range",
        -1,
        lambda f: gpkg(f, "EPSG:4545", a=[POINT]),
    ),
    "metres without a system": (
        "a.geojson",
        Layer.WATER_POINT,
        "",
        "coordinates_untagged",
        -1,
        lambda _: geojson(shapely.Point(metres(4545))),
    ),
    "the old datum": (
        "a.gpkg",
        Layer.WATER_POINT,
        "",
        "system_old",
        -1,
        lambda f: gpkg(f, "EPSG:2381", a=[shapely.Point(metres(4545))]),
    ),
    "a zone against its number": (
        "a.geojson",
        Layer.WATER_POINT,
        "EPSG:4545",
        "coordinates_zone",
        -1,
        lambda _: geojson(shapely.Point(metres(4523))),
    ),
    "a system of nowhere": (
        "a.geojson",
        Layer.WATER_POINT,
        "EPSG:99999",
        "system_unknown",
        -1,
        lambda _: geojson(POINT),
    ),
    "the same code twice": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "code_twice",
        1,
        lambda _: "编号,名称,lon,lat\nW7,甲,106.6,28.8\nW7,乙,106.7,28.8\n".encode(),
    ),
    "the same row twice": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "double",
        1,
        lambda _: "名称,lon,lat\n甲,106.6,28.8\n甲,106.6,28.8\n".encode(),
    ),
    "no name": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "name_missing",
        1,
        lambda _: "编号,名称,lon,lat\nW7,,106.6,28.8\n".encode(),
    ),
    "minutes beyond sixty": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "place_unreadable",
        1,
        lambda _: "名称,lon,lat\n甲,106°75′,28°51′\n乙,106.6,28.8\n".encode(),
    ),
    "words for numbers": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "not_a_number",
        1,
        lambda _: "名称,lon,lat,水深\n甲,106.6,28.8,很深\n".encode(),
    ),
    "a depth of kilometres": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "out_of_range",
        1,
        lambda _: "名称,lon,lat,水深\n甲,106.6,28.8,9000\n".encode(),
    ),
    "a unit that is none": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "unit_unknown",
        1,
        lambda _: "名称,lon,lat,水深(尺)\n甲,106.6,28.8,9\n".encode(),
    ),
    "a word that is no choice": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "not_a_choice",
        1,
        lambda _: "名称,lon,lat,状态\n甲,106.6,28.8,马马虎虎\n".encode(),
    ),
    "neither yes nor no": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "not_yes_no",
        1,
        lambda _: "名称,lon,lat,高压线\n甲,106.6,28.8,不详\n".encode(),
    ),
    "half a month": (
        "a.csv",
        Layer.WATER_POINT,
        "",
        "not_whole",
        1,
        lambda _: "名称,lon,lat,可用起始月\n甲,106.6,28.8,3.5\n".encode(),
    ),
    "a formula without a value": (
        "a.xlsx",
        Layer.WATER_POINT,
        "",
        "place_unreadable",
        1,
        lambda _: workbook(a=[["名称", "经度", "纬度"], ["甲", "=1/0", 28.8], ["乙", 106.6, 28.8]]),
    ),
    "a link to another map": (
        "a.kml",
        Layer.WATER_POINT,
        "",
        "link_left",
        1,
        lambda _: kml(
            "<NetworkLink><Link><href>http://203.0.113.1/x.kml</href></Link></NetworkLink><Placemark><name>甲</name><Point><coordinates>106.6,28.8,0</coordinates></Point></Placemark>"
        ).encode(),
    ),
    "a place of words in KML": (
        "a.kml",
        Layer.WATER_POINT,
        "",
        "geometry_unreadable",
        0,
        lambda _: kml(
            "<Placemark><name>甲</name><Point><coordinates>east,north</coordinates></Point></Placemark>"
        ).encode(),
    ),
    "well-known text that is cut": (
        "a.csv",
        Layer.TOWNSHIP,
        "",
        "geometry_unreadable",
        0,
        lambda _: '名称,WKT\n甲,"POLYGON ((106.6 28.8"\n'.encode(),
    ),
    "a hole in the district's edge": (
        "a.geojson",
        Layer.TOWNSHIP,
        "",
        "outside",
        1,
        lambda _: geojson(shapely.box(106.9, 28.9, 107.2, 29.0)),
    ),
}


def said_well(error: InputRefused) -> None:
    assert error.remedy
    assert error.code != InputRefused.default_code


def checked(
    path: Path, layer: Layer, system: str
) -> tuple[set[str], tuple[LandFeature, ...], ImportReport | None]:
    """Every code that is said on the way, and what is taken."""
    said: set[str] = set()
    (raw,) = read_here(path, SMALL)
    said |= {note.code for note in raw.notes}
    mapping: Mapping = guess(raw, layer=layer)
    mapping = replace(mapping, system=system or mapping.system)
    try:
        features, report = prepare(raw, mapping, district=DISTRICT, there=())
    except InputRefused as error:
        said_well(error)
        return said | {error.code}, (), None
    said |= {line.code for line in report.lines} | {each.code for each in report.advice}
    assert report.taken == len(features)
    assert report.taken + report.refused == len(raw.rows)
    return said, features, report


@pytest.mark.parametrize("name", TAKEN)
def test_a_file_ends_in_a_report(tmp_path: Path, name: str) -> None:
    called, layer, system, code, taken, make = TAKEN[name]
    file = tmp_path / called
    file.write_bytes(make(tmp_path))
    said, features, report = checked(file, layer, system)
    assert code in said | {""}, said
    assert (report is None) == (taken == -1)
    assert len(features) == max(0, taken)
    for feature in features:
        assert feature.geometry.is_valid
        assert not feature.geometry.is_empty
        assert not feature.geometry.has_z
        assert feature.geometry.intersects(DISTRICT)


def test_there_are_more_than_forty() -> None:
    assert len(REFUSED) + len(TAKEN) >= 40


@pytest.mark.parametrize(
    "name",
    ["a zip bomb", "an entity bomb in KML", "a DWG drawing", "a database that is none of ours"],
)
def test_the_process_that_reads_says_the_same(tmp_path: Path, name: str) -> None:
    called, code, make = REFUSED[name]
    file = tmp_path / called
    file.write_bytes(make(tmp_path))
    with pytest.raises(InputRefused) as caught:
        read_file(file)
    assert caught.value.code == code
    assert caught.value.remedy


def test_what_takes_too_long_or_too_much_is_stopped(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_bytes(b"lon,lat\n" + b"106.6,28.8\n" * 60_000)
    began = time.monotonic()
    with pytest.raises(InputRefused) as slow:
        read_file(file, limits=Limits(seconds=0.01))
    assert slow.value.code == "file_too_slow"
    assert time.monotonic() - began < 20.0
    with pytest.raises(InputRefused) as hungry:
        read_file(file, limits=Limits(memory_bytes=330_000_000))
    assert hungry.value.code in ("file_too_hungry", "file_damaged")
    assert len(read_file(file)[0].rows) == 60_000


def test_a_reader_that_dies_takes_nobody_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    file = tmp_path / "a.csv"
    file.write_bytes(b"lon,lat\n106.6,28.8\n")
    with pytest.raises(InputRefused) as caught:
        read_file(file)
    assert caught.value.code == "file_damaged"
    monkeypatch.setattr("sys.executable", "/bin/echo")  # answers, and it is no answer
    with pytest.raises(InputRefused) as caught:
        read_file(file)
    assert caught.value.code == "file_damaged"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(
    content=st.binary(max_size=300)
    | st.text(max_size=200).map(str.encode)
    | st.sampled_from([REFUSED, TAKEN])
    .flatmap(lambda table: st.sampled_from(sorted(table)))
    .map(str.encode),
    start=st.sampled_from(
        [
            b"",
            b"PK\x03\x04",
            b"<kml>",
            b"{",
            b"lon,lat\n",
            b"\x00\x00\x27\x0a",
            b"SQLite format 3\0",
        ]
    ),
    name=st.sampled_from(["a.shp", "a.zip", "a.kml", "a.csv", "a.gpkg", "a.xlsx", "a.geojson"]),
)
def test_no_bytes_whatever_break_the_reader(
    tmp_path: Path, content: bytes, start: bytes, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes(start + content)
    try:
        layers = read_here(file, SMALL)
    except InputRefused as error:
        said_well(error)
        return
    for raw in layers:
        try:
            features, report = prepare(raw, guess(raw), district=DISTRICT, there=())
        except InputRefused as error:
            said_well(error)
            continue
        assert report.taken == len(features)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None
)
@given(data=st.data())
def test_no_cut_or_flipped_byte_breaks_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    whole = _WHOLE.setdefault("files", _whole_files(tmp_path))
    name = data.draw(st.sampled_from(sorted(whole)))
    content = bytearray(whole[name])
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(content)))
    file = tmp_path / name
    file.write_bytes(bytes(content[: cut if data.draw(st.booleans()) else None]))
    try:
        layers = read_here(file, SMALL)
    except InputRefused as error:
        said_well(error)
        return
    for raw in layers:
        try:
            prepare(raw, guess(raw), district=DISTRICT, there=())
        except InputRefused as error:
            said_well(error)


_WHOLE: dict[str, dict[str, bytes]] = {}


def _whole_files(folder: Path) -> dict[str, bytes]:
    point = "<Point><coordinates>106.6,28.8,0</coordinates></Point>"
    place = f"<Placemark><name>甲</name>{point}</Placemark>"
    return {
        "a.zip": shape_zip(folder, SQUARE, prj=prj_of(4490).encode(), cpg=b"GBK"),
        "a.gpkg": gpkg(folder, "EPSG:4490", water_point=[POINT, SQUARE]),
        "a.kml": kml(place).encode(),
        "a.kmz": zipped({"doc.kml": kml(place).encode()}),
        "a.geojson": geojson(SQUARE, POINT),
        "a.xlsx": workbook(点=[["名称", "经度", "纬度"], ["龙潭", 106.65, 28.85]]),
        "a.csv": "名称;经度;纬度\n龙潭;106°39′;28°51′\n".encode("gbk"),
    }
