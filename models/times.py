"""When something holds on the site's clock: hours, weekdays, days of the year."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

__all__ = ["ALWAYS", "Season", "Times"]

MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Season:
    """Days of the year, both ends included; it may reach over the new year.

    Attributes:
        from_month: 1 to 12.
        from_day: 1 to 31.
        to_month: 1 to 12.
        to_day: 1 to 31.
    """

    from_month: int
    from_day: int
    to_month: int
    to_day: int

    def covers(self, month: int, day: int) -> bool:
        """Whether a day lies in the season."""
        first, last = (self.from_month, self.from_day), (self.to_month, self.to_day)
        if first <= last:
            return first <= (month, day) <= last
        return (month, day) >= first or (month, day) <= last


@dataclass(frozen=True, slots=True)
class Times:
    """When an entry holds, on the site's clock; every limit is optional.

    Attributes:
        from_minute: minute of the day from which it holds, 0 to 1439; None for the whole day.
        to_minute: minute of the day at which it ends, 0 to 1439; before ``from_minute`` it means
            the next morning. None exactly when ``from_minute`` is.
        weekdays: 1 for Monday to 7 for Sunday; empty for all.
        season: days of the year; None for all.
    """

    from_minute: int | None = None
    to_minute: int | None = None
    weekdays: tuple[int, ...] = ()
    season: Season | None = None

    @property
    def are_possible(self) -> bool:
        """Whether they are hours of a day, days of a week and of a year, and some time at all."""
        minutes = (self.from_minute, self.to_minute)
        season = self.season
        return (
            (self.from_minute is None) == (self.to_minute is None)
            and all(minute is None or 0 <= minute < MINUTES for minute in minutes)
            and (self.from_minute is None or self.from_minute != self.to_minute)
            and all(1 <= day <= 7 for day in self.weekdays)
            and (
                season is None
                or (
                    _is_day(season.from_month, season.from_day)
                    and _is_day(season.to_month, season.to_day)
                )
            )
        )

    def cover(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether a moment lies inside.

        Args:
            at: UTC.
            zone: of the site.
        """
        local = at.astimezone(zone)
        if self.from_minute is not None and self.to_minute is not None:
            minute = local.hour * 60 + local.minute
            if self.from_minute <= self.to_minute:
                if not self.from_minute <= minute < self.to_minute:
                    return False
            elif self.to_minute <= minute < self.from_minute:
                return False
            elif minute < self.to_minute:
                local -= timedelta(days=1)  # the small hours belong to the evening before
        if self.weekdays and local.isoweekday() not in self.weekdays:
            return False
        return self.season is None or self.season.covers(local.month, local.day)


ALWAYS: Final = Times()


def _is_day(month: int, day: int) -> bool:
    try:
        datetime(2024, month, day, tzinfo=UTC)  # a leap year: 29 February is a day
    except ValueError:
        return False
    return True
