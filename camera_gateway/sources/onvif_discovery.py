"""Cameras that answer a question to everybody on the local network (WS-Discovery).

Nothing is logged in to: what a camera says of itself here is unproved, and its address may be one
that only its own network knows.

Source: WS-Discovery 1.0 (April 2005) sections 2.4 and 5, ONVIF Core Specification section 7.3.
"""

import asyncio
import fcntl
import socket
import struct
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from camera_gateway.credentials import host_of
from camera_gateway.redaction import UNREADABLE_ADDRESS, shown_address
from camera_gateway.xml_reading import read_xml, text_of

__all__ = ["FoundCamera", "discover_cameras", "own_addresses", "read_answer"]

GROUP: Final = ("239.255.255.250", 3702)
_REPEATS: Final = 2  # it is a datagram: one may get lost
_REPEAT_AFTER_S: Final = 0.3
_MOST_ANSWERS: Final = 1000
_SCOPE: Final = "onvif://www.onvif.org/"
_GET_ADDRESS, _GET_FLAGS = 0x8915, 0x8913  # netdevice(7)
_UP, _LOOPBACK = 0x1, 0x8
_PROBE: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header>'
    "<w:MessageID>urn:uuid:{message_id}</w:MessageID>"
    "<w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>"
    "<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action>"
    "</e:Header><e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe>"
    "</e:Body></e:Envelope>"
)


@dataclass(frozen=True, slots=True)
class FoundCamera:
    """A device that answered.

    Attributes:
        address: of its device service, ``http://`` or ``https://``.
        endpoint: its name for itself that does not change, usually ``urn:uuid:...``.
        name: as its scopes give it; empty when they do not.
        hardware: as its scopes give it; empty when they do not.
        answered_from: IP address from which the answer came.
    """

    address: str
    endpoint: str
    name: str
    hardware: str
    answered_from: str


async def discover_cameras(
    *,
    wait_s: float = 3.0,
    interface: str | None = None,
    new_id: Callable[[], uuid.UUID] = uuid.uuid4,
) -> tuple[FoundCamera, ...]:
    """Ask everybody, and wait for the answers.

    Args:
        wait_s: how long answers are waited for, > 0.
        interface: this machine's IPv4 address on the network to ask; None for the system's choice.
        new_id: makes the question's number.

    Returns:
        One entry per device, in the order of their addresses.

    Raises:
        OSError: there is no such network.
    """
    message_id = str(new_id())
    ears = _Ears(message_id)
    loop = asyncio.get_running_loop()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.settimeout(0.0)
        if interface is not None:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
        sock.bind((interface or "", 0))
        transport, _protocol = await loop.create_datagram_endpoint(lambda: ears, sock=sock)
    except OSError:
        sock.close()
        raise
    try:
        question = _PROBE.format(message_id=message_id).encode()
        for repeat in range(_REPEATS):
            if repeat:
                await asyncio.sleep(min(_REPEAT_AFTER_S, wait_s / 2.0))
            transport.sendto(question, GROUP)
        await asyncio.sleep(wait_s)
    finally:
        transport.close()
    if ears.failure is not None and not ears.found:
        raise ears.failure
    return tuple(sorted(ears.found.values(), key=lambda camera: camera.address))


def own_addresses() -> tuple[str, ...]:
    """This machine's IPv4 address on each of its networks, its own loop left out.

    Source: netdevice(7); Linux.
    """
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for _number, name in socket.if_nameindex():
            question = struct.pack("256s", name.encode()[:15])
            with suppress(OSError):  # it has no such address
                told = fcntl.ioctl(control, _GET_FLAGS, question)
                (flags,) = struct.unpack_from("H", told, 16)
                if flags & _UP and not flags & _LOOPBACK:
                    told = fcntl.ioctl(control, _GET_ADDRESS, question)
                    found.append(socket.inet_ntoa(told[20:24]))
    return tuple(found)


class _Ears(asyncio.DatagramProtocol):
    def __init__(self, message_id: str) -> None:
        self._message_id = message_id
        self.found: dict[str, FoundCamera] = {}
        self.failure: Exception | None = None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        for camera in read_answer(data, self._message_id, addr[0]):
            if len(self.found) < _MOST_ANSWERS:
                self.found.setdefault(camera.endpoint, camera)

    def error_received(self, exc: Exception) -> None:
        self.failure = exc


def read_answer(data: bytes, message_id: str, answered_from: str) -> Iterator[FoundCamera]:
    """Devices in one answer; none when it is not one, or not to that question.

    Args:
        data: one datagram.
        message_id: number of the question.
        answered_from: IP address of who answered.
    """
    try:
        root = read_xml(data)
    except ValueError:
        return
    if not text_of(root, "Header/RelatesTo").endswith(message_id):
        return
    for match in root.iter("ProbeMatch"):  # some leave out the element around the matches
        address = _own_address(text_of(match, "XAddrs").split(), answered_from)
        if address is None:
            continue
        scopes = text_of(match, "Scopes").split()
        yield FoundCamera(
            address=address,
            endpoint=text_of(match, "EndpointReference/Address") or address,
            name=_scope(scopes, "name"),
            hardware=_scope(scopes, "hardware"),
            answered_from=answered_from,
        )


def _own_address(addresses: list[str], answered_from: str) -> str | None:
    """The address on the network of the answer where there is one, else the first that is one."""
    usable = [
        address
        for address in addresses
        if address.startswith(("http://", "https://"))
        and shown_address(address) == address != UNREADABLE_ADDRESS
    ]
    near = [address for address in usable if host_of(address)[0] == answered_from]
    return next(iter([*near, *usable]), None)


def _scope(scopes: list[str], kind: str) -> str:
    """Printable text of the first scope of that kind."""
    start = f"{_SCOPE}{kind}/"
    for scope in scopes:
        if scope.startswith(start):
            text = unquote(scope.removeprefix(start), errors="replace")
            return "".join(letter for letter in text if letter.isprintable())[:100]
    return ""
