"""What came of a recording as JSON and back, always with the same bytes.

Keys are sorted, times are UTC, labels and modes are words, and what was measured is rounded:
seconds to a millionth, scores to a millionth, log-odds to four places, pixels to two, places to
seven. What people wrote (truth, conditions) is not touched. Nothing in here tells when, how fast or
on how many workers it was played.
"""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from models.detection import Box, Label
from models.fix import Fix
from models.replay import Played, PlayedAlert, PlayedFrame

__all__ = ["as_plain", "canonical", "played_as_json", "played_from_json"]

_DIGITS: dict[type, dict[str, int]] = {
    Box: {"score": 6, "x_min": 2, "y_min": 2, "x_max": 2, "y_max": 2},
    PlayedFrame: {"at_s": 6, "smoke": 6, "flame": 6, "log_odds": 4},
    PlayedAlert: {
        "at_s": 6,
        "score": 6,
        "log_odds": 4,
        "most_log_odds": 4,
        "seen_for_s": 6,
        "last_at_s": 6,
    },
}
_PLACE_DIGITS = 7
_PLAYED = TypeAdapter(Played)


def canonical(content: object) -> bytes:
    """The one way to write a value of JSON: sorted keys, no blanks, a line's end.

    Raises:
        ValueError: a number in it is not finite.
    """
    text = json.dumps(
        content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return f"{text}\n".encode()


def played_as_json(played: Played) -> dict[str, Any]:
    """What ``result.json`` says of a recording, by the names of :class:`models.replay.Played`."""
    row: dict[str, Any] = _plain(played, None)
    return row


def as_plain(value: object) -> Any:  # noqa: ANN401 -- JSON is anything
    """Any of our frozen values as JSON, by the names of its fields; nothing is rounded but places.

    For keys: two values are written alike when they are equal.
    """
    return _plain(value, None)


def played_from_json(row: object) -> Played:
    """The same back; rounded as it was written.

    Raises:
        ValueError: it is none.
    """
    try:
        return _PLAYED.validate_python(_with_labels(row))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ValueError(f"no played recording: {place}: {first['msg']}") from error


def _plain(value: Any, digits: int | None) -> Any:  # noqa: ANN401 -- any of our values
    """Dataclasses as objects, words for what has words, numbers with so many digits."""
    plain = value
    if isinstance(value, Enum):
        plain = value.word if isinstance(value, Label) else value.value
    elif isinstance(value, float):
        # -0.0 and 0.0 are one number and would be written as two.
        plain = (value if digits is None else round(value, digits)) + 0.0
    elif isinstance(value, datetime):
        plain = value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    elif isinstance(value, tuple):
        plain = [_plain(one, digits) for one in value]
    elif is_dataclass(value) and not isinstance(value, type):
        known = _DIGITS.get(type(value), {})
        inherited = _PLACE_DIGITS if isinstance(value, Fix) else digits
        plain = {
            field.name: _plain(getattr(value, field.name), known.get(field.name, inherited))
            for field in fields(value)
            if field.compare  # how long a fix took is no part of the answer
        }
    return plain


def _with_labels(value: Any) -> Any:  # noqa: ANN401 -- JSON is anything
    """Words of labels as the labels that they mean; others are left for the check to refuse."""
    if isinstance(value, list):
        return [_with_labels(one) for one in value]
    if not isinstance(value, dict):
        return value
    words = {label.word: label for label in Label}
    return {
        key: words.get(one, one) if key == "label" and isinstance(one, str) else _with_labels(one)
        for key, one in value.items()
    }
