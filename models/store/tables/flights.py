"""Aircraft, sweeps, when these are flown and what became of each flight; no row is ever removed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from models.flight import AircraftState, GateCheck, RunCause, RunReason, RunState, Schedule
from models.mission import Aircraft, Mission, SweepOrigin
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.store.tables.incidents import incident

__all__ = [
    "MISSIONS",
    "aircraft",
    "flight_check",
    "flight_run",
    "flight_step",
    "flight_track",
    "leader_lease",
    "schedule",
    "schedule_version",
    "sweep",
    "sweep_version",
]

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

schedule = Table(
    "schedule",
    metadata,
    Column("schedule_id", Identity, primary_key=True),
    Column("version", Integer, nullable=False),  # the newest
    Column("windows_until_at", UtcTime, nullable=False),
    Column("retired_at", UtcTime),
    sqlite_autoincrement=True,
)

schedule_version = Table(
    "schedule_version",
    metadata,
    Column("schedule_id", ForeignKey(schedule.c.schedule_id), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sweep_id", ForeignKey(sweep.c.sweep_id), nullable=False),
    Column("schedule", Coded(Schedule, "schedule"), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", Text, nullable=False),
    PrimaryKeyConstraint("schedule_id", "version"),
    CheckConstraint("changed_by <> ''", name="has_author"),
)

_NOT_CANCELLED = text("state <> 'cancelled'")

flight_run = Table(
    "flight_run",
    metadata,
    Column("run_id", Identity, primary_key=True),
    Column("cause", Choice(RunCause), nullable=False),
    Column("schedule_id", ForeignKey(schedule.c.schedule_id)),
    Column("incident_id", ForeignKey(incident.c.incident_id)),
    Column("sweep_id", ForeignKey(sweep.c.sweep_id), nullable=False),
    Column("sweep_version", Integer),
    Column("sortie", Integer, nullable=False),
    Column("aircraft", Text, nullable=False),  # empty: nobody has said which
    Column("due_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("state", Choice(RunState), nullable=False),
    Column("reason", Choice(RunReason), nullable=False),
    Column("released_by", Text, nullable=False),
    Column("released_at", UtcTime),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("fence", Integer, nullable=False),
    Column("key", Text, unique=True),  # of who asked for it by hand, so that it comes once
    CheckConstraint("until_at > due_at", name="ends_later"),
    CheckConstraint("(released_by <> '') = (released_at IS NOT NULL)", name="released_by_somebody"),
    CheckConstraint("(cause = 'schedule') = (schedule_id IS NOT NULL)", name="of_a_schedule"),
    CheckConstraint(
        "cause <> 'verification' OR incident_id IS NOT NULL", name="looks_at_an_incident"
    ),
    CheckConstraint(
        "(state IN ('landed', 'aborted', 'failed', 'missed', 'skipped', 'cancelled'))"
        " = (ended_at IS NOT NULL)",
        name="ended_at_its_time",
    ),
    CheckConstraint(
        "state NOT IN ('starting', 'flying', 'paused', 'returning', 'landed', 'aborted')"
        " OR started_at IS NOT NULL",
        name="started_at_its_time",
    ),
    # One for each flight of a window. One whose schedule was changed before is another one's place.
    Index(
        "uq_flight_run_window",
        "schedule_id",
        "due_at",
        "sortie",
        unique=True,
        sqlite_where=_NOT_CANCELLED,
        postgresql_where=_NOT_CANCELLED,
    ),
    Index(None, "state"),
    Index(None, "due_at"),
    Index(None, "incident_id"),
    sqlite_autoincrement=True,
)

flight_step = Table(
    "flight_step",
    metadata,
    Column("step_id", Identity, primary_key=True),
    Column("run_id", ForeignKey(flight_run.c.run_id), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("state", Choice(RunState), nullable=False),
    Column("reason", Choice(RunReason), nullable=False),
    Column("author", Text, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("author <> ''", name="has_author"),
    Index(None, "run_id"),
    sqlite_autoincrement=True,
)

flight_check = Table(
    "flight_check",
    metadata,
    Column("check_id", Identity, primary_key=True),
    Column("run_id", ForeignKey(flight_run.c.run_id), nullable=False),
    Column("gates", Coded(GateCheck, "check of gates"), nullable=False),
    Index(None, "run_id"),
    sqlite_autoincrement=True,
)

flight_track = Table(
    "flight_track",
    metadata,
    Column("track_id", Identity, primary_key=True),
    Column("run_id", ForeignKey(flight_run.c.run_id), nullable=False),
    Column("from_at", UtcTime, nullable=False),  # of the first
    Column("states", Coded(tuple[AircraftState, ...], "track"), nullable=False),
    Index(None, "run_id"),
    sqlite_autoincrement=True,
)

leader_lease = Table(
    "leader_lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),  # empty: nobody
    Column("fence", Integer, nullable=False),  # only ever rises
    Column("until_tick_s", Float),
    CheckConstraint("(holder <> '') = (until_tick_s IS NOT NULL)", name="held_until"),
    CheckConstraint("fence > 0", name="fence_counts"),
)
