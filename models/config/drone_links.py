"""How the aircraft of the bureau are reached."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from models.config.drone_live import DroneLiveRule

__all__ = ["DroneLinkKind", "DroneLinkRule"]

_Serial = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")]


class DroneLinkKind(StrEnum):
    """What is spoken."""

    MAVLINK = "mavlink"  # PX4 and ArduPilot
    DOCK = "dock"  # DJI's docks, over their broker
    SIMULATED = "simulated"  # nothing: an aircraft that is none, for drills


class DroneLinkRule(DroneLiveRule):
    """One entry of ``[[drones.links]]``: ``docs/drone.md``; its base has the live pictures.

    Attributes:
        aircraft: name of one of the bureau's.
        kind: what is spoken.
        url: ``udpin:HOST:PORT``, ``udpout:``, ``tcp:`` or ``serial:DEVICE:BAUD`` of MAVLink;
            ``mqtts://HOST:PORT`` or ``mqtt://`` of a dock's broker; empty for a simulated one.
        system: number of a MAVLink aircraft; the first that is heard when not set.
        follows_terrain: missions go to an ArduPilot as heights above ground.
        dock_serial: serial number of the dock.
        aircraft_serial: of its aircraft.
        user: at the broker; empty for none.
        password_file: with the broker's password.
        ca_file: certificate that signed the broker's; the system's own when not set.
        files_folder: into which missions are put for docks to fetch.
        files_url: of that folder, as docks see it.
        speedup: simulated seconds in one.
    """

    aircraft: Annotated[str, Field(min_length=1, max_length=80)]
    kind: DroneLinkKind
    url: Annotated[str, Field(max_length=200)] = ""
    system: Annotated[int, Field(ge=1, le=255)] | None = None
    follows_terrain: bool = False
    dock_serial: _Serial = ""
    aircraft_serial: _Serial = ""
    user: Annotated[str, Field(max_length=200)] = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    files_folder: Path | None = None
    files_url: Annotated[str, Field(pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$")] = ""
    speedup: Annotated[float, Field(gt=0.0, le=200.0)] = 1.0

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        needed = {
            DroneLinkKind.MAVLINK: ("url",),
            DroneLinkKind.DOCK: (
                "url",
                "dock_serial",
                "aircraft_serial",
                "files_folder",
                "files_url",
            ),
            DroneLinkKind.SIMULATED: (),
        }
        missing = [name for name in needed[self.kind] if getattr(self, name) in {"", None}]
        if missing:
            msg = f"the link to {self.aircraft} lacks {', '.join(missing)}"
            raise ValueError(msg)
        return self
