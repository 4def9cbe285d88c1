"""``firewatch geo``: the relief that the watch stands on."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import typer

from api.commands.geo_heights import HeightsAbove
from api.commands.geo_photo import photo
from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from geo.coverage import cover
from geo.crs import HeightSystem
from geo.dem import DemReport, Wish, import_dem, read_terrain, write_coverage
from geo.horizon import HorizonBook
from geo.terrain import Terrain
from models.config import load_settings
from models.errors import InputRefused
from models.site import Camera, CameraKind

__all__ = ["geo"]

geo = typer.Typer(help="Relief: import it, see which is in force.", no_args_is_help=True)

_WARNINGS: Final = {
    "coarse": "COARSE: its cells are too large to place a fire; every position says so.",
    "synthetic": "SYNTHETIC: invented relief; every position says that nobody may be sent by it.",
}

geo.command("photo")(photo)


@geo.command("import-dem")
def import_files(
    files: Annotated[list[Path], typer.Argument(help="GeoTIFF or .hgt; the first wins.")],
    *,
    name: Annotated[str, typer.Option(help="Shown with every position; the first file's.")] = "",
    crs: Annotated[str, typer.Option(help="For files that do not say: EPSG:4545 …")] = "",
    heights: Annotated[
        HeightsAbove | None, typer.Option(help="What heights are above, if the file is silent.")
    ] = None,
    nodata: Annotated[
        float | None, typer.Option(help="A value that means no height and is not declared.")
    ] = None,
    bounds: Annotated[
        str, typer.Option(help="Only this part: WEST,SOUTH,EAST,NORTH in degrees.")
    ] = "",
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="The relief is invented: say so everywhere.")
    ] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Take an elevation model as the watch's relief, in place of the one before.

    A watch that runs keeps the old one until it is started again.
    """
    wish = Wish(
        name=name,
        system=crs,
        heights=None if heights is None else HeightSystem(heights.value),
        nodata=nodata,
        synthetic=synthetic,
        bounds_deg=_bounds(bounds),
    )
    folder = load_settings(settings_file).data_dir / "terrain"
    with closing(open_store(settings_file)) as store:
        report = import_dem(files, folder, wish=wish, now=datetime.now(UTC))
        store.audit.record(actor=ACTOR, action="terrain.imported", subject=report.terrain.name)
        for line in (*_told(report), *_without_ground(store.cameras.all(), report.terrain)):
            typer.echo(speakable(line))
    typer.echo("Start the watch again to use it.")


@geo.command("terrain")
def show(settings_file: SettingsFile = None) -> None:
    """Say which relief is in force, and which cameras do not stand on it."""
    terrain = read_terrain(load_settings(settings_file).data_dir / "terrain")
    if terrain is None:
        raise _no_relief()
    with closing(open_store(settings_file)) as store:
        for line in (*_described(terrain), *_without_ground(store.cameras.all(), terrain)):
            typer.echo(speakable(line))


@geo.command("viewshed")
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
    terrain = read_terrain(settings.data_dir / "terrain")
    if terrain is None:
        raise _no_relief()
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
        bounds_deg=_bounds(bounds) or terrain.bounds_deg,
        cell_m=cell,
    )
    tags = {f"TOWER_{index}": key for index, key in enumerate(wanted)}
    write_coverage(coverage, file, tags | {"RELIEF": terrain.name, "CAUTION": terrain.caution})
    for line in _described(terrain):
        typer.echo(speakable(line))
    for smoke_m in (0, 10, 50, 100):
        what = "the ground itself" if smoke_m == 0 else f"smoke of {smoke_m:>3} m"
        typer.echo(f"{what:<18} is seen over {100.0 * coverage.seen_share(smoke_m):5.1f} %")
    for line in _without_ground([known[key] for key in wanted], terrain):
        typer.echo(speakable(line))


def _bounds(text: str) -> tuple[float, float, float, float] | None:
    if not text.strip():
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputRefused(
            f"The bounds {text[:60]!r} are not four numbers.",
            remedy="Give WEST,SOUTH,EAST,NORTH in degrees: 106.3,28.4,107.1,29.3",
            code="dem_bounds",
        ) from error
    return west, south, east, north


def _told(report: DemReport) -> list[str]:
    how = "read between cell centres" if report.resampled else "copied cell by cell"
    above = "the ellipsoid, taken to sea level" if _is_ellipsoidal(report) else "sea level"
    voids = f"{100.0 * report.void_share:.2f} % without a height"
    parts = [f"{cell_m:.0f}" for cell_m in report.cells_m]
    filled = f"{100.0 * report.filled_share:.1f} % filled from cells of {', '.join(parts[1:])} m"
    return [
        *_described(report.terrain),
        *([filled] if len(parts) > 1 else []),
        f"{report.lowest_m:.0f} to {report.highest_m:.0f} m above {above}; {voids}; {how}",
    ]


def _is_ellipsoidal(report: DemReport) -> bool:
    return report.heights is HeightSystem.ELLIPSOID


def _described(terrain: Terrain) -> list[str]:
    west, south, east, north = terrain.bounds_deg
    rows, columns = terrain.values_m.shape
    lines = [
        f"{terrain.name}: {rows} x {columns} cells of {terrain.cell_m:.1f} m",
        f"{west:.4f} to {east:.4f} east, {south:.4f} to {north:.4f} north",
    ]
    if terrain.caution:
        lines.append(_WARNINGS.get(terrain.caution, terrain.caution))
    return lines


def _no_relief() -> InputRefused:
    return InputRefused(
        "No relief is imported: fires get a direction and no place.",
        remedy="firewatch geo import-dem FILE…",
        code="no_terrain",
    )


def _without_ground(cameras: Sequence[Camera], terrain: Terrain) -> list[str]:
    """A line for each camera that stands on no height: it will get directions only."""
    return [
        f"camera {camera.camera_id} stands outside it, or on a void: it gets directions only"
        for camera in cameras
        if np.isnan(terrain.height_at(camera.position.lon_deg, camera.position.lat_deg))
    ]
