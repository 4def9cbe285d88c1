from pathlib import Path

import pytest

from detector.evidence.features import NAMES
from detector.evidence.weights import WEIGHTS, read_weights
from models.errors import ModelMismatch
from models.zoo import load_card

HEAD = 'version = "1"\nmodel = "m"\nfloor_log_odds = 0.0\nseen_news = 1.5\n[weights]\n'


def written(tmp_path: Path, names: tuple[str, ...], value: str = "0.5") -> Path:
    path = tmp_path / "weights.toml"
    path.write_text(HEAD + "".join(f"{name} = {value}\n" for name in names), encoding="utf-8")
    return path


def test_the_shipped_weights_belong_to_a_card_of_the_zoo() -> None:
    assert load_card(WEIGHTS.model).name == WEIGHTS.model
    assert WEIGHTS.of["score"] > 0
    assert WEIGHTS.of["change"] > 0


def test_weights_are_read_by_name(tmp_path: Path) -> None:
    weights = read_weights(written(tmp_path, tuple(reversed(NAMES))))
    assert set(weights.of) == set(NAMES)
    assert weights.seen_news == 1.5


@pytest.mark.parametrize("names", [NAMES[1:], (*NAMES, "colour_of_the_sky")])
def test_other_features_are_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(ModelMismatch, match="evidence measures"):
        read_weights(written(tmp_path, names))


def test_a_weight_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMismatch):
        read_weights(written(tmp_path, NAMES, "nan"))
