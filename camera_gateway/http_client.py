"""One camera's HTTP connection: bounded in time and size, careful with whom it talks to.

Every phase has its limit, and the whole has one too: a camera that sends a byte a second never
trips a read time-out. Compressed answers are not asked for and not taken, environment proxies are
not used, and a redirect is followed only on the camera's own host, for it would take the password
along.
"""

import asyncio
import functools
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from camera_gateway.credentials import SCHEMES, split_address
from camera_gateway.http_login import ChallengedAuth
from camera_gateway.redaction import shown_address
from models.camera_link import Credential
from models.clock import Clock
from models.errors import FrameCorrupt, InputRefused, SourceRefused, SourceUnavailable

__all__ = ["Answer", "CameraHttp", "HttpLimits"]

_MOST_REDIRECTS: Final = 3
_DRAIN_BYTES: Final = 65_536
_REFUSED_STATUS: Final = {
    401: (
        "does not take the user and password",
        "Enter those that the camera knows.",
        "camera_login",
    ),
    403: (
        "does not allow this user to see it",
        "Give the user the right to view in the camera's settings.",
        "camera_login",
    ),
    404: ("has no such address", "Check the path of the address.", "camera_address"),
    410: ("has no such address any more", "Check the path of the address.", "camera_address"),
}


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How long and how much.

    Attributes:
        connect_s: until the connection stands, > 0.
        read_s: between two pieces of an answer, > 0.
        total_s: for a whole picture, or until a stream's answer begins, > 0.
        first_s: until a stream's first picture, > 0.
        stall_s: between two pictures of a stream, > 0.
        max_bytes: of one picture, > 0.
    """

    connect_s: float = 5.0
    read_s: float = 8.0
    total_s: float = 20.0
    first_s: float = 20.0
    stall_s: float = 10.0
    max_bytes: int = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        response: its status and headers have come; its body is read by whoever asked.
        answered_at: UTC, when the headers came.
        round_trip_s: from the question to the headers, >= 0.
    """

    response: httpx.Response
    answered_at: datetime
    round_trip_s: float


class CameraHttp:
    """Asks one camera by GET, on a connection of its own.

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
        self._limits = limits
        self._clock = clock
        self._url = self._url_of(address)
        self._auth = httpx.Auth() if credential is None else ChallengedAuth(credential)
        self._has_credential = credential is not None
        self._client: httpx.AsyncClient | None = None
        self._worked = False
        self._closed = False

    async def fetch(self) -> tuple[Answer, bytes]:
        """A whole answer, within the total time.

        Raises:
            FrameCorrupt: the body breaks off or is larger than allowed.
            SourceUnavailable, SourceRefused: as :meth:`get`.
        """
        deadline_s = asyncio.get_running_loop().time() + self._limits.total_s
        async with self.get() as answer, asyncio.timeout_at(deadline_s):
            body = bytearray()
            try:
                async for piece in answer.response.aiter_raw():
                    body += piece
                    if len(body) > self._limits.max_bytes:
                        raise FrameCorrupt(
                            f"The camera at {self.shown} sends a picture of more than "
                            f"{self._limits.max_bytes} bytes.",
                            remedy="Choose a smaller picture in the camera's settings.",
                            code="camera_oversize",
                        )
            except (httpx.RemoteProtocolError, httpx.ReadError):
                raise FrameCorrupt(
                    f"The picture of the camera at {self.shown} breaks off after {len(body)} "
                    "bytes.",
                    remedy="Should this go on, look at the camera's line.",
                ) from None
            return answer, bytes(body)

    @asynccontextmanager
    async def get(self) -> AsyncIterator[Answer]:
        """The answer with its headers; the body is read inside the block.

        Raises:
            SourceUnavailable: nobody answers, too slowly, or not as HTTP says; also for what
                happens inside the block.
            SourceRefused: 401, 403, 404, 410, or a redirect that is not followed.
        """
        with self._in_words():
            async with asyncio.timeout(self._limits.total_s):
                answer = await self._exchange()
            try:
                self._check(answer.response)
                yield answer
            finally:
                await answer.response.aclose()

    async def close(self) -> None:
        """Let go of the connection; no further question is answered."""
        self._closed = True
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def unavailable(self, what: str, code: str, remedy: str = "") -> SourceUnavailable:
        """That error about this camera."""
        return SourceUnavailable(f"The camera at {self.shown} {what}.", remedy=remedy, code=code)

    def refused(self, what: str, code: str, remedy: str) -> SourceRefused:
        """That error about this camera."""
        return SourceRefused(f"The camera at {self.shown} {what}.", remedy=remedy, code=code)

    async def _exchange(self) -> Answer:
        """Ask, log in, follow."""
        url = self._url
        for _hop in range(_MOST_REDIRECTS + 1):
            answer = await self._ask(url)
            if not answer.response.has_redirect_location:
                return answer
            await _drain(answer.response)
            url = self._followed(url, answer.response.headers["location"])
        raise self.refused(
            "sends from address to address without end",
            "camera_redirect",
            "Enter the address at which the picture is.",
        )

    async def _ask(self, url: httpx.URL) -> Answer:
        request = self._open_client().build_request("GET", url)
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
                raise self.refused(
                    "asks for a login of an unknown kind",
                    "camera_login",
                    "Choose Digest with MD5 or SHA-256 in the camera's settings.",
                ) from None
            await _drain(response)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        client = self._open_client()
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

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in _REFUSED_STATUS:
            what, remedy, code = _REFUSED_STATUS[status]
            if status == httpx.codes.UNAUTHORIZED and not self._has_credential:
                what = "asks for a user and a password"
            raise self.refused(what, code, remedy)
        if status != httpx.codes.OK:
            raise self.unavailable(
                f"answers with HTTP {status}", "camera_answer", "Look at the camera's own page."
            )
        encoding = response.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in {"", "identity"}:
            raise self.unavailable(
                "sends compressed answers, which are not taken",
                "camera_answer",
                "Turn off compression in the camera or in the proxy before it.",
            )

    def _followed(self, url: httpx.URL, location: str) -> httpx.URL:
        try:
            target = url.join(location)
        except httpx.InvalidURL:
            target = httpx.URL()
        if (target.scheme, target.host) != (url.scheme, url.host) or target.userinfo:
            raise self.refused(
                "sends to another address, which is not followed",
                "camera_redirect",
                "Enter the address at which the picture is, with https:// where it has to be.",
            )
        return target

    def _open_client(self) -> httpx.AsyncClient:
        if self._closed:
            raise self.unavailable("is not read any more", "source_closed")
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

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Say what a library's error means; its own text may carry what must not be told."""
        try:
            yield
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout):
            raise self.unavailable(
                "does not answer in time", "camera_silent", "Look at its power and its line."
            ) from None
        except httpx.ConnectTimeout:
            raise self.unavailable(
                "cannot be reached in time", "camera_unreachable", "Look at its power and its line."
            ) from None
        except httpx.ConnectError as error:
            raise self._unreachable(error) from None
        except httpx.TransportError as error:
            raise self.unavailable(
                f"broke the connection ({type(error).__name__})", "camera_broke_off"
            ) from None

    def _unreachable(self, error: httpx.ConnectError) -> SourceUnavailable:
        # The reason hides two causes deep; a certificate needs a person, a dead line does not.
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return self.refused(
                    "shows a certificate that this machine does not trust",
                    "camera_certificate",
                    "Add the camera's certificate to the system's, or enter http://.",
                )
            cause = cause.__cause__ or cause.__context__
        return self.unavailable(
            "cannot be reached", "camera_unreachable", "Look at its power, line and port."
        )


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
