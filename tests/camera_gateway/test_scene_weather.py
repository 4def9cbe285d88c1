"""A drill's weather, light and law of smoke, each against the physics that it states."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera_gateway.light import light_of
from camera_gateway.scene import DrillPictures, Plume, SceneWeather, Setting, View
from camera_gateway.scene.flame import Flame
from camera_gateway.scene.infrared import LAMP_M, lamp_lit, lit_by_lamp
from camera_gateway.scene.pictures import BANNER_HEIGHT_PX, Kept
from camera_gateway.scene.view import AIR, Fineness, Ground, lens_height_m, render_from
from camera_gateway.scene.weather import season_of
from camera_gateway.sources.drill import DrillScene
from geo.relief import drill_relief
from models.clock import ManualClock
from models.errors import InputRefused
from models.footage import Light, Season, Sky
from models.frame import FrameMode
from models.light import Light as SeenLight
from models.site import HeightDatum, Pose, Position

RELIEF = drill_relief()
TOWER = Position(-84.25583333, 36.23666666, 30.0, HeightDatum.GROUND)
POSE = Pose(40.0, -1.0, 0.0, 60.0)
FIRE = (-84.24609303389217, 36.2812624781613)
SIZE = (320, 180)
NIGHT = SceneWeather(sun_elevation_deg=-20.0)
BEFORE = {
    # Means of 60 x 80 pixels as the scene drew them before it knew any weather.
    0: [(145.19, 147.54, 131.2), (153.5, 147.8, 132.94), (47.38, 83.06, 67.82)],
    20: [(142.41, 145.4, 129.96), (153.45, 147.8, 132.96), (47.36, 83.09, 67.81)],
}


COARSE = Fineness(1, 1.01, 25.0)
GROUND = Ground.grown(RELIEF, TOWER, 7)
LENS_M = lens_height_m(RELIEF, TOWER)


def seen(weather: SceneWeather) -> View:
    """Rendered coarsely, all over one ground: a fortieth of a second each."""
    return render_from(GROUND, LENS_M, POSE, SIZE, 7, COARSE, weather=weather)


@pytest.fixture(scope="module")
def clear() -> View:
    return seen(SceneWeather())


def test_without_weather_the_pictures_are_those_of_before(clock: ManualClock) -> None:
    scene = DrillScene(RELIEF, TOWER, POSE, plume=FIRE, clock=clock, size_px=SIZE)
    for number, known in BEFORE.items():
        cells = scene.draw(number).astype(float).reshape(3, 60, 4, 80, 3).mean(axis=(1, 3))
        assert cells[(1, 1, 2), (0, 3, 0)] == pytest.approx(np.array(known), abs=0.3)


def test_haze_takes_contrast_as_koschmieder_says(clear: View) -> None:
    """Against the air of the horizon, pixel by pixel: a fiftieth is left at the visibility."""
    hazy = seen(SceneWeather(visibility_m=15_000.0))
    before, now = (AIR[0] - view.image[..., 0].astype(float) for view in (clear, hazy))
    more = math.log(50.0) * (1.0 / 15_000.0 - 1.0 / SceneWeather().visibility_m)
    for near_m, far_m in ((500.0, 2_500.0), (3_500.0, 4_500.0), (8_000.0, 12_000.0)):
        there = (clear.range_m > near_m) & (clear.range_m < far_m)
        told = before[there] * np.exp(-clear.range_m[there] * more)
        assert now[there].mean() == pytest.approx(told.mean(), abs=1.0)
        assert there.sum() > 10


def test_the_sun_makes_shadows_and_clouds_take_them(clear: View) -> None:
    near = (clear.range_m > 300.0) & (clear.range_m < 6_000.0)
    east, west, dull = (
        seen(SceneWeather(sun_azimuth_deg=azimuth, cloud=cloud)).image[near].astype(float)
        for azimuth, cloud in ((90.0, 0.0), (270.0, 0.0), (90.0, 1.0))
    )
    moved = np.abs(east - west).mean()
    other_sun = seen(SceneWeather(sun_azimuth_deg=270.0, cloud=1.0)).image[near].astype(float)
    assert np.abs(dull - other_sun).mean() < 0.1 * moved
    assert dull.std() < 0.9 * east.std()


def test_seasons_tint_the_leaves_and_not_the_sky(clear: View) -> None:
    sky, near = ~np.isfinite(clear.range_m), clear.range_m < 2_000.0
    autumn = seen(SceneWeather(season=Season.AUTUMN))
    assert (autumn.image[sky] == clear.image[sky]).all()
    for view, least, most in ((autumn, 1.0, 2.0), (clear, 0.5, 0.9)):
        red, green = (view.image[near][:, channel].mean() for channel in (2, 1))
        assert least < red / green < most


def test_it_darkens_from_day_to_night(clear: View) -> None:
    suns_deg = (1.0, -5.0, -9.0, -20.0)
    means = [seen(SceneWeather(sun_elevation_deg=each)).image.mean() for each in suns_deg]
    means.insert(0, clear.image.mean())
    assert means == sorted(means, reverse=True)
    assert means[-1] < 10.0
    assert [
        SceneWeather(sun_elevation_deg=each).light for each in (42.0, 6.0, 5.9, -6.0, -6.1)
    ] == [Light.DAY, Light.DAY, Light.DUSK, Light.DUSK, Light.NIGHT]
    assert SceneWeather().grain == 1.0
    assert NIGHT.grain == 4.0


def test_infrared_is_grey_and_sees_by_its_lamp_at_night(clear: View) -> None:
    day, night = (
        Setting(RELIEF, TOWER, POSE, SIZE, 7, weather, FrameMode.INFRARED)
        for weather in (SceneWeather(), NIGHT)
    )
    lit = lit_by_lamp(seen(lamp_lit(NIGHT)), NIGHT)
    assert lamp_lit(SceneWeather()) == SceneWeather()
    assert lit_by_lamp(clear, SceneWeather()) is clear
    for setting, view in ((day, clear), (night, lit)):
        drawn = DrillPictures(setting, None).draw(view, -1.0, 0)
        below = drawn[BANNER_HEIGHT_PX:]
        assert (below == below[..., :1]).all()
        assert light_of(np.ascontiguousarray(below)) is SeenLight.INFRARED
    dark = DrillPictures(night, None).clean(lit, -1.0).astype(float)
    levels = [
        dark[(clear.range_m > LAMP_M * more) & (clear.range_m < LAMP_M * 1.2 * more)].mean()
        for more in (1.0, 2.0, 4.0)
    ]
    black = dark[clear.range_m > 6_000.0].mean()
    above = [level - black for level in levels]
    assert above[1] / above[0] == pytest.approx(0.25, rel=0.35)
    assert above[2] / above[1] == pytest.approx(0.25, rel=0.35)


def test_a_flame_shines_in_the_dark_only_and_no_ridge_lets_it_through() -> None:
    flame = Flame((60.0, 40.0), range_m=4_000.0, pixels_per_metre=0.2, seed=3)

    def lit(weather: SceneWeather, range_m: float, burning_s: float = 120.0) -> float:
        view = View(np.zeros((80, 120, 3), np.uint8), np.full((80, 120), range_m, np.float32))
        drawn = flame.draw(view.image, replace(view, weather=weather), burning_s)
        return float(drawn.max())

    assert lit(SceneWeather(), 4_000.0) == 0.0
    assert lit(NIGHT, 4_000.0, -1.0) == 0.0
    assert lit(NIGHT, 4_000.0) > 200.0
    assert lit(NIGHT, 2_000.0) == 0.0
    dusk = [lit(SceneWeather(sun_elevation_deg=each), 4_000.0) for each in (-7.0, -1.0, 5.0)]
    assert dusk == sorted(dusk, reverse=True)
    assert dusk[0] > 200.0
    assert dusk[2] < 50.0  # no beacon in the evening sun
    fog = replace(NIGHT, visibility_m=900.0)
    assert lit(fog, 4_000.0) < 5.0
    view = View(np.zeros((80, 120, 3), np.uint8), np.full((80, 120), np.inf, np.float32), NIGHT)
    first, again = (flame.draw(view.image, view, 60.0) for _ in range(2))
    assert (first == again).all()
    beside = Flame((-4_000.0, 40.0), range_m=4_000.0, pixels_per_metre=0.2, seed=3)
    assert not beside.draw(view.image, view, 60.0).any()


def quiet(range_m: float = np.inf) -> View:
    return View(np.full((300, 400, 3), 60, np.uint8), np.full((300, 400), range_m, np.float32))


def plume(wind_ms: float = 1.9, *, keeps_mass: bool = True, cross_wind: float = 1.0) -> Plume:
    return Plume(
        (100.0, 260.0),
        range_m=3_000.0,
        pixels_per_metre=0.4,
        cross_wind=cross_wind,
        seed=3,
        wind_ms=wind_ms,
        keeps_mass=keeps_mass,
    )


def changed(drawn: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(drawn.astype(int) - 60).max(axis=2))


@pytest.mark.parametrize("keeps_mass", [False, True])
def test_wind_bends_smoke_and_keeps_it_low(*, keeps_mass: bool) -> None:
    tops, leans = [], []
    for wind_ms in (0.0, 2.0, 8.0):
        rows, columns = np.nonzero(
            changed(plume(wind_ms, keeps_mass=keeps_mass).draw(quiet(), 60.0)) > 6
        )
        tops.append(260 - rows.min())
        leans.append(columns.mean() - 100.0)
    assert tops == sorted(tops, reverse=True)
    assert leans == sorted(leans)
    young = [plume(wind)._puff(0, 4.0).up_m for wind in (1.0, 8.0)]
    assert young[1] / young[0] == pytest.approx(0.5, rel=0.2)  # Briggs: 8 to the power -1/3


def test_smoke_that_keeps_its_mass_is_densest_at_its_foot_and_not_below() -> None:
    kept, sketched = (
        changed(plume(keeps_mass=keeps, cross_wind=0.3).draw(quiet(), 90.0))
        for keeps in (True, False)
    )
    assert not kept[262:].any()
    foot, head = slice(248, 261), slice(180, 230)
    ratios = [each[foot].max() / each[head].max() for each in (kept, sketched)]
    assert ratios[0] > 0.75  # seen at once with the head, by its own brightness
    assert ratios[1] < 0.6
    assert np.flatnonzero((kept > 6).any(axis=1))[-1] >= 256


def test_what_a_puff_holds_stays_while_it_grows() -> None:
    one = plume(cross_wind=0.0)
    held = [
        sum(puff.depth * puff.radius_m**2 for puff in (one._puff(0, age_s, 5),))
        * math.exp(age_s / 420.0)
        for age_s in (1.0, 10.0, 100.0, 300.0)
    ]
    assert max(held) / min(held) == pytest.approx(1.0, rel=1e-6)


def test_the_weather_of_a_moment_has_its_sun_and_season() -> None:
    place = Position(106.65, 28.85, 400.0, HeightDatum.SEA_LEVEL)
    noon = SceneWeather.at(place, datetime(2026, 6, 21, 4, 54, tzinfo=UTC), cloud=0.2)
    assert noon.sun_elevation_deg == pytest.approx(90.0 - 28.85 + 23.44, abs=0.3)
    assert (noon.season, noon.light, noon.sky) == (Season.SUMMER, Light.DAY, Sky.CLEAR)
    night = SceneWeather.at(place, datetime(2026, 12, 21, 17, 0, tzinfo=UTC))
    assert (night.season, night.light) == (Season.WINTER, Light.NIGHT)
    assert season_of(datetime(2026, 12, 21, tzinfo=UTC), -33.0) is Season.SUMMER
    assert season_of(datetime(2026, 4, 1, tzinfo=UTC), 29.0) is Season.SPRING
    assert season_of(datetime(2026, 10, 1, tzinfo=UTC), 29.0) is Season.AUTUMN


def test_words_for_the_sky() -> None:
    skies = [
        SceneWeather(visibility_m=visibility_m, cloud=cloud).sky
        for visibility_m, cloud in ((500.0, 0.0), (5_000.0, 1.0), (20_000.0, 0.9), (20_000.0, 0.3))
    ]
    assert skies == [Sky.FOG, Sky.HAZE, Sky.CLOUD, Sky.CLEAR]
    assert SceneWeather(wind_from_deg=200.0).wind_toward_deg == pytest.approx(20.0)


@settings(max_examples=60)
@given(
    field=st.sampled_from(
        [
            "visibility_m",
            "sun_azimuth_deg",
            "sun_elevation_deg",
            "cloud",
            "wind_from_deg",
            "wind_ms",
        ]
    ),
    value=st.sampled_from([math.nan, math.inf, -math.inf]),
)
def test_weather_that_cannot_be_is_refused(field: str, value: float) -> None:
    with pytest.raises(InputRefused, match="weather"):
        replace(SceneWeather(), **{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [{"visibility_m": 99.0}, {"cloud": 1.01}, {"wind_ms": -1.0}, {"sun_elevation_deg": 91.0}],
)
def test_weather_out_of_range_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputRefused) as refused:
        replace(SceneWeather(), **wrong)  # type: ignore[arg-type]
    assert refused.value.code == "drill_weather"


def test_the_scene_knows_no_heat() -> None:
    with pytest.raises(InputRefused) as refused:
        Setting(RELIEF, TOWER, POSE, SIZE, mode=FrameMode.THERMAL)
    assert refused.value.code == "drill_mode"


def test_a_view_is_rendered_once() -> None:
    kept = Kept(Setting(RELIEF, TOWER, POSE, (32, 18)))
    assert kept.view() is kept.view()
    lamp = Setting(RELIEF, TOWER, POSE, (32, 18), 7, NIGHT, FrameMode.INFRARED).view()
    assert lamp.weather == NIGHT
    assert lamp.image.mean() < 0.5 * kept.view().image.mean()
