"""Whose live pictures are wanted, by whose word, and how each stream is."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.imagery import HitGap

__all__ = ["LiveBook", "LiveMode", "LiveOrder", "LiveState", "LiveStatus"]


class LiveMode(StrEnum):
    """When pictures are read."""

    FLYING = "flying"  # while the aircraft is in the air
    ON = "on"
    OFF = "off"


class LiveState(StrEnum):
    """How a stream is; but for the first as cameras are."""

    IDLE = "idle"  # nobody wants it now
    CONNECTING = "connecting"
    LIVE = "live"
    DEGRADED = "degraded"  # pictures come, and damaged ones
    STALE = "stale"  # connected, and nothing comes
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class LiveOrder:
    """A person's word; it is forgotten with the process.

    Attributes:
        mode: when to read.
        until_at: UTC; from then on while it flies, as without a word. None for no end.
        author: user name; empty where nobody has said anything.
    """

    mode: LiveMode = LiveMode.FLYING
    until_at: datetime | None = None
    author: str = ""


@dataclass(frozen=True, slots=True)
class LiveStatus:
    """How the stream of one aircraft is.

    Attributes:
        state: of it.
        code: of the last trouble; empty while all is well.
        message: of the same, in English; no password is in it.
        since: UTC, of the state; None before it was looked at.
        next_attempt_at: UTC, while it waits for one.
        frames: pictures scored since it was begun.
        hits: finds kept since then.
        passed_over: pictures that came and were not scored, for newer ones came.
        imagery_id: footage that grows now; None while none does.
        taken_at: UTC, of the newest scored picture, less the stream's delay.
        gaps: what that picture lacks to be placed.
        push_code: why the dock does not push; empty while it does, or is not asked to.
        push_message: of the same.
    """

    state: LiveState = LiveState.IDLE
    code: str = ""
    message: str = ""
    since: datetime | None = None
    next_attempt_at: datetime | None = None
    frames: int = 0
    hits: int = 0
    passed_over: int = 0
    imagery_id: int | None = None
    taken_at: datetime | None = None
    gaps: tuple[HitGap, ...] = ()
    push_code: str = ""
    push_message: str = ""


_NONE: Final = LiveOrder()


@dataclass(slots=True)
class LiveBook:
    """Orders and states by aircraft; any thread may use it.

    Attributes:
        names: aircraft that have live pictures, by the settings.
    """

    names: tuple[str, ...] = ()
    _orders: dict[str, LiveOrder] = field(default_factory=dict)
    _statuses: dict[str, LiveStatus] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, names: Iterable[str]) -> "LiveBook":
        """For these aircraft."""
        return cls(tuple(names))

    def order(self, name: str, order: LiveOrder) -> None:
        """Take a person's word."""
        with self._lock:
            self._orders[name] = order

    def order_of(self, name: str, now: datetime) -> LiveOrder:
        """The word that counts now."""
        with self._lock:
            order = self._orders.get(name, _NONE)
        is_over = order.until_at is not None and order.until_at <= now
        return _NONE if is_over else order

    def wants(self, name: str, now: datetime, *, is_flying: bool) -> bool:
        """Whether its pictures are to be read now."""
        mode = self.order_of(name, now).mode
        return is_flying if mode is LiveMode.FLYING else mode is LiveMode.ON

    def note(self, name: str, status: LiveStatus) -> None:
        """The stream is so now."""
        with self._lock:
            self._statuses[name] = status

    def status_of(self, name: str) -> LiveStatus:
        """How it was last."""
        with self._lock:
            return self._statuses.get(name, LiveStatus())
