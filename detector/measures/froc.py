"""Recall of fires against false alarms a camera-day, as the evidence that an alert needs changes.

Free-response curve (Bunch and others 1978), over alerts instead of marks. Every alert stands at the
most evidence that it ever had. With a higher limit it would have opened later, perhaps after its
fire; that is not played again, so that the curve is exact at its last point, where the run was, and
kind to the watch on the way there. What the run let pass cannot be seen: the curve ends there.
"""

from collections.abc import Sequence
from typing import Final

from detector.measures.events import Outcome, Verdict, Watched, assign
from models.replay import Played

__all__ = ["SECONDS_A_DAY", "froc"]

SECONDS_A_DAY: Final = 86_400.0
MOST_POINTS: Final = 200
"""Of a curve that is shown."""


def froc(runs: Sequence[tuple[Played, Watched]]) -> list[tuple[float, float, float]]:
    """False alarms a camera-day, recall and the least log-odds, by falling log-odds.

    At most 200 points, the last of them always in it. Empty where no fire or no camera time was
    judged.
    """
    days = sum(watched.judged_s for _, watched in runs) / SECONDS_A_DAY
    fires = sum(fire.outcome is not Outcome.UNSEEN for _, one in runs for fire in one.fires)
    if days <= 0.0 or fires == 0:
        return []
    steps: dict[float, list[int]] = {}
    for played, watched in runs:
        for at, gained, false in _steps(played, watched):
            step = steps.setdefault(at, [0, 0])
            step[0] += gained
            step[1] += false
    points = []
    found = false_alarms = 0
    for at in sorted(steps, reverse=True):
        found += steps[at][0]
        false_alarms += steps[at][1]
        points.append((false_alarms / days, found / fires, at))
    if len(points) > MOST_POINTS:
        share = (len(points) - 1) / (MOST_POINTS - 1)
        points = [points[round(one * share)] for one in range(MOST_POINTS)]
    return points


def _steps(played: Played, watched: Watched) -> list[tuple[float, int, int]]:
    """Log-odds, fires found there that were not found above, and false alarms that stand there."""
    alerts = played.alerts
    answer = [
        (alert.most_log_odds, 0, 1)
        for alert, verdict in zip(alerts, watched.verdicts, strict=True)
        if verdict.is_false
    ]
    right = [place for place, one in enumerate(watched.verdicts) if one is Verdict.RIGHT]
    before = 0
    for at in sorted({alerts[place].most_log_odds for place in right}, reverse=True):
        kept = [place for place in right if alerts[place].most_log_odds >= at]
        now = len(assign((place, watched.chances[place]) for place in kept))
        answer.append((at, now - before, 0))
        before = now
    return answer
