"""Settings of an autopilot: read, set, read back; in the encodings of PX4 and ArduPilot."""

import asyncio
import math
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from command_peer import CommandPeer, off_the_line
from mavlink_flight import GROUND_M, HOME, TERRAIN, mission
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from drone_jobs.heights import HeightDesk
from drone_jobs.links.link import LinkLost, LinkRefused
from drone_jobs.links.mavlink.for_mission import desk_of, points_of, set_for
from drone_jobs.links.mavlink.items import mission_items
from drone_jobs.links.mavlink.parameters import LOST_LINK, set_parameter
from drone_jobs.links.mavlink.words import Message
from models.clock import ManualClock
from models.height import Height, HeightSystem
from models.mission import Autopilot, Finish, LostLink, Mission, MissionPlace

INT32, REAL32 = 6, 9


class Keeper(CommandPeer):
    """Keeps one setting, as the bytes that its autopilot would send."""

    def __init__(self, raw: float, kind: int, *, deaf: int = 0, keeps: bool = True) -> None:
        super().__init__({})
        self.raw, self.kind, self.deaf, self.keeps = raw, kind, deaf, keeps

    def send(self, message: Message) -> None:
        heard = off_the_line(message, system=255, component=190)
        self.said.append(heard)
        self.deaf -= 1
        if self.deaf >= 0 or heard.param_id != "SETTING":
            return
        if heard.get_type() == "PARAM_SET" and self.keeps:
            self.raw = heard.param_value
        for name in (b"OTHER", b"SETTING"):
            raw = 77.0 if name == b"OTHER" else self.raw
            self.tell(mavlink.MAVLink_param_value_message(name, raw, self.kind, 2, 0))

    @property
    def kinds(self) -> list[str]:
        return [each.get_type().removeprefix("PARAM_") for each in self.said]


def put(peer: Keeper, autopilot: Autopilot, target: int, name: str = "SETTING") -> int:
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    was = asyncio.run(set_parameter(peer, clock, autopilot, name, lambda value: value | target))
    assert not peer.listeners
    return was


def bits(value: int) -> float:
    return float(struct.unpack("<f", struct.pack("<i", value))[0])


def test_set_in_each_encoding() -> None:
    peer = Keeper(4.0, INT32)
    assert put(peer, Autopilot.ARDUPILOT, 3) == 4
    assert peer.raw == 7.0
    assert peer.kinds == ["REQUEST_READ", "SET"]
    peer = Keeper(bits(4), INT32)
    put(peer, Autopilot.PX4, 3)
    assert struct.pack("<f", peer.raw) == struct.pack("<i", 7)
    peer = Keeper(4.0, REAL32)
    put(peer, Autopilot.PX4, 3)
    assert peer.raw == 7.0


def test_what_is_so_already_is_not_set() -> None:
    peer = Keeper(7.0, INT32, deaf=3)
    assert put(peer, Autopilot.ARDUPILOT, 3) == 7
    assert peer.kinds == ["REQUEST_READ"] * 4


def test_what_is_not_kept_is_refused() -> None:
    with pytest.raises(LinkRefused, match="stays at 4 instead of 7") as caught:
        put(Keeper(4.0, INT32, keeps=False), Autopilot.ARDUPILOT, 3)
    assert caught.value.code == "link_parameter"


@pytest.mark.parametrize("raw", [1.5, math.nan, math.inf])
def test_what_is_no_whole_number_is_refused(raw: float) -> None:
    with pytest.raises(LinkRefused, match="no whole number"):
        put(Keeper(raw, REAL32), Autopilot.ARDUPILOT, 3)


def test_one_that_is_not_known_is_silence() -> None:
    peer = Keeper(4.0, INT32)
    with pytest.raises(LinkLost, match="ANOTHER"):
        put(peer, Autopilot.ARDUPILOT, 3, "ANOTHER")
    assert len(peer.said) == 5


def test_every_way_without_a_link_has_a_number() -> None:
    for _, numbers in LOST_LINK.values():
        assert set(numbers) == set(LostLink) - {LostLink.UNSAID}
        assert len(set(numbers.values())) == len(numbers)


def set_on(wished: Mission, autopilot: Autopilot, **was: int) -> list[tuple[str, int]]:
    """What is changed, in its order, of settings that were so."""
    changed: list[tuple[str, int]] = []

    async def setting(name: str, told: Callable[[int], int]) -> int:
        before, now = was[name], told(was[name])
        if now != before:
            changed.append((name, now))
        was[name] = now
        return before

    asyncio.run(set_for(wished, autopilot, setting))
    return changed


def test_what_a_mission_asks_for() -> None:
    both = mission(Autopilot.ARDUPILOT, lost_link=LostLink.LAND)
    fresh = {"FS_GCS_ENABLE": 1, "FENCE_ENABLE": 0, "FENCE_TYPE": 7, "FENCE_ACTION": 1}
    assert set_on(both, Autopilot.ARDUPILOT, **fresh) == [
        ("FS_GCS_ENABLE", 5), ("FENCE_TYPE", 4), ("FENCE_ENABLE", 1),
    ]  # fmt: skip
    assert set_on(both, Autopilot.PX4, NAV_DLL_ACT=2, GF_ACTION=2) == [("NAV_DLL_ACT", 3)]
    unsaid = replace(both, lost_link=LostLink.UNSAID, circles=())
    assert set_on(unsaid, Autopilot.ARDUPILOT) == []
    assert set_on(unsaid, Autopilot.PX4) == []


@pytest.mark.parametrize(
    ("was", "changed"),
    [
        ((1, 7, 1), []),
        ((1, 3, 1), [("FENCE_TYPE", 7)]),
        ((1, 1, 0), [("FENCE_TYPE", 5), ("FENCE_ACTION", 1)]),
        ((1, 4, 2), []),
        ((0, 3, 0), [("FENCE_TYPE", 4), ("FENCE_ACTION", 1), ("FENCE_ENABLE", 1)]),
        ((2, 4, 4), []),
    ],
)
def test_a_fence_that_somebody_has_set_up_stays(
    was: tuple[int, int, int], changed: list[tuple[str, int]]
) -> None:
    fenced = mission(Autopilot.ARDUPILOT, lost_link=LostLink.UNSAID)
    names = ("FENCE_ENABLE", "FENCE_TYPE", "FENCE_ACTION")
    held = dict(zip(names, was, strict=True))
    assert set_on(fenced, Autopilot.ARDUPILOT, **held) == changed


@pytest.mark.parametrize(("was", "becomes"), [(0, 3), (1, 3), (2, 2), (3, 3), (4, 4), (5, 5)])
def test_px4_does_something_at_its_fence(was: int, becomes: int) -> None:
    fenced = mission(Autopilot.PX4, lost_link=LostLink.UNSAID)
    changed = [("GF_ACTION", becomes)] if becomes != was else []
    assert set_on(fenced, Autopilot.PX4, GF_ACTION=was) == changed


def test_the_take_off_is_home_where_nobody_knows_better() -> None:
    told = mission(Autopilot.PX4)
    desk = HeightDesk(TERRAIN)
    assert desk_of(told, desk).take_off_above_sea_m == GROUND_M
    nowhere = replace(told, home=None)
    assert desk_of(nowhere, desk) is desk
    known = HeightDesk(TERRAIN, 512.0)
    assert desk_of(told, known) is known
    without_height = replace(told, home=MissionPlace(HOME.lon_deg, HOME.lat_deg))
    assert desk_of(without_height, desk).take_off_above_sea_m == GROUND_M
    above_ellipsoid = MissionPlace(
        HOME.lon_deg, HOME.lat_deg, Height(GROUND_M - 35.4, HeightSystem.ELLIPSOID)
    )
    found = desk_of(replace(told, home=above_ellipsoid), desk).take_off_above_sea_m
    assert found == pytest.approx(GROUND_M, abs=0.1)


@pytest.mark.parametrize(
    ("autopilot", "finish", "points", "end"),
    [
        (Autopilot.PX4, Finish.HOME, (2, 3, 4), 5),
        (Autopilot.ARDUPILOT, Finish.HOME, (3, 4, 5), 6),
        (Autopilot.PX4, Finish.LAND, (2, 3, 4), 5),
        (Autopilot.PX4, Finish.HOVER, (2, 3, 4), None),
        (Autopilot.PX4, Finish.START, (2, 3, 4), 5),
    ],
)
def test_items_of_the_points(
    autopilot: Autopilot, finish: Finish, points: tuple[int, ...], end: int | None
) -> None:
    flown = replace(mission(autopilot), finish=finish)
    items = mission_items(flown, HeightDesk(TERRAIN, GROUND_M), autopilot)
    assert points_of(items, len(flown.points), autopilot) == (points, end)
