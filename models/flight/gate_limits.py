"""What readings are held against before a flight, and what a person may let pass unknown."""

from dataclasses import dataclass
from typing import Final

from models.flight.gates import Gate

__all__ = ["PASSABLE", "GateLimits"]

PASSABLE: Final = frozenset({Gate.GUST, Gate.RAIN, Gate.VISIBILITY, Gate.TEMPERATURE, Gate.STORAGE})
"""Gates that a person beside the aircraft can judge by looking; no other may pass unknown."""


@dataclass(frozen=True, slots=True)
class GateLimits:
    """Limits of the gates; an aircraft's own limits of wind go before, where they are lower.

    Attributes:
        most_wind_ms: mean wind at 10 m, > 0.
        most_gust_ms: > 0.
        most_rain_mm_h: >= 0; 0 is dry.
        least_visibility_m: >= 0.
        least_temperature_c: of the air.
        most_temperature_c: of the air.
        least_sun_deg: the sun's elevation all along the flight, -6 is the end of civil twilight;
            -90 flies at night too.
        least_battery_share: at the start, [0, 1].
        least_storage_bytes: free for pictures, >= 0.
        least_link_share: quality of the link where it is told, [0, 1].
        stale_state_s: an aircraft or a dock that was not heard of for longer tells nothing.
        stale_weather_s: a reading of a station or a person that is older tells nothing.
        stale_check_s: a mission that was held against the rules longer ago is not known to keep
            them.
        may_pass_unknown: of :data:`PASSABLE`; others are left out of account.
    """

    most_wind_ms: float = 10.0
    most_gust_ms: float = 12.0
    most_rain_mm_h: float = 0.0
    least_visibility_m: float = 2000.0
    least_temperature_c: float = -10.0
    most_temperature_c: float = 40.0
    least_sun_deg: float = -6.0
    least_battery_share: float = 0.9
    least_storage_bytes: int = 2_000_000_000
    least_link_share: float = 0.3
    stale_state_s: float = 30.0
    stale_weather_s: float = 5400.0
    stale_check_s: float = 3600.0
    may_pass_unknown: frozenset[Gate] = frozenset(
        {Gate.GUST, Gate.RAIN, Gate.VISIBILITY, Gate.STORAGE}
    )
