"""False alarms: fires that a camera told of first and a person dismissed, but not as a drill."""

from collections import Counter
from functools import lru_cache
from typing import Final

from api.coverage.desk import Network
from api.reports.figures import count, measure, rate, refs, share
from api.reports.fires import Became, Fire
from api.reports.material import Material
from camera_gateway.patrol.desk import VISITS_KEPT
from geo.coverage import blind_areas
from models.land import Layer
from models.report import ReportSection, ReportTable, RowRef

__all__ = ["false_alarms", "is_false_alarm", "seen_hectares"]

SMOKE_M: Final = 30.0
UNIT_HA: Final = 10_000.0


def is_false_alarm(fire: Fire) -> bool:
    """Whether a fire was one."""
    return fire.became is Became.DISMISSED and fire.opened_by_camera and not fire.is_drill


def false_alarms(material: Material) -> ReportSection:
    """How many, for each camera-day and each 10,000 ha, and by cause."""
    period = material.period
    found = [one for one in material.fires if is_false_alarm(one)]
    judged = [one for one in material.fires if one.became is not Became.PENDING]
    by_camera = [one.row for one in judged if one.opened_by_camera]
    rows = [one.row for one in found]
    days = material.sources.store.reports.camera_days(
        period.from_at, period.until_at, material.zone
    )
    hectares, area_rows, remark = _area(material)
    # Of a time without a camera, or of which visits are gone, no rate can be told.
    cleared = period.from_at < material.now - VISITS_KEPT
    known = bool(days) and not cleared
    figures = (
        count("false_alarms", rows),
        share("false_alarm_share", rows, by_camera),
        measure(
            "camera_days",
            None if cleared else float(len(days)),
            "days",
            refs("visit", (one.visit_id for one in days)),
        ),
        rate(
            "false_alarms_per_camera_day",
            "per_camera_day",
            rows,
            float(len(days)) if known else None,
            refs("visit", (one.visit_id for one in days)),
        ),
        measure("area_watched", hectares, "hectares", area_rows),
        rate(
            "false_alarms_per_10000_ha",
            "per_10000_ha",
            rows,
            hectares / UNIT_HA if hectares is not None and known else None,
            area_rows,
        ),
    )
    causes = Counter("" if one.reason is None else one.reason.value for one in found)
    order = sorted(causes, key=lambda cause: (-causes[cause], cause))
    shares = [
        share(cause, [one.row for one in found if _cause(one) == cause], rows) for cause in order
    ]
    table = ReportTable(
        "false_alarm_causes",
        ("cause", "false_alarms", "share", "low", "high"),
        tuple(
            (cause, causes[cause], part.value, part.low, part.high)
            for cause, part in zip(order, shares, strict=True)
        ),
        tuple(tuple(one.row for one in found if _cause(one) == cause) for cause in order),
    )
    remarks = [remark]
    if cleared:
        remarks.append("visits_cleared")
    elif not days:
        remarks.append("no_camera_days")
    return ReportSection("false_alarms", figures, (table,), tuple(remarks))


@lru_cache(2)
def seen_hectares(network: Network) -> float:
    """Land on which the towers see smoke of 30 m."""
    return blind_areas(network.coverage, network.land, SMOKE_M, 0).seen_ha


def _area(material: Material) -> tuple[float | None, tuple[RowRef, ...], str]:
    """Hectares that are watched: what the towers see, else the district; and which of them."""
    network = material.sources.network
    if network is not None:
        towers = refs("camera", (one.camera_id for one in network.cameras))
        return seen_hectares(network), towers, "area_is_seen"
    layer = material.land.index.land.layers.get(Layer.TOWNSHIP)
    if layer is None:
        return None, (), "area_unknown"
    hectares = sum(float(shape.area) for shape in layer.shapes.tolist()) / UNIT_HA
    rows = refs("land_feature", (f"{Layer.TOWNSHIP}/{one.code}" for one in layer.features))
    return hectares, rows, "area_is_district"


def _cause(fire: Fire) -> str:
    return "" if fire.reason is None else fire.reason.value
