"""Scores are read by the light of their own picture, as the card of the weights says."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from detector_rig import Rig, smoke
from hypothesis import given
from hypothesis import strategies as st

import detector.infrared_light as subject
from detector.infrared_light import as_in_infrared, card_use, read_in_its_light
from detector.night import mode_in
from models.detection import Box, Detections, Label, ModelReference
from models.errors import ModelMismatch
from models.frame import FrameMode
from models.units import ImageBGR
from models.zoo import InfraredUse, ScoreMap, load_card

USE = InfraredUse(0.7, ScoreMap(0.8, -0.2), ScoreMap(1.2, 0.3), "a test")
GREY = np.full((48, 64, 3), 90, np.uint8)
COLOURED = np.zeros((48, 64, 3), np.uint8)
COLOURED[:, :32] = (200, 120, 40)
COLOURED[:, 32:] = (40, 160, 60)


def found(*scores: tuple[Label, float]) -> Detections:
    return Detections(
        np.array([[i, i, i + 5, i + 5] for i in range(len(scores))], np.float32).reshape(-1, 4),
        np.array([score for _, score in scores], np.float32),
        np.array([int(label) for label, _ in scores], np.int64),
    )


def test_each_class_has_its_own_map_and_the_best_comes_first() -> None:
    read = as_in_infrared(
        found((Label.SMOKE, 0.6), (Label.FLAME, 0.55)), USE, floor_score=0.0
    ).to_boxes()
    assert [box.label for box in read] == [Label.FLAME, Label.SMOKE]
    assert [box.score for box in read] == pytest.approx([0.6322, 0.5310], abs=1e-3)
    assert [box.x_min for box in read] == [1.0, 0.0]  # each keeps its box


@given(
    st.lists(st.tuples(st.sampled_from(Label), st.floats(0.0, 1.0)), max_size=20),
    st.floats(0.0, 1.0),
)
def test_order_within_a_class_stays_and_nothing_below_the_floor_is_left(
    scores: list[tuple[Label, float]], floor: float
) -> None:
    before = found(*sorted(scores, key=lambda one: -one[1]))
    after = as_in_infrared(before, USE, floor_score=floor)
    assert all(floor <= score <= 1.0 for score in after.scores.tolist())
    assert np.all(np.diff(after.scores) <= 0.0)
    for label in Label:
        kept = after.boxes_xyxy[after.labels == int(label), 0].tolist()
        was = before.boxes_xyxy[before.labels == int(label), 0].tolist()
        assert kept == was[: len(kept)]


@pytest.mark.parametrize(
    ("mode", "picture", "is_read"),
    [
        (FrameMode.VISIBLE, GREY, True),
        (FrameMode.VISIBLE, COLOURED, False),
        (FrameMode.INFRARED, COLOURED, True),
        (FrameMode.THERMAL, GREY, False),
        (FrameMode.VISIBLE, GREY[:8, :8], False),
    ],
    ids=["no colour", "colour", "configured", "thermal", "too small to tell"],
)
def test_the_picture_says_how_it_is_read(
    monkeypatch: pytest.MonkeyPatch, *, mode: FrameMode, picture: ImageBGR, is_read: bool
) -> None:
    monkeypatch.setattr(subject, "card_use", lambda _reference: USE)
    before = found((Label.SMOKE, 0.6))
    reference = ModelReference("any", "1", "0" * 64)
    after = read_in_its_light(before, mode, picture, reference, floor_score=0.05)
    assert (after is not before) is is_read
    assert (mode_in(mode, picture) is FrameMode.INFRARED) is is_read


def test_without_a_word_of_the_card_all_pictures_are_read_alike() -> None:
    before = found((Label.SMOKE, 0.6))
    reference = ModelReference("nobody-knows-it", "1", "0" * 64)
    assert card_use(reference) is None
    after = read_in_its_light(before, FrameMode.INFRARED, GREY, reference, floor_score=0.05)
    assert after is before


def test_the_shipped_card_is_asked_for_its_own_weights_only() -> None:
    card = load_card("firewatch-yolo26n")
    assert card_use(card.reference) == card.infrared
    assert card.infrared is not None
    assert card_use(replace(card.reference, sha256="1" * 64)) is None


def test_a_damaged_card_changes_nothing_and_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_name: str, _folder: Path | None = None) -> object:
        raise ModelMismatch("The card is torn.")

    monkeypatch.setattr(subject, "load_card", refuse)
    with caplog.at_level(logging.WARNING):
        assert card_use(ModelReference("firewatch-yolo26n", "torn", "0" * 64)) is None
    assert "torn" in caplog.text


@pytest.mark.parametrize(
    ("mode", "alerts"), [(FrameMode.INFRARED, 0), (FrameMode.THERMAL, 1)], ids=["infrared", "heat"]
)
def test_the_watch_reads_grey_frames_so_and_others_not(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, mode: FrameMode, alerts: int
) -> None:
    """Frames of 0.9 alert; read as 0.1 by a card that knows grey pictures, they do not."""
    doubting = replace(USE, smoke=ScoreMap(1.0, -4.4))
    monkeypatch.setattr(subject, "card_use", lambda _reference: doubting)
    for step in range(3):
        frame = replace(rig.frame(60.0 * step), mode=mode)
        rig.scorer.script[frame.sequence] = [smoke(0.9)]
        rig.pipeline.process([frame])
    assert len(rig.store.alerts.working()) == alerts


def test_growth_gets_out_of_any_reading(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A score that is read lower holds nothing back for good."""
    doubting = replace(USE, smoke=ScoreMap(1.0, -1.0))
    monkeypatch.setattr(subject, "card_use", lambda _reference: doubting)
    for step in range(12):
        frame = replace(rig.frame(60.0 * step), mode=FrameMode.INFRARED)
        box = smoke(0.8)
        grown = Box(box.label, 0.8, box.x_min - step, box.y_min - step, box.x_max + step, box.y_max)
        rig.scorer.script[frame.sequence] = [grown]
        rig.pipeline.process([frame])
    assert len(rig.store.alerts.working()) == 1
