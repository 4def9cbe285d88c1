"""``firewatch nodes``: nodes under the trees, from the machine itself."""

from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from api.nodes.health import fleet_now
from api.nodes.listed import MOST_BYTES, node_of, read_nodes
from api.nodes.signing import new_key
from api.nodes.views import check_is_no_view
from api.weather.danger import DangerShelf
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused
from models.heat_intake import KeptNode
from models.heat_node import NodeStanding
from models.store import Store
from models.thermal import ThermalEncoding

__all__ = ["nodes"]

nodes = typer.Typer(
    help="Infrared nodes under the trees: set up, listed, given keys, retired.",
    no_args_is_help=True,
)

Key = Annotated[str, typer.Argument(metavar="NODE", help="Key of the node.")]


@nodes.command("add")
def add(
    node_id: Key,
    *,
    name: Annotated[str, typer.Option(help="Shown to monitors.")],
    lon: Annotated[float, typer.Option(min=-180.0, max=180.0, help="WGS 84.")],
    lat: Annotated[float, typer.Option(min=-90.0, max=90.0, help="WGS 84.")],
    reach: Annotated[float, typer.Option(min=0.0, help="Metres that it sees.")],
    height: Annotated[float, typer.Option(help="Metres above the ground.")] = 3.0,
    azimuth: Annotated[float | None, typer.Option(help="Degrees from true north.")] = None,
    tilt: Annotated[float | None, typer.Option(help="Degrees above the horizontal.")] = None,
    fov: Annotated[float | None, typer.Option(help="Degrees, horizontal.")] = None,
    encoding: Annotated[
        ThermalEncoding, typer.Option(help="How its numbers are meant.")
    ] = ThermalEncoding.AS_TOLD,
    drill: Annotated[bool, typer.Option(help="For exercises.")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Set a node up and print the key that it signs with, once."""
    typed: dict[str, object] = {
        "name": name,
        "lon_deg": lon,
        "lat_deg": lat,
        "height_m": height,
        "azimuth_deg": azimuth,
        "tilt_deg": tilt,
        "horizontal_fov_deg": fov,
        "reach_m": reach,
        "encoding": encoding,
        "is_drill": drill,
    }
    node = node_of(node_id, typed, node_id[:40])
    key = new_key()
    with closing(open_store(settings_file)) as store:
        store.nodes.add(node, key, author=ACTOR)
    typer.echo(f"{node_id} signs with  {key}")


@nodes.command("list")
def list_nodes(settings_file: SettingsFile = None) -> None:
    """List the nodes: key, name, last frame, frames, and what is wrong with each."""
    with closing(open_store(settings_file)) as store:
        for kept, standing in _fleet(store, settings_file):
            node = kept.node
            state = "retired" if node.is_retired else ", ".join(standing.troubles) or "well"
            when = _moment(standing.last_received_at)
            if node.view is not None:
                state = f"view of a camera, {state}"
            typer.echo(
                speakable(f"{node.node_id}: {node.name}, {when}, {standing.frames} frames, {state}")
            )


@nodes.command("show")
def show(node_id: Key, settings_file: SettingsFile = None) -> None:
    """All that is known of a node."""
    with closing(open_store(settings_file)) as store:
        store.nodes.kept(node_id)
        kept, standing = next(
            one for one in _fleet(store, settings_file) if one[0].node.node_id == node_id
        )
    node, pose = kept.node, kept.node.pose
    at = node.position
    looks = "nobody measured where it looks"
    if pose is not None:
        looks = (
            f"azimuth {pose.azimuth_deg:g}, tilt {pose.tilt_deg:g}, "
            f"field of view {pose.horizontal_fov_deg:g}"
        )
    clock = "not known"
    if standing.clock_error_s is not None:
        clock = f"{standing.clock_error_s:+.0f} s"
    reading = standing.last_reading
    told = (
        f"{name} {getattr(reading, name)}"
        for name in reading.__slots__
        if getattr(reading, name) not in {None, ""}
    )
    counts = f"{standing.frames}, {standing.waiting} not looked at, {standing.repeated} repeated"
    for line in (
        f"{node.node_id}: {node.name}, version {kept.version}",
        f"stands     {at.lon_deg:.6f}, {at.lat_deg:.6f}, {at.height_m:g} m ({at.height_datum})",
        f"looks      {looks}, {node.reach_m:g} m far",
        f"encoding   {node.encoding}; every {', '.join(map(str, node.intervals_s))} s",
        f"frames     {counts}; last {_moment(standing.last_received_at)}",
        f"reading    {', '.join(told) or 'none'}",
        f"clock      {clock}",
        f"refused    {', '.join(f'{why} {n}' for why, n in standing.refused.items()) or 'none'}",
        f"troubles   {', '.join(standing.troubles) or 'none'}",
    ):
        typer.echo(speakable(line))


@nodes.command("key")
def key(node_id: Key, settings_file: SettingsFile = None) -> None:
    """Give a node a new key and print it, once; the old one is void."""
    secret = new_key()
    with closing(open_store(settings_file)) as store:
        store.nodes.renew_key(node_id, secret, author=ACTOR)
    typer.echo(f"{node_id} signs with  {secret}")


@nodes.command("retire")
def retire(node_id: Key, settings_file: SettingsFile = None) -> None:
    """Take a node out of service: what it sends is refused; its frames stay."""
    with closing(open_store(settings_file)) as store:
        check_is_no_view(store.nodes.get(node_id))
        store.nodes.retire(node_id, author=ACTOR)
    typer.echo(f"{node_id} is retired.")


@nodes.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV with a line for each node.")],
    settings_file: SettingsFile = None,
) -> None:
    """Set up or change the nodes of a list; new keys go to standard output, as NODE,KEY.

    When a line cannot be a node, nothing is changed.
    """
    bodies = read_nodes(_read(file), file.name)
    made = changed = 0
    with closing(open_store(settings_file)) as store:
        known = {one.node.node_id for one in store.nodes.all_kept()}
        for node in bodies:
            if node.node_id in known:
                before = store.nodes.kept(node.node_id)
                drawn = replace(node, warm_places=before.node.warm_places)  # no list has them
                changed += store.nodes.change(drawn, author=ACTOR).version != before.version
                continue
            secret = new_key()
            store.nodes.add(node, secret, author=ACTOR)
            made += 1
            typer.echo(f"{node.node_id},{secret}")
    same = len(bodies) - made - changed
    typer.echo(f"{made} nodes set up, {changed} changed, {same} as they were.", err=True)


def _fleet(store: Store, settings_file: Path | None) -> list[tuple[KeptNode, NodeStanding]]:
    settings, clock = load_settings(settings_file), SystemClock()
    danger = DangerShelf().now(store, clock, settings).reckoned
    return fleet_now(store, clock, settings.nodes, danger, {})


def _moment(at: datetime | None) -> str:
    return "nothing yet" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputRefused(
            f"{file} cannot be read: {error.strerror}.", remedy="Name a CSV file."
        ) from error
