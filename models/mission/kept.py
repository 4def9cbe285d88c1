"""What is kept of aircraft and sweeps, with who changed it last; every version of a sweep stays."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.mission.aircraft import Aircraft
from models.mission.mission import Mission

__all__ = ["FleetTaken", "KeptAircraft", "KeptSweep", "SweepHead", "SweepOrigin"]


@dataclass(frozen=True, slots=True)
class KeptAircraft:
    """An aircraft of the bureau's own.

    Attributes:
        aircraft: itself.
        version: counts its changes from 1; rises also over a retirement.
        changed_at: UTC.
        changed_by: user name.
    """

    aircraft: Aircraft
    version: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class FleetTaken:
    """What taking a list of aircraft did.

    Attributes:
        taken: names of those that were not there, in the order of the list.
        changed: names of those that were otherwise.
    """

    taken: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


class SweepOrigin(StrEnum):
    """Where the missions of a sweep come from."""

    PLANNED = "planned"  # by the planner here
    IMPORTED = "imported"  # from a file


@dataclass(frozen=True, slots=True)
class SweepHead:
    """A version of a sweep without what is long.

    Attributes:
        sweep_id: of the sweep, the same in all its versions.
        version: counts from 1.
        name: shown to monitors.
        origin: of its missions.
        kind: as its plan tells; empty when it does not.
        figures: JSON of the plan's figures; None when it has none.
        sorties: number of missions.
        changed_at: UTC, when this version was kept.
        changed_by: user name.
        sha256: of its missions as they are kept, 64 hexadecimal digits.
    """

    sweep_id: int
    version: int
    name: str
    origin: SweepOrigin
    kind: str
    figures: str | None
    sorties: int
    changed_at: datetime
    changed_by: str
    sha256: str


@dataclass(frozen=True, slots=True)
class KeptSweep:
    """A version of a sweep.

    Attributes:
        head: which, and its figures.
        request: JSON of what was asked for; empty when nothing was.
        missions: one a flight.
        plan: JSON of the plan, or of the check of an imported mission; may be empty.
    """

    head: SweepHead
    request: str
    missions: tuple[Mission, ...]
    plan: str
