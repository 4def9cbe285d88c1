"""The links of the settings: what cannot be opened says why, and is opened when it can be."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from mavlink_flight import HOME, TERRAIN
from room_rig import Office, office
from vehicle_rig import free_port

from api.flights.broken_uploads import was_broken_off
from drone_jobs.links.simulated.vehicle import SimulatedVehicle
from models.flight import FlightPhase, RunReason, RunState
from models.mission import Aircraft, Autopilot
from models.store.leases import FLIGHTS

MISSION = 0


def mavlink(port: int, name: str = "quad") -> dict[str, object]:
    return {"aircraft": name, "kind": "mavlink", "url": f"udpin:127.0.0.1:{port}"}


@asynccontextmanager
async def vehicle(port: int, aircraft: Aircraft) -> AsyncIterator[SimulatedVehicle]:
    flown = SimulatedVehicle(f"udpout:127.0.0.1:{port}", aircraft, HOME, terrain=TERRAIN)
    async with flown:
        yield flown


async def heard(made: Office, name: str = "quad") -> None:
    link = made.room.links.link_of(name)
    assert link is not None
    await made.until(link.is_heard, 10.0)


def test_an_address_that_is_taken_is_told_and_opened_when_it_is_free(tmp_path: Path) -> None:
    async def story() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            async with office(tmp_path, [mavlink(port)]) as made:
                aircraft = made.aircraft("quad")
                made.clock.begin()
                book = made.room.links
                assert book.names == ("quad",)
                for _ in range(2):
                    await book.look()
                    assert str(port) in book.faults["quad"]
                    assert book.states() == {"quad": None}
                taken.close()
                await book.look()
                assert not book.faults
                async with vehicle(port, aircraft):
                    await heard(made)
                await book.close()
                assert book.link_of("quad") is None

    asyncio.run(story())


def test_garbage_on_its_port_stops_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        port, random = free_port(), Random(5)
        async with office(tmp_path, [mavlink(port)]) as made:
            aircraft = made.aircraft("quad")
            made.clock.begin()
            await made.room.links.look()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                for size in (0, 1, 2, 12, 280, 1400, 9000) * 40:
                    stranger.sendto(b"\xfd" + random.randbytes(size), ("127.0.0.1", port))
                async with vehicle(port, aircraft):
                    await heard(made)
                    for size in (1, 300, 9000) * 40:
                        stranger.sendto(random.randbytes(size), ("127.0.0.1", port))
                    before = made.room.states()["quad"]
                    await made.until(lambda: made.room.states()["quad"] is not before, 10.0)
            await made.room.links.close()

    asyncio.run(story())


def test_an_aircraft_that_is_changed_gets_a_new_link_unless_a_flight_has_it(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        port = free_port()
        async with office(tmp_path, [mavlink(port)]) as made:
            made.clock.begin()
            book = made.room.links
            await book.look()
            assert "entered" in book.faults["quad"]
            aircraft = made.aircraft("quad")
            await book.look()
            first = book.link_of("quad")
            assert first is not None
            await book.look()
            assert book.link_of("quad") is first
            # A flight has it in hand: it may be told to start at any moment.
            run = made.by_hand(made.sweep("quad"), "quad")
            lease = made.store.leases.take(FLIGHTS, "test", 60.0)
            assert lease is not None
            made.store.runs.claim(run.run_id, lease.fence)
            changed = replace(aircraft, speed_ms=7.0)
            kept = made.store.aircraft.put(changed, version=1, author="wang")
            await book.look()
            assert book.link_of("quad") is first
            made.store.runs.step(
                run.run_id, RunState.FAILED, RunReason.NO_LINK, author="system", fence=lease.fence
            )
            await book.look()
            second = book.link_of("quad")
            assert second is not None
            assert second is not first
            made.store.aircraft.retire("quad", version=kept.version, author="wang")
            await book.look()
            assert book.link_of("quad") is None
            assert book.states() == {"quad": None}
            await book.close()

    asyncio.run(story())


def test_an_aircraft_in_the_air_keeps_its_link(tmp_path: Path) -> None:
    async def story() -> None:
        link = {"aircraft": "quad", "kind": "simulated", "speedup": 5.0}
        async with office(tmp_path, [link]) as made:
            aircraft = made.aircraft("quad")
            made.clock.begin()
            book = made.room.links
            await book.look()
            held = book.link_of("quad")
            assert held is not None

            def stands() -> bool:
                state = held.state
                return (
                    state is not None
                    and state.phase is FlightPhase.GROUND
                    and state.lon_deg is not None
                    and state.battery_share is not None
                )

            await made.until(stands, 10.0)
            mission = made.store.sweeps.get(made.sweep("quad"), 1).missions[0]
            await held.start(await held.upload(mission), released_by="wang")
            await made.until(lambda: bool(held.state and held.state.is_in_the_air), 10.0)
            made.store.aircraft.put(replace(aircraft, speed_ms=7.0), version=1, author="wang")
            await book.look()
            assert book.link_of("quad") is held
            await book.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ({"kind": "mavlink", "url": "carrier-pigeon"}, "carrier-pigeon"),
        ({"kind": "dock", "url": "http://broker"}, "mqtts://HOST:PORT"),
        ({"kind": "dock", "url": "mqtts://li:secret@broker"}, "password_file"),
        ({"kind": "dock", "url": "mqtts://[broker"}, "mqtts://HOST:PORT"),
        ({"kind": "dock", "url": "mqtt://broker", "password_file": "/nowhere/at/all"}, "/nowhere"),
        ({"kind": "simulated"}, "home"),
    ],
)
def test_what_the_settings_name_and_cannot_be_opened(
    tmp_path: Path, link: dict[str, str], told: str
) -> None:
    async def story() -> None:
        dock = {
            "dock_serial": "D1", "aircraft_serial": "A1",
            "files_folder": str(tmp_path), "files_url": "https://files.test/m",
        }  # fmt: skip
        rule = {"aircraft": "quad", **link, **(dock if link["kind"] == "dock" else {})}
        async with office(tmp_path, [rule]) as made:
            bare = replace(made.aircraft("other"), name="quad")
            bare = replace(bare, home_lon_deg=None, home_lat_deg=None)
            made.store.aircraft.put(bare, version=None, author="wang")
            book = made.room.links
            await book.look()
            assert told in book.faults["quad"]
            assert "secret" not in book.faults["quad"]
            assert book.link_of("quad") is None
            assert book.dock_of("quad") is None
            assert book.has_dock("quad") is (link["kind"] == "dock")
            assert book.has_dock("another") is False

    asyncio.run(story())


def test_what_a_dead_process_left_is_cleared_as_soon_as_its_aircraft_is_heard(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        port = free_port()
        async with office(tmp_path, [mavlink(port)]) as made:
            aircraft = made.aircraft("quad")
            made.clock.begin()
            book, runs = made.room.links, made.store.runs
            sweep = made.sweep("quad")
            async with vehicle(port, aircraft) as flown:
                await book.look()
                await heard(made)
                link = book.link_of("quad")
                assert link is not None
                await link.upload(made.store.sweeps.get(sweep, 1).missions[0])
                lists = flown.craft.plans.lists
                await book.close()
                await book.look()
                await heard(made)
                assert lists[MISSION]  # nothing was broken off, and nothing is cleared
                await book.close()
                run = made.by_hand(sweep, "quad").run_id
                lease = made.store.leases.take(FLIGHTS, "dead", 60.0)
                assert lease is not None
                runs.claim(run, lease.fence)
                runs.step(run, RunState.UPLOADING, author="system", fence=lease.fence)
                await book.look()
                await made.until(lambda: not any(lists.values()), 10.0)
                await book.close()

    asyncio.run(story())


def test_an_upload_that_a_dead_process_broke_off_is_known_from_the_runs(tmp_path: Path) -> None:
    async def story() -> None:
        async with office(tmp_path, []) as made:
            made.clock.begin()
            made.aircraft("quad", Autopilot.ARDUPILOT)
            made.aircraft("other")
            runs, now = made.store.runs, made.clock.now()
            lease = made.store.leases.take(FLIGHTS, "test", 60.0)
            assert lease is not None

            def broken() -> bool:
                found = runs.between(now - timedelta(hours=1), now + timedelta(hours=2))
                assert not was_broken_off(found, "other")
                return was_broken_off(found, "quad")

            def to(run_id: int, *states: RunState, reason: RunReason = RunReason.NONE) -> None:
                for state in states:
                    runs.step(run_id, state, reason, author="system", note="x", fence=lease.fence)

            sweep = made.sweep("quad")
            run = made.by_hand(sweep, "quad").run_id
            assert not broken()
            runs.claim(run, lease.fence)
            assert not broken()
            to(run, RunState.UPLOADING)
            assert broken()
            to(run, RunState.WAITING, reason=RunReason.RESTARTED)
            assert broken()
            runs.claim(run, lease.fence)
            to(run, RunState.UPLOADING, RunState.READY)
            assert not broken()
            to(run, RunState.FAILED, reason=RunReason.START_REFUSED)
            again = made.by_hand(sweep, "quad").run_id
            runs.claim(again, lease.fence)
            to(again, RunState.UPLOADING, RunState.WAITING, reason=RunReason.NO_LINK)
            assert broken()
            runs.claim(again, lease.fence)
            to(again, RunState.UPLOADING, RunState.FAILED, reason=RunReason.MISSION_REFUSED)
            assert not broken()

    asyncio.run(story())
