"""Whether a picture of heat shows anything at all."""

import numpy as np
import pytest

from detector.dual.seeing import shows_something
from models.thermal import ThermalImage, ThermalScale

HEIGHT, WIDTH = 120, 160


def image(levels: np.ndarray, scale: ThermalScale = ThermalScale.CELSIUS) -> ThermalImage:
    return ThermalImage(levels.astype(np.float32), scale)


def noise(sigma: float, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> np.ndarray:
    return np.random.default_rng(7).normal(0.0, sigma, shape)


def ridges(height_k: float) -> np.ndarray:
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.asarray(height_k * (np.sin(across / 11.0) + np.sin(down / 7.0)))


@pytest.mark.parametrize("sigma", [0.0, 0.03, 0.15, 1.0])
def test_noise_and_a_warm_housing_are_no_scene(sigma: float) -> None:
    down, across = np.mgrid[-1.0 : 1.0 : HEIGHT * 1j, -1.0 : 1.0 : WIDTH * 1j]
    lid = 18.0 + 0.8 * (across**2 + down**2) + 0.2 * across + noise(sigma)
    assert not shows_something(image(lid))
    assert not shows_something(image(np.rint(lid), ThermalScale.RELATIVE))


@pytest.mark.parametrize("sigma", [0.03, 0.15])
def test_forest_of_a_cool_night_is_a_scene(sigma: float) -> None:
    assert shows_something(image(12.0 + ridges(0.3) + noise(sigma)))
    levels = np.rint(120.0 + 40.0 * ridges(0.3) + noise(1.0))
    assert shows_something(image(levels, ThermalScale.RELATIVE))


def test_a_picture_of_a_few_pixels_tells_nothing() -> None:
    assert not shows_something(image(12.0 + ridges(3.0)[:20, :20]))
