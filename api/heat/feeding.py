"""Hands pictures of thermal cameras to the path of heat, instead of the network for smoke.

A thermal camera gives a picture every few seconds; heat needs one a minute to be followed. So of
each view one is taken in its interval by the day's danger class, and the others pass by. What is
taken goes the way of every node's frame: its file on the disk, its row committed, then it is looked
at. The pipeline is never held up: it lays the frame down, and a task of its own does the rest. Of
each view the newest frame waits and no other; one that another has overtaken is counted.
"""

import asyncio
import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.heat.unmasking import without_paint
from api.heat.views import ViewShelf
from api.nodes.files import suffix_of
from api.nodes.pushes import MOST_PICTURE_BYTES
from api.nodes.room import NodeRoom
from models.clock import Clock
from models.errors import Conflict, FrameCorrupt, InputRefused, NotFound, WatchError
from models.frame import Frame
from models.heat_health import interval_s
from models.heat_intake import FrameDraft
from models.heat_node import HeatNode, NodeReading
from models.patrol import DangerClass
from models.store import Store

__all__ = ["FeedCounts", "HeatFeed"]

logger = logging.getLogger(__name__)

EVERY_S: Final = 0.5
"""A frame waits so long at most; several views are then committed at once."""
REVIEWED_EVERY_S: Final = 10.0
RETRY_S: Final = 2.0
MOST_VIEWS: Final = 5000
"""As many as there may be nodes; no camera has more presets than that."""


@dataclass(slots=True)
class FeedCounts:
    """What became of the frames of thermal cameras since the start.

    Attributes:
        frames: that came.
        passed: let pass, for their view had one within its interval.
        kept: whose file and row are kept.
        repeated: that were there already.
        dropped: not kept: overtaken by a newer one of their view while the disk or the store was
            slow, too many views, or too large.
        unknown: of no view: their camera is none of heat any more, or has no such preset.
        failed_at_s: by the clock that never jumps, when one could last not be kept.
    """

    frames: int = 0
    passed: int = 0
    kept: int = 0
    repeated: int = 0
    dropped: int = 0
    unknown: int = 0
    failed_at_s: float | None = None


class HeatFeed:
    """A sink of the pipeline; see :class:`detector.pipeline.HeatSink`.

    Args:
        store: of the watch.
        clock: the installation's.
        views: that there are.
        room: of the nodes; there once the watch is built.
    """

    def __init__(
        self, store: Store, clock: Clock, views: ViewShelf, room: Callable[[], NodeRoom]
    ) -> None:
        self.counts = FeedCounts()
        self._store = store
        self._clock = clock
        self._views = views
        self._room = room
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, int], Frame] = {}
        self._taken_at: dict[tuple[str, int], datetime] = {}
        self._reviewed_s: float | None = None
        self._said = ""
        self._danger = DangerClass.EXTREME  # until it is known: rather too many frames than too few

    def take(self, frame: Frame) -> None:
        """Lay a frame down; never blocks, never raises."""
        view = (frame.camera_id, frame.preset)
        every_s = self._views.intervals_s(view)[int(self._danger) - 1]
        with self._lock:
            self.counts.frames += 1
            last_at = self._taken_at.get(view)
            # A clock that was set back, or a recording that begins anew, holds nothing up.
            if last_at is not None and timedelta() <= frame.captured_at - last_at < timedelta(
                seconds=every_s
            ):
                self.counts.passed += 1
                return
            if view not in self._taken_at and len(self._taken_at) >= MOST_VIEWS:
                self.counts.dropped += 1
                return
            if self._waiting.pop(view, None) is not None:
                self.counts.dropped += 1
            self._taken_at[view] = frame.captured_at
            self._waiting[view] = frame

    async def run(self) -> None:
        """Work until cancelled; what fails is tried again."""
        while True:
            pause_s = EVERY_S
            try:
                await asyncio.to_thread(self.work_once)
            except WatchError as error:
                if str(error) != self._said:  # once, not every two seconds
                    logger.exception("frames of thermal cameras wait; it is tried again")
                self._said = str(error)
                self.counts.failed_at_s = self._clock.monotonic_s()
                pause_s = RETRY_S
            await self._clock.sleep(pause_s)

    def close(self) -> None:
        """Keep what waits; for the end of the watch."""
        try:
            self.work_once()
        except WatchError:
            logger.exception("the watch ends and %d frames of heat are not kept", self.waiting)

    @property
    def waiting(self) -> int:
        """Frames that are laid down."""
        with self._lock:
            return len(self._waiting)

    def work_once(self) -> int:
        """Keep what waits, and follow the cameras where that is due.

        Returns:
            How many were kept.

        Raises:
            WatchError: the disk or the store takes nothing; what waits still waits.
        """
        self._danger = self._room().intake.danger()
        now_s = self._clock.monotonic_s()
        if self._reviewed_s is None or now_s - self._reviewed_s >= REVIEWED_EVERY_S:
            self._views.review()
            self._reviewed_s = now_s
        with self._lock:
            waiting = list(self._waiting.items())
        before = self.counts.kept
        for view, frame in waiting:
            self._keep(frame)
            with self._lock:
                if self._waiting.get(view) is frame:
                    del self._waiting[view]
            self._said = ""
        return self.counts.kept - before

    def _keep(self, frame: Frame) -> None:
        try:
            node = self._views.of(frame)
        except InputRefused as refused:  # too many nodes: one view must not hold up the others
            logger.warning("camera %s has no view: %s", frame.camera_id, refused)
            node = None
        if node is None:
            self.counts.unknown += 1
            return
        data = frame.jpeg
        if frame.hidden:
            try:
                data = without_paint(frame, node.encoding)
            except (InputRefused, FrameCorrupt):
                logger.warning("a masked picture of %s cannot be read", node.node_id)
                self.counts.dropped += 1
                return
        suffix = suffix_of(data)
        if suffix is None or len(data) > MOST_PICTURE_BYTES:
            logger.warning("a picture of %s is too large to be kept", node.node_id)
            self.counts.dropped += 1
            return
        self._commit(node, frame, data, suffix)

    def _commit(self, node: HeatNode, frame: Frame, data: bytes, suffix: str) -> None:
        files = self._room().files
        draft = FrameDraft(
            node.node_id,
            _sequence_of(frame.captured_at),
            frame.captured_at,
            frame.received_at,
            hashlib.sha256(data).hexdigest(),
            len(data),
            suffix,
            NodeReading(is_moved=frame.pose is None and node.pose is not None),
            interval_s(node, self._danger),
        )
        if self._store.nodes.sequence_of(node.node_id, draft.sequence) is not None:
            self.counts.repeated += 1  # a recording that begins anew; no file is written over
            return
        path = files.put(
            node.node_id,
            frame.captured_at,
            draft.sequence,
            data,
            sha256=draft.sha256,
            suffix=suffix,
        )
        try:
            _, is_new = self._store.nodes.take(draft)
        except (Conflict, NotFound):  # the number is another frame's, or it is retired just now
            files.drop(path)
            self._views.forget((frame.camera_id, frame.preset))
            self.counts.dropped += 1
            return
        self.counts.kept += is_new
        self.counts.repeated += not is_new


def _sequence_of(at: datetime) -> int:
    """A number that rises with capture, also over restarts: milliseconds since 1970."""
    return max(0, int(at.timestamp() * 1000.0))
