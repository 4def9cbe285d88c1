"""``/api/events``: the live feed of a browser."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.auth.roles import ViewerUser
from api.context import Context, context_of

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["feed"])

Sequence = Annotated[int, Query(ge=0, le=2**62)]


@router.get("/events", response_class=EventSourceResponse)
async def follow_events(
    _user: ViewerUser,
    context: Annotated[Context, Depends(context_of)],
    after: Sequence = 0,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Every change after ``Last-Event-ID``, or after ``after`` on the first connection."""
    resumed = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
    async for event in context.feed.follow(resumed):
        yield event
