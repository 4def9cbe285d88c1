"""All figures of a run, as ``result.json`` has them.

The same recordings give the same figures, in whatever order they come: they are sorted by name,
draws are seeded, numbers are rounded.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from detector.measures.events import FireOutcome, Outcome, Verdict
from detector.measures.froc import SECONDS_A_DAY, froc
from detector.measures.headline import figures_of_size, figures_over, measure
from detector.measures.part import Figure
from detector.measures.precision import precision_recall
from detector.measures.recording import Recording, judged_recording
from detector.measures.reliability import reliability
from detector.measures.rounding import rounded
from detector.measures.slices import CUTS, SIZES, fire_size, word_of
from models.detection import Label
from models.replay import Played

__all__ = ["figures_of", "judged_run"]

CORRUPT: Final = "corrupt"
"""The gateway's word for a picture that cannot be decoded whole."""


def judged_run(played: Sequence[Played]) -> list[Recording]:
    """The recordings of a run, judged, by name."""
    return [judged_recording(one) for one in sorted(played, key=lambda one: one.name)]


def figures_of(played: Sequence[Played]) -> dict[str, Any]:
    """The figures of a run.

    ``false_alarms`` in the counts holds the early ones too. ``camera_days`` is all time that was
    watched, ``judged_camera_days`` the part of it in which an alert could be false: with a truth,
    and not where the whole picture is ignored. A slice holds only measures that have a value; by
    size they are of true boxes of that size and of fires by their size where they were first boxed.

    Returns:
        ``counts``, ``headline``, ``slices``, ``curves`` and ``sequences``, of JSON's own types.
    """
    recordings = judged_run(played)
    return {
        "counts": _counts(recordings),
        "headline": [measure(one) for one in figures_over(recordings, fires=_all_fires)],
        "slices": _slices(recordings),
        "curves": _curves(recordings),
        "sequences": [_sequence(one) for one in recordings],
    }


def _all_fires(recording: Recording) -> Sequence[FireOutcome]:
    return recording.watched.fires


def _counts(recordings: Sequence[Recording]) -> dict[str, Any]:
    verdicts = Counter(one for recording in recordings for one in recording.watched.verdicts)
    fires = [one for recording in recordings for one in recording.watched.fires]
    frames = [one for recording in recordings for one in recording.played.frames]
    refused = Counter(one.refused for one in frames if one.refused)
    watched = [one.watched for one in recordings]
    return {
        "sequences": len(recordings),
        "scenes": len({one.scene for one in watched}),
        "fires": len(fires),
        "visible_fires": sum(one.outcome is not Outcome.UNSEEN for one in fires),
        "frames": len(frames),
        "damaged": refused[CORRUPT],
        "refused": dict(sorted(refused.items())),
        "camera_days": rounded(sum(one.watched_s for one in watched) / SECONDS_A_DAY),
        "judged_camera_days": rounded(sum(one.judged_s for one in watched) / SECONDS_A_DAY),
        "alerts": sum(verdicts.values()),
        "right_alerts": verdicts[Verdict.RIGHT],
        "false_alarms": verdicts[Verdict.FALSE] + verdicts[Verdict.EARLY],
        "early_alarms": verdicts[Verdict.EARLY],
        "ignored_alerts": verdicts[Verdict.IGNORED],
        "unjudged_alerts": verdicts[Verdict.UNJUDGED],
    }


def _slices(recordings: Sequence[Recording]) -> list[dict[str, Any]]:
    answer = []
    for cut in CUTS:
        words = sorted({word for one in recordings if (word := word_of(one.played, cut))})
        for word in words:
            part = [one for one in recordings if word_of(one.played, cut) == word]
            answer.append(_slice(cut, word, figures_over(part, fires=_all_fires)))
    for word, area_px in SIZES.items():

        def sized(recording: Recording, word: str = word) -> Sequence[FireOutcome]:
            return _fires_of_size(recording, word)

        answer.append(_slice("size", word, figures_of_size(recordings, area_px, fires=sized)))
    return [one for one in answer if one["measures"]]


def _fires_of_size(recording: Recording, word: str) -> list[FireOutcome]:
    truth = recording.played.truth
    if truth is None:
        return []
    return [
        outcome
        for fire, outcome in zip(truth.fires, recording.watched.fires, strict=True)
        if fire_size(recording.played, truth, fire) == word
    ]


def _slice(by: str, word: str, figures: Sequence[Figure]) -> dict[str, Any]:
    known = [measure(one) for one in figures if one.value is not None]
    return {"by": by, "word": word, "measures": known}


def _curves(recordings: Sequence[Recording]) -> dict[str, Any]:
    half = {
        label.word: [row for one in recordings for row in one.judged[label][0]] for label in Label
    }
    return {
        "precision_recall": {word: _points(precision_recall(half[word])) for word in half},
        "reliability": {word: _points(reliability(half[word])) for word in half},
        "froc": _points(froc([(one.played, one.watched) for one in recordings])),
    }


def _points(points: Sequence[tuple[float, float, float]]) -> list[list[float | None]]:
    return [[one if isinstance(one, int) else rounded(one) for one in point] for point in points]


def _sequence(recording: Recording) -> dict[str, Any]:
    return {
        "name": recording.played.name,
        "fires": [
            {
                "name": one.name,
                "outcome": one.outcome.value,
                "alert": one.alert,
                "from_visible_s": rounded(one.from_visible_s),
                "from_visible_frames": one.from_visible_frames,
                "from_ignition_s": rounded(one.from_ignition_s),
                "location_error_m": rounded(one.location_error_m),
                "in_region": one.in_region,
            }
            for one in recording.watched.fires
        ],
        "alerts": [verdict.value for verdict in recording.watched.verdicts],
    }
