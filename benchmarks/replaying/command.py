"""The benchmark of the replay: a whole run against the detector alone, and the same bytes twice.

The bare detector does what no replay could do faster: it is given the same undecoded pictures, all
at once, and looks at the full frames and the bands of a budget in big batches on all cores, each
picture as of a view of its own; nothing is read from disk, checked, followed or weighed. A replay
has to keep the order of one camera's time, in which every band depends on the frames before.

``--quick`` plays 64 frames in turns with the bare detector. The full benchmark also plays a whole
camera-day as one run of the command, half of the bare detector's work before it and half behind, so
that a change of the machine's speed in between weighs on both.
"""

import argparse
import math
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.replaying.day import FRAMES, sources, write_day
from benchmarks.support.report import Measure, comparison, conclude, figure, machine, rate, skipped
from benchmarks.support.rounds import Turns
from detector.attention import AttentiveScorer
from detector.core.machine import usable_cores
from detector.evaluate.footage import PictureSequence, Sampling, find_recordings
from detector.jpeg_picture import JpegPicture
from detector.replay.conducting import RunListener, Wish, conduct
from detector.replay.player import Performance, PlayerOf, Show
from detector.replay.playing import Footage
from detector.replay.run_file import RunFile
from models.config import Settings
from models.footage import Conditions
from models.zoo.registry import load_card

__all__ = ["main"]

FOOTAGE = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage"
BAR = 0.9
QUICK_FRAMES = 64
BATCH = 32
FLOOR = Settings().evidence.floor_score


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 1 when a bar does not hold."""
    parser = argparse.ArgumentParser(prog="./run bench replay", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="64 frames instead of a day")
    parser.add_argument("--json", type=Path, help="write the report here")
    parser.add_argument("--footage", type=Path, default=FOOTAGE, help="folder of the footage")
    parser.add_argument("--frames", type=int, default=FRAMES, help="of the day, for a try")
    parser.add_argument("--work", type=Path, help="folder for 4 GB of pictures; else a new one")
    options = parser.parse_args(arguments)
    about = machine()
    images = sources(options.footage)
    if not images:
        measures = [skipped("replay_vs_bare", "frames/s", f"no footage in {options.footage}")]
    else:
        with tempfile.TemporaryDirectory(dir=options.work) as folder:
            count = QUICK_FRAMES if options.quick else min(options.frames, FRAMES)
            paths = list(write_day(Path(folder) / "day", images, count))
            measures = _in_turns(paths[:QUICK_FRAMES], quick=options.quick)
            if not options.quick:
                measures += _whole(Path(folder), paths)
            measures.append(_twice(Path(folder), paths[: QUICK_FRAMES // 4]))
    return conclude(
        measures, benchmark="replay", about=about, quick=options.quick, path=options.json
    )


def _in_turns(paths: Sequence[Path], *, quick: bool) -> list[Measure]:
    """A replay of some frames and the bare detector on the same, by turns."""
    settings = Settings()
    card, cores = load_card(settings.model_card), usable_cores()
    player = PlayerOf(card, settings, "cpu", "", None, cores, math.inf)()
    bare, full_only = _bare_ones()
    files = [path.read_bytes() for path in paths]
    contenders: list[tuple[str, Callable[[], float]]] = [
        ("replay", lambda: _played(player, paths)),
        ("bare", lambda: _looked_at(bare, files)),
        ("full", lambda: _looked_at(full_only, files[:BATCH]) * len(files) / BATCH),
    ]
    samples: dict[str, list[float]] = {name: [] for name, _ in contenders}
    ends_s = time.monotonic() + (25.0 if quick else 240.0)
    rounds = 0
    while rounds < 2 or time.monotonic() < ends_s:
        for name, contender in contenders[rounds % 2 * 2 :: 1 - rounds % 2 * 2]:
            samples[name].append(contender() / len(paths))
        rounds += 1
    turns = Turns(samples)
    against = (
        f"the detector alone with its bands, batches of {BATCH}: {turns.rate('bare'):.2f} "
        f"frames/s, median of {rounds} rounds by turns"
    )
    ratio = turns.ratio("replay", "bare")
    without = "the detector without the closer look, which a replay has to take"
    return [
        comparison(
            "replay_vs_bare", turns.rate("replay"), "frames/s", against, ratio=ratio, bar=BAR
        ),
        figure("full_frames_alone", turns.rate("full"), "frames/s", without),
    ]


def _whole(folder: Path, paths: Sequence[Path]) -> list[Measure]:
    """A camera-day as one run, from its file to its report."""
    bare, _ = _bare_ones()
    middle = len(paths) // 2
    bare_s = _read_and_looked_at(bare, paths[:middle])
    first_s, first = _run(folder, paths[0].parent, "first")
    bare_s += _read_and_looked_at(bare, paths[middle:])
    second_s, second = _run(folder, paths[0].parent, "second")
    ratio = bare_s / first_s
    against = (
        f"the detector alone with its bands {len(paths) / bare_s:.2f} frames/s, half before and "
        f"half behind; {len(paths)} frames in {first_s:.0f} s and {second_s:.0f} s"
    )
    ours = len(paths) / first_s
    same = float(first == second)
    return [
        comparison("camera_day_vs_bare", ours, "frames/s", against, ratio=ratio, bar=BAR),
        rate("camera_day_same_bytes", same, "", "result.json of two whole runs", bar=1.0),
    ]


def _twice(folder: Path, paths: Sequence[Path]) -> Measure:
    """The same few frames by one worker and by two."""
    some = folder / "some"
    for half in ("a", "b"):
        (some / half).mkdir(parents=True)
    for number, path in enumerate(paths):
        (some / ("a" if number % 2 else "b") / path.name).symlink_to(path)
    results = [_run(folder, some, f"with-{workers}", workers)[1] for workers in (1, 2)]
    same = float(results[0] == results[1])
    return rate("same_bytes", same, "", "result.json by one worker and by two", bar=1.0)


def _run(folder: Path, footage: Path, name: str, workers: int = 0) -> tuple[float, bytes]:
    """Seconds of a whole run, and its result."""
    run = RunFile.model_validate({"name": "day", "footage": [{"path": str(footage)}]})
    started_s = time.perf_counter()
    conduct(run, folder / name, Wish(workers=workers), RunListener())
    seconds = time.perf_counter() - started_s
    return seconds, (folder / name / "result.json").read_bytes()


def _bare_ones() -> tuple[AttentiveScorer, AttentiveScorer]:
    """With bands and without, each as it is fastest on all cores."""
    settings = Settings()
    card, rule = load_card(settings.model_card), settings.attention
    alone = rule.model_copy(update={"cost": 1.0})
    return (
        AttentiveScorer.open(card, rule, device="cpu"),
        AttentiveScorer.open(card, alone, device="cpu"),
    )


def _played(
    player: Callable[[Show, Callable[[int], None]], Performance], paths: Sequence[Path]
) -> float:
    (found,) = find_recordings([paths[0].parent], leave_out=paths[0].parent / "out")
    assert isinstance(found, PictureSequence)
    some = replace(found, pictures=found.pictures[: len(paths)])
    footage = Footage(some, "day", Sampling(), Conditions(), None)
    started_s = time.perf_counter()
    player(Show("", "day", footage), lambda _frames: None)
    return time.perf_counter() - started_s


def _read_and_looked_at(scorer: AttentiveScorer, paths: Sequence[Path]) -> float:
    return sum(
        _looked_at(scorer, [path.read_bytes() for path in paths[start : start + BATCH]])
        for start in range(0, len(paths), BATCH)
    )


def _looked_at(scorer: AttentiveScorer, files: Sequence[bytes]) -> float:
    """Seconds of the network and its decoding alone; the reading of files is not counted."""
    seconds = 0.0
    for start in range(0, len(files), BATCH):
        pictures = [JpegPicture.of(file, "day") for file in files[start : start + BATCH]]
        views = [(f"view {number}", 0) for number in range(len(pictures))]
        started_s = time.perf_counter()
        scorer.detect_each(pictures, floor_score=FLOOR, views=views)
        seconds += time.perf_counter() - started_s
    return seconds
