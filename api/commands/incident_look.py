"""``firewatch incident look``: which aircraft could look at a fire; with ``--fly``, let one."""

from contextlib import closing
from datetime import datetime
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

import typer

from api.commands.flight import monitor_of
from api.commands.sweep_reading import terrain_from
from api.commands.terminal import speakable
from api.commands.user import SettingsFile, open_store
from api.incidents.look_schemas import LooksAnswer, ProposalAnswer
from api.incidents.looks import LookDesk, linked_of, look_place
from detector.incidents.placing import place_of
from models.clock import SystemClock
from models.config import load_settings

__all__ = ["look"]


def look(
    number: Annotated[int, typer.Argument(help="Of the fire.")],
    *,
    fly: Annotated[str, typer.Option(metavar="AIRCRAFT", help="Release its flight.")] = "",
    by: Annotated[str, typer.Option(help="Account of the monitor who releases it.")] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Say which aircraft could look at a fire and when, and why others cannot; let one fly.

    The flight is released through the store; a watch that runs takes it from there. With ``--fly``
    somebody must answer for it with ``--by``.
    """
    settings = load_settings(settings_file)
    zone = ZoneInfo(settings.time_zone)
    terrain = terrain_from([], None, settings)
    linked = linked_of(settings.drones)
    with closing(open_store(settings_file)) as store:
        desk = LookDesk(store, settings.drones, linked, SystemClock(), terrain)
        incident = store.incidents.get(number)
        place = look_place(incident, place_of(incident, store.cameras.standpoints()), 3)
        if fly:
            author = monitor_of(store, by)
            run = desk.fly(incident, lambda: place, fly, key=str(uuid4()), author=author)
            typer.echo(
                speakable(
                    f"Flight {run.run_id} of the {run.aircraft} is released, from "
                    f"{_clock(run.due_at, zone)} to {_clock(run.until_at, zone)}."
                )
            )
            return
        told = LooksAnswer.of(desk.proposed(incident, place), place, desk.wind(), linked)
    at = told.place
    typer.echo(f"{at.lon_deg:.6f},{at.lat_deg:.6f} within {at.radius_m:.0f} m")
    for proposal in told.proposals:
        typer.echo(speakable(_line(proposal, zone)))
    if not told.proposals:
        typer.echo("The bureau has no aircraft of its own: firewatch aircraft import.", err=True)


def _line(proposal: ProposalAnswer, zone: ZoneInfo) -> str:
    if proposal.looks_at is None or proposal.back_at is None or proposal.energy_share is None:
        return f"{proposal.aircraft}: cannot. {proposal.message} {proposal.remedy}"
    looks, back = _clock(proposal.looks_at, zone), _clock(proposal.back_at, zone)
    line = (
        f"{proposal.aircraft}: looks at {looks} from {proposal.views} places, back at {back},"
        f" {proposal.energy_share:.0%} of a battery"
    )
    return line if proposal.is_feasible else f"{line}. {proposal.message} {proposal.remedy}"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}"
