"""What a row is that a figure names: its moment, a few words of it, and where it leads to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Table, select

from models.store.database import Database
from models.store.tables import (
    alert,
    clock_shift,
    delivery,
    duty_person,
    duty_shift,
    incident,
    incident_entry,
    observation,
    order_entry,
    order_push,
    visit,
    watch_gap,
    work_order,
)

__all__ = ["RowFact", "facts_of"]


@dataclass(frozen=True, slots=True)
class RowFact:
    """One row.

    Attributes:
        at: UTC, of what it tells.
        words: name and text of its states, causes and keys, as they are stored; names of people and
            what they wrote are not among them.
        leads_to: ``fire``, ``alert`` or ``order``; empty for a row that has no page.
        page: number of that page; None without one.
    """

    at: datetime
    words: tuple[tuple[str, str], ...]
    leads_to: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class _Shape:
    """How rows of a table are told."""

    key: ColumnElement[int]
    at: ColumnElement[datetime]
    words: Sequence[ColumnElement[Any]]
    leads_to: str = ""
    page: ColumnElement[Any] | None = None
    source: FromClause | None = None


def _shape(
    table: Table, key: str, at: str, words: str, *, leads_to: str = "", page: str = ""
) -> _Shape:
    column = table.c
    return _Shape(
        column[key],
        column[at],
        [column[name] for name in words.split()],
        leads_to,
        column[page] if page else None,
    )


_SHAPES: Final[dict[str, _Shape]] = {
    "incident": _shape(
        incident, "incident_id", "opened_at", "state", leads_to="fire", page="incident_id"
    ),
    "incident_entry": _shape(
        incident_entry,
        "entry_id",
        "at",
        "kind to_state reason",
        leads_to="fire",
        page="incident_id",
    ),
    "alert": _shape(
        alert, "alert_id", "opened_at", "camera_id preset", leads_to="alert", page="alert_id"
    ),
    "observation": _shape(
        observation, "observation_id", "entered_at", "source", leads_to="fire", page="incident_id"
    ),
    "work_order": _shape(
        work_order,
        "order_id",
        "opened_at",
        "township state answer",
        leads_to="order",
        page="order_id",
    ),
    "order_entry": _shape(
        order_entry, "entry_id", "at", "kind clock", leads_to="order", page="order_id"
    ),
    "delivery": _shape(
        delivery,
        "delivery_id",
        "created_at",
        "occasion state error",
        leads_to="fire",
        page="incident_id",
    ),
    "visit": _shape(visit, "visit_id", "from_at", "camera_id preset trust"),
    "watch_gap": _shape(watch_gap, "gap_id", "from_at", "camera_id cause"),
    "clock_shift": _shape(clock_shift, "shift_id", "at", "shift_s"),
    "duty_shift": _Shape(
        duty_shift.c.shift_id,
        duty_shift.c.from_at,
        [duty_person.c.township, duty_person.c.post, duty_shift.c.deputy],
        source=duty_shift.join(duty_person),
    ),
    "order_push": _Shape(
        order_push.c.push_id,
        order_entry.c.at,
        [order_push.c.state, order_push.c.error],
        leads_to="order",
        page=order_push.c.order_id,
        source=order_push.join(order_entry, order_entry.c.entry_id == order_push.c.entry_id),
    ),
}


def facts_of(database: Database, table: str, numbers: Collection[int]) -> dict[int, RowFact]:
    """Some rows of a table by number; those that are gone, or of no such table, are left out.

    Args:
        database: to read.
        table: its name.
        numbers: keys, at most a few hundred.
    """
    shape = _SHAPES.get(table)
    if shape is None or not numbers:
        return {}
    columns: list[ColumnElement[Any]] = [shape.key, shape.at, *shape.words]
    if shape.page is not None:
        columns.append(shape.page.label("page_of_row"))
    query = select(*columns).where(shape.key.in_(sorted(numbers)))
    if shape.source is not None:
        query = query.select_from(shape.source)
    found: dict[int, RowFact] = {}
    with database.read() as connection:
        for row in connection.execute(query):
            told = tuple(row)[2 : 2 + len(shape.words)]
            page = row.page_of_row if shape.page is not None else None
            found[row[0]] = RowFact(
                row[1],
                tuple(
                    (column.name, str(word))
                    for column, word in zip(shape.words, told, strict=True)
                    if word is not None and word != ""
                ),
                shape.leads_to if page is not None else "",
                page,
            )
    return found
