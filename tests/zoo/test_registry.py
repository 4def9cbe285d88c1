"""Cards and weights that must be refused, each with its remedy."""

from pathlib import Path

import pytest

from models.errors import ModelMismatch
from models.zoo import card_names, load_card, read_card
from models.zoo.registry import ZOO_DIRECTORY

NAME = "firewatch-yolo11n"
CARD_TEXT = (ZOO_DIRECTORY / "cards" / f"{NAME}.toml").read_text(encoding="utf-8")


@pytest.fixture
def zoo(tmp_path: Path) -> Path:
    (tmp_path / "cards").mkdir()
    (tmp_path / f"{NAME}.onnx").symlink_to(ZOO_DIRECTORY / f"{NAME}.onnx")
    (tmp_path / "cards" / f"{NAME}.toml").write_text(CARD_TEXT, encoding="utf-8")
    return tmp_path


def rewrite(zoo: Path, old: str, new: str) -> None:
    assert old in CARD_TEXT
    path = zoo / "cards" / f"{NAME}.toml"
    path.write_text(CARD_TEXT.replace(old, new, 1), encoding="utf-8")


def refusal(zoo: Path, name: str = NAME) -> ModelMismatch:
    with pytest.raises(ModelMismatch) as caught:
        load_card(name, zoo)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_zoo_elsewhere(zoo: Path) -> None:
    assert load_card(NAME, zoo).path == zoo.resolve() / f"{NAME}.onnx"
    assert card_names(zoo) == (NAME,)


def test_read_card_takes_the_file_itself(zoo: Path) -> None:
    assert read_card(zoo / "cards" / f"{NAME}.toml").name == NAME


def test_unknown_card_names_the_known_ones(zoo: Path) -> None:
    error = refusal(zoo, "firewatch-yolo99x")
    assert "firewatch-yolo99x" in error.message
    assert NAME in error.remedy


def test_an_empty_zoo_says_so(tmp_path: Path) -> None:
    assert "none" in refusal(tmp_path).remedy


@pytest.mark.parametrize("name", ["", "../cards/firewatch-yolo11n", "/etc/passwd", ".hidden", "A"])
def test_a_name_is_not_a_path(zoo: Path, name: str) -> None:
    assert "not the name" in refusal(zoo, name).message


def test_a_card_that_cannot_be_read(zoo: Path) -> None:
    path = zoo / "cards" / "folder.toml"
    path.mkdir()
    with pytest.raises(ModelMismatch, match="cannot be read"):
        read_card(path)


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe\x00"])
def test_a_card_that_is_not_toml(zoo: Path, content: bytes) -> None:
    (zoo / "cards" / f"{NAME}.toml").write_bytes(content)
    assert "not TOML" in refusal(zoo).message


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("opset = 17", "opset = 17\nopsett = 18", "opsett"),
        ("opset = 17", 'opset = 17\npath = "/etc/passwd"', "path"),
        ("opset = 17\n", "", "opset"),
        ("opset = 17", "opset = 0", "opset"),
        ('licence = "AGPL-3.0-or-later"', 'licence = ""', "licence"),
        ('file = "firewatch-yolo11n.onnx"', 'file = "../../secret.onnx"', "file"),
        ('file = "firewatch-yolo11n.onnx"\n', "", "file"),
        ('dtype = "uint8"', 'dtype = "float16"', "dtype"),
        ('name = "images"', 'name = "images"\nnormalised = true', "normalised"),
        ("floor_score = 0.10", "floor_score = 1.5", "floor_score"),
        ("nms_iou = 0.50", "nms_iou = nan", "nms_iou"),
    ],
)
def test_a_card_with_a_wrong_key(zoo: Path, old: str, new: str, key: str) -> None:
    rewrite(zoo, old, new)
    assert key in refusal(zoo).message


def test_a_card_under_another_name(zoo: Path) -> None:
    (zoo / "cards" / f"{NAME}.toml").rename(zoo / "cards" / "other.toml")
    assert "calls itself" in refusal(zoo, "other").message


def test_another_sha256(zoo: Path) -> None:
    weights = zoo / f"{NAME}.onnx"
    changed = bytearray(weights.read_bytes())
    changed[len(changed) // 2] ^= 1
    weights.unlink()
    weights.write_bytes(changed)
    assert "sha256" in refusal(zoo).message


def test_missing_weights(zoo: Path) -> None:
    (zoo / f"{NAME}.onnx").unlink()
    assert "cannot be read" in refusal(zoo).message


def test_an_lfs_pointer_in_place_of_weights(zoo: Path) -> None:
    (zoo / f"{NAME}.onnx").unlink()
    (zoo / f"{NAME}.onnx").write_bytes(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 10815072\n"
    )
    assert "git lfs pull" in refusal(zoo).remedy
