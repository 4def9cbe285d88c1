"""An alert desk on a real store; tracks and what they weigh are given, not scored."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from api.cameras.running import CameraBook
from camera_gateway.ring import FrameRing
from camera_gateway.vault import EvidenceVault
from detector.desk import AlertDesk, Sighting
from detector.dual.board import HeatBoard
from detector.evidence import Weighing
from detector.keeper import EvidenceKeeper
from detector.suppression.sources import MasksOf
from detector.tracker import Track
from geo.land import LandBook
from geo.locate import Locator
from geo.terrain import Terrain
from models.alert import Alert, Finding, FrameScore
from models.candidate import Candidate
from models.clock import ManualClock
from models.config import Settings
from models.detection import Box, Label, ModelReference
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.incident import DismissReason, Incident, IncidentState
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)  # eleven in the morning in Shanghai
SIZE_PX = (640, 360)
REFERENCE = ModelReference("scripted", "1", "0" * 64)


def camera(key: str, lon_deg: float, azimuth_deg: float = 0.0) -> Camera:
    position = Position(lon_deg, 29.0, 30.0, HeightDatum.GROUND)
    pose = Pose(azimuth_deg, -3.0, 0.0, 60.0, 0.0, 0.1, 0.1)
    return Camera(key, key, CameraKind.TOWER, position, (Preset(0, "0", pose),))


NORTH = camera("t1", 106.6)
SAME_MAST = camera("t1-thermal", 106.6003)  # 30 m to the east
FAR = camera("t2", 106.7)  # 10 km to the east


def picture(kind: str = "day") -> bytes:
    """A camera's JPEG: by day, in the dark, or without colour."""
    image = np.zeros((SIZE_PX[1], SIZE_PX[0], 3), np.uint8)
    image[:180] = (210, 160, 120)  # sky
    image[180:] = (60, 110, 80)  # forest
    if kind == "night":
        image //= 8
    elif kind == "infrared":
        image = np.repeat(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2)
    return cv2.imencode(".jpg", image)[1].tobytes()


PICTURES = {kind: picture(kind) for kind in ("day", "night", "infrared")}


def plume(width: float = 60.0, x_min: float = 300.0, score: float = 0.7) -> Box:
    """Smoke with its lower left corner in one place, half as tall as wide."""
    return Box(Label.SMOKE, score, x_min, 250.0 - width / 2, x_min + width, 250.0)


def flame(width: float = 30.0, x_min: float = 300.0, score: float = 0.7) -> Box:
    return replace(plume(width, x_min, score), label=Label.FLAME)


@dataclass
class DeskRig:
    """A desk, and hands to show it things."""

    store: Store
    clock: ManualClock
    folder: Path
    cameras: tuple[Camera, ...] = (NORTH, SAME_MAST, FAR)
    terrain: Terrain | None = None
    settings: Settings = field(default_factory=Settings)
    masks_of: MasksOf = lambda _camera_id, _preset: ()
    heat: HeatBoard | None = None
    tracks: dict[tuple[str, int], Track] = field(default_factory=dict)
    sequence: int = 0
    book: CameraBook = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """As after a restart: only the store remembers."""
        ring = FrameRing(2**22, 8)
        self.tracks.clear()
        self.book = CameraBook({one.camera_id: one for one in self.cameras})
        self.desk = AlertDesk(
            store=self.store,
            keeper=EvidenceKeeper(EvidenceVault(self.folder / "evidence"), ring),
            cameras=self.book,
            locator=Locator(self.terrain),
            land=LandBook(),
            settings=self.settings,
            clock=self.clock,
            later=lambda _job: None,  # clips are another test's matter
            masks_of=self.masks_of,
            heat=self.heat,
        )

    def configure(self, *cameras: Camera) -> None:
        """Somebody changes the cameras while the watch runs."""
        self.cameras = cameras
        self.book.replace({one.camera_id: one for one in cameras})

    def sighting(
        self,
        box: Box,
        *,
        of: Camera = NORTH,
        track: int = 0,
        log_odds: float = 3.0,
        kind: str = "day",
        **changes: object,
    ) -> Sighting:
        """One more frame of a track, now."""
        self.sequence += 1
        now = self.clock.now()
        frame = Frame(
            camera_id=of.camera_id,
            preset=0,
            sequence=self.sequence,
            captured_at=now,
            received_at=now,
            time_source=TimeSource.RECEIPT,
            jpeg=PICTURES[kind],
            mode=FrameMode.VISIBLE,
            provenance=Provenance.LIVE,
            pose=of.presets[0].pose,
        )
        frame = replace(frame, **changes)  # type: ignore[arg-type]
        known = self.tracks.setdefault((of.camera_id, track), Track(track, box.label))
        known.add(FrameScore(frame.sequence, frame.captured_at, box.score, box))
        threshold = self.settings.evidence.alert_log_odds
        weighing = Weighing(log_odds, log_odds >= threshold, (Finding.PERSISTED,))
        return Sighting(frame, *SIZE_PX, known, weighing, REFERENCE)

    def see(self, box: Box, after_s: float = 60.0, **how: object) -> None:
        """A minute passes, and the desk is shown one more frame of a track."""
        self.clock.advance(after_s)
        sighting = self.sighting(box, **how)  # type: ignore[arg-type]
        if sighting.weighing.alerts:
            self.desk.take(sighting)
        else:
            self.desk.note(sighting)

    def see_all(self, boxes: Iterable[Box], **how: object) -> None:
        for box in boxes:
            self.see(box, **how)  # type: ignore[arg-type]

    @property
    def working(self) -> list[Alert]:
        return self.store.alerts.working()

    @property
    def fires(self) -> list[Incident]:
        """Those that need people, newest first."""
        return self.store.incidents.working()

    @property
    def candidates(self) -> list[Candidate]:
        self.desk.flush()
        return self.store.candidates.newest(100, with_alerted=True)

    def dismiss(self, reason: DismissReason = DismissReason.FOG) -> Alert:
        """A person dismisses the only fire that is worked on; its newest alert then."""
        (fire,) = self.fires
        self.store.verdicts.step(
            fire.incident_id,
            expected=fire.state,
            to_state=IncidentState.DISMISSED,
            author="zhang",
            reason=reason,
        )
        return self.store.alerts.get(fire.alerts[-1].alert_id)
