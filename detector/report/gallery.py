"""What to look at first: fires that were missed, and alerts that should not have been.

Each with the reason in the watch's own words and, where its picture can be had, with the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from detector.report.markup import Both
from detector.report.numbers import count, duration, rounded
from detector.report.shape import AlertRow, BoxPx, FireRow, FrameRow, Result, SequenceRow
from detector.report.timeline import listed
from detector.report.words import say, word

__all__ = ["Item", "alert_reason", "burns", "items", "miss_reason"]

KEPT_FOR_FALSE: Final = 20
"""Places that many misses leave to false alarms, the other way round likewise."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at.

    Attributes:
        kind: ``missed``, ``false`` or ``early``.
        sequence: name of the recording.
        title: name of the fire; empty for an alert.
        at_s: of the frame to show.
        captured_at: of that frame, as the result has it; empty where nobody knows it.
        label: of the box.
        box: to draw; None where nothing is known.
        is_share: the box is a person's, in shares of the picture; else an alert's, in pixels.
        reason: why it was missed, or why it alerted.
        evidence: log-odds; the surest false alarm comes first.
    """

    kind: str
    sequence: str
    title: str
    at_s: float
    captured_at: str
    label: str
    box: BoxPx | None
    is_share: bool
    reason: Both
    evidence: float


def items(result: Result, most: int) -> tuple[list[Item], int]:
    """What the gallery shows.

    Args:
        result: of the run.
        most: shown at most.

    Returns:
        Misses in the order of the recordings, then false alarms by falling evidence; and how many
        did not fit.
    """
    threshold = result.run.alert_log_odds
    missed = [
        (sequence, fire)
        for sequence in result.sequences
        for fire in sequence.fires
        if fire.outcome == "missed"
    ]
    false = [
        (sequence, alert)
        for sequence in result.sequences
        for alert in sequence.alerts
        if alert.verdict in {"false", "early"}
    ]
    false.sort(key=lambda one: -one[1].log_odds)
    for_missed = max(most - KEPT_FOR_FALSE, most - len(false))
    shown = [_missed(sequence, fire, threshold) for sequence, fire in missed[: max(0, for_missed)]]
    for sequence, alert in false[: most - len(shown)]:
        shown.append(_false(sequence, alert, threshold))
    return shown, len(missed) + len(false) - len(shown)


def alert_reason(alert: AlertRow, threshold: float | None) -> Both:
    """Why it alerted, in one line."""
    findings = listed([word("finding", one) for one in alert.findings])
    return say(
        "card.alert" if threshold is None else "card.alert_of",
        label=word("label", alert.label),
        score=f"{alert.score:.2f}",
        evidence=rounded(alert.log_odds, 2, signed=True),
        threshold=None if threshold is None else rounded(threshold, 2, signed=True),
        hits=count(alert.hits),
        span=duration(alert.seen_for_s),
        findings=findings if alert.findings else say("card.no_findings"),
    )


def miss_reason(frames: Sequence[FrameRow], threshold: float | None) -> Both:
    """Why a fire was missed, from the frames in which it could be seen."""
    looked = [frame for frame in frames if not frame.refused]
    refused = len(frames) - len(looked)
    if not looked and refused == 0:
        return say("card.miss_unlooked")
    skipped = say("card.miss_refused", refused=count(refused), frames=count(len(frames)))
    if not looked:
        return skipped
    best = f"{max(max(frame.smoke, frame.flame) for frame in looked):.2f}"
    known = [frame.log_odds for frame in looked if frame.log_odds is not None]
    if not known:
        said = say("card.miss_nothing", frames=count(len(looked)), score=best)
    else:
        said = say(
            _weak(max(known), threshold),
            evidence=rounded(max(known), 2, signed=True),
            threshold=None if threshold is None else rounded(threshold, 2, signed=True),
            frames=count(len(looked)),
            score=best,
        )
    return said + " " + skipped if refused > 0 else said


def _weak(evidence: float, threshold: float | None) -> str:
    """How to tell that it was followed and did not alert."""
    if threshold is None:
        return "card.miss_weak_open"
    return "card.miss_weak" if evidence < threshold else "card.miss_elsewhere"


def _missed(sequence: SequenceRow, fire: FireRow, threshold: float | None) -> Item:
    burning = [frame for frame in sequence.frames if burns(fire, frame.at_s)]
    best = max(
        (frame for frame in burning if not frame.refused),
        key=lambda frame: (frame.log_odds or 0.0, max(frame.smoke, frame.flame)),
        default=None,
    )
    drawn = max(
        (box for box in sequence.boxes if burns(fire, box.at_s)),
        key=lambda box: (box.box[2] - box.box[0]) * (box.box[3] - box.box[1]),
        default=None,
    )
    at_s = fire.first_visible_s or 0.0
    if drawn is not None:
        at_s = drawn.at_s
    elif best is not None:
        at_s = best.at_s
    return Item(
        kind="missed",
        sequence=sequence.name,
        title=fire.name,
        at_s=at_s,
        captured_at="",
        label="smoke" if drawn is None else drawn.label,
        box=None if drawn is None else drawn.box,
        is_share=True,
        reason=miss_reason(burning, threshold),
        evidence=0.0,
    )


def _false(sequence: SequenceRow, alert: AlertRow, threshold: float | None) -> Item:
    return Item(
        kind=alert.verdict,
        sequence=sequence.name,
        title="",
        at_s=alert.at_s,
        captured_at=alert.captured_at if sequence.is_dated else "",
        label=alert.label,
        box=alert.box,
        is_share=False,
        reason=alert_reason(alert, threshold),
        evidence=alert.log_odds,
    )


def burns(fire: FireRow, at_s: float) -> bool:
    """Whether a fire could be seen at a moment."""
    first_s, until_s = fire.first_visible_s, fire.until_s
    return first_s is not None and first_s <= at_s and (until_s is None or at_s < until_s)
