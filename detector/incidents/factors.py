"""Points for and against: how much each reason may weigh, and how a reason is told.

All that hurries adds up to exactly 100, so nothing is cut off at the top and whatever grows shows.
What is not known weighs its most. A reason that needs different sentences names its case in
``words["case"]``: the console's sentence is then ``urgency.<reason>_<case>``.
"""

from typing import Final

from models.incident import UrgencyFactor, UrgencyReason

__all__ = ["MOST", "UNLOCATED", "case_of", "factor"]

MOST: Final = {
    UrgencyReason.PROBABILITY: 18.0,
    UrgencyReason.PERSON_SAYS: 14.0,
    UrgencyReason.INDEPENDENT: 10.0,
    UrgencyReason.GROWTH: 10.0,
    UrgencyReason.FLAME: 6.0,
    UrgencyReason.FOREST: 8.0,
    UrgencyReason.VILLAGE: 12.0,
    UrgencyReason.BELT: 6.0,
    UrgencyReason.FACILITY: 3.0,
    UrgencyReason.WIND: 5.0,
    UrgencyReason.DANGER: 6.0,
    UrgencyReason.NIGHT: 2.0,
}
"""The most points of each reason that hurries."""

UNLOCATED: Final = sum(
    MOST[reason]
    for reason in (
        UrgencyReason.FOREST,
        UrgencyReason.VILLAGE,
        UrgencyReason.BELT,
        UrgencyReason.FACILITY,
    )
)
"""A fire without a place counts as if it stood where it is worst."""


def factor(
    reason: UrgencyReason,
    share: float,
    *,
    case: str = "",
    values: dict[str, float] | None = None,
    words: dict[str, str] | None = None,
) -> UrgencyFactor:
    """A reason that hurries.

    Args:
        reason: which.
        share: of the most that it may weigh, cut to [0, 1].
        case: which of its sentences; empty where it has one.
        values: numbers of the sentence.
        words: names of the sentence.
    """
    most = UNLOCATED if reason is UrgencyReason.UNLOCATED else MOST[reason]
    points = round(most * min(1.0, max(0.0, share)), 1)
    named = {"case": case} if case else {}
    return UrgencyFactor(reason, points, values or {}, named | (words or {}))


def case_of(one: UrgencyFactor) -> str:
    """Which of its sentences tells a reason; empty where it has one."""
    return one.words.get("case", "")
