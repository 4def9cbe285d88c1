"""Which class holds: the newer day, and of one day the person's word."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from geo.danger_of_day import danger_now
from models.patrol import DangerClass
from models.watching import DangerEntry
from models.weather import DangerNow, DangerSource, FireCodes, FireDay, Reading

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 4, 5, 8, 0, tzinfo=UTC)  # 16:00 here
TODAY = date(2026, 4, 5)
DAY = timedelta(days=1)


def day(when: date = TODAY, fwi: float = 15.0, station: str = "万隆") -> FireDay:
    at = datetime(when.year, when.month, when.day, 5, 0, tzinfo=UTC)
    reading = Reading(station, at, 25.0, 30.0, 3.0, 0.0)
    codes = FireCodes(90.0, 20.0, 100.0, 8.0, 25.0, fwi)
    danger = DangerClass.HIGH if fwi < 20.0 else DangerClass.EXTREME
    return FireDay(station, when, reading, codes, when, (), danger)


def entered(at: datetime = NOW) -> DangerEntry:
    return DangerEntry(DangerClass.MODERATE, "wang", at)


def test_nobody_knows() -> None:
    assert danger_now(None, {}, NOW, ZONE) == DangerNow()
    assert danger_now(None, {"万隆": []}, NOW, ZONE) == DangerNow()
    old = {"万隆": [day(TODAY - 2 * DAY)]}
    assert danger_now(None, old, NOW, ZONE).source is DangerSource.UNKNOWN


def test_of_one_day_the_person_goes_before_the_weather_which_is_told_beside() -> None:
    found = danger_now(entered(), {"万隆": [day()]}, NOW, ZONE)
    assert (found.source, found.danger, found.author) == (
        DangerSource.ENTERED,
        DangerClass.MODERATE,
        "wang",
    )
    assert found.computed == day()
    assert not found.stale


def test_the_newer_day_wins() -> None:
    found = danger_now(entered(NOW - DAY), {"万隆": [day(TODAY - DAY), day()]}, NOW, ZONE)
    assert (found.source, found.danger, found.at) == (
        DangerSource.COMPUTED,
        DangerClass.HIGH,
        day().reading.at,
    )
    yesterday = {"万隆": [day(TODAY - DAY)]}
    assert danger_now(entered(NOW - DAY), yesterday, NOW, ZONE).source is DangerSource.ENTERED
    assert danger_now(None, yesterday, NOW, ZONE).source is DangerSource.COMPUTED


def test_a_word_of_another_day_holds_where_nothing_newer_is_known_and_says_that_it_is_old() -> None:
    assert not danger_now(entered(NOW - DAY), {}, NOW, ZONE).stale
    old = danger_now(entered(NOW - 2 * DAY), {}, NOW, ZONE)
    assert (old.source, old.danger, old.stale) == (
        DangerSource.ENTERED,
        DangerClass.MODERATE,
        True,
    )
    assert old.reckoned is DangerClass.HIGH


def test_the_worst_of_several_stations_counts_and_a_forecast_does_not() -> None:
    stations = {
        "万隆": [day()],
        "南天门": [day(TODAY - DAY, 40.0, "南天门")],
        "未来": [day(TODAY + DAY, 90.0, "未来")],
    }
    assert danger_now(None, stations, NOW, ZONE).computed == day(TODAY - DAY, 40.0, "南天门")


def test_the_sites_clock_says_which_day_it_is() -> None:
    late = datetime(2026, 4, 4, 17, 0, tzinfo=UTC)  # 01:00 on the 5th here
    found = danger_now(entered(late), {"万隆": [day()]}, NOW, ZONE)
    assert found.source is DangerSource.ENTERED
