"""The API under load: reads while a thousand changes a minute come, and fifty monitors listen.

The watch is a process of its own, killed in the middle and started again on the same port. Readers
read what consoles read: the list of fires that need people, one fire, its land, the health. A read
counts from the request to the last byte of the answer.
"""

import argparse
import asyncio
import http.client
import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from api.auth.passwords import hash_password
from benchmarks.keeping.load import Load
from benchmarks.keeping.monitors import Monitor, Watching
from benchmarks.support.report import Measure, conclude, figure, limit, machine, rate
from camera_gateway.vault import EvidenceVault
from models.clock import SystemClock
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store
from models.user import Role, User

__all__ = ["main"]

SERVING = Path(__file__).with_name("serving.py")
PASSWORD = "monitor-monitor-1"  # noqa: S105  # of a database that is thrown away
CHANGES_A_MINUTE = 1000.0
READERS = 4
TOWERS = 110
READS_A_SECOND = 12.0
MIX = {"list": 2, "fire": 6, "land": 1, "unchanged": 3, "health": 1}


@dataclass
class Reads:
    """What readers measured: seconds by kind."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)
    bytes: int = 0

    def all(self) -> list[float]:
        """Of all kinds."""
        return sorted(second for some in self.seconds.values() for second in some)


def quantile(values: list[float], share: float) -> float:
    """The value that a share of the sorted values does not exceed."""
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


def tower(number: int) -> Camera:
    """A camera of the district, with a patrol's presets."""
    place = Position(106.4 + 0.004 * number, 28.9, 900.0, HeightDatum.SEA_LEVEL)
    presets = (Preset(n, f"{n}", Pose(30.0 * n, -2.0, 0.0, 60.0)) for n in range(12))
    return Camera(f"t{number}", f"{number} 号塔", CameraKind.TOWER, place, tuple(presets))


def fill(data: Path, fires: int) -> None:
    """A season's fires, and somebody who may sign in."""
    clock = SystemClock()
    with closing(Store.open(f"sqlite:///{data / 'firewatch.db'}", clock=clock)) as store:
        for number in range(TOWERS):
            store.cameras.put(tower(number), actor="bench")
        user = User("bench", Role.MONITOR, hash_password(PASSWORD), must_change_password=False)
        store.users.add(user, actor="bench")
        load = Load(store, EvidenceVault(data / "evidence"), clock, lambda _: None, seed=1)
        while load.changes < fires:
            load.turn()


@contextmanager
def served(data: Path, port: int, changes: float) -> Iterator["subprocess.Popen[bytes]"]:
    """The watch, once it answers."""
    log = (data / "serving.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, SERVING, str(data), str(port), str(changes)],
        stdout=log,
        stderr=log,
        env={**os.environ, "FIREWATCH_DATA_DIR": str(data)},
    )
    try:
        ends_s = time.monotonic() + 120.0
        while not answers(port):
            if process.poll() is not None or time.monotonic() > ends_s:
                tail = (data / "serving.log").read_text(errors="replace")[-2000:]
                msg = f"the watch did not start: {tail}"
                raise RuntimeError(msg)
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()
        log.close()


def answers(port: int) -> bool:
    """Whether the watch answers; it says ``degraded`` without cameras, which is an answer."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2.0)) as connection:
            connection.request("GET", "/api/health")
            return connection.getresponse().status in {200, 503}
    except (OSError, http.client.HTTPException):
        return False


def signed_in(port: int) -> str:
    """The cookie of a session."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30.0)) as connection:
        body = json.dumps({"name": "bench", "password": PASSWORD})
        connection.request("POST", "/api/session", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return str(answer.headers["Set-Cookie"]).split(";", 1)[0]


class Reader(threading.Thread):
    """Reads at a rate until it is stopped; every read on one connection, as a browser does."""

    def __init__(
        self, port: int, cookie: str, reads: Reads, seed: int, stop: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self._port, self._cookie, self._reads, self._stop_now = port, cookie, reads, stop
        self._random = random.Random(seed)
        self._fires: list[int] = [1]
        self._tags: dict[int, str] = {}

    def run(self) -> None:
        """Read."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30.0)
        next_s = time.monotonic() + self._random.random()
        while not self._stop_now.is_set():
            time.sleep(max(0.0, next_s - time.monotonic()))
            next_s += self._random.expovariate(READS_A_SECOND / READERS)
            next_s = max(next_s, time.monotonic() - 1.0)
            kind = self._random.choices(list(MIX), list(MIX.values()))[0]
            try:
                self._read(connection, kind)
            except (OSError, http.client.HTTPException) as error:
                self._reads.failed.append(f"{kind}: {error!r}")
                connection.close()

    def _read(self, connection: http.client.HTTPConnection, kind: str) -> None:
        number = self._random.choice(self._fires)
        path = {
            "list": "/api/incidents",
            "land": f"/api/incidents/{number}/land",
            "health": "/api/health",
        }.get(kind, f"/api/incidents/{number}")
        headers = {"Cookie": self._cookie, "Accept-Encoding": "gzip"}
        if kind == "unchanged":
            if not self._tags:
                return
            number = self._random.choice(list(self._tags))
            path, headers["If-None-Match"] = f"/api/incidents/{number}", self._tags[number]
        else:
            headers["Accept-Encoding"] = "gzip" if kind != "list" else "identity"
        began_s = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        self._reads.seconds[kind].append(time.perf_counter() - began_s)
        self._reads.bytes += len(body)
        if answer.status not in {200, 304, 503 if kind == "health" else 200}:
            self._reads.failed.append(f"{kind}: {answer.status} {body[:80]!r}")
        if kind == "list":
            self._fires = [one["incident_id"] for one in json.loads(body)["incidents"]] or [1]
        elif kind == "fire" and answer.headers["ETag"]:
            self._tags[number] = answer.headers["ETag"]


def read_for(port: int, cookie: str, seconds: float, seed: int) -> Reads:
    """Let the readers read for so long; in a process of its own, for fifty monitors share ours."""
    reads, stop = Reads(), threading.Event()
    readers = [Reader(port, cookie, reads, seed + n, stop) for n in range(READERS)]
    for one in readers:
        one.start()
    time.sleep(seconds)
    stop.set()
    for one in readers:
        one.join(timeout=40.0)
    return reads


def state_of(data: Path) -> tuple[int, int]:
    """Number of the newest event, and rows of history and sightings together."""
    with closing(sqlite3.connect(data / "firewatch.db", timeout=30.0)) as connection:
        (latest,) = connection.execute("SELECT max(sequence) FROM event").fetchone()
        (version,) = connection.execute("SELECT sum(version) FROM incident").fetchone()
    return latest, version


def cpu_s(process: "subprocess.Popen[bytes]") -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measured(data: Path, port: int, monitors: int, seconds: float) -> list[Measure]:
    """Serve, read, cut, and serve again."""
    loop, readers = asyncio.get_running_loop(), ProcessPoolExecutor(1, get_context("spawn"))
    with readers, served(data, port, CHANGES_A_MINUTE) as process:
        cookie = await asyncio.to_thread(signed_in, port)
        start, _ = state_of(data)
        watching = Watching([Monitor(start) for _ in range(monitors)])
        tasks = [asyncio.create_task(one.follow(port, cookie)) for one in watching.monitors]
        await asyncio.sleep(3.0)
        before, cpu_before, began_s = state_of(data), cpu_s(process), time.monotonic()
        reads = await loop.run_in_executor(readers, read_for, port, cookie, seconds, 1)
        took_s, after, cpu_after = time.monotonic() - began_s, state_of(data), cpu_s(process)
    # Killed in the middle; the monitors try to come again all the time.
    with served(data, port, CHANGES_A_MINUTE):
        await asyncio.sleep(min(5.0, seconds))
        await asyncio.to_thread(read_for, port, cookie, 2.0, 2)
        latest, _ = state_of(data)
        came = await watching.until_all_have(latest, 30.0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [
        *told(watching, reads, came=came, took_s=took_s, changes=after[1] - before[1]),
        figure(
            "server_cpu_share",
            (cpu_after - cpu_before) / took_s,
            "cores",
            f"changes, {len(reads.all())} reads and {monitors} feeds together",
        ),
        figure("load_average", os.getloadavg()[0], "", "of the machine, at the end"),
    ]


def told(
    watching: Watching, reads: Reads, *, came: bool, took_s: float, changes: int
) -> list[Measure]:
    """The measures."""
    every = reads.all()
    count = len(watching.monitors)
    return [
        limit(
            "api_read_p99_ms",
            1000.0 * quantile(every, 0.99),
            "ms",
            f"{len(every)} reads, {len(every) / took_s:.0f} a second",
            100.0,
        ),
        figure("api_read_p50_ms", 1000.0 * quantile(every, 0.5), "ms"),
        *(
            figure(f"{kind}_p99_ms", 1000.0 * quantile(sorted(some), 0.99), "ms", f"{len(some)}")
            for kind, some in sorted(reads.seconds.items())
        ),
        limit("reads_failed", len(reads.failed), "", "; ".join(reads.failed[:2]), 0),
        rate(
            "changes_per_min",
            60.0 * changes / took_s,
            "/min",
            "versions of fires, while they were read",
            bar=0.98 * CHANGES_A_MINUTE,
        ),
        limit("feed_gaps", watching.gaps(), "", f"{count} monitors over a kill -9", 0),
        limit("feed_doubles", watching.doubles() + watching.disorder(), "", "", 0),
        rate(
            "monitors_back",
            sum(one.connections > 1 for one in watching.monitors) if came else 0,
            "",
            f"of {count}, with everything, within 30 s",
            bar=count,
        ),
        figure("events_heard", sum(len(one.seen) for one in watching.monitors), ""),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="15 s instead of 90")
    parser.add_argument("--json", type=Path, help="write the measures to a file")
    parser.add_argument("--monitors", type=int, default=50)
    asked = parser.parse_args(arguments)
    about = machine()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="firewatch-api-") as folder:
        data = Path(folder)
        fill(data, 300 if asked.quick else 3000)
        seconds = 15.0 if asked.quick else 90.0
        measures = asyncio.run(measured(data, port, asked.monitors, seconds))
    return conclude(measures, benchmark="api", about=about, quick=asked.quick, path=asked.json)
