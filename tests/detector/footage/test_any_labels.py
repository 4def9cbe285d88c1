"""Any boxes come back from any format, and no bytes at all bring a reader down."""

import json
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_rig import read_with_refusals

from detector.footage.labelled import LabelFormat
from models.detection import Label

Pixels = tuple[str, int, int, int, int]
WIDTH, HEIGHT = 640, 400


@st.composite
def pixels(draw: st.DrawFn) -> Pixels:
    """A class and left, upper, right and lower edge in whole pixels."""
    x_min, y_min = draw(st.integers(0, WIDTH - 1)), draw(st.integers(0, HEIGHT - 1))
    x_max, y_max = draw(st.integers(x_min + 1, WIDTH)), draw(st.integers(y_min + 1, HEIGHT))
    return draw(st.sampled_from(["smoke", "fire"])), x_min, y_min, x_max, y_max


def as_coco(boxes: list[Pixels]) -> str:
    rows = [
        {"image_id": 0, "category_id": name, "bbox": [x, y, x_max - x, y_max - y]}
        for name, x, y, x_max, y_max in boxes
    ]
    return json.dumps(
        {
            "images": [{"id": 0, "file_name": "a", "width": WIDTH, "height": HEIGHT}],
            "categories": [{"id": name, "name": name} for name in ("smoke", "fire")],
            "annotations": rows,
        }
    )


def as_voc(boxes: list[Pixels]) -> str:
    size = f"<size><width>{WIDTH}</width><height>{HEIGHT}</height></size>"
    drawn = "".join(
        f"<object><name>{name}</name><bndbox><xmin>{x + 1}</xmin><ymin>{y + 1}</ymin>"
        f"<xmax>{x_max}</xmax><ymax>{y_max}</ymax></bndbox></object>"
        for name, x, y, x_max, y_max in boxes
    )
    return f"<annotation><filename>a</filename>{size}{drawn}</annotation>"


def as_cvat(boxes: list[Pixels]) -> str:
    drawn = "".join(
        f'<box label="{name}" xtl="{x}.0" ytl="{y}.0" xbr="{x_max}.0" ybr="{y_max}.0"/>'
        for name, x, y, x_max, y_max in boxes
    )
    return (
        f'<annotations><image id="0" name="a" width="{WIDTH}" height="{HEIGHT}">'
        f"{drawn}</image></annotations>"
    )


def as_furg(boxes: list[Pixels]) -> str:
    drawn = "".join(f"<_>{x} {y} {x_max - x} {y_max - y}</_>" for _, x, y, x_max, y_max in boxes)
    return (
        f"<opencv_storage><frameWidth>{WIDTH}</frameWidth><frameHeight>{HEIGHT}</frameHeight>"
        f"<frames><_><frameNumber>0</frameNumber><annotations>{drawn}</annotations></_></frames>"
        "</opencv_storage>"
    )


def as_yolo(boxes: list[Pixels]) -> str:
    return "".join(
        f"{('smoke', 'fire').index(name)} {(x + x_max) / 2 / WIDTH!r} {(y + y_max) / 2 / HEIGHT!r} "
        f"{(x_max - x) / WIDTH!r} {(y_max - y) / HEIGHT!r}\n"
        for name, x, y, x_max, y_max in boxes
    )


FORMATS: dict[LabelFormat, tuple[str, Callable[[list[Pixels]], str]]] = {
    LabelFormat.COCO: ("a.json", as_coco),
    LabelFormat.VOC: ("a.xml", as_voc),
    LabelFormat.CVAT: ("a.xml", as_cvat),
    LabelFormat.FURG: ("a.xml", as_furg),
    LabelFormat.YOLO: ("a.txt", as_yolo),
}


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=30)
@given(boxes=st.lists(pixels(), max_size=5))
def test_any_boxes_come_back(
    tmp_path_factory: pytest.TempPathFactory, kind: LabelFormat, boxes: list[Pixels]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    name, write = FORMATS[kind]
    (folder / name).write_text(write(boxes), encoding="utf-8")
    (folder / "classes.txt").write_text("smoke\nfire\n", encoding="ascii")
    (label,), told = read_with_refusals(folder, kind)
    assert told == []
    assert len(label.boxes) == len(boxes)
    for box, (word, *edges) in zip(label.boxes, boxes, strict=True):
        by_file = Label.SMOKE if word == "smoke" and kind is not LabelFormat.FURG else Label.FLAME
        assert box.label is by_file
        shares = [edge / side for edge, side in zip(edges, (WIDTH, HEIGHT) * 2, strict=True)]
        assert box.sides == pytest.approx(shares, abs=1e-12)
        assert all(0.0 <= side <= 1.0 for side in box.sides)


@pytest.mark.parametrize("kind", LabelFormat)
@settings(max_examples=30)
@given(data=st.data())
def test_any_bytes_are_read_or_refused_with_words(
    tmp_path_factory: pytest.TempPathFactory, kind: LabelFormat, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("any")
    name, write = FORMATS.get(kind, ("1532815146_-00480.jpg", as_yolo))
    whole = bytearray(write([("smoke", 10, 10, 20, 20), ("fire", 1, 2, 3, 4)]).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    (folder / name).write_bytes(bytes(whole))
    (folder / "classes.txt").write_bytes(data.draw(st.sampled_from([b"smoke\nfire\n", b"\xff"])))
    found, told = read_with_refusals(folder, kind)
    assert found or told
    for error in told:
        assert error.remedy
        assert error.code != "input_refused"
    for label in found:
        assert all(0.0 <= side <= 1.0 for box in label.boxes for side in box.sides)


@settings(max_examples=40)
@given(at=st.integers(0, 10_000), rubbish=st.binary(min_size=1, max_size=6))
def test_a_rotten_zip_is_read_or_refused_with_words(
    tmp_path_factory: pytest.TempPathFactory, at: int, rubbish: bytes
) -> None:
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"labels/{number}.txt", "0 0.5 0.5 0.1 0.1\n" * 20)
        archive.writestr("classes.txt", "smoke\n")
    whole = bytearray(path.read_bytes())
    at %= len(whole)
    whole[at : at + len(rubbish)] = rubbish
    path.write_bytes(bytes(whole))
    found, told = read_with_refusals(path, LabelFormat.YOLO)
    assert found or told
    assert all(error.remedy for error in told)
