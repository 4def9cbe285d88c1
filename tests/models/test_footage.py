"""What is known of footage never contradicts itself."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.detection import Label
from models.errors import InputRefused
from models.footage import (
    Conditions,
    FootageKind,
    Ignored,
    Light,
    Rights,
    Season,
    Sky,
    Span,
    TrueBox,
    TrueFire,
    Truth,
)
from models.frame import FrameMode

FIRE = TrueFire("ridge", 30.0)


def refused(make: Callable[[], object]) -> str:
    with pytest.raises(InputRefused) as caught:
        make()
    assert caught.value.remedy
    return caught.value.code


def box(at_s: float, *, fire: str = "") -> TrueBox:
    return TrueBox(at_s, Label.SMOKE, 0.1, 0.2, 0.3, 0.4, fire)


def test_words_of_files_are_lower_case() -> None:
    for words in (FootageKind, Light, Sky, Season):
        assert all(word.value == word.name.lower() for word in words)


def test_who_says_nothing_allows_nothing() -> None:
    rights = Rights()
    assert (rights.may_train, rights.may_leave, rights.licence, rights.owner) == (
        False,
        False,
        "",
        "",
    )


def test_conditions_may_be_unknown_or_known() -> None:
    assert Conditions().range_m is None
    known = Conditions(Light.NIGHT, FrameMode.INFRARED, Sky.FOG, Season.WINTER, 4200.0)
    assert (known.light, known.range_m) == (Light.NIGHT, 4200.0)


@pytest.mark.parametrize("range_m", [0.0, -1.0, math.inf, math.nan])
def test_a_distance_that_cannot_be_is_refused(range_m: float) -> None:
    assert refused(lambda: Conditions(range_m=range_m)) == "footage_range"


def test_a_span_holds_its_beginning_and_not_its_end() -> None:
    span = Span(0.0, 10.0)
    assert [span.holds(at_s) for at_s in (-0.1, 0.0, 9.9, 10.0)] == [False, True, True, False]
    assert [Span(5.0).holds(at_s) for at_s in (4.9, 5.0, 1e9)] == [False, True, True]


@given(first=st.floats(-1e6, 1e6), lasts=st.floats(1e-3, 1e6), at=st.floats(-1e6, 2e6))
def test_two_spans_that_touch_share_no_frame(first: float, lasts: float, at: float) -> None:
    before, after = Span(first, first + lasts), Span(first + lasts)
    assert before.holds(at) + after.holds(at) == (at >= first)


@pytest.mark.parametrize(
    ("from_s", "until_s"),
    [(1.0, 1.0), (2.0, 1.0), (math.nan, None), (math.inf, None), (0.0, math.nan)],
)
def test_a_span_that_cannot_be_is_refused(from_s: float, until_s: float | None) -> None:
    assert refused(lambda: Span(from_s, until_s)) == "truth_span"


def test_a_fire_is_visible_where_somebody_could_see_it() -> None:
    assert TrueFire("a", 0.0).is_visible  # second 0 is a time
    assert not TrueFire("a", None, unseen="behind a ridge").is_visible
    whole = TrueFire(
        "a", 20.0, ignition_s=0.0, clear_s=60.0, until_s=60.0, lon_deg=0.0, lat_deg=0.0
    )
    assert (whole.lon_deg, whole.clear_s) == (0.0, 60.0)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: TrueFire("", 0.0), "truth_name"),
        (lambda: TrueFire("x" * 121, 0.0), "truth_name"),
        (lambda: TrueFire("a", math.inf), "truth_times"),
        (lambda: TrueFire("a", math.nan), "truth_times"),
        (lambda: TrueFire("a", 0.0, ignition_s=1.0), "truth_times"),
        (lambda: TrueFire("a", 5.0, clear_s=4.0), "truth_times"),
        (lambda: TrueFire("a", 5.0, clear_s=6.0, until_s=5.5), "truth_times"),
        (lambda: TrueFire("a", None, clear_s=6.0), "truth_times"),
        (lambda: TrueFire("a", 0.0, lon_deg=106.0), "truth_place"),
        (lambda: TrueFire("a", 0.0, lat_deg=29.0), "truth_place"),
        (lambda: TrueFire("a", 0.0, lon_deg=29.0, lat_deg=106.0), "truth_place"),
        (lambda: TrueFire("a", 0.0, lon_deg=181.0, lat_deg=0.0), "truth_place"),
        (lambda: TrueFire("a", 0.0, lon_deg=math.nan, lat_deg=0.0), "truth_place"),
    ],
)
def test_a_fire_that_cannot_be_is_refused(make: Callable[[], object], code: str) -> None:
    assert refused(make) == code


SIDES = [
    (0.5, 0.2, 0.5, 0.4),
    (0.5, 0.2, 0.4, 0.4),
    (0.1, 0.4, 0.3, 0.4),
    (-0.1, 0.2, 0.3, 0.4),
    (0.1, 0.2, 1.1, 0.4),
    (0.1, -0.2, 0.3, 0.4),
    (0.1, 0.2, 0.3, 1.4),
    (math.nan, 0.2, 0.3, 0.4),
]


@pytest.mark.parametrize("sides", SIDES)
def test_a_box_that_is_none_is_refused(sides: tuple[float, float, float, float]) -> None:
    assert refused(lambda: TrueBox(0.0, Label.FLAME, *sides)) == "truth_box"
    assert refused(lambda: Ignored(Span(0.0), *sides)) == "truth_region"


def test_a_box_at_no_time_is_refused() -> None:
    assert refused(lambda: box(math.nan)) == "truth_box"


def test_a_box_may_fill_the_picture_and_a_region_does_unless_told() -> None:
    whole = TrueBox(0.0, Label.FLAME, 0.0, 0.0, 1.0, 1.0)
    region = Ignored(Span(0.0), why="cloud shadow")
    assert (whole.x_min, whole.y_max) == (region.x_min, region.y_max) == (0.0, 1.0)


def test_nothing_burns_where_no_fire_is_named() -> None:
    assert Truth().shows_nothing
    assert Truth(boxed_at_s=(0.0, 1.0)).shows_nothing
    assert not Truth((FIRE,)).shows_nothing


def test_a_truth_may_have_boxes_of_its_fires_and_of_nobody() -> None:
    truth = Truth((FIRE,), (box(0.0), box(0.0, fire="ridge"), box(2.0)), (0.0, 1.0, 2.0))
    assert len(truth.boxes) == 3


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Truth((FIRE, TrueFire("ridge", 2.0))), "truth_name"),
        (lambda: Truth((FIRE,), (box(0.0, fire="other"),), (0.0,)), "truth_name"),
        (lambda: Truth((), (box(1.0), box(0.0)), (0.0, 1.0)), "truth_order"),
        (lambda: Truth((), (), (1.0, 0.0)), "truth_order"),
        (lambda: Truth((), (), (1.0, 1.0)), "truth_order"),
        (lambda: Truth((), (box(1.0),), (0.0,)), "truth_order"),
    ],
)
def test_a_truth_that_contradicts_itself_is_refused(make: Callable[[], object], code: str) -> None:
    assert refused(make) == code
