"""Places of fires, reckoned once for each set of accounts: to cross bearings costs milliseconds."""

from collections.abc import Mapping
from threading import Lock
from typing import Final

from detector.incidents.placing import IncidentPlace, place_among
from detector.incidents.testimony import of_incident, one_a_mast
from models.incident import Incident
from models.site import Camera

__all__ = ["PlaceShelf"]

MOST_KEPT: Final = 4000


class PlaceShelf:
    """Places of fires, reckoned anew when a witness comes, goes or says something else.

    A verdict, a rank, or a plume that is only seen once more leaves a fire where it is.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[object, IncidentPlace]] = {}
        self._lock = Lock()

    def of(self, incident: Incident, cameras: Mapping[str, Camera]) -> IncidentPlace:
        """Where a fire is; from any thread."""
        testimonies = of_incident(incident, cameras)
        heard = one_a_mast(testimonies)
        said = (
            [(one.seen.key, one.seen.account) for one in heard],
            [one.seen.key for one in testimonies],
        )
        with self._lock:
            kept = self._kept.get(incident.incident_id)
        if kept is not None and kept[0] == said:
            return kept[1]
        place = place_among(heard, testimonies)
        with self._lock:
            self._kept.pop(incident.incident_id, None)
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[incident.incident_id] = said, place
        return place
