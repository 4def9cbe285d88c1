"""``/api/land/imports``: land layers from files, for administrators.

A file is sent (``POST``, the body is the file itself), answered with its layers and how each seems
to be meant; checked with a mapping as often as wanted, which changes nothing; taken as one change;
and forgotten.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.auth.roles import AdminUser
from api.context import Context, context_of
from api.land.imports.bodies import ApplyBody, CheckBody, ReadBody
from api.land.imports.contents import UploadAnswer
from api.land.imports.desk import ImportDesk
from api.land.imports.pictures import picture_of
from api.land.imports.reports import AppliedAnswer, DraftAnswer
from api.land.imports.shelf import Draft

__all__ = ["router"]

router = APIRouter(prefix="/api/land/imports", tags=["land"])

InContext = Annotated[Context, Depends(context_of)]
Key = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Number = Annotated[int, Path(ge=1, le=2**62)]


@router.post("")
async def send(
    user: AdminUser,
    request: Request,
    context: InContext,
    name: Annotated[str, Query(min_length=1, max_length=1000)],
) -> UploadAnswer:
    """Take a file in, and say what is in it; not read before it is known who sends it."""
    desk = context.land_imports
    upload = await desk.receive(name, user.name, request.stream())
    return await desk.aside(lambda: UploadAnswer.of(upload))


@router.get("/reports")
def kept_reports(_user: AdminUser, context: InContext) -> list[int]:
    """Numbers of changes whose report is kept."""
    return sorted(context.land_imports.reports.changes(), reverse=True)


@router.get("/reports/{change_id}")
def kept_report_of(change_id: Number, _user: AdminUser, context: InContext) -> Response:
    """What became of every row of a file that was taken."""
    data = context.land_imports.reports.get(change_id)
    return Response(data, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get("/{upload_id}")
async def look(upload_id: Key, user: AdminUser, context: InContext) -> UploadAnswer:
    """What is in a file that was sent."""
    desk = context.land_imports
    upload = desk.upload(upload_id, user.name)
    return await desk.aside(lambda: UploadAnswer.of(upload))


@router.delete("/{upload_id}", status_code=204)
async def forget(upload_id: Key, user: AdminUser, context: InContext) -> None:
    """Remove a file; what was taken of it stays."""
    context.land_imports.forget(upload_id, user.name)


@router.post("/{upload_id}/read")
async def read_as(
    upload_id: Key, body: ReadBody, user: AdminUser, context: InContext
) -> UploadAnswer:
    """Read a file's texts in another encoding."""
    desk = context.land_imports
    upload = desk.upload(upload_id, user.name)
    await desk.read_as(upload, body.encoding)
    return await desk.aside(lambda: UploadAnswer.of(upload))


@router.post("/{upload_id}/check")
async def check(
    upload_id: Key, body: CheckBody, user: AdminUser, context: InContext
) -> DraftAnswer:
    """Say what would become of a layer of a file; changes nothing."""
    desk = context.land_imports
    upload = desk.upload(upload_id, user.name)
    draft = await desk.check(upload, body.layer_number, body.mapping.mapping())
    return await desk.aside(lambda: _answer(desk, draft))


@router.post("/{upload_id}/apply")
async def apply(
    upload_id: Key, body: ApplyBody, user: AdminUser, context: InContext
) -> AppliedAnswer:
    """Take a draft, as one change of the land; once, however often it is asked for."""
    desk = context.land_imports
    applied = await desk.apply(
        upload_id, user.name, draft=body.draft, mode=body.mode, note=body.note, key=body.key
    )
    return AppliedAnswer.of(applied)


def _answer(desk: ImportDesk, draft: Draft) -> DraftAnswer:
    picture = picture_of(draft.features, draft.district)
    return DraftAnswer.of(draft, picture, desk.effect(draft, "add"), desk.effect(draft, "replace"))
