"""The footage path over pictures from aircraft: scores, tiles, and what is found where nothing is.

Nobody gives away a drone's full photo with labelled smoke. So three things are looked at: small
views from aircraft with smoke that no training has seen; the same mounted, small, into a real photo
of 4000 x 2250 pixels, where smoke has the size that it has from a kilometre off; and pictures from
drones and of a tower's hour before its fire, where every find is false.
"""

import argparse
import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from api.imagery.scoring import TILE_PX, found_in, tiles_of
from benchmarks.above.held_back import held_back_pictures
from benchmarks.support.report import Measure, figure, limit, machine, render, skipped, write
from camera_gateway.pictures import read_picture
from detector.core import Detector
from models.config import Settings
from models.detection import Box
from models.errors import FrameCorrupt, InputRefused
from models.units import FloatArray, ImageBGR
from models.zoo.registry import load_card

__all__ = ["main"]

FOOTAGE = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage"
PHOTO = "drone/brighton_DJI_0025.JPG"
TOWER = "sequences/20180728_FIRE_rm-w-mobo-c"
QUIET = ("drone/*.JPG", "drone/rjpeg/*", "infrared/drone_thermal_nofire/*")
SCORES = (0.25, 0.35, 0.5)
WAYS = {"whole": None, "tiles_1600": 1600, "tiles_1000": 1000}
MOUNTED = (480, 300)
"""Widths of a mounted view, pixels: a camera of 67 degrees sees 480 of 4000 as 8 degrees."""

CORNERS = ((0.1, 0.15), (0.55, 0.5))
MOST_FALSE = 0.1  # a quiet picture, at the score from which a find is told


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture and its smoke: (n, 4) left, upper, right, lower in pixels; none in a quiet one."""

    image: ImageBGR
    smoke: FloatArray


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 also when a bar fails: the report says so."""
    parser = argparse.ArgumentParser(prog="./run bench drone_pictures", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one mounting of each view")
    parser.add_argument("--json", type=Path, help="write the report here")
    parser.add_argument("--footage", type=Path, default=FOOTAGE, help="folder with drone, clips")
    parser.add_argument("--model", default=Settings().model_card, help="card of ours")
    options = parser.parse_args(arguments)
    about = machine()
    measures = _measures(options.footage, options.model, quick=options.quick)
    for measure in measures:
        print(render(measure))
    if options.json is not None:
        write(
            options.json,
            benchmark="drone_pictures",
            about=about,
            quick=options.quick,
            measures=measures,
        )
    return 0


def _measures(footage: Path, model: str, *, quick: bool) -> list[Measure]:
    if not (footage / PHOTO).is_file():
        return [skipped("drone_pictures", "share", f"no footage in {footage}")]
    detector = Detector.open(load_card(model), device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        views = [
            Scene(image, picture.boxes[picture.classes == 0] * _sides(image))
            for picture in held_back_pictures(footage, Path(folder))
            for image in [read_picture(picture.path)]
        ]
    photo = read_picture(footage / PHOTO)
    sets = {
        "aircraft": views,
        "mounted": list(_mounted(views, photo, MOUNTED[:1] if quick else MOUNTED)),
        "tower_2048": list(_tower(footage / TOWER)),
        "quiet": list(_quiet(footage)),
    }
    measures: list[Measure] = []
    for name, scenes in sets.items():
        for way, tile_px in WAYS.items():
            measures += _of_set(detector, f"{name}_{way}", scenes, tile_px)
    began_s = perf_counter()
    found_in(detector, photo, in_tiles=True)
    tiles = len(tiles_of(photo.shape[1], photo.shape[0]))
    took = f"{photo.shape[1]} x {photo.shape[0]}, whole and {tiles} tiles of {TILE_PX}"
    return [*measures, figure("photo_s", perf_counter() - began_s, "s", took)]


def _of_set(
    detector: Detector, name: str, scenes: Sequence[Scene], tile_px: int | None
) -> Iterator[Measure]:
    sizes = [(one.image.shape[1], one.image.shape[0]) for one in scenes]
    if tile_px is not None and not any(tiles_of(*size, tile_px) for size in sizes):
        return  # all are too small to be cut
    found = [
        found_in(detector, scene.image, in_tiles=tile_px is not None, tile_px=tile_px or TILE_PX)
        for scene in scenes
    ]
    burning = [(one, boxes) for one, boxes in zip(scenes, found, strict=True) if len(one.smoke)]
    quiet = [boxes for one, boxes in zip(scenes, found, strict=True) if not len(one.smoke)]
    for score in SCORES:
        if burning:
            hits = sum(_is_found(one, boxes, score) for one, boxes in burning)
            against = f"{hits} of {len(burning)} pictures with smoke, at {score}"
            yield figure(f"{name}_found_{score}", hits / len(burning), "share", against)
            false = sum(_false(one, boxes, score) for one, boxes in burning) / len(burning)
            yield figure(f"{name}_beside_{score}", false, "boxes a picture", "beside the smoke")
        if quiet:
            false = sum(box.score >= score for boxes in quiet for box in boxes) / len(quiet)
            against = f"boxes a picture, {len(quiet)} pictures without fire, at {score}"
            is_told = score == SCORES[-1]
            key = f"{name}_false_{score}"
            if is_told:
                yield limit(key, false, "boxes", against, MOST_FALSE)
            else:
                yield figure(key, false, "boxes", against)


def _is_found(scene: Scene, boxes: Sequence[Box], score: float) -> bool:
    return any(box.score >= score and _touches(scene, box) for box in boxes)


def _false(scene: Scene, boxes: Sequence[Box], score: float) -> int:
    return sum(box.score >= score and not _touches(scene, box) for box in boxes)


def _touches(scene: Scene, box: Box) -> bool:
    """Whether its middle lies in smoke: enough to send somebody, and no measure of its edges."""
    x, y = (box.x_min + box.x_max) / 2.0, (box.y_min + box.y_max) / 2.0
    left, upper, right, lower = scene.smoke.T
    return bool(((left <= x) & (x <= right) & (upper <= y) & (y <= lower)).any())


def _sides(image: ImageBGR) -> FloatArray:
    height, width = image.shape[:2]
    return np.array([width, height, width, height], np.float64)


def _mounted(views: Sequence[Scene], photo: ImageBGR, widths_px: Sequence[int]) -> Iterator[Scene]:
    """Views in a photo, their borders faded over a tenth."""
    height, width = photo.shape[:2]
    for width_px in widths_px:
        for number, scene in enumerate(views):
            rows, columns = scene.image.shape[:2]
            size = width_px, round(width_px * rows / columns)
            small = cv2.resize(scene.image, size, interpolation=cv2.INTER_AREA)
            ramp = [np.minimum(1.0, np.arange(n) / (n / 10)) for n in size]
            across, down = (np.minimum(one, one[::-1]) for one in ramp)
            fade = np.minimum(across[None, :], down[:, None])[..., None]
            x_share, y_share = CORNERS[number % len(CORNERS)]
            x, y = round(width * x_share), round(height * y_share)
            image = photo.copy()
            part = image[y : y + size[1], x : x + size[0]]
            part[:] = np.rint(fade * small + (1.0 - fade) * part).astype(np.uint8)
            yield Scene(image, scene.smoke * (width_px / columns) + np.array([x, y, x, y]))


def _tower(folder: Path) -> Iterator[Scene]:
    """Frames of 2048 pixels: the hour before a fire, and those in which its smoke has a box."""
    if not (folder / "labels.csv").is_file():
        return
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["offset_s"]) < 0:
                yield Scene(read_picture(folder / row["frame"]), np.zeros((0, 4)))
            elif row["x"]:
                x, y, w, h = (float(row[key]) for key in "xywh")
                smoke = np.array([[x, y, x + w, y + h]])
                yield Scene(read_picture(folder / row["frame"]), smoke)


def _quiet(footage: Path) -> Iterator[Scene]:
    for pattern in QUIET:
        for path in sorted(footage.glob(pattern)):
            try:
                yield Scene(read_picture(path), np.zeros((0, 4)))
            except (FrameCorrupt, InputRefused):
                continue  # one of them breaks off
