"""Turns every error into RFC 9457 problem details, and nothing else into them.

The console translates ``code``; ``detail`` and ``remedy`` are the English fall-back. Whatever was
not raised on purpose becomes ``internal_error`` with a log line and without its text, so that no
path or secret leaves the machine.
"""

import logging
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from models.errors import (
    Conflict,
    InputRefused,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StorageFull,
    WatchError,
)

__all__ = ["TooManyAttempts", "install_error_handlers", "problem"]

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_HTTP_CODES: Final[dict[int, str]] = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
}


class TooManyAttempts(WatchError):
    """Sign-in is throttled for this account and address."""

    default_code = "too_many_attempts"


_STATUS: tuple[tuple[type[WatchError], HTTPStatus], ...] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (NotPermitted, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (InputRefused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (TooManyAttempts, HTTPStatus.TOO_MANY_REQUESTS),
    (StorageFull, HTTPStatus.INSUFFICIENT_STORAGE),
    (WatchError, HTTPStatus.SERVICE_UNAVAILABLE),
)


def install_error_handlers(app: FastAPI) -> None:
    """Register the handlers on an application."""

    @app.exception_handler(WatchError)
    def on_watch_error(_request: Request, error: WatchError) -> JSONResponse:
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        return problem(status, error.code, error.message, error.remedy)

    @app.exception_handler(RequestValidationError)
    def on_invalid_request(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "input_refused", f"{where}: {first['msg']}", ""
        )

    @app.exception_handler(HTTPException)
    def on_http_error(_request: Request, error: HTTPException) -> JSONResponse:
        code = _HTTP_CODES.get(error.status_code, "request_refused")
        return problem(HTTPStatus(error.status_code), code, str(error.detail), "")

    @app.exception_handler(Exception)
    def on_unexpected(request: Request, error: Exception) -> JSONResponse:
        logger.error("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
        return problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "internal_error",
            "The server failed at this request.",
            "Look into the service's log.",
        )


def problem(status: HTTPStatus, code: str, detail: str, remedy: str) -> JSONResponse:
    """An answer of problem details."""
    return JSONResponse(
        {
            "type": f"urn:firewatch:problem:{code}",
            "title": status.phrase,
            "status": status.value,
            "detail": detail,
            "code": code,
            "remedy": remedy,
        },
        status_code=status.value,
        media_type=MEDIA_TYPE,
    )
