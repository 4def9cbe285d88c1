"""What lies above the land: zones that are not flown over, and the wind of the day."""

from datetime import datetime

from models.land import Layer
from models.mission import AirWind, NoFly
from models.store import Store

__all__ = ["no_fly_of", "wind_of_day"]


def no_fly_of(store: Store) -> tuple[NoFly, ...]:
    """Zones of the layer of airspace that are not, or better not, flown over."""
    return tuple(
        NoFly(zone.name, zone.geometry, is_hard=zone.properties.get("rule") != "keep_away")
        for zone in store.land.all(Layer.AIRSPACE)
        if zone.properties.get("rule") != "approved"
    )


def wind_of_day(store: Store, now: datetime) -> AirWind:
    """What a monitor entered, while it is fresh; else a calm."""
    last = store.winds.last()
    if last is None or last.stale(now):
        return AirWind()
    return AirWind(last.from_deg, last.speed_m_s)
