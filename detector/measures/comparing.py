"""Two runs over the same footage, side by side and drawn together.

Only recordings that both runs have seen alike are compared: of one name, scene and truth, with
frames of the same times. Scenes are drawn once for both, so that what is hard for both cancels out;
times to detection are of fires that both have found. Fires are told apart by McNemar's exact test,
all else by the paired bootstrap over scenes.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from detector.measures.boxes import box_iou
from detector.measures.events import FireOutcome, Outcome
from detector.measures.figures import judged_run
from detector.measures.headline import figures_over
from detector.measures.intervals import mcnemar, middle, paired_chance
from detector.measures.part import Figure, Part
from detector.measures.recording import Recording
from detector.measures.rounding import rounded
from models.errors import InputRefused
from models.replay import Played, PlayedAlert

__all__ = ["compare", "told_apart"]

CHANCE: Final = 0.05
"""Below it, chance is ruled out."""

NEAR_S: Final = 120.0
"""How far apart two runs may open and lose an alert and mean the same nuisance: a track needs some
frames to gather evidence, and more of them with other weights."""


def compare(first: Sequence[Played], second: Sequence[Played]) -> dict[str, Any]:
    """Compare two runs.

    Args:
        first: recordings of the run that is compared with.
        second: those of the other; differences are second less first.

    Returns:
        ``sequences``: how many are compared; ``left_out``: names of those that are not;
        ``measures``: a row a headline figure with ``name``, ``first``, ``second``, ``difference``,
        ``low``, ``high``, ``p``, ``test`` (``mcnemar``, ``bootstrap``, or null where there is no
        telling), ``unit``, ``better`` and ``verdict`` (:func:`told_apart`); ``fires`` and
        ``false_alarms``: what was ``gained`` and ``lost``, by name of the recording.

    Raises:
        InputRefused: no recording was seen alike by both.
    """
    before = {one.name: one for one in first}
    after = {one.name: one for one in second}
    shared = [
        name for name in sorted(before) if name in after and _alike(before[name], after[name])
    ]
    if not shared:
        raise InputRefused(
            "The two runs have no recording in common, with the same frames and truth.",
            remedy="Replay the same footage with both.",
            code="compare_footage",
        )
    old = judged_run([before[name] for name in shared])
    new = judged_run([after[name] for name in shared])
    gained, lost = _changed_fires(old, new)
    false_gained, false_lost = _changed_alarms(old, new)
    return {
        "sequences": len(shared),
        "left_out": sorted((before.keys() | after.keys()) - set(shared)),
        "measures": _measures(old, new, mcnemar(len(gained), len(lost))),
        "fires": {"gained": gained, "lost": lost},
        "false_alarms": {"gained": false_gained, "lost": false_lost},
    }


def told_apart(
    difference: float | None,
    interval: tuple[float | None, float | None],
    p: float | None,
    *,
    is_exact: bool,
    is_better_higher: bool,
) -> str:
    """Whether two runs differ by more than chance.

    Args:
        difference: second less first; None where nothing tells.
        interval: of it, 95 %; two times None without one.
        p: how likely chance makes as much; None where that cannot be told.
        is_exact: it is of McNemar's test, which decides; else the interval does.
        is_better_higher: which way is better.

    Returns:
        ``better``, ``worse``, ``same`` (not told apart) or ``no_telling``.
    """
    if difference is None or p is None:
        return "no_telling"
    low, high = interval
    if is_exact:
        is_sure = p < CHANCE
    else:
        is_sure = low is not None and high is not None and (low > 0.0 or high < 0.0)
    if not is_sure or difference == 0.0:
        return "same"
    return "better" if (difference > 0.0) == is_better_higher else "worse"


def _alike(one: Played, other: Played) -> bool:
    return (one.scene, one.truth) == (other.scene, other.truth) and (
        [frame.at_s for frame in one.frames] == [frame.at_s for frame in other.frames]
    )


def _measures(
    old: Sequence[Recording], new: Sequence[Recording], fires_p: float
) -> list[dict[str, Any]]:
    both = {
        (one.played.name, fire.name)
        for one, other in zip(old, new, strict=True)
        for fire, again in zip(one.watched.fires, other.watched.fires, strict=True)
        if fire.outcome is Outcome.FOUND and again.outcome is Outcome.FOUND
    }

    def found_by_both(recording: Recording) -> list[FireOutcome]:
        return [
            fire for fire in recording.watched.fires if (recording.played.name, fire.name) in both
        ]

    sides = []
    for run in (old, new):
        timed = {one.name: one for one in Part(run, found_by_both).times()}
        whole = figures_over(run, fires=lambda one: one.watched.fires)
        sides.append([timed.get(figure.name, figure) for figure in whole])
    return [
        _row(one, other, fires_p if one.name == "event_recall" else None)
        for one, other in zip(*sides, strict=True)
    ]


def _row(one: Figure, other: Figure, exact_p: float | None) -> dict[str, Any]:
    is_known = one.value is not None and other.value is not None
    drawn = None
    if is_known and one.drawn is not None and other.drawn is not None:
        drawn = other.drawn - one.drawn
    low, high = (None if drawn is None else middle(drawn)) or (None, None)
    p = None if drawn is None else paired_chance(drawn)
    test = None if p is None else "bootstrap"
    if is_known and exact_p is not None:
        p, test = exact_p, "mcnemar"
    difference = (
        rounded(other.value - one.value)
        if one.value is not None and other.value is not None
        else None
    )
    return {
        "name": one.name,
        "first": rounded(one.value),
        "second": rounded(other.value),
        "difference": difference,
        "low": rounded(low),
        "high": rounded(high),
        "p": rounded(p),
        "test": test,
        "unit": one.unit,
        "better": "higher" if one.is_better_higher else "lower",
        "verdict": told_apart(
            difference,
            (rounded(low), rounded(high)),
            rounded(p),
            is_exact=test == "mcnemar",
            is_better_higher=one.is_better_higher,
        ),
    }


def _changed_fires(
    old: Sequence[Recording], new: Sequence[Recording]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    gained, lost = [], []
    for one, other in zip(old, new, strict=True):
        for fire, again in zip(one.watched.fires, other.watched.fires, strict=True):
            row = {"sequence": one.played.name, "fire": fire.name}
            if (fire.outcome, again.outcome) == (Outcome.MISSED, Outcome.FOUND):
                gained.append(row)
            elif (fire.outcome, again.outcome) == (Outcome.FOUND, Outcome.MISSED):
                lost.append(row)
    return gained, lost


def _changed_alarms(
    old: Sequence[Recording], new: Sequence[Recording]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    gained, lost = [], []
    for one, other in zip(old, new, strict=True):
        gone = _false_alarms(one)
        for place, alert in _false_alarms(other):
            same = next((pair for pair in gone if _is_same(pair[1], alert)), None)
            if same is None:
                gained.append(_alarm(other, place, alert))
            else:
                gone.remove(same)
        lost += [_alarm(one, place, alert) for place, alert in gone]
    return gained, lost


def _false_alarms(recording: Recording) -> list[tuple[int, PlayedAlert]]:
    return [
        (place, alert)
        for place, (alert, verdict) in enumerate(
            zip(recording.played.alerts, recording.watched.verdicts, strict=True)
        )
        if verdict.is_false
    ]


def _is_same(one: PlayedAlert, other: PlayedAlert) -> bool:
    """Whether two alerts mean one thing: at one place, at times that meet or nearly do."""
    if max(one.at_s, other.at_s) - min(one.last_at_s, other.last_at_s) > NEAR_S:
        return False
    boxes = [
        np.array([[box.x_min, box.y_min, box.x_max, box.y_max]], np.float64)
        for box in (one.box, other.box)
    ]
    return bool(box_iou(*boxes)[0, 0] > 0.0)


def _alarm(recording: Recording, place: int, alert: PlayedAlert) -> dict[str, Any]:
    return {"sequence": recording.played.name, "alert": place, "at_s": rounded(alert.at_s)}
