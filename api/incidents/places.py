"""Places of fires, reckoned once for each version of one: to cross bearings costs milliseconds."""

from collections.abc import Mapping
from threading import Lock
from typing import Final

from detector.incidents.placing import IncidentPlace, place_of
from models.incident import Incident
from models.site import Camera

__all__ = ["PlaceShelf"]

MOST_KEPT: Final = 4000


class PlaceShelf:
    """Places of fires, reckoned once for each version of one.

    A place depends on the fire's evidence, which its version counts, and on its cameras.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], tuple[Mapping[str, Camera], IncidentPlace]] = {}
        self._lock = Lock()

    def of(self, incident: Incident, cameras: Mapping[str, Camera]) -> IncidentPlace:
        """Where a fire is; from any thread."""
        key = (incident.incident_id, incident.version)
        its = {
            one.draft.camera_id: cameras[one.draft.camera_id]
            for one in incident.alerts
            if one.draft.camera_id in cameras
        }
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept[0] == its:
            return kept[1]
        place = place_of(incident, cameras)
        with self._lock:
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (its, place)
        return place
