"""One camera's round: asks the course what is due, tells the camera, and hears what it says.

It runs beside the camera's gateway. One lock is held by whoever moves the camera, so that nobody
else does meanwhile (pyronear/pyro-engine#395).
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

from camera_gateway.patrol.course import Course
from camera_gateway.patrol.gap_notes import GapNote
from camera_gateway.patrol.leg import Command, Go
from camera_gateway.patrol.route import Route
from camera_gateway.patrol.sights import Sights
from camera_gateway.patrol.status import PatrolPhase, PatrolStatus
from camera_gateway.turner import CameraPreset, Turner
from models.clock import Clock
from models.errors import SourceRefused, SourceUnavailable
from models.patrol import Mover
from models.watching import Lease

__all__ = ["Keeper", "Round"]

_logger = logging.getLogger(__name__)
TICK_S: Final = 0.5
ASK_EVERY_S: Final = 1.0
ASK_AGAIN_S: Final = 600.0
MOST_SILENCES: Final = 3
LIST_EVERY_S: Final = 3600.0
LIST_AGAIN_S: Final = 60.0
STEER_S: Final = 2.0
"""A steered camera stops so long after the last word from the browser."""


class Keeper(Protocol):
    """Keeps what rounds have to tell, and knows who steers."""

    @property
    def is_ready(self) -> bool:
        """Whether it knows who steers; nothing is turned before."""

    def lease_of(self, camera_id: str) -> Lease | None:
        """Who steers a camera now."""

    def take_note(self, camera_id: str, note: GapNote, at: datetime) -> None:
        """A gap begins or ends."""

    def joined(self, one: "Round") -> None:
        """A round begins; it takes the place of an earlier one of its camera."""

    def left(self, one: "Round") -> None:
        """A round is over."""


class Round:
    """Of one camera.

    Args:
        camera_id: of the camera.
        mover: knows the tokens.
        turner: turns the camera.
        course: decides.
        route: where it goes.
        sights: what the presets look like.
        keeper: of notes and leases.
        clock: measures and waits.
        clean: takes passwords out of what is logged.
    """

    def __init__(
        self,
        camera_id: str,
        mover: Mover,
        turner: Turner,
        course: Course,
        *,
        route: Route,
        sights: Sights,
        keeper: Keeper,
        clock: Clock,
        clean: Callable[[str], str] = str,
    ) -> None:
        self.camera_id = camera_id
        self.mover = mover
        self._turner = turner
        self._course = course
        self._route = route
        self._sights = sights
        self._keeper = keeper
        self._clock = clock
        self._clean = clean
        self._lock = asyncio.Lock()
        self._ask_at_s = self._list_at_s = 0.0
        self._silences = 0
        self._stop_at_s: float | None = None
        self._told_code = ""

    async def run(self) -> None:
        """Patrol until cancelled."""
        self._keeper.joined(self)
        try:
            while True:
                try:
                    await self.step()
                except Exception:
                    _logger.exception("camera %s: its round failed and goes on", self.camera_id)
                await self._clock.sleep(TICK_S)
        finally:
            self._keeper.left(self)
            await self._turner.close()

    async def step(self) -> None:
        """Do what is due now; one command at the most."""
        now_s = self._clock.monotonic_s()
        if not self._keeper.is_ready:
            return
        lease = self._keeper.lease_of(self.camera_id)
        if lease is not None:
            self._course.steered(lease.holder, now_s)
        elif self._course.phase is PatrolPhase.STEERED:
            await self._stop()
            self._course.released(now_s)
        if self._stop_at_s is not None and now_s >= self._stop_at_s:
            await self._stop()
        command = self._course.due(now_s)
        if command is not None:
            async with self._lock:
                await self._obey(command)
        elif self._course.phase is not PatrolPhase.OFF:
            await self._hear(now_s)
        for note in self._course.gaps.taken():
            self._keeper.take_note(self.camera_id, note, self._clock.now())

    async def steer(self, who: str, pan: float, tilt: float, zoom: float) -> None:
        """Turn for two seconds at the most; zeros stop.

        Raises:
            SourceUnavailable: the camera does not take it.
        """
        self._course.steered(who, self._clock.monotonic_s())
        async with self._lock:
            if pan == tilt == zoom == 0.0:
                self._stop_at_s = None
                await self._turner.stop()
            else:
                self._stop_at_s = self._clock.monotonic_s() + STEER_S
                await self._turner.move(pan, tilt, zoom, for_s=STEER_S)

    async def goto(self, who: str, token: str) -> None:
        """Turn to a preset, by hand.

        Raises:
            SourceUnavailable: the camera does not take it.
        """
        self._course.steered(who, self._clock.monotonic_s())
        async with self._lock:
            self._stop_at_s = None
            await self._turner.goto(token)

    async def set_preset(self, name: str, token: str) -> str:
        """Have the camera remember what it shows; its token.

        Raises:
            SourceUnavailable: the camera does not take it.
        """
        async with self._lock:
            found = await self._turner.set_preset(name, token)
        for number, known in self.mover.tokens:
            if known == found:
                self._sights.forget(number)
                self._course.senses.forget(number)
                self._route.skipped.discard(number)
        self._list_at_s = 0.0
        return found

    async def presets(self) -> tuple[CameraPreset, ...]:
        """What the camera remembers.

        Raises:
            SourceUnavailable: it does not say.
        """
        async with self._lock:
            return await self._turner.presets()

    def status(self, now: datetime) -> PatrolStatus:
        """How it is; ``now`` is UTC."""
        course, now_s = self._course, self._clock.monotonic_s()
        leg, said = course.leg, course.said
        watching = course.phase is PatrolPhase.WATCHING and leg is not None
        wait_s = leg.until_s - now_s if leg is not None and watching else None
        known = said is not None and said.fault is None and said.sighted.pose is not None
        return PatrolStatus(
            camera_id=self.camera_id,
            phase=course.phase,
            since=now - timedelta(seconds=now_s - course.since_s),
            tour="" if leg is None else leg.stop.tour,
            stop=None if leg is None else leg.stop.place,
            preset=None if leg is None else leg.stop.preset,
            shown=said.sighted.preset if said is not None and known else None,
            trust=None if said is None else said.sighted.trust,
            next_at=None if wait_s is None else now + timedelta(seconds=max(0.0, wait_s)),
            next_preset=self._route.peek() if watching else None,
            reported=course.senses.position,
            lease=self._keeper.lease_of(self.camera_id),
            stuck=course.is_stuck,
            unreached=course.refused_code,
            overdue=course.overdue,
            skipped=tuple(sorted(self._route.skipped)),
        )

    async def _obey(self, command: Command) -> None:
        course = self._course
        course.sent(command, self._clock.monotonic_s())
        try:
            if isinstance(command, Go):
                await self._turner.goto(command.stop.token)
            else:
                await self._turner.move(
                    command.pan, command.tilt, command.zoom, for_s=command.for_s
                )
                self._stop_at_s = self._clock.monotonic_s() + command.for_s
        except SourceUnavailable as error:
            self._say(error)
            refused = self._is_shut_out(error)
            course.declined(error.code, self._clock.monotonic_s(), for_long=refused)
        except Exception:
            course.declined("reader_failed", self._clock.monotonic_s())
            raise
        else:
            self._told_code = ""
            course.taken(self._clock.monotonic_s())

    async def _hear(self, now_s: float) -> None:
        """Ask the camera about itself: its presets seldom, its motion while it matters."""
        if now_s >= self._list_at_s:
            self._list_at_s = now_s + LIST_AGAIN_S
            try:
                listed = await self.presets()
            except SourceUnavailable as error:
                self._is_shut_out(error)
                return
            self._list_at_s = now_s + LIST_EVERY_S
            positions = {one.token: one.position for one in listed}
            for number, token in self.mover.tokens:
                self._course.senses.told(number, positions.get(token))
            return
        if self._course.wants_word and now_s >= self._ask_at_s:
            await self._ask(now_s)

    async def _ask(self, now_s: float) -> None:
        """Where it is, and whether it moves; some cannot say, and their pictures have to tell."""
        self._ask_at_s = now_s + ASK_EVERY_S
        leg = self._course.leg
        if leg is not None and self._course.phase is PatrolPhase.WATCHING:
            leg.asked = True
        try:
            async with self._lock:
                status = await self._turner.status()
        except SourceUnavailable as error:
            self._silences += 1
            if not self._is_shut_out(error) and self._silences >= MOST_SILENCES:
                self._ask_at_s = now_s + ASK_AGAIN_S
            return
        self._silences = 0
        self._course.senses.heard(status, self._clock.monotonic_s())

    def _is_shut_out(self, error: SourceUnavailable) -> bool:
        """Whether we are not let in: then nothing is asked for a while, or we are locked out."""
        if not isinstance(error, SourceRefused):
            return False
        self._ask_at_s = self._list_at_s = self._clock.monotonic_s() + ASK_AGAIN_S
        return True

    async def _stop(self) -> None:
        """A camera may not heed the time-out that it was given."""
        self._stop_at_s = None
        try:
            async with self._lock:
                await self._turner.stop()
        except SourceUnavailable as error:
            self._say(error)

    def _say(self, error: SourceUnavailable) -> None:
        level = logging.DEBUG if error.code == self._told_code else logging.WARNING
        self._told_code = error.code
        told = self._clean(str(error))
        _logger.log(level, "camera %s does not take a command: %s", self.camera_id, told)
