"""``firewatch land``: the layers that a fire is set against."""

import typer

from api.commands.land_answer import answer
from api.commands.land_changes import history, undo
from api.commands.land_exchange import export_land, import_land
from api.commands.land_network import network

__all__ = ["land"]

land = typer.Typer(
    help="Land layers: files in and out, what was changed, what is lacking.", no_args_is_help=True
)

# A longitude of the west begins with the sign of an option.
land.command("answer", context_settings={"ignore_unknown_options": True})(answer)
land.command("import")(import_land)
land.command("export")(export_land)
land.command("history")(history)
land.command("undo")(undo)
land.command("network")(network)
