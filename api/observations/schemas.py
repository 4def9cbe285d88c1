"""What an observation looks like on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.moments import Moment
from geo.meeting import HELD
from models.crossing import Bearing
from models.land import Layer, UnitShare
from models.observation import Observation, ObservationSource

__all__ = [
    "CameraSpot",
    "CoordinatesSpot",
    "DirectionRequest",
    "NamedSpot",
    "ObservationAnswer",
    "ObservationList",
    "ObservationRequest",
    "PlaceRequest",
    "SpotRequest",
]


class CoordinatesSpot(RequestBody):
    """Longitude and latitude, or easting and northing, of a stated system."""

    kind: Literal["coordinates"]
    system: Annotated[str, Field(max_length=40)]
    first: float
    second: float


class NamedSpot(RequestBody):
    """A feature of the land, by its key."""

    kind: Literal["named"]
    layer: Layer
    code: Annotated[str, Field(min_length=1, max_length=100)]


class CameraSpot(RequestBody):
    """Where a camera stands."""

    kind: Literal["camera"]
    camera_id: Annotated[str, Field(max_length=40)]


SpotRequest = Annotated[CoordinatesSpot | NamedSpot | CameraSpot, Field(discriminator="kind")]


class PlaceRequest(RequestBody):
    """It is there, within a radius that holds nine of ten such fires."""

    kind: Literal["place"]
    spot: SpotRequest
    radius_m: Annotated[float, Field(ge=10.0, le=20_000.0)]


class DirectionRequest(RequestBody):
    """It is seen from there in a direction: degrees with their north, or a word of the compass."""

    kind: Literal["direction"]
    spot: SpotRequest
    bearing_deg: Annotated[float, Field(ge=0.0, le=360.0)] | None = None
    north: Literal["true", "magnetic"] | None = None
    word: Annotated[str, Field(max_length=20)] = ""
    sigma_deg: Annotated[float, Field(ge=0.1, le=45.0)] | None = None


class ObservationRequest(RequestBody):
    """An observation as somebody writes it down; handed in twice with one key it stays one."""

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    source: ObservationSource
    sighting: Annotated[PlaceRequest | DirectionRequest, Field(discriminator="kind")]
    seen_at: Moment
    words: Annotated[str, Field(max_length=2000)] = ""
    caller: Annotated[str, Field(max_length=100)] = ""


class ObservationAnswer(BaseModel):
    """One, whole.

    Attributes:
        incident_id: of the fire that it is evidence of.
        lon_deg: of the place, or of who looks from there.
        radius_m: of a place; holds nine in ten.
        bearing_deg: of a direction, from true north.
        sigma_deg: its standard deviation.
        told: how it was stated, before it was converted.
        caller: who told it and how to call them back; None for whoever may not know, empty when it
            was not said or has been forgotten since.
        townships: of a place.
    """

    observation_id: int
    incident_id: int | None
    source: ObservationSource
    kind: Literal["place", "direction"]
    lon_deg: float
    lat_deg: float
    radius_m: float | None
    bearing_deg: float | None
    sigma_deg: float | None
    seen_at: datetime
    told: str
    words: str
    caller: str | None
    author: str
    entered_at: datetime
    withdrawn_by: str
    withdrawn_at: datetime | None
    townships: tuple[UnitShare, ...]

    @classmethod
    def of(
        cls,
        kept: Observation,
        townships: tuple[UnitShare, ...] = (),
        *,
        with_caller: bool = False,
    ) -> "ObservationAnswer":
        """With the land that it names."""
        draft, witness = kept.draft, kept.draft.witness
        is_bearing = isinstance(witness, Bearing)
        at = witness.observer if isinstance(witness, Bearing) else witness.position
        return cls(
            observation_id=kept.observation_id,
            incident_id=kept.incident_id,
            source=draft.source,
            kind="direction" if is_bearing else "place",
            lon_deg=at.lon_deg,
            lat_deg=at.lat_deg,
            radius_m=None if isinstance(witness, Bearing) else witness.sigma_m * HELD,
            bearing_deg=witness.bearing_deg if isinstance(witness, Bearing) else None,
            sigma_deg=witness.sigma_deg if isinstance(witness, Bearing) else None,
            seen_at=draft.seen_at,
            told=draft.told,
            words=draft.words,
            caller=draft.caller if with_caller else None,
            author=kept.author,
            entered_at=kept.entered_at,
            withdrawn_by=kept.withdrawn_by,
            withdrawn_at=kept.withdrawn_at,
            townships=townships,
        )


class ObservationList(BaseModel):
    """Observations, newest first."""

    observations: tuple[ObservationAnswer, ...]
    next_cursor: str | None
