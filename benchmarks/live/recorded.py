"""The bar of the recorder: the same connections with it and without, by turns."""

import sys
from pathlib import Path
from statistics import median

from benchmarks.live.contender import Contender
from benchmarks.support.report import Measure, limit

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "support"))
from rtsp_rig import RtspServer, Wish

__all__ = ["recorded"]

BAR_RECORDING = 0.015
BAR_RECORDING_MB = 8.0
FEW = 6


def recorded(video: Path, *, every_s: float, quick: bool) -> list[Measure]:
    """What it adds to a camera: processor time, and memory.

    Args:
        video: that all cameras send.
        every_s: between two pictures of a camera for the analysis, which goes on all the while.
        quick: fewer and shorter turns.
    """
    turns, seconds = (4, 6.0) if quick else (8, 15.0)
    with RtspServer(Wish({"/cam": [str(video)]})) as server:
        urls = [server.address()] * FEW
        with Contender("record", urls, every=every_s, seconds=seconds, turns=turns) as reader:
            reader.wait_ready()
            reader.begin()
            told = reader.answer()
    without, with_it = told["cpu"][::2], told["cpu"][1::2]
    # Each turn with against the one just before: what else the machine does drifts.
    extra = sorted((after - before) / FEW for before, after in zip(without, with_it, strict=True))
    resident = (max(told["resident_mib"][1::2]) - told["resident_mib"][0]) * 2**20 / 1e6 / FEW
    said = (
        f"a camera, over the same connections without; {turns // 2} turns each of {seconds:g} s, "
        f"from {extra[0]:.4f} to {extra[-1]:.4f}; {told['bytes'] / 1e6:.0f} MB in "
        f"{told['pieces']} pieces, {told['dropped']} pictures dropped"
    )
    return [
        limit("record_core_share", median(extra), "core", said, BAR_RECORDING),
        limit(
            "record_resident",
            resident,
            "MB",
            "a camera, the most at the end of a turn over the first turn without",
            BAR_RECORDING_MB,
        ),
    ]
