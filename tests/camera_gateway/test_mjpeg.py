import asyncio
import struct
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from http_rig import Asked, Handler, HttpRig, answer, digest, stream
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.http_limits import HttpLimits
from camera_gateway.pictures import encode_jpeg
from camera_gateway.sources.mjpeg import MjpegSource
from camera_gateway.sources.mjpeg_framing import JpegFramer
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import ManualClock, SystemClock
from models.errors import FrameCorrupt, SourceRefused, SourceUnavailable
from models.frame import FrameMode, Provenance, TimeSource

WHOLE = encode_jpeg(np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8))
MakeJpeg = Callable[..., bytes]
CALM = HttpLimits(max_bytes=200_000)
QUICK = HttpLimits(stall_s=0.2)
IMPATIENT = HttpLimits(first_s=0.2)
OPEN_END = 30.0  # the server goes on; the test closes


def part(jpeg: bytes, headers: str = "Content-Type: image/jpeg\r\n") -> bytes:
    return f"--frame\r\n{headers}Content-Length: {len(jpeg)}\r\n\r\n".encode() + jpeg + b"\r\n"


def with_source(
    handler: Handler,
    use: Callable[[MjpegSource, HttpRig], Awaitable[None]],
    *,
    credential: Credential | None = None,
    clock: ManualClock | SystemClock | None = None,
    limits: HttpLimits = CALM,
    every_s: float = 0.01,
) -> None:
    async def run() -> None:
        async with HttpRig({"/live": handler}) as rig:
            link = CameraLink(Adapter.MJPEG, rig.url("/live"), every_s=every_s)
            source = MjpegSource(link, credential, clock or SystemClock(), limits=limits)
            try:
                await use(source, rig)
            finally:
                await source.close()
                await source.close()

    asyncio.run(run())


def taken(handler: Handler, limits: HttpLimits = CALM) -> list[bytes | Exception]:
    """What reads give, up to and with the loss. A picture is sent only once the last was read."""
    got: list[bytes | Exception] = []

    async def use(source: MjpegSource, _rig: HttpRig) -> None:
        while not (got and isinstance(got[-1], SourceUnavailable)):
            try:
                got.append((await source.read()).jpeg)
            except (FrameCorrupt, SourceUnavailable) as error:
                got.append(error)

    with_source(handler, use, limits=limits)
    return got


def kinds(got: list[bytes | Exception]) -> list[type]:
    return [type(item) for item in got]


@pytest.mark.parametrize(
    ("content_type", "wrap"),
    [
        ("multipart/x-mixed-replace; boundary=frame", part),
        ("multipart/x-mixed-replace; boundary=--frame", part),
        ('multipart/x-mixed-replace; boundary="x y"', part),
        ("multipart/x-mixed-replace", part),
        ("text/html", part),
        (
            "multipart/x-mixed-replace; boundary=frame",
            lambda jpeg: part(jpeg, "Content-Length: 9\r\n"),
        ),
        ("multipart/x-mixed-replace; boundary=frame", lambda jpeg: b"\r\n\r\n" + jpeg),
        ("application/octet-stream", lambda jpeg: jpeg),
    ],
)
def test_headers_are_not_needed(
    content_type: str, wrap: Callable[[bytes], bytes], jpeg: MakeJpeg
) -> None:
    handler = stream(
        wrap(jpeg(1)), 0.05, wrap(jpeg(2)), 0.05, wrap(jpeg(3)), content_type=content_type
    )
    got = taken(handler)
    assert got[:3] == [jpeg(1), jpeg(2), jpeg(3)]
    assert kinds(got[3:]) == [SourceUnavailable]
    assert "has ended the stream" in str(got[3])


def test_faults_inside_cost_their_own_picture(jpeg: MakeJpeg) -> None:
    half = jpeg(2)[: len(jpeg(2)) // 2]
    grey = jpeg(4)[:-300] + jpeg(4)[-2:]
    handler = stream(
        part(jpeg(1)), 0.05, part(half), 0.05, part(jpeg(3)), 0.05, part(grey), 0.05,
        part(b"<html>busy</html>"), part(b""), part(jpeg(5)),
    )  # fmt: skip
    got = taken(handler)
    # What broke off is noticed when the next one begins, which here comes whole in the same piece
    # and replaces it.
    assert kinds(got) == [bytes, bytes, FrameCorrupt, bytes, SourceUnavailable]
    assert [item for item in got if isinstance(item, bytes)] == [jpeg(1), jpeg(3), jpeg(5)]


def test_a_picture_that_breaks_off_is_damage(jpeg: MakeJpeg) -> None:
    half = jpeg(2)[: len(jpeg(2)) // 2]
    got = taken(stream(part(half) + part(jpeg(3))[:200], 0.05, part(jpeg(3))[200:]))
    assert kinds(got) == [FrameCorrupt, bytes, SourceUnavailable]
    assert "breaks off where the next one begins" in str(got[0])


@pytest.mark.parametrize(
    ("pieces", "words"),
    [
        ([], "something else"),
        ([b"<html>Please log in</html>"], "something else"),
        ([b"--frame\r\n\xff\xd8\xff"], "something else"),
    ],
)
def test_no_stream_of_pictures(pieces: list[bytes], words: str) -> None:
    (error,) = taken(stream(*pieces))
    assert isinstance(error, SourceUnavailable)
    assert words in str(error)
    assert error.code == "camera_no_picture"


def test_a_stream_that_pauses_is_lost(jpeg: MakeJpeg) -> None:
    got = taken(stream(part(jpeg()), OPEN_END), QUICK)
    assert kinds(got) == [bytes, SourceUnavailable]
    assert "stopped sending" in str(got[1])


def test_a_byte_a_second_is_lost(jpeg: MakeJpeg) -> None:
    async def trickle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await stream(part(jpeg(1)))(asked, writer)
        for letter in jpeg(2):
            writer.write(bytes((letter,)))
            await writer.drain()
            await asyncio.sleep(0.03)

    assert kinds(taken(trickle, QUICK)) == [bytes, SourceUnavailable]


@pytest.mark.parametrize("pieces", [[OPEN_END], [part(b"<html>"), OPEN_END]])
def test_an_answer_without_a_first_picture_is_lost(pieces: list[bytes | float]) -> None:
    (error,) = taken(stream(*pieces), IMPATIENT)
    assert isinstance(error, SourceUnavailable)
    assert "sends no picture" in str(error)


def test_silence_between_bytes_is_lost(jpeg: MakeJpeg) -> None:
    got = taken(stream(part(jpeg()), OPEN_END), replace(QUICK, read_s=0.1, stall_s=5.0))
    assert kinds(got) == [bytes, SourceUnavailable]


def test_a_picture_without_end_is_damage_and_memory_stays_bounded(jpeg: MakeJpeg) -> None:
    endless = jpeg(2)[:-2] + bytes(300_000)
    got = taken(stream(part(endless), 0.05, part(jpeg(3))))
    assert kinds(got) == [FrameCorrupt, bytes, SourceUnavailable]
    assert "larger than 200000 bytes" in str(got[0])


def test_a_refused_login_is_refused_and_a_right_one_streams(jpeg: MakeJpeg) -> None:
    handler = digest(stream(part(jpeg()), OPEN_END), "admin", "p@ss")

    async def use(source: MjpegSource, _rig: HttpRig) -> None:
        assert (await source.read()).jpeg == jpeg()

    async def use_wrong(source: MjpegSource, _rig: HttpRig) -> None:
        for _number in range(2):
            with pytest.raises(SourceRefused):
                await source.read()

    with_source(handler, use, credential=Credential("admin", "p@ss"))
    with_source(handler, use_wrong, credential=Credential("admin", "wrong"))
    with_source(answer(status=404), use_wrong)


def test_the_newest_wins_within_the_cadence(clock: ManualClock, jpeg: MakeJpeg) -> None:
    go_on = asyncio.Event()
    sent = asyncio.Event()

    async def handler(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await stream(part(jpeg(1)))(asked, writer)
        await go_on.wait()
        for number in (2, 3, 4):
            writer.write(part(jpeg(number)))
        writer.write(part(jpeg(5)[:300]) + b"\xff\xd8\xff")  # damage replaces nothing
        await writer.drain()
        sent.set()
        await asyncio.sleep(OPEN_END)

    async def use(source: MjpegSource, _rig: HttpRig) -> None:
        first = await source.read()
        assert (first.mode, first.provenance) == (FrameMode.VISIBLE, Provenance.LIVE)
        go_on.set()
        await sent.wait()
        await asyncio.sleep(0.05)  # the pieces are on their way through the loop
        assert (await source.read()).jpeg == jpeg(4)
        assert clock.monotonic_s() == 2.0

    with_source(handler, use, clock=clock, every_s=2.0)


def test_a_loss_is_told_before_the_turn_is_due(jpeg: MakeJpeg) -> None:
    async def use(source: MjpegSource, _rig: HttpRig) -> None:
        await source.read()
        async with asyncio.timeout(5.0):
            with pytest.raises(SourceUnavailable):
                await source.read()

    with_source(stream(part(jpeg())), use, every_s=3000.0)


def test_what_it_takes_of_the_line_counts_every_picture(clock: ManualClock, jpeg: MakeJpeg) -> None:
    turn = asyncio.Event()

    async def handler(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await stream(part(jpeg(1)) + part(jpeg(2)))(asked, writer)
        for number in (3, 4):
            await turn.wait()
            turn.clear()
            writer.write(part(jpeg(number)))
        await asyncio.sleep(OPEN_END)

    async def use(source: MjpegSource, _rig: HttpRig) -> None:
        assert source.bits_per_s is None
        for number in (2, 3, 4):
            assert (await source.read()).jpeg == jpeg(number)
            turn.set()
        sent = sum(len(part(jpeg(number))) for number in (1, 2, 3, 4))
        assert source.bits_per_s == 8.0 * sent / 2.0

    with_source(handler, use, clock=clock, every_s=1.0)


def test_times_of_receipt_and_of_the_camera(jpeg: MakeJpeg) -> None:
    clock = ManualClock(datetime(2026, 11, 25, 4, 0, tzinfo=UTC))
    stamp = clock.now().timestamp()
    turn = asyncio.Event()

    async def handler(asked: Asked, writer: asyncio.StreamWriter) -> None:
        clock.advance(1.0)
        await stream()(asked, writer)
        for number in range(4):
            turn.clear()
            writer.write(part(jpeg(number), f"X-Timestamp: {stamp + number:.6f}\r\n"))
            await turn.wait()

    async def use(source: MjpegSource, _rig: HttpRig) -> None:
        frames = []
        for _number in range(4):
            frames.append(await source.read())
            turn.set()
        assert [frame.time_source for frame in frames] == [
            TimeSource.RECEIPT, TimeSource.RECEIPT, TimeSource.CAMERA_CLOCK, TimeSource.CAMERA_CLOCK
        ]  # fmt: skip
        assert frames[0].captured_at == datetime(2026, 11, 25, 4, 0, 1, tzinfo=UTC)
        assert frames[0].captured_doubt_s == 1.0
        assert frames[3].captured_at == datetime(2026, 11, 25, 4, 0, 3, tzinfo=UTC)

    with_source(handler, use, clock=clock, every_s=1.0)


def test_closing_ends_a_reader_and_an_unopened_source() -> None:
    async def use(source: MjpegSource, rig: HttpRig) -> None:
        reading = asyncio.ensure_future(source.read())
        await rig.first_question.wait()
        await source.close()
        with pytest.raises(SourceUnavailable):
            await reading

    async def never(_source: MjpegSource, rig: HttpRig) -> None:
        assert rig.connections == 0

    with_source(stream(OPEN_END), use)
    with_source(stream(OPEN_END), never)


def test_a_cancelled_reader_leaves_the_stream_running(jpeg: MakeJpeg) -> None:
    async def use(source: MjpegSource, rig: HttpRig) -> None:
        reading = asyncio.ensure_future(source.read())
        await rig.first_question.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert (await source.read()).jpeg == jpeg()
        assert rig.connections == 1

    with_source(stream(0.05, part(jpeg()), OPEN_END), use)


# The framing alone.


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    return [*pieces, data[at:]]


def framed(pieces: list[bytes], max_bytes: int = 10**6) -> list[bytes | str]:
    framer = JpegFramer(max_bytes)
    return [
        found.jpeg or found.damage
        for number, piece in enumerate(pieces)
        for found in framer.feed(piece, float(number))
    ]


@given(st.lists(st.integers(1, 900), max_size=12), st.binary(max_size=40))
def test_any_cutting_gives_the_same_pictures(sizes: list[int], between: bytes) -> None:
    whole = WHOLE
    between = between.replace(b"\xff", b"\xfe")
    data = between + whole + between + whole + whole[:-200] + between + whole
    got = framed(cut(data, sizes))
    assert got == [whole, whole, "it breaks off where the next one begins", whole]


def with_segment(jpeg: bytes, content: bytes) -> bytes:
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + jpeg[2:]


def test_a_thumbnail_ends_no_picture(jpeg: MakeJpeg) -> None:
    data = with_segment(jpeg(1), b"Exif\x00\x00" + jpeg(2))
    assert framed([data + data]) == [data, data]


@pytest.mark.parametrize(
    "broken",
    [
        b"\xff\xd8\xff\xe0\x00\x01",  # a segment shorter than its own length
        b"\xff\xd8\xff\x05\x00\x10",  # a code that stands in no picture
    ],
)
def test_rubbish_that_begins_like_a_picture_is_passed_over(broken: bytes, jpeg: MakeJpeg) -> None:
    assert framed([broken + jpeg(1)]) == ["it breaks off", jpeg(1)]


def test_a_marker_that_stands_alone_is_walked_over(jpeg: MakeJpeg) -> None:
    data = jpeg(1)[:2] + b"\xff\x01" + jpeg(1)[2:]
    assert framed([data[:3], data[3:5], data[5:]]) == [data]


@given(st.binary(max_size=3000), st.integers(1, 500))
def test_the_buffer_never_grows_beyond_its_limit(data: bytes, size: int) -> None:
    framer = JpegFramer(2000)
    for at in range(0, len(data), size):
        framer.feed(b"\xff\xd8\xff" + data[at : at + size], 0.0)
        assert len(framer._buffer) <= 2000 + 503
