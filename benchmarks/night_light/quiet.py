"""Real near-infrared frames: those without fire, and the one with."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.night_light.answers import Answers
from camera_gateway.light import light_of
from camera_gateway.pictures import read_picture
from detector.evaluate.labelled_set import read_index
from models.detection import Detections
from models.light import Light
from models.units import ImageBGR

__all__ = ["FIRE", "Quiet", "fire_picture", "quiet_frames"]

Quiet = tuple[str, str, Detections, bool]
"""Name, camera, what was found, and whether the weights learned on it."""

THERMAL = "thermal"
FIRE = "infrared/nir_night/Minerva_Fire_in_near-IR_from_Mt_Lincoln_fire_camera_at_11_PM_FR-222.jpg"
FIRE_BOX = (0.23, 0.64, 0.41, 0.77)
"""Where its glow stands, shares of the picture; drawn by hand before any detector was asked."""


def quiet_frames(detection: Path, footage: Path, answers: Answers) -> Iterator[Quiet]:
    """Near-infrared frames without fire: sequences of cameras, and the set's night pictures.

    Told by the rule of the watch (:mod:`camera_gateway.light`), and by source: of the labelled set
    only trail cameras and webcams count, for its clouds and mists are colourless, not infrared.

    Args:
        detection: folder with ``index.csv``.
        footage: folder with ``sequences_nofire``.
        answers: of the detector.
    """
    for path in sorted((footage / "sequences_nofire").rglob("*.jpg")):
        image = read_picture(path)
        if light_of(image) is Light.INFRARED:
            name = str(path.relative_to(footage))
            camera = path.parent.name
            if camera.startswith("alertwildfire"):
                camera = path.name.rsplit("_", 2)[0]
            yield name, camera, answers.of(name, partial(_same, image)), False
    for picture in read_index(detection):
        if len(picture.classes) > 0 or picture.view not in {"neg_ir", "neg_tower"}:
            continue
        image = read_picture(picture.path)
        if light_of(image) is Light.INFRARED:
            found = answers.of(f"set/{picture.name}", partial(_same, image))
            yield picture.name, picture.source, found, picture.split == "train"


def fire_picture(footage: Path, answers: Answers) -> float | None:
    """The best score on the one real near-infrared night picture of a fire; None without it."""
    path = footage / FIRE
    if not path.is_file():
        return None
    image = read_picture(path)
    found = answers.of(FIRE, partial(_same, image))
    height, width = image.shape[:2]
    x0, y0, x1, y1 = FIRE_BOX
    best = 0.0
    for box in found.to_boxes():
        x, y = (box.x_min + box.x_max) / 2 / width, (box.y_min + box.y_max) / 2 / height
        if x0 <= x <= x1 and y0 <= y <= y1:
            best = max(best, box.score)
    return best


def _same(image: ImageBGR) -> ImageBGR:
    return image
