"""Processes that lead the flights of one store, killed at any moment, with clocks that jump.

As a script: ``flight_processes.py URL LOG SEED WINDOWS KILLS`` keeps three of them alive, kills so
many at random points from outside (they kill themselves, and stall, as well), and ends when every
flight has. What stands for the aircraft's start is a line in LOG, written right after the store has
taken the step to it. It prints how many processes died.
"""

import os
import random
import signal
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from models.clock import SystemClock
from models.errors import Conflict
from models.flight import IN_THE_AIR, LeaderLease, RunReason, RunState
from models.store import Store
from models.store.leases import FLIGHTS

__all__ = ["windows_of"]

SCHEDULE = 1
LEASE_S, STALL_S = 0.2, 0.3
PROCESSES = 3
DYING, STALLING = 0.01, 0.03
UPLOADED = (RunState.UPLOADING, RunState.READY, RunState.STARTING)


def windows_of(began: datetime, count: int) -> list[tuple[datetime, datetime]]:
    """So many windows, which are open by every clock that jumps up to 15 hours."""
    opened = began - timedelta(days=1)
    return [(opened + timedelta(minutes=at), began + timedelta(days=1)) for at in range(count)]


class JumpingClock(SystemClock):
    """The wall's clock is set again and again; what counts seconds runs on."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self._ahead

    def jump(self) -> None:
        self._ahead = timedelta(hours=self._rng.uniform(-15.0, 15.0))


class Worker:
    """One process that leads when it may."""

    def __init__(self, url: str, log: Path, seed: int, windows: int) -> None:
        self._rng = random.Random(seed)  # what is drawn guards nothing
        self._clock = JumpingClock(self._rng)
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._windows = windows
        self._store = Store.open(url, clock=self._clock)
        self._lease: LeaderLease | None = None

    def run(self) -> None:
        with closing(self._store):
            while not self._turn():
                self._clock.jump()

    def _turn(self) -> bool:
        """Lead once, if it may; whether every flight has ended."""
        leases = self._store.leases
        try:
            renewed = None if self._lease is None else leases.renew(self._lease, LEASE_S)
            self._lease = renewed or leases.take(FLIGHTS, str(os.getpid()), LEASE_S)
            if self._lease is None:
                time.sleep(0.02)
                return False
            return self._led(self._lease.fence)
        except Conflict:  # another one leads, or wrote first
            return False

    def _led(self, fence: int) -> bool:
        runs, kept = self._store.runs, self._store.schedules.get(SCHEDULE)
        windows = windows_of(kept.changed_at, self._windows)
        until_at = windows[-1][0] + timedelta(minutes=1)
        for run in runs.in_hand():  # broken off: what was told to start is never told again
            flew = run.state in IN_THE_AIR
            state = RunState.FAILED if flew else RunState.WAITING
            runs.step(run.run_id, state, RunReason.RESTARTED, author="system", fence=fence)
            self._mishap()
        made = self._store.schedules.make_windows(
            SCHEDULE, windows, until_at, version=1, fence=fence
        )
        self._mishap()
        waiting = runs.waiting(until_at)
        for run in waiting:
            self._fly(run.run_id, f"{run.due_at.isoformat()} {run.sortie}", fence)
        return not made and not waiting and not runs.in_hand()

    def _fly(self, run_id: int, flight: str, fence: int) -> None:
        runs = self._store.runs
        runs.claim(run_id, fence)
        self._mishap()
        for state in UPLOADED:
            runs.step(run_id, state, author="system", fence=fence)
            self._mishap()
        os.write(self._log, f"{flight}\n".encode())
        self._mishap()
        runs.step(run_id, RunState.LANDED, author="system", fence=fence)

    def _mishap(self) -> None:
        drawn = self._rng.random()
        if drawn < DYING:
            os.kill(os.getpid(), signal.SIGKILL)
        elif drawn < STALLING:
            time.sleep(STALL_S)  # longer than its lease: another one takes it meanwhile


def born(url: str, log: Path, seed: int, windows: int) -> int:
    """Number of a new process."""
    number = os.fork()
    if number == 0:
        try:
            Worker(url, log, seed, windows).run()
        except BaseException as error:  # noqa: BLE001  # told, and counted as one that went wrong
            print(repr(error), file=sys.stderr, flush=True)  # noqa: T201
            os._exit(9)
        os._exit(0)
    return number


def nursed(url: str, log: Path, seed: int, windows: int, kills: int) -> int:
    """Keep processes alive until one says that all is flown; how many died on the way."""
    rng = random.Random(seed)  # what is drawn guards nothing
    alive: list[int] = []
    died = 0
    while True:
        while len(alive) < PROCESSES:
            alive.append(born(url, log, rng.randrange(2**32), windows))
        time.sleep(rng.uniform(0.03, 0.15))
        if kills > 0:
            kills -= 1
            os.kill(rng.choice(alive), signal.SIGKILL)
        number, status = os.waitpid(-1, os.WNOHANG)
        if number == 0:
            continue
        alive.remove(number)
        if not os.WIFSIGNALED(status):
            for other in alive:
                os.kill(other, signal.SIGKILL)
                os.waitpid(other, 0)
            assert os.WEXITSTATUS(status) == 0, "a process failed"
            return died
        died += 1


if __name__ == "__main__":
    told = sys.argv[1:]
    print(nursed(told[0], Path(told[1]), *(int(each) for each in told[2:])))  # noqa: T201
