"""``firewatch demo``: the whole main job on recorded footage, or on the drill scene without any."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.auth.passwords import hash_password, make_one_time_password
from api.demo_feeds import FeedPlan, Scene, plan_feeds
from api.demo_flights import DEMO_AIRCRAFT, demo_drones, prepare_flights
from api.listening import listen
from api.observe import configure_logging
from api.runtime import build_watch
from api.site import read_site
from api.watch import serve as run_server
from geo.relief import drill_relief
from models.clock import SystemClock
from models.config import load_settings
from models.errors import InputRefused
from models.land import Layer
from models.store import Store
from models.user import Role, User

__all__ = ["demo"]

ROOT = Path(__file__).resolve().parents[2]
MARKER = "made by firewatch demo"


def demo(
    footage: Annotated[
        Path | None,
        typer.Argument(help="Your own footage: a video, or pictures with their time in the name."),
    ] = None,
    *,
    rate: Annotated[
        float, typer.Option(min=0.1, max=600, help="How many times faster than recorded.")
    ] = 30.0,
    scene: Annotated[
        Scene | None,
        typer.Option(help="Recorded footage where there is some, the drill scene elsewhere."),
    ] = None,
    flights: Annotated[
        bool, typer.Option(help="A drill aircraft, where the drill scene is shown.")
    ] = True,
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    data: Annotated[Path, typer.Option(help="Scratch folder; emptied at each start.")] = Path(
        ".demo"
    ),
) -> None:
    """Replay footage as if its cameras stood in the drill district, and serve the console.

    A sequence of one picture a minute runs RATE times faster than recorded; videos run at their own
    pace, again and again.
    """
    configure_logging()
    plan = plan_feeds(
        read_site(ROOT / "examples" / "drill"),
        footage_root=ROOT.parent / "shared" / "data" / "footage",
        own=footage,
        rate=rate,
        scene=scene,
        relief=drill_relief(),
    )
    flies = flights and plan.site.plume_camera_id in plan.feeds
    drones = {"drones": demo_drones(plan.site, SystemClock())} if flies else {}
    settings = load_settings(None).model_copy(
        update={"data_dir": data, "database_url": "", "port": port, **drones}
    )
    with listen(settings.host, port) as listening:
        _make_empty(data)
        with closing(Store.open(settings.store_url, clock=SystemClock())) as store:
            monitor, password = _fill(store, plan)
            watch = build_watch(
                settings,
                store,
                plan.feeds,
                site_name=plan.site.name,
                drill=True,
                terrain=plan.relief,
                replay_rate=plan.rate,
            )
            if flies:
                prepare_flights(watch.context, monitor)
            _introduce(plan, f"http://{settings.host}:{port}", password, typer.echo, flies=flies)
            run_server(watch, listening)


def _make_empty(folder: Path) -> None:
    """Empty the scratch folder, and never one that holds anything else."""
    marker = folder / "README"
    try:
        if folder.exists() and any(folder.iterdir()):
            if not marker.is_file() or not marker.read_text(encoding="utf-8").startswith(MARKER):
                raise InputRefused(
                    f"{folder} holds something that the demo did not make.",
                    remedy="Name another folder with --data.",
                    code="demo_folder",
                )
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        marker.write_text(f"{MARKER}; emptied at each start\n", encoding="utf-8")
    except OSError as error:
        raise InputRefused(
            f"The scratch folder {folder} cannot be used: {error.strerror}.",
            remedy="Name another folder with --data.",
            code="demo_folder",
        ) from error


def _fill(store: Store, plan: FeedPlan) -> tuple[User, str]:
    """Cameras, land and one monitor; returns the monitor and the password."""
    for feed in plan.feeds.values():
        store.cameras.put(feed.camera)
    for layer in Layer:
        features = [feature for feature in plan.site.land if feature.layer is layer]
        store.land.replace(layer, features)
    password = make_one_time_password()
    monitor = User("monitor", Role.MONITOR, hash_password(password), must_change_password=False)
    store.users.add(monitor, actor="demo")
    return monitor, password


def _introduce(
    plan: FeedPlan, address: str, password: str, say: Callable[[str], None], *, flies: bool
) -> None:
    say(f"\nFirewatch 林火瞭望 · demo\n\n  console  {address}")
    say(f"  sign in  monitor  {password}\n")
    for camera_id, feed in plan.feeds.items():
        say(f"  {feed.camera.name:<24} {plan.notes[camera_id]}")
    if flies:
        note = "drill aircraft: release its flight in the room 飞行 Flights"
        say(f"  {DEMO_AIRCRAFT:<24} {note}")
    say(f"\n  Relief and land layers: drill 演练 ({plan.relief.name}); stop with Ctrl-C.\n")
