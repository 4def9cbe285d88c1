"""Lists of cameras in and out: what a bureau's spreadsheet saves is taken, and nothing half."""

import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cameras.csv_list import read_csv, write_csv
from api.cameras.exchange import import_cameras, write_cameras
from api.cameras.list_faults import ListFault
from api.cameras.schemas import read_entry
from api.cameras.toml_list import read_toml, write_toml
from api.cameras.words import COLUMNS, VALUES, column_of, value_of
from models.camera_link import Adapter, CameraLink, Credential, Decoding, Transport
from models.camera_setup import CameraSetup
from models.clock import ManualClock
from models.errors import InputRefused
from models.frame import FrameMode
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store

CHINESE = """\
编号,名称,类型,经度,纬度,高程\uff08m\uff09,预置位,方位角(°),视场角,协议,地址,用户名,密码
gn-1,古南一号,瞭望塔,106.65,29.03,812.5,0,12,60,RTSP,rtsp://10.0.0.5/1,admin, p@ss#w/o:rd?
gn-1,,,,,,1,120,60,,,,
gn-2,古南二号,林下,106.65,29.04,400,,,,抓图,http://u:geheim@10.0.0.6/snap.jpg,,
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    clock = ManualClock(datetime(2026, 11, 25, 4, 0, tzinfo=UTC))
    with closing(Store.open(f"sqlite:///{tmp_path / 'fw.db'}", clock=clock)) as opened:
        yield opened


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_chinese_list_is_taken_as_a_spreadsheet_saves_it(
    store: Store, encoding: str, delimiter: str
) -> None:
    data = CHINESE.replace(",", delimiter).replace("\n", "\r\n").encode(encoding)
    report = import_cameras(store, data, toml=False, actor="li")
    assert [(line.line, line.camera_id, line.outcome) for line in report.lines] == [
        (2, "gn-1", "added"),
        (4, "gn-2", "added"),
    ]
    first, second = store.links.all()
    assert [preset.number for preset in first.camera.presets] == [0, 1]
    assert first.camera.presets[1].pose.azimuth_deg == 120.0
    assert first.credential == Credential("admin", " p@ss#w/o:rd?"), "a space may belong to it"
    assert (second.camera.kind, second.link) == (
        CameraKind.CANOPY,
        CameraLink(Adapter.SNAPSHOT, "http://10.0.0.6/snap.jpg"),
    )
    assert second.credential == Credential("u", "geheim")


def test_a_list_with_one_bad_camera_changes_nothing_unless_asked(store: Store) -> None:
    bad = CHINESE + "gn-3,古南三号,,200,29,1,,,,rtsp,rtsp://u:verborgen@10.0.0.7/1,,\n"
    report = import_cameras(store, bad.encode(), toml=False, actor="li")
    assert (report.refused, report.written) == (1, False)
    assert "lon_deg" in report.lines[2].why
    assert store.links.all() == []
    report = import_cameras(store, bad.encode(), toml=False, actor="li", take_good=True)
    assert report.written
    assert [setup.camera.camera_id for setup in store.links.all()] == ["gn-1", "gn-2"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("gn-3,三号,,,,,,,,rtsp,rtsp://10.0.0.7/1,,", "has no position"),
        ("GN 3,三号,,106,29,1,,,,rtsp,rtsp://10.0.0.7/1,,", "camera_id"),
        (",三号,,106,29,1,,,,rtsp,rtsp://10.0.0.7/1,,", "camera_id"),
        ("gn-3,,,106,29,1,,,,rtsp,rtsp://10.0.0.7/1,,", "name"),
        ("gn-3,三号,气球,106,29,1,,,,rtsp,rtsp://10.0.0.7/1,,", "kind"),
        ("gn-3,三号,,106,29,1,,,,rtsp,http://u:verborgen@10.0.0.7/1,,", "begins with rtsp://"),
        ("gn-3,三号,,106,29,1,,,,rtsp,rtsp://u:verborgen@x y/1,,", "cannot be read"),
        ("gn-3,三号,,106,29,1,,,,文件夹,data,,", "must begin with '/'"),
        ("gn-3,三号,,106,29,1,0,,60,rtsp,rtsp://10.0.0.7/1,,", "azimuth_deg"),
        ("gn-1,一号,,106,29,1,,,,rtsp,rtsp://10.0.0.7/1,,", "stands here again"),
        ("gn-1,,,,,,1,30,60,,,,", "preset number comes twice"),
    ],
)
def test_what_is_refused_is_said_and_no_secret_with_it(store: Store, row: str, why: str) -> None:
    report = import_cameras(store, (CHINESE + row + "\n").encode(), toml=False, actor="li")
    (refused,) = [line for line in report.lines if line.outcome == "refused"]
    assert why in refused.why
    assert "verborgen" not in refused.why
    assert not report.written


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe\x00\x81\xff", "neither UTF-8 nor GBK"),
        (b"", "is empty"),
        (b" \n,,\n", "is empty"),
        ("编号,名称,颜色\n".encode(), "'颜色' means nothing"),
        ("编号,名称,camera_id\n".encode(), "comes twice"),
        ("编号,地址\n".encode(), "no column name"),
        (b'camera_id,name\n"a,b', "not a table"),
    ],
)
def test_a_file_that_is_no_list(store: Store, data: bytes, why: str) -> None:
    with pytest.raises(InputRefused, match=why):
        import_cameras(store, data, toml=False, actor="li")


@pytest.mark.parametrize(
    "data", [b"[[cameras]\n", b"\xff", b"cameras = 1\n", b"cameras = [1]\n", b"[site]\n"]
)
def test_a_toml_file_that_is_no_list(store: Store, data: bytes) -> None:
    with pytest.raises(InputRefused):
        import_cameras(store, data, toml=True, actor="li")


def test_a_camera_twice_in_a_toml_list(store: Store) -> None:
    one = '[[cameras]]\ncamera_id = "a"\nname = "甲"\n'
    one += "position = { lon_deg = 106.0, lat_deg = 29.0, height_m = 1.0 }\n"
    report = import_cameras(store, (one + one).encode(), toml=True, actor="li")
    assert [(line.outcome, line.line) for line in report.lines] == [("added", 1), ("refused", 2)]
    nameless = import_cameras(store, b"[[cameras]]\ncamera_id = 1\n", toml=True, actor="li")
    assert nameless.lines[0].camera_id == ""


def test_what_a_list_does_not_say_stays(store: Store) -> None:
    import_cameras(store, CHINESE.encode(), toml=False, actor="li")
    before = store.links.all()
    names = "编号,名称\ngn-1,古南一号塔\n".encode()
    report = import_cameras(store, names, toml=False, actor="li")
    assert report.lines[0].outcome == "changed"
    after = store.links.get("gn-1")
    assert after.camera.name == "古南一号塔"
    assert (after.link, after.credential) == (before[0].link, before[0].credential)
    assert after.camera.presets == before[0].camera.presets
    moved = "编号,名称,协议,地址\ngn-1,古南一号塔,rtsp,rtsp://10.0.0.5/2\n".encode()
    report = import_cameras(store, moved, toml=False, actor="li")
    assert report.lines[0].changes == ("address",)
    assert store.links.get("gn-1").credential == before[0].credential
    assert import_cameras(store, moved, toml=False, actor="li").lines[0].outcome == "same"


def test_a_list_sends_no_stored_password_to_another_host(store: Store) -> None:
    import_cameras(store, CHINESE.encode(), toml=False, actor="li")
    moved = "编号,名称,协议,地址\ngn-1,一号,rtsp,rtsp://10.9.9.9/1\n".encode()
    report = import_cameras(store, moved, toml=False, actor="li")
    (line,) = report.lines
    assert (line.outcome, line.fault and line.fault.code) == ("refused", "camera_credential_again")
    half = "编号,名称,协议,地址,用户名\ngn-1,一号,rtsp,rtsp://10.9.9.9/1,admin\n".encode()
    assert import_cameras(store, half, toml=False, actor="li").refused == 1
    whole = "编号,名称,协议,地址,用户名,密码\ngn-1,一号,rtsp,rtsp://10.9.9.9/1,a,neu\n".encode()
    report = import_cameras(store, whole, toml=False, actor="li")
    assert report.lines[0].changes == ("name", "address", "user", "password")
    assert store.links.get("gn-1").credential == Credential("a", "neu")
    user = "编号,名称,协议,地址,用户名\ngn-1,一号,rtsp,rtsp://10.9.9.9/1,b\n".encode()
    assert import_cameras(store, user, toml=False, actor="li").lines[0].changes == ("user",)
    assert store.links.get("gn-1").credential == Credential("b", "neu")


def test_what_would_become_of_a_list_is_told_before_it_is_taken(store: Store) -> None:
    report = import_cameras(store, CHINESE.encode(), toml=False, actor="li", write=False)
    assert [(line.outcome, line.name) for line in report.lines] == [
        ("added", "古南一号"),
        ("added", "古南二号"),
    ]
    assert not report.written
    assert store.links.all() == []
    assert store.audit.entries(1) == []


def test_an_address_with_a_secret_goes_out_blotted_and_comes_back_whole(store: Store) -> None:
    secret = "编号,名称,经度,纬度,高度,协议,地址\na,甲,1,2,3,抓图,http://h/s.jpg?u=a&pwd=geheim\n"
    import_cameras(store, secret.encode(), toml=False, actor="li")
    for path in (Path("c.csv"), Path("c.toml")):
        data = write_cameras(store.links.all(), path, chinese=True, with_passwords=False)
        assert b"geheim" not in data
        report = import_cameras(store, data, toml=path.suffix == ".toml", actor="li")
        assert [line.outcome for line in report.lines] == ["same"]
    assert b"geheim" in write_cameras(store.links.all(), path, chinese=True, with_passwords=True)


def test_no_name_becomes_a_formula(store: Store) -> None:
    names = ["=1+1", "+86", "-3", "@sum", "'quoted", "''twice", "plain", "'plain"]
    rows = [f'c{n},"{name}",1,2,3\n' for n, name in enumerate(names)]
    data = "camera_id,name,lon_deg,lat_deg,height_m\n" + "".join(rows)
    assert import_cameras(store, data.encode(), toml=False, actor="li").written
    # Typed by a person, a mark before a formula is the spreadsheet's own.
    kept = ["=1+1", "+86", "-3", "@sum", "'quoted", "'twice", "plain", "'plain"]
    assert [setup.camera.name for setup in store.links.all()] == kept
    out = write_cameras(store.links.all(), Path("c.csv"), chinese=True, with_passwords=False)
    cells = [row.split(",")[1] for row in out.decode("utf-8-sig").splitlines()[1:]]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert import_cameras(store, out, toml=False, actor="li").lines[0].outcome == "same"
    assert {line.outcome for line in import_cameras(store, out, toml=False, actor="li").lines} == {
        "same"
    }


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        (b"PK\x03\x04 and more", "list_workbook", ""),
        (b"\xd0\xcf\x11\xe0\xa1", "list_workbook", ""),
        ("编号,名称,颜色 \n".encode(), "list_column", "颜色"),
        ("编号,名称,camera_id\n".encode(), "list_column_twice", "编号"),
        ("编号,地址\n".encode(), "list_column_missing", "name"),
        (b"", "list_empty", ""),
        (b"\xff\xfe\x00", "list_encoding", ""),
    ],
)
def test_why_a_file_is_no_list_has_a_code(store: Store, data: bytes, code: str, field: str) -> None:
    with pytest.raises(ListFault) as told:
        import_cameras(store, data, toml=False, actor="li")
    assert (told.value.code, told.value.field) == (code, field)


@pytest.mark.parametrize(
    ("cells", "code", "field", "limit"),
    [
        ("a,甲,200,2,3,", "entry_range", "lon_deg", "≤ 180"),
        ("a,甲,-200,2,3,", "entry_range", "lon_deg", "≥ -180"),
        ("a,甲,东,2,3,", "entry_number", "lon_deg", ""),
        ("a,甲,nan,2,3,", "entry_number", "lon_deg", ""),
        ("a,甲,,2,3,", "entry_missing", "lon_deg", ""),
        ("A,甲,1,2,3,", "entry_key", "camera_id", ""),
        ("a,,1,2,3,", "entry_missing", "name", ""),
        (f"a,{'长' * 81},1,2,3,", "entry_long", "name", "80"),
        ("a,甲,1,2,3,气球", "entry_choice", "kind", "tower 瞭望塔, canopy 林下卡口"),
    ],
)
def test_why_a_camera_is_refused_has_a_code_and_its_column(
    store: Store, cells: str, code: str, field: str, limit: str
) -> None:
    data = f"编号,名称,经度,纬度,高度,类型\n{cells}\n".encode("gb18030")
    (line,) = import_cameras(store, data, toml=False, actor="li").lines
    assert isinstance(line.fault, ListFault)
    assert (line.fault.code, line.fault.field, line.fault.limit) == (code, field, limit)


def test_a_key_of_a_toml_list_that_nobody_knows(store: Store) -> None:
    data = b'[[cameras]]\ncamera_id = "a"\nname = "b"\ncolour = "red"\nposition = 3\n'
    (line,) = import_cameras(store, data, toml=True, actor="li").lines
    assert isinstance(line.fault, ListFault)
    assert (line.fault.code, line.fault.field) == ("entry_other", "position")
    data = data.replace(b"position = 3", b"position = { lon_deg = 1, lat_deg = 2, height_m = 3 }")
    (line,) = import_cameras(store, data, toml=True, actor="li").lines
    assert isinstance(line.fault, ListFault)
    assert (line.fault.code, line.fault.field) == ("entry_unknown", "colour")


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_what_a_spreadsheet_calls_unicode_text_is_read(store: Store, encoding: str) -> None:
    data = CHINESE.replace(",", "\t").replace("古南一号", "㐂水塔").encode(encoding)
    assert import_cameras(store, data, toml=False, actor="li").lines[0].name == "㐂水塔"


words = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\x85"),
    min_size=1,
    max_size=20,
).filter(lambda text: text.strip() == text and "\ufeff" not in text)
setups = st.builds(
    CameraSetup,
    st.builds(
        Camera,
        st.from_regex(r"\A[a-z0-9-]{1,12}\Z"),
        words,
        st.sampled_from(CameraKind),
        st.builds(
            Position,
            # Not from where longitude and latitude are exchanged ones of China: those are refused.
            st.floats(-180.0, 0.0) | st.floats(90.1, 180.0),
            st.floats(-90.0, 70.0),
            st.floats(-500.0, 9000.0),
            st.sampled_from(HeightDatum),
        ),
        st.lists(
            st.builds(
                Preset,
                st.integers(0, 9),
                words,
                st.builds(
                    Pose,
                    st.floats(0.0, 359.9),
                    st.floats(-90.0, 90.0),
                    st.floats(-10.0, 10.0),
                    st.floats(1.0, 179.0),
                ),
            ),
            max_size=3,
            unique_by=lambda preset: preset.number,
        ).map(lambda found: tuple(sorted(found, key=lambda preset: preset.number))),
    ),
    st.builds(
        CameraLink,
        st.just(Adapter.RTSP),
        st.sampled_from(["rtsp://10.0.0.5/1", "rtsp://[fe80::1]:8554/a?b=c"]),
        st.floats(0.1, 3600.0),
        st.sampled_from(Transport),
        st.sampled_from(Decoding),
        st.sampled_from([None, *FrameMode]),
        st.booleans(),
    ),
    st.none() | st.builds(Credential, words, words),
)
many = st.lists(setups, max_size=4, unique_by=lambda setup: setup.camera.camera_id)


@given(found=many, chinese=st.booleans())
def test_what_is_written_as_a_table_is_read_back(
    found: list[CameraSetup], *, chinese: bool
) -> None:
    data = write_csv(found, chinese=chinese, with_passwords=True)
    entries = [read_entry(listed.values) for listed in read_csv(data)]
    assert [entry.setup(entry.camera_id, None) for entry in entries] == found


@given(found=many)
def test_what_is_written_as_toml_is_read_back(found: list[CameraSetup]) -> None:
    if not found:
        return
    data = write_toml(found, with_passwords=True)
    entries = [read_entry(listed.values) for listed in read_toml(data)]
    assert [entry.setup(entry.camera_id, None) for entry in entries] == found


@given(found=many)
def test_no_password_is_written_unasked(found: list[CameraSetup]) -> None:
    bare = [CameraSetup(setup.camera, setup.link) for setup in found]
    assert write_csv(found) == write_csv(bare)
    assert write_toml(found) == write_toml(bare)


def test_a_camera_without_a_link_is_written_too() -> None:
    camera = Camera(
        "a", "甲\x7f", CameraKind.TOWER, Position(1.0, 2.0, 3.0, HeightDatum.GROUND), ()
    )
    found = [CameraSetup(camera)]
    for name in ("a.csv", "a.toml"):
        data = write_cameras(found, Path(name), chinese=True, with_passwords=True)
        assert b"rtsp" not in data
    assert tomllib.loads(data.decode())["cameras"][0]["name"] == "甲\x7f"
    with pytest.raises(InputRefused, match="neither"):
        write_cameras(found, Path("a.xls"), chinese=True, with_passwords=False)


def test_every_word_means_one_thing() -> None:
    headers = [header for key, others in COLUMNS.items() for header in (key, *others)]
    assert len(headers) == len(set(headers))
    assert all(column_of(f" {h.upper()} (m)") in COLUMNS for h in headers)
    for key, words_of in VALUES.items():
        cells = [cell for word, others in words_of.items() for cell in (word, *others)]
        assert len(cells) == len(set(cells))
        assert {value_of(key, cell) for cell in cells} == set(words_of)
