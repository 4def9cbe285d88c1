"""From what somebody says to a witness with an honest error, and a note of how it was said."""

import math
from datetime import datetime
from typing import Final

import shapely

from api.context import Context
from api.observations.schemas import (
    CameraSpot,
    CoordinatesSpot,
    DirectionRequest,
    ObservationRequest,
    PlaceRequest,
    SpotRequest,
)
from geo.crs import LocalFrame, Wgs84, geodesic, tagged, to_wgs84
from geo.directions import (
    MAGNETIC_SIGMA_DEG,
    compass_word,
    declination_deg,
    true_from_magnetic,
)
from geo.meeting import HELD
from models.crossing import Bearing, Report, Witness
from models.errors import InputRefused, NotFound
from models.land import LandFeature, Layer
from models.observation import ObservationDraft
from models.site import HeightDatum, Position
from models.units import wrap_bearing_deg

__all__ = ["check_near", "draft_of"]

READ_SIGMA_DEG: Final = 5.0
"""Of degrees that somebody reads off a compass or a telephone, and says no more."""

USUAL_RANGE_M: Final = 5_000.0
"""At which the size of a village, from somewhere in which one looks, is told as an angle."""

FARTHEST_M: Final = 100_000.0
_NAMED: Final = frozenset(set(Layer) - {Layer.ROAD, Layer.FOREST_BELT, Layer.AIRSPACE})


def draft_of(context: Context, request: ObservationRequest) -> ObservationDraft:
    """Turn a request into an observation.

    Raises:
        InputRefused: the coordinates are refused at the door of :mod:`geo.crs`; they lie far from
            everything (``observation_far``); a direction is neither degrees nor a word, or both
            (``direction_missing``), has no north (``direction_north``) or one that is not known
            here (``declination_unknown``); a named thing is a line (``observation_named``).
        NotFound: no such feature or camera.
    """
    seen_at = request.seen_at
    witness, told = (
        _report(context, request.sighting)
        if isinstance(request.sighting, PlaceRequest)
        else _bearing(context, request.sighting, seen_at)
    )
    return ObservationDraft(
        request.source, witness, seen_at, told, request.words.strip(), request.caller.strip()
    )


def _report(context: Context, request: PlaceRequest) -> tuple[Witness, str]:
    position, size_m, told = _spot(context, request.spot)
    sigma_m = math.hypot(request.radius_m / HELD, size_m / 2.0)
    return Report(position, sigma_m), f"{told}, within {request.radius_m:.0f} m"


def _bearing(context: Context, request: DirectionRequest, seen_at: datetime) -> tuple[Witness, str]:
    position, size_m, told = _spot(context, request.spot)
    word = request.word.strip()
    if (request.bearing_deg is None) is not bool(word):
        raise InputRefused(
            "A direction is degrees, or a word of the compass.",
            remedy="Give one of the two.",
            code="direction_missing",
        )
    if request.bearing_deg is None:
        bearing_deg, sigma_deg = compass_word(word)
        sigma_deg = max(sigma_deg, request.sigma_deg or 0.0)
        said = word
    else:
        bearing_deg, sigma_deg, said = _degrees(request, request.bearing_deg, position, seen_at)
    sigma_deg = math.hypot(sigma_deg, math.degrees(math.atan(size_m / 2.0 / USUAL_RANGE_M)))
    return Bearing(position, bearing_deg, sigma_deg), f"{said} from {told}"


def _degrees(
    request: DirectionRequest, stated_deg: float, position: Position, seen_at: datetime
) -> tuple[float, float, str]:
    sigma_deg = READ_SIGMA_DEG if request.sigma_deg is None else request.sigma_deg
    if request.north == "true":
        return wrap_bearing_deg(stated_deg), sigma_deg, f"{stated_deg:g} deg true"
    if request.north == "magnetic":
        place = Wgs84.at(position.lon_deg, position.lat_deg)
        bearing_deg = true_from_magnetic(stated_deg, place, seen_at)
        said = f"{stated_deg:g} deg magnetic ({declination_deg(place, seen_at):+.2f})"
        return bearing_deg, math.hypot(sigma_deg, MAGNETIC_SIGMA_DEG), said
    raise InputRefused(
        "Degrees do not say from which north they are counted.",
        remedy="Say true north, or magnetic north for a compass.",
        code="direction_north",
    )


def _spot(context: Context, spot: SpotRequest) -> tuple[Position, float, str]:
    """Where, how large what is named there is (radius in metres), and how it was said."""
    if isinstance(spot, CameraSpot):
        camera = context.store.cameras.get(spot.camera_id)
        return camera.position, 0.0, camera.camera_id
    if isinstance(spot, CoordinatesSpot):
        place = tagged(spot.system, spot.first, spot.second)
        inside = place if isinstance(place, Wgs84) else to_wgs84(place)  # type: ignore[arg-type]
        lon_deg, lat_deg = inside.pair
        check_near(context, lon_deg, lat_deg)
        return (
            _position(lon_deg, lat_deg),
            0.0,
            f"{spot.system} {spot.first:.10g}, {spot.second:.10g}",
        )
    if spot.layer not in _NAMED:
        raise InputRefused(
            "A road or a belt is a line and no place.",
            remedy="Name a village or a checkpoint, or point at the map.",
            code="observation_named",
        )
    feature = _feature(context, spot.layer, spot.code)
    point = feature.geometry.representative_point()
    frame = LocalFrame(point.x, point.y)
    area_m2 = float(shapely.area(frame.geometry_to_metric(feature.geometry)))
    told = f"{feature.layer} {feature.code} {feature.name}"
    return _position(point.x, point.y), math.sqrt(area_m2 / math.pi), told[:200]


def _feature(context: Context, layer: Layer, code: str) -> LandFeature:
    for feature in context.store.land.all():
        if feature.layer is layer and feature.code == code:
            return feature
    raise NotFound(f"There is no {layer} {code}.")


def check_near(context: Context, lon_deg: float, lat_deg: float) -> None:
    """Refuse what lies in another part of the world: a wrong system, or swapped numbers.

    Raises:
        InputRefused: code ``observation_far``.
    """
    stands = [each.position for each in context.store.cameras.all()]
    if stands and all(
        geodesic(each.lon_deg, each.lat_deg, lon_deg, lat_deg)[2] > FARTHEST_M for each in stands
    ):
        raise InputRefused(
            f"{lon_deg:.5f}, {lat_deg:.5f} is more than {FARTHEST_M / 1000.0:.0f} km from every "
            "camera.",
            remedy="Look at the numbers, their order and their coordinate system.",
            code="observation_far",
        )


def _position(lon_deg: float, lat_deg: float) -> Position:
    return Position(lon_deg, lat_deg, 0.0, HeightDatum.GROUND)
