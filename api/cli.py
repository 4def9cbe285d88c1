"""The one tool, ``firewatch``.

Exit codes: 0 done; 1 refused or failed, with one clear line on standard error; 2 wrong use.
"""

import sys
from typing import Annotated

import typer

from api.commands.aircraft import aircraft
from api.commands.backup import backup, restore
from api.commands.camera import cameras
from api.commands.compare import compare
from api.commands.demo import demo
from api.commands.detect import detect
from api.commands.dual import duals
from api.commands.duty import duty
from api.commands.evaluate import evaluate
from api.commands.evidence import evidence
from api.commands.exchange import exchange
from api.commands.flight import flights
from api.commands.footage_library import footage
from api.commands.gates import gates
from api.commands.geo import geo
from api.commands.heat import heat
from api.commands.imagery import imagery
from api.commands.incident import incidents
from api.commands.keep import audit
from api.commands.land import land
from api.commands.learning import learning
from api.commands.migrate import migrate
from api.commands.model import models
from api.commands.node import nodes
from api.commands.notice import notices
from api.commands.order import orders
from api.commands.replay import replay
from api.commands.replays import replays
from api.commands.report import report
from api.commands.schedule import schedules
from api.commands.serve import serve
from api.commands.sweep import sweeps
from api.commands.token import tokens
from api.commands.user import users
from api.commands.weather import weather
from models.errors import WatchError

__all__ = ["app", "main"]

app = typer.Typer(
    name="firewatch",
    help="Forest-fire watch 林火瞭望: cameras to located alerts, on one machine, offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(serve)
app.command()(detect)
app.command()(heat)
app.command()(replay)
app.command()(compare)
app.command()(backup)
app.command()(restore)
app.command()(migrate)
app.add_typer(evaluate, name="evaluate")
app.add_typer(footage, name="footage")
app.add_typer(replays, name="replays")
app.add_typer(learning, name="learning")
app.add_typer(models, name="model")
app.add_typer(cameras, name="camera")
app.add_typer(nodes, name="nodes")
app.add_typer(duals, name="duals")
app.add_typer(geo, name="geo")
app.add_typer(land, name="land")
app.add_typer(imagery, name="imagery")
app.add_typer(incidents, name="incident")
app.add_typer(weather, name="weather")
app.add_typer(duty, name="duty")
app.add_typer(aircraft, name="aircraft")
app.add_typer(sweeps, name="sweep")
app.add_typer(schedules, name="schedule")
app.add_typer(flights, name="flight")
app.add_typer(gates, name="gates")
app.add_typer(exchange, name="exchange")
app.add_typer(orders, name="order")
app.add_typer(notices, name="notice")
app.add_typer(report, name="report")
app.add_typer(users, name="user")
app.add_typer(tokens, name="token")
app.add_typer(audit, name="audit")
app.add_typer(evidence, name="evidence")


@app.callback(invoke_without_command=True)
def firewatch(
    *, version: Annotated[bool, typer.Option(help="Print the version and stop.")] = False
) -> None:
    """Show the version, or go on to a command."""
    if version:
        from importlib.metadata import version as version_of  # noqa: PLC0415  # rarely needed

        typer.echo(version_of("forest-fire-watch"))
        raise typer.Exit


def main() -> None:
    """Run the tool; an error that was raised on purpose becomes one line."""
    try:
        app()
    except WatchError as error:
        print(f"firewatch: {error}", file=sys.stderr)  # noqa: T201  # the tool's own output
        sys.exit(1)


if __name__ == "__main__":
    main()
