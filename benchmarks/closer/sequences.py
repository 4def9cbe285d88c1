"""When the evidence over time alerts on recorded sequences, and whether it stays quiet."""

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import numpy as np

from benchmarks.closer.contenders import Way
from benchmarks.closer.pictures import LEAST_IOU, SMALL_SHARE
from camera_gateway.pictures import read_picture
from camera_gateway.sources import iterate_video
from detector.measures.boxes import box_iou
from detector.view_watch import ViewWatch
from models.config import EvidenceRule
from models.detection import Detections, Label
from models.units import ImageBGR

__all__ = ["Event", "Moment", "Verdict", "events", "fog", "frames_of", "judge", "quiet_folders"]

START = datetime(2026, 1, 1, tzinfo=UTC)


Moment: TypeAlias = tuple[float, ImageBGR]
"""Seconds on the sequence's own clock, and what was seen."""

FOG_STEP_S = 0.5
FOG_S = 180.0
STILLS_STEP_S = 60.0


@dataclass(frozen=True, slots=True)
class Event:
    """A recorded ignition.

    Attributes:
        folder: of the frames.
        first_visible_s: when a person first sees smoke, seconds from ignition.
        boxes: by seconds from ignition, x_min y_min x_max y_max of the smoke, pixels, where known.
    """

    folder: Path
    first_visible_s: float
    boxes: Mapping[float, tuple[float, float, float, float]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a sequence.

    Attributes:
        alert_s: when it alerted, on the sequence's own clock; None when it did not.
        most_log_odds: of any track while nothing burnt.
        frames: looked at.
        small: best score that finds the smoke, of each frame with a known box of small smoke.
        false: scores of all boxes of the frames while nothing burnt.
        quiet_frames: so many of the frames.
    """

    alert_s: float | None
    most_log_odds: float
    frames: int
    small: tuple[float, ...]
    false: tuple[float, ...]
    quiet_frames: int


def events(footage: Path) -> list[Event]:
    """The ignitions of ``events.csv``."""
    folder = footage / "sequences_1min"
    with (folder / "events.csv").open(encoding="utf-8", newline="") as file:
        return [
            Event(
                folder / row["sequence"],
                float(row["first_visible_s"]),
                _boxes(folder / row["sequence"] / "labels.csv"),
            )
            for row in csv.DictReader(file)
        ]


def _boxes(path: Path) -> dict[float, tuple[float, float, float, float]]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {
            float(row["offset_s"]): (
                float(row["x"]),
                float(row["y"]),
                float(row["x"]) + float(row["w"]),
                float(row["y"]) + float(row["h"]),
            )
            for row in csv.DictReader(file)
            if row["x"] != ""
        }


def quiet_folders(footage: Path) -> list[Path]:
    """Sequences of one view without fire."""
    names = ("roanoke_millmtn", "ethz_matterhorn", "phenocam_canadaojp", "seattle_spaceneedle")
    return [footage / "sequences_nofire" / name for name in names]


def frames_of(folder: Path) -> Iterator[Moment]:
    """Frames with seconds from ignition or a moment in their name; without either, one a minute."""
    for number, path in enumerate(sorted(folder.glob("*.jpg"))):
        last = path.stem.rsplit("_", 1)[-1]
        if last.startswith(("+", "-")):
            at_s = float(last)
        elif re.fullmatch(r"\d{8}T\d{6}Z", last):
            moment = datetime.strptime(last, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            at_s = (moment - START).total_seconds()
        else:
            at_s = STILLS_STEP_S * number
        yield at_s, read_picture(path)


def fog(footage: Path) -> Iterator[Moment]:
    """Mist over a forested ridge, looped for three minutes."""
    path = footage / "clips" / "tamil_mist_ridge.mp4"
    images = [image for _, _, image in iterate_video(path, FOG_STEP_S)]
    for number in range(int(FOG_S / FOG_STEP_S)):
        yield FOG_STEP_S * number, images[number % len(images)]


def judge(way: Way, name: str, moments: Iterable[Moment], event: Event | None = None) -> Verdict:
    """Follow one view with the evidence rule in force.

    Args:
        way: to look.
        name: of the view.
        moments: in order.
        event: the ignition that they show, if any.
    """
    burns_from_s = math.inf if event is None else event.first_visible_s
    boxes = {} if event is None else event.boxes
    rule = EvidenceRule()
    watch = ViewWatch(rule)
    alert_s: float | None = None
    most = -math.inf
    frames = quiet_frames = 0
    small: list[float] = []
    false: list[float] = []
    for at_s, image in moments:
        found = way.look(image, name, rule.floor_score)
        if at_s < burns_from_s:
            quiet_frames += 1
            false += found.scores.tolist()
        elif at_s in boxes and _is_small(boxes[at_s], image):
            small.append(_best_score(found, boxes[at_s]))
        moment = START + timedelta(seconds=at_s)
        size_px = (image.shape[1], image.shape[0])
        for _, weighing in watch.follow(found.to_boxes(), image, size_px, frames, moment):
            if at_s < burns_from_s:
                most = max(most, weighing.log_odds)
            if weighing.alerts and alert_s is None:
                alert_s = at_s
        frames += 1
    return Verdict(alert_s, most, frames, tuple(small), tuple(false), quiet_frames)


def _is_small(box: tuple[float, float, float, float], image: ImageBGR) -> bool:
    area = (box[2] - box[0]) * (box[3] - box[1])
    return bool(area < SMALL_SHARE * image.shape[0] * image.shape[1])


def _best_score(found: Detections, box: tuple[float, float, float, float]) -> float:
    """Best score of a smoke box that overlaps a known one as much as on labelled pictures; or 0."""
    overlaps = box_iou(np.array([box]), found.boxes_xyxy.astype(np.float64))[0]
    hits = (found.labels == Label.SMOKE) & (overlaps >= LEAST_IOU)
    return float(found.scores[hits].max(initial=0.0))
