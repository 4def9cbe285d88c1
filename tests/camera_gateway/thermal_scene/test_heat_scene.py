"""A node's days: frames that repeat, their truth, what crosses them, and the sensor."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.thermal import read_thermal
from camera_gateway.thermal.scene import Eye, HeatScene, encode_frame
from camera_gateway.thermal.scene.drawing import draw_blob, draw_burning, draw_sun
from camera_gateway.thermal.scene.ground import Surface
from camera_gateway.thermal.scene.heat_scene import BEGINS_AT
from camera_gateway.thermal.scene.movers import Blob, Visit, visits_of
from camera_gateway.thermal.scene.radiance import apparent_c, band_radiance
from camera_gateway.thermal.scene.sensor import SHUT, Sensor, image_of
from camera_gateway.thermal.scene.smoulder import Burning
from camera_gateway.thermal.scene.weather import Moment
from detector.thermal import find_spots, sunlit_excess_k
from models.thermal import ThermalEncoding, ThermalScale

EYE = Eye()
CALM = Moment(
    air_c=20.0,
    dew_c=10.0,
    cloud=0.0,
    rain_mm_h=0.0,
    wet=0.0,
    wind_m_s=0.4,
    mist_per_m=0.0,
    sun_azimuth_deg=EYE.azimuth_deg,
    sun_elevation_deg=5.0,
    beam_w_m2=300.0,
    diffuse_w_m2=50.0,
)


@pytest.fixture(scope="module")
def scene() -> HeatScene:
    return HeatScene(1, days=4)


def noon(scene: HeatScene, day: int, hour: float = 12.0) -> datetime:
    return scene.weather.begins_at + timedelta(days=day, hours=hour)


def in_view(scene: HeatScene) -> datetime:
    at = scene.in_view_at()
    assert at is not None
    return at


def test_any_order_gives_the_same_frames(scene: HeatScene) -> None:
    moments = [noon(scene, day, hour) for day in (0, 2) for hour in (3.0, 9.5, 14.0)]
    forwards = [scene.frame(at).levels for at in moments]
    other = HeatScene(1, days=4)
    backwards = [other.frame(at).levels for at in reversed(moments)]
    for one, two in zip(forwards, reversed(backwards), strict=True):
        assert one.tobytes() == two.tobytes()
    assert not np.array_equal(forwards[0], HeatScene(2, days=4).frame(moments[0]).levels)


def test_a_frame_is_a_picture_of_heat(scene: HeatScene) -> None:
    image = scene.frame(noon(scene, 1))
    assert image.scale is ThermalScale.CELSIUS
    assert image.size_px == (160, 120)
    assert image.levels.dtype == np.float32
    assert bool(np.isfinite(image.levels).all())
    fine = HeatScene(1, days=1, eye=Eye(384, 288, 50.0), has_start=False)
    assert fine.frame(noon(fine, 0)).size_px == (384, 288)


def test_outside_its_days_there_is_no_frame(scene: HeatScene) -> None:
    with pytest.raises(ValueError, match="outside"):
        scene.frame(noon(scene, 4, 0.5))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sun_warms_no_surface_beyond_the_rule(seed: int) -> None:
    """Of the highest sun of the last hours, the sensor's error of 1.5 K and its noise allowed."""
    scene = HeatScene(
        seed,
        days=3,
        begins_at=BEGINS_AT.replace(month=7),
        has_start=False,
    )
    still = [at for at in (noon(scene, 1, 6.0 + step) for step in range(14)) if quiet(scene, at)]
    assert len(still) >= 3
    for at in still:
        highest = max(
            scene.weather_at(at - timedelta(hours=back)).sun_elevation_deg for back in range(4)
        )
        most = scene.weather_at(at).air_c + sunlit_excess_k(highest) + 3.0
        assert float(np.quantile(scene.frame(at).levels, 0.999)) <= most


def quiet(scene: HeatScene, at: datetime) -> bool:
    """Nobody is in the view."""
    minute = (at - scene.weather.begins_at).total_seconds() / 60.0
    return not any(
        visit.begins_min <= minute < visit.begins_min + visit.lasts_min for visit in scene._visits
    )


def test_flecks_warm_the_day_and_not_the_night(scene: HeatScene) -> None:
    def spread(hour: float) -> float:
        levels = scene.frame(noon(scene, 1, hour)).levels
        return float(np.quantile(levels, 0.99) - np.quantile(levels, 0.5))

    clear = scene.weather_at(noon(scene, 1)).cloud < 0.6
    assert spread(12.0) > (5.0 if clear else 1.0)
    assert spread(1.0) < 5.0


def test_its_start_is_told_before_within_and_after(scene: HeatScene) -> None:
    start = scene.start
    assert start is not None
    at = in_view(scene)
    assert start.begins_at <= at < start.ends_at
    assert at.tzinfo is UTC
    assert scene.truth(at - timedelta(minutes=1)).in_view_m2 < 0.1
    truth = scene.truth(at)
    assert 0.1 <= truth.in_view_m2 <= truth.area_m2
    assert truth.hottest_c is not None
    assert 150.0 < truth.hottest_c <= 560.0
    assert truth.place_px is not None
    assert truth.box_px is not None
    left, top, right, bottom = truth.box_px
    assert left < truth.place_px[0] < right
    assert top < truth.place_px[1] < bottom
    before = scene.truth(start.begins_at - timedelta(minutes=1))
    assert (before.area_m2, before.hottest_c, before.place_px) == (0.0, None, None)


def test_its_start_is_the_hottest_place_where_the_truth_says(scene: HeatScene) -> None:
    at = in_view(scene) + timedelta(minutes=5)
    image, place = scene.frame(at), scene.truth(at).place_px
    assert place is not None
    row, column = divmod(int(image.levels.argmax()), 160)
    assert math.hypot(column + 0.5 - place[0], row + 0.5 - place[1]) < 6.0
    spots = find_spots(image)
    assert any(
        spot.x_min - 2 <= place[0] <= spot.x_max + 2
        and spot.y_min - 2 <= place[1] <= spot.y_max + 2
        for spot in spots
    )


def test_without_a_start_nothing_burns() -> None:
    scene = HeatScene(1, days=1, has_start=False)
    assert scene.start is None
    assert scene.in_view_at() is None
    assert scene.truth(noon(scene, 0)).area_m2 == 0.0


def test_a_hidden_start_is_seen_in_part() -> None:
    scene = HeatScene(6, days=4, is_hidden=True)
    start = scene.start
    assert start is not None
    truths = (scene.truth(start.begins_at + timedelta(minutes=minute)) for minute in range(600))
    small = next(truth for truth in truths if truth.area_m2 >= 0.1)
    assert small.in_view_m2 < 0.7 * small.area_m2


def test_levels_tell_no_degrees_and_come_back_as_they_were_sent() -> None:
    scene = HeatScene(1, days=1, has_start=False, is_levels=True)
    image = scene.frame(noon(scene, 0))
    assert image.scale is ThermalScale.RELATIVE
    assert (float(image.levels.min()), float(image.levels.max())) == (0.0, 255.0)
    back = read_thermal(encode_frame(image), "one", ThermalEncoding.WHITE_HOT)
    assert back.scale is ThermalScale.RELATIVE
    assert np.array_equal(back.levels, image.levels)


def test_degrees_come_back_as_they_were_sent(scene: HeatScene) -> None:
    image = scene.frame(in_view(scene) + timedelta(minutes=5))
    back = read_thermal(encode_frame(image), "one", ThermalEncoding.CENTIKELVIN)
    assert float(np.abs(back.levels - image.levels).max()) <= 0.0051


def test_a_shut_shutter_shows_itself_and_nothing_else() -> None:
    sensor = Sensor(1, 160, 120)
    view = np.full((120, 160), float(band_radiance([20.0])[0]), np.float32)
    view[40:60, 40:60] = float(band_radiance([300.0])[0])
    shut = next(seed for seed in range(9_999) if np.random.default_rng(seed).random() < SHUT)
    open_, closed = (
        sensor.expose(view, 3.0, CALM, 0.0, np.random.default_rng(seed))
        for seed in (shut + 1, shut)
    )
    assert float(open_.max()) > 250.0
    assert float(np.ptp(closed)) < 2.0
    assert float(np.median(closed)) == pytest.approx(24.0, abs=2.0)


def test_what_is_too_hot_reads_the_top() -> None:
    view = np.full((120, 160), float(band_radiance([900.0])[0]), np.float32)
    levels = Sensor(1, 160, 120).expose(view, 3.0, CALM, 0.0, np.random.default_rng(1))
    assert float(levels.max()) == image_of(levels, is_levels=False).top == 380.0


@given(st.integers(0, 159), st.integers(0, 119), st.floats(2.0, 60.0))
def test_rays_and_places_are_each_others_inverse(column: int, row: int, range_m: float) -> None:
    right, ahead, up = (float(part[row, column]) for part in EYE.rays())
    found = EYE.project(
        np.array([right * range_m]),
        np.array([ahead * range_m]),
        np.array([EYE.height_m + up * range_m]),
    )
    assert float(found[0][0]) == pytest.approx(column + 0.5, abs=1e-2)
    assert float(found[1][0]) == pytest.approx(row + 0.5, abs=1e-2)
    assert float(found[2][0]) == pytest.approx(range_m, rel=1e-4)


def test_what_is_behind_the_lens_is_not_in_the_picture() -> None:
    column, _, _ = EYE.project(np.array([0.0]), np.array([-5.0]), np.array([1.0]))
    assert float(column[0]) < -1000.0


@pytest.fixture
def bare() -> HeatScene:
    """The same scene without anything between the lens and sixty metres."""
    bare = HeatScene(1, days=1, has_start=False, eye=EYE)
    bare._stand.range_m[:] = 60.0
    bare._stand.cover[:] = 0.0
    return bare


@pytest.mark.parametrize(("width_m", "height_m", "ahead_m"), [(0.05, 0.04, 20.0), (1.0, 0.8, 9.0)])
def test_a_blob_covers_its_solid_angle(
    bare: HeatScene, width_m: float, height_m: float, ahead_m: float
) -> None:
    ground, hot = (float(one) for one in band_radiance([20.0, 200.0]))
    radiance = np.full((120, 160), ground, np.float32)
    draw_blob(radiance, bare._stand, Blob(0.0, ahead_m, 1.0, width_m, height_m, 200.0), CALM)
    covered = float((radiance.astype(np.float64) - ground).sum()) / (hot - ground)
    per_m = EYE.focal_px / math.hypot(ahead_m, EYE.height_m - 1.0 - EYE.slope * ahead_m)
    assert covered == pytest.approx(math.pi / 4 * width_m * height_m * per_m**2, rel=0.06)


def test_what_is_beside_behind_or_upon_the_lens_is_not_drawn(bare: HeatScene) -> None:
    radiance = np.full((120, 160), 40.0, np.float32)
    for right_m, ahead_m in ((80.0, 10.0), (0.0, -9.0), (0.0, 0.5)):
        draw_blob(radiance, bare._stand, Blob(right_m, ahead_m, 3.8, 0.5, 0.5, 200.0), CALM)
    assert bool((radiance == 40.0).all())
    bare._stand.range_m[:] = 5.0  # a trunk close by
    draw_blob(radiance, bare._stand, Blob(0.0, 10.0, 1.0, 0.5, 0.5, 200.0), CALM)
    assert bool((radiance == 40.0).all())


def burning(ahead_m: float) -> Burning:
    side = np.arange(-0.3, 0.3, 0.05)
    x, y = (part.ravel() for part in np.meshgrid(side, side))
    return Burning(x, ahead_m + y, np.full(x.shape, 400.0))


def test_a_fire_reads_less_the_farther_it_is(bare: HeatScene) -> None:
    peaks = []
    for ahead_m in (8.0, 16.0, 32.0):
        radiance = np.full((120, 160), float(band_radiance([20.0])[0]), np.float32)
        draw_burning(radiance, bare._stand, burning(ahead_m), CALM)
        peaks.append(float(apparent_c(radiance).max()))
    assert peaks[0] == pytest.approx(400.0, abs=0.1)
    assert peaks[0] >= peaks[1] > peaks[2] > 21.0
    mist = replace(CALM, mist_per_m=0.02)
    radiance = np.full((120, 160), float(band_radiance([20.0])[0]), np.float32)
    draw_burning(radiance, bare._stand, burning(32.0), mist)
    assert float(apparent_c(radiance).max()) < peaks[2]


def test_nothing_burning_changes_nothing(bare: HeatScene) -> None:
    radiance = np.full((120, 160), 40.0, np.float32)
    none = np.zeros(0)
    draw_burning(radiance, bare._stand, Burning(none, none, none), CALM)
    assert bool((radiance == 40.0).all())


def test_the_sun_in_a_gap_dazzles_and_clouds_hide_it(bare: HeatScene) -> None:
    eye_up = replace(CALM, sun_elevation_deg=3.0)
    bare._stand.surface[:] = Surface.SKY
    hidden = np.full((120, 160), 40.0, np.float32)
    draw_sun(hidden, bare._stand, replace(eye_up, cloud=0.9))
    draw_sun(hidden, bare._stand, replace(eye_up, sun_elevation_deg=-1.0))
    draw_sun(hidden, bare._stand, replace(eye_up, sun_azimuth_deg=EYE.azimuth_deg + 180.0))
    assert bool((hidden == 40.0).all())
    seen = hidden.copy()
    draw_sun(seen, bare._stand, eye_up)
    assert float(apparent_c(seen).max()) > 380.0
    assert int(np.count_nonzero(seen != 40.0)) <= 4


def visit(kind: str, rests: float = 0.0) -> Visit:
    return Visit(kind, 100.0, 20.0, (-10.0, 12.0), (10.0, 12.0), rests, 0.5)


@given(st.sampled_from(["boar", "dog", "person", "motorbike", "stove"]), st.floats(0.0, 0.999))
def test_who_passes_is_between_its_ends_and_as_warm_as_it_can_be(kind: str, share: float) -> None:
    blobs = list(visit(kind).blobs(100.0 + 20.0 * share, 15.0))
    assert len(blobs) >= 1
    assert all(-11.0 <= blob.right_m <= 11.0 for blob in blobs)
    most = {"motorbike": 320.0, "stove": 210.0}.get(kind, 34.0)
    assert all(15.0 <= blob.celsius <= most for blob in blobs)
    assert list(visit(kind).blobs(99.9, 15.0)) == list(visit(kind).blobs(120.1, 15.0)) == []


def test_who_rests_stands_still_in_the_middle() -> None:
    resting = visit("person", rests=0.6)
    assert resting.place(105.0) == resting.place(115.0) == (0.0, 12.0)
    assert resting.place(100.0) == (-10.0, 12.0)
    assert resting.place(120.0) == pytest.approx((10.0, 12.0))


def test_an_exhaust_cools_where_it_is_parked() -> None:
    parked = visit("motorbike", rests=0.8)
    hottest = [max(blob.celsius for blob in parked.blobs(minute, 15.0)) for minute in (101, 109)]
    assert hottest[0] > 150.0
    assert hottest[1] < 100.0


def test_a_stove_burns_at_a_hut_and_nowhere_else() -> None:
    with_hut = visits_of(5, EYE, 10, 14.0, (8.0, 35.0, 4.5))
    meals = [one for one in with_hut if one.kind == "stove"]
    assert 15 <= len(meals) <= 30
    assert all(one.from_m == one.to_m == (9.35, 35.0) for one in meals)
    without = visits_of(5, EYE, 10, 14.0, None)
    assert all(one.kind != "stove" for one in without)
    assert {one.kind for one in without} == {"boar", "dog", "person", "motorbike"}
    assert [one.begins_min for one in with_hut] == sorted(one.begins_min for one in with_hut)


def test_a_hut_stands_in_a_clearing_with_its_stove_in_view() -> None:
    scene = HeatScene(8, days=1, has_start=False)
    assert scene._stand.hut_m is not None
    assert int(np.count_nonzero(scene._stand.surface == Surface.ROOF)) >= 40
    meal = next(one for one in scene._visits if one.kind == "stove")
    begins = scene.weather.begins_at + timedelta(minutes=meal.begins_min)
    before, during = begins - timedelta(minutes=1), begins + timedelta(minutes=meal.lasts_min / 2)
    assert "stove" not in {one.kind for one in scene.passing(before)}
    ((column, row),) = (one.place_px for one in scene.passing(during) if one.kind == "stove")
    part = slice(round(row) - 3, round(row) + 3), slice(round(column) - 3, round(column) + 3)
    assert float(scene.frame(during).levels[part].max()) > 45.0
    assert float(scene.frame(before).levels[part].max()) < 45.0


def test_rain_wets_the_lens_and_takes_the_contrast() -> None:
    scene = HeatScene(4, days=10, has_start=False)
    k = int(np.argmax(np.convolve(scene.weather.rain_mm_h, np.ones(45), "valid"))) + 44
    assert scene._lens_wet(float(k)) > 0.3
    dry = int(np.nonzero(np.convolve(scene.weather.rain_mm_h, np.ones(60), "valid") == 0.0)[0][0])
    assert scene._lens_wet(float(dry + 59)) == 0.0
    raining = scene.frame(scene.weather.begins_at + timedelta(minutes=k - 1440))
    assert float(np.ptp(raining.levels)) < 40.0
