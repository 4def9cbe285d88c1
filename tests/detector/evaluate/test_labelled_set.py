from pathlib import Path

import pytest
from labelled_sets import make_set

from detector.evaluate.labelled_set import read_index, read_labels
from models.errors import InputRefused


def test_an_index_is_read_with_its_boxes(tmp_path: Path) -> None:
    folder = make_set(
        tmp_path,
        ["a/one,g1,a,tower,train", "a/two,g2,a,neg_sky,val"],
        {"a/one": "0 0.5 0.5 0.2 0.4\n1 0.9 0.9 0.2 0.2\n"},
    )
    one, two = read_index(folder)
    assert one.classes.tolist() == [0, 1]
    assert one.boxes.tolist() == [
        pytest.approx([0.4, 0.3, 0.6, 0.7]),
        pytest.approx([0.8, 0.8, 1.0, 1.0]),
    ]
    assert two.boxes.shape == (0, 4)
    assert (two.view, two.split, two.group) == ("neg_sky", "val", "g2")


def test_rounding_beyond_the_border_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("0 0.9 0.5 0.2005 0.1")
    assert read_labels(path)[1][0].tolist() == pytest.approx([0.79975, 0.45, 1.0, 0.55])


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("0 0.9 0.5 0.3 0.1", "outside the picture"),
        ("0 -0.1 0.5 0.1 0.1", "outside the picture"),
        ("2 0.5 0.5 0.1 0.1", "class 2 does not exist"),
        ("0.5 0.5 0.5 0.1 0.1", r"class 0\.5 does not exist"),
        ("-1 0.5 0.5 0.1 0.1", "class -1 does not exist"),
        ("nan 0.5 0.5 0.1 0.1", "class nan does not exist"),
        ("0 0.5 0.5 0 0.1", "the box is empty"),
        ("0 0.5 0.5 -0.1 0.1", "the box is empty"),
        ("0 nan 0.5 0.1 0.1", "the box is empty"),
        ("0 0.5 0.5 0.1", "not 'class cx cy w h'"),
        ("smoke 0.5 0.5 0.1 0.1", "not 'class cx cy w h'"),
    ],
)
def test_a_wrong_label_is_named_with_its_line(tmp_path: Path, line: str, word: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text("0 0.5 0.5 0.1 0.1\n\n" + line)
    with pytest.raises(InputRefused, match=word) as caught:
        read_labels(path)
    assert "x.txt, line 3" in caught.value.message
    assert caught.value.remedy


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    folder = make_set(tmp_path, ["a/one,g1,a,tower,train"])
    (folder / "images/a/one.jpg").unlink()
    with pytest.raises(InputRefused, match=r"'a/one', but there is no such picture"):
        read_index(folder)


def test_a_missing_label_file_is_no_negative(tmp_path: Path) -> None:
    folder = make_set(tmp_path, ["a/one,g1,a,tower,train"])
    (folder / "labels/a/one.txt").unlink()
    with pytest.raises(InputRefused, match=r"one\.txt cannot be read.*empty file"):
        read_index(folder)


def test_a_group_in_two_splits_is_refused(tmp_path: Path) -> None:
    folder = make_set(tmp_path, ["a/one,g1,a,tower,train", "a/two,g1,a,tower,val"])
    with pytest.raises(InputRefused, match=r"group 'g1' is in two splits \('a/two' is in val\)"):
        read_index(folder)


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (["a/one,g1,a,tower,train", "a/one,g1,a,tower,train"], "'a/one' stands twice"),
        (["../one,g1,a,tower,train"], "leads out of the set"),
        (["/etc/one,g1,a,tower,train"], "leads out of the set"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, rows: list[str], word: str) -> None:
    with pytest.raises(InputRefused, match=word):
        read_index(make_set(tmp_path, rows))


def test_other_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "index.csv").write_text("name,split\na/one,train\n")
    with pytest.raises(InputRefused, match=r"has the columns \['name', 'split'\]"):
        read_index(tmp_path)


def test_no_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"index\.csv cannot be read"):
        read_index(tmp_path)


@pytest.mark.footage
def test_the_real_set_is_accepted() -> None:
    folder = Path(__file__).resolve().parents[4] / "shared/data/detection"
    if not folder.is_dir():
        pytest.skip("the detection set is not beside the checkout")
    pictures = read_index(folder)
    assert sum(picture.split == "val" for picture in pictures) == 631
    tower = [p for p in pictures if p.split == "val" and p.view == "tower"]
    assert sum(len(picture.boxes) for picture in tower) == 63
