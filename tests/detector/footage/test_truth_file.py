"""Truth files: read strictly, written whole, and equal when they come back."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.footage import (
    TruthFile,
    parse_truth,
    read_truth,
    truth_as_json,
    truth_path,
    write_truth,
)
from models.detection import Label
from models.errors import InputRefused, StorageFull
from models.footage import (
    Conditions,
    Ignored,
    Light,
    Rights,
    Season,
    Sky,
    Span,
    TrueBox,
    TrueFire,
    Truth,
)
from models.frame import FrameMode

WHOLE: dict[str, Any] = {
    "firewatch_truth": 1,
    "fires": [
        {"name": "ridge", "first_visible_s": 60, "ignition_s": 0, "lon_deg": 106.6, "lat_deg": 29}
    ],
    "boxes": [
        {"at_s": 120, "label": "flame", "box": [0.5, 0.5, 0.6, 0.625]},
        {"at_s": 60, "label": "smoke", "box": [0.25, 0.5, 0.5, 1], "fire": "ridge"},
    ],
    "boxed_at_s": [120, 0, 60],
    "ignored": [
        {"from_s": 0, "until_s": 30, "why": "lens cleaned"},
        {"from_s": 0, "box": [0, 0, 1, 0.1]},
    ],
    "conditions": {
        "light": "dusk",
        "mode": "infrared",
        "sky": "haze",
        "season": "autumn",
        "range_m": 4200,
    },
    "rights": {"licence": "CC0", "owner": "the bureau", "may_train": True},
    "scene": "tower7",
}

times = st.floats(-1e7, 1e7)
shares = st.floats(0.0, 1.0)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@st.composite
def sides(draw: st.DrawFn) -> tuple[float, float, float, float]:
    across = sorted(draw(st.tuples(shares, shares).filter(lambda pair: pair[0] != pair[1])))
    down = sorted(draw(st.tuples(shares, shares).filter(lambda pair: pair[0] != pair[1])))
    return across[0], down[0], across[1], down[1]


@st.composite
def fires(draw: st.DrawFn, name: str) -> TrueFire:
    told = sorted(draw(st.lists(times, min_size=4, max_size=4)))
    keep = draw(st.tuples(*[st.booleans()] * 4))
    known = [at if kept else None for at, kept in zip(told, keep, strict=True)]
    if known[1] is None:
        known[2] = None
    place = draw(st.none() | st.tuples(st.floats(-180, 180), st.floats(-90, 90)))
    lon_deg, lat_deg = place or (None, None)
    return TrueFire(name, known[1], known[0], known[2], known[3], lon_deg, lat_deg, draw(words))


@st.composite
def truths(draw: st.DrawFn) -> Truth:
    burning = tuple(draw(fires(name)) for name in draw(st.sets(words.filter(bool), max_size=3)))
    names = ["", *(fire.name for fire in burning)]
    boxed = sorted(draw(st.sets(times, max_size=5)))
    boxes = [
        TrueBox(at, draw(st.sampled_from(Label)), *draw(sides()), fire=draw(st.sampled_from(names)))
        for at in boxed
        for _ in range(draw(st.integers(0, 2)))
    ]
    ignored = []
    for _ in range(draw(st.integers(0, 2))):
        from_s, lasts_s = draw(times), draw(st.none() | st.floats(1.0, 1e6))
        until_s = None if lasts_s is None else from_s + lasts_s
        ignored.append(Ignored(Span(from_s, until_s), *draw(sides()), why=draw(words)))
    return Truth(burning, tuple(boxes), tuple(boxed), tuple(ignored))


conditions = st.builds(
    Conditions,
    st.none() | st.sampled_from(Light),
    st.none() | st.sampled_from(FrameMode),
    st.none() | st.sampled_from(Sky),
    st.none() | st.sampled_from(Season),
    st.none() | st.floats(1e-3, 1e6),
)
rights = st.builds(Rights, words, words, st.booleans(), st.booleans())


def reading(content: object) -> TruthFile:
    return parse_truth(json.dumps(content).encode(), "tower7.truth.json")


def test_a_whole_file_says_what_stands_in_it() -> None:
    known = reading(WHOLE)
    assert known.truth is not None
    (fire,) = known.truth.fires
    assert fire == TrueFire("ridge", 60.0, ignition_s=0.0, lon_deg=106.6, lat_deg=29.0)
    assert [box.at_s for box in known.truth.boxes] == [60.0, 120.0]
    assert known.truth.boxes[0] == TrueBox(60.0, Label.SMOKE, 0.25, 0.5, 0.5, 1.0, "ridge")
    assert known.truth.boxed_at_s == (0.0, 60.0, 120.0)
    assert known.truth.ignored[0] == Ignored(Span(0.0, 30.0), why="lens cleaned")
    assert known.truth.ignored[1].y_max == 0.1
    assert known.conditions == Conditions(
        Light.DUSK, FrameMode.INFRARED, Sky.HAZE, Season.AUTUMN, 4200.0
    )
    assert known.rights == Rights("CC0", "the bureau", may_train=True)
    assert known.scene == "tower7"


def test_the_page_shows_a_file_that_can_be_read() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/footage.md").read_text(encoding="utf-8")
    shown = next(block for block in page.split("```json\n")[1:] if "firewatch_truth" in block)
    known = parse_truth(shown.split("```")[0].encode(), "docs/footage.md")
    assert known.truth is not None
    assert (known.truth.fires[0].first_visible_s, known.truth.boxes[0].at_s) == (180.0, 240.0)
    assert known.rights.may_train


def test_no_word_of_fire_is_not_the_word_that_nothing_burns() -> None:
    assert reading({"firewatch_truth": 1}) == TruthFile()
    nothing = reading({"firewatch_truth": 1, "fires": []})
    assert nothing.truth is not None
    assert nothing.truth.shows_nothing


@given(st.builds(TruthFile, st.none() | truths(), conditions, rights, words))
@settings(max_examples=60)
def test_what_was_written_is_read_again(known: TruthFile) -> None:
    data = json.dumps(truth_as_json(known), allow_nan=False).encode()
    assert parse_truth(data, "x") == known


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    known = reading(WHOLE)
    path = tmp_path / "deep" / "tower7.truth.json"
    write_truth(path, known)
    write_truth(path, known)
    assert read_truth(path) == known
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    marked = tmp_path / "marked.truth.json"  # an editor of Windows
    marked.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_truth(marked) == known


def test_truth_lies_beside_its_recording(tmp_path: Path) -> None:
    (tmp_path / "tower.7").mkdir()
    assert truth_path(tmp_path / "tower.7").name == "tower.7.truth.json"
    assert truth_path(tmp_path / "ridge.mp4").name == "ridge.truth.json"


@pytest.mark.parametrize(
    ("change", "word", "code"),
    [
        ({"firs": []}, "firs", "truth_file"),
        ({"firewatch_truth": 2}, "firewatch_truth", "truth_file"),
        ({"firewatch_truth": True}, "firewatch_truth", "truth_file"),
        ({"fires": None}, "does not say what burns", "truth_file"),
        ({"fires": [{"name": "a"}]}, r"fires\.0\.first_visible_s", "truth_file"),
        ({"fires": [{"name": "a", "first_visible_s": "60"}]}, "valid number", "truth_file"),
        ({"fires": [{"name": "a", "first_visible_s": 5, "clear_s": 4}]}, "order", "truth_times"),
        ({"fires": []}, "belongs to fire ridge", "truth_name"),
        ({"fires": [{"name": "a", "first_visible_s": 5}] * 1001}, "at most 1000", "truth_file"),
        ({"boxed_at_s": [0]}, "no boxed frame", "truth_order"),
        ({"boxes": [{"at_s": 0, "label": "fog", "box": [0, 0, 1, 1]}]}, "label", "truth_file"),
        ({"boxes": [{"at_s": 0, "label": "smoke", "box": [0]}]}, r"boxes\.0\.box", "truth_file"),
        ({"boxes": [{"at_s": 0, "label": "smoke", "box": [0, 0, 2, 1]}]}, "beyond", "truth_box"),
        ({"ignored": [{"from_s": 1, "until_s": 0}]}, "No time lasts", "truth_span"),
        ({"conditions": {"light": "noon"}}, r"conditions\.light", "truth_file"),
        ({"conditions": {"range_m": -1}}, "distance", "footage_range"),
        ({"rights": {"may_train": "yes"}}, r"rights\.may_train", "truth_file"),
        ({"scene": "x" * 121}, "scene", "truth_file"),
    ],
)
def test_what_cannot_be_is_named_with_its_place(
    change: dict[str, Any], word: str, code: str
) -> None:
    with pytest.raises(InputRefused, match=word) as caught:
        reading(WHOLE | change)
    assert caught.value.message.startswith("tower7.truth.json: ")
    assert (caught.value.code, bool(caught.value.remedy)) == (code, True)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "Expecting value"),
        (b"[" * 100_000, "nested too deep"),
        (b"\xff\xfe", "utf-8"),
        (b'{"firewatch_truth": 1, "firewatch_truth": 1}', "stands twice"),
        (b'{"firewatch_truth": 1, "fires": [], "boxed_at_s": [NaN]}', "NaN is no number"),
        (b'{"firewatch_truth": ' + b"9" * 5000 + b"}", "is no JSON"),
        (b'{"firewatch_truth": 1, "fires": [], "boxed_at_s": [1e999]}', "finite"),
        (b'{"firewatch_truth": 1, "scene": "\\ud800"}', "surrogate|escape"),
        (b"[]", "outermost object"),
    ],
)
def test_what_is_no_such_file_is_refused(data: bytes, word: str) -> None:
    with pytest.raises(InputRefused, match=word):
        parse_truth(data, "x")


@given(st.binary(max_size=200))
@settings(max_examples=60)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(InputRefused):
        parse_truth(data, "x")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("none.json", "file_missing"),
        ("a\0b", "file_missing"),
        (".", "file_is_folder"),
        ("x" * 300, "file_unreadable"),
    ],
)
def test_what_is_not_there_is_refused(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_truth(tmp_path / name)
    assert caught.value.code == code


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.truth.json"
    write_truth(path, TruthFile(scene="before"))

    def full(_path: Path, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageFull):
        write_truth(path, TruthFile(scene="after"))
    monkeypatch.undo()
    assert read_truth(path).scene == "before"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputRefused) as caught:
        write_truth(tmp_path / "file" / "a.truth.json", TruthFile())
    assert caught.value.code == "file_unwritable"
