"""KMZ files that somebody damaged, or made to do harm."""

import io
import re
import struct
import time
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wpml_rig import kmz, template_kml, waylines_wpml

from drone_jobs.missions import wpml_files, wpml_read_actions
from drone_jobs.missions.reading import read_mission
from drone_jobs.missions.wpml_read import read_wpml
from models.errors import InputRefused

WAYLINES, TEMPLATE = waylines_wpml(), template_kml()


def code(data: bytes) -> str:
    with pytest.raises(InputRefused) as caught:
        read_mission(data, "x.kmz")
    assert caught.value.remedy
    assert caught.value.message
    return caught.value.code


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("106.56,28.95", "28.95,106.56", "mission_place"),  # exchanged inside China
        ("106.56,28.95", "106.56,95", "mission_place"),
        ("106.56,28.95", "nan,28.95", "mission_damaged"),
        ("106.56,28.95", "1e999,28.95", "mission_damaged"),
        ("106.56,28.95", "106.56", "mission_damaged"),
        ("106.56,28.95", "1,2,3,4", "mission_damaged"),
        ("106.56,28.95", "", "mission_damaged"),
        ("416.57", "nan", "mission_damaged"),
        ("<wpml:index>1</wpml:index>", "", "mission_damaged"),
        ("<wpml:index>1", "<wpml:index>0", "mission_damaged"),
        ("<wpml:index>1", "<wpml:index>5", "mission_damaged"),
        ("StartIndex>1", "StartIndex>-1", "mission_damaged"),
        ("StartIndex>1", "StartIndex>x", "mission_damaged"),
        ("waypointSpeed>7", "waypointSpeed>fast", "mission_damaged"),
        ("EnumValue>67", "EnumValue>M30", "mission_damaged"),
        ("Placemark", "Mark", "mission_empty"),
        ("Folder", "Room", "mission_empty"),
        ("</Document>", "", "file_damaged"),
    ],
)
def test_damaged_values_are_refused(old: str, new: str, expected: str) -> None:
    assert old in WAYLINES
    assert code(kmz(WAYLINES.replace(old, new))) == expected


def test_entities_are_refused_before_anything_is_parsed() -> None:
    laughs = '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert code(kmz(WAYLINES.replace("<kml", laughs + "<kml", 1))) == "file_entities"
    outside = '<!DOCTYPE kml SYSTEM "file:///etc/passwd">'
    assert code(kmz(None, TEMPLATE.replace("<kml", outside + "<kml", 1))) == "file_entities"


def test_letters_that_are_none_are_refused() -> None:
    assert code(kmz(b"\xff\xfe\x00\xd8" + b"\0\xd8" * 8)) == "file_encoding"
    assert code(kmz(WAYLINES.encode() + b"\0")) == "file_encoding"
    author = TEMPLATE.encode("gb18030").replace(b"UTF-8", b"GB18030")
    assert len(read_wpml(kmz(WAYLINES, author), "x").points) == 2


def test_bombs_are_refused_quickly() -> None:
    start = time.monotonic()
    assert code(kmz(b"<kml>" + b" " * 100_000_000)) == "archive_bomb"
    assert code(kmz(WAYLINES, **{f"f{at}": "x" for at in range(600)})) == "archive_bomb"
    assert code(kmz(b"<kml>" + b"<a/>" * 4_000_001)) in ("mission_size", "archive_bomb")
    assert time.monotonic() - start < 20.0


def test_too_many_elements_are_refused_before_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wpml_files, "MOST_TAGS", WAYLINES.count("<") - 1)
    assert code(kmz(WAYLINES)) == "mission_size"
    monkeypatch.setattr(wpml_files, "MOST_TAGS", WAYLINES.count("<"))
    assert len(read_wpml(kmz(WAYLINES), "x").points) == 2


def test_actions_that_multiply_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wpml_read_actions, "MOST_ACTIONS", 1)
    assert len(read_wpml(kmz(WAYLINES), "x").points[1].actions) == 1
    assert code(kmz(WAYLINES.replace("StartIndex>1", "StartIndex>0"))) == "mission_size"


def test_a_size_that_lies_is_found() -> None:
    """The header tells a tenth of what the member unpacks to."""
    data = bytearray(kmz(WAYLINES))
    true = struct.pack("<I", len(WAYLINES.encode()))
    told = struct.pack("<I", len(WAYLINES.encode()) // 10)
    assert true in data
    assert code(bytes(data.replace(true, told))) == "file_damaged"


@pytest.mark.parametrize("name", ["../wpmz/waylines.wpml", "/wpmz/waylines.wpml", "C:/w.wpml"])
def test_names_that_lead_out_are_refused(name: str) -> None:
    assert code(kmz(WAYLINES, None, **{name.replace(".wpml", "_dot_wpml"): "x"})) == "archive_path"


def test_a_name_without_a_letter_is_no_fault_of_ours() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), b"x")
        archive.writestr("wpmz/waylines.wpml", WAYLINES)
    assert len(read_wpml(buffer.getvalue(), "x").points) == 2


def test_links_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("wpmz/waylines.wpml")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert code(buffer.getvalue()) == "archive_path"


def test_passwords_are_refused() -> None:
    data = bytearray(kmz(WAYLINES))
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(head) + flags
        data[at] |= 1
    assert code(bytes(data)) == "file_locked"


def test_two_missions_in_one_archive_are_refused() -> None:
    assert code(kmz(WAYLINES, None, other__waylines_dot_wpml=WAYLINES)) == "mission_damaged"


def test_a_kmz_of_google_earth_is_named_as_such() -> None:
    """Field report: an aircraft reads 65535 everywhere and refuses it."""
    assert code(kmz(None, None, doc_dot_kml="<kml/>")) == "mission_google_kmz"
    assert code(kmz(None, None, readme_dot_txt="x")) == "mission_unknown"


def test_what_packers_of_apple_add_does_not_matter() -> None:
    buffer = io.BytesIO(kmz(WAYLINES, TEMPLATE))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("__MACOSX/wpmz/waylines.wpml", b"\0\5\x16\7")
    data = buffer.getvalue()
    assert len(read_wpml(data, "x").points) == 2


def assert_read_or_refused(data: bytes) -> None:
    """Nothing but a mission or a refusal with a remedy comes of it."""
    remedy = "read"
    try:
        read_wpml(data, "x")
    except InputRefused as error:
        remedy = error.remedy
    assert remedy


@given(st.integers(0, 10**9), st.binary(min_size=1, max_size=4))
@settings(max_examples=100)
def test_flipped_bytes_are_read_or_refused(at: int, noise: bytes) -> None:
    data = bytearray(kmz(WAYLINES, TEMPLATE))
    at %= len(data)
    data[at : at + len(noise)] = noise
    assert_read_or_refused(bytes(data))


@given(st.integers(0, 10**9), st.text(max_size=3), st.booleans())
@settings(max_examples=100)
def test_flipped_letters_are_read_or_refused(at: int, noise: str, in_template: bool) -> None:  # noqa: FBT001
    values = list(re.finditer(r"(?<=>)[^<>\n]+(?=<)", TEMPLATE if in_template else WAYLINES))
    found = values[at % len(values)]
    text = found.string[: found.start()] + noise.replace("<", "") + found.string[found.end() :]
    assert_read_or_refused(kmz(None if in_template else text, text if in_template else None))
