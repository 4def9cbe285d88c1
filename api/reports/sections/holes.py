"""What nobody sees: the share of the district and of its forest, and the largest areas."""

from functools import lru_cache
from typing import Final

import numpy as np

from api.coverage.desk import Network
from api.reports.figures import measure, refs
from api.reports.material import Material
from geo.coverage import BlindReport, blind_areas, land_cells, names_at
from models.land import LandFeature, Layer
from models.report import Figure, ReportSection, ReportTable, RowRef

__all__ = ["holes"]

SMOKE_M: Final = 30.0
MOST: Final = 20


def holes(material: Material) -> ReportSection:
    """By the relief and the towers of now; None where no relief or no tower is known."""
    network = material.sources.network
    if network is None:
        figures = tuple(
            measure(key, None, unit)
            for key, unit in (
                ("land_blind", "share"),
                ("land_blind_area", "hectares"),
                ("land_unknown_area", "hectares"),
                ("forest_blind", "share"),
            )
        )
        return ReportSection("holes", figures, (), ("coverage_unknown",))
    towers = refs("camera", (one.camera_id for one in network.cameras))
    report = _blind(network)
    features = material.land.features
    figures = (
        _share("land_blind", report, towers),
        measure("land_blind_area", report.blind_ha, "hectares", towers),
        measure("land_unknown_area", report.unknown_ha, "hectares", towers),
        _forest(network, features, towers),
    )
    lines = []
    for area in report.areas:
        township, village, village_m = names_at(features, area.lon_deg, area.lat_deg)
        lines.append(
            (
                round(area.lon_deg, 6),
                round(area.lat_deg, 6),
                area.hectares,
                township,
                village,
                village_m,
            )
        )
    columns = ("lon_deg", "lat_deg", "hectares", "township_name", "village_name", "village_m")
    table = ReportTable("blind_areas", columns, tuple(lines), tuple(towers for _ in lines))
    remarks = ["towers_of_now"]
    if report.areas and len(report.areas) < report.area_count:
        remarks.append("largest_areas_only")
    return ReportSection("holes", figures, (table,), tuple(remarks))


@lru_cache(2)
def _blind(network: Network) -> BlindReport:
    return blind_areas(network.coverage, network.land, SMOKE_M, MOST)


def _share(key: str, report: BlindReport, rows: tuple[RowRef, ...]) -> Figure:
    """Of the land of which it is known whether it is seen."""
    known_ha = report.blind_ha + report.seen_ha
    value = report.blind_ha / known_ha if known_ha > 0.0 else None
    return Figure(key, value, "share", counted=report.blind_ha, of=known_ha, rows=rows)


def _forest(
    network: Network, features: tuple[LandFeature, ...], towers: tuple[RowRef, ...]
) -> Figure:
    stands = [one for one in features if one.layer is Layer.FOREST_STAND]
    if not stands:
        return measure("forest_blind", None, "share")
    cells = land_cells(network.coverage.grid, stands, Layer.FOREST_STAND) & network.land
    coverage = network.coverage
    blind_ha = coverage.hectares(np.logical_and(coverage.blind(SMOKE_M), cells))
    seen_ha = coverage.hectares(np.logical_and(coverage.seen(SMOKE_M), cells))
    known_ha = blind_ha + seen_ha
    value = blind_ha / known_ha if known_ha > 0.0 else None
    rows = refs("land_feature", (f"{Layer.FOREST_STAND}/{one.code}" for one in stands))
    return Figure("forest_blind", value, "share", counted=blind_ha, of=known_ha, rows=towers + rows)
