"""Actions as WPML groups them: what is done at a point, and pictures between two points.

The documentation wants the number of a group to be one of its own in the file; template and
waylines describe the same groups, so the same numbers stand in both.
"""

import math
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Final

from drone_jobs.missions.wpml_words import DISTANCE, FOCAL_MM, LENS_TYPES, THERMAL, TIMING
from drone_jobs.missions.wpml_xml import put
from models.mission import Action, ActionKind, MissionPoint, WpmlCodes

__all__ = ["Group", "groups_of", "lenses_of", "put_group"]

_TRIGGERS: Final = {ActionKind.PHOTO_EVERY_M: DISTANCE, ActionKind.PHOTO_EVERY_S: TIMING}


@dataclass(frozen=True, slots=True)
class Group:
    """Actions with one trigger.

    Attributes:
        number: actionGroupId.
        start: index of the waypoint from which it holds.
        end: index of the waypoint to which it holds, >= start.
        trigger: ``reachPoint``, ``multipleDistance`` or ``multipleTiming``.
        every: metres or seconds; None when a point is reached.
        actions: in order; a picture for the two others.
    """

    number: int
    start: int
    end: int
    trigger: str
    every: float | None
    actions: tuple[Action, ...]


def groups_of(points: tuple[MissionPoint, ...]) -> dict[int, list[Group]]:
    """Groups by the index of the waypoint that they stand at, numbered from 0 in that order.

    Args:
        points: with their actions in the order of :func:`.wpml_held.held_by_wpml`.
    """
    ends = _ends(points)
    found: dict[int, list[Group]] = {}
    number = 0
    for at, point in enumerate(points):
        deeds = tuple(action for action in point.actions if action.kind not in _TRIGGERS)
        here = [Group(number, at, at, "reachPoint", None, deeds)] if deeds else []
        for action in point.actions:
            if action.kind in _TRIGGERS and action.value > 0.0:
                here.append(
                    Group(
                        number + len(here),
                        at,
                        ends[at, action.kind],
                        _TRIGGERS[action.kind],
                        action.value,
                        (Action(ActionKind.PHOTO),),
                    )
                )
        if here:
            found[at] = here
            number += len(here)
    return found


def _ends(points: tuple[MissionPoint, ...]) -> dict[tuple[int, ActionKind], int]:
    """Where each series ends, by where it begins and its kind."""
    begun: dict[ActionKind, int] = {}
    found = {}
    for at, point in enumerate(points):
        for action in point.actions:
            if action.kind in _TRIGGERS:
                if action.value > 0.0:
                    begun[action.kind] = at
                else:
                    found[begun[action.kind], action.kind] = at
    return found


def lenses_of(points: tuple[MissionPoint, ...], codes: WpmlCodes) -> str:
    """Lenses that keep their pictures: the wide one, the thermal one, and zoom where it is used."""
    zooms = any(action.kind is ActionKind.ZOOM for point in points for action in point.actions)
    zoom = ("zoom",) if zooms else ()
    thermal = ("ir",) if codes.payload in THERMAL else ()
    return ",".join(("wide", *zoom, *thermal))


def put_group(parent: ET.Element, group: Group, codes: WpmlCodes, lenses: str) -> None:
    """Write a group.

    Args:
        parent: the placemark.
        group: what is done.
        codes: of aircraft and payload.
        lenses: that keep their pictures, with commas.
    """
    element = put(parent, "actionGroup")
    put(element, "actionGroupId", group.number)
    put(element, "actionGroupStartIndex", group.start)
    put(element, "actionGroupEndIndex", group.end)
    put(element, "actionGroupMode", "sequence")
    trigger = put(element, "actionTrigger")
    put(trigger, "actionTriggerType", group.trigger)
    if group.every is not None:
        put(trigger, "actionTriggerParam", group.every)
    for number, action in enumerate(group.actions):
        one = put(element, "action")
        put(one, "actionId", number)
        function = put(one, "actionActuatorFunc")
        params = put(one, "actionActuatorFuncParam")
        function.text = _put_params(params, action, codes, lenses)
        if function.text in ("takePhoto", "startRecord"):
            put(params, "fileSuffix", f"p{group.start}")


def _put_params(params: ET.Element, action: Action, codes: WpmlCodes, lenses: str) -> str:
    """Write an action's parameters; its name."""
    match action.kind:
        case ActionKind.YAW:
            put(params, "aircraftHeading", math.remainder(action.value, 360.0))
            put(params, "aircraftPathMode", "clockwise")
            return "rotateYaw"
        case ActionKind.HOVER:
            put(params, "hoverTime", action.value)
            return "hover"
        case _:
            put(params, "payloadPositionIndex", codes.payload_position)
    match action.kind:
        case ActionKind.GIMBAL:
            _gimbal(params, action.value)
            return "gimbalRotate"
        case ActionKind.ZOOM:
            put(params, "focalLength", action.value * FOCAL_MM)
            return "zoom"
        case _:
            return _camera(params, action.kind, codes, lenses)


def _gimbal(params: ET.Element, pitch_deg: float) -> None:
    """Pitch alone: negative is down. Yaw stays with the nose."""
    put(params, "gimbalHeadingYawBase", "north")
    put(params, "gimbalRotateMode", "absoluteAngle")
    put(params, "gimbalPitchRotateEnable", 1)
    put(params, "gimbalPitchRotateAngle", pitch_deg)
    put(params, "gimbalRollRotateEnable", 0)
    put(params, "gimbalRollRotateAngle", 0)
    put(params, "gimbalYawRotateEnable", 0)
    put(params, "gimbalYawRotateAngle", 0)
    put(params, "gimbalRotateTimeEnable", 0)
    put(params, "gimbalRotateTime", 0)


def _camera(params: ET.Element, kind: ActionKind, codes: WpmlCodes, lenses: str) -> str:
    tells = codes.drone in LENS_TYPES
    if tells:
        put(params, "payloadLensIndex", lenses)
    if kind is ActionKind.VIDEO_STOP:
        return "stopRecord"
    put(params, "useGlobalPayloadLensIndex", 0 if tells else 1)
    return "startRecord" if kind is ActionKind.VIDEO_START else "takePhoto"
