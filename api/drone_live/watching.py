"""One aircraft's stream while it is wanted: read as a camera is, scored when no tower waits.

The stream is read by a gateway like a tower's: it reconnects, backs off, spares an account that is
refused, and says how it is. Its frames go to a bus of their own, which keeps the newest: a machine
that is busy with the towers looks at fewer pictures of the drone, and never at old ones.
"""

import asyncio
import logging
import math
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from api.drone_live.book import LiveState, LiveStatus
from api.drone_live.history import StateHistory
from api.drone_live.pushing import DockPush
from api.drone_live.secrets import EVERY_S, link_of
from api.drone_live.session import LiveSession, SeenPicture
from api.imagery.scoring import PictureDetector, found_in, settled
from api.imagery.shelf import ImageryShelf
from api.imagery.showing import shown_jpeg
from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import Gateway
from camera_gateway.knocking import knock_of
from camera_gateway.limits import Limits
from camera_gateway.pictures import decode_jpeg
from camera_gateway.redaction import redact
from camera_gateway.ring import FrameRing
from camera_gateway.sources.rtsp import rtsp_opener
from camera_gateway.sources.stream_open import StreamLimits
from drone_jobs.links import AircraftLink
from models.camera_link import CameraLink, Credential, ListeningLink
from models.config.drone_links import DroneLinkRule
from models.errors import FrameCorrupt, InputRefused, SourceEnded, WatchError
from models.flight import IN_THE_AIR
from models.frame import Frame
from models.site import Camera, CameraKind, HeightDatum, Position

if TYPE_CHECKING:
    from api.context import Context

__all__ = ["LiveWatching"]

logger = logging.getLogger(__name__)

WAIT_S: Final = 0.1
PULL_S: Final = 0.5
RUN_EVERY_S: Final = 2.0
TELEMETRY_WITHIN: Final = timedelta(seconds=6)
"""A picture with finds waits so long for what the aircraft tells of the moment after it."""

MOST_WAITING: Final = 60
MOST_BOXES: Final = 5
MAX_AGE_S: Final = 10.0
LISTEN_S: Final = 20.0
DOUBT_S: Final = 1.0
AGAIN_S: Final = 10.0
RING_BYTES: Final = 4 * 2**20
NOWHERE: Final = Position(0.0, 0.0, 0.0, HeightDatum.SEA_LEVEL)


class LiveWatching:
    """Reads, scores and keeps the pictures of one aircraft until it is cancelled.

    Args:
        context: of the application.
        rule: of the aircraft.
        detector: the watch's own.
        backlog: how many pictures of towers wait.
        history: what the aircraft tells; fed by somebody else.
        shelf: where pictures lie.
        link: the aircraft's; asked each time, for it may be opened anew.
        is_drill: the aircraft is simulated.
        random: numbers in [0, 1) for the pauses between attempts.
    """

    def __init__(
        self,
        context: "Context",
        rule: DroneLinkRule,
        detector: PictureDetector,
        backlog: Callable[[], int],
        *,
        history: StateHistory,
        shelf: ImageryShelf,
        link: Callable[[], AircraftLink | None],
        is_drill: bool,
        random: Callable[[], float],
    ) -> None:
        self._context = context
        self._rule = rule
        self._detector = detector
        self._backlog = backlog
        self._history = history
        self._shelf = shelf
        self._link = link
        self._is_drill = is_drill
        self._random = random
        self._bus = MemoryBus(context.clock, max_age_s=MAX_AGE_S)
        self._gateway: Gateway | None = None
        self._push = DockPush(rule, context.clock)
        self._session: LiveSession | None = None
        self._run_id: int | None = None
        self._run_asked_s = -math.inf
        self._waiting: deque[SeenPicture] = deque(maxlen=MOST_WAITING)
        self._frames = self._hits = 0
        self._fault: tuple[str, str] = ("", "")
        self._began_at = context.clock.now()

    @property
    def waits(self) -> int:
        """Pictures that came and are not scored: files let them go first."""
        return self._bus.held()

    @property
    def imagery_id(self) -> int | None:
        """Footage that grows."""
        return None if self._session is None else self._session.imagery_id

    def check(self) -> None:
        """Leave behind what hangs; called often, on the event loop."""
        if self._gateway is not None:
            self._gateway.check()

    def status(self) -> LiveStatus:
        """How it is now."""
        session = self._session
        own = LiveStatus(
            LiveState.CONNECTING,
            since=self._began_at,
            frames=self._frames,
            hits=self._hits + (0 if session is None else session.hits),
            passed_over=sum(sum(each.values()) for each in self._bus.drops().values()),
            imagery_id=self.imagery_id,
            taken_at=None if session is None else session.taken_at,
            gaps=() if session is None else session.gaps,
            push_code=self._push.code,
            push_message=self._push.message,
        )
        code, message = self._fault
        if self._gateway is None:
            state = LiveState.LOST if code else LiveState.CONNECTING
            return replace(own, state=state, code=code, message=message)
        told = self._gateway.status()
        return replace(
            own,
            state=LiveState(told.state.value),
            code=told.trouble_code or code,
            message=told.trouble or message,
            since=told.since or self._began_at,
            next_attempt_at=told.next_attempt_at,
        )

    async def run(self) -> None:
        """Work until cancelled; then end the footage."""
        pushing = asyncio.create_task(self._keep_pushing())
        try:
            while True:
                try:
                    link, credential = await asyncio.to_thread(link_of, self._rule)
                except InputRefused as refused:
                    self._fault = refused.code, f"{refused.message} {refused.remedy}"
                    await self._context.clock.sleep(AGAIN_S)
                    continue
                self._fault = "", ""
                await self._serve(link, credential)
        finally:
            pushing.cancel()
            await asyncio.gather(pushing, return_exceptions=True)
            await self._push.end(self._link())

    async def _serve(self, link: CameraLink, credential: Credential | None) -> None:
        self._gateway = self._gateway_of(link, credential)
        reading = asyncio.create_task(self._gateway.run())
        try:
            while True:
                await self._step()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await self._end_session()

    async def _step(self) -> None:
        """Score one picture, if there is one, and place what can be placed."""
        while self._backlog() > 0:  # the towers first
            await self._context.clock.sleep(WAIT_S)
        try:
            frames = await self._bus.pull(1, PULL_S)
        except SourceEnded:  # pragma: no cover -- nobody closes it
            return
        for frame in frames:
            seen = await self._scored(frame)
            if seen is not None:
                self._waiting.append(seen)
        try:
            await self._settle()
            self._fault = "", ""
        except WatchError as error:
            logger.warning("live pictures of %s are not kept now: %s", self._rule.aircraft, error)
            self._fault = error.code, error.message
            await self._context.clock.sleep(1.0)

    async def _scored(self, frame: Frame) -> SeenPicture | None:
        try:
            return await asyncio.to_thread(self._score, frame)
        except FrameCorrupt:
            return None
        except Exception:
            logger.exception("a live picture of %s cannot be scored", self._rule.aircraft)
            return None

    def _score(self, frame: Frame) -> SeenPicture:
        image = decode_jpeg(frame.jpeg, self._rule.aircraft)
        detector, model = settled(self._detector)
        boxes = found_in(detector, image, in_tiles=False)[:MOST_BOXES]
        height, width = image.shape[:2]
        doubt_s = DOUBT_S if frame.captured_doubt_s is None else frame.captured_doubt_s
        self._frames += 1
        return SeenPicture(
            self._context.clock.now(),
            frame.captured_at - timedelta(seconds=self._rule.live_delay_s),
            math.hypot(doubt_s, self._rule.live_delay_sigma_s),
            (width, height),
            boxes,
            shown_jpeg(image, boxes) if boxes else b"",
            model,
        )

    async def _settle(self) -> None:
        """Place and keep what the aircraft has told enough for."""
        while self._waiting and self._is_ripe(self._waiting[0]):
            seen = self._waiting[0]
            await self._right_session()
            session = self._session
            if session is None:
                session = await asyncio.to_thread(self._begin)
                self._session = session
            await asyncio.to_thread(session.take, seen)
            self._waiting.popleft()

    def _is_ripe(self, seen: SeenPicture) -> bool:
        newest = self._history.newest
        heard = newest is not None and newest.at >= seen.at + timedelta(seconds=seen.sigma_s)
        return heard or self._context.clock.now() - seen.came_at >= TELEMETRY_WITHIN

    def _begin(self) -> LiveSession:
        return LiveSession(
            self._context,
            self._rule,
            self._run_id,
            history=self._history,
            shelf=self._shelf,
            is_drill=self._is_drill,
        )

    async def _right_session(self) -> None:
        """End the footage that is full, or of another flight."""
        now_s = self._context.clock.monotonic_s()
        if now_s - self._run_asked_s >= RUN_EVERY_S:
            self._run_asked_s = now_s
            self._run_id = await asyncio.to_thread(self._flown_now)
        session = self._session
        if session is None:
            return
        is_other = self._run_id is not None and session.run_id != self._run_id
        if is_other or session.is_full:
            await self._end_session()

    def _flown_now(self) -> int | None:
        for run in self._context.store.runs.in_hand():
            if run.aircraft == self._rule.aircraft and run.state in IN_THE_AIR:
                return run.run_id
        return None

    async def _end_session(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        self._hits += session.hits
        told = None if self._gateway is None else self._gateway.status()
        is_lost = told is not None and told.state.value in {"lost", "stale"}
        code, message = (told.trouble_code, told.trouble) if told and is_lost else ("", "")
        with suppress(WatchError):  # the next start ends it
            await asyncio.to_thread(session.end, code, message)

    async def _keep_pushing(self) -> None:
        while True:
            try:
                await self._push.ask(self._link())
            except Exception:
                logger.exception("the dock of %s cannot be told to push", self._rule.aircraft)
            await self._context.clock.sleep(1.0)

    def _gateway_of(self, link: CameraLink, credential: Credential | None) -> Gateway:
        listens = isinstance(link, ListeningLink)
        limits = StreamLimits(open_s=LISTEN_S) if listens else StreamLimits()
        clock, known = self._context.clock, () if credential is None else (credential,)
        return Gateway(
            Camera(self._rule.aircraft, self._rule.aircraft, CameraKind.TOWER, NOWHERE, ()),
            0,
            rtsp_opener(link, credential, clock, limits=limits),
            bus=self._bus,
            ring=FrameRing(RING_BYTES, 2),
            clock=clock,
            random=self._random,
            limits=Limits.of_cadence(EVERY_S),
            # Whoever listens is ready again at once: the sender comes when it comes.
            knock=_always if listens else knock_of(link),
            may_end=False,
            clean=lambda text: redact(text, known),
        )


async def _always() -> bool:
    return True


def flying(at: datetime, history: StateHistory, within: timedelta) -> bool:
    """Whether the aircraft was heard to fly a moment ago."""
    newest = history.newest
    return newest is not None and at - newest.at <= within and newest.is_in_the_air is True
