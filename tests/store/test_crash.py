"""What was confirmed is there after a kill, a full disk and any race."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event

from models.alert import AlertDraft, EvidenceFrame
from models.clock import ManualClock
from models.errors import Conflict, StorageFull
from models.incident import DismissReason, IncidentState
from models.store import Store

Reopen = Callable[[], Store]
Drafts = Callable[..., AlertDraft]
Frames = Callable[..., EvidenceFrame]

EVENTS = 2  # of an alert that opens: itself, and its fire

WRITER = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("helpers", sys.argv[1])
helpers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(helpers)
from models.clock import SystemClock
from models.store import Store
store = Store.open(sys.argv[2], clock=SystemClock())
for number in range(int(sys.argv[3])):
    alert, _ = store.alerts.open_alert(
        helpers._draft(f"k{number}"), [helpers._frame(frame) for frame in range(5)]
    )
    print(alert.alert_id, flush=True)
sys.stdin.read()
"""


def killed_writer(url: str, alerts: int, kill_after: int) -> int:
    """Number of alerts that the writer told of before it was killed."""
    helpers = Path(__file__).with_name("conftest.py")
    command = [sys.executable, "-c", WRITER, str(helpers), url, str(alerts)]
    with subprocess.Popen(  # noqa: S603  # our own text
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(kill_after)]
        process.send_signal(signal.SIGKILL)
        told += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    assert process.returncode == -signal.SIGKILL
    assert told == list(range(1, len(told) + 1))
    return len(told)


def test_an_alert_outlives_the_process_that_took_it(
    url: str, reopen: Reopen, make_draft: Drafts, make_frame: Frames
) -> None:
    assert killed_writer(url, alerts=1, kill_after=1) == 1
    store = reopen()
    alert = store.alerts.get(1)
    assert alert.draft == make_draft("k0")
    assert alert.evidence == tuple(make_frame(number) for number in range(5))
    assert store.events.latest() == EVENTS
    store.close()


def test_a_kill_in_the_middle_of_writes_loses_nothing_that_was_told(
    urls: Callable[[], str], clock: ManualClock
) -> None:
    for round_number in range(3):
        url = urls()
        told = killed_writer(url, alerts=100_000, kill_after=20 + 7 * round_number)
        store = Store.open(url, clock=clock)
        alerts = store.alerts.newest(100_000)
        # One more may have been committed in the moment before it could be told.
        assert told <= len(alerts) <= told + 1
        assert all(len(alert.evidence) == 5 for alert in alerts)
        told_of = [entry.subject_id for entry in store.events.after(0, 200_000)]
        assert told_of == [number + 1 for number in range(len(alerts)) for _ in range(EVENTS)]
        if store._engine.dialect.name == "sqlite":
            with store._engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        store.close()


def test_a_full_disk_refuses_the_write_and_keeps_the_rest(
    path: Path, store: Store, make_draft: Drafts, make_frame: Frames
) -> None:
    assert path.exists()
    store.alerts.open_alert(make_draft("first"), [make_frame(0)])
    limit = {"pages": 0}

    @event.listens_for(store._engine, "checkout")
    def fill_the_disk(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit['pages'] or 2**30}")

    with store._engine.connect() as connection:
        limit["pages"] = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    taken = 0

    def take_all() -> None:
        nonlocal taken
        for taken in range(10_000):  # the number reached is the result
            store.alerts.open_alert(make_draft(f"k{taken}"), [make_frame(n) for n in range(20)])

    with pytest.raises(StorageFull) as full:
        take_all()
    assert full.value.remedy
    assert len(store.alerts.working()) == 1 + taken
    assert store.events.latest() == EVENTS * (1 + taken)

    limit["pages"] = 0  # somebody made room
    assert store.alerts.open_alert(make_draft("after"), [])[1]
    assert len(store.alerts.working()) == 2 + taken


def test_threads_with_one_key_open_one_alert(store: Store, make_draft: Drafts) -> None:
    ready = threading.Barrier(8)

    def open_it(number: int) -> tuple[int, bool]:
        ready.wait()
        alert, is_new = store.alerts.open_alert(make_draft(score=number / 10), [])
        return alert.alert_id, is_new

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(open_it, range(8)))
    assert {alert_id for alert_id, _ in answers} == {1}
    assert sum(is_new for _, is_new in answers) == 1
    assert store.events.latest() == EVENTS


def test_two_stores_with_one_key_open_one_alert(reopen: Reopen, make_draft: Drafts) -> None:
    stores = [reopen(), reopen()]
    ready = threading.Barrier(2)

    def open_all(store: Store) -> int:
        ready.wait()
        return sum(store.alerts.open_alert(make_draft(f"k{n}"), [])[1] for n in range(50))

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(open_all, stores)) == 50
    assert len(stores[0].alerts.working()) == 50
    for store in stores:
        store.close()


def test_one_of_many_verdicts_wins(store: Store, make_draft: Drafts) -> None:
    store.alerts.open_alert(make_draft(), [])
    ready = threading.Barrier(6)

    def dismiss(number: int) -> bool:
        ready.wait()
        try:
            store.verdicts.step(
                1,
                expected=IncidentState.OPEN,
                to_state=IncidentState.DISMISSED,
                author=f"m{number}",
                reason=DismissReason.FOG,
                note="",
            )
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(dismiss, range(6))) == 1
    assert len(store.alerts.get(1).verdicts) == 2
    store.audit.verify()


def test_an_event_loop_reads_whole_alerts_while_threads_write(
    store: Store, make_draft: Drafts, make_frame: Frames
) -> None:
    """A reader sees one moment: never an alert without the pictures of its own transaction."""

    async def work() -> list[int]:
        async def write(number: int) -> None:
            frames = [make_frame(n) for n in range(4)]
            await asyncio.to_thread(store.alerts.open_alert, make_draft(f"k{number}"), frames)

        async def read() -> int:
            alerts = await asyncio.to_thread(store.alerts.working)
            assert all(len(alert.evidence) == 4 for alert in alerts)
            return len(alerts)

        seen = []
        async with asyncio.TaskGroup() as group:
            for number in range(60):
                group.create_task(write(number))
                seen.append(group.create_task(read()))
        return [task.result() for task in seen]

    seen = asyncio.run(work())
    assert len(store.alerts.working()) == 60
    assert len(seen) == 60
    assert [entry.sequence for entry in store.events.after(0)] == list(range(1, EVENTS * 60 + 1))


def test_a_write_that_is_broken_off_leaves_nothing(store: Store) -> None:
    def break_off() -> None:
        with store._database.write() as connection:
            connection.exec_driver_sql(
                "INSERT INTO event (kind, subject_id, at) VALUES ('alert.opened', 1, 0)"
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert store.events.latest() == 0
