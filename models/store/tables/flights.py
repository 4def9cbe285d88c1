"""Aircraft of the bureau's own, and sweeps: a row for each version, and none is ever removed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from models.mission import Aircraft, Mission, SweepOrigin
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata

__all__ = ["MISSIONS", "aircraft", "sweep", "sweep_version"]

MISSIONS = Coded(tuple[Mission, ...], "mission")

aircraft = Table(
    "aircraft",
    metadata,
    Column("name", Text, primary_key=True),
    Column("aircraft", Coded(Aircraft, "aircraft"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("retired_at", UtcTime),
    CheckConstraint("changed_by <> ''", name="has_author"),
)

sweep = Table(
    "sweep",
    metadata,
    Column("sweep_id", Identity, primary_key=True),
    Column("version", Integer, nullable=False),  # the newest
    Column("retired_at", UtcTime),
    sqlite_autoincrement=True,  # a number that somebody has noted down never means another one
)

sweep_version = Table(
    "sweep_version",
    metadata,
    Column("sweep_id", ForeignKey(sweep.c.sweep_id), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("origin", Choice(SweepOrigin), nullable=False),
    Column("kind", Text, nullable=False),
    Column("figures", Text),
    Column("sorties", Integer, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # of the missions as they are kept
    Column("request", Text, nullable=False),
    Column("missions", MISSIONS, nullable=False),
    Column("plan", Text, nullable=False),
    PrimaryKeyConstraint("sweep_id", "version"),
    CheckConstraint("changed_by <> ''", name="has_author"),
)
