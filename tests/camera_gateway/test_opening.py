"""A link becomes the source that reads it; a camera's machine is asked whether it answers."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from camera_gateway.knocking import knock_of
from camera_gateway.opening import opener_of
from camera_gateway.sources.mjpeg import MjpegSource
from camera_gateway.sources.rtsp import RtspSource
from camera_gateway.sources.snapshot import SnapshotSource
from camera_gateway.sources.video import VideoSource
from models.camera_link import Adapter, CameraLink, Credential
from models.clock import ManualClock
from models.errors import InputRefused, SourceEnded
from models.frame import FrameMode

CLOCK = ManualClock(datetime(2026, 11, 25, 4, 0, tzinfo=UTC))


@pytest.mark.parametrize(
    ("adapter", "address", "kind"),
    [
        (Adapter.RTSP, "rtsp://127.0.0.1/1", RtspSource),
        (Adapter.MJPEG, "http://127.0.0.1/1", MjpegSource),
        (Adapter.SNAPSHOT, "http://127.0.0.1/1", SnapshotSource),
        (Adapter.VIDEO, "/nowhere/at/all.mp4", VideoSource),
    ],
)
def test_each_adapter_has_its_source(adapter: Adapter, address: str, kind: type) -> None:
    open_source = opener_of(CameraLink(adapter, address), Credential("a", "b"), CLOCK)
    first, second = open_source(), open_source()
    assert type(first) is type(second) is kind
    assert first is not second

    async def close() -> None:
        await first.close()
        await second.close()

    asyncio.run(close())


def test_onvif_is_asked_for_its_pictures() -> None:
    source = opener_of(CameraLink(Adapter.ONVIF, "http://127.0.0.1/onvif"), None, CLOCK)()
    assert type(source).__name__ == "OnvifSource"
    asyncio.run(source.close())


def test_a_folder_is_listed_with_the_first_reading(
    tmp_path: Path, jpeg: Callable[..., bytes]
) -> None:
    async def scenario() -> None:
        missing = opener_of(CameraLink(Adapter.FOLDER, str(tmp_path / "x")), None, CLOCK)()
        await missing.close()
        with pytest.raises(SourceEnded):
            await missing.read()
        missing = opener_of(CameraLink(Adapter.FOLDER, str(tmp_path / "x")), None, CLOCK)()
        with pytest.raises(InputRefused):
            await missing.read()
        (tmp_path / "1532815146_.jpg").write_bytes(jpeg())
        link = CameraLink(Adapter.FOLDER, str(tmp_path), mode=FrameMode.THERMAL)
        folder = opener_of(link, None, CLOCK)()
        raw = await folder.read()
        assert (raw.jpeg, raw.mode) == (jpeg(), FrameMode.THERMAL)
        await folder.close()
        with pytest.raises(SourceEnded):
            await folder.read()

    asyncio.run(scenario())


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def asked(
    serve: Serve | None, scheme: str = "rtsp", tls: ssl.SSLContext | None = None
) -> bool:
    """What a knock at a server says; None for a port at which nobody listens."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if serve is not None:
                await serve(reader, writer)
        except OSError:  # whoever asked has gone
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    if serve is None:
        server.close()
        await server.wait_closed()
    adapter = Adapter.RTSP if scheme.startswith("rtsp") else Adapter.SNAPSHOT
    knock = knock_of(CameraLink(adapter, f"{scheme}://127.0.0.1:{port}/1"))
    assert knock is not None
    try:
        return await knock()
    finally:
        server.close()


@pytest.fixture(scope="module")
def own_tls() -> ssl.SSLContext:
    """A camera's own certificate, for which nobody vouches."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(Path(__file__).parents[1] / "fixtures" / "tls" / "loopback.pem")
    return context


def saying(words: bytes, *, unasked: bool = False) -> Serve:
    """A service that says these words and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not unasked:
            assert (await reader.readuntil(b"\r\n\r\n")).split()[0] in {b"OPTIONS", b"HEAD"}
        writer.write(words)
        await writer.drain()

    return serve


async def frozen(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def hangs_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.readuntil(b"\r\n\r\n"))
    await writer.drain()


RTSP = saying(b"RTSP/1.0 401 Unauthorized\r\n\r\n")
HTTP = saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_the_question_names_nobody_and_no_path() -> None:
    questions: list[bytes] = []

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        questions.append(await reader.readuntil(b"\r\n\r\n"))
        await (RTSP if len(questions) == 1 else HTTP)(reader, writer)

    async def both() -> None:
        for scheme in ("rtsp", "http"):
            with suppress(AssertionError, asyncio.IncompleteReadError):
                await asked(answers, scheme)

    asyncio.run(both())
    assert questions[0].startswith(b"OPTIONS rtsp://127.0.0.1:")
    assert questions[1].startswith(b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1:")
    assert all(b"/1\r\n" not in question for question in questions)


@pytest.mark.parametrize("scheme", ["rtsp", "http", "rtsps", "https"])
@pytest.mark.parametrize(
    ("serve", "speaks"),
    [
        (RTSP, "rtsp"),
        (HTTP, "http"),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n", unasked=True), None),
        (saying(b"RT"), None),
        (echo, None),
        (frozen, None),
        (hangs_up, None),
        (None, None),
    ],
    ids=["rtsp", "http", "banner", "two letters", "echo", "frozen", "hangs up", "nobody"],
)
def test_only_an_answer_in_the_protocols_own_words_counts(
    own_tls: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    serve: Serve | None,
    speaks: str | None,
) -> None:
    monkeypatch.setattr("camera_gateway.knocking.KNOCK_WITHIN_S", 0.5)
    tls = own_tls if scheme.endswith("s") else None
    assert asyncio.run(asked(serve, scheme, tls)) is (speaks == scheme.removesuffix("s"))


@pytest.mark.parametrize("scheme", ["rtsps", "https"])
def test_an_open_port_without_encryption_is_no_answer_of_an_encrypted_camera(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setattr("camera_gateway.knocking.KNOCK_WITHIN_S", 0.5)
    for serve in (RTSP, HTTP, frozen, saying(b"SSH-2.0-OpenSSH_9.2\r\n", unasked=True)):
        assert not asyncio.run(asked(serve, scheme))


@pytest.mark.parametrize("host", ["camera-7.invalid", "a..b", "a" * 70 + ".cn"])
def test_a_host_that_nobody_knows_does_not_answer(host: str) -> None:
    knock = knock_of(CameraLink(Adapter.RTSP, f"rtsp://{host}/1"))
    assert knock is not None
    assert not asyncio.run(knock())


def test_recordings_and_nonsense_are_not_knocked_at() -> None:
    assert knock_of(CameraLink(Adapter.FOLDER, "/data")) is None
    assert knock_of(CameraLink(Adapter.VIDEO, "/data/a.mp4")) is None
    assert knock_of(CameraLink(Adapter.RTSP, "nonsense")) is None
