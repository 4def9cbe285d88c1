"""Asking a camera's machine whether it answers at all, without signing in."""

import asyncio
import functools
import ssl
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from camera_gateway.credentials import host_of
from camera_gateway.host_names import address_of
from camera_gateway.rest import Knock
from models.camera_link import Adapter, CameraLink
from models.errors import InputRefused

__all__ = ["KNOCK_WITHIN_S", "knock_of"]

KNOCK_WITHIN_S: Final = 1.5
_PORTS: Final = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_QUESTIONS: Final = {
    "rtsp": "OPTIONS {scheme}://{site} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: Firewatch\r\n\r\n",
    "http": "HEAD / HTTP/1.1\r\nHost: {site}\r\nConnection: close\r\n\r\n",
}
_ANSWERS: Final = {"rtsp": b"RTSP/", "http": b"HTTP/"}
_ENCRYPTED: Final = {"rtsps": "rtsp", "https": "http"}


def knock_of(link: CameraLink) -> Knock | None:
    """What asks the camera of a link; None for a recording, and an address that names no host.

    A frozen process still accepts connections, for its kernel does, and another service may have
    the port: only an answer in the protocol's own words counts, whichever it is.
    """
    if link.adapter in {Adapter.FOLDER, Adapter.VIDEO}:
        return None
    scheme = urlsplit(link.address).scheme.lower()
    if scheme not in _PORTS:  # RTMP: its handshake is no question that costs nothing
        return None
    try:
        host, port = host_of(link.address)
    except InputRefused:
        return None
    port = port or _PORTS[scheme]
    spoken = _ENCRYPTED.get(scheme, scheme)
    site = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    question = _QUESTIONS[spoken].format(scheme=scheme, site=site).encode()
    answer, encrypted = _ANSWERS[spoken], spoken != scheme

    async def knock() -> bool:
        try:
            async with asyncio.timeout(KNOCK_WITHIN_S):
                words = await _ask(host, port, question, len(answer), encrypted=encrypted)
        except (OSError, TimeoutError, EOFError):
            return False
        return words == answer

    return knock


async def _ask(host: str, port: int, question: bytes, count: int, *, encrypted: bool) -> bytes:
    """The first bytes of the answer."""
    tls, name = (_anybody(), host) if encrypted else (None, None)
    reader, writer = await asyncio.open_connection(
        await address_of(host), port, ssl=tls, server_hostname=name
    )
    try:
        writer.write(question)
        return await reader.readexactly(count)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


@functools.cache
def _anybody() -> ssl.SSLContext:
    """Whoever it is, and however old: a knock tells nothing and believes nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context
