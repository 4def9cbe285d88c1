"""Live streams against a server in this process; real servers are in ``tests/servers``."""

import asyncio
import io
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from coded_video import coded, level_of
from tiny_rtsp import Script, TinyRtsp

from camera_gateway.pictures import decode_jpeg
from camera_gateway.source import RawFrame
from camera_gateway.sources import stream_decode, stream_reader
from camera_gateway.sources.rtsp import RtspSource, rtsp_opener
from camera_gateway.sources.stream_open import StreamLimits
from camera_gateway.sources.stream_reader import StreamReader
from models.camera_link import Adapter, CameraLink, Credential, Decoding
from models.clock import SystemClock
from models.errors import FrameCorrupt, SourceRefused, SourceUnavailable
from models.frame import FrameMode, Provenance, TimeSource

QUICK = StreamLimits(open_s=0.4, read_s=0.3, first_picture_s=0.5)
SPECIAL = Credential("admin", "p@ss#w/o:rd?1%")
LEVELS = [level_of(number) for number in range(50)]


def link(address: str, **changes: Any) -> CameraLink:  # noqa: ANN401
    return replace(CameraLink(Adapter.RTSP, address, every_s=0.1), **changes)


def source_of(
    server: TinyRtsp,
    credential: Credential | None = None,
    **changes: Any,  # noqa: ANN401
) -> RtspSource:
    return RtspSource(link(server.address, **changes), credential, SystemClock(), limits=QUICK)


def number_of(frame: RawFrame) -> int:
    """Which picture of the coded video it is, told from its brightness."""
    level = float(decode_jpeg(frame.jpeg, "test")[:40].mean())
    return int(np.argmin([abs(level - one) for one in LEVELS]))


def run(play: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(play())


async def loss_of(source: RtspSource) -> SourceUnavailable:
    """Read until the source is lost."""
    try:
        while True:
            with suppress(FrameCorrupt):
                await source.read()
    except SourceUnavailable as lost:
        return lost
    finally:
        await source.close()


SHAPES = {
    "h264": {},
    "h265": {"codec": "h265"},
    "four slices": {"slices": 4},
    "reordered": {"reorders": True},
}


@pytest.mark.parametrize("decoding", [Decoding.KEY_FRAMES, Decoding.ALL])
@pytest.mark.parametrize("shape", SHAPES)
def test_whole_pictures_come_as_often_as_they_are_wanted(shape: str, decoding: Decoding) -> None:
    units = coded(**SHAPES[shape])
    codec = SHAPES[shape].get("codec", "h264")

    async def play() -> None:
        source = source_of(server, decoding=decoding)
        seen = [await source.read() for _ in range(4)]
        facts = source.facts()
        await source.close()
        numbers = [number_of(frame) for frame in seen]
        if decoding is Decoding.KEY_FRAMES:
            assert all(number % 10 == 0 for number in numbers)
        assert len(set(numbers)) == len(numbers)
        assert {frame.provenance for frame in seen} == {Provenance.LIVE}
        assert {frame.mode for frame in seen} == {FrameMode.VISIBLE}
        assert (facts.width, facts.height) == (160, 96)
        assert facts.codec == {"h264": "h264", "h265": "hevc"}[codec]
        assert facts.every_frame_decoded is (decoding is Decoding.ALL)
        assert facts.corrupt_share == 0.0
        assert facts.missing_times == 1  # of the first picture of every connection
        assert facts.key_interval_s == pytest.approx(0.1, abs=0.05)

    with TinyRtsp(Script(units, codec)) as server:
        run(play)


def test_key_frames_serve_while_they_come_often_enough() -> None:
    async def play() -> None:
        source = source_of(server, every_s=0.25)
        assert all([number_of(await source.read()) % 25 == 0 for _ in range(3)])
        assert not source.facts().every_frame_decoded
        assert source.facts().decoded <= 4
        await source.close()

    with TinyRtsp(Script(coded(gop=25))) as server:
        run(play)


def test_a_pictures_parts_between_which_parameters_are_repeated_are_joined() -> None:
    # As GStreamer sends a key frame of several slices; FFmpeg cuts it there.
    def with_parameters(_number: int, unit: bytes, shown_s: float) -> tuple[bytes, float]:
        parts = [part for part in unit.split(b"\0\0\1") if part.strip(b"\0")]
        heads = [part for part in parts if part[0] & 31 in {7, 8}]
        if not heads:
            return unit, shown_s
        slices = [part for part in parts if part[0] & 31 == 5]
        out = [piece for one in slices for piece in (*heads, one)]
        return b"".join(b"\0\0\0\1" + piece.rstrip(b"\0") for piece in out), shown_s

    async def play() -> None:
        source = source_of(server)
        assert all([number_of(await source.read()) % 10 == 0 for _ in range(3)])
        assert source.facts().corrupt == 0
        await source.close()

    with TinyRtsp(Script(coded(slices=3), change=with_parameters)) as server:
        run(play)


def test_the_senders_clock_dates_pictures_once_it_is_known() -> None:
    async def play() -> None:
        source = source_of(server, mode=FrameMode.THERMAL)
        seen = [await source.read() for _ in range(5)]
        offset_s = source.facts().sender_offset_s
        await source.close()
        assert seen[0].time_source is TimeSource.RECEIPT
        assert seen[-1].time_source is TimeSource.SENDER
        behind_s = (datetime.now(UTC) - seen[-1].captured_at).total_seconds()
        assert behind_s == pytest.approx(0.3, abs=0.25)
        assert offset_s == pytest.approx(-0.3, abs=0.25)
        assert all(one.captured_doubt_s is not None for one in seen)
        assert seen[-1].captured_doubt_s == pytest.approx(0.4, abs=0.35)
        assert {one.mode for one in seen} == {FrameMode.THERMAL}

    with TinyRtsp(Script(coded(), sender_s=-0.3)) as server:
        run(play)


def test_a_slow_consumer_gets_the_newest_picture() -> None:
    async def play() -> None:
        source = source_of(server)
        await source.read()
        await asyncio.sleep(0.45)
        newest = await source.read()
        assert (datetime.now(UTC) - newest.captured_at).total_seconds() < 0.25
        assert source.facts().superseded >= 2
        await source.close()

    with TinyRtsp(Script(coded())) as server:
        run(play)


def test_key_frames_far_apart_are_noticed_and_all_frames_decoded() -> None:
    async def play() -> None:
        source = source_of(server, every_s=0.15)
        first = number_of(await source.read())
        second = number_of(await source.read())
        third = number_of(await source.read())
        assert first == 0
        assert 0 < second < third < 50
        assert source.facts().every_frame_decoded
        await source.close()

    with TinyRtsp(Script(coded(gop=50), rate_hz=50.0)) as server:
        run(play)


def test_a_password_of_any_letters_is_taken() -> None:
    async def play() -> None:
        source = source_of(server, SPECIAL)
        await source.read()
        await source.close()

    with TinyRtsp(Script(coded(), login=(SPECIAL.user, SPECIAL.password))) as server:
        run(play)


@pytest.mark.parametrize(
    ("method", "status", "kind", "code"),
    [
        ("DESCRIBE", 401, SourceRefused, "credentials_refused"),
        ("DESCRIBE", 403, SourceRefused, "access_refused"),
        ("DESCRIBE", 404, SourceRefused, "no_such_stream"),
        ("SETUP", 461, SourceRefused, "transport_refused"),
        ("SETUP", 453, SourceUnavailable, "camera_busy"),
        ("DESCRIBE", 503, SourceUnavailable, "camera_busy"),
        ("DESCRIBE", 400, SourceUnavailable, "no_answer"),
    ],
)
def test_what_the_camera_refuses_is_told_in_our_words_without_the_password(
    method: str,
    status: int,
    kind: type[SourceUnavailable],
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)

    async def play() -> None:
        source = source_of(server, SPECIAL)
        with pytest.raises(SourceUnavailable) as caught:
            await source.read()
        with pytest.raises(SourceUnavailable):  # and again
            await source.read()
        await source.close()
        assert type(caught.value) is kind
        assert caught.value.code == code
        assert caught.value.remedy
        told = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(source)
        assert f"127.0.0.1:{server.port}" in str(caught.value)
        for secret in (SPECIAL.password, "p%40ss", "rd%3F1", SPECIAL.user):
            assert secret not in told

    with TinyRtsp(Script(coded(), status={method: status})) as server:
        run(play)


def test_a_stream_under_the_path_of_a_national_standard_server() -> None:
    path = "/rtp/34020000001320000001_34020000001320000001"

    async def play() -> None:
        source = source_of(server)
        await source.read()
        await source.close()
        assert any(f"{path} RTSP/1.0" in request for request in server.requests)

    with TinyRtsp(Script(coded(), path=path)) as server:
        run(play)


def test_only_video_is_asked_for_and_the_camera_is_told_goodbye() -> None:
    async def play() -> None:
        source = source_of(server)
        await source.read()
        await source.close()

    with TinyRtsp(Script(coded(), media="both")) as server:
        run(play)
        ends_s = time.monotonic() + 3.0
        while not server.requests[-1].startswith("TEARDOWN") and time.monotonic() < ends_s:
            time.sleep(0.02)  # the reader is not waited for when it closes
        methods = [one.split(" ")[0] for one in server.requests]
        assert methods[-1] == "TEARDOWN"
        (setup,) = [one for one in server.requests if one.startswith("SETUP")]
        assert "/track0 " in setup  # the sound is track1


def test_the_camera_hears_of_us_before_it_forgets_us() -> None:
    async def play() -> None:
        source = source_of(server)
        ends_s = time.monotonic() + 3.5
        while time.monotonic() < ends_s:
            await source.read()
        await source.close()

    with TinyRtsp(Script(coded(), session_s=2)) as server:
        run(play)
        alive = [one for one in server.requests if one.startswith(("OPTIONS", "GET_PARAMETER"))]
        assert len(alive) >= 3  # the first one is the greeting


@pytest.mark.parametrize(
    ("changes", "code", "within_s"),
    [
        ({"then": "end"}, "stream_ended", 1.0),
        ({"then": "stall"}, "stream_silent", 2.0),
        ({"silent": frozenset({"DESCRIBE"})}, "no_answer", 1.0),
        ({"silent": frozenset({"PLAY"})}, "no_answer", 1.0),
        ({"closes": "DESCRIBE"}, "no_answer", 1.0),
        ({"media": "audio"}, "no_video", 1.0),
    ],
)
def test_every_loss_is_noticed_and_named(
    changes: dict[str, Any], code: str, within_s: float
) -> None:
    async def play() -> None:
        began_s = time.monotonic()
        lost = await loss_of(source_of(server))
        assert lost.code == code
        assert time.monotonic() - began_s < within_s

    with TinyRtsp(Script(coded(), rate_hz=200.0, **changes)) as server:
        run(play)


def test_nothing_listens() -> None:
    with TinyRtsp(Script(coded())) as server:
        address = server.address

    async def play() -> None:
        source = RtspSource(link(address), None, SystemClock(), limits=QUICK)
        assert (await loss_of(source)).code == "connection_refused"

    run(play)


def test_a_black_hole_swallows_what_is_sent_to_it() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as hole:
        port = hole.getsockname()[1]
        # Once its queue is full the system answers nobody any more, like a dead radio link.
        filling = [socket.socket() for _ in range(4)]
        for one in filling:
            one.settimeout(0.0)
            one.connect_ex(("127.0.0.1", port))

        async def play() -> None:
            began_s = time.monotonic()
            source = RtspSource(
                link(f"rtsp://127.0.0.1:{port}/"), None, SystemClock(), limits=QUICK
            )
            assert (await loss_of(source)).code == "no_answer"
            assert time.monotonic() - began_s < 2 * QUICK.open_s + 0.5

        run(play)
        for one in filling:
            one.close()


@pytest.mark.parametrize("scheme", ["rtsp", "rtsps"])
@pytest.mark.parametrize("host", ["camera-7.invalid", "camera-7.invalid:8554", "a..b"])
def test_a_host_that_nobody_knows_is_told_as_that(scheme: str, host: str) -> None:
    async def play() -> None:
        source = RtspSource(link(f"{scheme}://{host}/1"), SPECIAL, SystemClock(), limits=QUICK)
        loss = await loss_of(source)
        assert (type(loss), loss.code) == (SourceUnavailable, "host_unknown")  # names come back
        assert host in loss.message
        assert "IP address" in loss.remedy
        assert SPECIAL.password not in f"{loss.message} {loss.remedy}"

    run(play)


def test_a_fault_of_our_own_is_told_without_its_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(SPECIAL.password)

    monkeypatch.setattr(stream_reader, "open_stream", fail)

    async def play() -> None:
        lost = await loss_of(RtspSource(link("rtsp://h/"), SPECIAL, SystemClock()))
        assert lost.code == "reader_fault"
        assert SPECIAL.password not in str(lost) + caplog.text
        assert "RuntimeError" in caplog.text

    run(play)


@pytest.mark.parametrize("address", ["http://127.0.0.1/cam", "/etc/passwd", "file:/etc/passwd"])
def test_what_is_no_stream_is_refused(address: str) -> None:
    async def play() -> None:
        lost = await loss_of(RtspSource(link(address), None, SystemClock(), limits=QUICK))
        assert isinstance(lost, SourceRefused)
        assert lost.code == "address_scheme"

    run(play)


def test_data_without_a_picture_is_a_loss_in_time() -> None:
    async def play() -> None:
        lost = await loss_of(source_of(server))
        assert lost.code == "no_picture"

    with TinyRtsp(Script(coded()[1:10])) as server:  # never a key frame
        run(play)


def cut(unit: bytes) -> bytes:
    """Without its end, as when a datagram is lost."""
    return unit[: len(unit) // 2]


def test_a_damaged_key_frame_is_told_and_never_handed_on() -> None:
    def change(number: int, unit: bytes, shown_s: float) -> tuple[bytes, float]:
        return (cut(unit) if number in {20, 30} else unit), shown_s

    async def play() -> None:
        source, told, seen = source_of(server), 0, []
        while told < 2 or len(seen) < 5:
            try:
                seen.append(number_of(await source.read()))
            except FrameCorrupt:
                told += 1
        facts = source.facts()
        await source.close()
        assert facts.corrupt + facts.packet_errors == 2
        assert 0.0 < facts.corrupt_share < 1.0
        assert all(number % 10 == 0 for number in seen)

    with TinyRtsp(Script(coded(), change=change)) as server:
        run(play)


def test_what_builds_on_a_damaged_picture_is_not_handed_on_either() -> None:
    def change(number: int, unit: bytes, shown_s: float) -> tuple[bytes, float]:
        return (cut(unit) if number % 50 == 12 else unit), shown_s

    # Decoded from the file: over a line, a busy machine passes over every second picture.
    with av.open(io.BytesIO(b"".join(coded())), format="h264") as whole:
        reference = [frame.to_ndarray(format="bgr24") for frame in whole.decode(video=0)][:50]

    async def collect(server: TinyRtsp, wanted: int) -> list[RawFrame]:
        source = source_of(server, decoding=Decoding.ALL, every_s=0.02)
        frames = []
        while len(frames) < wanted:
            with suppress(FrameCorrupt):
                frames.append(await source.read())
        facts = source.facts()
        await source.close()
        assert (facts.after_damage > 0) is (facts.corrupt + facts.packet_errors > 0)
        return frames

    with TinyRtsp(Script(coded(), change=change)) as server:
        seen = {number_of(one): one for one in asyncio.run(collect(server, 50))}
    assert not set(range(12, 20)) & seen.keys()
    for number, frame in seen.items():
        picture = decode_jpeg(frame.jpeg, "seen")
        assert float(np.abs(cv2.absdiff(picture, reference[number])).mean()) < 4.0
    assert len(seen) > 10


def test_a_picture_larger_than_any_cameras_is_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_decode, "MOST_PIXELS", 160 * 96 - 1)

    async def play() -> None:
        source = source_of(server)
        with pytest.raises(FrameCorrupt):
            await source.read()
        assert source.facts().decoded == 0
        assert source.facts().packet_errors > 0
        await source.close()

    with TinyRtsp(Script(coded())) as server:
        run(play)


@pytest.mark.parametrize("gop", [1, 10])
def test_pictures_that_all_bear_one_time_are_still_pictures(gop: int) -> None:
    async def play() -> None:
        source, came = source_of(server, decoding=Decoding.KEY_FRAMES), 0
        while came < 3:
            with suppress(FrameCorrupt):
                number_of(await source.read())
                came += 1
        assert source.facts().decoded >= came
        await source.close()

    script = Script(coded(gop=gop), rate_hz=200.0, change=lambda _, unit, __: (unit, 1.0))
    with TinyRtsp(script) as server:
        run(play)


def test_a_size_that_changes_on_the_way_is_followed() -> None:
    other = coded(size=(96, 64))

    def change(number: int, unit: bytes, shown_s: float) -> tuple[bytes, float]:
        return (other[number % 50] if number >= 25 else unit), shown_s

    async def play() -> None:
        source, sizes = source_of(server), []
        while len(sizes) < 6:
            with suppress(FrameCorrupt):
                sizes.append(decode_jpeg((await source.read()).jpeg, "test").shape[:2])
        assert sizes[0] == (96, 160)
        assert sizes[-1] == (64, 96)
        assert source.facts().size_changes == 1
        await source.close()

    with TinyRtsp(Script(coded(), change=change)) as server:
        run(play)


def test_times_that_jump_back_are_counted_and_pictures_go_on() -> None:
    def change(number: int, unit: bytes, shown_s: float) -> tuple[bytes, float]:
        return unit, shown_s + 50.0 - (5.0 if number > 25 else 0.0)

    async def play() -> None:
        source = source_of(server)
        seen = [await source.read() for _ in range(5)]
        assert source.facts().jumps_back == 1
        assert all((datetime.now(UTC) - one.captured_at).total_seconds() < 2.0 for one in seen)
        await source.close()

    with TinyRtsp(Script(coded(), change=change)) as server:
        run(play)


def test_a_blocked_reader_holds_up_neither_cancelling_nor_closing() -> None:
    async def play() -> None:
        source = RtspSource(link(server.address), None, SystemClock(), limits=limits)
        waiting = asyncio.create_task(source.read())
        await asyncio.sleep(0.05)
        began_s = time.monotonic()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert time.monotonic() - began_s < limits.open_s / 3
        await source.close()
        assert time.monotonic() - began_s < limits.open_s - 0.5
        left = [one for one in threading.enumerate() if isinstance(one, StreamReader)]
        assert source.is_blocked
        assert len(left) == 1
        with pytest.raises(SourceUnavailable) as caught:
            await source.read()
        assert caught.value.code == "source_closed"
        await asyncio.to_thread(left[0].join, 10.0)
        assert not source.is_blocked

    limits = StreamLimits(open_s=3.0, read_s=0.3)
    with TinyRtsp(Script(coded(), silent=frozenset({"DESCRIBE"}))) as server:
        run(play)


def test_a_source_that_was_never_read_closes() -> None:
    async def play() -> None:
        source = RtspSource(link("rtsp://127.0.0.1:1/cam"), None, SystemClock())
        await source.close()
        await source.close()
        assert source.facts().packets == 0

    run(play)


def test_the_next_connection_knows_how_far_apart_key_frames_are() -> None:
    async def play() -> None:
        open_source = rtsp_opener(link(server.address), None, SystemClock(), limits=QUICK)
        first = open_source()
        for _ in range(3):
            await first.read()
        await first.close()
        second = open_source()
        assert second.key_interval_s == pytest.approx(0.1, abs=0.05)
        await second.close()
        assert open_source().key_interval_s == second.key_interval_s

    with TinyRtsp(Script(coded())) as server:
        run(play)


def test_connections_that_come_and_go_leave_nothing_behind() -> None:
    async def cycle(server: TinyRtsp) -> None:
        await loss_of(source_of(server, every_s=0.02))

    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with TinyRtsp(Script(coded(frames=12, gop=4), rate_hz=400.0, then="end")) as server:
        asyncio.run(cycle(server))
        threads, files = threading.active_count(), descriptors()
        for _ in range(12):
            asyncio.run(cycle(server))
        assert threading.active_count() <= threads + 1  # the server may still be hanging up
        assert descriptors() <= files + 2
