"""``firewatch land import`` and ``land export`` as somebody types them, on the files of offices."""

# ruff: noqa: RUF001 -- minutes of arc

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from command_line import run_firewatch
from land_files import gpkg, shapefile, zipped

from geo.crs import Gcj02, Plane, Wgs84, from_wgs84
from geo.layers import read_layers
from models.clock import SystemClock
from models.config import load_settings
from models.land import ChangeKind, LandFeature, Layer
from models.store import Store

DRILL = Path(__file__).resolve().parents[2] / "examples" / "drill" / "layers"
VECTOR = Path(__file__).resolve().parents[3] / "shared" / "data" / "geo" / "vector"
TOWNSHIPS = VECTOR / "qijiang_townships_wgs84.geojson"
HAS_VECTOR = pytest.mark.skipif(not TOWNSHIPS.exists(), reason="no real outlines beside this")
VILLAGES = [each for each in read_layers(DRILL) if each.layer is Layer.VILLAGE]

Captured = pytest.CaptureFixture[str]
Patch = pytest.MonkeyPatch


@pytest.fixture
def store(tmp_path: Path, monkeypatch: Patch) -> Iterator[Store]:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "data"))
    opened = Store.open(load_settings(None).store_url, clock=SystemClock())
    yield opened
    opened.close()


def land(monkeypatch: Patch, *words: object) -> int:
    return run_firewatch(monkeypatch, "land", *words)


def refusal(monkeypatch: Patch, capsys: Captured, *words: object) -> str:
    """The one line that a refused command says."""
    capsys.readouterr()
    assert land(monkeypatch, *words) == 1
    told = capsys.readouterr().err
    assert told.startswith("firewatch: ")
    assert told.count("\n") == 1
    return told


def chinese_table(folder: Path) -> Path:
    """Of an office: GBK, Chinese headings, degrees and minutes."""
    file = folder / "綦江区直升机取水点.csv"
    file.write_text(
        "取水点编号,取水点名称,经度,纬度,水深(m),状况,管护\n"
        "W1,龙潭水库,106°39′,28°51′,6.5,完好,李青山\n"
        "W2,月亮塘,106°40′,28°52′,1.8,损毁,王守林\n"
        "W3,无处堰,,,2.0,完好,无\n",
        encoding="gb18030",
    )
    return file


MAPPED = (
    *("--map", "取水点编号=code", "--map", "取水点名称=name"),
    *("--map", "状况=state", "--map", "管护="),
)


@HAS_VECTOR
@pytest.mark.footage
def test_real_townships_come_in_and_a_shifted_outline_takes_nothing_before_its_system_is_said(
    store: Store, monkeypatch: Patch, capsys: Captured
) -> None:
    assert land(monkeypatch, "import", TOWNSHIPS, "--layer", "township") == 0
    told = capsys.readouterr().out
    assert "30 rows as township in WGS84" in told
    assert "30 taken, 0 of them mended, 0 refused, 0 reach beyond the district" in told
    assert "30 new, 0 changed, 0 taken away" in told
    assert "`firewatch land undo 1` undoes it." in told
    assert "文龙街道" in {each.name for each in store.land.all()}
    (change,) = store.land.changes()
    assert (change.kind, change.source) == (ChangeKind.IMPORTED, TOWNSHIPS.name)

    assert land(monkeypatch, "import", TOWNSHIPS) == 0
    assert "All of it is there already." in capsys.readouterr().out
    assert store.land.version() == 1

    shifted = VECTOR / "qijiang_district_gcj02_datav.geojson"
    words = ("import", shifted, "--layer", "township")
    error = refusal(monkeypatch, capsys, *words)
    assert "The layer lies +37" in error
    assert "as GCJ-02 would" in error
    assert "Say --system GCJ-02" in error
    assert "lies" in refusal(monkeypatch, capsys, *words, "--dry-run")
    assert store.land.version() == 1
    assert land(monkeypatch, *words, "--system", "GCJ-02") == 0
    assert "The layer lies" not in capsys.readouterr().out
    assert len(store.land.all()) == 31
    assert land(monkeypatch, "undo", 2) == 0
    assert len(store.land.all()) == 30


def test_features_that_are_known_betray_a_shift_that_may_be_said_to_be_none(
    store: Store, tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    known = [
        replace(each, geometry=shapely.affinity.translate(each.geometry, 190.9, -7.45))
        for each in VILLAGES
    ]
    store.land.replace(Layer.VILLAGE, known, actor="li")

    def moved(places: np.ndarray) -> np.ndarray:
        there = from_wgs84(Wgs84(places[:, 0], places[:, 1]), Gcj02)
        assert not isinstance(there, Plane)
        return np.column_stack((there.lon_deg, there.lat_deg))

    file = tmp_path / "village.geojson"
    features = [
        {
            "type": "Feature",
            "properties": {"code": each.code, "name": each.name, **each.properties},
            "geometry": shapely.geometry.mapping(shapely.transform(each.geometry, moved)),
        }
        for each in known
    ]
    file.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False),
        encoding="utf-8",
    )
    assert "(features, 42 places compared), as GCJ-02" in refusal(
        monkeypatch, capsys, "import", file
    )
    assert land(monkeypatch, "import", file, "--system", "WGS84", "--dry-run") == 0
    told = capsys.readouterr().out
    assert "as GCJ-02 would; taken as was said." in told
    assert "0 new, 42 changed, 0 taken away" in told
    assert "Nothing was changed." in told
    assert store.land.all() == known
    assert land(monkeypatch, "import", file, "--system", "GCJ-02", "--drill") == 0
    assert "All of it is there already." in capsys.readouterr().out


def test_a_table_of_an_office_is_mapped_told_row_by_row_and_taken_when_it_is_meant(
    store: Store, tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    file = chinese_table(tmp_path)
    assert land(monkeypatch, "import", file, *MAPPED, "--dry-run") == 0
    told = capsys.readouterr().out
    assert "綦江区直升机取水点: 3 rows as water_point in WGS84" in told
    assert "取水点编号 > code, 取水点名称 > name, 水深(m) > depth_m, 状况 > state, 管护 > -" in told
    assert "encoding encoding gb18030" in told
    assert "row 3 无处堰: refused, geometry_missing" in told
    assert "2 taken, 0 of them mended, 1 refused" in told
    assert "Nothing was changed." in told
    assert store.land.all() == []
    assert store.land.version() == 0

    assert land(monkeypatch, "import", file, *MAPPED, "--drill") == 0
    first, second = store.land.all()
    assert (first.code, first.name, first.drill) == ("W1", "龙潭水库", True)
    assert first.properties == {"depth_m": 6.5, "state": "good"}
    assert (first.geometry.centroid.x, first.geometry.centroid.y) == pytest.approx((106.65, 28.85))
    assert second.properties == {"depth_m": 1.8, "state": "unusable"}


def test_replace_takes_the_others_of_its_layer_away(
    store: Store, tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    place = shapely.Point(106.7, 28.9)
    others = [
        LandFeature(Layer.WATER_POINT, code, "旧", place, drill=False) for code in ("W1", "X")
    ]
    pool = LandFeature(Layer.POOL, "P", "池", place, drill=False)
    store.land.replace(Layer.WATER_POINT, others, actor="li")
    store.land.replace(Layer.POOL, [pool], actor="li")
    file = chinese_table(tmp_path)
    assert land(monkeypatch, "import", file, *MAPPED) == 0
    assert "1 new, 1 changed, 0 taken away" in capsys.readouterr().out
    assert {each.code for each in store.land.all()} == {"W1", "W2", "X", "P"}
    assert land(monkeypatch, "import", file, *MAPPED, "--replace") == 0
    assert "0 new, 0 changed, 1 taken away" in capsys.readouterr().out
    assert {each.code for each in store.land.all()} == {"W1", "W2", "P"}
    assert land(monkeypatch, "undo", 4) == 0
    assert {each.code for each in store.land.all()} == {"W1", "W2", "X", "P"}


def test_layers_of_a_file_are_taken_together_or_one_by_name(
    store: Store, tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    file = tmp_path / "国土.gpkg"
    points = [shapely.Point(106.6 + n / 100, 28.8) for n in range(3)]
    lines = [shapely.LineString([(106.6, 28.8), (106.7, 28.9)])]
    file.write_bytes(gpkg(tmp_path, "EPSG:4326", 取水点=points, 防火林带=lines))
    assert "holds 取水点, 防火林带" in refusal(
        monkeypatch, capsys, "import", file, "--layer", "quay"
    )
    assert "has no layer 码头" in refusal(monkeypatch, capsys, "import", file, "--from", "码头")
    assert land(monkeypatch, "import", file, "--from", "取水点", "--layer", "quay") == 0
    assert [each.layer for each in store.land.all()] == [Layer.QUAY] * 3
    assert land(monkeypatch, "import", file) == 0
    assert "4 new" in capsys.readouterr().out
    assert [each.name for each in store.land.all(Layer.WATER_POINT)] == ["名0", "名1", "名2"]
    assert [each.name for each in store.land.all(Layer.FOREST_BELT)] == ["名0"]
    assert store.land.version() == 2, "both layers are one change"


def test_metres_without_a_zone_are_taken_in_the_system_that_is_said(
    store: Store, tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    """A GBK shapefile without ``.prj`` and ``.cpg``, as an office sends it."""
    columns = [("编号".encode("gbk"), 10), ("名称".encode("gbk"), 20)]
    parts = shapefile(
        tmp_path,
        [shapely.Point(368_261.4, 3_193_393.1)],
        columns,
        [["Q1".encode("gbk"), "石角镇码头".encode("gbk")]],
        prj=None,
        cpg=None,
    )
    file = tmp_path / "取水码头.zip"
    file.write_bytes(zipped(parts))
    words = ("import", file, "--layer", "quay")
    assert "do not say which system" in refusal(monkeypatch, capsys, *words)
    assert "system" in refusal(monkeypatch, capsys, *words, "--system", "BJ54")
    assert store.land.all() == []
    assert land(monkeypatch, *words, "--system", "EPSG:4545") == 0
    (quay,) = store.land.all()
    assert (quay.code, quay.name) == ("Q1", "石角镇码头")
    assert (quay.geometry.centroid.x, quay.geometry.centroid.y) == pytest.approx(
        (106.65, 28.85), abs=0.01
    )


def test_what_cannot_be_imported_is_one_line_and_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    def made(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    for file, word in (
        (tmp_path / "absent.zip", "cannot be read"),
        (tmp_path, "cannot be read"),
        (made("图\x1b[31m.dwg", b"AC1027" + bytes(200)), "DWG"),
        (made("a.csv", "名称,备注\n甲,乙\n".encode()), "No column"),
        (made("a.zip", zipped({"../a.csv": b"x"})), "leads out"),
    ):
        assert word in refusal(monkeypatch, capsys, "import", file)
    file = chinese_table(tmp_path)
    error = refusal(monkeypatch, capsys, "import", file, "--map", "深度=depth_m")
    assert "Its columns are 取水点编号, 取水点名称, 水深(m)" in error
    assert "maps no column" in refusal(monkeypatch, capsys, "import", file, "--map", "水深(m)")
    nowhere = made("水.csv", "名称,经度,纬度\n甲,,\n".encode())
    assert land(monkeypatch, "import", nowhere, "--layer", "quay") == 1
    assert "Nothing of it can be taken." in capsys.readouterr().out
    assert store.land.all() == []
    assert store.land.version() == 0


def test_a_long_list_of_remarks_ends(
    store: Store, tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    file = tmp_path / "码头.csv"
    rows = [f"码头{n},106.{600 + n},28.8,{'深' if n < 40 else 1}\n" for n in range(50)]
    file.write_text("名称,经度,纬度,可停船\n" + "".join(rows), encoding="utf-8")
    assert land(monkeypatch, "import", file, "--map", "可停船=name", "--map", "名称=code") == 0
    assert len(store.land.all()) == 50
    file.write_text("名称,经度,纬度\n" + "甲,,\n" * 40 + "乙,106.6,28.8\n", encoding="utf-8")
    capsys.readouterr()
    assert land(monkeypatch, "import", file) == 0
    assert "and 10 more remarks" in capsys.readouterr().out


def test_land_that_lies_elsewhere_is_told_which_system_fits(
    store: Store, tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    place = shapely.box(106.5, 28.7, 106.8, 29.0)
    store.land.replace(
        Layer.TOWNSHIP, [LandFeature(Layer.TOWNSHIP, "1", "镇", place, drill=False)], actor="li"
    )
    file = tmp_path / "码头.csv"
    file.write_text("名称,X,Y\n甲,3193393.1,368261.4\n乙,3193400,368300\n", encoding="utf-8")
    assert land(monkeypatch, "import", file, "--system", "EPSG:4548") == 1
    told = capsys.readouterr().out
    assert "far_outside" in told
    assert "system_fits stated EPSG:4548, fits EPSG:4545" in told


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("全部.zip", ""),
        ("全部.zip", "EPSG:4545"),
        ("全部.gpkg", ""),
        ("全部.kml", ""),
        ("全部.kmz", ""),
        ("全部.xlsx", ""),
        ("村.geojson", ""),
        ("村.csv", ""),
        ("全部.zip", "geojson"),
        ("全部.zip", "csv"),
    ],
)
def test_every_format_goes_out_and_comes_in_again_as_it_was(
    *,
    store: Store,
    tmp_path: Path,
    monkeypatch: Patch,
    capsys: Captured,
    name: str,
    system: str,
) -> None:
    """Into the same land nothing is new; into an empty one all of it, in the same letters."""
    chosen = {Layer.VILLAGE, *([] if name.startswith("村") else (Layer.TOWER, Layer.FOREST_BELT))}
    shown = [
        replace(
            each, geometry=shapely.transform(each.geometry, lambda at: np.add(at, (190.9, -7.45)))
        )
        for each in read_layers(DRILL)
        if each.layer in {Layer.VILLAGE, Layer.TOWER, Layer.FOREST_BELT, Layer.HYDRANT}
    ]
    for layer in {each.layer for each in shown}:
        store.land.replace(layer, [each for each in shown if each.layer is layer], actor="li")
    file = tmp_path / name
    layers = [word for layer in sorted(chosen) for word in ("--layer", layer)]
    said = ("--format", system) if system in ("geojson", "csv") else ("--system", system)
    assert land(monkeypatch, "export", file, *layers, *said) == 0
    told = capsys.readouterr().out
    wanted = {(each.layer, each.code): each for each in shown if each.layer in chosen}
    assert f"{len(wanted)} features, {len(wanted)} of them invented are in {file}" in told
    assert "read back" in told
    assert land(monkeypatch, "import", file) == 0
    again = capsys.readouterr().out
    if system != "EPSG:4545":  # metres and back are not the last bit
        assert "0 new, 0 changed, 0 taken away" in again
    assert "0 new" in again

    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "other"))
    assert land(monkeypatch, "import", file) == 0
    other = Store.open(load_settings(None).store_url, clock=SystemClock())
    back = {(each.layer, each.code): each for each in other.land.all()}
    other.close()
    assert back.keys() == wanted.keys()
    for key, feature in wanted.items():
        assert back[key].name.encode() == feature.name.encode()
        assert back[key].properties == feature.properties
        assert back[key].drill
        assert back[key].geometry.hausdorff_distance(feature.geometry) < 1e-8


def test_what_cannot_be_exported_is_one_line_and_leaves_no_file(
    store: Store, tmp_path: Path, monkeypatch: Patch, capsys: Captured
) -> None:
    assert "nothing to export" in refusal(monkeypatch, capsys, "export", tmp_path / "a.gpkg")
    store.land.replace(Layer.VILLAGE, VILLAGES, actor="li")
    tower = LandFeature(Layer.TOWER, "T", "塔", shapely.Point(106.6, 28.8), drill=False)
    store.land.replace(Layer.TOWER, [tower], actor="li")
    for name, words, said in (
        ("a.docx", (), "says no format"),
        ("无后缀", (), "says no format"),
        ("a.kml", ("--format", "gpkg"), "should end in .gpkg"),
        ("a.csv", (), "should end in .zip"),
        ("a.kml", ("--system", "EPSG:4545"), "WGS 84 only"),
        ("a.gpkg", ("--system", "GCJ-02"), "no system that is written"),
        ("b/a.gpkg", (), "cannot be written"),
    ):
        assert said in refusal(monkeypatch, capsys, "export", tmp_path / name, *words)
    assert {each.name for each in tmp_path.iterdir()} == {"data"}
    assert land(monkeypatch, "export", tmp_path / "塔.csv", "--layer", "tower") == 0
    told = capsys.readouterr().out
    assert "1 features are in" in told
    assert "invented" not in told
