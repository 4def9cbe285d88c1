"""``firewatch flight``: what is to be flown and what became of it; persons' words to flights.

Asking, releasing and cancelling go into the store, where whoever leads the flights finds them.
Words to an aircraft in the air go over HTTP to the watch that flies it.
"""

import uuid
from contextlib import closing
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.commands.flight_words import CertificateFile, PasswordFile, Server, UserName, say_word
from api.commands.terminal import speakable
from api.commands.user import SettingsFile, open_store
from api.sweeps.fleet import aircraft_of
from drone_jobs.flights.following import Word
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused
from models.flight import GateReading, Run, RunReason, RunState
from models.store import Store
from models.user import Role

__all__ = ["flights", "monitor_of"]

flights = typer.Typer(help="Flights: list, release, call off, call home.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(min=1, help="Of the flight.")]
By = Annotated[str, typer.Option("--by", help="Account of the monitor who says so.")]


@flights.command("list")
def list_(
    *,
    days: Annotated[float, typer.Option(min=0.0, max=62.0, help="Ahead and back.")] = 1.0,
    settings_file: SettingsFile = None,
) -> None:
    """List flights by their windows: number, window, aircraft, sweep, state, closed gates."""
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    now = SystemClock().now()
    with closing(open_store(settings_file)) as store:
        for run in store.runs.between(now - timedelta(days=days), now + timedelta(days=days)):
            closed = [one.gate.value for one in run.checks[-1].closed] if run.checks else []
            gates = f"  closed: {', '.join(closed)}" if closed else ""
            window = f"{_at(run.due_at, zone)} to {run.until_at.astimezone(zone):%H:%M}"
            what = f"{_sweep(store, run)} flight {run.sortie}"
            line = f"{run.run_id}  {window}  {run.aircraft or '-'}  {what}  {_state(run)}{gates}"
            typer.echo(speakable(line))


@flights.command("show")
def show(number: Number, settings_file: SettingsFile = None) -> None:
    """Show a flight with every step, and its gates as they were asked last."""
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    with closing(open_store(settings_file)) as store:
        run = store.runs.get(number)
        facts = {
            "flight": run.run_id,
            "cause": run.cause,
            "schedule": run.schedule_id,
            "fire": run.incident_id,
            "sweep": f"{run.sweep_id} {_sweep(store, run)}, flight {run.sortie}",
            "aircraft": run.aircraft,
            "window": f"{_at(run.due_at, zone)} to {_at(run.until_at, zone)}",
            "state": _state(run),
            "released": f"{run.released_by}, {_at(run.released_at, zone)}"
            if run.released_at is not None
            else "by nobody",
        }
    for name, value in facts.items():
        if value is not None:
            typer.echo(speakable(f"{name:10} {value}"))
    for step in run.steps:
        reason = "" if step.reason is RunReason.NONE else f" ({step.reason})"
        line = f"{_at(step.at, zone)}  {step.state}{reason}  by {step.author}  {step.note}"
        typer.echo(speakable(line).rstrip())
    for check in run.checks[-1:]:
        typer.echo(f"gates at {_at(check.at, zone)}, {check.round}:")
        for reading in check.readings:
            typer.echo(speakable(f"  {_gate(reading)}"))


@flights.command("fly")
def fly(
    sweep: Annotated[int, typer.Argument(min=1, help="Number of the sweep.")],
    *,
    aircraft: Annotated[str, typer.Option(help="That flies it.")],
    by: By,
    sortie: Annotated[int, typer.Option(min=1, help="Which of its flights.")] = 1,
    minutes: Annotated[float, typer.Option(min=1.0, max=1440.0, help="Of its window.")] = 30.0,
    key: Annotated[str, typer.Option(help="The same key again is the same flight.")] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Ask for a flight from now on; it waits for its release."""
    lasts = timedelta(minutes=minutes)
    with closing(open_store(settings_file)) as store:
        author = monitor_of(store, by)
        aircraft_of(store, [aircraft])
        version = store.sweeps.get(sweep).head.version
        known = store.runs.asked_under(key) if key else None
        due_at = SystemClock().now() if known is None else known.due_at
        run = store.runs.add_by_hand(
            sweep,
            version if known is None or known.sweep_version is None else known.sweep_version,
            sortie,
            aircraft,
            due_at=due_at,
            until_at=due_at + lasts,
            key=key or f"command:{uuid.uuid4()}",
            author=author,
        )
    typer.echo(f"{run.run_id}  {_state(run)}; it waits for: firewatch flight release {run.run_id}")


@flights.command("release")
def release(
    number: Number,
    *,
    version: Annotated[int, typer.Option(min=1, help="Of its sweep that was looked at.")],
    by: By,
    settings_file: SettingsFile = None,
) -> None:
    """A person's word that a flight may start, written into the store."""
    with closing(open_store(settings_file)) as store:
        run = store.runs.release(number, version=version, author=monitor_of(store, by))
    typer.echo(speakable(f"{run.run_id}  {_state(run)}, released by {run.released_by}"))


@flights.command("cancel")
def cancel(
    number: Number,
    *,
    by: By,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Call off a flight that has not started, written into the store."""
    with closing(open_store(settings_file)) as store:
        run = store.runs.step(
            number,
            RunState.CANCELLED,
            RunReason.PERSON,
            author=monitor_of(store, by),
            note=note,
            fence=None,
        )
    typer.echo(speakable(f"{run.run_id}  {_state(run)}"))


@flights.command("pause")
def pause(
    number: Number,
    *,
    user: UserName,
    password_file: PasswordFile = None,
    server: Server = "",
    certificate: CertificateFile = None,
    settings_file: SettingsFile = None,
) -> None:
    """Tell an aircraft to hold its place in the air, over the running watch."""
    say_word(number, Word.PAUSE, user, password_file, server, certificate, settings_file)


@flights.command("resume")
def resume(
    number: Number,
    *,
    user: UserName,
    password_file: PasswordFile = None,
    server: Server = "",
    certificate: CertificateFile = None,
    settings_file: SettingsFile = None,
) -> None:
    """Tell an aircraft to fly on, over the running watch."""
    say_word(number, Word.RESUME, user, password_file, server, certificate, settings_file)


@flights.command("home")
def home(
    number: Number,
    *,
    user: UserName,
    password_file: PasswordFile = None,
    server: Server = "",
    certificate: CertificateFile = None,
    settings_file: SettingsFile = None,
) -> None:
    """Tell an aircraft to come home and land, over the running watch."""
    say_word(number, Word.COME_HOME, user, password_file, server, certificate, settings_file)


@flights.command("land")
def land(
    number: Number,
    *,
    user: UserName,
    password_file: PasswordFile = None,
    server: Server = "",
    certificate: CertificateFile = None,
    settings_file: SettingsFile = None,
) -> None:
    """Tell an aircraft to land where it is, whatever is below, over the running watch."""
    say_word(number, Word.LAND, user, password_file, server, certificate, settings_file)


def monitor_of(store: Store, name: str) -> str:
    """How a monitor of the whole district signs on the machine itself.

    Raises:
        InputRefused: no such account, or one that may not do it; code ``flight_by``.
    """
    user = store.users.get(name)
    may = user is not None and user.role.allows(Role.MONITOR) and not user.disabled
    if user is None or not may or user.townships:
        raise InputRefused(
            f"{name!r} is no account of a monitor of the whole district.",
            remedy="Name one with --by; firewatch user list shows them.",
            code="flight_by",
        )
    return f"{user.name} (command line)"


def _sweep(store: Store, run: Run) -> str:
    return store.sweeps.get(run.sweep_id, run.sweep_version).head.name


def _state(run: Run) -> str:
    return run.state if run.reason is RunReason.NONE else f"{run.state}: {run.reason}"


def _gate(reading: GateReading) -> str:
    value = "" if reading.value is None else f"  {reading.value:g} {reading.unit}".rstrip()
    limit = "" if reading.limit is None else f", limit {reading.limit:g}"
    words = " ".join(word for word in (reading.message, reading.remedy) if word)
    return f"{reading.gate:15} {reading.answer:9}{value}{limit}  {words}".rstrip()


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
