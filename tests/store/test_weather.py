"""The weather in the store: entered, imported, corrected, taken back, never deleted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.store import Store
from models.weather import Reading

NOON = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
DAY = Reading("", NOON, 0.0, 0.0, 0.0, 0.0)


def test_zeros_are_values_and_come_back_after_a_restart(
    store: Store, reopen: Callable[[], Store]
) -> None:
    added = store.weather.add([DAY], author="wang")
    assert (added.corrected, added.known) == (0, 0)
    (entry,) = added.entries
    assert (entry.reading, entry.author, entry.origin) == (DAY, "wang", "")
    assert store.weather.newest(5) == [entry] == store.weather.holding(NOON)
    assert store.weather.holding(NOON + timedelta(microseconds=1)) == []
    store.close()
    with_it = reopen()
    assert with_it.weather.newest(5) == [entry]
    with_it.close()


def test_the_newest_entry_of_a_station_and_moment_counts(store: Store) -> None:
    (first,) = store.weather.add([DAY], author="wang").entries
    warmer = replace(DAY, temperature_c=31.5)
    elsewhere = replace(DAY, station="万隆站")
    added = store.weather.add([DAY, warmer, elsewhere], author="li", origin="站.csv")
    assert [one.reading for one in added.entries] == [warmer, elsewhere]
    assert (added.corrected, added.known) == (1, 0)
    assert [one.reading for one in store.weather.holding(NOON)] == [warmer, elsewhere]
    again = store.weather.add([warmer], author="li")
    assert (again.entries, again.corrected, again.known) == ((), 0, 1)
    assert first in store.weather.newest(5)
    deeds = [(one.actor, one.action, one.subject) for one in store.audit.entries(limit=10)][:2]
    assert ("wang", "weather.entered", str(first.entry_id)) in deeds
    assert ("li", "weather.imported", "站.csv") in deeds


def test_taking_back_leaves_the_one_before(store: Store, clock: ManualClock) -> None:
    (first,) = store.weather.add([DAY], author="wang").entries
    (second,) = store.weather.add([replace(DAY, wind_m_s=60.0)], author="wang").entries
    before = store.weather.version()
    clock.advance(1.0)
    gone = store.weather.withdraw(second.entry_id, author="li")
    assert (gone.withdrawn_by, gone.withdrawn_at) == ("li", clock.now())
    assert store.weather.version() != before
    assert store.weather.holding(NOON) == [first]
    assert store.weather.newest(5) == [gone, first]
    with pytest.raises(Conflict) as caught:
        store.weather.withdraw(second.entry_id, author="li")
    assert caught.value.code == "weather_withdrawn"
    # What was taken back is entered again, not taken for known.
    assert len(store.weather.add([second.reading], author="li").entries) == 1


def test_all_of_them_or_none(store: Store) -> None:
    with pytest.raises(InputRefused):
        store.weather.add([DAY, replace(DAY, station="x", rain_24h_mm=-0.1)], author="wang")
    assert store.weather.newest(5) == []
    assert store.weather.version() == (0, 0)
    assert store.weather.add([], author="wang").entries == ()


def test_an_entry_has_an_author_and_a_number(store: Store) -> None:
    for act in (
        lambda: store.weather.add([DAY], author=" "),
        lambda: store.weather.withdraw(1, author=""),
    ):
        with pytest.raises(InputRefused) as caught:
            act()
        assert caught.value.code == "author_missing"
    for number in (0, -1, 2**80):
        with pytest.raises(NotFound):
            store.weather.withdraw(number, author="wang")
