"""A pipeline on a real store, vault and relief; only the network is scripted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from camera_gateway.ring import FrameRing
from camera_gateway.vault import EvidenceVault
from detector.core import Picture
from detector.desk import AlertDesk
from detector.jpeg_picture import JpegPicture
from detector.keeper import EvidenceKeeper, LostPictures
from detector.pipeline import Pipeline, View
from geo.land import LandBook
from geo.locate import Locator
from geo.relief import drill_relief
from models.alert import EvidenceFrame
from models.clock import ManualClock
from models.config import Settings
from models.detection import Box, Detections, Label, ModelReference
from models.errors import FrameCorrupt
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store
from models.units import ImageBGR

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
REFERENCE = ModelReference("scripted", "1", "0" * 64)


class ScriptedScorer:
    """Finds in each frame what the script says; frames are told apart by a mark in the picture."""

    reference = REFERENCE

    def __init__(self) -> None:
        self.script: dict[int, Sequence[Box]] = {}
        self.failures: dict[int, Exception] = {}
        self.batches: list[int] = []
        self.hurried: list[bool] = []

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,
        views: Sequence[View],
        hurried: bool,
    ) -> list[Detections | FrameCorrupt]:
        assert len(views) == len(pictures)
        self.hurried.append(hurried)
        answers = [self._look(picture, floor_score) for picture in pictures]
        self.batches.append(sum(isinstance(answer, Detections) for answer in answers))
        return answers

    def _look(self, picture: Picture, floor_score: float) -> Detections | FrameCorrupt:
        assert isinstance(picture, JpegPicture)
        try:
            mark = _mark_of(picture.decode(1))
        except FrameCorrupt as error:
            return error
        if (failure := self.failures.pop(mark, None)) is not None:
            raise failure
        return _detections([box for box in self.script.get(mark, ()) if box.score >= floor_score])


def _detections(boxes: Sequence[Box]) -> Detections:
    if not boxes:
        return Detections.empty()
    edges = [[box.x_min, box.y_min, box.x_max, box.y_max] for box in boxes]
    return Detections(
        np.array(edges, np.float32),
        np.array([box.score for box in boxes], np.float32),
        np.array([int(box.label) for box in boxes], np.int64),
    )


def _mark_of(image: ImageBGR) -> int:
    return round(float(image[:8, :8].mean()))


def jpeg_with_mark(mark: int) -> bytes:
    image = np.full((360, 640, 3), 90, np.uint8)
    image[:8, :8] = mark
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 98])
    assert done
    return bytes(data)


CAMERA = Camera(
    "t1",
    "红岭塔",
    CameraKind.TOWER,
    Position(-84.2308333, 36.19833, 30.0, HeightDatum.GROUND),
    (Preset(0, "谷地", Pose(28.0, -3.1, 0.0, 62.0, 0.0, 0.1, 0.1)),),
)


@dataclass
class Rig:
    """Everything between the bus and the store."""

    pipeline: Pipeline
    scorer: ScriptedScorer
    store: Store
    vault: EvidenceVault
    ring: FrameRing
    clock: ManualClock
    next_sequence: int = 0
    lost: LostPictures = field(default_factory=LostPictures)

    def frame(self, at_s: float, camera_id: str = "t1", jpeg: bytes | None = None) -> Frame:
        captured_at = START + timedelta(seconds=at_s)
        frame = Frame(
            camera_id=camera_id,
            preset=0,
            sequence=self.next_sequence,
            captured_at=captured_at,
            received_at=captured_at + timedelta(hours=1),
            time_source=TimeSource.FILE_NAME,
            jpeg=jpeg_with_mark(self.next_sequence) if jpeg is None else jpeg,
            mode=FrameMode.VISIBLE,
            provenance=Provenance.RECORDED,
            pose=CAMERA.presets[0].pose,
        )
        self.next_sequence += 1
        self.ring.add(frame)
        return frame

    def frame_of(self, kept: EvidenceFrame) -> bytes:
        """The picture that a piece of evidence is of, as it came."""
        return jpeg_with_mark(kept.frame_sequence)

    def see(self, at_s: float, *boxes: Box) -> Frame:
        """One frame with these boxes goes through the pipeline."""
        frame = self.frame(at_s)
        self.scorer.script[frame.sequence] = boxes
        self.pipeline.process([frame])
        return frame


def smoke(score: float, width: float = 60.0, x_min: float = 300.0) -> Box:
    """A plume with a fixed foot."""
    return Box(Label.SMOKE, score, x_min, 250.0 - width / 2, x_min + width, 250.0)


def build_rig(
    store: Store, folder: Path, cameras: Mapping[str, Camera], clock: ManualClock | None = None
) -> Rig:
    settings, clock = Settings(), clock or ManualClock(START)
    ring, vault = FrameRing(2**24, 48), EvidenceVault(folder / "evidence")
    lost = LostPictures()
    desk = AlertDesk(
        store=store,
        keeper=EvidenceKeeper(vault, ring, clock, lost),
        cameras=cameras,
        locator=Locator(drill_relief()),
        land=LandBook(store.land),
        settings=settings,
        clock=clock,
    )
    scorer = ScriptedScorer()
    pipeline = Pipeline(scorer, desk, settings.evidence, clock)
    return Rig(pipeline, scorer, store, vault, ring, clock, lost=lost)
