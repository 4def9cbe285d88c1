"""Turns every error into RFC 9457 problem details, and nothing else into them.

``title`` is in Chinese or English as ``Accept-Language`` asks, by the console's own words for
``code``. ``detail`` and ``remedy`` name the file or value in English; in Chinese ``detail`` is the
sentence of the console and ``remedy`` is within it. Whatever was not raised on purpose becomes
``internal_error`` with a log line and without its text, so that no path or secret leaves the
machine.
"""

import logging
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.etags import Outdated
from api.languages import Language, language_of, problem_words
from api.ogc.refusals import QueryRefused
from api.walking import routes_of
from models.errors import (
    Conflict,
    InputRefused,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StorageFull,
    WatchError,
)

__all__ = ["Gone", "TooManyAttempts", "install_error_handlers", "problem"]

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_HTTP_CODES: Final[dict[int, str]] = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_refused",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
}


class TooManyAttempts(WatchError):
    """Sign-in is throttled for this account and address."""

    default_code = "too_many_attempts"


class Gone(WatchError):
    """It was there and is over; asking again changes nothing."""

    default_code = "gone"


_STATUS: tuple[tuple[type[WatchError], HTTPStatus], ...] = (
    (NotSignedIn, HTTPStatus.UNAUTHORIZED),
    (NotPermitted, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Conflict, HTTPStatus.CONFLICT),
    (QueryRefused, HTTPStatus.BAD_REQUEST),
    (Outdated, HTTPStatus.PRECONDITION_FAILED),
    (InputRefused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (TooManyAttempts, HTTPStatus.TOO_MANY_REQUESTS),
    (Gone, HTTPStatus.GONE),
    (StorageFull, HTTPStatus.INSUFFICIENT_STORAGE),
    (WatchError, HTTPStatus.SERVICE_UNAVAILABLE),
)


def install_error_handlers(app: FastAPI) -> None:
    """Register the handlers on an application."""

    @app.exception_handler(WatchError)
    def on_watch_error(request: Request, error: WatchError) -> JSONResponse:
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        return problem(status, error.code, error.message, error.remedy, _language(request))

    @app.exception_handler(RequestValidationError)
    def on_invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "input_refused",
            f"{where}: {first['msg']}",
            "",
            _language(request),
        )

    @app.exception_handler(HTTPException)
    def on_http_error(request: Request, error: HTTPException) -> JSONResponse:
        code = _HTTP_CODES.get(error.status_code, "request_refused")
        answer = problem(
            HTTPStatus(error.status_code), code, str(error.detail), "", _language(request)
        )
        answer.headers.update(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            answer.headers["Allow"] = ", ".join(_allowed(request))
        return answer

    @app.exception_handler(Exception)
    def on_unexpected(request: Request, error: Exception) -> JSONResponse:
        logger.error("unexpected error in %s %s", request.method, request.url.path, exc_info=error)
        return problem(
            HTTPStatus.INTERNAL_SERVER_ERROR,
            "internal_error",
            "The server failed at this request.",
            "Look into the service's log.",
            _language(request),
        )


def problem(
    status: HTTPStatus, code: str, detail: str, remedy: str, language: Language = "en"
) -> JSONResponse:
    """An answer of problem details, in a language."""
    title = problem_words(code, status, language, status.phrase)
    return JSONResponse(
        {
            "type": f"urn:firewatch:problem:{code}",
            "title": title,
            "status": status.value,
            "detail": detail if language == "en" else title,
            "code": code,
            "remedy": remedy if language == "en" else "",
        },
        status_code=status.value,
        media_type=MEDIA_TYPE,
        headers={"Content-Language": language, "Vary": "Accept-Language"},
    )


def _allowed(request: Request) -> list[str]:
    """Every method of the address; the framework tells those of the first route only."""
    routes = list(routes_of(request.app))
    path = request.url.path
    first = next((one.path_format for one in routes if one.path_regex.match(path)), None)
    methods = [one.methods or set() for one in routes if one.path_format == first]
    return sorted(set().union(*methods))


def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language"))
