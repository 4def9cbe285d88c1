"""The room flies a schedule from a dock over a real Mosquitto, which fetches its file over HTTP."""

import asyncio
import os
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from dock_rig import AIRCRAFT, DOCK
from file_server import serving
from mavlink_flight import GROUND_M, HOME, TERRAIN
from mavlink_flight import mission as mission_to
from mosquitto_rig import PACKAGES, PASSWORD, USER, MosquittoServer, why_no_mosquitto
from room_rig import PAPERS, Office, lawful, office, running

from drone_jobs.fleet import find_aircraft
from drone_jobs.heights import HeightDesk
from drone_jobs.links.dji import BrokerSettings, MqttBroker
from drone_jobs.links.simulated.dock import DockFault, SimulatedDock
from drone_jobs.links.simulated.dock_flight import Spot
from drone_jobs.links.simulated.dock_running import run_dock
from models.flight import RunReason, RunState
from models.height import Height, HeightSystem
from models.mission import Autopilot, Mission

pytestmark = pytest.mark.servers

SPEEDUP = 10.0


@pytest.fixture(scope="module", autouse=True)
def mosquitto() -> None:
    trouble = why_no_mosquitto()
    if trouble and os.environ.get("CI"):
        pytest.fail(f"CI must install {PACKAGES}: {trouble}")
    if trouble:
        pytest.skip(f"needs Mosquitto (apt-get install {PACKAGES}): {trouble}")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MosquittoServer]:
    broker = tmp_path / "broker"
    broker.mkdir()
    running = MosquittoServer(broker, has_tls=True)
    yield running
    running.stop()


def fetched(url: str) -> bytes | None:
    """As a dock does it."""
    try:
        with urllib.request.urlopen(url, timeout=5.0) as answer:  # noqa: S310 -- our own server
            return bytes(answer.read())
    except (urllib.error.URLError, ValueError):
        return None


@asynccontextmanager
async def living(made: Office, server: MosquittoServer) -> AsyncIterator[SimulatedDock]:
    """A dock at home, joined to the broker by its own name."""
    desk = HeightDesk(TERRAIN)
    ground = Height(GROUND_M, HeightSystem.EGM96)
    height_m = desk.to(ground, HOME.lon_deg, HOME.lat_deg, HeightSystem.ELLIPSOID)
    home = Spot(HOME.lon_deg, HOME.lat_deg, height_m)
    dock = SimulatedDock(DOCK, AIRCRAFT, home, desk, fetched, made.clock.now())
    settings = BrokerSettings(
        "127.0.0.1", server.port, "dock", USER, PASSWORD,
        has_tls=True, ca_file=str(server.ca_file), first_wait_s=0.05, longest_wait_s=0.5,
    )  # fmt: skip
    async with MqttBroker(settings, made.clock) as bus:
        life = asyncio.create_task(run_dock(dock, bus, made.clock, speedup=SPEEDUP))
        try:
            yield dock
        finally:
            life.cancel()
            with suppress(asyncio.CancelledError):
                await life


@asynccontextmanager
async def station(folder: Path, server: MosquittoServer) -> AsyncIterator[Office]:
    """A bureau with one dock, the settings as a person would write them."""
    missions, secret = folder / "missions", folder / "password"
    missions.mkdir()
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")
    with serving(missions) as port:
        link = {
            "aircraft": "M3TD-01", "kind": "dock",
            "url": f"mqtts://127.0.0.1:{server.port}", "user": USER,
            "password_file": str(secret), "ca_file": str(server.ca_file),
            "dock_serial": DOCK, "aircraft_serial": AIRCRAFT,
            "files_folder": str(missions), "files_url": f"http://127.0.0.1:{port}",
        }  # fmt: skip
        async with office(folder, [link]) as made:
            aircraft = replace(
                find_aircraft("Matrice 3TD"),
                name="M3TD-01",
                registration=PAPERS,
                home_lon_deg=HOME.lon_deg,
                home_lat_deg=HOME.lat_deg,
            )
            made.store.aircraft.put(aircraft, version=None, author="wang")
            made.weather()
            yield made


def for_dock() -> Mission:
    aircraft = find_aircraft("Matrice 3TD")
    return replace(lawful(mission_to(Autopilot.DJI)), wpml=aircraft.wpml, circles=())


def test_a_schedule_is_flown_from_a_dock(tmp_path: Path, server: MosquittoServer) -> None:
    async def day() -> None:
        async with station(tmp_path, server) as made, living(made, server) as dock:
            schedule_id = made.schedule(made.sweep("M3TD-01", mission=for_dock()))
            assert made.room.drills == frozenset()
            async with running(made):
                await made.until(lambda: made.run_of(schedule_id) is not None)
                run = made.run_of(schedule_id)
                assert run is not None
                made.store.runs.release(run.run_id, version=1, author="li")
                await made.until(lambda: made.is_in(run.run_id, RunState.FLYING), 60.0)
                await asyncio.to_thread(server.stop)  # the broker goes down, and comes back
                await asyncio.sleep(0.5)
                await asyncio.to_thread(server.start)
                await made.until(lambda: made.is_in(run.run_id, RunState.LANDED), 60.0)
            ended = made.store.runs.get(run.run_id)
            assert ended.reason is RunReason.NONE
            assert [step.state for step in ended.steps].count(RunState.STARTING) == 1
            assert len(dock.starts) == 1
            assert (tmp_path / "missions" / f"{dock.starts[0]}.kmz").is_file()
            track = made.store.tracks.of(run.run_id)
            highest_m = max(state.above_take_off_m or 0.0 for state in track)
            assert 75.0 < highest_m < 90.0

    asyncio.run(day())


def test_what_a_dock_refuses_or_breaks_off_is_told(tmp_path: Path, server: MosquittoServer) -> None:
    async def day() -> None:
        async with station(tmp_path, server) as made, living(made, server) as dock:
            sweep = made.sweep("M3TD-01", mission=for_dock())
            dock.order(DockFault.REJECTED)
            async with running(made):
                refused = made.by_hand(sweep, "M3TD-01")
                await made.until(lambda: made.is_in(refused.run_id, RunState.FAILED), 60.0)
                kept = made.store.runs.get(refused.run_id)
                assert kept.reason is RunReason.START_REFUSED
                assert not dock.starts
                stormy = made.by_hand(sweep, "M3TD-01")
                await made.until(lambda: made.is_in(stormy.run_id, RunState.FLYING), 60.0)
                dock.order(DockFault.WIND)
                await made.until(lambda: made.is_in(stormy.run_id, RunState.ABORTED), 60.0)
                kept = made.store.runs.get(stormy.run_id)
                assert kept.reason is RunReason.AIRCRAFT
                assert kept.ended_at is not None
                assert kept.started_at is not None
                assert kept.ended_at - kept.started_at < timedelta(minutes=10)

    asyncio.run(day())
