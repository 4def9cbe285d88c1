"""Registration by pictures: of drawn scenes, of fog and night, of real cameras of one scene."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from dual_rig import LAID, heat_of, scene
from numpy.typing import NDArray

from camera_gateway.thermal import read_thermal
from detector.dual.blocks import Blocks, agreed
from detector.dual.homography import Matrix, mapped, normal
from detector.dual.likeness import Laid, information, ranked
from detector.dual.registration import Says, confirm, displaced_share, register
from models.thermal import HeatLevels

FOOTAGE = Path(__file__).resolve().parents[4] / "shared" / "data" / "footage"
GREY, HEAT = scene(), heat_of(scene())
SIZE = (960, 540)
SAME = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def moved(matrix: Matrix, right: float, down: float = 0.0, zoom: float = 1.0) -> Matrix:
    """What stands in the visible picture so much to the right, of shares of it."""
    table = np.array([[1, 0, right], [0, 1, down], [0, 0, 1.0]])
    inner = np.array([[zoom, 0, 0.5 - zoom / 2], [0, zoom, 0.5 - zoom / 2], [0, 0, 1.0]])
    return normal(table @ np.reshape(matrix, (3, 3)) @ inner)


@pytest.mark.parametrize("right", [0.0, 0.03, -0.06])
@pytest.mark.parametrize("zoom", [1.0, 0.9, 1.15])
def test_a_drawn_scene_is_found_from_nearby(right: float, zoom: float) -> None:
    found = register(GREY, HEAT, moved(LAID, right, 0.02, zoom))
    assert found is not None
    assert displaced_share(found.matrix, LAID, SIZE) < 0.004
    assert displaced_share(found.matrix, LAID, SIZE) < 4.0 * found.doubt_share
    assert 0.2 < found.score <= 1.0


def test_it_is_found_from_nowhere() -> None:
    found = register(GREY, HEAT)
    assert found is not None
    assert displaced_share(found.matrix, LAID, SIZE) < 0.004


@pytest.mark.parametrize(
    ("right", "says"),
    [
        (0.0, Says.CONFIRMED),
        (0.005, Says.CONFIRMED),
        (0.02, Says.ELSEWHERE),
        (-0.05, Says.ELSEWHERE),
        (0.09, Says.ELSEWHERE),
    ],
)
def test_a_shift_is_told_from_none(right: float, says: Says) -> None:
    told = confirm(GREY, HEAT, moved(LAID, right))
    assert told.says is says
    assert told.off_share is not None
    assert told.off_share == pytest.approx(abs(right), abs=0.004)
    assert told.found is not None
    assert displaced_share(told.found.matrix, LAID, SIZE) < 0.004


def test_a_doubtful_registration_is_not_blamed_for_its_doubt() -> None:
    assert confirm(GREY, HEAT, moved(LAID, 0.03), doubt_share=0.015).says is Says.CONFIRMED


FOG = np.full((540, 960), 200, np.uint8)
NOISE = np.random.default_rng(3).normal(128.0, 20.0, (540, 960)).clip(0, 255).astype(np.uint8)
NIGHT = (np.abs(np.random.default_rng(4).normal(0.0, 1.5, (540, 960)))).astype(np.uint8)
THIN = (FOG + (GREY / 120.0)).astype(np.uint8)
BLANK = np.full((240, 320), 21.5, np.float32)
HISS = np.random.default_rng(5).normal(21.0, 0.05, (240, 320)).astype(np.float32)


@pytest.mark.parametrize(
    ("grey", "heat"),
    [
        (FOG, HEAT),
        (NOISE, HEAT),
        (NIGHT, HEAT),
        (GREY, BLANK),
        (GREY, HISS),
        (THIN * 0, HEAT),
        (scene(2), HEAT),
        (GREY[:20, :20], HEAT),
        (GREY, HEAT[:10]),
    ],
    ids=["fog", "noise", "night", "blank", "hiss", "black", "other", "tiny", "strip"],
)
def test_what_shows_too_little_says_nothing(grey: NDArray[np.uint8], heat: HeatLevels) -> None:
    told = confirm(grey, heat, LAID)
    assert (told.says, told.off_share, told.found) == (Says.UNKNOWN, None, None)
    assert register(grey, heat, LAID) is None


def test_paint_is_no_land() -> None:
    """A frame painted over in the picture stays with the picture, and the land does not."""
    painted = GREY.copy()
    outline = ((0.3, 0.3), (0.6, 0.3), (0.6, 0.6), (0.3, 0.6))
    cv2.rectangle(painted, (288, 162), (576, 324), 0, -1)
    told = confirm(painted, HEAT, LAID, hidden=[outline])
    assert told.says is Says.CONFIRMED


def test_levels_and_fire_change_nothing() -> None:
    """Ranks: neither the scale nor something of 800 degrees matters."""
    hot = (HEAT * 40.0 + 3000.0).astype(np.float32)
    hot[100:108, 150:160] = 9e5
    found = register(GREY, hot, moved(LAID, 0.02))
    assert found is not None
    assert displaced_share(found.matrix, LAID, SIZE) < 0.004


def test_the_same_pictures_give_the_same_answer() -> None:
    assert register(GREY, HEAT, LAID) == register(GREY, HEAT, LAID)


def test_mutual_information_is_one_for_what_has_nothing_in_common() -> None:
    heat = ranked(HEAT, (160, 120))
    seen = np.ones(heat.shape, np.bool_)
    other = np.random.default_rng(1).normal(size=heat.shape).astype(np.float32)
    assert information(heat, Laid(other, seen)) == pytest.approx(1.0, abs=0.01)
    assert information(heat, Laid(-heat, seen)) > 1.5
    assert information(heat, Laid(heat, ~seen)) == 1.0
    assert information(np.zeros_like(heat), Laid(heat * 0.0, seen)) == 1.0


def test_too_few_parts_agree_on_nothing() -> None:
    none = np.zeros((2, 2))
    assert agreed(Blocks(none, none, np.ones(2), 2)) is None
    apart = np.array([[0.0, 0.0], [40.0, 0.0], [80.0, 30.0]])
    wild = np.array([[0.0, 20.0], [20.0, 0.0], [-20.0, -20.0]])
    assert agreed(Blocks(apart, wild, np.ones(3), 3)) is None


def test_what_maps_nothing_is_infinitely_far() -> None:
    assert displaced_share(SAME, (1.0, 0, 0, 0, 1.0, 0, -1.5, 0, 1.0), SIZE) == float("inf")


real = pytest.mark.skipif(not FOOTAGE.is_dir(), reason="the footage is not beside the checkout")


def of_flame3(number: int) -> tuple[NDArray[np.uint8], HeatLevels]:
    folder = FOOTAGE / "infrared" / "flame3_Sycan"
    picture = cv2.imread(str(folder / "RGB" / f"{number:05}.JPG"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    grey = np.asarray(cv2.resize(picture, (960, 768), interpolation=cv2.INTER_AREA), np.uint8)
    path = folder / "TIFF" / f"{number:05}.TIFF"
    return grey, read_thermal(path.read_bytes(), path.name).levels


@pytest.mark.footage
@real
def test_a_real_pair_of_light_and_heat_is_found_alike_from_everywhere() -> None:
    """Both are cut by their authors so that they nearly cover each other."""
    grey, heat = of_flame3(6)
    found = [register(grey, heat, each) for each in (None, SAME, moved(SAME, 0.04, -0.03, 0.95))]
    for one in found:
        assert one is not None
        assert displaced_share(one.matrix, found[0].matrix, (960, 768)) < 0.01  # type: ignore[union-attr]
        assert displaced_share(one.matrix, SAME, (960, 768)) < 0.03
    other = of_flame3(7)[0]
    assert register(other, heat, SAME) is None
    assert confirm(other, heat, SAME).says is Says.UNKNOWN


def fires() -> dict[str, tuple[float, float]]:
    """Middle of the one fire in each frame of three cameras of one scene, pixels."""
    found: dict[str, list[tuple[float, float]]] = {}
    with (FOOTAGE / "infrared" / "ifth_flameT_boxes.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["class"] == "fire":
                x, y, w, h = (float(row[name]) for name in ("x", "y", "w", "h"))
                found.setdefault(row["frame"], []).append((x + w / 2, y + h / 2))
    return {frame: places[0] for frame, places in found.items() if len(places) == 1}


@pytest.mark.footage
@real
def test_two_sensors_of_one_scene_put_the_fire_at_one_place() -> None:
    """Where they are found at all: both were carried, and what is close is seen otherwise."""
    known, off = fires(), []
    for one, other in (("B/A35_177", "B/Tau_177"), ("D/A35_469", "D/Tau_469")):
        frames = [f"infrared/ifth_flameT_point{name}.jpeg" for name in (one, other)]
        first, second = (
            read_thermal((FOOTAGE / frame).read_bytes(), frame).levels for frame in frames
        )
        grey = first.clip(0, 255).astype(np.uint8)
        found = register(grey, second)
        if found is not None and all(frame in known for frame in frames):
            place = np.array([known[frames[1]]]) / second.shape[1::-1]
            seen = mapped(found.matrix, place)[0] * first.shape[1::-1]
            off.append(float(np.linalg.norm(seen - known[frames[0]])) / first.shape[1])
    assert len(off) == 2
    assert all(one < 0.03 for one in off)
