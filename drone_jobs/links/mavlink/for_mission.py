"""What a mission asks of its aircraft beside its items: heights, settings, where its points are."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from drone_jobs.heights import HeightDesk
from drone_jobs.links.mavlink.items import MissionItem
from drone_jobs.links.mavlink.parameters import LOST_LINK
from drone_jobs.missions.commands import Command
from models.mission import Autopilot, Mission

__all__ = ["Setting", "desk_of", "points_of", "set_for"]

_POLYGONS: Final = 4
"""FENCE_TYPE of ArduPilot: the uploaded fence. 1 and 8 are its own heights, 2 its own circle."""
_HOME: Final = 1
"""FENCE_ACTION of ArduPilot: home, or down where it cannot. 0 only tells of it."""
_PX4_HOME: Final = 3
"""GF_ACTION of PX4: home. 0 and 1 only tell of it; 2 holds, 4 ends the flight, 5 lands."""


class Setting(Protocol):
    """Makes a setting what it should be; see :func:`.parameters.set_parameter`."""

    def __call__(self, name: str, wished: Callable[[int], int], /) -> Awaitable[int]:
        """Answers what it was before."""


def desk_of(mission: Mission, desk: HeightDesk) -> HeightDesk:
    """The desk that knows the take-off, which is the mission's home where it does not.

    Raises:
        InputRefused: the height of that home is not known (``height_*``, ``geoid_outside``).
    """
    home = mission.home
    if home is None or desk.take_off_above_sea_m is not None:
        return desk
    if home.height is None:
        ground_m = desk.ground_m(home.lon_deg, home.lat_deg)
    else:
        ground_m = desk.above_sea_m(home.height, home.lon_deg, home.lat_deg)
    return replace(desk, take_off_above_sea_m=ground_m)


async def set_for(mission: Mission, autopilot: Autopilot, setting: Setting) -> None:
    """Set what it does without a link, and that it minds the fence that is uploaded.

    A fence that somebody else has set up stays, and so does what it does there, as long as it does
    something. Where an ArduPilot minded none, its own circle and height are not switched on with
    ours: nobody has looked at them, and by its defaults it would turn back 300 m from home. So the
    fence is switched on last.

    Args:
        mission: that is uploaded next.
        autopilot: that flies it.
        setting: reads, sets and reads back one setting.

    Raises:
        LinkRefused, LinkLost: as ``setting`` does.

    Source: ArduPilot, complete parameter list, FENCE_ENABLE, FENCE_TYPE and FENCE_ACTION of
    Copter; PX4, parameter reference, GF_ACTION.
    """
    name, numbers = LOST_LINK[autopilot]
    if mission.lost_link in numbers:
        await setting(name, lambda _: numbers[mission.lost_link])
    if not (mission.fence or mission.no_fly or mission.circles):
        return
    if autopilot is Autopilot.PX4:
        await setting("GF_ACTION", lambda value: value if value > 1 else _PX4_HOME)
        return
    was_on = await setting("FENCE_ENABLE", lambda value: value)
    await setting("FENCE_TYPE", lambda value: value | _POLYGONS if was_on else _POLYGONS)
    await setting("FENCE_ACTION", lambda value: value if value > 0 else _HOME)
    await setting("FENCE_ENABLE", lambda value: value if value > 0 else 1)


def points_of(
    items: Sequence[MissionItem], points: int, autopilot: Autopilot
) -> tuple[tuple[int, ...], int | None]:
    """Numbers of the items of the points, and of the first one that leads home or down.

    Args:
        items: of the mission, as they are numbered; ArduPilot's first is home.
        points: of the mission. A way back to the first point is one item more.
        autopilot: whose items.
    """
    first = 1 if autopilot is Autopilot.ARDUPILOT else 0
    flown = [
        at for at, item in enumerate(items) if at >= first and item.command == Command.WAYPOINT
    ]
    ends = [at for at, item in enumerate(items) if item.command in {Command.RETURN, Command.LAND}]
    return tuple(flown[:points]), min((*flown[points:], *ends), default=None)
