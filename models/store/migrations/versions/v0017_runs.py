"""When sweeps are flown, every flight with its steps and checks, and who leads."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOT_CANCELLED = sa.text("state <> 'cancelled'")
ENDED = (
    "(state IN ('landed', 'aborted', 'failed', 'missed', 'skipped', 'cancelled'))"
    " = (ended_at IS NOT NULL)"
)
STARTED = (
    "state NOT IN ('starting', 'flying', 'paused', 'returning', 'landed', 'aborted')"
    " OR started_at IS NOT NULL"
)
TABLES = (
    "schedule",
    "schedule_version",
    "flight_run",
    "flight_step",
    "flight_check",
    "leader_lease",
)


def upgrade() -> None:
    """Make the tables."""
    _make_schedules()
    _make_runs()
    op.create_table(
        "leader_lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("until_tick_s", sa.Float(), nullable=True),
        sa.CheckConstraint(
            "(holder <> '') = (until_tick_s IS NOT NULL)", name=op.f("ck_leader_lease_held_until")
        ),
        sa.CheckConstraint("fence > 0", name=op.f("ck_leader_lease_fence_counts")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leader_lease")),
    )


def _make_schedules() -> None:
    op.create_table(
        "schedule",
        sa.Column("schedule_id", IDENTITY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("windows_until_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("schedule_id", name=op.f("pk_schedule")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "schedule_version",
        sa.Column("schedule_id", IDENTITY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sweep_id", IDENTITY, nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("changed_by <> ''", name=op.f("ck_schedule_version_has_author")),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.schedule_id"],
            name=op.f("fk_schedule_version_schedule_id_schedule"),
        ),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweep.sweep_id"], name=op.f("fk_schedule_version_sweep_id_sweep")
        ),
        sa.PrimaryKeyConstraint("schedule_id", "version", name=op.f("pk_schedule_version")),
    )


def _make_runs() -> None:
    op.create_table(
        "flight_run",
        sa.Column("run_id", IDENTITY, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("schedule_id", IDENTITY, nullable=True),
        sa.Column("incident_id", IDENTITY, nullable=True),
        sa.Column("sweep_id", IDENTITY, nullable=False),
        sa.Column("sweep_version", sa.Integer(), nullable=True),
        sa.Column("sortie", sa.Integer(), nullable=False),
        sa.Column("aircraft", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.CheckConstraint("until_at > due_at", name=op.f("ck_flight_run_ends_later")),
        sa.CheckConstraint(
            "(released_by <> '') = (released_at IS NOT NULL)",
            name=op.f("ck_flight_run_released_by_somebody"),
        ),
        sa.CheckConstraint(
            "(cause = 'schedule') = (schedule_id IS NOT NULL)",
            name=op.f("ck_flight_run_of_a_schedule"),
        ),
        sa.CheckConstraint(
            "cause <> 'verification' OR incident_id IS NOT NULL",
            name=op.f("ck_flight_run_looks_at_an_incident"),
        ),
        sa.CheckConstraint(ENDED, name=op.f("ck_flight_run_ended_at_its_time")),
        sa.CheckConstraint(STARTED, name=op.f("ck_flight_run_started_at_its_time")),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.incident_id"],
            name=op.f("fk_flight_run_incident_id_incident"),
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["schedule.schedule_id"],
            name=op.f("fk_flight_run_schedule_id_schedule"),
        ),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweep.sweep_id"], name=op.f("fk_flight_run_sweep_id_sweep")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_flight_run")),
        sa.UniqueConstraint("key", name=op.f("uq_flight_run_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_flight_run_window",
        "flight_run",
        ["schedule_id", "due_at", "sortie"],
        unique=True,
        sqlite_where=NOT_CANCELLED,
        postgresql_where=NOT_CANCELLED,
    )
    for column in ("due_at", "incident_id", "state"):
        op.create_index(op.f(f"ix_flight_run_{column}"), "flight_run", [column], unique=False)
    op.create_table(
        "flight_step",
        sa.Column("step_id", IDENTITY, nullable=False),
        sa.Column("run_id", IDENTITY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("author <> ''", name=op.f("ck_flight_step_has_author")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["flight_run.run_id"], name=op.f("fk_flight_step_run_id_flight_run")
        ),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_flight_step")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "flight_check",
        sa.Column("check_id", IDENTITY, nullable=False),
        sa.Column("run_id", IDENTITY, nullable=False),
        sa.Column("gates", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["flight_run.run_id"], name=op.f("fk_flight_check_run_id_flight_run")
        ),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_flight_check")),
        sqlite_autoincrement=True,
    )
    for table in ("flight_step", "flight_check"):
        op.create_index(op.f(f"ix_{table}_run_id"), table, ["run_id"], unique=False)


def downgrade() -> None:
    """Drop them: schedules and flights are forgotten."""
    for table in reversed(TABLES):
        op.drop_table(table)
