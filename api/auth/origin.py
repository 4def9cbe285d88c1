"""Cross-site request forgery, refused by what browsers say of themselves.

A request that changes something must come from our own pages: browsers send ``Sec-Fetch-Site``, and
older ones ``Origin``; neither can be set by a foreign page's script. A request with neither comes
from a program, or from a browser that is older still: with a cookie it may not have a body of a
kind that a form can send. A program that shows a token is let through: no foreign page can make a
browser send one, and its cookie counts for nothing.

Source: Fetch Metadata Request Headers, W3C, section 2.3.
"""

from urllib.parse import urlsplit

from fastapi import Request

from models.errors import NotPermitted

__all__ = ["check_same_origin"]

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})


def check_same_origin(request: Request) -> None:
    """Refuse a changing request that another site caused.

    Raises:
        NotPermitted: code ``cross_site``.
    """
    if request.method in _READING or "authorization" in request.headers:
        return
    fetch_site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if fetch_site is not None:
        allowed = fetch_site in {"same-origin", "none"}
    elif origin is not None:
        allowed = urlsplit(origin).netloc == request.headers.get("host")
    else:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        allowed = "cookie" not in request.headers or kind not in _OF_FORMS
    if not allowed:
        raise NotPermitted(
            "This request was started by another site.",
            remedy="Open the console by its own address and try again.",
            code="cross_site",
        )
