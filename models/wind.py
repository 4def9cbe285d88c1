"""The wind of the day, as a monitor enters it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["STALE_AFTER", "Wind"]

STALE_AFTER = timedelta(hours=3)
"""In mountains the wind of the morning says nothing of the afternoon: slope winds turn."""


@dataclass(frozen=True, slots=True)
class Wind:
    """Where the wind comes from.

    Attributes:
        from_deg: degrees clockwise from true north, [0, 360): where it blows FROM, as weather
            services tell it. 0 is north, not "none".
        speed_m_s: at 10 m, [0, 60].
        at: UTC, when it was entered.
        author: user name.
    """

    from_deg: float
    speed_m_s: float
    at: datetime
    author: str

    def stale(self, now: datetime) -> bool:
        """Whether it is too old to reckon with; it is then told, with its age, and not used."""
        return now - self.at > STALE_AFTER
