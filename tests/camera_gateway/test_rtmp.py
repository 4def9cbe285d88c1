"""RTMP, which a drone's ground station speaks: read from a server, or listened for.

Real pushes and a real server are in ``tests/servers``.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random

import pytest
from stream_rig import loss_of

from camera_gateway.knocking import knock_of
from camera_gateway.redaction import redact
from camera_gateway.sources.rtsp import RtspSource
from camera_gateway.sources.stream_open import StreamLimits, no_video_of
from models.camera_link import Adapter, CameraLink, Credential, ListeningLink
from models.clock import SystemClock
from models.errors import SourceRefused, SourceUnavailable

QUICK = StreamLimits(open_s=0.6, read_s=0.6)
SECRET = Credential("admin", "geheim-geheim")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lost(link: CameraLink, credential: Credential | None = None) -> SourceUnavailable:
    async def play() -> SourceUnavailable:
        return await loss_of(RtspSource(link, credential, SystemClock(), limits=QUICK))

    return asyncio.run(play())


def server(port: int) -> CameraLink:
    return CameraLink(Adapter.RTSP, f"rtmp://127.0.0.1:{port}/live/a", every_s=1.0)


def ours(port: int, host: str = "127.0.0.1") -> ListeningLink:
    return ListeningLink(Adapter.RTSP, f"rtmp://{host}:{port}/live/a", every_s=1.0)


@contextmanager
def answering(port: int, words: bytes) -> Iterator[None]:
    """A server that says the same to everybody."""
    listener = socket.create_server(("127.0.0.1", port))

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, suppress(OSError):
                    client.sendall(words)
                    client.settimeout(2.0)
                    while client.recv(4096):
                        pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.close()


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(5000), b"\x03"])
def test_what_speaks_otherwise_is_no_server(words: bytes) -> None:
    port = free_port()
    with answering(port, words):
        found = lost(server(port), SECRET)
    assert found.code == "no_answer"
    assert "RTMP" in found.message
    assert SECRET.password not in f"{found} {found.remedy}"


def test_nobody_there_is_told_as_with_rtsp() -> None:
    assert lost(server(free_port())).code == "connection_refused"


def test_whoever_listens_says_that_nobody_has_come_and_can_listen_again() -> None:
    port = free_port()
    for _ in range(2):
        found = lost(ours(port))
        assert (found.code, isinstance(found, SourceRefused)) == ("no_answer", False)
        assert "Nobody has sent" in found.message


def test_an_address_that_is_not_of_this_machine_cannot_be_listened_at() -> None:
    found = lost(ours(1935, "192.0.2.1"))
    assert (found.code, isinstance(found, SourceRefused)) == ("address_unusable", False)


@pytest.mark.parametrize("seed", range(4))
def test_whoever_sends_garbage_is_left_and_the_next_one_is_listened_for(seed: int) -> None:
    port, dice = free_port(), Random(seed)
    words = (b"\x03" if seed % 2 else b"") + dice.randbytes(4000)

    def shout() -> None:
        for _ in range(40):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5) as client:
                client.sendall(words)
                client.settimeout(1.0)
                client.recv(10)
                return

    thread = threading.Thread(target=shout, daemon=True)
    thread.start()
    assert lost(ours(port)).code == "no_answer"
    thread.join(5.0)
    assert lost(ours(port)).code == "no_answer"


def test_an_address_with_a_password_is_shown_nowhere() -> None:
    told = redact("cannot open rtmp://admin:geheim-geheim@10.0.0.5/live/a now")
    assert "geheim" not in told
    assert "10.0.0.5" in told


def test_nobody_knocks_at_rtmp_and_a_stream_that_begins_with_sound_is_tried_again() -> None:
    assert knock_of(server(1935)) is None
    assert not no_video_of(server(1935)).refused
    assert no_video_of(CameraLink(Adapter.RTSP, "rtsp://10.0.0.5/1")).refused
