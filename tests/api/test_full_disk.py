"""The disk fills, the database is held, the evidence cannot be written: no fire goes untold.

Disks are real and small, and whoever holds the database is another process.
"""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from api_rig import ApiRig, build_api
from detector_rig import Rig, build_rig, smoke
from small_disk import fill, read_only, small_disk
from starlette.testclient import TestClient

from api.notices.desk import NoticeDesk
from api.notices.message import Message
from detector.incidents import ranker as ranking
from detector.incidents.placing import place_of
from detector.incidents.ranker import Ranker
from models.clock import Clock, SystemClock
from models.config import NoticeRule
from models.errors import StorageFull
from models.notice import Channel, ChannelDraft, ChannelKind, ChannelOptions, Rules, Secrets
from models.recording import ClearingCause, KeptKind
from models.store import Store
from models.user import Role

CAMERA = "t1-red"
STEP = {"expected_state": "open", "to_state": "acknowledged", "note": "看到了"}


class Sent:
    """A sender that always succeeds."""

    def __init__(self) -> None:
        self.seen: list[Message] = []

    async def send(self, message: Message, channel: Channel, secrets: Secrets) -> str:
        del channel, secrets
        self.seen.append(message)
        return "ok"


@dataclass
class Watch:
    """A watch whose disks, network and time are a test's.

    Attributes:
        api: the application.
        rig: from pictures to alerts.
        sender: of notices.
    """

    api: ApiRig
    rig: Rig
    sender: Sent
    at_s: float = 0.0

    @classmethod
    def on(cls, data: Path, evidence: Path) -> "Watch":
        api = build_api(data)
        store = api.context.store
        camera = store.cameras.get(CAMERA)
        rig = build_rig(store, evidence, {CAMERA: camera}, api.clock)
        api.context = replace(
            api.context, counts=rig.pipeline.counts, lost_pictures=rig.lost, vault=rig.vault
        )
        options = ChannelOptions(address="https://example.cn/hook")
        draft = ChannelDraft("c", ChannelKind.WEBHOOK, options, Rules(cool_down_s=0.0))
        store.channels.add(draft, Secrets({"signing_key": "k"}), actor="t")
        return cls(api, rig, Sent())

    def see(self, *x_mins: float) -> None:
        """A minute later the camera sees plumes."""
        self.at_s += 60.0
        self.api.clock.advance(60.0)
        frame = self.rig.frame(self.at_s, CAMERA)
        self.rig.scorer.script[frame.sequence] = [smoke(0.9, x_min=x_min) for x_min in x_mins]
        self.rig.pipeline.process([frame])

    def desk(self, clock: Clock | None = None) -> NoticeDesk:
        return NoticeDesk(
            self.api.context.store,
            clock or self.api.clock,
            self.api.context.notices.writer,
            dict.fromkeys(ChannelKind, self.sender),
            rule=NoticeRule(),
            random=lambda: 0.0,
        )

    def ranker(self, clock: Clock | None = None) -> Ranker:
        zone = ZoneInfo("Asia/Shanghai")
        store = self.api.context.store
        return Ranker(
            store, clock or self.api.clock, zone, place_of=place_of, land_of=lambda _places: None
        )

    def health(self) -> dict[str, Any]:
        answer = self.api.client().get("/api/health")
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told

    def written(self) -> list[int]:
        """Numbers of rows that a deed or an alert would add."""
        tables = "alert", "incident", "incident_entry", "event", "audit_entry", "delivery"
        path = self.api.context.settings.data_dir / "firewatch.db"
        with closing(sqlite3.connect(path)) as database:
            counts = [f"SELECT count(*) FROM {table}" for table in tables]  # noqa: S608
            return [database.execute(count).fetchone()[0] for count in counts]

    def is_whole(self) -> None:
        """The log is one chain, the file is sound, and every alert belongs to one standing fire."""
        store = self.api.context.store
        store.audit.verify()
        with closing(
            sqlite3.connect(self.api.context.settings.data_dir / "firewatch.db")
        ) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        for alert in store.alerts.newest(100):
            fire = store.incidents.get(alert.incident_id)
            assert fire.merged_into is None
            assert [one.alert_id for one in fire.alerts].count(alert.alert_id) == 1


Build = Callable[[Path, Path], Watch]


@pytest.fixture
def build() -> Iterator[Build]:
    with ExitStack() as stack:

        def put(data: Path, evidence: Path) -> Watch:
            watch = Watch.on(data, evidence)
            stack.callback(watch.api.context.store.close)
            return watch

        yield put


def step(client: TestClient, language: str, key: str = "a-verdict-on-a-full-disk") -> Any:  # noqa: ANN401
    headers = {"accept-language": language, "idempotency-key": key}
    return client.post("/api/incidents/1/steps", json=STEP, headers=headers)


async def look(desk: NoticeDesk) -> None:
    """One look of the desk that sends, until all is tried."""
    await desk._lanes.look()
    await asyncio.gather(*desk._lanes._busy.values())


def exhaust(watch: Watch, disk: Path) -> None:
    """Others fill the disk, and the database what it still has in its own files."""
    audit = watch.api.context.store.audit

    def write_on() -> None:
        for _ in range(10_000):
            audit.record(actor="t", action="user.added", subject="x", details={"note": "x" * 400})

    fill(disk)
    with pytest.raises(StorageFull) as full:
        write_on()
    assert full.value.remedy
    fill(disk)


@contextmanager
def out_of_order(kind: str, disk: Path) -> Iterator[None]:
    """The evidence of a small disk cannot be written."""
    folder = disk / "evidence"
    if kind == "full":
        fill(disk)
        yield
        (disk / "others").unlink()
    elif kind == "read only":
        with read_only(disk):
            yield
    else:
        shutil.rmtree(folder)
        folder.write_text("somebody's file")
        yield
        folder.unlink()


@pytest.mark.parametrize("kind", ["full", "read only", "gone"])
def test_a_fire_without_a_picture_is_a_fire_and_tells_what_is_lost(
    tmp_path: Path, build: Build, kind: str
) -> None:
    with small_disk(tmp_path / "small", "2m") as small:
        watch = build(tmp_path, small)
        assert watch.health()["pictures_lost"] == 0
        with out_of_order(kind, small):
            for _ in range(3):
                watch.see(300.0)
            (alert,) = watch.api.context.store.alerts.working()
            assert alert.evidence == ()
            client = watch.api.client(Role.MONITOR)
            (cleared,) = client.get(f"/api/alerts/{alert.alert_id}").json()["cleared"]
            assert (cleared["kind"], cleared["cause"]) == ("stills", "unwritten")
            assert cleared["files"] >= 3
            told = watch.health()
            assert told["status"] == "degraded"
            assert told["pictures_lost"] == cleared["files"]
            assert told["pictures_lost_at"] is not None
            assert told["undecided"] == 0
            body = {"expected_state": "open", "to_state": "confirmed", "note": "是火"}
            confirmed = client.post("/api/incidents/1/steps", json=body)
            assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
            assert asyncio.run(watch.desk().step()) == 1
        watch.see(300.0)
        (again,) = watch.api.context.store.alerts.working()
        assert len(again.evidence) == 1
        assert watch.rig.vault.get(again.evidence[0].key) == watch.rig.frame_of(again.evidence[0])
        # It tells on of what is lost, and what it has is looked after like any other evidence.
        (lost,) = watch.api.context.store.keeping.clearings([1])[1]
        assert (lost.kind, lost.cause) == (KeptKind.STILLS, ClearingCause.UNWRITTEN)
        assert again.evidence[0].key in {one.key for one in watch.api.context.store.keeping.files()}
        watch.is_whole()


def test_what_a_full_database_refuses_is_told_once_there_is_room(
    tmp_path: Path, build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(tmp_path / "small", "3m") as small, ExitStack() as stack:
        watch = build(small, small)
        stack.callback(watch.api.context.store.close)  # before its disk goes
        store, client = watch.api.context.store, watch.api.client(Role.MONITOR)
        for _ in range(2):
            watch.see(300.0)
        ranker, desk = watch.ranker(), watch.desk()
        assert len(store.alerts.working()) == 1
        exhaust(watch, small)
        before = watch.written()

        # A second plume, and the camera is gone after three pictures of it.
        for _ in range(3):
            watch.see(300.0, 500.0)
        assert watch.written() == before
        told = watch.health()
        assert (told["status"], told["undecided"]) == ("degraded", 2)
        assert told["frames_failed"] >= 2
        assert caplog.text.count("the store takes no alert now") == 1

        # Who reads reads on, a note that they were here or not; who decides is told.
        watch.api.clock.advance(3600.0)
        listed = client.get("/api/incidents?scope=working")
        assert (listed.status_code, len(listed.json()["incidents"])) == (200, 1)
        english, chinese = step(client, "en"), step(client, "zh")
        assert [english.status_code, chinese.status_code] == [507, 507]
        assert english.json()["code"] == chinese.json()["code"] == "storage_full"
        assert "disk is full" in english.json()["title"]
        assert english.json()["remedy"]
        assert "磁盘已满" in chinese.json()["title"]

        # Nothing goes out whose mark is not on the disk.
        for _ in range(2):
            asyncio.run(look(desk))
        assert watch.sender.seen == []
        assert caplog.text.count("channel 1 cannot be worked on") == 1
        with pytest.raises(StorageFull):
            ranker.step()
        assert watch.written() == before
        watch.is_whole()

        (small / "others").unlink()  # somebody makes room; no camera sends anything
        watch.api.clock.advance(1.0)
        watch.rig.pipeline.hand_in_again()
        assert watch.health()["undecided"] == 0
        first, second = sorted(store.alerts.working(), key=lambda one: one.alert_id)
        assert len(second.evidence) >= 3
        assert len(first.evidence) >= 3
        for kept in second.evidence:
            assert watch.rig.vault.get(kept.key) == watch.rig.frame_of(kept)
        done = step(client, "en")
        assert (done.status_code, done.json()["state"]) == (200, "acknowledged")
        assert [one.kind for one in store.incidents.get(1).entries].count("stepped") == 1
        assert step(client, "en").headers["idempotency-replayed"] == "true"
        assert ranker.step() == 2
        assert asyncio.run(desk.step()) > 0
        marks = [one.message_id for one in watch.sender.seen]
        assert len(marks) == len(set(marks))
        assert {one.state for one in store.deliveries.newest(100)} == {"sent"}
        watch.is_whole()


HOLDER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: Path) -> Iterator[Callable[[], None]]:
    """Another process holds the database, until it is told to let go."""
    with subprocess.Popen(  # noqa: S603  # our own text
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.stdin.close
        process.kill()


def test_while_another_process_holds_the_database_the_watch_goes_on(
    tmp_path: Path,
    build: Build,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("models.store.engines.sqlite._BUSY_TIMEOUT_MS", 100)  # five seconds else
    monkeypatch.setattr(ranking, "PACE_S", 0.05)
    watch = build(tmp_path, tmp_path)
    store, client = watch.api.context.store, watch.api.client(Role.MONITOR)
    for _ in range(2):
        watch.see(300.0)
    before = watch.written()
    moment = SystemClock()

    async def until(holds: Callable[[], bool]) -> None:
        until_s = time.monotonic() + 60.0
        while not holds():
            assert time.monotonic() < until_s
            await asyncio.sleep(0.02)

    async def work() -> None:
        running = [
            asyncio.create_task(watch.ranker(moment).run()),
            asyncio.create_task(watch.desk(moment).run()),
        ]
        with held(tmp_path / "firewatch.db") as let_go:
            await until(
                lambda: (
                    "fires cannot be ranked now" in caplog.text
                    and "channel 1 cannot be worked on" in caplog.text
                )
            )
            english = await asyncio.to_thread(step, client, "en")
            chinese = await asyncio.to_thread(step, client, "zh")
            assert [english.status_code, chinese.status_code] == [409, 409]
            assert english.json()["code"] == chinese.json()["code"] == "store_busy"
            assert english.json()["remedy"]
            assert "数据库正忙" in chinese.json()["title"]
            await asyncio.to_thread(watch.see, 300.0, 500.0)
            await asyncio.to_thread(watch.see, 300.0, 500.0)
            assert (await asyncio.to_thread(watch.health))["undecided"] == 2
            assert (await asyncio.to_thread(client.get, "/api/incidents")).status_code == 200
            assert watch.written() == before
            assert watch.sender.seen == []
            let_go()
        watch.api.clock.advance(1.0)
        await asyncio.to_thread(watch.rig.pipeline.hand_in_again)
        assert len(store.alerts.working()) == 2
        await until(lambda: all(one.urgency is not None for one in store.incidents.working()))

        def all_are_sent() -> bool:
            watch.api.clock.advance(0.1)  # what is not wanted yet is looked at again in seconds
            return {one.state for one in store.deliveries.newest(100)} == {"sent"}

        await until(all_are_sent)
        assert not any(task.done() for task in running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    asyncio.run(work())
    assert step(client, "en").status_code == 200
    assert len(watch.sender.seen) == len({one.message_id for one in watch.sender.seen})
    watch.is_whole()


def test_a_watch_that_cannot_start_on_a_full_disk_leaves_its_database_as_it_was(
    tmp_path: Path, build: Build
) -> None:
    with small_disk(tmp_path / "small", "3m") as small:
        watch = build(small, small)
        for _ in range(2):
            watch.see(300.0)
        watch.api.context.store.close()
        database = small / "firewatch.db"
        before, url = database.read_bytes(), f"sqlite:///{database}"
        fill(small)
        with pytest.raises(StorageFull, match="is full") as full:
            Store.open(url, clock=watch.api.clock)
        assert full.value.remedy
        assert database.read_bytes() == before
        (small / "others").unlink()
        with closing(Store.open(url, clock=watch.api.clock)) as store:
            assert len(store.alerts.working()) == 1
            store.audit.verify()
