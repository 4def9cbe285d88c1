"""What it costs when people look: a wall of stills and a live view beside the analysis."""

import sys
from pathlib import Path
from statistics import median

from benchmarks.live.contender import Contender
from benchmarks.support.report import Measure, figure, limit

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "support"))
from rtsp_rig import RtspServer, Wish

__all__ = ["looking"]

CAMERAS, WALL, LIVE, SPREAD, CORES = 50, 24, 1, 10, 2
BAR_BEHIND_S = 2.0
BAR_GAP = 1.1


def looking(video: Path, *, every_s: float, seconds: float) -> list[Measure]:
    """The same cameras with nobody looking and with a wall and a live view open."""
    mounts = {f"/cam{number}": [str(video)] for number in range(SPREAD)}
    with RtspServer(Wish(mounts)) as server:
        urls = [server.address(f"/cam{number % SPREAD}") for number in range(CAMERAS)]
        told = []
        for wall, live in ((0, 0), (WALL, LIVE)):
            options = {"every": every_s, "seconds": seconds, "cores": CORES}
            with Contender("gateway", urls, wall=wall, live=live, **options) as reader:
                reader.wait_ready()
                reader.begin()
                told.append(reader.answer())
    alone, looked = told
    share = looked["cpu_s"] / looked["wall_s"] - alone["cpu_s"] / alone["wall_s"]
    seen = looked["looked"]
    rate_hz = seen["stills"] / looked["wall_s"] / WALL
    late_s = sorted(seen["late_s"])
    return [
        limit(
            "look_gap_p99_ratio",
            _p99(looked["gaps"]) / _p99(alone["gaps"]),
            "times",
            f"the gap between published pictures of {CAMERAS} cameras, a wall of {WALL} and"
            f" {LIVE} live view open, over {_p99(alone['gaps']):.2f} s with nobody looking",
            BAR_GAP,
        ),
        limit(
            "live_behind_s",
            late_s[min(len(late_s) - 1, int(0.99 * len(late_s)))] if late_s else float("inf"),
            "s",
            "99th percentile, from the camera's clock to the first byte for the viewer; median"
            f" {median(late_s) if late_s else 0.0:.2f} s",
            BAR_BEHIND_S,
        ),
        figure(
            "wall24_core_share",
            share,
            "core",
            f"more with both open, {rate_hz:.2f} stills a second and camera, in one thread",
        ),
    ]


def _p99(gaps: list[float]) -> float:
    gaps = sorted(gaps)
    return gaps[min(len(gaps) - 1, int(0.99 * len(gaps)))]
