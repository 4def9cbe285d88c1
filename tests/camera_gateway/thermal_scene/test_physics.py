"""The physics of the scene of heat against numbers that are not ours."""

import math
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.thermal.scene.drawing import extinction_per_m
from camera_gateway.thermal.scene.ground import (
    LAGS_MIN,
    MATERIALS,
    Surface,
    lag_weights,
    loss_w_m2_k,
    shade_c,
)
from camera_gateway.thermal.scene.heat_scene import PLACE
from camera_gateway.thermal.scene.radiance import apparent_c, band_radiance, planck_w_m2_sr
from camera_gateway.thermal.scene.smoulder import HOT_C, Smoulder
from camera_gateway.thermal.scene.weather import (
    DAY_MIN,
    Moment,
    StandWeather,
    clear_beam_w_m2,
    sky_c,
)

STEFAN_BOLTZMANN = 5.670374e-8
CHINA = timezone(timedelta(hours=8))
SUMMER = datetime(2026, 8, 5, tzinfo=CHINA)


def moment(**changed: float) -> Moment:
    values = {
        "air_c": 20.0,
        "dew_c": 10.0,
        "cloud": 0.0,
        "rain_mm_h": 0.0,
        "wet": 0.0,
        "wind_m_s": 0.4,
        "mist_per_m": 0.0003,
        "sun_azimuth_deg": 180.0,
        "sun_elevation_deg": 50.0,
        "beam_w_m2": 800.0,
        "diffuse_w_m2": 100.0,
    }
    return Moment(**(values | changed))


@pytest.mark.parametrize(
    ("kelvin", "share"),
    # Tables of black-body fractions: F(14 um T) - F(8 um T), e.g. 0.516014 - 0.140256 at 300 K.
    [(300.0, 0.516014 - 0.140256), (500.0, 0.808109 - 0.480877)],
)
def test_the_band_holds_its_share_of_stefan_and_boltzmann(kelvin: float, share: float) -> None:
    whole = STEFAN_BOLTZMANN * kelvin**4 / math.pi
    assert planck_w_m2_sr(kelvin) == pytest.approx(share * whole, rel=2e-4)


@given(st.floats(-100.0, 1200.0))
def test_degrees_come_back_from_radiance(celsius: float) -> None:
    assert float(apparent_c(band_radiance([celsius]))[0]) == pytest.approx(celsius, abs=0.01)


def test_parts_of_a_pixel_mix_as_radiance() -> None:
    cold, hot = (float(one) for one in band_radiance([20.0, 600.0]))
    mixed = float(apparent_c(np.array([0.99 * cold + 0.01 * hot]))[0])
    assert mixed == pytest.approx(36.75, abs=0.05)


def test_the_tables_end_where_they_end() -> None:
    low, high = band_radiance([-500.0, 5000.0])
    assert apparent_c(np.array([low, high])).tolist() == pytest.approx([-120.0, 1500.0], abs=0.5)


def test_the_clear_sky_is_colder_than_the_air_and_clouds_hide_it() -> None:
    # Swinbank by hand: 0.0552 x 293.15^1.5 = 277.06 K.
    assert sky_c(20.0, 0.0) == pytest.approx(3.91, abs=0.02)
    assert sky_c(20.0, 1.0) == pytest.approx(17.0)


def test_the_clear_beam_is_that_of_meinel() -> None:
    assert clear_beam_w_m2(90.0) == pytest.approx(1353.0 * 0.7, rel=2e-3)
    assert clear_beam_w_m2(30.0) == pytest.approx(1353.0 * 0.7 ** (1.995**0.678), rel=2e-3)
    assert clear_beam_w_m2(0.0) == clear_beam_w_m2(-20.0) == 0.0


def test_rain_takes_what_it_takes() -> None:
    # Carbonneau and Wisely: 10 mm/h 5.03 dB a kilometre, 32 per cent of the light over 1 km.
    dry = extinction_per_m(moment())
    rain = extinction_per_m(moment(rain_mm_h=10.0)) - dry
    assert math.exp(-1000.0 * rain) == pytest.approx(10 ** (-0.503), rel=0.01)


@pytest.mark.parametrize("kind", list(Surface))
def test_warming_comes_in_by_parts_that_never_exceed_the_whole(kind: Surface) -> None:
    weights = lag_weights(MATERIALS[kind])
    assert len(weights) == len(LAGS_MIN)
    assert weights.min() >= 0.0
    # What is older than the last lag and an hour is forgotten: a third of the rocks' at most.
    assert 0.75 <= weights.sum() <= 1.0
    assert sum(share for share, _ in MATERIALS[kind].responses) == pytest.approx(1.0)


def test_what_the_sun_adds_is_less_than_the_rule_allows_in_calm_air() -> None:
    """Above 30 degrees of sun, where it has shone for hours: the limit's 47 K at noon."""
    for kind in Surface:
        loss = loss_w_m2_k(MATERIALS[kind], 0.3, 30.0)
        steady = MATERIALS[kind].absorbed * clear_beam_w_m2(80.0) / loss
        assert 0.0 <= steady <= 60.0
    litter = MATERIALS[Surface.LITTER]
    assert loss_w_m2_k(litter, 2.0, 30.0) > loss_w_m2_k(litter, 0.2, 30.0)


@pytest.fixture(scope="module")
def summer() -> StandWeather:
    return StandWeather(3, PLACE, SUMMER, 10)


def test_days_are_warm_and_nights_cool(summer: StandWeather) -> None:
    days = summer.air_c[DAY_MIN : 11 * DAY_MIN].reshape(10, DAY_MIN)
    assert 18.0 < float(days.mean()) < 36.0
    hours = days.mean(axis=0).reshape(24, 60).mean(axis=1)
    assert 12 <= int(hours.argmax()) <= 17
    assert 3 <= int(hours.argmin()) <= 8
    assert float(summer.dew_c.max()) <= float(summer.air_c.max())
    assert bool((summer.dew_c <= summer.air_c).all())


def test_rain_falls_on_its_days_and_wets(summer: StandWeather) -> None:
    for day in range(10):
        part = slice((day + 1) * DAY_MIN, (day + 2) * DAY_MIN)
        assert (float(summer.rain_mm_h[part].sum()) > 0.0) == (day in summer.rain_days)
    assert 1 <= len(summer.rain_days) <= 2
    assert 0.0 <= float(summer.wet.min()) <= float(summer.wet.max()) <= 1.0
    assert bool((summer.cloud[summer.rain_mm_h > 0.0] == 1.0).all())


def test_danger_falls_with_rain_and_rises_after_it(summer: StandWeather) -> None:
    classes = [
        summer.danger_class(SUMMER + timedelta(days=day, hours=hour))
        for day in range(10)
        for hour in (0, 23)
    ]
    assert classes[::2] == classes[1::2]
    assert min(classes) == 1
    assert max(classes) <= 5
    assert all(classes[2 * day] == 1 for day in summer.rain_days)


def test_the_end_of_the_last_day_has_a_danger_too(summer: StandWeather) -> None:
    assert 1 <= summer.danger_class(SUMMER + timedelta(days=10)) <= 5


def test_outside_the_days_there_is_no_weather(summer: StandWeather) -> None:
    for at in (SUMMER - timedelta(seconds=1), SUMMER + timedelta(days=10, seconds=1)):
        with pytest.raises(ValueError, match="outside the 10 days"):
            summer.at(at)


def test_shade_stays_near_the_air(summer: StandWeather) -> None:
    shade = shade_c(summer)
    below = shade[:, DAY_MIN:] - summer.air_c[DAY_MIN:]
    for kind in (Surface.LITTER, Surface.SOIL, Surface.BARK, Surface.FOLIAGE):
        assert float(below[kind].min()) > -5.0
        assert float(below[kind].max()) < 7.0
    # Rock keeps the day's warmth into the night, and a roof loses it to the sky.
    night = np.arange(DAY_MIN + 120, 11 * DAY_MIN, DAY_MIN) - DAY_MIN
    assert float(below[Surface.ROCK, night].mean()) > float(below[Surface.LITTER, night].mean())
    assert float(below[Surface.ROOF, night].mean()) < float(below[Surface.LITTER, night].mean())
    assert float(below[Surface.SKY].max()) < 0.0


def smoulder(rate_m_h: float = 0.3) -> Smoulder:
    return Smoulder(1, right_m=0.0, ahead_m=15.0, rate_m_h=rate_m_h, crest_c=500.0, lasts_min=300.0)


@given(st.floats(0.05, 0.6), st.floats(1.0, 300.0))
def test_a_front_burns_no_more_than_it_can_have_reached(rate_m_h: float, minute: float) -> None:
    burning = smoulder(rate_m_h).at(minute, 20.0)
    fastest_m = rate_m_h / 60.0 * minute * 1.8 * 1.2 + 0.05
    away = np.hypot(burning.right_m, burning.ahead_m - 15.0)
    assert len(away) == 0 or float(away.max()) <= fastest_m
    assert len(away) == 0 or float(burning.celsius.max()) <= 500.0


def test_a_start_grows_and_goes_out() -> None:
    fire = smoulder()
    assert len(fire.at(0.0, 20.0).celsius) == 0
    areas = [np.count_nonzero(fire.at(minute, 20.0).hot) * 0.0025 for minute in (20.0, 60.0, 120.0)]
    assert 0.0 < areas[0] < areas[1] < areas[2]
    out = fire.at(300.0 + 600.0, 20.0)
    assert float(out.celsius.max()) < HOT_C
    assert fire.flames(900.0, np.random.default_rng(1)) == (0.0, 0.0)


def test_flames_come_and_go_once_a_square_metre_burns() -> None:
    fire = smoulder(0.6)
    assert fire.flames(10.0, np.random.default_rng(1)) == (0.0, 0.0)
    seen = [fire.flames(250.0, np.random.default_rng(seed)) for seed in range(40)]
    assert any(wide == 0.0 for wide, _ in seen)
    assert any(0.05 < wide <= 1.5 and 0.0 < high <= 2.0 for wide, high in seen)
