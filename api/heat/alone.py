"""Heat of a tower that opens a fire by itself, where the bureau has chosen that for the night.

By night there is no sun that warms rocks, and no light for smoke to be seen in. What is known there
opens none by itself and stays a look: a place of the ledger, and one of which people have dismissed
the fire in the last days, until it is clearly hotter or grows.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from api.context import Context
from api.heat.air import sun_elevation_deg
from api.heat.looks import became_fire
from api.heat.placing import same_place
from camera_gateway.light import LEAST_SIDE_PX, light_of
from camera_gateway.pictures import decode_jpeg
from detector.dual.agreement import is_night, opens_alone
from detector.dual.board import HeatBoard
from detector.suppression.sensors import ground_distance_m
from models.audit import SYSTEM
from models.dual import AgreementRule, DualPair
from models.errors import Conflict, FrameCorrupt
from models.heat_event import HeatEvent, HeatReason
from models.heat_look import HeatLook, LookState
from models.heat_node import HeatNode
from models.incident import IncidentState
from models.ledger import GroundPlace, ViewPlace
from models.light import Light

__all__ = ["NOTE", "opened_alone"]

logger = logging.getLogger(__name__)

NOTE: Final = "夜间热优先 heat first by night"
LIVE: Final = timedelta(minutes=30)
"""Heat of a backlog rings no bell: it is a look."""
LEAST_FRAMES: Final = 2
"""A frame that came late is looked at alone: one frame is no fire."""
PICTURE: Final = timedelta(minutes=15)
"""An older picture says nothing of the light."""
REDUCTION: Final = 8
SIGMAS: Final = 2.0
HOTTER_K: Final = 30.0
GROWS: Final = 1.0
UNDECIDED: Final = frozenset({LookState.OPEN, LookState.LOOKING})
PAST_LOOKS: Final = 50


@dataclass(frozen=True, slots=True)
class _Heat:
    """Heat that one view of a pair's camera of heat sees, and its look."""

    pair: DualPair
    preset: int
    look: HeatLook
    size_px: tuple[int, int]


def opened_alone(
    context: Context,
    board: HeatBoard,
    node: HeatNode,
    look: HeatLook,
    heat_size_px: tuple[int, int],
) -> HeatLook | None:
    """Make a fire of a look, by the rule of its pair; None where it stays a look.

    Args:
        context: of the application.
        board: with the pairs.
        node: whose look it is; only a view of a camera may open one.
        look: with its heat as it is now.
        heat_size_px: width and height of its picture.

    Raises:
        WatchError: the store failed; it is tried again with the next frame.
    """
    pair = None if node.view is None else board.pair_of_heat(node.view[0])
    if pair is None or node.view is None or look.state not in UNDECIDED:
        return None
    heat = _Heat(pair, node.view[1], look, heat_size_px)
    if not _may(context, heat, node) or _is_known(context, board, heat):
        return None
    if _was_dismissed(context, look):
        return None
    try:
        done = became_fire(context, look, author=SYSTEM, note=NOTE)
    except Conflict:  # somebody was faster
        return None
    logger.info("look %d of %s is a fire by heat alone", look.look_id, node.node_id)
    return done


def _may(context: Context, heat: _Heat, node: HeatNode) -> bool:
    """Whether the rule lets this heat open a fire now: it is of now, due, and it is night."""
    event = heat.look.event
    if context.clock.now() - event.last_at > LIVE or event.frames < LEAST_FRAMES:
        return False
    if heat.pair.rule is not AgreementRule.HEAT_FIRST:
        return False  # no picture need be looked at
    by_night = is_night(
        sun_elevation_deg(node.position, event.last_at),
        _light(context, heat.pair.visible_id, heat.preset, event.last_at),
    )
    return opens_alone(heat.pair.rule, is_due=event.is_due, by_night=by_night)


def _light(context: Context, camera_id: str, preset: int, at: datetime) -> Light | None:
    """Of the visible camera's latest picture of the view; None where there is none of late."""
    latest = context.ring.recent(camera_id, 1, preset)
    if not latest or abs(latest[0].captured_at - at) > PICTURE:
        return None
    name = f"{camera_id} frame {latest[0].sequence}"
    try:
        image = decode_jpeg(latest[0].jpeg, name, reduction=REDUCTION)
    except FrameCorrupt:
        return None
    return light_of(image) if min(image.shape[:2]) >= LEAST_SIDE_PX else None


def _is_known(context: Context, board: HeatBoard, heat: _Heat) -> bool:
    """Whether the ledger names the place, on the ground or in the visible picture."""
    zone, now = ZoneInfo(context.settings.time_zone), context.clock.now()
    places = [
        one.draft.place
        for one in context.store.ledger.unended(now)
        if one.in_span(now) and one.draft.times.cover(now, zone)
    ]
    return any(
        _on_ground(place, heat.look)
        if isinstance(place, GroundPlace)
        else _in_view(place, board, heat)
        for place in places
    )


def _on_ground(place: GroundPlace, look: HeatLook) -> bool:
    apart_m = ground_distance_m(look.position, place.lon_deg, place.lat_deg)
    return apart_m <= place.radius_m + min(SIGMAS * look.sigma_m, place.radius_m)


def _in_view(place: ViewPlace, board: HeatBoard, heat: _Heat) -> bool:
    visible_id = heat.pair.visible_id
    if (place.camera_id, place.preset) != (visible_id, heat.preset):
        return False
    shares = board.where(visible_id, heat.preset, heat.look.event, heat.size_px, (1, 1))
    return (
        shares is not None
        and shares.x_min <= place.x_max
        and place.x_min <= shares.x_max
        and shares.y_min <= place.y_max
        and place.y_min <= shares.y_max
    )


def _was_dismissed(context: Context, look: HeatLook) -> bool:
    """Whether people dismissed a fire of this very place, and it looks no worse than then."""
    since = context.clock.now() - timedelta(days=context.settings.looks.standing_days)
    looks = context.store.heat_looks.page(
        state=LookState.FIRE, node_id=look.node_id, limit=PAST_LOOKS
    )
    past = [one for one in looks if one.decided_at is not None and one.decided_at >= since]
    known = same_place([one for one in past if _is_dismissed(context, one)], look.event)
    return known is not None and not _is_worse(look.event, known.event)


def _is_dismissed(context: Context, look: HeatLook) -> bool:
    if look.incident_id is None:
        return False
    return context.store.incidents.get(look.incident_id).state is IncidentState.DISMISSED


def _is_worse(now: HeatEvent, then: HeatEvent) -> bool:
    if dict(now.reasons).get(HeatReason.GROWS, 0.0) >= GROWS:
        return True
    if now.peak_c is None or then.peak_c is None:
        return False
    return now.peak_c > then.peak_c + HOTTER_K
