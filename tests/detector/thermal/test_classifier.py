"""The classifier of hot spots: its card, what it eats, and fires that it was never taught."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_gateway.thermal import read_thermal
from detector.thermal import find_spots
from detector.thermal.classifier import CARD, SpotClassifier, read_heat_card
from detector.thermal.features import FEATURES, spot_features
from models.errors import ModelMismatch
from models.thermal import ThermalImage, ThermalScale

FOOTAGE = Path(__file__).resolve().parents[4] / "shared" / "data" / "footage"
GROUND = FOOTAGE / "infrared" / "ifth_flameT_pointD" / "A35_421.jpeg"
AIR = sorted((FOOTAGE / "infrared" / "flame3_Sycan" / "TIFF").glob("*.TIFF"))


@pytest.fixture(scope="module")
def classifier() -> SpotClassifier:
    return SpotClassifier.open()


def copied(tmp_path: Path) -> Path:
    for path in CARD.parent.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path / CARD.name


def test_the_card_is_for_these_features_and_small() -> None:
    card = read_heat_card()
    assert card.features == FEATURES
    assert (CARD.parent / card.file).stat().st_size <= 200_000
    assert all(metric.source for metric in card.metrics)


def test_a_fire_among_hot_rock_is_told_the_same_every_time(classifier: SpotClassifier) -> None:
    image = read_thermal(GROUND.read_bytes(), GROUND.name)
    spots = find_spots(image)
    told = classifier.log_odds(image, spots)
    assert len(told) == len(spots)
    best = int(np.argmax(told))
    assert spots[best].x_min < 179  # its label's box
    assert spots[best].x_max > 171
    assert told[best] >= classifier.card.candidate_log_odds
    assert SpotClassifier.open().log_odds(image, spots) == told
    assert classifier.log_odds(image, ()) == ()


@pytest.mark.parametrize("path", AIR, ids=lambda path: path.name)
def test_a_burn_seen_from_the_air_that_it_was_never_taught(
    path: Path, classifier: SpotClassifier
) -> None:
    """Regions of 100 degrees and more; it has seen no frame of that camera, nor from the air."""
    image = read_thermal(path.read_bytes(), path.name)
    spots = find_spots(image)
    told = classifier.log_odds(image, spots)
    first = max(zip(told, spots, strict=True), key=lambda one: one[0])[1]
    assert first.peak >= 100.0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"prominence"', '"brightness"'),
        ("sha256 = ", "hash = "),
        ("weight = ", "weight = -"),
        ("[[data]]", "[[data]"),
    ],
)
def test_a_card_that_was_altered_is_refused(tmp_path: Path, old: str, new: str) -> None:
    card = copied(tmp_path)
    card.write_text(card.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ModelMismatch):
        read_heat_card(card)


def test_weights_that_are_not_the_cards_are_refused(tmp_path: Path) -> None:
    card = copied(tmp_path)
    network = tmp_path / read_heat_card(card).file
    network.write_bytes(network.read_bytes() + b"\0")
    with pytest.raises(ModelMismatch, match="sha256"):
        SpotClassifier.open(card)
    network.unlink()
    with pytest.raises(ModelMismatch, match="cannot be read"):
        SpotClassifier.open(card)
    card.unlink()
    with pytest.raises(ModelMismatch, match="cannot be read"):
        SpotClassifier.open(card)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**16), gain=st.floats(0.5, 20.0), zero=st.floats(-500.0, 500.0))
def test_neither_gain_nor_zero_changes_what_a_spot_looks_like(
    seed: int, gain: float, zero: float
) -> None:
    """As far as the least noise of a device does not set in: levels here have a broad ground."""
    rng = np.random.default_rng(seed)
    levels = rng.normal(0.0, 40.0, (96, 128)).astype(np.float32)
    levels[40:44, 50:53] += 900.0
    plain = ThermalImage(levels, ThermalScale.RELATIVE)
    other = dataclasses.replace(plain, levels=(levels * gain + zero).astype(np.float32))
    spots = find_spots(plain)
    moved = [
        dataclasses.replace(
            spot,
            peak=float(other.levels[spot.peak_y, spot.peak_x]),
            around=spot.around * gain + zero,
            noise=spot.noise * gain,
        )
        for spot in spots
    ]
    np.testing.assert_allclose(spot_features(other, moved), spot_features(plain, spots), atol=0.02)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**16), scale=st.sampled_from(list(ThermalScale)))
def test_features_are_finite_whatever_the_picture_is(seed: int, scale: ThermalScale) -> None:
    rng = np.random.default_rng(seed)
    height, width = (int(one) for one in rng.integers(8, 90, 2))
    levels = np.full((height, width), float(rng.integers(-40, 400)), np.float32)
    for _ in range(int(rng.integers(0, 5))):
        y, x = int(rng.integers(0, height)), int(rng.integers(0, width))
        levels[y : y + 3, x : x + 3] = float(rng.integers(-40, 3000))
    image = ThermalImage(levels, scale)
    spots = find_spots(image, warm_limit_c=60.0)
    table = spot_features(image, spots)
    assert table.shape == (len(spots), len(FEATURES))
    assert np.isfinite(table).all()
