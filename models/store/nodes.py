"""Nodes under the trees: how each was set up, and its key.

A key leaves this module only for whoever checks a signature; the log of deeds is told that one was
set, and never what it is.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from models.errors import Conflict, InputRefused
from models.events import EventKind
from models.heat_health import NodeFacts
from models.heat_intake import KeptNode
from models.heat_node import HeatNode, NodeReading
from models.store import audit, events
from models.store.node_rows import check_node, kept_of, load_node, values_of
from models.store.node_standings import StandingShelf
from models.store.tables import heat_node, heat_node_key, heat_node_state

__all__ = ["LEAST_KEY", "NodeRepository", "Sender"]

LEAST_KEY: Final = 32
MOST_KEY: Final = 128
MOST_NODES: Final = 5000
_OF_PEOPLE: Final = ("intervals_s", "warm_places")
"""What people set of the view of a camera; all else of it the camera says."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A node that pushes.

    Attributes:
        kept: the node.
        key: that it signs with; None for one that is retired.
        facts: of it.
    """

    kept: KeptNode
    key: str | None = field(repr=False)
    facts: NodeFacts


class NodeRepository(StandingShelf):
    """The nodes of one store with their frames; any thread may use it."""

    def add(self, node: HeatNode, key: str, *, author: str) -> KeptNode:
        """Set a node up.

        Args:
            node: as it stands and looks.
            key: that it signs with, 32 to 128 letters.
            author: who sets it up.

        Raises:
            Conflict: there is one of that key already; code ``node_exists``.
            InputRefused: it cannot be one (see :func:`models.store.node_rows.check_node`), the key
                is too short or too long (``node_secret``), there are too many (``node_count``), or
                no author (``author_missing``).
        """
        check_node(node)
        _check_key(key)
        if node.view is not None:
            raise _of_the_watch(node.node_id)
        with self._database.write() as connection:
            mine = heat_node.c.node_id == node.node_id
            if connection.execute(select(heat_node.c.number).where(mine)).first() is not None:
                raise Conflict(
                    f"There is a node {node.node_id} already.",
                    remedy="Give it another key, or change that one.",
                    code="node_exists",
                )
            kept = self._added(connection, node, author)
            self._set_key(connection, kept.number, key)
            return kept

    def put_view(self, node: HeatNode, *, author: str) -> KeptNode:
        """Keep how the view of a thermal camera is set up; the same again changes nothing.

        What people have set of one that is known stays: its intervals and its warm places.

        Args:
            node: with its view; one that was out of service is in service again, as this says.
            author: who says so.

        Raises:
            InputRefused: it cannot be one (see :func:`models.store.node_rows.check_node`), it is
                no view (``node_view``), or there are too many (``node_count``).
        """
        check_node(node)
        if node.view is None:
            raise InputRefused(f"{node.node_id} is no view of a camera.", code="node_view")
        mine = heat_node.c.node_id == node.node_id
        with self._database.write() as connection:
            row = connection.execute(select(heat_node).where(mine)).one_or_none()
            if row is None:
                return self._added(connection, node, author)
            known = kept_of(row)
            as_set = {name: getattr(known.node, name) for name in _OF_PEOPLE}
            return self._changed(connection, known, replace(node, **as_set), author, "node.changed")

    def change(self, node: HeatNode, *, author: str, version: int | None = None) -> KeptNode:
        """Set a node up otherwise; the same again changes nothing.

        Args:
            node: as it stands and looks now.
            author: who says so.
            version: that was read; None for whatever it is.

        Raises:
            NotFound: no such node; code ``no_such_node``.
            Conflict: it was changed since it was read (``node_changed``), or it is to become the
                view of a camera, or no more (``node_view``).
            InputRefused: as for :meth:`add`.
        """
        check_node(node)
        with self._database.write() as connection:
            known = load_node(connection, node.node_id)
            if node.view != known.node.view:
                raise _of_the_watch(node.node_id)
            if version is not None and known.version != version:
                raise Conflict(
                    f"Node {node.node_id} was changed since it was read.",
                    remedy="Read it anew, and change that.",
                    code="node_changed",
                )
            return self._changed(connection, known, node, author, "node.changed")

    def retire(self, node_id: str, *, author: str) -> KeptNode:
        """Take a node out of service: what it sends is refused, and its key is gone.

        Raises:
            NotFound: no such node; code ``no_such_node``.
        """
        with self._database.write() as connection:
            known = load_node(connection, node_id)
            connection.execute(delete(heat_node_key).where(heat_node_key.c.number == known.number))
            node = replace(known.node, is_retired=True)
            return self._changed(connection, known, node, author, "node.retired")

    def renew_key(self, node_id: str, key: str, *, author: str) -> KeptNode:
        """Give a node another key; what is signed with the old one is refused from now on.

        Raises:
            NotFound: no such node; code ``no_such_node``.
            Conflict: it is retired (``node_retired``), or the view of a camera (``node_view``).
            InputRefused: the key is too short or too long (``node_secret``).
        """
        _check_key(key)
        with self._database.write() as connection:
            known = load_node(connection, node_id)
            if known.node.view is not None:
                raise _of_the_watch(node_id)
            if known.node.is_retired:
                raise Conflict(
                    f"Node {node_id} is retired.",
                    remedy="Put it into service again first.",
                    code="node_retired",
                )
            self._set_key(connection, known.number, key)
            self._note(connection, known, author, "node.rekeyed", {})
            return known

    def kept(self, node_id: str) -> KeptNode:
        """One node.

        Raises:
            NotFound: no such one; code ``no_such_node``.
        """
        with self._database.read() as connection:
            return load_node(connection, node_id)

    def get(self, node_id: str) -> HeatNode:
        """One node as it was set up. Raises as :meth:`kept`."""
        return self.kept(node_id).node

    def all_kept(self) -> list[KeptNode]:
        """Every node by its key, those that are retired too."""
        query = select(heat_node).order_by(heat_node.c.node_id)
        with self._database.read() as connection:
            return [kept_of(row) for row in connection.execute(query)]

    def sender(self, node_id: str) -> Sender | None:
        """A node with what it signs with, for whoever checks that; None where there is no such."""
        query = (
            select(heat_node, heat_node_key.c.secret, heat_node_state.c.facts)
            .join(heat_node_state, heat_node_state.c.number == heat_node.c.number)
            .join(heat_node_key, heat_node_key.c.number == heat_node.c.number, isouter=True)
            .where(heat_node.c.node_id == node_id)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Sender(kept_of(row), row.secret, row.facts)

    def _changed(
        self, connection: Connection, known: KeptNode, node: HeatNode, author: str, action: str
    ) -> KeptNode:
        if node == known.node:
            return known
        row = connection.execute(
            update(heat_node)
            .where(heat_node.c.number == known.number)
            .values(**values_of(node), version=known.version + 1)
            .returning(heat_node)
        ).one()
        if (node.position, node.pose) != (known.node.position, known.node.pose):
            mine = heat_node_state.c.number == known.number
            facts = connection.execute(select(heat_node_state.c.facts).where(mine)).scalar_one()
            moved = update(heat_node_state).where(mine)
            connection.execute(moved.values(facts=facts.moved_anew()))
        kept = kept_of(row)
        self._note(connection, kept, author, action, {"name": node.name, "version": kept.version})
        return kept

    def _added(self, connection: Connection, node: HeatNode, author: str) -> KeptNode:
        count = connection.execute(select(func.count()).select_from(heat_node)).scalar_one()
        if count >= MOST_NODES:
            raise InputRefused(f"There are {MOST_NODES} nodes at most.", code="node_count")
        row = connection.execute(
            insert(heat_node)
            .values(**values_of(node), version=1, entered_at=self._clock.now())
            .returning(heat_node)
        ).one()
        connection.execute(
            insert(heat_node_state).values(
                number=row.number,
                last_reading=NodeReading(),
                facts=NodeFacts(),
                troubles=(),
                frames=0,
                waiting=0,
                repeated=0,
                refused={},
            )
        )
        kept = kept_of(row)
        self._note(connection, kept, author, "node.added", {"name": node.name})
        return kept

    def _set_key(self, connection: Connection, number: int, key: str) -> None:
        connection.execute(delete(heat_node_key).where(heat_node_key.c.number == number))
        now = self._clock.now()
        connection.execute(insert(heat_node_key).values(number=number, secret=key, set_at=now))

    def _note(
        self,
        connection: Connection,
        kept: KeptNode,
        author: str,
        action: str,
        details: audit.Details,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=action,
            subject=kept.node.node_id,
            details=details,
        )
        events.append(connection, self._clock, EventKind.NODE_CHANGED, kept.number)


def _of_the_watch(node_id: str) -> Conflict:
    return Conflict(
        f"{node_id[:60]} is the view of a camera: the watch keeps it, and it has no key.",
        remedy="Change the camera.",
        code="node_view",
    )


def _check_key(key: str) -> None:
    if not LEAST_KEY <= len(key) <= MOST_KEY or not key.isascii() or not key.isprintable():
        raise InputRefused(
            f"The key of a node has {LEAST_KEY} to {MOST_KEY} letters, digits and signs.",
            remedy="Let Firewatch make one.",
            code="node_secret",
        )
