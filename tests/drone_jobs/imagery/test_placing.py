"""Looks as lenses: against plane geometry, and every gap with its name."""

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from pyproj import Geod

from drone_jobs.imagery.gaps import gaps_of, with_gaps
from drone_jobs.imagery.placing import LookUnplaced, trust_in, view_of_look
from geo.drone import HeightChain
from geo.locate import Locator
from geo.terrain import Terrain
from models.errors import InputRefused
from models.fix import FixOutcome
from models.flight import AttitudeSource, Look, LookGap
from models.height import Height, HeightSystem

GEOD = Geod(ellps="WGS84")
PLACE = (106.65, 28.85)
GEOID_M = -33.9  # EGM96 at that place, by GeographicLib's table
SIZE = (1920, 1080)


def plain(height_m: float = 900.0, around: tuple[float, float] = PLACE) -> Terrain:
    values = np.full((900, 900), height_m, np.float32)
    return Terrain("plain", values, around[0] - 450 / 3600, around[1] + 450 / 3600, 1 / 3600)


PLAIN = plain()
LOOK = Look(
    None,
    *PLACE,
    height=Height(1000.0, HeightSystem.EGM96),
    above_take_off_m=100.0,
    yaw_deg=90.0,
    pitch_deg=-45.0,
    roll_deg=0.0,
    horizontal_fov_deg=60.0,
    attitude=AttitudeSource.CLOUD,
)
SOURCES = [each for each in AttitudeSource if each is not AttitudeSource.NONE]


@pytest.mark.parametrize("source", SOURCES)
def test_nine_in_ten_true_places_lie_in_the_region_of_a_source_that_errs_as_told(
    source: AttitudeSource,
) -> None:
    view = view_of_look(replace(LOOK, attitude=source), SIZE, PLAIN, PLACE)
    fix = view.locate(Locator(PLAIN), SIZE[0] / 2, SIZE[1] / 2)
    assert fix.outcome is FixOutcome.LOCATED
    (cluster,) = fix.clusters
    azimuth_deg, _, range_m = GEOD.inv(*PLACE, cluster.position.lon_deg, cluster.position.lat_deg)
    assert azimuth_deg == pytest.approx(90.0, abs=1.5)
    assert range_m == pytest.approx(100.0, rel=0.08)
    # Where it truly was, when everything is off as it may be: plane trigonometry and nothing else.
    trust, rng, count = trust_in(source), np.random.default_rng(4), 2_000
    above_m = 100.0 + rng.normal(0, math.hypot(view.height.sigma_m, 5.0), count)  # relief: 5 m
    yaw = np.radians(90.0 + rng.normal(0, trust.yaw_deg, count))
    down = np.radians(45.0 + rng.normal(0, trust.pitch_deg, count))
    east_m = rng.normal(0, trust.place_m, count) + above_m / np.tan(down) * np.sin(yaw)
    north_m = rng.normal(0, trust.place_m, count) + above_m / np.tan(down) * np.cos(yaw)
    lon_deg, lat_deg, _ = GEOD.fwd(
        np.full(count, PLACE[0]),
        np.full(count, PLACE[1]),
        np.degrees(np.arctan2(east_m, north_m)),
        np.hypot(east_m, north_m),
    )
    outline = shapely.Polygon(cluster.outline_lonlat)
    inside = float(np.mean(shapely.contains_xy(outline, lon_deg, lat_deg)))
    assert 0.82 < inside < 0.97


def test_the_worse_the_source_the_wider_the_region() -> None:
    by_source = {}
    for source in SOURCES:
        view = view_of_look(replace(LOOK, attitude=source), SIZE, PLAIN, PLACE)
        trust = trust_in(source)
        assert view.pose.azimuth_sigma_deg == trust.yaw_deg
        assert view.pose.tilt_sigma_deg == trust.pitch_deg
        assert view.aloft.place_sigma_m == trust.place_m
        assert view.aloft.roll_sigma_deg == trust.roll_deg
        (cluster,) = view.locate(Locator(PLAIN), 400.0, 300.0).clusters
        by_source[source] = cluster.r90_m
    radii_m = [by_source[source] for source in SOURCES]
    assert radii_m[0] == min(radii_m)
    assert radii_m[-1] == max(radii_m) > 1.3 * radii_m[0]
    with pytest.raises(KeyError):
        trust_in(AttitudeSource.NONE)


def test_the_barometer_and_a_known_take_off_beat_the_satellites() -> None:
    view = view_of_look(LOOK, SIZE, PLAIN, PLACE)
    assert view.height.chain is HeightChain.TAKE_OFF
    assert view.lens.height_m == pytest.approx(1000.0)
    assert view_of_look(LOOK, SIZE, PLAIN).height.chain is HeightChain.NEARBY


def test_an_ellipsoidal_height_is_lowered_to_the_sea_and_called_rtk_of_photos_only() -> None:
    look = replace(
        LOOK, height=Height(1000.0 + GEOID_M, HeightSystem.ELLIPSOID), above_take_off_m=None
    )
    by_cloud = view_of_look(look, SIZE, PLAIN)
    assert by_cloud.lens.height_m == pytest.approx(1000.0, abs=3.0)
    assert by_cloud.height.chain is HeightChain.GNSS
    assert by_cloud.height.sigma_m == pytest.approx(10.0)
    by_photo = view_of_look(replace(look, attitude=AttitudeSource.XMP), SIZE, PLAIN)
    assert by_photo.height.chain is HeightChain.RTK
    assert by_photo.height.sigma_m == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("height", "expected_m"),
    [
        (Height(150.0, HeightSystem.GROUND), 1050.0),
        (Height(1050.0, HeightSystem.EGM96), 1050.0),
        (Height(1050.0, HeightSystem.NATIONAL_1985), 1050.0),
        (Height(150.0, HeightSystem.TAKE_OFF), 1050.0),
    ],
)
def test_a_height_counts_from_what_it_is_above(height: Height, expected_m: float) -> None:
    look = replace(LOOK, height=height, above_take_off_m=None)
    assert view_of_look(look, SIZE, PLAIN, PLACE).lens.height_m == pytest.approx(expected_m)


def test_where_the_geoid_is_not_known_the_barometer_still_counts() -> None:
    there = (8.0, 47.0)
    swiss = replace(LOOK, lon_deg=8.0, lat_deg=47.0, height=Height(1050.0, HeightSystem.ELLIPSOID))
    view = view_of_look(swiss, SIZE, plain(around=there), there)
    assert view.lens.height_m == pytest.approx(1000.0)
    with pytest.raises(LookUnplaced) as refused:
        view_of_look(replace(swiss, above_take_off_m=None), SIZE, plain(around=there), there)
    assert (refused.value.code, refused.value.gaps) == ("geoid_outside", (LookGap.HEIGHT,))


@pytest.mark.parametrize(
    ("changes", "gaps"),
    [
        ({"lon_deg": None}, (LookGap.PLACE,)),
        ({"height": None, "above_take_off_m": None}, (LookGap.HEIGHT,)),
        ({"yaw_deg": None}, (LookGap.ATTITUDE,)),
        ({"attitude": AttitudeSource.NONE}, (LookGap.ATTITUDE,)),
        ({"horizontal_fov_deg": None}, (LookGap.LENS,)),
        ({"gaps": (LookGap.TIME,)}, (LookGap.TIME,)),
        ({"lat_deg": None, "gaps": (LookGap.ORDER,)}, (LookGap.ORDER,)),
        ({"lat_deg": None, "pitch_deg": None}, (LookGap.PLACE, LookGap.ATTITUDE)),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_placed(
    changes: dict[str, object], gaps: tuple[LookGap, ...]
) -> None:
    look = replace(LOOK, **changes)  # type: ignore[arg-type]
    assert gaps_of(look) == gaps
    assert with_gaps(look).gaps == gaps
    with pytest.raises(LookUnplaced) as refused:
        view_of_look(look, SIZE, PLAIN, PLACE)
    assert (refused.value.code, refused.value.gaps) == ("look_gaps", gaps)
    assert isinstance(refused.value, InputRefused)
    assert refused.value.message
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("changes", "code", "gap"),
    [
        ({"lat_deg": 30.0}, "drone_outside", LookGap.HEIGHT),
        ({"above_take_off_m": 2.0, "height": None}, "drone_low", LookGap.HEIGHT),
        ({"pitch_deg": 200.0}, "drone_gimbal_range", LookGap.ATTITUDE),
        ({"yaw_deg": math.nan}, "drone_gimbal_range", LookGap.ATTITUDE),
        ({"horizontal_fov_deg": 179.0}, "drone_lens", LookGap.LENS),
        ({"horizontal_fov_deg": math.nan}, "drone_lens", LookGap.LENS),
        (
            {"height": Height(1e6, HeightSystem.EGM96), "above_take_off_m": None},
            "height_range",
            LookGap.HEIGHT,
        ),
    ],
)
def test_what_cannot_be_is_refused_and_says_which_gap_it_leaves(
    changes: dict[str, object], code: str, gap: LookGap
) -> None:
    with pytest.raises(LookUnplaced) as refused:
        view_of_look(replace(LOOK, **changes), SIZE, PLAIN, PLACE)  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.gaps) == (code, (gap,))


def test_three_zeros_of_a_maker_were_never_written_and_three_of_ours_look_north() -> None:
    zeros = replace(LOOK, yaw_deg=0.0, pitch_deg=0.0, roll_deg=0.0)
    with pytest.raises(LookUnplaced) as refused:
        view_of_look(zeros, SIZE, PLAIN, PLACE)
    assert refused.value.code == "drone_gimbal_zeros"
    for source in (AttitudeSource.MISB, AttitudeSource.MISSION):
        pose = view_of_look(replace(zeros, attitude=source), SIZE, PLAIN, PLACE).pose
        assert (pose.azimuth_deg, pose.tilt_deg, pose.roll_deg) == (0.0, 0.0, 0.0)


def test_a_stated_lens_counts_more_than_the_told_one_and_fills_its_gap() -> None:
    stated = view_of_look(
        replace(LOOK, horizontal_fov_deg=None, gaps=(LookGap.LENS,)),
        SIZE,
        PLAIN,
        PLACE,
        stated_fov_deg=40.0,
    )
    told = view_of_look(LOOK, SIZE, PLAIN, PLACE)
    assert (stated.pose.horizontal_fov_deg, told.pose.horizontal_fov_deg) == (40.0, 60.0)
    assert stated.focal_share < told.focal_share == trust_in(AttitudeSource.CLOUD).focal_share


def test_a_roll_that_is_not_told_is_level() -> None:
    assert view_of_look(replace(LOOK, roll_deg=None), SIZE, PLAIN, PLACE).pose.roll_deg == 0.0
