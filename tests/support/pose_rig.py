"""A landscape by directions, cameras that look into it, and a checker that is fed by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from camera_gateway.pictures import encode_jpeg
from camera_gateway.pose_check import PoseBook, PoseChecker, ReferenceShelf
from camera_gateway.ring import FrameRing
from geo.camera import ray_of_pixel
from models.calibration import PoseCheck, PoseReference
from models.clock import ManualClock
from models.condition import Condition
from models.config import PoseCheckRule
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.mask import ViewMask
from models.patrol import PoseTrust
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store
from models.units import ImageBGR

__all__ = ["NOON", "POSE", "PoseRig", "view_of"]

NOON = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)
POSE = Pose(90.0, -3.0, 0.0, 60.0)
SIZE_PX = (480, 270)
_SPAN_DEG, _CELLS_A_DEG = 100.0, 20


def _canvas() -> np.ndarray:
    """Grey levels around azimuth 90, elevation 0: hills of forest under a smooth sky."""
    random = np.random.default_rng(3)
    side = int(_SPAN_DEG * _CELLS_A_DEG)
    land = np.zeros((side, side), np.float32)
    for cell in (3, 7, 20, 60, 200):
        rough = random.normal(0.0, 1.0, (side // cell + 2, side // cell + 2)).astype(np.float32)
        land += 13.0 * cv2.resize(rough, (side, side), interpolation=cv2.INTER_CUBIC)
    ridge = cv2.resize(random.normal(0.0, 1.0, (1, 40)).astype(np.float32), (side, 1))
    rows = np.arange(side, dtype=np.float32)[:, None]
    is_sky = rows < side / 2 + 30.0 * ridge
    return np.where(is_sky, 205.0 - 0.02 * rows, 95.0 + land).astype(np.float32)


CANVAS = _canvas()


def view_of(
    pose: Pose = POSE,
    size_px: tuple[int, int] = SIZE_PX,
    *,
    fog: float = 0.0,
    noise: float = 1.5,
    seed: int = 0,
) -> ImageBGR:
    """What a camera of a pose sees."""
    width, height = size_px
    x_px, y_px = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    azimuth, elevation = ray_of_pixel(x_px, y_px, width, height, pose)
    side = CANVAS.shape[0]
    column = side / 2 + ((azimuth - 90.0 + 180.0) % 360.0 - 180.0) * _CELLS_A_DEG
    row = side / 2 - elevation * _CELLS_A_DEG
    seen = cv2.remap(
        CANVAS, column.astype(np.float32), row.astype(np.float32), cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    seen = (1.0 - fog) * seen + fog * 190.0
    seen = seen + np.random.default_rng(seed).normal(0.0, noise, seen.shape)
    tinted = np.stack([0.8 * seen, seen, 0.9 * seen], axis=-1)
    return np.clip(np.rint(tinted), 0, 255).astype(np.uint8)


@dataclass
class PoseRig:
    """One camera at whose presets pictures come in as the test says."""

    store: Store
    clock: ManualClock
    folder: Path
    presets: tuple[Preset, ...] = (Preset(0, "home", POSE),)
    tours: bool = False
    rule: PoseCheckRule = field(default_factory=lambda: PoseCheckRule(pictures=5, apart_s=60.0))
    sequence: int = 0
    draw: Callable[[ImageBGR], ImageBGR] = lambda picture: picture

    def __post_init__(self) -> None:
        self.ring = FrameRing(50_000_000, 48)
        self.shelf = ReferenceShelf(self.folder)
        self.cameras: dict[str, Camera] = {}
        self.enter(*self.presets)
        self.restart()

    def enter(self, *presets: Preset) -> Camera:
        """Give the camera these presets."""
        place = Position(106.65, 28.9, 800.0, HeightDatum.SEA_LEVEL)
        camera = Camera("t1", "t1", CameraKind.TOWER, place, presets)
        self.store.cameras.put(camera)
        self.cameras["t1"] = camera
        return camera

    def restart(self) -> None:
        """The program is started again."""
        self.book = PoseBook()
        self.checker = PoseChecker(
            self.store,
            self.shelf,
            self.ring,
            tours=lambda _camera_id: self.tours,
            rule=self.rule,
            clock=self.clock,
            book=self.book,
        )

    def shows(
        self,
        off: tuple[float, float, float] = (0.0, 0.0, 0.0),
        *,
        preset: int = 0,
        after_s: float = 60.0,
        size_px: tuple[int, int] = SIZE_PX,
        fog: float = 0.0,
        hidden: tuple[ViewMask, ...] = (),
        **changes: object,
    ) -> bool:
        """A picture comes, of a camera that looks so much beside its pose; look at it."""
        self.clock.advance(after_s)
        configured = self.cameras["t1"].preset(preset)
        assert configured is not None
        pose = configured.pose
        away = replace(
            pose,
            azimuth_deg=(pose.azimuth_deg + off[0]) % 360.0,
            tilt_deg=pose.tilt_deg + off[1],
            roll_deg=pose.roll_deg + off[2],
        )
        self.sequence += 1
        picture = self.draw(view_of(away, size_px, fog=fog, seed=self.sequence))
        frame = Frame(
            camera_id="t1",
            preset=preset,
            sequence=self.sequence,
            captured_at=self.clock.now(),
            received_at=self.clock.now(),
            time_source=TimeSource.RECEIPT,
            jpeg=encode_jpeg(picture),
            mode=FrameMode.VISIBLE,
            provenance=Provenance.LIVE,
            pose=pose,
            conditions=frozenset[Condition](),
            pose_trust=PoseTrust.VERIFIED if self.tours else PoseTrust.COMMANDED,
            hidden=hidden,
        )
        self.ring.add(replace(frame, **changes))  # type: ignore[arg-type]
        return self.look(preset)

    def look(self, preset: int = 0) -> bool:
        """One step of the watch."""
        self.checker.read(self.cameras)
        camera = self.cameras["t1"]
        configured = camera.preset(preset)
        assert configured is not None
        return self.checker.look(camera, configured)

    def check(
        self, off: tuple[float, float, float] = (0.0, 0.0, 0.0), *, preset: int = 0
    ) -> PoseCheck:
        """Pictures until one more check is written down."""
        before = len(self.checks(preset))
        self.clock.advance(self.rule.every_s)
        for _ in range(3 * self.rule.pictures):
            self.shows(off, preset=preset)
            if len(self.checks(preset)) > before:
                return self.checks(preset)[0]
        raise AssertionError("no check was made")

    def checks(self, preset: int = 0) -> list[PoseCheck]:
        """What is written down, the last one first."""
        return self.store.pose_checks.of("t1", preset, 500)

    @property
    def reference(self) -> PoseReference | None:
        """Of preset 0."""
        return self.store.pose_checks.reference("t1", 0)
