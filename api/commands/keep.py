"""``firewatch audit``: is the memory whole, and a copy of it for somebody else."""

import re
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.commands.user import SettingsFile, open_store
from models.errors import InputRefused

__all__ = ["audit"]

audit = typer.Typer(help="The log of who did what.", no_args_is_help=True)


@audit.callback()
def about() -> None:
    """The log of who did what."""


@audit.command("verify")
def verify(
    *,
    head: Annotated[
        bool, typer.Option("--head", help="Print the head, to be noted elsewhere.")
    ] = False,
    noted: Annotated[
        str, typer.Option(metavar="NUMBER:SHA256", help="A head that was noted before.")
    ] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Check that no entry was changed, taken out or moved; name the first that was.

    Whoever can write the database could compute a whole new chain: only a head that was noted
    elsewhere, on paper or on another machine, shows that.
    """
    with closing(open_store(settings_file)) as store:
        number, sha256 = store.audit.verify(_parsed(noted) if noted else None)
    typer.echo(f"The audit log is whole: {number} entries.")
    if head:
        typer.echo(f"{number}:{sha256}")


@audit.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="New file, one JSON object a line.")],
    settings_file: SettingsFile = None,
) -> None:
    """Write the whole log to a file, with the hash of every entry, after it was verified."""
    with closing(open_store(settings_file)) as store:
        number, sha256 = store.audit.verify()
        try:
            with file.open("x", encoding="utf-8") as out:
                file.chmod(0o600)
                for line in store.audit.lines():
                    out.write(f"{line}\n")
        except OSError as error:
            raise InputRefused(
                f"{file} cannot be written: {error.strerror}.", remedy="Name a new file."
            ) from error
    typer.echo(f"{number} entries are in {file}, the last with {sha256}.")


def _parsed(noted: str) -> tuple[int, str]:
    found = re.fullmatch(r"(0|[1-9][0-9]{0,17}):([0-9a-f]{64})", noted.strip())
    if found is None:
        raise InputRefused("A head is written NUMBER:SHA256.", remedy="As --head printed it.")
    return int(found[1]), found[2]
