"""Frames of nodes: taken once each, looked at in the order in which they were taken, forgotten.

A base of :class:`models.store.nodes.NodeRepository`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from models.clock import Clock
from models.errors import Conflict, NotFound
from models.heat_health import as_captured, follow_detail, follow_frame
from models.heat_intake import FrameDraft, KeptNode, SeenFrame
from models.heat_node import FrameState, NodeFrame
from models.store.database import Database
from models.store.node_rows import FRAMES, frame_of, kept_of, load_node, number_of
from models.store.tables import heat_frame, heat_node, heat_node_state

__all__ = ["FrameShelf", "Taken"]

_AT_ONCE: Final = 500

Taken: TypeAlias = tuple[NodeFrame, bool] | NotFound | Conflict
"""A frame and whether it is new; or why it was not taken."""


@dataclass(slots=True)
class _Hand:
    """A node while frames of it are written."""

    kept: KeptNode
    state: dict[str, Any]


class FrameShelf:
    """Frames of the nodes of one store.

    Args:
        database: to work on.
        clock: the installation's.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def take(self, draft: FrameDraft) -> tuple[NodeFrame, bool]:
        """Take one frame in, whose bytes are on the disk; the same again changes nothing.

        Returns:
            The frame, and whether it is new.

        Raises:
            NotFound: no such node, or it is retired; code ``no_such_node``.
            Conflict: another frame of the node has that number; code ``node_sequence``.
        """
        (taken,) = self.take_many([draft])
        if isinstance(taken, NotFound | Conflict):
            raise taken
        return taken

    def take_many(self, drafts: Sequence[FrameDraft]) -> list[Taken]:
        """The same of several in one transaction: all that can be taken is, or none.

        Returns:
            For each what :meth:`take` returns or raises.
        """
        hands: dict[str, _Hand | None] = {}
        taken: list[Taken] = []
        with self._database.write() as connection:
            for draft in drafts:
                if draft.node_id not in hands:
                    hands[draft.node_id] = _hand(connection, draft.node_id)
                hand = hands[draft.node_id]
                if hand is None or hand.kept.node.is_retired:
                    told = f"There is no node {draft.node_id} in service."
                    taken.append(NotFound(told, code="no_such_node"))
                else:
                    taken.append(self._taken(connection, hand, draft))
            for hand in hands.values():
                if hand is not None:
                    _keep_state(connection, hand)
        return taken

    def _taken(self, connection: Connection, hand: _Hand, draft: FrameDraft) -> Taken:
        number, state = hand.kept.number, hand.state
        query = FRAMES.where(heat_frame.c.number == number, heat_frame.c.sequence == draft.sequence)
        known = connection.execute(query).one_or_none()
        if known is not None and known.sha256 == draft.sha256:
            state["repeated"] += 1
            return frame_of(known), False
        if known is not None:
            return Conflict(
                f"Another frame of {draft.node_id} has the number {draft.sequence}.",
                remedy="A node never gives a number twice, also after it was set back.",
                code="node_sequence",
            )
        last_at = state["last_captured_at"]
        # With this frame's own delay: the first from a clock that is ahead is known to be.
        told = follow_frame(state["facts"], hand.kept.node, draft, is_latest=False)
        captured_at = as_captured(told, draft.told_at, draft.received_at)
        is_latest = last_at is None or captured_at >= last_at
        state["facts"] = follow_frame(state["facts"], hand.kept.node, draft, is_latest=is_latest)
        state["last_received_at"] = draft.received_at
        if is_latest:
            state |= {"last_captured_at": captured_at, "last_reading": draft.reading}
        state["frames"] += 1
        state["waiting"] += 1
        values = {name: getattr(draft, name) for name in _OF_DRAFT}
        frame_id = connection.execute(
            insert(heat_frame)
            .values(
                **values,
                number=number,
                captured_at=captured_at,
                state=FrameState.WAITING,
                code="",
                has_file=True,
                is_needed=False,
            )
            .returning(heat_frame.c.frame_id)
        ).scalar_one()
        return NodeFrame(frame_id, draft.node_id, captured_at=captured_at, **values), True

    def frame(self, frame_id: int) -> NodeFrame:
        """One frame.

        Raises:
            NotFound: no such one, or it is forgotten; code ``no_such_frame``.
        """
        query = FRAMES.where(heat_frame.c.frame_id == number_of(frame_id))
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"There is no frame {frame_id}.", code="no_such_frame")
        return frame_of(row)

    def sequence_of(self, node_id: str, sequence: int) -> NodeFrame | None:
        """The frame to which a node gave a number; None for none."""
        query = FRAMES.where(
            heat_node.c.node_id == node_id, heat_frame.c.sequence == number_of(sequence)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else frame_of(row)

    def frames(
        self, node_id: str, *, before: int | None = None, limit: int = 50
    ) -> list[NodeFrame]:
        """Frames of a node, the one that came last first.

        Args:
            node_id: of it.
            before: only those with a smaller number; None for all.
            limit: at most so many.

        Raises:
            NotFound: no such node; code ``no_such_node``.
        """
        with self._database.read() as connection:
            wanted = [heat_frame.c.number == load_node(connection, node_id).number]
            if before is not None:
                wanted.append(heat_frame.c.frame_id < number_of(before))
            query = FRAMES.where(*wanted).order_by(heat_frame.c.frame_id.desc()).limit(limit)
            return [frame_of(row) for row in connection.execute(query)]

    def waiting(self, limit: int, *, since: datetime | None = None) -> list[NodeFrame]:
        """Frames that nobody has looked at, in the order in which they were taken.

        Args:
            limit: at most so many.
            since: UTC, only those taken then or later: what is live goes before a backlog; None
                for all.
        """
        wanted: list[ColumnElement[bool]] = [heat_frame.c.state == FrameState.WAITING]
        if since is not None:
            wanted.append(heat_frame.c.captured_at >= since)
        query = (
            FRAMES.where(*wanted)
            .order_by(heat_frame.c.captured_at, heat_frame.c.frame_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [frame_of(row) for row in connection.execute(query)]

    def seen(
        self,
        frame_id: int,
        *,
        hottest_c: float | None,
        spots: int | None,
        code: str = "",
        detail: float | None = None,
        needed: bool = False,
    ) -> None:
        """Keep what was found in a frame; see :class:`SeenFrame`. A second time changes nothing."""
        self.seen_many([SeenFrame(frame_id, hottest_c, spots, code, detail, needed)])

    def seen_many(self, frames: Sequence[SeenFrame]) -> None:
        """The same of several, in one transaction."""
        with self._database.write() as connection:
            for one in frames:
                _see(connection, one)

    def need(self, frame_ids: Collection[int]) -> None:
        """Keep the files of some frames, for somebody may want to see them."""
        wanted = sorted({number_of(one) for one in frame_ids})
        with self._database.write() as connection:
            for first in range(0, len(wanted), _AT_ONCE):
                some = heat_frame.c.frame_id.in_(wanted[first : first + _AT_ONCE])
                connection.execute(update(heat_frame).where(some).values(is_needed=True))

    def need_between(self, node_id: str, from_at: datetime, until_at: datetime) -> int:
        """The same of all frames that a node took in a span of time, both ends included.

        Returns:
            How many there are.

        Raises:
            NotFound: no such node; code ``no_such_node``.
        """
        with self._database.write() as connection:
            number = load_node(connection, node_id).number
            span = heat_frame.c.captured_at.between(from_at, until_at)
            changed = update(heat_frame).where(heat_frame.c.number == number, span)
            return int(connection.execute(changed.values(is_needed=True)).rowcount)

    def pictures_of(self, node_id: str) -> set[str]:
        """Number and first 16 digits of the sha256, ``12-0123456789abcdef``, of all kept files."""
        query = (
            select(heat_frame.c.sequence, heat_frame.c.sha256)
            .join(heat_node, heat_node.c.number == heat_frame.c.number)
            .where(heat_node.c.node_id == node_id, heat_frame.c.has_file)
        )
        with self._database.read() as connection:
            return {f"{row.sequence}-{row.sha256[:16]}" for row in connection.execute(query)}

    def clearable(self, before: datetime, limit: int) -> list[NodeFrame]:
        """Frames with a file that nobody needs, received before a moment, the oldest first."""
        query = (
            FRAMES.where(*_CLEARABLE, heat_frame.c.received_at < before)
            .order_by(heat_frame.c.received_at, heat_frame.c.frame_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [frame_of(row) for row in connection.execute(query)]

    def cleared(self, frame_ids: Collection[int]) -> None:
        """Say that the files of some frames are gone."""
        wanted = sorted(set(frame_ids))
        with self._database.write() as connection:
            for first in range(0, len(wanted), _AT_ONCE):
                some = heat_frame.c.frame_id.in_(wanted[first : first + _AT_ONCE])
                connection.execute(update(heat_frame).where(some).values(has_file=False))

    def file_bytes(self) -> int:
        """What the files of all frames have, in bytes."""
        query = select(func.coalesce(func.sum(heat_frame.c.bytes), 0)).where(heat_frame.c.has_file)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def forget(self, before: datetime, limit: int = 5000) -> int:
        """Forget frames without a file that were received before a moment; those needed stay.

        Returns:
            How many; as many as the limit when there may be more.
        """
        some = (
            select(heat_frame.c.frame_id)
            .where(
                heat_frame.c.has_file.is_(False),
                heat_frame.c.is_needed.is_(False),
                heat_frame.c.received_at < before,
            )
            .limit(limit)
        )
        with self._database.write() as connection:
            gone = connection.execute(delete(heat_frame).where(heat_frame.c.frame_id.in_(some)))
            return int(gone.rowcount)


_CLEARABLE: Final = (
    heat_frame.c.has_file.is_(True),
    heat_frame.c.is_needed.is_(False),
    heat_frame.c.state != FrameState.WAITING,
)

_OF_DRAFT: Final = (
    *("sequence", "told_at", "received_at", "sha256", "bytes", "suffix", "reading"),
)
_OF_STATE: Final = (
    *("last_received_at", "last_captured_at", "last_reading"),
    *("facts", "frames", "waiting", "repeated"),
)


def _hand(connection: Connection, node_id: str) -> _Hand | None:
    query = (
        select(heat_node, *(heat_node_state.c[name] for name in _OF_STATE))
        .join(heat_node_state, heat_node_state.c.number == heat_node.c.number)
        .where(heat_node.c.node_id == node_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return _Hand(kept_of(row), {name: getattr(row, name) for name in _OF_STATE})


def _keep_state(connection: Connection, hand: _Hand) -> None:
    mine = heat_node_state.c.number == hand.kept.number
    connection.execute(update(heat_node_state).where(mine).values(**hand.state))


def _see(connection: Connection, seen: SeenFrame) -> None:
    frame = heat_frame.c.frame_id == number_of(seen.frame_id)
    waits = heat_frame.c.state == FrameState.WAITING
    values: dict[str, Any] = {
        "state": FrameState.UNREADABLE if seen.code else FrameState.SEEN,
        "code": seen.code,
        "hottest_c": seen.hottest_c,
        "spots": seen.spots,
    }
    if seen.needed:
        values["is_needed"] = True
    row: Row[Any] | None = connection.execute(
        update(heat_frame)
        .where(frame, waits)
        .values(**values)
        .returning(heat_frame.c.number, heat_frame.c.captured_at)
    ).one_or_none()
    if row is None:
        return
    mine = heat_node_state.c.number == row.number
    changes: dict[str, Any] = {"waiting": heat_node_state.c.waiting - 1}
    if seen.detail is not None:
        facts = connection.execute(select(heat_node_state.c.facts).where(mine)).scalar_one()
        changes["facts"] = follow_detail(facts, row.captured_at, seen.detail)
    connection.execute(update(heat_node_state).where(mine).values(**changes))
