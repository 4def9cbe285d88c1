"""Facilities that are missing: what the network view finds, counted by kind and township."""

from collections import Counter

from api.reports.figures import measure, refs
from api.reports.material import Material
from models.land import FindingKind, NetworkFinding
from models.report import ReportSection, ReportTable, RowRef

__all__ = ["lacks"]


def lacks(material: Material) -> ReportSection:
    """As of the land and the towers of now; None while it is being surveyed."""
    report = material.sources.lacks()
    if report is None:
        return ReportSection(
            "lacks", (measure("facilities_missing", None, "count"),), (), ("network_unknown",)
        )
    findings = report.findings
    figure = measure("facilities_missing", float(len(findings)), "count", _rows(findings))
    counts = Counter(_key(one) for one in findings)
    order = list(FindingKind)
    keys = sorted(counts, key=lambda key: (order.index(key[0]), key[1]))
    names = {one.township_code: one.township for one in findings}
    kinds = ReportTable(
        "lacks",
        ("finding", "township", "name", "findings"),
        tuple((kind.value, code, names[code], counts[kind, code]) for kind, code in keys),
        tuple(_rows([one for one in findings if _key(one) == key]) for key in keys),
    )
    unjudged = ReportTable(
        "lacks_not_judged",
        ("finding", "missing_layers"),
        tuple(
            (one.kind.value, " ".join(layer.value for layer in one.missing))
            for one in report.not_judged
        ),
    )
    remarks = ("land_of_now", "invented_land") if report.drill else ("land_of_now",)
    return ReportSection("lacks", (figure,), (kinds, unjudged), remarks)


def _key(one: NetworkFinding) -> tuple[FindingKind, str]:
    return one.kind, one.township_code


def _rows(findings: tuple[NetworkFinding, ...] | list[NetworkFinding]) -> tuple[RowRef, ...]:
    return refs("land_feature", (f"{one.layer}/{one.code}" for one in findings))
