"""A watch that is killed at random moments under load, again and again, and what is left of it.

One process has everything imported and makes children; each child opens the store as a start
would, writes with several threads, sends notices to a receiver of ours, and is killed with
``SIGKILL``. A line that it told through its pipe is something that was promised; in the end every
promise is looked for. Each child's clock is a few minutes on, so that what the one before had in
hand is taken up at once.
"""

import asyncio
import contextlib
import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

from api.incidents.places import PlaceShelf
from api.notices.room import NoticeRoom
from api.orders.links import LinkMaker
from api.orders.pushing import PushDesk
from benchmarks.keeping.load import Load
from benchmarks.keeping.orders import OrderLoad, desk_of, staff
from benchmarks.keeping.promises import Left, Told, what_is_left
from camera_gateway.vault import EvidenceVault
from geo.land import LandBook
from models.clock import SystemClock
from models.config import Settings
from models.notice import (
    ChannelDraft,
    ChannelKind,
    ChannelOptions,
    Occasion,
    Rules,
    Secrets,
)
from models.store import Store

__all__ = ["Receiver", "Shifted", "kill_again_and_again"]

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
        """Shifted: it has been so long."""
        return self._real.monotonic_s() + self._by.total_seconds()

    @property
    def scale(self) -> str:
        """The machine's."""
        return self._real.scale

    async def sleep(self, duration_s: float) -> None:
        """The machine's, ten times as fast: kills come fast too."""
        await self._real.sleep(duration_s / 10.0)


@dataclass
class Receiver:
    """Takes notices and calls, and remembers under which mark it was told what."""

    told: list[Told] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def listening(self) -> Iterator[str]:
        """Its address."""
        told, calls = self.told, self.calls

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mark, facts = self.headers["X-Firewatch-Delivery"], json.loads(body)
                if "call" in facts:
                    calls.append(mark)
                else:
                    news = (one["entry_id"] for fire in facts["fires"] for one in fire["news"])
                    told.append((mark, tuple(sorted(news))))
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


def kill_again_and_again(data: Path, kills: int, *, seed: int = 0) -> Left:
    """Do it, and look at what is left.

    Args:
        data: new folder.
        kills: so many.
        seed: of all choices but the machine's own.
    """
    data.mkdir(parents=True)
    chance, receiver = random.Random(seed), Receiver()
    promises: list[str] = []
    killed = 0
    with receiver.listening() as address:
        with closing(_opened(data, 0)) as store:
            draft = ChannelDraft(
                "receiver", ChannelKind.WEBHOOK, ChannelOptions(address=address), _RULES
            )
            store.channels.add(draft, Secrets({"signing_key": "key"}), actor="bench")
            staff(store, SystemClock().now())
        while killed < kills:
            told = _one_life(data, killed + 1, chance)
            if told is not None:
                promises += [line for line in told if line != AT_WORK]
                killed += 1
        _drain(data, killed + 2)
    with closing(_opened(data, killed + 3)) as store:
        return what_is_left(
            store,
            data,
            kills=killed,
            promises=promises,
            told=receiver.told,
            calls=receiver.calls,
        )


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

    people = OrderLoad(store, lambda line: _say(pipe, line), seed=seed)

    def write() -> None:
        while True:
            load.turn()
            people.turn()

    async def send() -> None:
        room = _room(data, store, clock)
        pushing = _push_desk(data, store, clock, room)
        await asyncio.gather(room.desk.run(), desk_of(store, clock).run(), pushing.run())

    for _ in range(WRITERS):
        threading.Thread(target=write, daemon=True).start()
    asyncio.run(send())


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


def _push_desk(data: Path, store: Store, clock: Shifted, room: NoticeRoom) -> PushDesk:
    settings = Settings(data_dir=data)
    links = LinkMaker.later(settings.links_key_file, "")
    return PushDesk(store, clock, room.desk, room.writer, links=links, settings=settings)


def _drain(data: Path, life: int) -> None:
    """The last start: it opens, calls and sends all that is left."""
    clock = Shifted(life * APART_S)
    with closing(Store.open(f"sqlite:///{data / 'firewatch.db'}", clock=clock)) as store:
        room = _room(data, store, clock)
        pushing, orders = _push_desk(data, store, clock, room), desk_of(store, clock)
        orders.step()

        async def send_all() -> None:
            for _ in range(50):
                tried = await room.desk.step() + await pushing.step()
                if tried == 0 and not store.deliveries.due() and not store.orders.due_pushes():
                    return
                await asyncio.sleep(0.1)

        asyncio.run(send_all())
