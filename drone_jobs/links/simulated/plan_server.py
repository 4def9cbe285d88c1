"""The vehicle's side of the mission protocol: mission, fence and gathering places, up and down.

Sans-IO: messages and the time go in, messages come out. MAVLink mission microservice, with the
habits of an autopilot where it departs from it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from drone_jobs.links.simulated.faults import Faults
from drone_jobs.links.simulated.held_items import (
    FENCE,
    MISSION,
    RALLY,
    HeldItem,
    id_of,
    item_of,
    kept,
    refusal,
)
from drone_jobs.links.simulated.quirks import Habits
from drone_jobs.links.simulated.words import Message, mavlink, with_ids

__all__ = ["PlanServer"]

_KINDS: Final = (MISSION, FENCE, RALLY)
_ALL: Final = 255


@dataclass(slots=True)
class _Upload:
    """One that runs."""

    kind: int
    count: int
    who: tuple[int, int]
    heard_s: float
    asked_s: float
    items: list[HeldItem] = field(default_factory=list)


class PlanServer:
    """Holds the three lists.

    Args:
        habits: of the autopilot.
        faults: that are ordered.
        home: item 0 of a mission where the autopilot has one.
        feasible: why a whole list cannot be taken, in English; empty when it can.
        changed: called after a list was changed.
        started_s: when it started, on the link's clock.

    Attributes:
        lists: by MAV_MISSION_TYPE.
    """

    def __init__(
        self,
        habits: Habits,
        faults: Faults,
        *,
        home: Callable[[], HeldItem],
        feasible: Callable[[int, list[HeldItem]], str],
        changed: Callable[[int], None],
        started_s: float,
    ) -> None:
        self.lists: dict[int, list[HeldItem]] = {kind: [] for kind in _KINDS}
        self._habits = habits
        self._faults = faults
        self._home = home
        self._feasible = feasible
        self._changed = changed
        self._started_s = started_s
        self._upload: _Upload | None = None
        self._last: tuple[int, int] | None = None  # kind and number of the item that was taken last

    def id_of(self, kind: int) -> int:
        """Opaque id of a list; 0 where the autopilot has none."""
        return id_of(self.lists[kind]) if self._habits.has_ids else 0

    def heard(self, message: Message, now_s: float) -> list[Message]:
        """Answer a message of the mission protocol; any other is passed over."""
        who = (int(message.get_srcSystem()), int(message.get_srcComponent()))
        kind = int(getattr(message, "mission_type", MISSION))
        name = message.get_type()
        answers: dict[str, Callable[[], list[Message]]] = {
            "MISSION_COUNT": lambda: self._begin(int(message.count), kind, who, now_s),
            "MISSION_ITEM": lambda: self._take(message, kind, who, now_s),
            "MISSION_ITEM_INT": lambda: self._take(message, kind, who, now_s),
            "MISSION_REQUEST_LIST": lambda: self._tell_count(kind, who),
            "MISSION_REQUEST": lambda: self._tell_item(message, kind, who),
            "MISSION_REQUEST_INT": lambda: self._tell_item(message, kind, who),
            "MISSION_CLEAR_ALL": lambda: self._clear(kind, who),
        }
        if name in answers:
            return answers[name]()
        if name == "MISSION_ACK" and self._upload is not None and self._upload.who == who:
            self._upload = None  # only a ground station that gives up acknowledges an upload
        return []

    def tick(self, now_s: float) -> list[Message]:
        """Ask again for an item that did not come, or give the upload up."""
        upload = self._upload
        if upload is None:
            return []
        if now_s - upload.heard_s >= self._habits.stall_s:
            self._upload = None
            return [self._ack(upload.who, upload.kind, mavlink.MAV_MISSION_OPERATION_CANCELLED)]
        if now_s - upload.asked_s >= self._habits.ask_again_s:
            return [self._ask(upload, now_s)]
        return []

    def _begin(self, count: int, kind: int, who: tuple[int, int], now_s: float) -> list[Message]:
        if kind not in _KINDS:
            return [self._ack(who, kind, mavlink.MAV_MISSION_UNSUPPORTED)]
        if self._upload is not None and self._upload.who != who:
            return [self._ack(who, kind, mavlink.MAV_MISSION_DENIED)]
        early = now_s - self._started_s < self._habits.early_no_space_s
        if early or count > self._habits.most_items:
            return [self._ack(who, kind, mavlink.MAV_MISSION_NO_SPACE)]
        if count == 0:
            return self._clear(kind, who)
        if self._is_in_place(kind) and count < len(self.lists[kind]):
            del self.lists[kind][count:]
            self._changed(kind)
        self._upload = _Upload(kind, count, who, now_s, now_s)
        return [self._ask(self._upload, now_s)]

    def _is_in_place(self, kind: int) -> bool:
        """A fence is gathered before it is written, also by ArduPilot."""
        return self._habits.writes_in_place and kind != FENCE

    def _take(
        self, message: Message, kind: int, who: tuple[int, int], now_s: float
    ) -> list[Message]:
        upload, seq = self._upload, int(message.seq)
        if upload is None:
            is_copy = self._habits.acks_late_last and self._last == (kind, seq)
            result = mavlink.MAV_MISSION_ACCEPTED if is_copy else mavlink.MAV_MISSION_ERROR
            return [self._ack(who, kind, result)]
        if (upload.kind, upload.who) != (kind, who) or seq == self._faults.stall_item:
            return []
        if seq != len(upload.items):
            wrong = self._ack(who, kind, mavlink.MAV_MISSION_INVALID_SEQUENCE)
            return [wrong] if self._habits.says_sequence else []
        item = item_of(message)
        result = self._result(item, seq, kind)
        if item is None or result != mavlink.MAV_MISSION_ACCEPTED:
            self._upload = None
            return [self._ack(who, kind, result)]
        upload.heard_s = now_s
        self._write(upload, self._made(item, seq, kind), seq)
        if len(upload.items) < upload.count:
            return [self._ask(upload, now_s)]
        return self._end(upload)

    def _result(self, item: HeldItem | None, seq: int, kind: int) -> int:
        if seq == self._faults.refuse_item:
            return self._faults.refuse_result
        if item is None:
            return int(mavlink.MAV_MISSION_INVALID_PARAM5_X)
        if seq == 0 and kind == MISSION and self._habits.has_home_item:
            return int(mavlink.MAV_MISSION_ACCEPTED)  # whatever it is, home takes its place
        return refusal(item, kind, self._habits)

    def _made(self, item: HeldItem, seq: int, kind: int) -> HeldItem:
        if seq == 0 and kind == MISSION and self._habits.has_home_item:
            return self._home()
        return kept(item, kind, self._habits)

    def _write(self, upload: _Upload, item: HeldItem, seq: int) -> None:
        upload.items.append(item)
        self._last = (upload.kind, seq)
        if self._is_in_place(upload.kind):
            self.lists[upload.kind][seq : seq + 1] = [item]
            self._changed(upload.kind)

    def _end(self, upload: _Upload) -> list[Message]:
        self._upload = None
        trouble = self._feasible(upload.kind, upload.items)
        if trouble:
            text = mavlink.MAVLink_statustext_message(
                mavlink.MAV_SEVERITY_CRITICAL, trouble[:50].encode("ascii", "replace")
            )
            return [text, self._ack(upload.who, upload.kind, mavlink.MAV_MISSION_DENIED)]
        self.lists[upload.kind] = upload.items
        self._changed(upload.kind)
        return [self._ack(upload.who, upload.kind, mavlink.MAV_MISSION_ACCEPTED)]

    def _clear(self, kind: int, who: tuple[int, int]) -> list[Message]:
        if kind not in (*_KINDS, _ALL):
            return [self._ack(who, kind, mavlink.MAV_MISSION_UNSUPPORTED)]
        for each in _KINDS if kind == _ALL else (kind,):
            self.lists[each] = []
            self._changed(each)
        self._upload = self._last = None
        return [self._ack(who, kind, mavlink.MAV_MISSION_ACCEPTED)]

    def _tell_count(self, kind: int, who: tuple[int, int]) -> list[Message]:
        if kind not in _KINDS:
            return [self._ack(who, kind, mavlink.MAV_MISSION_UNSUPPORTED)]
        count = mavlink.MAVLink_mission_count_message(*who, len(self.lists[kind]), kind)
        return [with_ids(count, opaque_id=self.id_of(kind)) if self._habits.has_ids else count]

    def _tell_item(self, message: Message, kind: int, who: tuple[int, int]) -> list[Message]:
        seq = int(message.seq)
        if kind not in _KINDS or seq >= len(self.lists[kind]):
            return [self._ack(who, kind, mavlink.MAV_MISSION_INVALID_SEQUENCE)]
        item = self.lists[kind][seq]
        if seq == 0 and kind == MISSION and self._habits.has_home_item:
            item = self._home()
        head = (*who, seq, item.frame, item.command, 0, item.autocontinue, *item.params)
        if message.get_type() == "MISSION_REQUEST":
            place = (item.x_e7 / 1e7, item.y_e7 / 1e7, item.z)
            return [mavlink.MAVLink_mission_item_message(*head, *place, kind)]
        return [mavlink.MAVLink_mission_item_int_message(*head, item.x_e7, item.y_e7, item.z, kind)]

    def _ask(self, upload: _Upload, now_s: float) -> Message:
        upload.asked_s = now_s
        asking = (
            mavlink.MAVLink_mission_request_message
            if self._habits.asks_legacy
            else mavlink.MAVLink_mission_request_int_message
        )
        return asking(*upload.who, len(upload.items), upload.kind)

    def _ack(self, who: tuple[int, int], kind: int, result: int) -> Message:
        ack = mavlink.MAVLink_mission_ack_message(*who, result, kind)
        if self._habits.has_ids and kind in _KINDS and result == mavlink.MAV_MISSION_ACCEPTED:
            return with_ids(ack, opaque_id=self.id_of(kind))
        return ack
