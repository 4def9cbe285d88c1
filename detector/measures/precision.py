"""Average precision, the curve that it is the mean of, and recall at a budget of false boxes.

Source of the rules: pycocotools' ``COCOeval`` (101 recall points, ten overlaps from 0.50 to 0.95);
the agreement with it and with faster-coco-eval is tested.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.measures.boxes import ANY_SIZE, Judged, Scene, judge

__all__ = [
    "OVERLAPS",
    "RECALL_POINTS",
    "average_precision",
    "drawn_precision",
    "precision_over_overlaps",
    "precision_recall",
    "recall_at_budget",
]

Floats = NDArray[np.float64]
RECALL_POINTS: Final = np.linspace(0.0, 1.0, 101)
OVERLAPS: Final = np.linspace(0.5, 0.95, 10)
MOST_POINTS: Final = 200
"""Of a curve that is shown: more cannot be told apart on a screen."""
MOST_CELLS: Final = 2_000_000
"""Hits times draws that are computed at once, 16 MB an array."""


def average_precision(judged: Sequence[Judged]) -> float:
    """Mean of the precision envelope at 101 recalls; not a number without true boxes."""
    truths = sum(one.truths for one in judged)
    if truths == 0:
        return float("nan")
    _, hits = _ranked(judged)
    if len(hits) == 0:
        return 0.0
    found = np.cumsum(hits)
    recall = found / truths
    precision = found / (np.arange(len(hits)) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, RECALL_POINTS, side="left")
    return float(np.append(envelope, 0.0)[np.minimum(places, len(envelope))].mean())


def precision_over_overlaps(
    scenes: Sequence[Scene], label: int, area_px: tuple[float, float] = ANY_SIZE
) -> float:
    """Mean of the average precision at ten overlaps; not a number without true boxes."""
    return float(
        np.mean(
            [
                average_precision([judge(scene, label, overlap, area_px) for scene in scenes])
                for overlap in OVERLAPS.tolist()
            ]
        )
    )


def precision_recall(judged: Sequence[Judged]) -> list[tuple[float, float, float]]:
    """Recall, precision and score at each score that a threshold can have, by rising recall.

    Not the envelope: what one gets at that threshold. At most 200 points, evenly spread over them;
    empty without true boxes.
    """
    truths = sum(one.truths for one in judged)
    if truths == 0:
        return []
    scores, hits = _ranked(judged)
    last = np.flatnonzero(np.append(scores[1:] < scores[:-1], True)[: len(scores)])
    found = np.cumsum(hits)[last]
    if len(last) > MOST_POINTS:
        chosen = np.unique(np.linspace(0, len(last) - 1, MOST_POINTS).round().astype(np.int64))
        last, found = last[chosen], found[chosen]
    return [
        (float(one / truths), float(one / (place + 1)), float(scores[place]))
        for place, one in zip(last, found, strict=True)
    ]


def drawn_precision(judged: Sequence[Judged], scenes: Sequence[str], draws: Floats) -> Floats:
    """Average precision of every draw of scenes.

    Args:
        judged: pictures whose groups are among the scenes.
        scenes: names, as the columns of ``draws`` stand for them.
        draws: (d, s) how often each scene was drawn.

    Returns:
        (d,) as :func:`average_precision` of the drawn pictures, equal scores in the order of the
        pictures; not a number where no true box was drawn.
    """
    column = {name: place for place, name in enumerate(scenes)}
    of_picture = np.array([column[one.group] for one in judged], np.int64)
    truths = np.zeros(len(scenes))
    np.add.at(truths, of_picture, [one.truths for one in judged])
    _, hits = _ranked(judged)
    of_box = np.repeat(of_picture, [len(one.scores) for one in judged])[_order(judged)]
    rank = np.flatnonzero(hits)
    # Precision is highest at hits, so that only there is it needed: how many of each scene's
    # detections stand at or above each hit.
    above = np.zeros((len(rank), len(scenes)))
    for place in range(len(scenes)):
        above[:, place] = np.cumsum(of_box == place)[rank]
    answer = np.full(len(draws), np.nan)
    step = max(1, MOST_CELLS // max(1, len(rank)))
    for first in range(0, len(draws), step):
        drawn = draws[first : first + step]
        total = drawn @ truths
        found = np.cumsum(drawn[:, of_box[rank]], axis=1)
        counted = drawn @ above.T
        precision = np.divide(found, counted, out=np.zeros_like(found), where=counted > 0)
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        envelope = np.append(envelope, np.zeros((len(drawn), 1)), axis=1)
        some = np.flatnonzero(total > 0)
        recall = found[some] / total[some, None]
        # Row by row: what would do all rows at once needs them shifted apart, which rounds.
        places = [row.searchsorted(RECALL_POINTS) for row in recall]
        if places:
            answer[first + some] = np.take_along_axis(envelope[some], np.array(places), 1).mean(1)
    return answer


def _order(judged: Sequence[Judged]) -> NDArray[np.int64]:
    return np.argsort(-_scores(judged), kind="stable")


def _scores(judged: Sequence[Judged]) -> Floats:
    return np.concatenate([np.zeros(0), *(one.scores for one in judged)])


def _ranked(judged: Sequence[Judged]) -> tuple[Floats, NDArray[np.bool_]]:
    """Scores falling, and whether each is a hit."""
    order = _order(judged)
    hits = np.concatenate([np.zeros(0, np.bool_), *(one.hits for one in judged)])
    return _scores(judged)[order], hits[order]


def recall_at_budget(
    judged: Sequence[Judged], negatives: Sequence[Judged], budget: float
) -> tuple[float, float]:
    """Recall at the lowest score that keeps false boxes within a budget.

    Args:
        judged: pictures whose true boxes count.
        negatives: one entry a picture without fire, classes together; every box is false.
        budget: most false boxes a negative picture.

    Returns:
        Recall in 0..1 and the score: detections at or above it count.
    """
    false_scores = np.sort(np.concatenate([one.scores for one in negatives]))[::-1]
    allowed = int(np.floor(budget * len(negatives) + 1e-9))
    score = 0.0
    if allowed < len(false_scores):
        score = float(np.nextafter(false_scores[allowed], 2.0))
    truths = sum(one.truths for one in judged)
    if truths == 0:
        return float("nan"), score
    found = sum(int((one.hits & (one.scores >= score)).sum()) for one in judged)
    return found / truths, score
