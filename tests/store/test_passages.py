"""The passages in the store: known again by their keys, found by gate and by mark, forgotten."""

import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from models.audit import SYSTEM
from models.clock import ManualClock
from models.passage import PassageKind, SealedDraft, Way
from models.store import Store, passages
from models.store.answers import ASKED, Asked
from models.store.moving import move
from models.store.passages import PassagesAdded

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
CAR = SealedDraft("k1", NOON, Way.IN, PassageKind.PLATE, "a" * 64, b"\x00\xffsealed", "1")
PEOPLE = SealedDraft("k1", NOON, Way.UNKNOWN, PassageKind.COUNT, "", b"", "")
MINUTE = timedelta(minutes=1)


def test_what_was_told_comes_back_after_a_restart(
    store: Store, reopen: Callable[[], Store], clock: ManualClock
) -> None:
    assert store.passages.add([CAR, PEOPLE], origin="gate 3") == PassagesAdded(2, 0)
    car, people = reversed(store.passages.between(["k1"], NOON, NOON))
    for one, draft in ((car, CAR), (people, PEOPLE)):
        assert (one.gate, one.at, one.way, one.kind) == (draft.gate, NOON, draft.way, draft.kind)
        assert (one.mark, one.sealed, one.origin) == (draft.mark, draft.sealed, "gate 3")
        assert one.received_at == clock.now()
    assert "sealed" not in repr(car)
    store.close()
    assert reopen().passages.between(["k1"], NOON, NOON) == [people, car]


def test_the_same_key_again_is_known_and_changes_nothing(store: Store) -> None:
    later = replace(CAR, at=NOON + MINUTE, mark="b" * 64)
    assert store.passages.add([CAR, later, PEOPLE, PEOPLE], origin="g") == PassagesAdded(3, 1)
    assert store.passages.add([later, PEOPLE], origin="g") == PassagesAdded(1, 1)
    assert [one.mark for one in store.passages.between(["k1"], NOON, NOON + MINUTE)] == [
        *("", "", ""),
        "a" * 64,
    ]
    assert store.passages.add([], origin="g") == PassagesAdded(0, 0)


def test_many_are_written_at_once_all_or_none(store: Store) -> None:
    many = [replace(CAR, at=NOON + n * MINUTE, key=str(n)) for n in range(1201)]
    assert store.passages.add(many[:700], origin="a.csv", author="li") == PassagesAdded(700, 0)
    wrong = replace(PEOPLE, mark="c" * 64)  # somebody, of a count of nobody
    with pytest.raises(IntegrityError, match="marked"):
        store.passages.add([*many, wrong], origin="a.csv", author="li")
    assert store.passages.add(many, origin="a.csv", author="li") == PassagesAdded(501, 700)
    assert len(store.passages.between(["k1"], NOON, NOON + 1201 * MINUTE, 5000)) == 1201


def test_an_import_is_audited_and_a_push_is_not(store: Store) -> None:
    before = len(store.audit.entries(50))
    store.passages.add([CAR], origin="gate 3")
    assert len(store.audit.entries(50)) == before
    store.passages.add([CAR, replace(CAR, key="2")], origin="卡口.csv", author="li")
    (entry,) = store.audit.entries(50, noun="passages")
    assert (entry.actor, entry.action, entry.subject) == ("li", "passages.imported", "卡口.csv")
    assert entry.details == {"new": 1, "known": 1}


def test_a_push_that_is_asked_again_is_known_to_be_done(store: Store) -> None:
    token = ASKED.set(Asked("api:gate", "k-1", "f"))
    try:
        store.passages.add([PEOPLE], origin="gate 3")
    finally:
        ASKED.reset(token)
    kept = store.answers.find("api:gate", "k-1")
    assert kept is not None
    assert (kept.subject, kept.status) == ("gate 3", None)


def test_a_span_of_gates_is_answered_as_a_plain_walk_would(store: Store) -> None:
    chance = random.Random(12)
    drafts = [
        replace(CAR, gate=f"k{gate}", at=NOON + chance.randrange(60) * MINUTE, key="")
        for gate in chance.choices(range(4), k=200)
    ]
    store.passages.add(drafts, origin="g")
    everything = store.passages.between([f"k{n}" for n in range(4)], NOON, NOON + 60 * MINUTE)
    assert len(everything) == 200
    for gates in ([], ["k1"], ["k2", "k3", "k2"], ["elsewhere"]):
        for first, last in ((0, 60), (10, 20), (15, 15), (20, 10)):
            start, end = span = NOON + first * MINUTE, NOON + last * MINUTE
            inside = [one for one in everything if one.gate in gates and start <= one.at <= end]
            expected = sorted(inside, key=lambda one: (one.at, one.passage_id), reverse=True)
            assert store.passages.between(gates, *span) == expected
            assert store.passages.between(gates, *span, limit=3) == expected[:3]
    assert store.passages.between(["k1"], NOON, NOON + 60 * MINUTE, 0) == []
    assert store.passages.between(["k1"], NOON, NOON + 60 * MINUTE, 2**70) != []
    newest = {gate: max(one.at for one in drafts if one.gate == gate) for gate in ("k0", "k1")}
    assert {gate: store.passages.newest()[gate] for gate in newest} == newest
    assert list(store.passages.newest()) == ["k0", "k1", "k2", "k3"]


def test_where_the_same_plate_was(store: Store) -> None:
    assert store.passages.newest() == {}
    hours = [replace(CAR, gate=f"k{n}", at=NOON + n * MINUTE) for n in range(3)]
    other = replace(CAR, mark="b" * 64, key="9")
    store.passages.add([*(replace(h, key="") for h in hours), other, PEOPLE], origin="g")

    def where(**span: datetime) -> list[str]:
        return [one.gate for one in store.passages.of_mark("a" * 64, 9, **span)]

    assert where() == ["k2", "k1", "k0"]
    assert where(from_at=NOON + MINUTE) == ["k2", "k1"]
    assert where(until_at=NOON + MINUTE) == ["k1", "k0"]
    assert where(from_at=NOON + MINUTE, until_at=NOON + MINUTE) == ["k1"]
    assert len(store.passages.of_mark("a" * 64, 2)) == 2
    assert store.passages.of_mark("", 9) == []  # of counts, which are nobody
    assert store.passages.of_mark("c" * 64, 9) == []


def test_what_is_old_is_forgotten_with_a_count(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passages, "_FORGOTTEN_AT_ONCE", 3)
    drafts = [replace(CAR, at=NOON + n * MINUTE, key=str(n)) for n in range(8)]
    store.passages.add(drafts, origin="g")
    before = len(store.audit.entries(50))
    assert store.passages.forget(NOON) == 0
    assert len(store.audit.entries(50)) == before
    assert store.passages.forget(NOON + 5 * MINUTE) == 5
    left = store.passages.between(["k1"], NOON, NOON + 60 * MINUTE)
    assert [one.at for one in left] == [NOON + n * MINUTE for n in (7, 6, 5)]
    deeds = store.audit.entries(50, noun="passages")
    assert [one.details["count"] for one in deeds] == [2, 3]
    assert {(one.actor, one.action, one.details["before"]) for one in deeds} == {
        (SYSTEM, "passages.forgotten", "2026-11-25T04:05:00+00:00")
    }
    # Its key is forgotten with it; the number of the passage is not given again.
    newest = left[0].passage_id
    assert store.passages.forget(NOON + 60 * MINUTE, actor="li") == 3
    store.passages.add([CAR], origin="g")
    assert store.passages.between(["k1"], NOON, NOON)[0].passage_id > newest


def test_they_go_along_when_the_store_moves_and_into_a_backup(
    urls: Callable[[], str], clock: ManualClock, tmp_path: Path
) -> None:
    here, there, copy = urls(), f"sqlite:///{tmp_path / 'moved.db'}", tmp_path / "copy.db"
    with closing(Store.open(here, clock=clock)) as store:
        store.passages.add([CAR, PEOPLE], origin="g")
        kept = store.passages.between(["k1"], NOON, NOON)
        store.backup_to(copy, with_credentials=False)
    assert move(here, there, clock=clock)["passage"] == 2
    for url in (there, f"sqlite:///{copy}"):
        with closing(Store.open(url, clock=clock)) as other:
            assert other.passages.between(["k1"], NOON, NOON) == kept
            assert other.passages.add([CAR], origin="g") == PassagesAdded(0, 1)
            other.passages.add([PEOPLE], origin="g")
            assert other.passages.between(["k1"], NOON, NOON)[0].passage_id == 3
