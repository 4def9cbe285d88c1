"""When windows of a schedule open from here, as far as can be said today."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from api.flights.site_place import site_place
from drone_jobs.calendar import windows
from models.errors import InputRefused
from models.flight import Schedule
from models.patrol import DangerClass
from models.spans import Span
from models.store import Store

__all__ = ["AHEAD", "Upcoming"]

AHEAD: Final = timedelta(days=14)
LOOKED_FOR: Final = (timedelta(days=2), AHEAD, timedelta(days=370))
"""How far the next window is looked for, step by step: most open within two days, some next
spring."""


class Upcoming:
    """Windows on the clock and under the sun of the site.

    Args:
        store: for the place of the site.
        time_zone: of the site.
        danger: of now; windows to come are reckoned as if it stayed so.
        now: UTC.
    """

    def __init__(self, store: Store, time_zone: str, danger: DangerClass, now: datetime) -> None:
        self._place = site_place(store)
        self._zone = ZoneInfo(time_zone)
        self._danger = danger
        self._now = now

    def within(self, schedule: Schedule, ahead: timedelta) -> list[Span]:
        """Windows that open from now on until then.

        Raises:
            InputRefused: as :func:`drone_jobs.calendar.windows`.
        """
        until_at = self._now + ahead
        danger = self._danger
        return windows(schedule, self._now, until_at, self._zone, self._place, lambda _at: danger)

    def next_due_at(self, schedule: Schedule) -> datetime | None:
        """When the next one opens.

        None when it is switched off or opens none within a year, and by danger within 14 days:
        the class of a day so far off is not known.
        """
        for ahead in LOOKED_FOR:
            if schedule.timing.by_danger and ahead > AHEAD:
                break
            try:
                found = self.within(schedule, ahead)
            except InputRefused:  # kept by a version of ours that takes more
                break
            if found:
                return found[0][0]
        return None
