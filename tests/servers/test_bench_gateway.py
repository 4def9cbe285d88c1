"""The readers that ``./run bench gateway`` compares, on a small video."""

import json
from pathlib import Path

import pytest
from rtsp_rig import RtspServer, Wish

from benchmarks.live import looking, outages
from benchmarks.live.contender import Contender
from benchmarks.support.peer import PeerFailed

pytestmark = pytest.mark.servers


def test_both_readers_tell_what_they_used(videos: dict[str, str]) -> None:
    with RtspServer(Wish({"/cam": [videos["h264"]]})) as server:
        urls = [server.address()] * 3
        with (
            Contender("gateway", urls, every=1.0, seconds=3.0, cores=1) as ours,
            Contender("cv2", urls[:1], seconds=3.0) as theirs,
        ):
            for one in (ours, theirs):
                one.wait_ready()
            for one in (ours, theirs):
                one.begin()
            told, other = ours.answer(), theirs.answer()
    assert told["states"] == {"live": 3}
    assert 6 <= told["frames"] <= 15
    assert max(told["gaps"]) < 3.0
    assert told["cpu_s"] > 0.0
    assert other["frames"] > 50


def test_recording_is_measured_against_the_same_connections_without(videos: dict[str, str]) -> None:
    with (
        RtspServer(Wish({"/cam": [videos["h264"]]})) as server,
        Contender("record", [server.address()] * 2, every=1.0, seconds=3.0, turns=4) as reader,
    ):
        reader.wait_ready()
        reader.begin()
        told = reader.answer()
    assert len(told["cpu"]) == len(told["resident_mib"]) == 4
    assert told["pieces"] >= 4
    assert told["bytes"] > 100_000
    assert (told["dropped"], told["failures"]) == (0, 0)
    assert told["skipped"] < 2 * 2 * 2 * 25, "only what stood before the first key frames"


def test_a_reader_that_cannot_read_fails_with_a_word(videos: dict[str, str]) -> None:
    with (
        RtspServer(Wish({"/cam": [videos["h264"]]})) as server,
        Contender("cv2", [server.address("/elsewhere")], seconds=1.0) as reader,
        pytest.raises(PeerFailed, match="cannot read"),
    ):
        reader.wait_ready()


@pytest.mark.timeout(300)
def test_what_looking_costs_is_told_beside_nobody_looking(
    videos: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("CAMERAS", 3), ("WALL", 2), ("SPREAD", 1)):
        monkeypatch.setattr(looking, name, value)
    measures = looking.looking(Path(videos["h264"]), every_s=1.0, seconds=6.0)
    told = {measure.name: measure for measure in measures}
    assert set(told) == {"look_gap_p99_ratio", "live_behind_s", "wall24_core_share"}
    assert 0.0 < (told["live_behind_s"].value or 0.0) < 5.0
    assert "0.00 stills" not in told["wall24_core_share"].against
    assert all(measure.value is not None for measure in measures)


def test_outages_are_told_with_their_bars(tmp_path: Path, gstreamer: None) -> None:  # noqa: ARG001
    report = tmp_path / "outages.json"
    assert outages.main(["--down", "1", "--json", str(report)]) == 0
    measures = json.loads(report.read_text())["measures"]
    names = {measure["name"] for measure in measures}
    assert {"rtsp_freeze_1s_back", "mjpeg_stall_1s_told", "snapshot_kill_1s_back"} <= names
    held = [measure["holds"] for measure in measures if measure["bar"] is not None]
    assert len(held) == 2 * 3 * len(outages.PLAYED)
    assert held.count(True) >= len(held) - 1  # a dozen cameras at once on a busy machine
