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
