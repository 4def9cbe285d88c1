"""Asks a dock to do something, and waits for its answer through lost messages and brokers.

A question keeps its ``tid`` however often it is sent, so that a dock can tell a repeat from a new
one, and is sent again when the broker is back; it dies with its time, because an order that reaches
a dock half an hour late is worse than none.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from drone_jobs.links.dji.bus import Bus
from drone_jobs.links.dji.words import (
    LARGEST_WHOLE,
    Envelope,
    TopicKind,
    part,
    topic,
    whole,
    write_envelope,
)
from drone_jobs.links.link import LinkLost, LinkRefused
from models.clock import Clock

__all__ = ["Asking", "refusal"]

_SAID: Final = {
    314004: "it could not give the mission to the aircraft",
    321004: "the aircraft did not take the flight",
}
"""Numbers that field reports explain; the maker's whole list is its own."""


@dataclass(slots=True)
class Asking:
    """Questions to one dock.

    Attributes:
        bus: carries them.
        serial: of the dock.
        clock: measures the wait.
        new_id: makes names of messages, each another.
        answer_s: that one try waits.
        tries: of one question.
        repeats: messages that were sent again, of all questions.
    """

    bus: Bus
    serial: str
    clock: Clock
    new_id: Callable[[], str]
    answer_s: float = 5.0
    tries: int = 4
    repeats: int = 0
    _open: dict[str, "_Question"] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, method: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask, and wait for the answer.

        Returns:
            What the answer holds below ``output``; may be empty.

        Raises:
            LinkRefused: the dock said no (``dock_refused``).
            LinkLost: no answer (``dock_silent``); it may have done what was asked.
        """
        tid = self.new_id()
        at_ms = int(self.clock.now().timestamp() * 1000)
        asked = Envelope(method, data, tid, self.new_id(), at_ms, self.serial, needs_reply=True)
        question = _Question(method, write_envelope(asked), asyncio.get_running_loop())
        self._open[tid] = question
        try:
            for attempt in range(self.tries):
                self.repeats += attempt > 0
                await self._send(question)
                if await self._answered(question):
                    return _output(question.answer.result(), method, self.serial)
        finally:
            del self._open[tid]
        raise LinkLost(
            f"The dock {self.serial} does not answer to {method}.",
            remedy="Look at the dock's network and at the broker; nothing is known of what it did.",
            code="dock_silent",
        )

    def heard(self, envelope: Envelope) -> bool:
        """Take an answer; False when nobody has asked for it, as for one that comes twice."""
        question = self._open.get(envelope.tid)
        if question is None or question.method != envelope.method or question.answer.done():
            return False
        if whole(envelope.data, "result", -LARGEST_WHOLE, LARGEST_WHOLE) is None:
            return False  # it says neither yes nor no
        question.answer.set_result(envelope.data)
        return True

    def joined(self) -> None:
        """The broker is back: ask everything again that waits."""
        for question in self._open.values():
            if question.was_tried and not question.answer.done():
                self.repeats += 1
                task = asyncio.get_running_loop().create_task(self._send(question))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _send(self, question: "_Question") -> None:
        with suppress(LinkLost):  # asked again when the broker is back
            await self.bus.send(topic(TopicKind.SERVICES, self.serial), question.message)
        question.was_tried = True

    async def _answered(self, question: "_Question") -> bool:
        if not question.answer.done():
            waiting = asyncio.ensure_future(self.clock.sleep(self.answer_s))
            try:
                first: set[asyncio.Future[Any]] = {question.answer, waiting}
                await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()
        return question.answer.done()


class _Question:
    """One that waits for its answer."""

    def __init__(self, method: str, message: bytes, loop: asyncio.AbstractEventLoop) -> None:
        self.method = method
        self.message = message
        self.answer: asyncio.Future[Mapping[str, Any]] = loop.create_future()
        self.was_tried = False


def _output(data: Mapping[str, Any], method: str, serial: str) -> Mapping[str, Any]:
    result = whole(data, "result", -LARGEST_WHOLE, LARGEST_WHOLE)
    if result != 0:
        raise refusal(serial, method, result)
    return part(data, "output")


def refusal(serial: str, method: str, result: int | None) -> LinkRefused:
    """The dock said no, with the maker's number."""
    said = _SAID.get(-1 if result is None else result)
    return LinkRefused(
        f"The dock {serial} refused {method} with the number {result}"
        f"{f': {said}' if said else ''}.",
        remedy="Look the number up in DJI's list of errors, and at the dock's warnings.",
        code="dock_refused",
    )
