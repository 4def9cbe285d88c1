"""``/api/handovers``: the draft of now, both signatures, and the pages of before.

For monitors of the whole district; no token opens it, for a signature is a person's.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from api.auth.roles import MonitorUser
from api.context import Context, context_of
from api.handovers import service
from api.handovers.drafting import draft_of
from api.handovers.schemas import (
    DraftAnswer,
    GiveRequest,
    HandoverAnswer,
    HandoverList,
    TakeRequest,
)

__all__ = ["router"]

router = APIRouter(prefix="/api/handovers", tags=["handovers"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Before = Annotated[int | None, Query(ge=1, le=2**62)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/draft")
def get_draft(_user: MonitorUser, context: InContext) -> DraftAnswer:
    """What the next shift has to know, as of now."""
    return DraftAnswer.of(draft_of(context))


@router.get("")
def list_handovers(
    _user: MonitorUser, context: InContext, *, before: Before = None, limit: Limit = 50
) -> HandoverList:
    """Pages that were signed, newest first, without their lines."""
    found = context.store.handovers.page(before=before, limit=limit + 1)
    pages = found[:limit]
    next_before = pages[-1].handover_id if len(found) > limit else None
    return HandoverList.of(pages, context.store.handovers.untaken(), next_before)


@router.get("/{handover_id}")
def get_handover(handover_id: Number, _user: MonitorUser, context: InContext) -> HandoverAnswer:
    """One page, whole."""
    return HandoverAnswer.of(context.store.handovers.get(handover_id))


@router.post("", status_code=201)
def give_over(body: GiveRequest, user: MonitorUser, context: InContext) -> HandoverAnswer:
    """Sign as who ends their shift; the page tells what holds now, and never changes again."""
    return HandoverAnswer.of(service.give(context, user, body.until_at, body.remark))


@router.post("/{handover_id}/take")
def take_over(
    handover_id: Number,
    body: TakeRequest,
    user: MonitorUser,
    request: Request,
    context: InContext,
) -> HandoverAnswer:
    """Sign as who begins theirs, by one's own session or with one's password at this console."""
    address = request.client.host if request.client else "unknown"
    return HandoverAnswer.of(service.take(context, user, handover_id, body, address))
