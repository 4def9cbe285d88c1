import json
import logging
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import geo.geojson
from geo.layers import read_layers
from models.errors import InputRefused
from models.land import Layer

SQUARE = [[[106.6, 28.8], [106.7, 28.8], [106.7, 28.9], [106.6, 28.9], [106.6, 28.8]]]
BOW_TIE = [[[106.6, 28.8], [106.7, 28.9], [106.7, 28.8], [106.6, 28.9], [106.6, 28.8]]]
TAG = {"drill": False}


def one(kind: str = "Polygon", coordinates: object = None, **properties: object) -> dict[str, Any]:
    facts: dict[str, object] = {"code": "500110001", "name": "古南街道", **properties}
    return {
        "type": "Feature",
        "properties": {key: value for key, value in facts.items() if value is not ...},
        "geometry": {"type": kind, "coordinates": SQUARE if coordinates is None else coordinates},
    }


def write(folder: Path, *features: object, layer: str = "township", **members: object) -> Path:
    content = {"type": "FeatureCollection", "firewatch": TAG, "features": list(features), **members}
    content = {key: value for key, value in content.items() if value is not ...}
    (folder / f"{layer}.geojson").write_text(json.dumps(content), encoding="utf-8")
    return folder


def refusal(folder: Path) -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        read_layers(folder)
    assert caught.value.remedy
    assert str(folder) in caught.value.message
    return caught.value


def test_a_good_layer_is_read_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, one(area_km2=45, duty="023-1", burned=None, open=True))
    (township,) = read_layers(tmp_path)
    assert township.layer is Layer.TOWNSHIP
    assert (township.code, township.name, township.drill) == ("500110001", "古南街道", False)
    assert township.properties == {"area_km2": 45, "duty": "023-1", "burned": None, "open": True}
    assert township.geometry.equals(shapely.Polygon(SQUARE[0]))


def test_layers_come_in_their_order_with_their_own_drill_mark(tmp_path: Path) -> None:
    write(tmp_path, one("Point", [106.6, 28.8]), layer="helipad", firewatch={"drill": True})
    write(tmp_path, one(), layer="township")
    assert [(item.layer, item.drill) for item in read_layers(tmp_path)] == [
        (Layer.TOWNSHIP, False),
        (Layer.HELIPAD, True),
    ]


def test_heights_of_vertices_are_dropped(tmp_path: Path) -> None:
    write(tmp_path, one("Point", [106.6, 28.8, 512.0]), layer="hydrant")
    assert not read_layers(tmp_path)[0].geometry.has_z


def test_a_byte_order_mark_and_a_stated_wgs84_are_welcome(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    write(tmp_path, one(), crs=crs)
    file = tmp_path / "township.geojson"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert len(read_layers(tmp_path)) == 1


def test_a_layer_may_be_empty(tmp_path: Path) -> None:
    assert read_layers(write(tmp_path)) == []


def test_a_crossing_ring_is_mended_whole_and_said_to_be(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, one(coordinates=BOW_TIE))
    with caplog.at_level(logging.WARNING, logger="geo.layers"):
        (township,) = read_layers(tmp_path)
    assert township.geometry.is_valid
    assert township.geometry.area == pytest.approx(0.005)  # both halves, not one
    assert "古南街道" in caplog.text
    assert "feature 1" in caplog.text


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "layer_not_json"),
        (b'{"type": "FeatureCollection", "features": [', "layer_not_json"),
        ('{"name": "古南"}'.encode("gb18030"), "layer_not_json"),
        (b"[" * 100_000, "layer_not_json"),
        (b'{"type": NaN}', "layer_not_json"),
        (b"[1, 2]", "layer_not_geojson"),
        (b'{"type": "Feature"}', "layer_not_geojson"),
        (b'{"type": "FeatureCollection", "features": {}}', "layer_not_geojson"),
    ],
)
def test_what_is_not_geojson_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "road.geojson").write_bytes(content)
    error = refusal(tmp_path)
    assert error.code == code
    assert "road.geojson" in error.message


@pytest.mark.parametrize("statement", [..., None, True, {}, {"drill": "no"}, {"drill": 0}])
def test_a_file_that_does_not_state_its_datum_is_refused(tmp_path: Path, statement: object) -> None:
    error = refusal(write(tmp_path, one(), firewatch=statement))
    assert error.code == "layer_untagged"
    assert "GCJ-02" in error.remedy


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4545"}},
        {"type": "name", "properties": {"name": "GCJ-02"}},
        {"type": "name", "properties": None},
        "EPSG:4490",
        None,
    ],
)
def test_a_foreign_coordinate_system_is_refused(tmp_path: Path, crs: object) -> None:
    assert refusal(write(tmp_path, one(), crs=crs)).code == "layer_crs"


@pytest.mark.parametrize(
    ("system", "corners"),
    [
        # 106.6 E 28.8 N and 106.7 E 28.9 N, golden numbers of coord-convert 0.2.1
        ("GCJ-02", [(106.6036459, 28.7965908), (106.7038736, 28.8968078)]),
        ("EPSG:4490", [(106.6, 28.8), (106.7, 28.9)]),
    ],
)
def test_a_stated_system_is_let_in(
    tmp_path: Path, system: str, corners: list[tuple[float, float]]
) -> None:
    stated = {"drill": False, "coordinates": system}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    line = one("LineString", [list(corner) for corner in corners])
    (road,) = read_layers(write(tmp_path, line, layer="road", firewatch=stated, crs=crs))
    assert road.geometry.bounds == pytest.approx((106.6, 28.8, 106.7, 28.9), abs=1e-7)


def test_metres_of_a_stated_zone_are_let_in(tmp_path: Path) -> None:
    metres = [36_368_261.451, 3_193_393.106]  # golden: pyproj, named systems
    stated = {"drill": False, "coordinates": "EPSG:4524"}
    write(tmp_path, one("Point", metres), layer="hydrant", firewatch=stated)
    place = read_layers(tmp_path)[0].geometry
    assert (place.x, place.y) == pytest.approx((106.65, 28.85), abs=1e-8)


@pytest.mark.parametrize(
    ("system", "place", "code"),
    [
        ("EPSG:4545", [35_661_018.0, 3_192_855.0], "coordinates_zone"),
        ("EPSG:4545", [106.6, 28.8], "coordinates_range"),
        ("GCJ-02", [28.8, 106.6], "coordinates_swapped"),
        ("WGS84", [40.0, 80.0], "coordinates_swapped"),
        ("EPSG:4610", [106.6, 28.8], "system_old"),
        ("", [106.6, 28.8], "coordinates_untagged"),
        (4545, [1e308, 1e308], "coordinates_range"),
    ],
)
def test_what_contradicts_its_stated_system_is_refused_with_its_place(
    tmp_path: Path, system: object, place: list[float], code: str
) -> None:
    stated = {"drill": False, "coordinates": system}
    error = refusal(write(tmp_path, one("Point", place), layer="hydrant", firewatch=stated))
    assert error.code == code
    assert "feature 1" in error.message


@pytest.mark.parametrize(
    ("feature", "code", "words"),
    [
        ("text", "layer_not_geojson", "feature 2"),
        ({"type": "Feature", "geometry": None}, "layer_not_geojson", "feature 2"),
        ({"type": "Polygon", "properties": {}}, "layer_not_geojson", "feature 2"),
        (one(), "layer_code", "500110001 is there twice"),
        (one(code=...), "layer_code", "has no code"),
        (one(code=500110002), "layer_code", "code is not text"),
        (one(code="2", name="  "), "layer_name", "name is not text"),
        (one(code="2", name=...), "layer_name", "has no name"),
        (one(code="2", list=[1]), "layer_property", "property list"),
        (one("Point", [106.6, 28.8], code="2"), "geometry_type", "is a Point"),
        (one("GeometryCollection", [[1]], code="2"), "geometry_type", "GeometryCollection"),
        (one(coordinates=[], code="2"), "geometry_missing", "no geometry"),
        (one(coordinates=[[]], code="2"), "geometry_invalid", "not nested"),
        (one(coordinates=[[106.6, 28.8]], code="2"), "geometry_invalid", "not nested"),
        (one(coordinates=[[[106.6]]], code="2"), "geometry_invalid", "two or three numbers"),
        (one(coordinates=[[[106.6, "x"]]], code="2"), "geometry_invalid", "two or three numbers"),
        (one(coordinates=[[[True, 28.8]]], code="2"), "geometry_invalid", "two or three numbers"),
        (one(coordinates=[[[106.6, 28.8]]], code="2"), "geometry_invalid", "cannot be built"),
        (one(coordinates=[[[106.6, 28.8]] * 4], code="2"), "geometry_invalid", "mended"),
        (one(coordinates=[[[28.8, 106.6]] * 4], code="2"), "coordinates_range", "not on Earth"),
        (one(coordinates=[[[368261.0, 3192000.0]] * 4], code="2"), "coordinates_range", "Earth"),
        (one(coordinates=[[[1e400, 0.0]] * 4], code="2"), "layer_not_json", "Infinity"),
        ({**one(code="2"), "geometry": None}, "geometry_missing", "no geometry"),
    ],
)
def test_a_bad_feature_is_refused_by_its_number(
    tmp_path: Path, feature: object, code: str, words: str
) -> None:
    error = refusal(write(tmp_path, one(), feature))
    assert error.code == code
    assert words in error.message
    assert "township.geojson" in error.message


def test_swapped_and_projected_coordinates_get_their_own_remedy(tmp_path: Path) -> None:
    swapped = refusal(write(tmp_path, one("Point", [28.8, 106.6]), layer="hydrant"))
    assert "longitude first" in swapped.remedy
    metres = refusal(write(tmp_path, one("Point", [368_261.0, 3_192_000.0]), layer="hydrant"))
    assert "metres" in metres.remedy


def test_coordinates_that_are_swapped_but_on_earth_are_strays(tmp_path: Path) -> None:
    points = [one("Point", [-84.2 + 0.01 * n, 36.5], code=str(n)) for n in range(4)]
    error = refusal(
        write(tmp_path, *points, one("Point", [36.5, -84.2], code="9"), layer="hydrant")
    )
    assert error.code == "layer_stray"
    assert "(9)" in error.message


def test_a_misspelt_layer_is_refused(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, one(), layer="townships"))
    assert error.code == "layer_name"
    assert "township.geojson" in error.remedy


def test_an_empty_folder_and_no_folder_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path).code == "layer_name"
    assert refusal(tmp_path / "absent").code == "layer_unreadable"


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "road.geojson").mkdir()
    assert refusal(tmp_path).code == "layer_unreadable"


def test_a_file_too_large_for_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geo.geojson, "LARGEST_BYTES", 10)
    assert refusal(write(tmp_path, one())).code == "layer_size"


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(-200, 200),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "coordinates", "properties", "geometry", "code", "name"]),
            inner,
        )
    ),
    max_leaves=12,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None
)
@given(value=json_values, kind=st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon"]))
def test_no_json_whatever_breaks_the_reader(tmp_path: Path, value: object, kind: str) -> None:
    """Anything is either read or refused by name; no other error comes out."""
    for feature in (value, {"type": "Feature", "properties": value}, one(kind, value)):
        for layer in ("village", "road"):
            write(tmp_path, feature, layer=layer)
            try:
                features = read_layers(tmp_path)
            except InputRefused:
                continue
            assert all(item.geometry.is_valid and item.code for item in features)
        (tmp_path / "village.geojson").unlink()
