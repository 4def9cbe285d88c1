"""What a monitor wishes of a sweep: ground, aircraft, height, weather, rules."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shapely.geometry.base import BaseGeometry

from models.mission.aircraft import Aircraft

__all__ = ["LEGAL_CEILING_M", "AirWind", "GroundKind", "Home", "NoFly", "SweepTask"]

LEGAL_CEILING_M: Final = 120.0
"""True height up to which light aircraft fly without an application: interim regulation on unmanned
aircraft (State Council and CMC, in force 2024-01-01), article 19. True means above the bare ground
straight below, not above the place of take-off."""


class GroundKind(StrEnum):
    """What an elevation model is the height of."""

    BARE = "bare"  # the ground: trees stand above it
    SURFACE = "surface"  # what a radar or camera saw first: crowns, where there is forest


@dataclass(frozen=True, slots=True)
class AirWind:
    """Wind to plan with.

    Attributes:
        from_deg: direction it blows from, clockwise from true north, [0, 360).
        speed_ms: >= 0.
    """

    from_deg: float = 0.0
    speed_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Home:
    """Where flights begin and end.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        name: shown to monitors; may be empty.
    """

    lon_deg: float
    lat_deg: float
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class NoFly:
    """Ground above which nothing may fly.

    Attributes:
        name: shown with refusals.
        geometry: polygon or multipolygon, WGS 84 longitude and latitude.
        is_hard: False for ground that is kept away from where another way exists.
    """

    name: str
    geometry: BaseGeometry
    is_hard: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class SweepTask:
    """A wish.

    Attributes:
        name: of the sweep.
        target: what is to be seen, WGS 84: polygon or multipolygon (an area, holes are not to be
            seen), or a line with ``width_m`` (a belt).
        aircraft: at least one; several share the lines.
        home: where all of them start and land.
        height_m: wished height above ground, (0, ceiling].
        camera: name of the camera; empty for the first of each aircraft.
        width_m: of a belt given as a line.
        gimbal_pitch_deg: -90 straight down, 0 level.
        side_overlap: share of the swath that neighbouring lines see twice, [0, 0.9].
        tolerance_m: how far the true height may leave the wished one along the way, > 0.
        angle_deg: direction of the lines, clockwise from true north; None for the best.
        wind: to plan with.
        plume_m: side of the smallest plume that the detector shall still find (at ``recall``);
            limits how far a picture counts. None: everything in the picture counts as seen.
        recall: of plumes of that size, (0, 1).
        fence: polygon that no flight may leave; None: one is made around all flights.
        no_fly: zones.
        ceiling_m: legal true height.
        canopy_m: height of the trees, >= 0.
        ground: what the elevation model is the height of.
        least_clearance_m: least height above the crowns along the way and over the picture.
    """

    name: str
    target: BaseGeometry
    aircraft: tuple[Aircraft, ...]
    home: Home
    height_m: float
    camera: str = ""
    width_m: float | None = None
    gimbal_pitch_deg: float = -90.0
    side_overlap: float = 0.1
    tolerance_m: float = 5.0
    angle_deg: float | None = None
    wind: AirWind = AirWind()
    plume_m: float | None = None
    recall: float = 0.8
    fence: BaseGeometry | None = None
    no_fly: tuple[NoFly, ...] = ()
    ceiling_m: float = LEGAL_CEILING_M
    canopy_m: float = 20.0
    ground: GroundKind = GroundKind.BARE
    least_clearance_m: float = 30.0
