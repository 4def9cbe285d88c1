"""Who is on duty: people, their shifts and their leave, who is on now for a place, and the gaps."""

from models.duty.gaps import STAFFED, Gap, gaps_in
from models.duty.people import (
    DISTRICT,
    DutyPerson,
    PersonDraft,
    Post,
    TeamKind,
    check_person,
)
from models.duty.plan import DutyTaken, PlannedShift
from models.duty.roster import (
    LONGEST_SHIFT,
    Leave,
    LeaveDraft,
    OnDuty,
    Reach,
    Roster,
    Shift,
    ShiftDraft,
    check_leave,
    check_shift,
    ladder,
)

__all__ = [
    "DISTRICT",
    "LONGEST_SHIFT",
    "STAFFED",
    "DutyPerson",
    "DutyTaken",
    "Gap",
    "Leave",
    "LeaveDraft",
    "OnDuty",
    "PersonDraft",
    "PlannedShift",
    "Post",
    "Reach",
    "Roster",
    "Shift",
    "ShiftDraft",
    "TeamKind",
    "check_leave",
    "check_person",
    "check_shift",
    "gaps_in",
    "ladder",
]
