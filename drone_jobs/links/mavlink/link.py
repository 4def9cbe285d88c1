"""The link to one PX4 or ArduPilot aircraft over MAVLink; see :class:`.link.AircraftLink`.

A mission is started once for each upload, by a person's release, in the order mode, armed, start
without a pause: an armed ArduCopter that waits disarms itself. A word to come down ends a start
that is under way. What the aircraft does without a link, and that it minds its fence, are settings
of its autopilot; they are set with the upload, before the first item.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Self

from drone_jobs.heights import HeightDesk
from drone_jobs.links.link import LinkLost, LinkRefused, Upload
from drone_jobs.links.mavlink.commands import Commander, Order
from drone_jobs.links.mavlink.for_mission import desk_of, points_of, set_for
from drone_jobs.links.mavlink.items import (
    MissionKind,
    fence_items,
    mission_items,
    rally_items,
)
from drone_jobs.links.mavlink.modes import Asked, asked_mode
from drone_jobs.links.mavlink.parameters import set_parameter
from drone_jobs.links.mavlink.patience import Patience
from drone_jobs.links.mavlink.rates import ask_for_telemetry
from drone_jobs.links.mavlink.ready_to_start import check_ready
from drone_jobs.links.mavlink.telemetry import Telemetry
from drone_jobs.links.mavlink.terrain_server import TerrainServer
from drone_jobs.links.mavlink.uploading import Uploading
from drone_jobs.links.mavlink.way_home import WordHome, come_home, land
from drone_jobs.links.mavlink.wire import MavlinkWire
from drone_jobs.links.mavlink.words import Message, opaque_id_of
from drone_jobs.missions.items_write import home_above_sea_m
from geo.terrain import Terrain
from models.clock import Clock
from models.errors import InputRefused
from models.flight import AircraftState, AircraftWarning, FlightPhase
from models.mission import Aircraft, Autopilot, Mission, MissionPlace

__all__ = ["MavlinkLink"]

logger = logging.getLogger(__name__)

CHANGES_WITHIN_S: Final = 5.0
_LOOK_EVERY_S: Final = 0.1
_CUSTOM_MODE: Final = 1.0  # MAV_MODE_FLAG_CUSTOM_MODE_ENABLED
_START_ALONE: Final = 3  # AUTO_OPTIONS: arm in AUTO, take off without raising the throttle
_UNSETTLED: Final = AircraftWarning(
    "link_unsettled",
    2,
    "An upload was broken off: what it holds is not a mission of ours. Do not start it by hand.",
)


class MavlinkLink:
    """One aircraft.

    Args:
        wire: to it, not yet open; closed with the link.
        aircraft: that is expected there.
        desk: converts heights; where it knows no take-off, the mission's home is taken.
        terrain: for an ArduPilot that asks; None answers nothing.
        clock: of the watch.
        follows_terrain: missions go out above terrain, for an ArduPilot that has it.
        patience: of transfers.
    """

    def __init__(
        self,
        wire: MavlinkWire,
        aircraft: Aircraft,
        desk: HeightDesk,
        terrain: Terrain | None,
        clock: Clock,
        *,
        follows_terrain: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self._wire, self._aircraft, self._desk, self._clock = wire, aircraft, desk, clock
        self._follows_terrain = follows_terrain
        self._telemetry = Telemetry(clock)
        self._terrain = TerrainServer(terrain, clock)
        self._commander = Commander(wire, clock)
        self._uploading = Uploading(wire, clock=clock, patience=patience)
        self._busy = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._rates: asyncio.Task[None] | None = None
        self._settling: asyncio.Task[None] | None = None
        self._held: Upload | None = None
        self._home: tuple[MissionPlace, float] | None = None
        self._mission_id = 0
        self._words_home = 0
        self.word_home: WordHome | None = None
        self.unreadable = 0
        """Messages that could not be taken."""

    async def open(self) -> None:
        """Open the wire and listen.

        Raises:
            LinkLost: it cannot be opened (``link_open``).
        """
        await self._wire.open()
        self._tasks.add(asyncio.create_task(self._listen()))

    async def __aenter__(self) -> Self:
        """Open."""
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    @property
    def state(self) -> AircraftState | None:
        """The newest; None before it was heard of.

        While an upload that was broken off is not put right, it has a warning of level 2 with the
        code ``link_unsettled``.
        """
        state = self._telemetry.state
        is_settling = self._settling is not None and not self._settling.done()
        is_uploading = self._busy.locked() and not is_settling
        if state is None or is_uploading or not self._uploading.unsettled:
            return state
        return replace(state, warnings=(*state.warnings, _UNSETTLED))

    @property
    def home(self) -> MissionPlace | None:
        """Where it says that it flies home to; None when not told."""
        return self._telemetry.home

    def is_heard(self) -> bool:
        """Whether its heartbeat was heard in the last seconds."""
        return self._wire.is_heard()

    async def upload(self, mission: Mission) -> Upload:
        """Give it a mission; see :class:`.link.AircraftLink`.

        Raises:
            InputRefused: it cannot be said in its words (``link_*``, ``mission_*``, ``height_*``,
                ``geoid_outside``); nothing was sent.
            LinkRefused: it flies (``link_in_the_air``), is another aircraft (``link_other``), or
                refused (``link_parameter`` and those of :class:`.uploading.Uploading`).
            LinkLost: it does not answer.
        """
        desk, autopilot = desk_of(mission, self._desk), self._aircraft.autopilot
        items = mission_items(mission, desk, autopilot, terrain_frame=self._follows_terrain)
        fence, rally = fence_items(mission), rally_items(mission, desk)
        assert mission.home is not None  # noqa: S101 -- without one there are no items
        ground = (mission.home, home_above_sea_m(mission.home, desk))
        async with self._busy:
            await self._wire.find()
            self._check_other()
            if self._phase() not in {FlightPhase.GROUND, FlightPhase.UNKNOWN}:
                raise LinkRefused(
                    f"The aircraft is under way: {self._phase().value}.",
                    remedy="Wait until it has landed and is disarmed.",
                    code="link_in_the_air",
                )
            self._held = self._home = None
            await set_for(mission, autopilot, self._set)
            upload = await self._uploading.upload(items, fence, rally)
            self._telemetry.follow(*points_of(items, len(mission.points), autopilot))
            self._held, self._home, self._mission_id = upload, ground, 0
            return upload

    def follow(self, mission: Mission) -> None:
        """Say what it flies; see :class:`.link.AircraftLink`."""
        autopilot, desk = self._aircraft.autopilot, desk_of(mission, self._desk)
        items = mission_items(mission, desk, autopilot, terrain_frame=self._follows_terrain)
        self._telemetry.follow(*points_of(items, len(mission.points), autopilot))

    def distrust(self) -> None:
        """What it holds was left by an upload that a process before this one broke off.

        It may be a mixture: nothing of it is ever put back. It is cleared as soon as the aircraft
        is heard on the ground; before that nothing starts.
        """
        self._uploading.distrust()

    async def held(self) -> str:
        """The mission key of what it holds, as it says itself; empty for none or not told.

        Raises:
            LinkLost: it does not answer.
            LinkRefused: it does not tell.
        """
        if not self._mission_id:
            async with self._busy:
                read = await self._uploading.read(MissionKind.MISSION)
            return str(read.opaque_id) if read is not None and read.opaque_id else ""
        return str(self._mission_id)

    async def start(self, upload: Upload, *, released_by: str) -> None:
        """Arm and fly the mission, once for each upload.

        Raises:
            InputRefused: nobody released it (``link_release``).
            LinkRefused: it is not the mission that was read back (``link_not_uploaded``), the
                aircraft is not ready (see :func:`.ready_to_start.check_ready`), waits for terrain
                (``link_terrain``), did not take the word (``link_command``, ``link_parameter``), or
                was told to come down meanwhile (``link_called_off``); it stands on the ground.
            LinkLost: it may have started.
        """
        if not released_by.strip():
            raise InputRefused(
                "Nobody has released the flight.",
                remedy="A person who may release flights has to.",
                code="link_release",
            )
        async with self._busy:
            self._check_start(upload)
            words_home = self._words_home
            if self._follows_terrain:
                await self._see_terrain()
            if self._aircraft.autopilot is Autopilot.ARDUPILOT:
                await self._set("AUTO_OPTIONS", lambda value: value | _START_ALONE)
            await self._commander.say(Order.SET_MODE, *self._mode(Asked.MISSION))
            self._check_called_off(words_home)
            self._held = None  # from here on it may fly it
            await self._commander.say(Order.ARM, 1.0)
            try:
                self._check_called_off(words_home)
                await self._commander.say(Order.START)
            except LinkRefused as error:
                await self._take_back(error, is_called_off=self._words_home != words_home)
            else:
                await self._see_start()

    async def pause(self) -> None:
        """Hold its place in the air.

        Raises:
            LinkRefused: it does not fly by itself (``link_not_flying``), or does not change
                (``link_command``, ``link_mode``).
            LinkLost: it does not answer.
        """
        self._check_phase(FlightPhase.MISSION, FlightPhase.RETURNING, FlightPhase.PAUSED)
        await self._change(Asked.HOLD, FlightPhase.PAUSED)

    async def resume(self) -> None:
        """Fly on; see :meth:`pause`."""
        self._check_phase(FlightPhase.PAUSED)
        await self._change(Asked.MISSION, FlightPhase.MISSION)

    async def come_home(self) -> None:
        """Fly home and land; see :func:`.way_home.come_home`, what it took is :attr:`word_home`."""
        self._words_home += 1
        self.word_home = await come_home(self._commander, self._phase)

    async def land(self) -> None:
        """Land where it is; see :func:`.way_home.land`."""
        self._words_home += 1
        self.word_home = await land(self._commander, self._phase)

    async def close(self) -> None:
        """Let go of the link; the aircraft flies on."""
        for task in tuple(self._tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()
        await self._wire.close()

    async def _listen(self) -> None:
        with self._wire.messages() as heard:
            async for message in heard:
                try:
                    self._take(message)
                except Exception:  # noqa: BLE001 -- a vehicle's words: whatever they did, go on
                    self.unreadable += 1

    def _take(self, message: Message) -> None:
        kind = message.get_type()
        if kind == "HEARTBEAT" and message.get_srcComponent() == self._wire.route.component:
            age_s = self._telemetry.age_s()
            if age_s is None or age_s > CHANGES_WITHIN_S:  # new, or it was away and may be new
                self._ask_for_telemetry()
            if self._uploading.unsettled:
                self._settle_soon()
        elif kind == "TERRAIN_REQUEST":
            for answer in self._terrain.answer(message):
                self._wire.send(answer)
        elif kind == "MISSION_CURRENT":
            self._mission_id = opaque_id_of(message)
        self._telemetry.heard(message)

    def _ask_for_telemetry(self) -> None:
        if self._rates is None or self._rates.done():
            self._rates = asyncio.create_task(ask_for_telemetry(self._commander))
            self._tasks.add(self._rates)
            self._rates.add_done_callback(self._tasks.discard)

    def _settle_soon(self) -> None:
        if self._busy.locked() or self._phase() is not FlightPhase.GROUND:
            return
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle())
            self._tasks.add(self._settling)
            self._settling.add_done_callback(self._tasks.discard)

    async def _settle(self) -> None:
        """Put right what an upload has left behind; the next heartbeat asks for it again."""
        async with self._busy:
            if self._phase() is not FlightPhase.GROUND:
                return
            try:
                await self._uploading.settle()
            except (LinkLost, LinkRefused) as error:
                logger.warning("%s: a broken upload is not put right: %s", self._name, error)
            else:
                logger.warning("%s: a broken upload was put right", self._name)

    @property
    def _name(self) -> str:
        return self._aircraft.name

    def _phase(self) -> FlightPhase:
        """What it does now; what was told long ago is not known."""
        return self._telemetry.phase if self._wire.is_heard() else FlightPhase.UNKNOWN

    def _check_other(self) -> None:
        heard = self._wire.aircraft
        if heard is not None and heard.autopilot is not self._aircraft.autopilot:
            raise LinkRefused(
                f"The aircraft on this link is no {self._aircraft.autopilot.value}, as "
                f"{self._aircraft.name} is.",
                remedy="Look which aircraft is switched on, and which address belongs to which.",
                code="link_other",
            )

    async def _set(self, name: str, wished: Callable[[int], int]) -> int:
        autopilot = self._aircraft.autopilot
        return await set_parameter(self._wire, self._clock, autopilot, name, wished)

    def _mode(self, mode: Asked) -> tuple[float, float, float]:
        main, sub = asked_mode(self._aircraft.autopilot, mode)
        return _CUSTOM_MODE, float(main), float(sub)

    def _check_start(self, upload: Upload) -> None:
        is_other = self._mission_id and upload.mission_key not in {"", str(self._mission_id)}
        if upload is not self._held or self._home is None or is_other or self._uploading.unsettled:
            raise LinkRefused(
                "The aircraft does not hold this mission, or has started it before.",
                remedy="Upload the mission again.",
                code="link_not_uploaded",
            )
        if not self._wire.is_heard():
            raise LinkLost(
                "The aircraft is not heard.",
                remedy="Look at its power and its radio; nothing was sent.",
                code="link_silent",
            )
        check_ready(self._telemetry.state, *self._home)

    async def _see_terrain(self) -> None:
        """Wait until it has the ground of this mission."""
        ends_s = self._clock.monotonic_s() + CHANGES_WITHIN_S
        while self._telemetry.terrain_pending != 0:
            if self._clock.monotonic_s() > ends_s:
                raise LinkRefused(
                    f"The aircraft waits for terrain, {self._telemetry.terrain_pending} grids.",
                    remedy="Wait, or import an elevation model that covers the flight.",
                    code="link_terrain",
                )
            await self._clock.sleep(_LOOK_EVERY_S)

    async def _see_start(self) -> None:
        """Wait until it tells that it is armed: a heartbeat from before must not be a landing."""
        ends_s = self._clock.monotonic_s() + CHANGES_WITHIN_S
        while not self._telemetry.is_armed:
            if self._clock.monotonic_s() > ends_s:
                raise LinkLost(
                    "The aircraft acknowledged the start and does not show it.",
                    remedy="Look at it; it may have started.",
                    code="link_silent",
                )
            await self._clock.sleep(_LOOK_EVERY_S)

    def _check_called_off(self, words_home: int) -> None:
        if self._words_home != words_home:
            raise LinkRefused(
                "The aircraft was told to come down while it was started.",
                remedy="Upload the mission again to fly it.",
                code="link_called_off",
            )

    async def _take_back(self, error: LinkRefused, *, is_called_off: bool) -> None:
        """Disarm after a refusal, without force: an aircraft that took off at once refuses it."""
        try:
            await self._commander.say(Order.ARM, 0.0)
        except LinkRefused:
            if is_called_off:
                raise LinkLost(
                    "The aircraft took off before it was told to come down.",
                    remedy="Watch that it comes home.",
                    code="link_called_off",
                ) from error
            return  # it was armed, took off by itself, and START came too late
        raise error

    def _check_phase(self, *phases: FlightPhase) -> None:
        if self._phase() not in phases:
            raise LinkRefused(
                f"The aircraft does not fly its mission: {self._phase().value}.",
                remedy="Look at its state on the map.",
                code="link_not_flying",
            )

    async def _change(self, mode: Asked, phase: FlightPhase) -> None:
        """Say a mode, and see it: the ACK of a mode does not tell which."""
        for _ in range(2):
            await self._commander.say(Order.SET_MODE, *self._mode(mode))
            ends_s = self._clock.monotonic_s() + CHANGES_WITHIN_S
            while self._clock.monotonic_s() < ends_s:
                if self._telemetry.phase is phase:
                    return
                await self._clock.sleep(_LOOK_EVERY_S)
        raise LinkRefused(
            f"The aircraft acknowledged, and stays as it is: {self._phase().value}.",
            remedy="Say it again, or call it home.",
            code="link_mode",
        )
