"""What an alert wants of its camera's time is cut when it is over, whatever happens in between."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from recorder_rig import CAMERA, SECOND, RecorderRig
from recording_rig import times_in

from camera_gateway.recording import wishes
from models.alert import Alert
from models.errors import StorageFull
from models.recording import RecordingState


def test_an_alert_gets_its_video_from_before_it_was_seen_to_after(rig: RecorderRig) -> None:
    rig.send(60)
    opened_at = rig.clock.now()
    alert = rig.alert()
    rig.send(2, connect=False)
    (wanted,) = rig.recordings(alert)
    assert wanted.state is RecordingState.WANTED
    assert (wanted.from_at, wanted.until_at) == (opened_at - 30 * SECOND, opened_at + 60 * SECOND)
    rig.send(80, connect=False)
    (cut,) = rig.recordings(alert)
    assert cut.state is RecordingState.CUT
    (part,) = cut.parts
    assert opened_at - 31 * SECOND <= part.from_at <= opened_at - 30 * SECOND
    assert part.until_at == pytest.approx(opened_at + 60 * SECOND, abs=SECOND)
    path = rig.vault.path(part.key)
    assert path.stat().st_size == part.size_bytes
    times, whole = times_in(path)
    assert times[0] == 0.0
    assert len(times) == whole > 89 * 25
    assert rig.recorder.facts().waiting == 0


def test_a_fire_that_burns_on_gets_further_recordings_and_no_more_than_agreed(
    rig: RecorderRig,
) -> None:
    rig.rules = replace(rig.rules, recording=rig.rules.recording.model_copy(update={"most": 3}))
    rig.begin()
    rig.send(40)
    alert = rig.alert()
    for _ in range(20):
        rig.send(20, connect=False)
        rig.seen(alert)
    rig.send(100, connect=False)
    found = rig.recordings(alert)
    assert len(found) == 3
    assert {one.state for one in found} == {RecordingState.CUT}
    for before, after in pairwise(found):
        assert after.from_at == before.until_at
        assert (before.until_at - before.from_at) == timedelta(seconds=120)
    assert len({part.key for one in found for part in one.parts}) == 3


def test_an_alert_that_opens_long_after_it_was_first_seen_leaves_no_second_out(
    rig: RecorderRig,
) -> None:
    rig.send(60)
    began_at = rig.clock.now()
    rig.send(200, connect=False)
    alert = rig.alert(first_seen_s_ago=200)
    rig.send(100, connect=False)
    first, second = rig.recordings(alert)
    assert first.from_at == began_at - 30 * SECOND
    assert second.from_at == first.until_at
    assert second.until_at == first.until_at + 120 * SECOND
    assert {first.state, second.state} == {RecordingState.CUT}


def test_a_plume_that_comes_back_later_is_recorded_from_then_on(rig: RecorderRig) -> None:
    rig.send(40)
    alert = rig.alert()
    rig.send(300, connect=False)
    rig.seen(alert)
    seen_at = rig.clock.now()
    rig.send(120, connect=False)
    first, second = rig.recordings(alert)
    assert second.from_at == seen_at - 30 * SECOND > first.until_at
    assert second.state is RecordingState.CUT


def test_a_lost_connection_is_a_gap_that_the_row_tells(rig: RecorderRig) -> None:
    rig.send(40)
    alert = rig.alert()
    rig.send(10, connect=False, hang_up=True)
    rig.wait(15)
    rig.send(120)
    (one,) = rig.recordings(alert)
    assert one.state is RecordingState.PARTIAL
    first, second = one.parts
    assert second.from_at - first.until_at == pytest.approx(15 * SECOND, abs=SECOND)
    for part in one.parts:
        times, whole = times_in(rig.vault.path(part.key))
        assert times[0] == 0.0
        assert len(times) == whole
        assert (part.until_at - part.from_at) / SECOND == pytest.approx(len(times) / 25, abs=0.05)


def test_a_camera_that_went_silent_keeps_what_there_was(rig: RecorderRig) -> None:
    rig.send(40)
    alert = rig.alert()
    rig.send(5, connect=False, hang_up=True)
    rig.wait(100)
    (one,) = rig.recordings(alert)
    assert one.state is RecordingState.PARTIAL
    assert len(one.parts) == 1


def test_a_camera_without_coded_video_has_its_clip_and_no_recording(rig: RecorderRig) -> None:
    alert = rig.alert()
    rig.wait(120)
    assert rig.recordings(alert) == []


def test_nothing_is_cleared_that_is_wanted(rig: RecorderRig) -> None:
    rig.send(60)
    alert = rig.alert()
    rig.send(20, connect=False)
    held = {piece.path for piece in rig.recorder.shelf.between(CAMERA, *_span(rig, alert))}
    assert len(held) > 2
    rig.recorder.shelf.make_room(10**12)
    rig.recorder.shelf.age_out(rig.clock.now() + timedelta(days=9))
    assert {path for path in held if path.exists()} == held
    rig.send(60, connect=False)
    assert rig.recordings(alert)[0].state is RecordingState.CUT
    rig.wait(1)
    rig.recorder.shelf.make_room(10**12)
    assert not any(path.exists() for path in held)


def _span(rig: RecorderRig, alert: Alert) -> tuple[datetime, datetime]:
    (one,) = rig.recordings(alert)
    return one.from_at, one.until_at


@pytest.mark.parametrize("asked_first", [True, False])
def test_a_process_killed_before_the_cut_loses_none(rig: RecorderRig, *, asked_first: bool) -> None:
    rig.send(60)
    alert = rig.alert()
    rig.send(30, connect=False, turns=asked_first)
    assert bool(rig.recordings(alert)) is asked_first
    # Killed: nothing is closed, the last piece is a .part.
    assert list((rig.folder / "ring" / CAMERA).glob("*.part"))
    rig.clock.advance(3)
    rig.begin()
    assert not list((rig.folder / "ring" / CAMERA).glob("*.part"))
    rig.recorder.shelf.age_out(rig.clock.now() - rig.rules.ring_lasts)
    rig.wait(1)
    rig.send(100)
    (one,) = rig.recordings(alert)
    assert one.state is RecordingState.PARTIAL, "three seconds and a fragment are lost"
    first, second = one.parts
    assert second.from_at - first.until_at < 8 * SECOND
    for part in one.parts:
        times, whole = times_in(rig.vault.path(part.key))
        assert len(times) == whole


def test_what_is_due_at_the_start_is_cut_before_it_could_age_out(rig: RecorderRig) -> None:
    rig.send(60)
    alert = rig.alert()
    rig.send(70, connect=False, turns=False)
    rig.recorder.wishes.turn()
    rig.clock.advance(3 * 3600)  # nobody was there for three hours
    rig.begin()
    rig.recorder.space.turn()
    rig.recorder.wishes.turn()
    (one,) = rig.recordings(alert)
    assert one.state is RecordingState.CUT
    rig.recorder.wishes.turn()
    rig.recorder.space.turn()
    assert rig.recorder.shelf.count == 0


def test_a_full_disk_is_waited_for(rig: RecorderRig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.send(60)
    alert = rig.alert()
    with monkeypatch.context() as patched:
        patched.setattr(rig.vault, "adopt", _full)
        rig.send(120, connect=False)
        assert [path for path, _ in rig.vault.files() if path.endswith("mp4")] == []
        assert not list(rig.vault.root.glob(".cut-*"))
    (one,) = rig.recordings(alert)
    assert one.state is RecordingState.WANTED
    rig.send(10, connect=False)
    assert rig.recordings(alert)[0].state is RecordingState.CUT


def _full(*_: object) -> None:
    raise StorageFull("full")


def test_a_fault_that_stays_ends_in_missing(
    rig: RecorderRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishes, "cut", _broken)
    rig.send(60)
    alert = rig.alert()
    rig.send(160, connect=False)
    (one,) = rig.recordings(alert)
    assert one.state is RecordingState.MISSING
    assert one.settled_at is not None


def _broken(*_: object) -> None:
    raise OSError(5, "I/O error")


def test_a_key_frame_far_before_is_found(rig: RecorderRig) -> None:
    """A piece is held from before what is wanted: it begins with the key frame that is needed."""
    rig.send(60)
    alert = rig.alert(first_seen_s_ago=20)
    rig.send(120, connect=False)
    (one,) = rig.recordings(alert)
    assert one.parts[0].from_at <= one.from_at
    assert one.state is RecordingState.CUT


def test_h265_gets_a_preview_also_when_the_first_process_did_not_come_to_it(
    rig: RecorderRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(rig.recorder.wishes, "_previews", lambda _one: None)
        rig.send(30, codec="h265")
        alert = rig.alert()
        rig.send(90, codec="h265", connect=False)
        (one,) = rig.recordings(alert)
        assert one.parts[0].codec == "hevc"
    rig.begin()
    rig.recorder.previews.resume(rig.clock.now() - timedelta(days=1))
    rig.recorder.previews._pool.shutdown(wait=True)
    (made,) = rig.recordings(alert)
    assert made.settled_at == one.settled_at
    part = made.parts[0]
    assert (part.key, part.sha256) == (one.parts[0].key, one.parts[0].sha256)
    assert part.preview_key.endswith("-h264.mp4")
    path = rig.vault.path(part.preview_key)
    assert path.stat().st_size == part.preview_bytes
    assert times_in(path)[1] > 400


def test_a_preview_that_fails_leaves_the_recording(
    rig: RecorderRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rig.send(30, codec="h265")
    alert = rig.alert()
    monkeypatch.setattr(rig.recorder.wishes, "_previews", lambda _one: None)
    rig.send(90, codec="h265", connect=False)
    (one,) = rig.recordings(alert)
    rig.vault.path(one.parts[0].key).write_bytes(b"broken")
    rig.recorder.previews.make(one.recording_id)
    assert rig.recordings(alert) == [one]
    assert "no preview" in caplog.text
    rig.recorder.previews.close()
    assert not list(rig.vault.root.glob(".preview-*"))
