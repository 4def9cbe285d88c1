"""One leads at a time, whatever is done to clocks, and who led before can write nothing more."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import ManualClock
from models.errors import Conflict
from models.flight import LeaderLease
from models.store import Store
from models.store.leases import FLIGHTS, LONGEST_LEADER_LEASE_S, check_fence

START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


def allowed(store: Store, fence: int, name: str = FLIGHTS) -> bool:
    """Whether a leader of this number may write."""
    with store._database.write() as connection:
        try:
            check_fence(connection, fence, name)
        except Conflict as told:
            return told.code != "lease_lost"
    return True


def test_one_leads_until_its_time_is_over(store: Store, clock: ManualClock) -> None:
    first = store.leases.take(FLIGHTS, "one", 30.0)
    assert first is not None
    assert (first.name, first.holder, first.fence) == (FLIGHTS, "one", 1)
    assert first.until_tick_s == pytest.approx(store.steady.tick_s() + 30.0)
    clock.advance(29.9)
    assert store.leases.take(FLIGHTS, "two", 30.0) is None
    assert store.leases.take(FLIGHTS, "one", 30.0) is None, "a namesake is another process"
    clock.advance(0.2)
    second = store.leases.take(FLIGHTS, "two", 30.0)
    assert second is not None
    assert second.fence == 2
    assert store.leases.newest(FLIGHTS) == second
    assert store.leases.renew(first, 30.0) is None
    assert not store.leases.give_up(first)
    assert [allowed(store, fence) for fence in (0, 1, 2, 3)] == [False, False, True, False]


def test_a_lease_is_renewed_also_after_its_time_while_nobody_else_leads(
    store: Store, clock: ManualClock
) -> None:
    lease = store.leases.take(FLIGHTS, "one", 30.0)
    assert lease is not None
    clock.advance(100.0)
    assert allowed(store, lease.fence)
    renewed = store.leases.renew(lease, 60.0)
    assert renewed is not None
    assert renewed.fence == lease.fence
    clock.advance(59.0)
    assert store.leases.take(FLIGHTS, "two", 30.0) is None
    clock.advance(2.0)
    assert store.leases.take(FLIGHTS, "two", 30.0) is not None


def test_who_gives_up_need_not_be_waited_for_and_writes_nothing_more(store: Store) -> None:
    lease = store.leases.take(FLIGHTS, "one", 600.0)
    assert lease is not None
    assert store.leases.give_up(lease)
    assert not store.leases.give_up(lease)
    assert store.leases.newest(FLIGHTS) is None
    assert store.leases.renew(lease, 10.0) is None
    assert not allowed(store, lease.fence)
    after = store.leases.take(FLIGHTS, "two", 600.0)
    assert after is not None
    assert after.fence == 2


def test_leases_of_other_names_are_others(store: Store) -> None:
    assert store.leases.newest("a") is None
    assert store.leases.take("a", "one", 9.0) is not None
    assert store.leases.take("b", "two", 9.0) is not None
    assert allowed(store, 1, "a")
    assert not allowed(store, 1)


@pytest.mark.parametrize(
    ("name", "holder", "lasts_s"),
    [
        ("", "one", 1.0),
        ("x", "", 1.0),
        *(("x", "one", bad) for bad in (0.0, -1.0, LONGEST_LEADER_LEASE_S + 1.0)),
        *(("x", "one", bad) for bad in (float("nan"), float("inf"))),
    ],
)
def test_a_lease_that_is_none(store: Store, name: str, holder: str, lasts_s: float) -> None:
    with pytest.raises(ValueError, match="lease"):
        store.leases.take(name, holder, lasts_s)


def test_of_many_at_one_moment_one_leads(reopen: Callable[[], Store]) -> None:
    stores = [reopen() for _ in range(4)]
    ready = threading.Barrier(4)

    def take(number: int) -> LeaderLease | None:
        ready.wait()
        return stores[number].leases.take(FLIGHTS, f"p{number}", 60.0)

    with ThreadPoolExecutor(4) as pool:
        led = [lease for lease in pool.map(take, range(4)) if lease is not None]
    assert [lease.fence for lease in led] == [1]


@dataclass
class Model:
    """Three processes and a plain count of seconds that have passed."""

    url: str
    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    held: list[LeaderLease | None] = field(default_factory=lambda: [None] * 3)
    leads: bool = False
    until_s: float = 0.0
    fence: int = 0
    passed_s: float = 0.0

    def __post_init__(self) -> None:
        self.stores = [Store.open(self.url, clock=self.clock) for _ in range(3)]

    def close(self) -> None:
        for store in self.stores:
            store.close()

    def wait(self, _who: int, seconds: float) -> None:
        self.clock.advance(seconds)
        self.passed_s += seconds

    def set(self, _who: int, seconds: float) -> None:
        self.clock.set_wall(timedelta(hours=seconds - 45.0))

    def restart(self, who: int, _seconds: float) -> None:
        self.stores[who].close()
        self.stores[who], self.held[who] = Store.open(self.url, clock=self.clock), None

    def take(self, who: int, seconds: float) -> None:
        if self.leads and abs(self.until_s - self.passed_s) < 1e-3:
            return  # the very moment in which it ends
        lease = self.stores[who].leases.take(FLIGHTS, f"p{who}", seconds)
        assert (lease is None) == (self.leads and self.until_s > self.passed_s)
        if lease is not None:
            self.fence += 1
            assert lease.fence == self.fence
            self.held[who], self.leads, self.until_s = lease, True, self.passed_s + seconds

    def renew(self, who: int, seconds: float) -> None:
        mine = self.held[who]
        if mine is not None:
            renewed = self.stores[who].leases.renew(mine, seconds)
            assert (renewed is not None) is self.is_leader(who)
            if renewed is not None:
                self.held[who], self.until_s = renewed, self.passed_s + seconds

    def give_up(self, who: int, _seconds: float) -> None:
        mine = self.held[who]
        if mine is not None:
            leads = self.is_leader(who)
            assert self.stores[who].leases.give_up(mine) is leads
            self.leads = self.leads and not leads

    def is_leader(self, who: int) -> bool:
        mine = self.held[who]
        return mine is not None and self.leads and mine.fence == self.fence

    def check(self) -> None:
        for who, mine in enumerate(self.held):
            if mine is not None:
                assert allowed(self.stores[who], mine.fence) is self.is_leader(who)


DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["take", "renew", "give_up", "wait", "wait", "set", "restart"]),
        st.integers(0, 2),
        st.floats(0.5, 90.0),
    ),
    min_size=5,
    max_size=20,
)


@settings(max_examples=20)
@given(DEEDS)
def test_never_two_leaders_whatever_is_done_to_clocks(deeds: list[tuple[str, int, float]]) -> None:
    with TemporaryDirectory() as folder:
        model = Model(f"sqlite:///{Path(folder) / 'firewatch.db'}")
        with closing(model):
            for deed, who, seconds in deeds:
                getattr(model, deed)(who, seconds)
                model.check()
