"""The simulated vehicle on real sockets of this machine, and as a program."""

import asyncio
import contextlib
import socket
from collections.abc import Callable

import pytest
from craft_rig import SPOT
from hypothesis import given
from hypothesis import strategies as st
from pymavlink.dialects.v20 import ardupilotmega as mavlink

from drone_jobs.fleet import find_aircraft
from drone_jobs.links.simulated.__main__ import main
from drone_jobs.links.simulated.quirks import Quirks
from drone_jobs.links.simulated.vehicle import SimulatedVehicle
from drone_jobs.links.simulated.wire import VehicleUrl
from drone_jobs.links.simulated.words import Message
from models.errors import InputRefused


def vehicle(url: str, **how: object) -> SimulatedVehicle:
    return SimulatedVehicle(url, find_aircraft("PX4 example"), SPOT, **how)  # type: ignore[arg-type]


def asked() -> bytes:
    ours = mavlink.MAVLink(None, srcSystem=255, srcComponent=190)
    return bytes(mavlink.MAVLink_mission_request_list_message(1, 1, 0).pack(ours))


async def answer(read: Callable[[], "asyncio.Future[bytes]"], kind: str) -> Message:
    parser = mavlink.MAVLink(None)
    parser.robust_parsing = True
    async with asyncio.timeout(10):
        while True:
            for message in parser.parse_buffer(await read()) or ():
                if message.get_type() == kind:
                    return message


def heard_over_udp(url: str) -> None:
    async def talk() -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
            ours.bind(("127.0.0.1", 0))
            ours.settimeout(0.0)
            port = ours.getsockname()[1]
            async with vehicle(url.format(port=port)) as flown:
                if "udpin" in url:
                    for junk in (b"", b"\xfd" * 300, b"\xfe\x00", bytes(range(256))):
                        ours.sendto(junk, ("127.0.0.1", flown.port))
                    ours.sendto(asked(), ("127.0.0.1", flown.port))
                else:
                    _, at = await loop.sock_recvfrom(ours, 4096)
                    ours.sendto(b"\x00garbage", at)
                    ours.sendto(asked(), at)
                count = await answer(
                    lambda: asyncio.ensure_future(loop.sock_recv(ours, 4096)), "MISSION_COUNT"
                )
                assert count.count == 0
                assert flown.garbage > 0

    asyncio.run(talk())


def test_it_speaks_over_udp_when_it_listens_and_when_it_calls() -> None:
    heard_over_udp("udpin:127.0.0.1:0")
    heard_over_udp("udpout:127.0.0.1:{port}")


def test_nobody_listening_is_no_trouble_and_many_speakers_are_not_kept() -> None:
    async def talk() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
            gone.bind(("127.0.0.1", 0))
            port = gone.getsockname()[1]
        async with vehicle(f"udpout:127.0.0.1:{port}"):
            await asyncio.sleep(0.1)
        async with vehicle("udpin:127.0.0.1:0") as flown:
            for _ in range(20):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                    one.sendto(asked(), ("127.0.0.1", flown.port))
            await asyncio.sleep(0.1)
            assert len(flown._wire._peers) == 8

    asyncio.run(talk())


def test_it_speaks_over_tcp_to_several_and_takes_leave() -> None:
    async def talk() -> None:
        async with vehicle("tcpin:127.0.0.1:0") as flown:
            for _ in range(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", flown.port)
                writer.write(b"\xfd\xff\xff" + b"\0" * 300 + asked())
                count = await answer(
                    lambda reader=reader: asyncio.ensure_future(reader.read(4096)),  # type: ignore[misc]
                    "MISSION_COUNT",
                )
                assert count.get_srcSystem() == 1
                writer.close()
                await writer.wait_closed()
            crowd = [await asyncio.open_connection("127.0.0.1", flown.port) for _ in range(9)]
            assert await crowd[-1][0].read() == b""
        for _, writer in crowd:
            writer.close()

    asyncio.run(talk())


def test_it_dials_until_somebody_answers_and_again_when_he_leaves() -> None:
    async def talk() -> None:
        calls: list[asyncio.StreamWriter] = []
        called = asyncio.Event()

        def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            calls.append(writer)
            writer.close()
            if len(calls) == 2:
                called.set()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with vehicle(f"tcp:127.0.0.1:{port}"), asyncio.timeout(10):
            await called.wait()
        server.close()

    asyncio.run(talk())


def test_it_runs_until_it_is_cancelled() -> None:
    async def talk() -> None:
        flown = vehicle("udpin:127.0.0.1:0", quirks=Quirks.LOSSY, speedup=100.0)
        running = asyncio.create_task(flown.run())
        while flown.craft.pilot.time_s < 10.0:  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(0.02)
        flown.set_battery(0.5)
        assert flown.craft.pilot.body.battery_share == 0.5
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    asyncio.run(asyncio.wait_for(talk(), 10))


@pytest.mark.parametrize("speedup", [0.0, -1.0, float("nan"), float("inf"), 201.0])
def test_a_speed_that_is_none_is_refused(speedup: float) -> None:
    with pytest.raises(InputRefused) as refused:
        vehicle("udpin:127.0.0.1:0", speedup=speedup)
    assert refused.value.code == "vehicle_speedup"


def test_addresses_are_read() -> None:
    assert VehicleUrl.read("udpin:127.0.0.1:14550") == VehicleUrl("udpin", "127.0.0.1", 14550)
    assert VehicleUrl.read("tcp://[::1]:5760") == VehicleUrl("tcp", "::1", 5760)


@given(st.text().filter(lambda text: text.partition(":")[0] not in {"udpin", "tcp", "tcpin"}))
def test_any_other_address_is_refused(text: str) -> None:
    with pytest.raises(InputRefused) as refused:
        VehicleUrl.read(text)
    assert refused.value.code == "vehicle_url"
    assert refused.value.remedy


@pytest.mark.parametrize("text", ["udpin:", "udpin:h", "tcp:h:x", "tcp:h:70000", "tcp://[::1:5"])
def test_a_damaged_address_is_refused(text: str) -> None:
    with pytest.raises(InputRefused):
        VehicleUrl.read(text)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--url", "serial:/dev/ttyUSB0"],
        ["--url", "udpin:127.0.0.1:0", "--home", "here"],
        ["--url", "udpin:127.0.0.1:0", "--home", "200,100,0"],
        ["--url", "udpin:127.0.0.1:0", "--home", "106,28,nan"],
        ["--url", "udpin:127.0.0.1:0", "--aircraft", "no such"],
        ["--url", "udpin:127.0.0.1:0", "--speedup", "-1"],
        ["--url", "udpin:240.0.0.1:9"],
    ],
)
def test_the_program_says_in_a_line_why_it_cannot(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--loss", "0.1"]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_the_program_is_used_wrongly() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--quirks", "dji"])
    assert ended.value.code == 2
