"""Nightly digests of false alarms, and what they propose for the ledger."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from models.incident import DismissReason
from models.ledger import LedgerDraft
from models.nuisance_digest import NuisanceState
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.store.tables.memory import ledger_entry

__all__ = ["nuisance_digest", "nuisance_proposal"]

nuisance_digest = Table(
    "nuisance_digest",
    metadata,
    Column("night", Text, primary_key=True),  # 2026-11-28: a night has one digest, whoever makes it
    Column("made_at", UtcTime, nullable=False),
    Column("dismissed", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
)

nuisance_proposal = Table(
    "nuisance_proposal",
    metadata,
    Column("proposal_id", Identity, primary_key=True),
    Column("night", ForeignKey(nuisance_digest.c.night), nullable=False),
    Column("camera_id", Text, nullable=False),
    Column("preset", Integer, nullable=False),
    Column("reason", Choice(DismissReason), nullable=False),
    Column("alert_ids", Coded(tuple[int, ...], "numbers of alerts"), nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("days", Integer, nullable=False),
    Column("suggested", Coded(LedgerDraft, "entry of the ledger"), nullable=False),
    Column("state", Choice(NuisanceState), nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcTime),
    Column("entry_id", ForeignKey(ledger_entry.c.entry_id)),
    CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name="decided_by_somebody"),
    CheckConstraint("(decided_at IS NULL) = (state = 'open')", name="decided_or_open"),
    CheckConstraint("(entry_id IS NULL) OR (state = 'accepted')", name="entry_when_accepted"),
    Index(None, "night"),
    Index(None, "state"),
    Index(None, "camera_id", "preset"),
    sqlite_autoincrement=True,
)
