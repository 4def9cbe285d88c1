"""``/api/aircraft`` and ``/api/sweeps``: plan a flight along a forest belt."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from api.auth.roles import SharedMonitor, SharedViewer
from api.bodies import RequestBody
from api.context import Context, context_of
from drone_jobs.aircraft import AIRCRAFT, find_aircraft
from drone_jobs.corridor import plan_corridor
from models.errors import NotFound
from models.land import Layer
from models.mission import Aircraft, Sweep

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["sweeps"])

InContext = Annotated[Context, Depends(context_of)]


class PlanRequest(RequestBody):
    """Which belt, with what, how high."""

    belt_code: Annotated[str, Field(min_length=1, max_length=80)]
    aircraft: Annotated[str, Field(min_length=1, max_length=80)]
    height_above_ground_m: Annotated[float, Field(allow_inf_nan=False)]


@router.get("/aircraft")
def list_aircraft(_user: SharedViewer) -> list[Aircraft]:
    """The catalogue, makers' published figures."""
    return list(AIRCRAFT)


@router.post("/sweeps/plan")
def plan_sweep(body: PlanRequest, _user: SharedMonitor, context: InContext) -> Sweep:
    """A straight-corridor plan; nothing is stored and nothing flies."""
    belts = context.store.land.all(Layer.FOREST_BELT)
    belt = next((belt for belt in belts if belt.code == body.belt_code), None)
    if belt is None:
        raise NotFound(f"There is no forest belt {body.belt_code}.", code="no_such_belt")
    aircraft = find_aircraft(body.aircraft)
    return plan_corridor(belt, aircraft, body.height_above_ground_m, context.terrain)
