"""What people see and tell: a call, a patrol on foot, a pilot. A witness beside the cameras."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from models.crossing import Witness
from models.errors import InputRefused

__all__ = ["Observation", "ObservationDraft", "ObservationSource", "check_observation"]

LONGEST_WORDS: Final = 2000
LONGEST_TOLD: Final = 400
LONGEST_CALLER: Final = 100
OLDEST: Final = timedelta(days=30)
FROM_THE_FUTURE: Final = timedelta(minutes=5)
"""By how much the clock of whoever tells it may be ahead of ours."""


class ObservationSource(StrEnum):
    """Who told it."""

    CALL = "call"  # the public, by telephone
    HOTLINE_12345 = "hotline_12345"  # 政务服务便民热线
    FIRE_96119 = "fire_96119"  # 森林防火报警电话
    YU_KUAI_BAN = "yu_kuai_ban"  # 渝快办, the city's service app
    GRID_PLATFORM = "grid_platform"  # 基层智治平台: the city's own, machine to machine
    PATROL = "patrol"  # a ranger or a checkpoint
    PILOT = "pilot"  # somebody in the air
    DRONE = "drone"  # a find in a drone's pictures
    NODE = "node"  # heat that a node under the trees has seen
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ObservationDraft:
    """A fire, or smoke, as somebody told it.

    Attributes:
        source: who told it.
        witness: the place or the direction, with its error.
        seen_at: UTC, when it was seen.
        told: how the place or direction was stated, before it was converted.
        words: what else was said; may be empty.
        caller: who told it and how to call them back, for monitors only; empty when it was not
            said, or forgotten since. It never enters the audit log.
    """

    source: ObservationSource
    witness: Witness
    seen_at: datetime
    told: str = ""
    words: str = ""
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """One as the store knows it.

    Attributes:
        observation_id: number, rising.
        draft: what was told.
        author: user name of who wrote it down.
        entered_at: UTC, when.
        withdrawn_by: user name of who took it back; empty while it holds.
        withdrawn_at: UTC; None while it holds.
        incident_id: of the fire that it is evidence of; None of those that were told before fires
            were kept.
    """

    observation_id: int
    draft: ObservationDraft
    author: str
    entered_at: datetime
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
    incident_id: int | None = None


def check_observation(draft: ObservationDraft, now: datetime) -> None:
    """Refuse what cannot be.

    Raises:
        InputRefused: code ``observation_time`` or ``note_refused``.
    """
    if not now - OLDEST <= draft.seen_at <= now + FROM_THE_FUTURE:
        raise InputRefused(
            f"It was seen at {draft.seen_at.isoformat()}, which is to come or long past.",
            remedy=f"Give a time of the last {OLDEST.days} days.",
            code="observation_time",
        )
    if any(
        len(text) > longest or "\0" in text
        for text, longest in (
            (draft.words, LONGEST_WORDS),
            (draft.told, LONGEST_TOLD),
            (draft.caller, LONGEST_CALLER),
        )
    ):
        raise InputRefused(
            f"A note is text of at most {LONGEST_WORDS} characters.", code="note_refused"
        )
