"""MAVSDK's importers of mission files: readers that are not ours.

They answer only while an aircraft is connected, so one is heard: its heartbeats, and no more.
"""

import asyncio
import importlib.resources
import math
import socket
import subprocess
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mavsdk_grpc import System
from mavsdk_grpc.mission_raw import MissionImportData
from mavsdk_grpc.mission_raw import MissionItem as RawItem
from pymavlink import mavutil

from drone_jobs.missions.commands import Frame, MissionItem

__all__ = ["Importers", "importers", "same_item", "same_places"]

_HALF = 0.51  # of the last digit that is sent; two more are written
_SINGLE = 6e-8  # share by which a number of 32 bits may be off


@dataclass(frozen=True)
class Importers:
    """A running mavsdk_server that hears an aircraft.

    Attributes:
        port: that it is asked at.
    """

    port: int

    def plan(self, data: bytes) -> MissionImportData:
        """What it makes of a QGroundControl plan: mission_items, geofence_items, rally_items."""
        return self._ask("import_qgroundcontrol_mission_from_string", data.decode())

    def waypoints(self, data: bytes) -> MissionImportData:
        """What it makes of a waypoint list."""
        return self._ask("import_mission_planner_mission_from_string", data.decode())

    def _ask(self, what: str, text: str) -> MissionImportData:
        async def ask() -> MissionImportData:
            system = System(mavsdk_server_address="127.0.0.1", port=self.port)
            await system.connect()
            async for state in system.core.connection_state():
                if state.is_connected:
                    break
            found: MissionImportData = await getattr(system.mission_raw, what)(text)
            return found

        return asyncio.run(asyncio.wait_for(ask(), 60))


@contextmanager
def importers(folder: Path) -> Iterator[Importers]:
    """Start the server and an aircraft's heartbeat, and end both."""
    port, heard_at = _free(socket.SOCK_STREAM), _free(socket.SOCK_DGRAM)
    program = importlib.resources.files("mavsdk_grpc") / "bin" / "mavsdk_server"
    with (folder / "mavsdk_server.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 -- of the package
            [str(program), "-p", str(port), f"udpin://127.0.0.1:{heard_at}"],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    over = threading.Event()
    aircraft = threading.Thread(target=_beat, args=(heard_at, over))
    aircraft.start()
    try:
        yield Importers(port)
    finally:
        over.set()
        aircraft.join()
        server.terminate()
        server.wait(10)


def _free(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _beat(port: int, over: threading.Event) -> None:
    link = mavutil.mavlink_connection(
        f"udpout:127.0.0.1:{port}", source_system=1, source_component=1
    )
    names = mavutil.mavlink
    try:
        while not over.wait(0.2):
            link.mav.heartbeat_send(
                names.MAV_TYPE_QUADROTOR,
                names.MAV_AUTOPILOT_PX4,
                0,
                0,
                names.MAV_STATE_STANDBY,
            )
    finally:
        link.close()


def same_item(item: MissionItem, theirs: RawItem) -> bool:
    """Whether theirs is our item, in the integers and 32-bit numbers that are sent."""
    if (item.command, item.frame) != (theirs.command, theirs.frame):
        return False
    numbers = zip(
        (*item.params, item.z_m),
        (theirs.param1, theirs.param2, theirs.param3, theirs.param4, theirs.z),
        strict=True,
    )
    if not all(_same(ours, other) for ours, other in numbers):
        return False
    if item.frame == Frame.MISSION or math.isnan(item.lat_deg):
        return True
    return same_places([(theirs.x, theirs.y)], [(item.lon_deg, item.lat_deg)])


def same_places(theirs: Sequence[tuple[int, int]], ours: Iterable[tuple[float, float]]) -> bool:
    """Whether latitudes and longitudes of theirs, as they are sent, are our lon and lat.

    The last digit (11 mm) may differ by how a half is rounded.
    """
    sent = [(lat_deg * 1e7, lon_deg * 1e7) for lon_deg, lat_deg in ours]
    return len(sent) == len(theirs) and all(
        abs(one - other) <= _HALF
        for place, told in zip(sent, theirs, strict=True)
        for one, other in zip(place, told, strict=True)
    )


def _same(ours: float, other: float) -> bool:
    if math.isnan(ours) or math.isnan(other):
        return math.isnan(ours) and math.isnan(other)
    return math.isclose(ours, other, rel_tol=_SINGLE, abs_tol=1e-9)
