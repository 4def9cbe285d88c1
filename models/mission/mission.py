"""A mission as every file format means it: what is read into, checked, kept and written from.

Neutral between DJI's WPML, QGroundControl's plan, ArduPilot's waypoint list, GeoJSON and KML. A
height keeps the datum that the file gave it; only a writer converts, and only into what its format
has.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.height import Height
from models.mission.aircraft import Autopilot, WpmlCodes
from models.mission.finding import Finding

__all__ = [
    "Action",
    "ActionKind",
    "FenceCircle",
    "Finish",
    "LostLink",
    "Mission",
    "MissionPlace",
    "MissionPoint",
    "Ring",
    "Turn",
]

Ring = tuple[tuple[float, float], ...]
"""Corners (longitude, latitude), WGS 84, not closed: the first is not repeated."""


class ActionKind(StrEnum):
    """What is done at a point, before flying on."""

    PHOTO = "photo"  # one picture
    PHOTO_EVERY_M = "photo_every_m"  # from here on; value: metres; 0 ends it
    PHOTO_EVERY_S = "photo_every_s"  # from here on; value: seconds; 0 ends it
    VIDEO_START = "video_start"
    VIDEO_STOP = "video_stop"
    GIMBAL = "gimbal"  # value: pitch in degrees, -90 straight down
    YAW = "yaw"  # value: heading in degrees, clockwise from true north
    HOVER = "hover"  # value: seconds
    ZOOM = "zoom"  # value: focal length factor


class Turn(StrEnum):
    """How a point is passed."""

    STOP = "stop"  # at the point, standing still
    CURVE = "curve"  # past it in a curve


class Finish(StrEnum):
    """What follows the last point."""

    HOME = "home"
    HOVER = "hover"
    LAND = "land"
    START = "start"  # back to the first point


class LostLink(StrEnum):
    """What the aircraft does alone when the link is lost."""

    HOME = "home"
    CONTINUE = "continue"
    HOVER = "hover"
    LAND = "land"
    UNSAID = "unsaid"  # the file does not tell; the aircraft's own setting holds


@dataclass(frozen=True, slots=True)
class Action:
    """Something done at a point.

    Attributes:
        kind: what.
        value: see :class:`ActionKind`; 0.0 where none is needed.
    """

    kind: ActionKind
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class MissionPoint:
    """A point that is flown to.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        height: with its datum.
        speed_ms: from here on, > 0; None: the mission's.
        heading_deg: nose, clockwise from true north; None along the way.
        turn: how it is passed.
        actions: in order.
    """

    lon_deg: float
    lat_deg: float
    height: Height
    speed_ms: float | None = None
    heading_deg: float | None = None
    turn: Turn = Turn.STOP
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class MissionPlace:
    """A place with a height: home, or a place to gather at.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        height: None when not told.
    """

    lon_deg: float
    lat_deg: float
    height: Height | None = None


@dataclass(frozen=True, slots=True)
class FenceCircle:
    """A round fence.

    Attributes:
        lon_deg: of the middle, WGS 84.
        lat_deg: of the middle.
        radius_m: > 0.
        is_inclusion: whether the inside is allowed (True) or forbidden.
    """

    lon_deg: float
    lat_deg: float
    radius_m: float
    is_inclusion: bool


@dataclass(frozen=True, slots=True)
class Mission:
    """One flight.

    Attributes:
        name: may be empty.
        points: in order.
        speed_ms: cruise speed over ground; None when not told.
        home: where it starts; None when not told.
        has_take_off: whether the file orders a take-off itself.
        climb_to_m: height above the take-off that is climbed to before the first point; None when
            not told.
        return_to_m: height above the take-off for the way back; None when not told.
        finish: after the last point.
        lost_link: without a link.
        fence: rings that the flight stays in (all of them).
        no_fly: rings that it stays out of.
        circles: round fences.
        rally: places to gather at.
        autopilot: that the file is for; None for pure geometry.
        wpml: aircraft and payload that a DJI file is for.
        notes: what a reader could not take over or had to assume.
    """

    name: str
    points: tuple[MissionPoint, ...]
    speed_ms: float | None = None
    home: MissionPlace | None = None
    has_take_off: bool = False
    climb_to_m: float | None = None
    return_to_m: float | None = None
    finish: Finish = Finish.HOME
    lost_link: LostLink = LostLink.UNSAID
    fence: tuple[Ring, ...] = ()
    no_fly: tuple[Ring, ...] = ()
    circles: tuple[FenceCircle, ...] = ()
    rally: tuple[MissionPlace, ...] = ()
    autopilot: Autopilot | None = None
    wpml: WpmlCodes | None = None
    notes: tuple[Finding, ...] = ()

    @property
    def way(self) -> tuple[tuple[float, float], ...]:
        """Longitude and latitude of its corners, WGS 84; from home to home where that is told."""
        home = () if self.home is None else ((self.home.lon_deg, self.home.lat_deg),)
        return (*home, *((point.lon_deg, point.lat_deg) for point in self.points), *home)
