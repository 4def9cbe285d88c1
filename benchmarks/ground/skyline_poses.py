"""How often the skyline tells where a camera looks, and what it makes of presets that it cannot."""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.ground.fires import MAST_M, SIZE
from benchmarks.ground.land import jacksboro, qijiang_synthetic, thirty_metres, towers_on
from benchmarks.ground.presets import Kind, Shown, marched, presets_of
from benchmarks.support.report import Measure, conclude, figure, machine, skipped
from geo.calibration import fit_skyline, skyline_around
from geo.terrain import Terrain
from models.errors import InputRefused
from models.site import HeightDatum, Position

__all__ = ["main"]

MOST_OFF_DEG: Final = 0.05
LEAST_RECOVERED: Final = 95.0
MOST_WRONG: Final = 1.0
TOWERS, HONEST, OTHERS = 4, 40, 10
QUICK_TOWERS, QUICK_HONEST, QUICK_OTHERS = 1, 24, 4


@dataclass(frozen=True, slots=True)
class _Result:
    """Of one preset; errors are NaN when it was refused."""

    kind: Kind
    azimuth_off_deg: float
    tilt_off_deg: float
    azimuth_sigma_deg: float
    took_ms: float

    @property
    def refused(self) -> bool:
        return bool(np.isnan(self.azimuth_off_deg))

    @property
    def right(self) -> bool:
        return max(abs(self.azimuth_off_deg), abs(self.tilt_off_deg)) <= MOST_OFF_DEG


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="./run bench skyline", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one tower on each real relief")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    fine, synthetic = thirty_metres(), None if options.quick else qijiang_synthetic()
    measures: list[Measure] = []
    real: list[_Result] = []
    for key, terrain in (("big", fine), ("jacksboro", jacksboro())):
        if terrain is None:
            measures.append(skipped("skyline_recovered_big", "%", "the relief is not at hand"))
            continue
        results = _results(terrain, quick=options.quick)
        real += results
        measures += _honest(f"_{key}", results, terrain.name)
    measures += _honest("", real, "the real reliefs together", bar=True)
    measures += _others(real)
    if synthetic is not None:
        results = _results(synthetic, quick=options.quick)
        measures += _honest("_synthetic", results, f"{synthetic.name}, invented detail")
    return conclude(
        measures, benchmark="skyline", about=about, quick=options.quick, path=options.json
    )


def _results(terrain: Terrain, *, quick: bool) -> list[_Result]:
    random = np.random.default_rng(17)
    results = []
    for tower in towers_on(terrain, QUICK_TOWERS if quick else TOWERS):
        line = marched(terrain, tower)
        honest, others = (QUICK_HONEST, QUICK_OTHERS) if quick else (HONEST, OTHERS)
        for kind in Kind:
            count = honest if kind is Kind.HONEST else others
            results += [
                _result(terrain, shown)
                for shown in islice(presets_of(line, tower, kind, random), count)
            ]
    return results


def _result(terrain: Terrain, shown: Shown) -> _Result:
    lens = Position(*shown.lens, MAST_M, HeightDatum.GROUND)
    begun = time.thread_time()
    try:
        skyline = skyline_around(terrain, lens, shown.start)
        pose = fit_skyline(skyline, shown.start, shown.x_px, shown.y_px, *SIZE).pose
    except InputRefused:
        took_ms = 1e3 * (time.thread_time() - begun)
        return _Result(shown.kind, np.nan, np.nan, np.nan, took_ms)
    turn = (pose.azimuth_deg - shown.true.azimuth_deg + 180.0) % 360.0 - 180.0
    lift = pose.tilt_deg - shown.true.tilt_deg
    took_ms = 1e3 * (time.thread_time() - begun)
    return _Result(shown.kind, turn, lift, pose.azimuth_sigma_deg, took_ms)


def _honest(key: str, results: list[_Result], about: str, *, bar: bool = False) -> list[Measure]:
    own = [each for each in results if each.kind is Kind.HONEST]
    told = [each for each in own if not each.refused]
    right = sum(each.right for each in told)
    recovered, wrong = 100.0 * right / len(own), 100.0 * (len(told) - right) / len(own)
    words = f"{about}; of {len(own)} presets, 1.5 degrees off at the start, {len(told)} accepted"
    measures = [
        Measure(
            f"skyline_recovered{key}",
            round(recovered, 1),
            "%",
            f"{words}; must be at least the bar",
            None,
            LEAST_RECOVERED if bar else None,
            recovered >= LEAST_RECOVERED if bar else None,
        ),
        Measure(
            f"skyline_wrong{key}",
            round(wrong, 1),
            "%",
            f"accepted, and more than {MOST_OFF_DEG:g} degrees off",
            None,
            MOST_WRONG if bar else None,
            wrong <= MOST_WRONG if bar else None,
        ),
    ]
    if bar:
        turns = np.abs([each.azimuth_off_deg for each in told])
        lifts = np.abs([each.tilt_off_deg for each in told])
        stated = float(np.median([each.azimuth_sigma_deg for each in told]))
        for name, off in (("azimuth", turns), ("tilt", lifts)):
            half, most = (float(np.percentile(off, share)) for share in (50, 95))
            measures.append(
                figure(f"skyline_{name}_off", half, "degrees", f"median; 95 % within {most:.3f}")
            )
        words = f"median; the errors' own root mean square is {np.sqrt(np.mean(turns**2)):.4f}"
        measures.append(figure("skyline_azimuth_stated", stated, "degrees", words))
        took = float(np.median([each.took_ms for each in own]))
        measures.append(figure("skyline_fit_ms", took, "ms", "median, terrain read and fitted"))
    return measures


def _others(results: list[_Result]) -> list[Measure]:
    """What must be refused."""
    words = {
        Kind.FLAT: "no relief in the picture",
        Kind.FOGGY: "half of the skyline missing",
        Kind.MOVED: "the lens 300 m from where it is said to stand",
        Kind.ZOOMED: "the field of view a tenth wrong",
    }
    measures = []
    for kind, about in words.items():
        own = [each for each in results if each.kind is kind]
        refused = 100.0 * sum(each.refused for each in own) / len(own)
        wrong = 100.0 * sum(not each.refused and not each.right for each in own) / len(own)
        told = f"{about}; {wrong:.1f} % of {len(own)} accepted and wrong"
        measures.append(figure(f"skyline_refused_{kind}", refused, "%", told))
    return measures
