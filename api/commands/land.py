"""``firewatch land``: the layers that a fire is set against."""

import typer

from api.commands.land_changes import history, undo
from api.commands.land_exchange import export_land, import_land

__all__ = ["land"]

land = typer.Typer(
    help="Land layers: files in and out, what was changed, set a change back.", no_args_is_help=True
)

land.command("import")(import_land)
land.command("export")(export_land)
land.command("history")(history)
land.command("undo")(undo)
