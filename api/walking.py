"""The routes of an application, also those of included routers."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

__all__ = ["routes_of"]


def routes_of(app: FastAPI) -> Iterator[APIRoute]:
    """All routes of the API."""
    yield from _walk(app.routes)


def _walk(found: Any) -> Iterator[APIRoute]:  # noqa: ANN401  # Starlette's lists hold any route
    for route in found:
        if isinstance(route, APIRoute):
            yield route
        elif getattr(route, "routes", None):
            yield from _walk(route.routes)
        elif getattr(route, "original_router", None) is not None:
            yield from _walk(route.original_router.routes)
