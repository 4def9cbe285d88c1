"""How a call reaches somebody: a link for one person and one phone, sent through channels."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["OrderLink", "Push", "PushState"]


@dataclass(frozen=True, slots=True)
class OrderLink:
    """A one-time link; what stands in it is reckoned from its number and a key, and not stored.

    Attributes:
        link_id: number, rising, never used again.
        order_id: the only order that it opens.
        entry_id: of the call that it was made for.
        person_id: for whom; None for the duty room.
        made_at: UTC.
        expires_tick_s: on the scale that never jumps.
        opened_at: UTC, when it was used; None before. It is used once: the phone that used it holds
            a secret of its own from then on.
        device_sha256: of that secret; empty before.
        revoked_at: UTC; None while it holds.
    """

    link_id: int
    order_id: int
    entry_id: int
    person_id: int | None
    made_at: datetime
    expires_tick_s: float
    opened_at: datetime | None = None
    device_sha256: str = ""
    revoked_at: datetime | None = None


class PushState(StrEnum):
    """How a call stands in a channel."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given_up"  # somebody has it by now, or the order is over


@dataclass(frozen=True, slots=True)
class Push:
    """A call that goes through a channel.

    Attributes:
        push_id: number.
        order_id: of the order.
        entry_id: of the call.
        channel_id: through which.
        state: how it stands.
        attempts: tries that failed.
        message_id: its mark, the same whenever it is sent again.
        sent_at: UTC; None before.
        error: code of the last failure; empty for none.
        detail: of it, in words, without secrets.
    """

    push_id: int
    order_id: int
    entry_id: int
    channel_id: int
    state: PushState
    attempts: int
    message_id: str
    sent_at: datetime | None = None
    error: str = ""
    detail: str = ""
