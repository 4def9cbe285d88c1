"""What takes a settled fire up again: its own plume, which has outgrown the verdict.

Growth and flame in the dark are of the very plume that people judged. One that has moved away from
it, or stands beside it, is another fire. What a second mast sees where people saw nothing is first
of all of the fire that this mast has told of; only where there is none it takes up the old one.
"""

from collections.abc import Sequence
from typing import Final

from detector.sighting import reference_boxes
from detector.suppression.rules import CONFIRMING_HITS, LATEST_HITS, REGROWN
from models.alert import Alert
from models.errors import NotFound
from models.incident import IncidentState, Link, LinkReason
from models.store import Store
from models.suppression import Held, Holder, Overcome, Release

__all__ = ["grown_since_controlled", "judged_before", "settled_by"]

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


def grown_since_controlled(alert: Alert, smallest_px: float) -> str | None:
    """That the plume of a fire under control has grown since people said so, in numbers.

    As where a verdict holds: two of its last three boxes have twice the area that it had then. An
    alert goes on to be fed while its fire is under control, so nothing else would tell.

    Args:
        alert: as it is now.
        smallest_px: smaller areas count as this.
    """
    if alert.state is not IncidentState.CONTROLLED:
        return None
    # By the camera's own clock, as far behind the machine's as it was when the alert was decided.
    since = alert.verdicts[-1].at - (alert.draft.received_at - alert.draft.captured_at)
    scores = [one for one in alert.draft.decision.scores if one.box is not None]
    before = [one for one in scores if one.captured_at <= since] or scores[:1]
    after = reference_boxes([one for one in scores if one.captured_at > since], LATEST_HITS)
    usual = sorted(box.area_px for box in reference_boxes(before, LATEST_HITS))
    if not usual:
        return None
    area_px = max(usual[len(usual) // 2], smallest_px)
    grown = [box.area_px for box in after if box.area_px >= REGROWN * area_px]
    if len(grown) < CONFIRMING_HITS:
        return None
    return f"{area_px:.0f} → {grown[-1]:.0f} px²"


def _reopened(alert: str, store: Store, detail: str) -> Link | None:
    try:
        incident_id = store.alerts.get(int(alert)).incident_id
    except NotFound:
        return None
    return Link(incident_id, LinkReason.SAME_PLUME, reopens=True, detail=detail)
