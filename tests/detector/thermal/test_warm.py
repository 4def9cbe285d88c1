"""Which spots lie within a place that was drawn as warm."""

from hypothesis import given
from hypothesis import strategies as st

from detector.thermal.warm import SWAY, is_of_warm
from models.thermal import HotSpot
from models.warm_place import WarmPlace

SIZE = (160, 120)


def spot(x: int, y: int, side: int = 4) -> HotSpot:
    return HotSpot(x, y, x + side, y + side, side * side, 90.0, x, y, 20.0, 0.5)


def test_a_spot_within_is_of_it_and_one_that_reaches_beyond_is_not() -> None:
    place = WarmPlace(0.5, 0.5, 0.6, 0.6)  # columns 80 to 96, rows 60 to 72, 4 pixels wider
    assert is_of_warm(spot(84, 64), SIZE, [place])
    assert is_of_warm(spot(76, 56), SIZE, [place])
    assert not is_of_warm(spot(75, 64), SIZE, [place])
    assert not is_of_warm(spot(84, 55), SIZE, [place])
    assert not is_of_warm(spot(97, 64), SIZE, [place])
    assert not is_of_warm(spot(84, 73), SIZE, [place])
    assert not is_of_warm(spot(76, 56, 22), SIZE, [place])
    assert not is_of_warm(spot(84, 64), SIZE, ())
    assert is_of_warm(spot(2, 2), SIZE, [place, WarmPlace(0.0, 0.0, 0.1, 0.1)])


@given(st.integers(0, 150), st.integers(0, 110), st.floats(0.0, 0.8), st.floats(0.0, 0.8))
def test_it_is_the_same_in_a_picture_of_twice_the_size(
    x: int, y: int, left: float, top: float
) -> None:
    place = [WarmPlace(left, top, left + 0.15, top + 0.15)]
    twice = HotSpot(2 * x, 2 * y, 2 * x + 8, 2 * y + 8, 64, 90.0, 2 * x, 2 * y, 20.0, 0.5)
    edge = abs((left - SWAY) * 160.0 - x)
    if edge > 1e-6:
        assert is_of_warm(spot(x, y), SIZE, place) == is_of_warm(twice, (320, 240), place)
