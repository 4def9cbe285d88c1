"""Plays a life written down in ``tests/fixtures/life`` through tracker, evidence and desk."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from desk_rig import FAR, NORTH, PICTURES, REFERENCE, SAME_MAST, START, DeskRig

from detector.core import Picture
from detector.pipeline import Pipeline, View
from models.clock import ManualClock
from models.config import Settings
from models.detection import Detections, Label
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.site import Camera, Pose
from models.store import Store

LIVES = Path(__file__).parents[1] / "fixtures" / "life"
CAMERAS = {one.camera_id: one for one in (NORTH, SAME_MAST, FAR)}


class TellingScorer:
    """Finds in the next picture what it was told."""

    reference = REFERENCE

    def __init__(self) -> None:
        self.next: Sequence[Sequence[Any]] = ()

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,
        views: Sequence[View],
        hurried: bool,
    ) -> list[Detections]:
        del floor_score, views, hurried
        assert len(pictures) == 1
        boxes = np.array([box[2:] for box in self.next], np.float32).reshape(-1, 4)
        scores = np.array([box[1] for box in self.next], np.float32)
        labels = np.array([Label[box[0].upper()] for box in self.next], np.int64)
        return [Detections(boxes, scores, labels)]


@dataclass
class Life:
    """A life to be played.

    Attributes:
        told: the fixture.
        rig: desk and store.
        pipeline: feeds the desk.
        scorer: what the pipeline asks.
    """

    told: dict[str, Any]
    rig: DeskRig
    pipeline: Pipeline
    scorer: TellingScorer

    def play(self, first: int = 0, last: int | None = None) -> None:
        """Frames ``first`` to ``last``, in the order in which they were received."""
        began_at = self.rig.clock.now() if first == 0 else self.began_at
        self.began_at = began_at
        for sequence, told in enumerate(self.told["frames"][first:last], first):
            received_s = told.get("received_s", told["at_s"])
            now_s = (self.rig.clock.now() - began_at).total_seconds()
            self.rig.clock.advance(max(0.0, received_s - now_s))
            camera = CAMERAS[told.get("camera", self.told["cameras"][0])]
            self.scorer.next = told["boxes"]
            self.pipeline.process([
                Frame(
                    camera_id=camera.camera_id,
                    preset=0,
                    sequence=sequence,
                    captured_at=began_at + timedelta(seconds=told["at_s"]),
                    received_at=self.rig.clock.now(),
                    time_source=TimeSource.EXIF,
                    jpeg=PICTURES[told.get("light", "day")],
                    mode=FrameMode.VISIBLE,
                    provenance=Provenance.LIVE,
                    pose=_pose_of(camera, self.told),
                )
            ])  # fmt: skip


def _pose_of(camera: Camera, told: dict[str, Any]) -> Pose:
    pose = camera.presets[0].pose
    azimuths = told.get("azimuth_deg", {})
    return replace(pose, azimuth_deg=azimuths.get(camera.camera_id, pose.azimuth_deg))


@contextmanager
def life(name: str, folder: Path) -> Iterator[Life]:
    """A life on a new store."""
    told = json.loads((LIVES / f"{name}.json").read_text(encoding="utf-8"))
    start = datetime.fromisoformat(told["start"]) if "start" in told else START
    clock = ManualClock(start)
    store = Store.open(f"sqlite:///{folder / 'firewatch.db'}", clock=clock)
    cameras = tuple(CAMERAS[key] for key in told["cameras"])
    rig = DeskRig(store, clock, folder, cameras=cameras)
    scorer = TellingScorer()
    yield Life(told, rig, Pipeline(scorer, rig.desk, Settings().evidence, clock), scorer)
    store.close()
