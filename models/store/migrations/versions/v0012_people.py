"""People: townships that they are limited to, tokens of programs, callers' numbers.

Everybody signs in once more after it: a session now also ends when nobody uses it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.add_column("account", sa.Column("townships", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("disabled_at", sa.BigInteger(), nullable=True))
    op.add_column("observation", sa.Column("caller", sa.Text(), nullable=True))
    op.create_table(
        "former_account",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_former_account")),
    )
    op.drop_table("session")
    _make_session(sa.Column("seen_at", sa.BigInteger(), nullable=False))
    op.create_table(
        "sign_in_memory",
        sa.Column("name_sha256", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("succeeded_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name_sha256", "address", name=op.f("pk_sign_in_memory")),
    )
    op.create_index(op.f("ix_sign_in_memory_address_at"), "sign_in_memory", ["address", "at"])
    op.create_index(op.f("ix_sign_in_memory_at"), "sign_in_memory", ["at"])
    op.create_table(
        "api_token",
        sa.Column("token_id", IDENTITY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("townships", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.CheckConstraint("role <> 'admin'", name=op.f("ck_api_token_no_admin")),
        sa.CheckConstraint("created_by <> ''", name=op.f("ck_api_token_has_author")),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_api_token")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop them; whoever was limited or switched off has no account any more."""
    op.drop_table("api_token")
    op.drop_table("sign_in_memory")
    op.drop_table("session")
    _make_session()
    op.drop_table("former_account")
    # Without its limits an account would open the whole district.
    op.execute("DELETE FROM account WHERE disabled_at IS NOT NULL OR townships IS NOT NULL")
    with op.batch_alter_table("observation", table_kwargs={"sqlite_autoincrement": True}) as told:
        told.drop_column("caller")
    with op.batch_alter_table("account") as account:
        account.drop_column("disabled_at")
        account.drop_column("townships")


def _make_session(*further: sa.Column[int]) -> None:
    op.create_table(
        "session",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        *further,
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_name"],
            ["account.name"],
            name=op.f("fk_session_user_name_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_user_name"), "session", ["user_name"])
    op.create_index(op.f("ix_session_expires_at"), "session", ["expires_at"])
