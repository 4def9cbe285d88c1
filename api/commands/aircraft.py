"""``firewatch aircraft``: the bureau's own aircraft and the catalogue, by file."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from drone_jobs.fleet import (
    FLEET_BYTES,
    FleetFormat,
    catalogue,
    find_aircraft,
    format_of,
    read_fleet,
    write_fleet,
)
from models.errors import InputRefused
from models.mission import Aircraft

__all__ = ["aircraft"]

aircraft = typer.Typer(
    help="Aircraft to plan with: listed, shown, taken from a file and written to one.",
    no_args_is_help=True,
)


@aircraft.command("list")
def list_all(settings_file: SettingsFile = None) -> None:
    """The bureau's own, and the models of the catalogue."""
    with closing(open_store(settings_file)) as store:
        own = store.aircraft.all()
    for kept in own:
        typer.echo(speakable(f"{_line(kept.aircraft)}, version {kept.version}, {kept.changed_by}"))
    for one in catalogue():
        typer.echo(speakable(f"{_line(one)} (catalogue)"))


@aircraft.command()
def show(
    name: Annotated[str, typer.Argument(help="Of the bureau's own, or of the catalogue.")],
    settings_file: SettingsFile = None,
) -> None:
    """Everything that is known of an aircraft, as TOML."""
    with closing(open_store(settings_file)) as store:
        own = {kept.aircraft.name: kept.aircraft for kept in store.aircraft.all()}
    found = own.get(name) or find_aircraft(name)
    for line in write_fleet([found], FleetFormat.TOML).decode().splitlines():
        typer.echo(speakable(line))
    if found.missing_limits:
        typer.echo(f"Nothing is planned for it without: {', '.join(found.missing_limits)}.")


@aircraft.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="TOML, JSON or CSV, by its ending.")],
    settings_file: SettingsFile = None,
) -> None:
    """Enter or renew the aircraft of a file; those that cannot be are told and left out."""
    fleet = read_fleet(_read(file), format_of(file.name))
    for one in fleet.refused:
        typer.echo(speakable(f"{one.name}: {one.message} {one.remedy}"), err=True)
    if not fleet.aircraft:
        raise InputRefused(
            "No aircraft of the file could be taken.",
            remedy="See the reasons above.",
            code="aircraft_file",
        )
    with closing(open_store(settings_file)) as store:
        taken = store.aircraft.import_all(fleet.aircraft, author=ACTOR)
    known = len(fleet.aircraft) - len(taken.taken) - len(taken.changed)
    typer.echo(
        f"{len(taken.taken)} aircraft entered, {len(taken.changed)} changed, "
        f"{known} known already; {len(fleet.refused)} left out."
    )


@aircraft.command("export")
def export_file(
    file: Annotated[Path, typer.Argument(help="TOML, JSON or CSV, by its ending.")],
    settings_file: SettingsFile = None,
    *,
    models: Annotated[
        bool, typer.Option("--catalogue", help="The models of the catalogue instead.")
    ] = False,
) -> None:
    """Write the bureau's own aircraft to a file that the import reads."""
    format_ = format_of(file.name)
    chosen: list[Aircraft] = list(catalogue())
    if not models:
        with closing(open_store(settings_file)) as store:
            chosen = [kept.aircraft for kept in store.aircraft.all()]
    if not chosen:
        raise InputRefused(
            "There is no aircraft of your own yet.",
            remedy="Start from the models: firewatch aircraft export FILE --catalogue.",
            code="aircraft_none",
        )
    try:
        file.write_bytes(write_fleet(chosen, format_))
    except OSError as error:
        raise InputRefused(
            f"{file} cannot be written: {error.strerror}.", remedy="Name another file."
        ) from error
    typer.echo(f"{len(chosen)} aircraft in {file.name}")


def _line(one: Aircraft) -> str:
    cameras = ", ".join(camera.name for camera in one.cameras)
    lacks = f"; lacks {', '.join(one.missing_limits)}" if one.missing_limits else ""
    return f"{one.name}: {one.model}, {one.autopilot}, {cameras}{lacks}"


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(FLEET_BYTES + 1)
    except OSError as error:
        raise InputRefused(
            f"{file} cannot be read: {error.strerror}.", remedy="Name a TOML, JSON or CSV file."
        ) from error
