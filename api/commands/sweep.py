"""``firewatch sweep``: plan a sweep, or a look at a place, and write its files; check a mission."""

from collections.abc import Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from shapely.geometry.base import BaseGeometry

from api.commands.sweep_reading import (
    ASSUMED,
    area_of,
    edge_of,
    level_ground,
    place_of,
    terrain_from,
    zones_of,
)
from api.commands.sweep_telling import tell_check, tell_plan, write_plan
from api.commands.terminal import speakable
from api.commands.user import SettingsFile, open_store
from api.sweeps.airspace import no_fly_of, wind_of_day
from api.sweeps.fleet import aircraft_of
from api.sweeps.wishing import home_of, look_task
from drone_jobs.checks import FlightRules, check_mission
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.reading import read_mission, sniffed
from drone_jobs.planning.look import Views
from drone_jobs.planning.look_plan import LookPlace
from drone_jobs.sweeping import Sweep, looked, planned
from geo.terrain import Terrain
from models.clock import SystemClock
from models.config import Settings, load_settings
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import Aircraft, AirWind, GroundKind, Home, NoFly, SweepTask
from models.store import Store

__all__ = ["sweeps"]

sweeps = typer.Typer(help="Sweeps of drones: plan them, check missions.", no_args_is_help=True)

Names = Annotated[list[str], typer.Option("--aircraft", help="Own or of the catalogue; repeat.")]
Files = Annotated[list[Path], typer.Option("--terrain", help="GeoTIFF or .hgt; repeat.")]
Heights = Annotated[
    HeightSystem | None, typer.Option(help="What --terrain is above, where it does not say.")
]
Formats = Annotated[
    list[MissionFormat], typer.Option("--format", help="Without it what the aircraft reads.")
]
NoFlyFiles = Annotated[list[Path], typer.Option("--no-fly", help="Areas of a file; repeat.")]
Out = Annotated[Path, typer.Option(help="Folder for mission files and summary.")]
WindFrom = Annotated[float | None, typer.Option(help="Degrees; of the day without.")]
WindSpeed = Annotated[float, typer.Option(help="m/s, beside --wind-from.")]
Level = Annotated[float | None, typer.Option(help="Level ground, m: to try out.")]


class LookViews(StrEnum):
    """From where a place is looked at."""

    TWO = "2"
    THREE = "3"
    ORBIT = "orbit"


_VIEWS: Final[dict[LookViews, Views]] = {
    LookViews.TWO: 2,
    LookViews.THREE: 3,
    LookViews.ORBIT: "orbit",
}


@sweeps.command("plan")
def plan(
    area: Annotated[str, typer.Argument(help="File with an area or line, or code of a feature.")],
    *,
    aircraft: Names,
    out: Out,
    home: Annotated[str, typer.Option(help="LON,LAT of take-off and landing.")] = "",
    height: Annotated[float, typer.Option(help="Above ground, m.")] = 100.0,
    width: Annotated[float | None, typer.Option(help="Of a line, m.")] = None,
    camera: Annotated[str, typer.Option(help="Its name; the first without.")] = "",
    gimbal: Annotated[float, typer.Option(help="Pitch, -90 straight down.")] = -90.0,
    overlap: Annotated[float | None, typer.Option(help="Of neighbouring lines, 0 to 0.9.")] = None,
    tolerance: Annotated[float, typer.Option(help="About the height, m.")] = 5.0,
    angle: Annotated[float | None, typer.Option(help="Of the lines; the best without.")] = None,
    wind_from: WindFrom = None,
    wind_speed: WindSpeed = 5.0,
    plume: Annotated[float | None, typer.Option(help="Smallest plume to be found, m.")] = None,
    recall: Annotated[float, typer.Option(help="Share of such plumes found.")] = 0.8,
    fence: Annotated[Path | None, typer.Option(help="File with the area to stay in.")] = None,
    no_fly: NoFlyFiles = [],  # noqa: B006  # typer reads it, nobody writes it
    ceiling: Annotated[float | None, typer.Option(help="Legal true height, m.")] = None,
    canopy: Annotated[float | None, typer.Option(help="Height of the trees, m.")] = None,
    ground: Annotated[GroundKind | None, typer.Option(help="What the terrain is.")] = None,
    terrain: Files = [],  # noqa: B006  # as above
    heights: Heights = None,
    level: Level = None,
    formats: Formats = [],  # noqa: B006  # as above
    settings_file: SettingsFile = None,
) -> None:
    """Plan flights that see an area or a belt, and write them for the aircraft."""
    settings = load_settings(settings_file)
    rules = settings.drones
    with closing(open_store(settings_file)) as store:
        name, target, own_width_m = area_of(area, store)
        fleet = aircraft_of(store, aircraft)
        start = _home(home, fleet) or edge_of(target)
        zones = no_fly_of(store)
        wind = _wind(store, wind_from, wind_speed)
        border = None if fence is None else area_of(str(fence), store)[1]
    zones += tuple(NoFly(zone.name, zone.geometry) for path in no_fly for zone in zones_of(path))
    relief = _relief(target, terrain, heights, level, settings)
    task = SweepTask(
        name=name,
        target=target,
        width_m=own_width_m if width is None else width,
        aircraft=fleet,
        camera=camera,
        home=start,
        height_m=height,
        gimbal_pitch_deg=gimbal,
        side_overlap=rules.side_overlap if overlap is None else overlap,
        tolerance_m=tolerance,
        angle_deg=angle,
        wind=wind,
        plume_m=plume,
        recall=recall,
        fence=border,
        no_fly=zones,
        ceiling_m=rules.ceiling_m if ceiling is None else ceiling,
        canopy_m=rules.canopy_m if canopy is None else canopy,
        ground=rules.ground if ground is None else ground,
        least_clearance_m=rules.least_clearance_m,
    )
    _give_out(planned(task, relief), relief, formats, out)


@sweeps.command("look", context_settings={"ignore_unknown_options": True})  # -84.2 is a place
def look(
    longitude: Annotated[float, typer.Argument(metavar="LON", help="Of the place, degrees.")],
    latitude: Annotated[float, typer.Argument(metavar="LAT", help="Of the place, degrees.")],
    *,
    aircraft: Annotated[str, typer.Option(help="Own or of the catalogue.")],
    out: Out,
    home: Annotated[
        str, typer.Option(help="LON,LAT of take-off; the aircraft's own without.")
    ] = "",
    radius: Annotated[float, typer.Option(min=0.0, max=5_000.0, help="Within which it is.")] = 50.0,
    views: Annotated[
        LookViews, typer.Option(help="From upwind, or once around.")
    ] = LookViews.THREE,
    wind_from: WindFrom = None,
    wind_speed: WindSpeed = 5.0,
    terrain: Files = [],  # noqa: B006  # as above
    heights: Heights = None,
    level: Level = None,
    formats: Formats = [],  # noqa: B006  # as above
    settings_file: SettingsFile = None,
) -> None:
    """Plan a flight that looks at a place, e.g. an unconfirmed alert's, and write it."""
    settings = load_settings(settings_file)
    at = place_of(f"{longitude},{latitude}")
    place = LookPlace(at.lon_deg, at.lat_deg, radius, _VIEWS[views])
    with closing(open_store(settings_file)) as store:
        fleet = aircraft_of(store, [aircraft])
        task = look_task(
            place,
            settings.drones,
            name="",
            aircraft=fleet,
            home=_home(home, fleet) or home_of(None, fleet),
            wind=_wind(store, wind_from, wind_speed),
            no_fly=no_fly_of(store),
        )
    relief = _relief(task.target, terrain, heights, level, settings)
    _give_out(looked(task, place, relief), relief, formats, out)


@sweeps.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="KMZ of DJI, .plan, .waypoints, GeoJSON, KML.")],
    *,
    aircraft: Annotated[str, typer.Option(help="That is to fly it.")] = "",
    home: Annotated[str, typer.Option(help="LON,LAT, where the file does not say.")] = "",
    terrain: Files = [],  # noqa: B006  # as above
    heights: Heights = None,
    settings_file: SettingsFile = None,
) -> None:
    """Hold a mission from a file against the rules; exit 1 when it must not fly."""
    settings = load_settings(settings_file)
    try:
        data = file.read_bytes()
    except OSError as error:
        raise InputRefused(f"{file} cannot be read.", remedy="Name a mission file.") from error
    mission = read_mission(data, file.name)
    with closing(open_store(settings_file)) as store:
        fleet = aircraft_of(store, [aircraft]) if aircraft else ()
        zones = no_fly_of(store)
        wind = _wind(store)
    drones = settings.drones
    start = _home(home, fleet)
    rules = FlightRules(
        ceiling_m=drones.ceiling_m,
        canopy_m=drones.canopy_m,
        ground=drones.ground,
        least_clearance_m=drones.least_clearance_m,
        fence=None,
        no_fly=zones,
        aircraft=fleet[0] if fleet else None,
        wind=wind,
        home=start,
    )
    found = check_mission(mission, rules, terrain_from(terrain, heights, settings))
    tell_check(mission, sniffed(data), found)
    if not found.may_fly:
        raise typer.Exit(1)


def _home(told: str, fleet: tuple[Aircraft, ...]) -> Home | None:
    if told:
        return place_of(told)
    for one in fleet[:1]:
        if one.home_lon_deg is not None and one.home_lat_deg is not None:
            return Home(one.home_lon_deg, one.home_lat_deg, one.home_name)
    return None


def _wind(store: Store, from_deg: float | None = None, speed_ms: float = 0.0) -> AirWind:
    """As told, else that of the day."""
    if from_deg is None:
        return wind_of_day(store, SystemClock().now())
    return AirWind(from_deg % 360.0, speed_ms)


def _relief(
    target: BaseGeometry,
    files: Sequence[Path],
    heights: HeightSystem | None,
    level_m: float | None,
    settings: Settings,
) -> Terrain:
    if level_m is None:
        return terrain_from(files, heights, settings)
    return level_ground(level_m, target)


def _give_out(
    sweep: Sweep, relief: Terrain, formats: Sequence[MissionFormat], folder: Path
) -> None:
    """Print a plan, what is assumed in it, and the files that it is written into."""
    tell_plan(sweep)
    start = sweep.task.home
    if start.name == ASSUMED:
        _warn(f"No home was told: flights start at {start.lon_deg:.6f},{start.lat_deg:.6f}.")
    if relief.caution:
        _warn(f"The terrain is {relief.caution} ({relief.name}): nothing may fly by this plan.")
    for path in write_plan(sweep, relief, formats, folder):
        typer.echo(speakable(str(path)))


def _warn(line: str) -> None:
    typer.echo(speakable(line), err=True)
