"""What a page of a handover looks like on the wire."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.auth.passwords import MAX_LENGTH
from api.bodies import RequestBody
from api.handovers.drafting import Draft
from api.moments import Moment
from models.handover import LONGEST_REMARK, Handover, HandoverItem, HandoverSection

__all__ = [
    "DraftAnswer",
    "GiveRequest",
    "HandoverAnswer",
    "HandoverHead",
    "HandoverList",
    "ItemAnswer",
    "TakeRequest",
]

Remark = Annotated[str, Field(max_length=LONGEST_REMARK)]


class GiveRequest(RequestBody):
    """A signature of who ends their shift; ``until_at`` is of the draft that they have seen."""

    remark: Remark = ""
    until_at: Moment


class TakeRequest(RequestBody):
    """A signature of who begins theirs.

    Attributes:
        name: of who signs at somebody else's console; null for the asker's own session.
        password: theirs; with a name, and only then.
        remark: may be empty.
    """

    name: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    password: Annotated[str, Field(min_length=1, max_length=MAX_LENGTH)] | None = None
    remark: Remark = ""


class ItemAnswer(BaseModel):
    """One line; see :class:`models.handover.HandoverItem`."""

    section: HandoverSection
    subject: str
    since: datetime | None
    until_at: datetime | None
    state: str
    text: str
    value: float | None
    is_drill: bool
    incident_id: int | None

    @classmethod
    def of(cls, item: HandoverItem) -> "ItemAnswer":
        """As it stands."""
        return cls(**{name: getattr(item, name) for name in cls.model_fields})


class DraftAnswer(BaseModel):
    """A page before it is signed; see :class:`api.handovers.drafting.Draft`."""

    from_at: datetime
    until_at: datetime
    items: tuple[ItemAnswer, ...]

    @classmethod
    def of(cls, draft: Draft) -> "DraftAnswer":
        """As it was drafted."""
        items = tuple(ItemAnswer.of(one) for one in draft.items)
        return cls(from_at=draft.from_at, until_at=draft.until_at, items=items)


class HandoverHead(BaseModel):
    """A page without its lines; see :class:`models.handover.Handover`."""

    handover_id: int
    from_at: datetime
    until_at: datetime
    remark: str
    given_by: str
    given_at: datetime
    taken_by: str
    taken_at: datetime | None
    taken_remark: str

    @classmethod
    def head_of(cls, page: Handover) -> "HandoverHead":
        """As it was signed."""
        return cls(**{name: getattr(page, name) for name in HandoverHead.model_fields})


class HandoverAnswer(HandoverHead):
    """A page, whole."""

    items: tuple[ItemAnswer, ...]

    @classmethod
    def of(cls, page: Handover) -> "HandoverAnswer":
        """As it was signed."""
        head = HandoverHead.head_of(page).model_dump()
        return cls(**head, items=tuple(ItemAnswer.of(one) for one in page.items))


class HandoverList(BaseModel):
    """Pages, newest first.

    Attributes:
        handovers: without their lines.
        untaken: how many of all there are wait for their second signature.
        next_before: ``before`` of the next page of the list; null at its end.
    """

    handovers: tuple[HandoverHead, ...]
    untaken: int
    next_before: int | None

    @classmethod
    def of(cls, pages: Iterable[Handover], untaken: int, next_before: int | None) -> "HandoverList":
        """As they were signed."""
        heads = tuple(HandoverHead.head_of(one) for one in pages)
        return cls(handovers=heads, untaken=untaken, next_before=next_before)
