"""Looks after the nodes: writes down what was refused, tells who does otherwise, clears files."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from api.nodes.files import mark_of
from api.nodes.health import fleet_now
from models.errors import WatchError
from models.heat_node import NodeFrame

if TYPE_CHECKING:
    from api.context import Context

__all__ = ["NodeDesk"]

logger = logging.getLogger(__name__)

FLUSHED_EVERY_S: Final = 5.0
REVIEWED_EVERY_S: Final = 30.0
CLEARED_EVERY_S: Final = 600.0
AT_ONCE: Final = 500
STRAY_AFTER: Final = timedelta(hours=1)
_GB: Final = 10**9


class NodeDesk:
    """Of one installation.

    Args:
        context: of the application.
    """

    def __init__(self, context: "Context") -> None:
        self._context = context
        self._reviewed_s: float | None = None
        self._cleared_s: float | None = None

    async def run(self) -> None:
        """Work until cancelled; what fails is tried again."""
        try:
            while True:
                try:
                    await asyncio.to_thread(self.work_once)
                except WatchError:
                    logger.exception("the nodes could not be looked after; it is tried again")
                await self._context.clock.sleep(FLUSHED_EVERY_S)
        finally:
            with suppress(WatchError):  # what was counted in the last seconds; the watch ends
                self._context.nodes.intake.close()

    def work_once(self) -> None:
        """Do what is due.

        Raises:
            WatchError: the store cannot be used; what is due stays so.
        """
        self._context.nodes.intake.flush()
        now_s = self._context.clock.monotonic_s()
        if self._reviewed_s is None or now_s - self._reviewed_s >= REVIEWED_EVERY_S:
            self.review()
            self._reviewed_s = now_s
        if self._cleared_s is None:
            self.clear_strays()
        if self._cleared_s is None or now_s - self._cleared_s >= CLEARED_EVERY_S:
            self.clear()
            self._cleared_s = now_s

    def review(self) -> list[str]:
        """Tell everybody of nodes that do otherwise than before.

        Returns:
            Those, by their keys.
        """
        context = self._context
        intake = context.nodes.intake
        fleet = fleet_now(
            context.store,
            context.clock,
            context.settings.nodes,
            intake.danger(),
            intake.pending(),
        )
        return context.store.nodes.tell_troubles(
            {standing.node_id: standing.troubles for _, standing in fleet}
        )

    def clear(self) -> int:
        """Clear files that nobody needs and that are old, or too many; then forget old frames.

        Returns:
            How many files went.
        """
        context, rule = self._context, self._context.settings.nodes
        now, nodes = context.clock.now(), context.store.nodes
        gone = 0
        while old := nodes.clearable(now - timedelta(hours=rule.keep_hours), AT_ONCE):
            gone += self._clear(old)
        over_bytes = nodes.file_bytes() - round(rule.most_gb * _GB)
        while over_bytes > 0 and (oldest := nodes.clearable(now, AT_ONCE)):
            some = []
            for frame in oldest:
                if over_bytes <= 0:
                    break
                some.append(frame)
                over_bytes -= frame.bytes
            gone += self._clear(some)
        while nodes.forget(now - timedelta(days=rule.keep_days)):
            pass
        return gone

    def clear_strays(self) -> int:
        """Clear files whose row was never written: the watch ended in between.

        Their nodes have sent them again by now, or will; done once, at the start.

        Returns:
            How many there were.
        """
        context, gone = self._context, 0
        before_s = (context.clock.now() - STRAY_AFTER).timestamp()
        for kept in context.store.nodes.all_kept():
            node_id = kept.node.node_id
            strays = context.nodes.files.strays(node_id, before_s)
            known = context.store.nodes.pictures_of(node_id) if strays else set()
            for path in strays:
                if mark_of(path) not in known:
                    context.nodes.files.drop(path)
                    gone += 1
        return gone

    def _clear(self, frames: list[NodeFrame]) -> int:
        """The rows learn of it first: a file without one is a stray, and cleared some day."""
        self._context.store.nodes.cleared([frame.frame_id for frame in frames])
        self._context.nodes.files.clear(frames)
        return len(frames)
