"""The score of the ONFIRE contest, without the trap of a scorer that is handed around.

One recording is one vote: a fire recording is found by an alert from 5 s before the fire began, and
every recording with an alert where nothing burned, or before that, is a false one. The scorer that
we know of drops a fire recording with an early alert from every sum, which flatters precision; here
it is false *and* judged by what comes later.

``score = P * R * D / ((1 + F) * (1 + M))`` with precision P, recall R, ``D = max(0, 60 - mean
delay) / 60`` in seconds, F by how much the frame rate falls short of 10 a second, as share of what
it is, and M by how much the memory exceeds 4 GB, as share of 4 GB.

Source: ONFIRE 2023, mivia.unisa.it/onfire2023. Delays count from the ignition, else from when the
fire appears on the scene, as there.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detector.measures.events import Outcome, Verdict, Watched
from models.replay import Played

__all__ = ["Onfire", "drawn_onfire", "onfire_of", "onfire_score"]

Floats = NDArray[np.float64]
TOLERANCE_S: Final = 5.0
LONGEST_DELAY_S: Final = 60.0
FRAMES_PER_S: Final = 10.0
MEMORY_GB: Final = 4.0


@dataclass(frozen=True, slots=True)
class Onfire:
    """What one recording, or many, give to the score.

    Attributes:
        found: fire recordings with an alert in time.
        missed: fire recordings without.
        false: recordings with an alert too early, or where nothing burns.
        delay_s: sum over those found; an alert before the beginning has no delay.
    """

    found: int = 0
    missed: int = 0
    false: int = 0
    delay_s: float = 0.0


def onfire_of(played: Played, watched: Watched) -> Onfire:
    """What one recording gives; nothing where no truth is, or no fire that is judged.

    Alerts where nobody is to be judged are passed over.
    """
    truth = played.truth
    if truth is None:
        return Onfire()
    alerts_s = [
        alert.at_s
        for alert, verdict in zip(played.alerts, watched.verdicts, strict=True)
        if verdict is not Verdict.IGNORED
    ]
    if truth.shows_nothing:
        return Onfire(false=int(bool(alerts_s)))
    fires = [
        (fire.first_visible_s if fire.ignition_s is None else fire.ignition_s, fire.until_s)
        for fire, outcome in zip(truth.fires, watched.fires, strict=True)
        if outcome.outcome is not Outcome.UNSEEN
    ]
    began = [began_s for began_s, _ in fires if began_s is not None]
    if not began:
        return Onfire()
    began_s = min(began)
    ends = [until_s for _, until_s in fires]
    until_s = max((end for end in ends if end is not None), default=float("inf"))
    until_s = float("inf") if None in ends else until_s
    in_time = [at_s for at_s in alerts_s if began_s - TOLERANCE_S <= at_s <= until_s]
    return Onfire(
        found=int(bool(in_time)),
        missed=int(not in_time),
        false=int(len(in_time) < len(alerts_s)),
        delay_s=max(0.0, min(in_time) - began_s) if in_time else 0.0,
    )


def onfire_score(
    sums: Onfire, *, frames_per_s: float | None = None, memory_gb: float | None = None
) -> float:
    """The score, 0 to 1; not a number without a fire recording.

    Args:
        sums: over all recordings.
        frames_per_s: of the detector, > 0; not held against it when left out.
        memory_gb: that it takes; likewise.
    """
    rows = np.array([[sums.found, sums.missed, sums.false, sums.delay_s]], np.float64)
    slow = 0.0 if frames_per_s is None else max(0.0, FRAMES_PER_S / frames_per_s - 1.0)
    big = 0.0 if memory_gb is None else max(0.0, memory_gb / MEMORY_GB - 1.0)
    return float(_scores(rows)[0]) / ((1.0 + slow) * (1.0 + big))


def drawn_onfire(rows: Floats, draws: Floats) -> Floats:
    """The score of every draw of scenes.

    Args:
        rows: (s, 4) found, missed, false and delay of each scene.
        draws: (d, s) how often each was drawn.
    """
    return _scores(draws @ rows)


def _scores(rows: Floats) -> Floats:
    found, missed, false, delay_s = rows.T
    answer = np.full(len(rows), np.nan)
    answer[found + missed > 0] = 0.0
    some = found > 0
    precision = found[some] / (found[some] + false[some])
    recall = found[some] / (found[some] + missed[some])
    in_time = np.maximum(0.0, LONGEST_DELAY_S - delay_s[some] / found[some]) / LONGEST_DELAY_S
    answer[some] = precision * recall * in_time
    return answer
