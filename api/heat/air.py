"""The air and the sun of a frame's time: what a warm surface is measured against."""

from bisect import bisect_left
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from geo.calibration.sun import sun_direction
from models.site import Position
from models.store import Store

__all__ = ["AirShelf", "sun_elevation_deg"]

NEAR: Final = timedelta(hours=3)
"""A reading further off says nothing of a frame: an autumn morning warms by 10 K in so long."""
MEMORY: Final = timedelta(days=100)
"""As far back as a backlog may reach, and more."""


def sun_elevation_deg(place: Position, at: datetime) -> float:
    """Apparent elevation of the sun, degrees.

    Args:
        place: of the node.
        at: UTC.
    """
    return sun_direction(place, at)[1]


class AirShelf:
    """Temperatures of the air; read again when the weather has changed. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._version: tuple[int, int] | None = None
        self._since: datetime | None = None
        self._readings: list[tuple[datetime, float]] = []

    def at(self, store: Store, moment: datetime) -> float | None:
        """Of the reading nearest in time; None where none is near.

        Args:
            store: with the weather.
            moment: UTC.
        """
        with self._lock:
            version = store.weather.version()
            if version != self._version or self._since is None or moment < self._since:
                self._since = moment - MEMORY
                entries = store.weather.holding(self._since)
                self._readings = sorted(
                    (one.reading.at, one.reading.temperature_c) for one in entries
                )
                self._version = version
            readings = self._readings
        after = bisect_left(readings, (moment, -1000.0))
        near = [
            (abs(at - moment), celsius)
            for at, celsius in readings[max(0, after - 1) : after + 1]
            if abs(at - moment) <= NEAR
        ]
        return min(near)[1] if near else None
