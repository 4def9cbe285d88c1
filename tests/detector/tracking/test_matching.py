import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.tracking.matching import assign, boxes_touch, costs_of, covered, is_piece
from models.detection import Box, Label
from models.units import FloatArray

coordinate = st.floats(0, 2000)
side = st.floats(0, 500)
corners = st.builds(lambda x, y, w, h: (x, y, x + w, y + h), coordinate, coordinate, side, side)


def rows(*boxes: tuple[float, float, float, float]) -> FloatArray:
    return np.array(boxes, np.float64).reshape(-1, 4)


def can_be_one(first: tuple[float, ...], second: tuple[float, ...], slack_px: float = 0.0) -> bool:
    cost = costs_of(rows(first), rows(second), np.array([slack_px]))  # type: ignore[arg-type]
    return bool(np.isfinite(cost[0, 0]))


@given(corners, corners)
def test_touching_is_symmetric_and_reflexive(
    first: tuple[float, ...], second: tuple[float, ...]
) -> None:
    one, other = (Box(Label.SMOKE, 0.5, *edges) for edges in (first, second))
    assert boxes_touch(one, one)
    assert boxes_touch(one, other) == boxes_touch(other, one)


@given(corners, corners, st.floats(0, 50))
def test_costs_are_symmetric_and_nothing_is_nearer_than_itself(
    first: tuple[float, ...], second: tuple[float, ...], slack_px: float
) -> None:
    one, other = rows(first), rows(second)  # type: ignore[arg-type]
    slack = np.array([slack_px])
    there, back = costs_of(one, other, slack)[0, 0], costs_of(other, one, slack)[0, 0]
    assert there == pytest.approx(back) or (np.isinf(there) and np.isinf(back))
    assert costs_of(one, one, slack)[0, 0] <= there + 1e-9
    assert can_be_one(first, first)
    share = covered(one, other)[0, 0]
    assert 0.0 <= share <= 1.0
    assert share == covered(other, one)[0, 0]


def test_a_plume_that_doubles_or_leans_goes_on() -> None:
    # 2018-07-28, minutes apart: the lower left corner stays, everything else moves.
    assert can_be_one((1403, 833, 1524, 886), (1402, 796, 1638, 887))
    assert can_be_one((1402, 796, 1638, 887), (1398, 628, 1749, 891))
    assert can_be_one((500, 480, 520, 500), (470, 430, 560, 502))


def test_a_plume_a_width_beside_another_is_not_the_same() -> None:
    assert not can_be_one((100, 100, 150, 150), (200, 100, 250, 150))
    assert can_be_one((100, 100, 150, 150), (130, 100, 180, 150))


def test_slack_widens_the_reach() -> None:
    small, shaken = (100, 100, 112, 110), (126, 100, 138, 110)
    assert not can_be_one(small, shaken)
    assert can_be_one(small, shaken, slack_px=24.0)


def test_pieces_overlap_or_stand_in_one_column() -> None:
    plume = rows((100, 200, 200, 300))
    for box, piece in (
        ((150, 180, 260, 290), True),  # overlaps
        ((110, 90, 190, 160), True),  # torn off above
        ((110, 10, 190, 60), False),  # too far above
        ((230, 200, 330, 300), False),  # beside, on the ground
        ((120, 220, 140, 240), True),  # inside
    ):
        assert bool(is_piece(rows(box), plume, plume)[0]) is piece


@given(st.lists(st.lists(st.floats(0, 3) | st.just(np.inf), min_size=3, max_size=3), max_size=5))
def test_pairs_use_everything_once_and_leave_no_possible_pair(costs: list[list[float]]) -> None:
    matrix = np.array(costs, np.float64).reshape(-1, 3)
    pairs = assign(matrix)
    used_rows, used_columns = [row for row, _ in pairs], [column for _, column in pairs]
    assert len(set(used_rows)) == len(pairs) == len(set(used_columns))
    assert [matrix[pair] for pair in pairs] == sorted(matrix[pair] for pair in pairs)
    for row in set(range(len(matrix))) - set(used_rows):
        for column in set(range(3)) - set(used_columns):
            assert np.isinf(matrix[row, column])
