"""Values out of a JSON document that somebody hands in, each asked for by its kind.

Whatever is not what it should be is refused with its place in the document.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.errors import InputRefused

__all__ = ["Given"]


@dataclass(frozen=True, slots=True)
class Given:
    """One value of a document and where it stands.

    Attributes:
        value: as a JSON reader makes it.
        place: in words of the document, e.g. ``sequences[3].alerts[0]``.
    """

    value: Any
    place: str = "the result"

    def __getitem__(self, key: str) -> "Given":
        """A member; what is not there is null.

        Raises:
            InputRefused: this is no object.
        """
        if not isinstance(self.value, Mapping):
            raise self._refused("no object")
        return Given(self.value.get(key), f"{self.place}.{key}")

    def __contains__(self, key: str) -> bool:
        """Whether a member is there and not null."""
        return isinstance(self.value, Mapping) and self.value.get(key) is not None

    def each(self) -> Iterator["Given"]:
        """The values of a list; none for null.

        Raises:
            InputRefused: this is no list.
        """
        if self.value is None:
            return
        if isinstance(self.value, str) or not isinstance(self.value, list | tuple):
            raise self._refused("no list")
        for index, value in enumerate(self.value):
            yield Given(value, f"{self.place}[{index}]")

    def members(self) -> dict[str, "Given"]:
        """All members of an object by name; none for null."""
        if self.value is None:
            return {}
        if not isinstance(self.value, Mapping):
            raise self._refused("no object")
        return {str(key): self[key] for key in self.value}

    def text(self, other: str | None = None) -> str:
        """A text; ``other`` where there is none.

        Raises:
            InputRefused: this is no text, or nothing without ``other``.
        """
        if self.value is None and other is not None:
            return other
        if not isinstance(self.value, str):
            raise self._refused("no text")
        return self.value

    def number(self) -> float:
        """A finite number.

        Raises:
            InputRefused: this is none.
        """
        number = self.maybe_number()
        if number is None:
            raise self._refused("no number")
        return number

    def maybe_number(self) -> float | None:
        """A finite number, or None for null."""
        value = self.value
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refused("no number")
        try:
            number = float(value)
        except OverflowError as error:  # JSON knows whole numbers of any length
            raise self._refused("no number that can be") from error
        if not math.isfinite(number):
            raise self._refused("no number that can be")
        return number

    def whole(self) -> int:
        """A whole number, 0 or more.

        Raises:
            InputRefused: this is none.
        """
        number = self.maybe_whole()
        if number is None:
            raise self._refused("no whole number")
        return number

    def maybe_whole(self) -> int | None:
        """A whole number, 0 or more, or None for null."""
        number = self.maybe_number()
        if number is None:
            return None
        if number < 0.0 or number != int(number):
            raise self._refused("no whole number")
        return int(number)

    def maybe_truth(self) -> bool | None:
        """True, false, or None for null."""
        if self.value is None or isinstance(self.value, bool):
            return self.value
        raise self._refused("neither true nor false")

    def one_of(self, words: tuple[str, ...]) -> str:
        """One of some words.

        Raises:
            InputRefused: this is none of them.
        """
        word = self.text()
        if word not in words:
            raise self._refused(f"none of {', '.join(words)}")
        return word

    def _refused(self, what: str) -> InputRefused:
        return InputRefused(
            f"This is no result of a replay: {self.place} is {what}.",
            remedy="Name a result.json that 'firewatch replay' has written.",
            code="replay_result",
        )
