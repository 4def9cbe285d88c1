"""What an ONVIF camera's clock says, and by which time a login has to be stamped.

A camera refuses a login whose time is not its own, so its clock is asked first, without a login.
Some cameras report local time where UTC is asked for, and check logins by true UTC: then the
difference is whole quarters of an hour and a rest, and the rest alone is tried too. Both at most:
every wrong login brings a lock-out nearer.

Source: ONVIF Core Specification sections 5.9.4 and 8.2.7 (GetSystemDateAndTime).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

__all__ = ["DeviceClock", "clock_of", "skew_candidates"]

_QUARTER_S: Final = 900.0
_SAME_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """A camera's clock as it reports it.

    Attributes:
        reported_at: UTC as reported; None when the camera reports none.
        skew_s: reported less this machine's clock; None when it reports none.
        zone: POSIX time zone as reported; empty when it reports none.
        by_ntp: whether it says that a time server sets it.
    """

    reported_at: datetime | None
    skew_s: float | None
    zone: str
    by_ntp: bool


def clock_of(answer: object, asked_at: datetime) -> DeviceClock:
    """Read an answer to GetSystemDateAndTime.

    Args:
        answer: nested mappings, as the camera sent it.
        asked_at: UTC, halfway between question and answer.
    """
    fields = answer if isinstance(answer, Mapping) else {}
    reported_at = _moment(fields.get("UTCDateTime"))
    zone = fields.get("TimeZone")
    return DeviceClock(
        reported_at=reported_at,
        skew_s=None if reported_at is None else (reported_at - asked_at).total_seconds(),
        zone=str(zone.get("TZ") or "") if isinstance(zone, Mapping) else "",
        by_ntp=fields.get("DateTimeType") == "NTP",
    )


def skew_candidates(skew_s: float | None) -> tuple[float, ...]:
    """Seconds to add to this machine's time for the stamp of a login, the likeliest first.

    >>> skew_candidates(28803.5)
    (28803.5, 3.5)
    >>> skew_candidates(-40.0)
    (-40.0,)
    >>> skew_candidates(None)
    (0.0,)
    """
    if skew_s is None:
        return (0.0,)
    rest_s = skew_s - round(skew_s / _QUARTER_S) * _QUARTER_S
    return (skew_s,) if abs(rest_s - skew_s) <= _SAME_S else (skew_s, rest_s)


def _moment(fields: object) -> datetime | None:
    if not isinstance(fields, Mapping):
        return None
    date, time = fields.get("Date"), fields.get("Time")
    if not (isinstance(date, Mapping) and isinstance(time, Mapping)):
        return None
    try:
        return datetime(
            int(date["Year"]),
            int(date["Month"]),
            int(date["Day"]),
            int(time["Hour"]),
            int(time["Minute"]),
            min(59, int(time["Second"])),  # a leap second is a 60
            tzinfo=UTC,
        )
    except (KeyError, TypeError, ValueError):
        return None
