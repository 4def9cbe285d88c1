"""What an import would do, row by row, before it is done."""

from dataclasses import dataclass, field
from enum import StrEnum

from models.land import Fact, Layer

__all__ = ["Advice", "ImportReport", "LineCode", "ReportLine", "ShiftFinding", "Verdict"]


class Verdict(StrEnum):
    """What becomes of a row."""

    TAKEN = "taken"
    MENDED = "mended"  # taken, and not as it was
    REFUSED = "refused"


class LineCode(StrEnum):
    """What is said of a row; the console has the words."""

    GEOMETRY_MISSING = "geometry_missing"
    GEOMETRY_EMPTY = "geometry_empty"
    GEOMETRY_TYPE = "geometry_type"  # values: found
    GEOMETRY_INVALID = "geometry_invalid"  # cannot be mended
    CROSSING = "crossing"  # mended; values: reason, area_percent, parts
    PARTS_LEFT = "parts_left"  # of a mixed collection only those of the layer's kind were taken
    RING_CLOSED = "ring_closed"  # a closed line became an area
    AXES_SWAPPED = "axes_swapped"
    COORDINATES = "coordinates"  # cannot be in the stated system; values: code, message
    FAR_OUTSIDE = "far_outside"  # values: km
    OUTSIDE = "outside"  # beyond the district, and near; values: km
    NAME_MISSING = "name_missing"
    CODE_TWICE = "code_twice"
    DOUBLE = "double"  # the same name at the same place
    NOT_A_NUMBER = "not_a_number"  # values: column, value
    NOT_WHOLE = "not_whole"
    OUT_OF_RANGE = "out_of_range"  # values: column, value, least, most
    NOT_YES_NO = "not_yes_no"
    NOT_A_CHOICE = "not_a_choice"  # values: column, value
    UNIT_UNKNOWN = "unit_unknown"  # values: column, unit


@dataclass(frozen=True, slots=True)
class ReportLine:
    """Something about a row.

    Attributes:
        row: of the file's layer, counted from 1.
        name: of the feature, as far as it is known.
        verdict: what becomes of the row.
        code: one of :class:`LineCode`.
        values: to be put into the words.
    """

    row: int
    name: str
    verdict: Verdict
    code: str
    values: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShiftFinding:
    """The layer lies beside the land that is known, all of it by the same way.

    Attributes:
        east_m: how far east of its true place it lies, as it would be imported now.
        north_m: how far north.
        looks_like: system that would explain it: ``GCJ-02``, ``BD-09``, or ``WGS84`` when the
            stated one is taken off needlessly; None when no known system does.
        off_m: median distance from the known land now.
        left_m: the same when the layer is taken to be in that system.
        against: what it was compared with: ``outline``, ``features``.
        compared: places that were compared.
    """

    east_m: float
    north_m: float
    looks_like: str | None
    off_m: float
    left_m: float
    against: str
    compared: int


@dataclass(frozen=True, slots=True)
class Advice:
    """Something that would make more of the file fit.

    Attributes:
        code: ``system_fits`` (values: stated, fits) or ``code_numbers`` (values: column; it only
            numbers the rows).
        values: to be put into the words.
    """

    code: str
    values: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import would do.

    Attributes:
        layer: that the features belong to.
        taken: rows that become features, those mended included.
        mended: of these, rows whose geometry or values were not as they should be.
        refused: rows that are left out.
        lines: about single rows, in their order; none for a row without a remark.
        shift: how the layer lies beside what is known; None where nothing speaks for a shift.
        outside: taken features that lie wholly or partly beyond the district.
        bounds: west, south, east, north of what is taken, degrees; None without a feature.
        advice: what would make more of it fit.
    """

    layer: Layer
    taken: int
    mended: int
    refused: int
    lines: tuple[ReportLine, ...]
    shift: ShiftFinding | None
    outside: int
    bounds: tuple[float, float, float, float] | None
    advice: tuple[Advice, ...] = ()
