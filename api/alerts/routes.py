"""``/api/alerts``: see them and look at their pictures; what people do is done to their fire."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse

from api.alerts.answering import alert_answer, alert_answers
from api.alerts.schemas import AlertAnswer, AlertList
from api.auth.roles import ViewerScope
from api.context import Context, context_of
from api.etags import NOT_CHANGED, tagged
from api.paging import Cursor, cut, number_of
from models.errors import NotFound
from models.recording import HELD_STATES

__all__ = ["router"]

router = APIRouter(prefix="/api/alerts", tags=["alerts"])

InContext = Annotated[Context, Depends(context_of)]
AlertNumber = Annotated[int, Path(ge=1, le=2**62)]

# A stored picture never changes under its address.
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


@router.get("")
def list_alerts(
    asker: ViewerScope,
    context: InContext,
    scope: Literal["working", "all"] = "working",
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
    cursor: Cursor = None,
) -> AlertList:
    """Alerts, newest first; those that need people are never cut by age or number."""
    # The sequence is read first: a change in between is then seen twice rather than never.
    sequence = context.store.events.latest()
    alerts = context.store.alerts
    if scope == "working":
        found, next_cursor = cut(alerts.working(), None, lambda one: one.alert_id)
    else:
        more = alerts.newest(limit + 1, number_of(cursor))
        found, next_cursor = cut(more, limit, lambda one: one.alert_id)
    return AlertList(
        alerts=alert_answers(context, asker.alerts(found)),
        next_cursor=next_cursor,
        last_event_sequence=sequence,
    )


@router.get("/{alert_id}", response_model=AlertAnswer, responses=NOT_CHANGED)
def get_alert(
    alert_id: AlertNumber, asker: ViewerScope, context: InContext, request: Request
) -> Response:
    """One alert with everything known of it; 304 for who has it as it is."""
    return tagged(request, alert_answer(context, asker.check_alert(alert_id)))


@router.get("/{alert_id}/evidence/{index}.jpg")
def get_picture(
    alert_id: AlertNumber,
    index: Annotated[int, Path(ge=0, le=100_000)],
    asker: ViewerScope,
    context: InContext,
) -> FileResponse:
    """A kept picture, byte for byte as the camera sent it."""
    evidence = asker.check_alert(alert_id).evidence
    if index >= len(evidence):
        raise NotFound(f"Alert {alert_id} has no picture {index}.")
    return FileResponse(
        context.vault.path(evidence[index].key), media_type="image/jpeg", headers=FOR_EVER
    )


@router.get("/{alert_id}/clip.mp4")
def get_clip(alert_id: AlertNumber, asker: ViewerScope, context: InContext) -> FileResponse:
    """The evidence clip; answers range requests, so that a browser can seek."""
    clip_key = asker.check_alert(alert_id).clip_key
    if not clip_key:
        raise NotFound(f"Alert {alert_id} has no clip yet.")
    return FileResponse(context.vault.path(clip_key), media_type="video/mp4")


@router.get("/{alert_id}/recordings/{recording_id}/{file}.mp4")
def get_recording(
    alert_id: AlertNumber,
    recording_id: AlertNumber,
    file: Annotated[str, Path(pattern=r"^[0-9]{1,4}(-preview)?$")],
    asker: ViewerScope,
    context: InContext,
) -> FileResponse:
    """A part of a recording as the camera sent it, or its preview; answers range requests."""
    asker.check_alert(alert_id)
    one = context.store.recordings.get(recording_id)
    number, _, preview = file.partition("-")
    parts = one.parts if one.alert_id == alert_id and one.state in HELD_STATES else ()
    key = ""
    if int(number) < len(parts):
        part = parts[int(number)]
        key = part.preview_key if preview else part.key
    if not key:
        raise NotFound(
            f"Alert {alert_id} has no such recording.", remedy="It may have been cleared away."
        )
    return FileResponse(context.vault.path(key), media_type="video/mp4", headers=FOR_EVER)
