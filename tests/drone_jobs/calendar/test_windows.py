"""Windows of schedules: against a walk over every minute, another scheduler and an almanac."""

import math
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import ephem
import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given, settings
from hypothesis import strategies as st

from drone_jobs.calendar import windows
from drone_jobs.calendar.local_time import moment_of
from models.errors import InputRefused
from models.flight import DangerEvery, Schedule, SunEvent, Timing, Weekday
from models.patrol import DangerClass
from models.times import Season

CHINA = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
CHONGQING = (106.65, 29.03)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def always_high(_at: datetime) -> DangerClass:
    return DangerClass.HIGH


def schedule(timing: Timing, window_s: float = 1800.0, *, is_enabled: bool = True) -> Schedule:
    return Schedule("east ridge", 1, timing, window_s, is_enabled=is_enabled)


def opened(
    timing: Timing,
    from_at: datetime,
    until_at: datetime,
    zone: ZoneInfo = CHINA,
    window_s: float = 1800.0,
) -> list[datetime]:
    found = windows(schedule(timing, window_s), from_at, until_at, zone, CHONGQING, always_high)
    return [due for due, _until in found]


MINUTES = st.lists(st.integers(0, 1439), min_size=1, max_size=6, unique=True).map(
    lambda found: tuple(sorted(found))
)
WEEKDAYS = st.lists(st.sampled_from(list(Weekday)), unique=True).map(tuple)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", "2026-03-08"),  # clocks go forward
        ("America/New_York", "2026-11-01"),  # and back
        ("Australia/Lord_Howe", "2026-04-05"),  # by half an hour
        ("America/Asuncion", "2024-03-24"),  # back over midnight
        ("Africa/Cairo", "2026-04-24"),  # forward at midnight: the day has no 00:00
        ("Asia/Shanghai", "1991-04-14"),  # the last summer time of China
        ("Asia/Shanghai", "2026-03-08"),
    ],
)
@settings(max_examples=15, deadline=None)
@given(minutes=MINUTES)
def test_every_local_time_comes_once_and_one_that_never_comes_at_the_change(
    zone: str, day: str, minutes: tuple[int, ...]
) -> None:
    site = ZoneInfo(zone)
    wanted = date.fromisoformat(day)
    start = datetime(wanted.year, wanted.month, wanted.day, tzinfo=UTC) - DAY
    # By hand: walk over every minute that passes, and look at the clock on the wall. The latest
    # time that it has shown never falls; a time is met when that reaches it.
    walked = [start + timedelta(minutes=k) for k in range(6 * 1440)]
    shown = (at.astimezone(site).replace(tzinfo=None) for at in walked)
    latest = list(accumulate(shown, max))
    by_walk: set[datetime] = set()
    for shift in range(-1, 3):
        for minute in minutes:
            local = datetime.combine(wanted + shift * DAY, datetime.min.time())
            by_walk.add(walked[bisect_left(latest, local + timedelta(minutes=minute))])
    from_at, until_at = start + DAY / 2, start + 5 * DAY / 2
    expected = sorted(at for at in by_walk if from_at <= at < until_at)
    assert opened(Timing(at_minutes=minutes), from_at, until_at, site) == expected


def test_half_past_two_on_the_day_clocks_are_set() -> None:
    timing = Timing(at_minutes=(90, 150))
    forward = datetime(2026, 3, 8, 5, tzinfo=UTC)  # midnight in New York
    assert opened(timing, forward, forward + DAY / 2, NEW_YORK) == [
        datetime(2026, 3, 8, 6, 30, tzinfo=UTC),  # 01:30 -05:00
        datetime(2026, 3, 8, 7, 0, tzinfo=UTC),  # 02:30 never comes: 03:00 -04:00
    ]
    back = datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert opened(timing, back, back + DAY / 2, NEW_YORK) == [
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # the first 01:30, -04:00, and not again
        datetime(2026, 11, 1, 7, 30, tzinfo=UTC),
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(0, 1440),
    st.integers(0, 1440),
    st.sampled_from(["America/New_York", "Africa/Cairo", "Asia/Shanghai", "Pacific/Apia"]),
)
def test_time_never_falls_over_a_day(day: date, first: int, second: int, zone: str) -> None:
    low, high = sorted((first, second))
    assert moment_of(day, low, ZoneInfo(zone)) <= moment_of(day, high, ZoneInfo(zone))
    assert moment_of(day, 1440, ZoneInfo(zone)) == moment_of(day + DAY, 0, ZoneInfo(zone))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 23), st.integers(0, 59), WEEKDAYS, st.integers(0, 365))
def test_another_scheduler_wakes_at_the_same_times(
    hour: int, minute: int, weekdays: tuple[Weekday, ...], shift: int
) -> None:
    begin = MARCH + shift * DAY
    named = ",".join(weekdays) or None
    trigger = CronTrigger(hour=hour, minute=minute, day_of_week=named, timezone=CHINA)
    expected = []
    at = trigger.get_next_fire_time(None, begin)
    while at is not None and at < begin + 10 * DAY:
        expected.append(at.astimezone(UTC))
        at = trigger.get_next_fire_time(at, at + timedelta(seconds=1))
    timing = Timing(at_minutes=(60 * hour + minute,), weekdays=weekdays)
    assert opened(timing, begin, begin + 10 * DAY) == expected


def test_half_past_nine_is_the_sites_and_tuesday_is_tuesday() -> None:
    timing = Timing(at_minutes=(570,), weekdays=(Weekday.TUE,))
    assert opened(timing, MARCH, MARCH + 7 * DAY) == [datetime(2026, 3, 3, 1, 30, tzinfo=UTC)]


def test_seasons_are_days_of_the_sites_calendar_also_over_new_year() -> None:
    timing = Timing(at_minutes=(0,), seasons=(Season(12, 31, 1, 1), Season(2, 29, 2, 29)))
    found = opened(timing, datetime(2027, 12, 1, tzinfo=UTC), datetime(2028, 4, 1, tzinfo=UTC))
    assert [at.astimezone(CHINA).date().isoformat() for at in found] == [
        "2027-12-31",
        "2028-01-01",
        "2028-02-29",
    ]


TIMINGS = st.one_of(
    st.builds(Timing, at_minutes=MINUTES, weekdays=WEEKDAYS),
    st.builds(
        Timing,
        sun=st.sampled_from(list(SunEvent)),
        sun_offset_s=st.sampled_from([-43_200.0, -1800.0, 0.0, 43_200.0]),
    ),
    st.builds(
        Timing,
        by_danger=st.just(
            (
                DangerEvery(DangerClass.MODERATE, 21_600.0),
                DangerEvery(DangerClass.HIGH, 10_800.0),
                DangerEvery(DangerClass.EXTREME, 3600.0),
            )
        ),
        from_minute=st.integers(0, 600),
        until_minute=st.integers(601, 1440),
    ),
)


def danger_of_the_hour(at: datetime) -> DangerClass:
    return DangerClass(1 + at.toordinal() * 7 % 5 if at.hour < 5 else 1 + at.hour % 5)


@settings(max_examples=30, deadline=None)
@given(
    TIMINGS,
    st.sampled_from(["Asia/Shanghai", "America/New_York"]),
    st.floats(300.0, 86_400.0),
    st.integers(0, 72 * 60),
    st.integers(0, 72 * 60),
)
def test_windows_do_not_overlap_and_parts_make_the_whole(
    timing: Timing, zone: str, window_s: float, cut_minutes: int, more_minutes: int
) -> None:
    begin = datetime(2026, 10, 30, 3, 17, tzinfo=UTC)
    cut = begin + timedelta(minutes=cut_minutes)
    end = cut + timedelta(minutes=more_minutes)

    def made(from_at: datetime, until_at: datetime) -> list[tuple[datetime, datetime]]:
        made_for = schedule(timing, window_s)
        site = ZoneInfo(zone)
        return windows(made_for, from_at, until_at, site, CHONGQING, danger_of_the_hour)

    whole = made(begin, end)
    assert made(begin, cut) + made(cut, end) == whole
    assert all(begin <= due < end for due, _until in whole)
    assert all(until <= due for (_due, until), (due, _until) in pairwise(whole))
    open_for = timedelta(seconds=window_s)
    assert all(due < until <= due + open_for for due, until in whole)


def almanac(event: SunEvent, lon_deg: float, lat_deg: float, after: datetime) -> datetime:
    """By the USNO's rule: no air, the upper edge 34 minutes below the horizon."""
    observer = ephem.Observer()
    observer.lon, observer.lat = math.radians(lon_deg), math.radians(lat_deg)
    observer.pressure, observer.horizon = 0.0, "-0:34"
    observer.date = ephem.Date(after.replace(tzinfo=None))
    ask = observer.next_rising if event is SunEvent.SUNRISE else observer.next_setting
    found: datetime = ask(ephem.Sun()).datetime().replace(tzinfo=UTC)
    return found


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(list(SunEvent)),
    st.floats(75.0, 134.0),
    st.floats(18.0, 53.5),
    st.integers(0, 3650),
)
def test_the_sun_rises_and_sets_when_an_almanac_says(
    event: SunEvent, lon_deg: float, lat_deg: float, shift: int
) -> None:
    begin = MARCH + shift * DAY
    found = windows(
        schedule(Timing(sun=event)), begin, begin + 2 * DAY, CHINA, (lon_deg, lat_deg), always_high
    )
    # Of the sun's radius the almanac takes the day's, 15.7 to 16.3 minutes: some seconds.
    expected = almanac(event, lon_deg, lat_deg, begin)
    assert abs((found[0][0] - expected).total_seconds()) < 8.0
    assert 1 <= len(found) <= 3
    assert found[0][0].microsecond == 0


def test_where_the_sun_stays_up_it_neither_rises_nor_sets() -> None:
    june = datetime(2026, 6, 15, tzinfo=UTC)
    zone = ZoneInfo("Arctic/Longyearbyen")
    for event in SunEvent:
        made = schedule(Timing(sun=event))
        assert windows(made, june, june + 5 * DAY, zone, (15.6, 78.2), always_high) == []


def test_before_sunset_is_that_much_before_it() -> None:
    at_sunset = opened(Timing(sun=SunEvent.SUNSET), MARCH, MARCH + DAY)
    before = opened(Timing(sun=SunEvent.SUNSET, sun_offset_s=-5400.0), MARCH, MARCH + DAY)
    assert before == [at_sunset[0] - timedelta(minutes=90)]


BY_CLASS = Timing(
    by_danger=(
        DangerEvery(DangerClass.MODERATE, 6 * 3600.0),
        DangerEvery(DangerClass.HIGH, 3 * 3600.0),
        DangerEvery(DangerClass.VERY_HIGH, None),
        DangerEvery(DangerClass.EXTREME, 3600.0),
    ),
    from_minute=6 * 60,
    until_minute=18 * 60,
)


@pytest.mark.parametrize(
    ("danger", "hours"),
    [
        (DangerClass.LOW, []),  # below the first entry
        (DangerClass.MODERATE, [6, 12, 18]),
        (DangerClass.HIGH, [6, 9, 12, 15, 18]),
        (DangerClass.VERY_HIGH, []),
        (DangerClass.EXTREME, list(range(6, 19))),
    ],
)
def test_how_often_by_the_class_of_the_day(danger: DangerClass, hours: list[int]) -> None:
    midnight = datetime(2026, 2, 28, 16, tzinfo=UTC)
    made = schedule(BY_CLASS)
    found = windows(made, midnight, midnight + DAY, CHINA, CHONGQING, lambda _at: danger)
    assert [due.astimezone(CHINA).hour for due, _until in found] == hours


def test_a_class_that_rises_is_followed_within_its_own_time() -> None:
    midnight = datetime(2026, 2, 28, 16, tzinfo=UTC)
    rises = midnight + timedelta(hours=10, minutes=20)

    def danger_at(at: datetime) -> DangerClass:
        return DangerClass.EXTREME if at >= rises else DangerClass.MODERATE

    found = windows(schedule(BY_CLASS), midnight, midnight + DAY, CHINA, CHONGQING, danger_at)
    hours = [due.astimezone(CHINA).hour for due, _until in found]
    assert hours == [6, *range(11, 19)]


def test_the_class_is_asked_of_the_span_alone() -> None:
    asked: list[datetime] = []

    def danger_at(at: datetime) -> DangerClass:
        asked.append(at)
        return DangerClass.HIGH

    windows(schedule(BY_CLASS), MARCH, MARCH + DAY, CHINA, CHONGQING, danger_at)
    assert asked
    assert all(MARCH <= at < MARCH + DAY + timedelta(seconds=1800) for at in asked)


def test_midnight_is_the_next_days() -> None:
    hourly = (DangerEvery(DangerClass.LOW, 12 * 3600.0),)
    timing = Timing(by_danger=hourly, weekdays=(Weekday.SUN,))
    found = opened(timing, MARCH - DAY, MARCH + 2 * DAY)
    assert [at.astimezone(CHINA).isoformat() for at in found] == [
        "2026-03-01T00:00:00+08:00",
        "2026-03-01T12:00:00+08:00",
    ]


def test_a_window_ends_where_the_next_begins() -> None:
    made = schedule(Timing(at_minutes=(600, 610)), window_s=3600.0)
    ten = datetime(2026, 3, 1, 2, tzinfo=UTC)
    found = windows(made, ten, ten + timedelta(minutes=1), CHINA, CHONGQING, always_high)
    assert found == [(ten, ten + timedelta(minutes=10))]  # the next lies outside of the span


def test_what_is_switched_off_opens_nothing() -> None:
    made = schedule(Timing(at_minutes=(0,)), is_enabled=False)
    assert windows(made, MARCH, MARCH + DAY, CHINA, CHONGQING, always_high) == []


@pytest.mark.parametrize(
    ("from_at", "until_at"),
    [
        (MARCH, MARCH + 401 * DAY),
        (MARCH.replace(tzinfo=None), MARCH),
        (datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)),
        (datetime(9999, 12, 30, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_a_span_that_cannot_be_is_refused(from_at: datetime, until_at: datetime) -> None:
    with pytest.raises(InputRefused, match="span") as caught:
        windows(schedule(Timing(at_minutes=(0,))), from_at, until_at, CHINA, CHONGQING, always_high)
    assert caught.value.code == "schedule_span"


def test_a_schedule_that_cannot_be_makes_no_windows() -> None:
    with pytest.raises(InputRefused) as caught:
        opened(Timing(by_danger=(DangerEvery(DangerClass.LOW, 0.0),)), MARCH, MARCH + DAY)
    assert caught.value.code == "schedule_danger"
