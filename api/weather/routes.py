"""``/api/weather``: readings of stations and of the district, and what follows from them."""

import asyncio
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Request

from api.auth.roles import MonitorUser, SharedViewer
from api.context import Context, context_of
from api.weather.schemas import (
    DangerAnswer,
    FireDayAnswer,
    ImportAnswer,
    ReadingRequest,
    StationAnswer,
    WeatherAnswer,
    WeatherEntryAnswer,
)
from api.weather.sheets import read_sheet
from models.errors import InputRefused
from models.weather import DangerNow

__all__ = ["router"]

router = APIRouter(prefix="/api/weather", tags=["weather"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]

NEWEST_DAYS = 14
LONGEST_NAME = 120


@router.get("")
def get_weather(
    _user: SharedViewer,
    context: InContext,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> WeatherAnswer:
    """The danger of the day, the index of every station, and the newest entries."""
    stations = context.dangers.stations(context.store, context.clock, context.settings)
    return WeatherAnswer(
        danger=DangerAnswer.of(_danger(context)),
        stations=tuple(
            StationAnswer(
                station=station,
                days=tuple(FireDayAnswer.of(day) for day in reversed(days[-NEWEST_DAYS:])),
            )
            for station, days in sorted(stations.items())
        ),
        entries=tuple(
            WeatherEntryAnswer.of(entry) for entry in context.store.weather.newest(limit)
        ),
    )


@router.post("", status_code=201)
def enter_weather(
    body: ReadingRequest, user: MonitorUser, context: InContext
) -> WeatherEntryAnswer:
    """Enter a reading; a second one of the same station and moment corrects the first.

    Raises:
        InputRefused: it cannot be; or it is there already, as it is (``weather_known``).
    """
    added = context.store.weather.add([body.reading(context.clock.now())], author=user.name)
    if not added.entries:
        raise InputRefused(
            "This reading is there already, as it is.",
            remedy="To correct it, give another value for the same time.",
            code="weather_known",
        )
    return WeatherEntryAnswer.of(added.entries[0])


@router.post("/import")
async def import_weather(
    request: Request,
    user: MonitorUser,
    context: InContext,
    name: Annotated[str, Query(min_length=1, max_length=LONGEST_NAME)] = "weather.csv",
) -> ImportAnswer:
    """Take the rows of a CSV or Excel file, sent as the body; rows that cannot be are told."""
    data = await request.body()  # not before it is known who sends it
    return await asyncio.to_thread(_imported, context, data, user.name, name)


@router.delete("/{entry_id:int}")  # an address such as /import is none
def withdraw_weather(entry_id: Number, user: MonitorUser, context: InContext) -> WeatherEntryAnswer:
    """Take a reading back; it stays in the list, with who took it back, and counts no more."""
    return WeatherEntryAnswer.of(context.store.weather.withdraw(entry_id, author=user.name))


def _imported(context: Context, data: bytes, author: str, name: str) -> ImportAnswer:
    settings = context.settings
    readings, faults = read_sheet(
        data,
        zone=ZoneInfo(settings.time_zone),
        noon_hour=settings.weather.noon_hour,
        now=context.clock.now(),
    )
    added = context.store.weather.add(readings, author=author, origin=name)
    return ImportAnswer.of(added, faults, _danger(context))


def _danger(context: Context) -> DangerNow:
    return context.dangers.now(context.store, context.clock, context.settings)
