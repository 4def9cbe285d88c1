"""The mission protocol without a line: what is heard and the time go in, what to say comes out.

A vehicle asks for items and repeats its request; we only repeat how many are coming. What it
acknowledges is not believed here or anywhere: an autopilot may acknowledge a late double of a last
item after it gave the transfer up, so a list counts as held when it was read back.

Source: MAVLink developer guide, "Mission Protocol". Beyond it: INVALID_SEQUENCE in the middle ends
nothing (ArduPilot says it and goes on), an acceptance before the last item is of an earlier
transfer, NO_SPACE in answer to the first word is asked again (an autopilot that has just started
says so), words of other lists and other stations are passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from drone_jobs.links.mavlink.items import MissionItem, MissionKind
from drone_jobs.links.mavlink.patience import RoundTrip
from drone_jobs.links.mavlink.words import (
    Message,
    MissionResult,
    Route,
    count_word,
    is_for,
    item_word,
    opaque_id_of,
)

__all__ = ["Ended", "Outcome", "Sending"]


class Ended(StrEnum):
    """How a transfer ended."""

    DONE = "done"  # acknowledged, or read whole
    REFUSED = "refused"  # the vehicle said why
    CANCELLED = "cancelled"  # the vehicle gave it up; another try may do
    UNSURE = "unsure"  # all was given, nothing was acknowledged: read it back
    LOST = "lost"  # no answer, or none that leads on


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a transfer.

    Attributes:
        ended: how.
        result: MAV_MISSION_RESULT of the vehicle; 0 where it gave none.
        at_item: the last that was given or read, -1 for none.
        repeats: words of ours that were said again.
        opaque_id: by which the vehicle names the list; 0 for none.
        items: that were read.
    """

    ended: Ended
    result: int = 0
    at_item: int = -1
    repeats: int = 0
    opaque_id: int = 0
    items: tuple[MissionItem, ...] = ()


_PASSED_OVER: Final = frozenset({MissionResult.INVALID_SEQUENCE})


class Sending:
    """Gives a vehicle a list; an empty one clears.

    Args:
        items: checked.
        kind: of the list.
        now_s: on any scale that never goes back, the same in every call.
        route: to the autopilot.
        trip: measures of the line, which this transfer adds to.
    """

    def __init__(
        self,
        items: Sequence[MissionItem],
        kind: MissionKind,
        now_s: float,
        *,
        route: Route,
        trip: RoundTrip,
    ) -> None:
        self.outcome: Outcome | None = None
        self.due_s = now_s
        self._items, self._kind = tuple(items), kind
        self._route, self._trip = route, trip
        self._given: set[int] = set()
        self._last = -1
        self._repeats = 0
        self._counts = 0  # how often the count was said since the vehicle last answered it
        self._spaces = 0
        self._moved_s = now_s
        self._measured_from_s: float | None = None

    def heard(self, message: Message, now_s: float) -> list[Message]:
        """Take a message.

        Args:
            message: of the autopilot; any, what is not of this transfer is passed over.
            now_s: when it came.

        Returns:
            What to say now.
        """
        if self.outcome is not None:
            return []
        name = message.get_type()
        if name in ("MISSION_REQUEST", "MISSION_REQUEST_INT"):
            return self._asked(message, now_s) if self._is_ours(message) else []
        if name == "MISSION_ACK" and self._is_ours(message):
            self._answered(message, now_s)
        return []

    def tick(self, now_s: float) -> list[Message]:
        """What to say because time went by; call it at ``due_s`` at the latest."""
        if self.outcome is not None or now_s < self.due_s:
            return []
        patience = self._trip.patience
        if self._given:
            is_whole = len(self._given) == len(self._items)
            self._end(Ended.UNSURE if is_whole else Ended.LOST)
            return []
        if self._counts > patience.repeats:
            self._end(Ended.LOST)
            return []
        self._repeats += self._counts > 0
        self._measured_from_s = None if self._counts else now_s
        self._counts += 1
        self.due_s = now_s + self._trip.wait_s
        return [count_word(self._route, self._kind, len(self._items))]

    def _is_ours(self, message: Message) -> bool:
        return self._counts > 0 and is_for(message, self._route, self._kind)

    def _asked(self, message: Message, now_s: float) -> list[Message]:
        seq = int(message.seq)
        if not 0 <= seq < len(self._items):
            return []
        if seq in self._given:
            self._repeats += 1
            self._measured_from_s = None
            if now_s - self._moved_s > self._trip.patience.stalled_s:
                self._end(Ended.LOST)
                return []
        else:
            if self._measured_from_s is not None:
                self._trip.measured(now_s - self._measured_from_s)
            self._measured_from_s = now_s
            self._given.add(seq)
            self._moved_s = now_s
        self._last = seq
        is_whole = len(self._given) == len(self._items)
        self.due_s = now_s + self._trip.quiet_s * (0.5 if is_whole else 1.0)
        return [item_word(self._route, self._kind, seq, self._items[seq])]

    def _answered(self, message: Message, now_s: float) -> None:
        result = int(message.type)
        if result == MissionResult.ACCEPTED:
            if len(self._given) == len(self._items):
                self._end(Ended.DONE, opaque_id=opaque_id_of(message))
        elif result == MissionResult.OPERATION_CANCELLED:
            if self._given:  # else of an earlier transfer
                self._end(Ended.CANCELLED, result)
        elif result == MissionResult.NO_SPACE and not self._given:
            self._wait_for_space(now_s)
        elif result not in _PASSED_OVER:
            self._end(Ended.REFUSED, result)

    def _wait_for_space(self, now_s: float) -> None:
        patience = self._trip.patience
        if self._spaces >= patience.space_repeats:
            self._end(Ended.REFUSED, MissionResult.NO_SPACE)
            return
        self._spaces += 1
        self._repeats += 1
        self._counts = 0
        self.due_s = now_s + patience.space_s

    def _end(self, ended: Ended, result: int = 0, *, opaque_id: int = 0) -> None:
        self.outcome = Outcome(ended, result, self._last, self._repeats, opaque_id)
