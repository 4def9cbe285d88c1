"""Room on the disk: what goes when it is short, and when recording stops.

The ring goes first, then evidence of settled alerts, that of others never. When nothing more may
go, the ring stops and says so: what is left of the disk belongs to alerts.
"""

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from camera_gateway.recording.rules import RecorderRules
from camera_gateway.recording.shelf import Shelf
from models.clock import Clock
from models.errors import WatchError

__all__ = ["Space", "free_bytes"]

_logger = logging.getLogger(__name__)

AGAIN_SHARE: Final = 0.05
"""Recording goes on when this much more than the least is free, so that it does not flicker."""


def free_bytes(folder: Path) -> int:
    """What its disk still takes from this user."""
    facts = os.statvfs(folder)
    return facts.f_bavail * facts.f_frsize


class Space:
    """Keeps some of the disk free; for one thread.

    Args:
        folder: on the disk that is looked after.
        shelf: the ring.
        rules: of the installation.
        clock: tells what is too old.
        spare: clears evidence that may go, until so many bytes are freed; how many were.
        free: bytes that are free; of the folder's disk when left out.

    Attributes:
        is_full: recording rests because nothing more may be cleared.
        free_now: bytes that were free when last looked at.
    """

    def __init__(
        self,
        folder: Path,
        shelf: Shelf,
        rules: RecorderRules,
        clock: Clock,
        *,
        spare: Callable[[int], int],
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self._folder = folder
        self._shelf = shelf
        self._rules = rules
        self._clock = clock
        self._spare = spare
        self._free = free
        self.is_full = False
        self.free_now = free(folder)

    def turn(self) -> None:
        """Look once, and clear what has to go."""
        shelf, rules = self._shelf, self._rules
        shelf.age_out(self._clock.now() - rules.ring_lasts)
        excess = shelf.size_bytes - rules.ring_bytes
        if excess > 0:
            shelf.make_room(excess)
        least = rules.least_free_bytes
        self.free_now = self._free(self._folder)
        if self.free_now < least:
            self._clear(least)
        self._say(full=self.free_now < least + round(AGAIN_SHARE * least * self.is_full))

    def _clear(self, least: int) -> None:
        short = least - self.free_now
        if self._shelf.make_room(short + round(AGAIN_SHARE * least)):
            self.free_now = self._free(self._folder)
            short = least - self.free_now
        if short > 0:
            try:
                self._spare(short)
            except WatchError:
                _logger.exception("evidence cannot be cleared to make room")
            self.free_now = self._free(self._folder)

    def _say(self, *, full: bool) -> None:
        if full and not self.is_full:
            _logger.error(
                "the disk of %s is full and nothing more may be cleared: video is not recorded",
                self._folder,
            )
        elif self.is_full and not full:
            _logger.warning("there is room on the disk again: video is recorded")
        self.is_full = full
