"""``firewatch imagery``: footage of flights from folders and cards."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.imagery.service import check_zone, shelf_of, take_file
from models.config import load_settings
from models.errors import InputRefused

__all__ = ["imagery"]

imagery = typer.Typer(help="Footage of flights: hand it in.", no_args_is_help=True)


@imagery.callback()
def _imagery() -> None:
    """Keeps ``import`` a command of its own."""


@imagery.command("import")
def import_(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="FOLDER|FILE", help="Photos, videos and subtitles.")
    ],
    *,
    run: Annotated[int | None, typer.Option(min=1, help="Number of the flight.")] = None,
    zone: Annotated[
        str, typer.Option(help="Time zone of the camera's clock, such as Asia/Shanghai.")
    ] = "",
    fov_deg: Annotated[
        float | None, typer.Option(help="Full horizontal field of view, degrees.")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Hand footage in; a watch that runs on the same data scores it in its turn.

    A file that is no footage is named on standard error, the others are taken, and the exit code
    is 1.
    """
    check_zone(zone)
    settings, refused = load_settings(settings_file), 0
    shelf = shelf_of(settings.data_dir, spare_bytes=round(settings.recording.least_free_gb * 1e9))
    with closing(open_store(settings_file)) as store:
        if run is not None:
            store.runs.get(run)
        for path in _files(inputs):
            try:
                kept = take_file(
                    store,
                    shelf,
                    path,
                    author=ACTOR,
                    run_id=run,
                    zone=zone,
                    stated_fov_deg=fov_deg,
                )
            except InputRefused as error:
                refused += 1
                typer.echo(speakable(f"firewatch: {error}"), err=True)
                continue
            typer.echo(speakable(f"{kept.imagery_id}  {kept.draft.name}  {kept.draft.kind}"))
    if refused > 0:
        raise typer.Exit(1)


def _files(inputs: list[Path]) -> Iterator[Path]:
    """Files, and those of folders by name, subtitles before their videos."""
    for path in inputs:
        if not path.is_dir():
            yield path
            continue
        inside = (each for each in path.rglob("*") if each.is_file() and each.name[:1] != ".")
        yield from sorted(
            inside,
            key=lambda each: (each.with_suffix("").as_posix(), each.suffix.lower() != ".srt"),
        )
