"""Reads WPML's waypoints, from the file that is flown or, in need, from the one that is edited."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Final

from drone_jobs.missions.limits import check_count, number, place
from drone_jobs.missions.told import Told
from drone_jobs.missions.wpml_heights import EXECUTE_MODES, TEMPLATE_MODES
from drone_jobs.missions.wpml_read_actions import read_groups, start_actions
from drone_jobs.missions.wpml_words import COORDINATE, PASSING, STOP, STOP_CURVED
from drone_jobs.missions.wpml_xml import child, children, path, text, words
from geo.crs import geodesic
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import Action, ActionKind, MissionPoint, Turn

__all__ = ["read_template_points", "read_wayline", "route_speed_ms"]

_TURNS: Final = {
    STOP: Turn.STOP,
    STOP_CURVED: Turn.STOP,
    COORDINATE: Turn.CURVE,
    PASSING: Turn.CURVE,
}
_ON: Final = ("1", "true")


@dataclass(frozen=True, slots=True)
class _Route:
    """What holds for all waypoints of a folder; looked up once, for there may be 65,535."""

    placemarks: list[ET.Element]
    told: Told
    name: str
    speed_ms: float | None
    turn: str | None
    heading: ET.Element | None

    def say(self, at: int, what: str, meaning: str) -> None:
        self.told.note(
            "wpml_taken_as",
            f"Waypoint {at}: {what} is taken as {meaning}.",
            point=at,
            what=what,
            meaning=meaning,
        )

    def unknown(self, element: str, value: str | None) -> None:
        self.told.warn(
            "wpml_word_unknown",
            f"{element} is {str(value)[:60]!r}, which the documentation does not know.",
            "Look at the mission in the program that made it.",
            element=element,
            value=str(value)[:60],
        )


def read_wayline(folder: ET.Element, told: Told, name: str) -> tuple[MissionPoint, ...]:
    """Waypoints of a folder of waylines.wpml.

    Args:
        folder: the wayline.
        told: takes the notes.
        name: of the file, for people.

    Raises:
        InputRefused: a place or a number is none (``mission_place``, ``mission_damaged``), the
            indexes do not run from 0 (``mission_damaged``), or it is not told what heights are
            measured from (``mission_height_unsaid``).
    """
    route = _route(folder, told, name)
    system = _system(folder, EXECUTE_MODES, name, "executeHeightMode")
    deeds = read_groups(route.placemarks, told, name)
    before = tuple(start_actions(folder, told, name))
    return tuple(
        _point(
            route,
            at,
            Height(_own(placemark, "executeHeight", name), system),
            (*(before if at == 0 else ()), *deeds.at(at)),
        )
        for at, placemark in enumerate(route.placemarks)
    )


def read_template_points(folder: ET.Element, told: Told, name: str) -> tuple[MissionPoint, ...]:
    """Waypoints of a waypoint template; arguments and errors as :func:`read_wayline`."""
    route = _route(folder, told, name)
    system = _system(folder, TEMPLATE_MODES, name, "waylineCoordinateSysParam", "heightMode")
    deeds = read_groups(route.placemarks, told, name)
    sets_pitch = text(folder, "gimbalPitchMode") == "usePointSetting"
    # by the documentation the global height is one above the take-off, whatever the mode
    shared = None if system is HeightSystem.EGM96 else text(folder, "globalHeight")
    points = []
    for at, placemark in enumerate(route.placemarks):
        pitch = text(placemark, "gimbalPitchAngle") if sets_pitch else None
        before = () if pitch is None else (_pitched(pitch, name),)
        height = Height(_template_height_m(placemark, shared, name), system)
        points.append(_point(route, at, height, (*before, *deeds.at(at))))
    return tuple(points)


def route_speed_ms(folder: ET.Element, name: str) -> float | None:
    """Cruise speed of a folder; None where it is not told."""
    found = text(folder, "autoFlightSpeed")
    value = 0.0 if found is None else number(found, "autoFlightSpeed", name)
    return value if value > 0.0 else None


def _route(folder: ET.Element, told: Told, name: str) -> _Route:
    return _Route(
        _placemarks(folder, name),
        told,
        name,
        route_speed_ms(folder, name),
        text(folder, "globalWaypointTurnMode"),
        child(folder, "globalWaypointHeadingParam"),
    )


def _placemarks(folder: ET.Element, name: str) -> list[ET.Element]:
    placemarks = [
        each for each in children(folder, "Placemark") if child(each, "Point") is not None
    ]
    check_count(len(placemarks), name)
    for at, placemark in enumerate(placemarks):
        found = text(placemark, "index")
        if found is None or number(found, "index", name) != at:
            raise InputRefused(
                f"{name}: waypoint {at} has index {found}; they must run from 0 without a gap, and "
                "actions are told by them.",
                remedy="Save the mission again in the program that made it.",
                code="mission_damaged",
            )
    return placemarks


def _system(
    folder: ET.Element, modes: dict[str, HeightSystem], name: str, *names: str
) -> HeightSystem:
    found = text(folder, *names)
    if found not in modes:
        raise InputRefused(
            f"{name}: {names[-1]} is {str(found)[:60]!r}; it is not known what heights are "
            "measured from.",
            remedy=f"It must be one of {', '.join(modes)}: save the mission again.",
            code="mission_height_unsaid",
        )
    return modes[found]


def _template_height_m(placemark: ET.Element, shared: str | None, name: str) -> float:
    """Own height, or the global one."""
    if shared is not None and text(placemark, "useGlobalHeight") in _ON:
        return number(shared, "globalHeight", name)
    return _own(placemark, "height", name)


def _own(placemark: ET.Element, what: str, name: str) -> float:
    return number(text(placemark, what), what, name)


def _pitched(pitch: str, name: str) -> Action:
    return Action(ActionKind.GIMBAL, number(pitch, "gimbalPitchAngle", name))


def _point(route: _Route, at: int, height: Height, actions: tuple[Action, ...]) -> MissionPoint:
    placemark, name = route.placemarks[at], route.name
    parts = words(placemark, "Point", "coordinates")
    if len(parts) not in (2, 3):
        raise InputRefused(
            f"{name}: waypoint {at} has no place.",
            remedy="Save the mission again.",
            code="mission_damaged",
        )
    lon, lat = (number(part, "a coordinate", name) for part in parts[:2])
    lon_deg, lat_deg = place(lon, lat, f"waypoint {at}", name)
    return MissionPoint(
        lon_deg,
        lat_deg,
        height,
        speed_ms=_speed_ms(route, at),
        heading_deg=_heading_deg(route, at, lon_deg, lat_deg),
        turn=_turn(route, at),
        actions=actions,
    )


def _speed_ms(route: _Route, at: int) -> float | None:
    placemark = route.placemarks[at]
    found = text(placemark, "waypointSpeed")
    if found is None or text(placemark, "useGlobalSpeed") in _ON:
        return None
    value = number(found, "waypointSpeed", route.name)
    if value > 0.0:
        return None if value == route.speed_ms else value
    route.say(at, f"waypointSpeed {value:g}", "the speed of the wayline")
    return None


def _turn(route: _Route, at: int) -> Turn:
    placemark = route.placemarks[at]
    own = text(placemark, "waypointTurnParam", "waypointTurnMode")
    if own is None or text(placemark, "useGlobalTurnParam") in _ON:
        own = route.turn or own
    if own in _TURNS:
        return _TURNS[own]
    route.unknown("waypointTurnMode", own)
    return Turn.STOP


def _heading_deg(route: _Route, at: int, lon_deg: float, lat_deg: float) -> float | None:
    placemark = route.placemarks[at]
    param = child(placemark, "waypointHeadingParam")
    if param is None or text(placemark, "useGlobalHeadingParam") in _ON:
        param = param if route.heading is None else route.heading
    mode = text(param, "waypointHeadingMode")
    match mode:
        case "followWayline":
            return None
        case "smoothTransition":
            found = text(param, "waypointHeadingAngle")
            return number(found, "waypointHeadingAngle", route.name) % 360.0
        case "towardPOI":
            return _toward(route, at, path(param, "waypointPoiPoint"), lon_deg, lat_deg)
        case "manually" | "fixed":
            route.say(at, f"waypointHeadingMode {mode}", "along the way")
            return None
        case _:
            route.unknown("waypointHeadingMode", mode)
            return None


def _toward(
    route: _Route, at: int, poi: ET.Element | None, lon_deg: float, lat_deg: float
) -> float | None:
    """Direction of a place, which is told latitude first."""
    parts = words(poi)
    if len(parts) < 2:  # latitude, longitude
        route.unknown("waypointPoiPoint", ",".join(parts))
        return None
    lat, lon = (number(part, "waypointPoiPoint", route.name) for part in parts[:2])
    poi_lon_deg, poi_lat_deg = place(lon, lat, "waypointPoiPoint", route.name)
    route.say(at, "towardPOI", "a heading at the waypoint")
    return geodesic(lon_deg, lat_deg, poi_lon_deg, poi_lat_deg)[0] % 360.0
