"""A report of the platform, read by the mapping, and what it is to us: an observation.

Never repeated in a refusal: what a row says. A refusal names the field, as the platform calls it.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, ValidationError

from api.bodies import RequestBody
from api.exchange.areas import area_of
from api.exchange.fields import FIELDS, OTHERWISE, Kind, Row
from api.exchange.mapping import Mapping
from api.moments import FIRST_YEAR, LAST_YEAR
from geo.crs import Wgs84, tagged, to_wgs84
from geo.meeting import HELD
from models.crossing import Report
from models.errors import InputRefused
from models.land import LandFeature, Layer
from models.observation import FROM_THE_FUTURE, ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.store.codec import canonical_json

__all__ = ["ReadReport", "read_report"]

LONGEST_NUMBER: Final = 80
_SYSTEMS: Final = frozenset({"WGS84", "CGCS2000", "GCJ02", "BD09"})
_PLAIN_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _number(text: str) -> str:
    """It stands in an address as it is."""
    is_path = text in {".", ".."} or "/" in text or "\\" in text
    is_text = text == text.strip() and text.isprintable()
    if is_path or not is_text or not 0 < len(text) <= LONGEST_NUMBER:
        msg = "a number has 1 to 80 characters, without slashes and line breaks"
        raise ValueError(msg)
    return text


def _sayable(text: str) -> str:
    if "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
        msg = "the text has characters that are none"
        raise ValueError(msg)
    return text.strip()


ExternalId = Annotated[str, AfterValidator(_number)]
Said = Annotated[str, AfterValidator(_sayable)]


class _ReportRow(RequestBody):
    """A report under our names, with our words and codes; times are read before."""

    external_id: ExternalId
    corrects: ExternalId | None = None
    reported_at: datetime
    seen_at: datetime | None = None
    kind: Annotated[Said, Field(max_length=60)] | None = None
    source: ObservationSource = ObservationSource.GRID_PLATFORM
    text: Annotated[Said, Field(max_length=1900)] = ""
    caller: Annotated[Said, Field(max_length=100)] = ""
    lon_deg: Annotated[float, Field(ge=-360.0, le=360.0)] | None = None
    lat_deg: Annotated[float, Field(ge=-360.0, le=360.0)] | None = None
    system: Annotated[Said, Field(max_length=40)] | None = None
    radius_m: Annotated[float, Field(ge=10.0, le=20_000.0)] | None = None
    township: Annotated[Said, Field(min_length=1, max_length=100)] | None = None
    village: Annotated[Said, Field(min_length=1, max_length=100)] | None = None


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report that can be taken.

    Attributes:
        external_id: its number at the platform.
        corrects: number of an earlier one that this one is instead of; empty for none.
        draft: what it tells.
        sha256: of what it tells, without who told it first.
    """

    external_id: str
    corrects: str
    draft: ObservationDraft
    sha256: str


def read_report(
    mapping: Mapping, row: dict[str, Any], features: Iterable[LandFeature]
) -> ReadReport:
    """Read one.

    Args:
        mapping: of the platform.
        row: as it came.
        features: of the land, for those that name an area only.

    Raises:
        InputRefused: a field cannot be read (``exchange_row``), a place names no system
            (``exchange_datum``), there is neither place nor area (``exchange_place``), or the area
            is not known (``exchange_area``); coordinates are refused as by :func:`geo.crs.tagged`.
    """
    report = _checked(mapping, _ours(mapping, row))
    seen_at = report.reported_at if report.seen_at is None else report.seen_at
    if seen_at > report.reported_at + FROM_THE_FUTURE:
        raise _row(mapping, "seen_at", "it was seen after it was reported")
    witness, told = _witness(mapping, report, features)
    words = "; ".join(part for part in (report.kind, report.text) if part)
    draft = ObservationDraft(report.source, witness, seen_at, told, words, report.caller)
    content = report.model_dump(mode="json", exclude={"caller"})
    # What the mapping adds is no part of what was told: the same report stays the same.
    return ReadReport(
        report.external_id,
        report.corrects or "",
        draft,
        hashlib.sha256(canonical_json(content).encode()).hexdigest(),
    )


def _ours(mapping: Mapping, row: dict[str, Any]) -> dict[str, Any]:
    """Names, words, codes and times turned back into ours."""
    named = {mapping.name(Row.REPORTS, one): one for one in FIELDS[Row.REPORTS]}
    told: dict[str, Any] = {}
    for name, value in row.items():
        field = named.get(name) if name else None
        if field is None:
            if name in mapping.ignored:
                continue
            shown = "".join(letter for letter in name[:40] if letter.isprintable())
            raise InputRefused(
                f"There is no field {shown!r} in a report.",
                remedy="Leave it out, or name it in 'ignored' of the mapping file.",
                code="exchange_row",
            )
        if value is None:
            continue
        kind = FIELDS[Row.REPORTS][field]
        if kind is Kind.TIME:
            told[field] = _time(mapping, field, value)
        elif isinstance(value, str):
            back = {theirs: one for one, theirs in mapping.table(kind).items() if one != OTHERWISE}
            told[field] = back.get(value, value)
        else:
            told[field] = value
    return told


def _checked(mapping: Mapping, told: dict[str, Any]) -> _ReportRow:
    try:
        return _ReportRow.model_validate(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _row(mapping, str(first["loc"][0]), first["msg"]) from None


def _time(mapping: Mapping, field: str, value: object) -> datetime:
    rule = mapping.time
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
            if at.tzinfo is None and rule.format == "plain" and _PLAIN_TIME.fullmatch(value):
                at = at.replace(tzinfo=rule.offset)
        elif isinstance(value, int) and not isinstance(value, bool) and "epoch" in rule.format:
            unit = timedelta(milliseconds=1) if rule.format == "epoch_ms" else timedelta(seconds=1)
            at = _EPOCH + value * unit
        else:
            raise _row(mapping, field, "it is no time")
        if at.tzinfo is None:
            raise _row(mapping, field, "a time needs its zone")
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _row(mapping, field, "it is no time") from None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise _row(mapping, field, f"its year lies outside {FIRST_YEAR} to {LAST_YEAR}")
    return at


def _witness(
    mapping: Mapping, report: _ReportRow, features: Iterable[LandFeature]
) -> tuple[Report, str]:
    lon_deg, lat_deg = report.lon_deg, report.lat_deg
    if (lon_deg is None) is not (lat_deg is None):
        raise _row(mapping, "lat_deg" if lat_deg is None else "lon_deg", "half of a place is none")
    if lon_deg is None or lat_deg is None:
        return _of_area(report, features)
    system = report.system or mapping.place.reports
    if system is None or re.sub(r"[\s_-]", "", system.upper()) not in _SYSTEMS:
        raise InputRefused(
            "The place does not say whether it is WGS 84 or GCJ-02.",
            remedy="Send WGS84 or GCJ-02 with it, or state place.reports in the mapping file.",
            code="exchange_datum",
        )
    place = tagged(system, lon_deg, lat_deg)
    inside = place if isinstance(place, Wgs84) else to_wgs84(place)  # type: ignore[arg-type]
    radius_m = mapping.place.report_radius_m if report.radius_m is None else report.radius_m
    told = f"{system} {lon_deg:.10g}, {lat_deg:.10g}, within {radius_m:.0f} m"
    if report.radius_m is None:
        told += " (usual)"
    return Report(_position(*inside.pair), radius_m / HELD), told


def _of_area(report: _ReportRow, features: Iterable[LandFeature]) -> tuple[Report, str]:
    layer, code = Layer.VILLAGE, report.village
    if code is None:
        layer, code = Layer.TOWNSHIP, report.township
    if code is None:
        raise InputRefused(
            "The report says neither a place nor a township or village.",
            remedy="Send longitude and latitude, or the code of the area.",
            code="exchange_place",
        )
    lon_deg, lat_deg, radius_m, name = area_of(features, layer, code)
    told = f"{layer} {code} {name}: its middle, within {radius_m:.0f} m, which is all of it"
    return Report(_position(lon_deg, lat_deg), radius_m / HELD), told[:400]


def _position(lon_deg: float, lat_deg: float) -> Position:
    return Position(lon_deg, lat_deg, 0.0, HeightDatum.GROUND)


def _row(mapping: Mapping, field: str, why: str) -> InputRefused:
    name = mapping.name(Row.REPORTS, field)
    return InputRefused(f"{name}: {why}.", remedy="Mend that field.", code="exchange_row")
