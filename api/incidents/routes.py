"""``/api/incidents``: see fires, their land, their neighbours and their photos."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse

from api.auth.roles import ViewerScope
from api.context import Context, context_of
from api.crossings.schemas import FireCrossingsAnswer
from api.crossings.service import of_incident
from api.etags import NOT_CHANGED, tagged
from api.incidents.listing import IncidentQuery, page_of
from api.incidents.schemas import IncidentAnswer, IncidentList
from api.incidents.service import answer_of, answers_of
from api.land.answers import FullAnswer
from api.land.answers import answer_of as land_answer_of
from api.paging import cursor_of
from models.errors import NotFound

__all__ = ["router"]

router = APIRouter(prefix="/api/incidents", tags=["incidents"])

InContext = Annotated[Context, Depends(context_of)]
IncidentNumber = Annotated[int, Path(ge=1, le=2**62)]

# A photo never changes under its address.
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


@router.get("", response_model=IncidentList)
def list_incidents(
    scope: ViewerScope, context: InContext, asked: Annotated[IncidentQuery, Query()]
) -> Response:
    """Fires, newest first; those that need people are never cut by age or number."""
    # The sequence is read first: a change in between is then seen twice rather than never.
    sequence = context.store.events.latest()
    page = page_of(context, asked, scope)
    told = IncidentList(
        incidents=answers_of(context, page.incidents, scope.user),
        next_cursor=cursor_of(page.next_before),
        last_event_sequence=sequence,
    )
    # Written once: handed over as a model, it would be checked and written through dictionaries.
    return Response(told.model_dump_json(), media_type="application/json")


@router.get("/{incident_id}", response_model=IncidentAnswer, responses=NOT_CHANGED)
def get_incident(
    incident_id: IncidentNumber, scope: ViewerScope, context: InContext, request: Request
) -> Response:
    """One fire with all its evidence and its history; 304 for who has it as it is."""
    incident = scope.check(incident_id)
    return tagged(request, answer_of(context, incident, scope.user))


@router.get("/{incident_id}/land")
def get_land(incident_id: IncidentNumber, scope: ViewerScope, context: InContext) -> FullAnswer:
    """What the land says of it: from the land, the wind and the burns of now."""
    incident = scope.check(incident_id)
    place = context.places.of(incident, context.store.cameras.standpoints())
    return land_answer_of(context, place.places, "crossing" if len(place.agree) > 1 else "fix")


@router.get("/{incident_id}/crossings")
def get_crossings(
    incident_id: IncidentNumber, scope: ViewerScope, context: InContext
) -> FireCrossingsAnswer:
    """For each alert and observation of it: who else sees something then, and where they meet."""
    return of_incident(context, scope.check(incident_id), scope)


@router.get("/{incident_id}/photos/{file}")
def get_photo(
    incident_id: IncidentNumber,
    file: Annotated[str, Path(pattern=r"^[1-9][0-9]{0,18}\.(jpg|png)$")],
    scope: ViewerScope,
    context: InContext,
) -> FileResponse:
    """A photo of an entry of its history, byte for byte as it was given."""
    entry_id, _, ending = file.partition(".")
    for entry in scope.check(incident_id).entries:
        if entry.entry_id == int(entry_id) and entry.photo is not None:
            if not entry.photo.key.endswith(f".{ending}"):
                break
            kind = "image/png" if ending == "png" else "image/jpeg"
            path = context.vault.path(entry.photo.key)
            return FileResponse(path, media_type=kind, headers=FOR_EVER)
    raise NotFound(f"Fire {incident_id} has no photo {file}.")
