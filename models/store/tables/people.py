"""People, their sessions, tokens of programs, and what they did."""

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

from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.user import Role, TokenScope

__all__ = [
    "account",
    "api_token",
    "audit_entry",
    "audit_head",
    "former_account",
    "session",
    "sign_in_memory",
]

account = Table(
    "account",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Choice(Role), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("townships", Coded(tuple[str, ...], "list of townships")),  # none: the whole district
    Column("disabled_at", UtcTime),
)

# Of somebody who is gone only the name stays: history tells of it, and nobody else may take it.
former_account = Table(
    "former_account",
    metadata,
    Column("name", Text, primary_key=True),
    Column("removed_at", UtcTime, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("user_name", ForeignKey(account.c.name, ondelete="CASCADE"), nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Index(None, "user_name"),
    Index(None, "expires_at"),
)

# The name is kept hashed: people type passwords into the wrong field.
sign_in_memory = Table(
    "sign_in_memory",
    metadata,
    Column("name_sha256", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("succeeded_at", UtcTime),
    Index(None, "address", "at"),
    Index(None, "at"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("token_id", Identity, primary_key=True),
    Column("name", Text, nullable=False),
    Column("secret_sha256", Text, nullable=False),
    Column("role", Choice(Role), nullable=False),
    Column("scopes", Coded(tuple[TokenScope, ...], "list of scopes"), nullable=False),
    Column("townships", Coded(tuple[str, ...], "list of townships"), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("last_used_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("revoked_by", Text, nullable=False),
    CheckConstraint("role <> 'admin'", name="no_admin"),
    CheckConstraint("created_by <> ''", name="has_author"),
    sqlite_autoincrement=True,
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
