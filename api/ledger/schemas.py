"""What an entry of the ledger looks like on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.moments import Moment
from models.incident import DismissReason
from models.ledger import EntryKind, GroundPlace, LedgerEntry, ViewPlace
from models.times import Season, Times

__all__ = ["EntryAnswer", "EntryList", "EntryRequest"]

Minute = Annotated[int, Field(ge=0, lt=24 * 60)]


class ViewRequest(RequestBody):
    """A place in a view, as shares of the picture."""

    kind: Literal["view"]
    camera_id: Annotated[str, Field(max_length=40)]
    preset: Annotated[int, Field(ge=0, le=10_000)]
    x_min: float
    y_min: float
    x_max: float
    y_max: float


class GroundRequest(RequestBody):
    """A circle on the ground."""

    kind: Literal["ground"]
    lon_deg: float
    lat_deg: float
    radius_m: float


class AlertRequest(RequestBody):
    """Where the plume of an alert stood when it was last seen."""

    kind: Literal["alert"]
    alert_id: Annotated[int, Field(ge=1, le=2**62)]


class SeasonRequest(RequestBody):
    """Days of the year, both ends included."""

    from_month: int
    from_day: int
    to_month: int
    to_day: int


class TimesRequest(RequestBody):
    """Hours of the site's clock, days and season."""

    from_minute: Minute | None = None
    to_minute: Minute | None = None
    weekdays: Annotated[tuple[int, ...], Field(max_length=7)] = ()
    season: SeasonRequest | None = None

    def times(self) -> Times:
        """The same in the house's words."""
        season = None if self.season is None else Season(**self.season.model_dump())
        return Times(self.from_minute, self.to_minute, self.weekdays, season)


class EntryRequest(RequestBody):
    """An entry as a person writes it; without ``from_at`` it holds from now on."""

    kind: EntryKind
    place: Annotated[ViewRequest | GroundRequest | AlertRequest, Field(discriminator="kind")]
    from_at: Moment | None = None
    until_at: Moment
    times: TimesRequest = TimesRequest()
    reason: DismissReason
    reported_by: Annotated[str, Field(max_length=200)] = ""
    responsible: Annotated[str, Field(max_length=100)] = ""
    phone: Annotated[str, Field(max_length=24)] = ""
    note: Annotated[str, Field(max_length=2000)] = ""


class EntryAnswer(BaseModel):
    """An entry, whole; ``phone`` is null for viewers, and of a nuisance."""

    entry_id: int
    kind: EntryKind
    view: ViewPlace | None
    ground: GroundPlace | None
    from_at: datetime
    until_at: datetime
    times: Times
    reason: DismissReason
    reported_by: str
    responsible: str
    phone: str | None
    note: str
    author: str
    created_at: datetime
    ended_by: str
    ended_at: datetime | None
    in_force: bool

    @classmethod
    def of(cls, entry: LedgerEntry, now: datetime, *, with_phone: bool) -> "EntryAnswer":
        """With whether its time runs."""
        draft, place = entry.draft, entry.draft.place
        return cls(
            entry_id=entry.entry_id,
            kind=draft.kind,
            view=place if isinstance(place, ViewPlace) else None,
            ground=place if isinstance(place, GroundPlace) else None,
            from_at=draft.from_at,
            until_at=draft.until_at,
            times=draft.times,
            reason=draft.reason,
            reported_by=draft.reported_by,
            responsible=draft.responsible,
            phone=draft.phone if with_phone and draft.kind is EntryKind.BURN else None,
            note=draft.note,
            author=entry.author,
            created_at=entry.created_at,
            ended_by=entry.ended_by,
            ended_at=entry.ended_at,
            in_force=entry.in_span(now),
        )


class EntryList(BaseModel):
    """Entries, newest first."""

    entries: tuple[EntryAnswer, ...]
