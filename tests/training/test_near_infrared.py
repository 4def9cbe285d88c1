import cv2
import numpy as np
import pytest

from camera_gateway.light import light_of
from models.light import Light
from training.near_infrared import Made, brightness, made
from training.recipe import RECIPES

MEADOW, SKY, ASPHALT, FLAME = (60, 140, 70), (220, 150, 90), (100, 100, 100), (40, 160, 255)


def scene() -> np.ndarray:
    image = np.zeros((120, 160, 3), np.uint8)
    image[:40] = SKY
    image[40:80] = MEADOW
    image[80:] = ASPHALT
    image[90:100, 70:90] = FLAME
    return image


def random() -> np.random.Generator:
    return np.random.default_rng(3)


def test_plants_are_bright_and_clear_sky_is_dark() -> None:
    told = brightness(scene())
    plain = cv2.cvtColor(scene(), cv2.COLOR_BGR2GRAY)
    assert told[60, 80] > told[110, 20] * 1.1 > 0.0  # darker than the road in no colour
    assert told[20, 80] < plain[20, 80]


@pytest.mark.parametrize("how", [Made.GREY, Made.NIGHT])
def test_what_is_made_is_read_as_infrared(how: Made) -> None:
    image = scene()
    before = image.copy()
    turned = made(image, how, random(), lamp=True)
    assert turned.shape == image.shape
    assert light_of(turned) is Light.INFRARED
    assert np.array_equal(image, before)
    assert np.array_equal(turned, made(image, how, random(), lamp=True))  # by its seed alone


def test_colour_is_left_alone() -> None:
    image = scene()
    assert made(image, Made.COLOUR, random(), lamp=True) is image


def test_by_night_flame_is_what_is_left() -> None:
    night = made(scene(), Made.NIGHT, random(), lamp=True)
    assert night[94:96, 75:85].mean() > 220
    assert night.mean() < scene().mean()


def test_a_tower_has_no_lamp_of_its_own() -> None:
    lit, unlit = (made(scene(), Made.NIGHT, random(), lamp=lamp) for lamp in (True, False))
    assert lit[:10, :10].mean() < unlit[:10, :10].mean()


def test_old_recipes_are_called_as_ever() -> None:
    """The card in force names the recipe by its fingerprint."""
    assert RECIPES["onward"].fingerprint() == "2590cbdcd30458a3"
    assert RECIPES["grey"].fingerprint() != RECIPES["onward"].fingerprint()
