"""Who is on duty, and who passed the gates."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES = {
    "duty_person": (["township"],),
    "duty_shift": (["person_id"], ["from_at"], ["until_at"]),
    "duty_leave": (["person_id"], ["until_at"]),
    "passage": (["gate", "at"], ["at"], ["mark"]),
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "duty_person",
        sa.Column("person_id", IDENTITY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("township", sa.Text(), nullable=False),
        sa.Column("village", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "township <> '' OR village = ''", name=op.f("ck_duty_person_village_in_township")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_duty_person")),
        sqlite_autoincrement=True,
    )
    for name, number, last in (
        ("duty_shift", "shift_id", sa.Column("deputy", sa.Integer(), nullable=False)),
        ("duty_leave", "leave_id", sa.Column("reason", sa.Text(), nullable=False)),
    ):
        op.create_table(
            name,
            sa.Column(number, IDENTITY, nullable=False),
            sa.Column("person_id", IDENTITY, nullable=False),
            sa.Column("from_at", sa.BigInteger(), nullable=False),
            sa.Column("until_at", sa.BigInteger(), nullable=False),
            last,
            sa.CheckConstraint("from_at < until_at", name=op.f(f"ck_{name}_ends_later")),
            sa.ForeignKeyConstraint(
                ["person_id"],
                ["duty_person.person_id"],
                name=op.f(f"fk_{name}_person_id_duty_person"),
            ),
            sa.PrimaryKeyConstraint(number, name=op.f(f"pk_{name}")),
            sqlite_autoincrement=True,
        )
    op.create_table(
        "passage",
        sa.Column("passage_id", IDENTITY, nullable=False),
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.CheckConstraint("(kind = 'count') = (mark = '')", name=op.f("ck_passage_marked")),
        sa.PrimaryKeyConstraint("passage_id", name=op.f("pk_passage")),
        sa.UniqueConstraint("key", name=op.f("uq_passage_key")),
        sqlite_autoincrement=True,
    )
    for table, lists in INDEXES.items():
        for columns in lists:
            op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade() -> None:
    """Drop them: the roster and the passages are forgotten."""
    for table in ("passage", "duty_leave", "duty_shift", "duty_person"):
        op.drop_table(table)
