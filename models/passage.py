"""Who passed a checkpoint or a smart gate, as far as that may be known.

A licence plate or the code that somebody scanned is personal. It is written down twice: as a mark
that tells only whether two are the same, and sealed, to be opened by a role that may. Whoever may
not gets the mark's first characters: they tell vehicles apart, the same one by the same characters.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from models.errors import InputRefused

__all__ = [
    "FROM_THE_FUTURE",
    "OLDEST",
    "Passage",
    "PassageDraft",
    "PassageKind",
    "SealedDraft",
    "Way",
    "bare",
    "check_passage",
]

OLDEST: Final = timedelta(days=3 * 366)
FROM_THE_FUTURE: Final = timedelta(minutes=5)
"""By how much the clock of a gate may be ahead of ours."""

LONGEST_GATE: Final = 80
LONGEST_WHO: Final = 64


class PassageKind(StrEnum):
    """By what somebody was noted."""

    PLATE = "plate"  # 车牌
    CODE = "code"  # 入山登记码
    COUNT = "count"  # nobody in particular: a sensor, a person who counts


class Way(StrEnum):
    """Which way."""

    IN = "in"  # into the forest
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """What a gate tells.

    Attributes:
        gate: code of the checkpoint in the land, else its name.
        at: UTC, when it was passed.
        way: which way.
        kind: by what.
        who: the plate or the code; empty for :attr:`PassageKind.COUNT`. Never shown by accident.
        key: of the gate's own record, so that it may send the same again; empty for none.
    """

    gate: str
    at: datetime
    way: Way
    kind: PassageKind
    who: str = field(default="", repr=False)
    key: str = ""


@dataclass(frozen=True, slots=True)
class SealedDraft:
    """What a gate told, as it is written down.

    Attributes:
        gate: as it was told.
        at: UTC.
        way: which way.
        kind: by what.
        mark: keyed hash of the plate or code, 64 hexadecimal digits; empty of a count.
        sealed: the same, to be opened with the key; empty of a count.
        key: of the gate's own record; empty for none.
    """

    gate: str
    at: datetime
    way: Way
    kind: PassageKind
    mark: str
    sealed: bytes = field(repr=False)
    key: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as the store knows it.

    Attributes:
        passage_id: number, rising.
        gate: as it was told.
        at: UTC.
        way: which way.
        kind: by what.
        mark: keyed hash of the plate or code, 64 hexadecimal digits; empty of a count.
        sealed: the same, to be opened with the key; empty of a count. Never shown.
        received_at: UTC.
        origin: name of the program or of the file that told it.
    """

    passage_id: int
    gate: str
    at: datetime
    way: Way
    kind: PassageKind
    mark: str
    sealed: bytes = field(repr=False)
    received_at: datetime
    origin: str


_APART: Final = re.compile(r"[\s·•・.\-_]+")


def bare(who: str) -> str:
    """A plate or a code as it is compared: without what people write between, in capitals.

    >>> bare("渝A·12345"), bare("渝ａ 12345")
    ('渝A12345', '渝A12345')
    """
    return _APART.sub("", unicodedata.normalize("NFKC", who)).upper()


def check_passage(draft: PassageDraft, now: datetime) -> None:
    """Refuse what cannot be; the plate or code is in no message.

    Args:
        draft: to look at.
        now: UTC, of the installation.

    Raises:
        InputRefused: codes ``gate_name``, ``gate_time``, ``gate_who``.
    """
    if not draft.gate.strip() or len(draft.gate) > LONGEST_GATE or "\0" in draft.gate:
        raise InputRefused(
            f"A gate has a code or a name of 1 to {LONGEST_GATE} characters.",
            remedy="Write the code that the checkpoint has in the land data.",
            code="gate_name",
        )
    if not now - OLDEST <= draft.at <= now + FROM_THE_FUTURE:
        raise InputRefused(
            f"{draft.at:%Y-%m-%d %H:%M} UTC is not a time at which a gate was passed.",
            remedy="Look at the clock of the gate, and at the time zone of its times.",
            code="gate_time",
        )
    nobody = draft.kind is PassageKind.COUNT
    if len(draft.who) > LONGEST_WHO or "\0" in draft.who or (bare(draft.who) == "") is not nobody:
        raise InputRefused(
            "A plate or a code has 1 to 64 characters, a count has none.",
            remedy="Look at what the gate sends as its kind.",
            code="gate_who",
        )
    if len(draft.key) > LONGEST_GATE or "\0" in draft.key:
        raise InputRefused("The key of a record has at most 80 characters.", code="gate_name")
