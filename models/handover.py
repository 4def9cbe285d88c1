"""The handover of a shift 交接班: what is open, what is blind, who took it over.

LY/T 1765 asks for a written one in its appendix C, whose text could not be had.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.errors import InputRefused

__all__ = ["LONGEST_REMARK", "Handover", "HandoverItem", "HandoverSection", "check_remark"]

LONGEST_REMARK: Final = 4000


class HandoverSection(StrEnum):
    """What a page tells, in this order."""

    FIRES = "fires"  # that are open
    ORDERS = "orders"  # that nobody has answered
    CAMERAS = "cameras"  # that do not see: down, stale, steered by somebody, poses in doubt
    BURNS = "burns"  # registered, from now to the end of the next shift
    DRONES = "drones"  # out
    NOTICES = "notices"  # channels that fail
    DUTY = "duty"  # posts that nobody staffs until the end of the next shift
    WEATHER = "weather"  # danger class and wind in force


@dataclass(frozen=True, slots=True)
class HandoverItem:
    """One line of a page.

    Attributes:
        section: where it stands.
        subject: number or name of what it tells of.
        since: UTC, since when, of what is to come from when; None where that says nothing.
        until_at: UTC, when it ends by itself; None where it does not, or nobody knows.
        state: a word of the subject's own states; empty where it has none.
        text: what people wrote or call it: names, never telephones; may be empty.
        value: a number that goes with it, in the section's unit: of orders how many of their clocks
            are overdue, of burns the radius (m), of a drifted pose degrees, of channels how many
            notices wait, of the weather what its subject says; None for none.
        is_drill: a fire, or the order for it, that is invented.
        incident_id: of an order, the fire that it is for; None of anything else.
    """

    section: HandoverSection
    subject: str
    since: datetime | None = None
    until_at: datetime | None = None
    state: str = ""
    text: str = ""
    value: float | None = None
    is_drill: bool = False
    incident_id: int | None = None


@dataclass(frozen=True, slots=True)
class Handover:
    """A page, as it was signed.

    Attributes:
        handover_id: number, rising.
        from_at: UTC, when the shift that ends began.
        until_at: UTC, when it was drafted: what it tells is of this moment.
        items: what it tells; never changed after the first signature.
        remark: of who gives; may be empty.
        given_by: user name of who ends their shift.
        given_at: UTC, of their signature.
        taken_by: user name of who begins theirs, somebody else; empty before.
        taken_at: UTC; None before.
        taken_remark: of who takes; may be empty.
    """

    handover_id: int
    from_at: datetime
    until_at: datetime
    items: tuple[HandoverItem, ...]
    remark: str
    given_by: str
    given_at: datetime
    taken_by: str = ""
    taken_at: datetime | None = None
    taken_remark: str = ""


def check_remark(remark: str) -> None:
    """Refuse what cannot be stored.

    Raises:
        InputRefused: too long, or with a null character; code ``handover_remark``.
    """
    if len(remark) > LONGEST_REMARK or "\0" in remark:
        raise InputRefused(
            f"A remark has at most {LONGEST_REMARK} characters.", code="handover_remark"
        )
