"""Missions as items, what is refused before it is sent, and what counts as read back."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mission_rig import GROUND_M, TAKE_OFF_M, any_mission, desk, sample
from pymavlink.dialects.v20 import common

from drone_jobs.links.mavlink.items import (
    MissionItem,
    MissionKind,
    check_items,
    fence_items,
    mission_items,
    rally_items,
)
from drone_jobs.links.mavlink.read_back import is_nothing, read_back_differences
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import Autopilot, Mission, MissionPlace

PX4, ARDUPILOT = Autopilot.PX4, Autopilot.ARDUPILOT
MISSION, FENCE, RALLY = MissionKind.MISSION, MissionKind.FENCE, MissionKind.RALLY


def refused(code: str, items: tuple[MissionItem, ...], kind: MissionKind = MISSION) -> None:
    with pytest.raises(InputRefused) as told:
        check_items(items, kind)
    assert told.value.code == code
    assert told.value.remedy


def test_ardupilots_first_item_is_home() -> None:
    """Reports ardupilot#1379, MAVSDK-Python#703: an order put there is lost."""
    items = mission_items(sample(ARDUPILOT), desk(), ARDUPILOT)
    home, take_off = items[0], items[1]
    assert (home.command, home.frame, home.z) == (16, 0, TAKE_OFF_M)
    assert (home.x_e7, home.y_e7) == (289_500_000, 1_065_500_000)
    assert (take_off.command, take_off.frame, take_off.z) == (22, 3, 100.0)
    assert [item.current for item in items] == [1] + [0] * (len(items) - 1)
    assert not any(math.isnan(each) for item in items for each in item.params)


def test_px4s_first_item_is_the_take_off() -> None:
    items = mission_items(sample(), desk(), PX4)
    assert items[0].command == 22
    assert items[-1] == MissionItem(frame=2, command=20)
    points = [item for item in items if item.command == 16]
    assert {item.frame for item in points} == {0}
    assert {item.z for item in points} == {GROUND_M + 90.0}
    assert points[1].x_e7 == 289_520_000
    assert points[1].y_e7 == 1_065_510_000


def test_terrain_is_followed_by_ardupilot_only() -> None:
    items = mission_items(sample(ARDUPILOT), desk(), ARDUPILOT, terrain_frame=True)
    assert {item.frame for item in items[1:] if item.command == 16} == {10}
    with pytest.raises(InputRefused, match="follows no terrain"):
        mission_items(sample(), desk(), PX4, terrain_frame=True)


@pytest.mark.parametrize(
    ("mission", "autopilot", "code"),
    [
        (replace(sample(), home=None), PX4, "link_no_home"),
        (replace(sample(), points=()), PX4, "mission_no_points"),
        (sample(), Autopilot.DJI, "link_autopilot"),
    ],
)
def test_what_cannot_be_said_is_refused(mission: Mission, autopilot: Autopilot, code: str) -> None:
    with pytest.raises(InputRefused) as told:
        mission_items(mission, desk(), autopilot)
    assert told.value.code == code


def test_fence_and_gathering_places() -> None:
    items = fence_items(sample())
    assert [item.command for item in items] == [5001] * 4 + [5002] * 3 + [5004]
    assert [item.params[0] for item in items] == [4.0] * 4 + [3.0] * 3 + [40.0]
    assert (items[0].x_e7, items[0].y_e7) == (289_490_000, 1_065_490_000)
    check_items(items, FENCE)
    place = MissionPlace(106.55, 28.95, Height(TAKE_OFF_M + 60.2, HeightSystem.EGM96))
    (rally,) = rally_items(replace(sample(), rally=(place,)), desk())
    assert (rally.command, rally.frame, rally.z) == (5100, 3, 61.0)
    check_items((rally,), RALLY)
    with pytest.raises(InputRefused) as told:
        rally_items(replace(sample(), rally=(replace(place, height=None),)), desk())
    assert told.value.code == "link_rally_height"


GOOD = MissionItem(frame=0, command=16, x_e7=289_500_000, y_e7=1_065_500_000, z=490.0)


@pytest.mark.parametrize(
    "item",
    [
        replace(GOOD, x_e7=950_000_000),
        replace(GOOD, y_e7=-1_800_000_001),
        replace(GOOD, frame=1),
        replace(GOOD, command=70_000),
        replace(GOOD, command=5001),
        replace(GOOD, z=math.nan),
        replace(GOOD, z=math.inf),
        replace(GOOD, params=(0.0, math.inf, 0.0, 0.0)),
        replace(GOOD, params=(0.0, 1e300, 0.0, 0.0)),
        replace(GOOD, current=2),
        replace(GOOD, x_e7=0, y_e7=0),
        MissionItem(frame=2, command=178, x_e7=2**31),
    ],
)
def test_an_item_that_would_be_refused_half_way(item: MissionItem) -> None:
    refused("link_item", (GOOD, item))


def test_whole_lists_are_looked_at() -> None:
    ring = fence_items(replace(sample(), circles=(), no_fly=()))
    check_items((), FENCE)
    check_items((replace(GOOD, x_e7=0, y_e7=0), GOOD), MISSION)  # ArduPilot's home, not known yet
    refused("link_item", ring[:3], FENCE)
    refused("link_item", (*ring, ring[0]), FENCE)
    refused("link_item", tuple(replace(each, params=(2.0, 0, 0, 0)) for each in ring[:2]), FENCE)
    refused("link_item", tuple(replace(each, params=(math.nan, 0, 0, 0)) for each in ring), FENCE)
    refused("link_item", (*ring[:3], replace(ring[3], command=5002)), FENCE)
    refused("link_item", (replace(ring[0], command=5003, params=(0.0, 0, 0, 0)),), FENCE)
    refused("link_item", (replace(ring[0], frame=2),), FENCE)
    check_items((replace(ring[0], command=5000),), FENCE)
    refused("mission_items", (GOOD,) * 65_536)


@given(any_mission(), st.sampled_from((PX4, ARDUPILOT)))
@settings(max_examples=40, deadline=None)
def test_any_mission_travels_and_means_the_same(mission: Mission, autopilot: Autopilot) -> None:
    """Packed and unpacked by pymavlink, numbers cut to 32 bits."""
    home = mission.home or MissionPlace(106.5, 28.9)
    places = tuple(place for place in mission.rally if place.height is not None)
    mission = replace(mission, home=home, rally=places)
    for kind, items in (
        (MISSION, mission_items(mission, desk(), autopilot)),
        (FENCE, fence_items(mission)),
        (RALLY, rally_items(mission, desk())),
    ):
        check_items(items, kind)
        assert read_back_differences(items, travelled(items, kind), kind, autopilot) == []


def travelled(items: tuple[MissionItem, ...], kind: MissionKind) -> tuple[MissionItem, ...]:
    mav = common.MAVLink(None, srcSystem=1, srcComponent=1)
    found = []
    for seq, item in enumerate(items):
        values = (item.frame, item.command, item.current, item.autocontinue, *item.params)
        word = common.MAVLink_mission_item_int_message(
            1, 1, seq, *values, item.x_e7, item.y_e7, item.z, kind
        )
        (read,) = mav.parse_buffer(word.pack(mav))
        params = (read.param1, read.param2, read.param3, read.param4)
        found.append(replace(item, params=params, x_e7=read.x, y_e7=read.y, z=read.z))
    return tuple(found)


def of_ardupilot(items: tuple[MissionItem, ...]) -> tuple[MissionItem, ...]:
    """What the real one was seen to give back."""
    found = [replace(items[0], x_e7=0, y_e7=0, z=0.0)]
    for item in items[1:]:
        params = tuple(0.0 if math.isnan(each) else each for each in item.params)
        if item.command == 16:
            params = (params[0], 0.0, *params[2:])
        item = replace(item, params=params)  # type: ignore[arg-type]  # noqa: PLW2901
        if item.command in (20, 205):
            item = replace(item, frame=0, z=0.0)  # noqa: PLW2901
        found.append(item)
    return tuple(found)


def test_habits_of_ardupilot_are_tolerated_for_it_alone() -> None:
    items = mission_items(sample(ARDUPILOT), desk(), ARDUPILOT)
    items = (*items, replace(GOOD, params=(1.0, 5.0, 0.0, math.nan)))
    read = of_ardupilot(items)
    assert read_back_differences(items, read, MISSION, ARDUPILOT) == []
    told = read_back_differences(items, read, MISSION, PX4)
    assert any("item 0" in each for each in told)
    assert any("parameter 2 5, 0" in each for each in told)
    fence = fence_items(sample())
    asked = tuple(replace(each, frame=3) for each in fence)
    assert read_back_differences(asked, fence, FENCE, ARDUPILOT) == []
    assert read_back_differences(asked, fence, FENCE, PX4) != []
    assert read_back_differences((), items[:1], MISSION, ARDUPILOT) == []
    assert read_back_differences((), items[:1], MISSION, PX4) != []
    assert is_nothing((), RALLY, PX4)


@pytest.mark.parametrize(
    "changed",
    [
        replace(GOOD, x_e7=GOOD.x_e7 + 2),
        replace(GOOD, y_e7=GOOD.y_e7 - 2),
        replace(GOOD, z=490.02),
        replace(GOOD, z=math.nan),
        replace(GOOD, frame=3),
        replace(GOOD, frame=10),
        replace(GOOD, frame=2),
        replace(GOOD, command=82),
        replace(GOOD, autocontinue=0),
        replace(GOOD, params=(9.0, 0.0, 0.0, 0.0)),
        replace(GOOD, params=(math.nan, 0.0, 0.0, 0.0)),
        replace(GOOD, params=(0.0, 3.0, 0.0, 0.0)),
    ],
)
@pytest.mark.parametrize("autopilot", [PX4, ARDUPILOT, None])
def test_another_meaning_is_told(changed: MissionItem, autopilot: Autopilot | None) -> None:
    told = read_back_differences((GOOD, GOOD), (GOOD, changed), MISSION, autopilot)
    assert len(told) == 1
    assert told[0].startswith("item 1: ")


def test_the_same_in_other_words() -> None:
    sent = (GOOD, replace(GOOD, frame=5), replace(GOOD, params=(0.0, 0.0, 0.0, math.nan)))
    near = replace(GOOD, x_e7=GOOD.x_e7 + 1, z=490.005)
    assert read_back_differences(sent, (GOOD, near, sent[2]), MISSION, None) == []
    assert read_back_differences((GOOD,) * 2, (GOOD,), MISSION, None) == [
        "2 items were sent, 1 came back"
    ]
    order = MissionItem(frame=2, command=178, params=(1.0, 12.0, -1.0, 0.0), z=1.0)
    assert read_back_differences((order,), (replace(order, z=0.0),), MISSION, PX4) != []
    assert read_back_differences((order,), (replace(order, x_e7=1),), MISSION, PX4) != []
    assert len(read_back_differences((GOOD,) * 40, (order,) * 40, MISSION, None)) == 20
    assert read_back_differences((GOOD,), (order,), MISSION, ARDUPILOT) == ["item 0 is not home"]
