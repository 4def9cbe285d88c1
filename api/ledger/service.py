"""Who may write what into the ledger, and where the plume of an alert stands."""

from datetime import timedelta
from typing import Final

from api.context import Context
from api.ledger.schemas import AlertRequest, EntryRequest, GroundRequest
from models.errors import InputRefused, NotPermitted
from models.ledger import EntryKind, GroundPlace, LedgerDraft, ViewPlace
from models.user import Role, User

__all__ = ["MONITOR_LONGEST", "draft_of"]

MONITOR_LONGEST: Final = timedelta(days=14)
"""What a monitor declares is looked at again by somebody within a fortnight."""

LEAST_SHARE: Final = 0.01
"""Sides of a box are widened to this share of the picture."""


def draft_of(context: Context, request: EntryRequest, user: User) -> LedgerDraft:
    """Turn a request into an entry.

    Raises:
        NotPermitted: a monitor asks for more than a fortnight; code ``ledger_too_long``.
        InputRefused: the alert has no picture to measure by (``ledger_no_picture``), or nobody
            answers for a burn (``ledger_responsible``).
        NotFound: no such alert or camera.
    """
    responsible = request.responsible.strip()
    if request.kind is EntryKind.BURN and not responsible:
        raise InputRefused(
            "Nobody answers for the burn.",
            remedy="Say who is there and responsible for it.",
            code="ledger_responsible",
        )
    now = context.clock.now()
    until_at = request.until_at
    if not user.role.allows(Role.ADMIN) and until_at - now > MONITOR_LONGEST:
        raise NotPermitted(
            f"A monitor's entry lasts at most {MONITOR_LONGEST.days} days.",
            remedy="Choose an earlier end, or ask an administrator.",
            code="ledger_too_long",
        )
    return LedgerDraft(
        kind=request.kind,
        place=_place_of(context, request),
        from_at=now if request.from_at is None else request.from_at,
        until_at=until_at,
        times=request.times.times(),
        reason=request.reason,
        reported_by=request.reported_by.strip(),
        note=request.note.strip(),
        responsible=responsible,
        phone=request.phone.strip(),
    )


def _place_of(context: Context, request: EntryRequest) -> ViewPlace | GroundPlace:
    place = request.place
    if isinstance(place, GroundRequest):
        return GroundPlace(place.lon_deg, place.lat_deg, place.radius_m)
    if isinstance(place, AlertRequest):
        return _place_of_alert(context, place.alert_id)
    context.store.cameras.get(place.camera_id)
    values = place.model_dump(exclude={"kind"})
    return ViewPlace(**values)


def _place_of_alert(context: Context, alert_id: int) -> ViewPlace:
    alert = context.store.alerts.get(alert_id)
    sizes = [(kept.width_px, kept.height_px) for kept in alert.evidence if kept.boxes]
    boxes = [
        score.box if score.reference_box is None else score.reference_box
        for score in alert.draft.decision.scores
        if score.box is not None
    ]
    if not sizes or not boxes:
        raise InputRefused(
            f"Alert {alert_id} has no picture by which its place could be told.",
            remedy="Mark the place in the view.",
            code="ledger_no_picture",
        )
    width_px, height_px = sizes[-1]
    box = boxes[-1]
    x_min, x_max = _span(box.x_min / width_px, box.x_max / width_px)
    y_min, y_max = _span(box.y_min / height_px, box.y_max / height_px)
    return ViewPlace(alert.draft.camera_id, alert.draft.preset, x_min, y_min, x_max, y_max)


def _span(low: float, high: float) -> tuple[float, float]:
    """Inside the picture and wide enough to be a place."""
    half = max(high - low, LEAST_SHARE) / 2.0
    middle = min(max((low + high) / 2.0, LEAST_SHARE), 1.0 - LEAST_SHARE)
    return max(0.0, middle - half), min(1.0, middle + half)
