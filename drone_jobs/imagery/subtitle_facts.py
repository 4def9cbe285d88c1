"""What the text of one cue says, number by number, before anything is concluded from it.

Four families of DJI's cameras: labels in square brackets (``latitude``, ``longitude`` or the real
misspelling ``longtitude``, ``rel_alt``, ``abs_alt``, ``altitude``, ``gb_yaw``); ``GPS(a,b,c)`` with
``BAROMETER:n`` or ``Hb:n``; one line ``F/2.8, ..., GPS (a, b, c), ..., H 85.80m, G.PRY (..)``; and
the exposure alone. A number counts only with the bracket that closes it: a file that breaks off in
the middle of one would put the drone somewhere else.

Source: files of the cameras; there is no published description.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

__all__ = ["Facts", "SubtitleFamily", "facts_of"]

_DIGITS: Final = r"[+-]?\d{1,9}(?:\.\d{1,15})?"
_END: Final = r"(?=[\s/]|,(?!\d)|$)"  # not a comma for a point: 28,6 is neither 28 nor 28.6
_BRACKET: Final = re.compile(r"\[([^\[\]\n]{1,200})\]")
_PAIR: Final = re.compile(
    rf"\b(latitude|long?t?itude|rel_alt|abs_alt|altitude|gb_yaw|gb_pitch|gb_roll|focal_len"
    rf"|dzoom_ratio|iso|shutter|fnum|ev|ct)\s*:\s*({_DIGITS})?{_END}"
)
_TUPLE: Final = r"\s*\(([^()\n]{1,120})\)"
_GPS: Final = re.compile(r"\bGPS" + _TUPLE)
_HOME: Final = re.compile(r"\bHOME" + _TUPLE)
_GIMBAL: Final = re.compile(r"\bG\.PRY" + _TUPLE)
_DEGREES: Final = re.compile(rf"\s*({_DIGITS})\s*(?:\u00b0|\ufffd)?\s*")
_BAROMETER: Final = re.compile(rf"\b(?:BAROMETER|Hb)\s*:\s*({_DIGITS})[mM]?{_END}")
_HEIGHT: Final = re.compile(rf"\bH\s+({_DIGITS})m{_END}")
_DISTANCE: Final = re.compile(rf"\bD\s+({_DIGITS})m{_END}")
_LINE: Final = re.compile(r"\bF/\d")
_EXPOSURE: Final = re.compile(r"\bISO\s*:?\s*\d")


class SubtitleFamily(StrEnum):
    """How a camera writes."""

    LABELLED = "labelled"
    TUPLE = "tuple"  # GPS(a,b,c): which of a and b is the latitude depends on the model
    LINE = "line"  # the same in one line, with heights and angles
    EXPOSURE = "exposure"  # nothing of where it was
    FOREIGN = "foreign"  # nothing of a drone


@dataclass(frozen=True, slots=True)
class Facts:
    """Numbers of one cue; None is not told.

    Attributes:
        family: how it is written.
        latitude_deg: labelled as such.
        longitude_deg: labelled as such.
        pair: two numbers of a place in the order in which they stand.
        home_pair: the same of the place of take-off.
        above_take_off_m: by the barometer.
        absolute_m: as written; above what, nobody can say.
        home_distance_m: level distance from the place of take-off.
        gimbal_deg: yaw, pitch and roll.
        focal: as written, for comparison within a file alone.
    """

    family: SubtitleFamily
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    pair: tuple[float, float] | None = None
    home_pair: tuple[float, float] | None = None
    above_take_off_m: float | None = None
    absolute_m: float | None = None
    home_distance_m: float | None = None
    gimbal_deg: tuple[float, float, float] | None = None
    focal: tuple[float | None, float | None] = (None, None)


def facts_of(text: str) -> Facts:
    """Read one cue; what is damaged in it is not told."""
    labels = {
        "longitude" if key.startswith("long") else key: float(value) if value else None
        for inside in _BRACKET.findall(text)
        for key, value in _PAIR.findall(inside)
    }
    gps = _GPS.search(text)
    is_line = _LINE.search(text) is not None
    home = _HOME.search(text)
    return Facts(
        family=_family(labels, has_tuple=bool(gps or home), is_line=is_line, text=text),
        latitude_deg=labels.get("latitude"),
        longitude_deg=labels.get("longitude"),
        pair=_pair(gps),
        home_pair=_pair(home),
        above_take_off_m=labels.get("rel_alt", _number(_HEIGHT if is_line else _BAROMETER, text)),
        absolute_m=labels.get("abs_alt", labels.get("altitude")),
        home_distance_m=_number(_DISTANCE, text) if is_line else None,
        gimbal_deg=_gimbal(text, labels),
        focal=(labels.get("focal_len"), labels.get("dzoom_ratio")),
    )


def _family(
    labels: dict[str, float | None], *, has_tuple: bool, is_line: bool, text: str
) -> SubtitleFamily:
    if "latitude" in labels or "longitude" in labels:
        return SubtitleFamily.LABELLED
    if is_line:
        return SubtitleFamily.LINE
    if has_tuple:
        return SubtitleFamily.TUPLE
    if labels or _EXPOSURE.search(text):
        return SubtitleFamily.EXPOSURE
    return SubtitleFamily.FOREIGN


def _number(form: "re.Pattern[str]", text: str) -> float | None:
    match = form.search(text)
    return None if match is None else float(match[1])


def _pair(match: "re.Match[str] | None") -> tuple[float, float] | None:
    numbers = [] if match is None else _numbers(match[1])
    if len(numbers) not in {2, 3} or numbers[0] is None or numbers[1] is None:
        return None
    return numbers[0], numbers[1]


def _numbers(inside: str) -> list[float | None]:
    matches = [_DEGREES.fullmatch(part) for part in inside.split(",")]
    return [None if match is None else float(match[1]) for match in matches]


def _gimbal(text: str, labels: dict[str, float | None]) -> tuple[float, float, float] | None:
    match = _GIMBAL.search(text)
    if match is not None:
        angles = _numbers(match[1])
        if len(angles) == 3:
            pitch, roll, yaw = angles
            return None if pitch is None or roll is None or yaw is None else (yaw, pitch, roll)
        return None
    yaw, pitch = labels.get("gb_yaw"), labels.get("gb_pitch")
    if yaw is None or pitch is None:
        return None
    return yaw, pitch, labels.get("gb_roll") or 0.0
