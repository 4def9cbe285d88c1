"""The nightly digest: what alarmed falsely in a view again and again, and what may be done.

A digest proposes entries of the ledger. None holds anything back until a person accepts it.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.incident import DismissReason
from models.ledger import LedgerDraft

__all__ = ["Digest", "NuisanceDraft", "NuisanceProposal", "NuisanceState"]


class NuisanceState(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OVERTAKEN = "overtaken"  # an entry covers its place by now, or something burns or burnt there


@dataclass(frozen=True, slots=True)
class NuisanceDraft:
    """What alarmed falsely at one place of one view, as a digest finds it.

    Attributes: see :class:`NuisanceProposal`.
    """

    camera_id: str
    preset: int
    reason: DismissReason
    alert_ids: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    days: int
    suggested: LedgerDraft


@dataclass(frozen=True, slots=True)
class NuisanceProposal:
    """What alarmed falsely at one place of one view.

    Attributes:
        proposal_id: number, rising.
        night: day of the digest that proposed it, by the watch's own time zone.
        camera_id: of the view.
        preset: of the view; 0 is a value.
        reason: what people mostly said that it was.
        alert_ids: alerts that they dismissed there, rising; at least as many as the settings want.
        first_at: UTC, of the first of them.
        last_at: UTC, of the last.
        days: different days on which it alarmed.
        suggested: the entry of the ledger that would hold it back.
        state: what became of it.
        decided_by: who decided; empty before.
        decided_at: UTC; None before.
        entry_id: of the ledger's entry that an acceptance made; else None.
    """

    proposal_id: int
    night: date
    camera_id: str
    preset: int
    reason: DismissReason
    alert_ids: tuple[int, ...]
    first_at: datetime
    last_at: datetime
    days: int
    suggested: LedgerDraft
    state: NuisanceState = NuisanceState.OPEN
    decided_by: str = ""
    decided_at: datetime | None = None
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What a night's digest looked at.

    Attributes:
        night: day, by the watch's own time zone.
        made_at: UTC.
        dismissed: alerts that people dismissed in the time that it looked at.
        confirmed: alerts of fires that they confirmed in it.
        proposals: that it made, by number.
    """

    night: date
    made_at: datetime
    dismissed: int
    confirmed: int
    proposals: tuple[int, ...]
