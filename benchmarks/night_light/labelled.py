"""The validation pictures as they are, without colours, and as a near-infrared night."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from benchmarks.night_light.answers import Answers
from camera_gateway.pictures import read_picture
from detector.evaluate.images import scene_of
from detector.evaluate.labelled_set import CLASSES, Picture
from detector.infrared_light import as_in_infrared
from detector.measures.boxes import Judged, Scene, judge
from models.detection import Detections
from models.units import ImageBGR
from models.zoo import InfraredUse
from training.near_infrared import Made, made

__all__ = ["judged_of", "look_at_made", "read_again", "turned"]

VERSION = 1
"""Of the model of :mod:`training.near_infrared`: another one asks the network again."""
HIT_IOU = 0.3


def turned(picture: Picture, how: Made) -> ImageBGR:
    """A labelled picture turned, always the same way: the choices follow from its name."""
    digest = hashlib.sha256(picture.name.encode()).digest()
    random = np.random.default_rng(int.from_bytes(digest[:6], "big"))
    lamp = "tower" not in picture.view
    return made(read_picture(picture.path), how, random, lamp=lamp)


def look_at_made(pictures: Sequence[Picture], how: Made, answers: Answers) -> list[Scene]:
    """What is found in pictures that are turned, beside their truth."""
    scenes = []
    for picture in pictures:
        found = answers.of(f"{how}{VERSION}/{picture.name}", partial(turned, picture, how))
        scenes.append(scene_of(picture, read_picture(picture.path), found))
    return scenes


def read_again(scenes: Sequence[Scene], use: InfraredUse | None) -> list[Scene]:
    """The same with scores read as the watch reads them on pictures without colour."""
    if use is None:
        return list(scenes)
    answer = []
    for scene in scenes:
        read = as_in_infrared(
            Detections(
                scene.boxes.astype(np.float32), scene.scores.astype(np.float32), scene.classes
            ),
            use,
            floor_score=0.0,
        )
        answer.append(
            replace(
                scene,
                classes=read.labels,
                scores=read.scores.astype(np.float64),
                boxes=read.boxes_xyxy.astype(np.float64),
            )
        )
    return answer


def judged_of(scenes: Sequence[Scene]) -> list[list[Judged]]:
    """Every picture's detections of each class, hit or not at the overlap of a found plume."""
    return [[judge(scene, label, HIT_IOU) for scene in scenes] for label in range(len(CLASSES))]
