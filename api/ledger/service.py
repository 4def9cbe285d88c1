"""Who may write what into the ledger, and where the plume of an alert stands."""

from datetime import datetime, timedelta
from typing import Final

from api.context import Context
from api.ledger.schemas import AlertRequest, EntryRequest, GroundRequest
from detector.nuisances import place_of
from models.errors import InputRefused, NotPermitted
from models.ledger import EntryKind, GroundPlace, LedgerDraft, ViewPlace
from models.user import Role, User

__all__ = ["MONITOR_LONGEST", "check_length", "draft_of"]

MONITOR_LONGEST: Final = timedelta(days=14)
"""What a monitor declares is looked at again by somebody within a fortnight."""


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
    check_length(until_at, now, user)
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


def check_length(until_at: datetime, now: datetime, user: User) -> None:
    """Let a monitor write for a fortnight, an administrator for as long as an entry may last.

    Raises:
        NotPermitted: code ``ledger_too_long``.
    """
    if not user.role.allows(Role.ADMIN) and until_at - now > MONITOR_LONGEST:
        raise NotPermitted(
            f"A monitor's entry lasts at most {MONITOR_LONGEST.days} days.",
            remedy="Choose an earlier end, or ask an administrator.",
            code="ledger_too_long",
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
    place = place_of(alert)
    if place is None:
        raise InputRefused(
            f"Alert {alert_id} has no picture by which its place could be told.",
            remedy="Mark the place in the view.",
            code="ledger_no_picture",
        )
    return place
