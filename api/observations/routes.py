"""``/api/observations``: read them, write one down, take one back; nothing is ever deleted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.auth.roles import MonitorScope, ViewerScope
from api.context import Context, context_of
from api.crossings.schemas import CrossingsAnswer
from api.crossings.service import of_observation
from api.observations.answering import observation_answer
from api.observations.schemas import ObservationAnswer, ObservationList, ObservationRequest
from api.observations.telling import told
from api.observations.witnessing import draft_of
from api.paging import Cursor, cut, number_of

__all__ = ["router"]

router = APIRouter(prefix="/api/observations", tags=["observations"])

InContext = Annotated[Context, Depends(context_of)]
ObservationNumber = Annotated[int, Path(ge=1, le=2**62)]


@router.get("")
def list_observations(
    scope: ViewerScope,
    context: InContext,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    cursor: Cursor = None,
) -> ObservationList:
    """The newest first, also those that were taken back."""
    below = before if cursor is None else number_of(cursor)
    more = context.store.observations.newest(limit + 1, below)
    found, next_cursor = cut(more, limit, lambda one: one.observation_id)
    return ObservationList(
        observations=tuple(
            observation_answer(context, each, scope.user)
            for each in found
            if scope.sees_observation(each)
        ),
        next_cursor=next_cursor,
    )


@router.post("", status_code=201)
def add_observation(
    body: ObservationRequest, scope: MonitorScope, context: InContext, response: Response
) -> ObservationAnswer:
    """Write down what somebody saw; 200 and what is stored when the key is known already.

    Whoever takes the call writes it down, also of a place outside their townships.
    """
    draft = draft_of(context, body)
    kept, is_new = told(context, draft, author=scope.user.name, key=body.key)
    if not is_new:
        response.status_code = 200
    return observation_answer(context, kept, scope.user)


@router.post("/{observation_id}/withdraw")
def withdraw_observation(
    observation_id: ObservationNumber, scope: MonitorScope, context: InContext
) -> ObservationAnswer:
    """Take it back: it stays in the list and is no witness any more."""
    scope.check_observation(observation_id)
    kept = context.store.observations.withdraw(observation_id, author=scope.user.name)
    return observation_answer(context, kept, scope.user)


@router.get("/{observation_id}/crossings")
def get_crossings(
    observation_id: ObservationNumber, scope: ViewerScope, context: InContext
) -> CrossingsAnswer:
    """Who sees what was told there, and where."""
    scope.check_observation(observation_id)
    return of_observation(context, observation_id, scope)
