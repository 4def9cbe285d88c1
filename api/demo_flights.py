"""The demo's drill aircraft: a sweep past the drill's fire every hour, for whoever releases it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import shapely

from api.context import Context
from api.site import Site
from api.sweeps import service
from api.sweeps.requests import HomeRequest, SaveRequest, ShapeTarget, SweepRequest
from drone_jobs.fleet import find_aircraft
from geo.crs import LocalFrame
from models.clock import Clock
from models.config import DronesRule
from models.config.drone_drill import DroneDrillRule
from models.config.drone_links import DroneLinkKind, DroneLinkRule
from models.config.flight_gates import FlightGatesRule
from models.flight import Schedule, Timing
from models.mission import Aircraft, Registration
from models.user import User
from models.weather import Reading

__all__ = ["DEMO_AIRCRAFT", "demo_drones", "prepare_flights"]

DEMO_AIRCRAFT: Final = "演练01"
SPEEDUP: Final = 4.0
HOME_M: Final = (-150.0, -950.0)  # east and north of the fire
BOX_M: Final = (-150.0, -900.0, 150.0, -150.0)
HEIGHT_M: Final = 100.0
GIMBAL_DEG: Final = -15.0
"""From steeper above a plume near by is one grey patch, and the network does not find it."""
PLUME_M: Final = 40.0
SWEEP: Final = "演练巡飞 Drill sweep"
PAPERS: Final = Registration(
    number="演练 UOM-0",
    product_id="演练 SN-0",
    operator_certificate="演练",
    insurance="演练",
    pilot="演练",
    is_activated=True,
)


def demo_drones(site: Site, clock: Clock) -> DronesRule:
    """Rules of the demo: one simulated aircraft, the site's fire, and flights by night too.

    The relief lies on another continent, so that the sun there tells nothing about who looks at it.
    """
    assert site.plume is not None  # noqa: S101  # where the drill scene is shown there is one
    fire = site.plume
    return DronesRule(
        gates=FlightGatesRule(least_sun_deg=-90.0, stale_weather_s=86_400.0),
        links=(
            DroneLinkRule(aircraft=DEMO_AIRCRAFT, kind=DroneLinkKind.SIMULATED, speedup=SPEEDUP),
        ),
        drill=DroneDrillRule(lon_deg=fire[0], lat_deg=fire[1], since=clock.now()),
    )


def prepare_flights(context: Context, user: User) -> None:
    """Enter the aircraft, plan its sweep past the drill's fire, and a schedule that opens at once.

    Args:
        context: with the rules of :func:`demo_drones`.
        user: in whose name it is kept.

    Raises:
        InputRefused: the sweep cannot be planned on this relief.
    """
    drill = context.settings.drones.drill
    assert drill is not None  # noqa: S101  # by demo_drones
    frame = LocalFrame(drill.lon_deg, drill.lat_deg)
    home_lon, home_lat = (float(value) for value in frame.to_lonlat(*HOME_M))
    store, now = context.store, context.clock.now()
    store.aircraft.put(_aircraft(home_lon, home_lat), version=None, author=user.name)
    area = frame.geometry_to_lonlat(shapely.box(*BOX_M))
    request = SweepRequest(
        name=SWEEP,
        target=ShapeTarget(geometry=json.loads(shapely.to_geojson(area))),
        aircraft=(DEMO_AIRCRAFT,),
        home=HomeRequest(lon_deg=home_lon, lat_deg=home_lat),
        height_m=HEIGHT_M,
        gimbal_pitch_deg=GIMBAL_DEG,
        plume_m=PLUME_M,
        angle_deg=0.0,
    )
    kept = service.keep(context, user, SaveRequest(request=request))
    calm = Reading("演练 drill", now, 15.0, 40.0, 3.0, 0.0)
    store.weather.add([calm], author=user.name)
    timing = Timing(at_minutes=_hourly(now, ZoneInfo(context.settings.time_zone)))
    schedule = Schedule(SWEEP, kept.sweep_id, timing, window_s=1800.0)
    store.schedules.put(schedule, author=user.name)


def _aircraft(lon_deg: float, lat_deg: float) -> Aircraft:
    return replace(
        find_aircraft("PX4 example"),
        name=DEMO_AIRCRAFT,
        registration=PAPERS,
        home_lon_deg=lon_deg,
        home_lat_deg=lat_deg,
    )


def _hourly(now: datetime, zone: ZoneInfo) -> tuple[int, ...]:
    """Minutes of the day, an hour apart, of which the next is a minute or two ahead."""
    soon = (now + timedelta(minutes=2)).astimezone(zone)
    return tuple(range(soon.minute, 1440, 60))
