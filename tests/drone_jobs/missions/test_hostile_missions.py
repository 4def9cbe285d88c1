"""Files that are damaged, of another kind, or made to hurt: refused with a code, never a crash."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mission_rig import desk, sample

from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.limits import LARGEST_BYTES, MOST_ITEMS, clean, title
from drone_jobs.missions.meaning import differences
from drone_jobs.missions.reading import read_mission
from drone_jobs.missions.writing import write_mission
from models.errors import InputRefused, WatchError

HEAD = b"QGC WPL 110\n"
ROW = b"0\t1\t0\t16\t0\t0\t0\t0\t28.95\t106.55\t390\t1\n"


def plan(*items: object, **mission: object) -> bytes:
    return json.dumps({"fileType": "Plan", "mission": {"items": list(items), **mission}}).encode()


SIMPLE = {"command": 16, "frame": 3, "params": [0, 0, 0, 0, 28.95, 106.55, 90]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "mission_empty"),
        (b"\0 \n", "mission_empty"),
        (b" " * (LARGEST_BYTES + 1), "mission_size"),
        (b"1\n00:00:00,000 --> 00:00:01,000\nF/2.8\n", "mission_unknown"),
        (b"latitude,longitude,altitude(m)\n28.9,106.5,90\n", "mission_unknown"),
        (b'{"type": "Topology"}', "mission_unknown"),
        (b'{"a": 1}', "mission_unknown"),
        (b'{"type": ["Feature"]}', "mission_unknown"),
        (b"<gpx/>", "mission_unknown"),
        (b"\x89PNG\r\n\x1a\n\0\0", "file_encoding"),
        (b'{"fileType": "Plan"', "mission_damaged"),
        (b'{"fileType": "Plan", "mission": NaN}', "mission_damaged"),
        (b'{"a":' * 100_000, "mission_damaged"),
        (b'{"fileType": "Plan", "mission": ' + b"[" * 200_000, "mission_damaged"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "mission_damaged"),
        (b'{"fileType": "Plan"}', "mission_damaged"),
        (b'{"fileType": "Plan", "mission": {"items": 3}}', "mission_damaged"),
        (plan(), "mission_no_points"),
        (plan(3), "mission_damaged"),
        (plan({**SIMPLE, "params": [0]}), "mission_damaged"),
        (plan({**SIMPLE, "params": [0, 0, 0, 0, "x", 0, 0]}), "mission_damaged"),
        (plan({**SIMPLE, "params": [0, 0, 0, 0, 10**400, 0, 0]}), "mission_damaged"),
        (plan({**SIMPLE, "params": [0, 0, 0, 0, True, 0, 0]}), "mission_damaged"),
        (plan({**SIMPLE, "command": "16"}), "mission_damaged"),
        (plan({**SIMPLE, "command": True}), "mission_damaged"),
        (plan({**SIMPLE, "command": 70_000}), "mission_damaged"),
        (plan({**SIMPLE, "frame": None}), "mission_damaged"),
        (plan(*[{}] * (MOST_ITEMS + 1)), "mission_damaged"),
        (plan(*[SIMPLE] * (MOST_ITEMS + 1)), "mission_items"),
        (plan(SIMPLE, hoverSpeed="fast"), "mission_damaged"),
        (HEAD, "mission_no_points"),
        (HEAD + ROW, "mission_no_points"),
        (b"QGC WPL 99\n" + ROW, "mission_version"),
        (b"QGC WPL\n" + ROW, "mission_version"),
        (HEAD + ROW + b"1\t0\t3\n", "mission_damaged"),
        (HEAD + ROW + ROW, "mission_damaged"),
        (HEAD + ROW.replace(b"28.95", b"north"), "mission_damaged"),
        (HEAD + ROW.replace(b"\t16\t", b"\t1.5\t"), "mission_damaged"),
        (HEAD + ROW.replace(b"\t16\t", b"\tnan\t"), "mission_damaged"),
        (HEAD + b"x\n" * (MOST_ITEMS + 1), "mission_items"),
    ],
)
def test_refused_with_a_reason(data: bytes, code: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        read_mission(data, "a file")
    assert refusal.value.code == code
    assert refusal.value.remedy
    assert len(refusal.value.message) < 300


def test_surveys_in_surveys_end() -> None:
    item: dict[str, Any] = SIMPLE
    for _ in range(6):
        item = {"complexItemType": "survey", "TransectStyleComplexItem": {"Items": [item]}}
    with pytest.raises(InputRefused) as refusal:
        read_mission(plan(item), "x")
    assert refusal.value.code == "mission_damaged"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("kind", [MissionFormat.QGC_PLAN, MissionFormat.GEOJSON, MissionFormat.KML])
def test_encodings(kind: MissionFormat, encoding: str) -> None:
    text = write_mission(sample(), kind, desk()).decode()
    text = text.replace('encoding="UTF-8"', 'encoding="GBK"') if encoding == "gb18030" else text
    plain, found = (read_mission(text.encode(each), "x") for each in ("utf-8", encoding))
    assert differences(plain, found) == []
    if kind is not MissionFormat.QGC_PLAN:
        assert found.name == "北坡 1/1"


def test_waypoints_of_windows() -> None:
    data = write_mission(sample(), MissionFormat.WAYPOINTS, desk())
    found = read_mission(b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"), "C:\\飞行\\北坡.waypoints")
    assert differences(found, read_mission(data, "x")) == []
    assert found.name == "北坡"
    spaced = read_mission(data.replace(b"\t", b"   "), "x")
    assert differences(found, spaced) == []


def test_names_are_one_line_of_letters() -> None:
    assert clean("a\n\tb\u202e \ud800c") == "a b c"
    assert clean(7) == ""
    assert len(clean("x" * 1000)) == 120
    assert title("../../etc/北坡.tar.plan") == "北坡.tar"


BASE = [
    write_mission(sample(), kind, desk())
    for kind in (
        MissionFormat.QGC_PLAN,
        MissionFormat.WAYPOINTS,
        MissionFormat.GEOJSON,
        MissionFormat.KML,
    )
]


@given(
    st.sampled_from(BASE),
    st.lists(st.tuples(st.integers(0, 100_000), st.binary(max_size=4)), min_size=1, max_size=4),
)
@settings(max_examples=100, deadline=None)
def test_a_broken_byte_is_a_mission_or_a_refusal(
    data: bytes, changes: list[tuple[int, bytes]]
) -> None:
    for number, piece in changes:
        at = number % len(data)
        data = data[:at] + piece + data[at + 2 :]
    with contextlib.suppress(WatchError):
        read_mission(data, "x")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


def paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(each for key, below in inner for each in paths(below, (*path, key)))][:600]


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_any_value_anywhere_is_a_mission_or_a_refusal(data: st.DataObject) -> None:
    document = json.loads(data.draw(st.sampled_from([BASE[0], BASE[2]])))
    *way, last = data.draw(st.sampled_from(paths(document)[1:]))
    place = document
    for key in way:
        place = place[key]
    place[last] = data.draw(JUNK)
    try:
        text = json.dumps(document, allow_nan=False).encode()
    except (ValueError, UnicodeEncodeError):
        return
    with contextlib.suppress(WatchError):
        read_mission(text, "x")
