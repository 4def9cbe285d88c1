"""Findings on the way: all of a survey are set on the globe and in their townships at one go."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from geo.land.metric import MetricLayer
from geo.land.network.grouping import grouped
from models.land import FindingKind, LandFeature, NetworkFinding, Ref, UnitShare
from models.units import FloatArray

__all__ = ["Draft", "finished"]

_LEAST_SHARE = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """A finding in the land's plane; see :class:`models.land.NetworkFinding`.

    Attributes:
        kind: what.
        feature: that it is about.
        shape: to draw.
        measure: how much; None where there is nothing to measure to.
        unit: of it.
        place: where to look; inside the shape when left out.
        others: further features, nearest first.
        members: codes of the same part of the network.
        months: in which it holds.
        drill: something else of it is invented.
    """

    kind: FindingKind
    feature: LandFeature
    shape: BaseGeometry
    measure: float | None
    unit: str
    place: BaseGeometry | None = None
    others: Sequence[Ref] = field(default=())
    members: Sequence[str] = field(default=())
    months: Sequence[int] = field(default=())
    drill: bool = False


def finished(
    drafts: Sequence[Draft], frame: LocalFrame, townships: MetricLayer
) -> list[NetworkFinding]:
    """Each finding with its place on the globe and its townships."""
    if not drafts:
        return []
    shapes = np.array([each.shape for each in drafts], dtype=object)
    points = shapely.point_on_surface(
        np.array([each.shape if each.place is None else each.place for each in drafts])
    )
    places = _lonlat(points, frame)
    drawn = _lonlat(shapes, frame)
    units = unit_shares(shapes, townships)
    names = {one.code: one.name for one in townships.features}
    return [
        _finding(draft, names, *parts)
        for draft, *parts in zip(drafts, places, drawn, units, strict=True)
    ]


def _finding(
    draft: Draft,
    names: dict[str, str],
    place: shapely.Point,
    shape: BaseGeometry,
    units: tuple[UnitShare, ...],
) -> NetworkFinding:
    feature = draft.feature
    code = units[0].code if units else str(feature.properties.get("township_code") or "")
    return NetworkFinding(
        kind=draft.kind,
        layer=feature.layer,
        code=feature.code,
        name=feature.name,
        lon_deg=float(place.x),
        lat_deg=float(place.y),
        measure=draft.measure,
        unit=draft.unit,
        township_code=code,
        township=names.get(code, ""),
        units=units,
        others=tuple(draft.others),
        members=tuple(draft.members) or (feature.code,),
        months=tuple(draft.months),
        shape=shape,
        drill=feature.drill or draft.drill,
    )


def unit_shares(shapes: NDArray[np.object_], townships: MetricLayer) -> list[tuple[UnitShare, ...]]:
    """Townships that hold each shape, by falling share of its area, its length or itself."""
    if not townships.features:
        return [()] * len(shapes)
    shape, unit = townships.tree.query(shapes)
    shapely.prepare(townships.shapes)
    touching = shapely.intersects(townships.shapes[unit], shapes[shape])
    shape, unit = shape[touching], unit[touching]
    shares = np.ones(len(shape))
    astride = ~shapely.covers(townships.shapes[unit], shapes[shape])
    shares[astride] = _shares(shapes[shape[astride]], townships.shapes[unit[astride]])
    found = []
    for rows in grouped(shape, len(shapes)):
        told = [
            UnitShare(one.code, one.name, float(shares[row]))
            for row in rows.tolist()
            for one in (townships.features[unit[row]],)
            if shares[row] >= _LEAST_SHARE
        ]
        found.append(tuple(sorted(told, key=lambda each: (-each.probability, each.code))))
    return found


def _shares(shapes: NDArray[np.object_], units: NDArray[np.object_]) -> FloatArray:
    """By area where there is one, else by length; what has neither is in it or not."""
    inside = shapely.intersection(shapes, units)
    areas, lengths = shapely.area(shapes), shapely.length(shapes)
    with np.errstate(invalid="ignore", divide="ignore"):
        by_length = np.where(lengths > 0.0, shapely.length(inside) / lengths, 1.0)
        shares: FloatArray = np.where(areas > 0.0, shapely.area(inside) / areas, by_length)
    return shares


def _lonlat(shapes: NDArray[np.object_], frame: LocalFrame) -> NDArray[np.object_]:
    """One transformation for all: thousands of small ones take seconds."""

    def moved(vertices: FloatArray) -> FloatArray:
        return np.column_stack(frame.to_lonlat(vertices[:, 0], vertices[:, 1]))

    found: NDArray[np.object_] = shapely.transform(shapes, moved)
    return found
