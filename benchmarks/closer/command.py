"""The benchmark of the closer look: recall against cost, delay to the alert, silence.

Everything follows the weights and settings in force: it is run again when either changes.
"""

import argparse
import math
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.closer.calibration import fitted_log_odds, training_negatives
from benchmarks.closer.contenders import Answers, Way, closer_look, full_frame
from benchmarks.closer.pictures import FLOOR_SCORE, Curve, chosen, look_at_all
from benchmarks.closer.sequences import (
    Moment,
    Verdict,
    events,
    fog,
    frames_of,
    judge,
    quiet_folders,
)
from benchmarks.support.report import Measure, figure, limit, machine, render, skipped, write
from detector.evaluate.labelled_set import read_index
from models.config import Settings
from models.zoo.registry import load_card

__all__ = ["main"]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
BUDGET = 0.05
"""False boxes a negative picture at which recall is stated, as ``firewatch evaluate`` does."""
BAR_POINTS = 10.0
BAR_COST = 3.0
SCORES = (0.1, 0.17, 0.3)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 also when a bar fails: the report says so."""
    parser = argparse.ArgumentParser(prog="./run bench attention", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer pictures, no sequences")
    parser.add_argument("--json", type=Path, help="write the report here")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with detection, footage")
    parser.add_argument("--keep", type=Path, help="folder for the network's answers: ask once")
    options = parser.parse_args(arguments)
    about = machine()
    if (options.data / "detection" / "index.csv").is_file():
        measures = _measure(options.data, quick=options.quick, keep=options.keep)
    else:
        measures = [
            skipped("small_smoke_gain", "points", f"no labelled pictures in {options.data}")
        ]
    for measure in measures:
        print(render(measure))
    if options.json is not None:
        write(
            options.json, benchmark="attention", about=about, quick=options.quick, measures=measures
        )
    return 0


def _measure(data: Path, *, quick: bool, keep: Path | None) -> list[Measure]:
    answers = Answers(FLOOR_SCORE, keep)
    ways = _ways(answers, quick=quick)
    pictures = chosen(data / "detection", quick=quick)
    # Ways share their full frames. From both ends, two side by side do not ask for the same ones.
    ends = [number % 2 == 1 for number in range(len(ways))]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as hands:
        curves = list(
            hands.map(lambda way, end: look_at_all(way, pictures, from_the_end=end), ways, ends)
        )
    measures = [
        line
        for way, curve in zip(ways, curves, strict=True)
        for line in _point(way, curve, ways[0], curves[0])
    ]
    cost = ways[1].pixels / ways[0].pixels
    measures.append(limit("closer_look_cost", cost, "x", "full frame alone, pixels", BAR_COST))
    measures += _bar(curves[1], curves[0], "stills")
    if quick:
        return measures
    settings = Settings()
    fitted, ranks = fitted_log_odds(
        load_card(settings.model_card),
        settings.attention.cost,
        training_negatives(data / "detection"),
        answers,
    )
    measures.append(
        figure(
            "part_log_odds_fitted",
            fitted,
            "log-odds",
            f"{settings.attention.part_log_odds:g} in force; {ranks} ranks, training negatives",
        )
    )
    return measures + _sequences(data, answers, curves[0], curves[1])


def _ways(answers: Answers, *, quick: bool) -> list[Way]:
    """The full frame, the closer look, and in full what else the same pixels could buy."""
    settings = Settings()
    card, rule = load_card(settings.model_card), settings.attention
    ways = [full_frame(card, 640, answers)]
    costs = (BAR_COST,) if quick else (BAR_COST, 2.0, 4.0)
    ways += [closer_look(card, rule.model_copy(update={"cost": cost}), answers) for cost in costs]
    if not quick:
        ways += [full_frame(card, width, answers) for width in (960, 1088, 1280)]
    return ways


def _bar(ours: Curve, base: Curve, what: str) -> list[Measure]:
    """The bar: small smoke found and false boxes, against the full frame alone."""
    full_score = base.recall(BUDGET)[1]
    # Not worse than the full frame: its own count of false boxes is the budget, not the round one.
    allowed = base.false_boxes(full_score)
    gain, low, high = ours.gain(base, allowed)
    truths = sum(one.truths for one in base.small)
    groups = len({one.group for one in base.small if one.truths > 0})
    against = (
        f"full frame alone {base.recall(allowed)[0]:.3f}, {what}: {truths} boxes below 1 % of the "
        f"picture in {groups} groups, 95 % interval {_points(low)} to {_points(high)}"
    )
    points = _points(gain)
    name = "small_smoke_gain" if what == "stills" else "small_smoke_gain_pooled"
    measures = [Measure(name, points, "points", against, None, BAR_POINTS, points >= BAR_POINTS)]
    if what == "stills":
        against = "full frame alone, each at its own score"
        own = ours.false_boxes(ours.recall(allowed)[1])
        measures.append(limit("false_boxes", own, "a negative", against, allowed))
        same = ours.false_boxes(full_score)
        against = f"full frame alone {allowed:.3f} at {full_score:.3f}"
        measures.append(figure("false_boxes_at_one_score", same, "a negative", against))
    return measures


def _point(way: Way, curve: Curve, full: Way, base: Curve) -> list[Measure]:
    """One point of the curve."""
    recall, score = curve.recall(BUDGET)
    key = way.name.replace("closer look, cost ", "closer_").replace(" ", "_")
    cost = way.pixels / full.pixels
    seconds = way.seconds / full.seconds
    gains = ", ".join(
        f"{_points(curve.recall(budget)[0] - base.recall(budget)[0])} at {budget:g}"
        for budget in (0.02, 0.1, 0.2)
    )
    against = (
        f"{cost:.2f} x pixels, {seconds:.2f} x seconds; score {score:.2f}; smoke of any size "
        f"{curve.recall_of_all(BUDGET):.3f}; points over the full frame {gains} false boxes"
    )
    return [figure(f"recall_{key}", recall, "small smoke", against)]


def _sequences(data: Path, answers: Answers, base: Curve, closer: Curve) -> list[Measure]:
    """In time, and the boxes of small smoke of unseen ignitions together with those of stills."""
    footage = data / "footage"
    trained = [one.name for one in read_index(data / "detection") if one.split == "train"]
    full, ours = _ways(answers, quick=True)
    measures = []
    verdicts: list[tuple[Verdict, Verdict]] = []
    boxes: tuple[dict[str, tuple[float, ...]], dict[str, tuple[float, ...]]] = {}, {}
    for event in events(footage):
        name, first_s = event.folder.name, event.first_visible_s
        both = [judge(way, name, frames_of(event.folder), event) for way in (full, ours)]
        alone, looked = both
        verdicts.append((alone, looked))
        if not any(name in picture for picture in trained):
            for side, verdict in zip(boxes, both, strict=True):
                side[name] = verdict.small
        delay_s = math.inf if looked.alert_s is None else looked.alert_s - first_s
        against = f"full frame alone {_seconds(alone.alert_s, first_s)}"
        before = f"most log-odds before {looked.most_log_odds:.1f}, alone {alone.most_log_odds:.1f}"
        key = f"delay_{name}"
        measures.append(
            skipped(key, "s", f"no alert; {against}")
            if math.isinf(delay_s)
            else figure(key, delay_s, "s", f"{against}; {before}")
        )
        measures.append(
            limit(f"too_early_{name}", float(delay_s < 0), "alerts", "before a person sees it", 0.0)
        )
    quiet: list[tuple[str, Callable[[], Iterable[Moment]]]] = [
        (folder.name, partial(frames_of, folder)) for folder in quiet_folders(footage)
    ]
    quiet.append(("fog", partial(fog, footage)))
    for name, moments in quiet:
        alone, looked = (judge(way, name, moments()) for way in (full, ours))
        verdicts.append((alone, looked))
        against = (
            f"{looked.frames} frames, most log-odds {looked.most_log_odds:.1f}, "
            f"full frame alone {alone.most_log_odds:.1f}"
        )
        alerts = float(looked.alert_s is not None)
        measures.append(limit(f"false_alerts_{name}", alerts, "alerts", against, 0.0))
    pooled = _bar(closer.with_boxes(boxes[1]), base.with_boxes(boxes[0]), "stills and ignitions")
    return [*pooled, *measures, *_over_all(verdicts)]


def _over_all(verdicts: Sequence[tuple[Verdict, Verdict]]) -> list[Measure]:
    """Frames of all sequences together, at fixed scores: these choose nothing."""
    measures = []
    for score in SCORES:
        found, false = [], []
        for side in range(2):
            small = [one for pair in verdicts for one in pair[side].small]
            wrong = [one for pair in verdicts for one in pair[side].false]
            quiet = sum(pair[side].quiet_frames for pair in verdicts)
            found.append(sum(one >= score for one in small) / len(small))
            false.append(sum(one >= score for one in wrong) / quiet)
        against = (
            f"full frame alone {found[0]:.3f} of {len(small)} boxes; false boxes a quiet frame "
            f"{false[1]:.4f}, alone {false[0]:.4f} of {quiet} frames"
        )
        measures.append(figure(f"sequences_recall_at_{score:g}", found[1], "small smoke", against))
    return measures


def _seconds(alert_s: float | None, first_s: float) -> str:
    return "no alert" if alert_s is None else f"{alert_s - first_s:g} s"


def _points(share: float) -> float:
    return round(100.0 * share, 1)
