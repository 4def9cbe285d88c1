"""The fire weather index, against the published test series and what must hold of any weather.

Weather: the 48 days that Van Wagner and Pickett published with their program (Forestry Technical
Report 33, 1985). Codes: what the Canadian Forest Service's own implementation in R (cffdrs) makes
of them, an implementation that shares nothing with ours.
"""

import math
import warnings
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.fire_weather import danger_of, fire_days
from models.config import WeatherRule
from models.patrol import DangerClass
from models.weather import FireCodes, FireDay, Reading

ZONE = ZoneInfo("Asia/Shanghai")
RULE = WeatherRule()
CANADIAN = WeatherRule(latitude_deg=40.0)

SERIES = """
4 13 17 42 25 0 87.6494 8.54505 19.014 10.7762 8.49043 10.0362
4 14 20 21 25 2.4 86.2009 10.4019 23.568 8.77083 10.3553 9.22044
4 15 8.5 40 17 0 86.908 11.7983 26.052 6.4782 11.7392 7.51672
4 16 6.5 25 6 0 88.7592 13.1801 28.176 4.85066 13.1052 6.09501
4 17 13 34 24 0 89.0413 15.4362 31.47 12.5116 15.3374 14.7346
4 18 6 40 22 0.4 88.5883 16.469 33.504 10.5995 16.3685 13.3554
4 19 5.5 52 6 0 87.2785 17.237 35.448 3.92329 17.1413 5.79642
4 20 8.5 46 16 0 87.2785 18.4938 37.932 6.49368 18.396 9.50179
4 21 9.5 54 20 0 86.7295 19.6759 40.596 7.34665 19.5803 10.8784
4 22 7 93 14 9 29.8312 10.1447 29.5247 0.00662331 10.9141 0.00419136
4 23 6.5 71 17 1 49.3951 10.679 31.6487 0.357734 11.5852 0.234039
4 24 6 59 17 0 67.216 11.3847 33.6827 1.34637 12.3412 0.912918
4 25 13 52 4 0 77.7289 13.0255 36.9767 1.12601 13.8521 0.816221
4 26 15.5 40 11 0 85.4145 15.4401 40.7207 3.88038 15.8529 5.47411
4 27 23 25 9 0 91.4609 19.8221 45.8147 8.30586 19.7828 12.0793
4 28 19 46 16 0 89.8744 22.4534 50.1887 9.42255 22.3965 14.1963
4 29 18 41 20 0 89.8744 25.1854 54.3827 11.5267 25.1093 17.4972
4 30 14.5 51 16 0 88.36 27.0385 57.9467 7.58145 26.9574 13.1671
5 1 14.5 69 11 0 85.6441 28.3117 62.9607 4.00639 28.2494 7.9461
5 2 15.5 42 8 0 87.3232 30.8464 68.1547 4.36709 30.7792 9.00639
5 3 21 37 8 0 89.3279 34.5119 74.3387 5.82156 34.4282 12.1685
5 4 23 32 16 0 90.9307 38.8263 80.8827 10.9595 38.7198 20.8805
5 5 23 32 14 0 91.1519 43.1407 87.4267 10.2261 43.0131 20.9427
5 6 27 33 12 0 91.6058 48.0972 94.6907 9.8622 47.945 21.5579
5 7 28 17 27 0 95.1142 54.4558 102.135 34.2657 54.2611 52.3109
5 8 23.5 54 20 0 89.6503 57.435 108.769 11.1622 57.2409 25.7187
5 9 16 50 22 12.2 62.1996 29.9207 91.8026 1.40537 32.9739 3.01081
5 10 11 58 20 0 76.4374 31.2586 96.1866 2.29048 34.4932 5.34122
5 11 16 54 16 0 83.3326 33.3294 101.471 3.77048 36.6024 8.78643
5 12 21.5 37 9 0 88.6009 37.0778 107.745 5.51545 39.8618 12.6342
5 13 14 61 22 0.2 86.6169 38.6282 112.669 7.99689 41.6001 17.1974
5 14 15 30 27 0 89.5761 41.5952 117.773 15.7149 44.1807 28.6563
5 15 20 23 11 0 92.0697 45.8725 123.777 10.0146 47.6222 21.7208
5 16 14 95 3 16.4 21.3169 20.0857 96.8932 0.000247601 26.4591 0.000268897
5 17 20 53 4 2.8 51.0044 18.2351 102.897 0.225644 25.2731 0.23777
5 18 19.5 30 16 0 82.2126 22.0314 108.811 3.27266 29.2546 6.75766
5 19 25.5 51 20 6 75.3197 16.3742 106.332 2.13527 23.6454 3.80234
5 20 10 38 24 0 84.2683 18.186 110.536 6.3862 25.7717 11.2086
5 21 19 27 16 0 90.2514 22.0489 116.36 9.94562 29.9228 17.0956
5 22 26 46 11 4.2 77.5367 18.6711 117.651 1.57779 26.7351 2.91746
5 23 30 38 22 0 90.1668 23.7474 125.455 13.2946 32.2386 21.913
5 24 25.5 67 19 12.6 65.2849 13.1392 108.435 1.38858 20.1687 1.86212
5 25 12 53 28 11.8 55.3883 7.74033 91.5785 1.18299 12.7802 0.81836
5 26 21 38 8 0 80.7927 11.3476 97.7625 1.85162 17.5907 2.53186
5 27 13 70 20 3.8 61.7033 8.40599 97.7989 1.23766 13.8384 0.896632
5 28 9 78 24 1.4 64.4326 8.99097 101.823 1.72571 14.7302 1.94105
5 29 11 54 16 0 77.5731 10.4563 106.207 2.03573 16.782 2.7655
5 30 15.5 39 9 0 85.3678 13.1221 111.401 3.48569 20.274 5.71927
"""


def noon(day: date, hour: float = 13.0) -> datetime:
    local = datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(hours=hour)
    return local.astimezone(UTC)


def published() -> tuple[list[Reading], list[FireCodes]]:
    rows = [[float(cell) for cell in line.split()] for line in SERIES.strip().splitlines()]
    readings = [
        Reading(
            "", noon(date(1985, int(row[0]), int(row[1]))), row[2], row[3], row[4] / 3.6, row[5]
        )
        for row in rows
    ]
    return readings, [FireCodes(*row[6:]) for row in rows]


def test_the_published_series_comes_out_as_the_canadian_service_reckons_it() -> None:
    readings, wanted = published()
    found = fire_days(reversed(readings), CANADIAN, ZONE)[""]
    assert len(found) == len(wanted) == 48
    assert [one.day for one in found] == [one.at.astimezone(ZONE).date() for one in readings]
    for one, codes in zip(found, wanted, strict=True):
        assert one.codes.ffmc == pytest.approx(codes.ffmc, abs=2e-4)
        assert one.codes.dmc == pytest.approx(codes.dmc, abs=2e-3)
        assert one.codes.dc == pytest.approx(codes.dc, abs=2e-3)
        assert one.codes.bui == pytest.approx(codes.bui, rel=1e-3)
        assert one.codes.isi == pytest.approx(codes.isi, rel=2e-3, abs=1e-3)
        assert one.codes.fwi == pytest.approx(codes.fwi, rel=2e-3, abs=1e-3)
    assert (found[0].days, found[-1].days, found[-1].missing) == (1, 48, ())


def test_below_the_thirtieth_parallel_days_are_shorter_and_the_duff_dries_slower() -> None:
    readings, _ = published()
    north = fire_days(readings, CANADIAN, ZONE)[""][5].codes
    here = fire_days(readings, RULE, ZONE)[""][5].codes
    assert here.dmc < north.dmc
    assert here.dc == north.dc  # the published factors of the drought code change at 20 degrees


def reading(day: date, hour: float = 13.0, **changes: float) -> Reading:
    return replace(Reading("万隆", noon(day, hour), 25.0, 35.0, 3.0, 0.0), **changes)  # type: ignore[arg-type]


APRIL = [date(2026, 4, number) for number in range(1, 11)]


def chain(readings: list[Reading], rule: WeatherRule = RULE) -> list[FireDay]:
    return fire_days(readings, rule, ZONE).get("万隆", [])


def test_a_short_hole_is_told_and_carries_the_codes_as_they_were() -> None:
    whole = chain([reading(day) for day in APRIL[:2]])
    found = chain([reading(day) for day in (*APRIL[:2], *APRIL[4:6])])
    assert found[:2] == whole
    assert found[2].missing == found[3].missing == tuple(APRIL[2:4])
    assert found[2].began_on == APRIL[0]
    assert found[2].days == 5
    # The day after the hole is reckoned from the day before it, as if they were neighbours.
    assert found[2].codes == chain([reading(day) for day in APRIL[:3]])[2].codes


def test_a_long_hole_begins_anew_and_says_so() -> None:
    found = chain([reading(day) for day in (*APRIL[:3], APRIL[6])])
    assert (found[3].began_on, found[3].missing, found[3].days) == (APRIL[6], (), 1)
    assert found[3].codes == found[0].codes
    assert (
        chain([reading(APRIL[0]), reading(APRIL[2])], WeatherRule(longest_gap_days=0))[1].began_on
        == APRIL[2]
    )


def test_the_reading_nearest_to_noon_is_that_of_the_day_and_the_night_is_none() -> None:
    day = APRIL[0]
    near, far = reading(day, 12.5, temperature_c=20.0), reading(day, 14.0)
    assert [one.reading for one in chain([far, near])] == [near]
    assert [one.reading for one in chain([near, far])] == [near]
    assert chain([reading(day, 16.5), reading(day, 3.0)]) == []
    # 05:00 by UTC: the site's clock says that it is noon.
    assert chain([reading(day, 10.0)])[0].day == day


def test_stations_have_chains_of_their_own() -> None:
    wet = [replace(reading(day), station="南天门", rain_24h_mm=9.0) for day in APRIL[:3]]
    both = fire_days([*wet, *(reading(day) for day in APRIL[:3])], RULE, ZONE)
    assert set(both) == {"南天门", "万隆"}
    assert both["南天门"][-1].codes.fwi < both["万隆"][-1].codes.fwi


def test_start_up_values_come_from_the_settings() -> None:
    dry = WeatherRule(start_ffmc=95.0, start_dmc=60.0, start_dc=400.0)
    assert chain([reading(APRIL[0])], dry)[0].codes.fwi > chain([reading(APRIL[0])])[0].codes.fwi
    assert chain([reading(APRIL[0])], dry)[0].codes.dc == pytest.approx(
        400.0 + chain([reading(APRIL[0])])[0].codes.dc - 15.0
    )


def test_a_bound_belongs_to_the_class_above_it() -> None:
    found = [danger_of(fwi, RULE.classes) for fwi in (0.0, 5.19, 5.2, 11.2, 21.3, 37.9, 38.0, 90.0)]
    assert found == [1, 1, 2, 3, 4, 4, 5, 5]
    assert found[-1] is DangerClass.EXTREME


weathers = st.builds(
    Reading,
    st.just("万隆"),
    st.just(noon(APRIL[0])),
    st.floats(-60.0, 60.0),
    st.floats(0.0, 100.0),
    st.floats(0.0, 60.0),
    st.floats(0.0, 2000.0),
)
rules = st.builds(
    WeatherRule,
    latitude_deg=st.sampled_from([-40.0, 0.0, 29.0, 45.0]),
    start_ffmc=st.floats(0.0, 101.0),
    start_dmc=st.floats(0.0, 1000.0),
    start_dc=st.floats(0.0, 2000.0),
)


@given(weathers, rules, st.integers(1, 12))
@settings(deadline=None)
def test_any_weather_gives_numbers_within_their_scales(
    one: Reading, rule: WeatherRule, month: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (found,) = chain([replace(one, at=noon(date(2026, month, 9)))], rule)
    codes = found.codes
    values = (codes.ffmc, codes.dmc, codes.dc, codes.isi, codes.bui, codes.fwi)
    assert all(math.isfinite(value) and value >= 0.0 for value in values)
    assert codes.ffmc <= 101.0
    assert found.danger is danger_of(codes.fwi, rule.classes)


@given(weathers, rules)
@settings(deadline=None)
def test_a_day_without_rain_dries_and_frost_dries_nothing(one: Reading, rule: WeatherRule) -> None:
    (dry,) = chain([replace(one, rain_24h_mm=0.0)], rule)
    assert dry.codes.dmc >= rule.start_dmc - 1e-6
    assert dry.codes.dc >= rule.start_dc - 1e-6
    (wet,) = chain([one], rule)
    assert wet.codes.dmc <= dry.codes.dmc + 1e-6
    assert wet.codes.dc <= dry.codes.dc + 1e-6
    cold = replace(one, temperature_c=-20.0, rain_24h_mm=0.0, at=noon(date(2026, 1, 9)))
    (frost,) = chain([cold], rule)
    assert frost.codes.dmc == pytest.approx(rule.start_dmc, abs=1e-6)
