"""Reads what a vehicle holds, without a line: see :mod:`.transfer`.

A request is repeated until its item comes; any other item is dropped. An error is believed when it
answers two requests, for one may be the echo of an upload that was refused before.
"""

from typing import Final

from drone_jobs.links.mavlink.items import MissionItem, MissionKind
from drone_jobs.links.mavlink.patience import RoundTrip
from drone_jobs.links.mavlink.transfer import Ended, Outcome
from drone_jobs.links.mavlink.words import (
    Message,
    MissionResult,
    Route,
    ack_word,
    is_for,
    item_of,
    list_word,
    opaque_id_of,
    request_word,
)

__all__ = ["Receiving"]

MOST_READ: Final = 5_000  # more is not what any aircraft holds, and would take hours
_SURE: Final = 2
_GROWS: Final = 1.5
_PASSED_OVER: Final = frozenset(
    {
        MissionResult.ACCEPTED,
        MissionResult.INVALID_SEQUENCE,
        MissionResult.OPERATION_CANCELLED,
    }
)


class Receiving:
    """Reads a list of a vehicle.

    Args:
        kind: of the list.
        now_s: on any scale that never goes back, the same in every call.
        route: to the autopilot.
        trip: measures of the line, which this transfer adds to.
    """

    def __init__(self, kind: MissionKind, now_s: float, *, route: Route, trip: RoundTrip) -> None:
        self.outcome: Outcome | None = None
        self.due_s = now_s
        self._kind, self._route, self._trip = kind, route, trip
        self._count: int | None = None
        self._opaque_id = 0
        self._items: list[MissionItem] = []
        self._asked = 0  # how often the same was asked
        self._asked_s: float | None = None  # when, if once
        self._repeats = 0
        self._refusals = 0
        self._answered_ask = True  # whether a refusal has been counted for the ask before

    def heard(self, message: Message, now_s: float) -> list[Message]:
        """Take a message.

        Args:
            message: of the autopilot; any, what is not of this transfer is passed over.
            now_s: when it came.

        Returns:
            What to say now.
        """
        if self.outcome is not None or self._asked == 0:
            return []
        name = message.get_type()
        if name == "MISSION_COUNT" and self._count is None and self._is_ours(message):
            return self._counted(message, now_s)
        if name == "MISSION_ITEM_INT" and self._is_ours(message):
            return self._read(message, now_s)
        if name == "MISSION_ACK" and self._is_ours(message):
            self._refused(int(message.type))
        return []

    def tick(self, now_s: float) -> list[Message]:
        """What to say because time went by; call it at ``due_s`` at the latest."""
        if self.outcome is not None or now_s < self.due_s:
            return []
        patience = self._trip.patience
        most = patience.repeats if self._count is None else patience.item_repeats
        if self._asked > most:
            self._end(Ended.LOST)
            return []
        self._repeats += self._asked > 0
        return self._ask(now_s)

    def _is_ours(self, message: Message) -> bool:
        return is_for(message, self._route, self._kind)

    def _ask(self, now_s: float) -> list[Message]:
        self._asked_s = None if self._asked else now_s
        is_first = self._count is None
        wait_s = self._trip.wait_s if is_first else self._trip.item_wait_s
        longest_s = self._trip.patience.longest_s
        self.due_s = now_s + min(wait_s * _GROWS ** max(0, self._asked - 1), longest_s)
        self._asked += 1
        self._answered_ask = False
        if is_first:
            return [list_word(self._route, self._kind)]
        return [request_word(self._route, self._kind, len(self._items))]

    def _counted(self, message: Message, now_s: float) -> list[Message]:
        count = int(message.count)
        if count > MOST_READ:
            self._end(Ended.REFUSED, MissionResult.NO_SPACE)
            return []
        self._count, self._opaque_id = count, opaque_id_of(message)
        return self._go_on(now_s)

    def _read(self, message: Message, now_s: float) -> list[Message]:
        if self._count is None or int(message.seq) != len(self._items):
            return []
        self._items.append(item_of(message))
        return self._go_on(now_s)

    def _go_on(self, now_s: float) -> list[Message]:
        if self._asked_s is not None:
            self._trip.measured(now_s - self._asked_s)
        self._asked = 0
        if len(self._items) < (self._count or 0):
            return self._ask(now_s)
        self._end(Ended.DONE)
        return [ack_word(self._route, self._kind)]

    def _refused(self, result: int) -> None:
        if result in _PASSED_OVER or self._answered_ask:
            return
        self._answered_ask = True
        self._refusals += 1
        if self._refusals >= _SURE:
            self._end(Ended.REFUSED, result)

    def _end(self, ended: Ended, result: int = 0) -> None:
        self.outcome = Outcome(
            ended,
            result,
            len(self._items) - 1,
            self._repeats,
            self._opaque_id,
            tuple(self._items) if ended is Ended.DONE else (),
        )
