"""``/api/events``: the live feed of a browser."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Header, Query, Request
from fastapi.responses import StreamingResponse

from api.auth.roles import COOKIE, ViewerScope
from api.context import Context, context_of
from api.live import everything
from models.errors import NotPermitted, NotSignedIn
from models.events import Event

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["feed"])

Sequence = Annotated[int, Query(ge=0, le=2**62)]

EVENT_STREAM = "text/event-stream"

UNBUFFERED = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
"""A proxy between must hand every event on at once."""


@router.get(
    "/events",
    response_class=StreamingResponse,
    responses={200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}},
)
async def follow_events(
    _scope: ViewerScope,
    request: Request,
    context: Annotated[Context, Depends(context_of)],
    after: Sequence = 0,
    last_event_id: Annotated[str | None, Header()] = None,
    token: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> StreamingResponse:
    """Every change after ``Last-Event-ID``, or after ``after`` on the first connection.

    Who asks is looked up anew every two seconds while events come, so that a feed ends with its
    session and whoever is limited to townships meanwhile hears of those only.
    """
    resumed = _resumed(after, last_event_id)
    coming = context.feed.stream(resumed, _asker(request, context, token))
    return StreamingResponse(coming, media_type=EVENT_STREAM, headers=UNBUFFERED)


def _resumed(after: int, last_event_id: str | None) -> int:
    return int(last_event_id) if last_event_id and last_event_id.isdecimal() else after


def _asker(
    request: Request, context: Context, token: str | None
) -> Callable[[], Callable[[Event], bool] | None]:
    """Asks who listens, and tells what they see; None when they may not listen any more."""
    path, authorization = request.url.path, request.headers.get("authorization")

    def seen_by_asker() -> Callable[[Event], bool] | None:
        try:
            user = context.auth.asker(token, authorization, path)
        except (NotSignedIn, NotPermitted):
            return None
        scope = context.scopes.of(user, context.store, context.land_book.moment)
        return everything if scope.is_whole else scope.sees_event

    return seen_by_asker
