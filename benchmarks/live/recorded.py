"""The bar of the recorder: the same connections with it and without, by turns."""

import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.live.contender import Contender
from benchmarks.support.report import Measure, figure, limit

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "support"))
from rtsp_rig import RtspServer, Wish

__all__ = ["recorded"]

BAR_RECORDING = 0.015
BAR_RECORDING_MB = 8.0
FEW, MANY, SPREAD = 6, 100, 20
MANY_EACH_S = 5.0


def recorded(video: Path, *, every_s: float, quick: bool) -> list[Measure]:
    """What it adds to a camera: processor time, and memory.

    Args:
        video: that all cameras send.
        every_s: between two pictures of a camera for the analysis, which goes on all the while.
        quick: fewer and shorter turns.
    """
    told = _by_turns(
        video, FEW, every_s=every_s, turns=4 if quick else 8, seconds=6 if quick else 15
    )
    extra = told.extra
    said = (
        f"a camera, over the same connections without; {len(extra)} turns each, "
        f"from {extra[0]:.4f} to {extra[-1]:.4f}; {told.said}"
    )
    measures = [
        limit("record_core_share", median(extra), "core", said, BAR_RECORDING),
        limit(
            "record_resident",
            told.resident_mb,
            "MB",
            "a camera, the most at the end of a turn over the first turn without",
            BAR_RECORDING_MB,
        ),
    ]
    if not quick:
        many = _by_turns(video, MANY, every_s=MANY_EACH_S, turns=2, seconds=25)
        said = f"a camera of {MANY} at once; {many.said}"
        measures += [
            figure("record100_core_share", many.extra[0], "core", said),
            figure("record100_resident", many.resident_mb, "MB", "a camera"),
            figure("record100_dropped", many.dropped, "pictures", "that the disk was too slow for"),
        ]
    return measures


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader told.

    Attributes:
        extra: processor share of recording, a camera, of each pair of turns; rising.
        resident_mb: memory of recording, a camera.
        dropped: pictures.
        said: what was written.
    """

    extra: list[float]
    resident_mb: float
    dropped: int
    said: str


def _by_turns(video: Path, cameras: int, *, every_s: float, turns: int, seconds: float) -> Told:
    mounts = {f"/cam{number}": [str(video)] for number in range(min(cameras, SPREAD))}
    with RtspServer(Wish(mounts)) as server:
        urls = [server.address(f"/cam{number % len(mounts)}") for number in range(cameras)]
        with Contender("record", urls, every=every_s, seconds=seconds, turns=turns) as reader:
            reader.wait_ready()
            reader.begin()
            told = reader.answer()
    # Each turn with against the one just before: what else the machine does drifts.
    pairs = zip(told["cpu"][::2], told["cpu"][1::2], strict=True)
    written = f"{told['bytes'] / 1e6:.0f} MB in {told['pieces']} pieces"
    resident_mib = max(told["resident_mib"][1::2]) - told["resident_mib"][0]
    return Told(
        sorted((after - before) / cameras for before, after in pairs),
        resident_mib * 2**20 / 1e6 / cameras,
        told["dropped"],
        f"{written}, {told['dropped']} pictures dropped",
    )
