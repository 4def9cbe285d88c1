import math
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.registration import Registration, RegistrationState
from detector.tracker import MAX_REMEMBERED, MAX_TRACKS, MERGE_FRAMES, PlumeTracker, Track
from models.alert import FrameScore, PlaceChange
from models.detection import Box, Label

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def smoke(x_min: float, y_min: float, x_max: float, y_max: float, score: float = 0.5) -> Box:
    return Box(Label.SMOKE, score, x_min, y_min, x_max, y_max)


coordinate = st.floats(0, 2000, allow_nan=False)
boxes = st.builds(
    lambda label, score, x, y, width, height: Box(label, score, x, y, x + width, y + height),
    st.sampled_from(Label),
    st.floats(0, 1),
    coordinate,
    coordinate,
    st.floats(0, 500),
    st.floats(0, 500),
)


def test_a_growing_plume_stays_one_track() -> None:
    tracker = PlumeTracker(900)
    plume = [(1403, 833, 1524, 886), (1402, 796, 1638, 887), (1398, 628, 1749, 891)]
    for minute, edges in enumerate(plume):
        tracker.update([smoke(*edges)], minute, START + minute * MINUTE)
    (track,) = tracker.tracks
    assert [hit.frame_sequence for hit in track.hits] == [0, 1, 2]
    assert track.first_seen_at == START
    assert track.last_seen_at == START + 2 * MINUTE


def test_fragments_of_one_plume_are_one_track_with_the_best_score() -> None:
    tracker = PlumeTracker(900)
    tracker.update([smoke(0, 0, 100, 100, 0.3), smoke(60, 20, 180, 120, 0.7)], 0, START)
    (track,) = tracker.tracks
    assert track.scores[0].score == 0.7


def test_a_second_plume_beside_the_first_is_its_own_track() -> None:
    tracker = PlumeTracker(900)
    tracker.update([smoke(100, 100, 150, 150)], 0, START)
    seen = tracker.update([smoke(100, 100, 150, 150), smoke(400, 100, 450, 150)], 1, START + MINUTE)
    assert [track.number for track in seen] == [0, 1]


def test_smoke_and_flame_at_one_place_are_two_tracks() -> None:
    tracker = PlumeTracker(900)
    flame = Box(Label.FLAME, 0.5, 100, 100, 150, 150)
    tracker.update([smoke(100, 100, 150, 150), flame], 0, START)
    assert {track.label for track in tracker.tracks} == set(Label)


def test_a_missed_frame_is_remembered_as_missed() -> None:
    tracker = PlumeTracker(900)
    tracker.update([smoke(0, 0, 10, 10)], 0, START)
    assert tracker.update([], 1, START + MINUTE) == ()
    (track,) = tracker.tracks
    assert track.scores[1].box is None
    assert track.scores[1].score == 0.0
    assert track.last_box == smoke(0, 0, 10, 10)


def test_a_track_unseen_for_too_long_ends_and_its_number_is_not_used_again() -> None:
    tracker = PlumeTracker(60)
    tracker.update([smoke(0, 0, 10, 10)], 0, START)
    tracker.update([smoke(0, 0, 10, 10)], 1, START + 2 * MINUTE)
    assert [track.number for track in tracker.tracks] == [1]


def test_a_clock_that_jumps_back_loses_no_track() -> None:
    tracker = PlumeTracker(900)
    tracker.update([smoke(0, 0, 10, 10)], 0, START)
    seen = tracker.update([smoke(0, 0, 10, 10)], 1, START - timedelta(hours=8))
    assert [track.number for track in seen] == [0]


def test_memory_is_bounded_and_keeps_how_it_began() -> None:
    tracker = PlumeTracker(900)
    for index in range(MAX_REMEMBERED + 50):
        tracker.update([smoke(0, 0, 10 + index, 10)], index, START + index * MINUTE)
    (track,) = tracker.tracks
    assert MAX_REMEMBERED - 24 <= len(track.scores) <= MAX_REMEMBERED
    assert track.scores[0].frame_sequence == 0
    assert track.scores[-1].frame_sequence == MAX_REMEMBERED + 49


def test_a_box_of_score_zero_is_a_box() -> None:
    tracker = PlumeTracker(900)
    (track,) = tracker.update([smoke(0, 0, 0, 0, 0.0)], 0, START)
    assert track.hits[0].score == 0.0


def lying(
    dx_px: float = 0.0, dy_px: float = 0.0, *, place: int = 0, known: bool = True
) -> Registration:
    """How a frame of 1080p lies."""
    state = RegistrationState.STEADY if known else RegistrationState.UNKNOWN
    slack_px = 2.0 if known else 24.0
    return Registration(state, place, dx_px, dy_px, 1.0 if known else 0.0, slack_px, 1920, 1080)


def shifted(box: Box, dx_px: float, dy_px: float) -> Box:
    return lying(dx_px, dy_px).to_picture(box)


def histories(tracker: PlumeTracker) -> list[tuple[int, list[FrameScore]]]:
    return [(track.number, track.scores) for track in tracker.tracks]


@given(st.lists(st.lists(boxes, max_size=6), max_size=12))
def test_every_frame_counts_once_for_every_living_track(history: list[list[Box]]) -> None:
    tracker = PlumeTracker(900)
    for index, found in enumerate(history):
        seen = tracker.update(found, index, START + index * MINUTE)
        assert bool(seen) == bool(found)
        assert {track.label for track in seen} == {box.label for box in found}
        # One entry a frame: nothing counted twice, nothing left out.
        for track in tracker.tracks:
            sequences = [score.frame_sequence for score in track.scores]
            assert sequences == list(range(sequences[0], index + 1))
            assert track.strength == max(score.score for score in track.scores)
            assert track.last_hit == track.hits[-1]
    numbers = [track.number for track in tracker.tracks]
    assert numbers == sorted(set(numbers))


@given(st.lists(st.lists(boxes, max_size=8), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_boxes_changes_nothing(
    history: list[list[Box]], shuffler: random.Random
) -> None:
    given_order, shuffled = PlumeTracker(900), PlumeTracker(900)
    for index, found in enumerate(history):
        given_order.update(found, index, START + index * MINUTE, lying(3.0, 1.0))
        mixed = shuffler.sample(found, len(found))
        shuffled.update(mixed, index, START + index * MINUTE, lying(3.0, 1.0))
    assert histories(given_order) == histories(shuffled)


@given(
    st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=3, max_size=40),
    st.integers(8, 200),
)
def test_a_shaken_camera_moves_no_plume(shakes: list[tuple[int, int]], size: int) -> None:
    tracker = PlumeTracker(900)
    plume = smoke(900, 500 - size, 900 + size, 500)
    for index, (dx, dy) in enumerate(shakes):
        tracker.update([shifted(plume, dx, dy)], index, START + index * MINUTE, lying(dx, dy))
    (track,) = tracker.tracks
    assert len(track.hits) == len(shakes)
    assert {hit.reference_box for hit in track.hits} == {plume}
    # What is shown to people lies where the picture shows it.
    assert track.last_box == shifted(plume, *shakes[-1])
    assert track.last_reference_box == plume


def test_shake_that_could_not_be_measured_is_bridged() -> None:
    tracker = PlumeTracker(900)
    plume = smoke(900, 490, 912, 500)  # a dozen pixels: it jumps by more than its size
    for index, dx in enumerate((0, 20, 0, 20, 0)):
        tracker.update(
            [shifted(plume, dx, 0)], index, START + index * MINUTE, lying(known=index % 2 == 0)
        )
    (track,) = tracker.tracks
    assert len(track.hits) == 5


def test_a_second_plume_close_beside_is_followed_from_its_first_frame() -> None:
    tracker = PlumeTracker(900)
    first = smoke(400, 350, 450, 400)
    second = smoke(470, 360, 510, 402, 0.9)  # a gap of 20 px: the boxes' surroundings overlap
    for index in range(3):
        tracker.update([first], index, START + index * MINUTE)
    seen = tracker.update([second, first], 3, START + 3 * MINUTE)
    assert [track.number for track in seen] == [0, 1]
    for index in range(4, 12):  # both grow
        grown = [
            smoke(400 - index, 350 - 4 * index, 450 + index, 400),
            smoke(470, 360 - 4 * index, 510 + 2 * index, 402, 0.9),
        ]
        seen = tracker.update(grown, index, START + index * MINUTE)
        assert [track.number for track in seen] == [0, 1]
    assert [track.last_box.x_min for track in seen] == [389, 470]


def test_a_plume_that_tears_stays_one() -> None:
    tracker = PlumeTracker(900)
    tracker.update([smoke(400, 200, 500, 400)], 0, START)
    torn = [smoke(405, 320, 480, 400, 0.4), smoke(420, 190, 560, 290, 0.7)]
    (track,) = tracker.update(torn, 1, START + MINUTE)
    assert (track.number, track.last_hit.score) == (0, 0.7)
    (again,) = tracker.update([smoke(400, 180, 540, 400)], 2, START + 2 * MINUTE)
    assert again.number == 0
    assert len(again.hits) == 3


def grow_together(tracker: PlumeTracker, older_score: float, younger_score: float) -> list[Track]:
    """Two plumes, then one box over both."""
    older, younger = smoke(400, 350, 450, 400, older_score), smoke(500, 350, 540, 400, 0.8)
    tracker.update([older], 0, START)
    for index in range(1, 4):
        tracker.update([older, younger], index, START + index * MINUTE)
    ended: list[Track] = []
    for index in range(4, 4 + MERGE_FRAMES):
        both = smoke(395, 250, 560, 402, younger_score)
        tracker.update([both], index, START + index * MINUTE)
        ended += tracker.ended
    return ended


def test_plumes_that_grow_into_one_are_the_older_one() -> None:
    tracker = PlumeTracker(900)
    (younger,) = grow_together(tracker, 0.5, 0.9)
    (older,) = tracker.tracks
    assert (younger.number, younger.merged_into) == (1, 0)
    assert (older.number, older.absorbed, older.merged_into) == (0, (1,), None)
    # Of each frame the better score counts: nothing that either has shown is lost.
    assert [score.score for score in older.scores] == [0.5, 0.8, 0.8, 0.8, 0.9, 0.9, 0.9]
    assert older.last_box == smoke(395, 250, 560, 402, 0.9)
    assert older.strength == 0.9
    seen = tracker.update([smoke(395, 240, 570, 402)], 9, START + 9 * MINUTE)
    assert [track.number for track in seen] == [0]
    assert tracker.ended == ()


def test_the_older_plume_takes_over_what_the_younger_one_was_given() -> None:
    tracker = PlumeTracker(900)
    older, younger = smoke(400, 350, 430, 400, 0.3), smoke(500, 350, 575, 400, 0.8)
    tracker.update([older], 0, START)
    tracker.update([older, younger], 1, START + MINUTE)
    for index in range(2, 2 + MERGE_FRAMES):
        seen = tracker.update([smoke(395, 250, 580, 402)], index, START + index * MINUTE)
    assert [track.number for track in seen] == [0]
    assert [score.score for score in seen[0].scores] == [0.3, 0.8, 0.5, 0.5, 0.5]
    assert seen[0].last_seen_at == START + (1 + MERGE_FRAMES) * MINUTE
    assert seen[0].last_box == smoke(395, 250, 580, 402)


def test_three_plumes_that_grow_into_one_are_the_oldest() -> None:
    tracker = PlumeTracker(900)
    plumes = [smoke(left, 350, left + 40, 400) for left in (100, 300, 500)]
    for index in range(3):
        tracker.update(plumes[: index + 1], index, START + index * MINUTE)
    for index in range(3, 3 + MERGE_FRAMES):
        tracker.update([smoke(90, 200, 560, 402)], index, START + index * MINUTE)
    (track,) = tracker.tracks
    assert (track.number, track.absorbed) == (0, (1, 2))


def test_one_frame_under_anothers_box_merges_nothing() -> None:
    tracker = PlumeTracker(900)
    apart = [smoke(400, 350, 450, 400), smoke(500, 350, 540, 400)]
    for index in range(12):
        found = apart if index % 3 else [smoke(395, 250, 560, 402)]
        tracker.update(found, index, START + index * MINUTE)
    assert len(tracker.tracks) == 2


def test_a_camera_that_looks_elsewhere_neither_continues_nor_counts_nor_forgets() -> None:
    tracker = PlumeTracker(900)
    plume = smoke(900, 450, 960, 500)
    for index in range(3):
        tracker.update([plume], index, START + index * MINUTE, lying())
    for index in range(3, 13):
        elsewhere = tracker.update([plume], index, START + index * MINUTE, lying(place=1))
        assert [track.number for track in elsewhere] == [1]
    back = tracker.update([shifted(plume, 5, -3)], 13, START + 13 * MINUTE, lying(5, -3))
    assert [track.number for track in back] == [0]
    # Nobody looked: no miss speaks against it.
    assert [score.frame_sequence for score in back[0].scores] == [0, 1, 2, 13]
    tracker.update([], 14, START + 40 * MINUTE, lying(place=1))
    assert tracker.tracks == ()
    assert [track.number for track in tracker.ended] == [0, 1]


def test_a_turned_camera_continues_what_stands_at_the_same_spot_of_the_land() -> None:
    tracker = PlumeTracker(900)
    plume, edge = smoke(900, 450, 960, 500), smoke(100, 450, 160, 500)
    tracker.update([plume, edge], 0, START, lying())
    # Everything moved 400 px to the left: the plume is found there, what is at its old pixels is
    # new, and what left the picture waits without a miss.
    seen = tracker.update(
        [shifted(plume, -400, 0), smoke(905, 455, 965, 500)], 1, START + MINUTE, lying(-400, 0)
    )
    assert [track.number for track in seen] == [0, 2]
    waiting = tracker.tracks[1]
    assert [score.frame_sequence for score in waiting.scores] == [0]


def test_a_return_after_minutes_beside_the_old_pointing_goes_on() -> None:
    tracker = PlumeTracker(900)
    plume = smoke(900, 470, 930, 500)
    tracker.update([plume], 0, START, lying())
    seen = tracker.update([shifted(plume, 9, 6)], 1, START + 14 * MINUTE, lying(9, 6))
    assert [track.number for track in seen] == [0]


def test_eight_hours_back_for_twenty_minutes_lose_no_track() -> None:
    tracker = PlumeTracker(900)
    plume, other = smoke(900, 450, 960, 500), smoke(100, 450, 160, 500)
    wrong = [minute - 480 if 10 <= minute < 30 else minute for minute in range(40)]
    for index, minute in enumerate(wrong):
        # The second plume hides while the clock is wrong, but for no longer than it may.
        found = [plume] if 17 <= index < 30 else [plume, other]
        tracker.update(found, index, START + minute * MINUTE)
    assert [track.number for track in tracker.tracks] == [0, 1]
    for track in tracker.tracks:
        elapsed = [score.elapsed_s for score in track.scores]
        assert len(elapsed) == 40
        gaps_s = [after - before for before, after in pairwise(elapsed)]
        assert min(gaps_s) >= 0.0
        assert sum(gaps_s) == 39 * 60


def test_a_backlog_is_linked_by_capture_time() -> None:
    # Two hours of frames within ten seconds of receipt: only capture time is looked at.
    tracker = PlumeTracker(900)
    for index in range(120):
        found = [smoke(900, 450, 960, 500)] if index < 20 or index >= 60 else []
        tracker.update(found, index, START + index * MINUTE)
    # Forty minutes without it are more than a quarter of an hour.
    assert [track.number for track in tracker.tracks] == [1]
    assert len(tracker.tracks[0].hits) == 60


@pytest.mark.parametrize("registered", [True, False])
def test_a_storm_of_boxes_is_bounded_and_the_strong_stay(registered: bool) -> None:  # noqa: FBT001
    generator = random.Random(3)
    tracker = PlumeTracker(900)
    plume = smoke(900, 480, 930, 500, 0.95)
    lies = lying() if registered else None
    for index in range(40):
        storm = [
            smoke(x, y, x + 12, y + 9, generator.uniform(0.1, 0.6))
            for x, y in (
                (generator.uniform(0, 1900), generator.uniform(0, 440)) for _ in range(299)
            )
        ]
        seen = tracker.update([*storm, plume], index, START + index * MINUTE, lies)
        assert len(tracker.tracks) <= MAX_TRACKS
        assert len(seen) <= MAX_TRACKS
    assert len(tracker.tracks[0].hits) == 40
    assert tracker.tracks[0].last_box == plume
    assert tracker.dropped > 1000
    assert len(tracker._inside) <= MAX_TRACKS**2


def test_live_video_remembers_hours_more_coarsely() -> None:
    tracker = PlumeTracker(900)
    for index in range(5000):
        at = START + timedelta(seconds=index)
        tracker.update([smoke(0, 0, 10 + index % 4, 10)], index, at)
    (track,) = tracker.tracks
    assert len(track.scores) <= MAX_REMEMBERED
    elapsed = [score.elapsed_s for score in track.scores]
    assert (elapsed[0], elapsed[-1]) == (0.0, 4999.0)
    assert elapsed == sorted(elapsed)
    gaps = [after - before for before, after in pairwise(elapsed)]
    assert gaps[-50:] == [1.0] * 50
    assert max(gaps) < 200.0
    # A thing that swings in step with the thinning would seem to stand still.
    widths = [score.box.x_max for score in track.scores[1:150] if score.box is not None]
    assert all(widths.count(10 + swing) > 15 for swing in range(4))


def test_change_inside_a_box_is_asked_of_the_picture_as_it_is() -> None:
    asked = []

    def change_at(box: Box) -> PlaceChange:
        asked.append(box)
        return PlaceChange(1.0, 0.5, 0.0, 0.0, 0.0)

    tracker = PlumeTracker(900)
    box = smoke(900, 450, 960, 500)
    (track,) = tracker.update([box], 0, START, lying(7, 7), change_at=change_at)
    assert asked == [box]
    assert track.last_hit.change == PlaceChange(1.0, 0.5, 0.0, 0.0, 0.0)


def test_a_track_that_was_never_seen_has_no_last_box() -> None:
    with pytest.raises(ValueError, match="never seen"):
        _ = Track(7, Label.SMOKE).last_hit
    half = Track(7, Label.SMOKE)
    half.add(FrameScore(0, START, 0.5, smoke(0, 0, 1, 1)))
    with pytest.raises(ValueError, match="has a box"):
        _ = half.last_reference_box


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.lists(boxes, max_size=5), st.floats(-40_000, 40_000), st.integers(0, 2)),
        max_size=25,
    )
)
def test_any_clock_and_any_place_keep_the_books(
    history: list[tuple[list[Box], float, int]],
) -> None:
    tracker = PlumeTracker(900)
    for index, (found, at_s, place) in enumerate(history):
        seen = tracker.update(
            found, index, START + timedelta(seconds=at_s), lying(index % 7, 0, place=place)
        )
        assert {track.label for track in seen} == {box.label for box in found}
        assert all(track.place == place for track in seen)
        living = {track.number for track in tracker.tracks}
        for track in tracker.tracks:
            elapsed = [score.elapsed_s for score in track.scores]
            assert elapsed == sorted(elapsed)
            assert track.merged_into is None
            assert not living & set(track.absorbed)
            assert math.isclose(track.strength, max(score.score for score in track.scores))
        for track in tracker.ended:
            assert track.number not in living
            assert track.merged_into is None or track.merged_into < track.number
