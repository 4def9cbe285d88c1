"""``/api/drones/live``: the live pictures of aircraft, and people's word whether they are read."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.auth.roles import MonitorUser, ViewerScope
from api.context import Context, context_of
from api.drone_live.book import LiveMode, LiveOrder
from api.drone_live.schemas import LiveAnswer, LiveOrderRequest, LivesAnswer
from models.errors import NotFound

__all__ = ["router"]

router = APIRouter(prefix="/api/drones/live", tags=["imagery"])

InContext = Annotated[Context, Depends(context_of)]
Name = Annotated[str, Path(min_length=1, max_length=80)]


@router.get("")
def list_lives(scope: ViewerScope, context: InContext) -> LivesAnswer:
    """How each stream is; what is found in one is read as footage of the kind ``live``."""
    now, book = context.clock.now(), context.lives
    names = book.names if scope.is_whole else ()
    return LivesAnswer(lives=tuple(LiveAnswer.of(book, name, now) for name in names))


@router.put("/{aircraft}")
def order_live(
    aircraft: Name, body: LiveOrderRequest, user: MonitorUser, context: InContext
) -> LiveAnswer:
    """Have pictures read or not, whether or not it flies; the watch forgets it when it ends."""
    book, now = context.lives, context.clock.now()
    if aircraft not in book.names:
        raise NotFound(
            f"There are no live pictures of {aircraft}.",
            remedy="Name its stream in the settings: live_url.",
            code="no_such_live",
        )
    until_at = None if body.mode is LiveMode.FLYING else now + timedelta(minutes=body.minutes)
    context.store.audit.record(
        actor=user.name,
        action="imagery.ordered",
        subject=aircraft,
        details={
            "kind": body.mode.value,
            "until": "" if until_at is None else until_at.isoformat(),
        },
    )
    book.order(aircraft, LiveOrder(body.mode, until_at, user.name))
    return LiveAnswer.of(book, aircraft, now)
