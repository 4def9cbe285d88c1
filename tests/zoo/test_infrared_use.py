"""How a card says what scores are worth on pictures without colour."""

import shutil
from pathlib import Path

import pytest

from models.errors import ModelMismatch
from models.zoo import InfraredUse, ScoreMap, load_card, read_card

NAME = "firewatch-yolo26n"


def card_with(folder: Path, old: str, new: str) -> Path:
    card = load_card(NAME)
    shutil.copy(card.path, folder / card.file)
    text = (card.path.parent / "cards" / f"{NAME}.toml").read_text(encoding="utf-8")
    assert old in text
    path = folder / "cards" / f"{NAME}.toml"
    path.parent.mkdir()
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_card_in_force_knows_pictures_without_colour() -> None:
    use = load_card(NAME).infrared
    assert isinstance(use, InfraredUse)
    assert isinstance(use.smoke, ScoreMap)
    assert 0.0 < use.report_score < 1.0
    assert use.source


def test_a_card_may_say_nothing_of_them() -> None:
    assert load_card("firewatch-yolo11n").infrared is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("slope = 0.8029", "slope = 0"),
        ("slope = 0.8029", "slope = nan"),
        ("offset = -0.1391", "offset = -1e9"),
        ("[infrared.flame]", "[infrared.fire]"),
    ],
    ids=["no order", "no number", "beyond reason", "another class"],
)
def test_an_impossible_map_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(ModelMismatch, match="infrared"):
        read_card(card_with(tmp_path, old, new))
