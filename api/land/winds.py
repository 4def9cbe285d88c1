"""``/api/wind``: the wind of the day, seen by all and entered by a monitor."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, Strict

from api.auth.roles import MonitorUser, SharedViewer
from api.bodies import RequestBody
from api.context import Context, context_of
from models.wind import STRONGEST_M_S, Wind

__all__ = ["WindAnswer", "router"]

router = APIRouter(prefix="/api/wind", tags=["land"])

InContext = Annotated[Context, Depends(context_of)]


class WindRequest(RequestBody):
    """A wind; see :class:`models.wind.Wind`."""

    from_deg: Annotated[float, Strict(), Field(ge=0.0, lt=360.0, allow_inf_nan=False)]
    speed_m_s: Annotated[float, Strict(), Field(ge=0.0, le=STRONGEST_M_S, allow_inf_nan=False)]


class WindAnswer(BaseModel):
    """The newest entry; nobody has made one where ``from_deg`` is None.

    Attributes:
        stale: too old to reckon with.
        calm: it blows nowhere.
        used: answers reckon with it.
    """

    from_deg: float | None = None
    speed_m_s: float | None = None
    author: str = ""
    at: datetime | None = None
    stale: bool = False
    calm: bool = False
    used: bool = False

    @classmethod
    def of(cls, wind: Wind | None, now: datetime) -> "WindAnswer":
        """As it stands now."""
        if wind is None:
            return cls()
        stale = wind.stale(now)
        return cls(
            from_deg=wind.from_deg,
            speed_m_s=wind.speed_m_s,
            author=wind.author,
            at=wind.at,
            stale=stale,
            calm=wind.calm,
            used=not stale and not wind.calm,
        )


@router.get("")
def get_wind(_user: SharedViewer, context: InContext) -> WindAnswer:
    """What was entered last."""
    return WindAnswer.of(context.store.winds.last(), context.clock.now())


@router.put("")
def enter_wind(body: WindRequest, user: MonitorUser, context: InContext) -> WindAnswer:
    """Say where the wind comes from; answers asked for from now on reckon with it."""
    wind = context.store.winds.enter(body.from_deg, body.speed_m_s, author=user.name)
    return WindAnswer.of(wind, context.clock.now())
