"""Room on the disk: what goes when it is short, and when recording stops.

The ring goes first, then evidence of settled alerts, that of others never. When nothing more may
go, the ring stops and says so: what is left of the disk belongs to alerts.
"""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from camera_gateway.recording.rules import RecorderRules
from camera_gateway.recording.shelf import Shelf
from models.clock import Clock
from models.errors import WatchError

__all__ = ["Reserve", "Space", "free_bytes"]

_logger = logging.getLogger(__name__)

SPARE_AGAIN_S: Final = 60.0
MOST_RESERVED: Final = 64 * 2**20
AGAIN_SHARE: Final = 0.05
"""Recording goes on when this much more than the least is free, so that it does not flicker."""


def free_bytes(folder: Path) -> int:
    """What its disk still takes from this user."""
    facts = os.statvfs(folder)
    return facts.f_bavail * facts.f_frsize


class Reserve:
    """Bytes that are held so that they can be given to alerts when others have filled the disk.

    Args:
        path: of the file that holds them.
        size_bytes: how many; 0 for none.
    """

    def __init__(self, path: Path, size_bytes: int) -> None:
        self._path = path
        self.size_bytes = size_bytes

    @property
    def is_held(self) -> bool:
        """Whether they are held now."""
        return self._path.exists()

    def hold(self) -> None:
        """Take them from the disk; nothing happens when it does not have them."""
        if self.size_bytes == 0:
            return
        try:
            with self._path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self.size_bytes)
        except OSError:
            self.give()

    def give(self) -> bool:
        """Give them back; whether there was anything to give."""
        was_held = self.is_held
        with suppress(OSError):
            self._path.unlink(missing_ok=True)
        return was_held


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
        self._spares_s = float("-inf")
        self.is_full = False
        self.free_now = free(folder)
        size_bytes = min(MOST_RESERVED, rules.least_free_bytes // 2)
        self._reserve = Reserve(folder / ".reserve", size_bytes)

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
        if self.is_full and self.free_now < self._reserve.size_bytes and self._reserve.give():
            _logger.error("the last bytes of the disk are given to alerts")
        elif not self.is_full and self.free_now > least + self._reserve.size_bytes:
            self._hold()

    def _hold(self) -> None:
        if not self._reserve.is_held:
            self._reserve.hold()

    def _clear(self, least: int) -> None:
        short = least - self.free_now
        if self._shelf.make_room(short + round(AGAIN_SHARE * least)):
            self.free_now = self._free(self._folder)
            short = least - self.free_now
        if short > 0 and self._clock.monotonic_s() >= self._spares_s:
            try:
                freed = self._spare(short)
            except WatchError:
                _logger.exception("evidence cannot be cleared to make room")
                freed = 0
            if not freed:  # all evidence was looked through for nothing
                self._spares_s = self._clock.monotonic_s() + SPARE_AGAIN_S
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
