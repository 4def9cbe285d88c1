"""What went wrong with a camera over HTTP, in words that help and never carry a credential.

The text of a library's error may carry an address with its password, so none of it is repeated.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

from models.errors import SourceRefused, SourceUnavailable

__all__ = ["HttpWords"]

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


class HttpWords:
    """Errors about one camera.

    Args:
        shown: its address as it may be shown.
        has_credential: whether it is told who we are.
    """

    def __init__(self, shown: str, *, has_credential: bool) -> None:
        self.shown = shown
        self._has_credential = has_credential

    def unavailable(self, what: str, code: str, remedy: str = "") -> SourceUnavailable:
        """That error about this camera."""
        return SourceUnavailable(f"The camera at {self.shown} {what}.", remedy=remedy, code=code)

    def refused(self, what: str, code: str, remedy: str) -> SourceRefused:
        """That error about this camera."""
        return SourceRefused(f"The camera at {self.shown} {what}.", remedy=remedy, code=code)

    def unknown(self) -> SourceUnavailable:
        """Its host is a name for which there is no address."""
        return SourceUnavailable(
            f"This machine finds no address for the host of {self.shown}.",
            remedy="Check its name, or enter the camera's IP address.",
            code="host_unknown",
        )

    def check(self, response: httpx.Response) -> None:
        """Pass a plain answer with status 200.

        Raises:
            SourceRefused: 401, 403, 404 or 410.
            SourceUnavailable: another status, or a compressed answer.
        """
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

    @contextmanager
    def translated(self) -> Iterator[None]:
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
