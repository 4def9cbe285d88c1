"""Every version's tables, with rows in them, one step back and forth and up to this program's.

On SQLite here and on a PostgreSQL server in ``./run servers``. What a step back may lose is what
the older tables have no place for, and nothing else.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Boolean,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    insert,
)
from sqlalchemy import select as select_rows
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeDecorator

from models.alert import AlertDraft, EvidenceFrame
from models.clock import ManualClock
from models.errors import StoreDamaged
from models.incident import IncidentState
from models.store import Store, schema
from models.store.alert_rows import draft_values
from models.store.engines import Home, home_of
from models.store.tables import metadata

Drafts = Callable[..., AlertDraft]
Frames = Callable[..., EvidenceFrame]
Rows = dict[str, list[dict[str, Any]]]

REVISIONS: Final = [
    script.revision
    for script in reversed(list(ScriptDirectory(str(schema.SCRIPTS)).walk_revisions()))
]
NOON_US: Final = 1_764_046_800_123_457

SPECIAL: Final[dict[str, dict[str, Any]]] = {
    "land_edit": {"after": "x"},  # one side of it has to say something
    "duty_leave": {"until_at": 2},  # after it began
    "duty_shift": {"until_at": 2},
    "flight_run": {"until_at": 2},
    "leader_lease": {"until_tick_s": 1.0},
    "handover": {"given_by": "li"},
    "order_entry": {"kind": "noted"},  # no call and no answer
    "order_link": {"device_sha256": ""},  # not opened
    "channel": {"name": "", "enabled": False, "removed_at": 1},  # nothing goes through it
    "replay": {"state": "queued"},  # it has not ended
}
MADE_ANEW: Final = {"0012": {"session"}}
"""Tables that a revision empties on purpose: everybody signs in once more."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place where nothing is kept."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'firewatch.db'}"
        return
    server = request.getfixturevalue("postgresql")
    name = server.database()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def home(url: str) -> Home:
    return home_of(url)


def go(home: Home, way: Callable[[Any, str], None], revision: str) -> None:
    with home.migrating() as connection:
        way(schema.configuration(connection), revision)


def plain(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """Values as their columns keep them."""
    kept = {}
    for column, value in values.items():
        kind = metadata.tables[name].columns[column].type
        kept[column] = (
            kind.process_bind_param(value, sqlite.dialect())
            if isinstance(kind, TypeDecorator)
            else value
        )
    return kept


def fill(connection: Connection, make_draft: Drafts, make_frame: Frames) -> None:
    """At least one row in every table that there is, by the tables' own shape."""
    tables = MetaData()
    tables.reflect(connection)
    alerts = tables.tables["alert"]
    state = {"state": "dismissed"} if "state" in alerts.c else {"incident_id": 1}
    known: Rows = {
        "alert": [
            {
                **plain("alert", draft_values(make_draft(key))),
                "alert_id": number,
                **state,
                "opened_at": NOON_US,
                "last_seen_at": NOON_US + 5,
                "clip_key": "",
            }
            for number, key in ((1, "a"), (2, "b"))
        ],
        "evidence": [
            {
                "evidence_id": 1,
                "alert_id": 1,
                **{
                    name: plain("evidence", {name: getattr(make_frame(1), name)})[name]
                    for name in EvidenceFrame.__slots__
                },
            }
        ],
        "verdict": [
            {
                "verdict_id": number,
                "alert_id": 1,
                "author": "李",
                "at": NOON_US + number,
                "from_state": before,
                "to_state": after,
                "reason": "fog" if after == "dismissed" else None,
                "note": "雾",
            }
            for number, before, after in (
                (1, "open", "acknowledged"),
                (2, "acknowledged", "dismissed"),
            )
        ],
        "event": [
            {"sequence": 1, "kind": "alert.opened", "subject_id": 1, "at": NOON_US},
            {"sequence": 2, "kind": "alert.updated", "subject_id": 1, "at": NOON_US},
        ],
        "incident_entry": [
            {
                "entry_id": 1,
                "incident_id": 1,
                "kind": "opened",
                "at": NOON_US,
                "author": "system",
                "note": "",
                "link": "first",
            }
        ],
        "account": [
            {
                "name": "li",
                "role": "monitor",
                "password_hash": "$argon2id$x",
                "must_change_password": False,
                **{
                    column.name: guessed(column.type)
                    for column in tables.tables["account"].c
                    if column.name not in {"name", "role", "password_hash", "must_change_password"}
                    and not column.nullable
                },
            }
        ],
    }
    for table in tables.sorted_tables:
        if table.name in {"alembic_version", "audit_entry", "audit_head"}:
            continue
        for row in known.get(table.name) or [row_of(table)]:
            connection.execute(insert(table).values(row))
        numbered = table.autoincrement_column
        if connection.dialect.name == "postgresql" and numbered is not None:
            sequence = func.pg_get_serial_sequence(table.name, numbered.name)
            last = connection.execute(select_rows(func.max(numbered))).scalar_one()
            connection.execute(select_rows(func.setval(sequence, last)))


def is_open(table: Table, column: str) -> bool:
    """Whether what somebody does some day has not been done, by the rows made here."""
    at = table.c.get(column.removesuffix("_by") + "_at")
    return at is None or bool(at.nullable)


def row_of(table: Table) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.c:
        key = next(iter(column.foreign_keys), None)
        if column.nullable and not column.primary_key:
            row[column.name] = None
        elif key is not None and key.column.table.name == "account":
            row[column.name] = "li"
        elif column.name in {"state", "to_state", "from_state"}:
            row[column.name] = "open"
        elif column.name.endswith("_by") and is_open(table, column.name):
            row[column.name] = ""  # nobody has, as its time says
        else:
            row[column.name] = guessed(column.type)
    return row | SPECIAL.get(table.name, {})


def guessed(kind: Any) -> Any:  # noqa: ANN401  # a type of a column, and a value of it
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer | Float):
        return 1
    return b"\x01\x02" if isinstance(kind, LargeBinary) else "x"


def content(home: Home) -> Rows:
    with home.examining() as connection:
        tables = MetaData()
        tables.reflect(connection)
        return {
            name: [dict(row) for row in connection.execute(select_rows(table)).mappings()]
            for name, table in tables.tables.items()
            if name != "alembic_version"
        }


def columns_of(home: Home) -> dict[str, set[str]]:
    with home.examining() as connection:
        tables = MetaData()
        tables.reflect(connection)
        return {name: set(table.c.keys()) for name, table in tables.tables.items()}


def told(rows: list[dict[str, Any]], columns: set[str]) -> Counter[str]:
    """The rows without their order, as far as some columns tell them."""
    return Counter(repr([row[name] for name in sorted(columns)]) for row in rows)


@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_a_step_back_and_forth_loses_only_what_the_older_tables_cannot_say(
    home: Home, revision: str, make_draft: Drafts, make_frame: Frames
) -> None:
    go(home, command.upgrade, revision)
    with home.migrating() as connection:
        fill(connection, make_draft, make_frame)
    before = content(home)
    assert all(before[name] for name in before if name != "audit_entry")
    older = schema.before(revision)
    assert older is not None
    schema.downgrade(home, older)
    back, columns = content(home), columns_of(home)
    go(home, command.upgrade, revision)
    again = content(home)
    assert set(again) == set(before)
    for name in set(before) & set(back) - MADE_ANEW.get(revision, set()):
        if before[name]:
            shared = set(before[name][0]) & columns[name]
            assert told(again[name], shared) == told(before[name], shared), name


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_store_of_every_version_is_this_programs_after_it_is_opened(
    url: str, revision: str, make_draft: Drafts, make_frame: Frames, clock: ManualClock
) -> None:
    home = home_of(url)
    go(home, command.upgrade, revision)
    with home.migrating() as connection:
        fill(connection, make_draft, make_frame)
    with closing(Store.open(url, clock=clock)) as store:
        assert schema.current(home) == schema.head()
        assert {alert.alert_id for alert in store.alerts.newest(9)} == {1, 2}
        first = store.alerts.get(1)
        assert first.draft == make_draft("a")
        assert first.evidence == (make_frame(1),)
        if revision < "0009":
            assert first.state is IncidentState.DISMISSED
            assert [verdict.author for verdict in first.verdicts] == ["李", "李"]
            assert store.incidents.get(2).alerts == (store.alerts.get(2),)
        account = store.users.get("li")
        assert account is not None
        store.audit.verify()
        # New rows get new numbers, also where the old ones came with theirs.
        _, is_new = store.alerts.open_alert(make_draft("new"), [])
        assert is_new
        assert store.alerts.get(3).incident_id > max(
            store.alerts.get(n).incident_id for n in (1, 2)
        )
        store.alerts.update(1, make_draft("a"), [], make_draft("a").captured_at)


def test_the_newest_migration_makes_these_tables(home: Home) -> None:
    with home.locked():
        home.make(schema.upgrade)
    with home.examining() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "render_as_batch": True}
        )
        assert compare_metadata(context, metadata) == []


def test_down_to_nothing_and_up_again(url: str, home: Home, clock: ManualClock) -> None:
    Store.open(url, clock=clock).close()
    full = content(home)
    schema.downgrade(home, "base")
    assert content(home) == {}
    with pytest.raises(StoreDamaged):
        Store.open(url, clock=clock)
    schema.upgrade(home)
    assert content(home) == full
    with closing(Store.open(url, clock=clock)) as store:
        store.audit.verify()


def test_a_migration_that_fails_changes_nothing(
    url: str, home: Home, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(url, clock=clock).close()
    before = content(home)

    def break_off(config: Any, _revision: str) -> None:  # noqa: ANN401
        connection = config.attributes["connection"]
        connection.exec_driver_sql("DROP TABLE visit")
        connection.exec_driver_sql("DELETE FROM audit_head")
        raise ZeroDivisionError

    monkeypatch.setattr(command, "upgrade", break_off)
    with pytest.raises(ZeroDivisionError):
        schema.upgrade(home)
    assert content(home) == before


def test_the_way_back_of_each_version_is_known() -> None:
    assert [schema.before(revision) for revision in REVISIONS] == [None, *REVISIONS[:-1]]
    assert schema.before("9999") is None
