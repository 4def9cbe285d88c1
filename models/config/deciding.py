"""How pictures become alerts: evidence over time, closer looks, what verdicts hold back."""

from typing import Annotated

from pydantic import Field

from models.config.section import Section

__all__ = ["AttentionRule", "EvidenceRule", "SuppressionRule"]


class EvidenceRule(Section):
    """How hits over time become an alert; measured in ``docs/detector.md``.

    Attributes:
        floor_score: detections below it are not even tracked.
        alert_log_odds: a track alerts when its evidence reaches this, natural logarithm.
        min_hits: frames in which the track must have been seen.
        forget_s: a track unseen for this long by capture time ends.
    """

    floor_score: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05
    alert_log_odds: Annotated[float, Field(gt=0.0)] = 2.0
    min_hits: Annotated[int, Field(ge=1)] = 2
    forget_s: Annotated[float, Field(gt=0.0)] = 900.0


class AttentionRule(Section):
    """How much a frame is looked at closer; measured in ``docs/detector.md``.

    Attributes:
        cost: most pixels of the network's input a frame, over those of the full frame alone; 1
            looks at the full frame only.
        part_log_odds: added to the log-odds of what a closer look finds; below 0 trusts it less. At
            -0.5 its false boxes on the training negatives score like the full frame's.
    """

    cost: Annotated[float, Field(ge=1.0, le=100.0)] = 3.0
    part_log_odds: Annotated[float, Field(ge=-20.0, le=20.0)] = -0.5


class SuppressionRule(Section):
    """How long a verdict holds the same plume back; what it never hides: ``docs/detector.md``.

    Attributes:
        cool_down_s: after a verdict the same plume, unchanged, alerts again when this has passed.
        night_flame_s: the same for flame in the dark; doubles with each verdict about the same
            flame within a day, up to ``cool_down_s``.
    """

    cool_down_s: Annotated[float, Field(ge=0.0, le=7 * 86400.0)] = 4 * 3600.0
    night_flame_s: Annotated[float, Field(ge=0.0, le=86400.0)] = 1800.0
