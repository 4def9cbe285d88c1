"""How soon a lost camera is told, and how soon it is back, after short outages and long ones.

Real servers on this machine, each a process of its own: killed, frozen, silent while they still
answer, gone into a black hole that swallows even the first word of a connection, and another
service in the camera's place. All cameras of one length of outage run side by side, so that five
minutes are waited for once.
"""

import argparse
import asyncio
import logging
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.support.report import Measure, figure, limit, machine, render, write
from models.camera_link import Adapter

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "support"))
from coded_video import coded, write_annex_b
from outage_rig import EVERY_S, FAULTS, Fault, Outcome, play, rig_of
from rtsp_rig import what_to_install

__all__ = ["main"]

SHORT_S, LONG_S = 5.0, 300.0
BACK_S = 3.0 + EVERY_S
PLAYED = {"kill", "freeze", "stall", "black_hole", "stranger"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 also when a bar fails: the report says so. 1 without a server."""
    parser = argparse.ArgumentParser(prog="./run bench outages", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"outages of {SHORT_S:g} s only")
    parser.add_argument("--down", type=float, action="append", help="seconds; may be repeated")
    parser.add_argument("--json", type=Path, help="write the report here")
    options = parser.parse_args(arguments)
    if missing := what_to_install():
        print(missing, file=sys.stderr)
        return 1
    logging.disable(logging.WARNING)  # that cameras are lost is what is wanted here
    about = machine()
    lengths_s = options.down or ([SHORT_S] if options.quick else [SHORT_S, LONG_S])
    measures: list[Measure] = []
    with tempfile.TemporaryDirectory() as folder:
        units = coded("h264", 100, 25, size=(320, 180), delimiters=True)
        video = write_annex_b(Path(folder), "tower.h264", units)
        for down_s in lengths_s:
            for outcome, adapter in asyncio.run(_all(video, down_s)):
                measures += _told(adapter, outcome, down_s)
    for measure in measures:
        print(render(measure))
    if options.json is not None:
        write(
            options.json, benchmark="outages", about=about, quick=options.quick, measures=measures
        )
    return 0


async def _all(video: str, down_s: float) -> list[tuple[Outcome, Adapter]]:
    """Every kind of camera and every outage, side by side."""

    async def one(adapter: Adapter, fault: Fault) -> tuple[Outcome, Adapter]:
        with rig_of(adapter, [video]) as rig:
            return await play(rig, fault, down_s=down_s), adapter

    return await asyncio.gather(
        *(
            one(adapter, fault)
            for adapter, faults in FAULTS.items()
            for fault in faults
            if fault.name.partition("?")[0] in PLAYED
        )
    )


def _told(adapter: Adapter, outcome: Outcome, down_s: float) -> list[Measure]:
    name = f"{adapter.value}_{outcome.fault.name.partition('?')[0]}_{down_s:g}s"
    state = f"{outcome.status.state.value}, {outcome.status.trouble_code}"
    return [
        limit(f"{name}_told", outcome.told_s, "s", f"until {state}", outcome.fault.within_s),
        limit(
            f"{name}_back",
            outcome.back_s,
            "s",
            "from the server's return to the next picture; 3 s and one group of pictures",
            BACK_S,
        ),
        figure(f"{name}_attempts", outcome.attempts, "attempts", "while it was away"),
    ]
