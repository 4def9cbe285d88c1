"""``firewatch gates``: who passed checkpoints and smart gates, from a file."""

from contextlib import closing
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.gates.sealing import Seal
from api.gates.sheets import read_sheet
from api.gates.taking import sealed
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused

__all__ = ["gates"]

gates = typer.Typer(help="Checkpoints and smart gates: who passed them.", no_args_is_help=True)

TOLD_ROWS = 50
LARGEST_BYTES = 50_000_000


@gates.callback()
def group() -> None:
    """Keeps ``import`` a command of its own, alone as it is."""


@gates.command("import")
def import_passages(
    file: Annotated[Path, typer.Argument(help="CSV or Excel workbook; one row a passage.")],
    settings_file: SettingsFile = None,
) -> None:
    """Take the passages of a file; rows that cannot be are told by number and left out."""
    settings = load_settings(settings_file)
    data, now = _read(file), SystemClock().now()
    drafts, left_out = read_sheet(data, zone=ZoneInfo(settings.time_zone), now=now)
    with closing(open_store(settings_file)) as store:
        rows = sealed(Seal.at(settings.gates_key_file), drafts, now=now, counts=True)
        added = store.passages.add(rows, origin=file.name, author=ACTOR)
    for one in left_out[:TOLD_ROWS]:
        typer.echo(speakable(f"row {one.row}, {one.column or '-'}: {one.code}"), err=True)
    if len(left_out) > TOLD_ROWS:
        typer.echo(f"... and {len(left_out) - TOLD_ROWS} more", err=True)
    typer.echo(
        f"{added.new} passages added; {added.known} known already; {len(left_out)} rows left out."
    )
    if left_out and not drafts:
        raise InputRefused(
            "No row of the file could be taken.", remedy="See the rows above.", code="sheet_file"
        )


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise InputRefused(f"{file.name} has more than 50 MB.", remedy="Hand it over in parts.")
        return file.read_bytes()
    except OSError as error:
        raise InputRefused(
            f"{file} cannot be read: {error.strerror}.", remedy="Name a CSV or Excel file."
        ) from error
