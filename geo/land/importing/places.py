"""Every row's place in WGS 84, or why it has none; axes that are surely exchanged are turned."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from geo.exchange import RawLayer
from geo.land.importing.near import FAR_KM, Near
from geo.land.importing.report import LineCode
from geo.land.importing.systems import fitting_systems, let_in, swapped
from models.errors import InputRefused
from models.land import Fact

__all__ = ["Placed", "placed"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A row's place.

    Attributes:
        geometry: WGS 84; None when it has none.
        away_km: from the known land.
        code: what was done to it, or why there is none; None for nothing.
        values: for the words.
    """

    geometry: BaseGeometry | None
    away_km: float = 0.0
    code: LineCode | None = None
    values: dict[str, Fact] = field(default_factory=dict)


def placed(raw: RawLayer, system: str, near: Near) -> list[Placed]:
    """The place of every row.

    Raises:
        InputRefused: the system is not stated, not known or old; or no row can be in it, with what
            it could be in where that is to be found out.
    """
    rows = [
        index for index, each in enumerate(raw.geometries) if each is not None and not each.is_empty
    ]
    given = [raw.geometries[index] for index in rows]
    shapes = [each for each in given if each is not None]
    found = dict(zip(rows, _all_in(shapes, system, near), strict=True))
    return [
        found.get(index)
        or Placed(None, 0.0, LineCode.GEOMETRY_MISSING if each is None else LineCode.GEOMETRY_EMPTY)
        for index, each in enumerate(raw.geometries)
    ]


def _all_in(shapes: Sequence[BaseGeometry], system: str, near: Near) -> list[Placed]:
    inside = _let_in(shapes, system, near)
    kept = [index for index, each in enumerate(inside) if not isinstance(each, InputRefused)]
    geometries = [each for each in inside if not isinstance(each, InputRefused)]
    away_km = dict(zip(kept, near.away_km(geometries), strict=True))
    result = [
        Placed(each, away_km[index])
        if not isinstance(each, InputRefused) and away_km[index] <= FAR_KM
        else _doubtful(shapes[index], each, away_km.get(index, 0.0), system, near)
        for index, each in enumerate(inside)
    ]
    first = next((each for each in inside if isinstance(each, InputRefused)), None)
    if first is not None and all(each.geometry is None for each in result):
        raise _advised(first, shapes, near, system) from first
    return result


def _let_in(
    shapes: Sequence[BaseGeometry], system: str, near: Near
) -> list[BaseGeometry | InputRefused]:
    """All at once; one by one when something is wrong with some."""
    try:
        return list(let_in(shapes, system))
    except InputRefused as error:
        if error.code.startswith("system") or error.code == "coordinates_untagged":
            raise _advised(error, shapes, near, system) from error
        return [_one_in(each, system) for each in shapes]


def _one_in(shape: BaseGeometry, system: str) -> BaseGeometry | InputRefused:
    try:
        return let_in([shape], system)[0]
    except InputRefused as error:
        return error


def _doubtful(
    shape: BaseGeometry,
    found: BaseGeometry | InputRefused,
    away_km: float,
    system: str,
    near: Near,
) -> Placed:
    """A row that is nowhere, or far away: does it lie well with its axes exchanged?"""
    turned = _one_in(swapped(shape), system)
    surely = isinstance(found, InputRefused) and found.code == "coordinates_swapped"
    if not isinstance(turned, InputRefused) and (near.is_known or surely):
        turned_km = near.away_km([turned])[0]
        if turned_km <= FAR_KM:
            return Placed(turned, turned_km, LineCode.AXES_SWAPPED)
    if isinstance(found, InputRefused):
        values: dict[str, Fact] = {"code": found.code, "message": found.message[:200]}
        return Placed(None, 0.0, LineCode.COORDINATES, values)
    return Placed(None, away_km, LineCode.FAR_OUTSIDE, {"km": round(away_km)})


def _advised(
    error: InputRefused, shapes: Sequence[BaseGeometry], near: Near, system: str
) -> InputRefused:
    """The same refusal, with the systems in which the layer would lie in the district."""
    fits = [] if near.around is None else fitting_systems(shapes, near.around, system)
    if not fits:
        return error
    remedy = f"In {' or '.join(fits)} the layer lies in the district: state that if it is so."
    return InputRefused(error.message, remedy=remedy, code=error.code)
