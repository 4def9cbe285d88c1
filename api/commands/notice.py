"""``firewatch notice``: channels and what waits in them, from the machine itself."""

import asyncio
from contextlib import closing
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.incidents.places import PlaceShelf
from api.notices.room import NoticeRoom
from geo.land import LandBook
from models.clock import SystemClock
from models.config import load_settings
from models.errors import SourceUnavailable
from models.notice import ChannelHealth
from models.store import Store

__all__ = ["notices"]

notices = typer.Typer(help="Channels through which people are told.", no_args_is_help=True)


@notices.callback()
def about() -> None:
    """Channels through which people are told."""


@notices.command("list")
def list_channels(settings_file: SettingsFile = None) -> None:
    """Every channel: what it is, what waits, how it fares."""
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    with closing(open_store(settings_file)) as store:
        found = store.channels.health()
    for one in found:
        typer.echo(speakable(_line(one, zone)))
    if not found:
        typer.echo("There are no channels; an administrator sets them up in the console.")


@notices.command("test")
def try_channel(
    channel_id: Annotated[int, typer.Argument(help="Number, as `notice list` says.")],
    settings_file: SettingsFile = None,
) -> None:
    """Send a test message through a channel now, whatever its rules say."""
    with closing(open_store(settings_file)) as store:
        room = _room(store, settings_file)
        tried = asyncio.run(room.desk.test(channel_id, actor=ACTOR))
    if not tried.sent:
        raise SourceUnavailable(
            f"The test was not sent: {tried.detail}",
            remedy='See docs/notifications.md, "What can be the matter".',
            code=tried.code,
        )
    typer.echo(f"The test was sent: {tried.receipt}.")


@notices.command("send-pending")
def send_pending(settings_file: SettingsFile = None) -> None:
    """Send what is due now, and say what still waits; the service does this by itself.

    Safe beside a running service: a message is claimed before it is sent.
    """
    with closing(open_store(settings_file)) as store:
        room = _room(store, settings_file)
        tried = asyncio.run(room.desk.step())
        found = store.channels.health()
    pending = sum(one.pending for one in found)
    typer.echo(f"{tried} messages were tried; {pending} notices wait.")
    failing = [one for one in found if one.error]
    for one in failing:
        name = one.channel.draft.name
        typer.echo(speakable(f"{name} fails: {one.detail}"), err=True)
    if failing:
        raise typer.Exit(1)


def _room(store: Store, settings_file: SettingsFile) -> NoticeRoom:
    settings = load_settings(settings_file)
    return NoticeRoom.of(
        settings,
        store,
        SystemClock(),
        land_book=LandBook(store.land),
        places=PlaceShelf(),
        site_name="",
    )


def _line(one: ChannelHealth, zone: ZoneInfo) -> str:
    draft = one.channel.draft
    parts = [
        f"{one.channel.channel_id}  {draft.name} ({draft.kind})",
        "on" if draft.enabled else "off",
        f"{one.pending} waiting"
        + (
            f", the oldest since {_time(one.oldest_pending_at, zone)}"
            if one.oldest_pending_at
            else ""
        ),
        f"last sent {_time(one.last_success_at, zone)}",
    ]
    if one.failing_since is not None:
        since = _time(one.failing_since, zone)
        parts.append(f"FAILING since {since}, {one.failures} times: {one.detail}")
    return "; ".join(parts)


def _time(at: datetime | None, zone: ZoneInfo) -> str:
    return "never" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
