"""``firewatch geo viewshed``, ``seen``, ``blind``, ``sites``: what towers see, and who looked."""

import math
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.commands.geo_relief import bounds_in, described, relief_of, without_ground
from api.commands.terminal import speakable
from api.commands.user import SettingsFile, open_store
from api.coverage.asking import Asked, Question, ask
from api.coverage.desk import REACH_M, CoverageDesk, Network
from geo.coverage import SeenVerdict, SiteWish, TowerSight, blind_areas, cover, names_at, new_sites
from geo.crs import Wgs84, tagged, to_wgs84
from geo.dem import write_coverage
from geo.horizon import HorizonBook
from geo.terrain import Terrain
from models.clock import SystemClock
from models.config import Settings, load_settings
from models.errors import InputRefused
from models.land import Layer
from models.site import CameraKind
from models.store import Store
from models.watching import LastLook

__all__ = ["blind", "network_of", "seen", "sites", "viewshed"]

_VERDICTS: Final = {
    SeenVerdict.NOBODY_COULD: "NO TOWER COULD SEE THIS PLACE · 没有塔能看到此处",
    SeenVerdict.NONE_LOOKED: "TOWERS COULD SEE IT, NONE WAS LOOKING · 有塔能看到 但当时没有看",
    SeenVerdict.WATCHED: "IT WAS BEING WATCHED · 当时正在瞭望此处",
    SeenVerdict.UNKNOWN: "UNKNOWN: the relief does not say · 地形不详 无法判断",
}
Smoke = Annotated[float, typer.Option(min=0.0, max=100.0, help="Height of the smoke, m.")]
MOST_TOLD: Final = 12


def viewshed(
    file: Annotated[Path, typer.Argument(help="New GeoTIFF: least smoke height that is seen.")],
    *,
    camera: Annotated[
        list[str] | None, typer.Option(help="Only these; every tower when left out.")
    ] = None,
    bounds: Annotated[
        str, typer.Option(help="WEST,SOUTH,EAST,NORTH in degrees; the whole relief otherwise.")
    ] = "",
    cell: Annotated[float, typer.Option(min=5.0, max=5000.0, help="Size of cells, m.")] = 100.0,
    radius: Annotated[
        float, typer.Option(min=500.0, max=40_000.0, help="How far a tower looks, m.")
    ] = 15_000.0,
    settings_file: SettingsFile = None,
) -> None:
    """Write what the towers see together, and say how much of the land that is."""
    settings = load_settings(settings_file)
    terrain = relief_of(settings.data_dir)
    with closing(open_store(settings_file)) as store:
        known = {each.camera_id: each for each in store.cameras.all()}
    wanted = camera or [key for key, each in known.items() if each.kind is CameraKind.TOWER]
    missing = [key for key in wanted if key not in known]
    if missing or not wanted:
        raise InputRefused(
            f"There is no camera {missing[0]}." if missing else "There is no tower.",
            remedy="See the list of cameras in the console, or `firewatch camera export`.",
        )
    book = HorizonBook(terrain, folder=settings.data_dir / "horizons", radius_m=radius)
    coverage = cover(
        terrain,
        [known[key].position for key in wanted],
        book.horizon,
        bounds_deg=bounds_in(bounds) or terrain.bounds_deg,
        cell_m=cell,
    )
    tags = {f"TOWER_{index}": key for index, key in enumerate(wanted)}
    write_coverage(coverage, file, tags | {"RELIEF": terrain.name, "CAUTION": terrain.caution})
    for line in described(terrain):
        typer.echo(speakable(line))
    for smoke_m in (0, 10, 50, 100):
        what = "the ground itself" if smoke_m == 0 else f"smoke of {smoke_m:>3} m"
        typer.echo(f"{what:<18} is seen over {100.0 * coverage.seen_share(smoke_m):5.1f} %")
    for line in without_ground([known[key] for key in wanted], terrain):
        typer.echo(speakable(line))


def seen(
    first: Annotated[float, typer.Argument(metavar="LON", help="Longitude, or easting.")],
    second: Annotated[float, typer.Argument(metavar="LAT", help="Latitude, or northing.")],
    *,
    smoke: Smoke = 30.0,
    at: Annotated[
        str, typer.Option(help="Moment, as 2026-04-05T11:00, by the site's clock; now if left out.")
    ] = "",
    within: Annotated[
        float, typer.Option(min=1.0, max=1440.0, help="Minutes before it that count as watched.")
    ] = 60.0,
    crs: Annotated[str, typer.Option(help="WGS84, CGCS2000, GCJ-02, BD-09, EPSG:4545 …")] = "WGS84",
    settings_file: SettingsFile = None,
) -> None:
    """Say which towers could see a place, and who looked: the review of a miss."""
    settings = load_settings(settings_file)
    terrain, zone = relief_of(settings.data_dir), ZoneInfo(settings.time_zone)
    place = tagged(crs, first, second)
    wgs84 = place if isinstance(place, Wgs84) else to_wgs84(place)  # type: ignore[arg-type]
    lon_deg, lat_deg = float(wgs84.lon_deg), float(wgs84.lat_deg)
    question = Question(lon_deg, lat_deg, smoke, _moment(at, zone), timedelta(minutes=within))
    with closing(open_store(settings_file)) as store:
        asked = ask(question, store, terrain, cameras=store.cameras.all())
    for line in _answered(asked, zone):
        typer.echo(speakable(line))


def blind(
    *,
    smoke: Smoke = 50.0,
    most: Annotated[int, typer.Option(min=1, max=500, help="Areas that are told.")] = 20,
    settings_file: SettingsFile = None,
) -> None:
    """Tell the connected areas that no tower sees, the largest first."""
    settings = load_settings(settings_file)
    terrain = relief_of(settings.data_dir)
    with closing(open_store(settings_file)) as store:
        network = network_of(settings, store, terrain)
        report = blind_areas(network.coverage, network.land, smoke, most)
        land = store.land.all()
    total_ha = report.blind_ha + report.seen_ha + report.unknown_ha
    typer.echo(
        f"smoke of {smoke:.0f} m: {report.blind_ha:.0f} ha are blind "
        f"({100.0 * report.blind_ha / max(total_ha, 1e-9):.1f} %), {report.seen_ha:.0f} ha seen, "
        f"{report.unknown_ha:.0f} ha unknown; {report.area_count} areas"
    )
    for area in report.areas:
        where = _named(names_at(land, area.lon_deg, area.lat_deg))
        line = f"{area.hectares:9.1f} ha  {area.lon_deg:.5f}, {area.lat_deg:.5f}  {where}"
        typer.echo(speakable(line.rstrip()))


def sites(
    *,
    count: Annotated[int, typer.Option(min=1, max=10, help="How many new towers.")] = 3,
    smoke: Smoke = 50.0,
    mast: Annotated[float, typer.Option(min=1.0, max=200.0, help="Height of the lens, m.")] = 30.0,
    radius: Annotated[
        float, typer.Option(min=500.0, max=REACH_M, help="How far a new tower looks, m.")
    ] = 15_000.0,
    bounds: Annotated[
        str, typer.Option(help="Where it may stand: WEST,SOUTH,EAST,NORTH in degrees.")
    ] = "",
    road: Annotated[
        float | None, typer.Option(min=0.0, help="At most so far from a road, m.")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Choose where new towers would see most of what no tower sees."""
    settings = load_settings(settings_file)
    terrain = relief_of(settings.data_dir)
    wish = SiteWish(count, smoke, mast, radius, bounds_in(bounds), road)
    with closing(open_store(settings_file)) as store:
        network, land = network_of(settings, store, terrain), store.land.all()
    with _bar() as bar:
        task = bar.add_task("hill tops", total=None)
        found = new_sites(
            terrain,
            network.coverage,
            network.land,
            wish,
            roads=[each for each in land if each.layer is Layer.ROAD],
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if not found:
        typer.echo("No hill top there would see anything that is blind now.")
    for number, site in enumerate(found, 1):
        where = _named(names_at(land, site.lon_deg, site.lat_deg))
        line = (
            f"{number}  {site.lon_deg:.5f}, {site.lat_deg:.5f}  {site.ground_m:.0f} m  "
            f"{site.gain_ha:.0f} ha more are seen ({site.alone_ha:.0f} ha by itself)  {where}"
        )
        typer.echo(speakable(line.rstrip()))


def network_of(settings: Settings, store: Store, terrain: Terrain) -> Network:
    """What the towers see; of what the watch has kept, nothing is computed again."""
    desk = CoverageDesk(
        store,
        SystemClock(),
        terrain=terrain,
        horizons=HorizonBook(terrain, folder=settings.data_dir / "horizons", in_memory=2),
        folder=settings.data_dir / "coverage",
    )
    with _bar() as bar:
        task = bar.add_task("towers", total=None)
        while desk.step():
            bar.update(task, completed=desk.done, total=desk.total)
    return desk.network


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _moment(text: str, zone: ZoneInfo) -> datetime:
    if not text.strip():
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text.strip())
        local = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InputRefused(
            f"{text[:40]!r} is no moment.",
            remedy="Write it as 2026-04-05T11:00, or with its zone: 2026-04-05T03:00Z.",
            code="coverage_question",
        ) from error


def _answered(asked: Asked, zone: ZoneInfo) -> list[str]:
    question, sight = asked.question, asked.sight
    ground = "height unknown" if math.isnan(sight.ground_m) else f"{sight.ground_m:.0f} m"
    where = _named((asked.township, asked.village, asked.village_m))
    until = question.at.astimezone(zone)
    minutes = question.within.total_seconds() / 60.0
    span = f"in the {minutes:.0f} minutes before {until:%Y-%m-%d %H:%M} ({zone.key})"
    lines = [
        f"{question.lon_deg:.6f}, {question.lat_deg:.6f} (WGS 84)  {ground}  {where}".rstrip(),
        _VERDICTS[asked.verdict],
        f"smoke of {question.smoke_m:.0f} m, {span}",
    ]
    lines += [_tower_line(tower) for tower in sight.towers[:MOST_TOLD]]
    if len(sight.towers) > MOST_TOLD:
        lines.append(f"  and {len(sight.towers) - MOST_TOLD} more towers in reach")
    if not sight.towers:
        lines.append(f"  no tower stands within {REACH_M / 1000.0:.0f} km")
    names = {tower.camera.camera_id: tower.camera.name for tower in sight.towers}
    lines += [f"watched  {_look_line(look, names, zone)}" for look in asked.watched]
    if not asked.watched:
        told = "nobody in the visits that are kept"
        last = told if asked.last is None else _look_line(asked.last, names, zone)
        lines.append(f"last watched before: {last}")
    return lines


def _tower_line(tower: TowerSight) -> str:
    least_m, line = tower.line.smoke_m, tower.line
    smoke = "unknown" if math.isnan(least_m) else f"smoke from {least_m:.0f} m"
    smoke = "sees the ground" if least_m == 0.0 else smoke
    presets = ", ".join(str(preset.number) for preset in tower.presets)
    return (
        f"  {tower.camera.camera_id}  {tower.camera.name}  {line.range_m / 1000.0:.1f} km  "
        f"{line.bearing_deg:.1f} deg  {smoke}  "
        + (f"in the picture of preset {presets}" if presets else "in no preset's picture")
    )


def _look_line(look: LastLook, names: dict[str, str], zone: ZoneInfo) -> str:
    at = look.at.astimezone(zone)
    name = names[look.camera_id]
    return f"{at:%Y-%m-%d %H:%M:%S}  {look.camera_id}  {name}  preset {look.preset}  {look.trust}"


def _named(names: tuple[str, str, float | None]) -> str:
    township, village, village_m = names
    near = "" if village_m is None else f"{village_m / 1000.0:.1f} km from {village}"
    return ", ".join(part for part in (township, near) if part)
