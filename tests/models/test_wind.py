"""The wind of the day: north is a direction, a calm has none, and it grows old."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from models.errors import InputRefused
from models.wind import CALM_M_S, STALE_AFTER, Wind, check_wind

AT = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(("from_deg", "towards_deg"), [(0.0, 180.0), (180.0, 0.0), (315.0, 135.0)])
def test_it_blows_to_the_other_side(from_deg: float, towards_deg: float) -> None:
    wind = Wind(from_deg, 3.0, AT, "li")
    assert wind.towards_deg == towards_deg
    assert not wind.calm


def test_below_beaufort_one_it_blows_nowhere() -> None:
    assert Wind(90.0, 0.0, AT, "li").calm
    assert Wind(90.0, CALM_M_S - 0.01, AT, "li").calm
    assert not Wind(90.0, CALM_M_S, AT, "li").calm


def test_after_three_hours_it_is_too_old() -> None:
    wind = Wind(0.0, 3.0, AT, "li")
    assert not wind.stale(AT + STALE_AFTER)
    assert wind.stale(AT + STALE_AFTER + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("from_deg", "speed_m_s"),
    [
        (360.0, 3.0), (-0.1, 3.0), (math.nan, 3.0), (math.inf, 3.0),
        (0.0, -0.1), (0.0, 60.1), (0.0, math.nan),
    ],
)  # fmt: skip
def test_a_wind_that_cannot_be_is_refused(from_deg: float, speed_m_s: float) -> None:
    with pytest.raises(InputRefused) as refused:
        check_wind(from_deg, speed_m_s)
    assert refused.value.code == "wind_refused"


def test_north_and_a_calm_and_the_strongest_are_winds() -> None:
    for from_deg, speed_m_s in ((0.0, 0.0), (359.9, 60.0)):
        check_wind(from_deg, speed_m_s)
