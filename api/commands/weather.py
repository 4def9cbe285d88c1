"""``firewatch weather``: readings from a file, and the danger of the day that follows."""

from contextlib import closing
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.weather.danger import DangerShelf
from api.weather.sheets import read_sheet
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused
from models.weather import DangerNow, FireDay, signal_of

__all__ = ["weather"]

weather = typer.Typer(
    help="Weather: readings from a file, the fire weather index, the danger of the day.",
    no_args_is_help=True,
)

TOLD_FAULTS = 50
LARGEST_BYTES = 50_000_000


@weather.command("import")
def import_weather(
    file: Annotated[Path, typer.Argument(help="CSV or Excel workbook; one row a reading.")],
    settings_file: SettingsFile = None,
) -> None:
    """Take the readings of a file; rows that cannot be are told and left out."""
    settings = load_settings(settings_file)
    data = _read(file)
    readings, faults = read_sheet(
        data,
        zone=ZoneInfo(settings.time_zone),
        noon_hour=settings.weather.noon_hour,
        now=SystemClock().now(),
    )
    with closing(open_store(settings_file)) as store:
        added = store.weather.add(readings, author=ACTOR, origin=file.name)
        now = DangerShelf().now(store, SystemClock(), settings)
    for fault in faults[:TOLD_FAULTS]:
        told = f"row {fault.row}, {fault.column}: {fault.code}: {fault.value}"
        typer.echo(speakable(told), err=True)
    if len(faults) > TOLD_FAULTS:
        typer.echo(f"... and {len(faults) - TOLD_FAULTS} more", err=True)
    refused = len({fault.row for fault in faults})
    typer.echo(
        f"{len(added.entries)} readings added, {added.corrected} of them corrections; "
        f"{added.known} known already; {refused} rows left out."
    )
    typer.echo(speakable(_danger(now)))
    if faults and not readings:
        raise InputRefused(
            "No row of the file could be taken.", remedy="See the rows above.", code="sheet_file"
        )


@weather.command()
def show(
    days: Annotated[int, typer.Option(min=1, max=400, help="Newest days of each station.")] = 14,
    settings_file: SettingsFile = None,
) -> None:
    """The index of every station by day, and the danger of the day."""
    settings = load_settings(settings_file)
    shelf, clock = DangerShelf(), SystemClock()
    with closing(open_store(settings_file)) as store:
        stations = shelf.stations(store, clock, settings)
        now = shelf.now(store, clock, settings)
    if not stations:
        typer.echo("No weather near noon is known.")
    for name, chain in sorted(stations.items()):
        typer.echo(speakable(name or "the district"))
        typer.echo("  day          FFMC   DMC     DC   ISI   BUI   FWI  class")
        for one in chain[-days:]:
            typer.echo(f"  {_row(one)}")
    typer.echo(speakable(_danger(now)))


def _row(one: FireDay) -> str:
    codes = one.codes
    told = f"from start-up values of {one.began_on}" if one.days == 1 else ""
    if one.missing and one.missing[-1].toordinal() == one.day.toordinal() - 1:
        told = f"after a hole from {one.missing[0]}"
    return (
        f"{one.day}  {codes.ffmc:5.1f} {codes.dmc:5.1f} {codes.dc:6.1f} {codes.isi:5.1f} "
        f"{codes.bui:5.1f} {codes.fwi:5.1f}  {int(one.danger)} {signal_of(one.danger)}  {told}"
    ).rstrip()


def _danger(now: DangerNow) -> str:
    if now.danger is None:
        return "Danger of the day: not known; it is reckoned as class 3."
    who = f"entered by {now.author}" if now.author else "from the weather"
    if now.computed is not None and not now.author:
        who += f" of {now.computed.station or 'the district'}, {now.computed.day}"
    old = " (of another day)" if now.stale else ""
    return f"Danger of the day: class {int(now.danger)}, {signal_of(now.danger)}, {who}{old}."


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise InputRefused(
                f"{file.name} has more than 50 MB.", remedy="Hand over the rows of a few years."
            )
        return file.read_bytes()
    except OSError as error:
        raise InputRefused(
            f"{file} cannot be read: {error.strerror}.", remedy="Name a CSV or Excel file."
        ) from error
