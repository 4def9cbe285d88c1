"""The ledger: who said what, until when; changed and ended, never deleted, always audited."""

from datetime import timedelta

import pytest

from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.incident import DismissReason
from models.ledger import EntryKind, GroundPlace, LedgerDraft, ViewPlace
from models.store import Store
from models.times import Season, Times


def chimney(clock: ManualClock, **changes: object) -> LedgerDraft:
    values: dict[str, object] = {
        "kind": EntryKind.NUISANCE,
        "place": ViewPlace("cam-1", 0, 0.0, 0.1, 0.2, 0.3),
        "from_at": clock.now(),
        "until_at": clock.now() + timedelta(days=7),
        "times": Times(22 * 60, 6 * 60, (1, 7), Season(11, 1, 2, 29)),
        "reason": DismissReason.CHIMNEY,
        "reported_by": "",
        "note": "砖厂",
    }
    return LedgerDraft(**{**values, **changes})  # type: ignore[arg-type]


def burn(clock: ManualClock) -> LedgerDraft:
    return chimney(
        clock,
        kind=EntryKind.BURN,
        place=GroundPlace(106.65, 29.03, 250.0),
        times=Times(),
        reason=DismissReason.REGISTERED_BURN,
        reported_by="石角镇",
    )


def test_an_entry_is_read_as_it_was_written(store: Store, clock: ManualClock) -> None:
    first = store.ledger.add(chimney(clock), author="zhang")
    second = store.ledger.add(burn(clock), author="li")
    assert first.draft == chimney(clock)
    assert second.draft == burn(clock)
    assert (first.author, first.created_at, first.ended_by, first.ended_at) == (
        "zhang",
        clock.now(),
        "",
        None,
    )
    assert store.ledger.all() == [second, first]
    assert store.ledger.get(first.entry_id) == first


def test_what_has_ended_is_told_but_not_in_force(store: Store, clock: ManualClock) -> None:
    early = store.ledger.add(chimney(clock), author="zhang")
    late = store.ledger.add(burn(clock), author="zhang")
    clock.advance(60.0)
    ended = store.ledger.end(early.entry_id, author="li")
    assert (ended.ended_by, ended.ended_at) == ("li", clock.now())
    assert store.ledger.unended(clock.now()) == [late]
    clock.advance(7 * 86400.0)
    assert store.ledger.unended(clock.now()) == []
    assert len(store.ledger.all()) == 2
    for entry in (early, late):
        with pytest.raises(Conflict) as refused:
            store.ledger.end(entry.entry_id, author="li")
        assert refused.value.code == "ledger_ended"


def test_a_change_moves_the_end(store: Store, clock: ManualClock) -> None:
    entry = store.ledger.add(chimney(clock), author="zhang")
    sooner = chimney(clock, until_at=clock.now() + timedelta(hours=1))
    assert store.ledger.change(entry.entry_id, sooner, author="li").draft == sooner
    clock.advance(3600.0)
    assert store.ledger.unended(clock.now()) == []
    with pytest.raises(Conflict):
        store.ledger.change(entry.entry_id, sooner, author="li")


def test_every_deed_is_in_the_audit_log(store: Store, clock: ManualClock) -> None:
    entry = store.ledger.add(burn(clock), author="zhang")
    store.ledger.change(entry.entry_id, burn(clock), author="li")
    store.ledger.end(entry.entry_id, author="wang")
    deeds = [(deed.actor, deed.action, deed.subject) for deed in store.audit.entries(10)]
    number = str(entry.entry_id)
    assert deeds == [
        ("wang", "ledger.ended", number),
        ("li", "ledger.changed", number),
        ("zhang", "ledger.added", number),
    ]
    assert store.audit.entries(10)[0].details["place"] == "106.65000,29.03000 r250"
    store.audit.verify()


def test_refusals_change_nothing(store: Store, clock: ManualClock) -> None:
    with pytest.raises(InputRefused) as refused:
        store.ledger.add(chimney(clock, reported_by="somebody"), author="zhang")
    assert refused.value.code == "ledger_reporter"
    with pytest.raises(InputRefused) as refused:
        store.ledger.add(chimney(clock), author=" ")
    assert refused.value.code == "author_missing"
    entry = store.ledger.add(chimney(clock), author="zhang")
    with pytest.raises(InputRefused):
        store.ledger.end(entry.entry_id, author="")
    assert store.ledger.all() == [entry]
    for number in (0, 99, 2**70):
        with pytest.raises(NotFound):
            store.ledger.get(number)
