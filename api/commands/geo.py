"""``firewatch geo``: the relief that the watch stands on."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.commands.geo_calibrate import calibrate
from api.commands.geo_coverage import blind, seen, sites, viewshed
from api.commands.geo_cross import cross
from api.commands.geo_heights import HeightsAbove
from api.commands.geo_photo import photo
from api.commands.geo_poses import poses
from api.commands.geo_relief import bounds_in, described, relief_of, without_ground
from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from geo.crs import HeightSystem
from geo.dem import DemReport, Wish, import_dem
from models.config import load_settings

__all__ = ["geo"]

geo = typer.Typer(help="Relief: import it, see which is in force.", no_args_is_help=True)

geo.command("calibrate")(calibrate)
geo.command("cross")(cross)
geo.command("photo")(photo)
geo.command("poses")(poses)
geo.command("viewshed")(viewshed)
# A longitude of the west begins with the sign of an option.
geo.command("seen", context_settings={"ignore_unknown_options": True})(seen)
geo.command("blind")(blind)
geo.command("sites")(sites)


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
        bounds_deg=bounds_in(bounds),
    )
    folder = load_settings(settings_file).data_dir / "terrain"
    with closing(open_store(settings_file)) as store:
        report = import_dem(files, folder, wish=wish, now=datetime.now(UTC))
        store.audit.record(actor=ACTOR, action="terrain.imported", subject=report.terrain.name)
        for line in (*_told(report), *without_ground(store.cameras.all(), report.terrain)):
            typer.echo(speakable(line))
    typer.echo("Start the watch again to use it.")


@geo.command("terrain")
def show(settings_file: SettingsFile = None) -> None:
    """Say which relief is in force, and which cameras do not stand on it."""
    terrain = relief_of(load_settings(settings_file).data_dir)
    with closing(open_store(settings_file)) as store:
        for line in (*described(terrain), *without_ground(store.cameras.all(), terrain)):
            typer.echo(speakable(line))


def _told(report: DemReport) -> list[str]:
    how = "read between cell centres" if report.resampled else "copied cell by cell"
    above = "the ellipsoid, taken to sea level" if _is_ellipsoidal(report) else "sea level"
    voids = f"{100.0 * report.void_share:.2f} % without a height"
    parts = [f"{cell_m:.0f}" for cell_m in report.cells_m]
    filled = f"{100.0 * report.filled_share:.1f} % filled from cells of {', '.join(parts[1:])} m"
    return [
        *described(report.terrain),
        *([filled] if len(parts) > 1 else []),
        f"{report.lowest_m:.0f} to {report.highest_m:.0f} m above {above}; {voids}; {how}",
    ]


def _is_ellipsoidal(report: DemReport) -> bool:
    return report.heights is HeightSystem.ELLIPSOID
