"""Who passed the gates of the forest."""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Table, Text

from models.passage import PassageKind, Way
from models.store.columns import Choice, Identity, UtcTime
from models.store.tables.base import metadata

__all__ = ["passage"]

passage = Table(
    "passage",
    metadata,
    Column("passage_id", Identity, primary_key=True),
    Column("gate", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("way", Choice(Way), nullable=False),
    Column("kind", Choice(PassageKind), nullable=False),
    Column("mark", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("origin", Text, nullable=False),
    Column("key", Text, unique=True),  # none: it cannot be sent again
    CheckConstraint("(kind = 'count') = (mark = '')", name="marked"),
    Index(None, "gate", "at"),
    Index(None, "at"),
    Index(None, "mark"),
    sqlite_autoincrement=True,
)
