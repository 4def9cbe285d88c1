"""An ONVIF camera on this machine that really turns: PTZ, still pictures and MJPEG of one head.

As wrong as a test wants, beyond what :class:`OnvifSim` can: the head's own faults, answers without
position or motion, presets that are gone. Run as a program it is a process of its own: it reads one
line of JSON, answers with its port, and tells the truth and takes faults at ``/truth`` and
``/fault?NAME=VALUE``.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import cv2
from http_rig import Asked, HttpRig, answer
from onvif_sim import OnvifSim, _value
from ptz_world import Head, Panorama, Target

__all__ = ["PtzSim", "head_of"]

_PTZ = 'xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl"'
_UNKNOWN = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:InvalidArgVal</s:Value>"
    "<s:Subcode><s:Value>ter:NoToken</s:Value></s:Subcode></s:Subcode></s:Code><s:Reason>"
    '<s:Text xml:lang="en">Requested token does not exist</s:Text></s:Reason></s:Fault>'
)


@dataclass
class PtzSim(OnvifSim):
    """One camera.

    Attributes:
        head: that turns.
        has_ptz: whether it tells of its PTZ service and of a profile that turns.
        size: of its pictures.
        every_s: between two pictures of its MJPEG stream.
    """

    head: Head = field(default_factory=lambda: Head(Panorama.grow(1)))
    has_ptz: bool = True
    size: tuple[int, int] = (960, 540)
    every_s: float = 0.2
    began_s: float = field(default_factory=time.monotonic)
    truth: list[tuple[float, tuple[float, float, float]]] = field(default_factory=list)
    timeouts: list[str] = field(default_factory=list)
    _body: str = ""

    def open(self) -> HttpRig:
        rig = super().open()
        rig.routes |= {
            "/onvif/ptz": self.handle,
            "/snap.jpg": self._snap,
            "/stream.mjpg": self._stream,
            "/truth": self._truth,
            "/fault": self._fault,
        }
        return rig

    def jpeg(self) -> bytes:
        """What it sees now; when, and where it looked, is written down."""
        self._pass_time()
        self.truth.append((time.time(), self.head.look_deg()))
        coded = cv2.imencode(".jpg", self.head.picture(self.size), [cv2.IMWRITE_JPEG_QUALITY, 85])
        return bytes(coded[1].tobytes())

    def _pass_time(self) -> None:
        self.head.advance(time.monotonic() - self.began_s)

    async def _snap(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await answer(self.jpeg(), content_type="image/jpeg")(asked, writer)

    async def _stream(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        del asked
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n"
        )
        while True:
            jpeg = self.jpeg()
            head = f"--b\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            writer.write(head.encode() + jpeg + b"\r\n")
            await writer.drain()
            await asyncio.sleep(self.every_s)

    async def _truth(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        told = {"truth": self.truth, "commands": self.head.commands}
        await answer(json.dumps(told).encode(), content_type="application/json")(asked, writer)

    async def _fault(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self._pass_time()
        for name, value in parse_qsl(asked.path.partition("?")[2], keep_blank_values=True):
            if name == "stuck":
                self.head.stuck = set(value.split(",")) if value else set()
            elif name in {"refuses", "night"}:
                setattr(self.head, name, value == "1")
            elif name == "says":
                self.head.says = value
            else:
                setattr(self.head, name, float(value))
        await answer(b"done", content_type="text/plain")(asked, writer)

    def _answer(self, operation: str) -> str:
        if operation in _PTZ_OPERATIONS:
            return self._body
        body = super()._answer(operation)
        if not self.has_ptz:
            return body
        site = self.site or f"127.0.0.1:{self.rig.port}" if self.rig else ""
        if operation == "GetServices":
            service = (
                "<tds:Service><tds:Namespace>http://www.onvif.org/ver20/ptz/wsdl</tds:Namespace>"
                f"<tds:XAddr>http://{site}/onvif/ptz</tds:XAddr><tds:Version><tt:Major>2</tt:Major>"
                "<tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
            )
            return body.replace(
                "</tds:GetServicesResponse>", f"{service}</tds:GetServicesResponse>"
            )
        if operation == "GetProfiles":
            # The second profile is the one that turns.
            second = body.rfind("</trt:Profiles>")
            ptz = (
                '<tt:PTZConfiguration token="ptz0"><tt:Name>p</tt:Name><tt:UseCount>1'
                "</tt:UseCount><tt:NodeToken>n0</tt:NodeToken></tt:PTZConfiguration>"
            )
            return body[:second] + ptz + body[second:]
        return body

    async def handle(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        text = asked.body.decode()
        found = re.search(r"<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)", text)
        operation = found[1] if found else "?"
        if operation in _PTZ_OPERATIONS and operation not in self.raw:
            self._pass_time()
            self._body = "" if self.head.refuses else self._obey(operation, text)
            if self.head.refuses:
                await answer(b"busy", 503, content_type="text/plain")(asked, writer)
                return
        await super().handle(asked, writer)

    def _obey(self, operation: str, text: str) -> str:
        """Do it and say so; whoever is not let in is refused by the login all the same."""
        if self._login(text) is False:
            return ""
        head, token = self.head, _value(text, "PresetToken")
        if _value(text, "ProfileToken") != "Profile_2":
            return _UNKNOWN
        if operation == "GotoPreset":
            if token not in head.presets:
                return _UNKNOWN
            head.goto(token)
        elif operation == "ContinuousMove":
            seconds = _value(text, "Timeout").removeprefix("PT").removesuffix("S")
            self.timeouts.append(seconds)
            found = re.search(r'PanTilt[^>]* x="([-\d.]+)" y="([-\d.]+)"', text)
            pan, tilt = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
            zoomed = re.search(r'Zoom[^>]* x="([-\d.]+)"', text)
            head.turn(pan, tilt, float(seconds), float(zoomed[1]) if zoomed else 0.0)
        elif operation == "Stop":
            head.stop()
        elif operation == "SetPreset":
            token = token or f"new{len(head.presets)}"
            head.presets[token] = Target(head.motor[0], head.motor[1], head.fov_deg)
        told = {
            "SetPreset": f"<tptz:PresetToken>{token}</tptz:PresetToken>",
            "GetStatus": f"<tptz:PTZStatus>{self._status()}</tptz:PTZStatus>",
            "GetPresets": "".join(self._preset(key) for key in head.presets),
        }
        return self._said(operation, told.get(operation, ""))

    def _status(self) -> str:
        place, moving = self.head.says_position(), self.head.says_moving()
        parts = "" if place is None else f"<tt:Position>{_place(*place)}</tt:Position>"
        if moving is not None:
            word = "MOVING" if moving else "IDLE"
            parts += f"<tt:MoveStatus><tt:PanTilt>{word}</tt:PanTilt></tt:MoveStatus>"
        return f"{parts}<tt:UtcTime>{self.now():%Y-%m-%dT%H:%M:%SZ}</tt:UtcTime>"

    def _preset(self, token: str) -> str:
        one = self.head.presets[token]
        place = ""
        if self.head.says != "mute":
            where = _place((one.azimuth_deg % 360.0) / 180.0 - 1.0, one.tilt_deg / 90.0)
            place = f"<tt:PTZPosition>{where}</tt:PTZPosition>"
        return f'<tptz:Preset token="{token}"><tt:Name>to {token}</tt:Name>{place}</tptz:Preset>'

    def _said(self, operation: str, body: str) -> str:
        return f"<tptz:{operation}Response {_PTZ}>{body}</tptz:{operation}Response>"


_PTZ_OPERATIONS = {
    "GetPresets", "GotoPreset", "GetStatus", "ContinuousMove", "Stop", "SetPreset",
}  # fmt: skip


def _place(pan: float, tilt: float) -> str:
    return f'<tt:PanTilt x="{pan:.6f}" y="{tilt:.6f}"/><tt:Zoom x="0"/>'


def head_of(targets: dict[int, Target], **wishes: object) -> Head:
    """A head whose presets have the tokens of :func:`patrol_rig.setup_of`."""
    presets = {f"P{number}": one for number, one in targets.items()}
    return Head(Panorama.grow(1), presets, **wishes)  # type: ignore[arg-type]


async def _serve() -> None:
    wish = json.loads(sys.stdin.readline())
    targets = {int(number): Target(*place) for number, place in wish["targets"].items()}
    sim = PtzSim(
        password=wish["password"], size=tuple(wish.get("size", (640, 360))),
        head=head_of(targets, **wish.get("head", {})),
    )  # fmt: skip
    async with sim.open() as rig:
        sys.stdout.write(json.dumps({"camera": rig.port, "control": rig.port}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
