"""A watch that is killed at random moments under load, again and again, and what is left of it.

One process has everything imported and makes children; each child opens the store as a start
would, writes with several threads, sends notices to a receiver of ours, and is killed with
``SIGKILL``. A line that it told through its pipe is something that was promised; in the end every
promise is looked for. Each child's clock is a few minutes on, so that what the one before had in
hand is taken up at once.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from api.incidents.places import PlaceShelf
from api.notices.room import NoticeRoom
from benchmarks.keeping.load import Load
from camera_gateway.vault import EvidenceVault
from geo.land import LandBook
from models.clock import SystemClock
from models.config import Settings
from models.notice import (
    ChannelDraft,
    ChannelKind,
    ChannelOptions,
    DeliveryState,
    Occasion,
    Rules,
    Secrets,
    occasion_of,
)
from models.store import Store

__all__ = ["Left", "Receiver", "Shifted", "kill_again_and_again"]

WRITERS: Final = 3
AT_WORK: Final = "at work"
APART_S: Final = 300.0
_RULES: Final = Rules(occasions=tuple(Occasion), urgent_points=0.0, cool_down_s=0.0)


class Shifted:
    """The machine's clock, some time on.

    Args:
        by_s: so much.
    """

    def __init__(self, by_s: float) -> None:
        self._by = timedelta(seconds=by_s)
        self._real = SystemClock()

    def now(self) -> datetime:
        """Shifted."""
        return self._real.now() + self._by

    def monotonic_s(self) -> float:
        """The machine's."""
        return self._real.monotonic_s()

    async def sleep(self, duration_s: float) -> None:
        """The machine's, ten times as fast: kills come fast too."""
        await self._real.sleep(duration_s / 10.0)


@dataclass
class Receiver:
    """Takes notices and remembers under which mark it was told what."""

    told: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    @contextlib.contextmanager
    def listening(self) -> Iterator[str]:
        """Its address."""
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fires = json.loads(body)["fires"]
                news = tuple(sorted(one["entry_id"] for fire in fires for one in fire["news"]))
                told.append((self.headers["X-Firewatch-Delivery"], news))
                with contextlib.suppress(OSError):  # its sender was killed
                    self.send_response(204)
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A sender that was killed is no news."""

        server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            server.server_close()


@dataclass
class Left:
    """What is left after all kills.

    Attributes:
        kills: of processes that were at work.
        promised: things that were told, by kind.
        lost: promises that were not kept, in words.
        broken: rules of the record that do not hold, in words.
        notices: deliveries in the outbox.
        twice: messages that came more than once, under their mark.
        unmarked: notices that came under more than one mark.
        unsent: notices that never came.
    """

    kills: int = 0
    promised: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    notices: int = 0
    twice: int = 0
    unmarked: int = 0
    unsent: int = 0


def kill_again_and_again(data: Path, kills: int, *, seed: int = 0) -> Left:
    """Do it, and look at what is left.

    Args:
        data: new folder.
        kills: so many.
        seed: of all choices but the machine's own.
    """
    data.mkdir(parents=True)
    chance, left, receiver = random.Random(seed), Left(), Receiver()
    lines: list[str] = []
    with receiver.listening() as address:
        with closing(_opened(data, 0)) as store:
            draft = ChannelDraft(
                "receiver", ChannelKind.WEBHOOK, ChannelOptions(address=address), _RULES
            )
            store.channels.add(draft, Secrets({"signing_key": "key"}), actor="bench")
        while left.kills < kills:
            told = _one_life(data, left.kills + 1, chance)
            if told is not None:
                lines += told
                left.kills += 1
        _drain(data, left.kills + 2)
    with closing(_opened(data, left.kills + 3)) as store:
        _look_for_promises(store, data, lines, left)
        _look_at_the_record(store, data, left)
        _look_at_notices(store, receiver, left)
    return left


def _opened(data: Path, life: int) -> Store:
    return Store.open(f"sqlite:///{data / 'firewatch.db'}", clock=Shifted(life * APART_S))


def _one_life(data: Path, life: int, chance: random.Random) -> list[str] | None:
    """What a child told before it was killed; None when it ended by itself."""
    ours, theirs = os.pipe()
    seed, lasts_s = chance.randrange(2**31), chance.uniform(0.0, 0.8)
    child = os.fork()
    if child == 0:
        os.close(ours)
        try:
            _live(data, life, theirs, seed)
        finally:
            os._exit(3)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        if chance.random() < 0.9:  # else it is killed while it starts
            pipe.readline()
        time.sleep(lasts_s)
        os.kill(child, signal.SIGKILL)
        told = pipe.read().decode().split("\n")[:-1]  # a half line was not told
    _, status = os.waitpid(child, 0)
    return told if os.WIFSIGNALED(status) else None


def _live(data: Path, life: int, pipe: int, seed: int) -> None:
    clock = Shifted(life * APART_S)
    store = Store.open(f"sqlite:///{data / 'firewatch.db'}", clock=clock)
    load = Load(
        store,
        EvidenceVault(data / "evidence"),
        clock,
        lambda line: _say(pipe, line),
        seed=seed,
    )
    load.take_up()
    _say(pipe, AT_WORK)

    def write() -> None:
        while True:
            load.turn()

    for _ in range(WRITERS):
        threading.Thread(target=write, daemon=True).start()
    asyncio.run(_room(data, store, clock).desk.run())


def _say(pipe: int, line: str) -> None:
    os.write(pipe, f"{line}\n".encode())  # shorter than a pipe's buffer: whole or not at all


def _room(data: Path, store: Store, clock: Shifted) -> NoticeRoom:
    return NoticeRoom.of(
        Settings(data_dir=data),
        store,
        clock,
        land_book=LandBook(store.land),
        places=PlaceShelf(),
        site_name="bench",
    )


def _drain(data: Path, life: int) -> None:
    """The last start: it sends all that is left."""
    clock = Shifted(life * APART_S)
    with closing(Store.open(f"sqlite:///{data / 'firewatch.db'}", clock=clock)) as store:
        desk = _room(data, store, clock).desk

        async def send_all() -> None:
            for _ in range(50):
                if await desk.step() == 0 and not store.deliveries.due():
                    return
                await asyncio.sleep(0.1)

        asyncio.run(send_all())


def _look_for_promises(store: Store, data: Path, lines: list[str], left: Left) -> None:
    with closing(sqlite3.connect(data / "firewatch.db")) as connection:
        alerts = dict(connection.execute("SELECT alert_id, idempotency_key FROM alert"))
        seen = dict(connection.execute("SELECT alert_id, last_seen_at FROM alert"))
        reports = dict(connection.execute("SELECT observation_id, key FROM observation"))
        entries = dict(connection.execute("SELECT entry_id, incident_id FROM incident_entry"))
    for line in lines:
        if line == AT_WORK:
            continue
        kind, *words = line.split()
        left.promised[kind] += 1
        if kind == "alert":
            kept = alerts.get(int(words[0])) == words[1]
        elif kind == "update":
            at_us = round(datetime.fromisoformat(words[1]).timestamp() * 1e6)
            kept = seen.get(int(words[0]), 0) >= at_us - 1
        elif kind == "report":
            kept = reports.get(int(words[0])) == words[1]
        else:
            kept = entries.get(int(words[1])) == int(words[0])
        if not kept:
            left.lost.append(line)
    vault = EvidenceVault(data / "evidence")
    for file in store.keeping.files():
        if hashlib.sha256(vault.get(file.key)).hexdigest() != file.sha256:
            left.lost.append(f"picture {file.key}")


def _look_at_the_record(store: Store, data: Path, left: Left) -> None:
    store.audit.verify()
    with closing(sqlite3.connect(data / "firewatch.db")) as connection:

        def rows(query: str) -> list[Any]:
            return connection.execute(query).fetchall()

        rules = {
            "the file is damaged": "SELECT * FROM pragma_integrity_check"
            " WHERE integrity_check <> 'ok'",
            "a row belongs to nothing": "SELECT * FROM pragma_foreign_key_check",
            "an alert of a fire that was merged": "SELECT alert_id FROM alert JOIN incident"
            " USING (incident_id) WHERE merged_into IS NOT NULL",
            "a standing fire without evidence": "SELECT incident_id FROM incident WHERE merged_into"
            " IS NULL AND incident_id NOT IN (SELECT incident_id FROM alert) AND incident_id NOT IN"
            " (SELECT incident_id FROM observation WHERE incident_id IS NOT NULL)",
            "an alert without its pictures": "SELECT alert_id FROM alert WHERE (SELECT count(*)"
            " FROM evidence WHERE evidence.alert_id = alert.alert_id) <> 3",
            "an alert without its event": "SELECT alert_id FROM alert WHERE alert_id NOT IN"
            " (SELECT subject_id FROM event WHERE kind = 'alert.opened')",
            "a gap in the events": "SELECT max(sequence), count(*) FROM event"
            " HAVING max(sequence) <> count(*)",
            "a fire that did not begin": "SELECT incident_id FROM incident WHERE incident_id NOT IN"
            " (SELECT incident_id FROM incident_entry WHERE kind IN ('opened', 'split_off'))",
            "a state that its history does not tell": "SELECT i.incident_id FROM incident i WHERE"
            " merged_into IS NULL AND state <> (SELECT to_state FROM incident_entry e WHERE"
            " e.incident_id = i.incident_id AND to_state IS NOT NULL ORDER BY entry_id DESC"
            " LIMIT 1)",
        }
        for what, query in rules.items():
            found = rows(query)
            if found:
                left.broken.append(f"{what}: {found[:3]}")


def _look_at_notices(store: Store, receiver: Receiver, left: Left) -> None:
    wanted = set()
    for fire in _all_fires(store):
        wanted |= {one.entry_id for one in fire.entries if occasion_of(one) is not None}
    kept = store.deliveries.newest(10**6)
    left.notices = len(kept)
    if {one.entry_id for one in kept} != wanted or len(kept) != len(wanted):
        left.broken.append(f"{len(wanted)} things to be told, {len(kept)} notices")
    marks = defaultdict[int, set[str]](set)
    bodies = defaultdict[str, set[tuple[int, ...]]](set)
    for mark, news in receiver.told:
        bodies[mark].add(news)
        for entry_id in news:
            marks[entry_id].add(mark)
    left.twice = len(receiver.told) - len(bodies)
    left.unmarked = sum(len(one) > 1 for one in marks.values())
    skipped = {one.entry_id for one in kept if one.state is DeliveryState.SKIPPED}
    left.unsent = len(wanted - marks.keys() - skipped)
    if any(len(one) > 1 for one in bodies.values()):
        left.broken.append("one mark, and another message")


def _all_fires(store: Store) -> Iterator[Any]:
    with closing(sqlite3.connect(store._database._name)) as connection:  # noqa: SLF001
        numbers = [row[0] for row in connection.execute("SELECT incident_id FROM incident")]
    for number in numbers:
        yield store.incidents.get(number)
