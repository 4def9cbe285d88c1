"""What is to be told through a channel, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.incident import Entry, Incident
from models.notice.channel import Channel, Secrets
from models.notice.occasion import Occasion

__all__ = [
    "Batch",
    "ChannelHealth",
    "Delivery",
    "DeliveryState",
    "Failure",
    "SkipReason",
    "Waiting",
]


class DeliveryState(StrEnum):
    """Where a notice stands."""

    PENDING = "pending"  # waits for its time, or to be tried again
    SENDING = "sending"  # somebody has it in hand, for as long as their lease runs
    SENT = "sent"
    SKIPPED = "skipped"  # by a rule, or because its channel is gone


class SkipReason(StrEnum):
    """Why a notice was not sent."""

    NOT_WANTED = "not_wanted"  # the rules did not want the fire before it was settled
    CHANNEL_OFF = "channel_off"  # the channel was switched off or removed


@dataclass(frozen=True, slots=True)
class Delivery:
    """One entry of a fire's history on its way through one channel.

    Attributes:
        delivery_id: number, rising.
        channel_id: of the channel.
        channel_name: as it is called now.
        incident_id: of the fire.
        entry_id: of the entry; no channel has one twice.
        occasion: what it is told as.
        state: where it stands.
        created_at: UTC, of the entry.
        due_at: UTC, when it is looked at next.
        attempts: how often it was tried.
        message_id: mark of the message that carries it, by which a receiver drops what comes twice;
            empty while it is in none.
        sent_at: UTC.
        receipt: what the other end said to it.
        error: code of the last failure; empty after a success.
        detail: the failure in words, without secrets.
        skipped: why it was not sent.
    """

    delivery_id: int
    channel_id: int
    channel_name: str
    incident_id: int
    entry_id: int
    occasion: Occasion
    state: DeliveryState
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    message_id: str = ""
    sent_at: datetime | None = None
    receipt: str = ""
    error: str = ""
    detail: str = ""
    skipped: SkipReason | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One notice of a message, with what it tells of.

    Attributes:
        delivery: the notice.
        entry: of the history.
        incident: as it is now.
        told: entries of that fire that this channel was told before, by number.
    """

    delivery: Delivery
    entry: Entry
    incident: Incident
    told: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """One message, claimed: whoever holds it sends it, and says what came of it.

    Attributes:
        message_id: its mark; the same when it is sent again because nobody knows whether it was.
        channel: through which.
        secrets: for it.
        waiting: what it tells, by number of the entry.
        attempts: how often it was tried before.
    """

    message_id: str
    channel: Channel
    secrets: Secrets
    waiting: tuple[Waiting, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a message did not go out.

    Attributes:
        code: by which the console finds its words.
        detail: in words, without secrets.
        retry_in_s: after which it is tried again.
        maybe_sent: nobody knows whether it arrived: it keeps its mark and what it tells.
        alone: what it tells was refused: each part is tried by itself.
    """

    code: str
    detail: str
    retry_in_s: float
    maybe_sent: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How a channel fares.

    Attributes:
        channel: which.
        pending: notices that were not sent yet.
        failing: of these, tried in vain.
        oldest_pending_at: UTC, of the oldest of them; None without any.
        last_success_at: UTC; None before the first.
        failing_since: UTC, of the first failure since the last success; None when well.
        failures: in a row.
        error: code of the last failure since; empty when well.
        detail: in words, without secrets.
    """

    channel: Channel
    pending: int
    failing: int
    oldest_pending_at: datetime | None
    last_success_at: datetime | None
    failing_since: datetime | None
    failures: int
    error: str
    detail: str
