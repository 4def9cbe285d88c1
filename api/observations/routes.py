"""``/api/observations``: read them, write one down, take one back; nothing is ever deleted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.auth.roles import MonitorUser, ViewerUser
from api.context import Context, context_of
from api.crossings.schemas import CrossingsAnswer
from api.crossings.service import of_observation
from api.observations.answering import observation_answer
from api.observations.schemas import ObservationAnswer, ObservationList, ObservationRequest
from api.observations.witnessing import draft_of

__all__ = ["router"]

router = APIRouter(prefix="/api/observations", tags=["observations"])

InContext = Annotated[Context, Depends(context_of)]
ObservationNumber = Annotated[int, Path(ge=1, le=2**62)]


@router.get("")
def list_observations(
    _user: ViewerUser,
    context: InContext,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> ObservationList:
    """The newest first, also those that were taken back."""
    found = context.store.observations.newest(limit, before)
    return ObservationList(observations=tuple(observation_answer(context, each) for each in found))


@router.post("", status_code=201)
def add_observation(
    body: ObservationRequest, user: MonitorUser, context: InContext, response: Response
) -> ObservationAnswer:
    """Write down what somebody saw; 200 and what is stored when the key is known already."""
    draft = draft_of(context, body)
    kept, is_new = context.store.observations.add(draft, author=user.name, key=body.key)
    if not is_new:
        response.status_code = 200
    return observation_answer(context, kept)


@router.post("/{observation_id}/withdraw")
def withdraw_observation(
    observation_id: ObservationNumber, user: MonitorUser, context: InContext
) -> ObservationAnswer:
    """Take it back: it stays in the list and is no witness any more."""
    kept = context.store.observations.withdraw(observation_id, author=user.name)
    return observation_answer(context, kept)


@router.get("/{observation_id}/crossings")
def get_crossings(
    observation_id: ObservationNumber, _user: ViewerUser, context: InContext
) -> CrossingsAnswer:
    """Who sees what was told there, and where."""
    return of_observation(context, observation_id)
