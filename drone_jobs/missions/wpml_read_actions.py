"""Reads WPML's action groups; what a mission has no word for is told and left out."""

import xml.etree.ElementTree as ET
from typing import Final

from drone_jobs.missions.limits import clean, number
from drone_jobs.missions.told import Told
from drone_jobs.missions.wpml_words import DISTANCE, FOCAL_MM, TIMING
from drone_jobs.missions.wpml_xml import child, children, text
from models.errors import InputRefused
from models.mission import Action, ActionKind

__all__ = ["Deeds", "read_groups", "start_actions"]

_SERIES: Final = {DISTANCE: ActionKind.PHOTO_EVERY_M, TIMING: ActionKind.PHOTO_EVERY_S}
_ALONE: Final = {
    "takePhoto": ActionKind.PHOTO,
    "startRecord": ActionKind.VIDEO_START,
    "stopRecord": ActionKind.VIDEO_STOP,
}
_ON: Final = ("1", "true")
MOST_ACTIONS: Final = 400_000


class Deeds:
    """Actions of one wayline, by the index of the waypoint.

    At each point series of pictures end, then the gimbal arrives that turned on the leg, then all
    else is done, then series begin.

    Args:
        told: takes the notes.
        name: of the file, for people.
    """

    def __init__(self, told: Told, name: str) -> None:
        self.told = told
        self.name = name
        self._count = 0
        self._ends: dict[int, list[Action]] = {}
        self._arrives: dict[int, list[Action]] = {}
        self._does: dict[int, list[Action]] = {}
        self._begins: dict[int, list[Action]] = {}

    def series(self, start: int, end: int, kind: ActionKind, every: float) -> None:
        """Pictures from one waypoint to another; none when both are the same."""
        if start != end:
            self._begins.setdefault(start, []).append(Action(kind, every))
            self._ends.setdefault(end, []).append(Action(kind, 0.0))

    def arrive(self, end: int, actions: list[Action]) -> None:
        """What is done when the leg to a waypoint ends."""
        self._arrives.setdefault(end, []).extend(actions)

    def do(self, at: int, actions: list[Action]) -> None:
        """What is done at a waypoint.

        Raises:
            InputRefused: more is done than on any flight (``mission_size``).
        """
        self._count += len(actions)
        if self._count > MOST_ACTIONS:
            raise InputRefused(
                f"{self.name} orders more than {MOST_ACTIONS} actions.",
                remedy="Split the mission.",
                code="mission_size",
            )
        self._does.setdefault(at, []).extend(actions)

    def at(self, index: int) -> tuple[Action, ...]:
        """All actions of a waypoint, in order."""
        return (
            *_by_kind(self._ends.get(index, [])),
            *self._arrives.get(index, ()),
            *self._does.get(index, ()),
            *_by_kind(self._begins.get(index, [])),
        )


def _by_kind(actions: list[Action]) -> list[Action]:
    return sorted(actions, key=lambda each: each.kind)


def read_groups(placemarks: list[ET.Element], told: Told, name: str) -> Deeds:
    """Actions of all groups of a wayline.

    Args:
        placemarks: its waypoints, in order.
        told: takes the notes.
        name: of the file, for people.

    Raises:
        InputRefused: a group ends before it starts, or has a value that is no number
            (``mission_damaged``), or there are too many (``mission_size``).
    """
    last = len(placemarks) - 1
    deeds = Deeds(told, name)
    for at, placemark in enumerate(placemarks):
        for group in children(placemark, "actionGroup"):
            start = _index(group, "actionGroupStartIndex", at, name)
            end = _index(group, "actionGroupEndIndex", start, name)
            if not 0 <= start <= end:
                raise InputRefused(
                    f"{name}: actions at waypoint {at} hold from {start} to {end}.",
                    remedy="Save the mission again.",
                    code="mission_damaged",
                )
            if end > last:
                told.warn(
                    "wpml_group_beyond",
                    f"Actions at waypoint {at} hold to waypoint {end}, which there is not.",
                    "Save the mission again in the program that made it.",
                    point=at,
                    end=end,
                )
            if start <= last:
                _read_group(group, start, min(end, last), deeds)
    return deeds


def start_actions(folder: ET.Element, told: Told, name: str) -> list[Action]:
    """What is done before a wayline begins."""
    return [
        action
        for group in children(folder, "startActionGroup")
        for each in children(group, "action")
        for action in _read_action(each, 0, told, name)
    ]


def _index(group: ET.Element, what: str, otherwise: int, name: str) -> int:
    found = text(group, what)
    return otherwise if found is None else int(number(found, what, name))


def _read_group(group: ET.Element, start: int, end: int, deeds: Deeds) -> None:
    told, name = deeds.told, deeds.name
    trigger = text(group, "actionTrigger", "actionTriggerType") or "reachPoint"
    actions = [
        action
        for each in children(group, "action")
        for action in _read_action(each, start, told, name)
    ]
    if trigger in _SERIES:
        every = number(text(group, "actionTrigger", "actionTriggerParam"), trigger, name)
        takes = any(action.kind is ActionKind.PHOTO for action in actions)
        if takes and every > 0.0:
            deeds.series(start, end, _SERIES[trigger], every)
        if not takes or every <= 0.0 or len(actions) > 1:
            _left_out(told, start, f"{trigger} {every:g}")
    elif trigger == "betweenAdjacentPoints":
        deeds.arrive(end, actions)
    elif trigger == "reachPoint":
        for at in range(start, end + 1 if actions else start):
            deeds.do(at, actions)
    else:
        _left_out(told, start, trigger)


def _read_action(action: ET.Element, at: int, told: Told, name: str) -> list[Action]:
    word = text(action, "actionActuatorFunc") or ""
    params = child(action, "actionActuatorFuncParam")
    if word in _ALONE:
        return [Action(_ALONE[word])]
    match word:
        case "hover":
            found = [Action(ActionKind.HOVER, _value(params, "hoverTime", name))]
        case "zoom":
            found = _zoom(params, name)
        case "rotateYaw":
            found = [_yaw(params, name)]
        case "gimbalRotate":
            found = _rotated(params, at, told, name)
        case "gimbalEvenlyRotate":
            found = [_pitch(params, at, told, name)]
        case "orientedShoot" | "accurateShoot":
            _as(told, at, word, "turn, gimbal, zoom, photo")
            turned = [_yaw(params, name), _pitch(params, at, told, name), *_zoom(params, name)]
            found = [*turned, Action(ActionKind.PHOTO)]
        case "panoShot":
            _as(told, at, word, "photo")
            found = [Action(ActionKind.PHOTO)]
        case _:
            _left_out(told, at, word)
            found = []
    return found


def _yaw(params: ET.Element | None, name: str) -> Action:
    return Action(ActionKind.YAW, _value(params, "aircraftHeading", name) % 360.0)


def _zoom(params: ET.Element | None, name: str) -> list[Action]:
    found = text(params, "focalLength")
    factor = 0.0 if found is None else number(found, "focalLength", name) / FOCAL_MM
    return [Action(ActionKind.ZOOM, factor)] if factor > 0.0 else []


def _rotated(params: ET.Element | None, at: int, told: Told, name: str) -> list[Action]:
    mode = text(params, "gimbalRotateMode")
    if mode not in (None, "absoluteAngle"):
        _left_out(told, at, f"gimbalRotate {mode}")
        return []
    if text(params, "gimbalYawRotateEnable") in _ON:
        yaw_deg = _value(params, "gimbalYawRotateAngle", name)
        _left_out(told, at, f"gimbalYawRotateAngle {yaw_deg:g}")
    tilts = text(params, "gimbalPitchRotateEnable") in _ON
    return [_pitch(params, at, told, name)] if tilts else []


def _pitch(params: ET.Element | None, at: int, told: Told, name: str) -> Action:
    pitch_deg = _value(params, "gimbalPitchRotateAngle", name)
    if pitch_deg > 0.0:
        told.warn(
            "gimbal_up",
            f"Waypoint {at} points the camera {pitch_deg:g} degrees above the horizon.",
            "Down is negative: look at the sign.",
            item=at,
            pitch_deg=pitch_deg,
        )
    return Action(ActionKind.GIMBAL, pitch_deg)


def _value(params: ET.Element | None, what: str, name: str) -> float:
    return number(text(params, what), what, name)


def _left_out(told: Told, at: int, what: str) -> None:
    told.note(
        "wpml_left_out",
        f"Waypoint {at}: {clean(what) or 'an action without a name'} is not kept.",
        point=at,
        what=clean(what),
    )


def _as(told: Told, at: int, what: str, meaning: str) -> None:
    told.note(
        "wpml_taken_as",
        f"Waypoint {at}: {what} is taken as {meaning}.",
        point=at,
        what=what,
        meaning=meaning,
    )
