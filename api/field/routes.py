"""``/api/field``: what the page of a one-time link asks, by a phone that has no account."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Cookie, Depends, Query, Request, Response

from api.context import Context, context_of
from api.field.devices import COOKIE, FieldDevice, address_of, open_link, remember
from api.field.schemas import FieldOrder, OpenRequest, TellRequest, UploadAnswer
from api.field.service import finished, order_of, picture_of, told, uploaded
from api.field.uploads import MOST_UPLOAD_BYTES

__all__ = ["router"]

router = APIRouter(prefix="/api/field", tags=["field"])

InContext = Annotated[Context, Depends(context_of)]
CHUNK = {
    "requestBody": {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    }
}
UploadMark = Annotated[UUID, Query(description="mark of the upload, the same for all its parts")]


@router.post("/open")
def open_order(
    body: OpenRequest,
    request: Request,
    response: Response,
    context: InContext,
    cookie: Annotated[str | None, Cookie(alias=COOKIE)] = None,
) -> FieldOrder:
    """Open an order by the token of its link; the link is this phone's from then on."""
    device, kept = open_link(
        context, body.token, cookie, address=address_of(request), proposed=body.device
    )
    remember(response, request, context, kept)
    return order_of(context, device)


@router.get("/order")
def get_order(device: FieldDevice, context: InContext) -> FieldOrder:
    """The order as it stands."""
    return order_of(context, device)


@router.get("/picture", response_class=Response)
def get_picture(device: FieldDevice, context: InContext) -> Response:
    """The best picture of the fire, small enough for a weak link."""
    return Response(picture_of(context, device), media_type="image/jpeg")


@router.post("/tell")
def tell(body: TellRequest, device: FieldDevice, context: InContext) -> FieldOrder:
    """Tell what was seen and done; with the same key again nothing changes.

    Of an order that is over answers and notes are still taken: they may have waited for a network.
    """
    return order_of(context, told(context, device, body))


@router.get("/photos")
def get_upload(upload: UploadMark, device: FieldDevice, context: InContext) -> UploadAnswer:
    """How much of a photo has come; 0 of one that nobody knows."""
    return uploaded(context, context.phones.uploads.state(device.link.link_id, upload))


@router.post("/photos", openapi_extra=CHUNK)
async def send_chunk(  # noqa: PLR0917  # the framework names them
    request: Request,
    upload: UploadMark,
    offset: Annotated[int, Query(ge=0, le=MOST_UPLOAD_BYTES)],
    total: Annotated[int, Query(ge=1, le=MOST_UPLOAD_BYTES)],
    device: FieldDevice,
    context: InContext,
) -> UploadAnswer:
    """Send a part of a photo, as the body; the answer says where the next one begins."""
    chunk = await request.body()  # not before it is known who sends it

    def take() -> UploadAnswer:
        state = context.phones.uploads.take(
            device.link.link_id,
            upload,
            chunk,
            offset=offset,
            total=total,
            finish=lambda data: finished(context, device, data),
        )
        return uploaded(context, state)

    return await asyncio.to_thread(take)
