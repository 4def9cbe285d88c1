"""What recordings show frame by frame, and whether it was the fire: what evidence is fitted on.

Every recording is played through the watch's own following and measuring
(:class:`detector.view_watch.ViewWatch`), so that the numbers are those of service.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.evaluate.events import FireEvent
from detector.evaluate.footage import Moment, Recording, Sampling
from detector.evidence.features import FrameReader
from detector.jpeg_picture import JpegPicture
from detector.pipeline import Scorer
from detector.tracker import Track
from detector.view_watch import ViewWatch
from models.config import EvidenceRule
from models.detection import Box, Label
from models.errors import FrameCorrupt
from models.units import FloatArray
from training.crops_taken import CropsTaken

__all__ = ["Fire", "Later", "Observed", "ObservedTrack", "observe", "read_fire"]

HALF_SURE = 0.3
NEAR_S = 180.0
"""A labelled box speaks for frames this close in time."""
LEAST_SHARED = 0.25
"""Share of the smaller box inside the other from which a track's box is the labelled smoke."""


@dataclass(frozen=True, slots=True)
class Fire:
    """What is known of the fire in a recording.

    Attributes:
        event: when it could be seen.
        boxes: seconds from ignition and the smoke there, pixels. Where nobody drew any, what the
            detector is half sure of is the fire.
    """

    event: FireEvent
    boxes: tuple[tuple[float, Box], ...]


@dataclass(frozen=True, slots=True, eq=False)
class ObservedTrack:
    """A track as numbers.

    Attributes:
        rows: (frames, features), in the order of :data:`detector.evidence.features.NAMES`.
        news: (frames,) how much of each frame is news.
        stands: (frames,) share of what speaks for a fire that counts.
        seen: (frames,) whether the track was seen.
        at_s: (frames,) seconds on the recording's own scale.
        burns: (frames,) 1 the fire, 0 something else, -1 nobody knows.
        crops: (taken, channels, height, width) for the second stage, when they were kept.
        crop_counts: (frames,) how many of them were taken up to each frame; empty when none were
            kept.
    """

    rows: FloatArray
    news: FloatArray
    stands: FloatArray
    seen: NDArray[np.bool_]
    at_s: FloatArray
    burns: NDArray[np.int64]
    crops: NDArray[np.float16] = field(default_factory=lambda: np.zeros((0, 0, 0, 0), np.float16))
    crop_counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """A recording as numbers.

    Attributes:
        name: of the recording.
        site: recordings of one site are left out together.
        fire: in it, if any.
        late: the watch begins when it burns already.
        tracks: that came and went.
    """

    name: str
    site: str
    fire: Fire | None
    late: bool
    tracks: tuple[ObservedTrack, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """A recording whose watch begins late: what burns already is part of the background.

    Attributes:
        recording: whole.
        from_s: seconds on its own scale.
    """

    recording: Recording
    from_s: float

    @property
    def name(self) -> str:
        """Of the recording and when the watch begins."""
        return f"{self.recording.name} from {self.from_s:+.0f} s"

    @property
    def has_known_times(self) -> bool:
        """As the recording."""
        return self.recording.has_known_times

    def moments(self, sampling: Sampling) -> Iterator[Moment]:
        """See :class:`detector.evaluate.footage.Recording`."""
        return (one for one in self.recording.moments(sampling) if one.at_s >= self.from_s)


def read_fire(event: FireEvent, labels: Path, scale: float = 1.0) -> Fire:
    """The boxes of ``labels.csv``: ``offset_s, x, y, w, h``, empty where nobody drew one.

    Args:
        event: when it could be seen.
        labels: the file.
        scale: of the recording's pixels over those of the labels.
    """
    with labels.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["x"] != ""]
    boxes = []
    for row in rows:
        x, y, w, h = (scale * float(row[key]) for key in "xywh")
        boxes.append((float(row["offset_s"]), Box(Label.SMOKE, 1.0, x, y, x + w, y + h)))
    return Fire(event, tuple(boxes))


def observe(
    recording: Recording,
    scorer: Scorer,
    sampling: Sampling,
    *,
    site: str,
    fire: Fire | None,
    late: bool = False,
    floor_score: float,
    keep_crops: bool = False,
) -> Observed:
    """Play a recording and keep what its tracks showed.

    Args:
        recording: to play.
        scorer: finds smoke and flame.
        sampling: which frames.
        site: of the camera.
        fire: that it shows.
        late: it burns from the first frame.
        floor_score: below it nothing is followed.
        keep_crops: for the second stage.
    """
    watch = ViewWatch(EvidenceRule(), keep_crops=keep_crops)
    crops: dict[int, CropsTaken] = {}
    tracks: dict[int, Track] = {}
    at_s: list[float] = []
    for moment in recording.moments(sampling):
        if isinstance(moment.picture, FrameCorrupt):
            continue
        picture = JpegPicture.of(moment.picture, recording.name)
        (found,) = scorer.detect_each(
            [picture], floor_score=floor_score, views=[(recording.name, 0)], hurried=False
        )
        if isinstance(found, FrameCorrupt):
            continue
        boxes = [box for box in found.to_boxes() if box.score >= floor_score]
        size_px = (picture.width_px, picture.height_px)
        watch.follow(boxes, picture.small(), size_px, len(at_s), moment.captured_at)
        tracks.update((track.number, track) for track in watch.tracks)
        for track in watch.tracks if keep_crops else ():
            crops.setdefault(track.number, CropsTaken()).take(watch.crops_of(track), len(at_s))
        at_s.append(moment.at_s)
    return Observed(
        recording.name,
        site,
        fire,
        late,
        tuple(
            _as_numbers(track, at_s, fire, crops.get(track.number, CropsTaken()))
            for track in tracks.values()
        ),
    )


def _as_numbers(
    track: Track, at_s: Sequence[float], fire: Fire | None, crops: CropsTaken
) -> ObservedTrack:
    reader = FrameReader(track.label)
    read = [(*reader.read(score), reader.stands) for score in track.scores]
    moments = np.array([at_s[score.frame_sequence] for score in track.scores])
    burns = np.zeros(len(read), np.int64)
    if fire is not None:
        is_fire = any(
            score.box is not None and _is_labelled(score.box, moment, fire)
            for score, moment in zip(track.scores, moments, strict=True)
        ) or (not fire.boxes and track.strength >= HALF_SURE)
        # Smoke that nobody drew may be the plume's, torn off: it teaches nothing.
        burns[moments >= 0.0] = -1
        if is_fire:
            burns[moments >= fire.event.first_visible_s] = 1
    return ObservedTrack(
        rows=np.array([row for row, _, _ in read]),
        news=np.array([news for _, news, _ in read]),
        stands=np.array([stands for _, _, stands in read]),
        seen=np.array([score.box is not None for score in track.scores]),
        at_s=moments,
        burns=burns,
        crops=crops.stack(),
        crop_counts=crops.counts_in([score.frame_sequence for score in track.scores]),
    )


def _is_labelled(box: Box, at_s: float, fire: Fire) -> bool:
    near = [(abs(moment - at_s), other) for moment, other in fire.boxes]
    near = [(gap, other) for gap, other in near if gap <= NEAR_S]
    if not near or at_s < 0.0:
        return False
    _, other = min(near, key=lambda one: one[0])
    width = min(box.x_max, other.x_max) - max(box.x_min, other.x_min)
    height = min(box.y_max, other.y_max) - max(box.y_min, other.y_min)
    shared = max(width, 0.0) * max(height, 0.0)
    return shared >= LEAST_SHARED * max(min(box.area_px, other.area_px), 1.0)
