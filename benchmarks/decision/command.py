"""The benchmark of the decision: delay of fires, silence, cadences, and what evidence costs."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from benchmarks.decision.cadence import cadences
from benchmarks.decision.cost import CAMERAS, measure_cost
from benchmarks.decision.judging import FIRE_BARS, Judge, clips, fires, quiet
from benchmarks.decision.recordings import around_the_start, ignitions, made, quiet_sequences
from benchmarks.support.report import Measure, figure, limit, machine, render, skipped, write
from detector.attention import AttentiveScorer
from detector.evaluate.footage import Moment, Sampling
from detector.evaluate.recorded_scorer import RecordedScorer
from models.config import AttentionRule, Settings, load_settings
from models.zoo import load_card

__all__ = ["main"]

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
QUICK_S = 30.0
"""When a quick run begins nothing new: what was begun and the cost take the rest of its 50 s."""
SHARE_BAR = 0.05
QUICK_EVERY = 6
PARTS = ("fires", "clips", "quiet", "made", "cadences", "cost")
MADE, QUICK_MADE = 100, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 0 also when a bar fails: the report says so."""
    started_s = time.monotonic()
    parser = argparse.ArgumentParser(prog="./run bench evidence", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="answer within 50 s")
    parser.add_argument("--json", type=Path, help="write the report here")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with detection, footage")
    parser.add_argument("--settings", type=Path, help="of the decision, TOML")
    parser.add_argument("--cache", type=Path, help="keep detections here and take them from here")
    parser.add_argument(
        "--made", type=int, help=f"made sequences without fire; {MADE}, quickly {QUICK_MADE}"
    )
    parser.add_argument(
        "--only", action="append", choices=PARTS, help="measure this part, may be repeated; all"
    )
    options = parser.parse_args(arguments)
    made_count = QUICK_MADE if options.quick else MADE
    about = machine()
    settings = load_settings(options.settings)
    if not (options.data / "footage" / "sequences_1min" / "events.csv").is_file():
        measures = [skipped(name, "", f"no footage in {options.data}") for name in FIRE_BARS]
    else:
        with tempfile.TemporaryDirectory() as folder:
            measures = _measures(
                options.data,
                settings,
                options.cache or Path(folder),
                made_count=made_count if options.made is None else options.made,
                parts=frozenset(options.only or PARTS),
                until_s=started_s + (QUICK_S if options.quick else 1e9),
                quick=options.quick,
            )
    for measure in measures:
        print(render(measure))
    if options.json is not None:
        write(
            options.json, benchmark="evidence", about=about, quick=options.quick, measures=measures
        )
    return 0


def _measures(
    data: Path,
    settings: Settings,
    cache: Path,
    *,
    made_count: int,
    parts: frozenset[str],
    until_s: float,
    quick: bool,
) -> list[Measure]:
    card, footage = load_card(settings.model_card), data / "footage"
    live = AttentiveScorer.open(card, settings.attention)
    judge = Judge(RecordedScorer(live, cache, settings.attention), settings, until_s)
    burning = ignitions(footage)
    if quick:
        burning = [(around_the_start(one, event), event) for one, event in burning]
    measures: list[Measure] = []
    if parts & {"fires", "cost"}:  # the cost is measured on what was found in the fires
        measures += fires(judge, burning)
    views = [list(around_the_start(one, event).moments(Sampling())) for one, event in burning]
    if "clips" in parts:
        measures += clips(judge, footage, quick=quick)
    if "quiet" in parts:
        sequences = quiet_sequences(footage)
        measures += quiet(judge, "quiet_sequences", sequences, QUICK_EVERY if quick else 1)
    if "made" in parts:
        if (data / "detection" / "index.csv").is_file():
            measures += quiet(judge, "made_sequences", made(data, made_count))
        else:
            measures.append(
                skipped("false_alerts_made_sequences", "alerts", f"no pictures in {data}")
            )
    if "cadences" in parts and not quick:
        # The full frame alone: what is asked is what time means, and 25 frames a second are never
        # looked at closer.
        plain = settings.model_copy(update={"attention": AttentionRule(cost=1.0)})
        full = AttentiveScorer.open(card, plain.attention)
        kept = RecordedScorer(full, cache, plain.attention)
        measures += cadences(replace(judge, scorer=kept, settings=plain), footage)
    return measures + (_cost(judge, settings, views, quick=quick) if "cost" in parts else [])


def _cost(
    judge: Judge, settings: Settings, views: Sequence[Sequence[Moment]], *, quick: bool
) -> list[Measure]:
    known = [[moment for moment in view if _sha256(moment) in judge.known] for view in views]
    known = [view for view in known if view]
    if not known:
        return [skipped("evidence_share", "of the detector", "no time left")]
    card = load_card(settings.model_card)
    one_thread = AttentiveScorer.open(card, settings.attention, device="cpu", threads=1)
    cost = measure_cost(
        one_thread,
        known,
        judge.known,
        settings,
        rounds=1 if quick else 4,
        looks=12 if quick else 60,
        longest_s=12.0 if quick else 120.0,
    )
    evidence_ms = 1e3 * cost.evidence_s / cost.frames
    against = (
        f"{CAMERAS} cameras, {cost.frames} frames: {evidence_ms:.2f} ms a frame beside "
        f"{1e3 * cost.scorer_s / cost.looks:.1f} ms of the detector at its settings, one thread"
    )
    return [
        limit("evidence_share", cost.share, "of the detector", against, SHARE_BAR),
        figure("evidence_ms", evidence_ms, "ms a frame"),
    ]


def _sha256(moment: Moment) -> str:
    return sha256(moment.picture).hexdigest() if isinstance(moment.picture, bytes) else ""
