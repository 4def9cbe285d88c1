"""The desk that flies the calendar: one process leads, makes windows, asks gates, hands to fliers.

The table of runs is the truth, and looked at every few seconds; there is no second calendar in
memory that could disagree with it, sleep through a clock that is set, or fire twice (decision
0010). Whoever holds the lease leads. A crash loses nothing: what was in hand is found in the table
and held against what its aircraft tells.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from drone_jobs.calendar.gates import ask
from drone_jobs.calendar.windows import DangerAt, windows
from drone_jobs.flights.flier import Flier, FlightOrder, reason_of
from drone_jobs.flights.following import Deed, Word
from drone_jobs.flights.reconciling import after_restart
from drone_jobs.links import AircraftLink
from models.audit import SYSTEM
from models.clock import Clock
from models.errors import Conflict, WatchError
from models.flight import (
    IN_THE_AIR,
    AircraftState,
    GateRound,
    KeptSchedule,
    LeaderLease,
    Run,
    RunReason,
    RunState,
)
from models.store import Store
from models.store.leases import FLIGHTS

__all__ = ["FlightDesk"]

logger = logging.getLogger(__name__)

LOOK_S: Final = 5.0
BEAT_S: Final = 1.0
LEASE_S: Final = 60.0
RETRY_S: Final = 15.0
"""Between two tries of a flight whose gates are closed."""
BEFORE: Final = timedelta(minutes=10)
AHEAD: Final = timedelta(hours=48)
AHEAD_BY_DANGER: Final = timedelta(minutes=20)
"""The class of the day may change: windows that follow it are made shortly before they open."""
WINDOWS_S: Final = 60.0
LONGEST_FLIGHT_S: Final = 6 * 3600.0
"""No battery lasts longer; what was silent for so long since its start is reported as missing."""


class FlightDesk:
    """The calendar of flights of one store.

    Args:
        store: of schedules, runs and leases.
        clock: for all times.
        zone: of the site.
        place: longitude and latitude of the site, for the sun.
        danger_at: class of the day.
        holder: this process, another word for each start.
        order_of: what a run is flown with; raises InputRefused, NotFound or Conflict where there is
            nothing to fly.
        link_of: link to an aircraft, by name; None where it has none.
        heard: told of every state of an aircraft in a flight.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        zone: ZoneInfo,
        place: tuple[float, float],
        danger_at: DangerAt,
        *,
        holder: str,
        order_of: Callable[[Run], FlightOrder],
        link_of: Callable[[str], AircraftLink | None],
        heard: Callable[[int, AircraftState], None] = lambda _run_id, _state: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._zone = zone
        self._place = place
        self._danger_at = danger_at
        self._holder = holder
        self._order_of = order_of
        self._link_of = link_of
        self._heard = heard
        self._lease: LeaderLease | None = None
        self._fliers: dict[int, Flier] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._tried_s: dict[int, float] = {}
        self._windows_s: float | None = None
        self._renewed_s = 0.0

    @property
    def leads(self) -> bool:
        """Whether this process leads the flights, as far as it knows."""
        return self._lease is not None

    def ask(self, run_id: int, word: Word, author: str) -> None:
        """A person's word for an aircraft in the air.

        Raises:
            Conflict: this process does not fly it (``flight_not_here``).
        """
        flier = self._fliers.get(run_id)
        if flier is None:
            raise Conflict(
                f"Flight {run_id} is not in the air here.",
                remedy="Load the flight again; use the remote control if the aircraft flies.",
                code="flight_not_here",
            )
        flier.ask(word, author)

    async def run(self) -> None:
        """Work until cancelled; what flies then flies on, and is found again."""
        try:
            while True:
                try:
                    await self.look()
                except WatchError as error:
                    logger.warning("the flights are looked at again: %s", error)
                await self._clock.sleep(LOOK_S)
        finally:
            await self.close()

    async def close(self) -> None:
        """Stop following, and let another process lead at once."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        lease, self._lease = self._lease, None
        if lease is not None:
            await asyncio.to_thread(self._store.leases.give_up, lease)

    async def look(self) -> None:
        """Do all that is due now."""
        if not await self._lead():
            return
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        if self._windows_s is None or now_s - self._windows_s >= WINDOWS_S:
            await self._make_windows(now)
            self._windows_s = now_s
        for run in await asyncio.to_thread(self._store.runs.in_hand):
            if run.run_id not in self._tasks:
                await self._apart(run, self._found)
        for run in await asyncio.to_thread(self._store.runs.between, now, now + BEFORE):
            if run.state is RunState.PLANNED and run.due_at > now and not run.checks:
                await self._apart(run, self._look_before)
        for run in await asyncio.to_thread(self._store.runs.waiting, now):
            if run.run_id not in self._tasks:
                await self._apart(run, self._try)

    async def _lead(self) -> bool:
        leases, now_s = self._store.leases, self._clock.monotonic_s()
        if self._lease is not None and now_s - self._renewed_s < LEASE_S / 4.0:
            return True
        self._renewed_s = now_s
        if self._lease is not None:
            self._lease = await asyncio.to_thread(leases.renew, self._lease, LEASE_S)
            if self._lease is None:
                logger.warning("another process leads the flights by now")
                for task in self._tasks.values():
                    task.cancel()
        if self._lease is None:
            self._lease = await asyncio.to_thread(leases.take, FLIGHTS, self._holder, LEASE_S)
            self._windows_s = None
        return self._lease is not None

    async def _apart(self, run: Run, deed: Callable[[Run], Coroutine[Any, Any, None]]) -> None:
        """One flight's trouble is not another's."""
        try:
            await deed(run)
        except WatchError as error:
            logger.warning("flight %d: %s", run.run_id, error)
        except Exception:
            logger.exception("flight %d", run.run_id)

    async def _make_windows(self, now: datetime) -> None:
        for kept in await asyncio.to_thread(self._store.schedules.all):
            ahead = AHEAD_BY_DANGER if kept.schedule.timing.by_danger else AHEAD
            until_at = now + ahead
            if kept.schedule.is_enabled and kept.windows_until_at < until_at:
                try:
                    await asyncio.to_thread(self._make_of, kept, now, until_at)
                except WatchError as error:
                    logger.warning("windows of %s: %s", kept.schedule.name, error)

    def _make_of(self, kept: KeptSchedule, now: datetime, until_at: datetime) -> None:
        """Windows since the last that were made: those of a time without a watch are missed.

        After a month without one those of the last month are told, and no more.
        """
        from_at = max(kept.windows_until_at, now - timedelta(days=31))
        found = windows(kept.schedule, from_at, until_at, self._zone, self._place, self._danger_at)
        self._store.schedules.make_windows(
            kept.schedule_id, found, until_at, version=kept.version, fence=self._fence
        )

    @property
    def _fence(self) -> int:
        return 0 if self._lease is None else self._lease.fence

    async def _look_before(self, run: Run) -> None:
        """Ten minutes before: a person can still do something about a closed gate."""
        order = await asyncio.to_thread(self._order_of, run)
        facts = await asyncio.to_thread(order.facts, run)
        check = ask(GateRound.BEFORE, facts, order.gate_limits)
        await asyncio.to_thread(self._store.runs.add_check, run.run_id, check, fence=self._fence)

    async def _try(self, run: Run) -> None:
        """A flight whose window is open, or over."""
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        if now >= run.until_at:
            await self._end(run)
            return
        tried_s = self._tried_s.get(run.run_id)
        if tried_s is not None and now_s - tried_s < RETRY_S:
            return
        self._tried_s[run.run_id] = now_s
        link = self._link_of(run.aircraft)
        if link is None:
            await self._wait(run, RunReason.NO_LINK, f"{run.aircraft} has no link.")
            return
        try:
            order = await asyncio.to_thread(self._order_of, run)
        except WatchError as error:
            await self._wait(run, RunReason.MISSION_REFUSED, str(error))
            return
        self._spawn(run, order, link, lambda flier: flier.fly())

    async def _wait(self, run: Run, reason: RunReason, note: str) -> None:
        if run.state is RunState.PLANNED:
            await self._step(run, Deed(RunState.WAITING, reason, note))

    async def _end(self, run: Run) -> None:
        """The window is over: nobody flew it."""
        self._tried_s.pop(run.run_id, None)
        if run.state is RunState.PLANNED:
            note = "Nothing was there to fly it in its window."
            await self._step(run, Deed(RunState.MISSED, RunReason.DOWN, note))
            return
        reason = run.reason if run.reason is not RunReason.NONE else reason_of(run)
        await self._step(run, Deed(RunState.SKIPPED, reason, "The window is over."))

    async def _found(self, run: Run) -> None:
        """A flight in hand that nobody here flies: of before a restart, or of a flier that fell."""
        link = self._link_of(run.aircraft)
        told = link.state if link is not None and link.is_heard() else None
        deed = after_restart(run, told, self._clock.now())
        if deed is not None:
            await self._step(run, deed)
            return
        if run.state not in IN_THE_AIR:
            return
        started_at = run.started_at or self._clock.now()
        flown_s = (self._clock.now() - started_at).total_seconds()
        if told is None and flown_s > LONGEST_FLIGHT_S:
            note = "Nothing was heard of it for hours. Where it is is not known: look for it."
            await self._step(run, Deed(RunState.FAILED, RunReason.LINK_LOST, note))
        if link is None or flown_s > LONGEST_FLIGHT_S:
            return
        order = await asyncio.to_thread(self._order_of, run)
        self._spawn(run, order, link, lambda flier: flier.take_over(flown_s))

    def _spawn(
        self,
        run: Run,
        order: FlightOrder,
        link: AircraftLink,
        deed: Callable[[Flier], Coroutine[Any, Any, Run]],
    ) -> None:
        flier = Flier(
            run.run_id,
            order,
            link,
            runs=self._store.runs,
            clock=self._clock,
            fence=self._fence,
            beat=lambda: self._clock.sleep(BEAT_S),
            heard=self._heard,
        )
        self._fliers[run.run_id] = flier
        self._tasks[run.run_id] = asyncio.create_task(self._fly(run, flier, deed))

    async def _fly(
        self, run: Run, flier: Flier, deed: Callable[[Flier], Coroutine[Any, Any, Run]]
    ) -> None:
        async def fly(_run: Run) -> None:
            await deed(flier)

        try:
            await self._apart(run, fly)
        finally:
            self._fliers.pop(run.run_id, None)
            self._tasks.pop(run.run_id, None)

    async def _step(self, run: Run, deed: Deed) -> None:
        assert deed.state is not None  # noqa: S101  # a note alone is no step, for mypy
        await asyncio.to_thread(
            self._store.runs.step,
            run.run_id,
            deed.state,
            deed.reason,
            author=SYSTEM,
            note=deed.note,
            fence=self._fence,
        )
