"""Shipped cards and the bureau's own, and what a watch starts with."""

import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from detector.release.cards import Origin, card_named, find_cards, open_card
from detector.release.in_force import card_of, open_start
from models.config import Settings
from models.detection import ModelReference
from models.errors import ModelMismatch
from models.release import Activation
from models.zoo import card_names, load_card

AT = datetime(2026, 11, 27, tzinfo=UTC)
SHIPPED, INT8 = load_card("firewatch-yolo26n"), load_card("firewatch-yolo26n-int8")


def own_card(data_dir: Path, name: str = "firewatch-yolo26n-lushan") -> ModelReference:
    """A bureau's own card over the weights of a shipped one."""
    folder = data_dir / "models"
    (folder / "cards").mkdir(parents=True, exist_ok=True)
    shutil.copy(INT8.path, folder / "own.onnx")
    text = (INT8.path.parent / "cards" / f"{INT8.name}.toml").read_text(encoding="utf-8")
    text = text.replace(f'name = "{INT8.name}"', f'name = "{name}"')
    text = text.replace(f'file = "{INT8.file}"', 'file = "own.onnx"')
    (folder / "cards" / f"{name}.toml").write_text(text, encoding="utf-8")
    return ModelReference(name, INT8.version, INT8.sha256)


def activation(model: ModelReference, number: int = 1) -> Activation:
    return Activation(number, model, None, "a", AT)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, inference_threads=1)


def test_shipped_and_own_cards_are_found_by_name(settings: Settings) -> None:
    assert [one.name for one in find_cards(settings)] == list(card_names())
    own = own_card(settings.data_dir)
    assert card_named(settings, own.name).reference == own
    assert open_card(settings, own.name) == card_named(settings, own.name)
    toml = settings.data_dir / "models" / "cards" / f"{own.name}.toml"
    assert open_card(settings, str(toml)).reference == own
    last = find_cards(settings)[-1]
    assert (last.name, last.origin, last.problem) == (own.name, Origin.BUREAU, "")
    for name in ("nobody", "../x", ""):
        with pytest.raises(ModelMismatch, match="no model card"):
            card_named(settings, name)


def test_damaged_cards_are_listed_with_their_problem(settings: Settings) -> None:
    own = own_card(settings.data_dir)
    folder = settings.data_dir / "models"
    weights = folder / "own.onnx"
    weights.write_bytes(weights.read_bytes()[:-1])
    damaged = find_cards(settings)[-1]
    assert damaged.card is None
    assert "their card says" in damaged.problem
    assert (damaged.version, damaged.sha256) == (own.version, own.sha256)
    (folder / "cards" / "huge.toml").write_bytes(b"#" * 300_000)
    (folder / "cards" / "binary.toml").write_bytes(b"\xff\xfe")
    (folder / "cards" / "numbers.toml").write_text("version = 3\nsha256 = []\n", encoding="utf-8")
    shadow = own_card(settings.data_dir, SHIPPED.name)
    told = {one.name: one for one in find_cards(settings) if one.origin is Origin.BUREAU}
    assert "too many for a card" in told["huge"].problem
    assert "not TOML" in told["binary"].problem
    assert (told["numbers"].version, told["numbers"].sha256) == ("", "")
    assert "ships a card of this name" in told[SHIPPED.name].problem
    assert card_named(settings, shadow.name).reference == SHIPPED.reference  # never hidden


def test_the_newest_activation_is_what_a_watch_starts_with(settings: Settings) -> None:
    assert open_start(settings, []).detector.reference == SHIPPED.reference
    own = own_card(settings.data_dir)
    start = open_start(settings, [activation(own, 2), activation(SHIPPED.reference)])
    assert (start.detector.reference, start.problem) == (own, "")


def test_weights_that_are_gone_give_way_to_the_last_good_ones_and_it_is_said(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    own, gone = own_card(settings.data_dir), ModelReference("gone", "2026.1.0", "0" * 64)
    damaged = ModelReference(own.name, "2026.12.0", "1" * 64)  # replaced in place since
    history = [gone, gone, damaged, own, SHIPPED.reference]
    with caplog.at_level(logging.ERROR):
        start = open_start(settings, [activation(one, 9 - at) for at, one in enumerate(history)])
    assert start.detector.reference == own
    assert "no model card 'gone'" in start.problem
    assert caplog.text.count("cannot be used") == 2
    assert "no longer those of version 2026.12.0" in caplog.text
    (settings.data_dir / "models" / "own.onnx").write_bytes(b"torn")
    start = open_start(settings, [activation(own)])
    assert start.detector.reference == SHIPPED.reference
    assert "the watch starts with firewatch-yolo26n" in caplog.text
    with pytest.raises(ModelMismatch, match="nobody"):
        open_start(settings.model_copy(update={"model_card": "nobody"}), [activation(gone)])


def test_weights_are_those_that_were_activated(settings: Settings) -> None:
    own = own_card(settings.data_dir)
    assert card_of(settings, own).reference == own
    with pytest.raises(ModelMismatch, match="no longer"):
        card_of(settings, ModelReference(own.name, own.version, "2" * 64))
