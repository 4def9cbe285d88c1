"""The card and the weights that the product ships."""

import hashlib
from dataclasses import fields
from pathlib import Path

import pytest

import models.zoo
from models.detection import Label, ModelReference
from models.zoo import ModelCard, card_names, load_card, read_weights

MEGABYTE = 1_000_000


@pytest.fixture(scope="module", params=card_names())
def card(request: pytest.FixtureRequest) -> ModelCard:
    return load_card(str(request.param))


def test_the_starter_is_in_the_zoo() -> None:
    assert "firewatch-yolo11n" in card_names()


def test_every_weight_file_has_a_card() -> None:
    directory = Path(models.zoo.__file__).parent
    assert {path.name for path in directory.glob("*.onnx")} == {
        load_card(name).file for name in card_names()
    }


def test_sha256_is_that_of_the_committed_file(card: ModelCard) -> None:
    assert hashlib.sha256(card.path.read_bytes()).hexdigest() == card.sha256
    assert card.path.stat().st_size <= 12 * MEGABYTE
    assert read_weights(card) == card.path.read_bytes()


def test_every_field_says_something(card: ModelCard) -> None:
    for field in fields(card):
        # How it is used without colour may be left to how it is used at all.
        assert getattr(card, field.name) or field.name == "infrared", field.name


def test_licences_are_named(card: ModelCard) -> None:
    assert card.licence == "AGPL-3.0-or-later"
    assert all(source.licence for source in card.data)
    non_commercial = {source.name for source in card.data if source.non_commercial}
    assert any("HPWREN" in name for name in non_commercial)


def test_classes_are_those_of_the_house(card: ModelCard) -> None:
    assert card.classes == tuple(label.word for label in Label)


def test_thresholds_are_in_order(card: ModelCard) -> None:
    assert 0.0 < card.operating.floor_score <= card.operating.report_score < 1.0
    assert card.operating.width_px % card.input.stride_px == 0


def test_every_metric_names_its_source(card: ModelCard) -> None:
    assert all(metric.source and 0.0 <= metric.value <= 1.0 for metric in card.metrics)


def test_reference(card: ModelCard) -> None:
    assert card.reference == ModelReference(card.name, card.version, card.sha256)
