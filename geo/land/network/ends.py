"""Belts that do not join: gaps where ends nearly meet, ends that lead nowhere, lone belts."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geo.land.network.draft import Draft
from geo.land.network.sheet import Sheet
from models.land import FindingKind, LandFeature, Layer, NotJudged, Ref

__all__ = ["AHEAD_DEG", "BEHIND_M", "open_belts"]

AHEAD_DEG: Final = 60.0
"""What lies within so much of where an end points is ahead of it."""

BEHIND_M: Final = 3_000.0
"""A village so near to a gap lies behind it."""

_MOST_BEHIND: Final = 4
_TAIL_M: Final = 100.0
"""An end points as the last of its line does: so much of it, that no single corner decides."""

_ARC: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A line or an area that a belt may join: itself a belt, a wide road or water."""

    feature: LandFeature
    shape: BaseGeometry


@dataclass(frozen=True, slots=True, eq=False)
class _End:
    """An end of a belt.

    Attributes:
        part: index of the line.
        at: the end.
        towards: unit vector that leads on.
        rest: the line without what is so near to the end that it is the end itself; None when that
            is all of it.
    """

    part: int
    at: shapely.Point
    towards: tuple[float, float]
    rest: BaseGeometry | None


def open_belts(sheet: Sheet) -> tuple[list[Draft], list[NotJudged]]:
    """Gaps, free ends, and belts that touch nothing."""
    if not sheet.belts.features:
        kinds = (FindingKind.BELT_GAP, FindingKind.BELT_FREE_END, FindingKind.BELT_ALONE)
        return [], [each for kind in kinds for each in sheet.lacking(kind, Layer.FOREST_BELT)]
    return _Survey(sheet).findings(), []


class _Survey:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet, self._rule = sheet, sheet.rule
        self._parts = [
            _Part(feature, part)
            for layer in (sheet.belts, sheet.wide_roads, sheet.waters)
            for feature, shape in zip(layer.features, layer.shapes, strict=True)
            for part in shapely.get_parts(_merged(shape))
        ]
        self._shapes = np.array([part.shape for part in self._parts], dtype=object)
        self._tree = shapely.STRtree(self._shapes)

    def findings(self) -> list[Draft]:
        """All of them."""
        alone = self._alone()
        lone = {finding.feature.code for finding in alone}
        ends = [
            end
            for index, part in enumerate(self._parts)
            for end in _ends(index, part, self._rule.join_m)
        ]
        found = [draft for draft in (self._end(end, lone) for end in ends) if draft is not None]
        return [*alone, *_once(found)]

    def _alone(self) -> list[Draft]:
        found = []
        for feature, shape in zip(
            self._sheet.belts.features, self._sheet.belts.shapes, strict=True
        ):
            near = self._tree.query(shape, predicate="dwithin", distance=self._rule.join_m)
            if any(self._parts[index].feature is not feature for index in near.tolist()):
                continue
            nearest = self._nearest(shape, feature)
            found.append(
                Draft(
                    FindingKind.BELT_ALONE,
                    feature,
                    shape,
                    measure=nearest.distance_m if nearest is not None else None,
                    unit="m",
                    others=[] if nearest is None else [nearest],
                )
            )
        return found

    def _end(self, end: _End, lone: set[str]) -> Draft | None:
        rule, part = self._rule, self._parts[end.part]
        indices = self._tree.query(end.at, predicate="dwithin", distance=rule.gap_m)
        shapes = [
            (index, end.rest if index == end.part else self._shapes[index])
            for index in indices.tolist()
        ]
        known = [(index, shape) for index, shape in shapes if shape is not None]
        if any(shapely.dwithin(shape, end.at, rule.join_m) for _, shape in known):
            return None
        gap = self._ahead(end, known)
        if gap is not None:
            index, way = gap
            return self._gap(end, self._parts[index].feature, way)
        if part.feature.code in lone:
            return None
        nearest = self._nearest(end.at, part.feature)
        return Draft(
            FindingKind.BELT_FREE_END,
            part.feature,
            end.at,
            measure=nearest.distance_m if nearest is not None else None,
            unit="m",
            others=[] if nearest is None else [nearest],
        )

    def _ahead(
        self, end: _End, shapes: list[tuple[int, BaseGeometry]]
    ) -> tuple[int, shapely.LineString] | None:
        """What lies nearest ahead of an end, and the way to it."""
        sector = _sector(end, self._rule.gap_m)
        best: tuple[float, int, shapely.LineString] | None = None
        for index, shape in shapes:
            inside = shapely.intersection(shape, sector)
            if inside.is_empty:
                continue
            way = shapely.shortest_line(end.at, inside)
            if way.length <= self._rule.gap_m and (best is None or way.length < best[0]):
                best = (float(way.length), index, way)
        return None if best is None else best[1:]

    def _gap(self, end: _End, other: LandFeature, way: shapely.LineString) -> Draft:
        feature = self._parts[end.part].feature
        return Draft(
            FindingKind.BELT_GAP,
            feature,
            way,
            measure=float(way.length),
            unit="m",
            place=shapely.line_interpolate_point(way, 0.5, normalized=True),
            others=[
                Ref(other.layer, other.code, other.name, float(way.length)),
                *self._behind(way),
            ],
            drill=other.drill,
        )

    def _behind(self, way: shapely.LineString) -> list[Ref]:
        """Stands along a gap and villages near it: what a fire that passes it comes to."""
        found = []
        for layer, reach_m in (
            (self._sheet.stands, self._rule.guard_m),
            (self._sheet.layer(Layer.VILLAGE), BEHIND_M),
        ):
            if not layer.features:
                continue
            near = layer.tree.query(way, predicate="dwithin", distance=reach_m)
            away_m = shapely.distance(layer.shapes[near], way)
            for index in np.argsort(away_m, kind="stable")[:_MOST_BEHIND].tolist():
                one = layer.features[int(near[index])]
                found.append(Ref(one.layer, one.code, one.name, float(away_m[index])))
        return found

    def _nearest(self, shape: BaseGeometry, own: LandFeature) -> Ref | None:
        """The nearest belt, road or water of another feature."""
        nearest = self._sheet.barriers.nearest_foreign(shape, own)
        if nearest is None:
            return None
        other, away_m = nearest
        return Ref(other.layer, other.code, other.name, away_m)


def _once(drafts: list[Draft]) -> list[Draft]:
    """Of gaps between the same two belts in one place the shortest; the others are told so.

    Both ends at a gap look across it, and where one looks past the other they see it differently.
    """
    found: list[Draft] = []
    kept: dict[frozenset[tuple[Layer, str]], list[BaseGeometry]] = {}
    for draft in sorted(drafts, key=lambda each: (each.shape.length, each.feature.code)):
        if draft.kind is FindingKind.BELT_GAP:
            other = draft.others[0]
            pair = frozenset({(draft.feature.layer, draft.feature.code), (other.layer, other.code)})
            shorter = kept.setdefault(pair, [])
            if any(shapely.dwithin(way, draft.shape, way.length) for way in shorter):
                continue
            shorter.append(draft.shape)
        found.append(draft)
    return found


def _merged(shape: BaseGeometry) -> BaseGeometry:
    return shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape


def _ends(index: int, part: _Part, join_m: float) -> list[_End]:
    """Both ends of a belt's line; none of an area, a ring, or what is no belt."""
    line = part.shape
    belt = part.feature.layer is Layer.FOREST_BELT
    if not belt or not isinstance(line, shapely.LineString) or line.is_closed:
        return []
    found = []
    for forward in (line, line.reverse()):
        tail_m = min(_TAIL_M, forward.length / 2.0)
        start = shapely.get_coordinates(forward)[0]
        back = shapely.get_coordinates(shapely.line_interpolate_point(forward, tail_m))[0]
        away = (start - back) / max(float(np.hypot(*(start - back))), 1e-9)
        towards = (float(away[0]), float(away[1]))
        found.append(_End(index, shapely.Point(start), towards, _rest(forward, join_m)))
    return found


def _rest(line: shapely.LineString, join_m: float) -> BaseGeometry | None:
    """The other half of a line: a belt that comes round to its own beginning may join it."""
    if line.length <= 2.0 * join_m:
        return None
    rest: BaseGeometry = substring(line, 0.5, 1.0, normalized=True)
    return rest


def _sector(end: _End, reach_m: float) -> shapely.Polygon:
    middle = np.arctan2(end.towards[1], end.towards[0])
    angles = middle + np.radians(np.linspace(-AHEAD_DEG, AHEAD_DEG, _ARC + 1))
    # A little farther out, so that the arc's chords do not cut off what lies on it.
    out_m = reach_m / np.cos(np.radians(AHEAD_DEG) / _ARC)
    x, y = end.at.x, end.at.y
    arc = np.column_stack((x + out_m * np.cos(angles), y + out_m * np.sin(angles)))
    return shapely.Polygon([(x, y), *arc.tolist()])
