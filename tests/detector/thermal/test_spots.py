"""Hot spots: labelled ones of real pictures, and what must hold whatever the picture is."""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_gateway.thermal import read_thermal
from detector.thermal.limits import sunlit_excess_k, warm_limit_c
from detector.thermal.spots import MOST_SPOTS, find_spots
from models.thermal import HotSpot, ThermalImage, ThermalScale

FOOTAGE = Path(__file__).resolve().parents[4] / "shared" / "data" / "footage"
CELSIUS, RELATIVE = ThermalScale.CELSIUS, ThermalScale.RELATIVE


def labelled(name: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with (FOOTAGE / "infrared" / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if (FOOTAGE / row["frame"]).is_file():
                box = [float(row[key]) for key in ("x", "y", "w", "h")]
                found[row["frame"]].append({**row, "box": box})
    return found


def touches(spot: HotSpot, box: list[float], within_px: float = 0.0) -> bool:
    x, y, width, height = box
    return (
        spot.x_min < x + width + within_px
        and spot.x_max > x - within_px
        and spot.y_min < y + height + within_px
        and spot.y_max > y - within_px
    )


def opened(name: str) -> ThermalImage:
    return read_thermal((FOOTAGE / name).read_bytes(), name)


FLAME3 = labelled("flame3_hotspots.csv")
GROUND = labelled("ifth_flameT_boxes.csv")


@pytest.mark.parametrize("name", FLAME3)
def test_every_labelled_hot_spot_is_found(name: str) -> None:
    """Regions of 100 degrees and more, of 6 pixels and more; with and without the sun in it."""
    image = opened(name)
    for sun_deg in (-10.0, 60.0):
        limit_c = warm_limit_c(float(np.median(image.levels)), sun_deg)
        spots = find_spots(image, warm_limit_c=limit_c)
        missed = [
            row["box"]
            for row in FLAME3[name]
            if not any(touches(spot, row["box"]) and spot.peak >= 100.0 for spot in spots)
        ]
        assert missed == []


def test_a_small_fire_stands_out_of_hot_rock_and_roofs() -> None:
    """Of 54 frames all fires are among the spots; with the two sharper cameras they come first."""
    first, found, sharp = 0, 0, 0
    for name, rows in GROUND.items():
        spots = find_spots(opened(name))
        (fire,) = [row["box"] for row in rows if row["class"] == "fire"]
        places = [index for index, spot in enumerate(spots) if touches(spot, fire, 1.0)]
        found += bool(places)
        if "Lepton" not in name:
            sharp += 1
            first += places[:1] == [0]
    assert (found, first, sharp) == (54, 36, 36)


def ground(seed: int, shape: tuple[int, int] = (60, 80)) -> np.ndarray[Any, Any]:
    rough = np.random.default_rng(seed).normal(0.0, 1.0, shape)
    return (100.0 + 5.0 * rough).astype(np.float32)


def with_fire(levels: np.ndarray[Any, Any], x: int, y: int, by: float) -> np.ndarray[Any, Any]:
    burning = levels.copy()
    burning[y : y + 2, x : x + 3] += by
    return burning


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9), x=st.integers(0, 77), y=st.integers(0, 58))
def test_a_fire_is_found_wherever_it_burns(seed: int, x: int, y: int) -> None:
    image = ThermalImage(with_fire(ground(seed), x, y, 120.0), RELATIVE)
    spot = find_spots(image)[0]
    assert (spot.x_min, spot.y_min, spot.x_max, spot.y_max) == (x, y, x + 3, y + 2)
    assert spot.area_px == 6
    assert x <= spot.peak_x < x + 3
    assert y <= spot.peak_y < y + 2
    assert spot.peak == image.levels[spot.peak_y, spot.peak_x]
    assert 60.0 < spot.around < 120.0
    assert spot.contrast == pytest.approx(spot.peak - spot.around)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 9),
    gain=st.floats(1.0, 50.0),
    shift=st.floats(-500.0, 500.0),
    flips=st.sampled_from([(False, False), (True, False), (False, True)]),
)
def test_gain_shift_and_mirror_change_no_spot(
    seed: int, gain: float, shift: float, flips: tuple[bool, bool]
) -> None:
    """The camera's gain is its own affair; 50 and 60 pixels have the middles of squares alike."""
    levels = with_fire(ground(seed, (61, 81)), 30, 20, 90.0)
    turned = levels[:: -1 if flips[1] else 1, :: -1 if flips[0] else 1]
    first = find_spots(ThermalImage(levels, RELATIVE))[0]
    second = find_spots(ThermalImage(turned * np.float32(gain) + np.float32(shift), RELATIVE))[0]
    columns = (81 - first.x_max, 81 - first.x_min) if flips[0] else (first.x_min, first.x_max)
    rows = (61 - first.y_max, 61 - first.y_min) if flips[1] else (first.y_min, first.y_max)
    assert (second.x_min, second.x_max, second.y_min, second.y_max) == (*columns, *rows)
    assert second.prominence == pytest.approx(first.prominence, rel=1e-2)


@pytest.mark.parametrize("scale", [CELSIUS, RELATIVE])
def test_nothing_stands_out_of_nothing(scale: ThermalScale) -> None:
    for shape in ((1, 1), (2, 3), (60, 80)):
        flat = ThermalImage(np.full(shape, 20.0, np.float32), scale)
        assert find_spots(flat) == ()
        assert find_spots(flat, warm_limit_c=30.0) == ()
    slope = ThermalImage(np.tile(np.linspace(0.0, 60.0, 80, dtype=np.float32), (60, 1)), scale)
    assert find_spots(slope) == ()


def test_a_wide_fire_is_hot_whatever_lies_around() -> None:
    """No square fits around it: contrast says nothing, the limit does."""
    levels = np.full((60, 80), 15.0, np.float32)
    levels[5:55, 5:75] = 300.0
    assert find_spots(ThermalImage(levels, CELSIUS)) == ()
    (spot,) = find_spots(ThermalImage(levels, CELSIUS), warm_limit_c=60.0)
    assert (spot.x_min, spot.y_min, spot.x_max, spot.y_max) == (5, 5, 75, 55)
    assert spot.peak == 300.0
    assert find_spots(ThermalImage(levels, RELATIVE), warm_limit_c=60.0) == ()


def test_what_is_too_hot_is_never_crowded_out() -> None:
    rng = np.random.default_rng(3)
    levels = rng.normal(20.0, 0.02, (240, 320)).astype(np.float32)
    places = [(y, x) for y in range(6, 234, 10) for x in range(6, 314, 10)]
    for y, x in places:
        levels[y, x] += 40.0
    levels[100:140, 100:160] = 150.0
    spots = find_spots(ThermalImage(levels, CELSIUS), warm_limit_c=100.0)
    assert len(spots) == MOST_SPOTS < len(places)
    assert sum(spot.peak >= 100.0 for spot in spots) == 1
    ranked = [spot.prominence for spot in spots]
    assert ranked == sorted(ranked, reverse=True)


def test_what_the_sun_explains() -> None:
    """947 W/m2 come through the clear air of a sun overhead (Meinel): 0.9 / 18 of it in kelvin."""
    assert sunlit_excess_k(90.0) == pytest.approx(0.9 * 1353.0 * 0.7 / 18.0, rel=1e-3)
    assert sunlit_excess_k(0.0) == sunlit_excess_k(-40.0) == 0.0
    rising = [sunlit_excess_k(height) for height in np.linspace(0.1, 90.0, 200)]
    assert rising == sorted(rising)
    assert warm_limit_c(10.0, -5.0) == 30.0
    assert 95.0 < warm_limit_c(35.0, 70.0) < 105.0
