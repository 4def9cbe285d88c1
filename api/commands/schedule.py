"""``firewatch schedule``: when sweeps are flown; all of it in the store."""

import json
import tomllib
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.flights.schedule_schemas import ScheduleAnswer, ScheduleBody
from api.flights.schedule_service import MOST_WINDOWS, check_kept
from api.flights.upcoming import AHEAD, Upcoming
from api.weather.danger import DangerShelf
from drone_jobs.calendar import read_cron
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused
from models.flight import KeptSchedule, Schedule
from models.store import Store

__all__ = ["schedules"]

schedules = typer.Typer(help="Schedules of flights: list, keep, try out.", no_args_is_help=True)

LARGEST_BYTES: Final = 100_000

Number = Annotated[int, typer.Argument(min=1, help="Of the schedule.")]
File = Annotated[
    Path, typer.Argument(help="TOML or JSON, keys as the API has them; `cron` may tell the times.")
]


@schedules.command("list")
def list_(settings_file: SettingsFile = None) -> None:
    """List schedules: number, version, name, sweep, next window, who changed it last."""
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    with closing(open_store(settings_file)) as store:
        upcoming = _upcoming(store, settings_file)
        for kept in store.schedules.all():
            due_at = upcoming.next_due_at(kept.schedule)
            following = "no window" if due_at is None else f"next {_at(due_at, zone)}"
            off = "" if kept.schedule.is_enabled else "  switched off"
            sweep = store.sweeps.get(kept.schedule.sweep_id, kept.schedule.sweep_version).head
            what = f"{kept.schedule.name}  sweep {sweep.sweep_id} {sweep.name}  {following}{off}"
            line = f"{kept.schedule_id}  version {kept.version}  {what}  by {kept.changed_by}"
            typer.echo(speakable(line))


@schedules.command("show")
def show(number: Number, settings_file: SettingsFile = None) -> None:
    """Print the newest version as JSON that ``put`` reads."""
    with closing(open_store(settings_file)) as store:
        kept = store.schedules.get(number)
        sweep = store.sweeps.get(kept.schedule.sweep_id, kept.schedule.sweep_version).head.name
    told = ScheduleAnswer.of(kept, sweep, None).model_dump(mode="json")
    written = {name: told[name] for name in ScheduleBody.model_fields}
    typer.echo(json.dumps(written, ensure_ascii=False, indent=1))
    state = "" if kept.retired_at is None else ", retired"
    typer.echo(speakable(f"version {kept.version} by {kept.changed_by}{state}"), err=True)


@schedules.command("put")
def put(
    file: File,
    *,
    number: Annotated[
        int | None, typer.Option(min=1, help="Whose next version it is; a new one without.")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Keep a schedule from a file."""
    wanted = _read(file)
    with closing(open_store(settings_file)) as store:
        check_kept(store, wanted)
        version = None if number is None else store.schedules.get(number).version
        kept = store.schedules.put(wanted, author=ACTOR, schedule_id=number, version=version)
        due_at = _upcoming(store, settings_file).next_due_at(wanted)
    typer.echo(speakable(_told(kept, due_at, settings_file)))


@schedules.command("retire")
def retire(number: Number, settings_file: SettingsFile = None) -> None:
    """Take a schedule off the list; what it has not begun is cancelled."""
    with closing(open_store(settings_file)) as store:
        version = store.schedules.get(number).version
        store.schedules.retire(number, version=version, author=ACTOR)
    typer.echo(f"{number}  retired")


@schedules.command("preview")
def preview(file: File, settings_file: SettingsFile = None) -> None:
    """Print the windows of the next 14 days, on the site's clock; nothing is kept."""
    wanted = _read(file)
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    with closing(open_store(settings_file)) as store:
        found = _upcoming(store, settings_file).within(wanted, AHEAD)
    for due_at, until_at in found[:MOST_WINDOWS]:
        typer.echo(f"{due_at.astimezone(zone):%a} {_at(due_at, zone)} to {_at(until_at, zone)}")
    if len(found) > MOST_WINDOWS:
        typer.echo(f"… and {len(found) - MOST_WINDOWS} more", err=True)


def _read(file: Path) -> Schedule:
    """A schedule as a file has it.

    Raises:
        InputRefused: it is no such file (``schedule_file``), or as
            :func:`drone_jobs.calendar.read_cron`.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise _refused(file, f"it has more than {LARGEST_BYTES} bytes")
        text = data.decode("utf-8-sig")
        told: Any = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise _refused(file, "it cannot be read, or is neither TOML nor JSON") from error
    if not isinstance(told, dict):
        raise _refused(file, "it is no table of keys")
    line = told.pop("cron", None)
    if line is not None:
        if not isinstance(line, str) or "timing" in told:
            raise _refused(file, "cron: a line of text, in place of timing")
        told["timing"] = {}
    try:
        wanted = ScheduleBody.model_validate(told).schedule()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _refused(file, f"{where}: {first['msg']}") from error
    if line is None:
        return wanted
    return Schedule(
        **{name: getattr(wanted, name) for name in Schedule.__slots__ if name != "timing"},
        timing=read_cron(line),
    )


def _refused(file: Path, why: str) -> InputRefused:
    return InputRefused(
        f"{file} is no schedule: {why}.",
        remedy="firewatch schedule show prints one that is.",
        code="schedule_file",
    )


def _upcoming(store: Store, settings_file: Path | None) -> Upcoming:
    settings, clock = load_settings(settings_file), SystemClock()
    danger = DangerShelf().now(store, clock, settings).reckoned
    return Upcoming(store, settings.time_zone, danger, clock.now())


def _told(kept: KeptSchedule, due_at: datetime | None, settings_file: Path | None) -> str:
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    following = "no window" if due_at is None else f"next {_at(due_at, zone)}"
    return f"{kept.schedule_id}  version {kept.version}  {kept.schedule.name}  {following}"


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
