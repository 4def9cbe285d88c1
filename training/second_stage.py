"""Train the second stage, judge it on sites left out beside the evidence alone, write its card.

    python -m training.second_stage FOOTAGE DATA --cache DIR --out detector/evidence --version V

The recordings are those of the evidence. In each of five folds the network is trained without the
recordings that it is judged on, and without any other of their site; the evidence's weights are
those fitted without the site. The card says that it is on only if, over all folds and with each of
three seeds, fewer watches without fire alert or fires alert earlier, and nothing becomes worse: no
false alert is new and no fire is later.
"""

import argparse
import hashlib
import json
import sys
import time
from functools import partial
from pathlib import Path

import cv2

from models.config import Settings
from models.errors import InputRefused
from training.evidence import Verdict, fit, judge
from training.material import add_arguments, gather
from training.stage_judging import FOLDS, MOST_LOG_ODDS, WEIGHT, beats, folds_of, opinions_of
from training.stage_network import export, logits, parameters, train
from training.stage_samples import samples_of

__all__ = ["main"]

SEEDS = 3
NETWORK = "second_stage.onnx"
CARD = "second_stage.toml"


def main() -> int:
    """Train and judge as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder for network and card")
    parser.add_argument("--report", type=Path, help="JSON file with every verdict")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    threshold = Settings().evidence.alert_log_odds
    try:
        observed = gather(arguments, keep_crops=True)
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    started_s = time.process_time()
    folds = folds_of(observed)
    rules = {site: fit([other for other in observed if other.site != site]) for site in folds}
    alone = {one.name: judge(one, rules[one.site], threshold) for one in observed}
    on, rows = True, []
    for seed in range(arguments.seed, arguments.seed + SEEDS):
        both: dict[str, Verdict] = {}
        for fold in range(FOLDS):
            taught_on = samples_of([one for one in observed if folds[one.site] != fold])
            asked = partial(logits, train(taught_on, seed=seed))
            for one in (one for one in observed if folds[one.site] == fold):
                opinions = opinions_of(one, asked)
                both[one.name] = judge(one, rules[one.site], threshold, opinions, MOST_LOG_ODDS)
        better = beats(alone, both)
        on = on and better
        print(f"seed {seed}: {'better' if better else 'not better'}")
        for name, verdict in alone.items():
            if (verdict.alert_s, verdict.false_s) != (both[name].alert_s, both[name].false_s):
                print(f"  {name}: alone {verdict}, both {both[name]}")
        rows.append({name: _row(verdict) for name, verdict in both.items()})
    samples = samples_of(observed)
    network = train(samples, seed=arguments.seed)
    export(network, arguments.out / NETWORK)
    _write_card(arguments.out, on=on, version=arguments.version, model=arguments.model)
    print(
        f"{parameters(network)} parameters, {len(samples.burns)} samples, "
        f"{samples.burns.mean():.2f} of them fire, {time.process_time() - started_s:.0f} s of a "
        f"processor; {'on' if on else 'off'}"
    )
    if arguments.report is not None:
        told = {"alone": {name: _row(one) for name, one in alone.items()}, "both": rows}
        arguments.report.write_text(json.dumps(told, indent=1), encoding="utf-8")
    return 0


def _row(verdict: Verdict) -> list[float | None]:
    return [
        verdict.alert_s,
        verdict.false_s,
        verdict.most_quiet if verdict.most_quiet > -1e9 else None,
    ]


def _write_card(out: Path, *, on: bool, version: str, model: str) -> None:
    sha256 = hashlib.sha256((out / NETWORK).read_bytes()).hexdigest()
    lines = [
        "# Written by training/second_stage.py; read and checked by second_stage.py. Whether it is",
        "# on, and how it did on sites that it had not seen, is told in docs/detector.md.",
        f"on = {'true' if on else 'false'}",
        f'version = "{version}"',
        f'model = "{model}"',
        f'file = "{NETWORK}"',
        f'sha256 = "{sha256}"',
        f"weight = {WEIGHT}",
        f"most_log_odds = {MOST_LOG_ODDS}",
    ]
    (out / CARD).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
