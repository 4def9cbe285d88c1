"""``firewatch geo calibrate``: where a preset really looks, from a picture, without a console."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer

from api.calibration.finding import (
    CANOPY_M,
    Found,
    by_landmarks,
    by_skyline,
    by_sun,
    likeliest_line,
    lines_in,
    suspects,
)
from api.calibration.keeping import CalibrationShelf, Work
from api.calibration.marks_csv import read_marks
from api.calibration.schemas import MarkBody
from api.calibration.service import landmarks_of
from api.calibration.surroundings import Surroundings
from api.commands.terminal import speakable
from api.commands.user import ACTOR, SettingsFile, open_store
from camera_gateway.exif_time import exif_moment
from camera_gateway.patrol.sights import same_place
from camera_gateway.pictures import encode_jpeg, read_picture
from camera_gateway.pose_check import ReferenceShelf
from camera_gateway.sources.name_times import time_in_name
from geo.calibration import Landmark, SunSighting
from geo.dem import read_terrain
from geo.locate import Locator
from models.config import Settings, load_settings
from models.errors import InputRefused, NotFound
from models.mask import MaskKind
from models.site import Camera, Pose, Preset
from models.store import Store
from models.units import ImageBGR, angle_between_deg

__all__ = ["calibrate"]

JPEG: Final = b"\xff\xd8\xff"


def calibrate(
    camera: Annotated[str, typer.Argument(help="Key of the camera.")],
    preset: Annotated[int, typer.Argument(help="Number of the preset that the picture shows.")],
    picture: Annotated[Path, typer.Argument(help="A still of that preset, as the camera gave it.")],
    *,
    landmarks: Annotated[
        Path | None, typer.Option(help="CSV: name,x_px,y_px,lon,lat,height_m[,height_datum].")
    ] = None,
    crs: Annotated[
        str, typer.Option(help="Of the landmarks: WGS84, CGCS2000, GK, GCJ-02, EPSG:4545 …")
    ] = "",
    skyline: Annotated[
        bool, typer.Option("--skyline", help="Lay the picture's skyline on the terrain's.")
    ] = False,
    canopy: Annotated[
        float, typer.Option(min=0.0, max=60.0, help="Height of the trees on the ridges, m.")
    ] = CANOPY_M,
    sun: Annotated[str, typer.Option(help="X,Y of the middle of the sun, pixels.")] = "",
    at: Annotated[
        str, typer.Option(help="When it was taken, 2026-11-26T08:00:00+08:00; else as it says.")
    ] = "",
    clock_sigma: Annotated[
        float, typer.Option(min=0.0, max=600.0, help="How well that time is known, seconds.")
    ] = 10.0,
    apply: Annotated[bool, typer.Option("--apply", help="Put the pose in force.")] = False,
    settings_file: SettingsFile = None,
) -> None:
    """Find where a preset looks, say how well everything agrees, and put it in force if asked to.

    A watch that runs follows within seconds.
    """
    settings = load_settings(settings_file)
    if sum((landmarks is not None, skyline, bool(sun.strip()))) != 1:
        raise InputRefused(
            "Calibrate by exactly one of landmarks, skyline and sun.",
            remedy="Give --landmarks FILE.csv, or --skyline, or --sun X,Y.",
            code="calibration_method",
        )
    image = read_picture(picture)
    with closing(open_store(settings_file)) as store:
        where = store.cameras.get(camera)
        view = _preset(where, preset)
        locator = Locator(
            read_terrain(settings.data_dir / "terrain"), folder=settings.data_dir / "horizons"
        )
        around = Surroundings(where.position, locator.terrain, locator.horizons)
        taken = _taken(picture, at, settings, needed=bool(sun.strip()))
        ask = _Ask(around, view.pose, image, taken)
        if landmarks is not None:
            found = _by_landmarks(ask, read_marks(_bytes_of(landmarks), system=crs))
        elif skyline:
            lines = lines_in(image)
            line = likeliest_line(around, view.pose, lines, ask.size_px, canopy)
            found = by_skyline(around, view.pose, (line.x_px, line.y_px), ask.size_px, canopy)
        else:
            x_px, y_px = _pixel(sun)
            sighting = SunSighting(x_px, y_px, taken)
            found = by_sun(around, view.pose, [sighting], ask.size_px, clock_sigma)
        for told in _told(where, view, found):
            typer.echo(speakable(told))
        if not apply:
            typer.echo("Nothing is stored. Add --apply to put this pose in force.")
            return
        number = _applied(store, settings, where, view, found, ask, picture)
    typer.echo(f"In force as calibration {number}; a watch that runs follows within seconds.")


@dataclass(frozen=True, slots=True, eq=False)
class _Ask:
    around: Surroundings
    start: Pose
    image: ImageBGR
    taken: datetime

    @property
    def size_px(self) -> tuple[int, int]:
        height_px, width_px = self.image.shape[:2]
        return width_px, height_px


def _by_landmarks(ask: _Ask, marks: list[tuple[int, MarkBody]]) -> Found:
    width_px, height_px = ask.size_px
    known: list[Landmark] = []
    for line, mark in marks:
        try:
            (one,) = landmarks_of(ask.around, (mark,))
        except InputRefused as error:
            raise InputRefused(
                f"Line {line} of the landmarks: {error.message}",
                remedy=error.remedy,
                code=error.code,
            ) from error
        if not (0.0 <= one.x_px <= width_px and 0.0 <= one.y_px <= height_px):
            raise InputRefused(
                f"Line {line} of the landmarks: {one.name} lies outside the picture.",
                remedy=f"The picture has {width_px} x {height_px} pixels.",
                code="calibration_outside",
            )
        known.append(one)
    try:
        return by_landmarks(ask.around, ask.start, known, ask.size_px)
    except InputRefused as error:
        guilty = suspects(ask.around, ask.start, known, ask.size_px)
        if error.code != "calibration_disagree" or not guilty:
            raise
        raise InputRefused(
            f"{error.message} Without one of these the others agree: {', '.join(guilty)}.",
            remedy=error.remedy,
            code=error.code,
        ) from error


def _told(camera: Camera, preset: Preset, found: Found) -> Iterable[str]:
    before, after = preset.pose, found.pose
    yield f"{camera.camera_id} preset {preset.number} {preset.name}: by {found.method}"
    if found.marks:
        yield f"{'landmark':<24}{'right px':>9}{'down px':>9}{'azimuth':>10}{'elevation':>11}"
    for mark in found.marks:
        doubt = "  DOES NOT AGREE, not counted" if mark.is_outlier else ""
        yield (
            f"{mark.name[:23]:<24}{mark.right_px:>9.1f}{mark.down_px:>9.1f}"
            f"{mark.azimuth_deg:>10.3f}{mark.elevation_deg:>11.3f}{doubt}"
        )
    agree = f"{100.0 * found.share:.0f} % agree"
    yield f"{found.points} points, {agree}, misfit {found.misfit_px:.2f} px"
    turn_deg = angle_between_deg(before.azimuth_deg, after.azimuth_deg)
    lift_deg = after.tilt_deg - before.tilt_deg
    yield f"{'':<10}{'now':>10}{'found':>10}{'change':>10}{'sigma':>9}"
    yield _row("azimuth", before.azimuth_deg, after.azimuth_deg, turn_deg, after.azimuth_sigma_deg)
    yield _row("tilt", before.tilt_deg, after.tilt_deg, lift_deg, after.tilt_sigma_deg)
    yield _row("roll", before.roll_deg, after.roll_deg, after.roll_deg - before.roll_deg)
    if found.fov_fitted:
        wider_deg = after.horizontal_fov_deg - before.horizontal_fov_deg
        yield _row("view", before.horizontal_fov_deg, after.horizontal_fov_deg, wider_deg)
        bent = after.radial_k1 - before.radial_k1
        yield _row("lens k1", before.radial_k1, after.radial_k1, bent)


def _row(what: str, before: float, after: float, by: float, sigma: float | None = None) -> str:
    doubt = "" if sigma is None else f"{sigma:>9.3f}"
    return f"{what:<10}{before:>10.3f}{after:>10.3f}{by:>+10.3f}{doubt}"


def _applied(  # noqa: PLR0917 -- what, where and on what have one natural order
    store: Store,
    settings: Settings,
    camera: Camera,
    preset: Preset,
    found: Found,
    ask: _Ask,
    picture: Path,
) -> int:
    shelf = CalibrationShelf(
        store, settings.data_dir, ReferenceShelf(settings.data_dir / "references")
    )
    private = any(
        each.mask.kind is MaskKind.PRIVACY and each.mask.camera_id == camera.camera_id
        for each in store.masks.unended()
    )
    if private:
        typer.echo("The picture is not kept: something of this camera's views is private.")
    data = picture.read_bytes()
    jpeg = data if data.startswith(JPEG) else encode_jpeg(ask.image)
    names = shelf.view_names(camera.camera_id, preset.number)
    # Nobody watched how this picture was made: a large turn may be another view.
    same = same_place(preset.pose, found.pose)
    work = Work(
        lens=camera.position,
        before=preset.pose,
        captured_at=ask.taken,
        width_px=ask.size_px[0],
        height_px=ask.size_px[1],
        jpeg=b"" if private else jpeg,
        hidden=(),
        known_as=names.get(preset.pose, preset.pose) if same else None,
    )
    number = preset.number
    stored = shelf.put_in_force(camera.camera_id, number, found, work, ACTOR)
    return stored.calibration_id


def _preset(camera: Camera, number: int) -> Preset:
    found = camera.preset(number)
    if found is None:
        raise NotFound(
            f"Camera {camera.camera_id} has no preset {number} with a pose.",
            remedy="Enter about where it looks first.",
            code="calibration_no_preset",
        )
    return found


def _taken(picture: Path, at: str, settings: Settings, *, needed: bool) -> datetime:
    """When the picture was made: as told, as its camera wrote it, as its name says."""
    zone = ZoneInfo(settings.time_zone)
    if at.strip():
        try:
            moment = datetime.fromisoformat(at.strip())
        except ValueError as error:
            raise _no_time(f"{at[:40]!r} is no time.") from error
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    written = exif_moment(picture.read_bytes()[:131_072], zone)
    moment_or_none = written[0] if written else time_in_name(picture.name, zone)
    if moment_or_none is not None:
        return moment_or_none.astimezone(UTC)
    if needed:
        raise _no_time(f"{picture.name} does not say when it was made.")
    return datetime.fromtimestamp(picture.stat().st_mtime, UTC)


def _pixel(text: str) -> tuple[float, float]:
    try:
        x_px, y_px = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputRefused(
            f"{text[:40]!r} is no pixel.",
            remedy="Give X,Y of the middle of the sun's disc: --sun 812,140",
            code="calibration_outside",
        ) from error
    return x_px, y_px


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InputRefused(
            f"{file} cannot be read: {error.strerror}.",
            remedy="Name a CSV file of landmarks.",
            code="file_unreadable",
        ) from error


def _no_time(what: str) -> InputRefused:
    return InputRefused(
        what,
        remedy="Say when the picture was made: --at 2026-11-26T08:00:00+08:00",
        code="sun_time",
    )
