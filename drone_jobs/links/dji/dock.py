"""A DJI dock with its aircraft, as :class:`.link.AircraftLink`.

A dock holds flights by their names and gives no mission back: what proves that it has ours is the
MD5 that it compares with the file it fetched, and that we read our own file back with the same
meaning before. A name is flown once, by the dock as by this link, so the caller that gives its own
name (``flight_id``) may repeat everything after a crash. Fences and gathering places cannot be told
to a dock: they are kept by the checks before and by the dock's own settings.

Source: DJI Cloud API, dock to cloud, wayline and live streaming.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from drone_jobs.heights import HeightDesk
from drone_jobs.links.dji.asking import Asking
from drone_jobs.links.dji.bus import Bus, Listener, dock_topics
from drone_jobs.links.dji.hearing import Hearing, Reply, ServedFile
from drone_jobs.links.dji.live import LiveQuality, start_words, stop_words
from drone_jobs.links.dji.osd import DockState
from drone_jobs.links.dji.progress import Progress
from drone_jobs.links.dji.settings import DockSettings, Files, Standing, fetchable
from drone_jobs.links.dji.task import Task, Window, prepare_words, task_of
from drone_jobs.links.dji.words import TopicKind, topic, write_envelope
from drone_jobs.links.link import LinkLost, LinkRefused, Upload
from models.clock import Clock
from models.errors import InputRefused
from models.flight import AircraftState
from models.mission import Mission

__all__ = ["DockLink"]

_HEARS: Final = (
    TopicKind.OSD,
    TopicKind.STATE,
    TopicKind.SERVICES_REPLY,
    TopicKind.EVENTS,
    TopicKind.REQUESTS,
    TopicKind.STATUS,
)
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(slots=True)
class _Held:
    """A flight that the dock has taken."""

    task: Task
    window: Window | None
    told_s: float
    may_have_started: bool = False


@dataclass(slots=True, eq=False)
class DockLink:
    """One dock.

    Attributes:
        bus: of the broker.
        dock_serial: serial number of the dock.
        aircraft_serial: of its aircraft.
        desk: converts heights.
        files: serves missions to the dock.
        clock: measures every wait.
        settings: of the link.
        new_id: names messages and flights.

    Raises:
        InputRefused: a serial number that is none (``dock_serial``).
    """

    bus: Bus
    dock_serial: str
    aircraft_serial: str
    desk: HeightDesk
    files: Files
    clock: Clock
    settings: DockSettings = field(default_factory=DockSettings)
    new_id: Callable[[], str] = lambda: str(uuid4())
    hearing: Hearing = field(init=False)
    _asking: Asking = field(init=False)
    _listener: Listener = field(init=False)
    _held: dict[str, _Held] = field(init=False, default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(init=False, default_factory=set)
    _news: asyncio.Event = field(init=False, default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Know what to hear."""
        times = self.settings
        self._asking = Asking(
            self.bus, self.dock_serial, self.clock, self.new_id, times.answer_s, times.tries
        )
        self.hearing = Hearing(
            self.dock_serial,
            self.aircraft_serial,
            self.clock,
            times.heard_s,
            times.stale_s,
            self._asking.heard,
        )
        topics = dock_topics(_HEARS, self.dock_serial, self.aircraft_serial)
        self._listener = Listener(topics, self._heard, self._asking.joined)

    async def open(self) -> None:
        """Begin to hear; the broker and the dock need not be there."""
        await self.bus.listen(self._listener)

    @property
    def state(self) -> AircraftState | None:
        """The newest of the aircraft; of the dock, while it is off inside."""
        return self.hearing.state

    @property
    def dock(self) -> DockState | None:
        """The newest of the dock; None before it was heard of."""
        return self.hearing.dock

    def is_heard(self) -> bool:
        """Whether dock and aircraft were heard of; the dock alone suffices while it is inside."""
        return self.bus.is_joined and self.hearing.is_heard

    def progress(self, flight_id: str) -> Progress | None:
        """The newest report of a flight; None before there is one."""
        return self.hearing.progress(flight_id)

    async def upload(
        self, mission: Mission, *, flight_id: str = "", window: Window | None = None
    ) -> Upload:
        """Announce a mission; see :class:`.link.AircraftLink`.

        Args:
            mission: for an aircraft of DJI.
            flight_id: names the flight, at most 64 letters, digits, ``-`` and ``_``; a new one when
                empty. The same mission may be announced again under its name until it is started.
            window: when the dock may start; without one, the flight is announced again at its
                start, because docks forget a flight that does not follow at once.
        """
        began_s, repeats = self.clock.monotonic_s(), self._asking.repeats
        task = task_of(mission, self.desk)
        flight_id = flight_id or self.new_id()
        self._check_name(flight_id, task)
        url = await self.files(f"{flight_id}.kmz", task.kmz)
        self.hearing.files[flight_id] = ServedFile(fetchable(url), task.md5)
        await self._announce(flight_id, task, window)
        took_s = self.clock.monotonic_s() - began_s
        return Upload(flight_id, task.points, took_s, self._asking.repeats - repeats)

    def follow(self, mission: Mission) -> None:
        """Nothing to be said: a dock counts the points itself."""

    async def held(self) -> str:
        """The flight that it works on, as it says itself; else the newest that it has taken."""
        waiting = [name for name, each in self._held.items() if not each.may_have_started]
        return self.hearing.flying or (waiting[-1] if waiting else "")

    async def start(self, upload: Upload, *, released_by: str) -> None:
        """Fly; see :class:`.link.AircraftLink`. A flight is started once, whatever comes of it."""
        if not released_by.strip():
            raise InputRefused(
                "Nobody has released the flight.",
                remedy="A person who may release flights has to.",
                code="link_release",
            )
        flight_id = upload.mission_key
        held = self._held.get(flight_id)
        if held is None:
            raise LinkRefused(
                f"The dock {self.dock_serial} does not hold the flight {flight_id}.",
                remedy="Upload the mission again.",
                code="link_not_uploaded",
            )
        self._check_unstarted(flight_id)
        if held.window is not None:
            await self._wait_ready(flight_id)
        elif self.clock.monotonic_s() - held.told_s > self.settings.fresh_s:
            await self._announce(flight_id, held.task, None)
        held = self._held[flight_id]
        self._check_unstarted(flight_id)
        held.may_have_started = True
        try:
            await self._asking.ask("flighttask_execute", {"flight_id": flight_id})
        except LinkRefused:
            held.may_have_started = False
            raise

    async def pause(self) -> None:
        """Hold its place in the air."""
        await self._asking.ask("flighttask_pause", {})

    async def resume(self) -> None:
        """Fly on."""
        await self._asking.ask("flighttask_recovery", {})

    async def stop(self) -> None:
        """End the mission; the aircraft hovers where it is."""
        await self._asking.ask("flighttask_stop", {})

    async def come_home(self) -> None:
        """Fly home and land; said again until the dock answers.

        Raises:
            LinkRefused: the dock says that it cannot.
            LinkLost: it was silent through all tries.
        """
        for _ in range(self.settings.home_tries - 1):
            with suppress(LinkLost):
                await self._asking.ask("return_home", {})
                return
        await self._asking.ask("return_home", {})

    async def cancel_home(self) -> None:
        """Hover instead of flying home; the mission is not taken up again."""
        await self._asking.ask("return_home_cancel", {})

    async def land(self) -> None:
        """Refused: docks have no order to land where the aircraft is.

        Raises:
            LinkRefused: always (``dock_land``).
        """
        raise LinkRefused(
            "A dock cannot tell its aircraft to land where it is.",
            remedy="Call it home, or take it over with a remote control.",
            code="dock_land",
        )

    async def forget(self, flight_id: str) -> None:
        """Take a flight back that was not started.

        Raises:
            LinkRefused: it may have been started (``dock_started``), or the dock said no.
            LinkLost: the dock does not answer.
        """
        self._check_unstarted(flight_id)
        await self._asking.ask("flighttask_undo", {"flight_ids": [flight_id]})
        self._held.pop(flight_id, None)
        self.hearing.files.pop(flight_id, None)

    async def standing(self, flight_id: str, *, wait_s: float = 30.0) -> Standing:
        """What is known of a flight, after a restart: docks tell it, and cannot be asked.

        Args:
            flight_id: of the flight.
            wait_s: at most, until dock and aircraft have told enough.
        """
        until_s = self.clock.monotonic_s() + wait_s
        while not self._standing(flight_id).is_known and self.clock.monotonic_s() < until_s:
            await self._wait_news(until_s - self.clock.monotonic_s())
        return self._standing(flight_id)

    async def start_live(self, url: str, video: str, quality: LiveQuality) -> None:
        """Push live pictures; see :func:`.live.start_words`."""
        await self._asking.ask("live_start_push", start_words(url, video, quality))

    async def stop_live(self, video: str) -> None:
        """End them."""
        await self._asking.ask("live_stop_push", stop_words(video))

    async def close(self) -> None:
        """Let go of the dock; the aircraft flies on."""
        await self.bus.leave(self._listener)
        for task in tuple(self._tasks):
            task.cancel()

    async def _announce(self, flight_id: str, task: Task, window: Window | None) -> None:
        file = self.hearing.files[flight_id]
        words = prepare_words(task, flight_id, file.url, self.clock.now(), window)
        try:
            await self._asking.ask("flighttask_prepare", words)
        except LinkRefused:
            self._held.pop(flight_id, None)
            self.hearing.files.pop(flight_id, None)
            raise
        self._held[flight_id] = _Held(task, window, self.clock.monotonic_s())

    async def _wait_ready(self, flight_id: str) -> None:
        until_s = self.clock.monotonic_s() + self.settings.ready_s
        while flight_id not in self.hearing.ready:
            left_s = until_s - self.clock.monotonic_s()
            if left_s <= 0:
                raise LinkRefused(
                    f"The dock {self.dock_serial} does not say that the flight may start.",
                    remedy="Look at its battery, its warnings and the window of the flight.",
                    code="dock_not_ready",
                )
            await self._wait_news(left_s)

    async def _wait_news(self, most_s: float) -> None:
        self._news.clear()
        waits = [
            asyncio.ensure_future(self._news.wait()),
            asyncio.ensure_future(self.clock.sleep(min(most_s, 1.0))),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    def _standing(self, flight_id: str) -> Standing:
        state = self.state if self.is_heard() else None
        dock = self.dock if self.is_heard() else None
        return Standing(
            self.hearing.progress(flight_id),
            None if state is None else state.is_in_the_air,
            None if dock is None else dock.is_aircraft_inside,
        )

    def _check_name(self, flight_id: str, task: Task) -> None:
        if not _NAME.fullmatch(flight_id):
            raise InputRefused(
                f"{flight_id[:64]!r} cannot name a flight.",
                remedy="Give at most 64 letters, digits, - and _.",
                code="dock_flight_id",
            )
        self._check_unstarted(flight_id)
        known = self.hearing.files.get(flight_id)
        if known is not None and known.md5 != task.md5:
            raise LinkRefused(
                f"The flight {flight_id} is another mission already.",
                remedy="Give the flight another name.",
                code="dock_flight_taken",
            )

    def _check_unstarted(self, flight_id: str) -> None:
        held = self._held.get(flight_id)
        if (held is not None and held.may_have_started) or self.progress(flight_id) is not None:
            raise LinkRefused(
                f"The flight {flight_id} may have been started before.",
                remedy="Look what became of it; fly it again under another name.",
                code="dock_started",
            )

    def _heard(self, name: str, payload: bytes) -> None:
        for reply in self.hearing.heard(name, payload):
            task = asyncio.get_running_loop().create_task(self._reply(reply))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._news.set()

    async def _reply(self, reply: Reply) -> None:
        with suppress(LinkLost):  # the dock asks again
            to = topic(reply.kind, self.dock_serial)
            await self.bus.send(to, write_envelope(reply.envelope))
