"""The weather of the day."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "weather_entry",
        sa.Column("entry_id", IDENTITY, nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("temperature_c", sa.Float(), nullable=False),
        sa.Column("humidity_percent", sa.Float(), nullable=False),
        sa.Column("wind_m_s", sa.Float(), nullable=False),
        sa.Column("rain_24h_mm", sa.Float(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("author <> ''", name=op.f("ck_weather_entry_has_author")),
        sa.CheckConstraint(
            "(withdrawn_by = '') = (withdrawn_at IS NULL)",
            name=op.f("ck_weather_entry_withdrawn_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_weather_entry")),
        sqlite_autoincrement=True,
    )
    for columns in (["station", "at"], ["at"], ["withdrawn_at"]):
        name = op.f(f"ix_weather_entry_{'_'.join(columns)}")
        op.create_index(name, "weather_entry", columns)


def downgrade() -> None:
    """Drop it: what was entered by hand or imported is forgotten."""
    op.drop_table("weather_entry")
