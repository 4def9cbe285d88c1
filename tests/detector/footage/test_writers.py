"""What is written for other tools is read again: by our readers, and by those tools."""

import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO  # type: ignore[import-untyped]

from detector.evaluate.labelled_set import read_labels as read_label_file
from detector.footage.labelled import LabelFormat, Labelled, LabelledBox
from detector.footage.reading import read_labels
from detector.footage.write_coco import write_coco
from detector.footage.write_yolo import label_lines, write_yolo
from models.detection import Label
from models.errors import InputRefused

shares = st.integers(0, 9_800).map(lambda part: part / 10_000)


@st.composite
def sides(draw: st.DrawFn) -> tuple[float, float, float, float]:
    """At least a fiftieth of the picture, so that no digit that is cut off makes it empty."""
    x_min, y_min = draw(shares), draw(shares)
    return (
        x_min,
        y_min,
        draw(st.floats(x_min + 0.02, 1.0)),
        draw(st.floats(y_min + 0.02, 1.0)),
    )


boxes = st.lists(st.builds(LabelledBox, st.sampled_from(Label), sides()), max_size=4)
sizes = st.tuples(st.integers(50, 5000), st.integers(50, 5000))
regions = st.lists(sides(), max_size=2, unique_by=lambda box: round(box[0], 3))
pictures = st.lists(st.tuples(sizes, boxes, regions), min_size=1, max_size=4)


@settings(max_examples=40)
@given(pictures)
def test_coco_is_read_again_by_us_and_by_its_own_tool(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[tuple[tuple[int, int], list[LabelledBox], list[tuple[float, ...]]]],
) -> None:
    path = tmp_path_factory.mktemp("coco") / "a.json"
    labels = [
        Labelled(f"a/{number}.jpg", size_px, None, tuple(drawn_boxes), tuple(ignored))  # type: ignore[arg-type]
        for number, (size_px, drawn_boxes, ignored) in enumerate(drawn)
    ]
    assert write_coco(labels, path) == len(labels)
    again = read_labels(path, LabelFormat.COCO)
    with contextlib.redirect_stdout(io.StringIO()):
        theirs = COCO(str(path))
    assert [label.name for label in again] == [label.name for label in labels]
    for label, ours, picture in zip(labels, again, theirs.dataset["images"], strict=True):
        assert ours.size_px == label.size_px == (picture["width"], picture["height"])
        assert [box.label for box in ours.boxes] == [box.label for box in label.boxes]
        for one, other in zip(ours.boxes, label.boxes, strict=True):
            assert one.sides == pytest.approx(other.sides, abs=2e-6)
        assert len(ours.ignored) == len(label.ignored)
        found = theirs.loadAnns(theirs.getAnnIds(imgIds=[picture["id"]], iscrowd=False))
        assert [each["category_id"] - 1 for each in found] == [
            int(box.label) for box in label.boxes
        ]
        crowds = theirs.loadAnns(theirs.getAnnIds(imgIds=[picture["id"]], iscrowd=True))
        assert len(crowds) == 2 * len(label.ignored)


@settings(max_examples=40)
@given(st.lists(boxes, min_size=1, max_size=4))
def test_yolo_is_read_again_by_us_and_by_the_trainer(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[list[LabelledBox]]
) -> None:
    folder = tmp_path_factory.mktemp("yolo")
    labels = [
        Labelled(f"a/{number}.jpg", None, None, tuple(mine)) for number, mine in enumerate(drawn)
    ]
    assert write_yolo(labels, folder) == len(labels)
    for label, ours in zip(labels, read_labels(folder, LabelFormat.YOLO), strict=True):
        assert f"{ours.name}.jpg" == label.name
        classes, edges = read_label_file(folder / "labels" / f"{ours.name}.txt")
        assert list(classes) == [int(box.label) for box in label.boxes]
        for one, row, other in zip(ours.boxes, edges.tolist(), label.boxes, strict=True):
            assert one.sides == pytest.approx(other.sides, abs=2e-6)
            assert row == pytest.approx(other.sides, abs=2e-6)


def test_a_picture_without_fire_has_an_empty_file() -> None:
    assert label_lines(()) == ""


@pytest.mark.parametrize(
    "label",
    [
        Labelled("a.jpg", None, None),
        Labelled("a.jpg", (10, 10), None, is_boxed=False),
    ],
)
def test_coco_refuses_what_it_cannot_say(tmp_path: Path, label: Labelled) -> None:
    with pytest.raises(InputRefused) as caught:
        write_coco([label], tmp_path / "a.json")
    assert caught.value.code == "labels_unwritable"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../a.jpg", "/a.jpg", "a/../../b.jpg", "..\\a.jpg", "c:a.jpg", "", "a\0.jpg", ".."]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputRefused):
        write_yolo([Labelled(name, None, None)], tmp_path / "inside")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "labels",
    [
        [Labelled("a.jpg", None, None), Labelled("a.png", None, None)],
        [Labelled("a.jpg", None, None, ignored=((0.0, 0.0, 1.0, 1.0),))],
        [Labelled("a.jpg", None, None, is_boxed=False)],
    ],
)
def test_yolo_refuses_what_it_cannot_say(tmp_path: Path, labels: list[Labelled]) -> None:
    with pytest.raises(InputRefused) as caught:
        write_yolo(labels, tmp_path)
    assert caught.value.code == "labels_unwritable"


def test_frames_of_a_video_keep_their_numbers(tmp_path: Path) -> None:
    write_yolo([Labelled(f"v.mp4#{frame}", None, None, frame=frame) for frame in (0, 1)], tmp_path)
    assert sorted(path.name for path in (tmp_path / "labels").iterdir()) == [
        "v.mp4#0.txt",
        "v.mp4#1.txt",
    ]
