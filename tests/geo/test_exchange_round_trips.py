"""Out in every format, read by somebody else's reader, and in again: the same features."""

import json
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.exchange import (
    Format,
    RawLayer,
    ending_of,
    read_back,
    read_file,
    write_file,
    write_shapes,
    writing,
)
from geo.exchange.reading import read_here
from geo.exchange.table import Limits
from geo.exchange.words import LAYER_NAMES
from geo.exchange.write_gdal import write_geopackage, write_shapefile
from geo.land.importing import edits_for, guess, prepare
from geo.layers import read_layers
from models.errors import InputRefused
from models.land import ATTRIBUTES, SHAPES, AttributeKind, Fact, LandFeature, Layer

DRILL = Path(__file__).resolve().parents[2] / "examples" / "drill" / "layers"
OGR2OGR, OGRINFO = (shutil.which(each) or "" for each in ("ogr2ogr", "ogrinfo"))
NEEDS_GDAL = pytest.mark.skipif(not OGR2OGR, reason="Debian's gdal-bin is the independent reader")
SYSTEMS = [
    (Format.SHAPEFILE, ""),
    (Format.SHAPEFILE, "EPSG:4545"),
    (Format.SHAPEFILE, "EPSG:4524"),
    (Format.GEOPACKAGE, ""),
    (Format.GEOPACKAGE, "EPSG:32648"),
    (Format.GEOJSON, ""),
    (Format.KML, ""),
    (Format.KMZ, ""),
    (Format.CSV, ""),
    (Format.EXCEL, ""),
]


def moved(feature: LandFeature) -> LandFeature:
    """The drill's land in the district, where the Chinese systems are defined."""
    shape = shapely.transform(feature.geometry, lambda places: np.add(places, (190.9, -7.45)))
    return LandFeature(
        feature.layer, feature.code, feature.name, shape, feature.drill, feature.properties
    )


LAND = [moved(feature) for feature in read_layers(DRILL)]


def let_in(path: Path) -> list[LandFeature]:
    features: list[LandFeature] = []
    for raw in read_file(path):
        taken, report = prepare(raw, guess(raw), district=None, there=())
        assert report.refused == 0
        assert report.lines == ()
        features += taken
    return features


def differ(
    features: Sequence[LandFeature], others: Sequence[LandFeature], tolerance: float
) -> list[str]:
    """Codes of features that are not the same; every one of either side is looked at."""
    one, other = ({(each.layer, each.code): each for each in side} for side in (features, others))
    if one.keys() != other.keys():
        return [str(key) for key in one.keys() ^ other.keys()]
    return [
        code
        for (_, code), feature in one.items()
        if not same(feature, other[feature.layer, code], tolerance)
    ]


def same(one: LandFeature, other: LandFeature, tolerance: float) -> bool:
    shapes = [shapely.normalize(each.geometry) for each in (one, other)]
    return (
        one.name.encode() == other.name.encode()
        and one.drill is other.drill
        and one.properties == other.properties
        and one.geometry.geom_type == other.geometry.geom_type
        and (
            bool(shapely.equals_exact(shapes[0], shapes[1], tolerance))
            or shapely.hausdorff_distance(*shapes) < 2.0 * tolerance  # rings may start elsewhere
        )
    )


@pytest.mark.parametrize(("format_", "system"), SYSTEMS)
def test_the_whole_land_comes_back(tmp_path: Path, format_: Format, system: str) -> None:
    file = tmp_path / f"land{ending_of(format_, 8)}"
    write_file(file, LAND, format_, system=system)
    back = let_in(file)
    tolerance = 1e-8 if system else 1e-9
    assert differ(LAND, back, tolerance) == []
    if not system:
        assert edits_for(back, LAND, mode="replace") == ()
    assert [each.name for each in tmp_path.iterdir()] == [file.name], "a draft was left behind"


def ogr(tmp_path: Path, source: str, *layer: str) -> list[dict[str, object]]:
    """What Debian's ogr2ogr reads, as GeoJSON features."""
    result = tmp_path / "independent.geojson"
    result.unlink(missing_ok=True)
    subprocess.run(  # noqa: S603 -- Debian's own
        [OGR2OGR, "-f", "GeoJSON", "-t_srs", "EPSG:4326", str(result), source, *layer],
        check=True,
        capture_output=True,
        timeout=60,
    )
    features = json.loads(result.read_text(encoding="utf-8"))["features"]
    assert isinstance(features, list)
    return features


WATER = [
    each
    for each in LAND
    if each.layer is Layer.WATER_POINT
    and each.geometry.geom_type == "Point"
    and {"depth_m", "capacity_m3"} <= each.properties.keys()
]
TOWNS = [each for each in LAND if each.layer is Layer.TOWNSHIP]


@NEEDS_GDAL
@pytest.mark.parametrize(
    ("format_", "system", "inside", "layer", "keys"),
    [
        (Format.SHAPEFILE, "", "/vsizip/{}/{}.shp", "", ("code", "name", "depth_m", "cap_m3")),
        (
            Format.SHAPEFILE,
            "EPSG:4545",
            "/vsizip/{}/{}.shp",
            "",
            ("code", "name", "depth_m", "cap_m3"),
        ),
        (Format.GEOPACKAGE, "", "{}", "{}", ("code", "name", "depth_m", "capacity_m3")),
        (Format.GEOPACKAGE, "EPSG:4544", "{}", "{}", ("code", "name", "depth_m", "capacity_m3")),
        (Format.GEOJSON, "", "{}", "", ("code", "name", "depth_m", "capacity_m3")),
        (Format.KML, "", "{}", "", ("code", "Name", "depth_m", "capacity_m3")),
        (Format.KMZ, "", "{}", "", ("code", "Name", "depth_m", "capacity_m3")),
    ],
)
def test_somebody_elses_reader_sees_the_same(
    tmp_path: Path, *, format_: Format, system: str, inside: str, layer: str, keys: tuple[str, ...]
) -> None:
    for features in (WATER, TOWNS):
        called = features[0].layer.value
        file = tmp_path / f"out{ending_of(format_, 1)}"
        write_file(file, features, format_, system=system)
        found = ogr(tmp_path, inside.format(file, called), *([called] if layer else []))
        assert len(found) == len(features)
        by_code = {each["properties"]["code"]: each for each in found}  # type: ignore[index]
        for feature in features:
            facts = by_code[feature.code]["properties"]
            assert isinstance(facts, dict)
            assert facts[keys[1]].encode() == feature.name.encode()
            if features is WATER:
                assert float(facts[keys[2]]) == feature.properties["depth_m"]
                assert float(facts[keys[3]]) == feature.properties["capacity_m3"]
            shape = shapely.geometry.shape(by_code[feature.code]["geometry"])  # type: ignore[arg-type]
            assert shape.symmetric_difference(feature.geometry).area < 1e-9
            assert shape.centroid.distance(feature.geometry.centroid) < 1e-6  # a tenth of a metre


@NEEDS_GDAL
@pytest.mark.parametrize("format_", [Format.KML, Format.KMZ])
def test_every_layer_of_a_kml_has_its_properties_in_another_reader(
    tmp_path: Path, format_: Format
) -> None:
    """In a KMZ a schema that stands outside of the layer is not found by GDAL."""
    file = tmp_path / f"land.{format_}"
    write_file(file, LAND, format_)
    for layer in {each.layer for each in LAND}:
        own = {each.code: each for each in LAND if each.layer is layer}
        found = ogr(tmp_path, str(file), LAYER_NAMES[layer])
        assert sorted(str(each["properties"]["code"]) for each in found) == sorted(own)  # type: ignore[index]
        for each in found:
            facts = each["properties"]
            assert isinstance(facts, dict)
            for key, value in own[facts["code"]].properties.items():
                assert str(facts[key]) == str(value) or float(facts[key]) == value, key


@NEEDS_GDAL
def test_tables_are_read_by_others(tmp_path: Path) -> None:
    write_file(tmp_path / "out.csv", WATER, Format.CSV)
    rows = ogr(
        tmp_path,
        str(tmp_path / "out.csv"),
        *("-oo", "X_POSSIBLE_NAMES=经度(WGS84)", "-oo", "Y_POSSIBLE_NAMES=纬度(WGS84)"),
        *("-s_srs", "EPSG:4326"),
    )
    write_file(tmp_path / "out.xlsx", WATER, Format.EXCEL)
    page = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]
    headings = [str(cell.value) for cell in page[1]]
    for number, feature in enumerate(WATER):
        facts = rows[number]["properties"]
        assert isinstance(facts, dict)
        cells = dict(zip(headings, (cell.value for cell in page[number + 2]), strict=True))
        for each in (facts, cells):
            assert each["编号"] == feature.code
            assert each["名称"] == feature.name
            assert float(str(each["水深(m)"])) == feature.properties["depth_m"]
            assert float(str(each["经度(WGS84)"])) == pytest.approx(
                feature.geometry.centroid.x, abs=1e-9
            )
        place = shapely.geometry.shape(rows[number]["geometry"])  # type: ignore[arg-type]
        assert place.distance(feature.geometry) < 1e-9
    info = subprocess.run(  # noqa: S603 -- Debian's own
        [OGRINFO, "-al", "-so", str(tmp_path / "out.xlsx")],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "直升机取水点" in info.stdout
    assert f"Feature Count: {len(WATER)}" in info.stdout


def test_a_table_has_a_mark_for_excel_and_metres_beside_degrees(tmp_path: Path) -> None:
    write_file(tmp_path / "out.csv", WATER, Format.CSV)
    content = (tmp_path / "out.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    head, row = content.decode("utf-8-sig").split("\r\n")[:2]
    assert head.endswith("经度(WGS84),纬度(WGS84),东坐标(EPSG:4545),北坐标(EPSG:4545)")
    east_m, north_m = (float(each) for each in row.split(",")[-2:])
    assert 340_000 < east_m < 420_000
    assert 3_100_000 < north_m < 3_300_000


def test_a_shapefile_is_what_offices_exchange(tmp_path: Path) -> None:
    write_file(tmp_path / "out.zip", WATER, Format.SHAPEFILE)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.read("water_point.cpg") == b"GBK"
        assert b"China_Geodetic_Coordinate_System_2000" in archive.read("water_point.prj")
        table = archive.read("water_point.dbf")
        assert "演练取水点".encode("gbk") in table
        assert table[29] == 0x4D
        assert "容量(m³)" in archive.read("water_point.fields.csv").decode("utf-8-sig")


def test_rings_run_as_geojson_wants_them(tmp_path: Path) -> None:
    write_file(tmp_path / "out.geojson", TOWNS, Format.GEOJSON)
    content = json.loads((tmp_path / "out.geojson").read_text(encoding="utf-8"))
    assert content["firewatch"] == {"drill": True, "coordinates": "WGS84"}
    assert "crs" not in content
    for each in content["features"]:
        assert "drill" not in each["properties"]
        shape = shapely.geometry.shape(each["geometry"])
        for part in shapely.get_parts(shape):
            assert part.exterior.is_ccw


def test_the_old_folder_reads_what_is_written(tmp_path: Path) -> None:
    out = []
    for layer in (Layer.TOWNSHIP, Layer.WATER_POINT):
        own = [each for each in LAND if each.layer is layer]
        write_file(tmp_path / f"{layer}.geojson", own, Format.GEOJSON)
        out += own
    back = read_layers(tmp_path)
    assert differ(out, back, 1e-9) == []


def test_a_letter_that_gbk_lacks_makes_the_shapefile_utf8(tmp_path: Path) -> None:
    rare = LandFeature(Layer.QUAY, "Q1", "𡋾口取水码头", shapely.Point(106.6, 28.8), drill=False)
    write_file(tmp_path / "out.zip", [rare], Format.SHAPEFILE)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.read("quay.cpg") == b"UTF-8"
    assert let_in(tmp_path / "out.zip") == [rare]


LONG = LandFeature(
    Layer.QUAY,
    "Q1",
    "码头",
    shapely.Point(106.6, 28.8),
    drill=False,
    properties={"备注": "水" * 200},
)


def test_text_that_a_format_would_cut_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        write_file(tmp_path / "out.zip", [LONG], Format.SHAPEFILE)
    assert caught.value.code == "export_text_long"
    assert "码头" in caught.value.message
    huge = LandFeature(
        Layer.QUAY,
        "Q1",
        "码头",
        shapely.Point(106.6, 28.8),
        drill=False,
        properties={"备注": "水" * 33_000},
    )
    with pytest.raises(InputRefused) as caught:
        write_file(tmp_path / "out.xlsx", [huge], Format.EXCEL)
    assert caught.value.code == "export_text_long"
    assert list(tmp_path.iterdir()) == []
    write_file(tmp_path / "out.gpkg", [huge], Format.GEOPACKAGE)
    assert let_in(tmp_path / "out.gpkg") == [huge]


def test_what_comes_back_as_another_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that turns Chinese into question marks, as some do, is found out."""
    real = writing.geojson_text
    for old, new, word in (
        ("演练取水点", "?????", "name of"),
        ("6.5", "6.4", "depth_m of"),
        ("106.", "105.", "shape of"),
        ('"FeatureCollection"', '"Other"', "read again"),
    ):
        monkeypatch.setattr(writing, "geojson_text", lambda sheet: real(sheet).replace(old, new))  # noqa: B023
        with pytest.raises(InputRefused) as caught:
            write_file(tmp_path / "out.geojson", WATER, Format.GEOJSON)
        assert caught.value.code == "export_lost"
        assert word in caught.value.message
    assert not (tmp_path / "out.geojson").exists()


@pytest.mark.parametrize(
    ("features", "format_", "name", "system", "code"),
    [
        ([], Format.CSV, "a.csv", "", "export_empty"),
        (LAND, Format.CSV, "a.csv", "", "export_one_layer"),
        (LAND, Format.GEOJSON, "a.geojson", "", "export_one_layer"),
        (WATER, Format.KML, "a.kml", "EPSG:4545", "export_system"),
        (WATER, Format.GEOJSON, "a.geojson", "GCJ-02", "export_system"),
        (WATER, Format.SHAPEFILE, "a.zip", "GCJ-02", "export_system"),
        (WATER, Format.GEOPACKAGE, "a.gpkg", "EPSG:3857", "export_system"),
        (WATER, Format.GEOPACKAGE, "a.gpkg", "EPSG:4549", "coordinates_zone"),
        (WATER, Format.CSV, "absent/a.csv", "", "export_unwritable"),
    ],
)
def test_what_cannot_be_written_is_refused(
    tmp_path: Path,
    *,
    features: list[LandFeature],
    format_: Format,
    name: str,
    system: str,
    code: str,
) -> None:
    with pytest.raises(InputRefused) as caught:
        write_file(tmp_path / name, features, format_, system=system)
    assert caught.value.code == code
    assert caught.value.remedy


def test_properties_of_one_name_in_two_spellings_are_refused(tmp_path: Path) -> None:
    twin = LandFeature(
        Layer.QUAY,
        "Q",
        "码头",
        shapely.Point(106.6, 28.8),
        drill=False,
        properties={"Ab": 1, "aB": 2},
    )
    with pytest.raises(InputRefused) as caught:
        write_file(tmp_path / "a.csv", [twin], Format.CSV)
    assert caught.value.code == "export_columns"


CHINESE = (
    st.text(
        st.sampled_from("龙潭水库大梁子防火林带鹰嘴岩綦江𡋾é'\"<>&,;=+-@ 　\n10x"),
        min_size=1,
        max_size=12,
    )
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: bool(text.strip(" -/")))
)
DEGREES = st.tuples(st.floats(106.3, 107.0), st.floats(28.5, 29.1))


@st.composite
def geometries(draw: st.DrawFn, layer: Layer) -> shapely.Geometry:
    kinds = sorted(SHAPES[layer] - {"MultiPolygon", "MultiLineString"})
    x, y = draw(DEGREES)
    match draw(st.sampled_from(kinds)):
        case "Point":
            return shapely.Point(x, y)
        case "LineString":
            return shapely.LineString([(x, y), (x + 0.01, y + 0.02), (x + 0.03, y)])
        case _:
            hole = draw(st.booleans())
            shape = shapely.box(x, y, x + 0.05, y + 0.04)
            return shape.difference(shape.centroid.buffer(0.01)) if hole else shape


def values_of(layer: Layer) -> dict[str, st.SearchStrategy[Fact]]:
    strategies: dict[str, st.SearchStrategy[Fact]] = {}
    for each in ATTRIBUTES[layer]:
        if each.kind is AttributeKind.TEXT:
            strategies[each.key] = CHINESE
        elif each.kind is AttributeKind.YES_NO:
            strategies[each.key] = st.booleans()
        elif each.kind is AttributeKind.CHOICE:
            strategies[each.key] = st.sampled_from(each.choices)
        elif each.kind is AttributeKind.WHOLE:
            strategies[each.key] = st.integers(int(each.least or 0), int(each.most or 100))
        else:
            strategies[each.key] = st.floats(each.least or 0.0, min(each.most or 1e6, 1e6)).map(
                lambda value: round(float(f"{value:.6g}"), 9)  # a shapefile ends at 15 decimals
            )
    further: dict[str, st.SearchStrategy[Fact]] = {
        "备注": CHINESE,
        "lon": st.floats(-10.0, 10.0).map(lambda value: round(value, 6)),
        "prop:x": st.integers(-(2**40), 2**40),
        "duty_telephone": st.sampled_from(["13812345678", "023-48661234", "0", "007"]),
        "checked": st.booleans(),
    }
    return strategies | further


@st.composite
def lands(draw: st.DrawFn) -> list[LandFeature]:
    features = []
    for layer in draw(st.lists(st.sampled_from(list(Layer)), min_size=1, max_size=3, unique=True)):
        strategies = values_of(layer)
        keys = draw(st.lists(st.sampled_from(sorted(strategies)), max_size=6, unique=True))
        codes = draw(st.lists(CHINESE, min_size=1, max_size=4, unique=True))
        features += [
            LandFeature(
                layer,
                code,
                draw(CHINESE),
                draw(geometries(layer)),
                draw(st.booleans()),
                {key: draw(strategies[key]) for key in keys if draw(st.booleans())},
            )
            for code in codes
        ]
    return features


def _read(path: Path, *, limits: Limits | None = None) -> list[RawLayer]:
    return read_here(path, limits or Limits())


def _by_gdal(
    path: Path, what: str, layers: Sequence[RawLayer], kinds: Sequence[Sequence[str]]
) -> None:
    each = [list(own) for own in kinds]
    if what == "gpkg":
        write_geopackage(path, list(layers), each)
        return
    for layer, own in zip(layers, each, strict=True):
        write_shapefile(path / f"{layer.name}.shp", layer, own, layer.encoding or "gbk")


@pytest.mark.parametrize("format_", list(Format))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6, deadline=None
)
@given(features=lands())
def test_any_land_comes_back_from_any_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: Format, features: list[LandFeature]
) -> None:
    """In this process, for speed; that another one does the same is tested above."""
    monkeypatch.setattr(read_back, "read_file", _read)
    for module in (writing, write_shapes):
        monkeypatch.setattr(module, "write_by_gdal", _by_gdal)
    file = (
        tmp_path
        / f"land{'.zip' if format_ in (Format.GEOJSON, Format.CSV) else ending_of(format_, 2)}"
    )
    write_file(file, features, format_)
    back: list[LandFeature] = []
    for raw in _read(file):
        back += prepare(raw, guess(raw), district=None, there=())[0]
    assert differ(features, back, 1e-9) == []
