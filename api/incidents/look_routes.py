"""``/api/incidents/{id}/looks``: which aircraft could look at a fire, and let one fly."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.status import HTTP_201_CREATED

from api.auth.roles import MonitorScope
from api.auth.scope import Scope
from api.context import Context, context_of
from api.incidents.look_schemas import FlownAnswer, FlyRequest, LooksAnswer, LooksRequest
from api.incidents.looks import LookDesk, linked_of, look_place
from api.sweeps.wishing import terrain_of
from drone_jobs.planning.look import Views
from drone_jobs.planning.look_plan import LookPlace
from models.errors import NotPermitted
from models.incident import Incident

__all__ = ["router"]

router = APIRouter(prefix="/api/incidents", tags=["incidents"])

InContext = Annotated[Context, Depends(context_of)]
IncidentNumber = Annotated[int, Path(ge=1, le=2**62)]


@router.post("/{incident_id}/looks")
def propose(
    incident_id: IncidentNumber, body: LooksRequest, scope: MonitorScope, context: InContext
) -> LooksAnswer:
    """What each aircraft could do now, and why not; nothing is kept and nothing flies."""
    incident = scope.check(incident_id)
    desk, place = _desk(context), _place(context, incident, body.views)
    return LooksAnswer.of(desk.proposed(incident, place), place, desk.wind(), desk.linked)


@router.post("/{incident_id}/looks/fly", status_code=HTTP_201_CREATED)
def fly(
    incident_id: IncidentNumber, body: FlyRequest, scope: MonitorScope, context: InContext
) -> FlownAnswer:
    """Keep the look and release its flight, in the name of the person who asks."""
    incident = scope.check(incident_id)
    _check_person(scope)
    run = _desk(context).fly(
        incident,
        lambda: _place(context, incident, body.views),
        body.aircraft,
        key=body.key,
        author=scope.user.name,
    )
    return FlownAnswer(run_id=run.run_id, sweep_id=run.sweep_id)


def _desk(context: Context) -> LookDesk:
    rules = context.settings.drones
    return LookDesk(context.store, rules, linked_of(rules), context.clock, terrain_of(context))


def _place(context: Context, incident: Incident, views: Views) -> LookPlace:
    place = context.places.of(incident, context.store.cameras.standpoints())
    return look_place(incident, place, views)


def _check_person(scope: Scope) -> None:
    """Let people pass and no programs.

    Raises:
        NotPermitted: code ``release_person``.
    """
    if not scope.user.is_person:
        raise NotPermitted(
            "A program cannot release a flight.",
            remedy="Let somebody do it who has signed in.",
            code="release_person",
        )
