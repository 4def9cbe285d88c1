"""Plans, checks and kept sweeps on the wire; every number as the planner has it."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, JsonValue
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from drone_jobs.checks import FlightProfile, MissionCheck
from models.mission import (
    AirWind,
    DroppedLine,
    Finding,
    Gravity,
    Home,
    Mission,
    NoFly,
    PlanFigures,
    Sortie,
    SweepKind,
    SweepPlan,
    SweepTask,
)

__all__ = [
    "CheckAnswer",
    "FindingAnswer",
    "PlanAnswer",
    "ProfileAnswer",
    "ZoneAnswer",
]

Geometry = dict[str, Any]


class FindingAnswer(BaseModel):
    """What a check found; see :class:`models.mission.Finding`."""

    code: str
    gravity: Gravity
    message: str
    remedy: str
    facts: dict[str, float | int | str]
    lon_deg: float | None
    lat_deg: float | None
    sortie: int | None

    @classmethod
    def of(cls, finding: Finding) -> "FindingAnswer":
        """As told."""
        return cls(
            code=finding.code,
            gravity=finding.gravity,
            message=finding.message,
            remedy=finding.remedy,
            facts=dict(finding.facts),
            lon_deg=finding.lon_deg,
            lat_deg=finding.lat_deg,
            sortie=finding.sortie,
        )


class ZoneAnswer(BaseModel):
    """Ground that is not, or better not, flown over."""

    name: str
    is_hard: bool
    geometry: Geometry

    @classmethod
    def of(cls, zone: NoFly) -> "ZoneAnswer":
        """As told."""
        return cls(name=zone.name, is_hard=zone.is_hard, geometry=_geojson(zone.geometry))


class ProfileAnswer(BaseModel):
    """Heights along a flight, above sea level, at up to 400 distances from its start.

    Attributes:
        sortie: number of the flight, from 1.
        distance_m: rising.
        ground_m: of the elevation model.
        flight_m: of the aircraft.
        lon_deg: of each place.
        lat_deg: of each place.
        canopy_m: height of the trees, to be drawn above the ground.
        ceiling_m: legal true height, to be drawn above the ground.
    """

    sortie: int
    distance_m: tuple[float, ...]
    ground_m: tuple[float, ...]
    flight_m: tuple[float, ...]
    lon_deg: tuple[float, ...]
    lat_deg: tuple[float, ...]
    canopy_m: float
    ceiling_m: float

    @classmethod
    def of(
        cls, profile: FlightProfile, sortie: int, canopy_m: float, ceiling_m: float
    ) -> "ProfileAnswer":
        """Rounded to the centimetre, and places to a millimetre."""
        return cls(
            sortie=sortie,
            distance_m=_rounded(profile.distance_m, 2),
            ground_m=_rounded(profile.ground_m, 2),
            flight_m=_rounded(profile.flight_m, 2),
            lon_deg=_rounded(profile.lon_deg, 8),
            lat_deg=_rounded(profile.lat_deg, 8),
            canopy_m=canopy_m,
            ceiling_m=ceiling_m,
        )


class PlanAnswer(BaseModel):
    """A plan with what it was made of; see :class:`models.mission.SweepPlan`.

    Attributes:
        planned_in_s: how long the planner took.
    """

    name: str
    kind: SweepKind
    take_off_above_sea_m: float
    figures: PlanFigures
    sorties: tuple[Sortie, ...]
    dropped: tuple[DroppedLine, ...]
    findings: tuple[FindingAnswer, ...]
    target: Geometry
    strip: Geometry
    unseen: Geometry
    fence: Geometry
    no_fly: tuple[ZoneAnswer, ...]
    profiles: tuple[ProfileAnswer, ...]
    wind: AirWind
    home: Home
    planned_in_s: float

    @classmethod
    def of(
        cls,
        plan: SweepPlan,
        task: SweepTask,
        checks: Sequence[MissionCheck],
        planned_in_s: float,
    ) -> "PlanAnswer":
        """Of a plan, and what the rules for missions say of each of its flights."""
        found = [FindingAnswer.of(finding) for finding in plan.findings]
        for number, check in enumerate(checks, start=1):
            found += [
                FindingAnswer.of(finding).model_copy(update={"sortie": number})
                for finding in check.findings
            ]
        return cls(
            name=plan.name,
            kind=plan.kind,
            take_off_above_sea_m=plan.take_off_above_sea_m,
            figures=plan.figures,
            sorties=plan.sorties,
            dropped=plan.dropped,
            findings=tuple(found),
            target=_geojson(task.target),
            strip=_geojson(plan.strip),
            unseen=_geojson(plan.unseen),
            fence=_geojson(plan.fence),
            no_fly=tuple(ZoneAnswer.of(zone) for zone in task.no_fly),
            profiles=tuple(
                ProfileAnswer.of(check.profile, number, task.canopy_m, task.ceiling_m)
                for number, check in enumerate(checks, start=1)
                if check.profile is not None
            ),
            wind=task.wind,
            home=task.home,
            planned_in_s=planned_in_s,
        )


class CheckAnswer(BaseModel):
    """What the rules say of a mission from a file.

    Attributes:
        format: that it was read as.
        points: how many.
        path: GeoJSON line through all points.
    """

    name: str
    format: str
    points: int
    length_m: float
    duration_s: float | None
    may_fly: bool
    findings: tuple[FindingAnswer, ...]
    profile: ProfileAnswer | None
    path: dict[str, JsonValue]

    @classmethod
    def of(
        cls, mission: Mission, format_: str, check: MissionCheck, canopy_m: float, ceiling_m: float
    ) -> "CheckAnswer":
        """Of a mission and its check; what its reader noted comes first."""
        findings = (*mission.notes, *check.findings)
        return cls(
            name=mission.name,
            format=format_,
            points=len(mission.points),
            length_m=check.length_m,
            duration_s=check.duration_s,
            may_fly=check.may_fly,
            findings=tuple(FindingAnswer.of(finding) for finding in findings),
            profile=None
            if check.profile is None
            else ProfileAnswer.of(check.profile, 1, canopy_m, ceiling_m),
            path={
                "type": "LineString",
                "coordinates": [[point.lon_deg, point.lat_deg] for point in mission.points],
            },
        )


def _geojson(geometry: BaseGeometry) -> Geometry:
    found: Geometry = mapping(geometry)
    return found


def _rounded(values: Any, digits: int) -> tuple[float, ...]:  # noqa: ANN401  # a numpy array
    return tuple(round(float(value), digits) for value in values)
