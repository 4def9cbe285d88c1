"""Opens one link to an aircraft, of whatever kind; a simulated one comes with its aircraft."""

import asyncio
import re
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from drone_jobs.heights import HeightDesk
from drone_jobs.links import AircraftLink
from drone_jobs.links.dji import (
    BrokerSettings,
    DockLink,
    DockState,
    Files,
    LocalBus,
    MqttBroker,
)
from drone_jobs.links.mavlink.link import MavlinkLink
from drone_jobs.links.mavlink.wire import MavlinkWire
from drone_jobs.links.simulated.camera import Picture
from drone_jobs.links.simulated.dock import SimulatedDock
from drone_jobs.links.simulated.dock_flight import Spot
from drone_jobs.links.simulated.dock_running import run_dock
from drone_jobs.links.simulated.faults import Settings as VehicleSettings
from drone_jobs.links.simulated.quirks import Quirks
from drone_jobs.links.simulated.vehicle import SimulatedVehicle
from geo.terrain import Terrain
from models.clock import Clock
from models.config.drone_links import DroneLinkKind, DroneLinkRule
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import Aircraft, Autopilot, MissionPlace

__all__ = ["OpenLink", "Took", "open_link"]

_MOST_PASSWORD: Final = 10_000
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]")
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


Took = Callable[[Aircraft, Picture], None]
"""Told of a picture that an aircraft took."""


def _let_go(_aircraft: Aircraft, _picture: Picture) -> None:
    """Nobody wants it."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenLink:
    """A link that is open.

    Attributes:
        link: itself.
        dock: tells the newest of its dock; None for an aircraft without one.
        is_drill: whether its aircraft is none.
        held: all that is closed with it.
    """

    link: AircraftLink
    dock: Callable[[], DockState | None] | None
    is_drill: bool
    held: AsyncExitStack

    def distrust(self) -> None:
        """What the aircraft holds was left by a broken upload; docks hold a file whole or not."""
        if isinstance(self.link, MavlinkLink):
            self.link.distrust()

    async def close(self) -> None:
        """Let go of it; the aircraft flies on, and a simulated one is no more."""
        await self.held.aclose()


async def open_link(
    rule: DroneLinkRule,
    aircraft: Aircraft,
    terrain: Terrain | None,
    clock: Clock,
    *,
    took: Took = _let_go,
) -> OpenLink:
    """Open a link; the aircraft need not be there.

    Args:
        rule: of the settings.
        aircraft: that is expected there.
        terrain: elevation model; None when there is none.
        clock: of the watch.
        took: told of every picture of a simulated aircraft that speaks MAVLink.

    Raises:
        InputRefused: the settings name nothing that can be opened (``link_url``, ``broker_*``,
            ``dock_*``, ``drone_link``), or a simulated aircraft lacks its figures or its home.
        LinkLost: the address cannot be had now (``link_open``).
    """
    async with AsyncExitStack() as stack:
        dock = None
        link: AircraftLink
        if rule.kind is DroneLinkKind.MAVLINK:
            link = await _mavlink(rule, aircraft, terrain, clock, stack)
        elif rule.kind is DroneLinkKind.DOCK:
            link = docked = await _dock(rule, terrain, clock, stack)
            dock = _dock_of(docked)
        elif aircraft.autopilot is Autopilot.DJI:
            link = docked = await _simulated_dock(rule, aircraft, terrain, clock, stack)
            dock = _dock_of(docked)
        else:
            link = await _simulated(rule, aircraft, terrain, clock, stack, took)
        is_drill = rule.kind is DroneLinkKind.SIMULATED
        return OpenLink(link, dock, is_drill, stack.pop_all())


def _dock_of(link: DockLink) -> Callable[[], DockState | None]:
    return lambda: link.dock


async def _mavlink(
    rule: DroneLinkRule,
    aircraft: Aircraft,
    terrain: Terrain | None,
    clock: Clock,
    stack: AsyncExitStack,
) -> MavlinkLink:
    wire = MavlinkWire(rule.url, clock=clock, system=rule.system)
    follows = rule.follows_terrain
    link = MavlinkLink(wire, aircraft, HeightDesk(terrain), terrain, clock, follows_terrain=follows)
    stack.push_async_callback(link.close)
    await link.open()
    return link


async def _dock(
    rule: DroneLinkRule, terrain: Terrain | None, clock: Clock, stack: AsyncExitStack
) -> DockLink:
    broker = MqttBroker(_broker_settings(rule, await asyncio.to_thread(_password, rule)), clock)
    link = DockLink(
        broker,
        rule.dock_serial,
        rule.aircraft_serial,
        HeightDesk(terrain),
        _folder_files(rule),
        clock,
    )
    await link.open()  # who listens before the broker is joined hears what was said meanwhile
    await stack.enter_async_context(broker)
    stack.push_async_callback(link.close)
    return link


def _broker_settings(rule: DroneLinkRule, password: str) -> BrokerSettings:
    try:
        told = urlsplit(rule.url)
        host, port = told.hostname or "", told.port
    except ValueError:
        told, host, port = urlsplit(""), "", None
    if told.scheme not in _PORTS or not host or told.username or told.password:
        raise InputRefused(
            f"The broker of {rule.aircraft} has no address that can be reached.",
            remedy="Write mqtts://HOST:PORT, and user and password_file beside it.",
            code="broker_settings",
        )
    return BrokerSettings(
        host,
        _PORTS[told.scheme] if port is None else port,
        # Two clients of one name cut each other off: one for each dock and each machine.
        name=_NO_NAME.sub("-", f"fw-{socket.gethostname()[:24]}-{rule.dock_serial}")[:64],
        user=rule.user,
        password=password,
        has_tls=told.scheme == "mqtts",
        ca_file="" if rule.ca_file is None else str(rule.ca_file),
    )


def _password(rule: DroneLinkRule) -> str:
    if rule.password_file is None:
        return ""
    try:
        with rule.password_file.open(encoding="utf-8") as opened:
            return opened.read(_MOST_PASSWORD).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputRefused(
            f"The file {rule.password_file} with the password of a broker cannot be read.",
            remedy="Name a text file that the service may read.",
            code="drone_link",
        ) from error


def _folder_files(rule: DroneLinkRule) -> Files:
    async def serve(name: str, data: bytes) -> str:
        folder = rule.files_folder
        assert folder is not None  # noqa: S101  # the settings ask for it
        try:
            await asyncio.to_thread(_write, folder, name, data)
        except OSError as error:
            raise InputRefused(
                f"The mission cannot be put into {folder}: {error.strerror}.",
                remedy="Make it a folder that the service may write.",
                code="drone_link",
            ) from error
        return f"{rule.files_url.rstrip('/')}/{quote(name)}"

    return serve


def _write(folder: Path, name: str, data: bytes) -> None:
    """Whole or not at all: a dock may fetch it at any moment."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.part"
    part.write_bytes(data)
    part.replace(folder / name)


async def _simulated(  # noqa: PLR0917 -- as open_link
    rule: DroneLinkRule,
    aircraft: Aircraft,
    terrain: Terrain | None,
    clock: Clock,
    stack: AsyncExitStack,
    took: Took,
) -> MavlinkLink:
    port = _free_port()
    vehicle = SimulatedVehicle(
        f"udpout:127.0.0.1:{port}",
        aircraft,
        _home_of(aircraft),
        quirks=Quirks.PX4 if aircraft.autopilot is Autopilot.PX4 else Quirks.ARDUPILOT,
        terrain=terrain,
        speedup=rule.speedup,
        clock=clock,
        settings=VehicleSettings(new_battery_after_s=aircraft.turnaround_s),
        took=partial(took, aircraft),
    )
    listening = rule.model_copy(update={"url": f"udpin:127.0.0.1:{port}"})
    link = await _mavlink(listening, aircraft, terrain, clock, stack)
    await stack.enter_async_context(vehicle)
    return link


async def _simulated_dock(
    rule: DroneLinkRule,
    aircraft: Aircraft,
    terrain: Terrain | None,
    clock: Clock,
    stack: AsyncExitStack,
) -> DockLink:
    files: dict[str, bytes] = {}
    home, desk, bus = _home_of(aircraft), HeightDesk(terrain), LocalBus()
    ground = Height(desk.ground_m(home.lon_deg, home.lat_deg), HeightSystem.EGM96)
    height_m = desk.to(ground, home.lon_deg, home.lat_deg, HeightSystem.ELLIPSOID)

    async def serve(name: str, data: bytes) -> str:
        files.clear()  # a dock fetches one at once
        url = f"http://localhost/{quote(name)}"
        files[url] = data
        return url

    dock = SimulatedDock(
        "SIMULATED-DOCK",
        "SIMULATED-AIRCRAFT",
        Spot(home.lon_deg, home.lat_deg, height_m),
        desk,
        files.get,
        at=clock.now(),
    )
    link = DockLink(bus, dock.serial, dock.aircraft_serial, desk, serve, clock)
    await link.open()
    stack.push_async_callback(link.close)
    living = asyncio.create_task(run_dock(dock, bus, clock, speedup=rule.speedup))
    stack.push_async_callback(_end, living)
    return link


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _home_of(aircraft: Aircraft) -> MissionPlace:
    if aircraft.home_lon_deg is None or aircraft.home_lat_deg is None:
        raise InputRefused(
            f"Nobody has said where the simulated {aircraft.name} stands.",
            remedy="Enter its home.",
            code="drone_link",
        )
    return MissionPlace(aircraft.home_lon_deg, aircraft.home_lat_deg)


def _free_port() -> int:
    """One that is free now; whoever takes it in between makes the opening fail, and try again."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
