"""Where the sun of the calendar rises and sets."""

from models.store import Store

__all__ = ["site_place"]


def site_place(store: Store) -> tuple[float, float]:
    """Longitude and latitude of a place in the middle of the site, WGS 84.

    Between the towers, else between the homes of the bureau's own aircraft; a district is small
    against the minute that the sun takes over a quarter of a degree. Without any of them it is
    0, 0: schedules by the sun then open at the wrong time, and nothing else asks for it.
    """
    places = [(one.position.lon_deg, one.position.lat_deg) for one in store.cameras.all()]
    if not places:
        own = (kept.aircraft for kept in store.aircraft.all())
        places = [
            (one.home_lon_deg, one.home_lat_deg)
            for one in own
            if one.home_lon_deg is not None and one.home_lat_deg is not None
        ]
    if not places:
        return 0.0, 0.0
    lon_deg, lat_deg = (sum(values) / len(places) for values in zip(*places, strict=True))
    return lon_deg, lat_deg
