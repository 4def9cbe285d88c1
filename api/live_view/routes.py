"""``/api/cameras/ID/live.mp4`` and ``/api/wall``: what cameras show now."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Path, Query, Response

from api.auth.roles import COOKIE, SharedViewer
from api.cameras.thumbs import ThumbWidth
from api.context import Context, context_of
from api.live_view.bundle import bundle_of, wanted_of
from api.live_view.rights import check_live
from api.live_view.stream import LiveStream

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["live view"])

InContext = Annotated[Context, Depends(context_of)]
Key = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
Token = Annotated[str | None, Cookie(alias=COOKIE)]
Wanted = Annotated[str, Query(max_length=16_000)]


@router.get("/cameras/{camera_id}/live.mp4", response_model=None)
def watch_live(
    camera_id: Key, _user: SharedViewer, context: InContext, token: Token = None
) -> LiveStream:
    """A camera's video as it comes, until the viewer goes or may not see it any more.

    Raises:
        NotFound: no such camera.
        Conflict: it has none that a browser plays (codes ``live_view_stills_only``,
            ``live_view_codec``, ``live_view_masked``, ``live_view_off``), or too many watch.
    """
    check_live(context, camera_id)

    def allowed() -> None:
        context.auth.user_of(token)
        check_live(context, camera_id)

    tap = context.taps.of(camera_id)
    return LiveStream(context.live, tap, context.clock, allowed)


@router.get("/wall")
async def show_wall(
    _user: SharedViewer, context: InContext, cameras: Wanted, width: ThumbWidth = ThumbWidth.LIST
) -> Response:
    """Small pictures of several cameras in one answer, those that the asker has not seen yet.

    ``cameras`` is ``KEY:SEEN,KEY:SEEN…``: 64 at most, each with when its picture that was seen
    last was captured, in milliseconds, or 0. For some seconds more key frames of these cameras are
    decoded.
    """
    wanted = wanted_of(cameras)
    data = await bundle_of(context, wanted, width)
    headers = {"Cache-Control": "no-store"}
    return Response(data, media_type="application/octet-stream", headers=headers)
