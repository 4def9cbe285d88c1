"""Whether a preset that was turned is found, on real pictures of one camera hours and days apart.

Each picture of a check is turned by a known angle, as geometry has it, and by a sway of its own of
up to 0.05 degrees; the reference is another picture, taken earlier. How wide the cameras look is
not known and assumed below; a wider view makes pixels larger and the task harder.
"""

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from benchmarks.ground.turned import turned
from benchmarks.support.report import Measure, conclude, figure, limit, machine, skipped
from camera_gateway.light import light_of
from camera_gateway.pictures import read_picture
from camera_gateway.pose_check.compare import Offset, offset_of
from camera_gateway.pose_check.scene import Scene, grey_of, scene_of, work_size
from camera_gateway.pose_check.verdict import check_of
from models.calibration import CheckOutcome, PoseCheck, PoseReference
from models.light import Light
from models.site import Pose
from models.units import ImageBGR

__all__ = ["Case", "Turn", "cases", "checked", "main", "said_by_weather"]

FOOTAGE: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage"
PICTURES: Final = 9
SWAY_DEG: Final = 0.05
ANGLES_DEG: Final = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5)
DIRECTIONS: Final = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))
ROANOKE: Final = "sequences_nofire/roanoke_millmtn"
MINUTES: Final = (
    "20160604_FIRE_rm-n-mobo-c",
    "20160604_FIRE_smer-tcs3-mobo-c",
    "20160619_FIRE_om-e-mobo-c",
    "20160619_FIRE_pi-s-mobo-c",
    "20180718_FIRE_syp-w-mobo-c",
    "20180728_FIRE_rm-w-mobo-c",
)
WIDE: Final = Pose(90.0, -4.0, 0.0, 60.0)
WIDER: Final = Pose(90.0, -4.0, 0.0, 75.0)
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """The pictures of one check, and the reference that they are compared with.

    Attributes:
        name: of the camera and its first picture.
        pose: assumed.
        scene: of the reference.
        pictures: of the check.
    """

    name: str
    pose: Pose
    scene: Scene
    pictures: tuple[ImageBGR, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """By how much a camera was turned, and its mast sways; degrees."""

    azimuth: float = 0.0
    tilt: float = 0.0
    roll: float = 0.0
    sway: float = 0.0


def cases(*, quick: bool = False) -> Iterator[Case]:
    """All checks that the footage gives: one tower over 16 days, six over an hour each."""
    every = 3 if quick else 1
    yield from _of(ROANOKE, WIDE, every)
    for name in MINUTES[:2] if quick else MINUTES:
        yield from _of(f"sequences_1min/{name}", WIDER, every)


def _of(folder: str, pose: Pose, every: int) -> Iterator[Case]:
    files = sorted((FOOTAGE / folder).glob("*.jpg"))
    if not files:
        return
    scene, size_px = _reference(files[0])
    seen: list[tuple[str, ImageBGR]] = []
    number = 0
    for file in files[1:]:
        picture = read_picture(file)
        if offset_of(scene, grey_of(picture, size_px), pose) is not None:
            seen.append((file.stem, picture))
        if len(seen) == PICTURES:
            if number % every == 0:
                name = f"{file.parent.name}/{seen[0][0]}"
                yield Case(name, pose, scene, tuple(one for _, one in seen))
            seen, number = [], number + 1


def checked(case: Case, turn: Turn, seed: int = 0) -> PoseCheck | None:
    """A check of a camera that was turned."""
    random = np.random.default_rng(seed)
    size_px = (case.scene.width_px, case.scene.height_px)
    offsets: list[Offset] = []
    for picture in case.pictures:
        sway = turn.sway * np.sin(random.uniform(0.0, 2.0 * np.pi, 2))
        seen = turned(picture, case.pose, turn.azimuth + sway[0], turn.tilt + sway[1], turn.roll)
        offset = offset_of(case.scene, grey_of(seen, size_px), case.pose)
        if offset is not None:
            offsets.append(offset)
    reference = PoseReference("bench", 0, case.pose, _AT, *size_px, "", calibrated=True)
    return check_of(reference, offsets, _AT) if offsets else None


def said_by_weather() -> dict[str, tuple[int, int]]:
    """Of the 16 days' pictures by their light: how many said something, of how many."""
    files = sorted((FOOTAGE / ROANOKE).glob("*.jpg"))
    scene, size_px = _reference(files[0])
    counts: dict[str, tuple[int, int]] = {}
    for file in files[1:]:
        picture = read_picture(file)
        light = light_of(np.asarray(cv2.resize(picture, (160, 90)), np.uint8))
        # The town's lamps make coloured nights; the sun is down from 1 to 10 UTC there.
        by_day = light is Light.DAY and not 1 <= int(file.stem[9:11]) < 10
        told = offset_of(scene, grey_of(picture, size_px), WIDE)
        said, of = counts.get("day" if by_day else "night", (0, 0))
        counts["day" if by_day else "night"] = said + (told is not None), of + 1
    return counts


def _reference(file: Path) -> tuple[Scene, tuple[int, int]]:
    reference = read_picture(file)
    height_px, width_px = reference.shape[:2]
    size_px = work_size((width_px, height_px))
    return scene_of(grey_of(reference, size_px)), size_px


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when an unturned camera is told as turned."""
    parser = argparse.ArgumentParser(prog="./run bench geo-drift", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a third of the checks, two towers")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    measures = list(_measured(quick=options.quick))
    return conclude(
        measures, benchmark="geo-drift", about=about, quick=options.quick, path=options.json
    )


def _measured(*, quick: bool) -> Iterator[Measure]:
    all_cases = list(cases(quick=quick))
    if not all_cases:
        yield skipped("drift_false", "%", "the footage is not at hand")
        return
    yield from _unturned(all_cases)
    for number, angle in enumerate(ANGLES_DEG):
        told, errors = 0, list[float]()
        for place, case in enumerate(all_cases):
            right, up = DIRECTIONS[(place + number) % len(DIRECTIONS)]
            turn = Turn(angle * right, angle * up, 0.0, SWAY_DEG)
            check = checked(case, turn, place)
            if check is not None:
                told += check.outcome is CheckOutcome.DRIFTED
                errors += [check.azimuth_off_deg - turn.azimuth, check.tilt_off_deg - turn.tilt]
        share = 100.0 * told / len(all_cases)
        on = f"{len(all_cases)} checks, turned by {angle:g} deg on masts that sway"
        if angle == 0.0:
            yield limit("drift_false", share, "%", on, 0.0)
        else:
            yield figure(f"drift_told_{angle:g}", share, "%", on)
        yield figure(f"drift_error_{angle:g}", _rms(errors), "deg", on)
    for kind, (said, of) in sorted(said_by_weather().items()):
        yield figure(f"drift_said_{kind}", 100.0 * said / of, "%", f"of {of} pictures of 16 days")


def _unturned(all_cases: Sequence[Case]) -> Iterator[Measure]:
    pictures, took_s, offs = 0, 0.0, list[float]()
    for case in all_cases:
        greys = [grey_of(one, (case.scene.width_px, case.scene.height_px)) for one in case.pictures]
        began_s = time.thread_time()
        offsets = [offset_of(case.scene, grey, case.pose) for grey in greys]
        took_s += time.thread_time() - began_s
        pictures += len(greys)
        offs += [max(abs(one.azimuth_deg), abs(one.tilt_deg)) for one in offsets if one is not None]
    what = f"{pictures} pictures of {len(all_cases)} checks, as they were taken"
    yield figure("drift_picture_rms", _rms(offs), "deg", what)
    yield figure("drift_picture_worst", max(offs), "deg", what)
    yield figure("drift_picture_ms", 1000.0 * took_s / pictures, "ms", "CPU of one comparison")


def _rms(values: Sequence[float]) -> float:
    return math.sqrt(sum(value * value for value in values) / len(values))
