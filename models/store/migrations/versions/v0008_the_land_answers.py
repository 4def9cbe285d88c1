"""What changed the land, feature by feature, and the wind of the day."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "land_change",
        sa.Column("change_id", IDENTITY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("undoes", IDENTITY, nullable=True),
        sa.CheckConstraint("author <> ''", name=op.f("ck_land_change_has_author")),
        sa.ForeignKeyConstraint(
            ["undoes"], ["land_change.change_id"], name=op.f("fk_land_change_undoes_land_change")
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_land_change")),
        sa.UniqueConstraint("undoes", name=op.f("uq_land_change_undoes")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "land_edit",
        sa.Column("change_id", IDENTITY, autoincrement=False, nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "before IS NOT NULL OR after IS NOT NULL", name=op.f("ck_land_edit_says_something")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["land_change.change_id"],
            name=op.f("fk_land_edit_change_id_land_change"),
        ),
        sa.PrimaryKeyConstraint("change_id", "layer", "code", name=op.f("pk_land_edit")),
    )
    op.create_index(op.f("ix_land_edit_layer_code"), "land_edit", ["layer", "code"])
    op.create_table(
        "wind_entry",
        sa.Column("entry_id", IDENTITY, nullable=False),
        sa.Column("from_deg", sa.Float(), nullable=False),
        sa.Column("speed_m_s", sa.Float(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("author <> ''", name=op.f("ck_wind_entry_has_author")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_wind_entry")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("wind_entry")
    op.drop_table("land_edit")
    op.drop_table("land_change")
