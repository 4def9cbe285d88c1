"""Where it burnt: by township, by village, and by the forest that stands there."""

from collections import Counter
from collections.abc import Callable

from api.reports.figures import count
from api.reports.fires import Became, Fire
from api.reports.material import Material
from api.reports.sections.false_alarms import is_false_alarm
from models.land import LandFeature, Layer, NearestAsset
from models.report import Cell, ReportSection, ReportTable, RowRef

__all__ = ["where"]

NEAR_VILLAGE_M = 5_000.0
"""A fire farther from every village is told as of none."""

OUTSIDE = "outside"  # no stand holds the likeliest place


def where(material: Material) -> ReportSection:
    """Fires that somebody has said burn, by the likeliest place of each."""
    real = [one for one in material.fires if one.became is Became.REAL]
    placed = [one for one in real if material.place_of(one).best is not None]
    false = [one for one in material.fires if is_false_alarm(one)]
    nearest = {one.incident.incident_id: _nearest(material, one) for one in placed}

    def near(fire: Fire, layer: Layer) -> NearestAsset | None:
        return nearest[fire.incident.incident_id].get(layer)

    def village(fire: Fire) -> tuple[Cell, ...]:
        found = near(fire, Layer.VILLAGE)
        if found is None or found.distance_m > NEAR_VILLAGE_M:
            return "", ""
        return found.code, found.name

    stands = {one.code: one for one in material.land.features if one.layer is Layer.FOREST_STAND}

    def stand(fire: Fire) -> tuple[Cell, ...]:
        found = near(fire, Layer.FOREST_STAND)
        return (
            (OUTSIDE,)
            if found is None or found.distance_m > 0.0
            else (_species(stands[found.code]),)
        )

    figures = (
        count("fires_placed", (one.row for one in placed)),
        count("fires_without_place", (one.row for one in real if one not in placed)),
    )
    tables = [_townships(material, real, false)]
    layers = material.land.index.land.layers
    if Layer.VILLAGE in layers:
        tables.append(_counted("where_villages", ("village", "name"), placed, village))
    if stands:
        tables.append(_counted("where_land", ("species",), placed, stand))
    remarks = () if Layer.TOWNSHIP in layers else ("no_townships",)
    return ReportSection("where", figures, tuple(tables), remarks)


def _townships(material: Material, real: list[Fire], false: list[Fire]) -> ReportTable:
    codes = {one.incident.incident_id: material.township_of(one) or "" for one in real + false}
    known = dict.fromkeys(material.townships) | dict.fromkeys(sorted(set(codes.values())))
    lines: list[tuple[Cell, ...]] = []
    sources: list[tuple[RowRef, ...]] = []
    for code in known:
        burnt = [one for one in real if codes[one.incident.incident_id] == code]
        wrong = [one for one in false if codes[one.incident.incident_id] == code]
        lines.append((code, material.townships.get(code, ""), len(burnt), len(wrong)))
        sources.append(tuple(one.row for one in burnt + wrong))
    columns = ("township", "name", "fires", "false_alarms")
    return ReportTable("where_townships", columns, tuple(lines), tuple(sources))


def _counted(
    key: str,
    columns: tuple[str, ...],
    fires: list[Fire],
    name_of: Callable[[Fire], tuple[Cell, ...]],
) -> ReportTable:
    named = [(name_of(one), one) for one in fires]
    counts = Counter(name for name, _ in named)
    order = sorted(counts, key=lambda name: (-counts[name], tuple(map(str, name))))
    return ReportTable(
        key,
        (*columns, "fires"),
        tuple((*name, counts[name]) for name in order),
        tuple(tuple(one.row for other, one in named if other == name) for name in order),
    )


def _nearest(material: Material, fire: Fire) -> dict[Layer, NearestAsset]:
    found = material.land.index.around(material.place_of(fire).places).nearest
    return {one.layer: one for one in found}


def _species(stand: LandFeature) -> str:
    """Its trees, as the land says; empty where it does not."""
    return str(stand.properties.get("species") or "")
