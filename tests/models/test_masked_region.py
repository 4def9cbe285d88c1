from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.mask import MaskKind, MaskPoint, ViewMask
from models.masked_region import MaskedRegion

BORN = datetime(2026, 11, 25, tzinfo=UTC)
WIDTH, HEIGHT = 64, 48


def mask(*polygon: MaskPoint) -> ViewMask:
    return ViewMask("t1", 0, MaskKind.PRIVACY, polygon, "li", BORN)


def block(x_min: float, y_min: float, x_max: float, y_max: float) -> ViewMask:
    return mask((x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max))


BLOCKS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 8), st.integers(1, 8)).map(
        lambda b: (b[0] / 8, b[1] / 8, min(1.0, (b[0] + b[2]) / 8), min(1.0, (b[1] + b[3]) / 8))
    ),
    max_size=6,
)


@given(BLOCKS, st.integers(0, 63), st.integers(0, 47), st.integers(1, 64), st.integers(1, 48))
def test_a_part_is_hidden_when_all_of_it_is_masked(
    blocks: list[tuple[float, float, float, float]], x: int, y: int, width: int, height: int
) -> None:
    hidden = MaskedRegion([block(*one) for one in blocks], WIDTH, HEIGHT)
    painted = np.zeros((HEIGHT, WIDTH), np.bool_)
    for x_min, y_min, x_max, y_max in blocks:  # eighths of 64 and 48 are whole pixels
        painted[round(y_min * 48) : round(y_max * 48), round(x_min * 64) : round(x_max * 64)] = True
    y_max, x_max = min(y + height, HEIGHT), min(x + width, WIDTH)
    assert hidden.hides(x, y, x_max, y_max) == bool(painted[y:y_max, x:x_max].all())
    assert hidden.hides_point(x + 0.5, y + 0.5) == bool(painted[y, x])
    assert (hidden.cells(HEIGHT, WIDTH) == painted).all()
    clear = np.flatnonzero(~painted.all(axis=1))
    rows = (int(clear[0]), int(clear[-1]) + 1) if len(clear) > 0 else None
    assert hidden.rows() == rows


def test_a_sliver_is_enough_to_look() -> None:
    almost = MaskedRegion([block(0.0, 0.0, 1.0, 0.999)], WIDTH, HEIGHT)
    assert not almost.hides(0, 40, 64, 48)
    assert almost.hides(0, 30, 64, 47)
    assert almost.rows() == (47, 48)


def test_a_slanted_mask_hides_cells_inside_it_only() -> None:
    hidden = MaskedRegion([mask((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))], 40, 40)
    cells = hidden.cells(4, 4)
    assert cells.tolist() == [[x + y < 3 for x in range(4)] for y in range(4)]
    assert hidden.hides_point(0.0, 0.0)  # a corner of a mask is masked


@pytest.mark.parametrize("kind", list(MaskKind))
def test_both_kinds_hide(kind: MaskKind) -> None:
    everything = ViewMask(
        "t1", 0, kind, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), "li", BORN
    )
    assert MaskedRegion([everything], WIDTH, HEIGHT).rows() is None
