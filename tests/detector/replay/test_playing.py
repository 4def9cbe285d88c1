"""One recording through the live watch: what came of every frame, and that nothing else differs."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replay_rig import BrightDetector, Hillside, hillside

from camera_gateway.pictures import encode_jpeg
from detector.attention import AttentiveScorer
from detector.evaluate.footage import Recording, Sampling, find_recordings
from detector.evaluate.sequences import sequence_row
from detector.evaluate.watching import watch
from detector.replay import playing
from detector.replay.lookahead import DEEP_FLOOR
from detector.replay.playing import Footage, Look, play
from detector.replay.result import canonical, played_as_json
from geo.locate import Locator
from geo.relief import drill_relief
from models.clock import ManualClock
from models.config import Settings
from models.detection import Label
from models.errors import InputRefused, ModelMismatch
from models.fix import FixOutcome, NoFixReason
from models.footage import Conditions, TrueBox, TrueFire, Truth
from models.frame import FrameMode
from models.replay import Played
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

SETTINGS = Settings()
CUT = encode_jpeg(hillside(6), 95)[:3000]
CAMERA = Camera(
    "t1",
    "",
    CameraKind.TOWER,
    Position(-84.2308333, 36.19833, 30.0, HeightDatum.GROUND),
    (Preset(3, "", Pose(28.0, -3.1, 0.0, 62.0)),),
)


def recording_in(path: Path) -> Recording:
    (found,) = find_recordings([path], leave_out=Path("nowhere"))
    assert not isinstance(found, InputRefused)
    return found


def footage_in(
    path: Path,
    *,
    truth: Truth | None = None,
    conditions: Conditions | None = None,
    camera: Camera | None = None,
    sampling: Sampling | None = None,
) -> Footage:
    recording = recording_in(path)
    known = conditions or Conditions()
    return Footage(recording, "hill", sampling or Sampling(), known, truth, camera)


def look(
    detector: BrightDetector | None = None,
    *,
    hands: int = 2,
    locator: Locator | None = None,
    chosen: Settings = SETTINGS,
    rate: float = math.inf,
) -> Look:
    bright = detector or BrightDetector()
    return Look(bright, bright, chosen, locator or Locator(None), hands, rate)


def refused(played: Played) -> list[str]:
    return [frame.refused for frame in played.frames]


def test_a_fire_is_found_and_every_frame_is_told_of(tmp_path: Path) -> None:
    played = play(footage_in(Hillside(tmp_path).burn(-3, 6)), look())
    assert (played.name, played.scene, played.size_px) == ("ridge", "hill", (320, 240))
    assert [frame.at_s for frame in played.frames] == [60.0 * minute for minute in range(-3, 6)]
    assert played.is_dated
    assert refused(played) == [""] * 9
    assert [frame.smoke > 0.0 for frame in played.frames] == [False] * 3 + [True] * 6
    assert [frame.flame for frame in played.frames] == [0.0] * 9
    assert [frame.log_odds is None for frame in played.frames] == [True] * 3 + [False] * 6
    (alert,) = played.alerts
    opener = played.frames[alert.frame]
    assert (alert.at_s, alert.captured_at) == (opener.at_s, opener.captured_at)
    assert alert.at_s > 0.0
    assert alert.label is Label.SMOKE
    assert alert.last_at_s == 300.0
    assert alert.most_log_odds >= alert.log_odds
    assert alert.fix is None
    assert all(frame.found == () for frame in played.frames)


@pytest.mark.parametrize("cost", [1.0, 3.0])
def test_alerts_are_those_of_the_bare_pipeline_and_hands_change_nothing(
    tmp_path: Path, cost: float
) -> None:
    folder = Hillside(tmp_path).burn(-3, 6, size=(480, 360))
    attention = SETTINGS.attention.model_copy(update={"cost": cost})
    chosen = SETTINGS.model_copy(update={"attention": attention})
    found = [play(footage_in(folder), look(hands=hands, chosen=chosen)) for hands in (1, 3)]
    assert canonical(played_as_json(found[0])) == canonical(played_as_json(found[1]))
    bright = BrightDetector()
    scorer = AttentiveScorer(bright, bright, attention)
    recording = recording_in(folder)
    row = sequence_row(recording, watch(recording, scorer, chosen, sampling=Sampling()))
    ours = found[0]
    assert [
        (alert["frame"], alert["at_s"], alert["hits"], alert["sightings"], alert["findings"])
        for alert in row["alerts"]
    ] == [
        (alert.frame, alert.at_s, alert.hits, alert.sightings, list(alert.findings))
        for alert in ours.alerts
    ]
    assert ours.alerts
    assert [frame["log_odds"] for frame in row["frames"]] == [
        None if frame.log_odds is None else round(frame.log_odds, 4) for frame in ours.frames
    ]


def test_most_bands_are_known_before_they_are_asked_for(tmp_path: Path) -> None:
    # A plume that stands is followed to no other band than a guess without it would choose.
    folder = Hillside(tmp_path).burn(-9, 0, size=(480, 360))
    bright = BrightDetector()
    play(footage_in(folder), look(bright))
    assert bright.bands == 9  # none was guessed wrong, and none was asked for twice


def test_the_gateway_refuses_what_a_live_camera_would_not_score(tmp_path: Path) -> None:
    hill = Hillside(tmp_path)
    same = encode_jpeg(hillside(5), 95)
    black = encode_jpeg(np.zeros((240, 320, 3), np.uint8))
    cut = encode_jpeg(hillside(6), 95)[:4000]
    first, last = (encode_jpeg(hillside(number), 95) for number in (1, 8))
    for minute, data in enumerate([first, black, cut, CUT, same, same, same, last]):
        hill.put(minute, data)
    played = play(footage_in(tmp_path / "ridge"), look())
    words = ["", "black", "corrupt", "corrupt", "", "duplicate", "frozen", ""]
    assert refused(played) == words
    assert [frame.smoke for frame in played.frames] == [0.0] * 8


def test_a_recording_goes_on_behind_more_damage_than_a_camera_may_send(tmp_path: Path) -> None:
    hill = Hillside(tmp_path)
    for minute in range(60):
        hill.put(minute, CUT if 2 <= minute < 58 else hillside(minute))
    played = play(footage_in(tmp_path / "ridge"), look())
    assert refused(played) == [""] * 2 + ["corrupt"] * 56 + [""] * 2


def test_footage_without_one_whole_picture_is_refused(tmp_path: Path) -> None:
    Hillside(tmp_path).put(0, CUT)
    with pytest.raises(InputRefused, match="None of the 1 pictures of ridge") as caught:
        play(footage_in(tmp_path / "ridge"), look())
    assert caught.value.code == "no_readable_picture"


def test_what_cannot_be_played_says_so(tmp_path: Path) -> None:
    video = tmp_path / "clip.mp4"
    video.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(4000))
    with pytest.raises(InputRefused) as caught:
        play(footage_in(video), look())
    assert caught.value.code == "not_a_video"


def test_a_network_that_fails_ends_the_play(tmp_path: Path) -> None:
    bright = BrightDetector()
    bright.failure = ModelMismatch("It failed.")
    with pytest.raises(ModelMismatch, match="It failed"):
        play(footage_in(Hillside(tmp_path).burn(-2, 2)), look(bright))


def test_boxed_frames_keep_all_that_the_full_frame_shows(tmp_path: Path) -> None:
    hill = Hillside(tmp_path)
    for minute in range(4):
        hill.put(minute, hillside(minute, 30, score=0.02))
    truth = Truth(
        (TrueFire("fire", 0.0),),
        (TrueBox(60.0, Label.SMOKE, 0.3, 0.3, 0.4, 0.5),),
        (60.0, 120.04, 180.06),
    )
    played = play(footage_in(tmp_path / "ridge", truth=truth), look())
    # 120.04 s means the frame at 120; none lies within 0.05 s of 180.06.
    assert [len(frame.found) for frame in played.frames] == [0, 1, 1, 0]
    # less than the watch looks at, and more than is kept of boxed frames
    assert all(DEEP_FLOOR <= box.score < 0.1 for frame in played.frames for box in frame.found)
    assert [frame.smoke for frame in played.frames] == [0.0] * 4
    assert played.truth == truth


def test_an_alert_of_a_known_camera_has_a_place(tmp_path: Path) -> None:
    folder = Hillside(tmp_path).burn(-1, 6)
    on_relief = play(footage_in(folder, camera=CAMERA), look(locator=Locator(drill_relief())))
    (alert,) = on_relief.alerts
    assert alert.fix is not None
    assert alert.fix.outcome is FixOutcome.LOCATED
    nowhere = play(footage_in(folder, camera=CAMERA), look())
    (alert,) = nowhere.alerts
    assert alert.fix is not None
    assert alert.fix.reason is NoFixReason.NO_TERRAIN
    assert alert.fix.bearing_deg is not None


def test_videos_are_played_and_count_from_their_first_frame(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("mpeg4", rate=2)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.bit_rate = 4_000_000
        for number in range(8):
            image = hillside(number, 10 * number)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    thermal = Conditions(mode=FrameMode.THERMAL)
    played = play(footage_in(path, conditions=thermal, sampling=Sampling(every=2)), look())
    assert [frame.at_s for frame in played.frames] == [0.0, 1.0, 2.0, 3.0]
    assert not played.is_dated
    assert refused(played) == [""] * 4


def test_a_pace_holds_a_replay_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five minutes of footage at 3,000 times life are waited for a tenth of a second in all."""
    folder = Hillside(tmp_path).burn(0, 6)
    fast = play(footage_in(folder), look())
    clock = ManualClock(datetime(2026, 7, 1, tzinfo=UTC))
    monkeypatch.setattr(playing, "SystemClock", lambda: clock)
    assert play(footage_in(folder), look(rate=3000.0)) == fast
    assert clock.monotonic_s() == pytest.approx(300.0 / 3000.0)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["good", "cut", "rubbish", "repeat", "black", "tiny"]), max_size=6))
def test_whatever_the_files_are_each_frame_has_one_fate(
    tmp_path_factory: pytest.TempPathFactory, kinds: Sequence[str]
) -> None:
    hill = Hillside(tmp_path_factory.mktemp("any"))
    last = encode_jpeg(hillside(99), 90)
    hill.put(0, last)
    before = last
    for minute, kind in enumerate(kinds, start=1):
        last = encode_jpeg(hillside(minute), 90)
        data = {
            "cut": last[: len(last) // 2],
            "rubbish": b"\xff\xd8\xff" + bytes(range(200)),
            "black": encode_jpeg(np.zeros((240, 320, 3), np.uint8)),
            "tiny": encode_jpeg(np.full((3, 2, 3), minute, np.uint8)),
            "repeat": before,
        }.get(kind, last)
        hill.put(minute, data)
        before = data
    played = play(footage_in(hill.folder / "ridge"), look(hands=1))
    assert len(played.frames) == 1 + len(kinds)
    assert refused(played)[0] == ""
    words = refused(played)
    for number, kind in enumerate(kinds, start=1):
        expected = {
            "good": {""},
            "repeat": {"duplicate", "frozen"} if words[number - 1] != "corrupt" else {"corrupt"},
            "black": {"black", "duplicate", "frozen"},
            "tiny": {"", "duplicate", "frozen"},
        }
        assert words[number] in expected.get(kind, {"corrupt"})
