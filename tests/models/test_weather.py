"""Weather that cannot be is refused; the class of the day says whence it comes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InputRefused
from models.patrol import DangerClass
from models.weather import (
    DangerNow,
    DangerSource,
    FireCodes,
    FireDay,
    Reading,
    Signal,
    check_reading,
    signal_of,
)

NOW = datetime(2026, 4, 5, 5, 0, tzinfo=UTC)
READING = Reading("", NOW, 20.0, 40.0, 3.0, 0.0)


@given(st.floats(-60.0, 60.0), st.floats(0.0, 100.0), st.floats(0.0, 60.0), st.floats(0.0, 2000.0))
def test_what_can_be_is_taken_zeros_included(t: float, h: float, w: float, r: float) -> None:
    check_reading(Reading("南天门站", NOW, t, h, w, r), NOW)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"temperature_c": -60.1}, "weather_value"),
        ({"temperature_c": float("nan")}, "weather_value"),
        ({"humidity_percent": 100.1}, "weather_value"),
        ({"humidity_percent": -0.1}, "weather_value"),
        ({"wind_m_s": 60.1}, "weather_value"),
        ({"rain_24h_mm": float("inf")}, "weather_value"),
        ({"station": "x" * 81}, "weather_station"),
        ({"station": " x"}, "weather_station"),
        ({"station": "a\x00b"}, "weather_station"),
        ({"at": NOW + timedelta(minutes=6)}, "weather_time"),
        ({"at": NOW - timedelta(days=1200)}, "weather_time"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        check_reading(replace(READING, **changes), NOW)  # type: ignore[arg-type]
    assert caught.value.code == code


def test_four_colours_and_none_for_the_lowest_class() -> None:
    assert [signal_of(danger) for danger in DangerClass] == [
        Signal.NONE,
        Signal.BLUE,
        Signal.YELLOW,
        Signal.ORANGE,
        Signal.RED,
    ]


def test_danger_that_nobody_knows_or_of_another_day_is_not_low() -> None:
    assert DangerNow().reckoned is DangerClass.HIGH
    entered = DangerNow(DangerSource.ENTERED, DangerClass.LOW)
    assert entered.reckoned is DangerClass.LOW
    assert replace(entered, stale=True).reckoned is DangerClass.HIGH
    assert replace(entered, danger=DangerClass.EXTREME, stale=True).reckoned is DangerClass.EXTREME


def test_days_are_counted_from_the_start_up_values() -> None:
    codes = FireCodes(85.0, 6.0, 15.0, 0.0, 0.0, 0.0)
    day = FireDay("", date(2026, 4, 5), READING, codes, date(2026, 4, 5), (), DangerClass.LOW)
    assert day.days == 1
    assert replace(day, began_on=date(2026, 3, 5)).days == 32
