"""Seconds that no set clock moves, and what is written down when one is set."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clock import ManualClock
from models.errors import Conflict, StorageFull, WatchError
from models.steady import Anchor, ClockShift, tick_s
from models.store import Store

START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
EVER = (START - timedelta(days=9), START + timedelta(days=9))


def booted(clock: ManualClock, after_s: float = 0.0) -> ManualClock:
    """The clock of the same machine, booted anew after so long by the wall."""
    return ManualClock(clock.now() + timedelta(seconds=after_s))


@given(
    st.lists(
        st.tuples(st.sampled_from(["pass", "set"]), st.floats(-1e5, 1e5)), min_size=1, max_size=20
    )
)
def test_only_what_passes_counts(deeds: list[tuple[str, float]]) -> None:
    clock = ManualClock(START)
    anchor = Anchor(clock.scale, clock.monotonic_s(), 1e9, clock.now())
    passed = 0.0
    for deed, seconds in deeds:
        if deed == "set":
            clock.set_wall(timedelta(seconds=seconds))
        else:
            clock.advance(abs(seconds))
            passed += abs(seconds)
        assert tick_s(clock, anchor) == pytest.approx(1e9 + passed, abs=1e-3)


def test_the_first_reading_of_all_is_the_walls(store: Store, clock: ManualClock) -> None:
    assert store.steady.tick_s() == clock.now().timestamp()
    clock.advance(12.5)
    assert store.steady.tick_s() == pytest.approx(clock.now().timestamp(), abs=1e-5)


def test_a_restart_in_one_boot_goes_on_exactly_whatever_was_set(
    reopen: Callable[[], Store], clock: ManualClock
) -> None:
    store = reopen()
    began = store.steady.tick_s()
    clock.advance(100.0)
    store.close()
    clock.set_wall(timedelta(hours=-3))
    clock.advance(50.0)
    again = reopen()
    assert again.steady.tick_s() == pytest.approx(began + 150.0, abs=1e-5)
    # It was set while nobody looked: the first look finds it.
    assert again.steady.look() == pytest.approx(-3 * 3600.0)
    assert [one.shift_s for one in again.steady.shifts(*EVER)] == [-3 * 3600.0]


@pytest.mark.parametrize(("off_s", "set_s", "counted_s"), [(600, 0, 600), (600, -7200, 0)])
def test_a_new_boot_goes_on_by_the_wall_and_never_back(
    url: str, clock: ManualClock, off_s: float, set_s: float, counted_s: float
) -> None:
    with closing(Store.open(url, clock=clock)) as store:
        began = store.steady.tick_s()
        clock.advance(90.0)
        store.steady.keep()
    later = booted(clock, off_s)
    later.set_wall(timedelta(seconds=set_s))
    with closing(Store.open(url, clock=later)) as store:
        # From the last time that the row was kept.
        assert store.steady.tick_s() == pytest.approx(began + 90.0 + counted_s, abs=1e-5)
        later.advance(5.0)
        assert store.steady.tick_s() == pytest.approx(began + 95.0 + counted_s, abs=1e-5)
        assert store.steady.look() == 0.0


def test_without_being_kept_a_boot_counts_from_the_last_row(url: str, clock: ManualClock) -> None:
    with closing(Store.open(url, clock=clock)) as store:
        began = store.steady.tick_s()
        clock.set_wall(timedelta(hours=2))
        clock.advance(30.0)
        assert store.steady.look() == pytest.approx(7200.0)
    # A look that finds a shift keeps the row: the two hours are none that have passed.
    with closing(Store.open(url, clock=booted(clock, 60.0))) as store:
        assert store.steady.tick_s() == pytest.approx(began + 90.0, abs=1e-5)


def test_a_set_clock_is_told_once_with_both_times(store: Store, clock: ManualClock) -> None:
    began = store.steady.tick_s()
    assert store.steady.look() == 0.0
    clock.advance(60.0)
    assert store.steady.look() == 0.0
    clock.set_wall(timedelta(hours=5))
    assert store.steady.look() == 5 * 3600.0
    assert store.steady.look() == 0.0
    clock.advance(10.0)
    clock.set_wall(timedelta(hours=-6))
    store.steady.keep()  # looks, too
    assert store.steady.look() == 0.0
    first, second = store.steady.shifts(*EVER)
    assert first.at == clock.now() + timedelta(hours=6, seconds=-10)
    assert first.tick_s == pytest.approx(began + 60.0, abs=1e-5)
    assert first.shift_s == 5 * 3600.0
    assert isinstance(second, ClockShift)
    assert second.shift_s == -6 * 3600.0
    assert second.tick_s == pytest.approx(began + 70.0, abs=1e-5)
    deeds = store.audit.entries(9, noun="clock")
    assert [(one.action, one.actor, one.subject, one.details) for one in deeds] == [
        ("clock.shifted", "system", "2", {"seconds": "-21600.000"}),
        ("clock.shifted", "system", "1", {"seconds": "18000.000"}),
    ]
    store.audit.verify()


def test_a_span_of_shifts_has_its_beginning_and_not_its_end(
    store: Store, clock: ManualClock
) -> None:
    store.steady.look()
    clock.set_wall(timedelta(minutes=1))
    store.steady.look()
    at, later = clock.now(), clock.now() + timedelta(microseconds=1)
    assert len(store.steady.shifts(at, later)) == 1
    assert store.steady.shifts(at - timedelta(hours=1), at) == []
    assert store.steady.shifts(later, later + timedelta(hours=1)) == []


def test_two_seconds_are_a_shift_and_drifts_add_up(store: Store, clock: ManualClock) -> None:
    store.steady.look()
    found = []
    for _ in range(4):
        clock.set_wall(timedelta(seconds=0.5))
        clock.advance(60.0)
        found.append(store.steady.look())
        store.steady.keep()  # does not forget what has drifted
    assert found == [0.0, 0.0, 0.0, 2.0]


def test_of_two_processes_of_a_machine_one_tells(
    reopen: Callable[[], Store], clock: ManualClock
) -> None:
    one, two = reopen(), reopen()
    assert one.steady.tick_s() == two.steady.tick_s()
    clock.set_wall(timedelta(hours=1))
    assert (one.steady.look(), two.steady.look()) == (3600.0, 3600.0)
    two.steady.keep()
    assert len(one.steady.shifts(*EVER)) == 1
    clock.advance(7.0)
    assert one.steady.tick_s() == pytest.approx(two.steady.tick_s(), abs=1e-5)


def test_another_machine_on_the_same_store_tells_of_its_own_clock(
    url: str, store: Store, clock: ManualClock
) -> None:
    store.steady.keep()
    there = ManualClock(clock.now())
    with closing(Store.open(url, clock=there)) as other:
        other.steady.keep()  # the row is the other machine's by now
        clock.set_wall(timedelta(hours=1))
        assert store.steady.look() == 3600.0
        other.steady.keep()
        assert other.steady.look() == 0.0
    assert [one.shift_s for one in store.steady.shifts(*EVER)] == [3600.0]


def test_what_could_not_be_written_is_told_by_the_next_look(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.steady.look()
    clock.set_wall(timedelta(hours=1))

    def full(*_: object, **__: object) -> None:
        msg = "full"
        raise OSError(msg)

    with monkeypatch.context() as broken:
        broken.setattr("models.store.audit.append", full)
        with pytest.raises(OSError, match="full"):
            store.steady.look()
    assert store.steady.shifts(*EVER) == []
    assert store.steady.look() == 3600.0


def test_who_is_second_at_the_first_reading_counts_from_the_same_moment(
    store: Store, clock: ManualClock
) -> None:
    with ThreadPoolExecutor(8) as pool:
        readings = set(pool.map(lambda _: store.steady.tick_s(), range(32)))
    assert readings == {clock.now().timestamp()}
    first = store.steady._begun()
    clock.advance(5.0)
    store.steady.keep()
    assert store.steady._begun() is first


@pytest.mark.parametrize("error", [StorageFull("Full."), Conflict("Held.", code="store_busy")])
def test_who_reads_needs_no_room_on_the_disk(
    store: Store,
    clock: ManualClock,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    error: WatchError,
) -> None:
    def refused(*_: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr("models.store.steady._renew", refused)
        begun_s = store.steady.tick_s()
    clock.advance(30.0)
    clock.set_wall(timedelta(hours=5))
    assert store.steady.tick_s() == begun_s + 30.0
    store.steady.keep()
    with closing(Store.open(url, clock=clock)) as second:
        assert second.steady.tick_s() == begun_s + 30.0


def test_who_writes_second_counts_from_what_the_first_has_written(
    store: Store, clock: ManualClock, url: str
) -> None:
    store.steady.tick_s()
    clock.advance(7.0)
    with closing(Store.open(url, clock=clock)) as second:
        # As though nothing had been there when it looked.
        assert second.steady._first() == store.steady._begun()
