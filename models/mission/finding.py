"""What a check found in a plan or a mission: a code, how grave, where, and what would mend it."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Gravity"]


class Gravity(StrEnum):
    """What a finding means for flying."""

    REFUSED = "refused"  # it must not fly as it is
    WARNING = "warning"  # a person should look before it flies
    NOTE = "note"  # told, so that nobody wonders


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        code: e.g. ``above_ceiling``; the console has words for it in both languages
            (``mission.finding.<code>``), with the names of ``facts`` in braces.
        gravity: how grave.
        message: what is so, in English.
        remedy: what would make it fly; empty for a note.
        facts: (name, value) pairs for the words; units in the names (``height_m``).
        lon_deg: where; None when it has no place.
        lat_deg: where.
        sortie: number of the flight, from 1; None when it is of the whole.
    """

    code: str
    gravity: Gravity
    message: str
    remedy: str = ""
    facts: tuple[tuple[str, float | int | str], ...] = ()
    lon_deg: float | None = None
    lat_deg: float | None = None
    sortie: int | None = None
