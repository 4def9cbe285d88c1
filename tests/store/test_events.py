"""The outbox is read in order, from anywhere, without a gap."""

from collections.abc import Callable

import pytest

from models.alert import AlertDraft
from models.clock import ManualClock
from models.errors import InputRefused
from models.events import Event, EventKind
from models.store import Store


def test_events_are_read_from_where_one_left_off(
    store: Store, clock: ManualClock, make_draft: Callable[..., AlertDraft]
) -> None:
    assert store.events.after(0) == []
    assert store.events.latest() == 0
    for number in range(5):
        store.alerts.open_alert(make_draft(f"k{number}"), [])
        clock.advance(1)
    first = store.events.after(0, limit=2)
    rest = store.events.after(first[-1].sequence)
    assert [entry.sequence for entry in first + rest] == list(range(1, 11))  # two of each
    assert first[0] == Event(1, EventKind.ALERT_OPENED, 1, clock.now().replace(second=0))
    assert store.events.latest() == 10


@pytest.mark.parametrize(
    ("sequence", "count"), [(-(10**30), 2), (-1, 2), (1, 1), (2, 0), (10**30, 0)]
)
def test_any_number_may_be_asked_for(
    store: Store, make_draft: Callable[..., AlertDraft], sequence: int, count: int
) -> None:
    store.alerts.open_alert(make_draft(), [])
    assert len(store.events.after(sequence)) == count


def test_a_limit_is_at_least_1(store: Store) -> None:
    with pytest.raises(InputRefused):
        store.events.after(0, limit=0)


def test_a_sequence_is_never_used_again(
    store: Store, make_draft: Callable[..., AlertDraft]
) -> None:
    store.alerts.open_alert(make_draft("a"), [])
    with store._database.write() as connection:
        connection.exec_driver_sql("DELETE FROM event")
    store.alerts.open_alert(make_draft("b"), [])
    assert store.events.after(0)[0].sequence == 3
