"""Migrations and tables say the same, up and down, and hold nothing of one database only."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import DefaultClause, create_engine, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from models.alert import AlertDraft
from models.errors import StoreDamaged
from models.store import Store, schema
from models.store.engines import Home, SqliteHome
from models.store.tables import metadata

Reopen = Callable[[], Store]


def test_the_newest_migration_makes_these_tables(path: Path) -> None:
    schema.upgrade(SqliteHome(path))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "render_as_batch": True}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_comparison_can_fail(path: Path) -> None:
    schema.upgrade(SqliteHome(path))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE camera DROP COLUMN height_m")
        connection.exec_driver_sql("DROP INDEX ix_incident_state")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert len(compare_metadata(context, metadata)) == 2
    engine.dispose()


def test_checks_of_the_tables_are_in_the_migration(path: Path) -> None:
    """Alembic's comparison does not look at CHECK constraints."""
    schema.upgrade(SqliteHome(path))
    engine = create_engine(f"sqlite:///{path}")
    made = {
        (table, check["name"])
        for table in metadata.tables
        for check in inspect(engine).get_check_constraints(table)
    }
    engine.dispose()
    assert made == {
        ("incident", "ck_incident_not_into_itself"),
        ("incident_entry", "ck_incident_entry_has_author"),
        ("incident_entry", "ck_incident_entry_dismissal_has_reason"),
        ("incident_entry", "ck_incident_entry_whole_subject"),
        ("channel", "ck_channel_named_while_there"),
        ("delivery", "ck_delivery_sent_at_its_time"),
        ("delivery", "ck_delivery_sent_by_a_holder"),
        ("delivery", "ck_delivery_skipped_with_a_reason"),
        ("audit_head", "ck_audit_head_one_row"),
        ("heat_node_state", "ck_heat_node_state_waiting_of_frames"),
        ("api_token", "ck_api_token_no_admin"),
        ("api_token", "ck_api_token_has_author"),
        ("ledger_entry", "ck_ledger_entry_has_author"),
        ("camera_lease", "ck_camera_lease_has_holder"),
        ("danger_entry", "ck_danger_entry_has_author"),
        ("observation", "ck_observation_has_author"),
        ("land_change", "ck_land_change_has_author"),
        ("land_edit", "ck_land_edit_says_something"),
        ("wind_entry", "ck_wind_entry_has_author"),
        ("kept_answer", "ck_kept_answer_whole_answer"),
        ("weather_entry", "ck_weather_entry_has_author"),
        ("weather_entry", "ck_weather_entry_withdrawn_by_somebody"),
        ("duty_person", "ck_duty_person_village_in_township"),
        ("duty_shift", "ck_duty_shift_ends_later"),
        ("duty_leave", "ck_duty_leave_ends_later"),
        ("passage", "ck_passage_marked"),
        ("handover", "ck_handover_taken_at_its_time"),
        ("handover", "ck_handover_has_giver"),
        ("handover", "ck_handover_two_people"),
        ("steady_anchor", "ck_steady_anchor_one_row"),
        ("work_order", "ck_work_order_closed_at_its_time"),
        ("work_order", "ck_work_order_over_when_closed"),
        ("order_entry", "ck_order_entry_answered_with_an_answer"),
        ("order_entry", "ck_order_entry_calls_are_counted"),
        ("order_entry", "ck_order_entry_has_author"),
        ("order_link", "ck_order_link_used_by_a_device"),
        ("order_push", "ck_order_push_sent_by_a_holder"),
        ("order_push", "ck_order_push_sent_at_its_time"),
        ("aircraft", "ck_aircraft_has_author"),
        ("sweep_version", "ck_sweep_version_has_author"),
        ("schedule_version", "ck_schedule_version_has_author"),
        ("flight_run", "ck_flight_run_ends_later"),
        ("flight_run", "ck_flight_run_released_by_somebody"),
        ("flight_run", "ck_flight_run_of_a_schedule"),
        ("flight_run", "ck_flight_run_looks_at_an_incident"),
        ("flight_run", "ck_flight_run_ended_at_its_time"),
        ("flight_run", "ck_flight_run_started_at_its_time"),
        ("flight_step", "ck_flight_step_has_author"),
        ("imagery", "ck_imagery_has_author"),
        ("footage", "ck_footage_has_author"),
        ("footage", "ck_footage_removed_by_somebody"),
        ("footage_truth", "ck_footage_truth_has_author"),
        ("footage_proposal", "ck_footage_proposal_has_author"),
        ("footage_proposal", "ck_footage_proposal_decided_by_somebody"),
        ("heat_look", "ck_heat_look_decided_by_somebody"),
        ("replay", "ck_replay_has_author"),
        ("replay", "ck_replay_ended_at_all"),
        ("replay", "ck_replay_done_with_headline"),
        ("replay", "ck_replay_removed_by_somebody"),
        ("frozen_set", "ck_frozen_set_has_author"),
        ("frozen_set", "ck_frozen_set_retired_by_somebody"),
        ("model_release", "ck_model_release_has_author"),
        ("model_release", "ck_model_release_decided_by_somebody"),
        ("model_activation", "ck_model_activation_has_author"),
        ("nuisance_proposal", "ck_nuisance_proposal_decided_by_somebody"),
        ("nuisance_proposal", "ck_nuisance_proposal_decided_or_open"),
        ("nuisance_proposal", "ck_nuisance_proposal_entry_when_accepted"),
        ("leader_lease", "ck_leader_lease_held_until"),
        ("leader_lease", "ck_leader_lease_fence_counts"),
    }


def test_one_step_down_and_up_again(path: Path, reopen: Reopen) -> None:
    schema.upgrade(SqliteHome(path))
    all_tables = tables_of(path)
    step(path, command.downgrade, "0008")
    gone = all_tables - tables_of(path)
    assert {"incident", "incident_entry"} <= gone
    assert not {"alert", "observation", "wind_entry"} & gone
    assert "verdict" in tables_of(path)
    step(path, command.downgrade, "0007")
    assert all_tables - tables_of(path) - gone == {"land_change", "land_edit", "wind_entry"}
    step(path, command.downgrade, "base")
    assert tables_of(path) <= {"alembic_version", "sqlite_sequence"}
    schema.upgrade(SqliteHome(path))
    assert tables_of(path) == all_tables
    store = reopen()
    store.audit.verify()
    store.close()


def test_alerts_of_the_first_version_are_there_after_its_migration(
    path: Path, reopen: Reopen, make_draft: Callable[..., AlertDraft]
) -> None:
    store = reopen()
    kept, _ = store.alerts.open_alert(make_draft(), [])
    store.close()
    step(path, command.downgrade, "0001")
    store = reopen()
    assert store.alerts.get(kept.alert_id) == kept
    assert store.candidates.newest(10) == []
    store.close()


def step(path: Path, way: Callable[[Config, str], None], revision: str) -> None:
    with SqliteHome(path).migrating() as connection:
        way(schema.configuration(connection), revision)


def tables_of(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as hand:
        tables = hand.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name for (name,) in tables}


def test_an_older_store_is_migrated_when_it_is_opened(
    path: Path, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    reopen().close()
    migrated: list[Home] = []
    monkeypatch.setattr(schema, "head", lambda: "9999")
    monkeypatch.setattr(schema, "upgrade", migrated.append)
    reopen().close()
    assert [home.name for home in migrated] == [str(path)]


def test_a_migration_that_fails_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.upgrade(SqliteHome(path))
    content = path.read_bytes()

    def break_off(config: object, _revision: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.exec_driver_sql("DROP TABLE visit")
        connection.exec_driver_sql("DELETE FROM camera")
        raise ZeroDivisionError

    monkeypatch.setattr(command, "upgrade", break_off)
    with pytest.raises(ZeroDivisionError):
        schema.upgrade(SqliteHome(path))
    assert path.read_bytes() == content


def test_a_migration_that_orphans_a_row_is_taken_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema.upgrade(SqliteHome(path))
    content = path.read_bytes()

    def orphan(config: object, _revision: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.exec_driver_sql("INSERT INTO session VALUES ('t', 'nobody', 0, 0)")

    monkeypatch.setattr(command, "upgrade", orphan)
    with pytest.raises(StoreDamaged, match="a row of session belongs to nothing"):
        schema.upgrade(SqliteHome(path))
    assert path.read_bytes() == content


def test_there_is_one_line_of_migrations_inside_the_package() -> None:
    scripts = ScriptDirectory(str(schema.SCRIPTS))
    assert len(scripts.get_heads()) == 1
    assert scripts.get_base() == "0001"
    assert schema.SCRIPTS.is_relative_to(Path(schema.__file__).parent)
    assert schema.SCRIPTS.joinpath("env.py").is_file()


def test_a_path_with_a_percent_sign_is_a_path(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = path.parent / "100 % sure"
    link.symlink_to(schema.SCRIPTS)
    monkeypatch.setattr(schema, "SCRIPTS", link)
    schema.upgrade(SqliteHome(path))
    assert schema.current(SqliteHome(path)) == schema.head()


def test_the_tables_can_be_made_on_postgresql() -> None:
    """The dialect compiles every table, and no default is written in one database's words."""
    dialect = postgresql.dialect()
    for table in metadata.sorted_tables:
        text = str(CreateTable(table).compile(dialect=dialect))
        assert "AUTOINCREMENT" not in text.upper()
        # A check's text is not quoted by anybody: PostgreSQL refused a column named "only" in one.
        names = {table.name, *(column.name for column in table.columns)}
        assert not names & dialect.identifier_preparer.reserved_words
        for index in table.indexes:
            kind = "CREATE UNIQUE INDEX" if index.unique else "CREATE INDEX"
            assert str(CreateIndex(index).compile(dialect=dialect)).startswith(kind)
        assert not any(isinstance(c.server_default, DefaultClause) for c in table.columns)
    assert "BIGSERIAL" in str(CreateTable(metadata.tables["event"]).compile(dialect=dialect))
