"""The seam to an aircraft: what every link can do, whatever it speaks.

A mission is uploaded whole or not at all, and counts as held only when it was read back with the
same meaning. Nothing here starts by itself: ``start`` takes the name of the person who released it.
"""

from dataclasses import dataclass
from typing import Protocol

from models.errors import WatchError
from models.flight import AircraftState
from models.mission import Mission

__all__ = ["AircraftLink", "LinkLost", "LinkRefused", "Upload"]


class LinkLost(WatchError):  # the caller: ask again, and assume nothing of what was asked
    """The aircraft does not answer; whether it took the last word is not known."""


class LinkRefused(WatchError):  # the caller: do not ask again as it is
    """The aircraft answered, and said no."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A mission that the aircraft holds, read back.

    Attributes:
        mission_key: by which the aircraft names it again (opaque id, flight id); empty where it has
            none.
        items: as the aircraft counts them.
        took_s: with reading back.
        repeats: messages that were sent again.
    """

    mission_key: str
    items: int
    took_s: float
    repeats: int


class AircraftLink(Protocol):
    """One aircraft, or one dock with its aircraft."""

    @property
    def state(self) -> AircraftState | None:
        """The newest; None before it was heard of."""

    def is_heard(self) -> bool:
        """Whether it was heard of within the link's time."""

    async def upload(self, mission: Mission) -> Upload:
        """Give it a mission: checked first, fence and gathering places too, read back.

        Raises:
            InputRefused: the mission cannot be said in the aircraft's words; nothing was sent.
            LinkRefused: the aircraft refused it, or what it read back means something else
                (``link_read_back``); it holds what it held before, or nothing, never a mix.
            LinkLost: it does not answer; the same holds as soon as it does.
        """

    def follow(self, mission: Mission) -> None:
        """Say what it flies, where another process gave it that: else it tells no points of it.

        Raises:
            InputRefused: the mission cannot be said in the aircraft's words.
        """

    async def held(self) -> str:
        """The mission key of what it holds, as it says itself; empty for none or not told."""

    async def start(self, upload: Upload, *, released_by: str) -> None:
        """Arm and fly the mission.

        Raises:
            InputRefused: nobody released it (``link_release``).
            LinkRefused: it did not take the word; it stands on the ground.
            LinkLost: it may have started.
        """

    async def pause(self) -> None:
        """Hold its place in the air."""

    async def resume(self) -> None:
        """Fly on."""

    async def come_home(self) -> None:
        """Fly home and land; said again until it is acknowledged."""

    async def land(self) -> None:
        """Land where it is."""

    async def close(self) -> None:
        """Let go of the link; the aircraft flies on."""
