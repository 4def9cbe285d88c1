import math
from collections.abc import Sequence
from random import Random
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.attention.merge import MOST, Seen, from_band, merge
from detector.attention.tiles import Tile
from models.detection import Detections

Rows: TypeAlias = Sequence[tuple[float, float, float, float, float, int]]
Tiles: TypeAlias = Sequence[tuple[Tile, Rows]]

WIDTH, HEIGHT = 1000, 600


def detections(rows: Rows) -> Detections:
    """x_min, y_min, x_max, y_max, score, label of each box."""
    if not rows:
        return Detections.empty()
    table = np.array(rows, np.float64)
    return Detections(
        table[:, :4].astype(np.float32),
        table[:, 4].astype(np.float32),
        table[:, 5].astype(np.int64),
    )


def merged(
    parts: Sequence[Seen],
    largest_px: float = math.inf,
    floor_score: float = 0.0,
) -> Detections:
    return merge(
        parts,
        largest_px=largest_px,
        nms_iou=0.5,
        floor_score=floor_score,
    )


def band_of(rows: Rows, band: Tile, log_odds: float = 0.0) -> Seen:
    return from_band(detections(rows), band, HEIGHT, log_odds)


def rows_of(found: Detections) -> list[tuple[float, ...]]:
    return [
        (*box, score, label)
        for box, score, label in zip(
            found.boxes_xyxy.tolist(), found.scores.tolist(), found.labels.tolist(), strict=True
        )
    ]


BOXES = st.tuples(
    st.integers(0, 180),
    st.integers(0, 80),
    st.integers(1, 60),
    st.integers(1, 60),
    st.sampled_from([0.0, 0.05, 0.3, 0.3, 0.31, 0.9, 1.0]),
    st.integers(0, 1),
).map(lambda b: (b[0], b[1], min(b[0] + b[2], 200), min(b[1] + b[3], 100), b[4], b[5]))
TILES = st.tuples(st.integers(0, 400), st.integers(0, 300)).map(
    lambda corner: Tile(
        2 * corner[1] // 2, 2 * corner[0], 2 * corner[1] // 2 + 100, 2 * corner[0] + 200
    )
)
PARTS = st.lists(st.tuples(TILES, st.lists(BOXES, max_size=6)), max_size=4)


def seen_of(frame: Rows, tiles: Tiles) -> list[Seen]:
    return [
        Seen.from_frame(detections(frame)),
        *(band_of(rows, tile) for tile, rows in tiles),
    ]


@settings(max_examples=80, deadline=None)
@given(st.lists(BOXES, max_size=6), PARTS, st.randoms(use_true_random=False))
def test_merging_is_free_of_order(frame: Rows, tiles: Tiles, random: Random) -> None:
    parts = seen_of(frame, tiles)
    shuffled = []
    for part in parts:
        places = list(range(len(part.scores)))
        random.shuffle(places)
        shuffled.append(part[np.array(places, np.int64)])
    random.shuffle(shuffled)
    assert rows_of(merged(parts)) == rows_of(merged(shuffled))


@settings(max_examples=80, deadline=None)
@given(st.lists(BOXES, max_size=6), PARTS, st.sampled_from([math.inf, 900.0]))
def test_merging_again_changes_nothing(frame: Rows, tiles: Tiles, largest_px: float) -> None:
    once = merged(seen_of(frame, tiles), largest_px=largest_px, floor_score=0.05)
    twice = merged([Seen.from_frame(once)], largest_px=largest_px, floor_score=0.05)
    assert rows_of(once) == rows_of(twice)
    assert (np.diff(once.scores) <= 0).all()


@settings(max_examples=80, deadline=None)
@given(st.lists(BOXES, max_size=6), PARTS, st.sampled_from([0.05, 0.1, 0.3, 0.5]))
def test_how_low_one_reads_changes_nothing_above(
    frame: Rows, tiles: Tiles, floor_score: float
) -> None:
    parts = seen_of(frame, tiles)
    deep = [row for row in rows_of(merged(parts)) if row[4] >= floor_score]
    assert rows_of(merged(parts, floor_score=floor_score)) == deep


@settings(max_examples=80, deadline=None)
@given(st.lists(BOXES, max_size=6), PARTS, st.sampled_from([math.inf, 900.0]))
def test_no_place_of_the_full_frame_loses_score(
    frame: Rows, tiles: Tiles, largest_px: float
) -> None:
    answer = rows_of(merged(seen_of(frame, tiles), largest_px=largest_px))
    for x_min, y_min, x_max, y_max, score, label in rows_of(detections(frame)):
        assert any(
            other[5] == label
            and other[4] >= score
            and min(x_max, other[2]) > max(x_min, other[0])
            and min(y_max, other[3]) > max(y_min, other[1])
            for other in answer
        )


def test_a_band_s_box_is_moved_to_its_place() -> None:
    tile = Tile(100, 300, 200, 500)
    (row,) = rows_of(merged([band_of([(50, 20, 90, 60, 0.4, 0)], tile)]))
    assert row == pytest.approx((350, 120, 390, 160, 0.4, 0), abs=1e-6)


@pytest.mark.parametrize(
    ("band", "box", "cut"),
    [
        (Tile(100, 0, 200, 1000), (50, 1, 90, 60), True),
        (Tile(100, 0, 200, 1000), (50, 30, 90, 99), True),
        (Tile(100, 0, 200, 1000), (50, 30, 90, 60), False),
        (Tile(100, 0, 200, 1000), (0, 30, 40, 60), False),  # the picture's own border cuts nothing
        (Tile(100, 0, 200, 1000), (960, 30, 1000, 60), False),
        (Tile(0, 0, 100, 1000), (50, 0, 90, 60), False),
        (Tile(500, 0, 600, 1000), (50, 60, 90, 100), False),
    ],
)
def test_half_a_plume_counts_less(
    band: Tile, box: tuple[float, float, float, float], *, cut: bool
) -> None:
    (score,) = merged([band_of([(*box, 0.4, 0)], band)]).scores.tolist()
    odds = 0.4 / 0.6 * (math.exp(-0.7) if cut else 1.0)
    assert score == pytest.approx(odds / (1 + odds), abs=1e-6)


def test_calibration_moves_log_odds_of_bands_only() -> None:
    near = band_of(
        [(50, 20, 90, 60, 0.5, 0), (120, 20, 150, 60, 1.0, 0), (5, 20, 30, 60, 0.0, 0)],
        Tile(100, 0, 200, 1000),
        -1.0,
    )
    far = Seen.from_frame(detections([(700, 20, 740, 60, 0.5, 0)]))
    scores = merged([far, near]).scores.tolist()
    assert scores == pytest.approx([1.0, 0.5, 1 / (1 + math.e), 0.0], abs=1e-6)


def test_what_is_large_is_left_to_the_full_frame() -> None:
    tile = Tile(100, 300, 200, 500)
    large = detections([(20, 10, 120, 90, 0.9, 0)])
    near = from_band(large, tile, HEIGHT, 0.0)
    assert len(merged([near], largest_px=7999.0)) == 0
    assert len(merged([near], largest_px=8000.0)) == 1
    assert len(merged([Seen.from_frame(large)], largest_px=1.0)) == 1


def test_a_piece_inside_a_better_box_goes_and_a_better_piece_stays() -> None:
    frame = Seen.from_frame(detections([(300, 100, 500, 200, 0.6, 0)]))
    tile = Tile(100, 300, 200, 500)
    for score, count in ((0.5, 1), (0.7, 2)):
        piece = band_of([(50, 20, 90, 60, score, 0)], tile)
        assert len(merged([frame, piece])) == count
    other_kind = band_of([(50, 20, 90, 60, 0.5, 1)], tile)
    assert len(merged([frame, other_kind])) == 2


def test_where_both_see_the_same_whoever_is_surer_says_where() -> None:
    tile = Tile(100, 0, 200, 1000)
    frame = Seen.from_frame(
        detections([(350, 120, 390, 160, 0.4, 0), (350, 150, 390, 190, 0.3, 0)])
    )
    near = band_of([(354, 22, 390, 60, 0.7, 0)], tile)
    answer = rows_of(merged([near, frame]))
    assert answer[0] == pytest.approx((354, 122, 390, 160, 0.7, 0), abs=1e-6)
    # The neighbour that it hardly overlaps stays.
    assert answer[1:] == [pytest.approx((350, 150, 390, 190, 0.3, 0), abs=1e-6)]
    weaker = band_of([(354, 22, 390, 60, 0.2, 0)], tile)
    assert rows_of(merged([weaker, frame])) == rows_of(merged([frame]))
    unsure = band_of([(354, 22, 390, 60, 0.4, 0)], tile)  # as sure: the full frame's stays
    assert rows_of(merged([unsure, frame])) == rows_of(merged([frame]))


def test_the_answer_is_bounded_and_nothing_gives_nothing() -> None:
    grid = [
        (
            10.0 * (i % 100),
            10.0 * (i // 100),
            10.0 * (i % 100) + 5,
            10.0 * (i // 100) + 5,
            0.1 + i / 1000,
            0,
        )
        for i in range(MOST + 50)
    ]
    answer = merged([Seen.from_frame(detections(grid))])
    assert len(answer) == MOST
    assert answer.scores.min() == pytest.approx(0.1 + 50 / 1000, abs=1e-6)
    assert len(merged([])) == 0
    assert len(merged([Seen.from_frame(Detections.empty())])) == 0
