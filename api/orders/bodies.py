"""What a monitor sends about work orders."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from models.incident import DismissReason
from models.order import Answer, OrderEntryKind

__all__ = ["CallRequest", "CloseRequest", "OpenRequest", "OrderQuery", "TellRequest"]

Note = Annotated[str, Field(max_length=4000)]
Number = Annotated[int, Field(ge=1, le=2**62)]
Township = Annotated[str, Field(max_length=40)]
PhotoName = Annotated[str, Field(pattern=r"^[0-9a-f]{64}\.(jpg|png)$")]
Tellable = Literal[
    OrderEntryKind.SEEN,
    OrderEntryKind.ANSWERED,
    OrderEntryKind.LEFT,
    OrderEntryKind.ARRIVED,
    OrderEntryKind.NOTED,
]


class OrderQuery(BaseModel):
    """Which orders are listed.

    Attributes:
        state: open ones, those that are over, or all.
        township: code; the empty one for the district's duty room.
        incident_id: of a fire.
        before: only those with a smaller number; open ones come all at once.
        limit: at most so many, open ones left aside.
    """

    state: Literal["open", "over"] | None = None
    township: Township | None = None
    incident_id: Number | None = None
    before: Number | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class OpenRequest(RequestBody):
    """Orders for a fire.

    Attributes:
        townships: codes, the empty one for the district's duty room; null for those that it may lie
            in and that have none yet.
    """

    incident_id: Number
    townships: Annotated[tuple[Township, ...], Field(min_length=1, max_length=100)] | None = None
    note: Note = ""


class TellRequest(RequestBody):
    """What somebody told by telephone; see :class:`models.order.Told`.

    Attributes:
        photo: token of a photo that was sent for the fire before.
        key: the same again changes nothing.
    """

    kind: Tellable
    answer: Answer | None = None
    reason: DismissReason | None = None
    note: Note = ""
    photo: PhotoName | None = None
    key: Annotated[str, Field(max_length=100)] = ""


class CallRequest(RequestBody):
    """Whom to call now; null for the next of the ladder."""

    person_id: Number | None = None


class CloseRequest(RequestBody):
    """Why; may be empty."""

    note: Note = ""
