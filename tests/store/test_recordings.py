"""What alerts want of their cameras' time is asked for once, and never forgotten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.alert import AlertDraft, EvidenceFrame
from models.clock import ManualClock
from models.errors import InputRefused, NotFound
from models.events import EventKind
from models.frame import Provenance
from models.incident import DismissReason, IncidentState
from models.recording import (
    Ask,
    Clearing,
    ClearingCause,
    KeptFile,
    KeptKind,
    RecordingPart,
    RecordingState,
    Standing,
    state_of,
)
from models.store import Store

MakeDraft = Callable[..., AlertDraft]
MakeFrame = Callable[..., EvidenceFrame]
MINUTE = timedelta(minutes=1)


def part(
    from_at: datetime, seconds: float = 60.0, key: str = "a/rec-1.mp4", **changes: object
) -> RecordingPart:
    until_at = from_at + timedelta(seconds=seconds)
    made = RecordingPart(from_at, until_at, key, "0" * 64, 5_000_000, "h264", 1920, 1080)
    return replace(made, **changes)  # type: ignore[arg-type]


def opened(store: Store, make_draft: MakeDraft, key: str = "k", **changes: object) -> int:
    changes.setdefault("provenance", Provenance.LIVE)
    return store.alerts.open_alert(make_draft(key, **changes), [])[0].alert_id


def step(store: Store, alert_id: int, *states: IncidentState) -> None:
    for to_state in states:
        store.verdicts.step(
            alert_id,
            expected=store.alerts.get(alert_id).state,
            to_state=to_state,
            author="zhang",
            reason=DismissReason.FOG if to_state is IncidentState.DISMISSED else None,
            note="",
        )


def test_an_alert_of_a_live_camera_asks_until_it_is_recorded_and_again_when_it_burns_on(
    store: Store, clock: ManualClock, make_draft: MakeDraft
) -> None:
    since = clock.now() - MINUTE
    opened(store, make_draft, "drill", provenance=Provenance.DRILL)
    alert_id = opened(store, make_draft)
    draft = store.alerts.get(alert_id).draft
    ask = Ask(alert_id, "cam-1", draft.first_seen_at, draft.captured_at, None, 0)
    assert store.recordings.asks(since) == [ask]
    assert store.recordings.asks(clock.now() + MINUTE) == [], "too old to be asked for"

    until_at = draft.captured_at + MINUTE
    made = store.recordings.want(alert_id, "cam-1", draft.first_seen_at, until_at)
    assert made.state is RecordingState.WANTED
    assert (made.parts, made.settled_at, made.wanted_at) == ((), None, clock.now())
    assert store.events.after(0)[-1].kind is EventKind.ALERT_UPDATED
    assert store.recordings.asks(since) == []
    assert store.recordings.wanted() == [made]

    store.alerts.update(alert_id, draft, [], until_at + MINUTE)
    (more,) = store.recordings.asks(clock.now() + timedelta(days=1))
    assert more == Ask(alert_id, "cam-1", draft.first_seen_at, until_at + MINUTE, until_at, 1)
    step(store, alert_id, IncidentState.DISMISSED)
    assert store.recordings.asks(since) == [], "nobody works on it any more"


def test_a_wish_is_extended_while_it_is_one_and_settled_by_what_there_is(
    store: Store, clock: ManualClock, make_draft: MakeDraft
) -> None:
    alert_id = opened(store, make_draft)
    at = clock.now()
    one = store.recordings.want(alert_id, "cam-1", at, at + MINUTE)
    assert store.recordings.extend(one.recording_id, at).until_at == at + MINUTE
    assert store.recordings.extend(one.recording_id, at + 2 * MINUTE).until_at == at + 2 * MINUTE
    clock.advance(300)
    settled = store.recordings.settle(one.recording_id, [part(at)])
    assert settled.state is RecordingState.PARTIAL
    assert settled.settled_at == clock.now()
    assert settled.parts == (part(at),)
    assert store.recordings.extend(one.recording_id, at + 9 * MINUTE) == settled
    whole = store.recordings.settle(one.recording_id, [part(at, 120.0)])
    assert whole.state is RecordingState.CUT
    assert store.recordings.get(one.recording_id) == whole
    assert store.recordings.wanted() == []
    assert store.recordings.of_alerts([alert_id, 99]) == {alert_id: [whole]}
    seen_at = store.alerts.get(alert_id).last_seen_at
    assert store.recordings.last_seen([alert_id, 99]) == {alert_id: seen_at}
    assert store.recordings.settled_since(clock.now()) == [whole]
    assert store.recordings.settled_since(clock.now() + MINUTE) == []
    assert store.recordings.overlapping("cam-1", at + MINUTE, at + 9 * MINUTE) == [whole]
    assert store.recordings.overlapping("cam-1", at + 2 * MINUTE, at + 9 * MINUTE) == []
    assert store.recordings.overlapping("cam-2", at, at + 9 * MINUTE) == []
    nothing = store.recordings.want(alert_id, "cam-1", at, at + MINUTE)
    assert store.recordings.settle(nothing.recording_id, []).state is RecordingState.MISSING


def test_nonsense_is_refused(store: Store, clock: ManualClock, make_draft: MakeDraft) -> None:
    alert_id = opened(store, make_draft)
    with pytest.raises(InputRefused) as refused:
        store.recordings.want(alert_id, "cam-1", clock.now(), clock.now())
    assert refused.value.code == "recording_span"
    with pytest.raises(NotFound):
        store.recordings.want(alert_id + 1, "cam-1", clock.now(), clock.now() + MINUTE)
    with pytest.raises(NotFound):
        store.recordings.get(1)


def test_what_a_recording_is_follows_from_its_parts(clock: ManualClock) -> None:
    at = clock.now()
    second = timedelta(seconds=1)
    assert state_of(at, at + MINUTE, ()) is RecordingState.MISSING
    assert state_of(at, at + MINUTE, [part(at)]) is RecordingState.CUT
    assert state_of(at, at + MINUTE, [part(at - second, 62.0)]) is RecordingState.CUT
    assert state_of(at, at + MINUTE, [part(at + second)]) is RecordingState.CUT
    assert state_of(at, at + MINUTE, [part(at + 2 * second)]) is RecordingState.PARTIAL
    assert state_of(at, at + MINUTE, [part(at, 58.0)]) is RecordingState.PARTIAL
    halves = [part(at, 20.0), part(at + 21 * second, 39.0)]
    assert state_of(at, at + MINUTE, halves) is RecordingState.CUT
    halves = [part(at, 20.0), part(at + 25 * second, 35.0)]
    assert state_of(at, at + MINUTE, halves) is RecordingState.PARTIAL


# --- keeping ------------------------------------------------------------------------------------


def test_every_file_of_an_alert_is_known(
    store: Store, clock: ManualClock, make_draft: MakeDraft, make_frame: MakeFrame
) -> None:
    alert, _ = store.alerts.open_alert(make_draft("k"), [make_frame(1), make_frame(2)])
    store.alerts.set_clip(alert.alert_id, "a/clip-002.mp4")
    one = store.recordings.want(alert.alert_id, "cam-1", clock.now(), clock.now() + MINUTE)
    assert {file.kind for file in store.keeping.files()} == {KeptKind.STILLS, KeptKind.CLIP}
    preview = {"preview_key": "a/prev.mp4", "preview_sha256": "1" * 64, "preview_bytes": 7}
    store.recordings.settle(one.recording_id, [part(clock.now(), **preview)])
    stills = [
        KeptFile(frame.key, KeptKind.STILLS, alert.alert_id, frame.sha256)
        for frame in alert.evidence
    ]
    assert store.keeping.files() == [
        *stills,
        KeptFile("a/clip-002.mp4", KeptKind.CLIP, alert.alert_id, ""),
        KeptFile("a/rec-1.mp4", KeptKind.VIDEO, alert.alert_id, "0" * 64),
        KeptFile("a/prev.mp4", KeptKind.VIDEO, alert.alert_id, "1" * 64),
    ]


def test_alerts_stand_open_until_people_settle_them(
    store: Store, clock: ManualClock, make_draft: MakeDraft
) -> None:
    fire, false, fresh, confirmed = (opened(store, make_draft, key) for key in "abcd")
    opened_at = clock.now()
    clock.advance(60)
    step(store, fire, IncidentState.CONFIRMED, IncidentState.CLOSED)
    step(store, false, IncidentState.DISMISSED)
    step(store, confirmed, IncidentState.CONFIRMED)
    assert store.keeping.standings() == {
        fire: (Standing.FIRE, clock.now()),
        false: (Standing.FALSE_ALARM, clock.now()),
        fresh: (Standing.OPEN, opened_at),
        confirmed: (Standing.OPEN, clock.now()),
    }


def test_what_is_cleared_is_told_and_audited_once(
    store: Store, clock: ManualClock, make_draft: MakeDraft, make_frame: MakeFrame
) -> None:
    alert, _ = store.alerts.open_alert(make_draft("k"), [make_frame(1)])
    number = alert.alert_id
    store.alerts.set_clip(number, "a/clip-002.mp4")
    one = store.recordings.want(number, "cam-1", clock.now(), clock.now() + MINUTE)
    store.recordings.settle(one.recording_id, [part(clock.now())])
    wish = store.recordings.want(number, "cam-1", clock.now(), clock.now() + MINUTE)
    store.keeping.clear([], actor="retention")
    assert (
        store.audit.entries(1)[0].action != "evidence.cleared" if store.audit.entries(1) else True
    )
    clearings = [
        Clearing(number, kind, ClearingCause.RETENTION, clock.now(), files, 1_000_000)
        for kind, files in ((KeptKind.CLIP, 1), (KeptKind.STILLS, 1), (KeptKind.VIDEO, 2))
    ]
    store.keeping.clear(clearings, actor="retention")
    assert store.keeping.clearings([number, 99]) == {number: clearings}
    assert store.keeping.files() == []
    assert store.alerts.get(number).clip_key == ""
    assert len(store.alerts.get(number).evidence) == 1, "what was seen stays written"
    cleared = store.recordings.get(one.recording_id)
    assert (cleared.state, cleared.settled_at) == (RecordingState.CLEARED, clock.now())
    assert cleared.parts == (part(clock.now()),)
    assert store.recordings.settle(one.recording_id, []) == cleared
    assert store.recordings.get(wish.recording_id).state is RecordingState.WANTED
    (entry,) = store.audit.entries(9, noun="evidence")
    assert (entry.actor, entry.subject) == ("retention", "retention")
    assert entry.details == {"alerts": 1, "files": 4, "megabytes": 3}


def test_missing_files_are_noted_and_forgotten_when_they_are_back(
    store: Store, clock: ManualClock, make_draft: MakeDraft, make_frame: MakeFrame
) -> None:
    alert, _ = store.alerts.open_alert(make_draft("k"), [make_frame(1), make_frame(2)])
    number, keys = alert.alert_id, [frame.key for frame in alert.evidence]
    store.alerts.set_clip(number, "a/clip.mp4")
    one = store.recordings.want(number, "cam-1", clock.now(), clock.now() + MINUTE)
    store.recordings.settle(one.recording_id, [part(clock.now())])
    never = store.recordings.want(number, "cam-1", clock.now(), clock.now() + MINUTE)
    store.recordings.settle(never.recording_id, [])
    assert store.keeping.reconcile([]) == 0
    lost = [keys[0], "a/clip.mp4", "a/rec-1.mp4", "of nobody"]
    assert store.keeping.reconcile(lost) == 1
    assert store.keeping.reconcile(lost[:1] + lost[2:]) == 1, "the clip is forgotten by now"
    noted = {(one.kind, one.cause, one.files) for one in store.keeping.clearings([number])[number]}
    missing = ClearingCause.MISSING
    assert noted == {(kind, missing, 1) for kind in KeptKind}
    assert store.alerts.get(number).clip_key == ""
    assert store.recordings.get(one.recording_id).state is RecordingState.MISSING
    assert len(store.keeping.files()) == 3, "they are looked for again"
    before = store.events.latest()
    assert store.keeping.reconcile([keys[1], "a/rec-1.mp4"]) == 1
    assert store.events.latest() == before, "nothing new"
    assert store.keeping.reconcile([]) == 0
    assert store.recordings.get(one.recording_id).state is RecordingState.CUT
    assert store.recordings.get(never.recording_id).state is RecordingState.MISSING
    (left,) = store.keeping.clearings([number])[number]
    assert left.kind is KeptKind.CLIP
