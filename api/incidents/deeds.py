"""``/api/incidents``: what people do about fires."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.concurrency import run_in_threadpool

from api.auth.roles import MonitorScope, ViewerScope, check_person
from api.context import Context, context_of
from api.incidents.bodies import (
    EntryRequest,
    MergeRequest,
    NoteRequest,
    ReopenRequest,
    SplitRequest,
    StepRequest,
    UnmergeRequest,
)
from api.incidents.entry_schemas import PhotoToken
from api.incidents.photos import PhotoDesk
from api.incidents.schemas import IncidentAnswer, NeighbourAnswer, NeighbourList
from api.incidents.service import answer_of
from detector.incidents.correlator import Correlator
from models.incident import IncidentState, Photo, Subject, SubjectKind
from models.user import Role

__all__ = ["router"]

router = APIRouter(prefix="/api/incidents", tags=["incidents"])

InContext = Annotated[Context, Depends(context_of)]
IncidentNumber = Annotated[int, Path(ge=1, le=2**62)]

_FILE = {"schema": {"type": "string", "format": "binary"}}
PHOTO_BODY = {
    "requestBody": {"required": True, "content": {"image/jpeg": _FILE, "image/png": _FILE}}
}


@router.post("/{incident_id}/steps")
def take_step(
    incident_id: IncidentNumber, body: StepRequest, scope: MonitorScope, context: InContext
) -> IncidentAnswer:
    """A verdict; one that a second person must agree with waits for them."""
    scope.check(incident_id)
    rule = context.settings.incidents.second_check
    after = context.store.verdicts.step(
        incident_id,
        expected=body.expected_state,
        to_state=body.to_state,
        author=scope.user.name,
        reason=body.reason,
        note=body.note,
        photo=_photo(context, incident_id, body.photo),
        checked=[IncidentState(word) for word in rule],
    )
    return answer_of(context, after, scope.user)


@router.post("/{incident_id}/agree")
def agree(
    incident_id: IncidentNumber, body: EntryRequest, scope: MonitorScope, context: InContext
) -> IncidentAnswer:
    """As a second person, agree with the verdict that waits."""
    scope.check(incident_id)
    check_person(scope.user)
    after = context.store.verdicts.agree(
        incident_id, entry_id=body.entry_id, author=scope.user.name, note=body.note
    )
    return answer_of(context, after, scope.user)


@router.post("/{incident_id}/decline")
def decline(
    incident_id: IncidentNumber, body: EntryRequest, scope: MonitorScope, context: InContext
) -> IncidentAnswer:
    """As a second person, do not agree with it."""
    scope.check(incident_id)
    check_person(scope.user)
    after = context.store.verdicts.decline(
        incident_id, entry_id=body.entry_id, author=scope.user.name, note=body.note
    )
    return answer_of(context, after, scope.user)


@router.post("/{incident_id}/undo")
def undo(
    incident_id: IncidentNumber, body: EntryRequest, scope: MonitorScope, context: InContext
) -> IncidentAnswer:
    """Take the last verdict back: one's own within ten minutes, an administrator any."""
    scope.check(incident_id)
    after = context.store.verdicts.undo(
        incident_id,
        entry_id=body.entry_id,
        author=scope.user.name,
        note=body.note,
        others=scope.user.role.allows(Role.ADMIN),
    )
    return answer_of(context, after, scope.user)


@router.post("/{incident_id}/reopen")
def reopen(
    incident_id: IncidentNumber, body: ReopenRequest, scope: MonitorScope, context: InContext
) -> IncidentAnswer:
    """Take a settled or controlled fire up again."""
    scope.check(incident_id)
    after = context.store.verdicts.reopen(incident_id, author=scope.user.name, note=body.note)
    return answer_of(context, after, scope.user)


@router.post("/{incident_id}/notes")
def add_note(
    incident_id: IncidentNumber, body: NoteRequest, scope: MonitorScope, context: InContext
) -> IncidentAnswer:
    """Add words, a photo, or both to its history."""
    scope.check(incident_id)
    photo = _photo(context, incident_id, body.photo)
    after = context.store.incidents.note(
        incident_id, author=scope.user.name, note=body.note, photo=photo
    )
    return answer_of(context, after, scope.user)


@router.get("/{incident_id}/neighbours")
def get_neighbours(
    incident_id: IncidentNumber, scope: ViewerScope, context: InContext
) -> NeighbourList:
    """Fires of about its time that may be the same one, settled ones too, the likeliest first."""
    incident = scope.check(incident_id)
    store = context.store
    return NeighbourList(
        neighbours=tuple(
            NeighbourAnswer(
                incident_id=one.incident_id,
                state=one.state,
                reason=one.reason,
                detail=one.detail,
                distance_m=one.apart_m,
                last_seen_at=one.last_seen_at,
            )
            for one in Correlator(store, store.cameras.standpoints()).neighbours(incident)
            if scope.sees(store.incidents.get(one.incident_id))
        )
    )


@router.post("/{incident_id}/merge")
def merge(
    incident_id: IncidentNumber, body: MergeRequest, scope: MonitorScope, context: InContext
) -> IncidentAnswer:
    """Say that it is another fire; answered is that one."""
    scope.check(incident_id)
    scope.check(body.into)
    after = context.store.incident_joins.merge(
        incident_id, body.into, author=scope.user.name, note=body.note
    )
    return answer_of(context, after, scope.user)


@router.post("/{incident_id}/unmerge")
def unmerge(
    incident_id: IncidentNumber, body: UnmergeRequest, scope: MonitorScope, context: InContext
) -> IncidentAnswer:
    """Take a merge back."""
    scope.check(incident_id)
    after = context.store.incident_joins.unmerge(
        incident_id, author=scope.user.name, note=body.note
    )
    return answer_of(context, after, scope.user)


@router.post("/{incident_id}/split")
def split(
    incident_id: IncidentNumber, body: SplitRequest, scope: MonitorScope, context: InContext
) -> IncidentAnswer:
    """Make a fire of its own of some of its evidence; answered is the new one."""
    scope.check(incident_id)
    evidence = [
        *(Subject(SubjectKind.ALERT, number) for number in body.alerts),
        *(Subject(SubjectKind.OBSERVATION, number) for number in body.observations),
    ]
    after = context.store.incident_joins.split(
        incident_id, evidence, author=scope.user.name, note=body.note
    )
    return answer_of(context, after, scope.user)


@router.post("/{incident_id}/photos", openapi_extra=PHOTO_BODY)
async def send_photo(
    incident_id: IncidentNumber, scope: MonitorScope, context: InContext, request: Request
) -> PhotoToken:
    """Send a photo, the body being the JPEG or PNG file, to be named with a step or a note."""
    data = await request.body()

    def take() -> PhotoToken:
        scope.check(incident_id)  # who sends it is written down with what it is named in
        name, photo = _desk(context).take(incident_id, data)
        return PhotoToken(
            photo=name,
            width_px=photo.width_px,
            height_px=photo.height_px,
            taken_at=photo.taken_at,
            position=photo.position,
            bearing_deg=photo.bearing_deg,
            is_placed=photo.position is not None,
        )

    return await run_in_threadpool(take)


def _photo(context: Context, incident_id: int, name: str | None) -> Photo | None:
    return None if name is None else _desk(context).named(incident_id, name)


def _desk(context: Context) -> PhotoDesk:
    return PhotoDesk(context.vault, context.settings.time_zone)
