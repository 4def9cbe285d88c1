"""A very small RTSP server in this process, whose every word can be wrong.

Real servers are tried in ``tests/servers``; this one answers within milliseconds and needs no
package. It serves one coded video, RTP interleaved in the RTSP connection only.

Sources: RFC 2326, RFC 3550, RFC 6184 section 5.6, RFC 7798 section 4.4.1.
"""

import base64
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

__all__ = ["Script", "TinyRtsp"]

CLOCK_HZ = 90_000
NTP_EPOCH_S = 2_208_988_800
_HEADERS = {
    "OPTIONS": ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"],
    "DESCRIBE": ["Content-Type: application/sdp"],
    "SETUP": ["Transport: RTP/AVP/TCP;interleaved=0-1"],
    "PLAY": ["Session: 12345678"],
}
_PARTS = re.compile(rb"\x00\x00\x00?\x01")


@dataclass
class Script:
    """What the server does.

    Attributes:
        units: coded pictures, sent over and over.
        codec: ``h264`` or ``h265``.
        rate_hz: pictures a second in real time.
        told_hz: pictures a second by their presentation times; None for the true number.
        status: of the answer, by method; others are 200.
        silent: methods that are never answered.
        login: user and password, Basic; None asks for none.
        path: the only one that there is; None takes any.
        then: after all ``units`` once: ``again``, ``end`` or ``stall``.
        change: what is done to a unit and its presentation time, by number of the picture.
        sender_s: the server's clock less the true one; None sends no reports.
        media: of the description: ``video``, ``audio`` or ``both``.
        session_s: it says that it forgets a client of whom it hears nothing for so long.
        closes: hang up at this method.
    """

    units: Sequence[bytes]
    codec: str = "h264"
    rate_hz: float = 100.0
    told_hz: float | None = None
    status: dict[str, int] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    login: tuple[str, str] | None = None
    path: str | None = None
    then: str = "again"
    change: Callable[[int, bytes, float], tuple[bytes, float]] | None = None
    sender_s: float | None = None
    media: str = "video"
    session_s: int = 60
    closes: str = ""


class TinyRtsp:
    """A running server; it ends with the ``with`` block.

    Attributes:
        requests: all that was asked, one text each.
        open_now: connections.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[str] = []
        self.open_now = 0
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    @property
    def address(self) -> str:
        """Without credentials."""
        return f"rtsp://127.0.0.1:{self.port}{self.script.path or '/cam'}"

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        self.open_now += 1
        gone = threading.Event()
        player: list[threading.Thread] = []
        client.settimeout(0.05)
        try:
            pending = b""
            while not self._ended.is_set() and not gone.is_set():
                try:
                    received = client.recv(65536)
                except TimeoutError:
                    continue
                if not received:
                    return
                pending += received
                while b"\r\n\r\n" in pending:
                    if pending[:1] == b"$":  # the client's own RTCP
                        (length,) = struct.unpack_from(">H", pending, 2)
                        pending = pending[4 + length :]
                        continue
                    request, pending = pending.split(b"\r\n\r\n", 1)
                    if not self._answer(client, request.decode(), player, gone):
                        return
        except OSError:
            pass
        finally:
            gone.set()
            for one in player:
                one.join()
            client.close()
            self.open_now -= 1

    def _answer(
        self,
        client: socket.socket,
        request: str,
        player: list[threading.Thread],
        gone: threading.Event,
    ) -> bool:
        self.requests.append(request)
        method, url, *_ = request.split(" ", 2)
        if method in {self.script.closes, "TEARDOWN"}:
            return False
        if method in self.script.silent:
            return True
        status = self._status(method, url, request)
        number = re.search(r"(?i)cseq: *(\d+)", request)
        lines = [f"RTSP/1.0 {status} Word", f"CSeq: {number[1] if number else 0}"]
        body = ""
        if status == 401:
            lines.append('WWW-Authenticate: Basic realm="camera"')
        elif status == 200:
            body = self._description() if method == "DESCRIBE" else ""
            if method == "SETUP":
                lines.append(f"Session: 12345678;timeout={self.script.session_s}")
            lines += [*_HEADERS.get(method, ()), f"Content-Length: {len(body)}"]
        client.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        if method == "PLAY" and status == 200 and not player:
            player.append(threading.Thread(target=self._play, args=(client, gone)))
            player[0].start()
        return True

    def _status(self, method: str, url: str, request: str) -> int:
        script = self.script
        if script.login is not None and method != "OPTIONS":
            word = base64.b64encode(":".join(script.login).encode()).decode()
            if f"Authorization: Basic {word}" not in request:
                return 401
        path = "/" + url.split("/", 3)[3] if url.count("/") > 2 else "/"
        if script.path is not None and method == "DESCRIBE" and path != script.path:
            return 404
        return script.status.get(method, 200)

    def _description(self) -> str:
        script = self.script
        head = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=control:*\r\n"
        sound = "m=audio 0 RTP/AVP 0\r\na=control:track1\r\n"
        if script.media == "audio":
            return head + sound
        head += sound if script.media == "both" else ""
        name = {"h264": "H264", "h265": "H265"}[script.codec]
        return (
            f"{head}m=video 0 RTP/AVP 96\r\na=rtpmap:96 {name}/{CLOCK_HZ}\r\n"
            f"a=fmtp:96 packetization-mode=1\r\na=control:track0\r\n"
        )

    def _play(self, client: socket.socket, gone: threading.Event) -> None:
        script, sequence, number = self.script, 0, 0
        began_s = time.monotonic()
        try:
            while not self._ended.is_set() and not gone.is_set():
                if number == len(script.units) and script.then != "again":
                    if script.then == "end":
                        gone.set()
                        client.shutdown(socket.SHUT_RDWR)
                    return
                wait_s = began_s + number / script.rate_hz - time.monotonic()
                if wait_s > 0.0 and gone.wait(wait_s):
                    return
                unit = script.units[number % len(script.units)]
                shown_s = number / (script.told_hz or script.rate_hz)
                if script.change is not None:
                    unit, shown_s = script.change(number, unit, shown_s)
                if script.sender_s is not None and number % 5 == 0:
                    client.sendall(_interleaved(1, _report(script.sender_s, shown_s)))
                parts = [part for part in _PARTS.split(unit) if part]
                for at, part in enumerate(parts):
                    last = at == len(parts) - 1
                    for payload, end in _payloads(part, script.codec):
                        marker = 0x80 if last and end else 0
                        head = struct.pack(
                            ">BBHII", 0x80, 96 | marker, sequence & 0xFFFF, _ticks(shown_s), 1
                        )
                        sequence += 1
                        client.sendall(_interleaved(0, head + payload))
                number += 1
        except OSError:
            gone.set()


def _ticks(shown_s: float) -> int:
    return round(shown_s * CLOCK_HZ) & 0xFFFFFFFF


def _interleaved(channel: int, packet: bytes) -> bytes:
    return struct.pack(">cBH", b"$", channel, len(packet)) + packet


def _report(sender_s: float, shown_s: float) -> bytes:
    """A sender report: the server's time and the presentation time that belongs to it."""
    ntp = round((time.time() + sender_s + NTP_EPOCH_S) * 2**32)
    return struct.pack(">BBHIQIII", 0x80, 200, 6, 1, ntp, _ticks(shown_s), 0, 0)


def _payloads(part: bytes, codec: str, most: int = 1400) -> list[tuple[bytes, bool]]:
    """Payloads of one NAL unit with whether each is its last."""
    if len(part) <= most:
        return [(part, True)]
    if codec == "h264":
        kind, head, body = part[0] & 31, bytes([part[0] & 0xE0 | 28]), part[1:]
    else:
        kind, head, body = part[0] >> 1 & 63, bytes([part[0] & 0x81 | 49 << 1, part[1]]), part[2:]
    pieces = [body[at : at + most] for at in range(0, len(body), most)]
    out = []
    for at, piece in enumerate(pieces):
        first, last = at == 0, at == len(pieces) - 1
        out.append((head + bytes([first << 7 | last << 6 | kind]) + piece, last))
    return out
