"""What only a PostgreSQL server can do to a store: refuse it, go away, be full, be another's."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from postgresql_rig import PASSWORD, PostgresqlServer, PostgresqlShelf
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli import app
from models.clock import ManualClock, SystemClock
from models.errors import Conflict, InputRefused, StoreDamaged, StoreUnreachable
from models.store import Store
from models.store.engines import home_of, postgresql
from models.user import Role, User

pytestmark = pytest.mark.servers


@pytest.fixture
def name(postgresql_shelf: PostgresqlShelf) -> Iterator[str]:
    taken = postgresql_shelf.take()
    yield taken
    postgresql_shelf.put_back(taken)


@pytest.fixture
def store(postgresql: PostgresqlServer, name: str) -> Iterator[Store]:
    with closing(Store.open(postgresql.url(name), clock=SystemClock())) as opened:
        yield opened


def refused(url: str, kind: type[Exception], match: str) -> None:
    with pytest.raises(kind, match=match) as told:
        Store.open(url, clock=SystemClock())
    assert PASSWORD not in str(told.value)
    assert told.value.__cause__ is None or PASSWORD not in str(told.value.__cause__)
    assert told.value.remedy  # type: ignore[attr-defined]


def test_who_is_not_let_in_hears_why_and_no_password(postgresql: PostgresqlServer) -> None:
    refused(postgresql.url("postgres", password="falsch"), InputRefused, "not let this user in")
    refused(postgresql.url("postgres", user="fremd"), InputRefused, "not let this user in")
    refused(postgresql.url("nirgends"), InputRefused, "has no such database")
    refused(postgresql.url("postgres") + "?sslmode=require", InputRefused, "encryption")
    away = postgresql.url("postgres").replace(str(postgresql.port), "1")
    refused(away, StoreUnreachable, "cannot be reached")


@pytest.mark.parametrize(
    ("statements", "match"),
    [
        (["CREATE TABLE theirs (x int)"], "not one of Firewatch's"),
        (["CREATE TABLE alembic_version (version_num text)"], "not one of Firewatch's"),
    ],
)
def test_a_database_of_another_program_is_left_as_it_is(
    postgresql: PostgresqlServer, statements: list[str], match: str
) -> None:
    other = postgresql.database()
    for statement in statements:
        postgresql.sql(statement, other)
    refused(postgresql.url(other), StoreDamaged, match)
    there = postgresql.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", other)
    assert there.strip() == "1"
    postgresql.drop(other)


def test_a_database_of_a_newer_firewatch_is_left_as_it_is(
    postgresql: PostgresqlServer, name: str
) -> None:
    known = postgresql.sql("SELECT version_num FROM alembic_version", name).strip()
    postgresql.sql("UPDATE alembic_version SET version_num = '9999'", name)
    try:
        refused(postgresql.url(name), StoreDamaged, "newer Firewatch .revision 9999")
    finally:
        postgresql.sql(f"UPDATE alembic_version SET version_num = '{known}'", name)  # noqa: S608


def test_a_user_who_may_make_no_tables(postgresql: PostgresqlServer) -> None:
    guest = postgresql.database()
    postgresql.sql("CREATE ROLE guest LOGIN PASSWORD 'gast'")
    refused(postgresql.url(guest, user="guest", password="gast"), InputRefused, "no tables there")
    postgresql.sql(f"ALTER DATABASE {guest} OWNER TO guest")
    # An owner who is nothing more than that is enough.
    with closing(
        Store.open(
            postgresql.url(guest, user="guest", password="gast"),
            clock=SystemClock(),
        )
    ) as opened:
        opened.users.add(User("li", Role.VIEWER, "$x", must_change_password=False), "cli")
        opened.audit.verify()
    postgresql.drop(guest)
    postgresql.sql("DROP ROLE guest")


def test_a_database_of_another_encoding(postgresql: PostgresqlServer) -> None:
    postgresql.sql("CREATE DATABASE old TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'")
    refused(postgresql.url("old"), InputRefused, "LATIN1")
    postgresql.drop("old")


def test_a_server_that_is_too_old(
    postgresql: PostgresqlServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del name
    monkeypatch.setattr("models.store.engines.postgresql.OLDEST", 99)
    refused(postgresql.url("postgres"), InputRefused, "needs PostgreSQL 99|is PostgreSQL")


@pytest.mark.parametrize("url", ["postgresql://host", "postgresql://h/x?options=-cfoo=1"])
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(InputRefused):
        home_of(url)
    assert "secret" not in home_of("postgresql://u:secret@h:5433/x").name


def test_a_restart_of_the_server_is_outlived(postgresql: PostgresqlServer, store: Store) -> None:
    store.audit.record(actor="li", action="user.signed_in", subject="1")
    postgresql.stop()
    try:
        with pytest.raises(StoreUnreachable):
            store.audit.entries(1)
        with pytest.raises(StoreUnreachable):
            store.audit.record(actor="li", action="user.signed_in", subject="2")
    finally:
        postgresql.start()
    store.audit.record(actor="li", action="user.signed_in", subject="3")
    assert [entry.subject for entry in store.audit.entries(5)] == ["3", "1"]
    store.audit.verify()


def test_a_connection_that_is_cut_in_a_transaction_is_told_and_nothing_is_kept(
    postgresql: PostgresqlServer, name: str, store: Store
) -> None:
    def cut() -> None:
        with store._database.write() as connection:
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            connection.exec_driver_sql("DELETE FROM audit_head")
            postgresql.sql(f"SELECT pg_terminate_backend({pid})", name)
            connection.execute(text("SELECT 1"))

    with pytest.raises(StoreUnreachable) as lost:
        cut()
    assert lost.value.code == "store_unreachable"
    store.audit.record(actor="li", action="user.signed_in", subject="1")
    store.audit.verify()


def test_another_process_that_holds_the_writers_row_is_named(
    postgresql: PostgresqlServer, name: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgresql_limits(), "lock_timeout", 1)
    with (
        closing(Store.open(postgresql.url(name), clock=SystemClock())) as other,
        store._database.write(),
    ):
        with pytest.raises(Conflict) as busy:
            other.audit.record(actor="li", action="user.signed_in", subject="1")
        assert busy.value.code == "store_busy"
        assert other.audit.entries(1) == []  # readers do not wait
    store.audit.record(actor="li", action="user.signed_in", subject="1")


def postgresql_limits() -> dict[str, int]:
    return postgresql._SERVING_S


def test_a_reader_sees_one_moment_and_writes_nothing(store: Store) -> None:
    with store._database.read() as connection:
        before = connection.execute(text("SELECT count(*) FROM audit_entry")).scalar_one()
        store.audit.record(actor="li", action="user.signed_in", subject="1")
        assert connection.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == before
        with pytest.raises(Exception, match="read-only"):
            connection.execute(text("DELETE FROM audit_entry"))
    assert len(store.audit.entries(9)) == before + 1


def test_what_waits_without_an_end_has_one(store: Store) -> None:
    with store._database.read() as connection:

        def ask(setting: str) -> object:
            return connection.exec_driver_sql(f"SHOW {setting}").scalar_one()

        assert ask("statement_timeout") == "1min"
        assert ask("lock_timeout") == "5s"
        assert ask("idle_in_transaction_session_timeout") == "2min"
        assert ask("synchronous_commit") == "on"
        assert ask("transaction_isolation") == "repeatable read"

    def wait_too_long() -> None:
        with store._database.read() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 1")
            connection.exec_driver_sql("SELECT pg_sleep(5)")

    with pytest.raises(Conflict) as slow:
        wait_too_long()
    assert slow.value.code == "store_busy"


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
def test_text_that_no_server_keeps_is_refused(store: Store, value: str) -> None:
    with pytest.raises(InputRefused):
        store.audit.record(actor="li", action="user.signed_in", subject=value)
    store.audit.verify()


def test_names_are_in_the_order_of_their_characters_whatever_the_server_speaks(
    postgresql: PostgresqlServer, store: Store, name: str
) -> None:
    for user in ("张", "a-b", "ab", "a.c", "一"):
        store.users.add(User(user, Role.VIEWER, "$x", must_change_password=False), "cli")
    assert [user.name for user in store.users.all()] == sorted(("张", "a-b", "ab", "a.c", "一"))
    others = postgresql.sql(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'",
        name,
    )
    assert others.strip() == "0"


def test_many_openers_make_one_store(postgresql: PostgresqlServer) -> None:
    empty = postgresql.database()
    ready, failures = threading.Barrier(4), []

    def start(number: int) -> None:
        ready.wait()
        try:
            with closing(Store.open(postgresql.url(empty), clock=SystemClock())) as opened:
                opened.audit.record(actor="li", action="user.signed_in", subject=str(number))
        except BaseException as error:  # noqa: BLE001  # shown by the assertion
            failures.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with closing(Store.open(postgresql.url(empty), clock=SystemClock())) as opened:
        assert len(opened.audit.entries(9)) == 4
        opened.audit.verify()
    postgresql.drop(empty)


WRITER = """
import sys
from models.clock import SystemClock
from models.store import Store
store = Store.open(sys.argv[1], clock=SystemClock())
for number in range(60):
    store.audit.record(actor=sys.argv[2], action="user.signed_in", subject=str(number))
store.close()
"""


def test_processes_write_one_chain(postgresql: PostgresqlServer, store: Store, name: str) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, postgresql.url(name), who])  # noqa: S603
        for who in ("li", "wang", "zhao")
    ]
    assert [writer.wait(100) for writer in writers] == [0, 0, 0]
    store.audit.verify()
    entries = store.audit.entries(1000)
    assert len(entries) == 180
    for who in ("li", "wang", "zhao"):
        assert [e.subject for e in reversed(entries) if e.actor == who] == [*map(str, range(60))]


def test_a_store_moves_to_a_server_and_back(
    postgresql: PostgresqlServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run: Callable[..., object] = CliRunner().invoke
    empty = postgresql.database()
    first, second = f"sqlite:///{tmp_path / 'a.db'}", f"sqlite:///{tmp_path / 'b.db'}"
    with closing(Store.open(first, clock=ManualClock(SystemClock().now()))) as store:
        store.users.add(User("张", Role.VIEWER, "$x", must_change_password=False), "cli")
    for source, target in ((first, postgresql.url(empty)), (postgresql.url(empty), second)):
        monkeypatch.setenv("FIREWATCH_DATABASE_URL", source)
        told = run(app, ["migrate", "--to", target], catch_exceptions=False)
        assert "each compared; the audit log is whole" in told.output  # type: ignore[attr-defined]
        with pytest.raises(InputRefused, match="exists already"):
            run(app, ["migrate", "--to", target], catch_exceptions=False)
    with closing(Store.open(second, clock=SystemClock())) as store:
        assert [user.name for user in store.users.all()] == ["张"]
        store.audit.verify()
    postgresql.drop(empty)
