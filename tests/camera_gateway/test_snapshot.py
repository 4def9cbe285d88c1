import asyncio
import base64
import gzip
import ssl
import struct
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from http_rig import Asked, Handler, HttpRig, answer, basic, digest, stream

from camera_gateway import http_client
from camera_gateway.http_limits import HttpLimits
from camera_gateway.sources.snapshot import Cadence, SnapshotSource
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import ManualClock, SystemClock
from models.errors import FrameCorrupt, SourceRefused, SourceUnavailable
from models.frame import FrameMode, Provenance, TimeSource

if TYPE_CHECKING:
    from camera_gateway.source import RawFrame

MakeJpeg = Callable[..., bytes]
CALM = HttpLimits(max_bytes=200_000)
QUICK = HttpLimits(read_s=0.2, total_s=0.3)
AWKWARD = Credential("管理员", "p@ss#w/o:rd?1%林")


def source_at(
    url: str,
    credential: Credential | None = None,
    clock: ManualClock | SystemClock | None = None,
    limits: HttpLimits = CALM,
) -> SnapshotSource:
    link = CameraLink(Adapter.SNAPSHOT, url, every_s=2.0)
    return SnapshotSource(link, credential, clock or SystemClock(), limits=limits)


def with_source(
    handler: Handler,
    use: Callable[[SnapshotSource, HttpRig], Awaitable[None]],
    credential: Credential | None = None,
    clock: ManualClock | None = None,
    limits: HttpLimits = CALM,
) -> None:
    """Run a test against one route of a server."""

    async def run() -> None:
        async with HttpRig({"/snap": handler}) as rig:
            source = source_at(rig.url("/snap"), credential, clock, limits)
            try:
                await use(source, rig)
            finally:
                await source.close()

    asyncio.run(run())


def refusal(
    handler: Handler, credential: Credential | None = None, limits: HttpLimits = CALM
) -> Exception:
    """What the first read raises."""
    raised: list[Exception] = []

    async def use(source: SnapshotSource, _rig: HttpRig) -> None:
        with pytest.raises((FrameCorrupt, SourceUnavailable)) as failed:
            await source.read()
        raised.append(failed.value)

    with_source(handler, use, credential, limits=limits)
    return raised[0]


def test_a_picture_arrives_as_the_camera_made_it(clock: ManualClock, jpeg: MakeJpeg) -> None:
    async def use(source: SnapshotSource, rig: HttpRig) -> None:
        first, second = await source.read(), await source.read()
        assert (first.jpeg, first.mode, first.provenance) == (
            jpeg(),
            FrameMode.VISIBLE,
            Provenance.LIVE,
        )
        assert first.time_source is TimeSource.RECEIPT
        assert first.captured_doubt_s == 0.0
        assert second.captured_at == first.captured_at  # the same bytes were made when they were
        assert clock.monotonic_s() == 2.0
        assert rig.connections == 1
        assert rig.asked[0].headers["accept-encoding"] == "identity"
        assert "authorization" not in rig.asked[1].headers

    with_source(answer(jpeg(), content_type="text/html"), use, clock=clock)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_digest_is_answered_and_remembered(algorithm: str, jpeg: MakeJpeg) -> None:
    async def use(source: SnapshotSource, rig: HttpRig) -> None:
        for _number in range(3):
            assert (await source.read()).jpeg == jpeg()
        assert len(rig.asked) == 4
        assert rig.connections == 1

    handler = digest(answer(jpeg()), AWKWARD.user, AWKWARD.password, algorithm=algorithm)
    with_source(handler, use, AWKWARD, ManualClock(datetime(2026, 1, 1, tzinfo=UTC)))


def test_basic_is_answered_where_nothing_better_is_offered(jpeg: MakeJpeg) -> None:
    async def use(source: SnapshotSource, rig: HttpRig) -> None:
        for _number in range(2):
            assert (await source.read()).jpeg == jpeg()
        assert len(rig.asked) == 3

    token = base64.b64encode(f"{AWKWARD.user}:{AWKWARD.password}".encode()).decode()
    with_source(
        basic(answer(jpeg()), token), use, AWKWARD, ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    )


@pytest.mark.parametrize(
    ("handler", "credential", "code"),
    [
        (digest(answer(), "admin", "r1ght"), Credential("admin", "wr0ng"), "camera_login"),
        (digest(answer(), "admin", "r1ght"), None, "camera_login"),
        (basic(answer(), "x"), Credential("admin", "wr0ng"), "camera_login"),
        (answer(status=401), Credential("admin", "x"), "camera_login"),
        (answer(status=403), None, "camera_login"),
        (answer(status=404), None, "camera_address"),
        (answer(status=410), None, "camera_address"),
        (answer(status=302, location="/snap"), None, "camera_redirect"),
        (answer(status=302, location="http://127.0.0.2/snap"), None, "camera_redirect"),
        (answer(status=302, location="https://127.0.0.1/snap"), None, "camera_redirect"),
        (answer(status=302, location="http://["), None, "camera_redirect"),
        (
            digest(answer(), "a", "b", challenge='Digest realm="x", nonce="y", algorithm=NEW'),
            Credential("a", "b"),
            "camera_login",
        ),
        (
            digest(answer(), "a", "b", challenge='Digest realm="x", nonce="y", qop="auth-int"'),
            Credential("a", "b"),
            "camera_login",
        ),
        (
            digest(answer(), "a", "b", challenge="Digest realm"),
            Credential("a", "b"),
            "camera_login",
        ),
    ],
)
def test_what_needs_a_person_is_refused(
    handler: Handler, credential: Credential | None, code: str
) -> None:
    error = refusal(handler, credential)
    assert isinstance(error, SourceRefused)
    assert error.code == code
    assert error.remedy
    for word in ("r1ght", "wr0ng"):
        assert word not in str(error)


async def trickle(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    while True:
        writer.write(b"\xff")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silence(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30.0)


async def hang_up(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def gibberish(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\x01\x02 RTSP/1.0 200 OK\r\n\r\n")
    writer.close()


@pytest.mark.parametrize(
    ("handler", "code"),
    [
        (silence, "camera_silent"),
        (trickle, "camera_silent"),
        (hang_up, "camera_broke_off"),
        (gibberish, "camera_broke_off"),
        (answer(status=500), "camera_answer"),
        (answer(status=503), "camera_answer"),
        (answer(status=204), "camera_answer"),
        (
            answer(gzip.compress(b"\xff\xd8" + bytes(10**7)), content_encoding="gzip"),
            "camera_answer",
        ),
    ],
)
def test_what_may_pass_is_unavailable_and_in_time(handler: Handler, code: str) -> None:
    error = refusal(handler, limits=QUICK if code == "camera_silent" else CALM)
    assert isinstance(error, SourceUnavailable)
    assert not isinstance(error, SourceRefused)
    assert error.code == code


def bomb(jpeg: bytes) -> bytes:
    """The same picture, said to be 65,000 pixels wide and high."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", 65_000, 65_000) + jpeg[at + 4 :]


@pytest.mark.parametrize(
    "make",
    [
        lambda _good: answer(b"<html>busy</html>", content_type="image/jpeg"),
        lambda _good: answer(b"", content_type="image/jpeg"),
        lambda _good: answer(b"no picture at all"),
        lambda good: answer(good[: len(good) // 2]),
        lambda good: answer(good[: len(good) // 2], content_length=str(len(good))),
        lambda good: answer(good[:-2]),
        lambda good: answer(good + bytes(300_000)),
        lambda good: answer(bomb(good)),
        lambda good: stream(good[:700]),
    ],
)
def test_no_damaged_picture_gets_through(make: Callable[[bytes], Handler], jpeg: MakeJpeg) -> None:
    async def hang_up_early(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await make(jpeg())(asked, writer)
        writer.close()

    assert isinstance(refusal(hang_up_early), FrameCorrupt)


def test_the_next_picture_comes_after_a_damaged_one(clock: ManualClock, jpeg: MakeJpeg) -> None:
    answers = iter([answer(b"<html>"), answer(jpeg())])

    async def in_turn(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await next(answers)(asked, writer)

    async def use(source: SnapshotSource, _rig: HttpRig) -> None:
        with pytest.raises(FrameCorrupt, match="web page"):
            await source.read()
        assert (await source.read()).jpeg == jpeg()
        assert clock.monotonic_s() == 2.0

    with_source(in_turn, use, clock=clock)


def test_a_redirect_on_the_same_host_is_followed(jpeg: MakeJpeg) -> None:
    async def run() -> None:
        routes = {"/snap": answer(status=307, location="/other?x=1"), "/other": answer(jpeg())}
        async with HttpRig(routes) as rig:
            source = source_at(rig.url("/snap"))
            assert (await source.read()).jpeg == jpeg()
            await source.close()

    asyncio.run(run())


def test_a_connection_that_the_camera_closed_meanwhile_is_opened_again(
    clock: ManualClock, jpeg: MakeJpeg
) -> None:
    async def once(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await answer(jpeg(), connection="keep-alive")(asked, writer)
        await writer.drain()
        writer.transport.abort()

    async def use(source: SnapshotSource, rig: HttpRig) -> None:
        for _number in range(3):
            assert (await source.read()).jpeg == jpeg()
        assert rig.connections == 3

    with_source(once, use, clock=clock)


def test_a_connection_that_closes_at_the_moment_of_the_question_is_opened_again(
    clock: ManualClock, jpeg: MakeJpeg
) -> None:
    answers = iter([answer(jpeg(1)), hang_up, answer(jpeg(2)), hang_up, hang_up])

    async def in_turn(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await next(answers)(asked, writer)

    async def use(source: SnapshotSource, rig: HttpRig) -> None:
        assert (await source.read()).jpeg == jpeg(1)
        assert (await source.read()).jpeg == jpeg(2)
        assert rig.connections == 2
        with pytest.raises(SourceUnavailable):
            await source.read()

    with_source(in_turn, use, clock=clock)


def test_a_certificate_that_nobody_vouches_for_needs_a_person(
    monkeypatch: pytest.MonkeyPatch, jpeg: MakeJpeg
) -> None:
    pem = str(Path(__file__).parents[1] / "fixtures" / "tls" / "loopback.pem")
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(pem)

    async def run() -> None:
        async with HttpRig({"/snap": answer(jpeg())}, tls=ours) as rig:
            source = source_at(rig.url("/snap"))
            with pytest.raises(SourceRefused) as refused:
                await source.read()
            assert refused.value.code == "camera_certificate"
            await source.close()
            vouched = ssl.create_default_context(cafile=pem)
            monkeypatch.setattr(http_client, "_tls", lambda: vouched)
            source = source_at(rig.url("/snap"))
            assert (await source.read()).jpeg == jpeg()
            await source.close()

    asyncio.run(run())


@pytest.mark.parametrize("host", ["camera-7.invalid", "a..b", "a" * 70 + ".cn"])
def test_a_host_that_nobody_knows_is_told_as_that(clock: ManualClock, host: str) -> None:
    async def run() -> None:
        for scheme in ("http", "https"):
            source = source_at(f"{scheme}://{host}/snap", clock=clock)
            with pytest.raises(SourceUnavailable) as failed:
                await source.read()
            assert (type(failed.value), failed.value.code) == (SourceUnavailable, "host_unknown")
            assert "IP address" in failed.value.remedy
            await source.close()

    asyncio.run(run())


def test_nobody_there(clock: ManualClock) -> None:
    async def run() -> None:
        async with HttpRig({}) as rig:
            url = rig.url("/snap")
        source = source_at(url, clock=clock)
        with pytest.raises(SourceUnavailable) as failed:
            await source.read()
        assert failed.value.code == "camera_unreachable"
        await source.close()
        await source.close()
        with pytest.raises(SourceUnavailable):
            await source.read()

    asyncio.run(run())


@pytest.mark.parametrize("address", ["rtsp://10.0.0.5/x", "/etc/passwd", "http://u:pw1@10.0.0.5/"])
def test_another_kind_of_address_is_refused(address: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        source_at(address)
    assert "pw1" not in str(refused.value)


def test_a_long_401_is_not_read(jpeg: MakeJpeg) -> None:
    good = base64.b64encode(b"a:b").decode()

    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.headers.get("authorization") == f"Basic {good}":
            await answer(jpeg())(asked, writer)
            return
        writer.write(
            b"HTTP/1.1 401 X\r\nWWW-Authenticate: Basic\r\nContent-Length: 9999999\r\n\r\n"
        )
        writer.write(bytes(200_000))
        await writer.drain()

    async def use(source: SnapshotSource, _rig: HttpRig) -> None:
        assert (await source.read()).jpeg == jpeg()

    with_source(endless, use, Credential("a", "b"))


def test_the_camera_clock_is_believed_once_it_agrees(jpeg: MakeJpeg) -> None:
    clock = ManualClock(datetime(2026, 11, 25, 4, 0, tzinfo=UTC))
    frames: list[RawFrame] = []
    skew = timedelta(seconds=-2)
    number = 0

    async def dated(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal number
        number += 1
        date = format_datetime(clock.now() + skew, usegmt=True)
        await answer(jpeg(number), date=date)(asked, writer)

    async def use(source: SnapshotSource, _rig: HttpRig) -> None:
        nonlocal skew
        frames.extend([await source.read() for _number in range(4)])
        skew = timedelta(hours=1)
        frames.append(await source.read())

    with_source(dated, use, clock=clock)
    sources = [frame.time_source for frame in frames]
    assert sources == [TimeSource.RECEIPT] * 2 + [TimeSource.CAMERA_CLOCK] * 2 + [
        TimeSource.RECEIPT
    ]
    assert frames[3].captured_at == datetime(2026, 11, 25, 4, 0, 4, 500_000, tzinfo=UTC)
    assert frames[3].captured_doubt_s == pytest.approx((1.0**2 + 1.5**2) ** 0.5 / 12**0.5)
    assert frames[4].captured_at == datetime(2026, 11, 25, 4, 0, 8, tzinfo=UTC)


def test_half_the_round_trip_is_in_doubt(jpeg: MakeJpeg) -> None:
    clock = ManualClock(datetime(2026, 11, 25, 4, 0, tzinfo=UTC))

    async def late(asked: Asked, writer: asyncio.StreamWriter) -> None:
        clock.advance(3.0)
        await answer(jpeg())(asked, writer)

    async def use(source: SnapshotSource, _rig: HttpRig) -> None:
        frame = await source.read()
        assert frame.captured_at == datetime(2026, 11, 25, 4, 0, 1, 500_000, tzinfo=UTC)
        assert frame.captured_doubt_s == 1.5

    with_source(late, use, clock=clock)


def test_closing_ends_a_question_under_way() -> None:
    async def use(source: SnapshotSource, rig: HttpRig) -> None:
        asking = asyncio.ensure_future(source.read())
        await rig.first_question.wait()
        await source.close()
        with pytest.raises(SourceUnavailable):
            await asking

    with_source(silence, use)


def test_a_cancelled_question_leaves_the_source_usable(clock: ManualClock, jpeg: MakeJpeg) -> None:
    answers = iter([silence, answer(jpeg())])

    async def in_turn(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await next(answers)(asked, writer)

    async def use(source: SnapshotSource, rig: HttpRig) -> None:
        asking = asyncio.ensure_future(source.read())
        await rig.first_question.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await source.read()).jpeg == jpeg()

    with_source(in_turn, use, clock=clock)


def test_turns_keep_to_the_grid_and_missed_ones_are_left_out(clock: ManualClock) -> None:
    async def run() -> list[float]:
        cadence = Cadence(clock, 2.0)
        turns: list[float] = []
        for work_s in (0.3, 1.9, 5.0, 0.1, 0.0):
            await cadence.wait()
            turns.append(clock.monotonic_s())
            clock.advance(work_s)
        return turns

    assert asyncio.run(run()) == [0.0, 2.0, 4.0, 9.0, 10.0]
