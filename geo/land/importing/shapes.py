"""Make a geometry what its layer takes, and say what was done; nothing is lost without a word."""

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from geo.land.importing.report import LineCode
from models.land import SHAPES, Fact, Layer

__all__ = ["Mended", "Unfit", "mended"]

LEAST_AREA_M2 = 1.0
"""What mending may split off, or a mixed collection lose, without being called a part."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A geometry that its layer takes.

    Attributes:
        geometry: valid, not empty, of one of the layer's types.
        remarks: what was done to it, with the values for the words.
    """

    geometry: BaseGeometry
    remarks: tuple[tuple[LineCode, dict[str, Fact]], ...]


class Unfit(Exception):
    """A geometry that the layer cannot take.

    Args:
        code: one of :class:`LineCode`.
        values: for the words.
    """

    def __init__(self, code: LineCode, **values: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = values


def mended(geometry: BaseGeometry, layer: Layer) -> Mended:
    """Take a WGS 84 geometry as it is, or make it fit.

    Raises:
        Unfit: it is empty, of another kind, or nothing of it is left after mending.
    """
    if geometry.is_empty:
        raise Unfit(LineCode.GEOMETRY_EMPTY)
    kinds = SHAPES[layer]
    remarks: list[tuple[LineCode, dict[str, Fact]]] = []
    geometry = _single(_plain_lines(geometry))
    if geometry.geom_type not in kinds:
        geometry = _of_kind(geometry, kinds, remarks)
    if not geometry.is_valid:
        geometry = _valid(geometry, kinds, remarks)
    return Mended(geometry, tuple(remarks))


def _single(geometry: BaseGeometry) -> BaseGeometry:
    """A collection of one is that one; so that formats that know no difference agree."""
    parts = shapely.get_parts(geometry)
    return (
        _single(parts[0])
        if len(parts) == 1 and parts[0] is not geometry and hasattr(geometry, "geoms")
        else geometry
    )


def _plain_lines(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.LineString(geometry.coords) if geometry.geom_type == "LinearRing" else geometry


def _of_kind(
    geometry: BaseGeometry, kinds: frozenset[str], remarks: list[tuple[LineCode, dict[str, Fact]]]
) -> BaseGeometry:
    found = geometry.geom_type
    if "Polygon" in kinds and found in ("LineString", "MultiLineString"):
        lines = shapely.get_parts(geometry)
        if all(line.is_closed and len(line.coords) >= 4 for line in lines):
            remarks.append((LineCode.RING_CLOSED, {}))
            return _single(shapely.MultiPolygon([shapely.Polygon(line.coords) for line in lines]))
    if found == "GeometryCollection":
        parts = [each for each in shapely.get_parts(geometry) if not each.is_empty]
        flat = [part for each in parts for part in shapely.get_parts(each)]
        for kind in ("Polygon", "LineString", "Point"):
            own = [part for part in flat if part.geom_type == kind]
            if kind in kinds and own:
                gathered = _single(_gathered(own))
                if gathered.geom_type in kinds:
                    remarks.append((LineCode.PARTS_LEFT, {"taken": len(own), "of": len(flat)}))
                    return gathered
    raise Unfit(LineCode.GEOMETRY_TYPE, found=found)


def _gathered(parts: list[BaseGeometry]) -> BaseGeometry:
    """Parts of one kind as one geometry; areas that overlap are joined."""
    if parts[0].geom_type == "Polygon":
        sound = [shapely.make_valid(part, method="structure") for part in parts]
        return shapely.union_all(sound)
    lines = [part for part in parts if isinstance(part, shapely.LineString)]
    return shapely.MultiLineString(lines) if lines else shapely.union_all(parts)


def _valid(
    geometry: BaseGeometry, kinds: frozenset[str], remarks: list[tuple[LineCode, dict[str, Fact]]]
) -> BaseGeometry:
    """Mended by structure: holes stay holes, both halves of a bow-tie stay, nothing is buffered.

    What a ring encloses as it was drawn, even and odd, is compared with what is left, because valid
    is not yet right.
    """
    reason = shapely.is_valid_reason(geometry)
    made = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    made = _single(made)
    if made.is_empty or made.geom_type not in kinds:
        raise Unfit(LineCode.GEOMETRY_INVALID, reason=reason[:80])
    values: dict[str, Fact] = {"reason": reason[:80], "parts": len(shapely.get_parts(made))}
    before_m2 = _area_m2(shapely.make_valid(geometry, method="linework"))
    after_m2 = _area_m2(made)
    if before_m2 > LEAST_AREA_M2:
        values["area_percent"] = round(100.0 * (after_m2 / before_m2 - 1.0), 1)
    remarks.append((LineCode.CROSSING, values))
    return made


def _area_m2(geometry: BaseGeometry) -> float:
    middle = geometry.centroid
    return float(LocalFrame(middle.x, middle.y).geometry_to_metric(geometry).area)
