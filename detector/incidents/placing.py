"""Where a fire is, by all that was seen and told of it together, or that nobody knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from detector.incidents.testimony import Testimony, of_incident, one_a_mast
from geo.association import associate
from geo.joint import JointPlace, joined
from geo.meeting import HELD, ellipse_lonlat
from geo.triangulate import triangulate
from models.crossing import Report
from models.incident import Incident
from models.site import Camera, Position

__all__ = ["IncidentPlace", "place_among", "place_by", "place_of"]


@dataclass(frozen=True, slots=True)
class IncidentPlace:
    """Where a fire is.

    Attributes:
        places: where it may be, the likeliest first; empty without a place.
        observer: whence it is seen by the witness that says most; None of one that names a place,
            and when nothing is known.
        bearing_deg: of that witness, true north, [0, 360); None likewise.
        bearing_sigma_deg: its standard deviation; None likewise.
        agree: keys of the witnesses that the places stand on, as in :class:`geo.meeting.Seen`.
        beside: keys of those that look elsewhere, or that another one of their mast stands for.
    """

    places: tuple[JointPlace, ...] = ()
    observer: Position | None = None
    bearing_deg: float | None = None
    bearing_sigma_deg: float | None = None
    agree: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    @property
    def best(self) -> JointPlace | None:
        """The likeliest place; None without one."""
        return self.places[0] if self.places else None

    @property
    def ring_lonlat(self) -> tuple[tuple[float, float], ...]:
        """Outline of the likeliest place, closed, counter-clockwise; empty without one."""
        return self.places[0].outline_lonlat if self.places else ()

    @property
    def r90_m(self) -> float | None:
        """Radius around the likeliest place that holds 90 % of its weight; None without one."""
        return self.places[0].r90_m if self.places else None

    @property
    def direction_only(self) -> bool:
        """Whether a direction is known, and no place."""
        return not self.places and self.bearing_deg is not None


def place_of(incident: Incident, cameras: Mapping[str, Camera]) -> IncidentPlace:
    """Where a fire is.

    The largest set of its witnesses that meet in one place tells it; where none meet, the one that
    says most tells it alone. Two directions of one mast never meet, and a place is never made of
    directions that do not.

    Args:
        incident: with its evidence; what was taken back is left out.
        cameras: by key, also those that were removed.
    """
    return place_by(of_incident(incident, cameras))


def place_by(testimonies: Sequence[Testimony]) -> IncidentPlace:
    """Where some pieces of evidence, taken for one fire, put it."""
    return place_among(one_a_mast(testimonies), testimonies)


def place_among(heard: Sequence[Testimony], testimonies: Sequence[Testimony]) -> IncidentPlace:
    """As :func:`place_by`, where it is known whom to hear.

    Args:
        heard: by :func:`detector.incidents.testimony.one_a_mast`. When they were seen does not
            matter any more: the same accounts of the same witnesses give the same place.
        testimonies: all there are.
    """
    if not heard:
        return IncidentPlace()
    met = _met(heard)
    members = [max(heard, key=lambda one: one.says)] if met is None else met[0]
    places = _alone(members[0]) if met is None else met[1]
    lead = max(members, key=lambda one: one.says).seen.account.witness
    keys = tuple(one.seen.key for one in members)
    beside = tuple(one.seen.key for one in testimonies if one.seen.key not in keys)
    if isinstance(lead, Report):
        return IncidentPlace(places, agree=keys, beside=beside)
    return IncidentPlace(places, lead.observer, lead.bearing_deg, lead.sigma_deg, keys, beside)


def _met(heard: Sequence[Testimony]) -> tuple[list[Testimony], tuple[JointPlace, ...]] | None:
    found = []
    for match in associate([one.seen.account.witness for one in heard]).matches:
        members = [heard[index] for index in match.members]
        joint = joined([one.seen.account for one in members], match.crossing)
        found.append((len(members), joint.log_factor, members, joint.places))
    if not found:
        return None
    _, _, members, places = max(found, key=lambda one: one[:2])
    return members, places


def _alone(testimony: Testimony) -> tuple[JointPlace, ...]:
    account = testimony.seen.account
    witness = account.witness
    if isinstance(witness, Report):
        at = witness.position
        ring = ellipse_lonlat(triangulate([witness]))
        return (JointPlace(at.lon_deg, at.lat_deg, 1.0, witness.sigma_m * HELD, ring),)
    clusters = () if account.fix is None else account.fix.clusters
    return tuple(
        JointPlace(
            one.position.lon_deg, one.position.lat_deg, one.weight, one.r90_m, one.outline_lonlat
        )
        for one in clusters
    )
