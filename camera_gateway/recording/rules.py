"""What is wanted of the recorder, in the numbers of an installation's settings."""

from dataclasses import dataclass, field
from datetime import timedelta

from models.config import KeepingRule, RecordingRule

__all__ = ["GB", "RecorderRules"]

GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class RecorderRules:
    """Both sections of the settings.

    Attributes:
        recording: the ring, and what alerts want of it.
        keeping: how long evidence stays.
    """

    recording: RecordingRule = field(default_factory=RecordingRule)
    keeping: KeepingRule = field(default_factory=KeepingRule)

    @property
    def ring_lasts(self) -> timedelta:
        """How old the ring's oldest video may be."""
        return timedelta(minutes=self.recording.ring_minutes)

    @property
    def ring_bytes(self) -> int:
        """Most of all cameras together."""
        return round(self.recording.ring_gb * GB)

    @property
    def least_free_bytes(self) -> int:
        """So much of the disk stays free."""
        return round(self.recording.least_free_gb * GB)

    @property
    def pre_roll(self) -> timedelta:
        """Before the first sighting."""
        return timedelta(seconds=self.recording.pre_roll_s)

    @property
    def post_roll(self) -> timedelta:
        """After the last sighting."""
        return timedelta(seconds=self.recording.post_roll_s)

    @property
    def longest(self) -> timedelta:
        """Of one recording."""
        return timedelta(seconds=self.recording.longest_s)
