"""What the evidence of fires says about directions and places, a mast at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from detector.suppression.sensors import same_mast
from geo.meeting import WINDOW, Seen, seen_by_alert, seen_by_observation
from models.alert import Alert
from models.crossing import Bearing
from models.incident import Incident
from models.observation import Observation, ObservationSource
from models.site import Camera, CameraKind, Position

__all__ = ["Testimony", "camera_of", "of_alert", "of_incident", "of_observation", "one_a_mast"]


@dataclass(frozen=True, slots=True)
class Testimony:
    """One piece of evidence that says where.

    Attributes:
        what: the alert or the observation.
        seen: its direction or place, with its time.
        kind: of the camera; a node's heat is told by one under the trees; None of what people
            and drones told.
    """

    what: Alert | Observation
    seen: Seen
    kind: CameraKind | None

    @property
    def last_seen_at(self) -> datetime:
        """UTC capture time of its last sign."""
        return self.seen.until_at

    @property
    def observer(self) -> Position | None:
        """Whence it looks; None of what names a place."""
        witness = self.seen.account.witness
        return witness.observer if isinstance(witness, Bearing) else None

    @property
    def says(self) -> tuple[int, float]:
        """How much: a place that was told, then one on the relief, then the sharpest direction."""
        account = self.seen.account
        if not isinstance(account.witness, Bearing):
            return 2, -account.witness.sigma_m
        located = account.fix is not None and bool(account.fix.clusters)
        return (1 if located else 0), -account.witness.sigma_deg


def camera_of(alert: Alert, cameras: Mapping[str, Camera]) -> Camera:
    """The camera of an alert; of one that nobody remembers, what its alert knows."""
    key = alert.draft.camera_id
    unknown = Camera(key, key, CameraKind.TOWER, alert.draft.fix.observer, ())
    return cameras.get(key, unknown)


def of_alert(alert: Alert, cameras: Mapping[str, Camera]) -> Testimony | None:
    """What a camera saw; None when it knows neither direction nor place."""
    camera = camera_of(alert, cameras)
    seen = seen_by_alert(f"alert-{alert.alert_id}", alert, camera)
    return None if seen is None else Testimony(alert, seen, camera.kind)


def of_observation(observation: Observation) -> Testimony:
    """What somebody told."""
    key = f"observation-{observation.observation_id}"
    is_node = observation.draft.source is ObservationSource.NODE
    kind = CameraKind.CANOPY if is_node else None
    return Testimony(observation, seen_by_observation(key, observation), kind)


def of_incident(incident: Incident, cameras: Mapping[str, Camera]) -> list[Testimony]:
    """The evidence of a fire that holds: what was taken back is no witness."""
    seen = [one for alert in incident.alerts if (one := of_alert(alert, cameras)) is not None]
    told = [of_observation(one) for one in incident.observations if one.withdrawn_at is None]
    return [*seen, *told]


def one_a_mast(testimonies: Iterable[Testimony]) -> list[Testimony]:
    """One direction of each mast, and every place that was told: two on one mast are one witness.

    Of a mast's sightings the one that says most stands for it: among those of its latest quarter
    of an hour one with a place on the relief, and then the sharpest.
    """
    places: list[Testimony] = []
    masts: list[tuple[Position, list[Testimony]]] = []
    for each in sorted(testimonies, key=lambda one: one.last_seen_at, reverse=True):
        observer = each.observer
        if observer is None:
            places.append(each)
            continue
        for stands, mast in masts:
            if same_mast(stands, observer):
                if mast[0].last_seen_at - each.last_seen_at <= WINDOW:
                    mast.append(each)
                break
        else:
            masts.append((observer, [each]))
    return [*(max(mast, key=lambda one: one.says) for _, mast in masts), *places]
