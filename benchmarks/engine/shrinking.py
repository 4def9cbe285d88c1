"""Whether smoke survives the way down: the ways to shrink beside each other, on real ignitions.

Each frame of the recorded ignitions is made smaller in several ways and scored by the network. Of
each ignition: the mean best smoke score before the fire, the same from five minutes after it, the
chance that a frame with smoke scores above one without (area under the curve), and the share of
frames after it above the 95th percentile of those before. Means over the ignitions.
"""

import argparse
import statistics
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np

from benchmarks.engine.parts import opencv_alone
from benchmarks.support.report import Measure, figure, machine, render, skipped, write
from benchmarks.support.rounds import cpu_ms
from camera_gateway.pictures import decode_jpeg
from detector.core.buffers import Buffers
from detector.core.machine import usable_cores
from detector.core.session import Network
from detector.core.shrink import scale_into
from models.config import Settings
from models.units import FloatArray, ImageBGR
from models.zoo.registry import load_card

__all__ = ["Kept", "main", "weigh_scores"]

FOOTAGE = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage" / "sequences_1min"
BURNS_FROM_S = 300.0
QUIET_PERCENTILE = 95.0
STRIDE_PX = 32
GREY = 114
QUICK_EVERY = 6

Size: TypeAlias = tuple[int, int]
Way: TypeAlias = Callable[[bytes, ImageBGR, Size], ImageBGR]
"""The file, its pixels and the wanted width and height; answers with pixels of that size."""

RATIOS = {"1.5": (3, 2), "1.6": (8, 5), "2.5": (5, 2), "3.0": (3, 1), "3.2": (16, 5)}
"""So many pixels of a side become so many; of a frame, as much is taken as gives whole pixels."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the scores of the frames of one ignition, or the means over several, say.

    Attributes:
        before: mean best smoke score before the fire.
        after: the same from five minutes after it.
        told_apart: chance that a frame with smoke scores above one without, 0 to 1.
        recall: share of the frames after it above the 95th percentile of those before.
    """

    before: float
    after: float
    told_apart: float
    recall: float


def weigh_scores(offsets_s: Sequence[float], scores: Sequence[float]) -> Kept:
    """Judge one ignition.

    Args:
        offsets_s: of its frames, seconds from ignition; some below 0, some from 300 on.
        scores: best smoke score of each.
    """
    at_s, score = np.array(offsets_s), np.array(scores)
    before, after = score[at_s < 0.0], score[at_s >= BURNS_FROM_S]
    above = before[:, None] < after[None]
    equal = before[:, None] == after[None]
    return Kept(
        before=float(before.mean()),
        after=float(after.mean()),
        told_apart=float((above + 0.5 * equal).mean()),
        recall=float((after > np.percentile(before, QUIET_PERCENTILE)).mean()),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="./run bench shrinking", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two ratios, every sixth frame")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there")
    parser.add_argument("--footage", type=Path, default=FOOTAGE, help="folder with the ignitions")
    asked = parser.parse_args(arguments)
    about = machine()
    ignitions = sorted(folder for folder in asked.footage.glob("*_FIRE_*") if folder.is_dir())
    measures: list[Measure] = []
    if not ignitions:
        measures.append(skipped("told_apart", "share", f"no recorded ignitions in {asked.footage}"))
    ratios = ("1.6", "3.0") if asked.quick else tuple(RATIOS)
    every = QUICK_EVERY if asked.quick else 1
    for ratio in ratios if ignitions else ():
        measures += _ratio(ratio, ignitions, every)
    for measure in measures:
        print(render(measure))
    if asked.json is not None:
        write(asked.json, benchmark="shrinking", about=about, quick=asked.quick, measures=measures)
    return 0


def _ratio(ratio: str, ignitions: Sequence[Path], every: int) -> Iterator[Measure]:
    ways = _ways(float(ratio))
    network = Network.open(load_card(Settings().model_card), device="cpu", threads=1)
    score = partial(_score, network, ways, RATIOS[ratio])
    kept: dict[str, list[Kept]] = {name: [] for name in ways}
    with opencv_alone(), ThreadPoolExecutor(usable_cores()) as hands:
        for folder in ignitions:
            paths = sorted(folder.glob("*.jpg"), key=_offset_s)[::every]
            scores = np.array(list(hands.map(score, paths)))
            offsets_s = [_offset_s(path) for path in paths]
            for column, name in enumerate(ways):
                kept[name].append(weigh_scores(offsets_s, scores[:, column].tolist()))
        frame = next(ignitions[0].glob("*.jpg")).read_bytes()
        image, wanted = _cut(decode_jpeg(frame, "bench"), RATIOS[ratio])
        for name, way in ways.items():
            mean = _means(kept[name])
            words = (
                f"{name}; before {mean.before:.3f}, after {mean.after:.3f}, "
                f"recall {mean.recall:.3f}; {len(ignitions)} ignitions"
            )
            key = f"shrinking_{ratio}_{name.replace(' ', '_')}"
            yield figure(key, mean.told_apart, "told apart", words)
            if name != "jpeg reduced":
                spent_ms = cpu_ms(partial(way, frame, image, wanted), budget_s=0.3)
                yield figure(f"{key}_ms", spent_ms, "ms", f"to {wanted}, one thread")


def _means(kept: Sequence[Kept]) -> Kept:
    return Kept(
        statistics.fmean(one.before for one in kept),
        statistics.fmean(one.after for one in kept),
        statistics.fmean(one.told_apart for one in kept),
        statistics.fmean(one.recall for one in kept),
    )


def _ways(ratio: float) -> dict[str, Way]:
    buffers = Buffers()

    def core(_data: bytes, image: ImageBGR, wanted: Size) -> ImageBGR:
        small = np.empty((wanted[1], wanted[0], 3), np.uint8)
        scale_into(image, small, buffers)
        return small

    def reduced(data: bytes, image: ImageBGR, wanted: Size) -> ImageBGR:
        half = decode_jpeg(data, "bench", reduction=2)
        small = np.empty((wanted[1], wanted[0], 3), np.uint8)
        rows, columns = image.shape[0] // 2, image.shape[1] // 2
        scale_into(half[:rows, :columns], small, buffers)
        return small

    def by(interpolation: int) -> Way:
        return lambda _data, image, wanted: _pixels(
            cv2.resize(image, wanted, interpolation=interpolation)
        )

    ways = {"core": core, "areas": by(cv2.INTER_AREA), "linear": by(cv2.INTER_LINEAR)}
    if ratio >= 2.0:
        ways["jpeg reduced"] = reduced
    return ways


def _cut(image: ImageBGR, ratio: tuple[int, int]) -> tuple[ImageBGR, Size]:
    """As much of a picture as becomes whole pixels, and the width and height of what becomes."""
    before, after = ratio
    rows, columns = (side // before for side in image.shape[:2])
    return image[: before * rows, : before * columns], (after * columns, after * rows)


def _score(
    network: Network, ways: dict[str, Way], ratio: tuple[int, int], path: Path
) -> list[float]:
    """Best smoke score of a frame, in each of the ways."""
    data = path.read_bytes()
    image, wanted = _cut(decode_jpeg(data, path.name), ratio)
    width, height = (-(-side // STRIDE_PX) * STRIDE_PX for side in wanted)
    top, left = (height - wanted[1]) // 2, (width - wanted[0]) // 2
    scores = []
    for way in ways.values():
        canvas = np.full((height, width, 3), GREY, np.uint8)
        canvas[top : top + wanted[1], left : left + wanted[0]] = way(data, image, wanted)
        planes = np.ascontiguousarray(canvas[:, :, ::-1].transpose(2, 0, 1))[None]
        answer: FloatArray = network.run(planes, beside=True)[0].astype(np.float64)
        scores.append(float(answer[4].max()))
    return scores


def _pixels(image: np.ndarray) -> ImageBGR:
    return image.astype(np.uint8, copy=False)


def _offset_s(path: Path) -> float:
    return float(path.stem.rsplit("_", 1)[-1])
