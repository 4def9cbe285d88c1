"""``firewatch serve``: the watch of an installation."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.backup import refuse_half_restored
from api.commands.user import add_user
from api.listening import listen
from api.observe import configure_logging
from api.runtime import build_watch
from api.tls import check_tls
from api.watch import serve as run_server
from geo.dem import read_terrain
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused
from models.store import Store
from models.user import Role

__all__ = ["serve"]


def serve(
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="TOML settings file.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Instead of the file's.")
    ] = None,
) -> None:
    """Serve the console over the installation's database.

    On the first start an account `admin` is made and its one-time password printed.
    """
    secrets = configure_logging()
    settings = load_settings(settings_file)
    with listen(settings.host, port or settings.port) as listening:
        refuse_half_restored(settings.data_dir, settings.store_url)
        try:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputRefused(
                f"The data folder {settings.data_dir} cannot be made: {error.strerror}.",
                remedy="Set data_dir to a folder that you may write.",
            ) from error
        with closing(Store.open(settings.store_url, clock=SystemClock())) as store:
            watch = build_watch(
                settings,
                store,
                {},
                site_name="",
                drill=False,
                terrain=read_terrain(settings.data_dir / "terrain"),
                secrets=secrets,
            )
            check_tls(settings.tls)
            scheme = "http" if settings.tls.certificate is None else "https"
            typer.echo(f"Firewatch 林火瞭望: {scheme}://{settings.host}:{port or settings.port}")
            if store.users.count() == 0:
                password = add_user(store, "admin", Role.ADMIN)
                typer.echo(f"first sign-in: admin  {password}  (works once, to choose a password)")
            run_server(watch, listening)
