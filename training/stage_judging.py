"""Whether the second stage beats the evidence alone, on sites that neither has seen."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from models.units import FloatArray
from training.evidence import Verdict
from training.observations import Observed
from training.stage_samples import Samples, history_at

__all__ = ["FOLDS", "MOST_LOG_ODDS", "WEIGHT", "beats", "folds_of", "opinions_of"]

FOLDS = 5
MOST_LOG_ODDS = 1.5
WEIGHT = 1.0


def folds_of(observed: Sequence[Observed]) -> dict[str, int]:
    """The fold in which each site is judged; sites with fire are shared out first."""
    burning = sorted({one.site for one in observed if one.fire is not None})
    quiet = sorted({one.site for one in observed} - set(burning))
    return {site: number % FOLDS for group in (burning, quiet) for number, site in enumerate(group)}


def opinions_of(one: Observed, logits_of: Callable[[Samples], FloatArray]) -> list[FloatArray]:
    """The bounded opinion on every frame of every track, 0 where there is none."""
    answers = []
    for track in one.tracks:
        opinion = np.zeros(len(track.seen))
        asked = [
            (frame, history)
            for frame in np.flatnonzero(track.seen).tolist()
            if (history := history_at(track, frame)) is not None
        ]
        if asked:
            crops, there = (np.stack(side) for side in zip(*(h for _, h in asked), strict=True))
            empty = np.zeros(len(asked), np.float32)
            found = logits_of(Samples(crops, there, empty, empty.astype(np.float64)))
            frames = [frame for frame, _ in asked]
            opinion[frames] = np.clip(WEIGHT * found, -MOST_LOG_ODDS, MOST_LOG_ODDS)
        answers.append(opinion)
    return answers


def beats(alone: Mapping[str, Verdict], both: Mapping[str, Verdict]) -> bool:
    """Whether the second stage made something better and nothing worse."""
    better = False
    for name, first in alone.items():
        second = both[name]
        for before, after, wanted in (
            (first.false_s, second.false_s, False),
            (first.alert_s, second.alert_s, True),
        ):
            if before == after:
                continue
            if wanted:
                improved = after is not None and (before is None or after < before)
            else:
                improved = after is None
            if not improved:
                return False
            better = True
    return better
