"""Observations: written down once, taken back, never deleted, always audited and told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.alert import AlertDraft
from models.clock import ManualClock
from models.crossing import Bearing, Report, Witness
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.incident import IncidentState
from models.observation import ObservationDraft, ObservationSource, check_observation
from models.site import HeightDatum, Position
from models.store import Store

NOW = datetime(2026, 11, 25, tzinfo=UTC)
PLACE = Position(106.651234567, 28.85, 0.0, HeightDatum.GROUND)
SIGHTINGS: list[Witness] = [Report(PLACE, 233.0), Bearing(PLACE, 0.0, 12.5)]


def told(clock: ManualClock, **changes: object) -> ObservationDraft:
    values: dict[str, object] = {
        "source": ObservationSource.CALL,
        "witness": SIGHTINGS[0],
        "seen_at": clock.now() - timedelta(minutes=4),
        "told": "GCJ-02 106.655, 28.847",
        "words": "山坡上冒黑烟",
    }
    return ObservationDraft(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("witness", SIGHTINGS)
@pytest.mark.parametrize("source", ObservationSource)
def test_what_was_told_is_read_as_it_was_written(
    store: Store, clock: ManualClock, witness: Witness, source: ObservationSource
) -> None:
    draft = told(clock, witness=witness, source=source)
    kept, is_new = store.observations.add(draft, author="li", key="k")
    assert is_new
    assert kept.draft == draft
    assert (kept.author, kept.entered_at, kept.withdrawn_by, kept.withdrawn_at) == (
        *("li", clock.now()),
        *("", None),
    )
    assert store.observations.get(kept.observation_id) == kept
    assert store.observations.newest(10) == [kept]


def test_it_outlives_the_process_and_stays_one_when_handed_in_twice(
    store: Store, clock: ManualClock, reopen: Callable[[], Store]
) -> None:
    first, _ = store.observations.add(told(clock), author="li", key="one")
    store.close()
    again = reopen()
    clock.advance(60.0)
    same, is_new = again.observations.add(told(clock, words="other"), author="zhao", key="one")
    assert (same, is_new) == (first, False)
    assert len(again.audit.entries(10)) == 1
    again.close()


def test_what_is_taken_back_stays_and_is_no_witness(store: Store, clock: ManualClock) -> None:
    kept, _ = store.observations.add(told(clock), author="li", key="a")
    other, _ = store.observations.add(told(clock), author="li", key="b")
    clock.advance(30.0)
    gone = store.observations.withdraw(kept.observation_id, author="zhao")
    assert (gone.withdrawn_by, gone.withdrawn_at) == ("zhao", clock.now())
    span = clock.now() - timedelta(hours=1), clock.now()
    assert store.observations.seen_between(*span) == [other]
    assert store.observations.newest(10) == [other, gone]
    with pytest.raises(Conflict) as refused:
        store.observations.withdraw(kept.observation_id, author="li")
    assert refused.value.code == "observation_withdrawn"


def test_every_change_is_told_and_audited_in_its_own_transaction(
    store: Store, clock: ManualClock
) -> None:
    kept, _ = store.observations.add(told(clock, witness=SIGHTINGS[1]), author="li", key="a")
    store.observations.withdraw(kept.observation_id, author="zhao")
    assert [(event.kind, event.subject_id) for event in store.events.after(0)] == [
        (EventKind.OBSERVATION_ADDED, kept.observation_id),
        (EventKind.INCIDENT_OPENED, 1),
        (EventKind.OBSERVATION_WITHDRAWN, kept.observation_id),
        (EventKind.INCIDENT_CHANGED, 1),
    ]
    dismissed, withdrawn, added = store.audit.entries(10)
    assert (dismissed.action, dismissed.details["reason"]) == ("incident.stepped", "mistake")
    assert (withdrawn.action, withdrawn.actor) == ("observation.retracted", "zhao")
    assert (added.action, added.actor, added.subject) == (
        *("observation.added", "li"),
        str(kept.observation_id),
    )
    assert added.details["place"] == "106.651235,28.850000"
    assert added.details["witness"] == "0.00 +- 12.5 deg"
    assert added.details["told"] == "GCJ-02 106.655, 28.847"
    store.audit.verify()


def test_both_ends_of_a_span_are_in_it(store: Store, clock: ManualClock) -> None:
    seen = clock.now()
    kept, _ = store.observations.add(told(clock, seen_at=seen), author="li", key="a")
    assert store.observations.seen_between(seen, seen) == [kept]
    moment = timedelta(microseconds=1)
    assert store.observations.seen_between(seen + moment, seen + moment) == []
    assert store.observations.seen_between(seen - moment, seen - moment) == []


def test_pages_go_back_in_time(store: Store, clock: ManualClock) -> None:
    kept = [store.observations.add(told(clock), author="li", key=str(n))[0] for n in range(3)]
    assert store.observations.newest(1) == kept[2:]
    assert store.observations.newest(5, before_id=kept[2].observation_id) == [kept[1], kept[0]]
    with pytest.raises(InputRefused):
        store.observations.newest(0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"seen_at": timedelta(minutes=6)}, "observation_time"),
        ({"seen_at": timedelta(days=-31)}, "observation_time"),
        ({"words": "x" * 2001}, "note_refused"),
        ({"words": "a\0b"}, "note_refused"),
        ({"told": "x" * 401}, "note_refused"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    store: Store, clock: ManualClock, changes: dict[str, object], code: str
) -> None:
    changes = {
        name: clock.now() + value if isinstance(value, timedelta) else value
        for name, value in changes.items()
    }
    with pytest.raises(InputRefused) as refused:
        store.observations.add(told(clock, **changes), author="li", key="a")
    assert refused.value.code == code
    assert store.observations.newest(5) == []
    assert store.events.latest() == 0


def test_nobody_and_nothing_are_refused(store: Store, clock: ManualClock) -> None:
    for values in ({"author": " ", "key": "a"}, {"author": "li", "key": " "}):
        with pytest.raises(InputRefused):
            store.observations.add(told(clock), **values)
    kept, _ = store.observations.add(told(clock), author="li", key="a")
    with pytest.raises(InputRefused):
        store.observations.withdraw(kept.observation_id, author="")
    for number in (0, -1, 99, 2**80):
        with pytest.raises(NotFound):
            store.observations.get(number)


@given(st.timedeltas(-timedelta(days=29), timedelta(minutes=5)))
def test_any_time_of_the_last_days_is_taken(ago: timedelta) -> None:
    clock = ManualClock(NOW)
    check_observation(told(clock, seen_at=NOW + ago), clock.now())


def test_alerts_of_a_span_are_those_that_were_in_sight_then(
    store: Store, make_draft: Callable[..., AlertDraft]
) -> None:
    draft = make_draft()
    alert, _ = store.alerts.open_alert(draft, [])
    first, last = draft.first_seen_at, alert.last_seen_at
    moment = timedelta(microseconds=1)
    for span in ((first, first), (last, last), (first - moment, last + moment)):
        assert store.alerts.seen_between(*span) == [alert]
    assert store.alerts.seen_between(last + moment, last + 2 * moment) == []
    assert store.alerts.seen_between(first - 2 * moment, first - moment) == []


def test_one_that_was_told_before_fires_were_kept_is_taken_back(
    store: Store, clock: ManualClock
) -> None:
    kept, _ = store.observations.add(told(clock), author="li", key="a")
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE observation SET incident_id = NULL")
    gone = store.observations.withdraw(kept.observation_id, author="zhao")
    assert (gone.incident_id, gone.withdrawn_by) == (None, "zhao")
    assert store.incidents.get(1).state is IncidentState.OPEN
