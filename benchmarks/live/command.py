"""What live cameras cost, against a real RTSP server on this machine.

Shares are processor seconds of the reading process a second, so neighbours hardly change them; gaps
are what a clock on the wall shows, so they want a quiet machine. The server's own work is not
counted, but it shares the cores.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.live.contender import Contender
from benchmarks.live.looking import looking
from benchmarks.live.recorded import recorded
from benchmarks.live.video import GOP, RATE_HZ, write_video
from benchmarks.support.peer import PeerFailed
from benchmarks.support.report import Measure, comparison, figure, limit, machine, render, write
from models.camera_link import Adapter, CameraLink

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "support"))
from rtsp_rig import RtspServer, Wish, what_to_install

__all__ = ["main"]

BAR_SHARE = 0.03
BAR_TIMES = 4.0
BAR_GAPS = 2.0
GOP_S = GOP / RATE_HZ
USUAL_S = CameraLink(Adapter.RTSP, "").every_s
FEW, MANY, CORES = 6, 100, 2
SPREAD = 20
"""So many streams whose key frames come at different moments, where cameras are not all alike."""

GROUPS = 4
"""The video repeats after so many key frames; fewer, and a gateway would call a picture frozen."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 also when a bar fails: the report says so. 1 without a server."""
    parser = argparse.ArgumentParser(prog="./run bench gateway", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter, all key frames together")
    parser.add_argument("--json", type=Path, help="write the report here")
    options = parser.parse_args(arguments)
    if missing := what_to_install():
        print(missing, file=sys.stderr)
        return 1
    about = machine()
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "tower.h264"
        write_video(video, GROUPS)
        try:
            measures = [
                *_cost(video, seconds=8.0 if options.quick else 40.0),
                *recorded(video, every_s=GOP_S, quick=options.quick),
                *_hundred(video, quick=options.quick),
                *looking(video, every_s=USUAL_S, seconds=15.0 if options.quick else 40.0),
            ]
        except PeerFailed as error:
            print(f"run: a reader failed: {error}", file=sys.stderr)
            return 1
    for measure in measures:
        print(render(measure))
    if options.json is not None:
        write(
            options.json, benchmark="gateway", about=about, quick=options.quick, measures=measures
        )
    return 0


def _cost(video: Path, seconds: float) -> list[Measure]:
    """A few cameras through the gateway, beside OpenCV reading the same stream."""
    with RtspServer(Wish({"/cam": [str(video)]})) as server:
        urls = [server.address()] * FEW
        with (
            Contender("gateway", urls, every=GOP_S, seconds=seconds) as ours,
            Contender("cv2", urls[:1], seconds=seconds) as theirs,
        ):
            for one in (ours, theirs):
                one.wait_ready()
            for one in (ours, theirs):
                one.begin()
            told, other = ours.answer(), theirs.answer()
    share = told["cpu_s"] / told["wall_s"] / FEW
    reading = other["cpu_s"] / other["wall_s"]
    rate_hz = told["frames"] / told["wall_s"] / FEW
    return [
        limit(
            "rtsp_core_share",
            share,
            "core",
            f"a camera, 1080p25 H.264 of {video.stat().st_size * 8 / 1e6 / _length_s(video):.1f}"
            f" Mbit/s, {rate_hz:.2f} pictures a second through gateway and bus",
            BAR_SHARE,
        ),
        comparison(
            "rtsp_vs_cv2",
            share,
            "core",
            f"cv2.VideoCapture.read of the same stream, {reading:.3f} of a core",
            ratio=reading / share,
            bar=BAR_TIMES,
        ),
    ]


def _hundred(video: Path, *, quick: bool) -> list[Measure]:
    """As many cameras as a district has, on two cores."""
    seconds = 15.0 if quick else 40.0
    ways = {"together": _gaps(video, streams=1, every_s=USUAL_S, seconds=seconds)}
    if not quick:
        ways["spread"] = _gaps(video, streams=SPREAD, every_s=USUAL_S, seconds=seconds)
    worst = max(ways.values(), key=lambda way: way.p99)
    measures = [
        limit(
            "rtsp100_gap_p99_cadences",
            worst.p99,
            "cadences",
            f"{MANY} cameras, {CORES} cores, a picture each {USUAL_S:g} s, key frames "
            + " or ".join(ways)
            + " (the worse counts)",
            BAR_GAPS,
        )
    ]
    for name, way in ways.items():
        measures += way.figures(name, f"key frames {name}")
    if not quick:
        often = _gaps(video, streams=1, every_s=GOP_S, seconds=seconds)
        measures += often.figures("often", f"key frames together, a picture each {GOP_S:g} s")
    return measures


@dataclass(frozen=True, slots=True)
class Gaps:
    """What many cameras did.

    Attributes:
        p99: of the gaps between a camera's pictures, cadences.
        longest: of them, cadences.
        core_share: of one core, a camera.
        resident_mib: a camera.
    """

    p99: float
    longest: float
    core_share: float
    resident_mib: float

    def figures(self, name: str, said: str) -> list[Measure]:
        """As lines of a report."""
        return [
            figure(f"rtsp100_{name}_gap_p99", self.p99, "cadences", said),
            figure(f"rtsp100_{name}_gap_max", self.longest, "cadences", said),
            figure(f"rtsp100_{name}_core_share", self.core_share, "core", f"a camera, {said}"),
            figure(f"rtsp100_{name}_resident", self.resident_mib, "MiB", f"a camera, {said}"),
        ]


def gaps_of(told: dict[str, Any], cameras: int, every_s: float) -> Gaps:
    """From what a reader tells."""
    gaps = sorted(gap / every_s for gap in told["gaps"])
    return Gaps(
        gaps[min(len(gaps) - 1, int(0.99 * len(gaps)))],
        gaps[-1],
        told["cpu_s"] / told["wall_s"] / cameras,
        told["resident_mib"] / cameras,
    )


def _gaps(video: Path, *, streams: int, every_s: float, seconds: float) -> Gaps:
    mounts = {f"/cam{number}": [str(video)] for number in range(streams)}
    with RtspServer(Wish(mounts)) as server:
        urls = [server.address(f"/cam{number % streams}") for number in range(MANY)]
        with Contender("gateway", urls, every=every_s, seconds=seconds, cores=CORES) as reader:
            reader.wait_ready()
            reader.begin()
            return gaps_of(reader.answer(), MANY, every_s)


def _length_s(video: Path) -> float:
    return video.read_bytes().count(b"\0\0\0\1\x09") / RATE_HZ
