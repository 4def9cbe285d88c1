"""What ``firewatch camera probe`` found, in plain words: each kind of camera, each thing to set."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from api.cameras.probe_words import _ADVICE, told
from camera_gateway.probe import Advice, ProbeReport
from camera_gateway.sources.onvif_answers import DeviceFacts, IrCut, OnvifProfile
from camera_gateway.sources.onvif_clock import DeviceClock
from camera_gateway.sources.onvif_look import OnvifFacts
from camera_gateway.sources.stream_facts import StreamFacts
from models.camera_link import Adapter, CameraLink
from models.frame import TimeSource
from models.light import Light

STREAM = StreamFacts(
    codec="hevc", rate_hz=25.0, key_interval_s=20.0, bits_per_s=3e6, sender_offset_s=3600.0
)
REPORT = ProbeReport(
    link=CameraLink(Adapter.RTSP, "rtsp://10.0.0.5/1", 2.0),
    pictures=3,
    damaged=1,
    first_picture_s=11.0,
    gap_s=4.0,
    width_px=640,
    height_px=360,
    picture_bytes=3_000_000,
    stream=STREAM,
    core_share=0.084,
    time_source=TimeSource.SENDER,
    clock_offset_s=3600.0,
    light=Light.DAY,
    advice=(),
    jpeg=b"",
)
SNAPSHOT = replace(
    REPORT,
    link=CameraLink(Adapter.SNAPSHOT, "http://10.0.0.5/snap.jpg?pwd=geheim-geheim", 5.0),
    stream=None,
    picture_bytes=250_000,
    gap_s=5.0,
    core_share=None,
    light=None,
)
ONVIF = OnvifFacts(
    DeviceFacts("Dahua", "IPC-1", "2.8"),
    DeviceClock(datetime(2026, 11, 26, tzinfo=UTC), 90.0, "CST-8", by_ntp=True),
    tuple(OnvifProfile(f"p{number}", "", "H264", 1920, 1080, "") for number in range(12)),
    IrCut.AUTO,
)


def text_of(report: ProbeReport) -> str:
    return "\n".join(told(report))


def test_a_stream_is_told_with_what_to_set() -> None:
    text = text_of(replace(REPORT, advice=tuple(Advice)))
    assert "HEVC, 640 x 360, 25.0 pictures a second, a key frame every 20.0 s" in text
    assert "3 pictures, 1 damaged; the first after 11.0 s, then one every 4.0 s" in text
    assert "Set the I-frame interval to 50 frames" in text
    assert "3600 s off" in text
    assert "light: day" in text
    assert "8.4 % of one processor core" in text
    assert "3.00 Mbit/s of the line, 32.4 GB a day" in text
    assert text.count("\nset ") == len(Advice)
    bare = replace(STREAM, rate_hz=None, key_interval_s=None)
    text = text_of(replace(REPORT, stream=bare))
    assert "HEVC, 640 x 360\n" in text
    assert text.endswith("set     nothing; this is well configured")


def test_a_snapshot_is_told_with_what_it_takes_of_the_line_and_without_a_secret() -> None:
    text = text_of(SNAPSHOT)
    assert "found   snapshot at http://10.0.0.5/snap.jpg" in text
    assert "geheim" not in text
    assert "640 x 360, 250 kB a picture" in text
    assert "0.40 Mbit/s of the line, 4.3 GB a day" in text
    assert "light" not in text
    assert "core" not in text
    text = text_of(
        replace(SNAPSHOT, line_bits_per_s=8e6)
    )  # an MJPEG stream, most of it passed over
    assert "8.00 Mbit/s of the line, 86.4 GB a day" in text


@pytest.mark.parametrize("gap_s", [None, 0.0])
def test_a_single_picture_says_nothing_of_pace_and_line(gap_s: float | None) -> None:
    text = text_of(replace(SNAPSHOT, pictures=1, damaged=0, gap_s=gap_s))
    assert "1 pictures, 0 damaged; the first after 11.0 s" in text
    assert "of the line" not in text


def test_a_recording_has_its_path_and_no_line() -> None:
    link = CameraLink(Adapter.VIDEO, "/data/a b.mp4", 5.0)
    text = text_of(replace(REPORT, link=link))
    assert "found   video at /data/a b.mp4\n" in text
    assert "of the line" not in text


def test_every_source_of_time_and_every_advice_has_words_without_gaps() -> None:
    said = {text_of(replace(REPORT, time_source=each)) for each in TimeSource}
    assert len(said) == len(TimeSource)
    assert set(_ADVICE) == set(Advice)
    for report in (REPORT, SNAPSHOT, replace(REPORT, clock_offset_s=None, gap_s=None)):
        for advice in Advice:
            (line,) = [
                one for one in told(replace(report, advice=(advice,))) if one.startswith("set")
            ]
            assert "{" not in line
            assert "nothing" not in line


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (ONVIF.clock, "its clock: 90 s ahead, zone CST-8, set by a time server"),
        (replace(ONVIF.clock, skew_s=-90.0, by_ntp=False), "90 s behind, zone CST-8, set by hand"),
        (replace(ONVIF.clock, skew_s=-1.9, zone=""), "its clock: right, set by a time server"),
        (replace(ONVIF.clock, skew_s=None, reported_at=None), "it does not tell its time"),
    ],
)
def test_what_an_onvif_camera_says_of_its_clock(clock: DeviceClock, words: str) -> None:
    assert words in text_of(replace(REPORT, onvif=replace(ONVIF, clock=clock)))


def test_what_an_onvif_camera_says_of_itself() -> None:
    text = text_of(replace(REPORT, onvif=ONVIF))
    assert "Dahua IPC-1, firmware 2.8; infrared filter: auto" in text
    assert "profile p7: H264 1920 x 1080" in text
    assert "profile p8" not in text  # some cameras have dozens
    untold = replace(
        ONVIF,
        device=DeviceFacts("", "", ""),
        profiles=(OnvifProfile("p0", "", "", 0, 0, ""),),
        ir_cut=IrCut.UNKNOWN,
    )
    text = text_of(replace(REPORT, onvif=untold))
    assert "no maker told; infrared filter: unknown" in text
    assert text.count("profile p0: no picture\n") == 1
