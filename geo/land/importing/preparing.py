"""Make features of a layer of a file: map, check, mend, and tell of every row what became of it."""

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from geo.exchange import RawLayer
from geo.land.importing.codes import made_code
from geo.land.importing.facts import Facts
from geo.land.importing.mapping import Mapping, counts_rows
from geo.land.importing.near import Near
from geo.land.importing.places import Placed, placed
from geo.land.importing.report import Advice, ImportReport, LineCode, ReportLine, Verdict
from geo.land.importing.shapes import Unfit, mended
from geo.land.importing.shift import find_shift
from geo.land.importing.systems import fitting_systems
from models.land import Fact, LandFeature

__all__ = ["prepare"]

_Remarks = list[tuple[LineCode, dict[str, Fact]]]


def prepare(
    raw: RawLayer,
    mapping: Mapping,
    *,
    district: BaseGeometry | None,
    there: Sequence[LandFeature],
) -> tuple[tuple[LandFeature, ...], ImportReport]:
    """Make features of a layer, without changing anything.

    Args:
        raw: as it was read.
        mapping: what it means.
        district: outline that the features should lie in, WGS 84; None when it is not known.
        there: the land as it is, of any layers, to compare with.

    Returns:
        The features that would be taken, and the report.

    Raises:
        InputRefused: not a single row has coordinates that can be in the stated system; or the
            system is not stated, not known, or old.
    """
    near = Near(district, there)
    maker = _Maker(raw, mapping, near)
    for index, place in enumerate(placed(raw, mapping.system, near)):
        maker.take(index, place)
    features = tuple(maker.features)
    bounds = shapely.total_bounds([each.geometry for each in features]) if features else None
    far = sum(line.code == LineCode.FAR_OUTSIDE for line in maker.lines)
    report = ImportReport(
        mapping.layer,
        len(features),
        maker.mended,
        len(raw.rows) - len(features),
        tuple(maker.lines),
        find_shift(features, there, district),
        maker.outside,
        None if bounds is None else _four(bounds.tolist()),
        (
            *(_systems(raw, mapping, near) if far * 2 > len(raw.rows) else ()),
            *_numbers(raw, mapping, features, there),
        ),
    )
    return features, report


def _four(values: list[float]) -> tuple[float, float, float, float]:
    west, south, east, north = values
    return west, south, east, north


class _Maker:
    """Takes row after row."""

    def __init__(self, raw: RawLayer, mapping: Mapping, near: Near) -> None:
        self._mapping = mapping
        self._near = near
        self._facts = Facts(raw, mapping)
        self._codes: set[str] = set()
        self.features: list[LandFeature] = []
        self.lines: list[ReportLine] = []
        self.mended = 0
        self.outside = 0

    def take(self, index: int, place: Placed) -> None:
        """Make a feature of a row, or say why there is none."""
        mapping, facts = self._mapping, self._facts
        name = facts.text(index, mapping.name_column)
        if place.geometry is None:
            code = place.code or LineCode.GEOMETRY_MISSING
            self._tell(index, name, Verdict.REFUSED, code, place.values)
            return
        try:
            shape = mended(place.geometry, mapping.layer)
        except Unfit as unfit:
            self._tell(index, name, Verdict.REFUSED, unfit.code, unfit.facts)
            return
        key = facts.text(index, mapping.code_column)
        made = not key
        key = key or made_code(mapping.layer, name, shape.geometry)
        if key in self._codes:
            twice = LineCode.DOUBLE if made else LineCode.CODE_TWICE
            self._tell(index, name, Verdict.REFUSED, twice, {"code": key})
            return
        self._codes.add(key)
        properties, remarks = facts.properties(index)
        remarks = [*shape.remarks, *remarks]
        if place.code is not None:
            remarks.append((place.code, place.values))
        if not name and mapping.name_column is not None:
            remarks.append((LineCode.NAME_MISSING, {"code": key}))
        self.mended += bool(remarks)
        for code, values in remarks:
            self._tell(index, name or key, Verdict.MENDED, code, values)
        beyond_m = self._near.beyond_m(shape.geometry)
        if beyond_m > 0.0:
            self.outside += 1
            away: dict[str, Fact] = {"km": round(beyond_m / 1000.0, 2)}
            self._tell(index, name or key, Verdict.TAKEN, LineCode.OUTSIDE, away)
        drill = facts.drill(index)
        self.features.append(
            LandFeature(mapping.layer, key, name or key, shape.geometry, drill, properties)
        )

    def _tell(
        self, index: int, name: str, verdict: Verdict, code: LineCode, values: dict[str, Fact]
    ) -> None:
        self.lines.append(ReportLine(index + 1, name, verdict, code, values))


def _systems(raw: RawLayer, mapping: Mapping, near: Near) -> tuple[Advice, ...]:
    """What other system most of a layer, which lies far away now, would fit."""
    shapes = [each for each in raw.geometries if each is not None and not each.is_empty]
    fits = [] if near.around is None else fitting_systems(shapes, near.around, mapping.system)
    return tuple(Advice("system_fits", {"stated": mapping.system, "fits": each}) for each in fits)


def _numbers(
    raw: RawLayer,
    mapping: Mapping,
    features: Sequence[LandFeature],
    there: Sequence[LandFeature],
) -> tuple[Advice, ...]:
    """That the codes only number the rows, unless the known land has them for the same things."""
    column = mapping.code_column
    if column not in raw.columns or len(raw.rows) < 2 or not counts_rows(raw, column):
        return ()
    known = {(each.layer, each.code, each.name) for each in there}
    if all((each.layer, each.code, each.name) in known for each in features):
        return ()
    return (Advice("code_numbers", {"column": column}),)
