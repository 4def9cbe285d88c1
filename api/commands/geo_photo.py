"""``firewatch geo photo``: where on the ground a drone's photo was taken of."""

import json
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from api.commands.geo_heights import HeightsAbove
from api.commands.terminal import speakable
from api.commands.user import SettingsFile
from geo.crs import HeightSystem, Wgs84, geoid_m
from geo.dem import Wish, import_dem, read_terrain
from geo.drone import DronePhoto, DroneView, Footprint, HeightChain, read_photo, view_of
from geo.drone.heights import DroneHeight
from geo.locate import Locator
from geo.terrain import Terrain
from models.config import load_settings
from models.errors import InputRefused
from models.fix import Fix, FixOutcome, NoFixReason

__all__ = ["photo"]

ON_GROUND_M: Final = 3.0
_CHAINS: Final = {
    HeightChain.RTK: "RTK, above the ellipsoid",
    HeightChain.TAKE_OFF: "barometer, above the place of take-off",
    HeightChain.NEARBY: "barometer; where it took off is not known, taken to be within 500 m",
    HeightChain.GNSS: "satellites, taken as above sea level",
}
_REASONS: Final = {
    NoFixReason.SKY: "the ray meets no ground: it looks into the sky",
    NoFixReason.NEAR_FIELD: "the drone is not known to be above the ground",
    NoFixReason.OUTSIDE_TERRAIN: "the ray leaves the relief, or reaches a void, before the ground",
}


def photo(
    file: Annotated[Path, typer.Argument(help="JPEG of a drone, as its camera wrote it.")],
    *,
    pixel: Annotated[str, typer.Option(help="X,Y in the picture; its middle otherwise.")] = "",
    box: Annotated[str, typer.Option(help="LEFT,UPPER,RIGHT,LOWER around it, in pixels.")] = "",
    fov: Annotated[
        float | None, typer.Option(help="Full horizontal field of view, degrees.")
    ] = None,
    takeoff: Annotated[
        str, typer.Option(help="Where it took off: LON,LAT, or a photo taken on the ground there.")
    ] = "",
    turned: Annotated[
        int | None, typer.Option(help="By how much an edited picture was turned clockwise.")
    ] = None,
    dem: Annotated[
        list[Path] | None, typer.Option(help="Relief instead of the imported one; repeat it.")
    ] = None,
    heights: Annotated[
        HeightsAbove | None, typer.Option(help="What that relief's heights are above.")
    ] = None,
    outline: Annotated[
        Path | None, typer.Option("--footprint", help="New GeoJSON: ground in the picture.")
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Say where on the ground a pixel of a drone's photo is, and how well that is known."""
    taken = read_photo(file)
    with _relief(dem, heights, settings_file) as terrain:
        view = view_of(
            taken,
            terrain,
            take_off=_take_off(takeoff),
            stated_fov_deg=fov,
            turned_deg=turned,
        )
        locator = Locator(terrain)
        what, fix = _asked(view, locator, pixel, box)
        for line in (*_told(taken, view, terrain), *_placed(fix, what)):
            typer.echo(speakable(line))
        if outline is not None:
            shown = view.footprint(locator)
            _write(outline, shown, taken)
            cut = f"; cut by {' and '.join(sorted(shown.ends))}" if shown.ends else ""
            typer.echo(speakable(f"shows {shown.area_m2 / 1e4:.2f} ha of ground{cut}: {outline}"))


@contextmanager
def _relief(
    files: list[Path] | None, heights: HeightsAbove | None, settings_file: Path | None
) -> Iterator[Terrain]:
    """The relief of those files, or the imported one."""
    if files:
        wish = Wish(heights=None if heights is None else HeightSystem(heights.value))
        with tempfile.TemporaryDirectory(prefix="firewatch-relief-") as folder:
            yield import_dem(files, Path(folder), wish=wish, now=datetime.now(UTC)).terrain
        return
    terrain = read_terrain(load_settings(settings_file).data_dir / "terrain")
    if terrain is None:
        raise InputRefused(
            "No relief is imported: a photo gets no place.",
            remedy="firewatch geo import-dem FILE… , or --dem FILE",
            code="no_terrain",
        )
    yield terrain


def _take_off(text: str) -> tuple[float, float] | None:
    if not text.strip():
        return None
    if text.lower().endswith((".jpg", ".jpeg")):
        ground = read_photo(Path(text))
        relative_m = ground.heights.relative_m
        if ground.place is None or relative_m is None or abs(relative_m) > ON_GROUND_M:
            raise InputRefused(
                f"{Path(text).name} was not taken on the ground: it tells {relative_m} m above the "
                "place of take-off.",
                remedy="Give the first photo of the flight, or LON,LAT.",
                code="drone_take_off",
            )
        return ground.place
    return _pair(text, "place of take-off", "LON,LAT in degrees of WGS 84: 106.65,28.85")


def _asked(view: DroneView, locator: Locator, pixel: str, box: str) -> tuple[str, Fix]:
    """What of the picture is to be placed, in words, and where it is."""
    if box and pixel:
        raise InputRefused(
            "A pixel and a box are two questions.", remedy="Give one.", code="drone_argument"
        )
    if box:
        left, upper, right, lower = _numbers(box, 4, "box", "LEFT,UPPER,RIGHT,LOWER in pixels")
        return f"box {box}", view.locate_box(locator, (left, upper, right, lower))
    if pixel:
        x_px, y_px = _pair(pixel, "pixel", "X,Y from the upper left corner: 2000,1125")
    else:
        x_px, y_px = view.size_px[0] / 2.0, view.size_px[1] / 2.0
    return f"pixel {x_px:g}, {y_px:g}", view.locate(locator, x_px, y_px)


def _pair(text: str, what: str, how: str) -> tuple[float, float]:
    first, second = _numbers(text, 2, what, how)
    return first, second


def _numbers(text: str, count: int, what: str, how: str) -> list[float]:
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    if len(found) != count:
        raise InputRefused(
            f"The {what} {text[:60]!r} is not {count} numbers.",
            remedy=f"Give {how}",
            code="drone_argument",
        )
    return found


def _told(taken: DronePhoto, view: DroneView, terrain: Terrain) -> list[str]:
    when = taken.taken_local if taken.taken_at is None else taken.taken_at.isoformat()
    pose, height = view.pose, view.height
    lines = [
        f"{taken.name}: {taken.optics.model or 'unnamed camera'}, {when or 'no time'}",
        f"camera at {view.lens.lon_deg:.6f}, {view.lens.lat_deg:.6f}",
        (
            f"{height.height_m:.0f} m above sea level +- {height.sigma_m:.0f} m, "
            f"{height.above_ground_m:.0f} m above the ground"
        ),
        f"height: {_CHAINS[height.chain]}",
    ]
    against = height.contradicted_by
    for other in height.others:
        verdict = "CONTRADICTED" if other in against else "not used"
        lines.append(f"{verdict}: {_described(other)}")
        if height.other_reads_as_ellipsoidal(other, _geoid_m(view)):
            lines.append("  it fits as a height above the ellipsoid: this drone writes such")
    lines.append(
        f"looks to {pose.azimuth_deg:.1f} +- {pose.azimuth_sigma_deg:.0f} degrees, "
        f"{-pose.tilt_deg:.1f} down, roll {pose.roll_deg:.1f}; "
        f"{pose.horizontal_fov_deg:.1f} degrees wide"
    )
    lines.append(f"relief: {terrain.name}, cells of {terrain.cell_m:.0f} m {terrain.caution}")
    return lines


def _geoid_m(view: DroneView) -> float:
    """Height of sea level above the ellipsoid; NaN where it is not known here."""
    try:
        return float(geoid_m(Wgs84.at(view.lens.lon_deg, view.lens.lat_deg)))
    except InputRefused:
        return math.nan


def _described(other: DroneHeight) -> str:
    return f"{other.height_m:.0f} m +- {other.sigma_m:.0f} m by {_CHAINS[other.chain]}"


def _placed(fix: Fix, what: str) -> list[str]:
    if fix.outcome is not FixOutcome.LOCATED:
        reason = "" if fix.reason is None else _REASONS.get(fix.reason, fix.reason.value)
        return [f"{what}: no place; {reason}"]
    lines = [f"{what}:"]
    for cluster in fix.clusters:
        place = cluster.position
        lines.append(
            f"  {place.lon_deg:.6f}, {place.lat_deg:.6f} at {place.height_m:.0f} m: "
            f"{100.0 * cluster.weight:.0f} %, r90 {cluster.r90_m:.0f} m, "
            f"{cluster.range_m:.0f} m from the drone"
        )
    if fix.unresolved_weight > 0.0:
        lines.append(f"  {100.0 * fix.unresolved_weight:.0f} % of the rays meet no known ground")
    lines += [
        f"  or hidden behind a ridge, {each.from_m:.0f} to {each.to_m:.0f} m from the drone"
        for each in fix.hidden
    ]
    return lines


def _write(path: Path, shown: Footprint, taken: DronePhoto) -> None:
    feature = {
        "type": "Feature",
        "properties": {
            "photo": taken.name,
            "area_m2": round(shown.area_m2, 1),
            "cut_by": sorted(shown.ends),
        },
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [[list(map(list, ring))] for ring in shown.outline_lonlat],
        },
    }
    told = {
        "type": "FeatureCollection",
        "firewatch": {"drill": False, "coordinates": "WGS84"},
        "features": [feature],
    }
    try:
        with path.open("x", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False)
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be written: {error.strerror}.",
            remedy="Choose a new file in a folder that you may write.",
            code="file_not_writable",
        ) from error
