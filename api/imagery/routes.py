"""``/api/imagery``: footage of flights, handed in, and what the detector found in it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.auth.roles import MonitorScope, ViewerScope
from api.context import Context, context_of
from api.imagery import service
from api.imagery.schemas import ImageryAnswer, ImageryHead, ImageryPage
from models.store.imagery import LONGEST_IMAGERY_NAME

__all__ = ["router"]

router = APIRouter(prefix="/api/imagery", tags=["imagery"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Wanted = Annotated[int | None, Query(ge=1, le=2**62)]


@router.get("")
def list_imagery(  # noqa: PLR0917 -- a query, by name
    scope: ViewerScope,
    context: InContext,
    run_id: Wanted = None,
    incident_id: Wanted = None,
    before: Wanted = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ImageryPage:
    """The newest first; of a flight, or of a fire."""
    found, next_before = service.page(
        context, scope, before=before, limit=limit, run_id=run_id, incident_id=incident_id
    )
    return ImageryPage(
        imagery=tuple(
            ImageryHead.of(each, is_drill=service.is_drill(context, each)) for each in found
        ),
        next_before=next_before,
    )


@router.post("", status_code=201)
async def send_imagery(  # noqa: PLR0917 -- a query, by name
    scope: MonitorScope,
    request: Request,
    context: InContext,
    name: Annotated[str, Query(min_length=1, max_length=LONGEST_IMAGERY_NAME)],
    run_id: Wanted = None,
    zone: Annotated[str, Query(max_length=60)] = "",
    stated_fov_deg: Annotated[float | None, Query(gt=0.0, lt=180.0)] = None,
) -> ImageryHead:
    """Take a photo, a video or its subtitles in (the body); it is scored in its turn.

    The same file of the same flight, sent again, is not taken twice.
    """
    service.check_zone(zone)
    if run_id is not None:
        await run_in_threadpool(service.check_run, context, scope, run_id)  # before gigabytes come
    received = await service.receive(context, name, request.stream())
    kept = await run_in_threadpool(
        lambda: service.keep(
            context.store,
            name,
            received,
            author=scope.user.name,
            run_id=run_id,
            zone=zone,
            stated_fov_deg=stated_fov_deg,
        )
    )
    drill = await run_in_threadpool(service.is_drill, context, kept)
    return ImageryHead.of(kept, is_drill=drill)


@router.get("/{imagery_id}")
def get_imagery(imagery_id: Number, scope: ViewerScope, context: InContext) -> ImageryAnswer:
    """A file with what was found in it."""
    found = service.one(context, scope, imagery_id)
    hits, drill = service.hits_of(context, scope, found), service.is_drill(context, found)
    return ImageryAnswer.whole(found, hits, is_drill=drill)


@router.get("/{imagery_id}/hits/{hit_id}/picture", response_class=Response)
def get_picture(
    imagery_id: Number, hit_id: Number, scope: ViewerScope, context: InContext
) -> Response:
    """The picture of a find, with its boxes."""
    found = service.one(context, scope, imagery_id)
    hit = service.hit_of(context, scope, found, hit_id)
    shelf = service.shelf_of(context.settings.data_dir)
    data = shelf.picture(found.imagery_id, found.round, hit.draft.frame)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, no-cache"})
