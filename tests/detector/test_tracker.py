from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from detector.tracker import MAX_REMEMBERED, PlumeTracker, boxes_touch
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
    assert len(track.scores) == MAX_REMEMBERED
    assert track.scores[0].frame_sequence == 0
    assert track.scores[-1].frame_sequence == MAX_REMEMBERED + 49


def test_a_box_of_score_zero_is_a_box() -> None:
    tracker = PlumeTracker(900)
    (track,) = tracker.update([smoke(0, 0, 0, 0, 0.0)], 0, START)
    assert track.hits[0].score == 0.0


@given(boxes, boxes)
def test_touching_is_symmetric_and_reflexive(first: Box, second: Box) -> None:
    assert boxes_touch(first, first)
    assert boxes_touch(first, second) == boxes_touch(second, first)


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
    numbers = [track.number for track in tracker.tracks]
    assert numbers == sorted(set(numbers))
