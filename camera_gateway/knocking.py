"""Asking a camera's machine whether it answers at all, without signing in."""

import asyncio
from contextlib import suppress
from typing import Final
from urllib.parse import urlsplit

from camera_gateway.credentials import host_of
from camera_gateway.rest import Knock
from models.camera_link import Adapter, CameraLink
from models.errors import InputRefused

__all__ = ["KNOCK_WITHIN_S", "knock_of"]

KNOCK_WITHIN_S: Final = 1.5
_PORTS: Final = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_QUESTIONS: Final = {
    "rtsp": "OPTIONS rtsp://{site} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: Firewatch\r\n\r\n",
    "http": "HEAD / HTTP/1.1\r\nHost: {site}\r\nConnection: close\r\n\r\n",
}


def knock_of(link: CameraLink) -> Knock | None:
    """What asks the camera of a link; None for a recording, and an address that names no host.

    A frozen process still accepts connections, for its kernel does: only a word in answer counts,
    whichever it is. Encrypted links are asked for the connection alone.
    """
    if link.adapter in {Adapter.FOLDER, Adapter.VIDEO}:
        return None
    scheme = urlsplit(link.address).scheme.lower()
    try:
        host, port = host_of(link.address)
    except InputRefused:
        return None
    port = port or _PORTS[scheme]
    site = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    question = _QUESTIONS.get(scheme, "").format(site=site).encode()

    async def knock() -> bool:
        try:
            async with asyncio.timeout(KNOCK_WITHIN_S):
                return await _ask(host, port, question)
        except (OSError, TimeoutError):
            return False

    return knock


async def _ask(host: str, port: int, question: bytes) -> bool:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        if not question:
            return True
        writer.write(question)
        return await reader.read(1) != b""
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
