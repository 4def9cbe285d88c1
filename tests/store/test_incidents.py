"""Fires: what people may do about them, what is told of it, and what can never happen to them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from models.alert import AlertDraft
from models.clock import ManualClock
from models.crossing import Report
from models.errors import Conflict, InputRefused, NotFound, NotPermitted, WatchError
from models.events import EventKind
from models.frame import Provenance
from models.incident import (
    DismissReason,
    EntryKind,
    Incident,
    IncidentState,
    Level,
    Link,
    LinkReason,
    Subject,
    SubjectKind,
    Urgency,
)
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.store import Store

Drafts = Callable[..., AlertDraft]
S = IncidentState


@pytest.fixture
def fire(store: Store, make_draft: Drafts) -> Callable[..., int]:
    """Opens alerts; the number of their fire."""
    made = iter(range(1000))

    def open_one(link: Link | None = None, **changes: object) -> int:
        draft = make_draft(f"k{next(made)}", **changes)
        return store.alerts.open_alert(draft, [], link)[0].incident_id

    return open_one


def told(clock: ManualClock, **changes: object) -> ObservationDraft:
    spot = Report(Position(106.6, 29.0, 0.0, HeightDatum.GROUND), 100.0)
    draft = ObservationDraft(ObservationSource.CALL, spot, clock.now(), "王", "有烟")
    return replace(draft, **changes)


def go(store: Store, number: int, *states: S, author: str = "li") -> Incident:
    for state in states:
        now = store.incidents.get(number).state
        reason = DismissReason.FOG if state is S.DISMISSED else None
        store.verdicts.step(number, expected=now, to_state=state, author=author, reason=reason)
    return store.incidents.get(number)


def kinds(found: Incident) -> list[EntryKind]:
    return [entry.kind for entry in found.entries]


def refused(kind: type[WatchError], code: str, call: Callable[[], object]) -> None:
    with pytest.raises(kind) as error:
        call()
    assert error.value.code == code


def test_a_fire_from_its_opening_to_its_end(store: Store, fire: Callable[..., int]) -> None:
    number = fire()
    whole = (S.ACKNOWLEDGED, S.CONFIRMED, S.DISPATCHED, S.ARRIVED, S.CONTROLLED, S.CLOSED)
    versions = [store.incidents.get(number).version]
    for state in whole:
        found = go(store, number, state)
        versions.append(found.version)
        assert found.state is state
        assert store.alerts.get(1).state is state
        assert [one.incident_id for one in store.incidents.working()] == (
            [] if state is S.CLOSED else [number]
        )
    assert versions == sorted(set(versions))
    assert [verdict.to_state for verdict in store.alerts.get(1).verdicts] == list(whole)
    assert kinds(store.incidents.get(number)) == [EntryKind.OPENED] + [EntryKind.STEPPED] * 6
    told_of = [(entry.kind, entry.subject_id) for entry in store.events.after(0)]
    assert told_of.count((EventKind.INCIDENT_CHANGED, number)) == 6
    assert told_of.count((EventKind.INCIDENT_OPENED, number)) == 1
    assert [entry.action for entry in store.audit.entries(99)] == ["incident.stepped"] * 6
    store.audit.verify()


def test_confirming_an_open_fire_acknowledges_it_first(
    store: Store, fire: Callable[..., int]
) -> None:
    found = go(store, fire(), S.CONFIRMED)
    assert [(entry.from_state, entry.to_state) for entry in found.entries[1:]] == [
        (S.OPEN, S.ACKNOWLEDGED),
        (S.ACKNOWLEDGED, S.CONFIRMED),
    ]
    found = go(store, fire(), S.DISMISSED)
    assert found.entries[-1].reason is DismissReason.FOG


def test_what_is_refused_changes_nothing(store: Store, fire: Callable[..., int]) -> None:
    number = fire()
    before = store.incidents.get(number), store.events.latest()

    def step(to_state: S, **words: object) -> Callable[[], object]:
        asked = {"expected": S.OPEN, "author": "li", **words}
        return lambda: store.verdicts.step(number, to_state=to_state, **asked)  # type: ignore[arg-type]

    refused(Conflict, "incident_step", step(S.CLOSED))
    refused(Conflict, "incident_step", step(S.CONFIRMED, expected=S.ACKNOWLEDGED))
    refused(InputRefused, "reason_missing", step(S.DISMISSED))
    refused(InputRefused, "reason_retired", step(S.DISMISSED, reason=DismissReason.CLOUD))
    refused(InputRefused, "note_missing", step(S.DISMISSED, reason=DismissReason.OTHER))
    refused(InputRefused, "reason_unexpected", step(S.CONFIRMED, reason=DismissReason.FOG))
    refused(InputRefused, "author_missing", step(S.CONFIRMED, author=" "))
    refused(InputRefused, "note_refused", step(S.CONFIRMED, note="x" * 4001))
    refused(InputRefused, "note_refused", step(S.CONFIRMED, note="a\0b"))
    refused(NotFound, "not_found", lambda: store.incidents.get(99))
    refused(NotFound, "not_found", lambda: store.incidents.get(2**70))
    refused(NotFound, "not_found", lambda: store.incidents.of_alert(99))
    refused(InputRefused, "note_missing", lambda: store.incidents.note(number, author="l", note=""))
    refused(
        InputRefused, "note_missing", lambda: store.verdicts.reopen(number, author="l", note="")
    )
    refused(Conflict, "incident_step", lambda: store.verdicts.reopen(number, author="l", note="x"))
    refused(InputRefused, "input_refused", lambda: store.incidents.page(0))
    assert (store.incidents.get(number), store.events.latest()) == before


def test_a_second_person_agrees_or_does_not(store: Store, fire: Callable[..., int]) -> None:
    def propose(number: int, author: str = "li") -> Incident:
        return store.verdicts.step(
            number,
            expected=store.incidents.get(number).state,
            to_state=S.DISMISSED,
            author=author,
            reason=DismissReason.FOG,
            checked=(S.DISMISSED,),
        )

    number = fire()
    waits = propose(number)
    assert (waits.state, waits.proposal is None) == (S.ACKNOWLEDGED, False)
    assert waits.proposal is not None
    entry = waits.proposal.entry_id
    assert waits.entries[-1].kind is EntryKind.PROPOSED
    refused(
        NotPermitted,
        "second_person",
        lambda: store.verdicts.agree(number, entry_id=entry, author="li"),
    )
    kept = store.verdicts.decline(number, entry_id=entry, author="wang", note="烟在长")
    assert (kept.state, kept.proposal) == (S.ACKNOWLEDGED, None)
    refused(
        Conflict,
        "proposal_gone",
        lambda: store.verdicts.agree(number, entry_id=entry, author="wang"),
    )
    again = propose(number, "wang").proposal
    assert again is not None
    done = store.verdicts.agree(number, entry_id=again.entry_id, author="li")
    assert (done.state, done.entries[-1].reason, done.entries[-1].author) == (
        S.DISMISSED,
        DismissReason.FOG,
        "li",
    )
    other = fire()
    propose(other)
    assert go(store, other, S.CONFIRMED).proposal is None  # another step takes its place


def test_the_last_verdict_is_taken_back(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    number = fire()
    entry = go(store, number, S.CONFIRMED).entries[-1].entry_id

    def undo(author: str = "li", entry_id: int = entry, **more: bool) -> Incident:
        return store.verdicts.undo(number, entry_id=entry_id, author=author, **more)

    refused(NotPermitted, "undo_not_yours", lambda: undo("wang"))
    refused(Conflict, "undo_late", lambda: undo(entry_id=entry - 1))
    clock.advance(600.001)
    refused(NotPermitted, "undo_not_yours", undo)
    back = undo("chef", others=True)
    assert (back.state, back.entries[-1].undoes) == (S.ACKNOWLEDGED, entry)
    assert [verdict.to_state for verdict in store.alerts.get(1).verdicts] == [S.ACKNOWLEDGED]
    refused(Conflict, "undo_late", lambda: undo("chef", others=True))
    first = back.entries[1].entry_id
    assert undo("chef", first, others=True).state is S.OPEN
    proposed = store.verdicts.step(
        number, expected=S.OPEN, to_state=S.CONFIRMED, author="li", checked=(S.CONFIRMED,)
    ).proposal
    assert proposed is not None
    assert undo(entry_id=proposed.entry_id).proposal is None


def test_reopening_notes_and_ranks_are_told(store: Store, fire: Callable[..., int]) -> None:
    number = fire()
    go(store, number, S.DISMISSED)
    assert store.verdicts.reopen(number, author="wang", note="又冒烟了").state is S.OPEN
    noted = store.incidents.note(number, author="li", note="  路不通 ")
    assert noted.entries[-1].note == "路不通"
    low = Urgency(10.0, Level.SINGLE, (), noted.opened_at)
    assert store.incidents.rank(number, low)
    assert not store.incidents.rank(number, replace(low, at=low.at + timedelta(minutes=1)))
    assert store.incidents.rank(number, replace(low, level=Level.CORROBORATED))
    assert store.incidents.rank(number, replace(low, points=0.0))
    found = store.incidents.get(number)
    assert found.urgency is not None
    assert found.urgency.points == 0.0
    assert [entry.note for entry in found.entries if entry.kind is EntryKind.RAISED] == [
        "corroborated"
    ]


def test_evidence_joins_reopens_or_stands_alone(store: Store, fire: Callable[..., int]) -> None:
    first = fire()
    assert fire(Link(first, LinkReason.CROSSING, detail="交会")) == first
    assert store.incidents.get(first).entries[-1].link == "crossing"
    go(store, first, S.DISMISSED)
    assert fire(Link(first, LinkReason.NEAR)) != first  # nothing is hidden in what is settled
    assert fire(Link(first, LinkReason.SAME_PLUME, reopens=True)) == first
    assert store.incidents.get(first).state is S.OPEN
    assert fire(Link(999, LinkReason.NEAR)) not in {first, 999}
    drill = fire(Link(first, LinkReason.NEAR), provenance=Provenance.DRILL)
    assert store.incidents.get(drill).is_drill
    other = fire()
    store.incident_joins.merge(first, other, author="li")
    assert fire(Link(first, LinkReason.NEAR)) == other


def test_two_fires_are_one_and_two_again(store: Store, fire: Callable[..., int]) -> None:
    first, second = fire(), fire()
    go(store, first, S.CONFIRMED)
    go(store, second, S.DISMISSED)
    one = store.incident_joins.merge(first, second, author="li", note="同一火")
    assert (one.incident_id, one.state) == (second, S.CONFIRMED)
    assert [alert.alert_id for alert in one.alerts] == [1, 2]
    gone = store.incidents.get(first)
    assert (gone.merged_into, gone.alerts) == (second, ())
    assert kinds(gone)[:4] == [
        EntryKind.OPENED,
        EntryKind.STEPPED,
        EntryKind.STEPPED,
        EntryKind.MERGED,
    ]
    for call in (
        lambda: go(store, first, S.DISPATCHED),
        lambda: store.incident_joins.merge(first, second, author="li"),
        lambda: store.incident_joins.split(first, [Subject(SubjectKind.ALERT, 1)], author="li"),
    ):
        refused(Conflict, "incident_merged", call)
    refused(
        Conflict, "merge_itself", lambda: store.incident_joins.merge(second, second, author="l")
    )
    drill = fire(provenance=Provenance.DRILL)
    refused(Conflict, "merge_drill", lambda: store.incident_joins.merge(drill, second, author="l"))
    refused(Conflict, "unmerge_refused", lambda: store.incident_joins.unmerge(second, author="l"))
    back = store.incident_joins.unmerge(first, author="wang")
    assert (back.state, [alert.alert_id for alert in back.alerts]) == (S.CONFIRMED, [1])
    assert [alert.alert_id for alert in store.incidents.get(second).alerts] == [2]
    again = store.incident_joins.merge(first, second, author="li")
    apart = store.incident_joins.split(second, [Subject(SubjectKind.ALERT, 1)], author="li")
    assert apart.state is S.OPEN
    assert apart.incident_id > drill
    assert len(store.incidents.get(second).entries) > len(again.entries)
    refused(Conflict, "unmerge_refused", lambda: store.incident_joins.unmerge(first, author="l"))
    for chosen in ([], [Subject(SubjectKind.ALERT, 2)], [Subject(SubjectKind.ALERT, 9)]):
        refused(
            InputRefused,
            "split_refused",
            lambda chosen=chosen: store.incident_joins.split(second, chosen, author="li"),  # type: ignore[misc]
        )


def test_words_that_are_taken_back_leave_no_fire(
    store: Store, fire: Callable[..., int], clock: ManualClock
) -> None:
    alone, _ = store.observations.add(told(clock), author="li", key="a")
    assert alone.incident_id is not None
    seen = fire()
    joined, _ = store.observations.add(
        told(clock), author="li", key="b", link=Link(seen, LinkReason.NEAR)
    )
    assert joined.incident_id == seen
    store.observations.withdraw(alone.observation_id, author="li")
    found = store.incidents.get(alone.incident_id)
    assert (found.state, found.entries[-1].reason) == (S.DISMISSED, DismissReason.MISTAKE)
    store.observations.withdraw(joined.observation_id, author="li")
    assert store.incidents.get(seen).state is S.OPEN


def test_pages_and_lists(store: Store, fire: Callable[..., int], clock: ManualClock) -> None:
    numbers = [fire() for _ in range(5)]
    go(store, numbers[0], S.DISMISSED)
    store.incident_joins.merge(numbers[1], numbers[2], author="li")
    page = store.incidents.page(2)
    assert [one.incident_id for one in page.incidents] == [5, 4]
    assert page.next_before == 4
    rest = store.incidents.page(2, before_id=page.next_before)
    assert ([one.incident_id for one in rest.incidents], rest.next_before) == ([3, 1], None)
    only = store.incidents.page(9, states=(S.DISMISSED,), from_at=clock.now() - timedelta(days=1))
    assert [one.incident_id for one in only.incidents] == [1]
    assert store.incidents.page(9, until_at=clock.now() - timedelta(days=1)).incidents == ()
    assert [
        one.incident_id for one in store.incidents.settled_since(clock.now() - timedelta(1))
    ] == [1]
    assert store.incidents.of_alert(2).incident_id == 3


def test_one_of_many_who_undo_merge_and_step_wins(store: Store, fire: Callable[..., int]) -> None:
    first, second = fire(), fire()
    entry = go(store, first, S.CONFIRMED).entries[-1].entry_id
    ready = threading.Barrier(6)

    def act(number: int) -> bool:
        ready.wait()
        try:
            if number % 2:
                store.verdicts.undo(first, entry_id=entry, author="li")
            else:
                store.incident_joins.merge(first, second, author="li")
        except WatchError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert 1 <= sum(pool.map(act, range(6))) <= 2
    assert {alert.incident_id for alert in store.alerts.newest(9)} == {second}
    store.audit.verify()
