"""What alerts want of their cameras' time: asked for, held in the ring, cut when it is over.

What is wanted follows from the alerts themselves and is written down before anything is cut, so
that whatever ends this process, the next one goes on: it cuts what the ring still holds.
"""

import errno
import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import av.error

from camera_gateway.recording.cutting import Cut, cut
from camera_gateway.recording.rules import RecorderRules
from camera_gateway.recording.shelf import Hold, Shelf
from camera_gateway.vault import EvidenceVault
from models.clock import Clock
from models.errors import StorageFull, WatchError
from models.recording import Ask, Recording, RecordingPart
from models.store import Store

__all__ = ["Wishes"]

_logger = logging.getLogger(__name__)

MARGIN: Final = timedelta(seconds=15)
"""Held before and after what is wanted: the key frame before, and the piece that is not closed."""

GRACE: Final = timedelta(seconds=3)
PATIENCE: Final = timedelta(seconds=45)
"""A piece that is being written is waited for, and no longer than that."""

MOST_TRIES: Final = 5
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


class Wishes:
    """Turns alerts into recordings; for one thread.

    Args:
        store: of the alerts.
        vault: takes the files.
        shelf: what the ring holds.
        rules: of the installation.
        clock: tells when something is over.
        recorded: cameras of which a piece is being written now.
        previews: told of recordings that browsers may not play.
    """

    def __init__(
        self,
        store: Store,
        vault: EvidenceVault,
        shelf: Shelf,
        rules: RecorderRules,
        clock: Clock,
        *,
        recorded: Callable[[], Collection[str]],
        previews: Callable[[Recording], object],
    ) -> None:
        self._store = store
        self._vault = vault
        self._shelf = shelf
        self._rules = rules
        self._clock = clock
        self._recorded = recorded
        self._previews = previews
        self._tries: dict[int, int] = {}
        self._rests_until_s = 0.0
        self.waiting = 0
        """Recordings that are wanted and not yet cut."""

    def turn(self) -> None:
        """Look at all alerts once, and cut what is over.

        Raises:
            WatchError: the store failed; the next turn goes on.
        """
        recorded = self._recorded()
        for ask in self._store.recordings.asks(self._clock.now() - self._rules.ring_lasts):
            self._ask(ask, recorded)
        wanted = self._extended()
        self.hold(wanted)
        self.waiting = len(wanted)
        if self._clock.monotonic_s() < self._rests_until_s:
            return
        for one in wanted:
            if self._is_due(one, recorded):
                self._cut(one)

    def hold(self, wanted: Collection[Recording]) -> None:
        """Keep in the ring what is wanted."""
        self._shelf.hold(
            Hold(one.camera_id, one.from_at - MARGIN, one.until_at + MARGIN) for one in wanted
        )

    def _ask(self, ask: Ask, recorded: Collection[str]) -> None:
        rules = self._rules
        if ask.asked >= rules.recording.most:
            return
        if ask.camera_id not in recorded and not self._shelf.has(ask.camera_id):
            return  # a camera without coded video: its stills and their clip are what there is
        if ask.until_at is None:
            from_at = ask.first_seen_at - rules.pre_roll
        elif ask.last_seen_at - ask.until_at <= rules.longest + rules.pre_roll:
            from_at = ask.until_at  # it burns on: no second is left out
        else:
            from_at = ask.last_seen_at - rules.pre_roll
        until_at = self._end(from_at, ask.last_seen_at)
        if until_at > from_at:
            one = self._store.recordings.want(ask.alert_id, ask.camera_id, from_at, until_at)
            _logger.info("alert %d wants recording %d", ask.alert_id, one.recording_id)

    def _end(self, from_at: datetime, last_seen_at: datetime) -> datetime:
        return min(last_seen_at + self._rules.post_roll, from_at + self._rules.longest)

    def _extended(self) -> list[Recording]:
        """What is wanted, as long as its plume has been seen."""
        recordings = self._store.recordings
        wanted = recordings.wanted()
        seen = recordings.last_seen({one.alert_id for one in wanted})
        out = []
        for one in wanted:
            until_at = self._end(one.from_at, seen[one.alert_id])
            grown = until_at > one.until_at
            out.append(recordings.extend(one.recording_id, until_at) if grown else one)
        return out

    def _is_due(self, one: Recording, recorded: Collection[str]) -> bool:
        now = self._clock.now()
        if now < one.until_at + GRACE:
            return False
        latest = self._shelf.latest(one.camera_id)
        return (
            one.camera_id not in recorded
            or (latest is not None and latest >= one.until_at)
            or now >= one.until_at + PATIENCE
        )

    def _cut(self, one: Recording) -> None:
        pieces = self._shelf.between(one.camera_id, one.from_at - MARGIN, one.until_at)
        folder = f"{one.from_at:%Y/%m/%d}/{one.camera_id}-alert-{one.alert_id}"
        made: list[Cut] = []
        parts: list[RecordingPart] = []
        try:
            made = cut(pieces, one.from_at, one.until_at, self._vault.root)
            for number, each in enumerate(made):
                key = f"{folder}/video-{one.recording_id:06d}-{number:02d}.mp4"
                sha256, size_bytes = self._vault.adopt(key, each.path)
                parts.append(_part_of(each, key, sha256, size_bytes))
        except (OSError, av.error.FFmpegError, WatchError) as error:
            for each in made:
                with suppress(OSError):
                    each.path.unlink(missing_ok=True)
            self._failed(one, error)
            return
        settled = self._store.recordings.settle(one.recording_id, parts)
        self._tries.pop(one.recording_id, None)
        _logger.info(
            "recording %d of alert %d is %s", one.recording_id, one.alert_id, settled.state
        )
        self._previews(settled)

    def _failed(self, one: Recording, error: Exception) -> None:
        """Try again later; a full disk may last as long as it wants, a fault may not."""
        self._rests_until_s = self._clock.monotonic_s() + 5.0
        _logger.warning("recording %d cannot be cut: %s", one.recording_id, error)
        if isinstance(error, StorageFull) or getattr(error, "errno", None) in _FULL:
            return
        self._tries[one.recording_id] = self._tries.get(one.recording_id, 0) + 1
        if self._tries[one.recording_id] >= MOST_TRIES:
            self._tries.pop(one.recording_id)
            self._store.recordings.settle(one.recording_id, ())


def _part_of(each: Cut, key: str, sha256: str, size_bytes: int) -> RecordingPart:
    return RecordingPart(
        each.from_at,
        each.until_at,
        key,
        sha256,
        size_bytes,
        each.codec,
        each.width_px,
        each.height_px,
    )
