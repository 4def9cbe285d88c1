"""Labels of other tools: read as they are meant, or refused with their place."""

import json
from pathlib import Path

import pytest
from label_rig import coco_json, put, read_with_refusals, zipped

from detector.footage.labelled import LabelFormat, Labelled, Meaning
from detector.footage.reading import read_labels
from models.detection import Label
from models.errors import InputRefused

IMAGE = {"id": 1, "file_name": "a.jpg", "width": 100, "height": 50}
BOX = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 20]}


def one(path: Path, kind: LabelFormat) -> Labelled:
    (found,) = read_labels(path, kind)
    return found


def whys(path: Path, kind: LabelFormat) -> list[str]:
    return [error.message for error in read_with_refusals(path, kind)[1]]


def file(tmp_path: Path, name: str, text: str) -> Path:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


# COCO


def test_coco_is_read(tmp_path: Path) -> None:
    crowd = BOX | {"bbox": [0, 0, 100, 10], "iscrowd": 1}
    tracked = BOX | {"category_id": 2, "bbox": [50.5, 25, 49.5, 25], "track_id": 7}
    text = coco_json([IMAGE, IMAGE | {"id": 2, "file_name": "b.jpg"}], [BOX, crowd, tracked])
    first, second = read_labels(file(tmp_path, "a.json", text), LabelFormat.COCO)
    assert (first.name, first.size_px) == ("a.jpg", (100, 50))
    assert [(box.label, box.sides, box.track) for box in first.boxes] == [
        (Label.SMOKE, (0.1, 0.2, 0.5, 0.6), ""),
        (Label.FLAME, (0.505, 0.5, 1.0, 1.0), "7"),
    ]
    assert first.ignored == ((0.0, 0.0, 1.0, 0.2),)
    assert (second.boxes, second.is_boxed) == ((), True)


def test_rounding_is_cut_and_more_is_refused(tmp_path: Path) -> None:
    text = coco_json([IMAGE], [BOX | {"bbox": [-1, 0, 102, 51]}])
    assert one(file(tmp_path, "a.json", text), LabelFormat.COCO).boxes[0].sides == (0, 0, 1, 1)
    text = coco_json([IMAGE], [BOX | {"bbox": [-1.1, 0, 50, 50]}])
    (why, _) = whys(file(tmp_path, "a.json", text), LabelFormat.COCO)
    assert why.endswith("a.json, annotations 1: the box lies beyond the picture.")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"bbox": [1, 2, 3]}, r"annotations 1: bbox is not \[x, y"),
        ({"bbox": [1, 2, 3, "4"]}, "bbox is not four numbers"),
        ({"bbox": [1, 2, 3, True]}, "bbox is not four numbers"),
        ({"bbox": [1, 2, 3, 10**400]}, "beyond all pictures"),
        ({"bbox": [1, 2, 0, 3]}, "the box is empty"),
        ({"bbox": [1, 2, -3, 3]}, "the box is empty"),
        ({"bbox": [100, 2, 0.5, 3]}, "the box is empty"),
        ({"image_id": 9}, "there is no picture '9'"),
        ({"image_id": None}, "image_id is neither"),
        ({"category_id": 9}, "there is no category '9'"),
        ({"category_id": True}, "category_id is neither"),
    ],
)
def test_a_wrong_coco_annotation_costs_its_picture(
    tmp_path: Path, change: dict[str, object], word: str
) -> None:
    images = [IMAGE, IMAGE | {"id": 2, "file_name": "b.jpg"}]
    good = BOX | {"image_id": 2}
    path = file(tmp_path, "a.json", coco_json(images, [BOX | change, good]))
    with pytest.raises(InputRefused, match=word):
        read_labels(path, LabelFormat.COCO)
    found, told = read_with_refusals(path, LabelFormat.COCO)
    assert len(told) == 1
    assert told[0].remedy
    lost = [] if "image_id" in change else ["a.jpg"]
    assert [label.name for label in found] == [
        name for name in ("a.jpg", "b.jpg") if name not in lost
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[]", "no list of images"),
        ('{"images": {}}', "no list of images"),
        ('{"images": [1], "categories": [], "annotations": []}', "images 1: it is no object"),
        ("{", "is no JSON"),
        (coco_json([IMAGE | {"width": 0}], []), "width is no number of pixels"),
        (coco_json([IMAGE | {"width": True}], []), "width is no number of pixels"),
        (coco_json([IMAGE | {"height": 10**6}], []), "height is no number of pixels"),
        (coco_json([IMAGE | {"file_name": ""}], []), "file_name is no word"),
        (coco_json([IMAGE | {"file_name": 3}], []), "file_name is no word"),
        (coco_json([], []), "it names no picture"),
        (coco_json([IMAGE, IMAGE | {"id": 2}], []), "'a.jpg' stands twice"),
    ],
)
def test_a_coco_file_that_lies_is_refused(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(InputRefused, match=word):
        read_labels(file(tmp_path, "a.json", text), LabelFormat.COCO)


def test_a_class_needs_a_meaning_and_all_without_one_are_named(tmp_path: Path) -> None:
    text = coco_json(
        [IMAGE],
        [BOX | {"category_id": number} for number in (1, 2, 3, 4)],
        ("Fire", "hot_not_fire", "cloud", "flare"),
    )
    path = file(tmp_path, "a.json", text)
    with pytest.raises(InputRefused, match=r"'hot_not_fire' .*'cloud' .*'flare'") as caught:
        read_labels(path, LabelFormat.COCO)
    assert caught.value.code == "unknown_class"
    given = {"Hot_Not_Fire": Meaning.NOTHING, "cloud": Meaning.IGNORED, "flare": Meaning.SMOKE}
    (found,) = read_labels(path, LabelFormat.COCO, classes=given)
    assert [box.label for box in found.boxes] == [Label.FLAME, Label.SMOKE]
    assert len(found.ignored) == 1


def test_of_many_unknown_classes_twenty_are_named(tmp_path: Path) -> None:
    words = [f"kind{number}" for number in range(30)]
    boxes = [BOX | {"category_id": number} for number in range(1, 31)]
    path = file(tmp_path, "a.json", coco_json([IMAGE], boxes, words))
    with pytest.raises(InputRefused, match="and 10 more"):
        read_labels(path, LabelFormat.COCO)


# YOLO


def test_yolo_is_read_from_a_set_as_trainers_keep_it(tmp_path: Path) -> None:
    files = {
        "data.yaml": "train: images\nnc: 2\nnames: ['fire', \"smoke\"]  # two\n",
        "labels/a/one.txt": "1 0.5 0.5 0.2 0.4\n\n0 0.1 0.1 0.2 0.2\n",
        "labels/two.txt": "",
        "notes.txt": "nothing of a label",
    }
    for path in (put(tmp_path / "set", files), zipped(tmp_path / "set.zip", files)):
        first, second = read_labels(path, LabelFormat.YOLO)
        assert (first.name, second.name) == ("a/one", "two")
        assert [box.label for box in first.boxes] == [Label.SMOKE, Label.FLAME]
        assert first.boxes[0].sides == pytest.approx((0.4, 0.3, 0.6, 0.7))
        assert second.boxes == ()


@pytest.mark.parametrize(
    "names",
    [
        {"data.yaml": "names: [haze, smoke]\n"},
        {"data.yaml": "names: [haze,\n  smoke]\nnc: 2\n"},
        {"data.yaml": "nc: 2\nnames:\n  - haze\n  - 'smoke'\nval: x\n"},
        {"data.yaml": "names:\n- haze  # in the valley\n- smoke\n"},
        {"data.yaml": "names:\n  0: haze\n  1: smoke\nroboflow:\n  2: else\n"},
        {"data.yml": "names: {0: haze, 1: smoke}\n"},
        {"classes.txt": "haze\nsmoke\n"},
        {"obj.names": "haze\r\nsmoke\r\n"},
        {"empty.yaml": "train: images\n", "classes.txt": "haze\nsmoke\n"},
    ],
)
def test_class_names_are_found_wherever_they_stand(tmp_path: Path, names: dict[str, str]) -> None:
    found = one(put(tmp_path, names | {"a.txt": "1 0.5 0.5 0.2 0.4\n"}), LabelFormat.YOLO)
    assert [box.label for box in found.boxes] == [Label.SMOKE]


def test_without_names_a_class_is_its_number(tmp_path: Path) -> None:
    path = put(tmp_path, {"a.txt": "1 0.5 0.5 0.2 0.4\n"})
    with pytest.raises(InputRefused, match=r"'1' \(.*a.txt, line 1\)"):
        read_labels(path, LabelFormat.YOLO)
    (found,) = read_labels(path, LabelFormat.YOLO, classes={"1": Meaning.FLAME})
    assert found.boxes[0].label is Label.FLAME
    put(tmp_path, {"index.csv": "name,group,source,view,split\n"})
    assert one(tmp_path, LabelFormat.YOLO).boxes[0].label is Label.FLAME


def test_a_polygon_becomes_the_box_around_it(tmp_path: Path) -> None:
    text = "0 0.2 0.3 0.6 0.4 0.5 0.9\n"
    path = put(tmp_path, {"a.txt": text, "classes.txt": "smoke\n"})
    assert one(path, LabelFormat.YOLO).boxes[0].sides == (0.2, 0.3, 0.6, 0.9)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("0 0.5 0.5 0.2 0.4 0.9", "a detector's answer"),
        ("0 0.5 0.5 0.2", "not 'class cx cy w h'"),
        ("0 0.5 0.5 0.2 x", "not 'class cx cy w h'"),
        ("smoke 0.5 0.5 0.2 0.2", "not 'class cx cy w h'"),
        ("0.5 0.5 0.5 0.2 0.2", "class 0.5 does not exist"),
        ("-1 0.5 0.5 0.2 0.2", "class -1 does not exist"),
        ("nan 0.5 0.5 0.2 0.2", "class nan does not exist"),
        ("0 nan 0.5 0.2 0.2", "the box is empty"),
        ("0 0.5 0.5 0 0.2", "the box is empty"),
        ("0 0.95 0.5 0.2 0.2", "beyond the picture"),
    ],
)
def test_a_wrong_yolo_line_is_named(tmp_path: Path, line: str, word: str) -> None:
    files = {"a.txt": f"0 0.5 0.5 0.1 0.1\n\n{line}\n", "b.txt": "", "classes.txt": "smoke\n"}
    path = put(tmp_path, files)
    found, told = read_with_refusals(path, LabelFormat.YOLO)
    assert [label.name for label in found] == ["b"]
    (error,) = told
    assert "a.txt, line 3: " in error.message
    assert word in error.message


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, {"a.txt": b"\xff\xfe", "classes.txt": "smoke\n"})
    why, nothing = whys(path, LabelFormat.YOLO)
    assert "it is no text" in why
    assert "all 1 of its pictures are refused" in nothing


def test_class_names_that_cannot_be_read_refuse_the_set(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"data.yaml": "names: [smoke]\n" * 50, "a.txt": ""})
    data = bytearray(path.read_bytes())
    data[41:48] = bytes(7)
    path.write_bytes(bytes(data))
    assert "is no zip" in whys(path, LabelFormat.YOLO)[0]


# PASCAL VOC


def voc(inside: str, size: str = "<width>100</width><height>50</height>") -> str:
    return f"<annotation><filename>a.jpg</filename><size>{size}</size>{inside}</annotation>"


def voc_box(*edges: object, name: str = "smoke", more: str = "") -> str:
    words = zip(("xmin", "ymin", "xmax", "ymax"), edges, strict=True)
    inside = "".join(f"<{word}>{edge}</{word}>" for word, edge in words)
    return f"<object><name>{name}</name>{more}<bndbox>{inside}</bndbox></object>"


def test_voc_is_read_with_pixels_that_count_from_one(tmp_path: Path) -> None:
    hard = voc_box(51, 1, 100, 50, more="<difficult>1</difficult>")
    text = voc(voc_box(1, 1, 100, 50) + voc_box(11, 11, 20, 20, name="fire") + hard)
    found = one(put(tmp_path, {"a.xml": text}), LabelFormat.VOC)
    assert [(box.label, box.sides) for box in found.boxes] == [
        (Label.SMOKE, (0.0, 0.0, 1.0, 1.0)),
        (Label.FLAME, (0.1, 0.2, 0.2, 0.4)),
    ]
    assert found.ignored == ((0.5, 0.0, 1.0, 1.0),)
    assert (found.name, found.size_px) == ("a.jpg", (100, 50))


def test_a_voc_file_without_a_picture_name_has_its_own(tmp_path: Path) -> None:
    text = voc("").replace("<filename>a.jpg</filename>", "")
    assert one(put(tmp_path, {"deep/b.xml": text}), LabelFormat.VOC).name == "b"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (voc(voc_box(1, 1, "", 5)), "object 1: xmax is no number"),
        (voc(voc_box(1, 1, "inf", 5)), "object 1: xmax is no number"),
        (voc(voc_box(1, 1, 5, 5) + voc_box(1, 1, 102, 5)), "object 2: the box lies beyond"),
        (voc("", "<width>100</width>"), "size/height is no number"),
        (voc("", "<width>0</width><height>1</height>"), "size cannot be"),
        (voc("", "<width>10.5</width><height>1</height>"), "size cannot be"),
        ("<annotations/>", "outermost element is 'annotations'"),
        ("<annotation>", "it is no XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><annotation/>', "document type"),
        ("<annotation>" + "<a>" * 100 + "</a>" * 100 + "</annotation>", "nested more than"),
    ],
)
def test_a_wrong_voc_file_is_refused_with_its_place(tmp_path: Path, text: str, word: str) -> None:
    found, told = read_with_refusals(
        put(tmp_path, {"a.xml": text, "b.xml": voc("").replace("a.jpg", "b.jpg")}), LabelFormat.VOC
    )
    assert [label.name for label in found] == ["b.jpg"]
    assert word in told[0].message


# FURG


def furg(frames: str) -> str:
    return (
        "<opencv_storage><fileName>house.mp4</fileName><frameRate>29</frameRate>"
        f"<frameWidth>100</frameWidth><frameHeight>50</frameHeight><frames>{frames}</frames>"
        "</opencv_storage>"
    )


def furg_frame(number: object, *boxes: str) -> str:
    drawn = "".join(f"<_>\n {box}</_>" for box in boxes)
    return f"<_><frameNumber>{number}</frameNumber><annotations>{drawn}</annotations></_>"


def test_furg_is_read_by_frame_numbers(tmp_path: Path) -> None:
    text = furg(furg_frame(0, "10 10 40 20", "0 0 100 50") + furg_frame(7))
    first, second = read_labels(file(tmp_path, "h.xml", text), LabelFormat.FURG)
    assert [(box.label, box.sides) for box in first.boxes] == [
        (Label.FLAME, (0.1, 0.2, 0.5, 0.6)),
        (Label.FLAME, (0.0, 0.0, 1.0, 1.0)),
    ]
    assert (first.frame, second.frame, second.boxes) == (0, 7, ())
    assert (first.name, first.at_s) == ("house.mp4#0", None)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (furg(furg_frame(0, "1 2 3")), "frame entry 1: a box is not"),
        (furg(furg_frame(0, "1 2 3 x")), "an edge is no number"),
        (furg(furg_frame(0, "90 2 30 4")), "beyond the picture"),
        (furg(furg_frame("")), "frameNumber is no number"),
        (furg(furg_frame(-1)), "frameNumber counts no frame"),
        (furg(furg_frame(0.5)), "frameNumber counts no frame"),
        ("<opencv_storage/>", "it is no 'opencv_storage' with frames"),
        ("<annotation/>", "it is no 'opencv_storage' with frames"),
    ],
)
def test_a_wrong_furg_file_is_refused_with_its_place(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(InputRefused, match=word):
        read_labels(file(tmp_path, "h.xml", text), LabelFormat.FURG)


def test_a_wrong_furg_frame_costs_itself(tmp_path: Path) -> None:
    text = furg(furg_frame(0, "1 2 3") + furg_frame(1))
    found, told = read_with_refusals(file(tmp_path, "h.xml", text), LabelFormat.FURG)
    assert ([label.frame for label in found], len(told)) == ([1], 1)


# CVAT


def cvat(inside: str, meta: str = "") -> str:
    return f"<annotations><version>1.1</version><meta>{meta}</meta>{inside}</annotations>"


def image(shapes: str, name: str = "a.jpg") -> str:
    return f'<image id="0" name="{name}" width="100" height="50">{shapes}</image>'


CVAT_BOX = '<box label="smoke" xtl="10" ytl="10" xbr="50" ybr="30"/>'
TASK = (
    "<task><start_frame>2</start_frame><stop_frame>8</stop_frame>"
    "<frame_filter>step=2</frame_filter><source>v.mp4</source>"
    "<original_size><width>100</width><height>50</height></original_size></task>"
)


def test_cvat_pictures_are_read(tmp_path: Path) -> None:
    polygon = '<polygon label="flame" points="0.0,0.0;20.0,5.0;10.0,50.0"/>'
    text = cvat(image(f'<tag label="day"/>{CVAT_BOX}{polygon}') + image("", "b.jpg"))
    first, second = read_labels(file(tmp_path, "c.xml", text), LabelFormat.CVAT)
    assert [(box.label, box.sides) for box in first.boxes] == [
        (Label.SMOKE, (0.1, 0.2, 0.5, 0.6)),
        (Label.FLAME, (0.0, 0.0, 0.2, 1.0)),
    ]
    assert (first.name, second.boxes, second.size_px) == ("a.jpg", (), (100, 50))


def test_a_cvat_video_has_all_frames_of_its_task(tmp_path: Path) -> None:
    shown = '<box frame="4" outside="0" xtl="10" ytl="10" xbr="50" ybr="30"/>'
    gone = '<box frame="6" outside="1" xtl="10" ytl="10" xbr="50" ybr="30"/>'
    text = cvat(f'<track id="3" label="smoke">{shown}{gone}<tag/></track>', TASK)
    found = read_labels(file(tmp_path, "c.xml", text), LabelFormat.CVAT)
    assert [(label.frame, len(label.boxes)) for label in found] == [(2, 0), (4, 1), (6, 0), (8, 0)]
    assert found[1].boxes[0].track == "3"
    assert found[0].name == "v.mp4#2"


def test_of_a_cvat_video_without_a_task_only_drawn_frames_count(tmp_path: Path) -> None:
    shown = '<box frame="4" xtl="10" ytl="10" xbr="50" ybr="30"/>'
    size = "<original_size><width>100</width><height>50</height></original_size>"
    for meta in (size, f"<task><frame_filter/>{size}</task>"):
        text = cvat(f'<track id="0" label="smoke">{shown}</track>', meta)
        assert one(file(tmp_path, "c.xml", text), LabelFormat.CVAT).frame == 4


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("<annotation/>", "outermost element is 'annotation'"),
        (cvat(image('<points label="smoke" points="1,2"/>')), "image 1: a 'points' is no box"),
        (cvat(image('<box label="smoke" xtl="10"/>')), "ytl is no number"),
        (cvat(image('<polygon label="smoke" points="1;2"/>')), "the points of a polygon"),
        (cvat(image('<polygon label="smoke" points="1,a;2,3"/>')), "a corner is no number"),
        (cvat('<image name="a" width="100"/>'), "height is no number"),
        (cvat(""), "does not tell the size"),
        (cvat('<track label="smoke"><box frame="x"/></track>', TASK), "frame is no number"),
        (cvat('<track label="smoke"><box frame="2"/></track>', TASK), "track 1, frame 2: xtl"),
        (cvat("<track/>", TASK.replace("<stop_frame>8", "<stop_frame>9e9")), "counts no frame"),
    ],
)
def test_a_wrong_cvat_file_is_refused_with_its_place(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(InputRefused, match=word):
        read_labels(file(tmp_path, "c.xml", text), LabelFormat.CVAT)


def test_a_wrong_box_costs_its_frame_alone(tmp_path: Path) -> None:
    good = '<box frame="4" xtl="10" ytl="10" xbr="50" ybr="30"/>'
    text = cvat(f'<track label="smoke">{good}<box frame="2"/></track>', TASK)
    found, told = read_with_refusals(file(tmp_path, "c.xml", text), LabelFormat.CVAT)
    assert ([label.frame for label in found], len(told)) == ([4, 6, 8], 1)
    path = file(tmp_path, "d.xml", cvat(image("<ellipse/>") + image(CVAT_BOX, "b.jpg")))
    found, told = read_with_refusals(path, LabelFormat.CVAT)
    assert ([label.name for label in found], len(told)) == (["b.jpg"], 1)


# FIgLib


def test_figlib_names_tell_when_it_burns_and_not_where(tmp_path: Path) -> None:
    names = ("1532815146_-00480.jpg", "1532815626_+00000.jpg", "1532815686_+00060.jpg", "x.jpg")
    path = put(tmp_path, {f"20180728_FIRE/{name}": b"" for name in names})
    found, told = read_with_refusals(path, LabelFormat.FIGLIB)
    assert [(label.at_s, label.burns, label.is_boxed) for label in found] == [
        (-480.0, False, True),
        (0.0, True, False),
        (60.0, True, False),
    ]
    assert "x.jpg: the name tells no seconds" in told[0].message


def test_a_folder_of_other_things_holds_no_labels(tmp_path: Path) -> None:
    path = put(tmp_path, {"a.md": "words", "b.json": json.dumps({})})
    for kind in set(LabelFormat) - {LabelFormat.COCO}:
        with pytest.raises(InputRefused) as caught:
            read_labels(path, kind)
        assert caught.value.code == "no_labels"
