"""People who can be on duty, as townships staff it (1委+1站+1队: a committee, a station, a team).

A village has its grid workers and rangers besides, and the district its own duty room. A person
stands for one place and one post; somebody who has two is written down twice.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.errors import InputRefused
from models.personal import is_telephone

__all__ = ["DISTRICT", "DutyPerson", "PersonDraft", "Post", "TeamKind", "check_person"]

DISTRICT: Final = ""
"""In the place of a township's code: the whole district."""

LONGEST_NAME: Final = 40
LONGEST_CODE: Final = 40
LONGEST_NOTE: Final = 200


class Post(StrEnum):
    """What somebody does, in the order in which they are called."""

    GRID = "grid"  # 网格员, 护林员 of a village
    TEAM = "team"  # 队: firefighters
    STATION = "station"  # 站: forestry or emergency station
    COMMITTEE = "committee"  # 委: who leads that day


class TeamKind(StrEnum):
    """What sort of team."""

    FULL_TIME = "full_time"  # 专职
    VOLUNTEER = "volunteer"  # 义务


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """What is written down of somebody.

    Attributes:
        name: as people call them.
        phone: at which they are reached on duty; digits, spaces and dashes, a plus before them.
        post: what they do.
        township: code of theirs; :data:`DISTRICT` for the duty room of the district.
        village: code of theirs; empty for all of the township. Only with a township.
        team: of :attr:`Post.TEAM`, and only of that; None where nobody has said.
        note: free text.
    """

    name: str
    phone: str
    post: Post
    township: str = DISTRICT
    village: str = ""
    team: TeamKind | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class DutyPerson:
    """Somebody who can be on duty, as the store knows them.

    Attributes:
        person_id: number, rising.
        draft: what is written down; of one who was removed without telephone and note.
        changed_at: UTC.
        removed_at: UTC; None while they are there.
    """

    person_id: int
    draft: PersonDraft
    changed_at: datetime
    removed_at: datetime | None = None


def check_person(draft: PersonDraft) -> None:
    """Refuse what cannot be called.

    Raises:
        InputRefused: codes ``duty_name``, ``duty_phone``, ``duty_place``, ``duty_team`` and
            ``duty_note``.
    """
    if not draft.name.strip() or len(draft.name) > LONGEST_NAME or "\0" in draft.name:
        raise InputRefused(
            f"A name has 1 to {LONGEST_NAME} characters.",
            remedy="Write the name as people call it.",
            code="duty_name",
        )
    if not is_telephone(draft.phone):
        raise InputRefused(
            "A telephone number has 4 to 24 digits, spaces and dashes.",
            remedy="Write it as it is dialled, such as 13800001234 or 023-48660000.",
            code="duty_phone",
        )
    codes = draft.township, draft.village
    if any(len(code) > LONGEST_CODE or "\0" in code for code in codes) or (
        draft.village and not draft.township
    ):
        raise InputRefused(
            "A village belongs to a township.",
            remedy="Give the code of the township as well.",
            code="duty_place",
        )
    if draft.team is not None and draft.post is not Post.TEAM:
        raise InputRefused(
            "Only a team is full-time or voluntary.",
            remedy="Leave the kind of team empty.",
            code="duty_team",
        )
    if len(draft.note) > LONGEST_NOTE or "\0" in draft.note:
        raise InputRefused(f"A note has at most {LONGEST_NOTE} characters.", code="duty_note")
