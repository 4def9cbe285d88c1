"""Every route of an application, and an address for it."""

import re
from collections.abc import Iterator

from api_rig import ApiRig
from fastapi.routing import APIRoute

VALUES = {
    "alert_id": "1",
    "incident_id": "1",
    "observation_id": "1",
    "recording_id": "1",
    "camera_id": "t1-red",
    "visible_id": "t1-red",
    "index": "0",
    "layer": "village",
    "zoom": "9",
    "suffix": "csv",
    "collection": "incidents",
}

A_DAY = "?from=2026-11-25T00:00:00Z&until=2026-11-26T00:00:00Z"
QUERIES = {
    "/api/exports/incidents": "?format=geojson&scope=all",
    "/api/flights/export": A_DAY + "&format=csv",
    "/api/replays/compare": "?first=1&second=2",
    "/api/replays/compare.html": "?first=1&second=2",
    "/api/reports/monthly/{period}/file": "?format=csv",
    "/api/reports/yearly/{period}/file": "?format=csv",
    **dict.fromkeys(("/api/duty/gaps", "/api/duty/shifts", "/api/duty/leaves"), A_DAY),
}
"""What a route cannot do without."""


def routes(api: ApiRig) -> list[tuple[str, APIRoute]]:
    """Method and route, all of them."""
    walked = _walk(api.client().app.routes)
    return [(method, route) for route in walked for method in sorted(route.methods)]


def address(route: APIRoute) -> str:
    """An address that leads to it."""

    def value(match: re.Match[str]) -> str:
        name = match[1].partition(":")[0]
        return "1.jpg" if name == "file" and "photos" in route.path else VALUES.get(name, "1")

    return re.sub(r"\{([^}]+)\}", value, route.path) + QUERIES.get(route.path, "")


def _walk(found: list) -> Iterator[APIRoute]:
    for route in found:
        if isinstance(route, APIRoute):
            yield route
        elif getattr(route, "routes", None):
            yield from _walk(route.routes)
        elif getattr(route, "original_router", None) is not None:
            yield from _walk(route.original_router.routes)
