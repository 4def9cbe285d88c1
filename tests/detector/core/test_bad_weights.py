"""Weights that are not what their card says, as files on a disk, through the front door."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from detector.core import Detector
from models.errors import ModelMismatch
from models.zoo import ModelCard
from models.zoo.registry import read_card

PICTURE = np.full((90, 160, 3), 120, np.uint8)
Change = Callable[[bytes], bytes]


def swap(old: bytes, new: bytes) -> Change:
    def change(weights: bytes) -> bytes:
        assert weights.count(old) == 1
        assert len(old) == len(new)  # a length in front of it counts the bytes
        return weights.replace(old, new)

    return change


def poison(weights: bytes) -> bytes:
    """Numbers that are not numbers, where the network's weights stand."""
    middle = len(weights) // 8 * 4
    return weights[:middle] + b"\x00\x00\xc0\x7f" * 256 + weights[middle + 1024 :]


def install(
    folder: Path, card: ModelCard, change: Change, said: Callable[[str], str] = str
) -> ModelCard:
    """A zoo with changed weights, and a card that vouches for their sha256."""
    weights = change(card.path.read_bytes())
    (folder / "cards").mkdir()
    (folder / card.file).write_bytes(weights)
    text = (card.path.parent / "cards" / f"{card.name}.toml").read_text(encoding="utf-8")
    text = said(text.replace(card.sha256, hashlib.sha256(weights).hexdigest()))
    path = folder / "cards" / f"{card.name}.toml"
    path.write_text(text, encoding="utf-8")
    return read_card(path)


def open_and_look(card: ModelCard) -> None:
    Detector.open(card, device="cpu", threads=1, width_px=128).detect([PICTURE], floor_score=0.5)


def test_unchanged_weights_are_taken(card: ModelCard, tmp_path: Path) -> None:
    open_and_look(install(tmp_path, card, bytes))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (poison, "not finite"),
        (swap(b"smoke,flame", b"flame,smoke"), "classes is flame,smoke, expected smoke,flame"),
        (swap(b"\x0a\x05opset\x12\x0217", b"\x0a\x05opset\x12\x0218"), "opset is 18, expected 17"),
        (swap(b"B\x02\x10\x11", b"B\x02\x10\x63"), "runtime cannot load"),
        (lambda weights: weights[: len(weights) // 2], "runtime cannot load"),
        (lambda _weights: b"", "runtime cannot load"),
    ],
)
def test_wrong_weights_are_refused_by_name(
    card: ModelCard, tmp_path: Path, change: Change, words: str
) -> None:
    with pytest.raises(ModelMismatch, match=words) as caught:
        open_and_look(install(tmp_path, card, change))
    assert card.file in caught.value.message
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("opset = 17", "opset = 18", "opset is 17, expected 18"),
        ('["smoke", "flame"]', '["flame", "smoke"]', "classes on its card"),
        ("stride_px = 32", "stride_px = 64", "stride is 32, expected 64"),
    ],
)
def test_a_wrong_card_is_refused(
    card: ModelCard, tmp_path: Path, old: str, new: str, words: str
) -> None:
    def said(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    wrong = install(tmp_path, card, bytes, said)
    with pytest.raises(ModelMismatch, match=words) as caught:
        open_and_look(wrong)
    assert card.file in caught.value.message
    assert caught.value.remedy
