"""Changes of the land as rows: kept once, counted and read back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, select

from models.clock import Clock
from models.errors import InputRefused, NotFound
from models.land import ChangeKind, LandChange, LandEdit, Layer
from models.store import audit
from models.store.land_rows import Step, decoded, encoded
from models.store.tables import land_change, land_edit

__all__ = ["LARGEST", "Said", "changes", "edit_of", "keep", "newest", "of_feature", "one", "steps"]

LARGEST: Final = 2**63 - 1
_LAYERS: Final = list(Layer)
_DEEDS: Final = {
    ChangeKind.IMPORTED: "land.imported",
    ChangeKind.EDITED: "land.edited",
    ChangeKind.UNDONE: "land.undone",
    ChangeKind.REPLACED: "land.replaced",
}


def newest(connection: Connection) -> int:
    """Number of the newest change; 0 without one."""
    return connection.execute(select(func.max(land_change.c.change_id))).scalar_one() or 0


@dataclass(frozen=True, slots=True)
class Said:
    """What the author says of a change; named as in :class:`models.land.LandChange`."""

    kind: ChangeKind
    author: str
    source: str = ""
    note: str = ""
    undoes: int | None = None


def keep(connection: Connection, clock: Clock, said: Said, told: Sequence[Step]) -> LandChange:
    """Keep a change with its edits and its audit entry.

    Args:
        connection: that writes.
        clock: for its time.
        said: of it.
        told: one step or more, each of another feature.

    Raises:
        InputRefused: no author; code ``author_missing``.
    """
    if not said.author.strip():
        raise InputRefused("A change of the land needs its author.", code="author_missing")
    (change_id,) = connection.execute(
        insert(land_change)
        .values(at=clock.now(), **{name: getattr(said, name) for name in Said.__slots__})
        .returning(land_change.c.change_id)
    ).one()
    connection.execute(
        insert(land_edit),
        [
            {
                "change_id": change_id,
                "layer": step.layer,
                "code": step.code,
                "before": encoded(step.before),
                "after": encoded(step.after),
            }
            for step in told
        ],
    )
    change = one(connection, change_id)
    _audit(connection, clock, change, told)
    return change


def _audit(connection: Connection, clock: Clock, change: LandChange, told: Sequence[Step]) -> None:
    counts = {name: getattr(change, name) for name in ("added", "changed", "removed")}
    texts = {"file": change.source, "note": change.note}
    audit.append(
        connection,
        clock,
        actor=change.author,
        action=_DEEDS[change.kind],
        subject=f"{told[0].layer}/{told[0].code}" if len(told) == 1 else ", ".join(change.layers),
        details={
            "change": change.change_id,
            **{name: count for name, count in counts.items() if count > 0},
            **{name: text for name, text in texts.items() if text},
            **({} if change.undoes is None else {"undoes": change.undoes}),
        },
    )


def changes(connection: Connection, query: Select[Any]) -> list[LandChange]:
    """The changes whose numbers a query gives, newest first."""
    later = land_change.alias("later")
    rows = connection.execute(
        select(land_change, later.c.change_id.label("undone_by"))
        .outerjoin(later, later.c.undoes == land_change.c.change_id)
        .where(land_change.c.change_id.in_(query))
        .order_by(land_change.c.change_id.desc())
    ).all()
    counted: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(
        select(
            land_edit.c.change_id,
            land_edit.c.layer,
            func.count().label("edits"),
            func.count(land_edit.c.before).label("befores"),
            func.count(land_edit.c.after).label("afters"),
        )
        .where(land_edit.c.change_id.in_([row.change_id for row in rows]))
        .group_by(land_edit.c.change_id, land_edit.c.layer)
    ):
        counted[row.change_id].append(row)
    return [_change(row, counted[row.change_id]) for row in rows]


def one(connection: Connection, change_id: int) -> LandChange:
    """One change.

    Raises:
        NotFound: no such change.
    """
    wanted = max(0, min(change_id, LARGEST))
    found = changes(
        connection, select(land_change.c.change_id).where(land_change.c.change_id == wanted)
    )
    if not found:
        raise NotFound(f"There is no change {change_id} of the land.")
    return found[0]


def steps(connection: Connection, change_id: int) -> list[Step]:
    """What a change did, by layer and code.

    Raises:
        StoreDamaged: a feature of it cannot be read.
    """
    rows = connection.execute(select(land_edit).where(land_edit.c.change_id == change_id))
    return sorted(
        (_step(row) for row in rows), key=lambda step: (_LAYERS.index(step.layer), step.code)
    )


def of_feature(connection: Connection, layer: Layer, code: str) -> list[tuple[int, Step]]:
    """What was done to one feature, with the numbers of the changes, newest first.

    Raises:
        StoreDamaged: a state of it cannot be read.
    """
    rows = connection.execute(
        select(land_edit)
        .where(land_edit.c.layer == layer, land_edit.c.code == code)
        .order_by(land_edit.c.change_id.desc())
    )
    return [(row.change_id, _step(row)) for row in rows]


def edit_of(step: Step) -> LandEdit:
    """The edit without positions."""
    before, after = (None if side is None else side.feature for side in (step.before, step.after))
    return LandEdit(before, after)


def _step(row: Row[Any]) -> Step:
    before = decoded(row.layer, row.code, row.before)
    return Step(row.layer, row.code, before, decoded(row.layer, row.code, row.after))


def _change(row: Row[Any], counted: Iterable[Row[Any]]) -> LandChange:
    layers, added, changed, removed = [], 0, 0, 0
    for each in counted:
        layers.append(each.layer)
        added += each.edits - each.befores
        removed += each.edits - each.afters
        changed += each.befores + each.afters - each.edits
    return LandChange(
        change_id=row.change_id,
        kind=row.kind,
        at=row.at,
        author=row.author,
        source=row.source,
        note=row.note,
        layers=tuple(sorted(layers, key=_LAYERS.index)),
        added=added,
        changed=changed,
        removed=removed,
        undoes=row.undoes,
        undone_by=row.undone_by,
    )
