"""What holds an alert back, and what no suppression may hide.

Every suppression has an end: growth, a new position, a second plume, a second sensor, flame at
night, heat or time releases what it holds. The words here are stored with decisions and candidates
and are translated by the console.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Held", "Holder", "Overcome", "Release"]


class Holder(StrEnum):
    """What may hold an alert back."""

    MASK = "mask"  # a part of the view that people have masked
    NUISANCE = "nuisance"  # a place in the ledger that is known to raise false alarms
    BURN = "burn"  # 报备用火: a burn that was registered
    COOL_DOWN = "cool_down"  # people have just judged this very plume
    DECLINED = "declined"  # its evidence does not reach the threshold
    # said before what another camera of the mast sees became evidence of the same fire
    DUPLICATE = "duplicate"
    DUAL = "dual"  # 双光: the camera of heat beside it looks there and sees none


class Release(StrEnum):
    """What makes a suppression yield."""

    GREW = "grew"  # its area against that at the time of the suppression
    NEW_POSITION = "new_position"  # its foot has moved by more than its own size
    SECOND_PLUME = "second_plume"  # another one beside the one that is held, in the same frame
    SECOND_SENSOR = "second_sensor"  # a camera on another mast sees it too
    NIGHT_FLAME = "night_flame"  # flame while the camera's own picture is dark
    HEAT_THERE = "heat_there"  # the camera of heat on the same head sees heat there
    OUTLASTED = "outlasted"  # it has stood there for as long as a want of heat may hold it


@dataclass(frozen=True, slots=True)
class Held:
    """Why something did not become an alert.

    Attributes:
        by: what holds it.
        reference: which one: number of the ledger's entry or of the alert, name of the mask, key of
            the camera of heat with a number; empty for a declined candidate.
        since: UTC, when it was first held.
        until: UTC, when the suppression ends by itself; None for one that only people end.
        area_px: area that it is measured against, square pixels; 0 for a declined candidate.
        grows_at_px: area at which it is released; 0 for a declined candidate.
    """

    by: Holder
    reference: str
    since: datetime
    until: datetime | None
    area_px: float
    grows_at_px: float


@dataclass(frozen=True, slots=True)
class Overcome:
    """A suppression that yielded, told with the alert that came of it.

    Attributes:
        by: what had held it or would have.
        reference: which one, as in :class:`Held`.
        release: why it yielded.
        area_px: what it was measured against, square pixels.
        now_px: its area when it was released.
    """

    by: Holder
    reference: str
    release: Release
    area_px: float
    now_px: float
