"""The seam to an MQTT broker, and one within this process for simulated docks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from drone_jobs.links.dji.words import TopicKind, topic
from drone_jobs.links.link import LinkLost

__all__ = ["Bus", "Listener", "LocalBus", "dock_topics"]


@dataclass(frozen=True, slots=True)
class Listener:
    """Who wants to hear.

    Attributes:
        topics: exact names.
        heard: called with topic and payload; returns at once.
        joined: called whenever the broker is there again: what was sent before may be lost.
    """

    topics: frozenset[str]
    heard: Callable[[str, bytes], None]
    joined: Callable[[], None]


class Bus(Protocol):
    """Carries messages; each at least once while the broker is there, and perhaps twice."""

    @property
    def is_joined(self) -> bool:
        """Whether the broker is there."""

    async def send(self, to: str, payload: bytes) -> None:
        """Give a message to the broker.

        Raises:
            LinkLost: the broker is not there (``broker_lost``); it may have taken the message.
        """

    async def listen(self, listener: Listener) -> None:
        """Hear from now on."""

    async def leave(self, listener: Listener) -> None:
        """Hear nothing more."""


@dataclass(slots=True)
class LocalBus:
    """Carries messages within this process, at once and in order."""

    _listeners: list[Listener] = field(default_factory=list)
    _is_cut: bool = False

    @property
    def is_joined(self) -> bool:
        """Whether it carries anything."""
        return not self._is_cut

    def cut(self) -> None:
        """Carry nothing."""
        self._is_cut = True

    def mend(self) -> None:
        """Carry again, and tell everybody."""
        self._is_cut = False
        for listener in tuple(self._listeners):
            listener.joined()

    async def send(self, to: str, payload: bytes) -> None:
        """Hand it to everybody who listens."""
        if self._is_cut:
            raise LinkLost(
                "The broker of the docks is not there.",
                remedy="Look whether it runs, and whether this machine reaches it.",
                code="broker_lost",
            )
        for listener in tuple(self._listeners):
            if to in listener.topics:
                listener.heard(to, payload)

    async def listen(self, listener: Listener) -> None:
        """Hear from now on."""
        self._listeners.append(listener)
        if not self._is_cut:
            listener.joined()

    async def leave(self, listener: Listener) -> None:
        """Hear nothing more."""
        if listener in self._listeners:
            self._listeners.remove(listener)


def dock_topics(kinds: Iterable[TopicKind], dock: str, aircraft: str = "") -> frozenset[str]:
    """Topics of these kinds of a dock; ``osd`` and ``state`` of its aircraft too.

    Raises:
        InputRefused: a serial number that is none (``dock_serial``).
    """
    kinds = tuple(kinds)
    names = {topic(kind, dock) for kind in kinds}
    if aircraft:
        own = (TopicKind.OSD, TopicKind.STATE)
        names |= {topic(kind, aircraft) for kind in kinds if kind in own}
    return frozenset(names)
