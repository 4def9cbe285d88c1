"""What is recorded and what is kept, for how long and how much of it."""

from typing import Annotated

from pydantic import Field

from models.config.section import Section

__all__ = ["KeepingRule", "RecordingRule"]


class RecordingRule(Section):
    """What is recorded of streams; measured in ``docs/performance.md``.

    Attributes:
        enabled: whether streams are recorded at all.
        ring_minutes: so much of every camera's newest video is there.
        ring_gb: most of all cameras together, in units of 10⁹ bytes; the oldest goes first.
        least_free_gb: so much of the disk stays free, in units of 10⁹ bytes.
        pre_roll_s: an alert's recording begins so long before the first sighting.
        post_roll_s: it ends so long after the last one.
        longest_s: of one recording; a fire that burns on gets further ones.
        most: recordings of one alert.
    """

    enabled: bool = True
    ring_minutes: Annotated[float, Field(ge=2.0, le=1440.0)] = 10.0
    ring_gb: Annotated[float, Field(gt=0.0)] = 40.0
    least_free_gb: Annotated[float, Field(ge=0.0)] = 2.0
    pre_roll_s: Annotated[float, Field(ge=0.0, le=300.0)] = 30.0
    post_roll_s: Annotated[float, Field(ge=0.0, le=300.0)] = 60.0
    longest_s: Annotated[float, Field(ge=10.0, le=600.0)] = 120.0
    most: Annotated[int, Field(ge=1, le=100)] = 10


class KeepingRule(Section):
    """How long the evidence of settled alerts stays; that of others is never cleared.

    Attributes:
        fire_days: of alerts that were confirmed and closed.
        false_alarm_days: of alerts that were dismissed.
        stray_days: of files that belong to nothing.
        evidence_gb: most of all evidence together, in units of 10⁹ bytes.
    """

    fire_days: Annotated[float, Field(ge=1.0)] = 1095.0
    false_alarm_days: Annotated[float, Field(ge=1.0)] = 180.0
    stray_days: Annotated[float, Field(ge=1.0)] = 7.0
    evidence_gb: Annotated[float, Field(gt=0.0)] = 200.0
