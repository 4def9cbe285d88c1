"""``firewatch learning``: verdicts as labelled data, and the nightly digest, on the machine."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.footage.service import shelf_of
from api.learning.desk import LearningDesk
from api.learning.exporting import ExportWish, export_verdicts
from camera_gateway.vault import EvidenceVault
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused
from models.nuisance_digest import Digest, NuisanceProposal, NuisanceState

__all__ = ["learning"]

learning = typer.Typer(
    help="What is learnt of verdicts: labelled data, and what alarms falsely.",
    no_args_is_help=True,
)


@learning.command("export")
def export(
    out: Annotated[Path, typer.Option(help="New ZIP file.")],
    *,
    from_: Annotated[
        str, typer.Option("--from", help="ISO 8601; without a zone by the site's clock.")
    ] = "",
    until: Annotated[str, typer.Option(help="Likewise.")] = "",
    val_share: Annotated[
        float, typer.Option(min=0.05, max=0.5, help="Share of the cameras that judge.")
    ] = 0.2,
    names: Annotated[bool, typer.Option(help="Tell people by name, not by number.")] = False,
    owner: Annotated[str, typer.Option(help="Whose pictures they are.")] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Write what people said of alerts as a set to train on; also while the watch runs."""
    settings = load_settings(settings_file)
    zone = ZoneInfo(settings.time_zone)
    if out.exists():
        raise InputRefused(f"{out} exists already.", remedy="Name a new file.")
    wish = ExportWish(
        _moment("--from", from_, zone),
        _moment("--until", until, zone),
        val_share=val_share,
        names=names,
    )
    with closing(open_store(settings_file)) as store:
        counts = export_verdicts(
            store,
            EvidenceVault(settings.data_dir / "evidence"),
            shelf_of(settings),
            out,
            wish=wish,
            owner=owner,
            clock=SystemClock(),
            author=ACTOR,
        )
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    typer.echo(speakable(f"{told}  {out}"))


@learning.command("digest")
def digest(settings_file: SettingsFile = None) -> None:
    """Make the digest that is due, if no process has yet; then tell of the last ones."""
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        LearningDesk(store, SystemClock(), settings).work_once()
        for one in store.digests.newest(7):
            typer.echo(_digest_line(one))


@learning.command("proposals")
def proposals(
    *,
    state: Annotated[
        NuisanceState | None, typer.Option(help="Only those in it.")
    ] = NuisanceState.OPEN,
    every: Annotated[bool, typer.Option("--all", help="In whatever state.")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """What the digests propose for the ledger, the newest first; people accept in the console."""
    wanted = None if every else state
    with closing(open_store(settings_file)) as store:
        before: int | None = None
        while page := store.digests.page(state=wanted, before=before, limit=200):
            for one in page:
                typer.echo(speakable(_proposal_line(one)))
            before = page[-1].proposal_id


def _digest_line(one: Digest) -> str:
    return (
        f"{one.night}  {one.dismissed} false alarms, {one.confirmed} fires, "
        f"{len(one.proposals)} proposals"
    )


def _proposal_line(one: NuisanceProposal) -> str:
    times = one.suggested.times
    hours = ""
    if times.from_minute is not None and times.to_minute is not None:
        begins, ends = divmod(times.from_minute, 60), divmod(times.to_minute, 60)
        hours = f"  {begins[0]:02}:{begins[1]:02}-{ends[0]:02}:{ends[1]:02}"
    return (
        f"{one.proposal_id}  {one.camera_id}/{one.preset}  {one.reason}  {one.state}  "
        f"{len(one.alert_ids)} alarms on {one.days} days{hours}"
    )


def _moment(option: str, said: str, zone: ZoneInfo) -> datetime | None:
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise InputRefused(
            f"{option} {said!r} is no time.", remedy="Write 2026-11-26T10:00 or 2026-11-26T02:00Z."
        ) from error
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
