"""The recorder: listens to all cameras, keeps their ring, cuts what alerts want, keeps order.

Four threads, none of which anybody waits for: one writes what cameras send, one serves alerts, one
keeps room on the disk, one makes previews. Each goes on after a fault of its own.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from camera_gateway.recording.clearing import Keeper
from camera_gateway.recording.parameter_sets import ParameterSets
from camera_gateway.recording.previews import Previews
from camera_gateway.recording.reconcile import Reconciled, clear_strays, reconcile
from camera_gateway.recording.rules import RecorderRules
from camera_gateway.recording.salvage import closed_pieces
from camera_gateway.recording.segmenter import Segmenter
from camera_gateway.recording.shelf import Shelf
from camera_gateway.recording.space import Space
from camera_gateway.recording.wishes import Wishes
from camera_gateway.vault import EvidenceVault
from camera_gateway.video.tap import VideoTap
from models.clock import Clock
from models.store import Store

__all__ = ["Recorder", "RecorderFacts", "RecorderState"]

_logger = logging.getLogger(__name__)

WRITE_EACH_S: Final = 0.25
TURN_EACH_S: Final = 2.0
SPACE_EACH_S: Final = 5.0
KEEP_EACH_S: Final = 3600.0
LATELY_S: Final = 60.0
LONGEST_END_S: Final = 20.0
"""A thread that is in the middle of much work is not waited for longer; nothing of it is half."""


class RecorderState(StrEnum):
    """Whether video is recorded."""

    OFF = "off"  # by the settings
    STARTING = "starting"  # what is on the disk is being looked through
    ON = "on"
    FULL = "full"  # the disk is full and nothing more may be cleared
    FAILING = "failing"  # the disk does not take what is written


@dataclass(frozen=True, slots=True)
class RecorderFacts:
    """How the recorder fares.

    Attributes:
        state: whether video is recorded.
        cameras: of which a piece is being written.
        ring_bytes: on the disk.
        free_bytes: of the disk.
        dropped: pictures since start that the disk was too slow for.
        skipped: pictures since start before a key frame, without a time, or after a failure.
        failures: of the disk since start.
        waiting: recordings that are wanted and not yet cut.
        missing: files of evidence that were not there at the start.
        strays: files of nobody that were set aside at the start.
    """

    state: RecorderState
    cameras: int
    ring_bytes: int
    free_bytes: int
    dropped: int
    skipped: int
    failures: int
    waiting: int
    missing: int
    strays: int


class Recorder:
    """Records.

    Args:
        store: of alerts and recordings.
        vault: of evidence.
        folder: of the ring; made when it is missing.
        rules: of the installation.
        clock: the installation's.
    """

    def __init__(
        self,
        store: Store,
        vault: EvidenceVault,
        folder: Path,
        rules: RecorderRules,
        clock: Clock,
    ) -> None:
        self._store = store
        self._vault = vault
        self._folder = folder
        self._rules = rules
        self._clock = clock
        self._lock = threading.Lock()
        self._segmenters: dict[str, Segmenter] = {}
        self._taps: dict[str, VideoTap] = {}
        self._sizes = ParameterSets()
        self._failures = 0
        self._failed_s: float | None = None
        self._found: Reconciled | None = None
        self._ready = threading.Event()
        self._stop = threading.Event()
        self._look = threading.Event()
        self._threads: list[threading.Thread] = []
        self.shelf = Shelf()
        self.keeper = Keeper(store, vault, rules, clock)
        self.space = Space(vault.root, self.shelf, rules, clock, spare=self.keeper.make_room)
        self.previews = Previews(store, vault)
        self.wishes = Wishes(
            store,
            vault,
            self.shelf,
            rules,
            clock,
            recorded=self.recorded,
            previews=self.previews.wanted,
        )

    def listen(self, camera_id: str, tap: VideoTap) -> None:
        """Record a camera from now on, as soon as its tap gives anything."""
        if not self._rules.recording.enabled:
            return
        with self._lock:
            segmenter = self._segmenters.get(camera_id)
            if segmenter is None:  # a camera that was removed and is back has another tap
                segmenter = self._segmenters[camera_id] = Segmenter(
                    camera_id,
                    self._folder / camera_id,
                    self._sizes,
                    self.shelf.add,
                    self._failed,
                )
            self._taps[camera_id] = tap
        tap.add(segmenter.hand_over)

    def leave(self) -> None:
        """Record nothing more; what has come is still written."""
        with self._lock:
            for camera_id, tap in self._taps.items():
                tap.remove(self._segmenters[camera_id].hand_over)
            self._taps.clear()

    def recorded(self) -> set[str]:
        """Cameras of which a piece is being written."""
        with self._lock:
            return {key for key, one in self._segmenters.items() if one.is_open}

    def facts(self) -> RecorderFacts:
        """How it fares."""
        with self._lock:
            all_ones = list(self._segmenters.values())
        return RecorderFacts(
            state=self._state(),
            cameras=sum(one.is_open for one in all_ones),
            ring_bytes=self.shelf.size_bytes,
            free_bytes=self.space.free_now,
            dropped=sum(one.hand_over.dropped for one in all_ones),
            skipped=sum(one.skipped for one in all_ones),
            failures=self._failures,
            waiting=self.wishes.waiting,
            missing=0 if self._found is None else self._found.missing,
            strays=0 if self._found is None else self._found.strays,
        )

    def start(self) -> None:
        """Begin; returns at once."""
        for name, run in (
            ("ring-writer", self._write),
            ("recordings", self._serve),
            ("housekeeping", self._keep),
        ):
            thread = threading.Thread(target=run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Close the pieces that are being written, and end; a cut under way is finished."""
        self.leave()
        self._stop.set()
        self._look.set()
        for thread in self._threads:
            thread.join(LONGEST_END_S)
        self.previews.close()

    def open_ring(self) -> None:
        """Look through what is on the disk; before anything is written."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
        # First what is wanted, then what may go: nothing is cleared that somebody waits for.
        self.wishes.hold(self._store.recordings.wanted())
        for piece in closed_pieces(self._folder):
            self.shelf.add(piece)
        self._ready.set()

    def write(self) -> None:
        """Write what has come; for the one thread that writes."""
        now_s, paused = self._clock.monotonic_s(), self.space.is_full
        with self._lock:
            all_ones = list(self._segmenters.values())
        for one in all_ones:
            one.write(now_s, paused=paused)

    def _write(self) -> None:
        _guarded("looking through the ring", self.open_ring)
        self._ready.set()
        while not self._stop.wait(WRITE_EACH_S):
            _guarded("recording", self.write)
        _guarded("recording", self.write)
        with self._lock:
            all_ones = list(self._segmenters.values())
        for one in all_ones:
            _guarded("closing a recording", one.close)

    def _serve(self) -> None:
        self._ready.wait()
        _guarded("previews", lambda: self.previews.resume(self._clock.now() - timedelta(days=2)))
        while not self._stop.wait(TURN_EACH_S):
            _guarded("cutting recordings", self.wishes.turn)

    def _keep(self) -> None:
        self._ready.wait()
        _guarded("room on the disk", self.space.turn)
        _guarded("reconciling evidence", self._reconcile)
        kept_s = float("-inf")
        while not self._stop.is_set():
            if self._clock.monotonic_s() - kept_s >= KEEP_EACH_S:
                kept_s = self._clock.monotonic_s()
                _guarded("retention", self._retire)
            self._look.wait(SPACE_EACH_S)
            self._look.clear()
            _guarded("room on the disk", self.space.turn)

    def _reconcile(self) -> None:
        self._found = reconcile(self._store, self._vault)

    def _retire(self) -> None:
        self.keeper.retire()
        clear_strays(self._vault, timedelta(days=self._rules.keeping.stray_days))

    def _failed(self, _error: OSError) -> None:
        self._failures += 1
        self._failed_s = self._clock.monotonic_s()
        self._look.set()

    def _state(self) -> RecorderState:
        if not self._rules.recording.enabled:
            return RecorderState.OFF
        if self.space.is_full:
            return RecorderState.FULL
        if self._failed_s is not None and self._clock.monotonic_s() - self._failed_s < LATELY_S:
            return RecorderState.FAILING
        return RecorderState.ON if self._ready.is_set() else RecorderState.STARTING


def _guarded(what: str, run: Callable[[], object]) -> None:
    """One round; a fault of it ends in the log, and the next round goes on."""
    try:
        run()
    except Exception:
        _logger.exception("%s failed; it is tried again", what)
