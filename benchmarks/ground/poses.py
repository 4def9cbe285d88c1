"""How often the skyline tells where a camera looks, and what it makes of presets that it cannot."""

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.support.report import Measure, figure, limit, machine, render, skipped, write
from models.calibration import CheckOutcome

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
    for measure in measures:
        print(render(measure))
    if options.json:
        write(
            options.json, benchmark="skyline", about=about, quick=options.quick, measures=measures
        )
    return int(any(measure.holds is False for measure in measures))


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write when asked; 1 when an unturned camera is told as turned."""
    parser = argparse.ArgumentParser(prog="./run bench geo-poses", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a third of the checks, two towers")
    parser.add_argument("--json", type=Path, help="write the report there")
    options = parser.parse_args(arguments)
    about = machine()
    measures = list(_measured(quick=options.quick))
    for measure in measures:
        print(render(measure))
    if options.json:
        write(
            options.json,
            benchmark="geo-poses",
            about=about,
            quick=options.quick,
            measures=measures,
        )
    return int(any(measure.holds is False for measure in measures))


def _measured(*, quick: bool) -> Iterator[Measure]:
    all_cases = list(cases(quick=quick))
    if not all_cases:
        yield skipped("poses_false", "%", "the footage is not at hand")
        return
    began_s = time.process_time()
    plain = [checked(case, Turn()) for case in all_cases]
    pictures = sum(len(case.pictures) for case in all_cases)
    took_ms = 1000.0 * (time.process_time() - began_s) / pictures
    what = f"{len(all_cases)} checks of 7 towers, none turned by us"
    offs = [max(abs(one.azimuth_off_deg), abs(one.tilt_off_deg)) for one in plain if one]
    yield figure("poses_unturned_rms", _rms(offs), "deg", what)
    yield figure("poses_unturned_worst", max(offs), "deg", what)
    for number, angle in enumerate(ANGLES_DEG):
        told, errors = 0, []
        for place, case in enumerate(all_cases):
            right, up = DIRECTIONS[(place + number) % len(DIRECTIONS)]
            turn = Turn(angle * right, angle * up, 0.0, SWAY_DEG)
            check = checked(case, turn, place)
            told += check is not None and check.outcome is CheckOutcome.DRIFTED
            if check is not None:
                errors += [check.azimuth_off_deg - turn.azimuth, check.tilt_off_deg - turn.tilt]
        share = 100.0 * told / len(all_cases)
        on = f"{len(all_cases)} checks, turned by {angle:g} deg on masts that sway"
        if angle == 0.0:
            yield limit("poses_false", share, "%", on, 0.0)
        else:
            yield figure(f"poses_told_{angle:g}", share, "%", on)
        yield figure(f"poses_error_{angle:g}", _rms(errors), "deg", on)
    for kind, (said, of) in sorted(said_by_weather().items()):
        yield figure(f"poses_said_{kind}", 100.0 * said / of, "%", f"of {of} pictures of 16 days")
    yield figure("poses_picture_ms", took_ms, "ms", "CPU of one picture, made turned and compared")


def _rms(values: Sequence[float]) -> float:
    return math.sqrt(sum(value * value for value in values) / len(values))
