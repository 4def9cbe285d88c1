"""Cameras whose coordinates come in any system: by the form, by tables, by TOML; and out again."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from api_rig import ApiRig
from command_line import run_firewatch
from pyproj import Transformer

from api.cameras.exchange import import_cameras, write_cameras
from api.cameras.place import PlaceAnswer, PlaceBody, PointBody
from api.cameras.words import system_of
from geo.crs import Bd09, Gcj02, Wgs84, from_wgs84
from geo.relief import drill_relief
from models.clock import ManualClock
from models.errors import InputRefused
from models.site import HeightDatum, Position
from models.store import Store
from models.user import Role

TRUE = (106.65, 28.85)
GK108 = Transformer.from_crs(4326, 4545, always_xy=True).transform(*TRUE)
GK105 = Transformer.from_crs(4326, 4544, always_xy=True).transform(*TRUE)
UTM = Transformer.from_crs(4326, 32648, always_xy=True).transform(*TRUE)
GCJ = from_wgs84(Wgs84.at(*TRUE), Gcj02).pair  # type: ignore[union-attr]
BD = from_wgs84(Wgs84.at(*TRUE), Bd09).pair  # type: ignore[union-attr]
HEADERS = "编号,名称,坐标系,经度,纬度,东坐标,北坐标,高程,高程基准\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    clock = ManualClock(datetime(2026, 11, 26, 4, 0, tzinfo=UTC))
    with closing(Store.open(f"sqlite:///{tmp_path / 'fw.db'}", clock=clock)) as opened:
        yield opened


def degrees(system: str, pair: tuple[float, float]) -> dict[str, Any]:
    return {"coordinates": system, "lon_deg": pair[0], "lat_deg": pair[1], "height_m": 812.5}


def metres(system: str, pair: tuple[float, float]) -> dict[str, Any]:
    return {"coordinates": system, "easting_m": pair[0], "northing_m": pair[1], "height_m": 812.5}


IN_EVERY_SYSTEM = [
    degrees("WGS84", TRUE),
    degrees("CGCS2000", TRUE),
    degrees("EPSG:4490", TRUE),
    degrees("GCJ-02", GCJ),
    degrees("BD-09", BD),
    metres("GK", (36e6 + GK108[0], GK108[1])),
    metres("EPSG:4545", GK108),
    metres("EPSG:4524", (36e6 + GK108[0], GK108[1])),
    metres("EPSG:4544", GK105),
    metres("EPSG:32648", UTM),
]
CONTRADICTIONS = [
    ({"lon_deg": 28.85, "lat_deg": 106.65 - 90.0, "coordinates": "GCJ-02"}, "coordinates_abroad"),
    ({"lon_deg": 28.85, "lat_deg": 88.0}, "coordinates_swapped"),
    (metres("EPSG:4544", (36e6 + GK108[0], GK108[1])), "coordinates_zone"),
    (metres("GK", GK108), "coordinates_zone"),
    (metres("EPSG:4545", (GK108[1], GK108[0])), "coordinates_swapped"),
    (metres("WGS84", GK108), "coordinates_range"),
    (degrees("EPSG:4545", TRUE), "coordinates_range"),
    (degrees("Beijing 54", TRUE), "system_old"),
    (degrees("local grid", TRUE), "system_unknown"),
    (degrees("WGS84", TRUE) | metres("GK", GK108), "coordinates_both"),
    ({"lon_deg": 106.65}, "entry_missing"),
    ({"easting_m": 368261.0, "coordinates": "EPSG:4545"}, "entry_missing"),
    ({}, "entry_missing"),
]


@pytest.mark.parametrize("place", IN_EVERY_SYSTEM, ids=lambda place: place["coordinates"])
def test_every_system_comes_to_the_same_place(place: dict[str, Any]) -> None:
    position = PlaceBody(**place).position()
    assert (position.lon_deg, position.lat_deg) == pytest.approx(TRUE, abs=1e-8)
    assert (position.height_m, position.height_datum) == (812.5, HeightDatum.SEA_LEVEL)


@pytest.mark.parametrize(("place", "code"), CONTRADICTIONS)
def test_what_contradicts_itself_is_refused(place: dict[str, Any], code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        PlaceBody(**({"height_m": 1.0} | place)).position()
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("高德", "GCJ-02"),
        (" gps ", "WGS84"),
        ("百度", "BD-09"),
        ("国家2000", "CGCS2000"),
        ("4545", "4545"),
    ],
)
def test_systems_go_by_the_names_that_people_write(said: str, meant: str) -> None:
    assert system_of(said) == meant


def rows() -> str:
    lines = []
    for number, place in enumerate(IN_EVERY_SYSTEM):
        pairs = [place.get(key, "") for key in ("lon_deg", "lat_deg", "easting_m", "northing_m")]
        cells = ",".join(repr(each) if each != "" else "" for each in pairs)
        lines.append(f"c{number},相机{number},{place['coordinates']},{cells},812.5,1985\n")
    return "".join(lines)


def test_a_table_may_hold_a_system_for_each_camera(store: Store) -> None:
    report = import_cameras(store, (HEADERS + rows()).encode(), toml=False, actor="li")
    assert [line.why for line in report.lines] == [""] * len(IN_EVERY_SYSTEM)
    for setup in store.links.all():
        position = setup.camera.position
        assert (position.lon_deg, position.lat_deg) == pytest.approx(TRUE, abs=1e-8)
        assert position.height_datum is HeightDatum.SEA_LEVEL


@pytest.mark.parametrize("suffix", ["csv", "toml"])
def test_an_export_says_wgs84_and_is_not_turned_again(store: Store, suffix: str) -> None:
    import_cameras(store, (HEADERS + rows()).encode(), toml=False, actor="li")
    before = store.links.all()
    out = write_cameras(before, Path(f"c.{suffix}"), chinese=True, with_passwords=False)
    assert out.decode("utf-8-sig").count("WGS84") == len(before)
    again = import_cameras(store, out, toml=suffix == "toml", actor="li")
    assert {line.outcome for line in again.lines} == {"same"}
    assert store.links.all() == before
    other = import_cameras(store, out, toml=suffix == "toml", actor="li", coordinates="GCJ-02")
    assert {line.fault.code for line in other.lines if line.fault} == {"coordinates_contradict"}
    assert store.links.all() == before


PLAIN = f"编号,名称,经度,纬度,高程\na,甲,{GCJ[0]!r},{GCJ[1]!r},812.5\n"


@pytest.mark.parametrize(
    "head", ["坐标系\uff1aGCJ-02\n", "# coordinates: gcj02\n", "坐标系,高德,,,\n", "CRS;GCJ-02\n"]
)
def test_a_line_in_front_of_the_headers_speaks_for_the_whole_table(store: Store, head: str) -> None:
    table = PLAIN.replace(",", ";") if ";" in head else PLAIN
    import_cameras(store, (head + table).encode(), toml=False, actor="li")
    (setup,) = store.links.all()
    where = setup.camera.position
    assert (where.lon_deg, where.lat_deg) == pytest.approx(TRUE, abs=1e-8)


def test_a_line_in_front_and_a_column_that_disagree_are_refused(store: Store) -> None:
    table = "坐标系\uff1aWGS84\n编号,名称,坐标系,经度,纬度,高程\na,甲,GCJ-02,106.65,28.85,1\n"
    report = import_cameras(store, table.encode(), toml=False, actor="li")
    (line,) = report.lines
    assert line.fault is not None
    assert line.fault.code == "coordinates_contradict"


def test_a_line_in_front_of_nothing_is_no_list(store: Store) -> None:
    with pytest.raises(InputRefused):
        import_cameras(store, "坐标系\uff1aWGS84\n".encode(), toml=False, actor="li")


def test_a_known_camera_without_a_place_keeps_its_own(store: Store) -> None:
    import_cameras(store, PLAIN.encode(), toml=False, actor="li", coordinates="GCJ-02")
    (before,) = store.links.all()
    import_cameras(store, "坐标系\uff1aBD-09\n编号,名称\na,乙\n".encode(), toml=False, actor="li")
    (after,) = store.links.all()
    assert after.camera.position == before.camera.position
    assert after.camera.name == "乙"


def test_toml_states_it_for_all_or_for_each(store: Store) -> None:
    inside = f"lon_deg = {GCJ[0]!r}, lat_deg = {GCJ[1]!r}, height_m = 1.0"
    for_all = (
        'coordinates = "GCJ-02"\n[[cameras]]\ncamera_id = "a"\nname = "a"\n'
        f"position = {{ {inside} }}\n"
    )
    for_one = (
        '[[cameras]]\ncamera_id = "b"\nname = "b"\n'
        f'position = {{ coordinates = "GCJ-02", {inside} }}\n'
    )
    for text in (for_all, for_one):
        import_cameras(store, text.encode(), toml=True, actor="li")
    for setup in store.links.all():
        place = setup.camera.position.lon_deg, setup.camera.position.lat_deg
        assert place == pytest.approx(TRUE, abs=1e-8)
    with pytest.raises(InputRefused):
        import_cameras(store, b"coordinates = 4545\n" + for_one.encode(), toml=True, actor="li")
    odd = (
        '[[cameras]]\ncamera_id = "c"\nname = "c"\nposition = { coordinates = 4545, lon_deg = 1 }\n'
    )
    report = import_cameras(store, odd.encode(), toml=True, actor="li", coordinates="WGS84")
    assert report.refused == 1


def test_the_command_states_it_for_a_list_that_does_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "data"))
    table, out = tmp_path / "c.csv", tmp_path / "out.csv"
    table.write_text(PLAIN, encoding="utf-8")
    code = run_firewatch(monkeypatch, "camera", "import", table, "--coordinates", "GCJ-02")
    assert code == 0
    assert run_firewatch(monkeypatch, "camera", "export", out) == 0
    header, row = out.read_text(encoding="utf-8-sig").splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert cells["坐标系"] == "WGS84"
    assert "东坐标" not in cells
    assert (float(cells["经度"]), float(cells["纬度"])) == pytest.approx(TRUE, abs=1e-8)
    capsys.readouterr()
    assert run_firewatch(monkeypatch, "camera", "import", out, "--coordinates", "GCJ-02") == 1
    assert "another system than the list's" in capsys.readouterr().out


def test_the_console_asks_what_coordinates_become(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    body = {"coordinates": "GCJ-02", "lon_deg": GCJ[0], "lat_deg": GCJ[1]}
    answer = admin.post("/api/cameras/place", json=body)
    assert answer.status_code == 200
    found = answer.json()
    assert (found["lon_deg"], found["lat_deg"]) == pytest.approx(TRUE, abs=1e-8)
    assert 450.0 < found["moved_m"] < 600.0
    assert found["ground_m"] is None  # the drill's relief lies elsewhere
    in_metres = {"coordinates": "EPSG:4545", "easting_m": GK108[0], "northing_m": GK108[1]}
    assert admin.post("/api/cameras/place", json=in_metres).json()["moved_m"] is None
    wrong = admin.post("/api/cameras/place", json=body | {"coordinates": "Xian 80"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "system_old")
    assert api.client(Role.VIEWER).post("/api/cameras/place", json=body).status_code == 403


def test_a_place_tells_the_ground_of_the_relief() -> None:
    terrain = drill_relief()
    west, south, east, north = terrain.bounds_deg
    inside = PointBody(lon_deg=(west + east) / 2.0, lat_deg=(south + north) / 2.0)
    answer = PlaceAnswer.of(inside, terrain)
    assert answer.ground_m == pytest.approx(
        terrain.height_at((west + east) / 2.0, (south + north) / 2.0)
    )
    assert (answer.has_relief, answer.moved_m) == (True, 0.0)
    none = PlaceAnswer.of(inside, None)
    assert (none.has_relief, none.ground_m) == (False, None)
    assert PlaceAnswer.of(PointBody(lon_deg=1.0, lat_deg=2.0), terrain).ground_m is None


def test_a_camera_is_put_where_its_coordinates_say(api: ApiRig) -> None:
    body = {"name": "甲", "position": degrees("BD-09", BD)}
    put = api.client(Role.ADMIN).put("/api/cameras/gn-1", json=body)
    assert put.status_code == 200
    assert put.json()["position"]["lon_deg"] == pytest.approx(TRUE[0], abs=1e-8)
    assert Position(**put.json()["position"]).height_m == 812.5
