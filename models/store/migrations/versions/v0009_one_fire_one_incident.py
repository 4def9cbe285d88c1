"""Fires: alerts and reports become evidence of incidents, verdicts become their history.

Every alert that there is becomes a fire of its own, with the alert's number.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and a fire of every alert."""
    op.create_table(
        "incident",
        sa.Column("incident_id", IDENTITY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("merged_into", IDENTITY, nullable=True),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.Column("urgency", sa.Text(), nullable=True),
        sa.CheckConstraint("merged_into <> incident_id", name=op.f("ck_incident_not_into_itself")),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["incident.incident_id"], name=op.f("fk_incident_merged_into_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident")),
        sqlite_autoincrement=True,
    )
    for columns in (["state"], ["opened_at"], ["last_seen_at"], ["merged_into"]):
        op.create_index(op.f(f"ix_incident_{columns[0]}"), "incident", columns)
    op.create_table(
        "incident_entry",
        sa.Column("entry_id", IDENTITY, nullable=False),
        sa.Column("incident_id", IDENTITY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("photo", sa.Text(), nullable=True),
        sa.Column("undoes", IDENTITY, nullable=True),
        sa.CheckConstraint("author <> ''", name=op.f("ck_incident_entry_has_author")),
        sa.CheckConstraint(
            "kind <> 'stepped' OR ((to_state = 'dismissed') = (reason IS NOT NULL))",
            name=op.f("ck_incident_entry_dismissal_has_reason"),
        ),
        sa.CheckConstraint(
            "(subject_kind IS NULL) = (subject_id IS NULL)",
            name=op.f("ck_incident_entry_whole_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.incident_id"],
            name=op.f("fk_incident_entry_incident_id_incident"),
        ),
        sa.ForeignKeyConstraint(
            ["undoes"],
            ["incident_entry.entry_id"],
            name=op.f("fk_incident_entry_undoes_incident_entry"),
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_incident_entry")),
        sqlite_autoincrement=True,
    )
    for columns in (["incident_id"], ["undoes"], ["at"]):
        op.create_index(op.f(f"ix_incident_entry_{columns[0]}"), "incident_entry", columns)
    op.execute(
        "INSERT INTO incident (incident_id, state, is_drill, opened_at, first_seen_at,"
        " last_seen_at, changed_at, version)"
        " SELECT alert_id, state, provenance = 'drill', opened_at, first_seen_at,"
        " last_seen_at, opened_at, 1 FROM alert"
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite goes on from the highest by itself
        op.execute(
            "SELECT setval(pg_get_serial_sequence('incident', 'incident_id'), max(incident_id))"
            " FROM incident HAVING max(incident_id) IS NOT NULL"
        )
    op.execute(
        "INSERT INTO incident_entry (incident_id, kind, at, author, to_state, note, link,"
        " subject_kind, subject_id)"
        " SELECT alert_id, 'opened', opened_at, 'system', 'open', '', 'first', 'alert', alert_id"
        " FROM alert ORDER BY alert_id"
    )
    op.execute(
        "INSERT INTO incident_entry (incident_id, kind, at, author, from_state, to_state, reason,"
        " note, link)"
        " SELECT alert_id, 'stepped', at, author, from_state, to_state, reason, note, ''"
        " FROM verdict ORDER BY verdict_id"
    )
    op.drop_table("verdict")
    op.execute("UPDATE event SET kind = 'alert.updated' WHERE kind = 'alert.stepped'")
    op.add_column("alert", sa.Column("incident_id", IDENTITY, nullable=True))
    op.execute("UPDATE alert SET incident_id = alert_id")
    with op.batch_alter_table("alert", table_kwargs={"sqlite_autoincrement": True}) as alert:
        alert.drop_index(op.f("ix_alert_state"))
        alert.drop_index(op.f("ix_alert_camera_id_preset_state"))
        alert.drop_column("state")
        alert.alter_column("incident_id", nullable=False, existing_type=IDENTITY)
        alert.create_foreign_key(
            op.f("fk_alert_incident_id_incident"), "incident", ["incident_id"], ["incident_id"]
        )
    op.create_index(op.f("ix_alert_incident_id"), "alert", ["incident_id"])
    op.create_index(op.f("ix_alert_camera_id_preset"), "alert", ["camera_id", "preset"])
    with op.batch_alter_table("observation", table_kwargs={"sqlite_autoincrement": True}) as told:
        told.add_column(sa.Column("incident_id", IDENTITY, nullable=True))
        told.create_foreign_key(
            op.f("fk_observation_incident_id_incident"),
            "incident",
            ["incident_id"],
            ["incident_id"],
        )
    op.create_index(op.f("ix_observation_incident_id"), "observation", ["incident_id"])


def downgrade() -> None:
    """Give every alert the state of its fire and its verdicts, in the words of before."""
    op.create_table(
        "verdict",
        sa.Column("verdict_id", IDENTITY, nullable=False),
        sa.Column("alert_id", IDENTITY, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(to_state = 'dismissed') = (reason IS NOT NULL)",
            name=op.f("ck_verdict_dismissal_has_reason"),
        ),
        sa.CheckConstraint("author <> ''", name=op.f("ck_verdict_has_author")),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.alert_id"], name=op.f("fk_verdict_alert_id_alert")
        ),
        sa.PrimaryKeyConstraint("verdict_id", name=op.f("pk_verdict")),
    )
    op.create_index(op.f("ix_verdict_alert_id"), "verdict", ["alert_id"], unique=False)
    op.add_column("alert", sa.Column("state", sa.Text(), nullable=True))
    op.execute(
        "UPDATE alert SET state = (SELECT CASE"
        " WHEN state IN ('dispatched', 'arrived', 'controlled') THEN 'confirmed' ELSE state END"
        " FROM incident WHERE incident.incident_id = alert.incident_id)"
    )
    op.execute(_VERDICTS)
    op.execute("DELETE FROM event WHERE kind LIKE 'incident.%'")
    with op.batch_alter_table("observation", table_kwargs={"sqlite_autoincrement": True}) as told:
        told.drop_index(op.f("ix_observation_incident_id"))
        told.drop_constraint(op.f("fk_observation_incident_id_incident"), type_="foreignkey")
        told.drop_column("incident_id")
    with op.batch_alter_table("alert", table_kwargs={"sqlite_autoincrement": True}) as alert:
        alert.drop_index(op.f("ix_alert_incident_id"))
        alert.drop_index(op.f("ix_alert_camera_id_preset"))
        alert.drop_constraint(op.f("fk_alert_incident_id_incident"), type_="foreignkey")
        alert.drop_column("incident_id")
        alert.alter_column("state", nullable=False, existing_type=sa.Text())
    op.create_index(op.f("ix_alert_state"), "alert", ["state"])
    op.create_index(
        op.f("ix_alert_camera_id_preset_state"), "alert", ["camera_id", "preset", "state"]
    )
    op.drop_table("incident_entry")
    op.drop_table("incident")


_VERDICTS = """
INSERT INTO verdict (alert_id, author, at, from_state, to_state, reason, note)
SELECT alert.alert_id, author, at,
    CASE WHEN from_state IN ('dispatched', 'arrived', 'controlled')
        THEN 'confirmed' ELSE from_state END,
    CASE WHEN to_state IN ('dispatched', 'arrived', 'controlled')
        THEN 'confirmed' ELSE to_state END,
    CASE WHEN to_state <> 'dismissed' THEN NULL
        WHEN reason IN ('low_cloud', 'high_cloud', 'cloud') THEN 'cloud'
        WHEN reason IN ('lens_flare', 'lens_droplet', 'lens') THEN 'lens'
        WHEN reason IN ('tree', 'vegetation') THEN 'vegetation'
        WHEN reason IN ('fog', 'dust', 'rain', 'light', 'vehicle', 'chimney', 'building', 'water',
            'registered_burn', 'drill') THEN reason
        ELSE 'other' END,
    note
FROM incident_entry JOIN alert ON alert.incident_id = incident_entry.incident_id
WHERE from_state IS NOT NULL AND kind IN ('stepped', 'absorbed', 'reopened')
    AND entry_id NOT IN (SELECT undoes FROM incident_entry WHERE undoes IS NOT NULL)
ORDER BY entry_id
"""
