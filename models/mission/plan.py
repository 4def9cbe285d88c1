"""A planned sweep: flights with every point's four heights, and the figures beside them."""

from dataclasses import dataclass
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from models.mission.finding import Finding

__all__ = [
    "DroppedLine",
    "PlanFigures",
    "PlanPoint",
    "PointRole",
    "Sortie",
    "SweepKind",
    "SweepPlan",
]


class SweepKind(StrEnum):
    """How the ground is covered."""

    AREA = "area"  # lines to and fro
    BELT = "belt"  # lines along a belt
    LOOK = "look"  # round an alert, to verify it


class PointRole(StrEnum):
    """What a point of a flight is."""

    HOME = "home"  # above the place of take-off: first and last
    TRANSIT = "transit"
    LINE_START = "line_start"  # pictures begin
    LINE = "line"
    LINE_END = "line_end"  # pictures end
    LOOK = "look"  # stands here and looks at a place


@dataclass(frozen=True, slots=True)
class PlanPoint:
    """A point that is flown over.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        above_sea_m: above sea level (EGM96), the one that was planned; the others follow from it.
        above_ground_m: above the elevation model.
        above_take_off_m: above the ground of the place of take-off.
        ellipsoid_m: above the WGS 84 ellipsoid; None where the geoid is not known.
        speed_ms: ground speed from here to the next point, > 0.
        role: what it is.
        line: number of the line, from 0; None in transit.
        gimbal_pitch_deg: here and on, -90 straight down.
        heading_deg: where the nose points, clockwise from true north; None along the way.
    """

    lon_deg: float
    lat_deg: float
    above_sea_m: float
    above_ground_m: float
    above_take_off_m: float
    ellipsoid_m: float | None
    speed_ms: float
    role: PointRole
    line: int | None
    gimbal_pitch_deg: float
    heading_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Sortie:
    """One flight on one battery, from home to home.

    Attributes:
        number: from 1, over the whole plan.
        aircraft: its name.
        points: in order, first and last above home; at least three.
        lines: numbers of the lines in the order flown.
        length_m: over ground, climbs at home not counted.
        duration_s: take-off to landing.
        energy_share: of a full battery, (0, the aircraft's usable share].
        photo_distance_m: between pictures on lines; None for video.
        least_above_ground_m: exact, along the way between the first and last point.
        most_above_ground_m: exact, likewise.
    """

    number: int
    aircraft: str
    points: tuple[PlanPoint, ...]
    lines: tuple[int, ...]
    length_m: float
    duration_s: float
    energy_share: float
    photo_distance_m: float | None
    least_above_ground_m: float
    most_above_ground_m: float


@dataclass(frozen=True, slots=True)
class DroppedLine:
    """A line that nobody flies, told and never hidden.

    Attributes:
        line: its number.
        length_m: of the line.
        code: why: ``dropped_battery``, ``dropped_no_way``, ``dropped_wind``.
        message: the same in English, with what would help.
        lonlat: the line.
    """

    line: int
    length_m: float
    code: str
    message: str
    lonlat: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """What stands beside a plan.

    Attributes:
        covered_share: of the target's ground, seen from the flights over the terrain, 0 to 1.
        target_m2: area of the target, no-fly ground included.
        length_m: of all flights together.
        bound_m: least length that sees the target: area over swath, without overlap; or out and
            back to its farthest point where that is longer.
        length_ratio: length over bound, >= 1.
        makespan_s: from the first take-off to the last landing, batteries changed in between.
        bound_s: least makespan: the bound's length at sweep speed shared by all aircraft.
        sorties: number of flights.
        sorties_bound: least number of flights.
        least_above_ground_m: along all flights.
        most_above_ground_m: along all flights.
        least_clearance_m: above the crowns, over the whole picture and not the line alone.
        outside_fence_s: measured on the flights; 0.0 in a plan that is given out.
        swath_m: full width that one line sees on level ground.
        spacing_m: between lines.
        angle_deg: of the lines, clockwise from true north; None along a belt.
        dropped_m2: ground that only dropped lines would have seen.
    """

    covered_share: float
    target_m2: float
    length_m: float
    bound_m: float
    length_ratio: float
    makespan_s: float
    bound_s: float
    sorties: int
    sorties_bound: int
    least_above_ground_m: float
    most_above_ground_m: float
    least_clearance_m: float
    outside_fence_s: float
    swath_m: float
    spacing_m: float
    angle_deg: float | None
    dropped_m2: float


@dataclass(frozen=True, slots=True, eq=False)
class SweepPlan:
    """A plan.

    Attributes:
        name: of the sweep.
        kind: how it covers.
        sorties: flights, by aircraft and time.
        figures: beside it.
        dropped: lines that nobody flies.
        findings: what checks found; none is ``refused`` in a plan that is given out.
        fence: polygon around all flights, WGS 84.
        strip: ground that is seen, WGS 84.
        unseen: ground of the target that is not, WGS 84; may be empty.
        take_off_above_sea_m: ground at home, above sea level.
    """

    name: str
    kind: SweepKind
    sorties: tuple[Sortie, ...]
    figures: PlanFigures
    dropped: tuple[DroppedLine, ...]
    findings: tuple[Finding, ...]
    fence: BaseGeometry
    strip: BaseGeometry
    unseen: BaseGeometry
    take_off_above_sea_m: float
