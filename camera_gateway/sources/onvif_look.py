"""What an ONVIF camera says of itself, for a person who sets it up."""

from contextlib import suppress
from dataclasses import dataclass

from camera_gateway.sources.onvif_answers import DeviceFacts, IrCut, OnvifProfile
from camera_gateway.sources.onvif_camera import OnvifCamera
from camera_gateway.sources.onvif_clock import DeviceClock
from models.camera_link import Credential
from models.clock import Clock
from models.errors import SourceUnavailable

__all__ = ["OnvifFacts", "look_at_onvif"]


@dataclass(frozen=True, slots=True)
class OnvifFacts:
    """One camera's own words.

    Attributes:
        device: who made it.
        clock: what it says the time is.
        profiles: its ways of sending pictures.
        ir_cut: where the infrared-cut filter of the first profile's sensor is.
    """

    device: DeviceFacts
    clock: DeviceClock
    profiles: tuple[OnvifProfile, ...]
    ir_cut: IrCut


async def look_at_onvif(address: str, credential: Credential | None, clock: Clock) -> OnvifFacts:
    """Ask it; what it does not answer is empty or unknown.

    Args:
        address: as of a link; what it wishes behind ``?`` is left out.
        credential: None when the camera asks for none.
        clock: this machine's own.

    Raises:
        SourceUnavailable: nobody answers, or it knows no profiles.
        SourceRefused: the credential is not taken.
    """
    async with OnvifCamera(address.partition("?")[0], credential, clock) as camera:
        told = await camera.clock()
        profiles = await camera.profiles()
        device, ir_cut = DeviceFacts("", "", ""), IrCut.UNKNOWN
        with suppress(SourceUnavailable):
            device = await camera.facts()
        sensors = [profile.source_token for profile in profiles if profile.source_token]
        with suppress(SourceUnavailable):
            ir_cut = await camera.ir_cut(sensors[0]) if sensors else IrCut.UNKNOWN
    return OnvifFacts(device, told, profiles, ir_cut)
