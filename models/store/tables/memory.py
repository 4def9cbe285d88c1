"""What did not become an alert, what is known to look like one, and what happened, in order."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from models.candidate import CandidateDraft
from models.events import EventKind
from models.ledger import LedgerDraft
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.suppression import Holder

__all__ = ["candidate", "event", "ledger_entry"]

candidate = Table(
    "candidate",
    metadata,
    Column("candidate_id", Identity, primary_key=True),
    Column("key", Text, nullable=False),
    Column("camera_id", Text, nullable=False),
    Column("held_by", Choice(Holder), nullable=False),
    Column("draft", Coded(CandidateDraft, "candidate"), nullable=False),
    Column("noted_at", UtcTime, nullable=False),
    # A few kB beside its row: it goes when the row goes, and nothing is left behind.
    Column("picture", LargeBinary),
    Column("alert_id", BigInteger),
    Column("promoted_by", Text, nullable=False),
    UniqueConstraint("key"),
    Index(None, "noted_at"),
    sqlite_autoincrement=True,  # a number that somebody has noted down never means another one
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("entry_id", Identity, primary_key=True),
    Column("draft", Coded(LedgerDraft, "entry of the ledger"), nullable=False),
    Column("until_at", UtcTime, nullable=False),  # as in the draft, or when it was ended before
    Column("author", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("ended_at", UtcTime),
    CheckConstraint("author <> ''", name="has_author"),
    Index(None, "until_at"),
    sqlite_autoincrement=True,
)

event = Table(
    "event",
    metadata,
    Column("sequence", Identity, primary_key=True),
    Column("kind", Choice(EventKind), nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,  # a listener resumes by sequence: none may be used twice
)
