"""The figures of a split: per view and class, per kind of negative, with counts and intervals."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.evaluate.labelled_set import CLASSES
from detector.measures.boxes import Judged, Scene, judge
from detector.measures.intervals import group_interval
from detector.measures.precision import average_precision, recall_at_budget

__all__ = [
    "BUDGET",
    "RECALL_IOU",
    "Figure",
    "differences",
    "figures",
    "in_words",
    "report",
    "score_at",
]

BUDGET = 0.05
"""False boxes a negative picture at which recall is stated."""
RECALL_IOU = 0.3
"""Overlap at which a person would say that the smoke was found; boxes of plumes are loose."""
INPAINTED = "nemo_alertwildfire"
"""Its boxes had been drawn into the pixels and were painted over: scored with and without."""

Drawn = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a split, as a function of the pictures that are drawn.

    Attributes:
        name: what it says.
        counts: of what, in words.
        places: indices of the pictures concerned.
        of: from indices of pictures, with repeats, to the figure.
    """

    name: str
    counts: str
    places: Drawn
    of: Callable[[Drawn], float]


def figures(found: Sequence[Scene]) -> list[Figure]:
    """All figures of a split, without intervals."""
    half = [[judge(scene, label, 0.5) for scene in found] for label in range(len(CLASSES))]
    loose = [[judge(scene, label, RECALL_IOU) for scene in found] for label in range(len(CLASSES))]
    answer = []
    for view in sorted({scene.view for scene in found if len(scene.true_classes) > 0}):
        places = np.array([i for i, scene in enumerate(found) if scene.view == view], np.int64)
        clean = np.array([i for i in places if found[i].source != INPAINTED], np.int64)
        for label, word in enumerate(CLASSES):
            if _truths(half[label], places) == 0:
                continue
            answer.append(_precision(f"{view} {word} AP50", found, half[label], places))
            if len(clean) < len(places):
                name = f"{view} {word} AP50 without the inpainted source"
                answer.append(_precision(name, found, half[label], clean))
            answer.append(_recall(f"{view} {word}", found, loose[label], places))
    answer.append(
        Figure(
            "pooled mAP50",
            f"{len(found)} pictures, {len({s.group for s in found})} groups",
            np.arange(len(found)),
            lambda drawn: _mean_known(
                [average_precision([row[index] for index in drawn]) for row in half]
            ),
        )
    )
    return answer


def report(found: Sequence[Scene], *, draws: int = 1000) -> dict[str, Any]:
    """Everything that ``metrics.json`` says."""
    rows = []
    for figure in figures(found):
        low, high = _interval(found, figure.places, figure.of, draws)
        rows.append(
            {
                "name": figure.name,
                "value": _known(figure.of(figure.places)),
                "low": _known(low),
                "high": _known(high),
                "counts": figure.counts,
            }
        )
    score = score_at(found, BUDGET)
    return {
        "pictures": len(found),
        "score_at_budget": score,
        "measures": rows,
        "negatives": negatives(found, score),
    }


def score_at(found: Sequence[Scene], budget: float) -> float:
    """The lowest score that keeps false boxes within a budget a picture without fire."""
    false = list(_false_boxes(found).values())
    return recall_at_budget([], false, budget)[1] if false else 0.0


def in_words(row: Mapping[str, Any]) -> str:
    """One measure of a report as a line for people."""
    value, low, high = (
        "unknown" if row[key] is None else f"{row[key]:.3f}" for key in ("value", "low", "high")
    )
    return f"{row['name']}: {value} [{low}, {high}] ({row['counts']})"


def differences(
    before: Sequence[Scene], after: Sequence[Scene], *, draws: int = 1000
) -> list[dict[str, Any]]:
    """How much each figure changed, with intervals from the same draws of groups on both sides."""
    if [scene.name for scene in before] != [scene.name for scene in after]:
        msg = "the two sides have looked at different pictures"
        raise ValueError(msg)
    rows = []
    for old, new in zip(figures(before), figures(after), strict=True):

        def change(drawn: Drawn, old: Figure = old, new: Figure = new) -> float:
            return new.of(drawn) - old.of(drawn)

        low, high = _interval(before, old.places, change, draws)
        value = change(old.places)
        rows.append({"name": old.name, "value": value, "low": low, "high": high})
    return rows


def negatives(found: Sequence[Scene], score: float) -> list[dict[str, Any]]:
    """False boxes on pictures without fire, by kind and source, at one score."""
    quiet = [scene for scene in found if len(scene.true_classes) == 0]
    answer = []
    for view, source in sorted({(scene.view, scene.source) for scene in quiet}):
        scores = [s.scores for s in quiet if (s.view, s.source) == (view, source)]
        false = [int((one >= score).sum()) for one in scores]
        answer.append(
            {
                "view": view,
                "source": source,
                "pictures": len(scores),
                "false_boxes": sum(false),
                "pictures_with_a_box": sum(count > 0 for count in false),
                "highest_score": max(float(one.max(initial=0.0)) for one in scores),
            }
        )
    return answer


def _interval(
    found: Sequence[Scene], places: Drawn, of: Callable[[Drawn], float], draws: int
) -> tuple[float, float]:
    groups = [found[index].group for index in places]
    return group_interval(groups, lambda drawn: of(places[drawn]), draws=draws)


def _known(figure: float) -> float | None:
    """None for not a number, which JSON does not have."""
    return None if math.isnan(figure) else figure


def _mean_known(figures: Sequence[float]) -> float:
    known = [figure for figure in figures if not math.isnan(figure)]
    return sum(known) / len(known) if known else math.nan


def _precision(
    name: str, found: Sequence[Scene], judged: Sequence[Judged], places: Drawn
) -> Figure:
    groups = {found[index].group for index in places if judged[index].truths > 0}
    return Figure(
        name,
        f"{_truths(judged, places)} boxes, {len(places)} pictures, {len(groups)} groups",
        places,
        lambda drawn: average_precision([judged[index] for index in drawn]),
    )


def _recall(name: str, found: Sequence[Scene], judged: Sequence[Judged], places: Drawn) -> Figure:
    """Recall at the budget, its score chosen anew for every draw of groups."""
    false = _false_boxes(found)
    shown = set(places.tolist())

    def of(drawn: Drawn) -> float:
        quiet = [false[index] for index in drawn if index in false]
        if not quiet:
            return float("nan")
        return recall_at_budget([judged[i] for i in drawn if i in shown], quiet, BUDGET)[0]

    return Figure(
        f"{name} recall at IoU {RECALL_IOU} with at most {BUDGET} false boxes a negative picture",
        f"{_truths(judged, places)} boxes, {len(false)} negative pictures",
        np.array(sorted(shown | set(false)), np.int64),
        of,
    )


def _false_boxes(found: Sequence[Scene]) -> dict[int, Judged]:
    """For each negative picture its boxes of all classes together: each of them is false."""
    return {
        index: Judged(scene.group, scene.scores, np.zeros(len(scene.scores), np.bool_), 0)
        for index, scene in enumerate(found)
        if len(scene.true_classes) == 0
    }


def _truths(judged: Sequence[Judged], places: Drawn) -> int:
    return sum(judged[index].truths for index in places)
