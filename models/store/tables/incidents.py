"""Fires and what happened to them.

What belongs to a fire says so itself: ``alert.incident_id`` and ``observation.incident_id``. An
entry of the history is written once and never changed.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)

from models.incident import (
    DismissReason,
    EntryKind,
    IncidentState,
    Photo,
    Proposal,
    SubjectKind,
    Urgency,
)
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata

__all__ = ["incident", "incident_entry"]

incident = Table(
    "incident",
    metadata,
    Column("incident_id", Identity, primary_key=True),
    Column("state", Choice(IncidentState), nullable=False),
    Column("is_drill", Boolean, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("merged_into", ForeignKey("incident.incident_id")),
    Column("proposal", Coded(Proposal, "proposal")),
    Column("urgency", Coded(Urgency, "urgency")),
    CheckConstraint("merged_into <> incident_id", name="not_into_itself"),
    Index(None, "state"),
    Index(None, "opened_at"),
    Index(None, "last_seen_at"),
    Index(None, "merged_into"),
    sqlite_autoincrement=True,  # numbers rise and are never used again
)

incident_entry = Table(
    "incident_entry",
    metadata,
    Column("entry_id", Identity, primary_key=True),
    Column("incident_id", ForeignKey(incident.c.incident_id), nullable=False),
    Column("kind", Choice(EntryKind), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("author", Text, nullable=False),
    Column("from_state", Choice(IncidentState)),
    Column("to_state", Choice(IncidentState)),
    Column("reason", Choice(DismissReason)),
    Column("note", Text, nullable=False),
    Column("subject_kind", Choice(SubjectKind)),
    Column("subject_id", BigInteger),
    Column("link", Text, nullable=False),
    Column("photo", Coded(Photo, "photo")),
    Column("undoes", ForeignKey("incident_entry.entry_id")),
    CheckConstraint("author <> ''", name="has_author"),
    CheckConstraint(
        "kind <> 'stepped' OR ((to_state = 'dismissed') = (reason IS NOT NULL))",
        name="dismissal_has_reason",
    ),
    CheckConstraint("(subject_kind IS NULL) = (subject_id IS NULL)", name="whole_subject"),
    Index(None, "incident_id"),
    Index(None, "undoes"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
