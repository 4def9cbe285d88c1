"""Land layers over the API: a file is looked at, mapped, checked, taken once, and taken back."""

import gzip
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from api_rig import ROOT, ApiRig
from httpx import Response
from starlette.testclient import TestClient

from api.body_limit import MOST_LAND_BYTES
from api.land.imports import desk as desk_module
from api.land.imports.desk import ImportDesk
from api.land.imports.kept import MOST_KEPT, KeptReports
from api.land.imports.shelf import KEPT_S, MOST_UPLOADS, UploadShelf, shown_name
from geo.crs.mars import wgs84_to_gcj02
from geo.exchange import Format
from models.errors import Conflict, NotFound
from models.land import ChangeKind, Layer
from models.user import Role

UPLOAD = "/api/land/imports"
DRILL = ROOT / "examples" / "drill" / "layers"
KEY = "0123456789abcdef" * 2
WATER = """\
编号,名称,经度,纬度,水深（米）,高压线
W-1,龙潭水库,-84.25,36.30,8,有
W-2,月亮塘,-84.24,36.31,深,无
W-3,天外塘,10.0,50.0,6,无
"""  # noqa: RUF001  # as a bureau writes it


def send(client: TestClient, name: str, data: bytes) -> Response:
    return client.post(UPLOAD, params={"name": name}, content=data)


def sent(client: TestClient, name: str, data: bytes) -> dict[str, Any]:
    answer = send(client, name, data)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def checked(client: TestClient, upload: dict[str, Any], number: int = 0, **said: object) -> Any:  # noqa: ANN401  # JSON
    mapping = upload["layers"][number]["guess"] | said
    answer = client.post(
        f"{UPLOAD}/{upload['upload_id']}/check",
        json={"layer_number": number, "mapping": mapping},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def taken(client: TestClient, upload: dict[str, Any], draft: int, **said: object) -> Response:
    body = {"draft": draft, "mode": "add", "key": KEY} | said
    return client.post(f"{UPLOAD}/{upload['upload_id']}/apply", json=body)


def gdal(*words: str) -> None:
    """Let GDAL's own program make a file."""
    if shutil.which("ogr2ogr") is None:
        pytest.skip("needs GDAL's programs (apt-get install gdal-bin)")
    subprocess.run(["ogr2ogr", *words], check=True)  # noqa: S603, S607


@pytest.fixture
def admin(api: ApiRig) -> TestClient:
    return api.client(Role.ADMIN)


def test_a_table_is_looked_at_checked_taken_once_and_taken_back(
    api: ApiRig, admin: TestClient
) -> None:
    before = api.context.store.land.all()
    there = len(api.context.store.land.all(Layer.WATER_POINT))
    upload = sent(admin, "取水点.csv", WATER.encode("gb18030"))
    (layer,) = upload["layers"]
    assert (layer["rows"], layer["shapes"], layer["encoding"]) == (3, {"Point": 3}, "gb18030")
    assert (upload["name"], layer["name"], layer["system"]) == ("取水点.csv", "取水点", None)
    guess = layer["guess"]
    assert (guess["layer"], guess["name_column"], guess["code_column"]) == (
        "water_point",
        "名称",
        "编号",
    )
    assert guess["columns"]["水深（米）"] == "depth_m"  # noqa: RUF001
    names = {column["name"]: column for column in layer["columns"]}
    assert names["名称"]["examples"] == ["龙潭水库", "月亮塘", "天外塘"]
    assert names["高压线"]["words"] == ["有", "无"]

    report = checked(admin, upload)
    assert (report["taken"], report["mended"], report["refused"]) == (2, 1, 1)
    lines = {(line["row"], line["verdict"]): line for line in report["lines"]}
    assert lines[3, "refused"]["code"] == "far_outside"
    assert (lines[2, "mended"]["code"], lines[2, "mended"]["values"]["value"]) == (
        "not_a_number",
        "深",
    )
    assert report["lines"][0]["verdict"] == "refused", "what needs somebody stands first"
    assert report["add"] == {"added": 2, "changed": 0, "removed": 0, "same": 0}
    assert report["replace"] == {"added": 2, "changed": 0, "removed": there, "same": 0}
    shown = report["map"]["features"]["features"]
    assert [each["properties"]["name"] for each in shown] == ["龙潭水库", "月亮塘"]
    assert report["map"]["outline"]["type"] in {"Polygon", "MultiPolygon"}
    assert api.context.store.land.all() == before, "a check changes nothing"

    answer = taken(admin, upload, report["draft"], note="年度更新").json()
    change = api.context.store.land.change(answer["change_id"])
    assert (answer["added"], answer["again"]) == (2, False)
    assert (change.kind, change.author, change.source, change.note) == (
        ChangeKind.IMPORTED,
        "admin",
        "取水点.csv",
        "年度更新",
    )
    made = api.context.store.land.get(Layer.WATER_POINT, "W-1")
    assert made is not None
    assert (made.name, made.properties["depth_m"], made.properties["wires"]) == (
        "龙潭水库",
        8,
        True,
    )
    again = taken(admin, upload, report["draft"]).json()
    assert again == {**answer, "again": True}, "an answer that was lost costs nothing"
    assert api.context.store.land.version() == change.change_id
    gone = admin.get(f"{UPLOAD}/{upload['upload_id']}")
    assert (gone.status_code, gone.json()["code"]) == (404, "land_import_gone")

    undone = admin.post(f"/api/land/changes/{change.change_id}/undo")
    assert undone.status_code == 200
    assert api.context.store.land.all() == before


def test_what_was_said_of_each_row_stays_readable(api: ApiRig, admin: TestClient) -> None:
    upload = sent(admin, "w.csv", WATER.encode())
    answer = taken(admin, upload, checked(admin, upload)["draft"]).json()
    number = answer["change_id"]
    assert admin.get(f"{UPLOAD}/reports").json() == [number]
    kept = admin.get(f"{UPLOAD}/reports/{number}").json()
    assert (kept["file"], kept["author"], kept["mode"]) == ("w.csv", "admin", "add")
    assert {line["code"] for line in kept["lines"]} >= {"far_outside", "not_a_number"}
    assert kept["mapping"]["columns"]["高压线"] == "wires"
    missing = admin.get(f"{UPLOAD}/reports/{number + 1}")
    assert (missing.status_code, missing.json()["code"]) == (404, "land_report_gone")

    # A restart forgets files, and knows what was asked for already.
    fresh = ImportDesk(api.context.store, api.clock, api.context.settings.data_dir, spare_bytes=0)
    later = ApiRig(replace(api.context, land_imports=fresh), api.clock).client(Role.ADMIN)
    assert taken(later, upload, 1).json() == {**answer, "again": True}
    other = taken(later, upload, 1, key="f" * 32)
    assert other.json()["code"] == "land_import_gone"


def test_a_gbk_shapefile_in_gauss_krueger_as_offices_send_it(
    api: ApiRig, admin: TestClient, tmp_path: Path
) -> None:
    qijiang = (106.65, 28.85)
    rows = "编号,名称,经度,纬度\n" + "".join(
        f"C-{n},卡口{n},{qijiang[0] + n / 100},{qijiang[1]}\n" for n in range(5)
    )
    (tmp_path / "points.csv").write_text(rows, encoding="utf-8")
    folder = tmp_path / "shp"
    folder.mkdir()
    gdal(
        *("-f", "ESRI Shapefile", "-s_srs", "EPSG:4326", "-t_srs", "EPSG:4545"),
        *("-lco", "ENCODING=GBK", "-oo", "X_POSSIBLE_NAMES=经度", "-oo", "Y_POSSIBLE_NAMES=纬度"),
        *(str(folder / "检查站.shp"), str(tmp_path / "points.csv")),
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in folder.iterdir():
            if part.suffix != ".cpg":  # as often as not
                archive.write(part, part.name)
    for layer in Layer:
        api.context.store.land.replace(layer, [])
    upload = sent(admin, "检查站.zip", out.getvalue())
    (layer,) = upload["layers"]
    assert (layer["name"], layer["system"], layer["guess"]["layer"]) == (
        "检查站",
        "EPSG:4545",
        "checkpoint",
    )
    report = checked(admin, upload)
    assert (report["taken"], report["refused"], report["map"]["outline"]) == (5, 0, None)
    assert report["bounds"] == pytest.approx([106.65, 28.85, 106.69, 28.85], abs=1e-6)
    assert taken(admin, upload, report["draft"]).json()["added"] == 5
    assert api.context.store.land.get(Layer.CHECKPOINT, "C-3").name == "卡口3"  # type: ignore[union-attr]


def outline(corners: int = 60) -> list[list[float]]:
    """An irregular ring around a place in Chongqing, WGS 84."""
    turns = np.linspace(0.0, 2.0 * np.pi, corners, endpoint=False)
    far_deg = 0.12 + 0.02 * np.sin(5.0 * turns) + 0.012 * np.cos(11.0 * turns)
    ring = np.stack([106.65 + far_deg * np.cos(turns), 28.85 + far_deg * np.sin(turns)], axis=1)
    return [*ring.tolist(), ring[0].tolist()]


def townships(ring: list[list[float]]) -> bytes:
    place = {"type": "Polygon", "coordinates": [ring]}
    properties = {"code": "500110999", "name": "演练镇"}
    feature = {"type": "Feature", "properties": properties, "geometry": place}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


def test_a_layer_that_is_shifted_as_gcj02_is_told_and_put_right(
    api: ApiRig, admin: TestClient
) -> None:
    for layer in Layer:
        api.context.store.land.replace(layer, [])
    ring = outline()
    true = sent(admin, "township.geojson", townships(ring))
    first = checked(admin, true, layer="township")
    assert (first["taken"], first["shift"]) == (1, None), "nothing is known to compare it with"
    assert taken(admin, true, first["draft"]).json()["added"] == 1
    lon, lat = wgs84_to_gcj02(*np.array(ring).T)
    moved = sent(admin, "township.geojson", townships(np.stack([lon, lat], axis=1).tolist()))
    report = checked(admin, moved, layer="township")
    shift = report["shift"]
    assert shift["looks_like"] == "GCJ-02"
    assert 300.0 < shift["east_m"] < 450.0
    assert -450.0 < shift["north_m"] < -250.0
    right = checked(admin, moved, layer="township", system="GCJ-02")
    assert (right["shift"], right["outside"]) == (None, 0)
    assert right["draft"] == report["draft"] + 1


def test_replacing_takes_the_others_away_and_adding_leaves_them(
    api: ApiRig, admin: TestClient
) -> None:
    there = len(api.context.store.land.all(Layer.WATER_POINT))
    villages = len(api.context.store.land.all(Layer.VILLAGE))
    upload = sent(admin, "w.csv", WATER.encode())
    draft = checked(admin, upload)["draft"]
    answer = taken(admin, upload, draft, mode="replace").json()
    assert (answer["added"], answer["removed"]) == (2, there)
    assert [each.code for each in api.context.store.land.all(Layer.WATER_POINT)] == ["W-1", "W-2"]
    assert len(api.context.store.land.all(Layer.VILLAGE)) == villages, "other layers stay"
    again = sent(admin, "w.csv", WATER.encode())
    report = checked(admin, again)
    assert report["add"] == {"added": 0, "changed": 0, "removed": 0, "same": 2}
    nothing = taken(admin, again, report["draft"], key="1" * 32).json()
    assert nothing["change_id"] is None


def test_a_layer_that_was_changed_since_the_report_is_looked_at_again(
    api: ApiRig, admin: TestClient
) -> None:
    upload = sent(admin, "w.csv", WATER.encode())
    draft = checked(admin, upload)["draft"]
    land = api.context.store.land
    land.replace(Layer.WATER_POINT, land.all(Layer.WATER_POINT)[:5], actor="else")
    version = land.version()
    stale = taken(admin, upload, draft, mode="replace")
    assert (stale.status_code, stale.json()["code"]) == (409, "land_changed")
    assert land.version() == version
    newer = checked(admin, upload)
    older = taken(admin, upload, draft, mode="replace")
    assert (older.status_code, older.json()["code"]) == (409, "land_draft_old")
    assert taken(admin, upload, newer["draft"], mode="replace").json()["removed"] == 5


def test_a_file_of_several_layers_is_taken_layer_by_layer(
    api: ApiRig, admin: TestClient, tmp_path: Path
) -> None:
    package = tmp_path / "all.gpkg"
    for number, layer in enumerate(("helipad", "hydrant")):
        more = ["-update"] if number else []
        gdal("-f", "GPKG", *more, str(package), str(DRILL / f"{layer}.geojson"), "-nln", layer)
    for layer in (Layer.HELIPAD, Layer.HYDRANT):
        api.context.store.land.replace(layer, [])
    upload = sent(admin, "all.gpkg", package.read_bytes())
    assert [layer["guess"]["layer"] for layer in upload["layers"]] == ["helipad", "hydrant"]
    first = checked(admin, upload, 0)
    assert taken(admin, upload, first["draft"]).json()["added"] == first["taken"] > 0
    left = admin.get(f"{UPLOAD}/{upload['upload_id']}").json()
    assert [layer["applied"] for layer in left["layers"]] == [True, False]
    second = checked(admin, upload, 1)
    assert (
        taken(admin, upload, second["draft"], key="2" * 32).json()["added"] == second["taken"] > 0
    )
    assert admin.get(f"{UPLOAD}/{upload['upload_id']}").status_code == 404
    missing = admin.post(
        f"{UPLOAD}/{upload['upload_id']}/check",
        json={"layer_number": 0, "mapping": upload["layers"][0]["guess"]},
    )
    assert missing.status_code == 404


def test_a_layer_number_that_is_not_there(admin: TestClient) -> None:
    upload = sent(admin, "w.csv", WATER.encode())
    body = {"layer_number": 7, "mapping": upload["layers"][0]["guess"]}
    answer = admin.post(f"{UPLOAD}/{upload['upload_id']}/check", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "land_import_layer")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("leer.csv", b"", "file_empty"),
        ("plan.dwg", b"AC1032" + bytes(200), "file_drawing"),
        ("photo.jpg.shp", b"\xff\xd8\xff\xe0" + bytes(200), "file_unknown"),
        ("nowhere.csv", "编号,名称\n1,甲\n".encode(), "file_no_places"),
        ("half.zip", b"PK\x03\x04" + bytes(60), "file_damaged"),
    ],
)
def test_a_file_that_cannot_be_taken_is_told_with_its_reason_and_leaves_nothing(
    api: ApiRig, admin: TestClient, name: str, data: bytes, code: str
) -> None:
    answer = send(admin, name, data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    folder = api.context.settings.data_dir / "land_imports"
    assert list(folder.iterdir()) == []


def test_coordinates_whose_system_nobody_states_are_asked_for(admin: TestClient) -> None:
    data = "编号,名称,X,Y\n1,甲,368261,3193393\n".encode()
    upload = sent(admin, "x.csv", data)
    guess = upload["layers"][0]["guess"]
    assert guess["system"] == ""
    body = {"layer_number": 0, "mapping": guess}
    refused = admin.post(f"{UPLOAD}/{upload['upload_id']}/check", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "coordinates_untagged")
    body["mapping"]["system"] = "BEIJING54"
    old = admin.post(f"{UPLOAD}/{upload['upload_id']}/check", json=body)
    assert (old.status_code, old.json()["code"]) == (422, "system_old")


def test_only_administrators_import(api: ApiRig) -> None:
    paths = [
        ("POST", f"{UPLOAD}?name=a.csv"),
        ("GET", f"{UPLOAD}/{KEY}"),
        ("DELETE", f"{UPLOAD}/{KEY}"),
        ("POST", f"{UPLOAD}/{KEY}/read"),
        ("POST", f"{UPLOAD}/{KEY}/check"),
        ("POST", f"{UPLOAD}/{KEY}/apply"),
        ("GET", f"{UPLOAD}/reports"),
        ("GET", f"{UPLOAD}/reports/1"),
    ]
    for role, status in ((None, 401), (Role.VIEWER, 403), (Role.MONITOR, 403)):
        client = api.client(role)
        for method, path in paths:
            assert client.request(method, path, json={}).status_code == status, path
    folder = api.context.settings.data_dir / "land_imports"
    assert not folder.exists(), "nothing is written before it is known who sends it"
    cross = api.client(Role.ADMIN).post(
        f"{UPLOAD}?name=a.csv", content=b"x", headers={"sec-fetch-site": "cross-site"}
    )
    assert cross.json()["code"] == "cross_site"


def pieces(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield bytes(1_000_000)


def test_no_file_is_read_further_than_it_may_be_long(api: ApiRig, admin: TestClient) -> None:
    told = send(admin, "a.csv", bytes(MOST_LAND_BYTES + 1))
    assert (told.status_code, told.json()["code"]) == (413, "body_too_large")
    untold = admin.post(UPLOAD, params={"name": "a.csv"}, content=pieces(65))
    assert (untold.status_code, untold.json()["code"]) == (413, "body_too_large")
    assert list((api.context.settings.data_dir / "land_imports").iterdir()) == []
    # Only the file's own address takes so much.
    other = admin.post(f"{UPLOAD}/{KEY}/check", content=bytes(2_000_000))
    assert other.status_code == 413


def test_a_full_disk_takes_no_file(
    api: ApiRig, admin: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "free_bytes", lambda _folder: MOST_LAND_BYTES - 1)
    answer = send(admin, "w.csv", WATER.encode())
    assert (answer.status_code, answer.json()["code"]) == (507, "land_import_disk")
    assert list((api.context.settings.data_dir / "land_imports").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\x.csv", "a/b\x00\x1b[31m.csv", "." * 300, "名" * 500]
)
def test_a_name_is_shown_and_never_used_as_a_path(
    api: ApiRig, admin: TestClient, name: str
) -> None:
    upload = sent(admin, name, WATER.encode())
    folder = api.context.settings.data_dir / "land_imports"
    assert [path.name for path in folder.iterdir()] == [upload["upload_id"]]
    assert upload["name"] == shown_name(name)
    assert not set("/\\\x00\x1b") & set(upload["name"])
    assert len(upload["name"]) <= 120


def test_files_of_others_are_not_seen_and_one_goes_for_the_next(
    api: ApiRig, admin: TestClient
) -> None:
    upload = sent(admin, "w.csv", WATER.encode())
    shelf = api.context.land_imports._shelf
    with pytest.raises(NotFound):
        shelf.get(upload["upload_id"], "somebody")
    newer = sent(admin, "v.csv", WATER.encode())
    assert [each.upload_id for each in shelf] == [newer["upload_id"]]
    assert admin.delete(f"{UPLOAD}/{newer['upload_id']}").status_code == 204
    assert admin.delete(f"{UPLOAD}/{newer['upload_id']}").status_code == 204
    assert list((api.context.settings.data_dir / "land_imports").iterdir()) == []


def test_files_are_few_and_stay_an_hour(api: ApiRig, tmp_path: Path) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "left-over").write_bytes(b"x")
    shelf = UploadShelf(folder, api.clock)
    assert not folder.exists(), "a restart leaves nothing"
    for number in range(MOST_UPLOADS):
        upload = shelf.add("a.csv", f"admin-{number}")
        upload.path.write_bytes(b"x")
    with pytest.raises(Conflict) as full:
        shelf.add("a.csv", "one-more")
    assert full.value.code == "land_imports_full"
    shelf.add("b.csv", "admin-0")
    api.clock.advance(KEPT_S - 1)
    assert shelf.get(upload.upload_id, upload.author) is upload
    api.clock.advance(2.0)
    shelf.tidy()
    assert [each.upload_id for each in shelf] == [upload.upload_id], "it was asked for since"
    api.clock.advance(KEPT_S + 1)
    shelf.tidy()
    assert list(folder.iterdir()) == []


def test_reports_are_bounded_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    kept = KeptReports(tmp_path / "reports")
    assert kept.changes() == frozenset()
    for number in range(1, MOST_KEPT + 6):
        kept.put(number, f"{number:032x}", {"lines": []})
    assert kept.changes() == frozenset(range(6, MOST_KEPT + 6))
    assert (kept.change_of(f"{7:032x}"), kept.change_of(f"{3:032x}")) == (7, None)
    (path,) = (tmp_path / "reports").glob("7-*")
    for content in (b"no gzip", gzip.compress(b"{}")[:-9], b"\x1f\x8b\x08" + bytes(30)):
        path.write_bytes(content)
        with pytest.raises(NotFound):
            kept.get(7)
    (tmp_path / "file").write_bytes(b"")
    KeptReports(tmp_path / "file").put(1, "0" * 32, {})  # cannot be kept: told in the log alone


@pytest.mark.parametrize("format_", list(Format))
def test_what_goes_out_comes_in_again_as_it_is(
    api: ApiRig, admin: TestClient, format_: Format
) -> None:
    answer = api.client(Role.MONITOR).get(
        "/api/land/export", params={"format": format_.value, "layer": ["helipad", "forest_belt"]}
    )
    assert answer.status_code == 200, answer.text
    name = re.search(
        r'filename="(firewatch-land-[\d-]+\.\w+)"', answer.headers["content-disposition"]
    )
    assert name is not None
    assert answer.headers["cache-control"] == "no-store"
    upload = sent(admin, name[1], answer.content)
    assert {layer["guess"]["layer"] for layer in upload["layers"]} == {"helipad", "forest_belt"}
    for layer in upload["layers"]:
        report = checked(admin, upload, layer["number"])
        assert report["add"] == {
            "added": 0,
            "changed": 0,
            "removed": 0,
            "same": len(api.context.store.land.all(Layer(layer["guess"]["layer"]))),
        }, report["lines"][:3]
    folder = api.context.settings.data_dir / "land_exports"
    assert list(folder.iterdir()) == [], "nothing is left of an export"
    entry = api.context.store.audit.entries(1)[0]
    assert (entry.actor, entry.action, entry.subject) == (
        "monitor",
        "land.exported",
        "forest_belt, helipad",
    )


def test_exports_are_for_monitors_of_layers_that_have_something(api: ApiRig) -> None:
    address = "/api/land/export"
    assert api.client().get(address, params={"format": "csv"}).status_code == 401
    assert api.client(Role.VIEWER).get(address, params={"format": "csv"}).status_code == 403
    client = api.client(Role.MONITOR)
    for asked in ({"format": "dwg"}, {"format": "csv", "layer": "moon"}, {}):
        assert client.get(address, params=asked).status_code == 422
    api.context.store.land.replace(Layer.QUAY, [])
    empty = client.get(address, params={"format": "csv", "layer": "quay"})
    assert (empty.status_code, empty.json()["code"]) == (404, "land_export_empty")
    wrong = client.get(address, params={"format": "kml", "system": "EPSG:4545"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "export_system")
    one = client.get(address, params={"format": "csv", "layer": "helipad"})
    assert "firewatch-helipad-" in one.headers["content-disposition"]
    assert one.content.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark"


@pytest.mark.parametrize("right", ["utf-8", "gb18030"])
def test_a_text_that_came_out_garbled_is_read_in_the_encoding_that_a_person_says(
    admin: TestClient, right: str
) -> None:
    upload = sent(admin, "w.csv", WATER.encode(right))
    address = f"{UPLOAD}/{upload['upload_id']}/read"
    wrong = {"utf-8": "gb18030", "gb18030": "utf-8"}[right]
    garbled = admin.post(address, json={"encoding": wrong})
    if garbled.status_code == 200:  # else its headings cannot be told any more, which is said
        assert "龙潭水库" not in garbled.text
    else:
        assert garbled.json()["code"] == "file_no_places"
        assert admin.get(f"{UPLOAD}/{upload['upload_id']}").json() == upload
    back = admin.post(address, json={"encoding": right}).json()
    assert (back["encoding"], back["layers"][0]["encoding"]) == (right, right)
    assert back["layers"][0]["columns"][1]["examples"][0] == "龙潭水库"
    found = admin.post(address, json={"encoding": None}).json()
    assert found["layers"] == upload["layers"]
    assert admin.post(address, json={"encoding": "rot13"}).status_code == 422


def test_what_a_word_is_taken_for_is_shown_and_can_be_said_otherwise(admin: TestClient) -> None:
    rows = "编号,名称,类型,状态,WKT\n"
    rows += 'B-1,北坡林带,生物,良好,"LINESTRING (-84.25 36.3, -84.24 36.31)"\n'
    rows += 'B-2,南坡林带,工程,歇业,"LINESTRING (-84.24 36.3, -84.23 36.31)"\n'
    upload = sent(admin, "林火阻隔带.csv", rows.encode("gbk"))
    guess = upload["layers"][0]["guess"]
    assert guess["layer"] == "forest_belt"
    assert guess["choices"] == {
        "kind": {"生物": "biological", "工程": "engineered"},
        "state": {"良好": "good"},
    }
    report = checked(admin, upload)
    assert [(line["code"], line["row"]) for line in report["lines"]] == [("not_a_choice", 2)]
    said = {**guess["choices"], "state": {"良好": "worn", "歇业": "unusable"}}
    again = checked(admin, upload, choices=said)
    assert (again["mended"], again["lines"]) == (0, [])
    assert again["mapping"]["choices"] == said
