"""``/api/footage``: the library of recordings, their truth, and what goes out for training."""

import tempfile
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from api.auth.roles import AdminUser, MonitorUser, ViewerUser
from api.context import Context, context_of
from api.etags import NOT_CHANGED, IfMatch, check_match, matches, tag_for, tag_of, tagged
from api.footage import service
from api.footage.exporting import export_zip
from api.footage.frames import LARGEST_PX, frame_jpeg, frames_within, time_of
from api.footage.labelling import classes_of, receive_labels
from api.footage.schemas import (
    FootageAnswer,
    FootageChange,
    FootageList,
    FrameAnswer,
    FrameList,
)
from api.footage.shelf import on_disk
from api.footage.truth_schemas import (
    LabelsAnswer,
    RefusalAnswer,
    TruthAnswer,
    TruthBody,
    TruthRequest,
    TruthVersion,
)
from api.moments import Moment
from detector.footage import LabelFormat
from models.errors import Conflict, InputRefused
from models.footage import MOST_NAME, FootageKind, Light
from models.footage_library import Footage, FootageState
from models.frame import FrameMode
from models.store.footage_rows import MOST_NOTE

__all__ = ["router"]

router = APIRouter(prefix="/api/footage", tags=["footage"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Wanted = Annotated[int | None, Query(ge=1, le=2**62)]
Name = Annotated[str, Query(max_length=MOST_NAME)]
Seconds = Annotated[float | None, Query(ge=-1e9, le=1e9)]
_NOT_MODIFIED = 304


@router.get("")
def list_footage(  # noqa: PLR0917 -- a query, by name
    _user: ViewerUser,
    context: InContext,
    scene: Annotated[str | None, Query(max_length=MOST_NAME)] = None,
    kind: FootageKind | None = None,
    state: FootageState | None = None,
    light: Light | None = None,
    mode: FrameMode | None = None,
    before: Wanted = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FootageList:
    """The newest first; of a scene, a kind, a state, a light or a way of seeing."""
    found = context.store.footage.page(
        before=before,
        limit=limit + 1,
        scene=scene,
        kind=kind,
        state=state,
        light=light,
        mode=mode,
    )
    more = found[limit - 1].footage_id if len(found) > limit else None
    return FootageList(
        footage=tuple(FootageAnswer.of(one) for one in found[:limit]), next_before=more
    )


@router.post("", status_code=201)
async def add_footage(  # noqa: PLR0917 -- a query, by name
    user: MonitorUser,
    request: Request,
    context: InContext,
    name: Name = "",
    camera_id: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,40}$")] = "",
    from_at: Annotated[Moment | None, Query()] = None,
    until_at: Annotated[Moment | None, Query()] = None,
    imagery_id: Wanted = None,
    scene: Name = "",
) -> FootageAnswer:
    """Take a recording in; it is looked through in its turn.

    With ``name``, the body is a video or a zip of the pictures of one view. With ``camera_id``,
    ``from_at`` and ``until_at`` it is cut out of that camera's recorder. With ``imagery_id`` it is
    the video of a flight. The same content is not taken twice.
    """
    of_ring = bool(camera_id) and from_at is not None and until_at is not None
    if [bool(name), of_ring, imagery_id is not None].count(True) != 1:
        raise InputRefused(
            "It is not said, or said twice, where the footage comes from.",
            remedy="Give name, or camera_id with from_at and until_at, or imagery_id.",
            code="footage_source",
        )
    author = user.name
    if name:
        kept = await service.receive(context, name, request.stream(), scene=scene, author=author)
    elif imagery_id is not None:
        kept = await run_in_threadpool(
            service.from_imagery, context, imagery_id, scene=scene, author=author
        )
    else:
        assert from_at is not None  # noqa: S101 -- of_ring says so
        assert until_at is not None  # noqa: S101
        kept = await run_in_threadpool(
            service.from_ring, context, camera_id, from_at, until_at, scene=scene, author=author
        )
    return FootageAnswer.of(kept)


@router.post("/labels")
async def add_labels(  # noqa: PLR0917 -- a query, by name
    user: MonitorUser,
    request: Request,
    context: InContext,
    footage_id: Annotated[int, Query(ge=1, le=2**62)],
    format: LabelFormat,  # noqa: A002 -- as it is called everywhere
    base: Annotated[int, Query(ge=0, le=2**53)],
    name: Annotated[str, Query(min_length=1, max_length=MOST_NAME)] = "labels",
    classes: Annotated[str, Query(max_length=2_000)] = "",
    note: Annotated[str, Query(max_length=MOST_NOTE)] = "",
) -> LabelsAnswer:
    """Take labels of another tool (the body: its file, or a zip of its files) as the truth.

    ``base`` is the version of the truth that was read, 0 while there is none. ``classes`` says
    what names of classes mean: ``smog=smoke,cloud=nothing``.
    """
    await run_in_threadpool(_ready, context, footage_id)  # before megabytes come
    taken = await receive_labels(
        context,
        footage_id,
        name,
        request.stream(),
        format,
        classes=classes_of(classes),
        base=base,
        author=user.name,
        note=note,
    )
    truth = taken.kept.truth
    return LabelsAnswer(
        version=taken.kept.version,
        fires=len(truth.fires),
        boxes=len(truth.boxes),
        boxed_frames=len(truth.boxed_at_s),
        refused=tuple(RefusalAnswer(code=one.code, message=str(one)) for one in taken.refused),
        refused_count=taken.refused_count,
    )


@router.get("/export", response_class=FileResponse)
def export_footage(
    user: MonitorUser,
    context: InContext,
    footage_id: Annotated[list[int] | None, Query(max_length=500)] = None,
    val_share: Annotated[float, Query(ge=0.05, le=0.5)] = 0.2,
) -> FileResponse:
    """What was boxed and may be trained on, as a set with splits by scene; a zip.

    Of the recordings that are named, or of all. Scenes stay on one side.
    """
    shelf = service.shelf_of(context.settings)
    with context.footage.export(), on_disk():
        descriptor, path = tempfile.mkstemp(dir=shelf.workplace(), suffix=".zip")
        out = FilePath(path)
        try:
            open(descriptor, "wb").close()  # noqa: PTH123  # only its name is wanted
            export_zip(
                context.store,
                shelf,
                out,
                numbers=footage_id,
                val_share=val_share,
                author=user.name,
            )
        except BaseException:
            out.unlink(missing_ok=True)
            raise
    return FileResponse(
        out,
        media_type="application/zip",
        filename="firewatch-training.zip",
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(out.unlink, missing_ok=True),
    )


@router.get("/{footage_id:int}", responses=NOT_CHANGED, response_model=FootageAnswer)
def get_footage(
    footage_id: Number, _user: ViewerUser, request: Request, context: InContext
) -> Response:
    """A recording."""
    return tagged(request, FootageAnswer.of(context.store.footage.get(footage_id)))


@router.patch("/{footage_id:int}")
def change_footage(
    footage_id: Number,
    body: FootageChange,
    user: MonitorUser,
    context: InContext,
    if_match: IfMatch = None,
) -> FootageAnswer:
    """Say anew of which scene it is, under what it was taken, and what may be done with it.

    With its tag in ``If-Match`` it is changed only as it was read, else 412.
    """
    known = context.store.footage.get(footage_id)
    check_match(if_match, tag_for(FootageAnswer.of(known)))
    draft = known.draft
    changed = context.store.footage.change(
        footage_id,
        scene=draft.scene if body.scene is None else body.scene,
        conditions=draft.conditions if body.conditions is None else body.conditions.conditions(),
        rights=draft.rights if body.rights is None else body.rights.rights(),
        version=known.version,
        author=user.name,
    )
    return FootageAnswer.of(changed)


@router.delete("/{footage_id:int}", status_code=204)
def remove_footage(footage_id: Number, user: AdminUser, context: InContext) -> None:
    """Take it out of the library, and its files from the disk; what was said of it stays kept."""
    shelf = service.shelf_of(context.settings)
    service.remove(context.store, shelf, context.footage, footage_id, author=user.name)


@router.get("/{footage_id:int}/truth", responses=NOT_CHANGED, response_model=TruthAnswer)
def get_truth(
    footage_id: Number,
    _user: ViewerUser,
    request: Request,
    context: InContext,
    version: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """What is true of it, as of now or of a version; with who said what, and when."""
    return tagged(request, _truth(context, footage_id, version))


@router.put("/{footage_id:int}/truth")
def put_truth(
    footage_id: Number,
    body: TruthRequest,
    user: MonitorUser,
    context: InContext,
    if_match: IfMatch = None,
) -> TruthAnswer:
    """Say what is true of it; what was said before stays beside it.

    It goes on from the version ``base``; with the tag of the truth in ``If-Match`` it is taken only
    when nobody has said anything since, else 412.
    """
    if if_match is not None:
        check_match(if_match, tag_for(_truth(context, footage_id, None)))
    context.store.footage.put_truth(
        footage_id, body.truth.truth(), base=body.base, author=user.name, note=body.note
    )
    return _truth(context, footage_id, None)


@router.get("/{footage_id:int}/frames")
def list_frames(  # noqa: PLR0917 -- a query, by name
    footage_id: Number,
    _user: ViewerUser,
    context: InContext,
    from_s: Seconds = None,
    until_s: Seconds = None,
    every_s: Annotated[float, Query(ge=0.0, le=86_400.0)] = 0.0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
    from_number: Annotated[int, Query(ge=0, le=2**53)] = 0,
) -> FrameList:
    """Frames of a part of it, at most one in ``every_s`` seconds."""
    found = _ready(context, footage_id)
    index = service.shelf_of(context.settings).index(found.draft)
    frames, next_from_s = frames_within(
        index,
        from_s=from_s,
        until_s=until_s,
        every_s=every_s,
        limit=limit,
        from_number=from_number,
    )
    return FrameList(
        frames=tuple(
            FrameAnswer(number=one.number, at_s=one.at_s, captured_at=time_of(found, one.at_s))
            for one in frames
        ),
        count=len(index.at_s),
        next_from_s=next_from_s,
    )


@router.get(
    "/{footage_id:int}/frames/{number:int}.jpg", responses=NOT_CHANGED, response_class=Response
)
def get_frame(
    footage_id: Number,
    number: Annotated[int, Path(ge=0, le=2**53)],
    _user: ViewerUser,
    request: Request,
    context: InContext,
    width_px: Annotated[int | None, Query(ge=16, le=LARGEST_PX)] = None,
) -> Response:
    """One frame by its number, never larger than it is; always whole, whatever range is asked."""
    found = _ready(context, footage_id)
    tag = tag_of(found.draft.sha256, number, width_px)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Accept-Ranges": "none"}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    shelf = service.shelf_of(context.settings)
    with context.footage.frame():
        index = shelf.index(found.draft)
        data = frame_jpeg(shelf, found.draft, index, number, width_px=width_px)
    return Response(data, media_type="image/jpeg", headers=headers)


def _ready(context: Context, footage_id: int) -> Footage:
    found = context.store.footage.get(footage_id)
    if found.state is not FootageState.READY:
        raise Conflict(
            f"Footage {footage_id} is not ready.",
            remedy="Wait until it was looked through.",
            code="footage_not_ready",
        )
    return found


def _truth(context: Context, footage_id: int, version: int | None) -> TruthAnswer:
    store = context.store
    kept = store.footage.truth(footage_id, version)
    return TruthAnswer(
        footage_id=footage_id,
        version=0 if kept is None else kept.version,
        truth=None if kept is None else TruthBody.of(kept.truth),
        versions=tuple(TruthVersion.of(one) for one in store.footage.truths(footage_id)),
    )
