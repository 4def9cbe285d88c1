"""``firewatch incident``: fires from the machine itself: list them, look at one, export them."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from api.commands.incident_look import look
from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.exports.sheets import write_incidents
from api.incidents.facts import facts_of
from detector.incidents.placing import place_of
from geo.exchange import Format, ending_of
from geo.land import LandBook
from models.config import load_settings
from models.errors import InputRefused
from models.incident import Incident, IncidentState
from models.store import Store

__all__ = ["incidents"]

incidents = typer.Typer(help="Fires: list them, look at one, export them.", no_args_is_help=True)
incidents.command("look")(look)

_BATCH: Final = 200
_FORMATS: Final = {ending_of(one, 1): one for one in Format}

State = Annotated[
    list[IncidentState], typer.Option("--state", help="Only fires in this state; repeat.")
]
Everything = Annotated[
    bool, typer.Option("--all", help="Settled ones too; without it what still needs people.")
]


@incidents.command("list")
def list_(
    *,
    everything: Everything = False,
    state: State = [],  # noqa: B006  # typer reads it, nobody writes it
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    settings_file: SettingsFile = None,
) -> None:
    """List fires, newest first: number, state, when seen, where, how urgent."""
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    with closing(open_store(settings_file)) as store:
        chosen = _chosen(store, state, everything=everything)
        for facts in _facts(store, chosen[:limit]):
            typer.echo(speakable(_line(facts, zone)))
    if len(chosen) > limit:
        typer.echo(f"… and {len(chosen) - limit} more; say --limit.", err=True)


@incidents.command("show")
def show(
    number: Annotated[int, typer.Argument(help="Of the fire.")],
    settings_file: SettingsFile = None,
) -> None:
    """Show a fire with its evidence and its history."""
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    with closing(open_store(settings_file)) as store:
        one = store.incidents.get(number)
        (facts,) = _facts(store, [one])
    for name, value in facts.items():
        if value is not None and value != "":
            typer.echo(speakable(f"{name:18} {value}"))
    if one.merged_into is not None:
        typer.echo(f"{'merged_into':18} {one.merged_into}")
    for alert in one.alerts:
        seen = alert.draft.captured_at.astimezone(zone)
        typer.echo(speakable(f"alert {alert.alert_id}: {alert.draft.camera_id}, {seen:%F %T}"))
    for told in one.observations:
        said = f"observation {told.observation_id}: {told.draft.source}, {told.draft.words}"
        typer.echo(speakable(said))
    for entry in one.entries:
        steps = "" if entry.to_state is None else f" {entry.from_state or ''}→{entry.to_state}"
        reason = "" if entry.reason is None else f" ({entry.reason})"
        at = entry.at.astimezone(zone)
        words = f"{at:%F %T} {entry.kind}{steps}{reason} {entry.author} {entry.note}"
        typer.echo(speakable(words.rstrip()))


@incidents.command("export")
def export(
    file: Annotated[
        Path, typer.Argument(help="To write: .csv .xlsx .geojson .gpkg .kml .kmz, .zip: shapefile.")
    ],
    *,
    everything: Everything = False,
    state: State = [],  # noqa: B006  # as above
    system: Annotated[
        str, typer.Option("--system", help="Of .gpkg and shapefile: WGS84, CGCS2000, EPSG:4545 …")
    ] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Write fires to a file, and read it back before it is called done."""
    format_ = _FORMATS.get(file.suffix.lower())
    if format_ is None:
        raise InputRefused(
            f"{file.name} has no ending that says what it is to be.",
            remedy=f"Take one of {', '.join(sorted(_FORMATS))}.",
            code="export_ending",
        )
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        chosen = _chosen(store, state, everything=everything)
        cameras = store.cameras.standpoints()
        write_incidents(
            file,
            chosen,
            format_,
            place_of=lambda one: place_of(one, cameras),
            index=LandBook(store.land).index,
            zone=ZoneInfo(settings.time_zone),
            system=system,
        )
        store.audit.record(
            actor=ACTOR,
            action="incident.exported",
            subject="all" if everything else "working",
            details={"incidents": len(chosen), "format": format_.value},
        )
    typer.echo(f"{len(chosen)} fires are in {file}.")


def _chosen(store: Store, states: list[IncidentState], *, everything: bool) -> list[Incident]:
    if not everything:
        return [one for one in store.incidents.working() if not states or one.state in states]
    found, before = list[Incident](), None
    while True:
        page = store.incidents.page(_BATCH, before_id=before, states=states)
        found += page.incidents
        before = page.next_before
        if before is None:
            return found


def _facts(store: Store, chosen: list[Incident]) -> list[dict[str, Any]]:
    cameras, index = store.cameras.standpoints(), LandBook(store.land).index
    return [facts_of(one, place_of(one, cameras), index).values for one in chosen]


def _line(facts: dict[str, Any], zone: ZoneInfo) -> str:
    seen = datetime.fromisoformat(facts["last_seen_at"]).astimezone(zone)
    where = facts["township"] or ("direction only" if facts["direction_only"] else "no place")
    urgency = "-" if facts["urgency"] is None else f"{facts['urgency']:.0f}"
    drill = " drill" if facts["is_drill"] else ""
    return (
        f"{facts['incident_id']:6} {facts['state']:12} {seen:%F %H:%M} urgency {urgency:>3} "
        f"{facts['alerts']} alerts {facts['observations']} reports {where}{drill}"
    )
