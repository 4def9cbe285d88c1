"""What goes when, what never goes, and what is said of it."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorder_rig import CAMERA, SECOND, RecorderRig
from recording_rig import MADE_AT, form, pictures

from camera_gateway.recording.clearing import Bundle, in_order, over
from camera_gateway.recording.reconcile import clear_strays, reconcile
from camera_gateway.recording.recorder import RecorderState
from camera_gateway.recording.rules import GB, RecorderRules
from camera_gateway.recording.segment import Segment
from camera_gateway.recording.segment_file import SegmentFile
from camera_gateway.recording.shelf import Hold, Shelf
from camera_gateway.recording.space import Reserve, Space, free_bytes
from models.alert import Alert
from models.config import KeepingRule
from models.errors import InputRefused, StorageFull
from models.incident import Photo
from models.recording import (
    ClearingCause,
    KeptKind,
    RecordingPart,
    RecordingState,
    Standing,
)

DAY = timedelta(days=1)


def with_evidence(rig: RecorderRig, *, settled: bool | None = None) -> Alert:
    """An alert with a still and a video; settled as a fire, as a false alarm, or not."""
    alert = rig.alert()
    one = rig.store.recordings.want(
        alert.alert_id, CAMERA, rig.clock.now(), rig.clock.now() + 60 * SECOND
    )

    key = f"v/video-{one.recording_id:06d}.mp4"
    sha256 = rig.vault.put(key, b"v" * 1000)
    part = RecordingPart(one.from_at, one.until_at, key, sha256, 1000, "h264", 160, 96)
    rig.store.recordings.settle(one.recording_id, [part])
    clip = f"v/clip-{alert.alert_id}.mp4"
    rig.vault.put(clip, b"c" * 100)
    rig.store.alerts.set_clip(alert.alert_id, clip)
    if settled is not None:
        rig.settle(alert, fire=settled)
    rig.desk.tracks.clear()
    rig.desk.restart()
    rig.clock.advance(7 * 3600)  # a verdict holds the same plume back no longer
    return rig.store.alerts.get(alert.alert_id)


def there(rig: RecorderRig, alert: Alert) -> set[KeptKind]:
    return {
        file.kind
        for file in rig.store.keeping.files()
        if file.alert_id == alert.alert_id and (rig.vault.root / file.key).exists()
    }


def causes(rig: RecorderRig, alert: Alert) -> dict[KeptKind, ClearingCause]:
    notes = rig.store.keeping.clearings([alert.alert_id]).get(alert.alert_id, [])
    return {note.kind: note.cause for note in notes}


ALL = set(KeptKind)


def test_an_alert_that_opens_while_evidence_is_counted_stops_nothing(
    rig: RecorderRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = with_evidence(rig, settled=False)
    keeping, opened = type(rig.store.keeping), 0
    for name in ("files", "standings"):
        asked = getattr(keeping, name)

        def ask(self: object, asked: Callable[[object], object] = asked) -> object:
            nonlocal opened
            answer, opened = asked(self), opened + 1
            draft = replace(first.draft, idempotency_key=f"k{opened}")
            alert, _ = rig.store.alerts.open_alert(draft, [], None)
            rig.store.alerts.set_clip(alert.alert_id, f"v/clip-{alert.alert_id}.mp4")
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(keeping, name, ask)
            assert rig.recorder.keeper.retire() == 0
    assert opened == 2


def test_each_class_is_kept_for_its_days_and_what_is_worked_on_for_ever(rig: RecorderRig) -> None:
    fire = with_evidence(rig, settled=True)
    false = with_evidence(rig, settled=False)
    working = with_evidence(rig)
    rig.clock.advance(170 * 86400)
    assert rig.recorder.keeper.retire() == 0
    rig.clock.advance(11 * 86400)
    assert rig.recorder.keeper.retire() > 1100
    assert [there(rig, one) for one in (fire, false, working)] == [ALL, set(), ALL]
    assert causes(rig, false) == dict.fromkeys(KeptKind, ClearingCause.RETENTION)
    assert rig.recordings(false)[0].state is RecordingState.CLEARED
    rig.clock.advance(1200 * 86400)
    rig.recorder.keeper.retire()
    assert [there(rig, one) for one in (fire, false, working)] == [set(), set(), ALL]
    rig.clock.advance(36500 * 86400)
    assert rig.recorder.keeper.retire() == 0
    assert there(rig, working) == ALL
    rows = rig.store.audit.entries(9, noun="evidence")
    assert [(row.actor, row.subject, row.details["alerts"]) for row in rows] == [
        ("retention", "retention", 1)
    ] * 2
    assert len(rig.store.alerts.get(false.alert_id).evidence) == len(false.evidence)
    assert rig.store.alerts.get(false.alert_id).clip_key == ""


def test_room_is_made_of_what_can_be_spared_most(rig: RecorderRig) -> None:
    first = with_evidence(rig, settled=False)
    second = with_evidence(rig, settled=False)
    fire = with_evidence(rig, settled=True)
    working = with_evidence(rig)
    assert rig.recorder.keeper.make_room(1) == 1000
    video = {KeptKind.VIDEO}
    assert [there(rig, one) for one in (first, second, fire)] == [ALL - video, ALL, ALL]
    assert rig.recorder.keeper.make_room(1001) == 2000
    assert [there(rig, one) for one in (first, second, fire)] == [ALL - video] * 3
    assert rig.recorder.keeper.make_room(1) > 0
    assert there(rig, first) == {KeptKind.STILLS}
    rig.recorder.keeper.make_room(10**12)
    assert [there(rig, one) for one in (first, second, fire)] == [set()] * 3
    assert there(rig, working) == ALL
    assert rig.recorder.keeper.make_room(10**12) == 0
    assert causes(rig, fire) == dict.fromkeys(KeptKind, ClearingCause.SPACE)


def test_the_quota_is_kept_by_what_is_settled(rig: RecorderRig) -> None:
    settled = with_evidence(rig, settled=False)
    working = with_evidence(rig)
    quota = KeepingRule(evidence_gb=2500 / GB)
    object.__setattr__(rig.rules, "keeping", quota)
    rig.recorder.keeper.retire()
    assert there(rig, settled) < ALL
    assert there(rig, working) == ALL
    assert ClearingCause.QUOTA in causes(rig, settled).values()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Standing)), st.sampled_from(list(KeptKind)), st.integers(0, 9)
        ),
        max_size=30,
    )
)
def test_video_goes_before_pictures_false_alarms_before_fires_old_before_new(
    drawn: list[tuple[Standing, KeptKind, int]],
) -> None:
    bundles = [
        Bundle(number, kind, standing, MADE_AT + day * DAY, ("k",), 1)
        for number, (standing, kind, day) in enumerate(drawn)
    ]
    chosen = in_order(bundles)
    assert len(chosen) == sum(standing is not Standing.OPEN for standing, _, _ in drawn)
    seen_stills = False
    for one in chosen:
        assert one.standing is not Standing.OPEN
        seen_stills |= one.kind is not KeptKind.VIDEO
        assert not (seen_stills and one.kind is KeptKind.VIDEO)
    for kind in KeptKind:
        same = [one for one in chosen if one.kind is kind]
        standings = [one.standing for one in same]
        assert standings == sorted(standings, key=lambda each: each is Standing.FIRE)
        for standing in Standing:
            ages = [one.settled_at for one in same if one.standing is standing]
            assert ages == sorted(ages)
    rule = KeepingRule(false_alarm_days=3, fire_days=6)
    for one in over(bundles, rule, MADE_AT + 9 * DAY):
        assert one.settled_at < MADE_AT + (6 if one.standing is Standing.FALSE_ALARM else 3) * DAY


def test_a_disk_too_full_for_the_note_is_cleared_all_the_same(
    rig: RecorderRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = with_evidence(rig, settled=False)
    note = rig.store.keeping.clear
    tries = []

    def clear(*told: object, **more: object) -> None:
        tries.append(there(rig, alert))
        if len(tries) == 1:
            raise StorageFull("full")
        note(*told, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(rig.store.keeping, "clear", clear)
    assert rig.recorder.keeper.make_room(10**12) > 1100
    assert tries == [ALL, ALL - {KeptKind.VIDEO}]
    assert there(rig, alert) == set()


def test_what_cannot_be_removed_is_said(
    rig: RecorderRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with_evidence(rig, settled=False)

    def refuse(_key: str) -> int:
        raise InputRefused("no")

    monkeypatch.setattr(rig.vault, "remove", refuse)
    assert rig.recorder.keeper.make_room(10**12) == 0
    assert "cannot be cleared" in caplog.text


# --- rows and files -----------------------------------------------------------------------------


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_rows_and_files_are_compared(rig: RecorderRig) -> None:
    other, alert = with_evidence(rig, settled=False), with_evidence(rig)
    (one,) = rig.recordings(alert)
    rig.vault.remove(one.parts[0].key)
    rig.vault.remove(alert.evidence[0].key)
    for key in ("a/old.jpg", "a/young.jpg", "clip-001.mp4"):
        rig.vault.put(key, b"12345")
    age(rig.vault.path("a/old.jpg"), 7200)
    age(rig.vault.path("clip-001.mp4"), 7200)
    unfinished = rig.vault.root / ".cut-1.mp4"
    unfinished.write_bytes(b"1")
    young = rig.vault.root / ".cut-2.mp4"
    young.write_bytes(b"1")
    age(unfinished, 7200)
    found = reconcile(rig.store, rig.vault)
    assert (found.missing, found.alerts, found.strays, found.strays_bytes) == (2, 1, 2, 10)
    assert found.files == len(rig.store.keeping.files())
    assert rig.recordings(alert)[0].state is RecordingState.MISSING
    assert causes(rig, alert)[KeptKind.STILLS] is ClearingCause.MISSING
    assert causes(rig, other) == {}
    assert (rig.vault.root / ".strays/a/old.jpg").read_bytes() == b"12345"
    assert rig.vault.get("a/young.jpg") == b"12345"
    assert (unfinished.exists(), young.exists()) == (False, True)
    assert reconcile(rig.store, rig.vault).strays == 0, "what is aside is aside"
    assert clear_strays(rig.vault, timedelta(days=7)) == 0
    age(rig.vault.root / ".strays/a/old.jpg", 8 * 86400)
    assert clear_strays(rig.vault, timedelta(days=7)) == 1
    assert (rig.vault.root / ".strays/clip-001.mp4").exists()


def test_a_photo_that_somebody_gave_belongs_to_its_fire(rig: RecorderRig) -> None:
    alert = with_evidence(rig)
    for key in ("photos/given.jpg", "photos/never-given.jpg"):
        sha256 = rig.vault.put(key, b"12345")
        age(rig.vault.path(key), 7200)
    rig.store.incidents.note(
        alert.incident_id, author="zhang", note="", photo=Photo("photos/given.jpg", sha256, 4, 3)
    )
    assert rig.store.keeping.photos() == {"photos/given.jpg": sha256}
    assert reconcile(rig.store, rig.vault).strays == 1
    assert rig.vault.get("photos/given.jpg") == b"12345"
    assert not (rig.vault.root / "photos/never-given.jpg").exists()


def test_files_that_cannot_be_moved_or_removed_stay(
    rig: RecorderRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rig.vault.put("a/old.jpg", b"1")
    age(rig.vault.path("a/old.jpg"), 7200)
    stray = rig.vault.root / ".strays/b.jpg"
    stray.parent.mkdir()
    stray.write_bytes(b"1")
    unfinished = rig.vault.root / ".new-1"
    unfinished.write_bytes(b"1")
    age(stray, 8 * 86400)
    age(unfinished, 7200)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "no")

    for name in ("replace", "unlink"):
        monkeypatch.setattr(Path, name, refuse)
    assert reconcile(rig.store, rig.vault).strays == 0
    assert clear_strays(rig.vault, timedelta(days=7)) == 0
    assert caplog.text.count("cannot be") == 3


# --- the ring's bounds --------------------------------------------------------------------------


def piece(folder: Path, camera_id: str, from_s: float, size_bytes: int = 1000) -> Segment:
    path = folder / f"{camera_id}-{from_s}.mp4"
    path.write_bytes(b"x" * size_bytes)
    return Segment(camera_id, MADE_AT + from_s * SECOND, 10.0, "r", 0, path, size_bytes)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    pieces = [piece(tmp_path, camera, n * 10) for n in range(6) for camera in ("t2", "t1")]
    return Shelf(pieces)


def test_the_oldest_of_all_cameras_go_first(shelf: Shelf) -> None:
    assert (shelf.count, shelf.size_bytes) == (12, 12_000)
    shelf.hold([Hold("t1", MADE_AT, MADE_AT + 15 * SECOND)])
    assert shelf.make_room(2500) == 3000
    assert [p.from_at for p in shelf.between("t2", MADE_AT, MADE_AT + DAY)] == [
        MADE_AT + n * 10 * SECOND for n in (2, 3, 4, 5)
    ]
    assert len(shelf.between("t1", MADE_AT, MADE_AT + DAY)) == 5
    assert shelf.age_out(MADE_AT + 45 * SECOND) == 3
    assert len(shelf.between("t1", MADE_AT, MADE_AT + 20 * SECOND)) == 2
    assert shelf.span("t1") == 40 * SECOND
    assert shelf.make_room(10**9) == 6000 - 2000
    shelf.hold([])
    assert shelf.make_room(10**9) == 2000
    assert (shelf.count, shelf.size_bytes, shelf.cleared) == (0, 0, 12)
    assert shelf.latest("t1") is None
    assert shelf.latest("t9") is None
    assert not shelf.has("t1")


def test_a_piece_that_cannot_be_removed_is_not_forgotten(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(Path, "unlink", refuse)
    assert shelf.make_room(3000) == 0
    assert shelf.count == 12


class Disk:
    """A disk of so many bytes, on which others may lie."""

    def __init__(self, shelf: Shelf, size: int) -> None:
        self.shelf, self.size, self.others = shelf, size, 0
        self.spared = 0
        self.can_spare = 0

    def free(self, _folder: Path) -> int:
        return self.size - self.shelf.size_bytes - self.others

    def spare(self, wanted: int) -> int:
        freed = min(wanted, self.can_spare)
        self.can_spare -= freed
        self.others -= freed
        self.spared += freed
        return freed


@pytest.fixture
def rules_of() -> Callable[..., object]:
    def make(rig: RecorderRig, **changes: float) -> object:

        told = {"least_free_gb": 1000 / GB, "ring_gb": 1.0} | changes
        return RecorderRules(rig.rules.recording.model_copy(update=told), rig.rules.keeping)

    return make


def space_of(rig: RecorderRig, shelf: Shelf, disk: Disk, rules: object) -> Space:
    return Space(
        rig.folder,
        shelf,
        rules,
        rig.clock,
        spare=disk.spare,
        free=disk.free,  # type: ignore[arg-type]
    )


def test_minutes_and_bytes_bound_the_ring(
    rig: RecorderRig, shelf: Shelf, rules_of: Callable[..., object]
) -> None:
    disk = Disk(shelf, 10**6)
    space = space_of(rig, shelf, disk, rules_of(rig, ring_gb=7000 / GB))
    space.turn()
    assert shelf.size_bytes == 7000
    rig.clock.advance(600 + 45)
    space.turn()
    assert shelf.size_bytes == 4000
    assert not space.is_full


def test_a_full_disk_takes_the_ring_then_closed_evidence_then_stops_recording(
    rig: RecorderRig,
    shelf: Shelf,
    rules_of: Callable[..., object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    disk = Disk(shelf, 20_000)
    space = space_of(rig, shelf, disk, rules_of(rig))
    disk.others = 10_000
    disk.can_spare = 1500
    space.turn()
    assert (shelf.size_bytes, disk.spared, space.is_full) == (8000, 0, False)
    disk.others = 20_000
    space.turn()
    assert (shelf.size_bytes, disk.spared, space.is_full) == (0, 1000, False)
    disk.others = 20_000
    space.turn()
    assert (disk.spared, space.is_full) == (1500, True)
    assert "nothing more may be cleared" in caplog.text
    disk.others = 19_000
    space.turn()
    assert space.is_full, "just enough is not enough to begin again"
    disk.others = 18_900
    space.turn()
    assert not space.is_full
    assert "room on the disk again" in caplog.text


def test_the_last_bytes_are_given_to_alerts_and_taken_back_later(
    rig: RecorderRig, shelf: Shelf, rules_of: Callable[..., object]
) -> None:
    disk = Disk(shelf, 50_000)
    space = space_of(rig, shelf, disk, rules_of(rig))
    reserve = rig.folder / ".reserve"
    space.turn()
    assert reserve.stat().st_size == 500
    assert reserve.stat().st_blocks > 0, "they are taken, not only promised"
    disk.others = 49_400
    space.turn()
    assert (space.is_full, reserve.exists()) == (True, True), "alerts still have some"
    disk.others = 49_600
    space.turn()
    assert (space.is_full, reserve.exists()) == (True, False)
    space.turn()
    disk.others = 10_000
    space.turn()
    assert (space.is_full, reserve.exists()) == (False, True)
    assert not Reserve(rig.folder / "nowhere" / "x", 5).give()
    too_large = Reserve(rig.folder / "large", 10**17)
    too_large.hold()
    assert not too_large.is_held
    Reserve(rig.folder / "none", 0).hold()
    assert not (rig.folder / "none").exists()


def test_a_store_that_cannot_take_note_stops_nothing(
    rig: RecorderRig, shelf: Shelf, rules_of: Callable[..., object]
) -> None:
    disk = Disk(shelf, 1)

    def spare(_wanted: int) -> int:
        raise StorageFull("full")

    disk.spare = spare  # type: ignore[method-assign]
    space = space_of(rig, shelf, disk, rules_of(rig))
    space.turn()
    assert space.is_full


def test_the_disk_is_asked(tmp_path: Path) -> None:
    assert 0 < free_bytes(tmp_path) < 10**15


# --- the recorder as a whole ---------------------------------------------------------------------


def test_it_runs_by_itself_and_ends_whole(rig: RecorderRig) -> None:
    assert rig.recorder.facts().state is RecorderState.ON
    rig.vault.put("a/old.jpg", b"12345")
    age(rig.vault.path("a/old.jpg"), 7200)
    rig.send(3)
    rig.recorder.start()
    deadline = time.monotonic() + 10
    while rig.recorder.facts().strays == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    facts = rig.recorder.facts()
    assert (facts.cameras, facts.strays, facts.missing, facts.failures) == (1, 1, 0, 0)
    assert rig.recorder.recorded() == {CAMERA}
    rig.recorder.stop()
    assert rig.recorder.facts().cameras == 0
    (left,) = (rig.folder / "ring" / CAMERA).iterdir()
    assert left.suffix == ".mp4"


def test_a_reader_never_waits_for_a_disk_that_hangs(
    rig: RecorderRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, goes_on = threading.Event(), threading.Event()
    write = SegmentFile.write

    def slow(*told: object, **more: object) -> None:
        hangs.set()
        assert goes_on.wait(20)
        write(*told, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(SegmentFile, "write", slow)
    rig.tap.begin(form())
    one = next(pictures(1))
    rig.tap.take(one)
    rig.recorder.start()
    assert hangs.wait(10)
    began_s = time.monotonic()
    heavy = bytes(100_000)
    for number in range(1, 500):  # twenty seconds of it, 50 MB
        rig.tap.take(replace(one, data=heavy, is_key=False, pts=number * 3600, dts=number * 3600))
    assert time.monotonic() - began_s < 2.0
    assert rig.recorder.facts().dropped >= 500 - 4 * 2**20 // 100_000 - 1
    goes_on.set()
    rig.recorder.stop()


def test_by_the_settings_nothing_is_recorded(tmp_path: Path) -> None:
    rig = RecorderRig(tmp_path, enabled=False)
    rig.send(5)
    assert rig.recorder.facts().state is RecorderState.OFF
    assert not rig.tap.is_heard
    rig.close()


def test_a_camera_that_is_back_goes_on(rig: RecorderRig) -> None:
    rig.send(12)
    rig.taps.forget(CAMERA)
    rig.tap = rig.taps.of(CAMERA)
    rig.send(12)
    assert rig.recorder.facts().cameras == 1
    assert rig.recorder.shelf.count == 3


def test_nothing_is_written_of_a_camera_that_has_something_private(rig: RecorderRig) -> None:
    rig.send(14)
    rig.tap.close()
    rig.recorder.write()
    assert rig.recorder.recorded() == set()
    before = sorted((rig.folder / "ring" / CAMERA).iterdir())
    assert [path.suffix for path in before] == [".mp4", ".mp4"], "the past stays, and is closed"
    rig.send(20, connect=False)
    alert = rig.alert()
    rig.send(120, connect=False)
    assert sorted((rig.folder / "ring" / CAMERA).iterdir()) == before
    (one,) = rig.recordings(alert)
    assert one.state is not RecordingState.CUT
    assert all(part.until_at <= MADE_AT + 14.1 * SECOND for part in one.parts)
    rig.tap.open()
    rig.send(5, connect=False)
    assert rig.recorder.recorded() == {CAMERA}


def test_a_failing_disk_is_told_and_forgotten(
    rig: RecorderRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("camera_gateway.recording.segmenter.SegmentFile", full)
        rig.send(3)
    facts = rig.recorder.facts()
    assert (facts.state, facts.failures > 0) == (RecorderState.FAILING, True)
    rig.clock.advance(61)
    assert rig.recorder.facts().state is RecorderState.ON
    rig.recorder.space.is_full = True
    assert rig.recorder.facts().state is RecorderState.FULL


def test_a_turn_that_fails_is_tried_again(
    rig: RecorderRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(rig.recorder, "write", fail)
    monkeypatch.setattr(rig.recorder, "open_ring", fail)
    rig.recorder.start()
    deadline = time.monotonic() + 10
    while caplog.text.count("is tried again") < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    rig.recorder.stop()
    assert caplog.text.count("is tried again") >= 3
