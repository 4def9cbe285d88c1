"""The wind of the day, as a monitor enters it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.errors import InputRefused

__all__ = ["CALM_M_S", "STALE_AFTER", "STRONGEST_M_S", "Wind", "check_wind"]

STALE_AFTER = timedelta(hours=3)
"""In mountains the wind of the morning says nothing of the afternoon: slope winds turn."""

CALM_M_S = 0.3
"""Below it smoke rises straight up (Beaufort 0): it blows nowhere."""

STRONGEST_M_S = 60.0


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

    @property
    def calm(self) -> bool:
        """Whether it blows nowhere; its direction then says nothing."""
        return self.speed_m_s < CALM_M_S

    @property
    def towards_deg(self) -> float:
        """Where it blows to, [0, 360)."""
        return (self.from_deg + 180.0) % 360.0


def check_wind(from_deg: float, speed_m_s: float) -> None:
    """Refuse a wind that cannot be.

    Raises:
        InputRefused: code ``wind_refused``.
    """
    if not (0.0 <= from_deg < 360.0 and 0.0 <= speed_m_s <= STRONGEST_M_S):
        raise InputRefused(
            "A wind comes from 0 to 359.9 degrees, 0 being north, "
            f"at 0 to {STRONGEST_M_S:.0f} metres a second.",
            remedy="Enter where it comes from; a calm has speed 0.",
            code="wind_refused",
        )
