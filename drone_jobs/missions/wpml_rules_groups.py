"""What DJI's documentation demands of action groups and their actions."""

import math
import xml.etree.ElementTree as ET
from typing import Final

from drone_jobs.missions.wpml_xml import child, children, text

__all__ = ["group_faults"]

_FUNCTIONS: Final = frozenset(
    {"takePhoto", "startRecord", "stopRecord", "focus", "zoom", "customDirName", "gimbalRotate"}
    | {"gimbalEvenlyRotate", "rotateYaw", "hover", "accurateShoot", "orientedShoot", "panoShot"}
    | {"recordPointCloud"}
)
_TRIGGERS: Final = ("reachPoint", "betweenAdjacentPoints", "multipleTiming", "multipleDistance")
_LENSES: Final = frozenset({"wide", "zoom", "ir", "narrow_band", "visable", "visible"})
_LENS_DRONES: Final = (67, 91)  # documented for these two series
# fileSuffix of pictures is not among them: DJI's own programs leave it out
_NEEDS: Final = {
    "takePhoto": ("payloadPositionIndex", "useGlobalPayloadLensIndex"),
    "startRecord": ("payloadPositionIndex",),
    "stopRecord": ("payloadPositionIndex",),
    "zoom": ("payloadPositionIndex", "focalLength"),
    "customDirName": ("payloadPositionIndex", "directoryName"),
    "gimbalRotate": (
        "gimbalHeadingYawBase",
        "gimbalRotateMode",
        "gimbalPitchRotateEnable",
        "gimbalPitchRotateAngle",
        "gimbalRollRotateEnable",
        "gimbalRollRotateAngle",
        "gimbalYawRotateEnable",
        "gimbalYawRotateAngle",
        "gimbalRotateTimeEnable",
        "gimbalRotateTime",
        "payloadPositionIndex",
    ),
    "gimbalEvenlyRotate": ("gimbalPitchRotateAngle", "payloadPositionIndex"),
    "rotateYaw": ("aircraftHeading",),
    "hover": ("hoverTime",),
    "orientedShoot": ("gimbalPitchRotateAngle", "aircraftHeading", "payloadPositionIndex"),
    "panoShot": ("payloadPositionIndex", "panoShotSubMode"),
}
_RANGES: Final = {
    "aircraftHeading": (-180.0, 180.0),
    "gimbalYawRotateAngle": (-180.0, 180.0),
    "gimbalPitchRotateAngle": (-120.0, 90.0),
    "hoverTime": (math.ulp(0.0), math.inf),
    "focalLength": (math.ulp(0.0), math.inf),
}
_ORIENTED: Final = {67: (-120.0, 45.0), 77: (-90.0, 35.0), 91: (-90.0, 30.0)}


def group_faults(
    placemark: ET.Element, last: int, drone: int | None, numbers: list[str]
) -> list[str]:
    """Faults of a waypoint's action groups.

    Args:
        placemark: the waypoint.
        last: index of the last waypoint.
        drone: droneEnumValue.
        numbers: takes the numbers of the groups.
    """
    faults = []
    for group in children(placemark, "actionGroup"):
        number = text(group, "actionGroupId")
        if number is None or not number.isdecimal():
            faults.append("an action group without a number")
        else:
            numbers.append(number)
        faults += [f"action group {number}: {each}" for each in _group(group, last, drone)]
    return faults


def _group(group: ET.Element, last: int, drone: int | None) -> list[str]:
    faults = []
    start, end = text(group, "actionGroupStartIndex"), text(group, "actionGroupEndIndex")
    if start is None or end is None or not (start.isdecimal() and end.isdecimal()):
        faults.append("no start or end")
    elif not int(start) <= int(end) <= last:
        faults.append(f"holds from {start} to {end}")
    if text(group, "actionGroupMode") != "sequence":
        faults.append(f"actionGroupMode {text(group, 'actionGroupMode')}")
    faults += _trigger(group)
    numbers = [text(each, "actionId") for each in children(group, "action")]
    if not numbers or None in numbers or len(set(numbers)) != len(numbers):
        faults.append("actionId is missing or not unique")
    for each in children(group, "action"):
        faults += _action(each, drone)
    return faults


def _trigger(group: ET.Element) -> list[str]:
    trigger = text(group, "actionTrigger", "actionTriggerType")
    functions = [text(each, "actionActuatorFunc") for each in children(group, "action")]
    if trigger not in _TRIGGERS:
        return [f"actionTriggerType {trigger}"]
    faults = []
    if trigger.startswith("multiple"):
        every = _number(text(group, "actionTrigger", "actionTriggerParam"))
        if every is None or not every > 0.0:
            faults.append("actionTriggerParam is missing or not above 0")
        if functions != ["takePhoto"]:
            faults.append(f"{trigger} is for takePhoto")
    evenly = {function == "gimbalEvenlyRotate" for function in functions}
    if evenly - {trigger == "betweenAdjacentPoints"}:
        faults.append("gimbalEvenlyRotate belongs to betweenAdjacentPoints, and only there")
    return faults


def _action(action: ET.Element, drone: int | None) -> list[str]:
    function = text(action, "actionActuatorFunc") or ""
    if function not in _FUNCTIONS:
        return [f"actionActuatorFunc {function}"]
    params = child(action, "actionActuatorFuncParam")
    faults = [
        f"{function} without {name}"
        for name in _NEEDS.get(function, ())
        if text(params, name) is None
    ]
    ranges = dict(_RANGES)
    if function == "orientedShoot" and drone in _ORIENTED:
        ranges["gimbalPitchRotateAngle"] = _ORIENTED[drone]
    for name, (least, most) in ranges.items():
        found = text(params, name)
        value = _number(found)
        if found is not None and (value is None or not least <= value <= most):
            faults.append(f"{function} {name} {found}")
    lenses = text(params, "payloadLensIndex")
    if lenses is not None and not set(lenses.split(",")) <= _LENSES:
        faults.append(f"payloadLensIndex {lenses}")
    if function == "takePhoto" and lenses is None and drone in _LENS_DRONES:
        faults.append("takePhoto without payloadLensIndex")
    return faults


def _number(found: str | None) -> float | None:
    try:
        value = float(found or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
