"""Looks at the frames of nodes as they come, proposes looks, and joins heat with fires.

It goes behind the live cameras, and not for ever: heat is live as well. Frames of one node are
followed in order of capture; those of today before those of a backlog, so that a node that sends
two days at once is seen as it is now. A frame older than what was followed is looked at alone. What
the watch remembers of a node is kept every quarter of an hour, and after a restart the frames since
are followed again. A look is proposed under a key of its heat and frame, before the frame is marked
as seen: after a kill it is looked at again, and proposes nothing twice.
"""

import logging
import zlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypedDict

from api.behind import Behind, Stopped
from api.heat.air import AirShelf, sun_elevation_deg
from api.heat.alone import opened_alone
from api.heat.detail import detail_of
from api.heat.grounding import place_in_view
from api.heat.looks import joined_fire
from api.heat.placing import place_of_heat, same_place
from api.heat.towers import towers_for
from api.nodes.files import path_of
from camera_gateway.thermal import read_thermal
from detector.dual.seeing import shows_something
from detector.thermal.classifier import SpotClassifier
from detector.thermal.watch import HeatWatch, Looks
from models.audit import SYSTEM
from models.errors import FrameCorrupt, InputRefused, ModelMismatch, WatchError
from models.heat_event import HeatEvent
from models.heat_intake import SeenFrame
from models.heat_look import HeatLook, LookState, NoFireReason
from models.heat_node import FrameState, HeatNode, NodeFrame
from models.site import Position
from models.store.heat_look_rows import KeptWatch, LookDraft
from models.thermal import ThermalImage, ThermalScale
from models.warm_place import WarmPlace

if TYPE_CHECKING:
    from api.context import Context

__all__ = ["HeatDesk"]

logger = logging.getLogger(__name__)

AT_ONCE: Final = 64
"""Frames of a step; between two steps fires and looks are held against each other."""
GIVES_WAY_S: Final = 2.0
"""So long a step waits for live frames of cameras: 64 frames in two seconds are nearly four times
what five hundred nodes send, one a minute each."""
LIVE: Final = timedelta(minutes=30)
YOUNG: Final = timedelta(hours=2)
"""Older heat meets nobody any more: an hour lies between it and smoke over it at most."""
MOST_HANDS: Final = 1000
"""Nodes whose memory is held, half a megabyte each; that of any other is read again."""
KEPT: Final = timedelta(minutes=15)
"""By the frames' own time. Half a megabyte of JSON takes 40 ms to write, the frames since then
15 ms each to follow again."""
MOST_AGAIN: Final = 60
"""Frames that are followed again after a restart."""
AROUND: Final = timedelta(minutes=10)
"""Frames so long before the heat of a look are kept with it."""
SETTLED: Final = timedelta(days=1)
"""So long the heat of a look that became a fire proposes no other one."""
STANDING: Final = frozenset({NoFireReason.STOVE, NoFireReason.SUN})
OF_A_DAY: Final = frozenset({NoFireReason.BURN, NoFireReason.SENSOR})


class _Around(TypedDict):
    air_c: float | None
    sun_elevation_deg: float | None
    warm_places: tuple[WarmPlace, ...]


class HeatDesk:
    """Works through the frames that wait.

    Args:
        context: of the application.
        classifier: judges spots by one frame; None where there is none.
        backlog: how many live frames of cameras wait.
    """

    def __init__(
        self, context: "Context", classifier: Looks | None, backlog: Callable[[], int]
    ) -> None:
        self._context = context
        self._classifier = classifier
        self._air = AirShelf()
        self._hands: OrderedDict[str, _Hand] = OrderedDict()
        self._known_event = -1
        self.behind = Behind(context.clock, backlog)

    @classmethod
    def of(cls, context: "Context", backlog: Callable[[], int]) -> "HeatDesk":
        """With the classifier that comes with the watch; without it where that is damaged."""
        classifier = None
        try:
            classifier = SpotClassifier.open()
        except ModelMismatch:
            logger.exception("hot spots are judged by their heat and time alone")
        return cls(context, classifier, backlog)

    async def run(self) -> None:
        """Work until cancelled."""
        await self.behind.run(self.work_once, "frames of nodes wait; it is tried again")

    def work_once(self) -> bool:
        """Look at some of the frames that wait, then hold looks and fires against each other.

        Returns:
            Whether there were any.

        Raises:
            WatchError: the store or the disk failed; what was not kept still waits.
        """
        nodes = self._context.store.nodes
        frames = nodes.waiting(AT_ONCE, since=self._context.clock.now() - LIVE)
        frames = frames or nodes.waiting(AT_ONCE)
        order = sorted(frames, key=lambda one: (one.node_id, one.captured_at, one.frame_id))
        try:
            if frames:
                self.behind.wait(GIVES_WAY_S)
            for node_id, own in groupby(order, key=lambda one: one.node_id):
                self.behind.looks()  # the watch may end
                self._follow(node_id, list(own))
            self.tend()
        except Stopped:
            return False
        return bool(frames)

    def tend(self) -> None:
        """Join looks with fires that others see there, and let those fade whose heat is gone."""
        store, now = self._context.store, self._context.clock.now()
        latest = store.events.latest()
        looks = store.heat_looks.undecided()
        fades = timedelta(hours=self._context.settings.looks.fade_hours)
        for look in looks:
            joined = None
            is_young = now - look.event.last_at < YOUNG or now - look.opened_at < LIVE
            if latest != self._known_event and is_young:
                joined = joined_fire(self._context, look)
            gone = now - max(look.event.last_at, look.opened_at) > fades
            if joined is None and gone and look.state is LookState.OPEN:
                store.heat_looks.fade(look.look_id, author=SYSTEM)
        self._known_event = latest

    def _follow(self, node_id: str, frames: Sequence[NodeFrame]) -> None:
        store = self._context.store
        node = store.nodes.get(node_id)
        hand = self._hand(node)
        untaught = store.heat_looks.untaught(node_id)
        taught: set[int] = set()
        try:
            seen = [self._see(node, hand.watch, frame, untaught, taught) for frame in frames]
            store.nodes.seen_many(seen)
            until_at = hand.watch.followed_until
            is_due = hand.kept_at is None or until_at is None or until_at - hand.kept_at >= KEPT
            if until_at is not None and (is_due or taught):
                kept = KeptWatch(until_at, zlib.compress(hand.watch.to_bytes(), 1))
                store.heat_looks.keep_watch(node_id, kept, taught=taught)
                hand.kept_at = until_at
        except BaseException:
            self._hands.pop(node_id, None)  # what was followed is not marked: begin where it was
            raise

    def _see(
        self,
        node: HeatNode,
        watch: HeatWatch,
        frame: NodeFrame,
        untaught: Sequence[HeatLook],
        taught: set[int],
    ) -> SeenFrame:
        try:
            image = self._read(node, frame)
        except (InputRefused, FrameCorrupt) as refused:
            return SeenFrame(frame.frame_id, None, None, code=refused.code)
        except WatchError:
            raise
        except Exception:  # a fault of ours; the frames behind it must not wait for ever
            logger.exception("frame %d of node %s cannot be read", frame.frame_id, node.node_id)
            return SeenFrame(frame.frame_id, None, None, code="node_frame_failed")
        self._teach(watch, image, untaught, taught)
        is_late = watch.followed_until is not None and frame.captured_at < watch.followed_until
        look = watch.alone if is_late else watch.follow
        events = look(image, frame.captured_at, **self._around(node, frame))
        if node.view is not None and self._context.heat_board is not None:
            sees = shows_something(image)
            self._context.heat_board.tell(
                *node.view, events, image.size_px, frame.captured_at, sees=sees
            )
        due = [event for event in events if event.is_due]
        for event in due:
            self._propose(node, frame, event, image.size_px)
        return SeenFrame(
            frame.frame_id,
            float(image.levels.max()) if image.scale is ThermalScale.CELSIUS else None,
            len(events),
            detail=detail_of(image),
            needed=bool(due),
        )

    def _around(self, node: HeatNode, frame: NodeFrame) -> "_Around":
        """Air and sun of a frame's time."""
        return {
            "air_c": self._air.at(self._context.store, frame.captured_at),
            "sun_elevation_deg": sun_elevation_deg(node.position, frame.captured_at),
            "warm_places": node.warm_places,
        }

    def _read(self, node: HeatNode, frame: NodeFrame) -> ThermalImage:
        path = path_of(self._context.settings.data_dir, frame)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputRefused(
                f"Frame {frame.frame_id} is not on the disk any more.", code="node_file_gone"
            ) from error
        return read_thermal(data, f"{node.node_id} {frame.sequence}", node.encoding)

    def _teach(
        self,
        watch: HeatWatch,
        image: ThermalImage,
        untaught: Sequence[HeatLook],
        taught: set[int],
    ) -> None:
        """What people said of its looks since; only a frame says how wide its pictures are."""
        for look in untaught:
            if look.look_id in taught or look.decided_at is None:
                continue
            watch.teach(look.event, image.size_px[0], look.decided_at + self._lasts(look.reason))
            taught.add(look.look_id)

    def _lasts(self, reason: NoFireReason | None) -> timedelta:
        rule = self._context.settings.looks
        if reason in STANDING:
            return timedelta(days=rule.standing_days)
        return timedelta(hours=rule.burn_hours if reason in OF_A_DAY else rule.passing_hours)

    def _propose(
        self, node: HeatNode, frame: NodeFrame, event: HeatEvent, size_px: tuple[int, int]
    ) -> None:
        context = self._context
        looks = context.store.heat_looks
        place, sigma_m = self._place(node, frame, event, size_px)
        known = same_place(looks.recent(node.node_id, context.clock.now() - SETTLED), event)
        if known is not None and known.event.last_at > event.last_at:
            return  # a late frame: how it is by now is known
        draft = LookDraft(
            node.node_id,
            event,
            frame.frame_id,
            place,
            sigma_m,
            towers_for(context, place) if known is None else known.towers,
            node.is_drill,
        )
        if known is not None:
            self._alone(node, looks.see(known.look_id, draft), size_px)
            return
        look, is_new = looks.open(draft)
        if is_new:
            logger.info("heat before node %s proposes look %d", node.node_id, look.look_id)
            began = min(event.first_at, frame.captured_at) - AROUND
            context.store.nodes.need_between(node.node_id, began, frame.captured_at)
        self._alone(node, look, size_px)

    def _alone(self, node: HeatNode, look: HeatLook, size_px: tuple[int, int]) -> None:
        """By the rule of its tower heat may be a fire by itself."""
        if self._context.heat_board is not None:
            opened_alone(self._context, self._context.heat_board, node, look, size_px)

    def _place(
        self, node: HeatNode, frame: NodeFrame, event: HeatEvent, size_px: tuple[int, int]
    ) -> tuple[Position, float]:
        if node.view is None:
            return place_of_heat(node, event.spot, size_px)
        pose = None if frame.reading.is_moved else node.pose
        believed = None if pose is None else self._context.poses.believed(*node.view, pose)
        return place_in_view(self._context.locator, node, believed, event.spot, size_px)

    def _hand(self, node: HeatNode) -> "_Hand":
        hand = self._hands.pop(node.node_id, None) or self._remembered(node)
        self._hands[node.node_id] = hand
        while len(self._hands) > MOST_HANDS:
            self._hands.popitem(last=False)
        return hand

    def _remembered(self, node: HeatNode) -> "_Hand":
        """As it was kept, and what was seen since followed again."""
        store, rule = self._context.store, self._context.settings.heat
        kept = store.heat_looks.watch(node.node_id)
        watch = HeatWatch(self._classifier, rule)
        if kept is not None:
            watch = HeatWatch.from_bytes(_unpacked(kept.state), self._classifier, rule)
        kept_at = watch.followed_until
        since = [
            one
            for one in store.nodes.frames(node.node_id, limit=MOST_AGAIN)
            if one.state is FrameState.SEEN and (kept_at is None or one.captured_at > kept_at)
        ]
        for frame in sorted(since, key=lambda one: (one.captured_at, one.frame_id)):
            with suppress(InputRefused, FrameCorrupt):
                image = self._read(node, frame)
                watch.follow(image, frame.captured_at, **self._around(node, frame))
        return _Hand(watch, kept_at)


@dataclass(slots=True)
class _Hand:
    """A node that is followed, and up to when that is kept in the store."""

    watch: HeatWatch
    kept_at: datetime | None


def _unpacked(state: bytes) -> bytes:
    """What is damaged is nothing: the watch begins anew."""
    try:
        return zlib.decompress(state)
    except zlib.error:
        return b""
