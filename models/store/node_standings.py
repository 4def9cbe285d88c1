"""How nodes do: what they last said, what of theirs was refused, what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from models.events import EventKind
from models.heat_health import NodeFacts, follow_forgery
from models.heat_intake import KeptNode
from models.heat_node import FrameRefusal, NodeStanding, NodeTrouble
from models.store import events
from models.store.node_frames import FrameShelf
from models.store.node_rows import STANDINGS, kept_of, load_node, standing_of
from models.store.tables import heat_node, heat_node_state

__all__ = ["Member", "StandingShelf"]


@dataclass(frozen=True, slots=True)
class Member:
    """A node of the fleet: as it was set up, how it does, and what is remembered of it."""

    kept: KeptNode
    standing: NodeStanding
    facts: NodeFacts


_STATE: Final = [column for column in heat_node_state.c if column.name != "number"]


class StandingShelf(FrameShelf):
    """How the nodes of one store do; any thread may use it."""

    def standing(self, node_id: str) -> NodeStanding:
        """How a node does. Raises as :meth:`kept`."""
        with self._database.read() as connection:
            load_node(connection, node_id)
            row = connection.execute(STANDINGS.where(heat_node.c.node_id == node_id)).one()
            return standing_of(row)

    def standings(self) -> dict[str, NodeStanding]:
        """How every node does, by node."""
        with self._database.read() as connection:
            rows = connection.execute(STANDINGS.order_by(heat_node.c.node_id))
            return {row.node_id: standing_of(row) for row in rows}

    def fleet(self) -> list[Member]:
        """Every node with how it does, by node, those that are retired too."""
        query = select(heat_node, *_STATE).join(
            heat_node_state, heat_node_state.c.number == heat_node.c.number
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(heat_node.c.node_id))
            return [Member(kept_of(row), standing_of(row), row.facts) for row in rows]

    def count_refusals(
        self, counted: Mapping[tuple[str, FrameRefusal], int], at: datetime
    ) -> set[str]:
        """Count pushes that were refused, many at once; of nodes that are not there nothing is.

        Args:
            counted: how many, by node and reason.
            at: UTC, of the latest.

        Returns:
            The nodes that are there.
        """
        known: set[str] = set()
        with self._database.write() as connection:
            for node_id in sorted({node for node, _ in counted}):
                row = connection.execute(
                    STANDINGS.where(heat_node.c.node_id == node_id)
                ).one_or_none()
                if row is None:
                    continue
                known.add(node_id)
                refused, facts = dict(row.refused), row.facts
                for reason in FrameRefusal:
                    count = counted.get((node_id, reason), 0)
                    if count > 0:
                        refused[reason] = refused.get(reason, 0) + count
                        if reason is FrameRefusal.FORGED:
                            facts = follow_forgery(facts, count, at)
                connection.execute(
                    update(heat_node_state)
                    .where(heat_node_state.c.number == row.number)
                    .values(refused=refused, facts=facts)
                )
        return known

    def count_refusal(
        self, node_id: str, reason: FrameRefusal, count: int = 1, at: datetime | None = None
    ) -> None:
        """The same of one node and reason."""
        self.count_refusals({(node_id, reason): count}, at or self._clock.now())

    def tell_troubles(self, found: Mapping[str, tuple[NodeTrouble, ...]]) -> list[str]:
        """Keep what is wrong with nodes; everybody is told of those that do otherwise than before.

        Args:
            found: by node; those that are not named stay.

        Returns:
            Those that do otherwise.
        """
        told: list[str] = []
        with self._database.write() as connection:
            for row in connection.execute(STANDINGS.order_by(heat_node.c.node_id)).all():
                if found.get(row.node_id, row.troubles) == row.troubles:
                    continue
                mine = heat_node_state.c.number == row.number
                changed = update(heat_node_state).where(mine)
                connection.execute(changed.values(troubles=found[row.node_id]))
                events.append(connection, self._clock, EventKind.NODE_CHANGED, row.number)
                told.append(row.node_id)
        return told
