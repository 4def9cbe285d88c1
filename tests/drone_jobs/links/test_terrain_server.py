"""Terrain for an ArduPilot that asks: heights where they belong, and none where none are known."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from command_peer import off_the_line
from hypothesis import given, settings
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from drone_jobs.links.mavlink.terrain_server import MOST_REQUESTS, TerrainServer
from drone_jobs.links.mavlink.words import Message
from geo.terrain import Heights, Terrain
from models.clock import ManualClock

WEST, NORTH, CELL = 106.0, 29.0, 1 / 600
ROWS, COLUMNS = np.mgrid[0:600, 0:600]
# A plane: 1 m a cell to the east, 2 m a cell to the north.
PLANE = (COLUMNS + 2.0 * (599 - ROWS)).astype(np.float32)
SPHERE_M = 6_378_100.0  # ArduPilot's radius
ALL = (1 << 56) - 1


def server(values: Heights = PLANE) -> TerrainServer:
    terrain = Terrain("plane", values, WEST, NORTH, CELL)
    return TerrainServer(terrain, ManualClock(datetime(2026, 3, 1, tzinfo=UTC)))


def request(lat_deg: float, lon_deg: float, spacing_m: int, mask: int) -> Message:
    return off_the_line(
        mavlink.MAVLink_terrain_request_message(
            round(lat_deg * 1e7), round(lon_deg * 1e7), spacing_m, mask
        )
    )


def plane_m(lat_deg: float, lon_deg: float) -> float:
    east = (lon_deg - WEST) / CELL - 0.5
    north = 599.5 - (NORTH - lat_deg) / CELL
    return east + 2.0 * north


@given(
    lat_deg=st.floats(28.2, 28.7),
    lon_deg=st.floats(106.1, 106.7),
    spacing_m=st.sampled_from([30, 100, 500]),
    bit=st.integers(0, 55),
)
@settings(max_examples=40, deadline=None)
def test_heights_are_those_of_their_places(
    lat_deg: float, lon_deg: float, spacing_m: int, bit: int
) -> None:
    (answer,) = server().answer(request(lat_deg, lon_deg, spacing_m, 1 << bit))
    answer = off_the_line(answer)
    assert (answer.lat, answer.lon) == (round(lat_deg * 1e7), round(lon_deg * 1e7))
    assert (answer.grid_spacing, answer.gridbit) == (spacing_m, bit)
    for at, height_m in enumerate(answer.data):
        north_m = (4 * (bit // 8) + at // 4) * spacing_m
        east_m = (4 * (bit % 8) + at % 4) * spacing_m
        lat = lat_deg + math.degrees(north_m / SPHERE_M)
        lon = lon_deg + math.degrees(east_m / SPHERE_M / math.cos(math.radians(lat)))
        # half a metre of rounding; on 16 km of 500 m the meridians draw together
        assert height_m == pytest.approx(plane_m(lat, lon), abs=0.6 + east_m / 3000)


def test_only_what_was_asked_for() -> None:
    answers = server().answer(request(28.5, 106.5, 100, 0b1011 | 1 << 55 | 1 << 60))
    assert [each.gridbit for each in answers] == [0, 1, 3, 55]
    assert len(server().answer(request(28.5, 106.5, 100, ALL))) == 56
    assert server().answer(request(28.5, 106.5, 100, 0)) == []


def test_a_void_is_never_a_height() -> None:
    values = PLANE.copy()
    values[300, 300] = np.nan  # 28.499 N, 106.501 E
    asked = server(values)
    answers = asked.answer(request(28.4992, 106.5, 30, 0b11))
    assert [each.gridbit for each in answers] == [1] or [each.gridbit for each in answers] == []
    assert asked.voids >= 1
    assert 0 not in {each.gridbit for each in answers}
    assert asked.sent == len(answers)


def test_outside_the_model_nothing_is_known() -> None:
    asked = server()
    assert asked.answer(request(10.0, 20.0, 100, ALL)) == []
    assert asked.voids == 56


def test_below_the_sea_is_a_height() -> None:
    (answer,) = server(np.full((600, 600), -154.4, np.float32)).answer(request(28.5, 106.5, 100, 1))
    assert list(off_the_line(answer).data) == [-154] * 16


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "spacing_m"),
    [(89.0, 106.5, 100), (200.0, 106.5, 100), (28.5, -210.0, 100), (28.5, 106.5, 0)],
)
def test_absurd_questions(lat_deg: float, lon_deg: float, spacing_m: int) -> None:
    asked = server()
    assert asked.answer(request(lat_deg, lon_deg, spacing_m, ALL)) == []
    assert asked.answer(request(28.5, 106.5, 65535, ALL)) != [None]


def test_without_terrain() -> None:
    silent = TerrainServer(None, ManualClock(datetime(2026, 3, 1, tzinfo=UTC)))
    assert silent.answer(request(28.5, 106.5, 100, ALL)) == []


def test_a_flood_is_answered_at_its_rate() -> None:
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    asked = TerrainServer(Terrain("plane", PLANE, WEST, NORTH, CELL), clock)
    answers = [asked.answer(request(28.5, 106.5, 100, 1)) for _ in range(100)]
    assert sum(map(len, answers)) == MOST_REQUESTS
    clock.advance(1.0)
    assert len(asked.answer(request(28.5, 106.5, 100, 1))) == 1
