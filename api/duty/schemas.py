"""The duty roster on the wire."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.duty.sheets import RefusedRow
from api.languages import Language, problem_words
from api.moments import Moment
from models.duty import (
    DISTRICT,
    DutyPerson,
    DutyTaken,
    Gap,
    Leave,
    LeaveDraft,
    OnDuty,
    PersonDraft,
    Post,
    Reach,
    Shift,
    ShiftDraft,
    TeamKind,
)

__all__ = [
    "GapAnswer",
    "GapList",
    "ImportAnswer",
    "LeaveAnswer",
    "LeaveList",
    "LeaveRequest",
    "NowAnswer",
    "NowQuery",
    "OnDutyAnswer",
    "PeopleList",
    "PersonAnswer",
    "PersonRequest",
    "PlaceAnswer",
    "RefusedAnswer",
    "ShiftAnswer",
    "ShiftList",
    "ShiftRequest",
]

UNPROCESSABLE = 422


class PersonRequest(RequestBody):
    """Somebody who can be on duty; see :class:`models.duty.PersonDraft`."""

    name: str
    phone: str
    post: Post
    township: str = DISTRICT
    village: str = ""
    team: TeamKind | None = None
    note: str = ""

    def draft(self) -> PersonDraft:
        """Of the domain, without spaces around."""
        return PersonDraft(
            name=self.name.strip(),
            phone=self.phone.strip(),
            post=self.post,
            township=self.township.strip(),
            village=self.village.strip(),
            team=self.team,
            note=self.note.strip(),
        )


class PersonAnswer(BaseModel):
    """Somebody who can be on duty; see :class:`models.duty.DutyPerson`."""

    person_id: int
    name: str
    phone: str
    post: Post
    township: str
    village: str
    team: TeamKind | None
    note: str

    @classmethod
    def of(cls, person: DutyPerson) -> "PersonAnswer":
        """Flat."""
        draft = person.draft
        return cls(
            person_id=person.person_id,
            name=draft.name,
            phone=draft.phone,
            post=draft.post,
            township=draft.township,
            village=draft.village,
            team=draft.team,
            note=draft.note,
        )


class PeopleList(BaseModel):
    """By township, post and name."""

    people: tuple[PersonAnswer, ...]


class ShiftRequest(RequestBody):
    """A shift; see :class:`models.duty.ShiftDraft`."""

    person_id: int
    from_at: Moment
    until_at: Moment
    deputy: int = 0

    def draft(self) -> ShiftDraft:
        """Of the domain."""
        return ShiftDraft(self.person_id, self.from_at, self.until_at, self.deputy)


class ShiftAnswer(BaseModel):
    """A shift with whose it is; see :class:`models.duty.Shift`."""

    shift_id: int
    person_id: int
    name: str
    post: Post
    township: str
    village: str
    from_at: datetime
    until_at: datetime
    deputy: int

    @classmethod
    def of(cls, shift: Shift, person: DutyPerson) -> "ShiftAnswer":
        """Flat."""
        return cls(
            shift_id=shift.shift_id,
            person_id=person.person_id,
            name=person.draft.name,
            post=person.draft.post,
            township=person.draft.township,
            village=person.draft.village,
            from_at=shift.draft.from_at,
            until_at=shift.draft.until_at,
            deputy=shift.draft.deputy,
        )


class ShiftList(BaseModel):
    """By their beginning."""

    shifts: tuple[ShiftAnswer, ...]


class LeaveRequest(RequestBody):
    """A leave; see :class:`models.duty.LeaveDraft`."""

    person_id: int
    from_at: Moment
    until_at: Moment
    reason: str = ""

    def draft(self) -> LeaveDraft:
        """Of the domain."""
        return LeaveDraft(self.person_id, self.from_at, self.until_at, self.reason.strip())


class LeaveAnswer(BaseModel):
    """A leave with whose it is; see :class:`models.duty.Leave`."""

    leave_id: int
    person_id: int
    name: str
    from_at: datetime
    until_at: datetime
    reason: str

    @classmethod
    def of(cls, leave: Leave, person: DutyPerson) -> "LeaveAnswer":
        """Flat."""
        return cls(
            leave_id=leave.leave_id,
            person_id=person.person_id,
            name=person.draft.name,
            from_at=leave.draft.from_at,
            until_at=leave.draft.until_at,
            reason=leave.draft.reason,
        )


class LeaveList(BaseModel):
    """By their beginning."""

    leaves: tuple[LeaveAnswer, ...]


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
