"""From a file's table to land features: what it means, whether it can be so, what is mended."""

from geo.land.importing.edits import edits_for
from geo.land.importing.mapping import DRILL, Mapping, guess
from geo.land.importing.preparing import prepare
from geo.land.importing.report import (
    Advice,
    ImportReport,
    LineCode,
    ReportLine,
    ShiftFinding,
    Verdict,
)
from geo.land.importing.values import choice_of

__all__ = [
    "DRILL",
    "Advice",
    "ImportReport",
    "LineCode",
    "Mapping",
    "ReportLine",
    "ShiftFinding",
    "Verdict",
    "choice_of",
    "edits_for",
    "guess",
    "prepare",
]
