"""``/api/events``: the live feed of a browser."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.auth.roles import COOKIE, ViewerScope
from api.context import Context, context_of
from api.live import everything
from models.errors import NotPermitted, NotSignedIn
from models.events import Event

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["feed"])

Sequence = Annotated[int, Query(ge=0, le=2**62)]


@router.get("/events", response_class=EventSourceResponse)
async def follow_events(
    _scope: ViewerScope,
    request: Request,
    context: Annotated[Context, Depends(context_of)],
    after: Sequence = 0,
    last_event_id: Annotated[str | None, Header()] = None,
    token: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Every change after ``Last-Event-ID``, or after ``after`` on the first connection.

    Who asks is looked up anew every two seconds while events come, so that a feed ends with its
    session and whoever is limited to townships meanwhile hears of those only.
    """
    resumed = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
    path, authorization = request.url.path, request.headers.get("authorization")

    def seen_by_asker() -> Callable[[Event], bool] | None:
        try:
            user = context.auth.asker(token, authorization, path)
        except (NotSignedIn, NotPermitted):
            return None
        scope = context.scopes.of(user, context.store, context.land_book.moment)
        return everything if scope.is_whole else scope.sees_event

    async for event in context.feed.follow(resumed, seen_by_asker):
        yield event
