"""``firewatch camera discover`` and ``events``: what cameras tell when they are asked."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from api.commands.terminal import password_in, speakable
from camera_gateway.credentials import split_address
from camera_gateway.sources.isapi_events import DeviceEvent, IsapiEvents
from camera_gateway.sources.onvif_discovery import FoundCamera, discover_cameras, own_addresses
from models.camera_link import Credential
from models.clock import SystemClock
from models.errors import InputRefused

__all__ = ["discover", "events", "told_event"]


def discover(
    *,
    interface: Annotated[
        list[str] | None,
        typer.Option(help="This machine's address on a network to ask; all of them if left out."),
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.5, max=60.0, help="How long to wait.")] = 3.0,
) -> None:
    """Ask the local networks for ONVIF cameras; needs no login, and what answers is unproved.

    Only cameras on the same network as this machine hear the question.
    """
    networks = interface or list(own_addresses())
    if not networks:
        raise InputRefused(
            "This machine has no network besides itself.",
            remedy="Connect it, or name an address with --interface.",
            code="no_network",
        )
    found = asyncio.run(_ask_all(networks, seconds))
    for camera in found:
        name = " ".join(word for word in (camera.name, camera.hardware) if word)
        typer.echo(speakable(f"{camera.address:<56}  {name or '-'}"))
    if found:
        typer.echo(f"{len(found)} found; look at one: firewatch camera probe ADDRESS --user NAME")
    else:
        typer.echo(f"nobody answered within {seconds:g} s on {', '.join(networks)}")


async def _ask_all(networks: list[str], seconds: float) -> list[FoundCamera]:
    asked = await asyncio.gather(
        *(discover_cameras(wait_s=seconds, interface=network) for network in networks),
        return_exceptions=True,
    )
    found: dict[str, FoundCamera] = {}
    for network, answer in zip(networks, asked, strict=True):
        if isinstance(answer, OSError):
            why = answer.strerror or "it is no address"
            typer.echo(speakable(f"{network} cannot be asked: {why}"), err=True)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found |= {camera.endpoint: camera for camera in answer}
    if all(isinstance(answer, OSError) for answer in asked):
        raise InputRefused(
            "None of these networks can be asked.",
            remedy="Name this machine's own address on the cameras' network.",
            code="no_network",
        )
    return sorted(found.values(), key=lambda camera: camera.address)


def events(
    url: Annotated[str, typer.Argument(help="http://HOST of a Hikvision camera.")],
    *,
    user: Annotated[str, typer.Option(help="Who the camera takes us for.")] = "",
    password_file: Annotated[
        Path | None, typer.Option(help="File whose first line is the password.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=1.0, help="Stop after so long; never if left out.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder for the pictures that come with events.")
    ] = None,
) -> None:
    """Print what a camera's own analysis finds: fire, smoke, temperature alarms and pre-alarms.

    It is a second sensor's word. Nothing of it raises an alert here.
    """
    address, credential = split_address(url)
    if user or password_file is not None:
        credential = Credential(user, password_in(password_file))
    if pictures is not None and not pictures.is_dir():
        raise InputRefused(f"{pictures} is no folder.", remedy="Make it first.")
    asyncio.run(_listen(IsapiEvents(address, credential, SystemClock()), seconds, pictures))


async def _listen(source: IsapiEvents, seconds: float | None, pictures: Path | None) -> None:
    number = 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                event = await source.read()
                number += 1
                typer.echo(speakable(told_event(event)))
                if pictures is not None:
                    stamp = f"{event.happened_at:%Y%m%dT%H%M%SZ}-{number:05}"
                    for index, jpeg in enumerate(event.pictures):
                        (pictures / f"{stamp}-{index}.jpg").write_bytes(jpeg)
    except TimeoutError:
        typer.echo(f"{number} events in {seconds:g} s")
    finally:
        await source.close()


def told_event(event: DeviceEvent) -> str:
    """An event in one line."""
    facts = event.facts
    lens = "thermal" if event.on_thermal else "visible"
    words = [
        f"{event.happened_at:%Y-%m-%d %H:%M:%SZ}",
        f"{facts.kind.value:<20}",
        f"{facts.name}{'' if facts.active else ' is over'}",
        "no channel told" if facts.channel is None else f"channel {facts.channel} ({lens})",
    ]
    for region in facts.regions:
        if region.temperature_c is not None:
            words.append(f"{region.temperature_c:.1f} degrees C")
        if region.distance_m is not None:
            words.append(f"{region.distance_m:.0f} m away")
        if region.pose is not None:
            pose = region.pose
            words.append(
                f"pan {pose.pan_deg:.1f} tilt {pose.tilt_deg:.1f} degrees ({pose.coding.value})"
            )
    if event.pictures or event.broken_pictures:
        broken = f", {event.broken_pictures} damaged" if event.broken_pictures else ""
        words.append(f"{len(event.pictures)} pictures{broken}")
    return "  ".join(words)
