"""By what footage is cut."""

from dataclasses import replace

import pytest
from measures_rig import recording

from detector.measures.slices import CUTS, fire_size, word_of
from models.detection import Label
from models.footage import Conditions, Light, Season, Sky, TrueBox, TrueFire, Truth
from models.frame import FrameMode


def test_every_condition_has_its_word() -> None:
    known = Conditions(Light.NIGHT, FrameMode.INFRARED, Sky.FOG, Season.AUTUMN, 1999.0)
    played = recording(None, scene="hill", conditions=known)
    words = [word_of(played, cut) for cut in CUTS]
    assert words == ["night", "infrared", "fog", "autumn", "1-2 km", "hill"]
    assert [word_of(recording(None), cut) for cut in CUTS] == ["", "", "", "", "", "r"]


@pytest.mark.parametrize(
    ("range_m", "word"),
    [(0.1, "0-1 km"), (1000.0, "1-2 km"), (2000.0, "2-5 km"), (5000.0, "5-10 km"), (1e4, "10 km+")],
)
def test_distances(range_m: float, word: str) -> None:
    assert word_of(recording(None, conditions=Conditions(range_m=range_m)), "range") == word


def box(at_s: float, width: float, fire: str = "") -> TrueBox:
    return TrueBox(at_s, Label.SMOKE, 0.0, 0.0, width, 0.2, fire)  # of 1000 x 500: 100 px tall


@pytest.mark.parametrize(("width", "size"), [(0.01, "small"), (0.02, "medium"), (0.1, "large")])
def test_a_fire_is_as_large_as_where_it_was_first_boxed(width: float, size: str) -> None:
    truth = Truth((TrueFire("a", 0.0),), (box(60.0, width), box(120.0, 1.0)), (60.0, 120.0))
    played = recording(truth)
    assert fire_size(played, truth, truth.fires[0]) == size
    assert fire_size(replace(played, size_px=(0, 0)), truth, truth.fires[0]) == ""


def test_the_size_of_one_of_two_fires_needs_boxes_that_name_it() -> None:
    fires = (TrueFire("a", 0.0), TrueFire("b", 0.0))
    truth = Truth(fires, (box(60.0, 1.0), box(60.0, 0.01, "b"), box(60.0, 0.02, "b")), (60.0,))
    played = recording(truth)
    assert [fire_size(played, truth, fire) for fire in fires] == ["", "medium"]
