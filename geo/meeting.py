"""Who sees the same fire as somebody: the alerts and observations of one time, put together.

Nothing is merged and nothing is decided here: what is stored goes in, what it means comes out, and
may be asked again when more is known.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from geo.alternatives import Account
from geo.association import associate
from geo.crs import geodesic, went
from geo.joint import AGAINST, Joint, joined
from models.alert import Alert
from models.crossing import Bearing, Crossing, NoCrossing, Report, Witness
from models.observation import Observation
from models.site import Camera, CameraKind
from models.units import angle_between_deg

__all__ = [
    "WINDOW",
    "Meeting",
    "Meetings",
    "Parting",
    "Residual",
    "Rival",
    "Seen",
    "ellipse_lonlat",
    "meetings_of",
    "residual_of",
    "seen_by_alert",
    "seen_by_observation",
]

WINDOW: Final = timedelta(minutes=15)
"""Two sightings whose times are further apart than this are not crossed: half a patrol's round."""

MOST_MEETINGS: Final = 8
MOST_RIVALS: Final = 6
LEAST_SIGMA_DEG: Final = 0.02
HELD: Final = math.sqrt(-2.0 * math.log(0.1))
"""Radius that holds 90 %, in standard deviations of each direction."""

NODE_SIGMA_M: Final = 100.0
"""Of a camera under the trees whose pose is not known: what it sees is around it."""

NODE_REACH_M: Final = 500.0
LEAST_NODE_SIGMA_M: Final = 20.0
NEARLY: Final = math.log(20.0)
"""Of two explanations: the better one is not twenty times as good."""

_CORNERS: Final = 48


@dataclass(frozen=True, slots=True)
class Seen:
    """One sighting with its time.

    Attributes:
        key: of whoever asks; ``alert-12``.
        account: what is told.
        from_at: UTC, by capture time.
        until_at: UTC.
    """

    key: str
    account: Account
    from_at: datetime
    until_at: datetime

    def overlaps(self, other: "Seen", window: timedelta = WINDOW) -> bool:
        """Whether both may have been of one time."""
        return self.from_at <= other.until_at + window and other.from_at <= self.until_at + window


@dataclass(frozen=True, slots=True)
class Residual:
    """How far a witness is off from a place.

    Attributes:
        off_deg: turn from its bearing to the place, clockwise; None of a report.
        off_m: across the line of sight, or from the place reported.
        sigmas: the same in its standard deviations.
        range_m: from the witness to the place.
    """

    off_deg: float | None
    off_m: float
    sigmas: float
    range_m: float


@dataclass(frozen=True, slots=True)
class Rival:
    """Another match that a member could stand in: two fires may have been married.

    Attributes:
        member: key of who would change sides.
        members: keys of the other match, ``member`` among them.
        log_factor: how well one fire explains that, as :attr:`geo.joint.Joint.log_factor`.
    """

    member: str
    members: tuple[str, ...]
    log_factor: float


@dataclass(frozen=True, slots=True)
class Meeting:
    """Sightings that meet in one place.

    Attributes:
        members: keys, whose fire is asked about first.
        crossing: of their bearings.
        joint: with their relief.
        share: of the ways to explain what is asked about (by a fire of its own, or by one of its
            meetings), each as likely as any other before the relief is heard; 0 to 1.
        rivals: what its other members could stand in instead, nearly as well.
        is_ambiguous: two fires may have been married: there are rivals, or what is asked about
            stands in another meeting that is nearly as good.
    """

    members: tuple[str, ...]
    crossing: Crossing
    joint: Joint
    share: float
    rivals: tuple[Rival, ...]
    is_ambiguous: bool


@dataclass(frozen=True, slots=True)
class Parting:
    """Somebody of the same time who does not see the same fire, and why."""

    other: str
    reason: NoCrossing


@dataclass(frozen=True, slots=True)
class Meetings:
    """Everything about one sighting.

    Attributes:
        meetings: most members first, then the likeliest.
        partings: in the order in which the others were given.
        left_out: meetings that are not told.
    """

    meetings: tuple[Meeting, ...] = ()
    partings: tuple[Parting, ...] = ()
    left_out: int = 0


def seen_by_alert(key: str, alert: Alert, camera: Camera) -> Seen | None:
    """What an alert says; None when it has neither direction nor place.

    A camera under the trees that has a place right before it, or no pose, tells a place: it stands
    in the heat.
    """
    fix = alert.draft.fix
    span = alert.draft.first_seen_at, alert.last_seen_at
    if camera.kind is CameraKind.CANOPY:
        if len(fix.clusters) == 1 and fix.clusters[0].range_m <= NODE_REACH_M:
            near = fix.clusters[0]
            sigma_m = max(LEAST_NODE_SIGMA_M, near.r90_m / HELD)
            return Seen(key, Account(Report(near.position, sigma_m)), *span)
        if fix.bearing_deg is None:
            return Seen(key, Account(Report(camera.position, NODE_SIGMA_M)), *span)
    if fix.bearing_deg is None or fix.bearing_sigma_deg is None:
        return None
    sigma_deg = min(180.0, max(LEAST_SIGMA_DEG, fix.bearing_sigma_deg))
    return Seen(key, Account(Bearing(fix.observer, fix.bearing_deg, sigma_deg), fix), *span)


def seen_by_observation(key: str, observation: Observation) -> Seen:
    """What somebody told."""
    draft = observation.draft
    return Seen(key, Account(draft.witness), draft.seen_at, draft.seen_at)


def meetings_of(subject: Seen, others: Sequence[Seen], window: timedelta = WINDOW) -> Meetings:
    """With whom somebody sees one fire.

    Args:
        subject: whose fire it is.
        others: anybody; those of another time are left out.
        window: how far apart two times may be.
    """
    seen = [subject, *(each for each in others if each.overlaps(subject, window))]
    witnesses = [each.account.witness for each in seen]
    association = associate(witnesses, 0)
    found = []
    for match in association.matches[: 2 * MOST_MEETINGS]:
        members = [seen[index] for index in match.members]
        joint = joined([each.account for each in members], match.crossing)
        found.append((match.members, match.crossing, joint))
    found.sort(key=lambda one: (-len(one[0]), -one[2].log_factor))
    shares = _shares([joint.log_factor for _, _, joint in found])
    told = found[:MOST_MEETINGS]
    rivals = _rivals(seen, witnesses, [members for members, _, _ in told])
    meetings = []
    for number, (indices, crossing, joint) in enumerate(told):
        close = tuple(
            each
            for index in indices[1:]
            for other, each in rivals.get(index, [])
            if other not in indices and each.log_factor > joint.log_factor - NEARLY
        )
        as_good = any(
            share > shares[number] * math.exp(-NEARLY)
            for other, share in enumerate(shares)
            if other != number
        )
        keys = tuple(seen[index].key for index in indices)
        ambiguous = bool(close) or as_good
        meetings.append(Meeting(keys, crossing, joint, shares[number], close, ambiguous))
    return Meetings(
        tuple(meetings),
        tuple(Parting(seen[miss.members[1]].key, miss.reason) for miss in association.misses),
        len(association.matches) - len(told) + association.left_out,
    )


def _shares(factors: Sequence[float]) -> list[float]:
    """Of each, and of a fire of its own, which explains what is seen by a factor of one."""
    highest = max(0.0, *factors) if factors else 0.0
    weights = [math.exp(each - highest) for each in factors]
    whole = sum(weights) + math.exp(-highest)
    return [each / whole for each in weights]


def _rivals(
    seen: Sequence[Seen], witnesses: Sequence[Witness], told: Sequence[tuple[int, ...]]
) -> dict[int, list[tuple[int, Rival]]]:
    """With whom else the members of what is told meet, the subject left out; best first."""
    members = list(dict.fromkeys(index for match in told for index in match if index != 0))
    found: dict[int, list[tuple[int, Rival]]] = {}
    for index in members[:MOST_MEETINGS]:
        rivals = []
        for match in associate(witnesses, index, pairs_only=True).matches[:MOST_RIVALS]:
            first, second = match.members
            other = second if first == index else first
            accounts = [seen[index].account, seen[other].account]
            log_factor = joined(accounts, match.crossing).log_factor
            if other != 0 and log_factor > AGAINST:
                keys = seen[index].key, seen[other].key
                rivals.append((other, Rival(seen[index].key, keys, log_factor)))
        found[index] = sorted(rivals, key=lambda one: -one[1].log_factor)
    return found


def residual_of(witness: Witness, lon_deg: float, lat_deg: float) -> Residual:
    """How far a witness is off from a place."""
    if isinstance(witness, Report):
        there = witness.position
        off_m = geodesic(there.lon_deg, there.lat_deg, lon_deg, lat_deg)[2]
        return Residual(None, off_m, off_m / witness.sigma_m, off_m)
    observer = witness.observer
    azimuth_deg, _, range_m = geodesic(observer.lon_deg, observer.lat_deg, lon_deg, lat_deg)
    off_deg = angle_between_deg(witness.bearing_deg, azimuth_deg)
    off_m = math.radians(off_deg) * range_m
    return Residual(off_deg, off_m, abs(off_deg) / witness.sigma_deg, range_m)


def ellipse_lonlat(crossing: Crossing) -> tuple[tuple[float, float], ...]:
    """The ellipse that holds 90 % as a closed, counter-clockwise ring; empty without a place."""
    if crossing.lon_deg is None or crossing.lat_deg is None:
        return ()
    axis = math.radians(crossing.major_bearing_deg)
    ring = []
    for corner in range(_CORNERS):
        angle = 2.0 * math.pi * corner / _CORNERS
        along_m = crossing.semi_major_m * math.cos(angle)
        across_m = crossing.semi_minor_m * math.sin(angle)
        # Across lies to the left of the axis, so that the ring runs against the clock.
        east_m = along_m * math.sin(axis) - across_m * math.cos(axis)
        north_m = along_m * math.cos(axis) + across_m * math.sin(axis)
        azimuth_deg = math.degrees(math.atan2(east_m, north_m))
        ring.append(
            went(crossing.lon_deg, crossing.lat_deg, azimuth_deg, math.hypot(east_m, north_m))
        )
    return (*ring, ring[0])
