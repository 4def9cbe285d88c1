"""A mission as plain shapes with properties, which GeoJSON and KML are two spellings of.

One line is the flight; its properties hold what lines cannot: every point's own height with its
system (and the three others, where they are known), speed, heading, turn and deeds. Home, fences
and gathering places are shapes of their own.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from drone_jobs.heights import HeightDesk
from models.errors import WatchError
from models.height import Height, HeightSystem
from models.mission import Mission, MissionPlace, MissionPoint, Ring

__all__ = ["COORDINATE_HEIGHTS", "FOUR", "Shape", "shapes_of"]

VERSION: Final = 1
COORDINATE_HEIGHTS: Final = "height_of_coordinates"
FOUR: Final = {
    "ellipsoid_m": HeightSystem.ELLIPSOID,
    "above_sea_m": HeightSystem.EGM96,
    "above_ground_m": HeightSystem.GROUND,
    "above_take_off_m": HeightSystem.TAKE_OFF,
}
"""Property by system."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape.

    Attributes:
        kind: ``Point``, ``LineString`` or ``Polygon`` (its outer ring, closed).
        coordinates: longitude, latitude and, where it has one, height.
        properties: as JSON holds them.
        heights: system of the third coordinate; None where the file does not say it.
    """

    kind: str
    coordinates: tuple[tuple[float, ...], ...]
    properties: dict[str, Any] = field(default_factory=dict)
    heights: HeightSystem | None = None


def shapes_of(
    mission: Mission, desk: HeightDesk, wanted: Sequence[HeightSystem], *, must: bool
) -> list[Shape]:
    """The shapes of a mission, the flight first.

    Args:
        mission: with at least one point.
        desk: converts heights.
        wanted: systems for the line's own heights, the best first.
        must: whether the line needs heights.

    Raises:
        InputRefused: it needs them, and they are not known in any of these systems.
    """
    told = [_four(point, desk) for point in mission.points]
    system = next((each for each in wanted if all(each in four for four in told)), None)
    if system is None and must:
        known = [wanted[-1] in four for four in told]
        lost = mission.points[known.index(False)]
        desk.to(lost.height, lost.lon_deg, lost.lat_deg, wanted[-1])  # says why it cannot
    line = tuple(
        (_deg(point.lon_deg), _deg(point.lat_deg), *([] if system is None else [_m(four[system])]))
        for point, four in zip(mission.points, told, strict=True)
    )
    shapes = [Shape("LineString", line, _flight(mission, told, system), system)]
    if mission.home is not None:
        shapes.append(_place("home", mission.home))
    shapes += [_ring("fence", ring) for ring in mission.fence]
    shapes += [_ring("no_fly", ring) for ring in mission.no_fly]
    shapes += [
        Shape(
            "Point",
            ((_deg(circle.lon_deg), _deg(circle.lat_deg)),),
            {
                "role": "circle",
                "radius_m": circle.radius_m,
                "is_inclusion": circle.is_inclusion,
            },
        )
        for circle in mission.circles
    ]
    return [*shapes, *(_place("rally", place) for place in mission.rally)]


def _four(point: MissionPoint, desk: HeightDesk) -> dict[HeightSystem, float]:
    found = {}
    for system in FOUR.values():
        try:
            found[system] = desk.to(point.height, point.lon_deg, point.lat_deg, system)
        except WatchError:
            continue
    return found


def _flight(
    mission: Mission, told: Sequence[dict[HeightSystem, float]], system: HeightSystem | None
) -> dict[str, Any]:
    return {
        "role": "flight",
        "version": VERSION,
        "name": mission.name,
        COORDINATE_HEIGHTS: system,
        "speed_ms": mission.speed_ms,
        "has_take_off": mission.has_take_off,
        "climb_to_m": mission.climb_to_m,
        "return_to_m": mission.return_to_m,
        "finish": mission.finish,
        "lost_link": mission.lost_link,
        "autopilot": mission.autopilot,
        "wpml": None if mission.wpml is None else asdict(mission.wpml),
        "points": [
            {
                **_height(point.height),
                **{name: _m(four[each]) if each in four else None for name, each in FOUR.items()},
                "speed_ms": point.speed_ms,
                "heading_deg": point.heading_deg,
                "turn": point.turn,
                "actions": [asdict(action) for action in point.actions],
            }
            for point, four in zip(mission.points, told, strict=True)
        ],
    }


def _place(role: str, place: MissionPlace) -> Shape:
    where = ((_deg(place.lon_deg), _deg(place.lat_deg)),)
    return Shape("Point", where, {"role": role, **_height(place.height)})


def _ring(role: str, ring: Ring) -> Shape:
    corners = tuple((_deg(lon_deg), _deg(lat_deg)) for lon_deg, lat_deg in (*ring, ring[0]))
    return Shape("Polygon", corners, {"role": role})


def _height(height: Height | None) -> dict[str, Any]:
    if height is None:
        return {"height_m": None, "height_system": None}
    return {"height_m": height.value_m, "height_system": height.system}


def _deg(value: float) -> float:
    return round(value, 9)


def _m(value: float) -> float:
    return round(value, 4)
