"""What a Hikvision camera's event says, in this house's words.

Cameras tell the same event as XML or as JSON, with the same names. Of them only those are read that
public samples show; everything else stays in ``name`` as the camera wrote it.

- A **pre-alarm** (TMPA) is not an alarm (TMA): it is the first threshold of a temperature rule,
  crossed by every warm engine.
- The thermal lens of a dual camera is **channel 2**, and may tell a temperature alarm as plain
  motion (VMD): the channel is part of what an event says.
- An event that lasts may come as ``duration``, its kind one level down.
- A **heartbeat** is ``heartBeat`` or a video loss that is not active.

Sources: open.hikvision.com and events that users published.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element

from camera_gateway.sources.isapi_facts import AlertFacts, AlertKind, HotRegion, number_in, pose_of
from camera_gateway.sources.isapi_framing import Message
from camera_gateway.xml_reading import read_xml

__all__ = ["read_alert"]

_ZERO_CELSIUS_K: Final = 273.15


_KINDS: Final = {
    "firedetection": AlertKind.FIRE,
    "smokedetection": AlertKind.SMOKE,
    "tma": AlertKind.TEMPERATURE_ALARM,
    "tmpa": AlertKind.TEMPERATURE_PREALARM,
    "vmd": AlertKind.MOTION,
    "heartbeat": AlertKind.HEARTBEAT,
}


def read_alert(message: Message) -> AlertFacts:
    """Read an event.

    Raises:
        ValueError: it is not one.
    """
    root = (
        _json(message.data) if message.is_json else _fields(read_xml(_with_entities(message.data)))
    )
    if not isinstance(root, Mapping):
        raise ValueError("it is no object")  # noqa: TRY004  (what came is wrong, not who called)
    inner = root.get("EventNotificationAlert")
    fields = inner if isinstance(inner, Mapping) else root
    name = _text(fields, "eventType")
    if name == "duration":
        name = _text(fields, "DurationList", "Duration", "relationEvent") or name
    if not name:
        raise ValueError("it names no event")
    active = _text(fields, "eventState") != "inactive"
    kind = _KINDS.get(name.lower(), AlertKind.OTHER)
    if name.lower() == "videoloss" and not active:
        kind = AlertKind.HEARTBEAT
    return AlertFacts(
        kind=kind,
        name=name[:100],
        active=active,
        channel=_whole(_at(fields, "channelID"), _at(fields, "dynChannelID")),
        told_at=_moment(_text(fields, "dateTime")),
        regions=tuple(_regions(fields)),
        pictures=max(0, _whole(_at(fields, "detectionPicturesNumber")) or 0),
    )


def _regions(fields: Mapping[str, object]) -> Iterator[HotRegion]:
    entries = _at(fields, "DetectionRegionList", "DetectionRegionEntry")
    for entry in entries if isinstance(entries, list) else [entries]:
        for kind in ("FireDetection", "TMA", "TMPA"):
            found = _at(entry, kind)
            if isinstance(found, Mapping):
                yield _region(found)


def _region(found: Mapping[str, object]) -> HotRegion:
    sides = [number_in(_at(found, "FireRegion", side)) for side in ("x", "y", "width", "height")]
    x, y, width, height = sides
    box = None
    if x is not None and y is not None and width is not None and height is not None:
        box = (x, y, width, height)
    temperature = number_in(_at(found, "fireMaxTemperature"))
    if temperature is None:
        temperature = number_in(_at(found, "currTemperature"))
    unit = _text(found, "temperatureUnit") or _text(found, "thermometryUnit")
    distance_m = number_in(_at(found, "targetDistance"))
    pose = (_at(found, "AbsoluteHigh", key) for key in ("elevation", "azimuth", "absoluteZoom"))
    return HotRegion(
        box=box,
        temperature_c=_celsius(temperature, unit),
        distance_m=distance_m if distance_m is not None and distance_m > 0.0 else None,
        preset=_whole(_at(found, "presetNo")),
        pose=pose_of(*pose),
    )


def _celsius(temperature: float | None, unit: str) -> float | None:
    """Degrees Celsius; None for a unit that is not known, for a guess may be off by 200 degrees."""
    if temperature is None:
        return None
    match unit.lower():
        case "celsius" | "centigrade" | "degreecentigrade":
            return temperature
        case "fahrenheit" | "degreefahrenheit":
            return (temperature - 32.0) / 1.8
        case "kelvin" | "degreekelvin":
            return temperature - _ZERO_CELSIUS_K
        case _:
            return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _json(data: bytes) -> object:
    try:
        found: object = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    return found


def _with_entities(data: bytes) -> bytes:
    """Some write an ampersand of a camera's name as it is."""
    return data if b"&" not in data else _escaped(data)


def _escaped(data: bytes) -> bytes:
    pieces = data.split(b"&")
    out = pieces[0]
    for piece in pieces[1:]:
        name = piece.split(b";", 1)[0]
        known = b";" in piece and (name in _ENTITIES or name[:1] == b"#")
        out += (b"&" if known else b"&amp;") + piece
    return out


_ENTITIES: Final = {b"amp", b"lt", b"gt", b"quot", b"apos"}


def _fields(element: Element) -> object:
    """Nested mappings; what is repeated becomes a list, as in the JSON form."""
    if len(element) == 0:
        return (element.text or "").strip()
    fields: dict[str, object] = {}
    for child in element:
        value = _fields(child)
        if child.tag in fields:
            before = fields[child.tag]
            fields[child.tag] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            fields[child.tag] = value
    return fields


def _at(fields: object, *path: str) -> object:
    for key in path:
        fields = fields.get(key) if isinstance(fields, Mapping) else None
    return fields


def _text(fields: object, *path: str) -> str:
    value = _at(fields, *path)
    return (
        "".join(each for each in value.strip() if each.isprintable())
        if isinstance(value, str)
        else ""
    )


def _whole(*values: object) -> int | None:
    """The first of them that is a whole number."""
    for value in values:
        number = number_in(value)
        if number is not None and number.is_integer():
            return int(number)
    return None
