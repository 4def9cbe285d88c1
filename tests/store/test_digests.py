"""Digests of nights: one a night, each proposal decided once, the ledger and it in one step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from models.audit import SYSTEM
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.incident import DismissReason
from models.ledger import EntryKind, LedgerDraft, ViewPlace
from models.nuisance_digest import Digest, NuisanceDraft, NuisanceState
from models.store import Store
from models.times import Times

NIGHT = date(2026, 11, 25)


def nuisance(clock: ManualClock, preset: int = 0) -> NuisanceDraft:
    now = clock.now()
    entry = LedgerDraft(
        kind=EntryKind.NUISANCE,
        place=ViewPlace("cam-1", preset, 0.0, 0.1, 0.2, 0.3),
        from_at=now,
        until_at=now + timedelta(days=14),
        times=Times(6 * 60, 9 * 60),
        reason=DismissReason.CHIMNEY,
        reported_by="",
        note="",
    )
    first = now - timedelta(days=3)
    return NuisanceDraft("cam-1", preset, DismissReason.CHIMNEY, (1, 4, 7), first, now, 3, entry)


def kept(store: Store, clock: ManualClock, *presets: int) -> Digest:
    drafts = [nuisance(clock, preset) for preset in presets]
    digest = store.digests.keep(NIGHT, drafts, dismissed=9, confirmed=0)
    assert digest is not None
    return digest


def test_a_night_has_one_digest(store: Store, clock: ManualClock) -> None:
    assert not store.digests.has(NIGHT)
    digest = kept(store, clock, 0, 3)
    assert digest == Digest(NIGHT, clock.now(), 9, 0, (1, 2))
    assert store.digests.has(NIGHT)
    assert store.digests.keep(NIGHT, [nuisance(clock)], dismissed=0, confirmed=0) is None
    later = store.digests.keep(NIGHT + timedelta(days=1), [], dismissed=0, confirmed=2)
    assert later is not None
    assert later.proposals == ()
    assert store.digests.newest() == [later, digest]
    assert store.digests.newest(1) == [later]


def test_a_proposal_is_read_as_it_was_found(store: Store, clock: ManualClock) -> None:
    kept(store, clock, 0, 3)
    second, first = store.digests.page()
    assert (first.proposal_id, first.night, first.state) == (1, NIGHT, NuisanceState.OPEN)
    assert first.suggested == nuisance(clock).suggested
    assert (first.alert_ids, first.days, second.preset) == ((1, 4, 7), 3, 3)
    assert (first.decided_by, first.decided_at, first.entry_id) == ("", None, None)
    assert store.digests.get(1) == first
    assert store.digests.page(before=2) == [first]
    assert store.digests.page(limit=1) == [second]
    assert store.digests.page(state=NuisanceState.DECLINED) == []
    assert store.digests.count_open() == 2
    with pytest.raises(NotFound) as refused:
        store.digests.get(2**70)
    assert refused.value.code == "no_such_nuisance"


def test_accepting_writes_the_entry_once_by_the_persons_name(
    store: Store, clock: ManualClock
) -> None:
    kept(store, clock, 0)
    clock.advance(60.0)
    draft = replace(nuisance(clock).suggested, note="砖厂")
    done = store.digests.accept(1, draft, author="zhang")
    (entry,) = store.ledger.all()
    assert (entry.draft, entry.author, entry.entry_id) == (draft, "zhang", done.entry_id)
    assert (done.state, done.decided_by, done.decided_at) == (
        NuisanceState.ACCEPTED,
        "zhang",
        clock.now(),
    )
    with pytest.raises(Conflict) as refused:
        store.digests.accept(1, draft, author="li")
    assert refused.value.code == "nuisance_decided"
    with pytest.raises(Conflict):
        store.digests.decline(1, author="li")
    assert len(store.ledger.all()) == 1
    deeds = [one.action for one in store.audit.entries(5)]
    assert deeds == ["nuisance.accepted", "ledger.added"]
    store.audit.verify()


def test_an_entry_that_cannot_be_leaves_the_proposal_open(store: Store, clock: ManualClock) -> None:
    kept(store, clock, 0)
    draft = nuisance(clock).suggested
    for wrong, author in (
        (replace(draft, until_at=draft.from_at), "zhang"),
        (draft, " "),
        (replace(draft, times=Times(5, 5)), "zhang"),
    ):
        with pytest.raises(InputRefused):
            store.digests.accept(1, wrong, author=author)
    assert store.ledger.all() == []
    assert store.digests.get(1).state is NuisanceState.OPEN
    assert list(store.audit.entries(5)) == []


def test_declining_leaves_the_ledger_alone(store: Store, clock: ManualClock) -> None:
    kept(store, clock, 0)
    for author, note, code in (("", "", "author_missing"), ("li", "x" * 501, "note_refused")):
        with pytest.raises(InputRefused) as refused:
            store.digests.decline(1, author=author, note=note)
        assert refused.value.code == code
    with pytest.raises(InputRefused):
        store.digests.decline(1, author="li", note="\0")
    done = store.digests.decline(1, author="li", note="不是每天")
    assert (done.state, done.decided_by, done.entry_id) == (NuisanceState.DECLINED, "li", None)
    assert store.ledger.all() == []
    (deed,) = store.audit.entries(5)
    assert (deed.action, deed.details["note"]) == ("nuisance.declined", "不是每天")
    with pytest.raises(NotFound):
        store.digests.decline(2, author="li")


def test_what_is_overtaken_is_decided_by_nobody_else(store: Store, clock: ManualClock) -> None:
    kept(store, clock, 0, 1, 2)
    store.digests.decline(1, author="li")
    store.digests.overtake(1)
    assert store.digests.get(1).state is NuisanceState.DECLINED
    store.digests.overtake(2)
    clock.advance(10.0)
    night = NIGHT + timedelta(days=1)
    store.digests.keep(night, [], dismissed=0, confirmed=0, overtaken=[3, 1])
    third = store.digests.get(3)
    assert (third.state, third.decided_by, third.decided_at) == (
        NuisanceState.OVERTAKEN,
        SYSTEM,
        clock.now(),
    )
    assert store.digests.count_open() == 0
    since = clock.now() - timedelta(seconds=5)
    assert [one.proposal_id for one in store.digests.known(since)] == [3]
    kept_open = store.digests.keep(
        night + timedelta(days=1), [nuisance(clock)], dismissed=0, confirmed=0
    )
    assert kept_open is not None
    far = clock.now() + timedelta(days=9)
    assert [one.proposal_id for one in store.digests.known(far)] == [4], "it waits"


def test_what_is_kept_outlives_a_restart(reopen: Callable[[], Store], clock: ManualClock) -> None:
    first = reopen()
    digest = kept(first, clock, 0)
    first.close()
    assert reopen().digests.newest() == [digest]
