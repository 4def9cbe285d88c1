"""All patrols of the house: who steers what, what was watched, when nobody watched.

The desk reads leases and the day's danger from the store every two seconds, or at once when it is
nudged, and writes visits and gaps to it in batches; always in a worker thread. Between those
moments every round asks it without waiting. What the store does not take is kept and offered again.
"""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from camera_gateway.patrol.gap_notes import GapNote
from camera_gateway.patrol.round import Round
from camera_gateway.patrol.status import PatrolPhase, PatrolStatus
from camera_gateway.patrol.visits import VisitLog
from camera_gateway.turner import CameraPreset
from models.clock import Clock
from models.errors import Conflict, InputRefused, WatchError
from models.patrol import UNKNOWN_DANGER
from models.store import Store
from models.watching import Lease

__all__ = ["PatrolDesk"]

_logger = logging.getLogger(__name__)
TICK_S: Final = 0.5
LOOK_EVERY_S: Final = 2.0
WRITE_EVERY_S: Final = 10.0
CLEAR_EVERY_S: Final = 3600.0
VISITS_KEPT: Final = timedelta(days=62)
"""A whole month, until the end of the next one: reports are made from them."""

MOST_NOTES: Final = 2000


class PatrolDesk:
    """Of one installation.

    Args:
        store: keeps leases, visits, gaps and the danger of the day; None for a desk at which
            nothing patrols.
        clock: the installation's.

    Attributes:
        visits: takes down what is looked at.
        danger: class that holds now.
        is_ready: whether it is known who steers; nothing is turned before.
    """

    def __init__(self, store: Store | None, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._rounds: dict[str, Round] = {}
        self._leases: dict[str, Lease] = {}
        self._notes: deque[tuple[str, GapNote, datetime]] = deque(maxlen=MOST_NOTES)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._look_at_s = 0.0
        self._write_at_s = self._clear_at_s = 0.0
        self._said = ""
        self.is_ready = store is None
        self.visits = VisitLog()
        self.danger = UNKNOWN_DANGER

    def lease_of(self, camera_id: str) -> Lease | None:
        """Who steers a camera now; None for nobody."""
        lease = self._leases.get(camera_id)
        return None if lease is None or lease.until_at <= self._clock.now() else lease

    def take_note(self, camera_id: str, note: GapNote, at: datetime) -> None:
        """A gap begins or ends at a moment."""
        self._notes.append((camera_id, note, at))

    def joined(self, one: Round) -> None:
        """A camera patrols."""
        self._rounds[one.camera_id] = one

    def left(self, one: Round) -> None:
        """A camera patrols no longer, or another round has taken its place."""
        if self._rounds.get(one.camera_id) is one:
            del self._rounds[one.camera_id]
        self.visits.left(one.camera_id)

    def status(self, camera_id: str) -> PatrolStatus | None:
        """How a camera patrols; None for one that is not turned."""
        one = self._rounds.get(camera_id)
        return None if one is None else one.status(self._clock.now())

    def statuses(self) -> dict[str, PatrolStatus]:
        """Of all cameras that are turned."""
        now = self._clock.now()
        return {camera_id: one.status(now) for camera_id, one in list(self._rounds.items())}

    def nudge(self) -> None:
        """Leases or danger have changed; from any thread."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop is closing
                loop.call_soon_threadsafe(self._look_soon)

    async def steer(
        self, camera_id: str, who: str, *, pan: float = 0.0, tilt: float = 0.0, zoom: float = 0.0
    ) -> None:
        """Turn a camera by hand, for two seconds at the most; zeros stop it.

        Args:
            camera_id: of the camera.
            who: user name, who must hold its lease.
            pan: speed, -1 to 1, positive to the right.
            tilt: speed, positive upwards.
            zoom: speed, positive inwards.

        Raises:
            InputRefused: it is not turned (``camera_not_turned``), or speeds beyond their range
                (``steer_speed``).
            Conflict: somebody else holds its lease, or nobody does (``lease_missing``).
            SourceUnavailable: the camera does not take it.
        """
        if not all(-1.0 <= speed <= 1.0 for speed in (pan, tilt, zoom)):
            raise InputRefused("A speed is a number from -1 to 1.", code="steer_speed")
        await (await self._held(camera_id, who)).steer(who, pan, tilt, zoom)

    async def stop(self, camera_id: str, who: str) -> None:
        """Let a camera stand still; raises as :meth:`steer`."""
        await self.steer(camera_id, who)

    async def goto(self, camera_id: str, who: str, preset: int) -> None:
        """Turn a camera to one of its presets by hand.

        Args:
            camera_id: of the camera.
            who: user name, who must hold its lease.
            preset: our number of it.

        Raises:
            InputRefused: as :meth:`steer`, or its token is not known (``preset_token_unknown``).
            Conflict, SourceUnavailable: as :meth:`steer`.
        """
        one = await self._held(camera_id, who)
        token = one.mover.token_of(preset)
        if token is None:
            raise InputRefused(
                f"The camera's own token of preset {preset} is not known.",
                remedy="Read the presets from the camera, or enter its token.",
                code="preset_token_unknown",
            )
        await one.goto(who, token)

    async def set_preset(self, camera_id: str, who: str, name: str, token: str = "") -> str:
        """Have the camera remember what it shows; what is known of that view is forgotten.

        Args:
            camera_id: of the camera.
            who: user name, who must hold its lease.
            name: for people.
            token: of a preset to overwrite; empty for a new one.

        Returns:
            The camera's token.

        Raises:
            InputRefused, Conflict, SourceUnavailable: as :meth:`steer`.
        """
        return await (await self._held(camera_id, who)).set_preset(name, token)

    async def presets(self, camera_id: str) -> tuple[CameraPreset, ...]:
        """What a camera remembers.

        Raises:
            InputRefused: it is not turned (``camera_not_turned``).
            SourceUnavailable: it does not say.
        """
        return await self._round(camera_id).presets()

    async def run(self) -> None:
        """Keep the desk until cancelled; then write what is left."""
        self._loop = asyncio.get_running_loop()
        self._look_soon()
        try:
            while True:
                await self.step()
                await self._clock.sleep(TICK_S)
        finally:
            self._loop = None
            self.visits.leave_all()
            await asyncio.shield(asyncio.ensure_future(self._write()))

    async def step(self) -> None:
        """Look and write where it is time."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._look_at_s:
            await self.look()
        if now_s >= self._write_at_s:
            self._write_at_s = now_s + WRITE_EVERY_S
            await self._write()

    def _round(self, camera_id: str) -> Round:
        one = self._rounds.get(camera_id)
        if one is None:
            raise InputRefused(
                f"Camera {camera_id} is not turned by this watch.",
                remedy="Enter what turns it, and look whether it is switched on.",
                code="camera_not_turned",
            )
        return one

    async def _held(self, camera_id: str, who: str) -> Round:
        """The round of a camera that somebody may steer."""
        one = self._round(camera_id)
        lease = self.lease_of(camera_id)
        if lease is None or lease.holder != who:
            await self.look()
            lease = self.lease_of(camera_id)
        if lease is None or lease.holder != who:
            raise Conflict(
                f"{who} does not steer camera {camera_id} now.",
                remedy="Take the camera over first.",
                code="lease_missing",
            )
        return one

    def _look_soon(self) -> None:
        self._look_at_s = self._clock.monotonic_s()

    async def look(self) -> None:
        """Learn now who steers, and how dangerous it is; what cannot be read stays as it was."""
        self._look_at_s = self._clock.monotonic_s() + LOOK_EVERY_S
        store = self._store
        if store is None:
            return
        try:
            self._leases, entry = await asyncio.to_thread(
                lambda: (store.patrols.leases(), store.patrols.danger())
            )
        except WatchError as error:
            self._say(error)
            return
        self.is_ready = True
        self.danger = UNKNOWN_DANGER if entry is None else entry.danger

    async def _write(self) -> None:
        """Hand visits and notes to the store; what it does not take comes back."""
        store = self._store
        if store is None:
            return
        visits = self.visits.take()
        try:
            await asyncio.to_thread(store.patrols.add_visits, visits)
        except WatchError as error:
            self._say(error)
            self.visits.put_back(visits)
            return
        self._said = ""
        try:
            while self._notes:
                await asyncio.to_thread(_keep, store, *self._notes[0])
                self._notes.popleft()
            await self._tidy(store)
        except WatchError as error:
            self._say(error)

    async def _tidy(self, store: Store) -> None:
        """Once an hour: forget old visits, and end the gaps of cameras that no longer patrol."""
        now_s = self._clock.monotonic_s()
        if now_s < self._clear_at_s:
            return
        self._clear_at_s = now_s + CLEAR_EVERY_S
        now = self._clock.now()
        patrolling = {
            camera_id
            for camera_id, one in self._rounds.items()
            if one.status(now).phase is not PatrolPhase.OFF
        }
        await asyncio.to_thread(_tidy, store, now, patrolling)

    def _say(self, error: WatchError) -> None:
        if str(error) != self._said:
            self._said = str(error)
            _logger.warning("the patrols' book is not written or read now: %s", error)


def _keep(store: Store, camera_id: str, note: GapNote, at: datetime) -> None:
    if note.begins:
        store.patrols.begin_gap(camera_id, note.cause, at, note.who)
    else:
        store.patrols.end_gap(camera_id, note.cause, at)


def _tidy(store: Store, now: datetime, patrolling: set[str]) -> None:
    store.patrols.clear_visits(now - VISITS_KEPT)
    for gap in store.patrols.gaps(now - timedelta(seconds=1), now):
        if gap.until_at is None and gap.camera_id not in patrolling:
            store.patrols.end_gap(gap.camera_id, gap.cause, now)
