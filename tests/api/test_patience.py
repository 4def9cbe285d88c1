"""A guesser waits; nobody else does, and a restart forgives nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_time import START

from api.auth.passwords import check_strength, hash_password, is_outdated
from api.auth.patience import FREE, MOST_FAILURES, Patience
from api.errors import TooManyAttempts
from models.clock import ManualClock
from models.errors import InputRefused
from models.store import Store, sign_ins

HOME, THERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def patience(store: Store, clock: ManualClock) -> Patience:
    return Patience(store.sign_ins, clock)


def fail(patience: Patience, name: str, address: str, times: int) -> None:
    for _ in range(times):
        patience.failed(name, address)


def waits(patience: Patience, name: str, address: str) -> bool:
    try:
        patience.check(name, address)
    except TooManyAttempts:
        return True
    return False


def test_the_fifth_failure_costs_a_minute_and_each_further_one_twice_as_long(
    patience: Patience, clock: ManualClock
) -> None:
    fail(patience, "li", HOME, FREE - 1)
    assert not waits(patience, "li", HOME)
    for wait_s in (60.0, 120.0, 240.0, 480.0, 900.0, 900.0):
        fail(patience, "li", HOME, 1)
        clock.advance(wait_s - 1.0)
        assert waits(patience, "li", HOME)
        clock.advance(1.0)
        assert not waits(patience, "li", HOME)


def test_a_restart_forgives_nothing(patience: Patience, store: Store, clock: ManualClock) -> None:
    fail(patience, "li", HOME, FREE)
    assert waits(Patience(store.sign_ins, clock), "li", HOME)
    patience.succeeded("li", HOME)
    assert not waits(Patience(store.sign_ins, clock), "li", HOME)


def test_the_account_is_free_elsewhere_and_others_are_free_here(patience: Patience) -> None:
    fail(patience, "li", HOME, FREE)
    assert not waits(patience, "li", THERE)
    assert not waits(patience, "wang", HOME)


def test_a_bureau_behind_one_address_keeps_signing_in_while_one_in_it_guesses(
    patience: Patience, clock: ManualClock
) -> None:
    patience.succeeded("wang", HOME)
    for number in range(MOST_FAILURES):
        fail(patience, f"guess-{number}", HOME, 1)
    assert not waits(patience, "wang", HOME)
    assert not waits(patience, "zhao", HOME), "a stranger gets one attempt"
    assert waits(patience, "zhao", HOME), "and the next in a while"
    clock.advance(20.0)
    assert not waits(patience, "zhao", HOME)
    clock.advance(3600.0)
    assert not waits(patience, "zhao", HOME)
    assert not waits(patience, "zhao", HOME), "an hour later nobody remembers"


def test_an_account_that_is_guessed_from_everywhere_stays_open_where_it_is_used(
    patience: Patience,
) -> None:
    patience.succeeded("li", HOME)
    for number in range(MOST_FAILURES):
        fail(patience, "li", f"203.0.113.{number}", 1)
    assert not waits(patience, "li", HOME)
    assert not waits(patience, "li", THERE)
    assert waits(patience, "li", "198.51.100.7")


def test_whoever_has_not_come_for_a_month_is_a_stranger(
    patience: Patience, store: Store, clock: ManualClock
) -> None:
    patience.succeeded("li", HOME)
    clock.advance(30 * 86400.0)
    assert not store.sign_ins.tries("li", HOME).is_known
    assert store.sign_ins.forget_old() == 1
    assert store.sign_ins.tries("li", HOME).failed_at is None


def test_a_flood_is_bounded_and_those_who_are_known_outlast_it(
    patience: Patience, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_ins, "MOST", 5)
    patience.succeeded("li", HOME)
    for number in range(20):
        fail(patience, "li", f"203.0.113.{number}", 1)
    assert store.sign_ins.tries("li", HOME).is_known
    assert store.sign_ins.tries("li", HOME).of_name == 4


def test_the_memory_of_turns_is_bounded(
    patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.auth.patience.MOST_REMEMBERED", 1)
    for address in (HOME, THERE):
        fail(patience, "li", address, MOST_FAILURES)
        fail(patience, "wang", address, 1)
    assert not waits(patience, "zhao", HOME)
    assert not waits(patience, "zhao", THERE)
    assert not waits(patience, "zhao", HOME), "the oldest is forgotten"


def test_no_name_is_kept_in_the_clear(store: Store, tmp_path: Path) -> None:
    store.sign_ins.failed("my-real-password", HOME)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("firewatch.db*"))
    assert b"10.0.0.1" in kept
    assert b"my-real-password" not in kept


@pytest.mark.parametrize(
    "password",
    [
        "short-1",
        "x" * 257,
        "li-monitor",  # replaced by the name below
        "2026112514",
        "13800001234",
        "aaaaaaaaaaaa",
        "password123",
        "Qwertyuiop1",
        "firewatch2026",
        "woaini1314520",
    ],
)
def test_a_password_that_is_soon_guessed_is_refused(password: str) -> None:
    name = "li-monitor" if password == "li-monitor" else "li"
    with pytest.raises(InputRefused) as refused:
        check_strength(password, name)
    assert refused.value.code == "weak_password"


@pytest.mark.parametrize(
    "password", ["four unrelated words", "山高月小水落石出灯火", "k7-Qm_z0pR!", "8401937562019483"]
)
def test_a_good_password_is_taken(password: str) -> None:
    check_strength(password, "li")


def test_a_hash_says_how_it_was_made_and_an_older_one_is_renewed() -> None:
    made = hash_password("four unrelated words")
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not is_outdated(made)
    assert is_outdated(made.replace("m=65536,t=3", "m=19456,t=2"))
