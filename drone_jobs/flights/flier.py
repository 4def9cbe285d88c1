"""Brings one flight from its open window to its end: gates, claim, upload, start, following.

Each step is on the disk before what it tells of is done, and "starting" before the word to start:
whoever finds the run after a crash knows what the aircraft may have been told. Steps are written
under the lease of who leads the flights; who has lost it stops at the next one, and the aircraft
flies on with whoever leads by then.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from drone_jobs.calendar.gate_facts import GateFacts
from drone_jobs.calendar.gates import ask
from drone_jobs.flights.following import Deed, Following, FollowLimits, Word
from drone_jobs.links import AircraftLink, LinkLost, LinkRefused, Upload
from models.audit import SYSTEM
from models.clock import Clock
from models.errors import Conflict, InputRefused, StorageFull, StoreUnreachable
from models.flight import (
    PASSABLE,
    AircraftState,
    Gate,
    GateAnswer,
    GateCheck,
    GateLimits,
    GateRound,
    Run,
    RunReason,
    RunState,
)
from models.mission import Mission
from models.store.runs import RunRepository

__all__ = ["Flier", "FlightOrder", "reason_of"]

logger = logging.getLogger(__name__)

_TRY_AGAIN: Final = frozenset({"run_window", "run_not_released"})
"""Refusals of a start that put a flight back to waiting: its window is over, or its release."""


@dataclass(frozen=True, slots=True, eq=False)
class FlightOrder:
    """What one flight is flown with.

    Attributes:
        mission: of its sweep's version, as it would be uploaded.
        limits: of following it.
        facts: for the gates, as they are when it is called.
        gate_limits: to hold them against.
        released_by: who answers for the start: who released it, or keeps its schedule.
    """

    mission: Mission
    limits: FollowLimits
    facts: Callable[[Run], GateFacts]
    gate_limits: GateLimits
    released_by: Callable[[Run], str]


class Flier:
    """One flight.

    Args:
        run_id: of it.
        order: what it is flown with.
        link: to its aircraft.
        runs: where its steps go.
        clock: for gates, and for the time since the start.
        fence: of the lease under which it is flown.
        beat: waits until the next look at the aircraft, a second or so.
        heard: told of every state of the aircraft on the way; for the track.
    """

    def __init__(
        self,
        run_id: int,
        order: FlightOrder,
        link: AircraftLink,
        *,
        runs: RunRepository,
        clock: Clock,
        fence: int,
        beat: Callable[[], Awaitable[None]],
        heard: Callable[[int, AircraftState], None] = lambda _run_id, _state: None,
    ) -> None:
        self._run_id = run_id
        self._order = order
        self._link = link
        self._runs = runs
        self._clock = clock
        self._fence = fence
        self._beat = beat
        self._heard = heard
        self._words: deque[tuple[Word, str]] = deque()
        self._unwritten: deque[Deed] = deque()
        self._speaking: set[asyncio.Task[None]] = set()

    def ask(self, word: Word, author: str) -> None:
        """A person's word for the aircraft; it is passed on at the next beat."""
        self._words.append((word, author))

    async def fly(self) -> Run:
        """Fly it, if its gates are open; else it waits, and may be tried again.

        Returns:
            The run: waiting, or in a final state.

        Raises:
            Conflict: another process leads by now (``lease_lost``), or has this flight.
        """
        run = await self._get()
        if not await self._may_fly(run):
            return await self._waiting()
        try:
            await asyncio.to_thread(self._runs.claim, self._run_id, self._fence)
        except Conflict as error:
            return await self._unclaimed(run, error)
        await self._step(RunState.UPLOADING)
        try:
            upload = await self._link.upload(self._order.mission)
        except LinkLost as error:
            return await self._step(RunState.WAITING, RunReason.NO_LINK, str(error))
        except (LinkRefused, InputRefused) as error:
            reason = RunReason.MISSION_REFUSED
            if error.code == "link_read_back":
                reason = RunReason.READ_BACK_DIFFERS
            return await self._step(RunState.FAILED, reason, str(error))
        run = await self._step(RunState.READY, note=f"{upload.items} items, read back.")
        if not await self._may_fly(run):  # an upload may take minutes
            return await self._waiting()
        return await self._start(run, upload)

    async def _unclaimed(self, run: Run, error: Conflict) -> Run:
        if error.code == "run_no_mission":
            return await self._step(RunState.SKIPPED, RunReason.SWEEP_RETIRED, str(error))
        if error.code == "run_aircraft_busy" and run.state is RunState.PLANNED:
            return await self._step(RunState.WAITING, RunReason.BUSY, str(error))
        if error.code == "run_aircraft_busy":
            return run
        raise error

    async def take_over(self, flown_s: float) -> Run:
        """Follow a flight that is under way since before this process led.

        Args:
            flown_s: since its start.
        """
        run = await self._get()
        with suppress(InputRefused):  # then it is followed without its points
            self._link.follow(self._order.mission)
        return await self._follow(
            Following(
                self._order.limits, self._clock.monotonic_s(), run.state, flown_s=max(0.0, flown_s)
            )
        )

    async def _start(self, run: Run, upload: Upload) -> Run:
        try:
            run = await self._step(RunState.STARTING)
        except Conflict as error:
            if error.code not in _TRY_AGAIN:
                raise
            is_unreleased = error.code == "run_not_released"
            reason = RunReason.NO_RELEASE if is_unreleased else RunReason.NONE
            return await self._step(RunState.WAITING, reason, str(error))
        following = Following(self._order.limits, self._clock.monotonic_s())
        try:
            await self._link.start(upload, released_by=self._order.released_by(run))
        except (LinkRefused, InputRefused) as error:
            return await self._step(RunState.FAILED, RunReason.START_REFUSED, str(error))
        except LinkLost as error:  # it may have heard: it is followed as if it had
            self._unwritten.append(Deed(note=f"No answer to the word to start: {error}"))
        return await self._follow(following)

    async def _follow(self, following: Following) -> Run:
        last: AircraftState | None = None
        try:
            while not following.is_over or self._unwritten:
                now_s = self._clock.monotonic_s()
                while self._words:
                    self._do(following.asked(*self._words.popleft(), now_s))
                told = self._link.state if self._link.is_heard() else None
                if told is not None and told is not last:
                    self._heard(self._run_id, told)
                # A state that was looked at before is still heard, and changes nothing.
                last = told
                self._do(following.look(told, now_s))
                await self._write()
                if not following.is_over or self._unwritten:
                    await self._beat()
            # The last word may be the one to stay down: it is said to its end, which links bound.
            await asyncio.gather(*self._speaking)
        finally:
            for task in self._speaking:
                task.cancel()
        return await self._get()

    def _do(self, deeds: list[Deed]) -> None:
        for deed in deeds:
            if deed.state is not None or deed.note:
                self._unwritten.append(deed)
            if deed.word is not None:
                task = asyncio.create_task(self._say(deed.word))
                self._speaking.add(task)
                task.add_done_callback(self._speaking.discard)

    async def _say(self, word: Word) -> None:
        """Say it beside the following, so that no deaf aircraft keeps a second word waiting."""
        said: dict[Word, Callable[[], Coroutine[None, None, None]]] = {
            Word.PAUSE: self._link.pause,
            Word.RESUME: self._link.resume,
            Word.COME_HOME: self._link.come_home,
            Word.LAND: self._link.land,
        }
        try:
            await said[word]()
        except (LinkLost, LinkRefused) as error:
            self._unwritten.append(Deed(note=f"{word.value}: {error}"))
        except Exception:
            logger.exception("flight %d: the word %s was not said", self._run_id, word.value)
            note = f"{word.value}: it could not be said; the log says why."
            self._unwritten.append(Deed(note=note))

    async def _write(self) -> None:
        """Write what is not written yet; a store that cannot now is asked again at the next beat.

        Nothing that the aircraft is told waits for this.
        """
        while self._unwritten:
            deed = self._unwritten[0]
            author = deed.author or SYSTEM
            try:
                if deed.state is None:
                    await asyncio.to_thread(
                        self._runs.note, self._run_id, deed.note, author=author, fence=self._fence
                    )
                else:
                    await self._step(deed.state, deed.reason, deed.note, author=author)
            except (StorageFull, StoreUnreachable) as error:
                logger.warning("flight %d: a step waits to be written: %s", self._run_id, error)
                return
            self._unwritten.popleft()

    async def _may_fly(self, run: Run) -> bool:
        check = await self._checked(run, GateRound.START)
        return check.may_fly

    async def _checked(self, run: Run, at_round: GateRound) -> GateCheck:
        facts = await asyncio.to_thread(self._order.facts, run)
        check = ask(at_round, facts, self._order.gate_limits)
        await asyncio.to_thread(self._runs.add_check, self._run_id, check, fence=self._fence)
        return check

    async def _waiting(self) -> Run:
        run = await self._get()
        if run.state is RunState.WAITING:
            return run
        reason = reason_of(run)
        closed = ", ".join(reading.gate for reading in run.checks[-1].closed)
        return await self._step(RunState.WAITING, reason, f"Closed: {closed}.")

    async def _step(
        self,
        state: RunState,
        reason: RunReason = RunReason.NONE,
        note: str = "",
        *,
        author: str = SYSTEM,
    ) -> Run:
        return await asyncio.to_thread(
            self._runs.step,
            self._run_id,
            state,
            reason,
            author=author,
            note=note,
            fence=self._fence,
        )

    async def _get(self) -> Run:
        return await asyncio.to_thread(self._runs.get, self._run_id)


def reason_of(run: Run) -> RunReason:
    """Why a flight that waits does not fly, by what its gates said last."""
    closed = run.checks[-1].closed if run.checks else ()
    gates = {reading.gate for reading in closed}
    if Gate.RELEASE in gates:
        # What only a person beside it can tell was not told, because nobody has released it.
        gates -= {
            reading.gate
            for reading in closed
            if reading.gate in PASSABLE and reading.answer is GateAnswer.UNKNOWN
        }
    if Gate.LINK in gates:  # who is not there tells nothing of itself either
        gates -= {Gate.BATTERY, Gate.STORAGE, Gate.HEALTH, Gate.DOCK}
    if gates == {Gate.RELEASE}:
        return RunReason.NO_RELEASE
    return RunReason.GATES if gates - {Gate.LINK, Gate.RELEASE} else RunReason.NO_LINK
