"""What takes a settled fire up again: its own plume, which has outgrown the verdict.

Growth and flame in the dark are of the very plume that people judged. One that has moved away from
it, or stands beside it, is another fire. What a second mast sees where people saw nothing is first
of all of the fire that this mast has told of; only where there is none it takes up the old one.
"""

from collections.abc import Sequence
from typing import Final

from models.errors import NotFound
from models.incident import Link, LinkReason
from models.store import Store
from models.suppression import Held, Holder, Overcome, Release

__all__ = ["settled_by"]

_OUTGROWN: Final = frozenset({Release.GREW, Release.NIGHT_FLAME})
_BY_OTHERS: Final = frozenset({Release.SECOND_SENSOR})


def settled_by(
    overcome: Sequence[Overcome], store: Store, *, by_others: bool = False
) -> Link | None:
    """The fire whose verdict an alert has overcome, to be reopened by it; None when there is none.

    Args:
        overcome: of its decision.
        store: knows of which fire the alert was that was judged.
        by_others: what another mast sees, instead of what the plume itself does.

    Raises:
        WatchError: the store failed.
    """
    releases = _BY_OTHERS if by_others else _OUTGROWN
    for one in overcome:
        if one.by is Holder.COOL_DOWN and one.release in releases:
            return _reopened(one.reference, store, f"{one.area_px:.0f} → {one.now_px:.0f} px²")
    return None


def judged_before(held: Held, store: Store) -> Link | None:
    """The fire whose verdict has held something back, to be reopened; None for any other holder.

    Raises:
        WatchError: the store failed.
    """
    return _reopened(held.reference, store, "") if held.by is Holder.COOL_DOWN else None


def _reopened(alert: str, store: Store, detail: str) -> Link | None:
    try:
        incident_id = store.alerts.get(int(alert)).incident_id
    except NotFound:
        return None
    return Link(incident_id, LinkReason.SAME_PLUME, reopens=True, detail=detail)
