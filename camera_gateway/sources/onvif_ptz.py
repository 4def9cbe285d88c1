"""What turns an ONVIF camera: its PTZ service, taken as cameras really answer.

Nearly everything may be missing from an answer: a position, the state of motion, the names of
presets. What is missing is None, and whoever asks has to do without. A camera that restarts may
have another address for its service, so after a failure it is asked anew from the beginning.

Source: ONVIF PTZ Service Specification 2.6.1, sections 5.2 to 5.5.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, Self

from camera_gateway.http_limits import HttpLimits
from camera_gateway.sources.onvif_answers import text_in
from camera_gateway.sources.onvif_camera import OnvifCamera
from camera_gateway.sources.onvif_soap import OnvifFault
from camera_gateway.turner import CameraPreset, Position3, TurnerStatus
from models.camera_link import Credential
from models.clock import Clock
from models.errors import SourceUnavailable

__all__ = ["OnvifTurner"]

_LIMITS: Final = HttpLimits(total_s=10.0, max_bytes=1_000_000)
_NO_PRESET: Final = ("notoken", "no such preset", "preset token", "presettoken")
_AXES: Final = ("PanTilt", "Zoom")


class OnvifTurner:
    """Turns one ONVIF camera; see :class:`~camera_gateway.turner.Turner`.

    Args:
        address: of its device service.
        credential: None when the camera asks for none.
        clock: stamps logins.
        profile: token of the media profile that is turned; empty for the first that can be.

    Raises:
        SourceRefused: the address is not one of HTTP.
    """

    def __init__(
        self, address: str, credential: Credential | None, clock: Clock, *, profile: str = ""
    ) -> None:
        self._made_of = (address.partition("?")[0], credential, clock)
        self._wanted = profile
        self._profile = profile
        self._camera: OnvifCamera | None = OnvifCamera(*self._made_of, limits=_LIMITS)

    async def __aenter__(self) -> Self:
        """Use it."""
        return self

    async def __aexit__(self, *_exception: object) -> None:
        """Close it."""
        await self.close()

    async def presets(self) -> tuple[CameraPreset, ...]:
        """As :meth:`Turner.presets`; one without a token is none."""
        answer = await self._ask("GetPresets")
        found = answer.get("Preset") if isinstance(answer, Mapping) else None
        told = found if isinstance(found, list) else [found]
        presets = (
            CameraPreset(
                text_in(each, "token"), text_in(each, "Name"), _position(each, "PTZPosition")
            )
            for each in told
        )
        return tuple(preset for preset in presets if preset.token)

    async def goto(self, token: str) -> None:
        """As :meth:`Turner.goto`."""
        try:
            await self._ask("GotoPreset", {"PresetToken": token})
        except OnvifFault as fault:
            if any(word in fault.told for word in _NO_PRESET):
                raise SourceUnavailable(
                    "The camera does not have this preset any more.",
                    remedy="Read its presets again, and give ours the tokens that it has.",
                    code="preset_unknown",
                ) from None
            raise

    async def status(self) -> TurnerStatus:
        """As :meth:`Turner.status`."""
        answer = await self._ask("GetStatus")
        told = answer.get("PTZStatus") if isinstance(answer, Mapping) else None
        words = {text_in(told, "MoveStatus", axis).upper() for axis in _AXES}
        moving = True if "MOVING" in words else False if "IDLE" in words else None
        return TurnerStatus(_position(told, "Position"), moving, _moment(text_in(told, "UtcTime")))

    async def move(self, pan: float, tilt: float, zoom: float, *, for_s: float) -> None:
        """As :meth:`Turner.move`."""
        velocity: dict[str, dict[str, str]] = {}
        # An axis that stands still is left out: a camera without zoom refuses to be told of it.
        if pan != 0.0 or tilt != 0.0:
            velocity["PanTilt"] = {"x": f"{pan:.3f}", "y": f"{tilt:.3f}"}
        if zoom != 0.0:
            velocity["Zoom"] = {"x": f"{zoom:.3f}"}
        if not velocity:
            await self.stop()
            return
        arguments = {"Velocity": velocity, "Timeout": f"PT{max(0.1, for_s):.1f}S"}
        await self._ask("ContinuousMove", arguments)

    async def stop(self) -> None:
        """As :meth:`Turner.stop`."""
        await self._ask("Stop", {"PanTilt": "true", "Zoom": "true"})

    async def set_preset(self, name: str, token: str = "") -> str:
        """As :meth:`Turner.set_preset`."""
        arguments = {"PresetName": name} | ({"PresetToken": token} if token else {})
        answer = await self._ask("SetPreset", arguments)
        return text_in(answer, "PresetToken") or token

    async def close(self) -> None:
        """As :meth:`Turner.close`."""
        camera, self._camera = self._camera, None
        if camera is not None:
            await camera.close()

    async def _ask(self, operation: str, arguments: Mapping[str, object] | None = None) -> object:
        if self._camera is None:
            self._camera = OnvifCamera(*self._made_of, limits=_LIMITS)
            self._profile = self._wanted
        try:
            if not self._profile:
                self._profile = await self._first_turned(self._camera)
            asked = {"ProfileToken": self._profile, **(arguments or {})}
            return await self._camera.ask_ptz(operation, asked)
        except OnvifFault:
            raise
        except SourceUnavailable:
            await self.close()
            raise

    async def _first_turned(self, camera: OnvifCamera) -> str:
        profiles = await camera.profiles()
        turned = [one.token for one in profiles if one.ptz_token] or [
            one.token
            for one in profiles  # some do not say, and turn all the same
        ]
        if not turned:
            raise SourceUnavailable(
                "The camera has no profile that can be turned.",
                remedy="Enter its profile, or look whether it is a PTZ camera.",
                code="camera_profile",
            )
        return turned[0]


def _position(fields: object, name: str) -> Position3 | None:
    """Where it says that it is; None when it says nothing at all."""
    told = fields.get(name) if isinstance(fields, Mapping) else None
    if not isinstance(told, Mapping):
        return None
    found = Position3(
        _number(text_in(told, "PanTilt", "x")),
        _number(text_in(told, "PanTilt", "y")),
        _number(text_in(told, "Zoom", "x")),
    )
    return None if found == Position3() else found


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
