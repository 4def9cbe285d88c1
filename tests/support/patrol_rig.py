"""A patrol on a clock that nobody waits for, and the truth beside each label."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ptz_world import Head, Panorama, Target

from camera_gateway.patrol import PatrolDesk, patrol_of
from camera_gateway.source import RawFrame
from camera_gateway.truth.judgement import Fault, Judgement
from camera_gateway.turner import CameraPreset, Position3, TurnerStatus
from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.clock import ManualClock
from models.errors import SourceRefused, SourceUnavailable
from models.frame import FrameMode, Provenance, TimeSource
from models.patrol import Mover, Patrol, PoseTrust, Tour, TourStop
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store

__all__ = ["START", "HeadTurner", "PatrolRig", "Seen", "setup_of"]

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PANORAMA = Panorama.grow(1)


class HeadTurner:
    """Turns a head as an ONVIF camera would be turned."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self.closed = False
        self.gone: set[str] = set()
        self.moves = True
        self.shut_out = False
        self.asked = 0

    async def presets(self) -> tuple[CameraPreset, ...]:
        self._answer()
        return tuple(
            CameraPreset(token, token, None if self.head.says == "mute" else Position3(
                (one.azimuth_deg % 360.0) / 180.0 - 1.0, one.tilt_deg / 90.0, None))
            for token, one in self.head.presets.items() if token not in self.gone
        )  # fmt: skip

    async def goto(self, token: str) -> None:
        self._answer()
        if token in self.gone:
            raise SourceUnavailable("There is no such preset.", code="preset_unknown")
        self.head.goto(token)

    async def status(self) -> TurnerStatus:
        self._answer()
        told = self.head.says_position()
        place = None if told is None else Position3(told[0], told[1], None)
        return TurnerStatus(place, self.head.says_moving())

    async def move(self, pan: float, tilt: float, zoom: float, *, for_s: float) -> None:
        self._answer()
        if not self.moves:
            raise SourceUnavailable("It does not turn so.", code="camera_answer")
        self.head.turn(pan, tilt, for_s, zoom)

    async def stop(self) -> None:
        self._answer()
        self.head.stop()

    async def set_preset(self, name: str, token: str = "") -> str:
        self._answer()
        key = token or f"P{len(self.head.presets) + 1}"
        self.head.commands.append(f"set {name}")
        self.head.presets[key] = Target(self.head.motor[0], self.head.motor[1])
        return key

    async def close(self) -> None:
        self.closed = True

    def _answer(self) -> None:
        self.asked += 1
        if self.shut_out:
            raise SourceRefused("It does not know us.", code="camera_login")
        if self.head.refuses:
            raise SourceUnavailable("Nobody answers.", code="camera_silent")


@dataclass(frozen=True)
class Seen:
    """One picture: what was said of it, and where the camera really looked."""

    at_s: float
    judgement: Judgement
    truth: tuple[float, float, float]

    @property
    def is_scored(self) -> bool:
        return self.judgement.fault is None

    @property
    def trust(self) -> PoseTrust | None:
        return None if self.judgement.sighted is None else self.judgement.sighted.trust

    @property
    def pose(self) -> Pose | None:
        return None if self.judgement.sighted is None else self.judgement.sighted.pose

    @property
    def preset(self) -> int:
        assert self.judgement.sighted is not None
        return self.judgement.sighted.preset

    @property
    def off_deg(self) -> float:
        """How far the pose is from the truth, at the picture's edge for the zoom; 0 without one."""
        if self.pose is None:
            return 0.0
        pan = abs((self.pose.azimuth_deg - self.truth[0] + 180.0) % 360.0 - 180.0)
        zoom = abs(self.pose.horizontal_fov_deg - self.truth[2]) / 2.0
        return max(pan, abs(self.pose.tilt_deg - self.truth[1]), zoom)


def setup_of(
    targets: dict[int, Target], *, dwell_s: float = 20.0, every_s: float = 2.0,
    tours: tuple[Tour, ...] | None = None, is_on: bool = True,
) -> CameraSetup:  # fmt: skip
    """A camera whose presets are where the head's are."""
    presets = tuple(
        Preset(number, f"p{number}", Pose(one.azimuth_deg % 360.0, one.tilt_deg, 0.0, one.fov_deg))
        for number, one in targets.items()
    )
    if tours is None:
        tours = (Tour("all", tuple(TourStop(number, dwell_s) for number in targets)),)
    mover = Mover("http://127.0.0.1:9", "", tuple((number, f"P{number}") for number in targets))
    return CameraSetup(
        Camera("north", "North", CameraKind.TOWER,
               Position(106.0, 29.0, 900.0, HeightDatum.SEA_LEVEL), presets),
        CameraLink(Adapter.SNAPSHOT, "http://127.0.0.1:9/snap.jpg", every_s=every_s),
        patrol=Patrol(mover, tours, is_on),
    )  # fmt: skip


@dataclass
class PatrolRig:
    """One camera's patrol.

    Attributes:
        head: that it turns.
        setup: of the camera.
        store: None for a patrol that nobody writes down.
        views: folder for its memory.
        view_name: under which pose a preset's view is kept.
    """

    head: Head
    setup: CameraSetup
    store: Store | None = None
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    views: Path | None = None
    view_name: Callable[[Preset], Pose] = lambda preset: preset.pose
    seen: list[Seen] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.desk = PatrolDesk(self.store, self.clock)
        self.turner = HeadTurner(self.head)
        self.start()

    def start(self) -> None:
        """Begin anew, as after a restart of the gateway."""
        assert self.setup.patrol is not None
        self.parts = patrol_of(
            self.setup, self.setup.patrol, desk=self.desk, clock=self.clock, random=lambda: 0.5,
            zone=ZoneInfo("Asia/Shanghai"), turner=self.turner, views=self.views,
            view_name=self.view_name,
        )  # fmt: skip
        self.desk.joined(self.parts.round)
        self.course = self.parts.judge._course
        self.next_s = self.clock.monotonic_s()

    @property
    def now_s(self) -> float:
        return self.clock.monotonic_s()

    async def play(self, for_s: float) -> list[Seen]:
        """Let time pass; the pictures that came in it."""
        first = len(self.seen)
        assert self.setup.link is not None
        every_s = self.setup.link.every_s
        end_s = self.now_s + for_s
        while self.now_s < end_s - 1e-9:
            self.clock.advance(0.5)
            self.head.advance(self.now_s)
            if self.store is not None:
                await self.desk.step()
            await self.parts.round.step()
            if self.now_s >= self.next_s:
                self.next_s += every_s
                await self._picture()
        return self.seen[first:]

    async def _picture(self) -> None:
        self.count += 1
        truth = self.head.look_deg()
        raw = RawFrame(
            b"%d" % self.count, self.clock.now(), TimeSource.RECEIPT, FrameMode.VISIBLE,
            Provenance.LIVE, small=self.head.picture(),
        )  # fmt: skip
        judgement = await self.parts.judge.look(raw, self.clock.now(), self.now_s)
        self.seen.append(Seen(self.now_s, judgement, truth))

    def wrong(self, most_deg: float) -> list[Seen]:
        """Pictures that carry a wrong pose as verified."""
        return [one for one in self.seen if one.trust is PoseTrust.VERIFIED
                and one.off_deg > most_deg]  # fmt: skip

    def told(self, fault: Fault) -> int:
        return sum(one.judgement.fault is fault for one in self.seen)
