"""Commands of the MAVLink command protocol: said until they are acknowledged, and what came of it.

COMMAND_LONG is repeated with a rising ``confirmation`` when no COMMAND_ACK comes; IN_PROGRESS
prolongs the wait and repeats nothing; TEMPORARILY_REJECTED is asked again after a while; any other
result is the answer. An ACK names only the command, so one command of a kind is under way at a
time, and an ACK that is addressed to somebody else is passed over. Whoever must know that it also
had its effect looks at the telemetry.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Protocol

from drone_jobs.links.link import LinkLost, LinkRefused
from drone_jobs.links.mavlink.listening import Listening
from drone_jobs.links.mavlink.words import Message, Route, dialect
from models.clock import Clock
from models.errors import WatchError

__all__ = ["PATIENT", "Acknowledged", "Commander", "Order", "Patience", "Wire", "next_heard"]


class Wire(Protocol):
    """What is needed of a connection to one aircraft; see :class:`.wire.MavlinkWire`."""

    @property
    def route(self) -> Route:
        """From us to its autopilot; raises LinkLost before one was heard."""

    def send(self, message: Message) -> None:
        """Say something; a line may lose it."""

    def messages(self, *names: str) -> Listening:
        """What the aircraft says from now on, of those kinds."""


class Order(IntEnum):
    """MAV_CMD that are said here."""

    RETURN = 20
    LAND = 21
    SET_MODE = 176
    START = 300
    ARM = 400
    MESSAGE_INTERVAL = 511
    REQUEST_MESSAGE = 512


_RESULTS: Final = {
    1: "not now",
    2: "denied",
    3: "it does not know the command",
    4: "it failed",
    6: "cancelled",
    7: "wrong kind of message",
    8: "wrong kind of message",
    9: "wrong frame",
    10: "it obeys another ground station",
}
ACCEPTED, NOT_NOW, UNDER_WAY = 0, 1, 5


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a command is waited for.

    Attributes:
        answer_s: for an ACK before it is said again, > 0.
        tries: how often it is said without an answer, >= 1.
        under_way_s: for the next word after IN_PROGRESS, > 0.
        not_now_s: before it is said again after TEMPORARILY_REJECTED, >= 0.
        not_now_tries: how often that is done, >= 0.
        most_s: altogether, whatever it answers, > 0.
    """

    answer_s: float = 1.5
    tries: int = 8
    under_way_s: float = 10.0
    not_now_s: float = 2.0
    not_now_tries: int = 5
    most_s: float = 60.0


PATIENT: Final = Patience()


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A command that was accepted.

    Attributes:
        order: which, MAV_CMD.
        said: how often it was sent, >= 1.
        took_s: until the answer.
    """

    order: int
    said: int
    took_s: float


class Commander:
    """Says commands to one aircraft.

    Args:
        wire: to it.
        clock: for waits.
    """

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock
        self._turn: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def say(self, order: int, *params: float, patience: Patience = PATIENT) -> Acknowledged:
        """Say a command until it is acknowledged.

        Args:
            order: MAV_CMD.
            params: up to seven; 0 for the rest.
            patience: how long.

        Raises:
            LinkRefused: it answered no (``link_command``).
            LinkLost: it did not answer (``link_silent``); it may have obeyed.
        """
        async with self._turn[order]:
            with self._wire.messages("COMMAND_ACK") as heard:
                return await self._say(order, params, patience, heard)

    async def _say(
        self, order: int, params: tuple[float, ...], patience: Patience, heard: Listening
    ) -> Acknowledged:
        began_s = self._clock.monotonic_s()
        said = unanswered = not_now = 0
        result: int | None = None
        while unanswered < patience.tries:
            self._send(order, params, said)
            said += 1
            result = await self._answer(order, heard, patience.answer_s)
            while result == UNDER_WAY:
                if self._clock.monotonic_s() - began_s > patience.most_s:
                    raise _silent(order, said)
                result = await self._answer(order, heard, patience.under_way_s)
            if result is None:
                unanswered += 1
            elif result == NOT_NOW and not_now < patience.not_now_tries:
                not_now += 1
                await self._clock.sleep(patience.not_now_s)
            else:
                break
            if self._clock.monotonic_s() - began_s > patience.most_s:
                break
        if result is None:
            raise _silent(order, said)
        if result != ACCEPTED:
            raise _refused(order, result)
        return Acknowledged(order, said, self._clock.monotonic_s() - began_s)

    async def _answer(self, order: int, heard: Listening, wait_s: float) -> int | None:
        """The next result of that command; None when none comes in time."""
        route, ends_s = self._wire.route, self._clock.monotonic_s() + wait_s
        while True:
            message = await next_heard(heard, self._clock, ends_s - self._clock.monotonic_s())
            if message is None:
                return None
            if (
                message.command == order
                and message.get_srcComponent() == route.component
                and message.target_system in {0, route.own_system}
            ):
                return int(message.result)

    def _send(self, order: int, params: tuple[float, ...], said: int) -> None:
        route = self._wire.route
        seven = (*params, *(0.0,) * 7)[:7]
        self._wire.send(
            dialect.MAVLink_command_long_message(
                route.system, route.component, order, min(said, 255), *seven
            )
        )


async def next_heard(heard: Listening, clock: Clock, wait_s: float) -> Message | None:
    """The next message; None when none came in time of that clock, or the wire was closed."""
    coming = asyncio.ensure_future(heard.next())
    over = asyncio.ensure_future(clock.sleep(wait_s))
    try:
        await asyncio.wait({coming, over}, return_when=asyncio.FIRST_COMPLETED)
        return coming.result() if coming.done() else None
    finally:
        coming.cancel()
        over.cancel()


def _name(order: int) -> str:
    return Order(order).name if order in set(Order) else str(order)


def _silent(order: int, said: int) -> WatchError:
    return LinkLost(
        f"The aircraft did not answer {_name(order)}, said {said} times; it may have obeyed.",
        remedy="Watch its state, and say it again when it is heard.",
        code="link_silent",
    )


def _refused(order: int, result: int) -> WatchError:
    words = _RESULTS.get(result, f"result {result}")
    return LinkRefused(
        f"The aircraft refused {_name(order)}: {words}.",
        remedy="Read its warnings; they say why.",
        code="link_command",
    )
