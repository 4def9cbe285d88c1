from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import pytest

from models.audit import SYSTEM
from models.detection import Box, Label, ModelReference
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.imagery import ImageryHitDraft
from models.release import (
    FrozenSet,
    FrozenSetDraft,
    GateCheck,
    GateRule,
    Release,
    ReleaseDraft,
    ReleaseState,
)
from models.replay_run import PlayedFootage
from models.store import Store

OLD = ModelReference("old", "2026.1.0", "a" * 64)
NEW = ModelReference("new", "2026.2.0", "b" * 64)
NEWER = ModelReference("newer", "2026.3.0", "c" * 64)
ONE = PlayedFootage(3, "ridge.mp4", "d" * 64, 1)
OTHER = PlayedFootage(5, "fog.zip", "e" * 64, 4)
SET = FrozenSetDraft("Autumn", (ONE, OTHER), 12, 7, "all valleys")
KEPT = tuple(
    GateCheck(rule, passes=True, code="kept", values={"a": 1.0, "b": "x", "c": None}, names=("n",))
    for rule in GateRule
)


def frozen(store: Store, draft: FrozenSetDraft = SET, sha256: str = "f" * 64) -> FrozenSet:
    return store.releases.freeze(draft, sha256=sha256, author="a")


def proposed(
    store: Store,
    candidate: ModelReference = NEW,
    incumbent: ModelReference = OLD,
    checks: tuple[GateCheck, ...] = KEPT,
) -> Release:
    sets = store.releases.sets()
    gate_id = sets[0].gate_id if sets else frozen(store).gate_id
    return store.releases.propose(
        ReleaseDraft(gate_id, 8, 9, "better in fog"),
        candidate=candidate,
        incumbent=incumbent,
        checks=checks,
        author="m",
    )


def signed(store: Store, candidate: ModelReference, incumbent: ModelReference) -> Release:
    release = proposed(store, candidate, incumbent)
    return store.releases.decide(release.release_id, signs=True, author="a", note="seen")


def test_a_set_is_frozen_once_and_retired_once(store: Store) -> None:
    kept = frozen(store)
    assert (kept.draft, kept.sha256, kept.author, kept.retired_at) == (SET, "f" * 64, "a", None)
    assert store.releases.get_set(kept.gate_id) == kept
    with pytest.raises(Conflict) as known:
        frozen(store, replace(SET, name="Again"))
    assert known.value.code == "set_known"
    retired = store.releases.retire(kept.gate_id, author="b")
    assert (retired.retired_by, retired.draft) == ("b", SET)
    assert retired.retired_at is not None
    assert store.releases.retire(kept.gate_id, author="c") == retired
    again = frozen(store)
    assert store.releases.sets() == [again, retired]
    assert store.releases.sets(limit=1) == [again]
    for deed in (store.releases.get_set, lambda one: store.releases.retire(one, author="a")):
        for number in (99, -1, 2**80):
            with pytest.raises(NotFound, match="no frozen set"):
                deed(number)
    actions = [one.action for one in store.audit.entries(5)]
    assert actions == ["model.set_frozen", "model.set_retired", "model.set_frozen"]
    told = [(one.kind, one.subject_id) for one in store.events.after(0)]
    assert told == [
        (EventKind.MODEL_CHANGED, kept.gate_id),
        (EventKind.MODEL_CHANGED, kept.gate_id),
        (EventKind.MODEL_CHANGED, again.gate_id),
    ]
    store.audit.verify()


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (replace(SET, name=""), "set_name"),
        (replace(SET, name="x" * 121), "set_name"),
        (replace(SET, name=" x"), "set_name"),
        (replace(SET, name="a\nb"), "set_name"),
        (replace(SET, footage=(), drill_fires=0), "set_footage"),
        (replace(SET, footage=(OTHER, ONE)), "set_footage"),
        (replace(SET, footage=(ONE, ONE)), "set_footage"),
        (replace(SET, footage=(ONE, replace(OTHER, name=ONE.name))), "set_footage"),
        (replace(SET, footage=(replace(ONE, truth_version=0),)), "set_unlabelled"),
        (replace(SET, footage=(replace(ONE, sha256="x"),)), "set_unlabelled"),
        (replace(SET, drill_fires=-1), "set_drills"),
        (replace(SET, drill_fires=1001), "set_drills"),
        (replace(SET, drill_seed=-1), "set_drills"),
        (replace(SET, drill_seed=2**53), "set_drills"),
        (replace(SET, note="x" * 501), "model_note"),
    ],
)
def test_what_no_set_can_be_is_refused(store: Store, draft: FrozenSetDraft, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        frozen(store, draft)
    assert refused.value.code == code
    assert store.releases.sets() == []


def test_of_a_thousand_recordings_one_is_too_many(store: Store) -> None:
    many = tuple(replace(ONE, footage_id=number, name=str(number)) for number in range(1, 1002))
    with pytest.raises(InputRefused, match="up to 1000"):
        frozen(store, replace(SET, footage=many))
    assert len(frozen(store, replace(SET, footage=many[:1000])).draft.footage) == 1000
    with pytest.raises(InputRefused, match="nothing is known"):
        frozen(store, sha256="F" * 64)
    drills = frozen(store, replace(SET, footage=()), "0" * 64)
    assert drills.draft.footage == ()


def test_a_verdict_is_kept_as_it_was_and_signed_once(store: Store) -> None:
    release = proposed(store)
    assert (release.state, release.checks) == (ReleaseState.PASSED, KEPT)
    assert (release.candidate, release.incumbent) == (NEW, OLD)
    assert store.releases.get_release(release.release_id) == release
    done = store.releases.decide(release.release_id, signs=True, author="a", note="seen")
    assert (done.state, done.decided_by, done.decision_note) == (ReleaseState.SIGNED, "a", "seen")
    assert done.decided_at is not None
    assert store.releases.decide(release.release_id, signs=True, author="b") == done
    with pytest.raises(Conflict) as conflict:
        store.releases.decide(release.release_id, signs=False, author="b")
    assert conflict.value.code == "release_not_passed"
    other = proposed(store)
    declined = store.releases.decide(other.release_id, signs=False, author="a")
    assert declined.state is ReleaseState.DECLINED
    assert store.releases.releases() == [declined, done]
    assert store.releases.releases(limit=1) == [declined]
    with pytest.raises(NotFound, match="no release"):
        store.releases.get_release(99)
    entries = store.audit.entries(5)
    assert [one.action for one in entries] == [
        "model.release_declined",
        "model.release_proposed",
        "model.release_signed",
        "model.release_proposed",
        "model.set_frozen",
    ]
    assert entries[2].details["note"] == "seen"


@pytest.mark.parametrize("rule", list(GateRule))
def test_nobody_signs_what_the_gate_holds_back(store: Store, rule: GateRule) -> None:
    checks = tuple(replace(one, passes=one.rule is not rule) for one in KEPT)
    release = proposed(store, checks=checks)
    assert release.state is ReleaseState.FAILED
    number = release.release_id
    for deed in (
        lambda: store.releases.decide(number, signs=True, author="a"),
        lambda: store.releases.decide(number, signs=False, author="a"),
        lambda: store.releases.activate(number, in_force=OLD, author="a"),
    ):
        with pytest.raises(Conflict) as conflict:
            deed()
        assert conflict.value.code == "release_failed"
    assert store.releases.activations() == []


def test_a_verdict_has_one_word_of_every_rule_and_a_set_in_use(store: Store) -> None:
    for checks in ((), KEPT[:-1], (*KEPT, KEPT[0]), (*KEPT[:-1], KEPT[0])):
        with pytest.raises(InputRefused) as refused:
            proposed(store, checks=checks)
        assert refused.value.code == "release_unchecked"
    store.releases.retire(store.releases.sets()[0].gate_id, author="a")
    with pytest.raises(Conflict) as conflict:
        proposed(store)
    assert conflict.value.code == "set_retired"
    with pytest.raises(NotFound):
        store.releases.propose(
            ReleaseDraft(99, 1, 2), candidate=NEW, incumbent=OLD, checks=KEPT, author="m"
        )
    with pytest.raises(InputRefused):
        store.releases.propose(
            ReleaseDraft(1, 1, 2, "x" * 501), candidate=NEW, incumbent=OLD, checks=KEPT, author="m"
        )


def test_what_is_in_force_is_what_was_activated_last(store: Store) -> None:
    first = signed(store, NEW, OLD)
    waiting = proposed(store)
    with pytest.raises(Conflict) as conflict:
        store.releases.activate(waiting.release_id, in_force=OLD, author="a")
    assert conflict.value.code == "release_not_signed"
    with pytest.raises(Conflict) as conflict:
        store.releases.activate(first.release_id, in_force=NEWER, author="a")
    assert conflict.value.code == "release_outdated"
    done = store.releases.activate(first.release_id, in_force=OLD, author="a")
    assert (done.model, done.release_id, done.author) == (NEW, first.release_id, "a")
    before = store.releases.activations()[1]
    assert (before.model, before.release_id, before.author) == (OLD, None, SYSTEM)
    assert store.releases.activations() == [done, before]
    assert store.releases.activations(limit=1) == [done]
    # What was judged against the old one is outdated, whatever the asker believes to be in force.
    with pytest.raises(Conflict) as conflict:
        store.releases.activate(first.release_id, in_force=OLD, author="a")
    assert conflict.value.code == "release_outdated"
    second = signed(store, NEWER, NEW)
    newest = store.releases.activate(second.release_id, in_force=OLD, author="b")
    assert [one.model for one in store.releases.activations()] == [NEWER, NEW, OLD]
    assert store.releases.get_activation(newest.activation_id) == newest
    actions = [one.action for one in store.audit.entries(20)]
    assert actions.count("model.activated") == 2


def test_one_goes_back_to_what_was_in_force_before_and_says_why(store: Store) -> None:
    release = signed(store, NEW, OLD)
    done = store.releases.activate(release.release_id, in_force=OLD, author="a")
    first = store.releases.activations()[1].activation_id
    for note in ("", "  ", "x" * 501):
        with pytest.raises(InputRefused) as refused:
            store.releases.go_back(first, note=note, author="a")
        assert refused.value.code == "model_note"
    with pytest.raises(Conflict) as conflict:
        store.releases.go_back(done.activation_id, note="why", author="a")
    assert conflict.value.code == "model_in_force"
    back = store.releases.go_back(first, note="fog alarms", author="b")
    assert (back.model, back.release_id, back.note) == (OLD, None, "fog alarms")
    assert [one.model for one in store.releases.activations()] == [OLD, NEW, OLD]
    assert store.audit.entries(1)[0].action == "model.rolled_back"
    with pytest.raises(NotFound, match="no activation"):
        store.releases.go_back(99, note="why", author="a")
    with pytest.raises(NotFound):
        store.releases.get_activation(99)
    # It was signed, and what it was judged against is in force again.
    assert store.releases.activate(release.release_id, in_force=OLD, author="a").model == NEW


def test_of_two_who_activate_at_once_one_is_told(store: Store) -> None:
    releases = [signed(store, NEW, OLD), signed(store, NEWER, OLD)]
    told: list[str] = []

    def activate(release: Release) -> None:
        try:
            store.releases.activate(release.release_id, in_force=OLD, author="a")
        except Conflict as conflict:
            told.append(conflict.code)

    threads = [Thread(target=activate, args=(one,)) for one in releases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["release_outdated"]
    assert len(store.releases.activations()) == 2


def test_every_deed_needs_somebody(store: Store) -> None:
    release = signed(store, NEW, OLD)
    deeds = (
        lambda: store.releases.freeze(SET, sha256="1" * 64, author=" "),
        lambda: store.releases.retire(1, author=""),
        lambda: store.releases.propose(
            release.draft, candidate=NEW, incumbent=OLD, checks=KEPT, author=""
        ),
        lambda: store.releases.decide(release.release_id, signs=True, author=""),
        lambda: store.releases.activate(release.release_id, in_force=OLD, author=""),
        lambda: store.releases.go_back(1, note="x", author=""),
    )
    for deed in deeds:
        with pytest.raises(InputRefused) as refused:
            deed()
        assert refused.value.code == "author_missing"


def test_all_of_it_is_there_after_a_restart(reopen: Callable[[], Store]) -> None:
    store = reopen()
    release = signed(store, NEW, OLD)
    store.releases.activate(release.release_id, in_force=OLD, author="a")
    kept = store.releases.sets(), store.releases.releases(), store.releases.activations()
    again = reopen()
    assert (again.releases.sets(), again.releases.releases(), again.releases.activations()) == kept


def test_a_find_in_footage_carries_the_weights_that_made_it(store: Store) -> None:
    box = Box(Label.SMOKE, 0.5, 0.0, 1.0, 2.0, 3.0)
    number = store.live_imagery.begin("M4T-01")
    drafts = [ImageryHitDraft(0, 0.0, box, model=NEW), ImageryHitDraft(1, 1.0, box)]
    store.live_imagery.add_hits(number, drafts)
    assert [one.draft.model for one in store.imagery.hits(number)] == [NEW, None]
