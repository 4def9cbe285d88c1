"""The book of candidates: written when it tells something new, never in anybody's way."""

import logging

import cv2
import numpy as np
import pytest
from desk_rig import FAR, PICTURES, DeskRig, plume

from camera_gateway.pictures import decode_jpeg
from detector.candidates import MAX_ENTRIES, REFRESH_S
from detector.evidence import decision_version
from detector.thumbnail import LARGEST_BYTES, LONGEST_PX, thumbnail_of
from models.candidate import MOST_SCORES
from models.detection import Box, Label
from models.errors import FrameCorrupt, StoreDamaged
from models.suppression import Holder


def kept(rig: DeskRig) -> list[int]:
    """How often each stored candidate was seen, without flushing the book."""
    return [one.draft.frames_seen for one in rig.store.candidates.newest(100)]


def test_what_is_declined_is_told_with_its_numbers(desk_rig: DeskRig) -> None:
    for log_odds in (0.5, 1.5, 0.25):
        desk_rig.see(plume(score=0.3), log_odds=log_odds)
    (candidate,) = desk_rig.candidates
    draft = candidate.draft
    assert (draft.held.by, draft.held.reference) == (Holder.DECLINED, "")
    assert (draft.peak_log_odds, draft.log_odds, draft.threshold_log_odds) == (1.5, 0.25, 2.0)
    assert (draft.best_score, draft.frames_seen) == (0.3, 3)
    assert draft.model.name == "scripted"
    assert draft.config_version == decision_version(desk_rig.settings)
    assert draft.first_seen_at < draft.last_seen_at
    assert (draft.width_px, draft.height_px) == (640, 360)


def test_one_frame_that_says_nothing_is_not_worth_a_row(desk_rig: DeskRig) -> None:
    desk_rig.see(plume(score=0.1), log_odds=-0.5)
    assert desk_rig.candidates == []
    desk_rig.see(plume(score=0.1), log_odds=-0.5)
    assert len(desk_rig.candidates) == 1


def test_a_long_wisp_is_written_when_it_tells_something_new_and_then_refreshed(
    desk_rig: DeskRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[int] = []
    note = desk_rig.store.candidates.note
    monkeypatch.setattr(
        desk_rig.store.candidates, "note", lambda drafts: (writes.append(len(drafts)), note(drafts))
    )
    for _ in range(2000):
        desk_rig.see(plume(score=0.3), after_s=5.0, log_odds=0.5)
    assert len(writes) <= 14
    assert kept(desk_rig)[0] >= 1024
    before = len(writes)
    desk_rig.see(plume(score=0.3), after_s=5.0, log_odds=1.5)  # it has risen
    assert len(writes) == before + 1
    assert kept(desk_rig) == [2001]


def test_others_that_have_changed_are_written_along(desk_rig: DeskRig) -> None:
    for _ in range(5):
        desk_rig.see(plume(), log_odds=0.5)
    assert kept(desk_rig) == [4]
    desk_rig.see_all([plume()] * 2, of=FAR, after_s=REFRESH_S, log_odds=0.5)
    assert kept(desk_rig) == [2, 5]


def test_a_storm_of_candidates_is_written_in_batches(desk_rig: DeskRig) -> None:
    for track in range(50):
        desk_rig.see(plume(), after_s=0.1, track=track, log_odds=0.5)
    assert 1 <= len(kept(desk_rig)) < 50
    assert len(desk_rig.candidates) == 50
    assert sum(one.has_picture for one in desk_rig.candidates) <= 11  # two a second


def test_a_store_that_fails_is_logged_and_tried_again(
    desk_rig: DeskRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def damaged(_drafts: object) -> None:
        raise StoreDamaged("Locked.")

    with monkeypatch.context() as broken:
        broken.setattr(desk_rig.store.candidates, "note", damaged)
        desk_rig.see_all([plume()] * 2, log_odds=0.5)
    assert "not kept yet" in caplog.text
    desk_rig.see(plume(), log_odds=0.5)
    assert kept(desk_rig) == [3]
    assert desk_rig.candidates[0].has_picture


def test_a_candidate_that_alerts_says_so_or_the_log_does(
    desk_rig: DeskRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def damaged(*_args: object) -> None:
        raise StoreDamaged("Locked.")

    desk_rig.see_all([plume()] * 2, log_odds=0.5)
    monkeypatch.setattr(desk_rig.store.candidates, "became", damaged)
    desk_rig.see(plume())
    assert len(desk_rig.working) == 1
    assert "not told that it became an alert" in caplog.text


def test_a_damaged_picture_costs_only_itself(
    desk_rig: DeskRig, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        desk_rig.see_all([plume()] * 2, log_odds=0.5, jpeg=b"\xff\xd8nothing")
    assert "has no picture" in caplog.text
    assert [one.has_picture for one in desk_rig.candidates] == [False]


def test_what_is_remembered_is_bounded(desk_rig: DeskRig, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_ENTRIES == 2000
    monkeypatch.setattr("detector.candidates.MAX_ENTRIES", 3)
    for track in range(10):
        desk_rig.see(plume(), track=track, log_odds=0.5)
    assert len(desk_rig.desk._candidates._entries) == 3
    assert len(desk_rig.candidates) == 10


def test_of_many_frames_the_first_the_best_and_the_last_are_kept(desk_rig: DeskRig) -> None:
    scores = [0.2, 0.2, 0.9, *[0.3] * 20]
    desk_rig.see_all([plume(score=score) for score in scores], log_odds=0.5)
    told = [score.score for score in desk_rig.candidates[0].draft.scores]
    assert len(told) == MOST_SCORES
    assert told == [0.2, 0.9, *[0.3] * 6]


@pytest.mark.parametrize("side_px", [4.0, 60.0, 300.0, 1000.0, 1900.0])
@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
def test_a_thumbnail_is_small_and_inside_the_picture(side_px: float, at: float) -> None:
    chance = np.random.default_rng(3)
    noise = chance.integers(0, 255, (1080, 1920, 3), np.uint8)  # the worst that a codec can meet
    jpeg = cv2.imencode(".jpg", noise)[1].tobytes()
    left, top = at * (1920 - side_px), at * max(0.0, 1080 - side_px)
    box = Box(Label.SMOKE, 0.5, left, top, left + side_px, min(1080.0, top + side_px))
    small = thumbnail_of(jpeg, box, "it")
    assert small is not None
    assert len(small) <= LARGEST_BYTES
    height, width = decode_jpeg(small, "it").shape[:2]
    assert 64 <= height == width <= LONGEST_PX


def test_a_thumbnail_shows_its_place() -> None:
    image = np.zeros((1080, 1920, 3), np.uint8)
    image[500:560, 900:960] = (0, 0, 255)
    jpeg = cv2.imencode(".jpg", image)[1].tobytes()
    small = thumbnail_of(jpeg, Box(Label.FLAME, 0.5, 900.0, 500.0, 960.0, 560.0), "it")
    assert small is not None
    shown = decode_jpeg(small, "it")
    middle = shown.shape[0] // 2
    assert shown[middle, middle, 2] > 200
    assert shown[4, 4, 2] < 40


def test_what_cannot_be_made_small_enough_has_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detector.thumbnail.LARGEST_BYTES", 10)
    assert thumbnail_of(PICTURES["day"], plume(), "it") is None
    with pytest.raises(FrameCorrupt):
        thumbnail_of(b"nothing", plume(), "it")
