"""Numbers come out as people read them, in both languages, and keep their sign and unit."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.report.numbers import (
    clock,
    count,
    duration,
    interval,
    length,
    measured,
    moment,
    rounded,
)
from detector.report.shape import Measure


def measure(name: str, unit: str = "", **ends: float | None) -> Measure:
    low, high = ends.get("low"), ends.get("high")
    return Measure(name, ends.get("value"), low, high, None, None, unit, "higher")


@pytest.mark.parametrize(
    ("time_s", "zh", "en"),
    [
        (0.0, "0 秒", "0 s"),
        (45.0, "45 秒", "45 s"),
        (119.0, "119 秒", "119 s"),
        (150.0, "2.5 分钟", "2.5 min"),
        (-2400.0, "\u221240 分钟", "\u221240 min"),
        (9000.0, "2.5 小时", "2.5 h"),
        (3 * 86_400.0, "3 天", "3 d"),
    ],
)
def test_times_are_told_in_the_unit_that_suits_them(time_s: float, zh: str, en: str) -> None:
    said = duration(time_s)
    assert (said.zh, said.en) == (zh, en)


def test_moments_carry_their_sign_and_lengths_their_unit() -> None:
    assert moment(0.0).en == "0"
    assert moment(240.0).en == "+4 min"
    assert moment(-30.0).zh == "\u221230 秒"
    assert (length(842.4).en, length(12_340.0).zh) == ("842 m", "12.3 公里")
    assert clock("2026-04-05T03:00:00.250000Z") == "2026-04-05 03:00:00"
    assert clock("2026-04-05T03:00:00+00:00") == "2026-04-05 03:00:00"
    assert (count(12_345), count(0.756)) == ("12,345", "0.76")


@pytest.mark.parametrize(
    ("name", "unit", "value", "signed", "says"),
    [
        ("event_recall", "", 0.9231, False, "92.3 %"),
        ("event_recall", "", -0.05, True, "\u22125.0 %"),
        ("ap50_smoke", "", 0.5234, False, "0.523"),
        ("ap50_smoke", "", 0.0101, True, "+0.010"),
        ("ap50_smoke", "", -0.00001, True, "0.000"),
        ("early_alarms", "", 3.0, False, "3"),
        ("early_alarms", "", 5.57164, False, "5.57"),
        ("false_alarms_per_camera_day", "1/camera-day", 0.1234, False, "0.123"),
        ("time_to_detect_frames", "frames", 2.0, False, "2 frames"),
        ("time_to_detect_frames", "frames", -1.0, True, "\u22121 frame"),
        ("time_to_detect_s", "s", 90.0, True, "+90 s"),
        ("location_error_m", "m", 0.0, False, "0 m"),
        ("location_error_m", "m", None, False, "\u2013"),
    ],
)
def test_a_figure_is_told_with_its_unit(
    name: str, unit: str, value: float | None, says: str, *, signed: bool
) -> None:
    assert measured(measure(name, unit), value, signed=signed).en == says


def test_an_interval_has_both_ends_or_none() -> None:
    assert interval(measure("precision", low=0.5, high=1.0)).en == "50.0 % to 100.0 %"
    assert interval(measure("precision", low=0.0, high=0.0)).zh == "0.0 % 至 0.0 %"
    assert interval(measure("precision", low=0.5)).en == ""


@settings(max_examples=60)
@given(st.floats(-1e12, 1e12), st.integers(1, 6))
def test_rounding_keeps_the_value_within_its_digits(number: float, digits: int) -> None:
    said = float(rounded(number, digits).replace(",", "").replace("\u2212", "-"))
    if abs(number) >= 1e-3:
        assert math.isclose(said, number, rel_tol=0.6 * 10.0 ** (1 - digits), abs_tol=0.51)
    assert rounded(number, digits, signed=True)[0] in "+\u22120"
