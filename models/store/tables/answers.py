"""Answers that are given again to whoever asks twice."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text

from models.store.columns import UtcTime
from models.store.tables.base import metadata

__all__ = ["kept_answer"]

kept_answer = Table(
    "kept_answer",
    metadata,
    Column("author", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("subject", Text, nullable=False),
    Column("status", Integer),
    Column("media_type", Text),
    Column("body", LargeBinary),
    CheckConstraint("(status IS NULL) = (body IS NULL)", name="whole_answer"),
    Index(None, "at"),
)
