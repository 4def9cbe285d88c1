"""Domain dataclasses as text, exactly: what is written is what is read.

A text is the JSON array ``[version, value]``. Floats keep every bit, moments every microsecond.
What cannot be read back as it was (a naive time, NaN, a value of the wrong type) is refused on the
way in; what does not fit its dataclass is refused on the way out, never guessed.
"""

import json
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from models.clock import require_utc
from models.errors import StoreDamaged

__all__ = ["CODEC_VERSION", "Codec", "canonical_json"]

CODEC_VERSION: Final = 1
"""Rises when a stored dataclass changes its shape; a migration then rewrites the column."""

T = TypeVar("T")


class Codec(Generic[T]):
    """Writes and reads values of one type.

    Args:
        shape: a dataclass, or any type that pydantic can describe.
        name: what the value is, for messages.
    """

    def __init__(self, shape: Any, name: str) -> None:  # noqa: ANN401  # a type form, not a class
        self._adapter: TypeAdapter[tuple[int, T]] = TypeAdapter(tuple[int, shape])
        self._name = name

    def encode(self, value: T) -> str:
        """Write a value.

        Raises:
            ValueError: the value holds a naive time, NaN, an infinity or a wrong type.
        """
        try:
            plain = self._adapter.dump_python((CODEC_VERSION, value), warnings="error")
        except PydanticSerializationError as error:
            msg = f"not a {self._name}: {error}"
            raise ValueError(msg) from error
        return json.dumps(
            plain, default=_moment, allow_nan=False, ensure_ascii=False, separators=(",", ":")
        )

    def decode(self, text: str) -> T:
        """Read a value.

        Raises:
            StoreDamaged: the text is not such a value, or another version wrote it.
        """
        try:
            version, value = self._adapter.validate_json(text, strict=True)
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise StoreDamaged(
                f"A stored {self._name} cannot be read: {reason}.",
                remedy="Restore the last backup of the database.",
            ) from error
        if version != CODEC_VERSION:
            raise StoreDamaged(
                f"A stored {self._name} has version {version}, this program reads {CODEC_VERSION}.",
                remedy="Run the version of Firewatch that wrote it.",
            )
        return value


def canonical_json(value: object) -> str:
    """The one JSON text of a value: sorted keys, no spaces, ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return require_utc(value).isoformat()
    msg = f"{type(value).__name__} cannot be stored"
    raise ValueError(msg)
