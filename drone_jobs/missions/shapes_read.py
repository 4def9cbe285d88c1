"""From shapes to a mission: of files written here, and of lines that anybody drew.

A line of ours says everything. Where its geometry was edited since, the geometry counts, and that
is told. A line of somebody else is points with heights; in which system they are, the format says
(KML) or only its standard (GeoJSON), and then that is told.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeVar

from drone_jobs.missions.limits import check_count, clean, number, place, title
from drone_jobs.missions.shapes import COORDINATE_HEIGHTS, FOUR, Shape
from drone_jobs.missions.told import Told
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import (
    Action,
    ActionKind,
    Autopilot,
    FenceCircle,
    Finish,
    LostLink,
    Mission,
    MissionPlace,
    MissionPoint,
    Ring,
    Turn,
    WpmlCodes,
)

__all__ = ["mission_of_shapes"]

KindT = TypeVar("KindT", bound=StrEnum)

EDITED_M: Final = 0.05
_NAMES: Final = {system: name for name, system in FOUR.items()}
_BY_STANDARD: Final = HeightSystem.ELLIPSOID  # RFC 7946, 3.1.1


def mission_of_shapes(shapes: Sequence[Shape], name: str) -> Mission:
    """The mission of a file's shapes.

    Args:
        shapes: in the file's order.
        name: of the file, for people.

    Raises:
        InputRefused: no line (``mission_no_line``) or several (``mission_many_lines``), a point
            without a height (``mission_no_height``), points and their properties that do not match
            (``mission_points_count``), a property that means nothing (``mission_damaged``).
    """
    return _Shapes(shapes, name).read()


@dataclass(slots=True)
class _Shapes:
    shapes: Sequence[Shape]
    name: str
    told: Told = field(default_factory=Told)

    def read(self) -> Mission:
        line = self._line()
        check_count(len(line.coordinates), self.name)
        if line.properties.get("role") == "flight":
            return self._ours(line)
        called = clean(line.properties.get("name")) or title(self.name)
        points = tuple(
            MissionPoint(*self._place(each), self._height(each, self._system(line)))
            for each in line.coordinates
        )
        return Mission(called, points, notes=tuple(self.told.notes))

    def _line(self) -> Shape:
        lines = [shape for shape in self.shapes if shape.kind == "LineString"]
        flights = [line for line in lines if line.properties.get("role") == "flight"]
        found = flights or lines
        if len(found) > 1:
            raise InputRefused(
                f"{self.name} holds {len(found)} lines, and a mission is one.",
                remedy="Save one line alone.",
                code="mission_many_lines",
            )
        if found:
            return found[0]
        points = [shape for shape in self.shapes if shape.kind == "Point"]
        if len(points) < 2:
            raise InputRefused(
                f"{self.name} holds no line to fly along.",
                remedy="Give a line; over an area, plan a sweep.",
                code="mission_no_line",
            )
        first = points[0]
        if any(point.heights is not first.heights for point in points):
            raise self._damaged("its points' heights are measured from different things")
        return Shape(
            "LineString",
            tuple(point.coordinates[0] for point in points),
            {COORDINATE_HEIGHTS: first.properties.get(COORDINATE_HEIGHTS)},
            first.heights,
        )

    def _system(self, line: Shape) -> HeightSystem:
        if line.heights is not None:
            return line.heights
        told = line.properties.get(COORDINATE_HEIGHTS)
        if told is not None:
            return self._one_of(HeightSystem, told, COORDINATE_HEIGHTS)
        if not any(note.code == "datum_unsaid" for note in self.told.notes):
            self.told.refuse(
                "datum_unsaid",
                f"{self.name} does not say what its heights are measured from; they are taken as "
                "above the ellipsoid, as the standard of GeoJSON says.",
                f"Add the property {COORDINATE_HEIGHTS} to the line: ellipsoid, egm96, ground or "
                "take_off.",
            )
        return _BY_STANDARD

    def _place(self, coordinate: Sequence[float]) -> tuple[float, float]:
        return place(coordinate[0], coordinate[1], "a point", self.name)

    def _height(self, coordinate: Sequence[float], system: HeightSystem) -> Height:
        if len(coordinate) < 3:
            raise InputRefused(
                f"{self.name} has points without a height.",
                remedy="Draw the line with heights: above sea level or above ground.",
                code="mission_no_height",
            )
        return Height(coordinate[2], system)

    def _ours(self, line: Shape) -> Mission:
        told = line.properties
        points = self._nested(told.get("points"))
        if not isinstance(points, list) or len(points) != len(line.coordinates):
            raise InputRefused(
                f"{self.name}: the line's points and what is told of each do not match: points "
                "were added or taken out in another program.",
                remedy="Change the plan and write it again, or save the line without properties.",
                code="mission_points_count",
            )
        places = {role: self._of_role(role) for role in ("home", "rally")}
        return Mission(
            name=clean(told.get("name")),
            points=tuple(
                self._point(each, point, line)
                for each, point in zip(line.coordinates, points, strict=True)
            ),
            speed_ms=self._speed(told),
            home=places["home"][0] if places["home"] else None,
            has_take_off=told.get("has_take_off") is True,
            climb_to_m=self._number(told, "climb_to_m"),
            return_to_m=self._number(told, "return_to_m"),
            finish=self._one_of(Finish, told.get("finish"), "finish"),
            lost_link=self._one_of(LostLink, told.get("lost_link"), "lost_link"),
            fence=self._rings("fence"),
            no_fly=self._rings("no_fly"),
            circles=self._circles(),
            rally=places["rally"],
            autopilot=self._autopilot(told.get("autopilot")),
            wpml=self._wpml(self._nested(told.get("wpml"))),
            notes=tuple(self.told.notes),
        )

    def _point(self, coordinate: Sequence[float], point: object, line: Shape) -> MissionPoint:
        if not isinstance(point, dict):
            raise self._damaged("a point's properties are none")
        actions = point.get("actions")
        if not isinstance(actions, list):
            raise self._damaged("a point's actions are no list")
        return MissionPoint(
            *self._place(coordinate),
            self._own_height(coordinate, point, line),
            speed_ms=self._speed(point),
            heading_deg=self._number(point, "heading_deg"),
            turn=self._one_of(Turn, point.get("turn"), "turn"),
            actions=tuple(self._action(action) for action in actions),
        )

    def _own_height(
        self, coordinate: Sequence[float], point: dict[str, Any], line: Shape
    ) -> Height:
        """The height that the point tells of itself, unless the line was moved since."""
        own = self._told_height(point)
        if own is None:
            return self._height(coordinate, self._system(line))
        if len(coordinate) < 3:
            return own
        system = self._system(line)
        written_m = self._number(point, _NAMES.get(system, ""))
        if written_m is None or abs(written_m - coordinate[2]) <= EDITED_M:
            return own
        if not any(note.code == "edited_outside" for note in self.told.notes):
            self.told.warn(
                "edited_outside",
                f"Heights of {self.name} were changed in another program; what the line says "
                "counts.",
                "Look at the profile.",
            )
        return Height(coordinate[2], system)

    def _told_height(self, told: dict[str, Any]) -> Height | None:
        value_m = self._number(told, "height_m")
        if value_m is None:
            return None
        system = self._one_of(HeightSystem, told.get("height_system"), "height_system")
        return Height(value_m, system)

    def _action(self, told: object) -> Action:
        if not isinstance(told, dict):
            raise self._damaged("an action is none")
        value = self._number(told, "value")
        kind = self._one_of(ActionKind, told.get("kind"), "action")
        return Action(kind, 0.0 if value is None else value)

    def _speed(self, told: dict[str, Any]) -> float | None:
        speed_ms = self._number(told, "speed_ms")
        if speed_ms is not None and not speed_ms > 0.0:
            raise self._damaged("a speed is not above 0")
        return speed_ms

    def _of_role(self, role: str) -> tuple[MissionPlace, ...]:
        return tuple(
            MissionPlace(*self._place(shape.coordinates[0]), self._told_height(shape.properties))
            for shape in self._all(role, "Point")
        )

    def _rings(self, role: str) -> tuple[Ring, ...]:
        return tuple(
            tuple(self._place(corner) for corner in shape.coordinates[:-1])
            for shape in self._all(role, "Polygon")
        )

    def _circles(self) -> tuple[FenceCircle, ...]:
        found = []
        for shape in self._all("circle", "Point"):
            radius_m = self._number(shape.properties, "radius_m")
            is_inclusion = shape.properties.get("is_inclusion")
            if radius_m is None or not radius_m > 0.0 or not isinstance(is_inclusion, bool):
                raise self._damaged("a round fence says not how wide it is and which side is free")
            where = self._place(shape.coordinates[0])
            found.append(FenceCircle(*where, radius_m, is_inclusion))
        return tuple(found)

    def _all(self, role: str, kind: str) -> list[Shape]:
        found = [shape for shape in self.shapes if shape.properties.get("role") == role]
        if any(shape.kind != kind for shape in found):
            raise self._damaged(f"a {role} is no {kind}")
        return found

    def _autopilot(self, told: object) -> Autopilot | None:
        return None if told is None else self._one_of(Autopilot, told, "autopilot")

    def _wpml(self, told: object) -> WpmlCodes | None:
        if told is None:
            return None
        keys = ("drone", "drone_sub", "payload", "payload_position")
        values = [told.get(key) if isinstance(told, dict) else None for key in keys]
        whole = [each for each in values if isinstance(each, int) and not isinstance(each, bool)]
        if len(whole) != len(keys):
            raise self._damaged("its numbers of aircraft and payload are none")
        return WpmlCodes(*whole)

    def _number(self, told: dict[str, Any], key: str) -> float | None:
        value = told.get(key)
        return None if value is None else number(value, key, self.name)

    def _one_of(self, kind: type[KindT], value: object, what: str) -> KindT:
        for each in kind:
            if each == value:
                return each
        raise self._damaged(f"its {what} is {str(value)[:40]!r}")

    def _nested(self, value: object) -> object:
        """A value that other programs turn into a text when they save it."""
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise self._damaged("what is told of its points is no JSON") from None

    def _damaged(self, what: str) -> InputRefused:
        return InputRefused(
            f"{self.name} is damaged: {what}.",
            remedy="Write the mission again.",
            code="mission_damaged",
        )
