"""A real RTSP server whose faults are switched on from outside; started by ``rtsp_rig``.

It runs under the system's ``python3``, whose ``gi`` knows GStreamer, and imports nothing of ours.
On standard input comes one JSON object, see ``Wish`` in ``rtsp_rig``; on standard output go the
ports as one JSON line. Every mount repeats one Annex B stream whose access units begin with a
delimiter, paced by the clock. Faults, as requests to the control port:

``/stall?s=10``      no RTP for so long, while RTSP and RTCP live on
``/garbage?p=0.3``   that share of access units is overwritten inside
``/back?s=5``        presentation times jump back by so much, once
``/other``           goes on with the mount's second stream: another size
``/hold?s=10``       repeats the last key frame: the picture stands still
``/clear``           no fault
``/count``           answers how many sessions there are
"""

import json
import random
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
DELIMITERS = {"h264": b"\0\0\0\1\x09", "h265": b"\0\0\0\1\x46\1"}
ROLE = "viewer"


@dataclass
class Faults:
    """What is wrong at the moment; times by the monotonic clock."""

    stall_until_s: float = 0.0
    hold_until_s: float = 0.0
    garbage: float = 0.0
    back_s: float = 0.0
    other: bool = False


faults = Faults()


def access_units(path: Path) -> list[bytes]:
    """The stream cut at its delimiters."""
    data, mark = path.read_bytes(), DELIMITERS[path.suffix[1:]]
    cuts, at = [], data.find(mark)
    while at >= 0:
        cuts.append(at)
        at = data.find(mark, at + len(mark))
    return [data[a:b] for a, b in zip(cuts, [*cuts[1:], len(data)], strict=True)]


def is_key(unit: bytes, codec: str) -> bool:
    """Whether the access unit holds an IDR slice."""
    at = unit.find(b"\0\0\1")
    while at >= 0:
        head = unit[at + 3]
        if head & 31 == 5 if codec == "h264" else (head >> 1) & 63 in {19, 20}:
            return True
        at = unit.find(b"\0\0\1", at + 3)
    return False


def spoilt(unit: bytes) -> bytes:
    """The unit with wrong bytes behind its headers."""
    data = bytearray(unit)
    for _ in range(60):
        data[random.randrange(len(data) // 3, len(data))] = random.randrange(256)
    return bytes(data)


class Mount(GstRtspServer.RTSPMediaFactory):
    """One path of the server."""

    def __init__(self, wish: dict, files: list[str]) -> None:
        super().__init__()
        paths = [Path(file) for file in files]
        self.codec = paths[0].suffix[1:]
        self.streams = [access_units(path) for path in paths]
        self.rate_hz = wish["rate_hz"]
        self.set_launch(
            "( appsrc name=src is-live=true format=time block=true max-bytes=4000000 "
            f"caps=video/x-{self.codec},stream-format=byte-stream,alignment=au "
            f"! {self.codec}parse ! rtp{self.codec}pay config-interval=-1 name=pay0 pt=96 )"
        )
        self.set_shared(wish["shared"])
        lower = GstRtsp.RTSPLowerTrans
        self.set_protocols(
            {"tcp": lower.TCP, "udp": lower.UDP, "both": lower.TCP | lower.UDP}[wish["carries"]]
        )
        self.connect("media-configure", self.configure)

    def configure(self, _factory: object, media: GstRtspServer.RTSPMedia) -> None:
        """A client came: feed what was made for it."""
        source = media.get_element().get_by_name("src")
        stop = threading.Event()
        media.connect("unprepared", lambda *_: stop.set())
        threading.Thread(target=self.feed, args=(source, stop), daemon=True).start()

    def feed(self, source: Gst.Element, stop: threading.Event) -> None:
        """Push access units at their time until nobody listens."""
        began_s, number, key = time.monotonic(), 0, None
        while not stop.is_set():
            wait_s = began_s + number / self.rate_hz - time.monotonic()
            if wait_s > 0.0:
                time.sleep(wait_s)
            units = self.streams[1 if faults.other and len(self.streams) > 1 else 0]
            unit = units[number % len(units)]
            shown_s = max(0.0, number / self.rate_hz - faults.back_s)
            number += 1
            now_s = time.monotonic()
            if is_key(unit, self.codec) and now_s >= faults.hold_until_s:
                key = unit
            if now_s < faults.stall_until_s:
                continue
            if now_s < faults.hold_until_s and key is not None:
                unit = key
            elif random.random() < faults.garbage:
                unit = spoilt(unit)
            buffer = Gst.Buffer.new_wrapped(unit)
            buffer.pts = buffer.dts = int(shown_s * Gst.SECOND)
            buffer.duration = int(Gst.SECOND / self.rate_hz)
            if source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return


def protect(server: GstRtspServer.RTSPServer, wish: dict) -> None:
    """Ask for user and password."""
    auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", ROLE)
    if wish["digest"]:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(wish["user"], wish["password"], token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(wish["user"], wish["password"]), token)
    server.set_auth(auth)


def permit(mount: Mount) -> None:
    """Let those in who have said user and password."""
    rights = Gst.Structure.new_empty(ROLE)
    rights.set_value("media.factory.access", True)  # noqa: FBT003
    rights.set_value("media.factory.construct", True)  # noqa: FBT003
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_role_from_structure(rights)
    mount.set_permissions(permissions)


def control(server: GstRtspServer.RTSPServer) -> int:
    """Listen for faults; the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            asked, now_s = dict(parse_qsl(split.query)), time.monotonic()
            answer = b"done"
            if split.path == "/stall":
                faults.stall_until_s = now_s + float(asked["s"])
            elif split.path == "/hold":
                faults.hold_until_s = now_s + float(asked["s"])
            elif split.path == "/garbage":
                faults.garbage = float(asked["p"])
            elif split.path == "/back":
                faults.back_s += float(asked["s"])
            elif split.path == "/other":
                faults.other = True
            elif split.path == "/clear":
                faults.stall_until_s = faults.hold_until_s = faults.garbage = 0.0
                faults.other = False
            elif split.path == "/count":
                answer = str(server.get_session_pool().get_n_sessions()).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    return listener.server_port


def main() -> None:
    """Serve until killed."""
    wish = json.loads(sys.stdin.readline())
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(wish["port"]))
    if wish["user"] is not None:
        protect(server, wish)
    for path, files in wish["mounts"].items():
        mount = Mount(wish, files)
        if wish["user"] is not None:
            permit(mount)
        server.get_mount_points().add_factory(path, mount)
    if server.attach(None) == 0:
        sys.exit("the port is taken")
    print(json.dumps({"camera": server.get_bound_port(), "control": control(server)}), flush=True)  # noqa: T201
    GLib.MainLoop().run()


main()
