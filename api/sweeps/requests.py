"""What is asked of sweeps over HTTP; what it means is :mod:`api.sweeps.wishing`."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, JsonValue

from api.bodies import RequestBody
from models.land import Layer
from models.mission import GroundKind

__all__ = [
    "FenceRequest",
    "HomeRequest",
    "LookRequest",
    "SaveRequest",
    "ShapeTarget",
    "SweepRequest",
    "TargetRequest",
    "WindRequest",
]

Number = Annotated[float, Field(allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180.0, le=180.0, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90.0, le=90.0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Code = Annotated[str, Field(min_length=1, max_length=100)]
Shape: TypeAlias = dict[str, JsonValue]
"""GeoJSON geometry, WGS 84."""

Fleet = Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]


class TargetRequest(RequestBody):
    """A feature of the land."""

    layer: Layer
    code: Code


class ShapeTarget(RequestBody):
    """What somebody has drawn: a polygon, or a line with a width."""

    geometry: Shape
    width_m: Number | None = None


class FenceRequest(RequestBody):
    """An approved airspace by its code, or a polygon; one of the two."""

    code: Code | None = None
    geometry: Shape | None = None


class HomeRequest(RequestBody):
    """Where flights start and land."""

    lon_deg: Longitude
    lat_deg: Latitude
    name: Annotated[str, Field(max_length=80)] = ""


class WindRequest(RequestBody):
    """A wind to plan with."""

    from_deg: Number
    speed_ms: Number


class SweepRequest(RequestBody):
    """A wish; what is left out is as the settings and :class:`models.mission.SweepTask` have it."""

    name: Name
    target: TargetRequest | ShapeTarget
    aircraft: Fleet
    camera: Annotated[str, Field(max_length=40)] = ""
    home: HomeRequest | None = None
    height_m: Number
    gimbal_pitch_deg: Number = -90.0
    side_overlap: Number | None = None
    tolerance_m: Number = 5.0
    angle_deg: Number | None = None
    wind: WindRequest | None = None
    plume_m: Number | None = None
    recall: Number = 0.8
    fence: FenceRequest | None = None
    ceiling_m: Number | None = None
    canopy_m: Number | None = None
    ground: GroundKind | None = None
    least_clearance_m: Number | None = None


class LookRequest(RequestBody):
    """A place to be looked at from the air, e.g. an unconfirmed alert's.

    Attributes:
        radius_m: within which it lies.
        views: so many from upwind, or once around.
    """

    lon_deg: Longitude
    lat_deg: Latitude
    radius_m: Annotated[float, Field(ge=0.0, le=5_000.0, allow_inf_nan=False)]
    aircraft: Fleet
    home: HomeRequest | None = None
    wind: WindRequest | None = None
    views: Literal[2, 3, "orbit"] = 3
    name: Annotated[str, Field(max_length=80)] = ""


class SaveRequest(RequestBody):
    """A wish to be planned and kept.

    Attributes:
        version: that was seen, when a kept sweep is changed.
    """

    request: SweepRequest
    version: Annotated[int, Field(ge=1)] | None = None
