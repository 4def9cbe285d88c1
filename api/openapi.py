"""``/api/openapi.json``: what the API is, as OpenAPI 3.1, made of the routes themselves.

Every operation has a readable name of its own, says which role it needs (``x-required-role``; none
where it is public), what it answers, and that it refuses with RFC 9457 problem details. There is no
page to look at it with: such pages fetch their scripts from outside.
"""

import re
from importlib.metadata import version
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from api.auth.roles import COOKIE, SharedViewer, role_of
from api.openapi_files import describe_file
from api.walking import routes_of

__all__ = ["document_of", "operation_id", "router"]

router = APIRouter(prefix="/api", tags=["openapi"])

PROBLEM: Final = "Problem"
_PARAMETER: Final = re.compile(r"[^a-z0-9]+")
_SUMMARY: Final = """The API of a forest-fire watch. Times are ISO 8601 in UTC, places WGS 84 in
degrees with longitude first, lengths in metres. Refusals are RFC 9457 problem details with a stable
`code`, in Chinese or English by `Accept-Language`."""

_PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "Why a request was refused (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "remedy"],
    "properties": {
        "type": {"type": "string", "description": "`urn:firewatch:problem:` and the code"},
        "title": {"type": "string", "description": "what it is, in the asked-for language"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "stable key"},
        "remedy": {"type": "string", "description": "what to do; may be empty"},
    },
}


def operation_id(route: APIRoute) -> str:
    """The readable name of an operation: what it does, with the area that it is in."""
    tag = str(route.tags[0]) if route.tags else "api"
    area = _PARAMETER.sub("_", tag.lower())
    words = route.name
    return words if area in words else f"{area}_{words}"


def document_of(app: FastAPI) -> dict[str, Any]:
    """The document, made once for each application."""
    if app.openapi_schema is None:
        document = get_openapi(
            title="Firewatch 林火瞭望",
            version=version("forest-fire-watch"),
            openapi_version="3.1.0",
            description=_SUMMARY,
            routes=app.routes,
            tags=None,
        )
        _describe(app, document)
        app.openapi_schema = document
    return app.openapi_schema


@router.get("/openapi.json", response_class=JSONResponse)
def get_openapi_document(request: Request, _user: SharedViewer) -> JSONResponse:
    """This document."""
    return JSONResponse(
        document_of(request.app), media_type="application/vnd.oai.openapi+json;version=3.1"
    )


def _describe(app: FastAPI, document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas[PROBLEM] = _PROBLEM_SCHEMA
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
        "token": {"type": "http", "scheme": "bearer"},
    }
    for route in routes_of(app):
        if not route.include_in_schema:
            continue
        role = role_of(route.dependant)
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is None:
                continue
            if role is not None:
                operation["x-required-role"] = role.value
                operation["security"] = [{"session": []}, {"token": []}]
            if method == "GET" and "200" in operation["responses"]:
                describe_file(route.path_format, operation["responses"]["200"])
            _describe_refusals(operation, is_public=role is None)


def _describe_refusals(operation: dict[str, Any], *, is_public: bool) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{PROBLEM}"}}}
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)
    known = {"422": "the input is refused", "default": "it is refused, or the server failed"}
    if not is_public:
        known |= {"401": "nobody is signed in", "403": "the asker may not do it"}
    for status, words in known.items():
        responses[status] = {"description": words, "content": problem}
    cookies = [one for one in operation.get("parameters", []) if one.get("in") != "cookie"]
    if "parameters" in operation:
        operation["parameters"] = cookies
