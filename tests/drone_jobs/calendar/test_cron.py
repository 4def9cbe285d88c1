"""Lines of cron: the same times as another reader's, and what readers differ about refused."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drone_jobs.calendar import read_cron, windows, write_cron
from models.errors import InputRefused
from models.flight import Schedule, SunEvent, Timing, Weekday
from models.patrol import DangerClass
from models.times import Season

CHINA = ZoneInfo("Asia/Shanghai")


def part(least: int, most: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    def word(number: int) -> str:
        return names[number - least] if names else str(number)

    pairs = st.tuples(st.integers(least, most), st.integers(least, most)).map(sorted)
    ranges = pairs.map(lambda pair: f"{word(pair[0])}-{word(pair[1])}")
    # A step that leaves the range APScheduler refuses; crontab(5) takes the first number.
    wide = pairs.filter(lambda pair: pair[1] - pair[0] >= 7)
    ways = wide.map(lambda pair: f"{pair[0]}-{pair[1]}") | st.just("*")
    stepped = st.tuples(ways, st.integers(1, 7)).map(lambda p: f"{p[0]}/{p[1]}")
    return st.integers(least, most).map(word) | ranges | (st.nothing() if names else stepped)


def field(least: int, most: int, names: tuple[str, ...] = ()) -> st.SearchStrategy[str]:
    listed = st.lists(part(least, most, names), min_size=1, max_size=3).map(",".join)
    return st.just("*") | listed


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@settings(max_examples=40, deadline=None)
@given(
    part(0, 59),
    part(0, 23),
    field(1, 12) | field(1, 12, MONTHS),
    field(0, 6, DAYS),
    st.integers(0, 1460),
)
@example("30", "9", "*", "fri", 0)
@example("0", "0", "11-12,1-4", "*", 300)
@example("0", "*/3", "2", "sat,sun", 788)
def test_another_reader_wakes_at_the_same_times(
    minute: str, hour: str, month: str, weekday: str, shift: int
) -> None:
    line = f"{minute} {hour} * {month} {weekday}"
    if too_many(minute, hour):
        refused_as(line, "cron_unsayable")
        return
    timing = read_cron(line)
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=shift)
    end = begin + timedelta(days=3)
    # APScheduler is given names alone, see drone.md.
    trigger = CronTrigger(
        minute=minute, hour=hour, month=month, day_of_week=weekday, timezone=CHINA
    )
    expected = []
    at = trigger.get_next_fire_time(None, begin)
    while at is not None and at < end:
        expected.append(at.astimezone(UTC))
        at = trigger.get_next_fire_time(at, at + timedelta(seconds=1))
    made = Schedule("a", 1, timing, 300.0)
    found = windows(made, begin, end, CHINA, (106.6, 29.0), lambda _at: DangerClass.LOW)
    assert [due for due, _until in found] == expected
    assert read_cron(write_cron(timing)) == timing


def too_many(minute: str, hour: str) -> bool:
    """Whether another reader wakes more than 288 times a day."""
    trigger = CronTrigger(minute=minute, hour=hour, timezone=CHINA)
    at = start = datetime(2026, 1, 1, tzinfo=CHINA)
    for _ in range(289):
        found = trigger.get_next_fire_time(at, at)
        if found is None or found >= start + timedelta(days=1):
            return False
        at = found + timedelta(seconds=1)
    return True


def test_a_line_of_the_field() -> None:
    assert read_cron("30 9,15 * nov-dec,1-4 Mon-Fri") == Timing(
        at_minutes=(570, 930),
        weekdays=(Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI),
        seasons=(Season(11, 1, 4, 30),),
    )
    assert read_cron("0 6 * 2 *").seasons == (Season(2, 1, 2, 29),)
    assert (
        read_cron("0 6 * * mon-sat,sun") == read_cron("0 6 * 1-12 *") == Timing(at_minutes=(360,))
    )
    assert write_cron(read_cron("0 6 * 2,12 sun,mon")) == "0 6 * 2,12 mon,sun"


def test_what_number_a_weekday_has_is_not_guessed() -> None:
    """APScheduler reads 1 as Tuesday, crontab(5) as Monday; a line that is both is none."""
    tuesday = CronTrigger.from_crontab("0 0 * * 1", timezone=CHINA)
    assert tuesday.get_next_fire_time(None, datetime(2026, 3, 1, tzinfo=UTC)).weekday() == 1
    for weekday in ("1", "0", "7", "1-5", "mon,3", "*/2", "mon-fri/2", "mon#1"):
        refused_as(f"0 0 * * {weekday}", "cron_weekday_number")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "* * * *",
        "0 0 0 * * mon",
        "@daily",
        "60 0 * * *",
        "0 24 * * *",
        "0 22-4 * * *",  # readers differ
        "0 0 * * fri-mon",
        "0 0 * * sun-tue",
        "0 0 * * monday",
        "0 0 * * ?",
        "0 0 * 13 *",
        "0 0 * 0 *",
        "*/0 0 * * *",
        "5/10 0 * * *",
        "-1 0 * * *",
        "1- 0 * * *",
        ", 0 * * *",
        "000 0 * * *",
        "\uff10 0 * * *",
        "\u00b2 0 * * *",
        "0 " * 600,
    ],
)
def test_what_is_no_line_is_refused(line: str) -> None:
    refused_as(line, "cron_text")


@pytest.mark.parametrize("line", ["0 0 1 * *", "0 0 */2 * *", "0 0 L * *", "* * * * *"])
def test_what_a_schedule_cannot_say_is_refused(line: str) -> None:
    refused_as(line, "cron_unsayable")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputRefused):
        assert read_cron(text).at_minutes


@pytest.mark.parametrize(
    "timing",
    [
        Timing(sun=SunEvent.SUNRISE),
        Timing(at_minutes=(570, 601)),  # 09:30 and 10:01 are no product of hours and minutes
        Timing(at_minutes=(0,), seasons=(Season(3, 2, 4, 30),)),
        Timing(at_minutes=(0,), seasons=(Season(2, 1, 2, 28),)),
    ],
)
def test_what_one_line_cannot_say_is_not_written(timing: Timing) -> None:
    with pytest.raises(InputRefused) as caught:
        write_cron(timing)
    assert caught.value.code == "cron_unsayable"


def refused_as(line: str, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        read_cron(line)
    assert caught.value.code == code
    assert caught.value.remedy
