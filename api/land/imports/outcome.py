"""What taking a draft would do, and what it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from models.land import LandChange, LandEdit

__all__ = ["Applied", "Effect", "Mode", "effect_of"]

Mode: TypeAlias = Literal["add", "replace"]
"""``add``: new and changed features; ``replace``: and the others of the layer go."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What taking a draft would do to the layer.

    Attributes:
        added: features that are new.
        changed: features that become another.
        removed: features that go.
        same: features that are there already as they come.
    """

    added: int
    changed: int
    removed: int
    same: int


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a draft.

    Attributes:
        change: None when everything was there already.
        again: the request was answered before, and nothing was done now.
    """

    change: LandChange | None
    again: bool = False


def effect_of(edits: Sequence[LandEdit], features: int) -> Effect:
    """Count edits.

    Args:
        edits: to count.
        features: how many were to be taken.
    """
    added = sum(edit.before is None for edit in edits)
    removed = sum(edit.after is None for edit in edits)
    changed = len(edits) - added - removed
    return Effect(added, changed, removed, features - added - changed)
