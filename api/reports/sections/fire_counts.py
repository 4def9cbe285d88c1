"""How many fires there were, and what was drilled."""

from api.reports.figures import count, refs
from api.reports.fires import Became
from api.reports.material import Material
from models.report import ReportSection

__all__ = ["drills", "fire_counts"]


def fire_counts(material: Material) -> ReportSection:
    """Fires that were opened in the period, by what they turned out to be."""
    figures = [count("fires", (one.row for one in material.fires))]
    figures += [
        count(f"fires_{became}", (one.row for one in material.fires if one.became is became))
        for became in Became
    ]
    return ReportSection("fires", tuple(figures))


def drills(material: Material) -> ReportSection:
    """What was drilled: it counts nowhere else."""
    return ReportSection(
        "drills",
        (
            count("drill_fires", (one.row for one in material.all_fires if one.is_drill)),
            count(
                "drill_orders",
                refs("work_order", (one.order_id for one in material.all_orders if one.is_drill)),
            ),
        ),
    )
