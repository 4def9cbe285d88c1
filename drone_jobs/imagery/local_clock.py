"""Times that a drone wrote without their zone."""

from datetime import UTC, datetime, tzinfo

__all__ = ["utc_of_local"]


def utc_of_local(local: datetime | None, zone: tzinfo | None) -> datetime | None:
    """A local time in UTC.

    Args:
        local: without a zone; None when there is none.
        zone: that the clock had; None when nobody says.

    Returns:
        None where one of the two is not known, and where clocks were changed: an hour that came
        twice or never tells no moment.
    """
    if local is None or zone is None:
        return None
    try:
        first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        return first.astimezone(UTC) if first.utcoffset() == second.utcoffset() else None
    except OverflowError:  # the first or the last day that there is
        return None
