"""Ground stations that are not ours speak to the simulated vehicle: MAVSDK and MAVProxy."""

import asyncio
import contextlib
import math
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pytest
from craft_rig import items_for
from mavsdk_grpc.mission_raw import MissionItem as RawItem
from mavsdk_grpc.mission_raw import MissionRawError
from vehicle_rig import free_port, mavproxy, mavsdk_client, simulated

from drone_jobs.links.simulated.words import Message
from models.mission import Autopilot

MavsdkSystem = Message  # it ships no types either
pytestmark = pytest.mark.servers


def raw(items: list[Message], kind: int = 0) -> list[RawItem]:
    return [
        RawItem(
            seq,
            each.frame,
            each.command,
            1 if seq == 0 else 0,
            each.autocontinue,
            each.param1,
            each.param2,
            each.param3,
            each.param4,
            each.x,
            each.y,
            each.z,
            kind,
        )
        for seq, each in enumerate(items)
    ]


def numbers(item: RawItem) -> list[float]:
    told = [item.command, item.frame, item.x, item.y, item.z]
    told += [item.param1, item.param2, item.param3, item.param4]
    return [-9999.0 if math.isnan(each) else round(float(each), 4) for each in told]


def fence() -> list[RawItem]:
    corners = [(289_490_000, 1_065_490_000), (289_490_000, 1_065_580_000)]
    corners += [(289_550_000, 1_065_580_000), (289_550_000, 1_065_490_000)]
    return [
        RawItem(seq, 3, 5001, 0, 1, 4.0, 0.0, 0.0, 0.0, x, y, 0.0, 1)
        for seq, (x, y) in enumerate(corners)
    ]


RALLY = [RawItem(0, 3, 5100, 0, 1, 0.0, 0.0, 0.0, 0.0, 289_500_000, 1_065_500_000, 50.0, 2)]


def test_mavsdk_gives_px4_a_mission_a_fence_and_a_rally_point_and_flies_it(tmp_path: Path) -> None:
    port = free_port()
    sent = raw(items_for(Autopilot.PX4))

    async def fly(system: MavsdkSystem) -> tuple[list[float], list[str]]:
        mission = system.mission_raw
        await mission.upload_geofence(fence())
        await mission.upload_rally_points(RALLY)
        await mission.upload_mission(sent)
        assert [numbers(each) for each in await mission.download_mission()] == [
            numbers(each) for each in sent
        ]
        assert [numbers(each) for each in await mission.download_geofence()] == [
            numbers(each) for each in fence()
        ]
        assert len(await mission.download_rallypoints()) == 1
        modes: list[str] = []

        async def watch() -> None:
            async for mode in system.telemetry.flight_mode():
                modes.append(mode.name)  # noqa: PERF401 -- it ends in the middle

        watching = asyncio.create_task(watch())
        await system.action.arm()
        await mission.start_mission()
        heights: list[float] = []
        has_flown = False
        async for position in system.telemetry.position():
            heights.append(position.relative_altitude_m)
            has_flown = has_flown or heights[-1] > 50.0
            if has_flown and heights[-1] < 0.01:
                break
        async for is_armed in system.telemetry.armed():
            if not is_armed:
                break
        watching.cancel()
        return heights, modes

    with (
        mavsdk_client(tmp_path, f"udpin://127.0.0.1:{port}") as ask,
        simulated(f"udpout:127.0.0.1:{port}", "--speedup", "25"),
    ):
        heights, modes = ask(fly)
    assert max(heights) == pytest.approx(100.0, abs=0.5)
    assert {"MISSION", "RETURN_TO_LAUNCH"} <= set(modes)


def test_mavsdk_gives_a_mission_over_a_link_that_loses_a_tenth_each_way(tmp_path: Path) -> None:
    port = free_port()
    points = items_for(Autopilot.PX4)[2:3] * 12
    sent = raw(points)

    async def ask_both(system: MavsdkSystem) -> list[RawItem]:
        """Its upload ends in a timeout when the last acknowledgement is lost: then once more."""
        for _ in range(8):
            with contextlib.suppress(MissionRawError):
                await system.mission_raw.upload_mission(sent)
                break
        for _ in range(8):
            with contextlib.suppress(MissionRawError):
                found: list[RawItem] = await system.mission_raw.download_mission()
                return found
        return []

    with (
        mavsdk_client(tmp_path, f"udpin://127.0.0.1:{port}") as ask,
        simulated(f"udpout:127.0.0.1:{port}", "--quirks", "lossy", "--loss", "0.1"),
    ):
        found = ask(ask_both)
    assert [numbers(each) for each in found] == [numbers(each) for each in sent]


def test_mavsdk_gives_ardupilot_a_mission_over_tcp(tmp_path: Path) -> None:
    port = free_port()
    sent = raw(items_for(Autopilot.ARDUPILOT))

    async def ask_both(system: MavsdkSystem) -> list[RawItem]:
        await asyncio.sleep(2.5)  # it takes none before
        await system.mission_raw.upload_mission(sent)
        found: list[RawItem] = await system.mission_raw.download_mission()
        return found

    with (
        simulated(f"tcpin:127.0.0.1:{port}", "--quirks", "ardupilot"),
        mavsdk_client(tmp_path, f"tcpout://127.0.0.1:{port}") as ask,
    ):
        found = ask(ask_both)
    assert [each.command for each in found] == [each.command for each in sent]
    assert (found[0].x, found[0].y, found[0].z) == (289_500_000, 1_065_500_000, 390.0)
    placed = [each for each in found if each.command == 16][1:]
    assert [(each.x, each.y) for each in placed] == [
        (each.x, each.y) for each in sent if each.command == 16
    ][1:]


def test_mavproxy_gives_ardupilot_a_mission_and_saves_it_again(tmp_path: Path) -> None:
    port = free_port()
    rows = [
        f"{seq}\t0\t3\t16\t0\t0\t0\t0\t{28.951 + seq * 1e-4:.7f}\t106.5510000\t60.0\t1"
        for seq in range(21)
    ]
    (tmp_path / "way.waypoints").write_text("QGC WPL 110\n" + "\n".join(rows) + "\n")
    with (
        simulated(f"udpout:127.0.0.1:{port}", "--quirks", "ardupilot"),
        mavproxy(tmp_path, f"udpin:127.0.0.1:{port}") as station,
    ):
        station.expect(pexpect.TIMEOUT, timeout=2.5)
        station.sendline("wp load way.waypoints")
        station.expect(r"Sent all 21 waypoints")
        station.expect(r"MISSION_ACK.*ACCEPTED|Got MISSION_ACK|Flight plan received")
        station.sendline("wp save back.waypoints")
        station.expect(r"Saved 21 waypoints")
        station.sendline("mode AUTO")
        station.expect("AUTO>")
    back = (tmp_path / "back.waypoints").read_text().splitlines()[1:]
    told = [line.split() for line in back]
    assert [float(each[8]) for each in told[1:]] == pytest.approx(
        [28.951 + seq * 1e-4 for seq in range(1, 21)], abs=1e-6
    )
    assert float(told[0][10]) == 390.0
