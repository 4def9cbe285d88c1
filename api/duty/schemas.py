"""People, shifts and leave on the wire."""

from datetime import datetime

from pydantic import BaseModel

from api.bodies import RequestBody
from api.moments import Moment
from models.duty import (
    DISTRICT,
    DutyPerson,
    Leave,
    LeaveDraft,
    PersonDraft,
    Post,
    Shift,
    ShiftDraft,
    TeamKind,
)

__all__ = [
    "LeaveAnswer",
    "LeaveList",
    "LeaveRequest",
    "PeopleList",
    "PersonAnswer",
    "PersonRequest",
    "ShiftAnswer",
    "ShiftList",
    "ShiftRequest",
]


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
