"""Turns every error into RFC 9457 problem details, and nothing else into them.

The console translates ``code``; ``detail`` and ``remedy`` are the English fall-back. Whatever was
not raised on purpose becomes ``internal_error`` with a log line and without its text, so that no
path or secret leaves the machine.
"""

import logging
from http import HTTPStatus

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

__all__ = ["TooManyAttempts", "install_error_handlers"]

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


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
        return _problem(status, error.code, error.message, error.remedy)

    @app.exception_handler(RequestValidationError)
    def on_invalid_request(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "input_refused", f"{where}: {first['msg']}", ""
        )

    @app.exception_handler(HTTPException)
    def on_http_error(_request: Request, error: HTTPException) -> JSONResponse:
        code = "not_found" if error.status_code == HTTPStatus.NOT_FOUND else "request_refused"
        return _problem(HTTPStatus(error.status_code), code, str(error.detail), "")

    @app.exception_handler(Exception)
    def on_unexpected(request: Request, error: Exception) -> JSONResponse:
        logger.error("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
        return _problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "internal_error",
            "The server failed at this request.",
            "Look into the service's log.",
        )


def _problem(status: HTTPStatus, code: str, detail: str, remedy: str) -> JSONResponse:
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
