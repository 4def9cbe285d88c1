"""What did not become an alert: kept once a track, bounded, promoted once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.alert import AlertDraft
from models.candidate import CandidateDraft
from models.clock import ManualClock
from models.detection import Label
from models.errors import InputRefused, NotFound
from models.store import Store
from models.suppression import Held, Holder

MakeDraft = Callable[..., AlertDraft]


def candidate(make_draft: MakeDraft, key: str = "k", **changes: object) -> CandidateDraft:
    alert = make_draft()
    at: datetime = alert.captured_at
    draft = CandidateDraft(
        key=key,
        camera_id=alert.camera_id,
        preset=0,
        pose=alert.pose,
        label=Label.SMOKE,
        mode=alert.mode,
        provenance=alert.provenance,
        time_source=alert.time_source,
        first_seen_at=at - timedelta(minutes=3),
        last_seen_at=at,
        received_at=alert.received_at,
        frames_seen=4,
        best_score=0.3,
        peak_log_odds=0.0,
        log_odds=-1.0,
        threshold_log_odds=2.0,
        findings=alert.decision.findings,
        held=Held(Holder.DECLINED, "", at, None, 0.0, 0.0),
        scores=alert.decision.scores,
        width_px=1920,
        height_px=1080,
        model=alert.decision.model,
        config_version="0123456789ab",
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


def test_a_candidate_is_read_as_it_was_written(
    store: Store, make_draft: MakeDraft, clock: ManualClock
) -> None:
    draft = candidate(make_draft)
    store.candidates.note([(draft, b"jpeg")])
    (kept,) = store.candidates.newest(10)
    assert kept.draft == draft
    assert (kept.noted_at, kept.has_picture, kept.alert_id) == (clock.now(), True, None)
    assert store.candidates.picture(kept.candidate_id) == b"jpeg"
    assert store.candidates.get(kept.candidate_id) == kept


def test_a_track_is_one_candidate_and_keeps_its_picture(
    store: Store, make_draft: MakeDraft
) -> None:
    store.candidates.note([(candidate(make_draft), b"first"), (candidate(make_draft, "b"), None)])
    mask = Held(Holder.MASK, "privacy", make_draft().captured_at, None, 10.0, 20.0)
    store.candidates.note([(candidate(make_draft, held=mask, peak_log_odds=3.0), None)])
    other, first = store.candidates.newest(10)
    assert first.draft.peak_log_odds == 3.0
    assert first.draft.held == mask
    assert store.candidates.picture(first.candidate_id) == b"first"
    assert not other.has_picture
    with pytest.raises(NotFound, match="no picture"):
        store.candidates.picture(other.candidate_id)
    assert store.candidates.newest(10, held_by=Holder.MASK) == [first]
    assert store.candidates.newest(10, before_id=other.candidate_id) == [first]
    assert store.candidates.newest(1) == [other]


def test_the_oldest_leave_by_number_and_by_age(
    store: Store, make_draft: MakeDraft, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.store.candidates.MOST_KEPT", 3)
    for number in range(5):
        store.candidates.note([(candidate(make_draft, str(number)), None)])
    assert [kept.draft.key for kept in store.candidates.newest(10)] == ["4", "3", "2"]
    clock.advance(30 * 86400.0)
    store.candidates.note([(candidate(make_draft, "3"), None)])
    clock.advance(1.0)
    store.candidates.note([])
    assert [kept.draft.key for kept in store.candidates.newest(10)] == ["3"]


def test_a_track_that_alerted_and_one_that_a_person_promoted_name_their_alert(
    store: Store, make_draft: MakeDraft
) -> None:
    store.candidates.note([(candidate(make_draft, key), None) for key in "ab"])
    store.candidates.became("a", 7)
    store.candidates.became("nobody", 8)
    second, first = store.candidates.newest(10, with_alerted=True)
    assert (first.alert_id, first.promoted_by) == (7, "")
    assert store.candidates.newest(10) == [second]
    promoted = store.candidates.promoted(second.candidate_id, 9, author="zhang")
    assert (promoted.alert_id, promoted.promoted_by) == (9, "zhang")
    assert store.candidates.promoted(second.candidate_id, 10, author="li") == promoted
    assert store.candidates.newest(10) == [promoted]
    (entry,) = store.audit.entries(10)
    assert (entry.actor, entry.action) == ("zhang", "candidate.promoted")
    assert entry.details["alert"] == 9


@pytest.mark.parametrize("number", [0, -1, 99, 2**70])
def test_there_is_no_such_candidate(store: Store, number: int) -> None:
    with pytest.raises(NotFound):
        store.candidates.get(number)
    with pytest.raises(NotFound):
        store.candidates.picture(number)
    with pytest.raises(NotFound):
        store.candidates.promoted(number, 1, author="zhang")


def test_refusals(store: Store, make_draft: MakeDraft) -> None:
    with pytest.raises(InputRefused) as refused:
        store.candidates.note([(candidate(make_draft), b"x" * 20_000)])
    assert refused.value.code == "picture_too_large"
    with pytest.raises(InputRefused):
        store.candidates.newest(0)
    assert store.candidates.newest(2**70, before_id=2**70) == []
