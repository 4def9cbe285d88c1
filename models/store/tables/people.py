"""People, their sessions, and what they did."""

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

from models.store.columns import Choice, UtcTime
from models.store.tables.base import metadata
from models.user import Role

__all__ = ["account", "audit_entry", "audit_head", "session"]

account = Table(
    "account",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Choice(Role), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("user_name", ForeignKey(account.c.name, ondelete="CASCADE"), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "user_name"),
    Index(None, "expires_at"),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),  # canonical JSON: the very text that was hashed
    Column("sha256", Text, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("singleton", Integer, primary_key=True, autoincrement=False),
    Column("entries", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    CheckConstraint("singleton = 1", name="one_row"),
)
