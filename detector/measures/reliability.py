"""Whether a score is a probability: of detections at 0.7, are seven in ten right?

Source: expected calibration error over ten equal bins (Naeini, Cooper and Hauskrecht 2015),
detections instead of pictures.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.measures.boxes import Judged

__all__ = ["LEAST_SCORE", "calibration_error", "drawn_error", "reliability"]

Floats = NDArray[np.float64]
BINS: Final = 10
LEAST_SCORE: Final = 0.05
"""Detections below it are noise that nobody reads, and by far the most: with them in it, the error
would be about them only."""


def reliability(judged: Sequence[Judged]) -> list[tuple[float, float, int]]:
    """Mean score, share of hits and number of detections, of each tenth of the scale that has any.

    Detections below 0.05 are left out.
    """
    counts, scores, hits = (row.sum(axis=0) for row in _sums(judged, [0] * len(judged), 1))
    return [
        (float(scores[place] / count), float(hits[place] / count), int(count))
        for place, count in enumerate(counts.tolist())
        if count > 0
    ]


def calibration_error(judged: Sequence[Judged]) -> float:
    """Mean distance of score and share of hits, by detections; not a number without any."""
    sums = _sums(judged, [0] * len(judged), 1)
    return float(_errors(*sums)[0])


def drawn_error(judged: Sequence[Judged], scenes: Sequence[str], draws: Floats) -> Floats:
    """The same of every draw of scenes.

    Args:
        judged: pictures whose groups are among the scenes.
        scenes: names, as the columns of ``draws`` stand for them.
        draws: (d, s) how often each scene was drawn.

    Returns:
        (d,) not a number where no detection was drawn.
    """
    column = {name: place for place, name in enumerate(scenes)}
    sums = _sums(judged, [column[one.group] for one in judged], len(scenes))
    return _errors(*(draws @ one for one in sums))


def _sums(
    judged: Sequence[Judged], rows: Sequence[int], count: int
) -> tuple[Floats, Floats, Floats]:
    """Detections, sum of scores and hits, each (row, bin)."""
    answer = np.zeros((3, count, BINS))
    for row, one in zip(rows, judged, strict=True):
        wanted = one.scores >= LEAST_SCORE
        scores = one.scores[wanted]
        place = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
        for layer, values in enumerate((np.ones(len(scores)), scores, one.hits[wanted])):
            np.add.at(answer[layer, row], place, values)
    return answer[0], answer[1], answer[2]


def _errors(counts: Floats, scores: Floats, hits: Floats) -> Floats:
    total = counts.sum(axis=1)
    answer = np.full(len(total), np.nan)
    np.divide(np.abs(scores - hits).sum(axis=1), total, out=answer, where=total > 0)
    return answer
