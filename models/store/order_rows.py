"""Orders and their histories between their tables and the domain.

A row says for which fire an order was opened; the domain says for which it stands by now. So a
merge takes its orders along, and an unmerge gives back exactly those that came.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from models.clock import Clock
from models.errors import NotFound
from models.events import EventKind
from models.incident import IncidentState
from models.order import Order, OrderDraft, OrderEntry, OrderEntryKind, Stops, Told
from models.store import events
from models.store.tables import incident, order_entry, work_order

__all__ = [
    "LARGEST",
    "Fire",
    "change_order",
    "fire_of",
    "load_orders",
    "one_order",
    "roots_of",
    "tell_of_orders",
    "whole_fires",
    "write_order_entry",
]

LARGEST: Final = 2**63 - 1
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Fire:
    """What an order has to know of its fire."""

    incident_id: int
    state: IncidentState
    is_drill: bool
    merged_into: int | None


def load_orders(
    connection: Connection, *wanted: ColumnElement[bool], limit: int | None = None
) -> list[Order]:
    """The orders that meet every condition, newest first, with their histories.

    Args:
        connection: inside a transaction, so that all tables tell of one moment.
        wanted: conditions on the table ``work_order``.
        limit: at most so many; None for all.
    """
    query = select(work_order).where(*wanted).order_by(work_order.c.order_id.desc())
    rows = connection.execute(query.limit(limit)).all()
    found: list[Order] = []
    for start in range(0, len(rows), _AT_ONCE):
        found += _whole(connection, rows[start : start + _AT_ONCE])
    return found


def one_order(connection: Connection, order_id: int) -> Order:
    """One order.

    Raises:
        NotFound: no such order.
    """
    number = order_id if 0 < order_id <= LARGEST else 0
    found = load_orders(connection, work_order.c.order_id == number)
    if not found:
        raise NotFound(f"There is no order {order_id}.")
    return found[0]


def fire_of(connection: Connection, incident_id: int) -> Fire:
    """A fire.

    Raises:
        NotFound: no such fire.
    """
    number = incident_id if 0 < incident_id <= LARGEST else 0
    table = incident.c
    query = select(table.incident_id, table.state, table.is_drill, table.merged_into)
    row = connection.execute(query.where(table.incident_id == number)).one_or_none()
    if row is None:
        raise NotFound(f"There is no fire {incident_id}.")
    return Fire(row.incident_id, row.state, row.is_drill, row.merged_into)


def whole_fires(connection: Connection, incident_ids: Collection[int]) -> dict[int, set[int]]:
    """For each fire the numbers of all that are one with it by now, its own among them."""
    roots = roots_of(connection, incident_ids)
    family = {root: {root} for root in roots.values()}
    latest = {root: root for root in family}  # a number, and whose family it is of
    while latest:
        query = select(incident.c.incident_id, incident.c.merged_into).where(
            incident.c.merged_into.in_(sorted(latest))
        )
        latest = {row.incident_id: latest[row.merged_into] for row in connection.execute(query)}
        for number, root in latest.items():
            family[root].add(number)
    return {number: family[root] for number, root in roots.items()}


def write_order_entry(
    connection: Connection,
    clock: Clock,
    order_id: int,
    kind: OrderEntryKind,
    /,  # a column is called clock, too
    *,
    tick_s: float,
    author: str,
    told: Told | None = None,
    **values: Any,  # noqa: ANN401  # columns
) -> int:
    """Add an entry in the transaction of what it tells.

    Returns:
        Its number.
    """
    answered = told if kind is OrderEntryKind.ANSWERED else None
    row = {
        "order_id": order_id,
        "kind": kind,
        "at": clock.now(),
        "tick_s": tick_s,
        "author": author,
        "round": 0,
        "note": "",
        "told": told,
        "answer": None if answered is None else answered.answer,
        "key": None if told is None else told.key or None,
        **values,
    }
    written = insert(order_entry).values(**row).returning(order_entry.c.entry_id)
    return int(connection.execute(written).scalar_one())


def change_order(
    connection: Connection,
    clock: Clock,
    order_id: int,
    values: Mapping[str, object] | None = None,
) -> None:
    """Write columns of an order, raise its version and tell of it."""
    connection.execute(
        update(work_order)
        .where(work_order.c.order_id == order_id)
        .values(version=work_order.c.version + 1, **(values or {}))
    )
    events.append(connection, clock, EventKind.ORDER_CHANGED, order_id)


def tell_of_orders(connection: Connection, clock: Clock, incident_id: int) -> None:
    """A fire is another one from here on, or none but itself again: tell of its orders."""
    family = whole_fires(connection, [incident_id])[incident_id]
    query = select(work_order.c.order_id).where(work_order.c.incident_id.in_(sorted(family)))
    for order_id in connection.execute(query.order_by(work_order.c.order_id)).scalars().all():
        change_order(connection, clock, order_id)


def roots_of(connection: Connection, incident_ids: Collection[int]) -> dict[int, int]:
    """What each fire stands for by now; a number that no fire has stands for itself."""
    roots = {number: number for number in incident_ids if 0 < number <= LARGEST}
    open_ends = set(roots)
    while open_ends:  # never a ring: only what stands for itself is merged
        query = select(incident.c.incident_id, incident.c.merged_into).where(
            incident.c.incident_id.in_(sorted(open_ends)), incident.c.merged_into.is_not(None)
        )
        on = {row.incident_id: row.merged_into for row in connection.execute(query)}
        roots = {number: on.get(root, root) for number, root in roots.items()}
        open_ends = set(on.values())
    return roots


def _whole(connection: Connection, rows: Sequence[Row[Any]]) -> list[Order]:
    numbers = [row.order_id for row in rows]
    roots = roots_of(connection, {row.incident_id for row in rows})
    entries = defaultdict[int, list[OrderEntry]](list)
    query = select(order_entry).where(order_entry.c.order_id.in_(numbers))
    for row in connection.execute(query.order_by(order_entry.c.entry_id)):
        entries[row.order_id].append(_entry(row))
    return [
        Order(
            order_id=row.order_id,
            draft=OrderDraft(
                incident_id=roots[row.incident_id],
                township=row.township,
                villages=row.villages,
                probability=row.probability,
                closes_at=row.closes_at,
                cause=row.cause,
                note=row.note,
            ),
            state=row.state,
            is_drill=row.is_drill,
            opened_at=row.opened_at,
            opened_tick_s=row.opened_tick_s,
            stops=Stops(row.push_tick_s, row.verify_tick_s, row.leave_tick_s, row.over_tick_s),
            answer=row.answer,
            closed_at=row.closed_at,
            version=row.version,
            entries=tuple(entries[row.order_id]),
        )
        for row in rows
    ]


def _entry(row: Row[Any]) -> OrderEntry:
    return OrderEntry(
        entry_id=row.entry_id,
        order_id=row.order_id,
        kind=row.kind,
        at=row.at,
        tick_s=row.tick_s,
        author=row.author,
        person_id=row.person_id,
        call_number=row.call_number,
        clock=row.clock,
        round=row.round,
        told=row.told,
        note=row.note,
    )
