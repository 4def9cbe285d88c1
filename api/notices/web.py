"""HTTP as channels speak it: one question, a small answer, no redirects, no secrets in errors."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import httpx

from api.notices.trouble import DeliveryFailed, Trouble
from models.errors import InputRefused

__all__ = ["Answer", "Web"]

MOST_BYTES: Final = 64 * 1024
CONNECT_S: Final = 5.0
READ_S: Final = 10.0
LONGEST_WAIT_S: Final = 3600.0

_REFUSED: Final = frozenset({401, 403, 404, 405, 407, 410})
_CONTENT: Final = frozenset({400, 411, 413, 414, 415, 422, 431})
_BUSY: Final = frozenset({408, 425, 503})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a success by its status.

    Attributes:
        status: 200 to 299.
        text: of the body.
    """

    status: int
    text: str


class Web:
    """Asks other machines over HTTP.

    Args:
        ca_file: certificates in PEM that are trusted beside the system's; None for the system's.
        proxy: address of a proxy; empty for none. The environment is not asked.

    Raises:
        InputRefused: the certificates cannot be read; code ``notice_ca_file``.
    """

    def __init__(self, ca_file: Path | None = None, proxy: str = "") -> None:
        if ca_file is None:
            self.tls = _system_trust()
        else:
            self.tls = ssl.create_default_context()
            try:
                self.tls.load_verify_locations(cafile=ca_file)
            except (OSError, ssl.SSLError) as error:
                raise InputRefused(
                    f"The certificates in {ca_file} cannot be read.",
                    remedy="Set notices.ca_file to a PEM file of the authorities to trust.",
                    code="notice_ca_file",
                ) from error
        self._proxy = proxy or None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask once.

        Raises:
            DeliveryFailed: no answer, or one that is no success.
        """
        limits = httpx.Timeout(READ_S, connect=CONNECT_S)
        try:
            async with (
                httpx.AsyncClient(
                    verify=self.tls,
                    proxy=self._proxy,
                    trust_env=False,
                    follow_redirects=False,
                    timeout=limits,
                ) as client,
                client.stream(method, url, content=content, headers=headers) as response,
            ):
                body = await _small(response)
        except httpx.ConnectTimeout as error:
            raise DeliveryFailed(
                Trouble.UNREACHABLE, f"No connection within {CONNECT_S:g} s."
            ) from error
        except httpx.TimeoutException as error:
            raise DeliveryFailed(Trouble.TIMEOUT, f"No answer within {READ_S:g} s.") from error
        except (httpx.ConnectError, httpx.ProxyError) as error:
            raise _no_connection(error) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise DeliveryFailed(Trouble.SETTING, "The address cannot be asked.") from error
        except httpx.HTTPError as error:
            raise DeliveryFailed(
                Trouble.CUT, "The connection broke before the answer was whole."
            ) from error
        _check(response)
        return Answer(response.status_code, body.decode("utf-8", "replace"))


async def _small(response: httpx.Response) -> bytes:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise DeliveryFailed(
                Trouble.TOO_BIG,
                f"The answer is longer than {MOST_BYTES} bytes.",
                maybe_sent=response.is_success,
            )
    return body


def _no_connection(error: httpx.TransportError) -> DeliveryFailed:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            told = getattr(cause, "verify_message", "") or cause.reason or "handshake failed"
            return DeliveryFailed(Trouble.TLS, f"TLS: {told}.")
        cause = cause.__cause__ or cause.__context__
    return DeliveryFailed(Trouble.UNREACHABLE, "Nobody answers at this address.")


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if response.is_success:
        return
    told = f"HTTP status {status}."
    if response.is_redirect or 300 <= status < 400:
        raise DeliveryFailed(Trouble.REDIRECT, told)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise DeliveryFailed(Trouble.RATE, told, retry_after_s=_wait(response))
    if status in _REFUSED:
        raise DeliveryFailed(Trouble.REFUSED, told)
    if status in _CONTENT:
        raise DeliveryFailed(Trouble.CONTENT, told)
    # A gateway that answers for somebody else does not know whether that one has got it.
    busy = status in _BUSY
    raise DeliveryFailed(
        Trouble.UNWELL, told, maybe_sent=not busy, retry_after_s=_wait(response) if busy else 0.0
    )


def _wait(response: httpx.Response) -> float:
    told = response.headers.get("retry-after", "")
    return min(float(told), LONGEST_WAIT_S) if told.isdecimal() and len(told) < 7 else 0.0


@cache
def _system_trust() -> ssl.SSLContext:
    return ssl.create_default_context()  # reads some 150 certificates, 50 ms
