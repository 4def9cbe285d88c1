"""What of a battery the way home costs, from where an aircraft is right now."""

import math
from collections.abc import Callable

import numpy as np

from drone_jobs.planning.energy import climb_and_land, fly_cost
from geo.crs import LocalFrame
from models.errors import InputRefused
from models.flight import AircraftState
from models.mission import Aircraft, AirWind

__all__ = ["home_share"]


def home_share(
    aircraft: Aircraft,
    home: tuple[float, float],
    wind: AirWind,
    return_to_m: float,
    flown_like: float = 1.0,
) -> Callable[[AircraftState], float | None]:
    """A reckoner of the way home: up to the height of the return, straight there, down.

    Args:
        aircraft: with its limits known.
        home: longitude and latitude, WGS 84.
        wind: that the flight was planned with; a stronger one that the aircraft tells goes before.
        return_to_m: height above the take-off at which it comes home.
        flown_like: how many times dearer this flight is than its plan, >= 1.

    Returns:
        The share of a full battery for a state; 1.0 where the wind is too strong to come home, so
        that it turns at once; None where the aircraft does not tell where it is, or its figures
        are not known.
    """
    plane = LocalFrame(*home)

    def share_of(state: AircraftState) -> float | None:
        if state.lon_deg is None or state.lat_deg is None:
            return None
        east_m, north_m = plane.to_metric(state.lon_deg, state.lat_deg)
        up_m = state.above_take_off_m if state.above_take_off_m is not None else return_to_m
        high_m = max(up_m, return_to_m)
        told = state.wind
        air = told if told is not None and told.speed_ms > wind.speed_ms else wind
        way_m = np.array([[east_m, north_m, up_m], [east_m, north_m, high_m], [0.0, 0.0, high_m]])
        try:
            over = fly_cost(aircraft, air, way_m, aircraft.speed_ms)
            down = climb_and_land(aircraft, high_m).energy_share
        except InputRefused:
            return None
        share = (over.energy_share + down) * max(1.0, flown_like)
        return min(share, 1.0) if math.isfinite(share) else 1.0

    return share_of
