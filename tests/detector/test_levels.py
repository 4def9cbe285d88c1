"""Levels of values are numpy's, to the last bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from detector.levels import levels_below, middle_of

values = arrays.arrays(
    np.float32,
    arrays.array_shapes(min_dims=1, max_dims=2, max_side=40),
    elements=st.floats(-1e4, 1e4, width=32),
)


@given(values, st.lists(st.floats(0.0, 1.0), min_size=1, max_size=3))
def test_a_level_is_what_numpy_calls_a_quantile(some: np.ndarray, shares: list[float]) -> None:
    expected = [float(np.quantile(some, share)) for share in shares]
    assert list(levels_below(some, *shares)) == expected


@given(values)
def test_the_middle_is_what_numpy_calls_the_median(some: np.ndarray) -> None:
    assert middle_of(some) == np.median(some)
    assert middle_of(some[::2]) == np.median(some[::2])
