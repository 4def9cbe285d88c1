"""People who can be on duty, their shifts and their leave."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from models.duty import Post, TeamKind
from models.store.columns import Choice, Identity, UtcTime
from models.store.tables.base import metadata

__all__ = ["duty_leave", "duty_person", "duty_shift"]

duty_person = Table(
    "duty_person",
    metadata,
    Column("person_id", Identity, primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("post", Choice(Post), nullable=False),
    Column("township", Text, nullable=False),
    Column("village", Text, nullable=False),
    Column("team", Choice(TeamKind)),
    Column("note", Text, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("removed_at", UtcTime),
    CheckConstraint("township <> '' OR village = ''", name="village_in_township"),
    Index(None, "township"),
    sqlite_autoincrement=True,
)

duty_shift = Table(
    "duty_shift",
    metadata,
    Column("shift_id", Identity, primary_key=True),
    Column("person_id", ForeignKey(duty_person.c.person_id), nullable=False),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("deputy", Integer, nullable=False),
    CheckConstraint("from_at < until_at", name="ends_later"),
    Index(None, "person_id"),
    Index(None, "from_at"),
    Index(None, "until_at"),
    sqlite_autoincrement=True,
)

duty_leave = Table(
    "duty_leave",
    metadata,
    Column("leave_id", Identity, primary_key=True),
    Column("person_id", ForeignKey(duty_person.c.person_id), nullable=False),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("from_at < until_at", name="ends_later"),
    Index(None, "person_id"),
    Index(None, "until_at"),
    sqlite_autoincrement=True,
)
