"""How long nobody watched."""

from datetime import UTC, datetime, timedelta

from models.watching import GapCause, WatchGap

AT = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)


def test_a_gap_that_lasts_is_as_long_as_it_is_now() -> None:
    gap = WatchGap(1, "t1", GapCause.STUCK, "", AT, None)
    assert gap.length(AT + timedelta(minutes=3)) == timedelta(minutes=3)
    ended = WatchGap(1, "t1", GapCause.STUCK, "", AT, AT + timedelta(minutes=1))
    assert ended.length(AT + timedelta(minutes=3)) == timedelta(minutes=1)
