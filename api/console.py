"""The built pages: files as they are, the console's page with a nonce of its own each time.

The phone page of those who look at a fire on the ground makes no styles, so it needs no nonce.
"""

import secrets
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.headers import policy

__all__ = ["Console"]

_PAGE: Final = frozenset({".", "", "index.html"})
_UNHASHED: Final = frozenset({"field", "field/index.html", "field/sw.js"})
"""The phone page and its worker, which have no digest in their names."""


class Console(StaticFiles):
    """Serves the folder of the built console.

    Args:
        folder: with ``index.html`` in it.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._page = (folder / "index.html").read_text(encoding="utf-8")

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The page, or a file."""
        if path not in _PAGE:
            answer = await super().get_response(path, scope)
            if path in _UNHASHED:
                answer.headers["Cache-Control"] = "no-cache"
            return answer
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405)
        nonce = secrets.token_urlsafe(16)
        # The script reads it by the element's property; the attribute is hidden from selectors.
        marked = f'<head>\n    <meta property="csp-nonce" nonce="{nonce}" />'
        return HTMLResponse(
            self._page.replace("<head>", marked, 1),
            headers={
                "Content-Security-Policy": policy(nonce),
                # The page names its hashed parts, so it must never be an old one.
                "Cache-Control": "no-cache",
            },
        )
