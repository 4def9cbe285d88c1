"""What live pictures look like on the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.drone_live.book import LiveBook, LiveMode, LiveState
from models.imagery import HitGap

__all__ = ["LiveAnswer", "LiveOrderRequest", "LivesAnswer"]

MOST_MINUTES = 720


class LiveOrderRequest(RequestBody):
    """A person's word.

    Attributes:
        mode: ``flying`` reads while the aircraft is in the air, ``on`` and ``off`` whether it is or
            not.
        minutes: so long ``on`` or ``off`` counts; then as ``flying``.
    """

    mode: LiveMode
    minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] = 60


class LiveAnswer(BaseModel):
    """The live pictures of one aircraft.

    Attributes:
        mode: the word that counts now.
        until_at: when it ends; None without an end.
        ordered_by: who gave it; empty where nobody did.
        state: of the stream.
        code: of the last trouble; empty while all is well.
        since: since when it is so.
        next_attempt_at: while it waits for one.
        frames: pictures scored since it was begun.
        hits: finds kept since then.
        passed_over: pictures that came and were not scored, for newer ones came.
        imagery_id: footage that grows now.
        taken_at: of the newest scored picture, less the stated delay.
        gaps: what that picture lacks to be placed.
        push_code: why the dock does not push; empty while it does, or is not asked to.
    """

    aircraft: str
    mode: LiveMode
    until_at: datetime | None
    ordered_by: str
    state: LiveState
    code: str
    message: str
    since: datetime | None
    next_attempt_at: datetime | None
    frames: int
    hits: int
    passed_over: int
    imagery_id: int | None
    taken_at: datetime | None
    gaps: tuple[HitGap, ...]
    push_code: str
    push_message: str

    @classmethod
    def of(cls, book: LiveBook, name: str, now: datetime) -> "LiveAnswer":
        """On the wire."""
        order, status = book.order_of(name, now), book.status_of(name)
        return cls(
            aircraft=name,
            mode=order.mode,
            until_at=order.until_at,
            ordered_by=order.author,
            **{each: getattr(status, each) for each in status.__slots__},
        )


class LivesAnswer(BaseModel):
    """All aircraft that have live pictures; of other townships nobody is told."""

    lives: tuple[LiveAnswer, ...]
