"""The history of fires: entries are written once and never changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, bindparam, insert, select

from models.clock import Clock
from models.incident import Entry, EntryKind, Subject, Verdict
from models.store import audit
from models.store.notice_rows import fan_out
from models.store.tables import incident_entry

__all__ = ["CHANGED_STATE", "entries_of", "verdicts_in", "verdicts_of", "write_entry"]

_TOLD: Final = frozenset({EntryKind.OPENED, EntryKind.JOINED, EntryKind.RAISED})
"""Entries that the watch writes by itself and often: the history tells them, the audit does not."""

_VERDICTS: Final = (EntryKind.STEPPED, EntryKind.ABSORBED, EntryKind.REOPENED)

_LATER: Final = incident_entry.alias("later")
_STANDS: Final = (
    ~select(_LATER.c.entry_id).where(_LATER.c.undoes == incident_entry.c.entry_id).exists()
)

CHANGED_STATE: Final[ColumnElement[bool]] = (
    incident_entry.c.kind.in_(_VERDICTS) & incident_entry.c.from_state.is_not(None) & _STANDS
)
"""Entries by which a fire came to another state, and that were not taken back."""

# Built once: to build a statement anew for each read took longer than SQLite needs to answer it.
_HISTORY: Final = (
    select(incident_entry)
    .where(incident_entry.c.incident_id.in_(bindparam("numbers", expanding=True)))
    .order_by(incident_entry.c.entry_id)
)
_CHANGES: Final = _HISTORY.where(CHANGED_STATE)


def write_entry(
    connection: Connection,
    clock: Clock,
    incident_id: int,
    kind: EntryKind,
    **values: Any,  # noqa: ANN401
) -> Entry:
    """Add an entry in the transaction of what it tells; people's deeds go to the audit log too.

    Args:
        connection: of the transaction.
        clock: for its time.
        incident_id: whose history.
        kind: what it tells.
        **values: further attributes of :class:`models.incident.Entry`; ``author`` is required.
    """
    subject: Subject | None = values.get("subject")
    row = {
        "incident_id": incident_id,
        "kind": kind,
        "at": clock.now(),
        "note": "",
        "link": "",
        **{name: value for name, value in values.items() if name != "subject"},
        "subject_kind": None if subject is None else subject.kind,
        "subject_id": None if subject is None else subject.number,
    }
    written = connection.execute(
        insert(incident_entry).values(**row).returning(incident_entry)
    ).one()
    entry = _entry(written)
    fan_out(connection, entry)
    if kind not in _TOLD:
        audit.append(
            connection,
            clock,
            actor=entry.author,
            action=f"incident.{kind}",
            subject=str(incident_id),
            details={
                "from": entry.from_state,
                "to": entry.to_state,
                "reason": entry.reason,
                "note": entry.note,
                "of": None if subject is None else f"{subject.kind} {subject.number}",
                "photo": None if entry.photo is None else entry.photo.sha256,
                "undoes": entry.undoes,
            },
        )
    return entry


def entries_of(connection: Connection, incident_ids: Collection[int]) -> dict[int, list[Entry]]:
    """The histories of some fires, by number; at most a few hundred at once."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for row in connection.execute(_HISTORY, {"numbers": sorted(incident_ids)}):
        found[row.incident_id].append(_entry(row))
    return found


def verdicts_of(
    connection: Connection, incident_ids: Collection[int]
) -> dict[int, tuple[Verdict, ...]]:
    """The changes of state of some fires that were not taken back, by number; as many at once."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for row in connection.execute(_CHANGES, {"numbers": sorted(incident_ids)}):
        found[row.incident_id].append(_entry(row))
    return {number: verdicts_in(entries) for number, entries in found.items()}


def verdicts_in(history: Iterable[Entry]) -> tuple[Verdict, ...]:
    """The changes of state in a history that were not taken back."""
    entries = list(history)
    undone = {one.undoes for one in entries}
    return tuple(
        Verdict(one.author, one.at, one.from_state, one.to_state, one.reason, one.note)
        for one in entries
        if one.kind in _VERDICTS
        and one.from_state is not None
        and one.to_state is not None
        and one.entry_id not in undone
    )


def _entry(row: Row[Any]) -> Entry:
    subject = None if row.subject_kind is None else Subject(row.subject_kind, row.subject_id)
    return Entry(
        entry_id=row.entry_id,
        incident_id=row.incident_id,
        kind=row.kind,
        at=row.at,
        author=row.author,
        from_state=row.from_state,
        to_state=row.to_state,
        reason=row.reason,
        note=row.note,
        subject=subject,
        link=row.link,
        photo=row.photo,
        undoes=row.undoes,
    )
