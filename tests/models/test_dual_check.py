"""When a registration of a pair is checked, and what becomes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dual import PairRegistration, RegistrationSource, RegistrationState
from models.dual_check import aged, confirmed, drifted, is_due

NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
GOOD, UNCHECKED, DRIFTED = RegistrationState
HOUR = timedelta(hours=1)
SAME = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
HELD = PairRegistration(
    "v", 0, SAME, 0.003, 0.6, RegistrationSource.MUTUAL, GOOD, made_at=NOW, checked_at=NOW
)


@pytest.mark.parametrize(
    ("state", "checked_ago_h", "tried_ago_h", "due"),
    [
        (GOOD, None, None, True),
        (GOOD, 1, None, False),
        (GOOD, 24, None, True),
        (GOOD, 24, 0.5, False),
        (GOOD, 24, 1, True),
        (GOOD, -5, None, True),  # the clock went back
        (GOOD, 30, -5, True),
        (UNCHECKED, 1, None, True),
        (DRIFTED, 1, None, True),
        (DRIFTED, 1, 0.5, False),
    ],
)
def test_it_is_due_each_day_and_each_hour_while_unknown(
    state: RegistrationState, checked_ago_h: float | None, tried_ago_h: float | None, due: object
) -> None:
    checked_at = None if checked_ago_h is None else NOW - checked_ago_h * HOUR
    tried_at = None if tried_ago_h is None else NOW - tried_ago_h * HOUR
    held = replace(HELD, state=state, checked_at=checked_at)
    assert is_due(held, tried_at, NOW) is due


def test_none_yet_is_due() -> None:
    assert is_due(None, None, NOW)
    assert not is_due(None, NOW - 0.2 * HOUR, NOW)


def test_after_two_days_without_a_check_it_is_unchecked() -> None:
    assert aged(HELD, NOW + 48 * HOUR) is HELD
    assert aged(HELD, NOW + 49 * HOUR) == replace(HELD, state=UNCHECKED)
    by_hand = replace(HELD, checked_at=None)
    assert aged(by_hand, NOW + 49 * HOUR).state is UNCHECKED
    assert aged(by_hand, NOW).state is GOOD


@given(st.sampled_from(RegistrationState), st.integers(0, 1000))
def test_nothing_but_a_confirmation_makes_it_good(state: RegistrationState, hours: int) -> None:
    held = replace(HELD, state=state)
    later = NOW + hours * HOUR
    assert aged(held, later).state is not GOOD or state is GOOD
    assert aged(drifted(held), later) == replace(held, state=DRIFTED)
    assert confirmed(held, later) == replace(held, state=GOOD, checked_at=later)
