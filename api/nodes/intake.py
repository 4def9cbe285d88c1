"""Takes in what nodes push, over HTTP and MQTT alike.

A frame is taken when its file is on the disk and its row is committed, in this order, and only then
the node hears so: whatever is cut off in between, it sends again. Frames that come at once share
one commit. What is refused costs the database nothing but a count, and many counts are one write.
"""

import asyncio
import hashlib
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

from api.nodes.committing import Writer
from api.nodes.files import NodeFiles, suffix_of
from api.nodes.flooding import Buckets
from api.nodes.pushes import (
    MOST_PICTURE_BYTES,
    Push,
    PushRefused,
    Receipt,
    read_moment,
    read_reading,
    read_sequence,
)
from api.nodes.signing import is_signed
from models.clock import Clock
from models.config.nodes import NodesRule
from models.errors import Conflict, NotFound, WatchError
from models.heat_health import NodeFacts, clock_error_s, interval_s
from models.heat_intake import FrameDraft
from models.heat_node import FrameRefusal, HeatNode, NodeFrame
from models.patrol import DangerClass
from models.store import Store
from models.store.node_frames import Taken

__all__ = ["Intake", "Push", "PushRefused", "Receipt"]

HANDS: Final = 24
MOST_COUNTED: Final = 10_000
DANGER_EVERY_S: Final = 60.0
AHEAD_TIMES: Final = 3
AHEAD_SPREAD_S: Final = 600.0


class Intake:
    """Takes pushes in; any thread may use it, and many do.

    Args:
        store: of the watch.
        files: of all nodes.
        rule: what is settled about nodes.
        clock: the installation's.
        danger: class of the day; asked once a minute.
    """

    def __init__(
        self,
        store: Store,
        files: NodeFiles,
        rule: NodesRule,
        clock: Clock,
        danger: Callable[[], DangerClass],
    ) -> None:
        self._store = store
        self._files = files
        self._rule = rule
        self._clock = clock
        self._danger = danger
        self._danger_now: tuple[float, DangerClass] | None = None
        self._buckets = Buckets(clock, rule.most_per_minute)
        self._writer = Writer(store)
        self._lock = threading.Lock()
        self._refused: Counter[tuple[str, FrameRefusal]] = Counter()
        self._ahead: OrderedDict[str, deque[float]] = OrderedDict()
        self._strangers = 0
        self._hands: ThreadPoolExecutor | None = None

    @property
    def strangers(self) -> int:
        """Pushes in the names of nodes that there are not, since the start."""
        return self._strangers

    def danger(self) -> DangerClass:
        """The class of the day, at most a minute old."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            known = self._danger_now
        if known is None or now_s - known[0] >= DANGER_EVERY_S:
            known = (now_s, self._danger())
            with self._lock:
                self._danger_now = known
        return known[1]

    async def take_soon(self, push: Push) -> Receipt:
        """The same as :meth:`take` for an event loop, in hands of its own."""
        with self._lock:
            if self._hands is None:
                self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="nodes")
            hands = self._hands
        return await asyncio.get_running_loop().run_in_executor(hands, self.take, push)

    def close(self) -> None:
        """Wait for what is being taken in, and keep what was counted."""
        with self._lock:
            hands, self._hands = self._hands, None
        if hands is not None:
            hands.shutdown()
        self.flush()

    def take(self, push: Push) -> Receipt:
        """Take one push in; blocks until it is kept.

        Raises:
            PushRefused: it is not taken, and counted as such.
            StorageFull: the disk takes no more; code ``node_disk``. The node keeps it.
            WatchError: the store cannot be used; likewise.
        """
        try:
            return self._take(push)
        except PushRefused as refused:
            self.count(push.node_id, refused.reason)
            raise

    def count(self, node_id: str, reason: FrameRefusal) -> None:
        """Count a push that was refused; written down with many others."""
        with self._lock:
            if len(self._refused) >= MOST_COUNTED and (node_id, reason) not in self._refused:
                self._strangers += 1  # no district has so many nodes
                return
            self._refused[node_id, reason] += 1

    def pending(self) -> dict[tuple[str, FrameRefusal], int]:
        """What is counted and not written down yet, by node and reason."""
        with self._lock:
            return dict(self._refused)

    def flush(self) -> None:
        """Write down what was counted.

        Raises:
            WatchError: the store cannot be written; what was counted is kept.
        """
        with self._lock:
            counted, self._refused = self._refused, Counter()
        if not counted:
            return
        try:
            known = self._store.nodes.count_refusals(counted, self._clock.now())
        except WatchError:
            with self._lock:
                self._refused.update(counted)
            raise
        strangers = sum(count for (node_id, _), count in counted.items() if node_id not in known)
        with self._lock:
            self._strangers += strangers

    def _take(self, push: Push) -> Receipt:
        if len(push.body) > MOST_PICTURE_BYTES:
            raise too_large()
        sender = self._store.nodes.sender(push.node_id)
        key = None if sender is None else sender.key
        signed = is_signed(
            key,
            push.signature,
            node_id=push.node_id,
            sequence=push.sequence,
            captured_at=push.captured_at,
            reading=push.reading,
            body=push.body,
        )
        if sender is None or (sender.key is None and sender.kept.node.view is None):
            raise _unknown(push.node_id)
        if not signed:
            raise PushRefused(
                FrameRefusal.FORGED,
                f"The push is not signed with the key of {push.node_id}.",
                remedy="Give the node its key, or a new one.",
            )
        wait_s = self._buckets.take(push.node_id)
        if wait_s > 0:
            raise flooded(push.node_id, wait_s)
        draft = self._read(push, sender.kept.node)
        frame = self._store.nodes.sequence_of(push.node_id, draft.sequence)
        if frame is None:
            self._check_time(push.node_id, draft, sender.facts)
            frame, is_new = self._keep(push, draft)
        else:  # asked first: no file is written anew, also of one that has got stale since
            frame, is_new = _taken(push, self._writer.keep(draft))
        return Receipt(
            draft.sequence, frame.received_at, draft.told_interval_s, self._clock.now(), is_new
        )

    def _read(self, push: Push, node: HeatNode) -> FrameDraft:
        sequence, told_at = read_sequence(push.sequence), read_moment(push.captured_at)
        reading, suffix = read_reading(push.reading), suffix_of(push.body)
        if sequence is None:
            raise _damaged("The number of the frame is none.")
        if told_at is None:
            raise _damaged("The time of the frame is none of RFC 3339 with a zone.")
        if reading is None:
            raise _damaged("The reading is no object of JSON, or longer than 2 KiB.")
        if suffix is None:
            raise _damaged("The body is no JPEG, PNG or TIFF.")
        return FrameDraft(
            node_id=push.node_id,
            sequence=sequence,
            told_at=told_at,
            received_at=self._clock.now(),
            sha256=hashlib.sha256(push.body).hexdigest(),
            bytes=len(push.body),
            suffix=suffix,
            reading=reading,
            told_interval_s=interval_s(node, self.danger()),
        )

    def _check_time(self, node_id: str, draft: FrameDraft, facts: NodeFacts) -> None:
        age_s = (draft.received_at - draft.told_at).total_seconds()
        if age_s > timedelta(days=self._rule.backlog_days).total_seconds():
            raise PushRefused(
                FrameRefusal.STALE,
                f"The frame was taken more than {self._rule.backlog_days:g} days ago.",
                remedy="Set the node's clock by the answers; older frames are not taken.",
            )
        if age_s >= -self._rule.ahead_s:
            return
        error_s = clock_error_s(facts)
        is_explained = error_s is not None and -age_s - error_s <= self._rule.ahead_s
        if not is_explained and not self._is_steady(node_id, -age_s):
            raise PushRefused(
                FrameRefusal.AHEAD,
                f"The frame was taken {-age_s:.0f} s in the future.",
                remedy="Set the node's clock by the answers.",
            )

    def _is_steady(self, node_id: str, ahead_s: float) -> bool:
        """Whether the pushes before were ahead by as much: then it is the clock, and known."""
        with self._lock:
            seen = self._ahead.pop(node_id, None) or deque(maxlen=AHEAD_TIMES)
            self._ahead[node_id] = seen
            seen.append(ahead_s)
            return len(seen) == AHEAD_TIMES and max(seen) - min(seen) <= AHEAD_SPREAD_S

    def _keep(self, push: Push, draft: FrameDraft) -> tuple[NodeFrame, bool]:
        path = self._files.put(
            draft.node_id,
            draft.told_at,
            draft.sequence,
            push.body,
            sha256=draft.sha256,
            suffix=draft.suffix,
        )
        taken = self._writer.keep(draft)
        try:
            return _taken(push, taken)
        except PushRefused:
            self._files.drop(path)
            raise


def too_large() -> PushRefused:
    """What is told of a picture that is too large."""
    return PushRefused(
        FrameRefusal.LARGE,
        f"A picture has {MOST_PICTURE_BYTES // 2**20} MiB at most.",
        remedy="Send smaller pictures.",
    )


def flooded(node_id: str, wait_s: float) -> PushRefused:
    """What is told of more pushes than are taken of one node."""
    return PushRefused(
        FrameRefusal.FLOOD,
        f"{node_id} sends more than is taken.",
        remedy="Wait as long as is said, then send it again.",
        retry_after_s=max(1, round(wait_s + 0.5)),
    )


def _taken(push: Push, taken: Taken) -> tuple[NodeFrame, bool]:
    if isinstance(taken, NotFound):
        raise _unknown(push.node_id)
    if isinstance(taken, Conflict):
        raise PushRefused(FrameRefusal.CHANGED, taken.message, remedy=taken.remedy)
    return taken


def _unknown(node_id: str) -> PushRefused:
    return PushRefused(
        FrameRefusal.UNKNOWN,
        f"There is no node {node_id[:40]!r} in service.",
        remedy="Set it up first.",
    )


def _damaged(what: str) -> PushRefused:
    return PushRefused(FrameRefusal.DAMAGED, what, remedy="Look after the node's program.")
