"""The fire danger class of the day: a person's word, else what the weather says.

The newer day wins, and of one day the person. What the weather says holds for its day and the next,
until that one's noon has been read; of several stations the worst counts.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from models.watching import DangerEntry
from models.weather import DangerNow, DangerSource, FireDay

__all__ = ["danger_now"]

HOLDS: Final = timedelta(days=1)
"""So long after its day a class still says something of today."""


def danger_now(
    entered: DangerEntry | None,
    stations: Mapping[str, Sequence[FireDay]],
    now: datetime,
    zone: ZoneInfo,
) -> DangerNow:
    """The class that holds.

    Args:
        entered: the newest one that a person entered.
        stations: the index of every station, by day.
        now: UTC.
        zone: of the site's clock.
    """
    today = now.astimezone(zone).date()
    fresh = [
        days[-1] for days in stations.values() if days and today - HOLDS <= days[-1].day <= today
    ]
    computed = max(fresh, key=lambda one: (one.codes.fwi, one.day), default=None)
    if entered is not None:
        entered_on = entered.at.astimezone(zone).date()
        if computed is None or entered_on >= computed.day:
            return DangerNow(
                source=DangerSource.ENTERED,
                danger=entered.danger,
                stale=entered_on < today - HOLDS,
                author=entered.author,
                at=entered.at,
                computed=computed,
            )
    if computed is None:
        return DangerNow()
    return DangerNow(
        source=DangerSource.COMPUTED,
        danger=computed.danger,
        at=computed.reading.at,
        computed=computed,
    )
