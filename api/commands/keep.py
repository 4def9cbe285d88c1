"""``firewatch audit verify`` and ``firewatch backup``: is the memory whole, and a copy of it."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.commands.user import SettingsFile, open_store

__all__ = ["audit", "backup"]

audit = typer.Typer(help="The log of who did what.", no_args_is_help=True)


@audit.callback()
def about() -> None:
    """The log of who did what."""


@audit.command("verify")
def verify(settings_file: SettingsFile = None) -> None:
    """Check that no entry was changed, taken out or moved; name the first that was."""
    with closing(open_store(settings_file)) as store:
        store.audit.verify()
        newest = store.audit.entries(1)
    count = newest[0].number if newest else 0
    typer.echo(f"The audit log is whole: {count} entries.")


def backup(
    file: Annotated[Path, typer.Argument(help="New file for the copy of the database.")],
    *,
    without_passwords: Annotated[
        bool, typer.Option("--without-passwords", help="Leave out those of the cameras.")
    ] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Copy the database as of one moment, also while the watch runs.

    Pictures and clips lie beside it in the folder `evidence`, the relief in `terrain`; copy those
    folders as well. A copy that leaves the house is better made without passwords.
    """
    with closing(open_store(settings_file)) as store:
        store.backup_to(file, with_credentials=not without_passwords)
    told = "with the cameras' passwords, readable: keep it as safe as those"
    if without_passwords:
        told = "without the cameras' passwords: after restoring it they have to be entered again"
    typer.echo(f"The database is copied to {file}, {told}.")
