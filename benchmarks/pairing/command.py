"""The benchmark of registration: how exact, how often, and how often it blames the innocent.

**Made pairs**: real photographs of towers and heat that is made from them (:mod:`made`), so that
the truth is known: how many are registered from a guess that is off by 5 %, with what error, how a
registration that is off by 0, 1, 2 and 5 % of the width is judged. **Strangers**: real pictures of
heat with photographs of other places; whatever is said of them but "unknown" is false. **Real
pairs**: one camera's light and heat, and two sensors of one fire, told as they come out.
"""

import argparse
import csv
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from benchmarks.pairing.made import VISIBLE_PX, MadePair, Making, made_pair, random_matrix
from benchmarks.support.report import Measure, conclude, figure, limit, machine, rate, skipped
from camera_gateway.pictures import read_picture
from camera_gateway.thermal import read_thermal
from detector.dual.homography import Matrix, mapped, normal
from detector.dual.registration import Says, confirm, displaced_share, register
from models.errors import InputRefused
from models.thermal import HeatLevels
from models.units import ImageBGR

__all__ = ["main"]

FOOTAGE: Final = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "footage"
SIZES: Final = ((320, 256), (640, 512), (160, 120))
SHIFTS: Final = (0.0, 0.01, 0.02, 0.05)
MIDDLE: Final = (0.7, 0.0, 0.15, 0.0, 0.8, 0.1, 0.0, 0.0, 1.0)
SAME: Final = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(slots=True)
class _Counts:
    """Of the made pairs."""

    pairs: int = 0
    seconds: float = 0.0
    told: int = 0  # judged at all


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="./run bench dual", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few photographs, few strangers")
    parser.add_argument("--data", type=Path, default=FOOTAGE, help="folder of the footage")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    photographs = list(_photographs(options.data, 12 if options.quick else 40))
    if not photographs:
        measures = [skipped("registered", "share", f"no footage in {options.data}")]
    else:
        made = [_made(photograph, seed) for seed, photograph in enumerate(photographs)]
        heats = list(_heats(options.data))[:: 4 if options.quick else 1]
        measures = [*_of_made(made), *_of_strangers(made, heats), *_of_real(options.data)]
    return conclude(measures, benchmark="dual", about=about, quick=options.quick, path=options.json)


def _photographs(data: Path, most: int) -> Iterator[ImageBGR]:
    """By day and night, in sun and fog, evenly from all towers."""
    folders = [*sorted(data.glob("sequences_nofire/*/")), *sorted(data.glob("sequences_1min/*/"))]
    each = max(1, most // max(1, len(folders)))
    for folder in folders:
        paths = sorted(folder.glob("*.jp*g"))
        for path in paths[:: max(1, len(paths) // each)][:each]:
            yield read_picture(path)


def _made(photograph: ImageBGR, seed: int) -> MadePair:
    random = np.random.default_rng(seed)
    how = Making(SIZES[seed % len(SIZES)])
    shape = photograph.shape[0] / photograph.shape[1]
    return made_pair(photograph, random_matrix(random, shape, how.size_px), random, how)


def _of_made(made: Sequence[MadePair]) -> Iterator[Measure]:
    counts, off, doubts = _Counts(), [], []
    says: dict[float, list[Says]] = {shift: [] for shift in SHIFTS}
    for pair in made:
        size = pair.visible_grey.shape[1::-1]
        began_s = time.process_time()
        found = register(pair.visible_grey, pair.thermal, _beside(pair.truth, 0.03, 0.04, 1.05))
        counts.seconds += time.process_time() - began_s
        counts.pairs += 1
        if found is not None:
            off.append(displaced_share(found.matrix, pair.truth, size))
            doubts.append(found.doubt_share)
        for shift in SHIFTS:
            told = confirm(pair.visible_grey, pair.thermal, _beside(pair.truth, shift))
            says[shift].append(told.says)
    against = f"{counts.pairs} made pairs, guess off by 5 %"
    yield figure("registered", len(off) / counts.pairs, "share", against)
    if off:
        yield limit("error_median", float(np.median(off)), "of width", against, 0.005)
        yield limit("error_95", float(np.quantile(off, 0.95)), "of width", against, 0.0125)
        within = [one <= 3.0 * doubt for one, doubt in zip(off, doubts, strict=True)]
        yield figure("within_three_doubts", float(np.mean(within)), "share", against)
    for shift, all_of_it in says.items():
        known = [one for one in all_of_it if one is not Says.UNKNOWN]
        against = f"{len(known)} of {len(all_of_it)} that show enough, off by {shift:.0%}"
        elsewhere = sum(one is Says.ELSEWHERE for one in known) / max(1, len(known))
        name = f"elsewhere_at_{round(100 * shift)}"
        if shift == 0.0:
            yield limit(name, elsewhere, "share", against, 0.01)
        elif shift < 0.0125:  # less than counts as a drift
            yield figure(name, elsewhere, "share", against)
        else:
            yield rate(name, elsewhere, "share", against, bar=0.9)
    yield figure("register_cpu", counts.seconds / counts.pairs, "s", "one pair, 960 pixels wide")


def _of_strangers(made: Sequence[MadePair], heats: Sequence[HeatLevels]) -> Iterator[Measure]:
    cases = [(pair, heat) for pair in made[::3] for heat in heats]
    if not cases:
        yield skipped("strangers", "share", "no pictures of heat")
        return
    falsely = 0
    for pair, heat in cases:
        # What is not known there is also sought anew around it, so this is both questions.
        falsely += confirm(pair.visible_grey, heat, MIDDLE).says is not Says.UNKNOWN
    against = f"{len(cases)} pairs of light here and real heat elsewhere: not 'unknown'"
    yield limit("strangers", falsely / len(cases), "share", against, 0.01)


def _of_real(data: Path) -> Iterator[Measure]:
    folder = data / "infrared" / "flame3_Sycan"
    for path in sorted((folder / "TIFF").glob("*.TIFF")):
        picture = read_picture(folder / "RGB" / f"{path.stem}.JPG")
        size = (VISIBLE_PX, round(VISIBLE_PX * picture.shape[0] / picture.shape[1]))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
        levels = read_thermal(path.read_bytes(), path.name).levels
        found = [register(grey, levels, each) for each in (SAME, _beside(SAME, 0.04, 0.03, 0.95))]
        name = f"flame3_{path.stem}"
        if found[0] is None or found[1] is None:
            yield skipped(name, "of width", "it shows too little in common")
            continue
        apart = displaced_share(found[0].matrix, found[1].matrix, size)
        yield figure(name, apart, "of width", "found from two guesses, apart")
    yield from _of_sensors(data)


def _of_sensors(data: Path) -> Iterator[Measure]:
    """Two sensors of one fire of one moment: where one of them puts the other's fire."""
    fires = _fires(data / "infrared" / "ifth_flameT_boxes.csv")
    off, tried = [], 0
    for frame in sorted(fires):
        other = frame.replace("A35_", "Tau_")
        if other == frame or other not in fires:
            continue
        tried += 1
        first, second = (
            read_thermal((data / name).read_bytes(), name).levels for name in (frame, other)
        )
        found = register(first.clip(0, 255).astype(np.uint8), second)
        if found is None:
            continue
        place = np.array([fires[other]]) / second.shape[1::-1]
        seen = mapped(found.matrix, place)[0] * first.shape[1::-1]
        off.append(float(np.linalg.norm(seen - fires[frame])) / first.shape[1])
    told = f"{len(off)} of {tried} pairs of two sensors that show enough"
    if off:
        yield figure("fire_by_two_sensors", float(np.median(off)), "of width", told)
    else:
        yield skipped("fire_by_two_sensors", "of width", told)


def _fires(path: Path) -> dict[str, tuple[float, float]]:
    """Middle of the one fire of each frame, pixels."""
    if not path.is_file():
        return {}
    found: dict[str, list[tuple[float, float]]] = {}
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["class"] == "fire":
                x, y, wide, high = (float(row[name]) for name in ("x", "y", "w", "h"))
                found.setdefault(row["frame"], []).append((x + wide / 2, y + high / 2))
    return {frame: places[0] for frame, places in found.items() if len(places) == 1}


def _heats(data: Path) -> Iterator[HeatLevels]:
    """Real pictures of heat, of drones, on the ground and in the hand."""
    folder = data / "infrared"
    for pattern in ("flame3_Sycan/TIFF/*", "ifth*/*.tiff", "drone_thermal_nofire/*", "flir_*/*"):
        for path in sorted(folder.glob(pattern)):
            try:
                yield read_thermal(path.read_bytes(), path.name).levels
            except InputRefused:
                continue


def _beside(matrix: Matrix, right: float, down: float = 0.0, zoom: float = 1.0) -> Matrix:
    """So far beside it, shares of the visible picture."""
    table = np.array([[1, 0, right], [0, 1, down], [0, 0, 1.0]])
    inner = np.array([[zoom, 0, 0.5 - zoom / 2], [0, zoom, 0.5 - zoom / 2], [0, 0, 1.0]])
    return normal(table @ np.asarray(matrix, np.float64).reshape(3, 3) @ inner)
