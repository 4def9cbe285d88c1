"""Fit the weights of the temporal evidence, judge them on sites left out, and write them.

    python -m training.evidence FOOTAGE DATA --cache DIR --out detector/evidence/weights.toml

Each frame of each track is one case: fire or not. A logistic model with as many weights as there
are features, drawn towards zero, gives log-odds a frame; the watch adds them up
(:mod:`detector.evidence.weigh`). Fires and everything else weigh the same in the fit, each
recording by the square root of its news, so that no long quiet night drowns a short fog. Where
sense demands it a weight cannot change sign: more change never speaks against a fire.

Judged is every recording with weights that were fitted without its site, by the sum that the watch
would have formed.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.evidence.features import NAMES
from models.config import Settings
from models.errors import InputRefused
from models.units import FloatArray
from training.material import add_arguments, gather
from training.observations import Observed, ObservedTrack

__all__ = ["Verdict", "fit", "judge", "main", "taught"]

SIGNS: Mapping[str, int] = {
    "missed": -1,
    "score": 1,
    "change": 1,
    "whole": -1,
    "steady": 1,
    "growth": 1,
    "rise": 1,
    "flicker": 1,
}
PULL = 1.0
"""Strength of the pull towards zero, in cases; the two constants are pulled a tenth as much."""
CASES = 50.0
"""What all fires together, and all else together, weigh."""
MOST_CASES = 8.0
STEPS = 3000
YOUNG_S = 600.0
UNKNOWN = NAMES.index("unknown")
FLOOR_LOG_ODDS = 0.0
SEEN_NEWS = 1.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What weights make of a recording.

    Attributes:
        alert_s: first alert since ignition.
        false_s: first alert while nothing burnt.
        most_quiet: highest sum while nothing burnt that could have alerted.
    """

    alert_s: float | None
    false_s: float | None
    most_quiet: float


def fit(observed: Sequence[Observed]) -> FloatArray:
    """Weights, in the order of :data:`detector.evidence.features.NAMES`.

    Args:
        observed: with fires and without.
    """
    rows, burns, cases = [], [], []
    for one in observed:
        for kind in (0, 1):
            mine = [
                (track.rows[chosen], track.news[chosen])
                for track in one.tracks
                for chosen in [taught(one, track) == kind]
            ]
            news = np.concatenate([np.zeros(0), *(news for _, news in mine)])
            if news.sum() > 0.0:
                rows += [row for row, _ in mine]
                burns.append(np.full(len(news), kind))
                cases.append(news / news.sum() * min(np.sqrt(news.sum()), MOST_CASES))
    x, y, weight = np.vstack(rows), np.concatenate(burns), np.concatenate(cases)
    for kind in (0, 1):
        weight[y == kind] *= CASES / weight[y == kind].sum()
    pull = np.full(len(NAMES), PULL)
    pull[:2] *= 0.1
    low = np.array([0.0 if SIGNS.get(name) == 1 else -np.inf for name in NAMES])
    high = np.array([0.0 if SIGNS.get(name) == -1 else np.inf for name in NAMES])
    step = 1.0 / (0.25 * np.linalg.norm(np.sqrt(weight)[:, None] * x, 2) ** 2 + PULL)
    best = ahead = np.zeros(len(NAMES))
    speed = 1.0
    for _ in range(STEPS):  # accelerated projected gradient, Beck and Teboulle 2009
        slope = x.T @ (weight * (1.0 / (1.0 + np.exp(-x @ ahead)) - y)) + pull * ahead
        new = np.clip(ahead - step * slope, low, high)
        faster = (1.0 + np.sqrt(1.0 + 4.0 * speed**2)) / 2.0
        ahead = new + (speed - 1.0) / faster * (new - best)
        best, speed = new, faster
    # Whenever a watch begins late in this material it burns already: that is no property of fires.
    best[UNKNOWN] = min(best[UNKNOWN], 0.0)
    return best


def taught(one: Observed, track: ObservedTrack) -> NDArray[np.int64]:
    """What each frame of a track teaches: 1 fire, 0 something else, -1 nothing.

    An alert is due while a fire is young. What has burnt for ten minutes has become part of the
    background, and would teach that fires look as the place always does.
    """
    if one.fire is None:
        return track.burns
    teaches = track.burns.copy()
    old = track.at_s > one.fire.event.first_visible_s + YOUNG_S
    if one.late:
        known = track.seen & (track.rows[:, UNKNOWN] == 0.0)
        old = np.maximum.accumulate(known)
    teaches[old & (teaches == 1)] = -1
    return teaches


def judge(
    one: Observed,
    weights: FloatArray,
    threshold: float,
    opinions: Sequence[FloatArray] | None = None,
    most_log_odds: float = 0.0,
) -> Verdict:
    """Add up as the watch does.

    Args:
        one: to judge.
        weights: in the order of the features.
        threshold: of an alert.
        opinions: of a second stage, one row a track, a number a frame; none when left out.
        most_log_odds: how far from the threshold it is asked.
    """
    burns_from_s = np.inf if one.fire is None else 0.0
    alerts: list[float] = []
    most_quiet = -np.inf
    for number, track in enumerate(one.tracks):
        total, seen_news, hits = 0.0, 0.0, 0
        opinion = np.zeros(len(track.seen)) if opinions is None else opinions[number]
        for row, news, stands, seen, at_s, second in zip(
            track.rows, track.news, track.stands, track.seen, track.at_s, opinion, strict=True
        ):
            term = float(row @ weights)
            term *= stands if seen and term > 0.0 else 1.0
            total = max(total + news * term, FLOOR_LOG_ODDS)
            seen_news += news if seen else 0.0
            hits += int(seen)
            if seen and hits > 1 and seen_news >= SEEN_NEWS:
                asked = total >= threshold - most_log_odds
                decided = total + second if asked else total
                if at_s < burns_from_s:
                    most_quiet = max(most_quiet, decided)
                if decided >= threshold:
                    alerts.append(float(at_s))
    return Verdict(
        min((at_s for at_s in alerts if at_s >= burns_from_s), default=None),
        min((at_s for at_s in alerts if at_s < burns_from_s), default=None),
        most_quiet,
    )


def left_out(observed: Sequence[Observed], threshold: float) -> dict[str, Verdict]:
    """Judge every recording with weights fitted without its site."""
    by_site = {
        site: fit([other for other in observed if other.site != site])
        for site in sorted({one.site for one in observed})
    }
    return {one.name: judge(one, by_site[one.site], threshold) for one in observed}


def write(path: Path, weights: FloatArray, version: str, model: str) -> None:
    """Write the file that the watch reads."""
    lines = [
        "# Written by training/evidence.py; read and checked by weights.py. What it was fitted on",
        "# and how it did on sites that it had not seen stands in docs/detector.md.",
        f'version = "{version}"',
        f'model = "{model}"',
        f"floor_log_odds = {FLOOR_LOG_ODDS}",
        f"seen_news = {SEEN_NEWS}",
        "",
        "[weights]",
        *(f"{name} = {value:.3f}" for name, value in zip(NAMES, weights, strict=True)),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    """Fit as told on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="weights.toml to write")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    threshold = Settings().evidence.alert_log_odds
    try:
        observed = gather(arguments)
    except InputRefused as error:
        print(error, file=sys.stderr)
        return 1
    for name, verdict in left_out(observed, threshold).items():
        if verdict.alert_s is not None or verdict.most_quiet > 0.0:
            print(f"{name}: {verdict}")
    weights = fit(observed)
    for name, value in zip(NAMES, weights, strict=True):
        print(f"{name} {value:.3f}")
    write(arguments.out, weights, arguments.version, arguments.model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
