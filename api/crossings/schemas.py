"""What a crossing looks like on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from geo.alternatives import Alternative
from geo.joint import AGAINST, JointPlace
from geo.meeting import Meeting, Residual, ellipse_lonlat
from models.crossing import NoCrossing
from models.incident import IncidentState
from models.land import LandAnswer

__all__ = [
    "CrossingsAnswer",
    "FireCrossingsAnswer",
    "LookoutAnswer",
    "LookoutsAnswer",
    "MatchAnswer",
    "MemberAnswer",
    "PartingAnswer",
    "WitnessAnswer",
]


class WitnessAnswer(BaseModel):
    """Who saw something.

    Attributes:
        key: ``alert-12`` or ``observation-3``.
        kind: of the sighting: a tower's bearing, a place, what a person told.
        name: of the camera; of an observation how it was told.
        lon_deg: of the observer, or of a place that is told.
        bearing_deg: true; None of a place.
        radius_m: of a place, holds nine in ten; None of a bearing.
    """

    key: str
    kind: Literal["alert", "observation"]
    number: int
    name: str
    camera_id: str | None
    state: IncidentState | None
    lon_deg: float
    lat_deg: float
    bearing_deg: float | None
    sigma_deg: float | None
    radius_m: float | None
    from_at: datetime
    until_at: datetime


class MemberAnswer(BaseModel):
    """One of those who meet.

    Attributes:
        off_deg: turn from its bearing to the place; None of a place.
        off_m: the same in metres across, or from the place that was told.
        sigmas: the same in its own standard deviations.
        range_m: to the place.
        alternatives: what its relief leaves open, weighed anew; in the order of the fix's clusters,
            then its hidden stretches, then elsewhere.
    """

    key: str
    off_deg: float | None
    off_m: float
    sigmas: float
    range_m: float
    alternatives: tuple[Alternative, ...]

    @classmethod
    def of(
        cls, key: str, residual: Residual, alternatives: tuple[Alternative, ...]
    ) -> "MemberAnswer":
        """From its parts."""
        return cls(
            key=key,
            off_deg=residual.off_deg,
            off_m=residual.off_m,
            sigmas=residual.sigmas,
            range_m=residual.range_m,
            alternatives=alternatives,
        )


class RivalAnswer(BaseModel):
    """Another fire that a member could stand for."""

    member: str
    members: tuple[str, ...]
    log_factor: float


class MatchAnswer(BaseModel):
    """Sightings that meet.

    Attributes:
        members: whose alert is asked about first.
        lon_deg: where their bearings cross.
        ellipse_lonlat: closed ring that holds nine in ten, by the bearings alone.
        semi_major_m: of it.
        chi2: of the bearings; says something from the third on.
        likelihood: of a chi2 at least so large for one fire.
        places: with the relief of all; together they hold nine in ten.
        log_factor: natural logarithm of how much better one fire explains them than several.
        is_refuted: their relief speaks against one fire.
        share: of this among a fire of its own and all its meetings, before which nothing is known.
        is_ambiguous: two fires may have been married.
        rivals: the other marriages.
        land: of the places.
    """

    members: tuple[MemberAnswer, ...]
    lon_deg: float
    lat_deg: float
    ellipse_lonlat: tuple[tuple[float, float], ...]
    semi_major_m: float
    semi_minor_m: float
    major_bearing_deg: float
    chi2: float
    freedom: int
    likelihood: float
    places: tuple[JointPlace, ...]
    log_factor: float
    is_refuted: bool
    share: float
    is_ambiguous: bool
    rivals: tuple[RivalAnswer, ...]
    land: LandAnswer

    @classmethod
    def of(
        cls,
        meeting: Meeting,
        members: tuple[MemberAnswer, ...],
        land: LandAnswer,
    ) -> "MatchAnswer":
        """From its parts."""
        crossing, joint = meeting.crossing, meeting.joint
        return cls(
            members=members,
            lon_deg=crossing.lon_deg or 0.0,
            lat_deg=crossing.lat_deg or 0.0,
            ellipse_lonlat=ellipse_lonlat(crossing),
            semi_major_m=crossing.semi_major_m,
            semi_minor_m=crossing.semi_minor_m,
            major_bearing_deg=crossing.major_bearing_deg,
            chi2=crossing.chi2,
            freedom=crossing.freedom,
            likelihood=crossing.likelihood,
            places=joint.places,
            log_factor=joint.log_factor,
            is_refuted=joint.log_factor < AGAINST,
            share=meeting.share,
            is_ambiguous=meeting.is_ambiguous,
            rivals=tuple(
                RivalAnswer(member=one.member, members=one.members, log_factor=one.log_factor)
                for one in meeting.rivals
            ),
            land=land,
        )


class PartingAnswer(BaseModel):
    """Somebody of the same time who sees another fire, and why that is said."""

    key: str
    reason: NoCrossing


class CrossingsAnswer(BaseModel):
    """Everything about one sighting.

    Attributes:
        key: whose.
        reason: why nothing meets, of the nearest miss: ``alone`` when nobody else saw anything in
            the window, ``no_bearing`` when it has neither direction nor place; None with a match.
        window_s: how far apart two times of sight may be.
        witnesses: everybody who is named below.
        left_out: meetings that are not told.
    """

    key: str
    reason: NoCrossing | Literal["alone", "no_bearing"] | None
    window_s: float
    witnesses: tuple[WitnessAnswer, ...]
    matches: tuple[MatchAnswer, ...] = ()
    partings: tuple[PartingAnswer, ...] = ()
    left_out: int = 0


class FireCrossingsAnswer(BaseModel):
    """Everything about all sightings of one fire, in the order of its evidence: alerts first."""

    members: tuple[CrossingsAnswer, ...]


class LookoutAnswer(BaseModel):
    """A tower that could confirm it.

    Attributes:
        bearing_deg: to turn it to, true.
        smoke_m: from this height smoke over the place is seen; 0 where the ground is.
        opening_deg: between its line of sight and the one that there is; 90 is best.
        presets: those of its views that show the place, as (number, name).
        steerable: it can be turned.
    """

    camera_id: str
    name: str
    bearing_deg: float
    range_m: float
    smoke_m: float
    opening_deg: float
    presets: tuple[tuple[int, str], ...]
    steerable: bool


class LookoutsAnswer(BaseModel):
    """Towers that see a place, the best to cross from first; without a place there is none."""

    lon_deg: float | None
    lat_deg: float | None
    lookouts: tuple[LookoutAnswer, ...] = ()
