"""A camera over HTTP in a process of its own, which can be killed, frozen and made to lie.

``HttpCamera`` starts it. Its server is Python's own, one thread a connection: ``/snap.jpg`` answers
with one picture, ``/live.mjpg`` with picture after picture. Faults, as requests to the control
port; each lasts until another one or ``/clear``:

``/stall``     nothing is sent any more, not even the rest of what has begun
``/trickle``   one byte a second
``/cut``       each picture breaks off half way, and the next one begins
``/garbage``   wrong bytes inside each picture
``/bare``      no boundary and no header between two pictures
``/type``      the content type of a web page, with pictures all the same
``/page``      a web page with status 200 instead of pictures
``/busy``      status 503
``/other``     pictures of another size
``/back``      the clock of the camera goes back by an hour
``/clear``     no fault
"""

import base64
import json
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from camera_process import CameraProcess

__all__ = ["HttpCamera", "HttpWish"]

RATE_HZ = 5.0
TICK_S = 0.05
FAULTS = {
    "", "stall", "trickle", "cut", "garbage", "bare", "type", "page", "busy", "other", "back"
}  # fmt: skip
ENDS_STREAMS = {"bare", "type", "page", "busy"}
"""What stands in the head of an answer can only be wrong in a new one."""


@dataclass
class HttpWish:
    """What is served.

    Attributes:
        pictures: JPEG files, shown in turn.
        others: of another size.
        user: to be asked for, by Basic; None asks for nobody.
        password: of the user.
        port: 0 takes any.
    """

    pictures: list[bytes]
    others: list[bytes] = field(default_factory=list)
    user: str | None = None
    password: str = field(default="", repr=False)
    port: int = 0


class HttpCamera(CameraProcess):
    """A running camera; it ends with the ``with`` block."""

    def __init__(self, wish: HttpWish) -> None:
        self.pictures = wish.pictures
        told = {
            "pictures": [base64.b64encode(one).decode() for one in wish.pictures],
            "others": [base64.b64encode(one).decode() for one in wish.others],
            "user": wish.user,
            "password": wish.password,
            "port": wish.port,
        }
        super().__init__([sys.executable, __file__], told)

    def address(self, path: str) -> str:
        """``/snap.jpg`` or ``/live.mjpg``."""
        return f"http://127.0.0.1:{self.port}{path}"


@dataclass
class _State:
    """The camera that this process is, when it is one."""

    shown: list[bytes] = field(default_factory=list)
    others: list[bytes] = field(default_factory=list)
    login: str | None = None
    fault: str = ""
    began_s: float = field(default_factory=time.monotonic)

    def picture(self) -> bytes:
        """What it sees now, as the fault leaves it."""
        number = int((time.monotonic() - self.began_s) * RATE_HZ)
        pictures = self.others if self.fault == "other" and self.others else self.shown
        jpeg = pictures[number % len(pictures)]
        if self.fault == "cut":
            return jpeg[: len(jpeg) // 2]
        if self.fault == "garbage":
            spoilt = bytearray(jpeg)
            for at in range(len(jpeg) // 2, len(jpeg) - 2, 7):
                spoilt[at] = 0xD9 if spoilt[at - 1] != 0xFF else spoilt[at]
            return bytes(spoilt)
        return jpeg


_state = _State()


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class _Camera(_Quiet):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        with suppress(OSError):
            self._answer()

    def date_time_string(self, timestamp: float | None = None) -> str:
        now_s = time.time() if timestamp is None else timestamp
        return formatdate(now_s - (3600.0 if _state.fault == "back" else 0.0), usegmt=True)

    def _answer(self) -> None:
        self._wait()
        if _state.login is not None and self.headers.get("Authorization") != _state.login:
            self._say(401, b"no", {"WWW-Authenticate": 'Basic realm="camera"'})
        elif _state.fault == "busy":
            self._say(503, b"busy", {})
        elif _state.fault == "page":
            self._say(200, b"<html>Welcome to your camera</html>", {})
        elif self.path == "/snap.jpg":
            kind = "text/html" if _state.fault == "type" else "image/jpeg"
            self._say(200, _state.picture(), {"Content-Type": kind})
        else:
            self._stream()

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send(body)

    def _stream(self) -> None:
        kind = "multipart/x-mixed-replace; boundary=frame"
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if _state.fault == "type" else kind)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        began_with = _state.fault
        while _state.fault == began_with or not {_state.fault, began_with} & ENDS_STREAMS:
            jpeg = _state.picture()
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            self._send(jpeg if began_with == "bare" else head.encode() + jpeg + b"\r\n")
            time.sleep(1.0 / RATE_HZ)

    def _send(self, data: bytes) -> None:
        """Send, as slowly as the fault wants; it may end while this waits."""
        while data:
            self._wait()
            # In pieces, so that a fault that begins now is felt now.
            count = 1 if _state.fault == "trickle" else 4096
            self.wfile.write(data[:count])
            data = data[count:]
            until_s = time.monotonic() + 1.0
            while _state.fault == "trickle" and time.monotonic() < until_s:
                time.sleep(TICK_S)

    def _wait(self) -> None:
        while _state.fault == "stall":
            time.sleep(TICK_S)


class _Control(_Quiet):
    def do_GET(self) -> None:
        name = self.path.strip("/").replace("clear", "")
        known = name in FAULTS
        _state.fault = name if known else _state.fault
        self.send_response(200 if known else 404)
        self.end_headers()


def _main() -> None:
    wish = json.loads(sys.stdin.readline())
    _state.shown = [base64.b64decode(one) for one in wish["pictures"]]
    _state.others = [base64.b64decode(one) for one in wish["others"]]
    if wish["user"] is not None:
        both = f"{wish['user']}:{wish['password']}".encode()
        _state.login = f"Basic {base64.b64encode(both).decode()}"
    camera = ThreadingHTTPServer(("127.0.0.1", wish["port"]), _Camera)
    control = ThreadingHTTPServer(("127.0.0.1", 0), _Control)
    threading.Thread(target=control.serve_forever, daemon=True).start()
    ports = {"camera": camera.server_port, "control": control.server_port}
    print(json.dumps(ports), flush=True)  # noqa: T201
    camera.serve_forever()


if __name__ == "__main__":
    _main()
