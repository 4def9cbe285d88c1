"""Detections kept beside the footage: the network answers once, the evidence is judged many times.

One small JSON file a frame, ``FOLDER/WEIGHTS-RULE/SHA256.json``, named after the frame's own bytes,
in a folder for the weights and the rule of the closer look::

    {"floor": 0.02, "size": [1280, 720],
     "detections": [[label, score, x_min, y_min, x_max, y_max], ...]}

Label 0 is smoke, 1 flame; pixels of the upright picture; by falling score. Numbers are written so
that they come back as the same float32.

The closer look remembers what a view showed before. What is kept is therefore the answer of the run
that first saw the frame, in the order of its time; a run that skips frames may have looked
elsewhere. An entry that cannot be read is asked for and written again.

Whoever changes what the core or the closer look answers raises :data:`LOOK_VERSION`: otherwise old
answers pass for new ones.
"""

import errno
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detector.core import Picture
from detector.jpeg_picture import JpegPicture
from detector.pipeline import Scorer, View
from models.config import AttentionRule
from models.detection import Detections, Label, ModelReference
from models.errors import FrameCorrupt, InputRefused, StorageFull

__all__ = ["LOOK_VERSION", "RECORD_FLOOR", "RecordedScorer", "at_least"]

LOOK_VERSION = 4
"""Of the code that looks, which no rule tells."""

RECORD_FLOOR = 0.02
"""Detections are kept down to this score, or to the floor that is asked for if that is lower."""


class RecordedScorer:
    """A scorer that remembers its answers in a folder.

    Args:
        scorer: asked for what is not there.
        folder: made when it is not there.
        rule: of the scorer's closer look.

    Raises:
        InputRefused: the folder cannot be made.
    """

    def __init__(self, scorer: Scorer, folder: Path, rule: AttentionRule) -> None:
        self._scorer = scorer
        look = hashlib.sha256(f"{LOOK_VERSION}{rule.model_dump_json()}".encode()).hexdigest()
        self._folder = folder / f"{scorer.reference.sha256[:16]}-{look[:8]}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    @property
    def reference(self) -> ModelReference:
        """Which weights score."""
        return self._scorer.reference

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,
        views: Sequence[View],
        hurried: bool,
    ) -> list[Detections | FrameCorrupt]:
        """See :class:`detector.pipeline.Scorer`; a hurried look is neither kept nor recalled.

        Raises:
            InputRefused: the folder cannot be written.
            StorageFull: the disk takes no more.
            WatchError: as the scorer does.
        """
        if hurried:
            return list(
                self._scorer.detect_each(
                    pictures, floor_score=floor_score, views=views, hurried=True
                )
            )
        places = [self._place(picture) for picture in pictures]
        answers: list[Detections | FrameCorrupt | None] = [
            None if place is None else _recall(place, floor_score) for place in places
        ]
        missing = [index for index, answer in enumerate(answers) if answer is None]
        if missing:
            floor = min(RECORD_FLOOR, floor_score)
            found = self._scorer.detect_each(
                [pictures[index] for index in missing],
                floor_score=floor,
                views=[views[index] for index in missing],
                hurried=False,
            )
            for index, answer in zip(missing, found, strict=True):
                place = places[index]
                if isinstance(answer, FrameCorrupt):
                    answers[index] = answer
                    continue
                if place is not None:
                    _keep(place, pictures[index], answer, floor)
                answers[index] = at_least(answer, floor_score)
        return [answer for answer in answers if answer is not None]

    def _place(self, picture: Picture) -> Path | None:
        """Where a frame's answer stands; what is no file any more has no name to keep it by."""
        if not isinstance(picture, JpegPicture):
            return None
        return self._folder / f"{hashlib.sha256(picture.data).hexdigest()}.json"


def at_least(found: Detections, score: float) -> Detections:
    """The detections that reach a score."""
    kept = found.scores >= np.float32(score)
    return Detections(found.boxes_xyxy[kept], found.scores[kept], found.labels[kept])


def _recall(place: Path, floor_score: float) -> Detections | None:
    """What stands there, or None when it is not there, not readable or not deep enough."""
    try:
        content = json.loads(place.read_text(encoding="ascii"))
        if not float(content["floor"]) <= floor_score:
            return None
        rows = np.array(content["detections"], np.float64).reshape(-1, 6)
        labels, scores, boxes = rows[:, 0].astype(np.int64), rows[:, 1], rows[:, 2:]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    whole = np.isfinite(rows).all() and np.isin(labels, [int(label) for label in Label]).all()
    if not whole or (scores < 0.0).any() or (scores > 1.0).any():
        return None
    found = Detections(boxes.astype(np.float32), scores.astype(np.float32), labels)
    return at_least(found, floor_score)


def _keep(place: Path, picture: Picture, found: Detections, floor: float) -> None:
    size = [picture.width_px, picture.height_px] if isinstance(picture, JpegPicture) else []
    content: dict[str, Any] = {
        "floor": floor,
        "size": size,
        "detections": [
            [int(label), _shortest(score), *map(_shortest, box)]
            for label, score, box in zip(found.labels, found.scores, found.boxes_xyxy, strict=True)
        ],
    }
    half = place.with_suffix(f".{os.getpid()}")  # two runs may fill one folder
    try:
        half.write_text(json.dumps(content), encoding="ascii")
        half.replace(place)
    except OSError as error:
        raise _unwritable(place.parent, error) from error


def _shortest(number: np.float32) -> float:
    """The double with the fewest digits that is the same float32."""
    return float(str(number))


def _unwritable(folder: Path, error: OSError) -> InputRefused | StorageFull:
    kind = StorageFull if error.errno == errno.ENOSPC else InputRefused
    return kind(
        f"Detections cannot be kept in {folder}: {error.strerror}.",
        remedy="Name another folder with --cache.",
    )
