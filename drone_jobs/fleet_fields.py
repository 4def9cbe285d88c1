"""Aircraft as plain values, and back: what every file of aircraft holds, whatever its format."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, asdict, fields
from typing import Any, Final, TypeVar

from models.errors import InputRefused
from models.mission import (
    Aircraft,
    Autopilot,
    BatteryPoint,
    Camera,
    Registration,
    WpmlCodes,
    check_aircraft,
)

__all__ = ["PARTS", "aircraft_from", "plain_aircraft"]

PARTS: Final[dict[str, type]] = {
    "cameras": Camera,
    "battery": BatteryPoint,
    "wpml": WpmlCodes,
    "registration": Registration,
}
"""Fields that have fields of their own; the first two are lists of them."""

_LISTS: Final = frozenset({"cameras", "battery"})
_LONGEST_LIST: Final = 100
_LONGEST_TOLD: Final = 60
_LARGEST: Final = 1e15

Built = TypeVar("Built")


def plain_aircraft(aircraft: Aircraft) -> dict[str, Any]:
    """Texts, numbers, lists and tables by field; what is not known is left out."""
    told = {key: value for key, value in asdict(aircraft).items() if value is not None}
    told["autopilot"] = aircraft.autopilot.value
    for key in _LISTS:
        told[key] = [dict(part) for part in told[key]]
    return told


def aircraft_from(told: object) -> Aircraft:
    """The aircraft of a table from a file.

    Args:
        told: a mapping of field names; a field that is left out has its usual value.

    Raises:
        InputRefused: not a table, a field that is not known, is missing or of the wrong type
            (``aircraft_field``), or one that cannot be (:func:`models.mission.check_aircraft`).
    """
    aircraft = _built(Aircraft, told, "the aircraft")
    check_aircraft(aircraft)
    return aircraft


def _built(kind: type[Built], told: object, where: str) -> Built:
    if not isinstance(told, Mapping):
        raise _refused(f"{where} is no table of fields")
    known: dict[str, Field[Any]] = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for key in told:
        if key not in known:
            raise _refused(f"{where} has no field {str(key)[:_LONGEST_TOLD]!r}")
    values = {}
    for key, field in known.items():
        value = told.get(key)
        if value is not None:
            values[key] = _value(field, value)
        elif field.default is MISSING:
            raise _refused(f"{where} lacks {key}")
    return kind(**values)


def _value(field: Field[Any], value: object) -> object:
    """One field; which type it has is told by its annotation, as text or as a type."""
    if field.name in _LISTS:
        if not isinstance(value, list) or len(value) > _LONGEST_LIST:
            raise _refused(f"{field.name} is no list, or too long a one")
        part = PARTS[field.name]
        return tuple(
            _built(part, each, f"{field.name} {number}") for number, each in enumerate(value, 1)
        )
    if field.name in PARTS:
        return _built(PARTS[field.name], value, field.name)
    kind = str(getattr(field.type, "__name__", field.type)).partition(" ")[0]
    return _READERS[kind](field.name, value)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _refused(f"{name} is no text")
    return value


def _number(name: str, value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not -_LARGEST < value < _LARGEST:  # type: ignore[operator]
        raise _refused(f"{name} is no number")
    found = float(value)  # type: ignore[arg-type]
    return found if math.copysign(1.0, found) > 0.0 or found else 0.0  # never minus zero


def _whole(name: str, value: object) -> int:
    found = _number(name, value)
    if not found.is_integer():
        raise _refused(f"{name} is no whole number")
    return int(found)


def _yes_no(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _refused(f"{name} is neither true nor false")
    return value


def _autopilot(name: str, value: object) -> Autopilot:
    if value not in _names(Autopilot):
        raise _refused(f"{name} is none of {', '.join(_names(Autopilot))}")
    return Autopilot(str(value))


def _names(choices: Iterable[Autopilot]) -> tuple[str, ...]:
    return tuple(choice.value for choice in choices)


_READERS: Final[dict[str, Callable[[str, object], object]]] = {
    "str": _text,
    "float": _number,
    "int": _whole,
    "bool": _yes_no,
    "Autopilot": _autopilot,
}


def _refused(fault: str) -> InputRefused:
    return InputRefused(
        f"An aircraft cannot be read: {fault}.",
        remedy="Export one and change it: its fields, units and types stay as they are.",
        code="aircraft_field",
    )
