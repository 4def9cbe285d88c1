"""One aircraft on one line, whatever else is on it."""

import asyncio
import os
import pty
import random
import socket
import tty
from pathlib import Path

import pytest
from mavlink_peer import UdpVehicle, VehicleModel
from pymavlink.dialects.v20 import common

from drone_jobs.links.link import LinkLost
from drone_jobs.links.mavlink.lines import line_of
from drone_jobs.links.mavlink.listening import MOST_WAITING, Listening
from drone_jobs.links.mavlink.wire import HeardAircraft, MavlinkWire
from drone_jobs.links.mavlink.words import Message
from models.clock import SystemClock
from models.errors import InputRefused
from models.mission import Autopilot

CLOCK = SystemClock()


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def beat(mav: Message, autopilot: int = common.MAV_AUTOPILOT_PX4, kind: int = 2) -> bytes:
    word = common.MAVLink_heartbeat_message(kind, autopilot, 0, 0, 4, 3)
    data: bytes = word.pack(mav)
    mav.seq = (mav.seq + 1) % 256
    return data


def text(mav: Message, said: str) -> bytes:
    data: bytes = common.MAVLink_statustext_message(6, said.encode()).pack(mav)
    mav.seq = (mav.seq + 1) % 256
    return data


async def said(heard: Listening, within_s: float = 5.0) -> str:
    message = await heard.next(within_s)
    assert message is not None
    return str(message.text)


def chosen(wire: MavlinkWire) -> HeardAircraft | None:
    return wire.aircraft


def speaker(system: int, component: int = 1) -> Message:
    return common.MAVLink(None, srcSystem=system, srcComponent=component)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "udpin",
        "udpin:127.0.0.1",
        "udpin:127.0.0.1:0",
        "udpin:127.0.0.1:65536",
        "udpin:127.0.0.1:1e3",
        "udpin::14550",
        "http://127.0.0.1:80",
        "serial:/dev/ttyUSB0:0",
        "serial:/dev/ttyUSB0:57601",
        "serial:/dev/ttyUSB0:99999999999999",
        "tcp:127.0.0.1:٣",
    ],
)
def test_no_line(url: str) -> None:
    with pytest.raises(InputRefused) as told:
        line_of(url, CLOCK)
    assert told.value.code == "link_url"


def test_a_port_that_is_taken() -> None:
    async def run() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            wire = MavlinkWire(f"udpin:127.0.0.1:{taken.getsockname()[1]}", clock=CLOCK)
            with pytest.raises(LinkLost) as told:
                await wire.open()
            assert told.value.code == "link_open"
            await wire.close()

    asyncio.run(run())


def test_nobody_is_there() -> None:
    async def run() -> None:
        async with MavlinkWire(f"udpin://127.0.0.1:{free_port()}", clock=CLOCK) as wire:
            with pytest.raises(LinkLost) as told:
                await wire.find(0.05)
            assert told.value.code == "link_silent"
            with pytest.raises(LinkLost):
                _ = wire.route
            assert not wire.is_heard()
            assert wire.counts.unsent >= 1  # our heartbeat has nobody to go to

    asyncio.run(run())


def test_the_first_autopilot_is_the_aircraft() -> None:
    """Stations, cameras and other aircraft are passed over; a double of the aircraft too."""

    async def run() -> None:
        wire = MavlinkWire(f"udpin:127.0.0.1:{free_port()}", clock=CLOCK)
        async with wire:
            with wire.messages("STATUSTEXT") as heard:
                wire._take(beat(speaker(255), common.MAV_AUTOPILOT_INVALID, 6), "station")
                wire._take(beat(speaker(7, 100), common.MAV_AUTOPILOT_INVALID, 30), "camera")
                assert chosen(wire) is None
                first, second = speaker(7), speaker(8)
                wire._take(beat(first, common.MAV_AUTOPILOT_ARDUPILOTMEGA), "a")
                wire._take(beat(second), "b")
                wire._take(beat(speaker(7)), "c")  # calls itself the same
                wire._take(text(second, "stranger"), "b")
                wire._take(text(speaker(7), "double"), "c")
                wire._take(text(speaker(7, 154), "gimbal"), "a")
                wire._take(text(first, "aircraft"), "a")
                assert [await said(heard), await said(heard)] == ["gimbal", "aircraft"]
                assert await heard.next(0.01) is None
            assert wire.aircraft is not None
            assert (wire.aircraft.system, wire.aircraft.autopilot) == (7, Autopilot.ARDUPILOT)
            assert wire.strangers == {255, 7, 8}
            assert wire.counts.strangers == 6
            assert wire.is_heard()

    asyncio.run(run())


def test_the_aircraft_that_is_asked_for() -> None:
    async def run() -> None:
        wire = MavlinkWire(f"udpin:127.0.0.1:{free_port()}", clock=CLOCK, system=9)
        async with wire:
            wire._take(beat(speaker(7)), "a")
            assert chosen(wire) is None
            wire._take(beat(speaker(9), common.MAV_AUTOPILOT_GENERIC), "b")
            assert (await wire.find()).autopilot is None

    asyncio.run(run())


def test_garbage_is_counted_and_passed_over() -> None:
    async def run() -> None:
        dice = random.Random(3)
        wire = MavlinkWire(f"udpin:127.0.0.1:{free_port()}", clock=CLOCK)
        mav = speaker(1)
        async with wire:
            wire._take(beat(mav), "a")
            with wire.messages("STATUSTEXT") as heard:
                for at in range(300):
                    whole = text(mav, f"word {at}")
                    wire._take(dice.randbytes(dice.randrange(400)), f"flood {at}")
                    bent = bytearray(whole)
                    bent[dice.randrange(len(bent))] ^= 1 << dice.randrange(8)
                    wire._take(bytes(bent), "bent")
                    cut = dice.randrange(len(whole))
                    wire._take(whole[:cut], "a")
                    wire._take(whole[cut:], "a")
                for at in range(300):
                    assert await said(heard) == f"word {at}"
            assert wire.counts.garbage > 100
            assert wire.counts.lost == 0
            assert len(wire._parsers) <= 16

    asyncio.run(run())


def test_what_is_missing_is_counted() -> None:
    async def run() -> None:
        wire = MavlinkWire(f"udpin:127.0.0.1:{free_port()}", clock=CLOCK)
        mav = speaker(1)
        mav.seq = 250
        async with wire:
            wire._take(beat(mav), "a")
            mav.seq = (mav.seq + 10) % 256
            wire._take(beat(mav), "a")
            assert (wire.counts.lost, wire.counts.heard) == (10, 2)
            mav.seq = (mav.seq - 3) % 256  # came late
            wire._take(beat(mav), "a")
            assert wire.counts.lost == 10

    asyncio.run(run())


def test_a_listener_that_sleeps_loses_the_oldest() -> None:
    async def run() -> None:
        wire = MavlinkWire(f"udpin:127.0.0.1:{free_port()}", clock=CLOCK)
        mav = speaker(1)
        async with wire:
            wire._take(beat(mav), "a")
            heard = wire.messages()
            for at in range(MOST_WAITING + 5):
                wire._take(text(mav, str(at)), "a")
            assert await said(heard) == "5"
            assert heard.dropped == 5
        told = [each async for each in heard]  # ends with the wire
        assert len(told) == MOST_WAITING - 1
        assert await heard.next() is None

    asyncio.run(run())


def test_udp_both_ways() -> None:
    """Heartbeats of both."""

    async def run() -> None:
        port = free_port()
        vehicle = UdpVehicle(VehicleModel())
        async with MavlinkWire(f"udp:127.0.0.1:{port}", clock=CLOCK) as wire:
            await vehicle.open(port)
            await wire.find()
            for _ in range(200):
                if vehicle.heard:
                    break
                await asyncio.sleep(0.01)
            assert vehicle.heard[0].get_type() == "HEARTBEAT"
            assert vehicle.heard[0].type == common.MAV_TYPE_GCS
            await vehicle.close()

    asyncio.run(run())


def test_tcp_is_called_again() -> None:
    async def run() -> None:
        calls: list[asyncio.StreamWriter] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            calls.append(writer)
            mav = speaker(3)
            writer.write(beat(mav))
            if len(calls) == 1:
                writer.close()
                return
            told = await reader.read(100)
            assert told[0] == 0xFD
            writer.write(text(mav, "back"))

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with MavlinkWire(f"tcp:127.0.0.1:{port}", clock=CLOCK) as wire:
            heard = wire.messages("STATUSTEXT")
            assert (await wire.find()).system == 3
            assert await said(heard) == "back"
        for each in calls:
            each.close()
        server.close()
        await server.wait_closed()

    asyncio.run(run())


def test_a_serial_line_that_is_pulled_out() -> None:
    async def run() -> None:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        name, mav = os.ttyname(theirs), speaker(4)
        async with MavlinkWire(f"serial:{name}:57600", clock=CLOCK) as wire:
            await asyncio.sleep(0.05)
            os.write(ours, beat(mav))
            assert (await wire.find(5.0)).system == 4
            wire.send(common.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3))
            await asyncio.sleep(0.05)
            assert os.read(ours, 10)[0] == 0xFD
            os.close(ours)
            os.close(theirs)
            await asyncio.sleep(0.05)
            unsent = wire.counts.unsent
            wire.send(common.MAVLink_heartbeat_message(6, 8, 0, 0, 4, 3))
            assert wire.counts.unsent == unsent + 1

    asyncio.run(run())


def test_a_radio_that_is_not_there() -> None:
    async def run() -> None:
        async with MavlinkWire("serial:/dev/there-is-none:57600", clock=CLOCK) as wire:
            with pytest.raises(LinkLost):
                await wire.find(0.05)

    asyncio.run(run())


def test_a_file_is_no_radio(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")

    async def run() -> None:
        async with MavlinkWire(f"serial:{tmp_path}/file:57600", clock=CLOCK) as wire:
            with pytest.raises(LinkLost):
                await wire.find(0.05)

    asyncio.run(run())


def test_a_stream_that_never_ends_with_a_message_is_not_kept() -> None:
    """Pieces of a stream: what was read is forgotten, what is begun is not."""

    async def run() -> None:
        mav, wire = speaker(1), MavlinkWire(f"udpin:127.0.0.1:{free_port()}", clock=CLOCK)
        async with wire:
            wire._take(beat(mav), "line")
            stream = b"".join(text(mav, f"word {at}") for at in range(400))
            with wire.messages("STATUSTEXT") as heard:
                for at in range(0, len(stream), 7):
                    wire._take(stream[at : at + 7], "line")
                    assert len(wire._parsers["line"].buf) < 5000
                for at in range(400):
                    assert await said(heard) == f"word {at}"

    asyncio.run(run())


def test_a_parser_that_fails_is_made_anew() -> None:
    class Broken:
        def parse_buffer(self, data: bytes) -> None:
            raise IndexError(data)

    async def run() -> None:
        mav, wire = speaker(1), MavlinkWire(f"udpin:127.0.0.1:{free_port()}", clock=CLOCK)
        async with wire:
            wire._parsers["a"] = Broken()
            wire._take(beat(mav), "a")
            assert (chosen(wire), wire.counts.garbage) == (None, 1)
            wire._take(beat(mav), "a")
            assert chosen(wire) is not None

    asyncio.run(run())


def test_words_that_are_not_known_are_garbage() -> None:
    async def run() -> None:
        wire = MavlinkWire(f"udpin:127.0.0.1:{free_port()}", clock=CLOCK)
        async with wire:
            wire._take(beat(speaker(1)), "a")
            head = bytes([2, 0, 0, 1, 1, 1, 0xFF, 0xFF, 0x7F])
            with wire.messages() as heard:
                wire._take(b"\xfd" + head + b"\1\1\0\0", "a")
                assert await heard.next(0.01) is None
            assert wire.counts.garbage == 1

    asyncio.run(run())


def test_we_speak_first_where_that_is_asked() -> None:
    """Also while nobody listens there yet."""

    async def run() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            other.settimeout(0)
            port = other.getsockname()[1]
            async with MavlinkWire(f"udpout:127.0.0.1:{port}", clock=CLOCK) as wire:
                loop = asyncio.get_running_loop()
                data, ours = await asyncio.wait_for(loop.sock_recvfrom(other, 300), 5.0)
                assert data[0] == 0xFD
                other.sendto(beat(speaker(5)), ours)
                assert (await wire.find(5.0)).system == 5
        async with MavlinkWire(f"udpout:127.0.0.1:{free_port()}", clock=CLOCK) as wire:
            await asyncio.sleep(0.05)
            assert wire.counts.sent == 1

    asyncio.run(run())


def test_a_radio_that_is_slower_than_what_is_said() -> None:
    async def run() -> None:
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        async with MavlinkWire(f"serial:{os.ttyname(theirs)}:57600", clock=CLOCK) as wire:
            await asyncio.sleep(0.05)
            for _ in range(5000):
                wire.send(common.MAVLink_statustext_message(6, b"x" * 50))
            assert wire.counts.unsent > 100
            os.write(ours, beat(speaker(4)))
            assert (await wire.find(5.0)).system == 4
        os.close(ours)
        os.close(theirs)

    asyncio.run(run())
