"""What a reader of MAVLink items tells of what it could not take over."""

from dataclasses import dataclass, field
from typing import Final

from models.mission import Finding, Gravity

__all__ = ["Told"]

MOST: Final = 200  # notes of one file; a longer list is read by nobody


@dataclass(slots=True)
class Told:
    """Notes of one reading, each with the number of its item.

    Attributes:
        notes: so far.
    """

    notes: list[Finding] = field(default_factory=list)

    def note(self, code: str, message: str, **facts: float | str) -> None:
        """Something that was left out or read in one of several ways, without danger."""
        self._add(Gravity.NOTE, code, message, "", facts)

    def warn(self, code: str, message: str, remedy: str, **facts: float | str) -> None:
        """Something that a person must look at before it flies."""
        self._add(Gravity.WARNING, code, message, remedy, facts)

    def refuse(self, code: str, message: str, remedy: str, **facts: float | str) -> None:
        """Something with which it must not fly; it is still read, to be looked at and mended."""
        self._add(Gravity.REFUSED, code, message, remedy, facts)

    def _add(
        self, gravity: Gravity, code: str, message: str, remedy: str, facts: dict[str, float | str]
    ) -> None:
        if len(self.notes) < MOST:
            self.notes.append(Finding(code, gravity, message, remedy, tuple(facts.items())))
