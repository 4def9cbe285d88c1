"""Who is on, what is not staffed, and what became of a file, on the wire."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.duty.sheets import RefusedRow
from api.languages import Language, problem_words
from api.moments import Moment
from models.duty import (
    DutyTaken,
    Gap,
    OnDuty,
    Post,
    Reach,
    TeamKind,
)

__all__ = [
    "GapAnswer",
    "GapList",
    "ImportAnswer",
    "NowAnswer",
    "NowQuery",
    "OnDutyAnswer",
    "PlaceAnswer",
    "RefusedAnswer",
]

UNPROCESSABLE = 422


class OnDutyAnswer(BaseModel):
    """Somebody who is on for a place; see :class:`models.duty.OnDuty`."""

    person_id: int
    name: str
    phone: str
    post: Post
    team: TeamKind | None
    reach: Reach
    deputy: int
    shift_until_at: datetime

    @classmethod
    def of(cls, one: OnDuty) -> "OnDutyAnswer":
        """Flat."""
        draft = one.person.draft
        return cls(
            person_id=one.person.person_id,
            name=draft.name,
            phone=draft.phone,
            post=draft.post,
            team=draft.team,
            reach=one.reach,
            deputy=one.shift.draft.deputy,
            shift_until_at=one.shift.draft.until_at,
        )


class PlaceAnswer(BaseModel):
    """Whom to call for a place.

    Attributes:
        township: code; empty for the district's own duty room.
        name: of the township; empty where the land does not know it.
        probability: (0, 1] that the fire lies in it; of the duty room that it lies in no township
            that the land knows. None where no fire was asked about.
        people: in the order in which they are called.
    """

    township: str
    name: str
    probability: float | None
    people: tuple[OnDutyAnswer, ...]


class NowQuery(BaseModel):
    """Of whom is asked.

    Attributes:
        township: code; the empty one asks for the duty room, none for everybody.
        village: code of the place's.
        at: without, now.
        incident_id: a fire, which says where by itself.
    """

    township: Annotated[str, Field(max_length=40)] | None = None
    village: Annotated[str, Field(max_length=40)] = ""
    at: Moment | None = None
    incident_id: Annotated[int, Field(ge=1, le=2**62)] | None = None


class NowAnswer(BaseModel):
    """Who is on at a moment (UTC); of a fire its townships by falling probability."""

    at: datetime
    places: tuple[PlaceAnswer, ...]


class GapAnswer(BaseModel):
    """A hole; see :class:`models.duty.Gap`. ``name`` is the township's."""

    township: str
    name: str
    post: Post
    from_at: datetime
    until_at: datetime
    on_leave: tuple[str, ...]

    @classmethod
    def of(cls, gap: Gap, name: str) -> "GapAnswer":
        """Named."""
        return cls(
            township=gap.township,
            name=name,
            post=gap.post,
            from_at=gap.from_at,
            until_at=gap.until_at,
            on_leave=gap.on_leave,
        )


class GapList(BaseModel):
    """Holes by township, post and time.

    Attributes:
        townships_known: whether the land says which townships there are; where it does not, only
            those that have somebody in the roster are looked at.
        gaps: none where every post is staffed.
    """

    townships_known: bool
    gaps: tuple[GapAnswer, ...]


class RefusedAnswer(BaseModel):
    """A row that was left out.

    Attributes:
        row: of the sheet, counted from 1, headings included.
        column: heading of what is wrong.
        code: why.
        title: the same in words, in the language that was asked for.
        remedy: what to do, in English; in Chinese the title says it.
    """

    row: int
    column: str
    code: str
    title: str
    remedy: str

    @classmethod
    def of(cls, refused: RefusedRow, language: Language) -> "RefusedAnswer":
        """In words."""
        why = refused.why
        return cls(
            row=refused.row,
            column=refused.column,
            code=why.code,
            title=problem_words(why.code, UNPROCESSABLE, language, why.message),
            remedy=why.remedy if language == "en" else "",
        )


class ImportAnswer(BaseModel):
    """What became of a file; see :class:`models.duty.DutyTaken`."""

    people_new: int
    people_changed: int
    shifts_new: int
    shifts_replaced: int
    unchanged: int
    refused: tuple[RefusedAnswer, ...]

    @classmethod
    def of(
        cls, taken: DutyTaken, refused: Iterable[RefusedRow], language: Language
    ) -> "ImportAnswer":
        """Counted."""
        return cls(
            people_new=taken.people_new,
            people_changed=taken.people_changed,
            shifts_new=taken.shifts_new,
            shifts_replaced=taken.shifts_replaced,
            unchanged=taken.unchanged,
            refused=tuple(RefusedAnswer.of(one, language) for one in refused),
        )
