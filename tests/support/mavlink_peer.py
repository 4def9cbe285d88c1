"""A vehicle's side of the mission protocol, written from the guide and not from our sender.

Without a line (:class:`VehicleModel`), and on UDP (:class:`UdpVehicle`).
"""

import asyncio
import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pymavlink.dialects.v20 import common

__all__ = ["Row", "UdpVehicle", "VehicleModel", "row_of"]

Row = tuple[Any, ...]
"""frame, command, autocontinue, four parameters, x, y, z."""
STATION = (250, 190)


def row_of(item: Any) -> Row:  # noqa: ANN401 -- a message of pymavlink, or an item of ours
    """What an item means; a message's or ours."""
    if hasattr(item, "params"):
        return (
            item.frame,
            item.command,
            item.autocontinue,
            *item.params,
            item.x_e7,
            item.y_e7,
            item.z,
        )
    return (
        item.frame,
        item.command,
        item.autocontinue,
        *(item.param1, item.param2, item.param3, item.param4),
        *(item.x, item.y, item.z),
    )


@dataclass
class VehicleModel:
    """Answers one station.

    Attributes:
        held: rows by mission type.
        in_place: whether an upload writes over what is held, as ArduPilot does.
        refuses: mission type, item and result of the item that is refused, every time.
        refuses_from: how many uploads of that type are taken before it refuses.
        forgets: whether what it acknowledges is not kept (a late double of the last item).
        full: how often a count is answered with NO_SPACE.
        knows: mission types.
        asks_floats: whether it asks with MISSION_REQUEST.
        complains: whether it says INVALID_SEQUENCE, cancellations and old acceptances in between.
        changes: what becomes of a row that is kept.
        clears: whether a count of 0 is taken.
        retry_s: before it asks again.
        retries: before it gives up.
    """

    held: dict[int, list[Row]] = field(default_factory=lambda: {0: [], 1: [], 2: []})
    in_place: bool = False
    refuses: tuple[int, int, int] | None = None
    refuses_from: int = 0
    forgets: bool = False
    full: int = 0
    knows: tuple[int, ...] = (0, 1, 2)
    asks_floats: bool = False
    complains: bool = False
    changes: Callable[[int, int, Row], Row] = lambda _kind, _seq, row: row
    clears: bool = True
    retry_s: float = 0.25
    retries: int = 5
    uploads: list[int] = field(default_factory=list)
    _kind: int | None = None
    _rows: list[Row] = field(default_factory=list)
    _count: int = 0
    _asked: int = 0
    _due_s: float = 0.0
    _done: tuple[int, int] | None = None  # type and last item of what was just taken

    def heard(self, message: Any, now_s: float) -> list[Any]:  # noqa: ANN401
        name = message.get_type()
        if name == "MISSION_COUNT":
            return self._counted(message.mission_type, message.count, now_s)
        if name == "MISSION_ITEM_INT":
            return self._item(message, now_s)
        if name == "MISSION_REQUEST_LIST":
            kind = message.mission_type
            if kind not in self.knows:
                return [self._ack(kind, common.MAV_MISSION_UNSUPPORTED)]
            return [common.MAVLink_mission_count_message(*STATION, len(self.held[kind]), kind)]
        if name == "MISSION_REQUEST_INT":
            return self._told(message.mission_type, message.seq)
        return []

    def _told(self, kind: int, seq: int) -> list[Any]:
        if seq >= len(self.held[kind]):
            return [self._ack(kind, common.MAV_MISSION_INVALID_SEQUENCE)]
        frame, command, goes_on, *rest = self.held[kind][seq]
        values = (*STATION, seq, frame, command, 0, goes_on, *rest, kind)
        return [common.MAVLink_mission_item_int_message(*values)]

    def tick(self, now_s: float) -> list[Any]:
        if self._kind is None or now_s < self._due_s:
            return []
        if self._asked > self.retries:
            kind, self._kind = self._kind, None
            return [self._ack(kind, common.MAV_MISSION_OPERATION_CANCELLED)]
        return self._ask(now_s)

    def _counted(self, kind: int, count: int, now_s: float) -> list[Any]:
        if kind not in self.knows:
            return [self._ack(kind, common.MAV_MISSION_UNSUPPORTED)]
        if self.full:
            self.full -= 1
            return [self._ack(kind, common.MAV_MISSION_NO_SPACE)]
        if count == 0 and not self.clears:
            return [self._ack(kind, common.MAV_MISSION_ERROR)]
        self.uploads.append(kind)
        self._done = None
        if count == 0:
            self.held[kind] = []
            self._kind = None
            return [self._ack(kind, common.MAV_MISSION_ACCEPTED)]
        self._kind, self._count, self._rows, self._asked = kind, count, [], 0
        if self.in_place:
            self.held[kind] = self.held[kind][:count]
        noise = []
        if self.complains:
            noise = [
                self._ack(kind, common.MAV_MISSION_ACCEPTED),
                self._ack(kind, common.MAV_MISSION_INVALID_SEQUENCE),
                self._ack((kind + 1) % 3, common.MAV_MISSION_ERROR),
                common.MAVLink_mission_ack_message(99, 1, common.MAV_MISSION_DENIED, kind),
            ]
        return [*noise, *self._ask(now_s)]

    def _ask(self, now_s: float) -> list[Any]:
        self._asked += 1
        self._due_s = now_s + self.retry_s
        word = (
            common.MAVLink_mission_request_message
            if self.asks_floats
            else common.MAVLink_mission_request_int_message
        )
        return [word(*STATION, len(self._rows), self._kind)]

    def _item(self, message: Any, now_s: float) -> list[Any]:  # noqa: ANN401
        kind, seq = message.mission_type, message.seq
        if self._done == (kind, seq):
            return [self._ack(kind, common.MAV_MISSION_ACCEPTED)]
        if kind != self._kind or seq != len(self._rows):
            return []
        may_refuse = self.uploads.count(kind) > self.refuses_from
        if self.refuses is not None and self.refuses[:2] == (kind, seq) and may_refuse:
            self._kind = None
            return [self._ack(kind, self.refuses[2])]
        row = self.changes(kind, seq, row_of(message))
        self._rows.append(row)
        if self.in_place:
            self.held[kind] = [*self.held[kind][:seq], row, *self.held[kind][seq + 1 :]]
        self._asked = 0
        if len(self._rows) < self._count:
            return self._ask(now_s)
        if not self.forgets:
            self.held[kind] = self._rows
        self._kind, self._done = None, (kind, seq)
        return [self._ack(kind, common.MAV_MISSION_ACCEPTED)]

    def _ack(self, kind: int, result: int) -> Any:  # noqa: ANN401
        return common.MAVLink_mission_ack_message(*STATION, result, kind)


class UdpVehicle(asyncio.DatagramProtocol):
    """The model on a port, with its heartbeat.

    Args:
        model: answers.
        autopilot: MAV_AUTOPILOT of its heartbeat.
        loss: share of messages that is lost, either way.
        system: its number.
        seed: of the loss.
        opaque_id: of its lists, by type: sent in acknowledgements of 16 bytes as the guide has it.
    """

    def __init__(
        self,
        model: VehicleModel,
        *,
        autopilot: int = common.MAV_AUTOPILOT_PX4,
        loss: float = 0.0,
        system: int = 1,
        seed: int = 1,
        opaque_id: int = 0,
    ) -> None:
        self.model, self.loss, self.opaque_id = model, loss, opaque_id
        self.autopilot = autopilot
        self.deaf = False
        self.heard: list[Any] = []
        self.dies_at: Callable[[Any], bool] = lambda _message: False
        self._dice = random.Random(seed)
        self._mav = common.MAVLink(None, srcSystem=system, srcComponent=1)
        self._mav.robust_parsing = True
        self._transport: Any = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, port: int) -> None:
        """Call a station on loopback."""
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, remote_addr=("127.0.0.1", port)
        )
        self._task = asyncio.create_task(self._live())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._transport.close()

    async def _live(self) -> None:
        loop, beat_s = asyncio.get_running_loop(), 0.0
        while True:
            if loop.time() >= beat_s and not self.deaf:
                beat_s = loop.time() + 0.2
                word = common.MAVLink_heartbeat_message(
                    common.MAV_TYPE_QUADROTOR, self.autopilot, 0, 0, 4, 3
                )
                self.say(word, certain=True)
            for word in self.model.tick(loop.time()):
                self.say(word)
            await asyncio.sleep(min(self.model.retry_s / 4, 0.05))

    def say(self, word: Any, *, certain: bool = False) -> None:  # noqa: ANN401
        if self.deaf or (not certain and self._dice.random() < self.loss):
            return
        data = word.pack(self._mav)
        if self.opaque_id and word.get_type() in ("MISSION_ACK", "MISSION_COUNT"):
            data = _with_opaque_id(word, self.opaque_id, self._mav)
        self._mav.seq = (self._mav.seq + 1) % 256
        self._transport.sendto(data)

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._transport.sendto(data)

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        for message in self._mav.parse_buffer(data) or ():
            if self.deaf or self._dice.random() < self.loss:
                continue
            self.heard.append(message)
            if self.dies_at(message):
                self.deaf = True
                return
            for word in self.model.heard(message, asyncio.get_running_loop().time()):
                self.say(word)

    def error_received(self, exc: Exception) -> None:
        del exc


def _with_opaque_id(word: Any, opaque_id: int, mav: Any) -> bytes:  # noqa: ANN401
    """The same message with the extension that pymavlink does not write, and its checksum."""
    fields = bytes(
        [
            *([] if word.get_type() == "MISSION_ACK" else struct.pack("<H", word.count)),
            word.target_system,
            word.target_component,
            *([word.type] if word.get_type() == "MISSION_ACK" else []),
            word.mission_type,
        ]
    )
    payload = fields + struct.pack("<I", opaque_id)
    number = word.get_msgId()
    head = bytes(
        [len(payload), 0, 0, mav.seq, mav.srcSystem, 1, number & 255, number >> 8 & 255, 0]
    )
    crc = common.x25crc(head + payload + bytes([word.crc_extra]))
    return b"\xfd" + head + payload + struct.pack("<H", crc.crc)
