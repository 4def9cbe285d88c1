"""A store goes to another place whole, and one version back and forth."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from models.alert import AlertDraft
from models.clock import ManualClock
from models.errors import InputRefused, StoreDamaged
from models.store import Store, copying, schema
from models.store.moving import move, status_of, step_back, step_up

Drafts = Callable[..., AlertDraft]


def test_all_of_it_arrives_and_numbers_go_on(
    urls: Callable[[], str], clock: ManualClock, make_draft: Drafts, tmp_path: Path
) -> None:
    here, there = urls(), f"sqlite:///{tmp_path / 'moved.db'}"
    with closing(Store.open(here, clock=clock)) as store:
        for key in ("a", "b", "c"):
            store.alerts.open_alert(make_draft(key), [])
        store.incident_joins.merge(1, 2, author="李")  # a pointer to a later row
        with store._database.write() as connection:  # numbers that were given and are gone
            connection.exec_driver_sql("DELETE FROM event")
        last = store.events.latest()
        kept = store.alerts.newest(9), [store.incidents.get(n) for n in (1, 2, 3)]
    copied = move(here, there, clock=clock)
    assert (copied["alert"], copied["incident"]) == (3, 3)
    with closing(Store.open(there, clock=clock)) as moved:
        assert (moved.alerts.newest(9), [moved.incidents.get(n) for n in (1, 2, 3)]) == kept
        moved.audit.verify()
        alert, _ = moved.alerts.open_alert(make_draft("d"), [])
        assert (alert.alert_id, alert.incident_id) == (4, 4)
        assert last == 0
        assert min(event.sequence for event in moved.events.after(0)) > 3
    with pytest.raises(InputRefused, match="exists already"):
        move(here, there, clock=clock)


def test_what_does_not_arrive_as_it_left_is_not_there(
    path: Path, store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.audit.record(actor="li", action="user.signed_in", subject="1")
    monkeypatch.setattr(copying, "_sum", lambda *_: (0, 1))
    target = path.with_name("moved.db")
    with pytest.raises(StoreDamaged) as damage:
        move(f"sqlite:///{path}", f"sqlite:///{target}", clock=clock)
    assert damage.value.code == "store_not_copied"
    assert not target.exists()


def test_where_nothing_is_kept_nothing_is_made(path: Path, clock: ManualClock) -> None:
    nowhere = f"sqlite:///{path}"
    assert status_of(nowhere).revision is None
    for call in (
        lambda: step_up(nowhere),
        lambda: step_back(nowhere),
        lambda: move(nowhere, f"{nowhere}.other", clock=clock),
    ):
        with pytest.raises(InputRefused) as absent:
            call()
        assert absent.value.code == "store_absent"
    assert not path.exists()


def test_the_command_says_where_the_store_stands(
    path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    monkeypatch.setenv("FIREWATCH_DATABASE_URL", f"sqlite:///{path}")

    def run(*words: str) -> str:
        return CliRunner().invoke(app, ["migrate", *words], catch_exceptions=False).output

    older = schema.before(schema.head())
    assert f"version {schema.head()}; the newest." in run("--status")
    assert f"version {older}; the newest is {schema.head()}" in run("--back", "--yes")
    assert f"version {schema.head()}; the newest." in run()
    assert "Aborted" in CliRunner().invoke(app, ["migrate", "--back"], input="n\n").output
    assert "1  audit_head" in run("--to", f"sqlite:///{path}.moved")
    with pytest.raises(InputRefused):
        run("--status", "--back")
    path.unlink()
    assert "Nothing is kept" in run("--status")


def test_before_the_first_version_there_is_nothing(path: Path, store: Store) -> None:
    store.close()
    url = f"sqlite:///{path}"
    while (now := status_of(url).revision) != "0001":
        assert step_back(url).revision == schema.before(str(now))
    with pytest.raises(InputRefused) as first:
        step_back(url)
    assert first.value.code == "store_first"
    assert step_up(url).revision == schema.head()
