"""``firewatch camera``: find cameras and look at one; bring camera lists in and out."""

import asyncio
import os
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from api.cameras.exchange import import_cameras, write_cameras
from api.cameras.probe_words import told
from api.cameras.running import forget_view
from api.commands.camera_ask import discover, events
from api.commands.terminal import password_in, speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from camera_gateway.credentials import split_address
from camera_gateway.probe import candidates, probe
from models.camera_link import Adapter, CameraLink, Credential, Decoding, Transport
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused

__all__ = ["cameras"]

cameras = typer.Typer(
    help="Cameras: find them, look at one, import and export lists.", no_args_is_help=True
)
cameras.command("discover")(discover)
cameras.command("events")(events)
MOST_BYTES = 20_000_000


@cameras.command("probe")
def probe_camera(
    url: Annotated[str, typer.Argument(help="rtsp://, http:// or https://; or a path.")],
    *,
    user: Annotated[str, typer.Option(help="Who the camera takes us for.")] = "",
    password_file: Annotated[
        Path | None, typer.Option(help="File whose first line is the password.")
    ] = None,
    adapter: Annotated[Adapter | None, typer.Option(help="Found out when left out.")] = None,
    every: Annotated[
        float, typer.Option(min=0.1, max=3600.0, help="Seconds between two wanted pictures.")
    ] = 2.0,
    seconds: Annotated[float, typer.Option(min=1.0, max=600.0, help="How long to look.")] = 8.0,
    transport: Annotated[Transport, typer.Option(help="What carries a stream.")] = Transport.TCP,
) -> None:
    """Look at a camera for some seconds: what it is, what it costs, what to set.

    A password on the command line would stand in the list of processes: give it in a file.
    """
    address, credential = (url, None) if "://" not in url else split_address(url)
    if user or password_file is not None:
        credential = Credential(user, password_in(password_file))
    ways = (adapter,) if adapter is not None else candidates(address)
    if not all("://" in address or way in {Adapter.FOLDER, Adapter.VIDEO} for way in ways):
        raise InputRefused("Only recordings are read from a path.", remedy="Give rtsp://HOST/PATH.")
    link = CameraLink(ways[0], address, every, transport, Decoding.AUTO)
    links = [replace(link, adapter=way) for way in ways]
    report = asyncio.run(
        probe(links, credential, SystemClock(), for_s=seconds, cpu_s=time.process_time)
    )
    for line in told(report):
        typer.echo(speakable(line))


@cameras.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help=".toml, or .csv as UTF-8 or GBK.")],
    *,
    take_good: Annotated[
        bool, typer.Option("--take-good", help="Take the good cameras of a list with bad ones.")
    ] = False,
    coordinates: Annotated[
        str, typer.Option(help="Of a list that does not say: GCJ-02, BD-09, GK, EPSG:4545 …")
    ] = "",
    settings_file: SettingsFile = None,
) -> None:
    """Take a list of cameras and say what became of each; all of it, or nothing.

    A watch that runs follows within seconds. Cameras that the list does not name stay as they are.
    """
    data = _bytes_of(file)
    with closing(open_store(settings_file)) as store:
        report = import_cameras(
            store,
            data,
            toml=file.suffix.lower() == ".toml",
            actor=ACTOR,
            take_good=take_good,
            coordinates=coordinates,
        )
    for line in report.lines:
        why = f": {line.why}" if line.why else ""
        typer.echo(speakable(f"{line.line:>5}  {line.camera_id or '-':<24}  {line.outcome}{why}"))
    taken = len(report.lines) - report.refused
    if report.refused:
        what = f"{taken} taken" if report.written else "nothing was taken"
        raise InputRefused(
            f"{report.refused} of {len(report.lines)} cameras are refused; {what}.",
            remedy="Mend those lines" + ("." if report.written else ", or add --take-good."),
            code="camera_list",
        )
    typer.echo(f"{taken} cameras taken")


@cameras.command("export")
def export_list(
    file: Annotated[Path, typer.Argument(help=".toml or .csv; must not exist.")],
    *,
    with_passwords: Annotated[
        bool, typer.Option("--with-passwords", help="Users and passwords too, readable.")
    ] = False,
    english: Annotated[bool, typer.Option("--english", help="English headers in a .csv.")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Write the list of cameras; without users and passwords unless asked for."""
    with closing(open_store(settings_file)) as store:
        setups = store.links.all()
    data = write_cameras(setups, file, chinese=not english, with_passwords=with_passwords)
    try:
        # For this user alone: it may hold passwords.
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)
    except FileExistsError as error:
        raise InputRefused(f"{file} exists already.", remedy="Name a new file.") from error
    except OSError as error:
        raise InputRefused(f"{file} cannot be written: {error.strerror}.") from error
    typer.echo(f"{len(setups)} cameras written to {file}")


@cameras.command("trust-view")
def trust_view(
    camera_id: Annotated[str, typer.Argument(help="Key of the camera.")],
    *,
    settings_file: SettingsFile = None,
) -> None:
    """Say that what a camera shows now is the view of its preset, with its pose.

    For a camera that is told as turned and is not, or was turned back. A watch that runs follows
    with the next picture. Where it was turned for good, correct its pose instead: that is enough.
    """
    with closing(open_store(settings_file)) as store:
        store.links.get(camera_id)
        known = forget_view(load_settings(settings_file).data_dir / "views", camera_id)
        if known:
            store.audit.record(actor=ACTOR, action="camera.view_trusted", subject=camera_id)
    what = "learns its view anew" if known else "has no view that could be forgotten"
    typer.echo(f"{camera_id} {what}")


def _bytes_of(file: Path) -> bytes:
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputRefused(
            f"The list {file} cannot be read: {error.strerror}.", remedy="Check its path."
        ) from error
    if len(data) > MOST_BYTES:
        raise InputRefused(f"The list {file} is larger than {MOST_BYTES // 10**6} MB.")
    return data
