"""What the phone page is told, and what it tells."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.moments import Moment
from api.orders.schemas import OrderClockAnswer, OrderPlaceAnswer
from models.incident import DismissReason
from models.order import Answer, OrderEntryKind, OrderState, Place

__all__ = [
    "FieldBearing",
    "FieldEntry",
    "FieldOrder",
    "FieldPhoto",
    "FieldPlace",
    "OpenRequest",
    "PlaceRequest",
    "Point",
    "TellRequest",
    "UploadAnswer",
    "UploadedPhoto",
]


class OpenRequest(RequestBody):
    """What opens an order.

    Attributes:
        token: that stood in the link.
        device: a secret of the phone's own choice, 32 random bytes as base64url: should the answer
            get lost on its way, the same phone opens the link again with it.
    """

    token: Annotated[str, Field(min_length=1, max_length=200, repr=False)]
    device: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{43}$", repr=False)] = None


class PlaceRequest(RequestBody):
    """Where a phone says that it is, WGS 84; the radius holds it with 95 %."""

    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    accuracy_m: Annotated[float, Field(ge=0.0, le=1e8)]

    def place(self) -> Place:
        """Of the domain."""
        return Place(self.lon_deg, self.lat_deg, self.accuracy_m)


class TellRequest(RequestBody):
    """What somebody tells from the ground.

    Attributes:
        photo: name of a photo that was sent by this phone.
        told_at: when they said it, by the phone's clock; null for now.
        key: of the phone's choice, the same whenever it is sent again.
    """

    kind: OrderEntryKind
    answer: Answer | None = None
    reason: DismissReason | None = None
    note: Annotated[str, Field(max_length=4000)] = ""
    photo: Annotated[str, Field(pattern=r"^[0-9a-f]{64}\.(jpg|png)$")] | None = None
    place: PlaceRequest | None = None
    told_at: Moment | None = None
    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,128}$")]


class Point(BaseModel):
    """Degrees, in the system that the name of the field says."""

    lon_deg: float
    lat_deg: float


class FieldPlace(Point):
    """Where the fire is.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: likewise.
        radius_m: around it, that holds 90 %.
        wgs84: the same place, for maps of the world and receivers of satellites.
        gcj02: the same place as AMap, Tencent and most phones in China name it; null outside China,
            where that system is not defined.
    """

    radius_m: float
    wgs84: Point
    gcj02: Point | None


class FieldBearing(BaseModel):
    """Whence the fire is seen, and where to look: of one that has no place yet.

    Attributes:
        from_name: of the tower; empty when it has none.
        from_lon_deg: WGS 84.
        from_lat_deg: likewise.
        bearing_deg: from true north, clockwise.
    """

    from_name: str
    from_lon_deg: float
    from_lat_deg: float
    bearing_deg: float


class FieldPhoto(BaseModel):
    """What a photo says of itself; null where it does not."""

    taken_at: datetime | None
    lon_deg: float | None
    lat_deg: float | None


class FieldEntry(BaseModel):
    """What this phone's person has told.

    Attributes:
        key: with which this phone told it; empty for what was told otherwise.
    """

    entry_id: int
    kind: OrderEntryKind
    at: datetime
    answer: Answer | None
    reason: DismissReason | None
    note: str
    photo: FieldPhoto | None
    place: OrderPlaceAnswer | None
    told_at: datetime | None
    key: str


class FieldOrder(BaseModel):
    """The order of a phone. One that is over, or that it may see no longer, has no place.

    Attributes:
        place: null when it is not known.
        bearing: null when a place is known, or nothing.
        picture: whether there is one to look at.
        answers: what may be answered; empty when it is over.
        reasons: what it may have been instead of a wildfire.
        entries: what this phone's person has told, oldest first.
        server_at: UTC, as of when the clocks are read.
    """

    order_id: int
    state: OrderState
    is_drill: bool
    township_name: str
    note: str
    opened_at: datetime
    clocks: tuple[OrderClockAnswer, ...]
    place: FieldPlace | None
    bearing: FieldBearing | None
    picture: bool
    answers: tuple[Answer, ...]
    reasons: tuple[DismissReason, ...]
    entries: tuple[FieldEntry, ...]
    server_at: datetime


class UploadedPhoto(FieldPhoto):
    """A photo that is there whole; ``photo`` is its name, to be given with what is told."""

    photo: str


class UploadAnswer(BaseModel):
    """How an upload stands: bytes that have come, and the photo once it is whole."""

    received: int
    photo: UploadedPhoto | None
