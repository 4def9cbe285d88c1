"""Chains of heights: which one is taken, how sure it is, and what contradicts it."""

import math

import numpy as np
import pytest
from drone_rig import FLIGHT

from geo.crs import Wgs84, geoid_m
from geo.drone import HeightChain, ReportedHeights, RtkState, drone_height
from geo.terrain import Terrain
from models.errors import InputRefused

PLACE = (float(FLIGHT["GpsLongitude"]), float(FLIGHT["GpsLatitude"]))
FAR = (106.70, 28.85)  # 4.9 km east of it


def relief(slope_m_per_cell: float = 0.0, height_m: float = 900.0) -> Terrain:
    """Cells of 31 m around the place, level or rising to the east."""
    across = (np.arange(600) - 300) * slope_m_per_cell
    row = np.clip(height_m + across, 0.0, 8000.0).astype(np.float32)
    values = np.broadcast_to(row, (400, 600)).copy()
    return Terrain("plain", values, PLACE[0] - 300 / 3600, PLACE[1] + 200 / 3600, 1 / 3600)


def test_the_place_of_take_off_and_the_barometer_are_the_surest_without_rtk() -> None:
    height = drone_height(ReportedHeights(1010.0, 100.0), PLACE, relief(), take_off=PLACE)
    assert (height.chain, height.height_m, height.sigma_m) == (HeightChain.TAKE_OFF, 1000.0, 7.0)
    assert height.above_ground_m == pytest.approx(100.0)
    assert [other.chain for other in height.others] == [HeightChain.GNSS]
    assert height.contradicted_by == ()


def test_a_take_off_in_the_valley_lowers_the_drone() -> None:
    """Above take-off is not above the ground: 177 cells further east the slope is 177 m higher."""
    height = drone_height(ReportedHeights(None, 300.0), PLACE, relief(1.0), take_off=(106.6, 28.85))
    assert height.height_m == pytest.approx(900.0 - 180.0 + 300.0, abs=1.0)
    assert height.above_ground_m == pytest.approx(120.0, abs=1.5)


def test_without_a_place_of_take_off_the_ground_nearby_is_as_sure_as_it_is_level() -> None:
    level = drone_height(ReportedHeights(1010.0, 100.0), PLACE, relief())
    assert (level.chain, level.sigma_m) == (HeightChain.NEARBY, pytest.approx(7.0))
    steep = drone_height(ReportedHeights(1010.0, 100.0), PLACE, relief(20.0))
    assert steep.chain is HeightChain.GNSS
    assert steep.others[0].chain is HeightChain.NEARBY
    assert steep.others[0].sigma_m > 100.0


def test_rtk_tells_heights_above_the_ellipsoid() -> None:
    """A mix of the two is wrong by 35 m here: Theta-Limited/OpenAthena-Legacy-Python#24."""
    told = ReportedHeights(1010.0, 100.0, RtkState.FIXED, 0.02)
    height = drone_height(told, PLACE, relief(), take_off=PLACE)
    assert height.chain is HeightChain.RTK
    assert height.height_m == pytest.approx(1010.0 - float(geoid_m(Wgs84.at(*PLACE))))
    assert height.height_m == pytest.approx(1045.4, abs=0.5)
    assert height.sigma_m == 1.0
    assert [each.chain for each in height.contradicted_by] == [HeightChain.TAKE_OFF]


def test_a_floating_solution_is_as_sure_as_it_says() -> None:
    told = ReportedHeights(1010.0, None, RtkState.FLOAT, 3.5)
    assert drone_height(told, PLACE, relief()).sigma_m == 3.5
    told = ReportedHeights(1010.0, None, RtkState.FLOAT)
    assert drone_height(told, PLACE, relief()).sigma_m == 1.0


def test_a_single_solution_with_rtk_counts_from_nobody_knows_what() -> None:
    with pytest.raises(InputRefused) as refused:
        drone_height(ReportedHeights(1010.0, None, RtkState.SINGLE), PLACE, relief())
    assert refused.value.code == "drone_height_missing"


def test_chains_that_lie_far_apart_are_told() -> None:
    height = drone_height(ReportedHeights(970.0, 100.0), PLACE, relief(), take_off=PLACE)
    (other,) = height.contradicted_by
    assert (other.chain, other.height_m) == (HeightChain.GNSS, 970.0)


def test_a_height_that_is_off_by_the_geoid_reads_as_ellipsoidal() -> None:
    geoid = float(geoid_m(Wgs84.at(*PLACE)))
    for absolute_m, reads in ((1000.0 + geoid, True), (900.0, False), (1005.0, False)):
        height = drone_height(ReportedHeights(absolute_m, 100.0), PLACE, relief(), take_off=PLACE)
        (other,) = height.others
        assert height.other_reads_as_ellipsoidal(other, geoid) is reads
    assert not height.other_reads_as_ellipsoidal(other, math.nan)


def test_a_photo_from_the_ground_places_nothing() -> None:
    with pytest.raises(InputRefused) as refused:
        drone_height(ReportedHeights(901.9, 1.9), PLACE, relief())
    assert refused.value.code == "drone_low"


def test_a_take_off_outside_the_relief_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        drone_height(ReportedHeights(None, 100.0), PLACE, relief(), take_off=(107.5, 28.85))
    assert refused.value.code == "drone_take_off"


def test_a_place_among_voids_knows_no_ground_nearby() -> None:
    holed = relief()
    holed.values_m[:] = math.nan
    holed.values_m[195:205, 295:305] = 900.0
    height = drone_height(ReportedHeights(1010.0, 100.0), PLACE, holed)
    assert (height.chain, height.others) == (HeightChain.GNSS, ())
    with pytest.raises(InputRefused) as refused:
        drone_height(ReportedHeights(None, 100.0), PLACE, holed)
    assert refused.value.code == "drone_height_missing"


def test_rtk_where_the_geoid_is_not_known_is_refused() -> None:
    abroad = (12.5, 41.9)
    rome = Terrain("rome", np.full((200, 200), 50.0, np.float32), 12.47, 41.93, 1 / 3600)
    with pytest.raises(InputRefused) as refused:
        drone_height(ReportedHeights(150.0, 50.0, RtkState.FIXED), abroad, rome)
    assert refused.value.code == "geoid_outside"
