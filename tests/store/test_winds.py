"""Winds are kept as they were entered, each in the audit log."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from models.clock import ManualClock
from models.errors import InputRefused
from models.store import Store
from models.wind import Wind


def test_the_last_wind_holds_and_outlives_a_restart(
    store: Store, clock: ManualClock, reopen: Callable[[], Store]
) -> None:
    assert store.winds.last() is None
    store.winds.enter(270.0, 4.5, author="wang")
    clock.advance(60.0)
    north = store.winds.enter(0.0, 0.0, author="li")
    assert north == Wind(0.0, 0.0, clock.now(), "li")
    clock.advance(timedelta(days=2).total_seconds())
    assert reopen().winds.last() == north  # however old
    told = [(one.actor, one.action, one.subject, dict(one.details)) for one in
            reversed(store.audit.entries(9))]  # fmt: skip
    assert told == [
        ("wang", "wind.entered", "270", {"speed_m_s": "4.5"}),
        ("li", "wind.entered", "0", {"speed_m_s": "0"}),
    ]


@pytest.mark.parametrize(
    ("from_deg", "author", "code"), [(360.0, "li", "wind_refused"), (0.0, " ", "author_missing")]
)
def test_what_is_refused_is_not_kept(store: Store, from_deg: float, author: str, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        store.winds.enter(from_deg, 3.0, author=author)
    assert refused.value.code == code
    assert store.winds.last() is None
    assert store.audit.entries(9) == []
