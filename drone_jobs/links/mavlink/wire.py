"""One aircraft on one line: its messages in, ours out, garbage counted and passed over.

The first autopilot that is heard is the aircraft, or the one with the number that is asked for.
Another one is refused, and so is a second one with the same number while the first is heard: two
aircraft that both call themselves 1 on one network would share a mission. Signed messages are read
and not verified.
"""

import asyncio
import contextlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, Self

from drone_jobs.links.link import LinkLost
from drone_jobs.links.mavlink.lines import Line, line_of
from drone_jobs.links.mavlink.listening import Listening
from drone_jobs.links.mavlink.words import Message, Route, dialect
from models.clock import Clock
from models.mission import Autopilot

__all__ = ["HeardAircraft", "MavlinkWire", "WireCounts"]

OWN_SYSTEM: Final = 250  # ground stations count down from 255
BEAT_S: Final = 1.0
HEARD_WITHIN_S: Final = 5.0
_AUTOPILOTS: Final = {
    dialect.MAV_AUTOPILOT_PX4: Autopilot.PX4,
    dialect.MAV_AUTOPILOT_ARDUPILOTMEGA: Autopilot.ARDUPILOT,
}
_MOST_PEERS: Final = 16  # parsers that are kept; a flood of addresses forgets the oldest
_MOST_STRANGERS: Final = 16
_TRIM: Final = 4096


@dataclass(frozen=True, slots=True)
class HeardAircraft:
    """Which autopilot was chosen.

    Attributes:
        system: its number, 1 to 255.
        component: of the autopilot.
        autopilot: None for one whose habits are not known.
        vehicle_type: MAV_TYPE.
    """

    system: int
    component: int
    autopilot: Autopilot | None
    vehicle_type: int


@dataclass(slots=True)
class WireCounts:
    """What went by.

    Attributes:
        heard: messages of the aircraft.
        lost: that its numbering says are missing; words of a newer dialect count here too.
        garbage: runs of bytes that are no message, or none that is known.
        strangers: messages of other systems.
        sent: messages of ours.
        unsent: that the line did not take.
    """

    heard: int = 0
    lost: int = 0
    garbage: int = 0
    strangers: int = 0
    sent: int = 0
    unsent: int = 0


class MavlinkWire:
    """A line with one aircraft.

    Args:
        url: see :mod:`.lines`.
        clock: of the watch.
        system: number of the aircraft, 1 to 255; None for the first autopilot that is heard.
        own_system: our number.
        heard_within_s: after so long without its heartbeat it counts as not heard; > 0.

    Raises:
        InputRefused: the URL names no line (``link_url``).
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        system: int | None = None,
        own_system: int = OWN_SYSTEM,
        heard_within_s: float = HEARD_WITHIN_S,
    ) -> None:
        self.counts = WireCounts()
        self.strangers: set[int] = set()
        self.aircraft: HeardAircraft | None = None
        self.clock = clock
        self._line: Line = line_of(url, clock)
        self._url, self._wanted, self._within_s = url, system, heard_within_s
        self._packer = _parser(own_system)
        self._parsers: OrderedDict[object, Message] = OrderedDict()
        self._peer: object | None = None
        self._beat_s: float | None = None
        self._seq: dict[int, int] = {}
        self._listeners: set[Listening] = set()
        self._found = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None

    @property
    def route(self) -> Route:
        """From us to the autopilot.

        Raises:
            LinkLost: none was heard yet.
        """
        if self.aircraft is None:
            raise self._silent()
        return Route(
            self._packer.srcSystem,
            self._packer.srcComponent,
            self.aircraft.system,
            self.aircraft.component,
        )

    async def open(self) -> None:
        """Open the line and begin our heartbeat.

        Raises:
            LinkLost: it cannot be opened (``link_open``).
        """
        await self._line.open(self._take)
        self._beating = asyncio.create_task(self._beat())

    async def close(self) -> None:
        """Close the line; every listener ends."""
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating
            self._beating = None
        for listener in tuple(self._listeners):
            listener.close()
        await self._line.close()

    async def __aenter__(self) -> Self:
        """Open."""
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    async def find(self, timeout_s: float = 10.0) -> HeardAircraft:
        """The aircraft, as soon as it is heard.

        Raises:
            LinkLost: not in time (``link_silent``).
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._found.wait()
        except TimeoutError:
            raise self._silent() from None
        assert self.aircraft is not None  # noqa: S101 -- set before the event
        return self.aircraft

    def is_heard(self, within_s: float | None = None) -> bool:
        """Whether its heartbeat was heard in the last seconds; None for the wire's own limit."""
        if self._beat_s is None:
            return False
        within_s = self._within_s if within_s is None else within_s
        return self.clock.monotonic_s() - self._beat_s <= within_s

    def messages(self, *names: str) -> Listening:
        """What the aircraft says from now on.

        Args:
            names: of messages, as ``HEARTBEAT``; none for all.
        """
        found = Listening(frozenset(names), self._listeners.discard)
        self._listeners.add(found)
        return found

    def send(self, message: Message) -> None:
        """Say something; a line that does not take it drops it, as a radio does."""
        data = message.pack(self._packer)
        self._packer.seq = (self._packer.seq + 1) % 256
        if self._line.send(data, self._peer):
            self.counts.sent += 1
        else:
            self.counts.unsent += 1

    async def _beat(self) -> None:
        while True:
            self.send(
                dialect.MAVLink_heartbeat_message(
                    dialect.MAV_TYPE_GCS,
                    dialect.MAV_AUTOPILOT_INVALID,
                    0,
                    0,
                    dialect.MAV_STATE_ACTIVE,
                    3,
                )
            )
            await self.clock.sleep(BEAT_S)

    def _take(self, data: bytes, peer: object) -> None:
        """Bytes of the line, whatever they are."""
        parser = self._parsers.pop(peer, None) or _parser(0)
        self._parsers[peer] = parser
        if len(self._parsers) > _MOST_PEERS:
            self._parsers.popitem(last=False)
        try:
            messages = parser.parse_buffer(data) or ()
        except Exception:  # noqa: BLE001 -- bytes from outside: whatever they did, go on afresh
            self._parsers[peer] = _parser(0)
            self.counts.garbage += 1
            return
        if parser.buf_index > _TRIM:  # it is emptied by the parser only where a message ends it
            parser.buf = parser.buf[parser.buf_index :]
            parser.buf_index = 0
        for message in messages:
            self._hear(message, peer)

    def _hear(self, message: Message, peer: object) -> None:
        name = message.get_type()
        if name == "BAD_DATA" or name.startswith("UNKNOWN"):
            self.counts.garbage += 1
            return
        system = message.get_srcSystem()
        if name == "HEARTBEAT" and self._is_autopilot(message):
            self._meet(message, peer)
        if self.aircraft is None or system != self.aircraft.system or peer != self._peer:
            self.counts.strangers += 1
            if len(self.strangers) < _MOST_STRANGERS and name == "HEARTBEAT":
                self.strangers.add(system)
            return
        self._count(message)
        for listener in tuple(self._listeners):
            listener.put(message)

    def _is_autopilot(self, message: Message) -> bool:
        system = message.get_srcSystem()
        return (
            message.autopilot != dialect.MAV_AUTOPILOT_INVALID
            and message.type != dialect.MAV_TYPE_GCS
            and system not in (0, self._packer.srcSystem)
            and self._wanted in (None, system)
        )

    def _meet(self, message: Message, peer: object) -> None:
        """An autopilot's heartbeat: of the aircraft, or of a stranger."""
        now_s = self.clock.monotonic_s()
        system, component = message.get_srcSystem(), message.get_srcComponent()
        if self.aircraft is not None and (self.aircraft.system, self.aircraft.component) != (
            system,
            component,
        ):
            return
        if self._peer is not None and peer != self._peer and self.is_heard():
            return
        self._peer, self._beat_s = peer, now_s
        self.aircraft = HeardAircraft(
            system, component, _AUTOPILOTS.get(message.autopilot), int(message.type)
        )
        self._found.set()

    def _count(self, message: Message) -> None:
        component, seq = message.get_srcComponent(), message.get_seq()
        before = self._seq.get(component)
        self._seq[component] = seq
        self.counts.heard += 1
        if before is not None:
            gap = (seq - before - 1) % 256
            self.counts.lost += gap if gap < 128 else 0

    def _silent(self) -> LinkLost:
        return LinkLost(
            f"No aircraft is heard on {self._url}.",
            remedy="Look whether it is switched on, and whether its radio leads here.",
            code="link_silent",
        )


def _parser(system: int) -> Message:
    component = dialect.MAV_COMP_ID_MISSIONPLANNER
    parser = dialect.MAVLink(None, srcSystem=system, srcComponent=component)
    parser.robust_parsing = True
    return parser
