"""``/api/notices``: channels and receipts; and a fire as CAP 1.2 and as GB/T 35965."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.auth.roles import AdminUser, SharedMonitor, ViewerScope
from api.context import Context, context_of
from api.notices.cap import cap_message
from api.notices.gbt35965 import gbt35965_message
from api.notices.room import NoticeRoom
from api.notices.schemas import (
    ChannelAnswer,
    ChannelList,
    ChannelRequest,
    DeliveryAnswer,
    DeliveryList,
    HealthList,
    HealthOfChannel,
    TestAnswer,
)
from models.errors import InputRefused
from models.notice import DeliveryState, Language, Secrets

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["notices"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]


def _room(context: InContext) -> NoticeRoom:
    return context.notices


InRoom = Annotated[NoticeRoom, Depends(_room)]


@router.get("/notices/channels")
def list_channels(_user: AdminUser, context: InContext, room: InRoom) -> ChannelList:
    """Every channel, and how it fares."""
    channels = context.store.channels.all()
    health = [HealthOfChannel.of(one, fails=room.desk.fails(one)) for one in room.desk.health()]
    return ChannelList(
        channels=tuple(ChannelAnswer.of(one) for one in channels), health=tuple(health)
    )


@router.get("/notices/health")
def list_health(_user: SharedMonitor, room: InRoom) -> HealthList:
    """How every channel fares, for whoever keeps watch: names and troubles, no addresses."""
    found = room.desk.health()
    return HealthList(
        health=tuple(
            HealthOfChannel.of(one, fails=room.desk.fails(one), told=False) for one in found
        )
    )


@router.post("/notices/channels", status_code=201)
def add_channel(body: ChannelRequest, user: AdminUser, context: InContext) -> ChannelAnswer:
    """Set up a channel; it tells what happens from now on."""
    secrets = body.given() or Secrets({})
    return ChannelAnswer.of(context.store.channels.add(body.draft(), secrets, actor=user.name))


@router.get("/notices/channels/{channel_id}")
def get_channel(channel_id: Number, _user: AdminUser, context: InContext) -> ChannelAnswer:
    """One channel, without its secrets."""
    return ChannelAnswer.of(context.store.channels.get(channel_id))


@router.put("/notices/channels/{channel_id}")
def change_channel(
    channel_id: Number, body: ChannelRequest, user: AdminUser, context: InContext
) -> ChannelAnswer:
    """Set it up anew; secrets that are not given stay, but for another address."""
    changed = context.store.channels.change(channel_id, body.draft(), body.given(), actor=user.name)
    return ChannelAnswer.of(changed)


@router.delete("/notices/channels/{channel_id}", status_code=204)
def remove_channel(channel_id: Number, user: AdminUser, context: InContext) -> None:
    """Remove it with its secrets; its receipts stay."""
    context.store.channels.remove(channel_id, actor=user.name)


@router.post("/notices/channels/{channel_id}/test")
async def test_channel(channel_id: Number, user: AdminUser, room: InRoom) -> TestAnswer:
    """Send a test message now, whatever the rules say; tells what came of it."""
    tried = await room.desk.test(channel_id, actor=user.name)
    return TestAnswer(sent=tried.sent, receipt=tried.receipt, code=tried.code, detail=tried.detail)


@router.get("/notices/deliveries")
def list_deliveries(
    _user: AdminUser,
    context: InContext,
    state: DeliveryState | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> DeliveryList:
    """The newest notices of all fires, in any state or in one; newest first."""
    states = () if state is None else (state,)
    found = context.store.deliveries.newest(limit, states=states)
    return DeliveryList(deliveries=tuple(DeliveryAnswer.of(one) for one in found))


@router.get("/incidents/{incident_id}/deliveries")
def list_receipts(incident_id: Number, scope: ViewerScope, context: InContext) -> DeliveryList:
    """Who was told what of a fire, and what waits; newest first."""
    scope.check(incident_id)
    found = context.store.deliveries.of_incident(incident_id)
    return DeliveryList(deliveries=tuple(DeliveryAnswer.of(one) for one in found))


@router.get("/incidents/{incident_id}/cap.xml", response_class=Response)
def get_cap(
    incident_id: Number,
    scope: ViewerScope,
    context: InContext,
    room: InRoom,
    language: Language = Language.ZH,
) -> Response:
    """The newest of a fire as CAP 1.2."""
    facts = room.writer.finder.latest(scope.check(incident_id))
    if not facts.news:
        raise _nothing()
    sender = context.settings.notices.sender
    xml = cap_message(facts, room.writer, sender=sender, language=language)
    return _download(xml, "application/cap+xml", f"fire-{incident_id}.cap.xml")


@router.get("/incidents/{incident_id}/gbt35965.xml", response_class=Response)
def get_gbt35965(
    incident_id: Number, scope: ViewerScope, context: InContext, room: InRoom
) -> Response:
    """The newest of a fire in the shape of GB/T 35965."""
    facts = room.writer.finder.latest(scope.check(incident_id))
    if not facts.news:
        raise _nothing()
    rule = context.settings.notices
    xml = gbt35965_message(facts, room.writer, unit_code=rule.unit_code, event_code=rule.event_code)
    return _download(xml, "application/xml", f"fire-{incident_id}.gbt35965.xml")


def _nothing() -> InputRefused:
    return InputRefused(
        "Nothing of this fire was ever told.",
        remedy="Look at its history.",
        code="notice_nothing",
    )


def _download(body: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)
