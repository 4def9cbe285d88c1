"""``/api/looks``: what heat under the trees proposes to look at, and what people decide."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.status import HTTP_201_CREATED

from api.auth.roles import MonitorScope, ViewerScope
from api.auth.scope import Scope
from api.context import Context, context_of
from api.heat.looks import became_fire, check_decider, look_answers
from api.heat.schemas import (
    FireRequest,
    LookAnswer,
    LookPage,
    NoFireRequest,
    SortieFlyRequest,
    SortieRequest,
    TurnAnswer,
    TurnRequest,
)
from api.heat.towers import preset_showing
from api.incidents.look_schemas import FlownAnswer, LooksAnswer
from api.incidents.looks import LookDesk, linked_of
from api.sweeps.wishing import terrain_of
from drone_jobs.planning.look import Views
from drone_jobs.planning.look_plan import LookPlace
from geo.meeting import HELD
from models.errors import Conflict, InputRefused, NotFound, SourceUnavailable
from models.heat_look import HeatLook, LookState, TowerView
from models.site import Camera

__all__ = ["router"]

router = APIRouter(prefix="/api/looks", tags=["looks"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]
LASTS = timedelta(minutes=5)
"""So long a camera that was turned to heat is the asker's; they may take it for longer."""


@router.get("")
def list_looks(
    scope: ViewerScope,
    context: InContext,
    state: LookState | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> LookPage:
    """Looks, the newest first; ``open`` counts those that wait for somebody."""
    looks = context.store.heat_looks
    found = looks.page(state=state, before=before, limit=limit + 1)
    page = found[:limit]
    waiting = [one for one in looks.undecided() if one.state is LookState.OPEN]
    return LookPage(
        looks=look_answers(context, [one for one in page if scope.sees_look(one)]),
        next_before=page[-1].look_id if len(found) > limit else None,
        open=sum(scope.sees_look(one) for one in waiting),
    )


@router.get("/{look_id}")
def get_look(look_id: Number, scope: ViewerScope, context: InContext) -> LookAnswer:
    """One look."""
    return _answer(context, scope.check_look(look_id))


@router.post("/{look_id}/turn")
async def turn(
    look_id: Number, body: TurnRequest, scope: MonitorScope, context: InContext
) -> TurnAnswer:
    """Turn a camera to the view that shows the place; without one, say how to turn it by hand."""
    look, camera, view = await asyncio.to_thread(_tower, context, scope, look_id, body.camera_id)
    preset = preset_showing(camera, view.bearing_deg)
    code = await _turned(
        context, scope.user.name, camera, None if preset is None else preset.number
    )
    if not code:
        looks = context.store.heat_looks
        send = partial(looks.send, look_id, author=scope.user.name, what=camera.camera_id)
        look = await asyncio.to_thread(send)
    return TurnAnswer(
        look=await asyncio.to_thread(_answer, context, look),
        is_turned=not code,
        preset=None if preset is None else preset.number,
        preset_name="" if preset is None else preset.name,
        bearing_deg=view.bearing_deg,
        tilt_deg=view.tilt_deg,
        code=code,
    )


@router.post("/{look_id}/sortie")
def propose_sortie(
    look_id: Number, body: SortieRequest, scope: MonitorScope, context: InContext
) -> LooksAnswer:
    """What each aircraft could do now, and why not; nothing is kept and nothing flies."""
    place, desk = _place(scope.check_look(look_id), body.views), _desk(context)
    return LooksAnswer.of(desk.proposed(None, place), place, desk.wind(), desk.linked)


@router.post("/{look_id}/sortie/fly", status_code=HTTP_201_CREATED)
def fly_sortie(
    look_id: Number, body: SortieFlyRequest, scope: MonitorScope, context: InContext
) -> FlownAnswer:
    """Keep the look's flight and release it, in the name of the person who asks."""
    look = scope.check_look(look_id)
    check_decider(scope.user)
    run = _desk(context).fly(
        None,
        lambda: _place(look, body.views),
        body.aircraft,
        key=body.key,
        author=scope.user.name,
    )
    context.store.heat_looks.send(look_id, author=scope.user.name, what=body.aircraft)
    return FlownAnswer(run_id=run.run_id, sweep_id=run.sweep_id)


@router.post("/{look_id}/fire")
def say_fire(
    look_id: Number, body: FireRequest, scope: MonitorScope, context: InContext
) -> LookAnswer:
    """It is a fire: the heat joins the one that is seen there, or opens one."""
    look = scope.check_look(look_id)
    check_decider(scope.user)
    done = became_fire(context, look, author=scope.user.name, note=body.note.strip())
    return _answer(context, done)


@router.post("/{look_id}/no-fire")
def say_no_fire(
    look_id: Number, body: NoFireRequest, scope: MonitorScope, context: InContext
) -> LookAnswer:
    """It is none, and why; what stays where it is is not proposed again for some days."""
    scope.check_look(look_id)
    check_decider(scope.user)
    done = context.store.heat_looks.dismiss(
        look_id, body.reason, author=scope.user.name, note=body.note.strip()
    )
    return _answer(context, done)


def _answer(context: Context, look: HeatLook) -> LookAnswer:
    return look_answers(context, [look])[0]


def _tower(
    context: Context, scope: Scope, look_id: int, camera_id: str
) -> tuple[HeatLook, Camera, TowerView]:
    look = scope.check_look(look_id)
    if look.state not in {LookState.OPEN, LookState.LOOKING}:
        raise Conflict(
            f"Look {look_id} is decided: {look.state}.",
            remedy="Load it again, and look what became of it.",
            code="look_decided",
        )
    view = next((one for one in look.towers if one.camera_id == camera_id), None)
    cameras = {one.camera_id: one for one in context.store.cameras.all()}
    if view is None or camera_id not in cameras:
        raise NotFound(
            f"No camera {camera_id} could look there.",
            remedy="Choose one of those that are named.",
            code="look_no_tower",
        )
    return look, cameras[camera_id], view


async def _turned(context: Context, who: str, camera: Camera, preset: int | None) -> str:
    """Why it was not turned; empty where it was."""
    if context.patrols.status(camera.camera_id) is None:
        return "camera_not_turned"
    if preset is None:
        return "look_no_preset"
    try:
        await asyncio.to_thread(context.store.patrols.take, camera.camera_id, who, LASTS)
        await context.patrols.look()
        await context.patrols.goto(camera.camera_id, who, preset)
    except Conflict:
        return "lease_taken"
    except InputRefused:
        return "look_no_preset"
    except SourceUnavailable:
        return "camera_silent"
    return ""


def _place(look: HeatLook, views: Views) -> LookPlace:
    at = look.position
    return LookPlace(at.lon_deg, at.lat_deg, HELD * look.sigma_m, views)


def _desk(context: Context) -> LookDesk:
    rules = context.settings.drones
    return LookDesk(context.store, rules, linked_of(rules), context.clock, terrain_of(context))
