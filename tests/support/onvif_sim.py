"""A small ONVIF camera on this machine, strict about logins and as wrong elsewhere as a test wants.

The password digest is checked by the WS-Security UsernameToken profile 1.0 section 3.1, within five
seconds of the camera's own clock, and a nonce is taken once.
"""

import asyncio
import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from http_rig import Asked, Handler, HttpRig, answer

__all__ = ["OnvifSim"]

WINDOW_S = 5.0
_NAMES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:trt="http://www.onvif.org/ver10/media/wsdl" '
    'xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" '
    'xmlns:timg="http://www.onvif.org/ver20/imaging/wsdl" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"'
)


@dataclass
class OnvifSim:
    """One camera.

    Attributes:
        user: of the login.
        password: of the login.
        skew: its true clock less the machine's.
        told_skew: added to the clock in what it tells, not in what it checks.
        tells_time: whether it tells its time at all.
        site: host and port that it believes to have; empty for its real ones.
        rtsp: stream address that it tells.
        faults: operations that it answers with a fault.
        raw: operations that it answers with exactly that body.
        ir_cut: word of the imaging service.
        media: which media services it has, 1 and 2.
        closed: it wants a login even where the standard says that none is needed.
        login_status: HTTP status of its answer to a wrong login.
    """

    user: str = "admin"
    password: str = "p@ss#w/o:rd?1%林"
    skew: timedelta = timedelta(0)
    told_skew: timedelta = timedelta(0)
    tells_time: bool = True
    site: str = ""
    rtsp: str = "rtsp://192.168.1.64:554/Streaming/Channels/101"
    snapshot: Handler = field(default_factory=answer)
    faults: set[str] = field(default_factory=set)
    raw: dict[str, bytes] = field(default_factory=dict)
    ir_cut: str = "AUTO"
    login_status: int = 400
    media: frozenset[int] = frozenset({1})
    closed: bool = False
    refused: int = 0
    operations: list[str] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    rig: HttpRig | None = None

    def open(self) -> HttpRig:
        """A server to enter; the camera is at its ``/onvif/device_service``."""
        paths = ("device_service", "media", "media2", "imaging")
        self.rig = HttpRig({f"/onvif/{path}": self.handle for path in paths})
        self.rig.routes["/snap.jpg"] = self.snapshot
        return self.rig

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skew

    async def handle(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        text = asked.body.decode()
        found = re.search(r"<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)", text)
        operation = found[1] if found else "?"
        self.operations.append(operation)
        open_to_all = not self.closed and operation in (
            {"GetSystemDateAndTime", "GetServices", "GetCapabilities"}
        )
        status, body = 200, ""
        if operation in self.raw:
            await answer(self.raw[operation], content_type="application/soap+xml")(asked, writer)
            return
        if self._login(text) is False or (self._login(text) is None and not open_to_all):
            self.refused += 1
            status, body = self.login_status, _fault("ter:NotAuthorized", "Sender not Authorized")
        elif (
            operation in self.faults
            or f"{asked.path.rsplit('/', 1)[-1]} {operation}" in self.faults
        ):
            status, body = 500, _fault("ter:ActionNotSupported", "Optional Action Not Implemented")
        else:
            self._spend(text)
            second = asked.path == "/onvif/media2"
            body = self._second(operation, text) if second else self._answer(operation)
        xml = (
            f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {_NAMES}><s:Body>'
            f"{body}</s:Body></s:Envelope>"
        )
        await answer(xml.encode(), status, content_type="application/soap+xml; charset=utf-8")(
            asked, writer
        )

    def _second(self, operation: str, text: str) -> str:
        """As Media 2 says it; ``Profile_3`` is its alone, for its encoder is H.265."""
        profiles = "".join(
            f'<tr2:Profiles token="{token}" fixed="true"><tr2:Name>{token} of it</tr2:Name>'
            '<tr2:Configurations><tr2:VideoSource token="vsc"><tt:Name>v</tt:Name><tt:UseCount>1'
            "</tt:UseCount><tt:SourceToken>VS0</tt:SourceToken></tr2:VideoSource>"
            f'<tr2:VideoEncoder token="e{token}" GovLength="50" Profile="Main"><tt:Name>e'
            f"</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>{encoding}</tt:Encoding>"
            f"<tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height>"
            "</tt:Resolution><tt:Quality>5</tt:Quality></tr2:VideoEncoder></tr2:Configurations>"
            "</tr2:Profiles>"
            for token, encoding, width, height in (
                ("Profile_3", "H265", 2560, 1440),
                ("Profile_2", "H264", 640, 360),
            )
        )
        uri = {"GetStreamUri": self.rtsp, "GetSnapshotUri": f"http://{self.site or ''}/snap.jpg"}
        if operation == "GetStreamUri":
            assert _value(text, "Protocol") == "RtspUnicast"
        if not self.site:
            assert self.rig is not None
            uri["GetSnapshotUri"] = self.rig.url("/snap.jpg")
        body = profiles
        if operation in uri:
            assert _value(text, "ProfileToken").startswith("Profile_")
            body = f"<tr2:Uri>{uri[operation].replace('&', '&amp;')}</tr2:Uri>"
        return f"<tr2:{operation}Response>{body}</tr2:{operation}Response>"

    def _login(self, text: str) -> bool | None:
        """Whether the login is right; None when there is none."""
        said = {name: _value(text, name) for name in ("Username", "Password", "Nonce", "Created")}
        if not said["Username"]:
            return None
        nonce, created = said["Nonce"], said["Created"]
        digest = hashlib.sha1(  # noqa: S324  (the standard's)
            base64.b64decode(nonce) + created.encode() + self.password.encode()
        ).digest()
        at = datetime.fromisoformat(created)
        return (
            said["Username"] == self.user
            and said["Password"] == base64.b64encode(digest).decode()
            and nonce not in self.nonces
            and abs((at - self.now()).total_seconds()) <= WINDOW_S
        )

    def _spend(self, text: str) -> None:
        self.nonces.add(_value(text, "Nonce") or "none")

    def _answer(self, operation: str) -> str:
        assert self.rig is not None
        site = self.site or f"127.0.0.1:{self.rig.port}"
        base = f"http://{site}/onvif/"
        told = self.now() + self.told_skew
        moment = (
            f"<tt:UTCDateTime><tt:Time><tt:Hour>{told.hour}</tt:Hour><tt:Minute>{told.minute}"
            f"</tt:Minute><tt:Second>{told.second}</tt:Second></tt:Time><tt:Date><tt:Year>"
            f"{told.year}</tt:Year><tt:Month>{told.month}</tt:Month><tt:Day>{told.day}</tt:Day>"
            "</tt:Date></tt:UTCDateTime>"
        )
        services = "".join(
            f"<tds:Service><tds:Namespace>http://www.onvif.org/{name}/wsdl</tds:Namespace>"
            f"<tds:XAddr>{base}{path}</tds:XAddr><tds:Version><tt:Major>2</tt:Major>"
            "<tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
            for name, path in (
                ("ver10/device", "device_service"),
                *([("ver10/media", "media")] if 1 in self.media else []),
                *([("ver20/media", "media2")] if 2 in self.media else []),
                ("ver20/imaging", "imaging"),
            )
        )
        profiles = "".join(
            f'<trt:Profiles token="{token}" fixed="true"><tt:Name>{token} of it</tt:Name>'
            '<tt:VideoSourceConfiguration token="vsc"><tt:Name>v</tt:Name><tt:UseCount>1'
            "</tt:UseCount><tt:SourceToken>VS0</tt:SourceToken>"
            '<tt:Bounds x="0" y="0" width="1920" height="1080"/></tt:VideoSourceConfiguration>'
            f'<tt:VideoEncoderConfiguration token="e{token}"><tt:Name>e</tt:Name><tt:UseCount>1'
            f"</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>{width}"
            f"</tt:Width><tt:Height>{height}</tt:Height></tt:Resolution><tt:Quality>5</tt:Quality>"
            "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0"
            "</tt:IPv4Address></tt:Address><tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>"
            "false</tt:AutoStart></tt:Multicast><tt:SessionTimeout>PT60S</tt:SessionTimeout>"
            "</tt:VideoEncoderConfiguration></trt:Profiles>"
            for token, width, height in (("Profile_1", 1920, 1080), ("Profile_2", 640, 360))
        )
        uri = {"GetStreamUri": self.rtsp, "GetSnapshotUri": f"http://{site}/snap.jpg"}
        bodies = {
            "GetSystemDateAndTime": "<tds:SystemDateAndTime><tt:DateTimeType>NTP"
            "</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone>"
            f"<tt:TZ>CST-8</tt:TZ></tt:TimeZone>{moment if self.tells_time else ''}"
            "</tds:SystemDateAndTime>",
            "GetServices": services,
            "GetCapabilities": "<tds:Capabilities><tt:Device><tt:XAddr>"
            f"{base}device_service</tt:XAddr></tt:Device><tt:Imaging><tt:XAddr>{base}imaging"
            f"</tt:XAddr></tt:Imaging><tt:Media><tt:XAddr>{base}media</tt:XAddr>"
            "<tt:StreamingCapabilities/></tt:Media></tds:Capabilities>",
            "GetDeviceInformation": "<tds:Manufacturer>Sim</tds:Manufacturer><tds:Model>Tower"
            "</tds:Model><tds:FirmwareVersion>1.2</tds:FirmwareVersion><tds:SerialNumber>7"
            "</tds:SerialNumber><tds:HardwareId>8</tds:HardwareId>",
            "GetProfiles": profiles,
            "GetImagingSettings": "<timg:ImagingSettings><tt:IrCutFilter>"
            f"{self.ir_cut}</tt:IrCutFilter></timg:ImagingSettings>",
            **{
                name: f"<trt:MediaUri><tt:Uri>{address.replace('&', '&amp;')}</tt:Uri>"
                "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>"
                "false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout></trt:MediaUri>"
                for name, address in uri.items()
            },
        }
        prefix = "timg" if operation == "GetImagingSettings" else "trt"
        if operation in {"GetSystemDateAndTime", "GetServices", "GetCapabilities"} or (
            operation == "GetDeviceInformation"
        ):
            prefix = "tds"
        return f"<{prefix}:{operation}Response>{bodies[operation]}</{prefix}:{operation}Response>"


def _value(text: str, name: str) -> str:
    found = re.search(rf"<(?:[\w-]+:)?{name}(?:\s[^>]*)?>([^<]*)<", text)
    return found[1] if found else ""


def _fault(code: str, reason: str) -> str:
    return (
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value>"
        f'</s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason>'
        "</s:Fault>"
    )
