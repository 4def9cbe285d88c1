"""Alerts: once opened, never lost, never stepped without author, time and reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from models.alert import Alert, AlertDraft, EvidenceFrame
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound, WatchError
from models.events import EventKind
from models.frame import FrameMode
from models.incident import DismissReason, IncidentState, Verdict
from models.store import Store

Drafts = Callable[..., AlertDraft]
Frames = Callable[..., EvidenceFrame]


def step(store: Store, alert_id: int, expected: str, wanted: str, **changes: object) -> Alert:
    """A verdict on an alert's fire; here each is a fire of its own and of its number."""
    values: dict[str, Any] = {"author": "li", "reason": None, "note": "", **changes}
    store.verdicts.step(
        alert_id, expected=IncidentState(expected), to_state=IncidentState(wanted), **values
    )
    return store.alerts.get(alert_id)


OPENED = [EventKind.ALERT_OPENED, EventKind.INCIDENT_OPENED]


def kinds(store: Store) -> list[EventKind]:
    return [event.kind for event in store.events.after(0)]


def test_an_opened_alert_reads_back_as_it_was_given(
    store: Store, clock: ManualClock, make_draft: Drafts, make_frame: Frames
) -> None:
    draft, frames = make_draft(), (make_frame(0), make_frame(1))
    alert, is_new = store.alerts.open_alert(draft, frames)
    assert is_new
    assert alert == Alert(
        1, draft, 1, IncidentState.OPEN, clock.now(), draft.captured_at, frames, "", ()
    )
    assert store.alerts.get(1) == alert
    assert kinds(store) == OPENED


def test_an_alert_without_pose_or_pictures_is_taken(store: Store, make_draft: Drafts) -> None:
    draft = make_draft(pose=None)
    alert, _ = store.alerts.open_alert(draft, ())
    assert alert.draft.pose is None
    assert alert.evidence == ()


def test_the_same_key_is_the_same_alert(
    store: Store, make_draft: Drafts, make_frame: Frames
) -> None:
    first, _ = store.alerts.open_alert(make_draft(), [make_frame(0)])
    second, is_new = store.alerts.open_alert(make_draft(score=0.9), [make_frame(1)])
    assert not is_new
    assert second == first
    assert kinds(store) == OPENED


def test_an_update_is_newer_knowledge_and_never_a_verdict(
    store: Store, make_draft: Drafts, make_frame: Frames
) -> None:
    store.alerts.open_alert(make_draft(), [make_frame(2)])
    dismissed = step(store, 1, "open", "dismissed", reason=DismissReason.FOG)
    newer = make_draft(score=0.95)
    later = newer.captured_at + timedelta(minutes=5)
    # Out of order, one twice, one known: kept once each, by capture time.
    updated = store.alerts.update(
        1, newer, [make_frame(5), make_frame(2), make_frame(1), make_frame(5)], later
    )
    assert updated.draft == newer
    assert updated.last_seen_at == later
    assert [frame.frame_sequence for frame in updated.evidence] == [1, 2, 5]
    assert updated.state is IncidentState.DISMISSED
    assert updated.verdicts == dismissed.verdicts
    assert kinds(store)[-1] is EventKind.ALERT_UPDATED


def test_a_late_update_adds_its_picture_and_takes_nothing_back(
    store: Store, make_draft: Drafts, make_frame: Frames
) -> None:
    draft = make_draft(score=0.8)
    store.alerts.open_alert(draft, [])
    late = store.alerts.update(
        1, make_draft(score=0.2), [make_frame(0)], draft.captured_at - timedelta(microseconds=1)
    )
    assert late.draft == draft
    assert late.last_seen_at == draft.captured_at
    assert late.evidence == (make_frame(0),)


def test_a_restarted_camera_counts_from_0_and_its_pictures_are_still_kept(
    store: Store, make_draft: Drafts, make_frame: Frames
) -> None:
    before = make_frame(0)
    after = replace(before, captured_at=before.captured_at + timedelta(hours=1), key="other")
    store.alerts.open_alert(make_draft(), [before])
    updated = store.alerts.update(1, make_draft(), [after], after.captured_at)
    assert updated.evidence == (before, after)


def test_an_update_about_another_fire_is_refused(store: Store, make_draft: Drafts) -> None:
    alert, _ = store.alerts.open_alert(make_draft(), [])
    with pytest.raises(InputRefused) as refused:
        store.alerts.update(1, make_draft("another"), [], alert.last_seen_at)
    assert refused.value.code == "alert_mismatch"
    assert store.alerts.get(1) == alert


def test_a_clip_is_noted(store: Store, make_draft: Drafts) -> None:
    store.alerts.open_alert(make_draft(), [])
    assert store.alerts.set_clip(1, "clips/1.mp4").clip_key == "clips/1.mp4"
    assert store.alerts.get(1).clip_key == "clips/1.mp4"
    assert kinds(store) == [*OPENED, EventKind.ALERT_UPDATED]


def test_every_step_has_author_time_reason_event_and_audit_entry(
    store: Store, clock: ManualClock, make_draft: Drafts
) -> None:
    store.alerts.open_alert(make_draft(), [])
    clock.advance(1.5)
    first = clock.now()
    step(store, 1, "open", "acknowledged", note="看一下")
    clock.advance(60)
    second = clock.now()
    done = step(
        store,
        1,
        "acknowledged",
        "dismissed",
        author="王",
        reason=DismissReason.OTHER,
        note="炊烟",
    )
    assert done.state is IncidentState.DISMISSED
    assert done.verdicts == (
        Verdict("li", first, IncidentState.OPEN, IncidentState.ACKNOWLEDGED, None, "看一下"),
        Verdict(
            "王",
            second,
            IncidentState.ACKNOWLEDGED,
            IncidentState.DISMISSED,
            DismissReason.OTHER,
            "炊烟",
        ),
    )
    assert kinds(store) == [*OPENED, *[EventKind.INCIDENT_CHANGED] * 2]
    newest = store.audit.entries(10)[0]
    assert (newest.actor, newest.at, newest.action, newest.subject) == (
        "王",
        second,
        "incident.stepped",
        "1",
    )
    assert newest.details == {
        "from": "acknowledged",
        "to": "dismissed",
        "reason": "other",
        "note": "炊烟",
        "of": None,
        "photo": None,
        "undoes": None,
    }


@pytest.mark.parametrize(
    ("wanted", "reason"), [("confirmed", None), ("dismissed", DismissReason.LOW_CLOUD)]
)
def test_deciding_an_open_alert_acknowledges_it_in_the_same_breath(
    store: Store, make_draft: Drafts, wanted: str, reason: DismissReason | None
) -> None:
    store.alerts.open_alert(make_draft(), [])
    done = step(store, 1, "open", wanted, reason=reason, note="n")
    assert [(v.from_state, v.to_state, v.reason, v.note) for v in done.verdicts] == [
        ("open", "acknowledged", None, ""),
        ("acknowledged", wanted, reason, "n"),
    ]
    assert len(store.audit.entries(10)) == 2
    assert kinds(store) == [*OPENED, EventKind.INCIDENT_CHANGED]


def test_whoever_is_slower_is_told(store: Store, make_draft: Drafts) -> None:
    store.alerts.open_alert(make_draft(), [])
    step(store, 1, "open", "confirmed")
    with pytest.raises(Conflict) as conflict:
        step(store, 1, "open", "dismissed", reason=DismissReason.FOG)
    assert conflict.value.code == "incident_step"
    assert store.alerts.get(1).state is IncidentState.CONFIRMED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to_state": IncidentState.CLOSED}, "incident_step"),
        ({"to_state": IncidentState.OPEN}, "incident_step"),
        ({"to_state": IncidentState.DISMISSED}, "reason_missing"),
        ({"reason": DismissReason.FOG}, "reason_unexpected"),
        ({"to_state": IncidentState.DISMISSED, "reason": DismissReason.OTHER}, "note_missing"),
        ({"author": " "}, "author_missing"),
        ({"note": "x" * 4001}, "note_refused"),
        ({"note": "a\0b"}, "note_refused"),
        ({"note": "\ud800"}, "input_refused"),
    ],
)
def test_a_refused_step_leaves_no_trace(
    store: Store, make_draft: Drafts, changes: dict[str, Any], code: str
) -> None:
    alert, _ = store.alerts.open_alert(make_draft(), [])
    call = {
        "expected": IncidentState.OPEN,
        "to_state": IncidentState.ACKNOWLEDGED,
        "author": "li",
        "reason": None,
        "note": "",
        **changes,
    }
    with pytest.raises(WatchError) as refused:
        store.verdicts.step(1, **call)
    assert refused.value.code == code
    assert store.alerts.get(1) == alert
    assert store.audit.entries(10) == []
    assert len(store.events.after(0)) == len(OPENED)


def test_the_database_itself_refuses_a_dismissal_without_reason_or_author(
    store: Store, make_draft: Drafts
) -> None:
    store.alerts.open_alert(make_draft(), [])
    for author, reason in (("li", None), ("", "fog")):
        with (
            pytest.raises(sa.exc.IntegrityError),
            store._database.write() as connection,
        ):
            connection.execute(
                sa.text(
                    "INSERT INTO incident_entry "
                    "(incident_id, kind, author, at, from_state, to_state, reason, note, link) "
                    "VALUES (1, 'stepped', :author, 0, 'open', 'dismissed', :reason, '', '')"
                ),
                {"author": author, "reason": reason},
            )


@pytest.mark.parametrize("alert_id", [0, -1, 2, 2**63, 10**30])
def test_an_unknown_alert_is_not_found(store: Store, make_draft: Drafts, alert_id: int) -> None:
    store.alerts.open_alert(make_draft(), [])
    with pytest.raises(NotFound):
        store.alerts.get(alert_id)
    with pytest.raises(NotFound):
        store.alerts.set_clip(alert_id, "x")
    with pytest.raises(NotFound):
        step(store, alert_id, "open", "acknowledged")
    with pytest.raises(NotFound):
        store.alerts.update(alert_id, make_draft(), [], make_draft().captured_at)


def test_working_alerts_never_leave_by_age(
    store: Store, clock: ManualClock, make_draft: Drafts, make_frame: Frames
) -> None:
    for number in range(5):
        store.alerts.open_alert(make_draft(f"k{number}"), [make_frame(number)])
    step(store, 2, "open", "acknowledged")
    step(store, 3, "open", "confirmed")
    step(store, 4, "open", "dismissed", reason=DismissReason.DUST)
    step(store, 5, "open", "confirmed")
    step(store, 5, "confirmed", "closed")
    clock.advance(10 * 365 * 86400.0)
    working = store.alerts.working()
    assert [alert.alert_id for alert in working] == [3, 2, 1]
    assert working == [store.alerts.get(number) for number in (3, 2, 1)]


def test_newest_pages_through_everything(
    store: Store, make_draft: Drafts, make_frame: Frames
) -> None:
    for number in range(5):
        store.alerts.open_alert(make_draft(f"k{number}"), [make_frame(number)])
    step(store, 4, "open", "dismissed", reason=DismissReason.DUST)
    assert [alert.alert_id for alert in store.alerts.newest(2)] == [5, 4]
    assert [alert.alert_id for alert in store.alerts.newest(2, before_id=4)] == [3, 2]
    assert store.alerts.newest(2, before_id=4) == [store.alerts.get(3), store.alerts.get(2)]
    assert store.alerts.newest(2, before_id=0) == []
    assert store.alerts.newest(2, before_id=-(10**30)) == []
    assert len(store.alerts.newest(10**30, before_id=10**30)) == 5
    with pytest.raises(InputRefused):
        store.alerts.newest(0)


def test_find_working_asks_for_one_view(store: Store, make_draft: Drafts) -> None:
    store.alerts.open_alert(make_draft("a"), [])
    store.alerts.open_alert(make_draft("b", preset=1), [])
    store.alerts.open_alert(make_draft("c", camera_id="cam-2"), [])
    store.alerts.open_alert(make_draft("d", mode=FrameMode.INFRARED), [])
    store.alerts.open_alert(make_draft("e"), [])
    step(store, 5, "open", "dismissed", reason=DismissReason.LENS_DROPLET)
    assert [alert.alert_id for alert in store.alerts.find_working("cam-1", 0)] == [4, 1]
    assert store.alerts.find_working("cam-3", 0) == []


def test_a_draft_that_could_not_be_read_back_opens_nothing(
    store: Store, make_draft: Drafts
) -> None:
    naive = make_draft().captured_at.replace(tzinfo=None)
    whole = make_draft()
    for draft in (
        make_draft(captured_at=naive),
        make_draft(decision=replace(whole.decision, decided_at=naive)),
        make_draft(decision=replace(whole.decision, log_odds=float("nan"))),
        make_draft(fix=replace(whole.fix, bearing_deg="north")),
    ):
        with pytest.raises(ValueError, match=r"time zone|JSON compliant|not a fix"):
            store.alerts.open_alert(draft, [])
    assert store.alerts.newest(1) == []
    assert store.events.latest() == 0
