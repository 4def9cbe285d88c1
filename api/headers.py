"""What every answer says of itself to browsers, and which names the server answers to.

Scripts come from our own files only; styles from our own files and from those that our own scripts
make, which they mark with the nonce of the page (the components of Naive UI make theirs when they
are first shown). Nothing may be framed, and nothing of ours may be embedded elsewhere.

Source: OWASP Secure Headers Project; Content Security Policy Level 3, W3C.
"""

import re
from http import HTTPStatus
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem

__all__ = ["HEADERS", "HostCheck", "SecurityHeaders", "policy"]

HSTS: Final = "max-age=31536000"
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?")


def policy(nonce: str = "") -> str:
    """The Content-Security-Policy of a page whose scripts mark their styles with a nonce."""
    styles = f" 'nonce-{nonce}'" if nonce else ""
    return (
        "default-src 'self'; script-src 'self'; img-src 'self' blob: data:; "
        f"style-src 'self'{styles}; "
        # MapLibre's worker is a file of ours.
        "worker-src 'self' blob:; connect-src 'self'; media-src 'self' blob:; object-src 'none'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


HEADERS: Final = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
}

_WHERE: Final = HEADERS["Permissions-Policy"].replace("geolocation=()", "geolocation=(self)")


class SecurityHeaders:
    """Adds the headers to every answer; plain ASGI, so that streams are not held back.

    Args:
        app: within.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", HSTS)
                if scope["path"].startswith("/api/field/"):
                    # A phone that is not ours keeps nothing of it on its disk by itself.
                    headers.setdefault("Cache-Control", "no-store")
                if scope["path"].startswith("/field/"):
                    headers["Permissions-Policy"] = _WHERE  # its page asks where the phone is
                if scope["path"].startswith("/api/"):
                    # What a shared cache kept would be shown to the next person.
                    headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class HostCheck:
    """Refuses requests whose ``Host`` is none, is stated twice, or is not one of ours; plain ASGI.

    Args:
        app: within.
        hosts: names and addresses without port; empty for any.
    """

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...] = ()) -> None:
        self._app = app
        self._hosts = frozenset(name.lower().strip("[]") for name in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and not self._is_ours(scope):
            refusal = problem(
                HTTPStatus.MISDIRECTED_REQUEST,
                "host_refused",
                "This server does not answer to that name.",
                "Open it by its own name, or add the name to security.hosts.",
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        stated = [value for name, value in scope["headers"] if name == b"host"]
        found = _HOST.fullmatch(stated[0].decode("latin-1")) if len(stated) == 1 else None
        if found is None:
            return False
        return not self._hosts or found[1].lower().strip("[]") in self._hosts
