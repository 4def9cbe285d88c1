"""MAVSDK as an aircraft: its own server of missions, a receiver that is not ours."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from mavsdk.component_type import ComponentType
from mavsdk.mavsdk import Configuration, Mavsdk
from mavsdk.plugins.mission_raw_server.mission_raw_server import MissionRawServer
from mavsdk.plugins.param_server.param_server import ParamServer

__all__ = ["MavsdkVehicle", "mavsdk_vehicle"]


@dataclass
class MavsdkVehicle:
    """What it was given.

    Attributes:
        missions: each as rows: command, frame, four parameters, x, y, z.
        came: set at every one.
    """

    missions: list[list[tuple[Any, ...]]] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)

    def take(self, _result: object, plan: Any, _data: object) -> None:  # noqa: ANN401
        self.missions.append(
            [
                (
                    each.command,
                    each.frame,
                    *(each.param1, each.param2, each.param3, each.param4),
                    *(each.x, each.y, each.z),
                )
                for each in plan.mission_items or ()
            ]
        )
        self.came.set()


@contextmanager
def mavsdk_vehicle(port: int) -> Iterator[MavsdkVehicle]:
    """Run one that calls a station on loopback."""
    settings = Configuration.create_with_component_type(ComponentType.AUTOPILOT)
    settings.system_id = 1
    program = Mavsdk(settings)
    program.add_any_connection(f"udpout://127.0.0.1:{port}")
    component = program.server_component(0)
    parameters, server = ParamServer(component), MissionRawServer(component)
    found = MavsdkVehicle()
    server.subscribe_incoming_mission(found.take)
    try:
        yield found
    finally:
        server.destroy()
        parameters.destroy()
        program.destroy()
