"""Views of an alert, judged by the terrain's own heights and plain trigonometry."""

import math
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drone_jobs.planning.look import LookRoom, LookView, look_points
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.errors import InputRefused
from models.mission import AirWind, Camera
from models.units import FloatArray, angle_between_deg

Views = Literal[2, 3, "orbit"]

LON, LAT, CELL_DEG = 106.65, 28.95, 1 / 3600
FRAME = LocalFrame(LON, LAT)
WIDE = Camera("wide", 71.0, 56.0, 4000, 3000)
HOME = np.array([0.0, -900.0])


def terrain_of(values: np.ndarray) -> Terrain:
    half = len(values) / 2 * CELL_DEG
    return Terrain("made", values.astype(np.float32), LON - half, LAT + half, CELL_DEG)


LEVEL = terrain_of(np.full((120, 120), 400.0))


ROOM = LookRoom(
    frame=FRAME,
    terrain=LEVEL,
    camera=WIDE,
    height_m=80.0,
    most_m=110.0,
    reach_m=600.0,
    canopy_m=20.0,
    least_gimbal_deg=-90.0,
    most_gimbal_deg=30.0,
    may_stand=lambda _: True,
)


def looked(
    middle: FloatArray, radius_m: float, wind: AirWind, views: Views, room: LookRoom = ROOM
) -> tuple[LookView, ...]:
    return look_points(middle, radius_m, room, home_m=HOME, wind=wind, views=views)


def bearing_deg(view: LookView, middle: np.ndarray) -> float:
    east, north = view.place_m[:2] - middle
    return math.degrees(math.atan2(east, north))


@pytest.mark.parametrize(("views", "offsets"), [(2, (-60, 60)), (3, (-60, 0, 60))])
def test_it_looks_from_upwind_with_all_of_the_region_in_the_picture(
    views: Views, offsets: tuple[float, ...]
) -> None:
    middle = np.array([100.0, 50.0])
    found = looked(middle, 60.0, AirWind(300.0, 5.0), views)
    assert len(found) == views
    for view, offset in zip(found, offsets, strict=True):
        assert angle_between_deg(300.0 + offset, bearing_deg(view, middle)) == pytest.approx(0.0)
        assert abs(angle_between_deg(bearing_deg(view, middle) + 180.0, view.heading_deg)) < 1e-6
        off_m = math.dist(view.place_m[:2], middle)
        assert off_m >= 60.0 + 50.0 - 1e-6
        assert view.slant_m == pytest.approx(math.hypot(off_m, view.place_m[2] - 400.0))
        assert view.slant_m <= 600.0
        assert view.pitch_deg == pytest.approx(-math.degrees(math.atan2(80.0, off_m)))
        # A ball of the region's radius is seen under less than the smaller angle of the picture.
        assert 2.0 * math.degrees(math.asin(60.0 / view.slant_m)) <= 56.0


def test_in_a_calm_it_looks_from_where_it_comes() -> None:
    found = looked(np.zeros(2), 40.0, AirWind(90.0, 0.2), 3)
    assert abs(angle_between_deg(180.0, bearing_deg(found[1], np.zeros(2)))) < 1e-6


def test_an_orbit_goes_once_around() -> None:
    found = looked(np.zeros(2), 40.0, AirWind(0.0, 5.0), "orbit")
    turns = [angle_between_deg(0.0, bearing_deg(view, np.zeros(2))) % 360.0 for view in found]
    assert turns == pytest.approx(np.arange(18) * 20.0, abs=1e-6)
    assert {round(view.slant_m, 3) for view in found} == {round(found[0].slant_m, 3)}


@settings(max_examples=40)
@given(st.integers(0, 999), st.floats(0.0, 359.0), st.floats(0.0, 25.0))
def test_over_hills_every_view_sees_and_stays_below_its_ceiling(
    seed: int, from_deg: float, canopy_m: float
) -> None:
    draw = np.random.default_rng(seed)
    values = np.full((120, 120), 400.0)
    row, column = np.mgrid[:120, :120]
    for _ in range(6):  # hills
        at = draw.uniform(30, 90, 2)
        away = (row - at[0]) ** 2 + (column - at[1]) ** 2
        values += draw.uniform(20, 80) * np.exp(-away / 30.0)
    terrain = terrain_of(values)
    made = replace(ROOM, terrain=terrain, canopy_m=canopy_m)
    try:
        found = looked(np.zeros(2), 40.0, AirWind(from_deg, 5.0), 3, made)
    except InputRefused:
        return  # hidden from there, which other tests look at
    aim_m = terrain.height_at(LON, LAT) + canopy_m + 5.0
    for view in found:
        share = np.linspace(0.0, 1.0, 2000)
        x_m, y_m = (view.place_m[k] * (1.0 - share) for k in (0, 1))
        ground_m = terrain.height_at(*FRAME.to_lonlat(x_m, y_m))
        sight_m = view.place_m[2] + share * (aim_m - view.place_m[2])
        assert (sight_m - ground_m - canopy_m).min() > -0.02
        assert view.place_m[2] - ground_m[0] <= 110.0 + 0.02


def test_a_ridge_is_looked_over_from_higher_up_or_further_round() -> None:
    values = np.full((120, 120), 400.0)
    values[58, 60] = 480.0  # a crag 45 m north of the middle
    made = replace(ROOM, terrain=terrain_of(values))
    found = looked(np.zeros(2), 40.0, AirWind(0.0, 5.0), 3, made)
    assert abs(bearing_deg(found[1], np.zeros(2))) > 5.0


@pytest.mark.parametrize(
    ("changes", "radius_m", "code"),
    [
        ({"reach_m": 100.0}, 60.0, "sweep_look_reach"),
        ({"may_stand": lambda _: False}, 60.0, "sweep_look_hidden"),
        ({"most_gimbal_deg": -80.0}, 60.0, "sweep_look_hidden"),
        ({"reach_m": 112.0}, 40.0, "sweep_look_hidden"),  # it fits at 102 m, from 90 m off at 121
    ],
)
def test_what_cannot_be_looked_at_is_refused(
    changes: dict[str, Any], radius_m: float, code: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        looked(np.zeros(2), radius_m, AirWind(0.0, 5.0), 3, replace(ROOM, **changes))
    assert refused.value.code == code


def test_an_alert_over_unknown_ground_is_refused() -> None:
    values = np.full((120, 120), 400.0)
    values[60, 60] = np.nan
    with pytest.raises(InputRefused) as refused:
        looked(np.zeros(2), 40.0, AirWind(), 2, replace(ROOM, terrain=terrain_of(values)))
    assert refused.value.code == "sweep_terrain_void"


def test_a_void_beside_the_way_is_no_place_to_stand_and_hides() -> None:
    values = np.full((120, 120), 400.0)
    values[:58] = np.nan
    made = replace(ROOM, terrain=terrain_of(values))
    with pytest.raises(InputRefused) as refused:
        looked(np.zeros(2), 40.0, AirWind(0.0, 5.0), 3, made)
    assert refused.value.code == "sweep_look_hidden"
