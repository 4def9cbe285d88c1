"""What live cameras cost, against a real RTSP server on this machine.

Shares are processor seconds of the reading process a second, so neighbours hardly change them; gaps
are what a clock on the wall shows, so they want a quiet machine. The server's own work is not
counted, but it shares the cores.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.live.contender import Contender, ContenderFailed
from benchmarks.live.video import GOP, RATE_HZ, write_video
from benchmarks.support.report import Measure, comparison, figure, limit, machine, render, write

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "support"))
from rtsp_rig import PACKAGES, RtspServer, Wish, why_no_server

__all__ = ["main"]

BAR_SHARE = 0.03
BAR_TIMES = 4.0
BAR_GAPS = 2.0
CADENCE_S = GOP / RATE_HZ
FEW, MANY, CORES = 6, 100, 2
SPREAD = 20
"""So many streams whose key frames come at different moments, where cameras are not all alike."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 also when a bar fails: the report says so. 1 without a server."""
    parser = argparse.ArgumentParser(prog="./run bench gateway", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter, all key frames together")
    parser.add_argument("--json", type=Path, help="write the report here")
    options = parser.parse_args(arguments)
    trouble = why_no_server()
    if trouble:
        print(
            f"run: the cameras of this benchmark need GStreamer. As root: apt-get install "
            f"{PACKAGES} ({trouble})",
            file=sys.stderr,
        )
        return 1
    about = machine()
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "tower.h264"
        write_video(video, groups=2 if options.quick else 5)
        try:
            measures = [
                *_cost(video, seconds=12.0 if options.quick else 40.0),
                *_hundred(video, quick=options.quick),
            ]
        except ContenderFailed as error:
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
            Contender("gateway", urls, every=CADENCE_S, seconds=seconds) as ours,
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
    together = _gaps(video, streams=1, seconds=14.0 if quick else 40.0)
    ways = {"together": together}
    if not quick:
        ways["spread"] = _gaps(video, streams=SPREAD, seconds=40.0)
    worst = max(ways.values(), key=lambda way: way[0])
    measures = [
        limit(
            "rtsp100_gap_p99_cadences",
            worst[0],
            "cadences",
            f"{MANY} cameras, {CORES} cores, a picture each {CADENCE_S:g} s; the worse of: "
            + ", ".join(ways),
            BAR_GAPS,
        )
    ]
    for name, (p99, longest, share, resident_mib) in ways.items():
        said = f"key frames {name}"
        measures += [
            figure(f"rtsp100_gap_p99_{name}", p99, "cadences", said),
            figure(f"rtsp100_gap_max_{name}", longest, "cadences", said),
            figure(f"rtsp100_core_share_{name}", share / MANY, "core", f"a camera, {said}"),
            figure(f"rtsp100_resident_{name}", resident_mib / MANY, "MiB", f"a camera, {said}"),
        ]
    return measures


def _gaps(video: Path, *, streams: int, seconds: float) -> tuple[float, float, float, float]:
    """99th percentile and maximum of the gaps in cadences, cores used, MiB used."""
    mounts = {f"/cam{number}": [str(video)] for number in range(streams)}
    with RtspServer(Wish(mounts)) as server:
        urls = [server.address(f"/cam{number % streams}") for number in range(MANY)]
        with Contender("gateway", urls, every=CADENCE_S, seconds=seconds, cores=CORES) as reader:
            reader.wait_ready()
            reader.begin()
            told = reader.answer()
    gaps = sorted(gap / CADENCE_S for gap in told["gaps"])
    p99 = gaps[min(len(gaps) - 1, int(0.99 * len(gaps)))]
    return p99, gaps[-1], told["cpu_s"] / told["wall_s"], told["resident_mib"]


def _length_s(video: Path) -> float:
    return video.read_bytes().count(b"\0\0\0\1\x09") / RATE_HZ
