"""One camera's HTTP connection: bounded in time and size, careful with whom it talks to.

Every phase has its limit, and the whole has one too: a camera that sends a byte a second never
trips a read time-out. Compressed answers are not asked for and not taken, environment proxies are
not used, and a redirect is followed only on the camera's own host, for it would take the password
along.
"""

import asyncio
import functools
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx

from camera_gateway.credentials import SCHEMES, split_address
from camera_gateway.host_names import address_of
from camera_gateway.http_limits import Answer, HttpLimits
from camera_gateway.http_login import ChallengedAuth
from camera_gateway.http_words import HttpWords
from camera_gateway.redaction import shown_address
from models.camera_link import Credential
from models.clock import Clock
from models.errors import FrameCorrupt, InputRefused, SourceRefused

__all__ = ["CameraHttp"]

_MOST_REDIRECTS: Final = 3
_DRAIN_BYTES: Final = 65_536


class CameraHttp:
    """Asks one camera, on a connection of its own.

    Args:
        address: ``http://`` or ``https://``, without a credential.
        credential: None when the camera asks for none.
        limits: how long an answer may take.
        clock: tells the moments of question and answer.

    Raises:
        SourceRefused: the address is not one of HTTP.
    """

    def __init__(
        self, address: str, credential: Credential | None, limits: HttpLimits, clock: Clock
    ) -> None:
        self.shown = shown_address(address)
        self.words = HttpWords(self.shown, has_credential=credential is not None)
        self._limits = limits
        self._clock = clock
        self._url = self._url_of(address)
        self._auth = httpx.Auth() if credential is None else ChallengedAuth(credential)
        self._client: httpx.AsyncClient | None = None
        self._address: str | None = None
        self._worked = False
        self._closed = False

    async def fetch(self) -> tuple[Answer, bytes]:
        """A whole answer to GET, within the total time.

        Raises:
            FrameCorrupt: the body breaks off or is larger than allowed.
            SourceUnavailable, SourceRefused: as :meth:`get`.
        """
        deadline_s = asyncio.get_running_loop().time() + self._limits.total_s
        async with self.get() as answer, asyncio.timeout_at(deadline_s):
            return answer, await self._body_of(answer)

    async def post(self, address: str, body: bytes, content_type: str) -> tuple[Answer, bytes]:
        """A whole answer to POST, whatever its status, within the total time.

        Args:
            address: on this camera; no other host is asked.
            body: to send.
            content_type: of the body.

        Raises:
            FrameCorrupt: the answer breaks off or is larger than allowed.
            SourceUnavailable, SourceRefused: as :meth:`get`, but not for a status.
        """
        url = self._followed(self._url, address)
        with self.words.translated():
            async with asyncio.timeout(self._limits.total_s):
                answer = await self._ask("POST", url, body, content_type)
                try:
                    return answer, await self._body_of(answer)
                finally:
                    await answer.response.aclose()

    @asynccontextmanager
    async def get(self) -> AsyncIterator[Answer]:
        """The answer with its headers; the body is read inside the block.

        Raises:
            SourceUnavailable: nobody answers, too slowly, or not as HTTP says; also for what
                happens inside the block.
            SourceRefused: 401, 403, 404, 410, or a redirect that is not followed.
        """
        with self.words.translated():
            async with asyncio.timeout(self._limits.total_s):
                answer = await self._exchange()
            try:
                self.words.check(answer.response)
                yield answer
            finally:
                await answer.response.aclose()

    async def close(self) -> None:
        """Let go of the connection; no further question is answered."""
        self._closed = True
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _body_of(self, answer: Answer) -> bytes:
        body = bytearray()
        try:
            async for piece in answer.response.aiter_raw():
                body += piece
                if len(body) > self._limits.max_bytes:
                    raise FrameCorrupt(
                        f"The camera at {self.shown} sends more than {self._limits.max_bytes} "
                        "bytes at once.",
                        remedy="Choose a smaller picture in the camera's settings.",
                        code="camera_oversize",
                    )
        except (httpx.RemoteProtocolError, httpx.ReadError):
            raise FrameCorrupt(
                f"What the camera at {self.shown} sends breaks off after {len(body)} bytes.",
                remedy="Should this go on, look at the camera's line.",
            ) from None
        return bytes(body)

    async def _exchange(self) -> Answer:
        """Ask, log in, follow."""
        url = self._url
        for _hop in range(_MOST_REDIRECTS + 1):
            answer = await self._ask("GET", url)
            if not answer.response.has_redirect_location:
                return answer
            await _drain(answer.response)
            url = self._followed(url, answer.response.headers["location"])
        raise self.words.refused(
            "sends from address to address without end",
            "camera_redirect",
            "Enter the address at which the picture is.",
        )

    async def _ask(
        self, method: str, url: httpx.URL, body: bytes | None = None, content_type: str = ""
    ) -> Answer:
        headers = {"content-type": content_type} if content_type else {}
        request = self._open_client().build_request(method, url, content=body, headers=headers)
        request.headers.encoding = "utf-8"  # of a user's name in the answer to a challenge
        flow = self._auth.auth_flow(request)
        request = next(flow)
        while True:
            asked_s = self._clock.monotonic_s()
            response = await self._send(request)
            round_trip_s = self._clock.monotonic_s() - asked_s
            try:
                request = flow.send(response)
            except StopIteration:
                return Answer(response, self._clock.now(), round_trip_s)
            except (KeyError, ValueError, NotImplementedError, httpx.ProtocolError):
                await response.aclose()
                raise self.words.refused(
                    "asks for a login of an unknown kind",
                    "camera_login",
                    "Choose Digest with MD5 or SHA-256 in the camera's settings.",
                ) from None
            await _drain(response)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        client = self._open_client()
        await self._lead(request)
        try:
            response = await client.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if not self._worked:
                raise
            # A camera may close an idle connection at the moment at which it is asked.
            self._worked = False
            response = await client.send(request, stream=True)
        self._worked = True
        return response

    async def _lead(self, request: httpx.Request) -> None:
        """Have it sent to the host's address, under the host's name.

        The name is looked up once a connection: whoever has to be connected to again is opened
        anew. Every question stays on this one host.
        """
        if self._address is None:
            try:
                async with asyncio.timeout(self._limits.connect_s):
                    self._address = await address_of(self._url.host)
            except (TimeoutError, socket.gaierror):
                raise self.words.unknown() from None
        request.extensions["sni_hostname"] = self._url.host
        request.url = self._url.copy_with(host=self._address, raw_path=request.url.raw_path)

    def _followed(self, url: httpx.URL, location: str) -> httpx.URL:
        try:
            target = url.join(location)
        except httpx.InvalidURL:
            target = httpx.URL()
        if (target.scheme, target.host) != (url.scheme, url.host) or target.userinfo:
            raise self.words.refused(
                "sends to another address, which is not followed",
                "camera_redirect",
                "Enter the address at which the picture is, with https:// where it has to be.",
            )
        return target

    def _open_client(self) -> httpx.AsyncClient:
        if self._closed:
            raise self.words.unavailable("is not read any more", "source_closed")
        if self._client is None:
            limits = self._limits
            self._client = httpx.AsyncClient(
                # Loading the system's certificates takes 20 ms, so it is done where they are used.
                verify=_tls() if self._url.scheme == "https" else False,
                timeout=httpx.Timeout(limits.read_s, connect=limits.connect_s),
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
                headers={"accept-encoding": "identity", "user-agent": "firewatch"},
                follow_redirects=False,
                trust_env=False,
            )
        return self._client

    def _url_of(self, address: str) -> httpx.URL:
        try:
            plain, inside = split_address(address)
            url = httpx.URL(plain)
        except (InputRefused, httpx.InvalidURL):
            inside, url = None, httpx.URL()
        if inside is not None or url.scheme not in SCHEMES & {"http", "https"}:
            raise SourceRefused(
                f"{self.shown} is not an address of HTTP.",
                remedy="Enter http://HOST/PATH, user and password beside it.",
                code="camera_address",
            )
        return url


async def _drain(response: httpx.Response) -> None:
    """Read away a short body, so that the connection can be used again; leave a long one."""
    got = 0
    try:
        async for piece in response.aiter_raw():
            got += len(piece)
            if got > _DRAIN_BYTES:
                break
    finally:
        await response.aclose()


@functools.cache
def _tls() -> ssl.SSLContext:
    """One context for all cameras: loading the certificates takes time and memory."""
    return ssl.create_default_context()
