"""Where a lens is, in whatever coordinate system a person states; behind the door it is WGS 84."""

import re
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from api.bodies import RequestBody
from api.cameras.list_faults import ListFault
from geo.crs import Wgs84, geodesic, tagged, to_wgs84
from geo.terrain import Terrain
from models.site import HeightDatum, Position

__all__ = ["WGS84", "PlaceAnswer", "PlaceBody", "PointBody", "same_system"]

WGS84: Final = "WGS84"


class PointBody(RequestBody):
    """A point: longitude and latitude, or easting and northing.

    Attributes:
        coordinates: system of the two numbers, as :func:`geo.crs.tagged` takes it.
    """

    model_config = ConfigDict(frozen=True)

    coordinates: Annotated[str, Field(min_length=1, max_length=40)] = WGS84
    lon_deg: Annotated[float | None, Field(ge=-180.0, le=180.0)] = None
    lat_deg: Annotated[float | None, Field(ge=-90.0, le=90.0)] = None
    easting_m: Annotated[float | None, Field(ge=0.0, le=5e7)] = None
    northing_m: Annotated[float | None, Field(ge=0.0, le=1e7)] = None

    def wgs84(self) -> tuple[float, float]:
        """Longitude and latitude.

        Raises:
            InputRefused: a number is missing (``entry_missing``), both kinds are given
                (``coordinates_both``), or the numbers cannot be in that system.
        """
        given = {name: getattr(self, name) for name in _POINT if getattr(self, name) is not None}
        if given.keys() & set(_DEGREES) and given.keys() & set(_METRES):
            raise ListFault(
                "The place has longitude and latitude, and easting and northing too.",
                remedy="Give the pair that its coordinate system has, and leave the other out.",
                code="coordinates_both",
            )
        wanted = _METRES if given.keys() & set(_METRES) else _DEGREES
        for name in wanted:
            if name not in given:
                raise ListFault(f"{name} is missing.", code="entry_missing", field=name)
        place = tagged(self.coordinates, given[wanted[0]], given[wanted[1]])
        if isinstance(place, Wgs84):
            return place.pair
        return to_wgs84(place).pair  # type: ignore[arg-type]  # tagged makes no bare Place


_DEGREES: Final = ("lon_deg", "lat_deg")
_METRES: Final = ("easting_m", "northing_m")
_POINT: Final = (*_DEGREES, *_METRES)


class PlaceBody(PointBody):
    """Where the lens is."""

    height_m: Annotated[float, Field(ge=-500.0, le=9000.0)]
    height_datum: HeightDatum = HeightDatum.SEA_LEVEL

    def position(self) -> Position:
        """As it is stored: WGS 84, the height with its datum.

        Raises:
            InputRefused: as in :meth:`PointBody.wgs84`.
        """
        return Position(*self.wgs84(), self.height_m, self.height_datum)


class PlaceAnswer(BaseModel):
    """What a point becomes.

    Attributes:
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        moved_m: how far it lies from where the same degrees would lie in WGS 84; None for metres.
        ground_m: height of the ground there above sea level; None where no relief holds it.
        has_relief: whether relief is loaded at all.
    """

    lon_deg: float
    lat_deg: float
    moved_m: float | None
    ground_m: float | None
    has_relief: bool

    @classmethod
    def of(cls, body: PointBody, terrain: Terrain | None) -> "PlaceAnswer":
        """Let the point in.

        Raises:
            InputRefused: as in :meth:`PointBody.wgs84`.
        """
        lon_deg, lat_deg = body.wgs84()
        moved_m = None
        if body.lon_deg is not None and body.lat_deg is not None:
            moved_m = geodesic(body.lon_deg, body.lat_deg, lon_deg, lat_deg)[2]
        ground_m = None if terrain is None else terrain.height_at(lon_deg, lat_deg)
        return cls(
            lon_deg=lon_deg,
            lat_deg=lat_deg,
            moved_m=moved_m,
            ground_m=None if ground_m is None or ground_m != ground_m else ground_m,  # noqa: PLR0124  (a void)
            has_relief=terrain is not None,
        )


def same_system(first: str, second: str) -> bool:
    """Whether two statements name one coordinate system."""
    return _bare(first) == _bare(second)


def _bare(system: str) -> str:
    return re.sub(r"[\s_:-]", "", system.upper()).removeprefix("EPSG")
