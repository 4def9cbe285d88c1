"""Drill fires: what is drawn is what is stated, and what is called visible is to be seen."""

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from camera_gateway.pictures import decode_jpeg
from camera_gateway.scene import SceneWeather, View
from detector.evaluate.footage import Moment, Recording, Sampling
from detector.replay.drill import EDGE_PX, FIRES_A_VIEW, HIDDEN_M, DrillFire, drill_fires
from detector.replay.drill_recording import DrillRecording, Views
from detector.replay.drill_sight import sight_of
from geo.camera import pixel_of_ray
from geo.horizon import PolarGround
from geo.rays import Ending, Rays, walk
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.detection import Label
from models.errors import InputRefused
from models.footage import Light, Sky
from models.frame import FrameMode
from models.site import HeightDatum

RELIEF = drill_relief()
SMALL = (320, 180)


@pytest.fixture(scope="module")
def fires() -> list[DrillFire]:
    return drill_fires(RELIEF, 160, 3)


def facts(fire: DrillFire) -> tuple[object, ...]:
    setting = fire.setting
    return fire.name, fire.place, fire.camera, setting.weather, setting.pose, fire.seed


def test_a_seed_always_gives_its_fires_and_fewer_are_the_first_of_more(
    fires: list[DrillFire],
) -> None:
    again = drill_fires(RELIEF, 21, 3)
    assert [facts(fire) for fire in again] == [facts(fire) for fire in fires[:21]]
    assert len({fire.name for fire in fires}) == len(fires)
    assert drill_fires(RELIEF, 1, 4)[0].place != fires[0].place
    assert max(len([f for f in fires if f.scene == each.scene]) for each in fires) <= FIRES_A_VIEW


def test_places_lie_in_the_picture_at_the_distances_that_are_asked_for(
    fires: list[DrillFire],
) -> None:
    ranges_m = [fire.sight.range_m for fire in fires]
    assert min(ranges_m) >= 800.0
    assert max(ranges_m) <= 12_000.0
    assert np.percentile(ranges_m, 10) < 2_500.0
    assert np.percentile(ranges_m, 90) > 7_000.0
    for fire in fires:
        pose, sight = fire.setting.pose, fire.sight
        x_px, y_px = pixel_of_ray(
            sight.bearing_deg, sight.elevation_deg, *fire.setting.size_px, pose
        )
        assert EDGE_PX <= x_px <= fire.setting.size_px[0] - EDGE_PX
        assert y_px <= fire.setting.size_px[1] - EDGE_PX


def test_the_camera_that_is_told_of_is_off_by_what_it_states(fires: list[DrillFire]) -> None:
    """Standardised errors of azimuth and tilt are standard normal, fire by fire."""
    z = []
    for fire in fires:
        true, stated = fire.setting.pose, fire.camera.presets[0].pose
        turn = (stated.azimuth_deg - true.azimuth_deg + 180.0) % 360.0 - 180.0
        z.append(turn / stated.azimuth_sigma_deg)
        z.append((stated.tilt_deg - true.tilt_deg) / stated.tilt_sigma_deg)
    assert np.mean(z) == pytest.approx(0.0, abs=4.0 / math.sqrt(len(z)))
    assert np.std(z) == pytest.approx(1.0, abs=4.0 / math.sqrt(2.0 * len(z)))
    off_m = [fire.camera.position.height_m - fire.setting.position.height_m for fire in fires]
    assert np.std(off_m) == pytest.approx(math.hypot(2.0, 5.0), rel=0.3)
    assert {fire.camera.position.height_datum for fire in fires} == {HeightDatum.GROUND}
    first, second = (fire.camera.presets[0].pose for fire in fires[:2])
    assert fires[0].scene == fires[1].scene
    assert first.azimuth_deg != second.azimuth_deg


def test_what_is_in_sight_is_met_by_an_independent_walk_and_the_rest_is_not(
    fires: list[DrillFire],
) -> None:
    """The locator's rays, over bare ground, end at the fires that trees do not hide either."""
    ends: dict[bool, list[float]] = {False: [], True: []}
    towers: dict[tuple[float, float], PolarGround] = {}
    for fire in fires:
        where, sight = fire.setting.position, fire.sight
        place = where.lon_deg, where.lat_deg
        if place not in towers:
            towers[place] = PolarGround.of(RELIEF.around(*place, 13_000.0, 60.0), 13_000.0)
        rays = Rays(
            np.array([sight.bearing_deg]),
            np.array([sight.elevation_deg]),
            lens_m=np.array([towers[place].ground_m + where.height_m]),
            refraction=np.array([0.13]),
            ground_bias_m=np.array([6.0]),  # tree tops
            bias_ramp_m=60.0,
        )
        met = walk(towers[place], rays, 13_000.0)
        reached_m = met.range_m[0] if met.ending[0] == Ending.GROUND else np.inf
        ends[fire.is_hidden].append(float(reached_m) / sight.range_m)
    assert len(ends[True]) > 5
    short = np.array(ends[False]) < 0.9
    assert short.mean() < 0.03  # cells of the walk are not those of the cast
    assert (np.array(ends[True]) < 0.99).mean() > 0.9
    assert all(fire.sight.hidden_m > HIDDEN_M for fire in fires if fire.is_hidden)


def test_conditions_are_drawn_and_told(fires: list[DrillFire]) -> None:
    told = [fire.conditions for fire in fires]
    assert {one.light for one in told} == {Light.DAY, Light.DUSK}
    assert {one.sky for one in told} >= {Sky.CLEAR, Sky.HAZE}
    assert len({one.season for one in told}) >= 3
    assert all(one.range_m == fire.sight.range_m for one, fire in zip(told, fires, strict=True))
    night = drill_fires(RELIEF, 3, 3, mode=FrameMode.INFRARED)
    assert {(one.conditions.light, one.conditions.mode) for one in night} == {
        (Light.NIGHT, FrameMode.INFRARED)
    }
    assert night[0].name.startswith("night-")


def near(fires: list[DrillFire], *, hidden: bool, **weather: Any) -> DrillFire:  # noqa: ANN401
    """The nearest fire in sight, or the one that is hidden deepest, in a small picture."""
    mine = [fire for fire in fires if fire.is_hidden is hidden]
    fire = min(mine, key=lambda one: -one.sight.hidden_m if hidden else one.sight.range_m)
    changed = replace(fire.setting.weather, **weather) if weather else fire.setting.weather
    return replace(fire, setting=replace(fire.setting, size_px=SMALL, weather=changed))


def test_a_recording_tells_what_is_to_be_seen(fires: list[DrillFire]) -> None:
    views = Views()
    recording: Recording = DrillRecording(near(fires, hidden=False), views)
    assert isinstance(recording, DrillRecording)
    moments = list(recording.moments(Sampling()))
    truth = recording.truth()
    assert [moment.at_s for moment in moments] == [*np.arange(-90.0, 481.0, 30.0)]
    boxed = [-90.0, -60.0, *(box.at_s for box in truth.boxes)]
    assert list(truth.boxed_at_s) == boxed
    assert all(
        (two.captured_at - one.captured_at).total_seconds() == 30.0
        for one, two in pairwise(moments)
    )
    (fire,) = truth.fires
    assert (fire.lon_deg, fire.lat_deg) == recording.fire.place
    assert fire.ignition_s == 0.0
    assert fire.unseen == ""
    assert fire.first_visible_s is not None
    assert 0.0 <= fire.first_visible_s <= 60.0
    quiet = pixels(moments[0])
    late = np.abs(pixels(moments[-1]) - quiet).max(axis=2)
    late[:60] = 0  # the banner stays, and the smoke may rise behind it
    rows, columns = np.nonzero(late > 40)
    box = truth.boxes[-1]
    assert box.label is Label.SMOKE
    inside = (columns / 320 >= box.x_min - 0.02) & (columns / 320 <= box.x_max + 0.02)
    inside &= (rows / 180 >= box.y_min - 0.02) & (rows / 180 <= box.y_max + 0.02)
    assert inside.mean() > 0.95
    assert len(rows) > 20
    assert recording.has_known_times
    assert recording.name == recording.fire.name


def pixels(moment: Moment) -> np.ndarray:
    assert isinstance(moment.picture, bytes)
    return decode_jpeg(moment.picture, "drill").astype(int)


def test_frames_may_be_left_out(fires: list[DrillFire]) -> None:
    recording = DrillRecording(near(fires, hidden=False))
    every = [moment.at_s for moment in recording.moments(Sampling(every=7))]
    assert every == [-90.0, 120.0, 330.0]
    slower = [moment.at_s for moment in recording.moments(Sampling(fps=1.0 / 120.0))]
    assert slower == [-90.0, 30.0, 150.0, 270.0, 390.0]


def test_what_nobody_could_see_is_told_with_its_reason(fires: list[DrillFire]) -> None:
    fog = near(fires, hidden=False, visibility_m=100.0)
    for fire, reason in ((fog, "haze"), (near(fires, hidden=True), "ridge")):
        views = Views()
        if reason == "ridge":  # a wall before everything
            wall = np.full((SMALL[1], SMALL[0]), 100.0, np.float32)
            views._kept[fire.scene] = View(
                np.full((*wall.shape, 3), 60, np.uint8), wall, fire.setting.weather
            )
        truth = DrillRecording(fire, views).truth()
        assert truth.fires[0].first_visible_s is None
        assert truth.fires[0].unseen == reason
        assert not truth.boxes


def test_at_night_a_flame_is_a_light(fires: list[DrillFire]) -> None:
    fire = near(fires, hidden=False, visibility_m=40_000.0)
    dark = replace(fire.setting.weather, sun_elevation_deg=-30.0)
    setting = replace(fire.setting, weather=dark, mode=FrameMode.INFRARED)
    black = View(
        np.full((SMALL[1], SMALL[0], 3), 7, np.uint8),
        np.full((SMALL[1], SMALL[0]), np.inf, np.float32),
        dark,
    )
    views = Views()
    views._kept[fire.scene] = black
    truth = DrillRecording(replace(fire, setting=setting), views).truth()
    assert {box.label for box in truth.boxes} == {Label.FLAME}
    assert truth.fires[0].first_visible_s is not None


def test_views_are_shared_and_few_are_kept(fires: list[DrillFire]) -> None:
    views = Views(1)
    tiny = [replace(one, setting=replace(one.setting, size_px=(48, 27))) for one in fires]
    other = next(one for one in tiny if one.scene != tiny[0].scene)
    first = views.of(tiny[0])
    assert views.of(tiny[1]) is first
    views.of(other)
    assert views.of(tiny[0]) is not first


def test_a_sight_over_the_edge_of_the_relief_is_none() -> None:
    west, south, _, _ = RELIEF.bounds_deg
    assert sight_of(RELIEF, west + 0.01, south + 0.01, 900.0, 180.0, 5_000.0) is None


def test_a_relief_without_places_is_refused() -> None:
    void = Terrain("void", np.full((60, 60), np.nan, np.float32), 100.0, 30.0, 0.001)
    tiny = Terrain("tiny", np.zeros((8, 8), np.float32), 100.0, 30.0, 0.0005)
    for terrain in (void, tiny):  # nothing in the middle; nothing far enough away
        with pytest.raises(InputRefused) as refused:
            drill_fires(terrain, 1)
        assert refused.value.code == "drill_relief"
        assert refused.value.remedy


def test_weather_of_a_drill_is_one_frozen_value() -> None:
    with pytest.raises(AttributeError):
        SceneWeather().cloud = 1.0  # type: ignore[misc]
