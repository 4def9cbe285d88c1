"""An ONVIF camera: its clock, its profiles, where its stream and its still picture are."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Self

from camera_gateway.http_client import CameraHttp
from camera_gateway.http_limits import HttpLimits
from camera_gateway.sources.onvif_answers import (
    DeviceFacts,
    IrCut,
    OnvifProfile,
    list_in,
    profile_of,
    reachable_address,
    second_profile_of,
    text_in,
)
from camera_gateway.sources.onvif_clock import DeviceClock, clock_of, skew_candidates
from camera_gateway.sources.onvif_service import NotAuthorised, OnvifService
from camera_gateway.sources.onvif_soap import OnvifSoap
from models.camera_link import Credential
from models.clock import Clock
from models.errors import InputRefused, SourceUnavailable

__all__ = ["OnvifCamera"]

_MEDIA_2: Final = "http://www.onvif.org/ver20/media/wsdl"
_PTZ: Final = "http://www.onvif.org/ver20/ptz/wsdl"
_WRITTEN_OUT: Final = {"media2": _MEDIA_2, "ptz": _PTZ}
_NAMESPACES: Final = {
    "http://www.onvif.org/ver10/media/wsdl": "media",
    _MEDIA_2: "media2",
    _PTZ: "ptz",
    "http://www.onvif.org/ver20/imaging/wsdl": "imaging",
}
_CAPABILITIES: Final = {"Media": "media", "Imaging": "imaging", "PTZ": "ptz"}
_UNICAST: Final = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
_MAX_ANSWER_BYTES: Final = 1_000_000


class OnvifCamera:
    """Asks one camera about itself.

    Args:
        address: of its device service, or just ``http://HOST:PORT``.
        credential: None when the camera asks for none.
        clock: this machine's own: a signature is stamped by it, plus the camera's difference.
        limits: how long each answer may take.

    Raises:
        SourceRefused: the address is not one of HTTP.
    """

    def __init__(
        self,
        address: str,
        credential: Credential | None,
        clock: Clock,
        *,
        limits: HttpLimits | None = None,
    ) -> None:
        bounds = limits or HttpLimits(total_s=10.0, max_bytes=_MAX_ANSWER_BYTES)
        self._http = CameraHttp(address, credential, bounds, clock)
        site = address.split("?", 1)[0].rstrip("/")
        self._address = site if site.count("/") > 2 else f"{site}/onvif/device_service"
        self._credential = credential
        self._clock = clock
        self._device = OnvifService("devicemgmt", self._address, self._http, credential)
        self._services: dict[str, OnvifService | OnvifSoap] = {"devicemgmt": self._device}
        self._profiles_of: dict[str, str] = {}  # token to the service that told of it
        self._addresses: dict[str, str] | None = None
        self._skews_s: tuple[float, ...] | None = None

    async def __aenter__(self) -> Self:
        """Use it."""
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Close it."""
        await self.close()

    @property
    def login_skew_s(self) -> float:
        """What is added to this machine's time in a login; 0 before the camera was asked."""
        return self._skews_s[0] if self._skews_s else 0.0

    async def clock(self) -> DeviceClock:
        """What the camera's clock says.

        Asked without a login, as the standard has it; where that is refused, with one by this
        machine's time.

        Raises:
            SourceUnavailable: no answer, or one that is none.
            SourceRefused: there is no such service.
        """
        await self._device.open()  # loading its description is no part of the round trip
        for signed in (False, True) if self._credential is not None else (False,):
            asked_at, asked_s = self._clock.now(), self._clock.monotonic_s()
            try:
                answer = await self._device.call("GetSystemDateAndTime", skew_s=0.0, signed=signed)
            except NotAuthorised:
                continue
            half = timedelta(seconds=(self._clock.monotonic_s() - asked_s) / 2.0)
            return clock_of(answer, asked_at + half)
        return DeviceClock(None, None, "", by_ntp=False)

    async def facts(self) -> DeviceFacts:
        """Who made it.

        Raises:
            SourceUnavailable, SourceRefused: as :meth:`profiles`.
        """
        answer = await self._ask("devicemgmt", "GetDeviceInformation")
        words = (text_in(answer, key) for key in ("Manufacturer", "Model", "FirmwareVersion"))
        return DeviceFacts(*words)

    async def profiles(self) -> tuple[OnvifProfile, ...]:
        """Its profiles, in its own order: those of Media 1, then what Media 2 alone tells.

        Newer cameras (Profile T) may have Media 2 alone, and Media 1 cannot speak of H.265.

        Raises:
            SourceUnavailable: no answer, or one that is none.
            SourceRefused: the camera does not take the credential.
        """
        there = await self._service_addresses()
        found: dict[str, OnvifProfile] = {}
        failure: SourceUnavailable | None = None
        for name in [name for name in ("media", "media2") if name in there] or ["media"]:
            try:
                told = await self._profiles_in(name)
            except SourceUnavailable as error:
                if error.code != "camera_answer":
                    raise
                failure = error  # the other service may tell enough
                continue
            for profile in told:
                before = found.get(profile.token)
                if profile.token and (before is None or not before.encoding):
                    found[profile.token] = profile
                    self._profiles_of[profile.token] = name
        if failure is not None and not found:
            raise failure
        return tuple(found.values())

    async def stream_address(self, token: str) -> str:
        """RTSP address of a profile, without a credential and on the host that was entered.

        Raises:
            SourceUnavailable, SourceRefused: as :meth:`profiles`.
        """
        name = await self._media_of(token)
        how: dict[str, object] = {"StreamSetup": _UNICAST}
        if name == "media2":
            how = {"Protocol": "RtspUnicast"}
        answer = await self._ask(name, "GetStreamUri", {**how, "ProfileToken": token})
        return self._reachable(text_in(answer, "Uri"), "stream")

    async def snapshot_address(self, token: str) -> str:
        """Address of a profile's still picture, without a credential, on the host entered.

        Raises:
            SourceUnavailable, SourceRefused: as :meth:`profiles`.
        """
        name = await self._media_of(token)
        answer = await self._ask(name, "GetSnapshotUri", {"ProfileToken": token})
        return self._reachable(text_in(answer, "Uri"), "still picture")

    async def ir_cut(self, source_token: str) -> IrCut:
        """Where the infrared-cut filter of a sensor is.

        Raises:
            SourceUnavailable, SourceRefused: as :meth:`profiles`; also without imaging service.
        """
        arguments = {"VideoSourceToken": source_token}
        answer = await self._ask("imaging", "GetImagingSettings", arguments)
        word = text_in(answer, "IrCutFilter").upper()
        known = {"ON": IrCut.DAY, "OFF": IrCut.NIGHT, "AUTO": IrCut.AUTO}
        return known.get(word, IrCut.UNKNOWN)

    async def ask_ptz(self, operation: str, arguments: Mapping[str, object]) -> object:
        """Ask what turns the camera.

        Args:
            operation: as in the PTZ service's description.
            arguments: as :meth:`OnvifSoap.call` takes them.

        Raises:
            OnvifFault: it does not do it.
            SourceUnavailable, SourceRefused: as :meth:`profiles`; also without PTZ service.
        """
        return await self._ask("ptz", operation, arguments)

    async def close(self) -> None:
        """Let go of every connection; may be called twice."""
        for service in self._services.values():
            await service.close()
        await self._http.close()

    async def _ask(
        self, name: str, operation: str, arguments: Mapping[str, object] | None = None
    ) -> object:
        """Ask a service, signed by the camera's time."""
        service = await self._service(name)
        return await self._signed(service, operation, arguments)

    async def _signed(
        self,
        service: OnvifService | OnvifSoap,
        operation: str,
        arguments: Mapping[str, object] | None = None,
    ) -> object:
        if self._skews_s is None:
            self._skews_s = skew_candidates((await self.clock()).skew_s)
        for skew_s in self._skews_s:
            try:
                answer = await service.call(operation, arguments, skew_s=skew_s)
            except NotAuthorised:
                continue
            self._skews_s = (skew_s,)
            return answer
        what = "takes neither the user and password nor the time of the login"
        if self._credential is None:
            what = "asks for a user and a password"
        raise self._http.words.refused(
            what,
            "camera_login",
            "Enter a user that the camera knows for ONVIF, which may not be the one of its page.",
        )

    async def _profiles_in(self, name: str) -> list[OnvifProfile]:
        if name == "media":
            return [profile_of(each) for each in list_in(await self._ask(name, "GetProfiles"))]
        wanted = {"Type": ["VideoSource", "VideoEncoder", "PTZ"]}
        answer = await self._ask(name, "GetProfiles", wanted)
        told = answer.get("Profiles") if isinstance(answer, Mapping) else None
        return [second_profile_of(each) for each in list_in(told) or [told]]

    async def _media_of(self, token: str) -> str:
        """The service that knows a profile."""
        if token in self._profiles_of:
            return self._profiles_of[token]
        there = await self._service_addresses()
        return "media2" if "media2" in there and "media" not in there else "media"

    async def _service_addresses(self) -> dict[str, str]:
        if self._addresses is None:
            self._addresses = await self._find_services()
        return self._addresses

    async def _service(self, name: str) -> OnvifService | OnvifSoap:
        if name not in self._services:
            address = (await self._service_addresses()).get(name)
            if address is None:
                raise self._http.words.unavailable(
                    f"has no {name} service", "camera_answer", "It may not be an ONVIF camera."
                )
            if name in _WRITTEN_OUT:
                self._services[name] = OnvifSoap(
                    _WRITTEN_OUT[name], address, self._http, self._credential, self._clock
                )
            else:
                self._services[name] = OnvifService(name, address, self._http, self._credential)
        return self._services[name]

    async def _find_services(self) -> dict[str, str]:
        """Service name to address; asks in the newer way and, where that fails, in the older."""
        told: list[tuple[str | None, str]] = []
        try:
            answer = await self._signed(self._device, "GetServices", {"IncludeCapability": False})
        except SourceUnavailable as error:
            if error.code != "camera_answer":
                raise
        else:
            told = [
                (_NAMESPACES.get(text_in(each, "Namespace")), text_in(each, "XAddr"))
                for each in list_in(answer)
            ]
        if not any(name for name, _address in told):
            answer = await self._signed(self._device, "GetCapabilities", {"Category": "All"})
            told = [(name, text_in(answer, key, "XAddr")) for key, name in _CAPABILITIES.items()]
        return {
            name: self._reachable(address, f"{name} service")
            for name, address in told
            if name and address
        }

    def _reachable(self, told: str, what: str) -> str:
        try:
            return reachable_address(told, self._address)
        except InputRefused:
            raise self._http.words.unavailable(
                f"gives no address for its {what}", "camera_answer", "Enter the address itself."
            ) from None
