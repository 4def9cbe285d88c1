"""``firewatch duty``: a roster from a file, who is called now, and where nobody is on."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.duty.sheets import read_roster
from api.duty.units import Units
from models.clock import SystemClock
from models.config import load_settings
from models.duty import DISTRICT, OnDuty, gaps_in, ladder
from models.errors import InputRefused
from models.land import Layer
from models.store import Store

__all__ = ["duty"]

duty = typer.Typer(
    help="The duty roster: taken from a file, who is called now, where nobody is on.",
    no_args_is_help=True,
)

TOLD_ROWS: Final = 50
LARGEST_BYTES: Final = 50_000_000


@duty.command("import")
def import_roster(
    file: Annotated[Path, typer.Argument(help="CSV or Excel workbook; one row a shift.")],
    settings_file: SettingsFile = None,
) -> None:
    """Take the shifts of a file; rows that cannot be are told and left out."""
    settings = load_settings(settings_file)
    data = _read(file)
    with closing(open_store(settings_file)) as store:
        units = Units.of(store.land.all())
        rows, refused = read_roster(data, zone=ZoneInfo(settings.time_zone), units=units)
        for one in refused[:TOLD_ROWS]:
            typer.echo(speakable(f"row {one.row}, {one.column}: {one.why}"), err=True)
        if len(refused) > TOLD_ROWS:
            typer.echo(f"... and {len(refused) - TOLD_ROWS} more", err=True)
        if refused and not rows:
            raise InputRefused(
                "No row of the file could be taken.",
                remedy="See the rows above.",
                code="sheet_file",
            )
        plan = [one.shift for one in rows]
        taken = store.duty.take(plan, author=ACTOR, origin=file.name, whole=not refused)
    typer.echo(
        f"{taken.shifts_new} shifts added, {taken.shifts_replaced} replaced, "
        f"{taken.unchanged} known already; {taken.people_new} people added, "
        f"{taken.people_changed} changed; {len(refused)} rows left out."
    )


@duty.command()
def now(
    township: Annotated[
        str | None, typer.Option(help="Code of the township; without, the duty room and all.")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Whom to call now, in this order."""
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    at = SystemClock().now()
    with closing(open_store(settings_file)) as store:
        roster = store.duty.roster(at, at)
        names = _townships(store)
    on = roster.on_at(at)
    others = {person.draft.township for person, _ in on} - names.keys() - {DISTRICT}
    asked = [DISTRICT, *names, *sorted(others)] if township is None else [township]
    for code in asked:
        villages = {one.draft.village for one, _ in on if one.draft.township == code} - {""}
        called = ladder(on, code, villages)
        name = " ".join(("the district", "") if code == DISTRICT else (code, names.get(code, "")))
        typer.echo(speakable(name.strip()))
        for one in called:
            typer.echo(speakable(f"  {_told(one, zone)}"))
        if not called:
            typer.echo("  nobody")


@duty.command()
def gaps(
    days: Annotated[int, typer.Option(min=1, max=62, help="From now on.")] = 7,
    settings_file: SettingsFile = None,
) -> None:
    """When a post of a township is staffed by nobody."""
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    from_at = SystemClock().now()
    until_at = from_at + timedelta(days=days)
    with closing(open_store(settings_file)) as store:
        roster = store.duty.roster(from_at, until_at)
        names = _townships(store)
    asked = list(names) or sorted({one.draft.township for one in roster.people} - {DISTRICT})
    found = gaps_in(roster, asked, from_at, until_at)
    for gap in found:
        begins, ends = (
            f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (gap.from_at, gap.until_at)
        )
        away = f"  on leave: {', '.join(gap.on_leave)}" if gap.on_leave else ""
        name = names.get(gap.township, "")
        typer.echo(speakable(f"{gap.township} {name}  {gap.post}  {begins} to {ends}{away}"))
    if not names:
        typer.echo("The land has no townships: only those of the roster were looked at.", err=True)
    typer.echo(f"{len(found)} gaps in {days} days, {len(asked)} townships.")


def _told(one: OnDuty, zone: ZoneInfo) -> str:
    draft = one.person.draft
    deputy = f" deputy {one.shift.draft.deputy}" if one.shift.draft.deputy else ""
    team = f" ({draft.team})" if draft.team else ""
    where = f" of {draft.village}" if draft.village else ""
    until = f"{one.shift.draft.until_at.astimezone(zone):%m-%d %H:%M}"
    post = f"{draft.post}{team}{where}{deputy}"
    return f"{one.reach}: {post}: {draft.name}, {draft.phone}, until {until}"


def _townships(store: Store) -> dict[str, str]:
    """Names by code."""
    return {one.code: one.name for one in store.land.all() if one.layer is Layer.TOWNSHIP}


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise InputRefused(
                f"{file.name} has more than 50 MB.", remedy="Hand over one month at a time."
            )
        return file.read_bytes()
    except OSError as error:
        raise InputRefused(
            f"{file} cannot be read: {error.strerror}.", remedy="Name a CSV or Excel file."
        ) from error
