"""A time on the site's clock as a moment: every local time is met once, also where clocks are set.

A time that comes twice (clocks go back) is its first coming. One that never comes (clocks go
forward) is the moment at which they are set: order is kept, and nothing is left out. China has had
no such days since 1991; a district elsewhere may.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["moment_of"]

_SECOND = timedelta(seconds=1)


def moment_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The moment of a minute of a day.

    Args:
        day: on the site's calendar.
        minute: after midnight, [0, 1440]; 1440 is the next day's midnight.
        zone: of the site.

    Returns:
        UTC. It never falls when day and minute rise.
    """
    local = datetime.combine(day, time()) + timedelta(minutes=minute)
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    # In the gap: read with the offset after it the time lies before the change, and the other way
    # round (PEP 495). In between the offset changes once.
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    old = before.astimezone(zone).utcoffset()
    after = first
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
