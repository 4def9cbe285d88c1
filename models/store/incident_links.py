"""How a new piece of evidence finds its fire, inside the transaction that takes it.

Whoever hands it in says where it belongs, by a look a moment before. What has changed since is
heeded here: a fire that was merged stands for the one it was merged into, and one that was settled
meanwhile is not added to unless the evidence reopens it. Where nothing fits, a fire of its own
opens: a link that fails costs a duplicate, never an alert.
"""

from datetime import datetime

from sqlalchemy import Connection, insert

from models.audit import SYSTEM
from models.clock import Clock
from models.errors import NotFound
from models.events import EventKind
from models.incident import (
    OPEN_STATES,
    EntryKind,
    Incident,
    IncidentState,
    Link,
    LinkReason,
    Subject,
)
from models.store.incident_history import write_entry
from models.store.incident_rows import change, standing_for
from models.store.tables import incident

__all__ = ["Span", "begin", "place", "tell_joined"]


Span = tuple[datetime, datetime]


def place(
    connection: Connection,
    clock: Clock,
    link: Link | None,
    *,
    is_drill: bool,
    span: Span,
) -> tuple[int, Link | None]:
    """The fire that a piece of evidence belongs to; a new one where no link holds.

    Args:
        connection: of the transaction that takes the evidence.
        clock: for times of the history.
        link: where it belongs by what was known; None for a fire of its own.
        is_drill: the evidence is invented. A drill never joins a fire, nor a fire a drill.
        span: UTC, when it was seen first and last.

    Returns:
        Its number, and the link that held; None when the fire is new.
    """
    if link is not None:
        try:
            found = standing_for(connection, link.incident_id)
        except NotFound:
            found = None
        if found is not None and found.is_drill is is_drill:
            settled = found.state not in OPEN_STATES
            if not settled or link.reopens:
                return found.incident_id, link
    return begin(connection, clock, is_drill=is_drill, span=span), None


def begin(
    connection: Connection,
    clock: Clock,
    *,
    is_drill: bool,
    span: Span,
) -> int:
    """Open a fire without evidence yet; its first entry is the caller's."""
    now = clock.now()
    (incident_id,) = connection.execute(
        insert(incident)
        .values(
            state=IncidentState.OPEN,
            is_drill=is_drill,
            opened_at=now,
            first_seen_at=span[0],
            last_seen_at=span[1],
            changed_at=now,
            version=0,
        )
        .returning(incident.c.incident_id)
    ).one()
    return int(incident_id)


def tell_joined(
    connection: Connection,
    clock: Clock,
    incident_id: int,
    link: Link | None,
    *,
    subject: Subject,
    span: Span,
    author: str = SYSTEM,
) -> Incident:
    """Write into the history that a piece of evidence has come, and what came of it.

    Args:
        connection: of the transaction that took the evidence.
        clock: for times of the history.
        incident_id: as :func:`place` said.
        link: as :func:`place` said.
        subject: the evidence.
        span: UTC, when it was seen first and last.
        author: who told it; the watch itself for what cameras see.
    """
    if link is None:
        write_entry(
            connection,
            clock,
            incident_id,
            EntryKind.OPENED,
            author=author,
            to_state=IncidentState.OPEN,
            subject=subject,
            link=LinkReason.FIRST,
        )
        return change(connection, clock, incident_id, kind=EventKind.INCIDENT_OPENED)
    before = standing_for(connection, incident_id)
    write_entry(
        connection,
        clock,
        incident_id,
        EntryKind.JOINED,
        author=author,
        subject=subject,
        link=link.reason,
        note=link.detail,
    )
    values: dict[str, object] = {
        "first_seen_at": min(before.first_seen_at, span[0]),
        "last_seen_at": max(before.last_seen_at, span[1]),
    }
    if before.state not in OPEN_STATES:
        write_entry(
            connection,
            clock,
            incident_id,
            EntryKind.REOPENED,
            author=author,
            from_state=before.state,
            to_state=IncidentState.OPEN,
            subject=subject,
            note=link.detail,
        )
        values["state"] = IncidentState.OPEN
    return change(connection, clock, incident_id, values)
