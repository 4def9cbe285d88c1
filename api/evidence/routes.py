"""``/api/evidence``: bundles of evidence, for monitors; each is written down."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.auth.roles import MonitorScope, MonitorUser
from api.context import Context, context_of
from api.evidence.exporting import Exporter
from api.moments import SiteMoment
from camera_gateway.recording.export import ExportFacts
from camera_gateway.recording.rules import RecorderRules
from models.errors import Conflict

__all__ = ["exporter_of", "router"]

router = APIRouter(prefix="/api/evidence", tags=["evidence"])

InContext = Annotated[Context, Depends(context_of)]
_BUSY: Final = threading.Lock()
"""One at a time: each takes a disk's worth of reading, and room beside the evidence."""


def exporter_of(context: Context) -> Exporter:
    """What exports of this installation are made by."""
    settings = context.settings
    spare_bytes = RecorderRules(settings.recording, settings.keeping).least_free_bytes
    ring = settings.data_dir / "ring"
    return Exporter(context.store, context.vault, ring, context.clock, spare_bytes)


@router.get("/alerts/{alert_id}.zip")
def export_alert(
    alert_id: Annotated[int, InPath(ge=1, le=2**62)], scope: MonitorScope, context: InContext
) -> FileResponse:
    """All that an alert has."""
    scope.check_alert(alert_id)
    exporter = exporter_of(context)
    return _download(
        context,
        f"firewatch-alert-{alert_id}.zip",
        lambda out: exporter.of_alert(alert_id, out, actor=scope.user.name, replace=True),
    )


@router.get("/cameras/{camera_id}.zip")
def export_span(
    camera_id: Annotated[str, InPath(pattern=r"^[a-z0-9-]{1,40}$")],
    from_at: Annotated[SiteMoment, Query()],
    until_at: Annotated[SiteMoment, Query()],
    user: MonitorUser,
    context: InContext,
) -> FileResponse:
    """A span of a camera's time; times without a zone are those of the site's clock."""
    zone = ZoneInfo(context.settings.time_zone)
    begins, ends = (
        moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        for moment in (from_at, until_at)
    )
    exporter = exporter_of(context)
    return _download(
        context,
        f"firewatch-{camera_id}-{begins.astimezone(zone):%Y%m%d-%H%M%S}.zip",
        lambda out: exporter.of_span(camera_id, begins, ends, out, actor=user.name, replace=True),
    )


def _download(context: Context, name: str, make: Callable[[Path], ExportFacts]) -> FileResponse:
    with _alone():
        descriptor, path = tempfile.mkstemp(
            dir=context.vault.root, prefix=".export-", suffix=".zip"
        )
        out = Path(path)
        try:
            open(descriptor, "wb").close()  # noqa: PTH123  # only its name is wanted
            make(out)
        except BaseException:
            out.unlink(missing_ok=True)
            raise
    return FileResponse(
        out,
        media_type="application/zip",
        filename=name,
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(out.unlink, missing_ok=True),
    )


@contextmanager
def _alone() -> Iterator[None]:
    if not _BUSY.acquire(blocking=False):
        raise Conflict(
            "Another export is being made.",
            remedy="Wait a moment, then try again.",
            code="export_busy",
        )
    try:
        yield
    finally:
        _BUSY.release()
