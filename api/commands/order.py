"""``firewatch order``: work orders from the machine itself: list them, look at one."""

from contextlib import closing
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.commands.terminal import speakable
from api.commands.user import SettingsFile, open_store
from api.duty.units import Units
from models.config import Settings, load_settings
from models.duty import DISTRICT
from models.order import ClockReading, Limits, Order, OrderEntry, readings
from models.store import Store

__all__ = ["orders"]

orders = typer.Typer(help="Work orders: list them, look at one.", no_args_is_help=True)

Everything = Annotated[
    bool, typer.Option("--all", help="Those that are over too; without it the open ones.")
]


@orders.command("list")
def list_(
    *,
    everything: Everything = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    settings_file: SettingsFile = None,
) -> None:
    """List orders, newest first: number, fire, township, state, clocks."""
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        page = store.orders.page(limit=limit, state=None if everything else "open")
        names = Units.of(store.land.all()).townships
        for one in page.orders:
            place = _place(one, names.get(one.draft.township, ""))
            clocks = "  ".join(_clock(clock) for clock in _clocks(store, settings, one))
            fire = f"fire {one.draft.incident_id}{' (drill)' if one.is_drill else ''}"
            typer.echo(speakable(f"{one.order_id}  {fire}  {place}  {_state(one)}  {clocks}"))
    if page.next_before is not None:
        typer.echo("… and more; say --limit.", err=True)


@orders.command("show")
def show(
    number: Annotated[int, typer.Argument(help="Of the order.")],
    settings_file: SettingsFile = None,
) -> None:
    """Show an order with its clocks and its history; telephones are not in it."""
    settings = load_settings(settings_file)
    zone = ZoneInfo(settings.time_zone)
    with closing(open_store(settings_file)) as store:
        one = store.orders.get(number)
        units = Units.of(store.land.all())
        villages = {each.code: each.name for each in units.villages}
        draft = one.draft
        facts = {
            "order": one.order_id,
            "fire": f"{draft.incident_id}{' (drill)' if one.is_drill else ''}",
            "township": _place(one, units.townships.get(draft.township, "")),
            "villages": ", ".join(f"{code} {villages.get(code, '')}" for code in draft.villages),
            "probability": "" if draft.probability is None else f"{draft.probability:.0%}",
            "closes at": draft.closes_at,
            "state": _state(one),
            "opened": _at(one.opened_at, zone),
            "closed": "" if one.closed_at is None else _at(one.closed_at, zone),
            "cause": draft.cause,
        }
        for name, value in facts.items():
            if value != "":
                typer.echo(speakable(f"{name:12} {value}"))
        for clock in _clocks(store, settings, one):
            typer.echo(f"clock        {_clock(clock)}")
        for entry in one.entries:
            typer.echo(speakable(f"{_at(entry.at, zone)}  {_entry(store, entry)}"))


def _clocks(store: Store, settings: Settings, order: Order) -> tuple[ClockReading, ...]:
    rule = settings.orders
    limits = Limits(rule.push_s, rule.verify_s, rule.leave_s)
    return readings(order.opened_tick_s, order.stops, limits, store.steady.tick_s())


def _clock(clock: ClockReading) -> str:
    return f"{clock.kind} {clock.state} {clock.elapsed_s:.0f}/{clock.limit_s:.0f} s"


def _place(order: Order, name: str) -> str:
    code = order.draft.township
    return "the district" if code == DISTRICT else f"{code} {name}".strip()


def _state(order: Order) -> str:
    return order.state if order.answer is None else f"{order.state}: {order.answer}"


def _entry(store: Store, entry: OrderEntry) -> str:
    parts = [f"{entry.kind}"]
    if entry.call_number is not None:
        whom = "the duty room"
        if entry.person_id is not None:
            whom = store.duty.person(entry.person_id).draft.name
        late = "" if entry.clock is None else f", as {entry.clock} had run out"
        parts.append(f"call {entry.call_number}: {whom}{late}")
    told = entry.told
    if told is not None:
        parts += [str(word) for word in (told.answer, told.reason) if word is not None]
        parts += ["(with a photo)"] if told.photo is not None else []
    note = entry.note if told is None else told.note
    return "  ".join([*parts, *([note] if note else []), f"by {entry.author}"])


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
