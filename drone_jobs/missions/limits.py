"""How large a mission file may be, and the few looks that every reader takes at its values."""

import contextlib
import math
from pathlib import PurePath
from typing import Final

from models.errors import InputRefused

__all__ = [
    "LARGEST_BYTES",
    "MOST_CODE",
    "MOST_ITEMS",
    "check_count",
    "clean",
    "number",
    "place",
    "title",
]

LARGEST_BYTES: Final = 8 * 2**20
MOST_ITEMS: Final = 65_535  # seq and count are uint16 in MAVLink; DJI names the same limit
MOST_CODE: Final = 65_535  # of a command: uint16
LONGEST_NAME: Final = 120


def check_count(count: int, name: str) -> None:
    """Refuse more items than any aircraft takes.

    Raises:
        InputRefused: ``mission_items``.
    """
    if count > MOST_ITEMS:
        raise InputRefused(
            f"{name} has {count} items, and an aircraft takes {MOST_ITEMS} at most.",
            remedy="Split the mission.",
            code="mission_items",
        )


def number(value: object, what: str, name: str) -> float:
    """A finite number from a file.

    Raises:
        InputRefused: it is none (``mission_damaged``).
    """
    found = math.nan
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        with contextlib.suppress(ValueError, OverflowError):
            found = float(value)
    if not math.isfinite(found):
        raise InputRefused(
            f"{name}: {what} is {str(value)[:40]!r}, which is no number.",
            remedy="Save the mission again.",
            code="mission_damaged",
        )
    return found


def place(lon_deg: float, lat_deg: float, what: str, name: str) -> tuple[float, float]:
    """Longitude and latitude of a file, if they are a place on Earth.

    Raises:
        InputRefused: they are none (``mission_place``).
    """
    if not (-180.0 <= lon_deg <= 180.0 and -90.0 <= lat_deg <= 90.0):
        raise InputRefused(
            f"{name}: {what} is at longitude {lon_deg}, latitude {lat_deg}, which is not on Earth.",
            remedy="Look whether longitude and latitude are exchanged.",
            code="mission_place",
        )
    return lon_deg, lat_deg


def clean(text: object) -> str:
    """A name as it may be shown and written: one line of printable letters, at most 120."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_NAME]


def title(file_name: str) -> str:
    """A file's name as a mission's: without folders and ending."""
    return clean(PurePath(file_name.replace("\\", "/")).stem)
