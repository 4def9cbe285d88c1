"""What a plan says of itself: figures, fence, dropped lines, findings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from drone_jobs.planning.bounds import length_bound_m, makespan_s, sorties_bound
from drone_jobs.planning.flying import Flown
from drone_jobs.planning.ground import SweepGround
from drone_jobs.planning.line import FlightLine
from drone_jobs.planning.profile import least_clearance
from drone_jobs.planning.seen import Seen
from geo.crs import LocalFrame
from models.mission import (
    DroppedLine,
    Finding,
    Gravity,
    GroundKind,
    PlanFigures,
    Sortie,
    SweepKind,
    SweepPlan,
    SweepTask,
)
from models.units import FloatArray

__all__ = ["Laid", "made_fence", "report"]

SAID_SHARE: Final = 0.995  # below it a plan says what it leaves unseen
FENCE_MARGIN_M: Final = 60.0
FENCE_STEP_M: Final = 5.0  # corners nearer than this to the line between others are left out
MOST_FENCE_CORNERS: Final = 70  # ArduPilot once refused more

DROPPED: Final = {
    "dropped_battery": "no battery reaches it and home again; start nearer or fly longer",
    "dropped_no_way": "no way leads there around the zones and inside the fence",
    "dropped_wind": "the wind is stronger than the aircraft can fly against there",
}


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Lines over a target.

    Attributes:
        lines: that can be flown.
        dropped: that cannot, with the reason.
        angle_deg: of area lines; None along a belt.
        spacing_m: between them.
    """

    lines: tuple[FlightLine, ...]
    dropped: tuple[tuple[FlightLine, str], ...]
    angle_deg: float | None
    spacing_m: float


def report(ground: SweepGround, laid: Laid, flown: Flown, looked: Seen) -> SweepPlan:
    """Put a plan together."""
    task, frame = ground.task, ground.target.frame
    lines = laid.lines
    dropped = [(k, lines[k], code) for k, code in flown.dropped]
    dropped += [(len(lines) + k, line, code) for k, (line, code) in enumerate(laid.dropped)]
    fence_m = fence_of(ground, flown.ways_m)
    unflown = [line for _, line, _ in dropped]
    figures = replace(
        _figures(ground, laid, flown, looked, unflown),
        outside_fence_s=outside_s(fence_m, flown.sorties, flown.ways_m),
    )
    return SweepPlan(
        name=task.name,
        kind=SweepKind.AREA if ground.target.shape is None else SweepKind.BELT,
        sorties=flown.sorties,
        figures=figures,
        dropped=tuple(_dropped(frame, *each) for each in dropped),
        findings=_findings(task, figures, looked, len(dropped)),
        fence=frame.geometry_to_lonlat(fence_m) if task.fence is None else task.fence,
        strip=frame.geometry_to_lonlat(looked.strip),
        unseen=frame.geometry_to_lonlat(looked.unseen),
        take_off_above_sea_m=flown.take_off_above_sea_m,
    )


def _figures(
    ground: SweepGround, laid: Laid, flown: Flown, looked: Seen, dropped: Sequence[FlightLine]
) -> PlanFigures:
    task, target, pricing = ground.task, ground.target, ground.pricing
    widest, swath = ground.widest, ground.swath
    length_m = sum(sortie.length_m for sortie in flown.sorties)
    bound_m = length_bound_m(
        target.area_m2,
        widest.left_m + widest.right_m,
        target.farthest_m(pricing.home_m),
        float(np.hypot(max(abs(widest.near_m), abs(widest.far_m)), widest.left_m)),
    )
    clear_m = min(
        least_clearance(pricing.frame, way_m, pricing.terrain, swath.left_m, swath.right_m)
        for way_m in flown.ways_m
    )
    return PlanFigures(
        covered_share=looked.share,
        target_m2=target.area_m2,
        length_m=length_m,
        bound_m=bound_m,
        length_ratio=length_m / bound_m,
        makespan_s=makespan_s(
            [(sortie.aircraft, sortie.duration_s) for sortie in flown.sorties],
            {each.name: each.turnaround_s for each in pricing.aircraft},
        ),
        bound_s=bound_m / sum(each.speed_ms for each in pricing.aircraft),
        sorties=len(flown.sorties),
        sorties_bound=sorties_bound(bound_m, pricing.aircraft),
        least_above_ground_m=min(sortie.least_above_ground_m for sortie in flown.sorties),
        most_above_ground_m=max(sortie.most_above_ground_m for sortie in flown.sorties),
        least_clearance_m=clear_m - (task.canopy_m if task.ground is GroundKind.BARE else 0.0),
        outside_fence_s=0.0,
        swath_m=swath.left_m + swath.right_m,
        spacing_m=laid.spacing_m,
        angle_deg=laid.angle_deg,
        dropped_m2=_dropped_m2(ground, looked, dropped),
    )


def _dropped_m2(ground: SweepGround, looked: Seen, dropped: Sequence[FlightLine]) -> float:
    """Ground that is not seen and lies under the strips of dropped lines."""
    half_m = max(ground.swath.left_m, ground.swath.right_m)
    strips = shapely.union_all(
        [shapely.LineString(line.forward_m).buffer(half_m, cap_style="square") for line in dropped]
    )
    return float(strips.intersection(ground.target.ground_m).difference(looked.strip).area)


def _dropped(frame: LocalFrame, number: int, line: FlightLine, code: str) -> DroppedLine:
    lon_deg, lat_deg = frame.to_lonlat(line.forward_m[:, 0], line.forward_m[:, 1])
    return DroppedLine(
        line=number,
        length_m=line.length_m,
        code=code,
        message=f"A line of {line.length_m:.0f} m is not flown: {DROPPED[code]}.",
        lonlat=tuple(zip(map(float, lon_deg), map(float, lat_deg), strict=True)),
    )


def _findings(
    task: SweepTask, figures: PlanFigures, looked: Seen, dropped: int
) -> tuple[Finding, ...]:
    covered = ("covered_share", round(looked.share, 4))
    found = []
    if dropped > 0:
        found.append(
            Finding(
                "lines_dropped",
                Gravity.WARNING,
                f"{dropped} lines are not flown; {looked.share:.1%} of the ground is seen.",
                "Look at each of them on the map, and what would make it fly.",
                (("lines", dropped), covered),
            )
        )
    elif looked.share < SAID_SHARE:
        found.append(
            Finding(
                "little_seen",
                Gravity.WARNING,
                f"{looked.share:.1%} of the ground is seen; the rest is hidden by the land or "
                "lies under zones.",
                "Fly higher, overlap more, or turn the lines.",
                (covered,),
            )
        )
    if figures.least_clearance_m < task.least_clearance_m:
        clear_m = round(figures.least_clearance_m, 1)
        found.append(
            Finding(
                "little_clearance",
                Gravity.WARNING,
                f"Beside the way, within the picture, crowns come as near as {clear_m:g} m below "
                f"the flight; {task.least_clearance_m:g} m are kept along the way itself.",
                "Fly higher or turn the lines, where the aircraft may be blown aside.",
                (("clearance_m", clear_m), ("least_m", task.least_clearance_m)),
            )
        )
    return tuple(found)


def fence_of(ground: SweepGround, ways_m: Sequence[FloatArray]) -> BaseGeometry:
    """The fence that was asked for, or one around all flights, in the plan's plane."""
    if ground.task.fence is None:
        return made_fence(ways_m, ground.pricing.home_m)
    return ground.target.frame.geometry_to_metric(ground.task.fence)


def outside_s(
    fence_m: BaseGeometry, sorties: Sequence[Sortie], ways_m: Sequence[FloatArray]
) -> float:
    """Time that flights spend outside a fence, at the speeds that they have there."""
    total_s = 0.0
    for sortie, way_m in zip(sorties, ways_m, strict=True):
        legs = shapely.linestrings(np.stack((way_m[:-1, :2], way_m[1:, :2]), axis=1))
        speeds_ms = np.array([point.speed_ms for point in sortie.points[:-1]])
        beyond_m = shapely.length(shapely.difference(legs, fence_m))
        total_s += float((beyond_m / speeds_ms).sum())
    return total_s


def made_fence(ways_m: Sequence[FloatArray], home_m: FloatArray) -> Polygon:
    """One ring around all flights and home, with a margin and few corners, without holes."""
    ways = [shapely.LineString(way_m[:, :2]) for way_m in ways_m if len(way_m) > 1]
    around = shapely.union_all([*ways, shapely.Point(home_m)]).buffer(FENCE_MARGIN_M, quad_segs=2)
    ring = _one_ring(around)
    step_m = FENCE_STEP_M
    while len(ring.exterior.coords) - 1 > MOST_FENCE_CORNERS:
        ring = _one_ring(ring.simplify(step_m).buffer(step_m, quad_segs=1, join_style="mitre"))
        step_m *= 1.5
    return ring


def _one_ring(shape: BaseGeometry) -> Polygon:
    whole = shape if isinstance(shape, Polygon) else shape.convex_hull
    return Polygon(shapely.get_exterior_ring(whole))
