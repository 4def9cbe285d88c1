"""A ``result.json`` from the disk: bounded, and refused in words where it is none."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from models.errors import InputRefused

__all__ = ["RESULT_FILE", "open_result"]

RESULT_FILE: Final = "result.json"
MOST_BYTES: Final = 1_000_000_000
"""A camera-day of 8,640 frames takes some 1.2 MB."""
LARGEST: Final = 1e15
"""No time, size or count of a replay is larger, and products of a few such numbers stay finite."""
_REMEDY: Final = "Name a result.json that 'firewatch replay' has written, or its folder."


def open_result(path: Path) -> Mapping[str, Any]:
    """Read a result.

    Args:
        path: the file, or the folder that it lies in.

    Raises:
        InputRefused: it cannot be read, is too large, or is no JSON object.
    """
    file = path / RESULT_FILE if path.is_dir() else path
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _refused(f"{file} is larger than {MOST_BYTES / 1e9:g} GB", "replay_result_large")
        text = file.read_text(encoding="utf-8")
        result = json.loads(text, parse_constant=_no_number, parse_int=_whole, parse_float=_number)
    except OSError as error:
        raise _refused(f"{file} cannot be read: {error.strerror}", "file_unreadable") from error
    except (ValueError, RecursionError) as error:  # also what is no UTF-8
        raise _refused(
            f"{file} is no JSON, or has a number that cannot be", "replay_result"
        ) from error
    if not isinstance(result, dict):
        raise _refused(f"{file} is no JSON object", "replay_result")
    return result


def _no_number(word: str) -> NoReturn:
    """JSON has no NaN and no infinity; Python's reader would take them."""
    raise ValueError(word)


def _whole(digits: str) -> int:
    number = int(digits)
    if abs(number) > LARGEST:
        raise ValueError(digits)
    return number


def _number(digits: str) -> float:
    number = float(digits)
    if not abs(number) <= LARGEST:
        raise ValueError(digits)
    return number


def _refused(what: str, code: str) -> InputRefused:
    return InputRefused(f"{what}.", remedy=_REMEDY, code=code)
