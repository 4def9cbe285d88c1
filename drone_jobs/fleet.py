"""Which aircraft there are to plan with: the catalogue that is shipped, and a bureau's own files.

A file is TOML, JSON or CSV, and all three say the same. An aircraft that cannot be read is told and
left out; the others are read.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from drone_jobs.fleet_csv import aircraft_csv, csv_tables
from drone_jobs.fleet_fields import aircraft_from, plain_aircraft
from drone_jobs.fleet_toml import aircraft_json, aircraft_toml, json_tables, toml_tables
from models.errors import InputRefused
from models.mission import Aircraft

__all__ = [
    "FLEET_BYTES",
    "Fleet",
    "FleetFormat",
    "RefusedAircraft",
    "catalogue",
    "find_aircraft",
    "format_of",
    "read_fleet",
    "write_fleet",
]

FLEET_BYTES: Final = 1_048_576
"""Largest file that is read."""
MOST_AIRCRAFT: Final = 500
_LONGEST_TOLD: Final = 60


class FleetFormat(StrEnum):
    """What a file of aircraft is written in."""

    TOML = "toml"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class RefusedAircraft:
    """An aircraft of a file that is not taken.

    Attributes:
        name: as far as it can be told; else its place in the file, counted from 1.
        message: why, in English.
        remedy: what would make it one.
        code: of the reason.
    """

    name: str
    message: str
    remedy: str
    code: str


@dataclass(frozen=True, slots=True)
class Fleet:
    """What a file holds.

    Attributes:
        aircraft: in the order of the file, of different names.
        refused: the others.
    """

    aircraft: tuple[Aircraft, ...]
    refused: tuple[RefusedAircraft, ...] = ()


def format_of(file_name: str) -> FleetFormat:
    """The format that a file's name ends with.

    Raises:
        InputRefused: another ending; code ``aircraft_file``.
    """
    name, _, ending = file_name.casefold().rpartition(".")
    if not name or ending not in set(FleetFormat):
        raise InputRefused(
            f"{file_name[-_LONGEST_TOLD:]!r} is no file of aircraft.",
            remedy="Name a file that ends with .toml, .json or .csv.",
            code="aircraft_file",
        )
    return FleetFormat(ending)


def read_fleet(data: bytes, format_: FleetFormat) -> Fleet:
    """The aircraft of a file.

    Args:
        data: at most 1 MiB.
        format_: TOML and JSON are UTF-8; CSV is UTF-8 or, as Excel writes it in China, GB 18030.

    Raises:
        InputRefused: too large, of another format, without aircraft, or with more than 500; code
            ``aircraft_file``.
    """
    if len(data) > FLEET_BYTES:
        raise _not_a_file("it has more than 1 MiB")
    readers = {
        FleetFormat.TOML: toml_tables,
        FleetFormat.JSON: json_tables,
        FleetFormat.CSV: csv_tables,
    }
    try:
        tables = readers[format_](data)
    except (ValueError, RecursionError) as error:
        raise _not_a_file(f"it is no {format_.upper()} ({str(error)[:120]})") from error
    if not 0 < len(tables) <= MOST_AIRCRAFT:
        raise _not_a_file(f"it holds none, or more than {MOST_AIRCRAFT}")
    return _taken(tables)


def _taken(tables: Sequence[object]) -> Fleet:
    names = [_name(table, number) for number, table in enumerate(tables, 1)]
    times = Counter(names)
    found, refused = [], []
    for name, table in zip(names, tables, strict=True):
        try:
            _check_once(name, times[name])
            found.append(aircraft_from(table))
        except InputRefused as why:
            refused.append(RefusedAircraft(name, str(why), why.remedy or "", why.code))
    return Fleet(tuple(found), tuple(refused))


def _check_once(name: str, times: int) -> None:
    if times > 1:
        raise InputRefused(
            f"The file has {times} aircraft of the name {name}.",
            remedy="Give each its own name: which of them is meant would be guessed.",
            code="aircraft_twice",
        )


def _name(table: object, number: int) -> str:
    told = table.get("name") if isinstance(table, dict) else None
    shown = told if isinstance(told, str) and told.isprintable() else ""
    return shown[:_LONGEST_TOLD] or f"#{number}"


def write_fleet(aircraft: Iterable[Aircraft], format_: FleetFormat) -> bytes:
    """A file that :func:`read_fleet` reads back to the same aircraft."""
    tables = [plain_aircraft(one) for one in aircraft]
    writers = {
        FleetFormat.TOML: aircraft_toml,
        FleetFormat.JSON: aircraft_json,
        FleetFormat.CSV: aircraft_csv,
    }
    return writers[format_](tables)


@cache
def catalogue() -> tuple[Aircraft, ...]:
    """Models with their makers' published figures, and examples; see ``catalogue.toml``."""
    told = files("drone_jobs").joinpath("catalogue.toml").read_bytes()
    return tuple(aircraft_from(table) for table in toml_tables(told))


def find_aircraft(name: str) -> Aircraft:
    """The aircraft of the catalogue of that name; capitals and runs of spaces do not matter.

    Raises:
        InputRefused: no such aircraft; the remedy lists those there are. Code ``aircraft_unknown``.
    """
    wanted = " ".join(name.split()).casefold()
    for aircraft in catalogue():
        if aircraft.name.casefold() == wanted:
            return aircraft
    raise InputRefused(
        f"There is no aircraft {name[:_LONGEST_TOLD]!r}.",
        remedy=f"Name one of: {', '.join(aircraft.name for aircraft in catalogue())}; or enter it.",
        code="aircraft_unknown",
    )


def _not_a_file(fault: str) -> InputRefused:
    return InputRefused(
        f"The file of aircraft cannot be read: {fault}.",
        remedy="Export the aircraft, change the file, and import it in the same format.",
        code="aircraft_file",
    )
