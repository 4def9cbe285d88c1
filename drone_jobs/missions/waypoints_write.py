"""Writes ArduPilot's waypoint list: ``QGC WPL 110``, a row an item, tab between the fields.

Row 0 is home, which the aircraft overwrites with where it starts; a first item there would be lost.
Places have 8 decimals (a millimetre): 6, as others write, are a decimetre.
"""

from typing import Final

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.commands import Command, Frame, MissionItem
from drone_jobs.missions.items_write import home_above_sea_m, items_of
from drone_jobs.missions.waypoints_read import HEAD
from models.mission import Autopilot, Mission

__all__ = ["write_waypoints"]

_VERSION: Final = 110


def write_waypoints(mission: Mission, desk: HeightDesk, *, terrain_frame: bool = False) -> bytes:
    """The list, ASCII.

    Args:
        mission: with at least one point; a home that is not told becomes a row of zeros.
        desk: converts heights; tells home's where the mission does not.
        terrain_frame: points above terrain (frame 10) and not above sea level (frame 0).

    Raises:
        InputRefused: a height cannot be told in that system.
    """
    home = MissionItem(Command.WAYPOINT, Frame.SEA)
    if mission.home is not None:
        home = MissionItem(
            Command.WAYPOINT,
            Frame.SEA,
            lat_deg=mission.home.lat_deg,
            lon_deg=mission.home.lon_deg,
            z_m=home_above_sea_m(mission.home, desk),
        )
    items = items_of(mission, desk, Autopilot.ARDUPILOT, terrain_frame=terrain_frame)
    rows = [f"{HEAD} {_VERSION}", *(_row(item) for item in (home, *items))]
    return ("\n".join(rows) + "\n").encode("ascii")


def _row(item: MissionItem) -> str:
    is_home = item.seq == 0
    fields = [
        str(item.seq),
        str(int(is_home)),
        str(int(item.frame)),
        str(int(item.command)),
        *(f"{value:.8f}" for value in item.params),
        f"{item.lat_deg:.8f}",
        f"{item.lon_deg:.8f}",
        f"{item.z_m:.6f}",
        "1",
    ]
    return "\t".join(fields)
