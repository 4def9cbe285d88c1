import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.attention.skyline import skyline_of


def landscape(
    ridge: NDArray[np.float64], height: int = 480, *, sky: int = 190, ground: int = 90
) -> NDArray[np.uint8]:
    """Bright smooth sky above a ridge given as a share of the height, rough ground below."""
    random = np.random.default_rng(0)
    rows = np.arange(height)[:, None]
    rough = random.normal(ground, 12.0, (height, len(ridge)))
    grey = np.where(rows < ridge[None, :] * height, float(sky), rough)
    return np.clip(grey, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("level", [0.2, 0.5, 0.8])
def test_a_level_ridge_is_found(level: float) -> None:
    line = skyline_of(landscape(np.full(640, level)), 8)
    assert line.shape == (8,)
    assert np.abs(line - level).max() < 0.03


def test_a_slope_and_a_darker_crest_below_it() -> None:
    ridge = np.linspace(0.3, 0.5, 640)
    grey = landscape(ridge).astype(np.float64)
    grey[400:] *= 0.4  # the near crest is the stronger edge, but rough hillside lies above it
    line = skyline_of(grey.astype(np.uint8), 16)
    expected = np.interp((np.arange(16) + 0.5) / 16, [0, 1], [0.3, 0.5])
    assert np.abs(line - expected).max() < 0.04


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 20), st.integers(0, 2**16))
def test_every_picture_has_a_line_inside_it(
    width: int, height: int, columns: int, seed: int
) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    line = skyline_of(grey, columns)
    assert line.shape == (columns,)
    assert (line >= 0.0).all()
    assert (line <= 1.0).all()
    assert np.array_equal(line, skyline_of(grey, columns))
