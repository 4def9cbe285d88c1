"""``firewatch land import`` and ``firewatch land export``: files of offices, in and out."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import shapely
import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from geo.exchange import Format, RawLayer, ending_of, read_file, write_file
from geo.land.importing import (
    ImportReport,
    Mapping,
    ReportLine,
    ShiftFinding,
    edits_for,
    guess,
    prepare,
)
from models.errors import InputRefused
from models.land import ChangeKind, LandEdit, Layer

__all__ = ["export_land", "import_land"]

MOST_LINES: Final = 30


def import_land(
    file: Annotated[
        Path,
        typer.Argument(
            help="Shapefile (zip, or .shp), GeoPackage, GeoJSON, KML, KMZ, CSV or Excel."
        ),
    ],
    *,
    layer: Annotated[
        Layer | None, typer.Option("--layer", help="What its features are; guessed when left out.")
    ] = None,
    system: Annotated[
        str,
        typer.Option(
            "--system", help="Of its coordinates: WGS84, CGCS2000, GCJ-02, BD-09, EPSG:4545, GK …"
        ),
    ] = "",
    mapped: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="COLUMN=attribute, COLUMN=name, COLUMN=code, COLUMN= to leave it out."
        ),
    ] = None,
    part: Annotated[
        str, typer.Option("--from", help="Only this layer of the file; all when left out.")
    ] = "",
    drill: Annotated[bool, typer.Option("--drill", help="All of it is invented.")] = False,
    replace_all: Annotated[
        bool, typer.Option("--replace", help="Take away what else these layers have.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Read a file of land features, say what becomes of every row, and take them as one change.

    A layer that lies as GCJ-02 or BD-09 would beside the known land is not taken before --system
    says what it is in. `firewatch land undo` sets the whole import back.
    """
    raws = [raw for raw in read_file(file) if part in ("", raw.name)]
    if not raws:
        raise InputRefused(
            f"{file.name} has no layer {part}.", remedy="Leave --from out to see them."
        )
    if layer is not None and len(raws) > 1:
        raise InputRefused(
            f"{file.name} holds {', '.join(raw.name for raw in raws)}.",
            remedy="Say --from one of them beside --layer.",
        )
    with closing(open_store(settings_file)) as store:
        there = store.land.all()
        townships = [each.geometry for each in there if each.layer is Layer.TOWNSHIP]
        district = shapely.union_all(townships) if townships else None
        edits: list[LandEdit] = []
        taken = 0
        for raw in raws:
            mapping = _mapping(raw, layer, system, mapped or (), drill=drill)
            features, report = prepare(raw, mapping, district=district, there=there)
            _tell(raw, mapping, report)
            _refuse_shift(report.shift, stated=bool(system))
            taken += report.taken
            edits += edits_for(features, there, mode="replace" if replace_all else "add")
        _count(edits)
        if taken == 0:
            typer.echo("Nothing of it can be taken.")
            raise typer.Exit(1)
        if dry_run or not edits:
            typer.echo("Nothing was changed." if dry_run else "All of it is there already.")
            return
        change = store.land.apply(edits, kind=ChangeKind.IMPORTED, author=ACTOR, source=file.name)
    typer.echo(
        f"Change {change.change_id} is done; `firewatch land undo {change.change_id}` undoes it."
    )


def export_land(
    file: Annotated[
        Path,
        typer.Argument(
            help="New file: .zip (shapefile), .gpkg, .geojson, .kml, .kmz, .csv, .xlsx."
        ),
    ],
    *,
    layers: Annotated[
        list[Layer] | None,
        typer.Option("--layer", help="Layers to write; all that have features when left out."),
    ] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", help="Told by the file's name when left out.")
    ] = None,
    system: Annotated[
        str, typer.Option("--system", help="Of shapefiles and GeoPackages: WGS84, EPSG:4545 …")
    ] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Write land features to a file, and read it back: what would be lost is refused by name."""
    endings = {f".{each.value}": each for each in Format} | {".zip": Format.SHAPEFILE}
    chosen = format_ or endings.get(file.suffix.lower())
    if chosen is None:
        raise InputRefused(f"{file.name} says no format.", remedy="Say --format.")
    with closing(open_store(settings_file)) as store:
        features = [each for each in store.land.all() if not layers or each.layer in layers]
    ending = ending_of(chosen, len({each.layer for each in features}))
    if file.suffix.lower() not in (
        ending,
        ".zip" if chosen in (Format.GEOJSON, Format.CSV) else ending,
    ):
        raise InputRefused(
            f"{file.name} should end in {ending}.", remedy="Name it so, or choose one layer."
        )
    write_file(file, features, chosen, system=system)
    drills = sum(each.drill for each in features)
    told = f", {drills} of them invented" if drills else ""
    typer.echo(f"{len(features)} features{told} are in {file}, and were read back.")


def _mapping(
    raw: RawLayer, layer: Layer | None, system: str, mapped: Sequence[str], *, drill: bool
) -> Mapping:
    mapping = guess(raw, layer=layer)
    name, code, columns = mapping.name_column, mapping.code_column, dict(mapping.columns)
    for each in mapped:
        column, sign, key = each.partition("=")
        if not sign or column not in raw.columns:
            raise InputRefused(
                f"{each} maps no column of {raw.name}.",
                remedy=f"Its columns are {', '.join(raw.columns)[:300]}.",
            )
        if key == "name":
            name = column
        elif key == "code":
            code = column
        else:
            columns[column] = key
    return replace(
        mapping,
        name_column=name,
        code_column=code,
        columns=columns,
        system=system or mapping.system,
        drill=drill or mapping.drill,
    )


def _tell(raw: RawLayer, mapping: Mapping, report: ImportReport) -> None:
    _say(f"{raw.name}: {len(raw.rows)} rows as {mapping.layer} in {mapping.system or 'no system'}")
    named = dict.fromkeys(raw.columns, "") | mapping.columns
    for column, key in ((mapping.name_column, "name"), (mapping.code_column, "code")):
        named |= {} if column is None else {column: key}
    left = {column for column, key in mapping.columns.items() if not key}
    said = (f"{each} > {named[each] or ('-' if each in left else each)}" for each in raw.columns)
    _say(f"  columns: {', '.join(said)}")
    for note in raw.notes[:MOST_LINES]:
        where = "" if note.row is None else f"row {note.row}: "
        _say(f"  {where}{note.code} {_facts(note.values)}")
    for line in report.lines[:MOST_LINES]:
        _say(f"  {_line(line)}")
    if len(report.lines) > MOST_LINES:
        _say(f"  and {len(report.lines) - MOST_LINES} more remarks")
    for advice in report.advice:
        _say(f"  {advice.code} {_facts(advice.values)}")
    _say(
        f"  {report.taken} taken, {report.mended} of them mended, {report.refused} refused, "
        f"{report.outside} reach beyond the district"
    )


def _line(line: ReportLine) -> str:
    return f"row {line.row} {line.name}: {line.verdict}, {line.code} {_facts(line.values)}".rstrip()


def _facts(values: dict[str, str | bool | int | float | None]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())


def _say(line: str) -> None:
    typer.echo(speakable(line.rstrip()))


def _count(edits: Sequence[LandEdit]) -> None:
    added = sum(edit.before is None for edit in edits)
    removed = sum(edit.after is None for edit in edits)
    _say(f"{added} new, {len(edits) - added - removed} changed, {removed} taken away")


def _refuse_shift(shift: ShiftFinding | None, *, stated: bool) -> None:
    if shift is None:
        return
    words = (
        f"The layer lies {shift.east_m:+.0f} m east and {shift.north_m:+.0f} m north of the known "
        f"land ({shift.against}, {shift.compared} places compared)"
    )
    like = f", as {shift.looks_like} would" if shift.looks_like else ""
    if stated:
        _say(f"  {words}{like}; taken as was said.")
        return
    raise InputRefused(
        f"{words}{like}.",
        remedy=f"Say --system {shift.looks_like or 'and the system that it is in'}.",
        code="land_shifted",
    )
