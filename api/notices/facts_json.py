"""What a message tells for programs: JSON, its names and units the same in every language."""

from datetime import datetime
from typing import Any, Final

from api.notices.facts import Facts

__all__ = ["fire_as_json", "message_as_json"]

FACTS_VERSION: Final = 1


def message_as_json(message_id: str, site_name: str, at: datetime, title: str) -> dict[str, Any]:
    """What a message says of itself; its fires are yet to be added.

    Args:
        message_id: its mark.
        site_name: of the site that sends it.
        at: when it was written, by the site's clock.
        title: one line.
    """
    return {
        "version": FACTS_VERSION,
        "message_id": message_id,
        "site": site_name,
        "sent_at": at.isoformat(timespec="seconds"),
        "title": title,
    }


def fire_as_json(one: Facts, text: str) -> dict[str, Any]:
    """What is told of one fire; moments carry their offset, places are WGS 84 in degrees.

    Args:
        one: the fire.
        text: the same in one line, for people.
    """
    of, best, place = one.incident, one.place.best, one.place
    urgency = of.urgency
    return {
        "incident_id": of.incident_id,
        "is_drill": of.is_drill,
        "state": of.state.value,
        "version": of.version,
        "first_seen_at": of.first_seen_at.isoformat(),
        "last_seen_at": of.last_seen_at.isoformat(),
        "urgency": None
        if urgency is None
        else {"points": round(urgency.points, 1), "level": urgency.level.value},
        "place": None
        if best is None
        else {
            "datum": "WGS 84",
            "lon_deg": round(best.lon_deg, 6),
            "lat_deg": round(best.lat_deg, 6),
            "r90_m": round(best.r90_m, 1),
            "ring_lonlat": [[round(x, 6), round(y, 6)] for x, y in best.outline_lonlat],
        },
        "other_places": max(0, len(place.places) - 1),
        "direction": None
        if place.observer is None or place.bearing_deg is None
        else {
            "from_lon_deg": round(place.observer.lon_deg, 6),
            "from_lat_deg": round(place.observer.lat_deg, 6),
            "bearing_deg": round(place.bearing_deg, 1),
        },
        "townships": [
            {"code": each.code, "name": each.name, "probability": round(each.probability, 3)}
            for each in one.townships
        ],
        "seen_by": list(one.seen_by),
        "link": one.link,
        "news": [
            {
                "entry_id": each.entry.entry_id,
                "occasion": each.occasion.value,
                "at": each.entry.at.isoformat(),
                "author": each.entry.author,
                "reason": None if each.entry.reason is None else each.entry.reason.value,
                "note": each.entry.note,
                "merged_into": of.merged_into,
            }
            for each in one.news
        ],
        "text": text,
    }
