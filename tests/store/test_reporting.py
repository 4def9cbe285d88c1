"""What reports read of the store beside what their own figures are tested with."""

from collections.abc import Callable
from datetime import timedelta

from models.alert import AlertDraft
from models.clock import ManualClock
from models.duty import PersonDraft, Post, ShiftDraft
from models.store import Store

HOUR = timedelta(hours=1)


def test_fires_are_found_by_number_whenever_they_were(
    store: Store, clock: ManualClock, make_draft: Callable[..., AlertDraft]
) -> None:
    first = store.alerts.open_alert(make_draft("k1"), [])[0].incident_id
    clock.advance(86_400.0)
    second = store.alerts.open_alert(make_draft("k2"), [])[0].incident_id
    found = store.reports.fires_of({first, second, 99})
    assert {one.incident_id: one for one in found} == {
        number: store.incidents.get(number) for number in (first, second)
    }
    assert store.reports.fires_of([]) == []
    assert [one.incident_id for one in store.reports.fires_of([second])] == [second]


def test_a_row_of_no_table_and_one_that_is_gone_are_left_out(
    store: Store, make_draft: Callable[..., AlertDraft]
) -> None:
    fire = store.alerts.open_alert(make_draft("k1"), [])[0].incident_id
    assert set(store.reports.rows("incident", [fire, 99])) == {fire}
    assert store.reports.rows("incident", []) == {}
    assert store.reports.rows("duty_person", [1]) == {}  # names and telephones are no figures


def test_who_was_removed_stands_until_then_and_no_longer(store: Store, clock: ManualClock) -> None:
    draft = PersonDraft("甲", "13800001234", Post.GRID, "a", "a1")
    number = store.duty.add_person(draft, author="li").person_id
    now = clock.now()
    spans = [(now - 3 * HOUR, now - 2 * HOUR), (now - HOUR, now + HOUR), (now, now + HOUR)]
    store.duty.add_shifts([ShiftDraft(number, *span) for span in spans], author="li")
    store.duty.remove_person(number, author="li")
    told = store.reports.roster(now - 9 * HOUR, now + 9 * HOUR)
    assert [(one.draft.from_at, one.draft.until_at) for one in told.shifts] == [
        spans[0],
        (now - HOUR, now),
    ]
