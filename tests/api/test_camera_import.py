"""Camera lists over the API: what would become of each camera, then all of it, then the export."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from api_rig import ApiRig

from api.body_limit import MOST_BYTES, MOST_LIST_BYTES
from models.camera_link import Credential
from models.user import Role

LIST = """\
编号,名称,类型,经度,纬度,高程（m）,预置位,方位角,视场角,协议,地址,用户名,密码
gn-1,古南一号,瞭望塔,106.65,29.03,812.5,0,12,60,RTSP,rtsp://10.0.0.5/1,admin,p@ss#w/o:rd?
gn-1,,,,,,1,120,60,,,,
gn-2,古南二号,林下,106.65,29.04,400,,,,抓图,http://u:geheim@10.0.0.6/snap.jpg,,
"""  # noqa: RUF001  # as a bureau writes it
BAD = "gn-3,古南三号,,200,29,1,,,,rtsp,rtsp://u:verborgen@10.0.0.7/1,,\n"
UPLOAD = "/api/cameras/import"


@pytest.fixture
def nudges(api: ApiRig) -> list[int]:
    found: list[int] = []
    api.context = replace(api.context, cameras_changed=lambda: found.append(1))
    return found


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_list_is_looked_at_and_then_taken(api: ApiRig, nudges: list[int], encoding: str) -> None:
    admin = api.client(Role.ADMIN)
    data = (LIST + BAD).encode(encoding)
    before = len(api.context.store.links.all())
    seen = admin.post(UPLOAD, content=data).json()
    assert (seen["written"], seen["fault"]) == (False, None)
    assert [(line["camera_id"], line["outcome"], line["line"]) for line in seen["lines"]] == [
        ("gn-1", "added", 2),
        ("gn-2", "added", 4),
        ("gn-3", "refused", 5),
    ]
    fault = seen["lines"][2]["fault"]
    assert (fault["code"], fault["field"], fault["limit"]) == ("entry_range", "lon_deg", "≤ 180")
    assert "verborgen" not in str(seen)
    assert len(api.context.store.links.all()) == before

    refused = admin.post(f"{UPLOAD}?write=true", content=data).json()
    assert (refused["written"], nudges) == (False, []), "all, or nothing"
    taken = admin.post(f"{UPLOAD}?write=true&take_good=true", content=data)
    assert taken.json()["written"]
    assert "geheim" not in taken.text
    assert nudges == [1], "what runs follows at once"
    assert api.context.store.links.get("gn-1").credential == Credential("admin", "p@ss#w/o:rd?")
    again = admin.post(f"{UPLOAD}?write=true", content=LIST.encode(encoding)).json()
    assert [line["outcome"] for line in again["lines"]] == ["same", "same"]
    log = api.context.store.audit.entries(99)
    deeds = {(entry.actor, entry.action, entry.subject) for entry in log}
    assert ("admin", "camera.linked", "gn-1") in deeds
    assert ("admin", "camera.linked", "gn-2") in deeds
    assert "geheim" not in str(log)
    assert "p@ss" not in str(log)


def test_what_changes_is_named_by_column(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    admin.post(f"{UPLOAD}?write=true", content=LIST.encode())
    changed = LIST.replace("古南一号", "古南塔").replace(",12,60", ",13,60").replace("o:rd?", "neu")
    lines = admin.post(UPLOAD, content=changed.encode()).json()["lines"]
    assert lines[0]["changes"] == ["name", "presets", "password"]
    assert lines[1]["changes"] == []


@pytest.mark.parametrize("suffix", ["csv", "toml"])
def test_what_was_exported_comes_back_as_it_is_and_carries_no_password(
    api: ApiRig, suffix: str
) -> None:
    admin = api.client(Role.ADMIN)
    admin.post(f"{UPLOAD}?write=true", content=LIST.encode())
    out = admin.get(f"/api/cameras/export.{suffix}")
    assert out.status_code == 200
    assert f'filename="cameras.{suffix}"' in out.headers["content-disposition"]
    assert out.headers["cache-control"] == "no-store"
    assert "古南一号" in out.text
    assert "p@ss" not in out.text
    assert "geheim" not in out.text
    assert "admin" not in out.text
    back = admin.post(f"{UPLOAD}?suffix={suffix}&write=true", content=out.content).json()
    assert {line["outcome"] for line in back["lines"]} == {"same"}
    assert api.context.store.links.get("gn-2").credential == Credential("u", "geheim")


def test_a_table_has_headers_in_the_language_that_is_asked_for(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    assert admin.get("/api/cameras/export.csv").text.startswith("\ufeff编号,名称")
    english = admin.get("/api/cameras/export.csv?language=en").text
    assert english.startswith("\ufeffcamera_id,name")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "list_workbook"),
        (b"", "list_empty"),
        ("编号,名称,颜色\n".encode(), "list_column"),
        (b"\x00\x01\x02\xff\xff", "list_encoding"),
    ],
)
def test_a_file_that_is_no_list_is_told_with_its_reason(
    api: ApiRig, nudges: list[int], data: bytes, code: str
) -> None:
    answer = api.client(Role.ADMIN).post(f"{UPLOAD}?write=true", content=data)
    assert answer.status_code == 200
    assert (answer.json()["fault"]["code"], answer.json()["lines"]) == (code, [])
    assert nudges == []


def test_only_administrators_bring_lists_in_and_out(api: ApiRig) -> None:
    for role in (Role.VIEWER, Role.MONITOR):
        client = api.client(role)
        assert client.post(UPLOAD, content=LIST.encode()).status_code == 403
        assert client.get("/api/cameras/export.csv").status_code == 403
    stranger = api.client()
    assert stranger.post(UPLOAD, content=LIST.encode()).status_code == 401
    assert stranger.get("/api/cameras/export.toml").status_code == 401
    other_site = {"sec-fetch-site": "cross-site"}
    admin = api.client(Role.ADMIN)
    refused = admin.post(f"{UPLOAD}?write=true", content=LIST.encode(), headers=other_site)
    assert refused.json()["code"] == "cross_site"
    for path in ("export.xls", "export.csv/../../etc", "export.", "..%2f..%2fetc%2fpasswd/setup"):
        assert admin.get(f"/api/cameras/{path}").status_code in {404, 405, 422}
    assert admin.post(f"{UPLOAD}?suffix=exe", content=b"").status_code == 422


def pieces(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield bytes(100_000)


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("POST", "/api/session", MOST_BYTES),
        ("PUT", "/api/cameras/gn-1", MOST_BYTES),
        ("POST", "/api/cameras/test", MOST_BYTES),
        ("POST", UPLOAD, MOST_LIST_BYTES),
    ],
)
def test_no_body_is_read_further_than_it_may_be_long(
    api: ApiRig, method: str, path: str, most: int, *, signed_in: bool
) -> None:
    client = api.client(Role.ADMIN if signed_in else None)
    told = client.request(method, path, content=bytes(most + 1))
    assert (told.status_code, told.json()["code"]) == (413, "body_too_large")
    assert told.headers["x-content-type-options"] == "nosniff"
    untold = client.request(method, path, content=pieces(most // 100_000 + 1))
    expected = {(413, "body_too_large")}
    if not signed_in and path == UPLOAD:
        expected = {(401, "not_signed_in")}  # who that is is asked before anything is read
    assert {(untold.status_code, untold.json()["code"])} == expected
    headers = {"content-length": "9" * 30}
    assert client.request(method, path, content=b"{}", headers=headers).status_code == 413


def test_a_request_that_is_no_json_is_refused_and_not_a_fault(api: ApiRig) -> None:
    admin = api.client(Role.ADMIN)
    for body in (b"{", b"[" * 100_000, b"\xff\xfe", b'{"name": NaN}', b"null", b"1" * 5000):
        answer = admin.put(
            "/api/cameras/gn-1", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code in {400, 422}, body[:20]
        assert answer.json()["code"] in {"input_refused", "request_refused"}


def test_a_long_list_is_taken_in_one_go(api: ApiRig) -> None:
    rows = "".join(
        f"t-{n:03},塔{n},106.{n:03},29.1,800,rtsp,rtsp://10.0.0.{n}/1,admin,geheim-{n}\n"
        for n in range(110)
    )
    data = ("编号,名称,经度,纬度,高度,协议,地址,用户名,密码\n" + rows).encode("gbk")
    admin = api.client(Role.ADMIN)
    answer = admin.post(f"{UPLOAD}?write=true", content=data).json()
    assert (answer["written"], len(answer["lines"])) == (True, 110)
    assert len(admin.get("/api/cameras").json()) >= 110
