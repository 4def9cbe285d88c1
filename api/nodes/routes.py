"""``/api/nodes``: what nodes push, how they do, and for administrators their set-up."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from api.auth.roles import AdminUser, SharedViewer
from api.context import Context, context_of
from api.errors import problem
from api.etags import NOT_CHANGED, IfMatch, check_match, tag_for, tagged
from api.languages import language_of
from api.nodes.health import fleet_now
from api.nodes.intake import flooded
from api.nodes.painting import levels_of, paint
from api.nodes.pushes import Push, PushRefused
from api.nodes.schemas import (
    FrameAnswer,
    FramesAnswer,
    KeyAnswer,
    LevelsAnswer,
    NodeAnswer,
    NodeBody,
    NodesAnswer,
    NodeSetup,
    ReceiptAnswer,
)
from api.nodes.signing import new_key
from api.nodes.views import check_is_no_view, of_people
from camera_gateway.thermal import read_thermal
from models.errors import NotFound
from models.heat_node import FrameRefusal
from models.thermal import ThermalImage

__all__ = ["router"]

router = APIRouter(prefix="/api/nodes", tags=["nodes"])

InContext = Annotated[Context, Depends(context_of)]
Key = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}(\.[0-9]{1,4})?$")]
Number = Annotated[int, Path(ge=1, le=2**62)]

PICTURE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("application/octet-stream", "image/jpeg", "image/png", "image/tiff")
        },
    }
}
_OF_STRANGERS: Final = frozenset({FrameRefusal.UNKNOWN, FrameRefusal.FORGED})
_TAKEN: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": ReceiptAnswer, "description": "it was there already"}
}


@router.post(
    "/{node_id}/frames",
    status_code=201,
    response_model=ReceiptAnswer,
    responses=_TAKEN,
    openapi_extra=PICTURE,
)
async def push_frame(  # noqa: PLR0917  # headers, by name
    node_id: Key,
    request: Request,
    context: InContext,
    sequence: Annotated[str, Header(alias="Firewatch-Sequence")] = "",
    captured_at: Annotated[str, Header(alias="Firewatch-Captured-At")] = "",
    reading: Annotated[str, Header(alias="Firewatch-Reading")] = "",
    signature: Annotated[str, Header(alias="Firewatch-Signature")] = "",
) -> JSONResponse:
    """Take a frame of a node in; the body is the picture, and the signature is the right to it.

    201 says that it is kept, 200 that it was there already; docs/nodes.md has the whole of it.
    """
    room = context.nodes
    address = request.client.host if request.client is not None else ""
    try:
        wait_s = room.misses.wait_s(address, node_id)
        if wait_s > 0.0:
            raise flooded(node_id, wait_s)
        body = await room.receiving.read(
            request.stream(),
            length=request.headers.get("content-length"),
            address=address,
            node_id=node_id,
        )
    except PushRefused as refused:
        room.intake.count(node_id, refused.reason)
        return _refusal(request, refused)
    except ClientDisconnect:  # its line was cut: it keeps the frame, and nobody hears an answer
        return JSONResponse({}, status_code=HTTPStatus.BAD_REQUEST)
    push = Push(node_id, sequence, captured_at, reading, signature, body)
    try:
        receipt = await room.intake.take_soon(push)
    except PushRefused as refused:
        if refused.reason in _OF_STRANGERS:
            room.misses.count(address, node_id)
        return _refusal(request, refused)
    return JSONResponse(receipt.answer(), status_code=receipt.status)


@router.get("")
def list_nodes(_user: SharedViewer, context: InContext) -> NodesAnswer:
    """Every node by its key, those that are retired too, with how it does now."""
    intake = context.nodes.intake
    fleet = fleet_now(
        context.store, context.clock, context.settings.nodes, intake.danger(), intake.pending()
    )
    return NodesAnswer(nodes=[NodeAnswer.with_standing(kept, how) for kept, how in fleet])


@router.get("/{node_id}", response_model=NodeSetup, responses=NOT_CHANGED)
def get_node(node_id: Key, _user: SharedViewer, context: InContext, request: Request) -> Response:
    """How a node was set up; its tag is for ``If-Match``."""
    return tagged(request, NodeSetup.of(context.store.nodes.kept(node_id)))


@router.put("/{node_id}")
def put_node(
    node_id: Key,
    body: NodeBody,
    user: AdminUser,
    context: InContext,
    if_match: IfMatch = None,
) -> NodeSetup:
    """Set a node up, or otherwise; a new one is given a key that nobody knows: ask for another.

    With the tag of its set-up in ``If-Match`` it is changed only as it was read, else 412.
    """
    nodes = context.store.nodes
    try:
        known = nodes.kept(node_id)
    except NotFound:
        if if_match is not None:
            raise
        return NodeSetup.of(nodes.add(body.node(node_id), new_key(), author=user.name))
    if if_match is not None:
        check_match(if_match, tag_for(NodeSetup.of(known)))
    version = None if if_match is None else known.version
    node = body.node(node_id, known.node)
    if known.node.view is not None:
        node = of_people(node, known.node)
    return NodeSetup.of(nodes.change(node, author=user.name, version=version))


@router.post("/{node_id}/key")
def renew_key(node_id: Key, user: AdminUser, context: InContext, response: Response) -> KeyAnswer:
    """Give a node another key, told this once; what is signed with the old one is refused."""
    key = new_key()
    context.store.nodes.renew_key(node_id, key, author=user.name)
    response.headers["Cache-Control"] = "no-store"
    return KeyAnswer(key=key)


@router.post("/{node_id}/retire")
def retire_node(node_id: Key, user: AdminUser, context: InContext) -> NodeSetup:
    """Take a node out of service: what it sends is refused; its frames stay.

    A view goes with its camera; code ``node_view``.
    """
    check_is_no_view(context.store.nodes.get(node_id))
    return NodeSetup.of(context.store.nodes.retire(node_id, author=user.name))


@router.get("/{node_id}/frames")
def list_frames(
    node_id: Key,
    _user: SharedViewer,
    context: InContext,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FramesAnswer:
    """Frames of a node, the one that came last first."""
    frames = context.store.nodes.frames(node_id, before=before, limit=limit)
    more = frames[-1].frame_id if len(frames) == limit else None
    return FramesAnswer(frames=[FrameAnswer.of(one) for one in frames], next_before=more)


@router.get("/{node_id}/frames/{frame_id}.png", response_class=Response)
def get_picture(
    node_id: Key, frame_id: Number, _user: SharedViewer, context: InContext
) -> Response:
    """A frame painted for people; ``Firewatch-Low`` and ``-High`` say what its colours mean."""
    with context.nodes.picture():
        painted = paint(_image(context, node_id, frame_id))
    headers = {
        "Firewatch-Low": f"{painted.low:.3f}",
        "Firewatch-High": f"{painted.high:.3f}",
        "Firewatch-Scale": painted.scale.value,
        "Cache-Control": "private, max-age=3600",
    }
    return Response(painted.png, media_type="image/png", headers=headers)


@router.get("/{node_id}/frames/{frame_id}/levels")
def get_levels(
    node_id: Key, frame_id: Number, _user: SharedViewer, context: InContext
) -> LevelsAnswer:
    """Every level of a frame, for the spot read-out."""
    with context.nodes.picture():
        return LevelsAnswer.of(levels_of(_image(context, node_id, frame_id)))


def _image(context: Context, node_id: str, frame_id: int) -> ThermalImage:
    frame = context.store.nodes.frame(frame_id)
    if frame.node_id != node_id:
        raise NotFound(f"Node {node_id} has no frame {frame_id}.", code="no_such_frame")
    data = context.nodes.files.read(frame)
    encoding = context.store.nodes.get(node_id).encoding
    return read_thermal(data, f"{node_id} {frame.sequence}", encoding)


def _refusal(request: Request, refused: PushRefused) -> JSONResponse:
    language = language_of(request.headers.get("accept-language"))
    answer = problem(
        HTTPStatus(refused.status), refused.code, refused.message, refused.remedy, language
    )
    if refused.retry_after_s is not None:
        answer.headers["Retry-After"] = str(refused.retry_after_s)
    return answer
