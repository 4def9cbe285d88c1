"""What routes that answer with files answer with, by path; the rest answers with JSON."""

from typing import Any, Final

__all__ = ["describe_file"]

_REPORT: Final = (
    *("application/pdf", "text/csv"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
_BY_PATH: Final[dict[str, tuple[str, ...]]] = {
    "/api/incidents/{incident_id}/photos/{file}": ("image/jpeg", "image/png"),
    "/api/orders/{order_id}/photos/{file}": ("image/jpeg", "image/png"),
    "/api/incidents/{incident_id}/cap.xml": ("application/cap+xml",),
    "/api/incidents/{incident_id}/gbt35965.xml": ("application/xml",),
    "/api/exports/incidents": (
        *("text/csv", "application/geo+json", "application/geopackage+sqlite3"),
        *("application/vnd.google-earth.kml+xml", "application/vnd.google-earth.kmz"),
        *("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"),
    ),
    "/api/flights/export": (
        *("text/csv", "application/geo+json", "application/geopackage+sqlite3"),
        *("application/vnd.google-earth.kml+xml", "application/vnd.google-earth.kmz"),
        *("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"),
    ),
    "/api/land/export": (
        *("text/csv", "application/geo+json", "application/geopackage+sqlite3"),
        *("application/vnd.google-earth.kml+xml", "application/vnd.google-earth.kmz"),
        *("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"),
    ),
    "/api/land/network/export": (
        *("text/csv", "application/geo+json"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "/api/cameras/export.{suffix}": ("text/csv", "application/toml"),
    "/api/aircraft/file": ("application/toml", "application/json", "text/csv"),
    "/api/sweeps/{sweep_id}/file": (
        *("application/vnd.google-earth.kmz", "application/json", "text/plain"),
        *("application/geo+json", "application/vnd.google-earth.kml+xml"),
    ),
    "/api/field/picture": ("image/jpeg",),
    "/api/footage/export": ("application/zip",),
    "/api/learning/export": ("application/zip",),
    "/api/imagery/{imagery_id}/hits/{hit_id}/picture": ("image/jpeg",),
    "/api/replays/compare.html": ("text/html",),
    "/api/replays/{run_id}/figures.csv": ("text/csv",),
    "/api/replays/{run_id}/report.html": ("text/html",),
    "/api/reports/monthly/{period}/file": _REPORT,
    "/api/reports/yearly/{period}/file": _REPORT,
    "/api/wall": ("application/octet-stream",),
    "/api/openapi.json": ("application/vnd.oai.openapi+json",),
}
_BY_ENDING: Final = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".mp4": "video/mp4",
    ".zip": "application/zip",
}


def describe_file(path: str, answer: dict[str, Any]) -> None:
    """Say in an answer of the document which media types a path has; JSON is left as it is."""
    ending = path[path.rfind(".") :] if "." in path else ""
    kinds = _BY_PATH.get(path) or ((_BY_ENDING[ending],) if ending in _BY_ENDING else ())
    content = answer.get("content", {})
    if kinds:
        answer["content"] = {kind: {} for kind in kinds}
    elif len(content) > 1 and content.get("application/json") == {"schema": {}}:
        del content["application/json"]  # the framework's guess beside what the route says
