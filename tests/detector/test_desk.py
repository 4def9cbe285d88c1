from pathlib import Path

import pytest
from detector_rig import CAMERA, START, Rig, build_rig, smoke

from camera_gateway.pictures import decode_jpeg
from models.alert import Alert, Finding
from models.audit import SYSTEM
from models.detection import Box, Label
from models.errors import StorageFull, StoreDamaged
from models.fix import FixOutcome
from models.incident import DismissReason, EntryKind, IncidentState, LinkReason


def see_a_fire(rig: Rig, from_s: float = 0.0, count: int = 6) -> None:
    for step in range(count):
        rig.see(from_s + 60.0 * step, smoke(0.9, 60.0 + 6.0 * step))


def dismiss(rig: Rig, alert_id: int, expected: IncidentState = IncidentState.OPEN) -> None:
    rig.store.verdicts.step(
        rig.store.alerts.get(alert_id).incident_id,
        expected=expected,
        to_state=IncidentState.DISMISSED,
        author="zhang",
        reason=DismissReason.FOG,
        note="",
    )


def test_one_fire_is_one_located_alert_with_pictures_from_before_it_began(rig: Rig) -> None:
    for minute in range(6):
        rig.see(-360.0 + 60.0 * minute)
    see_a_fire(rig)
    (alert,) = rig.store.alerts.working()
    assert alert.draft.fix.outcome is FixOutcome.LOCATED
    assert alert.draft.label is Label.SMOKE
    assert alert.draft.first_seen_at == START
    assert alert.draft.decision.model.name == "scripted"
    assert Finding.STOOD_STILL in alert.draft.decision.findings
    before = [kept for kept in alert.evidence if kept.captured_at < START]
    assert len(before) == 4
    assert all(not kept.boxes for kept in before)
    assert all(kept.boxes for kept in alert.evidence if kept.captured_at >= START)
    assert len(alert.evidence) == 4 + 6
    assert all(kept.received_at != kept.captured_at for kept in alert.evidence)
    for kept in alert.evidence:
        decode_jpeg(rig.vault.get(kept.key), kept.key)
    assert rig.vault.get(alert.clip_key)[4:8] == b"ftyp"
    clips = [key for key, _ in rig.vault.files() if key.endswith(".mp4")]
    assert clips == [alert.clip_key], "a clip that another one has replaced is gone"


def test_the_alert_keeps_when_it_was_decided_and_takes_newer_knowledge(rig: Rig) -> None:
    see_a_fire(rig, count=3)
    (first,) = rig.store.alerts.working()
    rig.see(180.0, smoke(0.9, 200.0))
    (later,) = rig.store.alerts.working()
    assert later.draft.captured_at == first.draft.captured_at
    assert later.draft.score == pytest.approx(0.9, abs=1e-6)
    assert later.draft.decision.log_odds > first.draft.decision.log_odds
    assert later.last_seen_at > first.last_seen_at


def test_after_a_restart_the_same_plume_adds_to_its_alert(rig: Rig, tmp_path: Path) -> None:
    see_a_fire(rig)
    restarted = build_rig(rig.store, tmp_path, {CAMERA.camera_id: CAMERA})
    restarted.next_sequence = 100
    see_a_fire(restarted, from_s=2400.0)
    (alert,) = rig.store.alerts.working()
    assert {kept.frame_sequence for kept in alert.evidence} >= {0, 105}


def test_without_any_picture_a_restart_still_finds_its_alert(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_key: str, _data: bytes) -> str:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr(
        "camera_gateway.vault.EvidenceVault.put", lambda _, key, data: full(key, data)
    )
    see_a_fire(rig)
    restarted = build_rig(rig.store, tmp_path, {CAMERA.camera_id: CAMERA})
    restarted.next_sequence = 100
    see_a_fire(restarted, from_s=2400.0)
    assert len(rig.store.alerts.newest(10)) == 1


def test_a_second_fire_beside_the_first_is_a_second_alert(rig: Rig) -> None:
    for step in range(6):
        rig.see(60.0 * step, smoke(0.9), smoke(0.9, x_min=500.0))
    assert len(rig.store.alerts.working()) == 2
    assert len(rig.store.incidents.working()) == 2


def test_a_dismissed_plume_stays_quiet_until_it_has_doubled(rig: Rig) -> None:
    see_a_fire(rig, count=4)
    (alert,) = rig.store.alerts.working()
    dismiss(rig, alert.alert_id)
    for step in range(4, 10):
        rig.see(60.0 * step, smoke(0.9, 80.0))
    assert rig.store.alerts.working() == []
    rig.see(600.0, smoke(0.9, 120.0))
    assert rig.store.alerts.working() == []  # one wide box may be an accident
    rig.see(660.0, smoke(0.9, 120.0))
    again, dismissed = rig.store.alerts.working()
    assert dismissed.alert_id == alert.alert_id
    assert again.draft.decision.findings[0] is Finding.REGREW
    (fire,) = rig.store.incidents.working()
    assert fire.incident_id == alert.incident_id == again.incident_id
    assert [entry.kind for entry in fire.entries] == [
        EntryKind.OPENED,
        EntryKind.STEPPED,
        EntryKind.STEPPED,
        EntryKind.JOINED,
        EntryKind.REOPENED,
    ]
    reopened = fire.entries[-1]
    assert (reopened.from_state, reopened.author) == (IncidentState.DISMISSED, SYSTEM)
    assert "→" in reopened.note
    assert fire.entries[2].reason is DismissReason.FOG


def test_a_second_dismissal_does_not_silence_a_third_growth(rig: Rig) -> None:
    see_a_fire(rig, count=4)
    width = 80.0
    for generation in range(3):
        (fire,) = rig.store.incidents.working()
        assert len(fire.alerts) == generation + 1
        dismiss(rig, fire.alerts[-1].alert_id)
        from_s = 600.0 + 360.0 * generation
        rig.see(from_s, smoke(0.9, width))
        width *= 1.6
        for step in range(1, 4):
            rig.see(from_s + 60.0 * step, smoke(0.9, width))
    assert len(rig.store.alerts.newest(10)) == 4


def test_an_acknowledged_alert_is_still_fed(rig: Rig) -> None:
    see_a_fire(rig, count=4)
    (alert,) = rig.store.alerts.working()
    rig.store.verdicts.step(
        alert.alert_id,
        expected=IncidentState.OPEN,
        to_state=IncidentState.ACKNOWLEDGED,
        author="zhang",
        reason=None,
        note="",
    )
    rig.see(240.0, smoke(0.9, 90.0))
    fed = rig.store.alerts.get(alert.alert_id)
    assert fed.state is IncidentState.ACKNOWLEDGED
    assert len(fed.evidence) == len(alert.evidence) + 1


def test_a_full_disk_costs_pictures_and_never_the_alert(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_key: str, _data: bytes) -> str:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr(rig.vault, "put", full)
    see_a_fire(rig)
    (alert,) = rig.store.alerts.working()
    assert alert.evidence == ()
    assert alert.clip_key == ""
    assert alert.draft.fix.outcome is FixOutcome.LOCATED


def test_pictures_that_the_store_did_not_take_count_for_none(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour of a full database does not use up the pictures that an alert may have."""
    for step in range(3):
        rig.see(60.0 * step, smoke(0.9))
    updating = rig.store.alerts.update

    def full(*_given: object, **_more: object) -> Alert:
        raise StorageFull("The disk is full.")

    (before,) = rig.store.alerts.working()
    monkeypatch.setattr(rig.store.alerts, "update", full)
    for step in range(3, 70):
        rig.see(60.0 * step, smoke(0.9))
    monkeypatch.setattr(rig.store.alerts, "update", updating)
    rig.see(60.0 * 70, smoke(0.9))
    (after,) = rig.store.alerts.working()
    assert len(after.evidence) == len(before.evidence) + 1


def test_pictures_of_a_long_fire_are_thinned_and_bounded(rig: Rig) -> None:
    for step in range(150):
        rig.see(10.0 * step, smoke(0.9))
    (alert,) = rig.store.alerts.working()
    assert len(alert.evidence) <= 60
    spacing = [
        (later.captured_at - earlier.captured_at).total_seconds()
        for earlier, later in zip(alert.evidence[16:], alert.evidence[17:], strict=False)
    ]
    assert min(spacing) >= 20.0


def test_smoke_and_flame_at_one_place_are_two_alerts_of_one_fire(rig: Rig) -> None:
    for step in range(6):
        flame = Box(Label.FLAME, 0.8, 300.0, 220.0, 340.0, 250.0)
        rig.see(60.0 * step, smoke(0.9), flame)
    assert {alert.draft.label for alert in rig.store.alerts.working()} == set(Label)
    (fire,) = rig.store.incidents.working()
    assert [entry.link for entry in fire.entries] == [LinkReason.FIRST, LinkReason.SAME_PLUME]


def test_a_clip_that_is_cut_but_not_noted_is_logged_and_made_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(_alert_id: int, _clip_key: str) -> None:
        raise StoreDamaged("Locked.")

    noting = rig.store.alerts.set_clip
    monkeypatch.setattr(rig.store.alerts, "set_clip", locked)
    see_a_fire(rig, count=3)
    assert "cut but not noted" in caplog.text
    monkeypatch.setattr(rig.store.alerts, "set_clip", noting)
    see_a_fire(rig, from_s=180.0, count=6)
    (alert,) = rig.store.alerts.working()
    assert alert.clip_key


def test_an_old_clip_that_cannot_be_removed_costs_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_key: str) -> int:
        raise StorageFull("No.")

    monkeypatch.setattr(rig.vault, "remove", refuse)
    see_a_fire(rig)
    assert "an old clip cannot be removed" in caplog.text
    (alert,) = rig.store.alerts.working()
    assert rig.vault.get(alert.clip_key)[4:8] == b"ftyp"


def test_what_the_desk_remembers_is_bounded_and_forgetting_costs_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detector.desk.MAX_CASES", 1)
    for step in range(6):
        rig.see(60.0 * step, smoke(0.9), smoke(0.9, x_min=500.0))
    assert len(rig.pipeline._desk._cases) == 1
    assert len(rig.store.alerts.working()) == 2
