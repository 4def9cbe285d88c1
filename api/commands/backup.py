"""``firewatch backup`` and ``firewatch restore``: database and evidence as one."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from api.backup import Made, Restored, check_backup, make_backup, restore_backup
from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused, WatchError
from models.store.copies import is_kept_at, place_of

__all__ = ["backup", "restore"]

MOST_NAMED = 20

AsJson = Annotated[bool, typer.Option("--json", help="Say what was done as JSON.")]


def backup(
    path: Annotated[
        Path, typer.Argument(help="A new file FILE.tar, or a folder that is given one more.")
    ],
    *,
    without_credentials: Annotated[
        bool,
        typer.Option("--without-credentials", help="Leave out those of cameras and channels."),
    ] = False,
    as_json: AsJson = False,
    settings_file: SettingsFile = None,
) -> None:
    """Copy database and evidence as of one moment, also while the watch runs.

    In a folder, files that have not changed since the backup before are kept once. Left out are
    the ring of video and what is reckoned anew. `firewatch restore --check` proves a backup.
    """
    settings = load_settings(settings_file)
    clock = SystemClock()
    if not is_kept_at(settings.store_url):  # an empty one would be made, and copied for years
        raise InputRefused(
            f"There is no watch at {place_of(settings.store_url)}.",
            remedy="Name its settings: --settings FILE.",
            code="backup_nothing",
        )
    with closing(open_store(settings_file)) as store, _bar("copying") as (begun, told):
        made = make_backup(
            store,
            settings.data_dir,
            path,
            clock,
            kept_in=settings.store_url.split(":", 1)[0].split("+", 1)[0],
            with_credentials=not without_credentials,
            begun=begun,
            told=told,
        )
        try:
            store.audit.record(
                actor=ACTOR,
                action="backup.created",
                subject=made.place.name,
                details={
                    "files": made.manifest.files,
                    "megabytes": round(made.manifest.size_bytes / 1e6),
                    "credential": "none" if without_credentials else "kept",
                },
            )
        except WatchError as error:  # a full disk is when it was needed most
            _warn([f"the backup is whole, but the log of deeds does not tell of it: {error}"])
    _warn(_told_of(made))
    if as_json:
        typer.echo(json.dumps(_facts(made), ensure_ascii=False))
        return
    keeps = "with all credentials, readable: keep it as safe as those"
    if without_credentials:
        keeps = "without credentials: they have to be entered again after restoring it"
    manifest = made.manifest
    shared = f", {made.shared} of them shared with the backup before" if made.shared else ""
    typer.echo(
        f"{manifest.files} files, {_size(manifest.size_bytes)}{shared}, {keeps}.  {made.place}"
    )


def restore(
    path: Annotated[Path, typer.Argument(help="A backup; of a folder of them the newest.")],
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only prove that it could be restored.")
    ] = False,
    as_json: AsJson = False,
    settings_file: SettingsFile = None,
) -> None:
    """Put a backup in place where no watch is yet; every hash is proved before.

    It goes to the data folder and the database that the settings name, of either kind. Nothing is
    overwritten: move what is there away first. Everybody signs in anew afterwards.
    """
    settings = load_settings(settings_file)
    clock = SystemClock()
    with _bar("proving") as (begun, told):
        if check:
            done = check_backup(path, clock, begun=begun, told=told)
        else:
            done = restore_backup(
                path,
                settings.data_dir,
                settings.store_url,
                clock,
                actor=ACTOR,
                begun=begun,
                told=told,
            )
    manifest = done.manifest
    _warn(_named("not in the backup", done.lacking))
    if as_json:
        typer.echo(json.dumps(_facts(done), ensure_ascii=False))
        return
    what = "whole, and could be restored" if check else f"restored into {settings.data_dir}"
    typer.echo(
        f"The backup of {manifest.made_at:%Y-%m-%d %H:%M:%SZ} is {what}: {manifest.files} files, "
        f"{_size(manifest.size_bytes)}, {manifest.counts.get('incident', 0)} fires, "
        f"{manifest.counts.get('alert', 0)} alerts; the log of deeds is whole "
        f"({manifest.audit_entries} entries)."
    )
    if not check and not manifest.with_credentials:
        typer.echo("It holds no credentials: enter those of the cameras and channels again.")


def _told_of(made: Made) -> list[str]:
    manifest = made.manifest
    return [
        *_named("cleared while it was copied", manifest.cleared),
        *_named("missing already", manifest.missing),
        *_named("not what was stored once", manifest.changed),
        *_named("left out, nobody here made it", made.left_out),
    ]


def _named(what: str, names: tuple[str, ...]) -> list[str]:
    lines = [f"{what}: {name}" for name in names[:MOST_NAMED]]
    if len(names) > MOST_NAMED:
        lines.append(f"{what}: {len(names) - MOST_NAMED} more")
    return lines


def _facts(done: Made | Restored) -> dict[str, Any]:
    facts = done.manifest.model_dump(mode="json") | {"place": str(done.place)}
    if isinstance(done, Made):
        return facts | {"shared": done.shared, "left_out": done.left_out}
    return facts | {"lacking": done.lacking}


def _warn(lines: list[str]) -> None:
    for line in lines:
        typer.echo(speakable(line), err=True)


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 10**9 else f"{size_bytes / 1e6:.1f} MB"


@contextmanager
def _bar(what: str) -> Iterator[tuple[Any, Any]]:
    """A bar on a terminal; nothing where it is piped."""
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    with bar:
        task = bar.add_task(what, total=None)
        yield (
            lambda total: bar.update(task, total=total),
            lambda size_bytes: bar.advance(task, size_bytes),
        )
