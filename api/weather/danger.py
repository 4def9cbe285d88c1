"""The danger class of the day as it is now; reckoned again only when the weather has changed."""

from datetime import date, timedelta
from threading import Lock
from typing import Final
from zoneinfo import ZoneInfo

from geo.danger_of_day import danger_now
from geo.fire_weather import fire_days
from models.clock import Clock
from models.config import Settings
from models.store import Store
from models.weather import DangerNow, FireDay

__all__ = ["DangerShelf"]

MEMORY: Final = timedelta(days=400)
"""Readings older than this are not reckoned with: what they said has long dried or drained."""


class DangerShelf:
    """Holds the index of all stations; may be asked from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._key: tuple[object, ...] | None = None
        self._stations: dict[str, list[FireDay]] = {}

    def stations(self, store: Store, clock: Clock, settings: Settings) -> dict[str, list[FireDay]]:
        """The index of every station, by day.

        Args:
            store: with the weather.
            clock: the installation's.
            settings: of the installation.
        """
        zone = ZoneInfo(settings.time_zone)
        now = clock.now()
        today: date = now.astimezone(zone).date()
        with self._lock:
            key = (store.weather.version(), today, settings.weather)
            if key != self._key:
                entries = store.weather.holding(now - MEMORY)
                readings = (entry.reading for entry in entries)
                self._stations = fire_days(readings, settings.weather, zone)
                self._key = key
            return self._stations

    def now(self, store: Store, clock: Clock, settings: Settings) -> DangerNow:
        """The class of the day; arguments as :meth:`stations`."""
        stations = self.stations(store, clock, settings)
        zone = ZoneInfo(settings.time_zone)
        return danger_now(store.patrols.danger(), stations, clock.now(), zone)
