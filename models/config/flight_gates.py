"""Limits of the gates that are asked before every flight."""

from typing import Annotated, Final

from pydantic import Field, field_validator

from models.config.section import Section
from models.flight import PASSABLE, Gate, GateLimits

__all__ = ["FlightGatesRule"]

_USUAL: Final = GateLimits()
_Share = Annotated[float, Field(ge=0.0, le=1.0)]
_Seconds = Annotated[float, Field(ge=1.0, le=86_400.0)]


class FlightGatesRule(Section):
    """What keeps an aircraft on the ground: ``docs/drone.md``.

    Attributes:
        most_wind_ms: mean wind; the aircraft's own limit goes before, where it is lower.
        most_gust_ms: likewise.
        most_rain_mm_h: rain that falls; 0 is dry.
        least_visibility_m: how far is seen.
        least_temperature_c: of the air.
        most_temperature_c: of the air.
        least_sun_deg: the sun's elevation all along the flight; -90 flies at night too.
        least_battery_share: at the start.
        least_storage_bytes: free for pictures.
        least_link_share: quality of the link, where it is told.
        stale_state_s: an aircraft or dock that was not heard of for longer tells nothing.
        stale_weather_s: an older reading tells nothing.
        stale_check_s: a mission that was checked longer ago is checked again.
        may_pass_unknown: names of gates, commas between, that a person who releases the flight may
            judge where nothing tells them.
    """

    most_wind_ms: Annotated[float, Field(gt=0.0, le=60.0)] = _USUAL.most_wind_ms
    most_gust_ms: Annotated[float, Field(gt=0.0, le=60.0)] = _USUAL.most_gust_ms
    most_rain_mm_h: Annotated[float, Field(ge=0.0, le=100.0)] = _USUAL.most_rain_mm_h
    least_visibility_m: Annotated[float, Field(ge=0.0, le=50_000.0)] = _USUAL.least_visibility_m
    least_temperature_c: Annotated[float, Field(ge=-60.0, le=60.0)] = _USUAL.least_temperature_c
    most_temperature_c: Annotated[float, Field(ge=-60.0, le=60.0)] = _USUAL.most_temperature_c
    least_sun_deg: Annotated[float, Field(ge=-90.0, le=45.0)] = _USUAL.least_sun_deg
    least_battery_share: _Share = _USUAL.least_battery_share
    least_storage_bytes: Annotated[int, Field(ge=0, le=10**13)] = _USUAL.least_storage_bytes
    least_link_share: _Share = _USUAL.least_link_share
    stale_state_s: _Seconds = _USUAL.stale_state_s
    stale_weather_s: _Seconds = _USUAL.stale_weather_s
    stale_check_s: _Seconds = _USUAL.stale_check_s
    may_pass_unknown: str = ",".join(sorted(_USUAL.may_pass_unknown))

    @field_validator("may_pass_unknown")
    @classmethod
    def _check_passable(cls, value: str) -> str:
        strange = sorted(_names(value) - PASSABLE)
        if strange:
            may = ", ".join(sorted(PASSABLE))
            msg = f"{', '.join(strange)[:80]} may not pass unknown; only {may} may"
            raise ValueError(msg)
        return value

    @property
    def limits(self) -> GateLimits:
        """The same for :func:`drone_jobs.calendar.ask`."""
        values = self.model_dump()
        passed = frozenset(Gate(name) for name in _names(self.may_pass_unknown))
        return GateLimits(**(values | {"may_pass_unknown": passed}))


def _names(value: str) -> set[str]:
    return {name.strip() for name in value.split(",")} - {""}
