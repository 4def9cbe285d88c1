"""When a camera's tour does not run, noted for whoever keeps it."""

from dataclasses import dataclass

from models.watching import GapCause

__all__ = ["GapNote", "GapNotes"]


@dataclass(frozen=True, slots=True)
class GapNote:
    """A gap begins or ends now.

    Attributes:
        cause: why nobody watches.
        begins: False when it ends.
        who: user name of an operator.
    """

    cause: GapCause
    begins: bool
    who: str = ""


class GapNotes:
    """Of one camera. What an earlier run of the program left open is ended with the rest."""

    def __init__(self) -> None:
        self._may_be_open = {*GapCause}
        self._begun: set[GapCause] = set()
        self._notes: list[GapNote] = []

    def begin(self, cause: GapCause, who: str = "") -> None:
        """Nobody watches from now on; may be said again."""
        if cause not in self._begun:
            self._begun.add(cause)
            self._may_be_open.add(cause)
            self._notes.append(GapNote(cause, begins=True, who=who))

    def end(self, cause: GapCause) -> None:
        """It is watched again; may be said again."""
        if cause in self._may_be_open:
            self._may_be_open.discard(cause)
            self._begun.discard(cause)
            self._notes.append(GapNote(cause, begins=False))

    def taken(self) -> list[GapNote]:
        """What was noted since this was called last, in order."""
        notes, self._notes = self._notes, []
        return notes
