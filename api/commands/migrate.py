"""``firewatch migrate``: the database's version, one step back, and a move to another place."""

from typing import Annotated

import typer

from api.commands.user import SettingsFile
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused
from models.store.moving import StoreStatus, move, status_of, step_back, step_up

__all__ = ["migrate"]


def migrate(
    *,
    status: Annotated[
        bool, typer.Option("--status", help="Only say which version it has; change nothing.")
    ] = False,
    back: Annotated[
        bool, typer.Option("--back", help="One version back, for the Firewatch before this one.")
    ] = False,
    to: Annotated[
        str, typer.Option(help="Copy the whole database to this URL, where nothing is kept yet.")
    ] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="With --back: do not ask, a backup is made.")
    ] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Bring the database to this program's version, one version back, or to another place.

    `firewatch serve` brings an older one up by itself. Stop the watch before `--back` and `--to`:
    what it writes meanwhile stays behind. A move leaves the old database as it is and counts and
    compares every row of the new one; then name it in `database_url`.
    """
    url = load_settings(settings_file).store_url
    if sum((status, back, bool(to))) > 1:
        raise InputRefused("Either --status, --back or --to.", remedy="Leave the others out.")
    if status:
        _tell(status_of(url))
    elif back:
        if not yes:
            typer.confirm(
                "What the older version cannot say is lost. Is there a backup?", abort=True
            )
        _tell(step_back(url))
    elif to:
        copied = move(url, to, clock=SystemClock())
        for name, rows in sorted(copied.items()):
            if rows > 0:
                typer.echo(f"{rows:>9}  {name}")
        typer.echo(
            f"{sum(copied.values())} rows are there, each compared; the audit log is whole. "
            "Name the new place in database_url and start the watch."
        )
    else:
        _tell(step_up(url))


def _tell(told: StoreStatus) -> None:
    if told.revision is None:
        typer.echo(f"Nothing is kept at {told.name}.")
        return
    newest = "the newest" if told.revision == told.newest else f"the newest is {told.newest}"
    typer.echo(f"The database {told.name} has version {told.revision}; {newest}.")
