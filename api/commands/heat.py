"""``firewatch heat``: look for hot spots in pictures of heat."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.commands.terminal import say, speakable
from detector.thermal import warm_limit_c
from detector.thermal.files import HeatOfFile, heat_of_files
from models.errors import WatchError
from models.thermal import ThermalEncoding, ThermalScale

__all__ = ["heat"]

MOST_TOLD = 5


def heat(
    inputs: Annotated[
        list[Path],
        typer.Argument(metavar="PICTURE", help="JPEG, PNG or TIFF of heat, folders of them."),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for detections.json and the drawn pictures: new, empty, or of an earlier "
            "run."
        ),
    ],
    encoding: Annotated[
        ThermalEncoding, typer.Option(help="How the device means its whole numbers.")
    ] = ThermalEncoding.AS_TOLD,
    air_c: Annotated[
        float | None,
        typer.Option(min=-60.0, max=60.0, help="Temperature of the air; else no limit in degrees."),
    ] = None,
    sun_deg: Annotated[
        float,
        typer.Option(min=-90.0, max=90.0, help="How high the sun stands; 0 or less at night."),
    ] = 60.0,
    prominence: Annotated[
        float,
        typer.Option(
            min=0.0, max=1e6, help="Spots that stand out of the ground around by less are left out."
        ),
    ] = 10.0,
) -> None:
    """Look for hot spots: what neither air nor sun explains, or what stands out of its ground.

    Temperatures are told of radiometric pictures only. A file that cannot be read is named on
    standard error, the others are done, and the exit code is 1.
    """
    console = Console(stderr=True)
    try:
        refused = heat_of_files(
            inputs,
            out,
            encoding=encoding,
            warm_limit_c=None if air_c is None else warm_limit_c(air_c, sun_deg),
            least_prominence=prominence,
            on_read=lambda found: typer.echo(speakable(_in_words(found))),
            on_refused=lambda error: say(f"firewatch: {error}", console),
        )
    except WatchError as error:
        say(f"firewatch: {error}", console)
        raise typer.Exit(1) from error
    if refused > 0:
        raise typer.Exit(1)


def _in_words(found: HeatOfFile) -> str:
    width, height = found.image.size_px
    is_celsius = found.image.scale is ThermalScale.CELSIUS
    kind = "degrees" if is_celsius else "levels, no temperatures"
    told = [
        f"({spot.peak_x}, {spot.peak_y}) "
        + (f"{spot.peak:.1f} °C, " if is_celsius else "")
        + f"{spot.area_px} px, {spot.prominence:.0f} times its ground"
        for spot in found.spots[:MOST_TOLD]
    ]
    more = len(found.spots) - len(told)
    spots = "; ".join(told) if told else "no hot spot"
    return f"{found.name}: {width} x {height} {kind}: {spots}" + (
        f"; and {more} more" if more > 0 else ""
    )
