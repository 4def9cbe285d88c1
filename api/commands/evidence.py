"""``firewatch evidence``: bundles for others, and whether evidence is what was stored."""

import hashlib
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.evidence.exporting import Exporter
from camera_gateway.vault import EvidenceVault
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused, StoreDamaged, WatchError

__all__ = ["evidence"]

evidence = typer.Typer(
    help="Evidence: bundles of it, and whether it is whole.", no_args_is_help=True
)
MOST_NAMED = 20


@evidence.command("export")
def export(
    out: Annotated[Path, typer.Option(help="New ZIP file.")],
    *,
    alert: Annotated[int | None, typer.Option(min=1, help="Number of an alert.")] = None,
    camera: Annotated[str | None, typer.Option(help="Key of a camera.")] = None,
    from_: Annotated[
        str, typer.Option("--from", help="ISO 8601; without a zone by the site's clock.")
    ] = "",
    until: Annotated[str, typer.Option(help="Likewise.")] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Write a ZIP with video, pictures, a manifest and SHA256SUMS; also while the watch runs.

    Of an alert all that it has; of a camera what there is of a span of at most a day.
    """
    if (alert is None) == (camera is None):
        raise InputRefused("Name an alert or a camera.", remedy="--alert N, or --camera ID.")
    settings = load_settings(settings_file)
    zone = ZoneInfo(settings.time_zone)
    with closing(open_store(settings_file)) as store:
        vault = EvidenceVault(settings.data_dir / "evidence")
        exporter = Exporter(store, vault, settings.data_dir / "ring", SystemClock())
        if alert is not None:
            facts = exporter.of_alert(alert, out, actor=ACTOR)
        else:
            facts = exporter.of_span(
                str(camera),
                _moment("--from", from_, zone),
                _moment("--until", until, zone),
                out,
                actor=ACTOR,
            )
    for what, names in (("changed since it was stored", facts.changed), ("missing", facts.missing)):
        for name in names:
            typer.echo(speakable(f"{what}: {name}"))
    typer.echo(f"{facts.files} files, {facts.size_bytes} bytes, sha256 {facts.sha256}  {out}")


@evidence.command("verify")
def verify(settings_file: SettingsFile = None) -> None:
    """Read all evidence and compare it with the hashes that were kept when it was stored."""
    settings = load_settings(settings_file)
    with closing(open_store(settings_file)) as store:
        files = [
            (f"alert {one.alert_id} {one.key}", one.key, one.sha256)
            for one in store.keeping.files()
        ]
        files += [(f"photo {key}", key, sha256) for key, sha256 in store.keeping.photos().items()]
    root = settings.data_dir / "evidence"
    vault = EvidenceVault(root)
    missing, changed, unhashed = [], [], 0
    for name, key, stored_sha256 in files:
        try:
            with vault.path(key).open("rb") as opened:
                sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        except (WatchError, OSError):
            missing.append(name)
            continue
        if not stored_sha256:
            unhashed += 1
        elif sha256 != stored_sha256:
            changed.append(name)
    for what, some in (("missing", missing), ("changed", changed)):
        for name in some[:MOST_NAMED]:
            typer.echo(speakable(f"{what}: {name}"))
        if len(some) > MOST_NAMED:
            typer.echo(f"{what}: {len(some) - MOST_NAMED} more")
    if missing or changed:
        raise StoreDamaged(
            f"Of {len(files)} files of evidence {len(missing)} are missing and {len(changed)} are "
            "not what was stored.",
            remedy="Restore them from a copy of the folder 'evidence'.",
        )
    typer.echo(f"{len(files)} files of evidence are whole; {unhashed} clips have no hash.")


def _moment(option: str, said: str, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise InputRefused(
            f"{option} {said!r} is no time.", remedy="Write 2026-11-26T10:00 or 2026-11-26T02:00Z."
        ) from error
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)
