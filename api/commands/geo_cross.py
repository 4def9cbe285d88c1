"""``firewatch geo cross``: bearings that somebody read off paper, crossed."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import typer

from api.commands.terminal import speakable
from geo.association import associate
from geo.crs import Wgs84, tagged, to_wgs84
from geo.meeting import residual_of
from geo.triangulate import triangulate
from models.crossing import Bearing, Crossing, NoCrossing, Report, Witness
from models.errors import InputRefused
from models.site import HeightDatum, Position
from models.units import wrap_bearing_deg

__all__ = ["cross"]

COLUMNS: Final = ("name", "lon", "lat", "bearing_deg", "sigma_deg", "sigma_m")
LARGEST_FILE: Final = 1_000_000
MOST_ROWS: Final = 200
_WHY: Final = {
    NoCrossing.ONE_MAST: "Direction only: all of it is seen from one mast.",
    NoCrossing.PARALLEL: "Direction only: they run so close to each other that they meet anywhere.",
    NoCrossing.APART: "Direction only: they part, or meet behind somebody.",
    NoCrossing.TOO_FAR: "Direction only: they meet more than 30 km away.",
    NoCrossing.DISAGREE: "No place: they do not see one fire.",
}


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    witness: Witness


def cross(
    file: Annotated[
        Path,
        typer.Argument(help=f"CSV with the columns {', '.join(COLUMNS)}; - for standard input."),
    ],
    *,
    system: Annotated[
        str,
        typer.Option(
            "--system", help="Of lon and lat: WGS84, CGCS2000, GCJ-02, BD-09, EPSG:4545 …"
        ),
    ] = "",
) -> None:
    """Cross bearings and reported places: where they meet, how well, and how far each is off.

    Bearings count from true north. A row has bearing_deg and sigma_deg, or sigma_m for a place; lon
    and lat are easting and northing where the system is a plane.
    """
    rows = _read(file, system)
    crossing = triangulate([row.witness for row in rows])
    if crossing.is_located:
        _tell(rows, crossing)
        return
    typer.echo(_WHY[crossing.reason or NoCrossing.PARALLEL])
    if crossing.reason is NoCrossing.DISAGREE:
        typer.echo(f"chi2 {crossing.chi2:.1f} with {crossing.freedom} degrees of freedom")
    found = associate([row.witness for row in rows]).matches
    for match in found:
        typer.echo("")
        _tell([rows[index] for index in match.members], match.crossing)
    if not found:
        raise typer.Exit(1)


def _tell(rows: list[_Row], crossing: Crossing) -> None:
    lon_deg, lat_deg = crossing.lon_deg or 0.0, crossing.lat_deg or 0.0
    typer.echo(f"{lat_deg:.6f} N, {lon_deg:.6f} E  (WGS 84)")
    typer.echo(
        f"90 % ellipse: half axes {crossing.semi_major_m:.0f} m x {crossing.semi_minor_m:.0f} m, "
        f"the longer towards {crossing.major_bearing_deg:.0f} degrees"
    )
    if crossing.freedom > 0:
        typer.echo(f"chi2 {crossing.chi2:.2f}, likelihood {100.0 * crossing.likelihood:.0f} %")
    for row in rows:
        off = residual_of(row.witness, lon_deg, lat_deg)
        how = f"{off.off_m:+8.0f} m" if off.off_deg is not None else f"{off.off_m:8.0f} m"
        turn = "" if off.off_deg is None else f"  {off.off_deg:+7.3f} degrees"
        line = f"{row.name:<16} {off.range_m / 1000.0:7.2f} km {how} {off.sigmas:5.1f} sigma{turn}"
        typer.echo(speakable(line))


def _read(file: Path, system: str) -> list[_Row]:
    text = _text(file)
    table = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS[:3] if name not in (table.fieldnames or ())]
    if missing:
        raise InputRefused(
            f"The file has no column {missing[0]}.",
            remedy=f"Its first line is {','.join(COLUMNS)}.",
            code="cross_columns",
        )
    try:
        rows = [_row(number, row, system) for number, row in enumerate(table, 2)]
    except csv.Error as error:
        raise InputRefused(f"{file} is no table: {error}.", code="cross_columns") from error
    if len(rows) < 2 or len(rows) > MOST_ROWS:
        raise InputRefused(
            f"{len(rows)} witnesses cannot be crossed.",
            remedy=f"Give 2 to {MOST_ROWS} rows.",
            code="cross_count",
        )
    return rows


def _text(file: Path) -> str:
    try:
        if str(file) == "-":
            raw = typer.get_binary_stream("stdin").read(LARGEST_FILE + 1)
        else:
            with file.open("rb") as opened:
                raw = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputRefused(
            f"{file} cannot be read.", remedy="Name a CSV file.", code="cross_columns"
        ) from error
    if len(raw) > LARGEST_FILE:
        raise InputRefused(f"{file} is larger than 1 MB.", code="cross_count")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputRefused(f"{file} is no text.", remedy="Save it as CSV.", code="cross_columns")


def _row(number: int, row: dict[str, str | None], system: str) -> _Row:
    lon, lat = _number(number, row, "lon"), _number(number, row, "lat")
    if lon is None or lat is None:
        raise _bad(number, "lon and lat")
    place = tagged(system, lon, lat)
    inside = place if isinstance(place, Wgs84) else to_wgs84(place)  # type: ignore[arg-type]
    position = Position(*inside.pair, 0.0, HeightDatum.GROUND)
    bearing_deg, sigma_deg = _number(number, row, "bearing_deg"), _number(number, row, "sigma_deg")
    sigma_m = _number(number, row, "sigma_m")
    name = (row.get("name") or "").strip() or f"row {number}"
    if bearing_deg is None:
        if sigma_m is None or not 0.0 < sigma_m <= 1e5:
            raise _bad(number, "sigma_m, as it has no bearing_deg")
        return _Row(name, Report(position, sigma_m))
    if sigma_deg is None or not 0.0 < sigma_deg <= 45.0:
        raise _bad(number, "sigma_deg, 0 to 45")
    if not 0.0 <= bearing_deg <= 360.0:
        raise _bad(number, "bearing_deg, 0 to 360")
    return _Row(name, Bearing(position, wrap_bearing_deg(bearing_deg), sigma_deg))


def _number(number: int, row: dict[str, str | None], column: str) -> float | None:
    text = (row.get(column) or "").strip()
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise _bad(number, f"a number in {column}") from error


def _bad(number: int, what: str) -> InputRefused:
    return InputRefused(
        f"Row {number} needs {what}.",
        remedy="Correct it and try again.",
        code="cross_row",
    )
