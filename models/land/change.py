"""Every change of the land, kept: who, when, why, from what to what.

All writing is a change: an import is one change of many edits, a drawn belt one of one. Undoing is
a further change that sets back what the first one did, so that nothing is ever forgotten.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.land.feature import LandFeature
from models.land.layers import Layer

__all__ = ["ChangeKind", "LandChange", "LandEdit"]


class ChangeKind(StrEnum):
    """How a change came about."""

    IMPORTED = "imported"  # from a file
    EDITED = "edited"  # by hand
    UNDONE = "undone"  # sets back another change
    REPLACED = "replaced"  # a whole layer, by the demo or a script


@dataclass(frozen=True, slots=True)
class LandEdit:
    """What a change did to one feature.

    Attributes:
        before: as it was; None for a new one.
        after: as it is now; None for one that was taken away. Never both None; layer and code of
            both are the same.
    """

    before: LandFeature | None
    after: LandFeature | None

    @property
    def feature(self) -> LandFeature:
        """The one that there is: what it became, else what it was."""
        feature = self.before if self.after is None else self.after
        if feature is None:
            raise ValueError("An edit has a before or an after.")
        return feature

    @property
    def key(self) -> tuple[Layer, str]:
        """Layer and code."""
        return self.feature.layer, self.feature.code


@dataclass(frozen=True, slots=True)
class LandChange:
    """A change of the land.

    Attributes:
        change_id: number, rising from 1; the newest one is the version of the land.
        kind: how it came about.
        at: UTC.
        author: user name.
        source: name of the file that it came from; empty otherwise.
        note: free text, may be empty.
        layers: that it touched, in their order.
        added: features that were new.
        changed: features that became another.
        removed: features that were taken away.
        undoes: the change that this one sets back; None for any other.
        undone_by: the change that set this one back; None while it stands.
    """

    change_id: int
    kind: ChangeKind
    at: datetime
    author: str
    source: str
    note: str
    layers: tuple[Layer, ...]
    added: int
    changed: int
    removed: int
    undoes: int | None = None
    undone_by: int | None = None
